//! `cobuy popular`: what is bought most.

use super::answer::{self, Answer, Filters, Whose};
use crate::Failure;
use crate::output::Format;
use clap::Args;
use cobuy::Engine;
use std::path::PathBuf;

/// What is bought most, in the shop or under one category.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cobuy popular shop.cobuy -n 20
  cobuy popular shop.cobuy --filter 'in_stock and price <= 20'
  cobuy popular shop.cobuy --category baby/clothes --format json")]
pub struct Popular {
    /// The shop's file, made by `cobuy fit`.
    shop: PathBuf,
    /// Only this category and those under it.
    #[arg(long, value_name = "PATH")]
    category: Option<String>,
    #[command(flatten)]
    filters: Filters,
    #[command(flatten)]
    whose: Whose,
    /// How to write the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

impl Popular {
    pub fn run(self) -> Result<(), Failure> {
        let engine = Engine::open(&self.shop)?;
        let query = engine.popular(self.category.as_deref());
        let answer = self.filters.apply(self.whose.apply(query)).suggest()?;
        let boosted = self.filters.boost.is_some();
        answer::write(&engine, &[Answer::of(None, answer)], self.format, boosted)
    }
}
