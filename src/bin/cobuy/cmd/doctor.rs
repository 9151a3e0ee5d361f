//! `cobuy doctor`: what is odd in a shop's data, and what that does to results.

use crate::Failure;
use crate::output::{Form, stdout, write_json};
use crate::tables::TableFiles;
use clap::Args;
use cobuy::{Engine, History, Watch};
use std::path::PathBuf;

/// Says what is odd in a shop's data, what it does to results, and the way out.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cobuy doctor orders.csv
  cobuy doctor orders.csv --items items.csv --config shop.toml --format json
  cobuy doctor shop.cobuy --strict")]
pub struct Doctor {
    /// The order lines, as `cobuy fit` takes them, or a fitted shop's file.
    #[arg(required = true)]
    orders: Vec<PathBuf>,
    /// Exit with 1 where there is any warning or problem.
    #[arg(long)]
    strict: bool,
    /// No progress bar.
    #[arg(short, long)]
    quiet: bool,
    /// How to write the report.
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
    #[command(flatten, next_help_heading = "The other tables")]
    tables: TableFiles,
}

impl Doctor {
    pub fn run(self) -> Result<(), Failure> {
        let report = self.history()?.doctor();
        stdout(|to| match self.format {
            Form::Json => write_json(to, &report),
            Form::Table => write!(to, "{report}"),
        })?;
        match self.strict && !report.is_clean() {
            true => Err(Failure::Strict),
            false => Ok(()),
        }
    }

    fn history(&self) -> Result<History, Failure> {
        match &self.orders[..] {
            [shop] if cobuy::file::is_model(shop) => self
                .tables
                .apply(Engine::open(shop)?.history(Watch::new())?),
            orders => self.tables.history(orders, self.quiet),
        }
    }
}
