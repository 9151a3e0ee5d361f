//! `cobuy tune`: which settings suggest best, by what customers bought last.

use crate::held_out::HeldOut;
use crate::model::{Limits, flags, number};
use crate::output::{Format, Table, stdout, write_json};
use crate::progress::Bar;
use crate::tables::TableFiles;
use crate::{Failure, note};
use clap::Args;
use cobuy::evaluate::ShopModel;
use cobuy::tune::{Objective, Trial, Tuning, Validation, named};
use cobuy::{AlsoBought, AlsoBoughtParams, Watch};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Searches the settings that suggest best, by what customers bought last.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cobuy tune orders.csv
  cobuy tune orders.csv --model ridge --neighbours 200 --trials 80 --metric recall@10
  cobuy tune orders.csv --split leave-out --share 0.1 --sample 5000 --set steps=4
  cobuy tune orders.csv --trials-file trials.jsonl --format csv

Each choice of settings learns from what was known at the cut, and is judged by what customers bought after it,
as by `cobuy eval`. The first trials are the defaults. With --trials-file the same command goes on where it
was stopped. The best of many is too good on what it was chosen by: judge it by what came later.")]
pub struct Tune {
    /// The order lines, as `cobuy fit` takes them.
    #[arg(required = true)]
    orders: Vec<PathBuf>,
    /// What is searched: a model (ridge), a measure (power, tversky) or a preset to begin with (rp3beta). May be
    /// given again [default: power and ridge].
    #[arg(long = "model", value_name = "NAME")]
    models: Vec<String>,
    /// A number that is not searched but is this, such as steps=4; as often as needed.
    #[arg(long = "set", value_name = "NUMBER=VALUE", value_parser = number)]
    fixed: Vec<(String, f64)>,
    /// How many choices of settings are tried at most.
    #[arg(long, default_value_t = 40)]
    trials: usize,
    /// What is made as large as can be: a metric of `cobuy eval` at a number of suggestions.
    #[arg(long, default_value = "ndcg@20", value_parser = str::parse::<Objective>)]
    metric: Objective,
    /// What draws follow from: the same seed tries the same.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Judge only so many customers, drawn: faster on large shops [default: all].
    #[arg(long, value_name = "CUSTOMERS")]
    sample: Option<usize>,
    /// Keep the trials in a file, and go on from those that it holds.
    #[arg(long, value_name = "FILE")]
    trials_file: Option<PathBuf>,
    #[command(flatten)]
    held_out: HeldOut,
    /// Suggest also what is owned, and count what is bought again: the next basket.
    #[arg(long)]
    keep_owned: bool,
    /// Do not fall back to what is popular.
    #[arg(long)]
    no_fallback: bool,
    /// How often customers are drawn anew for the intervals; 0: no intervals.
    #[arg(long, default_value_t = 1_000)]
    resamples: usize,
    /// The share of the means that an interval holds.
    #[arg(long, default_value_t = 0.95)]
    confidence: f64,
    /// No progress bar and no notes.
    #[arg(short, long)]
    quiet: bool,
    /// How to write the trials.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten, next_help_heading = "What is learnt")]
    limits: Limits,
    #[command(flatten, next_help_heading = "The other tables")]
    tables: TableFiles,
}

impl Tune {
    pub fn run(self) -> Result<(), Failure> {
        let tune = self.tune()?;
        // What cannot work is said before the file is read.
        self.held_out.check()?;
        tune.check()?;
        if self.sample == Some(0) {
            return Err(Failure::Usage("--sample must be at least 1".to_owned()));
        }
        let history = self.tables.history(&self.orders, self.quiet)?;
        let split = self.held_out.split(&history, self.seed)?;
        let model = ShopModel {
            basis: self.limits.basis(),
            by_group: self.limits.by_group,
            fallback: !self.no_fallback,
            ..ShopModel::default()
        };
        let bar = Bar::new(self.quiet);
        let progress = |progress| bar.tell(progress);
        let watch = Watch::new().progress(&progress);
        let validation = Validation::shop(&model, &history, &split, watch);
        let validation = match (validation, self.sample) {
            (Ok(all), Some(customers)) => all.sample(customers, self.seed),
            (all, _) => all,
        };
        let tuning = validation.and_then(|validation| {
            let mut begun = false;
            tune.run_telling(&validation, watch, |tuning| {
                if !std::mem::replace(&mut begun, true) {
                    self.say_where(tuning);
                }
                if let Some(value) = tuning.best_so_far().and_then(|best| best.value) {
                    bar.say(format!("best {value:.4}"));
                }
            })
        });
        bar.clear();
        self.write(&tuning?)
    }

