//! `cobuy eval`: how good suggestions would have been, by what customers then bought.

use crate::Failure;
use crate::held_out::HeldOut;
use crate::model::ModelOptions;
use crate::output::{Format, Table, stdout, write_json};
use crate::progress::Bar;
use crate::tables::TableFiles;
use clap::Args;
use cobuy::evaluate::{Bootstrap, EvaluateParams, Figures, GroupBy, ShopModel};
use cobuy::{Engine, History, Watch};
use std::path::PathBuf;

/// Says how good suggestions would have been, by what customers then bought.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cobuy eval orders.csv
  cobuy eval orders.csv --horizon 2w --origins 3 -k 5 -k 10 --measure lift --min-customers 3
  cobuy eval orders.csv --customers crm.csv --group-by country --format csv
  cobuy eval shop.cobuy --split leave-out --share 0.1 --keep-owned

What is learnt is what was known at a cut; what customers bought after it, and kept, is what lists are
judged by. Only what is new to a customer counts, unless --keep-owned. Customers and items that nobody
knew at the cut are counted and not judged.")]
pub struct Eval {
    /// The order lines, as `cobuy fit` takes them, or a fitted shop's file, which is measured with the settings
    /// that it was learnt with where no others are given.
    #[arg(required = true)]
    orders: Vec<PathBuf>,
    /// How many of a list's first items are looked at. May be given again [default: 10 and 20].
    #[arg(short, value_name = "NUMBER")]
    k: Vec<usize>,
    #[command(flatten)]
    held_out: HeldOut,
    /// What draws follow from.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Suggest also what is owned, and count what is bought again: the next basket.
    #[arg(long)]
    keep_owned: bool,
    /// Do not fall back to what is popular.
    #[arg(long)]
    no_fallback: bool,
    /// Measure groups of customers, too: by their `purchases` or `orders` before the cut, or by a column of the
    /// table of customers.
    #[arg(long, value_name = "WHAT")]
    group_by: Option<String>,
    /// How many groups of about the same size, by purchases or orders.
    #[arg(long, default_value_t = 4)]
    groups: usize,
    /// How often customers are drawn anew for the intervals; 0: no intervals.
    #[arg(long, default_value_t = 1_000)]
    resamples: usize,
    /// The share of the means that an interval holds.
    #[arg(long, default_value_t = 0.95)]
    confidence: f64,
    /// No progress bar.
    #[arg(short, long)]
    quiet: bool,
    /// How to write the figures.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten, next_help_heading = "What is learnt")]
    model: ModelOptions,
    #[command(flatten, next_help_heading = "The other tables")]
    tables: TableFiles,
}

impl Eval {
    pub fn run(self) -> Result<(), Failure> {
        let (params, mut model, bootstrap) = (self.params(), self.shop_model()?, self.bootstrap());
        // What cannot work is said before the file is read.
        if self.model.is_auto() {
            let problem =
                "--model auto is picked by `cobuy fit`; measure the shop's file that it writes";
            return Err(Failure::Usage(problem.to_owned()));
        }
        self.held_out.check()?;
        params.check()?;
        model.also_bought.check()?;
        bootstrap.as_ref().map_or(Ok(()), Bootstrap::check)?;
        let history = self.history(&mut model)?;
        let split = self.held_out.split(&history, self.seed)?;
        let bar = Bar::new(self.quiet);
        let progress = |progress| bar.tell(progress);
        let watch = Watch::new().progress(&progress);
        let figures = params
            .shop(&model, &history, &split, watch)
            .and_then(|evaluation| evaluation.figures(bootstrap.as_ref(), watch));
        bar.clear();
        let figures = figures?;
        stdout(|to| match self.format {
            Format::Table => write!(to, "{figures}"),
            Format::Json => write_json(to, &figures),
            Format::Csv => as_table(&figures).write_csv(to),
        })
    }

    /// What happened; of a shop's file also what it learnt by, where nothing else is asked for.
    fn history(&self, model: &mut ShopModel) -> Result<History, Failure> {
        match &self.orders[..] {
            [shop] if cobuy::file::is_model(shop) => {
                let engine = Engine::open(shop)?;
                if self.model.says_nothing() {
                    let learnt = engine.model();
                    let asked = &model.also_bought;
                    let (threads, memory_limit) = (asked.threads, asked.memory_limit);
                    model.also_bought = learnt.settings().clone();
                    model.also_bought.threads = threads;
                    model.also_bought.memory_limit = memory_limit;
                    model.basis = learnt.basis();
                    model.by_group = engine.is_by_group();
                }
                self.tables.apply(engine.history(Watch::new())?)
            }
            orders => self.tables.history(orders, self.quiet),
        }
    }

    fn params(&self) -> EvaluateParams {
        let mut params = EvaluateParams::default().keep_owned(self.keep_owned);
        if !self.k.is_empty() {
            params.k.clone_from(&self.k);
        }
        params.group_by = self.group_by.as_deref().map(|what| match what {
            "purchases" => GroupBy::Purchases(self.groups),
            "orders" => GroupBy::Orders(self.groups),
            column => GroupBy::Column(column.to_owned()),
        });
        params.threads = self.model.threads();
        params
    }

    fn shop_model(&self) -> Result<ShopModel, Failure> {
        Ok(ShopModel {
            also_bought: self.model.params()?,
            basis: self.model.basis(),
            by_group: self.model.by_group,
            fallback: !self.no_fallback,
        })
    }

    fn bootstrap(&self) -> Option<Bootstrap> {
        (self.resamples > 0).then(|| Bootstrap {
            resamples: self.resamples,
            confidence: self.confidence,
            seed: self.seed,
            threads: self.model.threads(),
        })
    }
}

fn as_table(figures: &Figures) -> Table {
    let columns = ["group", "metric", "k", "value", "low", "high", "customers"];
    let mut table = Table::of(columns.map(|name| (name, !matches!(name, "group" | "metric"))));
    let end = |end: Option<f64>| end.map_or_else(String::new, |end| end.to_string());
    for figure in &figures.figures {
        table.push(vec![
            figure.group.clone().unwrap_or_default(),
            figure.metric.to_owned(),
            figure.k.to_string(),
            figure.value.to_string(),
            end(figure.low),
            end(figure.high),
            figure.customers.to_string(),
        ]);
    }
    table
}
