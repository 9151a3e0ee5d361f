//! `cobuy append`, `cobuy retract` and `cobuy forget`: a shop's file with another history.

use super::fit::save;
use crate::output::{Form, stdout, write_json};
use crate::progress::Bar;
use crate::tables::TableFiles;
use crate::{Failure, note};
use clap::Args;
use cobuy::text::grouped;
use cobuy::{Engine, History, Watch};
use std::path::{Path, PathBuf};

/// Adds new orders, and rows of other tables, and learns anew with the same settings.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cobuy append shop.cobuy orders-today.csv
  cobuy append shop.cobuy corrected.csv --replace --items items.csv")]
pub struct Append {
    /// The shop's file, made by `cobuy fit`.
    shop: PathBuf,
    /// More order lines; `-` is standard input.
    orders: Vec<PathBuf>,
    /// Replace orders that are known already, rather than refuse them.
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    to: Target,
    #[command(flatten, next_help_heading = "The other tables")]
    tables: TableFiles,
}

/// Takes orders back, as if they had never been, and learns anew with the same settings.
#[derive(Args)]
#[command(after_help = "Example:\n  cobuy retract shop.cobuy 536365 536366")]
pub struct Retract {
    /// The shop's file, made by `cobuy fit`.
    shop: PathBuf,
    /// The orders' ids.
    #[arg(required = true)]
    orders: Vec<String>,
    #[command(flatten)]
    to: Target,
}

/// Forgets a customer, as if they had never been, and says what was taken out.
#[derive(Args)]
#[command(after_help = "Example:\n  cobuy forget shop.cobuy 17850 --format json")]
pub struct Forget {
    /// The shop's file, made by `cobuy fit`.
    shop: PathBuf,
    /// The customer's id.
    customer: String,
    #[command(flatten)]
    to: Target,
    /// How to write the receipt.
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
}

#[derive(Args)]
struct Target {
    /// The file to write [default: the shop's own].
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// No messages and no progress bar.
    #[arg(short, long)]
    quiet: bool,
}

impl Append {
    pub fn run(self) -> Result<(), Failure> {
        // Two changes at once would lose one.
        let _alone = cobuy::file::change(&self.shop)?;
        let engine = Engine::open(&self.shop)?;
        let history = engine.history(Watch::new())?;
        let before = history.summary().rows;
        let history = self.tables.append(&history, &self.orders, self.replace)?;
        if !self.to.quiet {
            let rows = history.summary().rows;
            note(&format!(
                "appended {} rows in place of {}\n",
                grouped(rows),
                grouped(before)
            ));
        }
        self.to.learn(&engine, &history, &self.shop)
    }
}

impl Retract {
    pub fn run(self) -> Result<(), Failure> {
        // Two changes at once would lose one.
        let _alone = cobuy::file::change(&self.shop)?;
        let engine = Engine::open(&self.shop)?;
        let history = engine.history(Watch::new())?;
        let history = history.retract(&self.orders, Watch::new())?;
        self.to.learn(&engine, &history, &self.shop)
    }
}

impl Forget {
    pub fn run(self) -> Result<(), Failure> {
        // Two changes at once would lose one.
        let _alone = cobuy::file::change(&self.shop)?;
        let engine = Engine::open(&self.shop)?;
        let history = engine.history(Watch::new())?;
        let (history, receipt) = history.forget(&self.customer, Watch::new())?;
        self.to.learn(&engine, &history, &self.shop)?;
        stdout(|to| match self.format {
            Form::Json => write_json(to, &receipt),
            Form::Table => write!(to, "{receipt}"),
        })
    }
}

impl Target {
    fn learn(&self, engine: &Engine, history: &History, shop: &Path) -> Result<(), Failure> {
        let bar = Bar::new(self.quiet);
        let progress = |progress| bar.tell(progress);
        let engine = engine.refit(history, Watch::new().progress(&progress));
        bar.clear();
        save(&engine?, self.output.as_deref().unwrap_or(shop), self.quiet)
    }
}