    /// Where the trials are, so that whoever stops it knows how to go on.
    fn say_where(&self, tuning: &Tuning) {
        let Some(path) = self.trials_file.as_ref().filter(|_| !self.quiet) else {
            return;
        };
        let path = path.display();
        note(&match tuning.kept {
            0 => format!(
                "trials   are kept in {path}; stopped, the same command goes on from there\n"
            ),
            kept => format!("trials   {kept} are in {path} already; it goes on from there\n"),
        });
    }

    fn tune(&self) -> Result<cobuy::tune::Tune, Failure> {
        let base = self.limits.apply(AlsoBought::params());
        let names: Vec<&str> = match self.models.is_empty() {
            true => vec!["power", "ridge"],
            false => self.models.iter().map(String::as_str).collect(),
        };
        let searched: cobuy::Result<Vec<AlsoBoughtParams>> =
            names.into_iter().map(|name| named(name, &base)).collect();
        Ok(cobuy::tune::Tune {
            searched: searched?,
            fixed: self.fixed.clone(),
            trials: self.trials,
            seed: self.seed,
            metric: self.metric,
            keep_owned: self.keep_owned,
            resamples: self.resamples,
            confidence: self.confidence,
            threads: base.threads,
            trials_file: self.trials_file.clone(),
        })
    }

    fn write(&self, tuning: &Tuning) -> Result<(), Failure> {
        let fit = self.command(tuning.best());
        stdout(|to| match self.format {
            Format::Table => writeln!(to, "{tuning}learn     {fit}"),
            Format::Json => write_json(to, &Told::of(tuning, self.seed, fit)),
            Format::Csv => as_table(tuning).write_csv(to),
        })?;
        if self.format == Format::Csv && !self.quiet {
            for warning in &tuning.warnings {
                note(&format!("warning: {warning}\n"));
            }
        }
        Ok(())
    }

    /// The command that learns by a trial's settings.
    fn command(&self, trial: &Trial) -> String {
        let mut words = vec!["cobuy".to_owned(), "fit".to_owned()];
        words.extend(
            self.orders
                .iter()
                .map(|path| quoted(&path.to_string_lossy())),
        );
        words.extend(TableFiles::flags().map(|word| quoted(&word)));
        words.extend(["-o", "shop.cobuy"].map(str::to_owned));
        words.extend(flags(&trial.params));
        words.extend(self.limits.of_shop());
        words.join(" ")
    }
}

/// As a shell reads it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:,@".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// A search as JSON.
#[derive(Serialize)]
struct Told<'a> {
    metric: String,
    seed: u64,
    best: usize,
    fit: String,
    warnings: &'a [String],
    confidence: Option<f64>,
    trials: Vec<ToldTrial<'a>>,
}

#[derive(Serialize)]
struct ToldTrial<'a> {
    trial: usize,
    model: &'static str,
    settings: BTreeMap<&'static str, f64>,
    neighbours: usize,
    min_customers: u32,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    customers: u64,
    fit_seconds: f64,
    error: Option<&'a str>,
}

impl<'a> Told<'a> {
    fn of(tuning: &'a Tuning, seed: u64, fit: String) -> Self {
        let trial = |trial: &'a Trial| ToldTrial {
            trial: trial.number,
            model: trial.name(),
            settings: trial.params.numbers_that_count().into_iter().collect(),
            neighbours: trial.params.neighbours,
            min_customers: trial.params.min_customers,
            value: trial.value,
            low: trial.low,
            high: trial.high,
            customers: trial.customers,
            fit_seconds: trial.seconds,
            error: trial.error.as_deref(),
        };
        Told {
            metric: tuning.metric.to_string(),
            seed,
            best: tuning.best().number,
            fit,
            warnings: &tuning.warnings,
            confidence: tuning.confidence,
            trials: tuning.best_first().into_iter().map(trial).collect(),
        }
    }
}

fn as_table(tuning: &Tuning) -> Table {
    let columns = [
        ("trial", true),
        ("model", false),
        ("settings", false),
        ("value", true),
        ("low", true),
        ("high", true),
        ("customers", true),
        ("fit_seconds", true),
        ("error", false),
    ];
    let mut table = Table::of(columns);
    let number = |number: Option<f64>| number.map_or_else(String::new, |it| it.to_string());
    for trial in tuning.best_first() {
        table.push(vec![
            trial.number.to_string(),
            trial.name().to_owned(),
            trial.settings().join(" "),
            number(trial.value),
            number(trial.low),
            number(trial.high),
            trial.customers.to_string(),
            trial.seconds.to_string(),
            trial.error.clone().unwrap_or_default(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn paths_are_told_as_a_shell_reads_them() {
        for (path, told) in [
            ("data/orders.csv", "data/orders.csv"),
            ("my orders.csv", "'my orders.csv'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(path), told);
        }
    }
}
