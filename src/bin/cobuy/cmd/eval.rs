//! `cobuy eval`: how good suggestions would have been, by what customers then bought.

use crate::Failure;
use crate::model::ModelOptions;
use crate::output::{Format, Table, stdout, write_json};
use crate::progress::Bar;
use crate::tables::TableFiles;
use clap::{Args, ValueEnum};
use cobuy::evaluate::{
    Bootstrap, ByTime, EvaluateParams, Figures, GroupBy, LeaveOut, ShopModel, ShopSplit,
};
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
    /// Whether a cut in time parts what is learnt from what is held out, or the last of each customer's
    /// items are.
    #[arg(long, value_enum, default_value_t = By::Time)]
    split: By,
    /// How long after a cut is held out, such as 30d, 2w or 36h [default: 30d].
    #[arg(long, value_name = "TIME", value_parser = days)]
    horizon: Option<f64>,
    /// How many cuts, each a horizon before the next [default: 1].
    #[arg(long, value_name = "NUMBER")]
    origins: Option<usize>,
    /// The last cut; without an offset in the shop's zone [default: a horizon before the last purchase].
    #[arg(long, value_name = "INSTANT")]
    cut: Option<String>,
    /// The share of each customer's items that is left out [default: 0.2].
    #[arg(long)]
    share: Option<f64>,
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

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Time,
    LeaveOut,
}

impl Eval {
    pub fn run(self) -> Result<(), Failure> {
        let (params, mut model, bootstrap) = (self.params(), self.shop_model()?, self.bootstrap());
        // What cannot work is said before the file is read.
        self.check_split()?;
        params.check()?;
        model.also_bought.check()?;
        bootstrap.as_ref().map_or(Ok(()), Bootstrap::check)?;
        let history = self.history(&mut model)?;
        let split = self.split(&history)?;
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

    /// Refuses what belongs to the other kind of split.
    fn check_split(&self) -> Result<(), Failure> {
        let of_time = [
            ("--horizon", self.horizon.is_some()),
            ("--origins", self.origins.is_some()),
            ("--cut", self.cut.is_some()),
        ];
        let wrong = match self.split {
            By::Time => self.share.is_some().then_some("--share"),
            By::LeaveOut => of_time
                .iter()
                .find(|(_, given)| *given)
                .map(|(name, _)| *name),
        };
        match (wrong, self.split) {
            (None, _) => Ok(()),
            (Some(name), By::Time) => Err(Failure::Usage(format!(
                "{name} goes with --split leave-out"
            ))),
            (Some(name), By::LeaveOut) => {
                Err(Failure::Usage(format!("{name} goes with --split time")))
            }
        }
    }

    fn split(&self, history: &History) -> cobuy::Result<ShopSplit<'static>> {
        if self.split == By::LeaveOut {
            let share = self.share.unwrap_or(LeaveOut::default().share);
            return Ok(ShopSplit::LeaveOut(LeaveOut {
                share,
                seed: self.seed,
            }));
        }
        let usual = ByTime::default();
        let by = ByTime {
            horizon: self.horizon.unwrap_or(usual.horizon),
            origins: self.origins.unwrap_or(usual.origins),
            cut: None,
        };
        Ok(ShopSplit::Time(match &self.cut {
            Some(cut) => by.cut_at(history, cut)?,
            None => by,
        }))
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

/// A time in days: `30d`, `2w`, `36h`, or a number of days.
fn days(text: &str) -> Result<f64, String> {
    let problem = || format!("`{text}` is no time, such as 30d, 2w or 36h");
    let (number, days) = match text.chars().last() {
        Some('d') => (&text[..text.len() - 1], 1.0),
        Some('w') => (&text[..text.len() - 1], 7.0),
        Some('h') => (&text[..text.len() - 1], 1.0 / 24.0),
        _ => (text, 1.0),
    };
    let number: f64 = number.parse().map_err(|_| problem())?;
    Ok(number * days)
}

#[cfg(test)]
mod tests {
    use super::days;

    #[test]
    fn times_are_read_with_their_units() {
        for (text, number) in [
            ("30d", Some(30.0)),
            ("2w", Some(14.0)),
            ("36h", Some(1.5)),
            ("7", Some(7.0)),
            ("", None),
            ("d", None),
            ("3 days", None),
        ] {
            assert_eq!(days(text).ok(), number, "{text}");
        }
    }
}
