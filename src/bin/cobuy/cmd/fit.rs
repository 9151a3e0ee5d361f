//! `cobuy fit`: from a shop's tables to its file.

use crate::model::ModelOptions;
use crate::output::{Form, stdout, write_json};
use crate::progress::Bar;
use crate::tables::TableFiles;
use crate::{Failure, note};
use clap::Args;
use cobuy::evaluate::ShopModel;
use cobuy::tune::{Validation, auto, check_auto};
use cobuy::{AlsoBoughtParams, Engine, History, Watch};
use std::path::PathBuf;

/// Reads orders and learns what sells with what.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cobuy fit orders.csv -o shop.cobuy
  cobuy fit orders.csv.gz -o shop.cobuy --items items.csv --customers crm.csv --config shop.toml
  cobuy fit orders.csv -o shop.cobuy --column customer_id=Client --time-format '%d.%m.%Y %H:%M'
  cobuy fit orders.csv -o shop.cobuy --fulfilled delivered --basis order --min-customers 3

Columns of orders: order_id, customer_id and item_id are needed; quantity, price, ordered_at, status,
channel, campaign, discount, cost, return_of and currency are used where they are. Usual spellings are
recognised; any other column is kept as the shop's own.")]
pub struct Fit {
    /// The order lines: CSV, plain or gzip, or Parquet; `-` is standard input (CSV). Several files are
    /// read as one.
    #[arg(required = true)]
    orders: Vec<PathBuf>,
    /// The shop's file to write.
    #[arg(short, long)]
    output: PathBuf,
    /// No summary and no progress bar.
    #[arg(short, long)]
    quiet: bool,
    /// How to write what was read: a table goes to standard error, JSON to standard output.
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
    #[command(flatten, next_help_heading = "What is learnt")]
    model: ModelOptions,
    #[command(flatten, next_help_heading = "The other tables")]
    tables: TableFiles,
}

impl Fit {
    pub fn run(self) -> Result<(), Failure> {
        let params = self.model.params()?;
        // What cannot work is said before the file is read.
        match self.model.is_auto() {
            true => check_auto(&params)?,
            false => params.check()?,
        }
        cobuy::file::check_model_path(&self.output)?;
        let history = self.tables.history(&self.orders, self.quiet)?;
        if let (Form::Table, false) = (self.format, self.quiet) {
            note(&history.summary().to_string());
        }
        if history.summary().fulfilled_orders == 0 {
            note("warning: no order counts, so nothing can be learnt; do the statuses say so?\n");
        }
        let params = match self.model.is_auto() {
            true => self.picked(&params, &history)?,
            false => params,
        };
        let bar = Bar::new(self.quiet);
        let progress = |progress| bar.tell(progress);
        let builder = Engine::builder(&history).also_bought(params);
        let builder = builder.basis(self.model.basis());
        let engine = builder
            .by_group(self.model.by_group)
            .progress(&progress)
            .fit();
        bar.clear();
        save(&engine?, &self.output, self.quiet)?;
        match self.format {
            // The shop is saved before anybody may stop listening.
            Form::Json => stdout(|to| write_json(to, history.summary())),
            Form::Table => Ok(()),
        }
    }
}

impl Fit {
    /// The model that suits the history, which is said with the reason.
    fn picked(
        &self,
        base: &AlsoBoughtParams,
        history: &History,
    ) -> Result<AlsoBoughtParams, Failure> {
        let bar = Bar::new(self.quiet);
        let progress = |progress| bar.tell(progress);
        let model = ShopModel {
            basis: self.model.basis(),
            by_group: self.model.by_group,
            ..ShopModel::default()
        };
        let watch = Watch::new().progress(&progress);
        let choice = Validation::quick_shop(&model, history, watch)
            .and_then(|validation| auto(base, &validation, watch));
        bar.clear();
        let choice = choice?;
        if !self.quiet {
            note(&format!("picked   {}\n", choice.reason));
        }
        Ok(choice.params)
    }
}

/// Saves a shop and says so, unless `quiet`.
pub fn save(engine: &Engine, path: &std::path::Path, quiet: bool) -> Result<(), Failure> {
    let id = engine.save(path)?;
    if !quiet {
        let short: String = id.chars().take(12).collect();
        note(&format!("saved    {} (id {short})\n", path.display()));
    }
    Ok(())
}
