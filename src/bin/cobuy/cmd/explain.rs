//! `cobuy explain`: why an item is suggested to somebody, or why it is not.

use super::answer::Filters;
use crate::Failure;
use crate::output::{Form, stdout, write_json};
use clap::Args;
use cobuy::Engine;
use std::path::PathBuf;

/// Why an item is suggested to a customer, or for a basket, or which stage keeps it out.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cobuy explain shop.cobuy 85123A --customer 17850
  cobuy explain shop.cobuy 85123A --basket 22423 --format json")]
pub struct Explain {
    /// The shop's file, made by `cobuy fit`.
    shop: PathBuf,
    /// The item's id.
    item: String,
    /// The customer's id; beside a basket, whom a rule means by `customer.`.
    #[arg(long, value_name = "CUSTOMER", required_unless_present = "basket")]
    customer: Option<String>,
    /// An item of a basket; may be given again.
    #[arg(long, value_name = "ITEM")]
    basket: Vec<String>,
    /// Ask as if what is owned already, or in the basket, might be suggested as well.
    #[arg(long)]
    keep_owned: bool,
    /// Ask as if there were no falling back to what is popular.
    #[arg(long)]
    no_fallback: bool,
    #[command(flatten)]
    filters: Filters,
    /// How to write the answer.
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
}

impl Explain {
    pub fn run(self) -> Result<(), Failure> {
        if self.customer.is_some() && !self.basket.is_empty() && !self.filters.is_ruled() {
            let problem = "say either --customer or --basket; both only beside --filter or --boost";
            return Err(Failure::Usage(problem.to_owned()));
        }
        let engine = Engine::open(&self.shop)?;
        let query = match (self.customer, self.basket) {
            (Some(customer), basket) if basket.is_empty() => engine.for_customer(customer),
            (Some(customer), basket) => engine.for_basket(basket).customer(customer),
            (None, basket) => engine.for_basket(basket),
        };
        let query = query
            .keep_owned(self.keep_owned)
            .fallback(!self.no_fallback);
        let why = self.filters.apply(query).explain(&self.item)?;
        stdout(|to| match self.format {
            Form::Json => write_json(to, &why),
            Form::Table => write!(to, "{why}"),
        })
    }
}
