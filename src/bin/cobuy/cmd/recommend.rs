//! `cobuy recommend`: what goes with all that a customer bought, or with a basket.

use super::answer::{self, Answer, Filters};
use crate::Failure;
use crate::output::Format;
use clap::Args;
use cobuy::{Engine, Query, Watch};
use std::path::PathBuf;

/// What to offer to customers, or to go with a basket.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cobuy recommend shop.cobuy 17850 -n 5
  cobuy recommend shop.cobuy --basket 85123A --basket 22423
  cobuy recommend shop.cobuy 17850 --filter in_stock --boost 'margin / price'
  cobuy recommend shop.cobuy --all -n 5 --format csv")]
pub struct Recommend {
    /// The shop's file, made by `cobuy fit`.
    shop: PathBuf,
    /// The customers' ids; one who is not known is answered with what is popular.
    #[arg(required_unless_present_any = ["basket", "all"], conflicts_with_all = ["basket", "all"])]
    customers: Vec<String>,
    /// An item of a basket; may be given again.
    #[arg(long, value_name = "ITEM", conflicts_with = "all")]
    basket: Vec<String>,
    /// Every customer of the shop.
    #[arg(long)]
    all: bool,
    /// Suggest also what is owned already, or in the basket.
    #[arg(long)]
    keep_owned: bool,
    /// Do not fall back to what is popular.
    #[arg(long)]
    no_fallback: bool,
    #[command(flatten)]
    filters: Filters,
    /// The customer whom a rule means by `customer.` where a basket is asked about.
    #[arg(long, value_name = "CUSTOMER", conflicts_with_all = ["customers", "all"])]
    customer: Option<String>,
    /// How to write the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

impl Recommend {
    pub fn run(self) -> Result<(), Failure> {
        let engine = Engine::open(&self.shop)?;
        let customers: Vec<&str> = match self.all {
            true => engine.customers().iter().collect(),
            false => self.customers.iter().map(String::as_str).collect(),
        };
        let boosted = self.filters.boost.is_some();
        let with = |query| self.query(query);
        if !self.basket.is_empty() {
            let mut query = engine.for_basket(&self.basket);
            if let Some(customer) = &self.customer {
                query = query.customer(customer);
            }
            let answer = with(query).suggest()?;
            let answers = [Answer::of(None, answer)];
            return answer::write(&engine, &answers, self.format, boosted);
        }
        let queries = customers
            .iter()
            .map(|&customer| with(engine.for_customer(customer)));
        let queries: Vec<Query<'_>> = queries.collect();
        let answers = engine.answer_all(&queries, None, Watch::new())?;
        let answers = customers.iter().zip(answers);
        let answers: Vec<Answer> = answers
            .map(|(&customer, answer)| Answer::of(Some(customer.to_owned()), answer))
            .collect();
        answer::write(&engine, &answers, self.format, boosted)
    }

    fn query<'a>(&self, query: Query<'a>) -> Query<'a> {
        let query = query
            .keep_owned(self.keep_owned)
            .fallback(!self.no_fallback);
        self.filters.apply(query)
    }
}
