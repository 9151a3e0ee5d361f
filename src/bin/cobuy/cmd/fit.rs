//! `cobuy fit`: from an order file to a shop's file.

use crate::output::{stdout, write_json};
use crate::progress::Bar;
use crate::{Failure, note};
use clap::{Args, ValueEnum};
use cobuy::history::{ClockChange, Duplicates, Kind, OnError, Rounding};
use cobuy::{AlsoBought, AlsoBoughtParams, Basis, Csv, Engine, Measure, Settings, Watch};
use std::path::PathBuf;

/// Reads orders and learns what sells with what.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cobuy fit orders.csv -o shop.cobuy
  cobuy fit orders.csv.gz -o shop.cobuy --column customer_id=Client --time-format '%d.%m.%Y %H:%M'
  cobuy fit orders.csv -o shop.cobuy --fulfilled delivered --basis order --min-customers 3

Columns: order_id, customer_id and item_id are needed; quantity, price, ordered_at, status, channel,
campaign, discount, cost, return_of and currency are used where they are. Usual spellings are
recognised; any other column is kept as the shop's own.")]
pub struct Fit {
    /// The order lines, as CSV, plain or gzip.
    orders: PathBuf,
    /// The shop's file to write.
    #[arg(short, long)]
    output: PathBuf,
    /// How near two items are: cosine (good for most shops), count (popular beside it), jaccard,
    /// confidence (share of its buyers), lift (niche; ask for more --min-customers) or llr (what can
    /// hardly be chance).
    #[arg(long, default_value_t = Measure::Cosine)]
    measure: Measure,
    /// How many neighbours an item keeps at most.
    #[arg(long, default_value_t = 50)]
    neighbours: usize,
    /// How many customers (or orders) neighbours must have in common at least.
    #[arg(long, default_value_t = 1)]
    min_customers: u32,
    /// Whether items go together when one customer bought both, or when one order holds both.
    #[arg(long, value_enum, default_value_t = By::Customer)]
    basis: By,
    /// How many threads [default: all cores].
    #[arg(long)]
    threads: Option<usize>,
    /// No summary and no progress bar.
    #[arg(short, long)]
    quiet: bool,
    /// How to write what was read: a table goes to standard error, JSON to standard output.
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
    #[command(flatten, next_help_heading = "How the file is written")]
    file: FileOptions,
    #[command(flatten, next_help_heading = "What the rows mean")]
    meaning: MeaningOptions,
}

#[derive(Args)]
struct FileOptions {
    /// What the file calls a column; an empty name: the file has none. May be given again.
    #[arg(long = "column", value_name = "COLUMN=NAME", value_parser = pair)]
    columns: Vec<(String, String)>,
    /// What stands between fields, \t for a tab [default: recognised].
    #[arg(long, value_parser = delimiter)]
    delimiter: Option<char>,
    /// The encoding [default: utf-8].
    #[arg(long)]
    encoding: Option<String>,
    /// The form of times, as in strftime, such as '%d.%m.%Y %H:%M'
    /// [default: RFC 3339 and YYYY-MM-DD[ HH:MM[:SS]]].
    #[arg(long)]
    time_format: Option<String>,
    /// Numbers are written 2,55.
    #[arg(long)]
    decimal_comma: bool,
    /// A text that means "nothing told" besides a blank. May be given again.
    #[arg(long, value_name = "TEXT")]
    missing: Option<Vec<String>>,
    /// The kind of a column of the shop's own: text, number, flag or time. May be given again.
    #[arg(long = "type", value_name = "NAME=KIND", value_parser = pair)]
    types: Vec<(String, String)>,
    /// What to do with a row that cannot be read.
    #[arg(long, value_enum, default_value_t = StopOrSkip::Stop)]
    on_error: StopOrSkip,
}

#[derive(Args)]
struct MeaningOptions {
    /// A status of orders that count, in place of the usual ones. May be given again.
    #[arg(long, value_name = "STATUS")]
    fulfilled: Option<Vec<String>>,
    /// A status of orders that do not count, besides the usual ones. May be given again.
    #[arg(long, value_name = "STATUS")]
    unfulfilled: Vec<String>,
    /// An item that is no goods, such as postage: it counts for nothing. May be given again.
    #[arg(long, value_name = "ITEM")]
    ignore: Vec<String>,
    /// The zone of times without an offset.
    #[arg(long, default_value = "UTC")]
    time_zone: String,
    /// What to do with local times that the clocks skipped or showed twice.
    #[arg(long, value_enum, default_value_t = Clock::Refuse)]
    clock_change: Clock,
    /// Whether ids such as C536379 mark returns [default: where plain numbers outnumber them].
    #[arg(long, value_name = "true|false")]
    c_returns: Option<bool>,
    /// What to do with money finer than four digits and quantities finer than three.
    #[arg(long, value_enum, default_value_t = Round::Refuse)]
    rounding: Round,
    /// What to do with rows that equal another in every column.
    #[arg(long, value_enum, default_value_t = Repeats::Keep)]
    duplicates: Repeats,
}

#[derive(Clone, Copy, ValueEnum)]
enum By {
    Customer,
    Order,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Table,
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum StopOrSkip {
    /// Stop and name it.
    Stop,
    /// Leave it out, count it and list it.
    Skip,
}

#[derive(Clone, Copy, ValueEnum)]
enum Clock {
    Refuse,
    Earlier,
    Later,
}

#[derive(Clone, Copy, ValueEnum)]
enum Round {
    Refuse,
    Nearest,
}

#[derive(Clone, Copy, ValueEnum)]
enum Repeats {
    Keep,
    Drop,
}

impl Fit {
    pub fn run(self) -> Result<(), Failure> {
        let csv = self.csv()?;
        let params = self.params();
        // What cannot work is said before the file is read.
        params.check()?;
        cobuy::file::check_model_path(&self.output)?;
        let bar = Bar::new(self.quiet);
        let progress = |progress| bar.tell(progress);
        let read = csv.read_watched(&self.orders, Watch::new().progress(&progress));
        bar.clear();
        let history = read?;
        if let (Form::Table, false) = (self.format, self.quiet) {
            note(&history.summary().to_string());
        }
        let basis = match self.basis {
            By::Customer => Basis::Customer,
            By::Order => Basis::Order,
        };
        let bar = Bar::new(self.quiet);
        let progress = |progress| bar.tell(progress);
        let builder = Engine::builder(&history).also_bought(params).basis(basis);
        let engine = builder.progress(&progress).fit();
        bar.clear();
        let id = engine?.save(&self.output)?;
        if !self.quiet {
            let short: String = id.chars().take(12).collect();
            note(&format!(
                "saved    {} (id {short})\n",
                self.output.display()
            ));
        }
        match self.format {
            // The shop is saved before anybody may stop listening.
            Form::Json => stdout(|to| write_json(to, history.summary())),
            Form::Table => Ok(()),
        }
    }

    fn params(&self) -> AlsoBoughtParams {
        let params = AlsoBought::params()
            .measure(self.measure)
            .neighbours(self.neighbours)
            .min_customers(self.min_customers);
        match self.threads {
            Some(threads) => params.threads(threads),
            None => params,
        }
    }

    fn csv(&self) -> Result<Csv, Failure> {
        let (file, meaning) = (&self.file, &self.meaning);
        let settings = Settings {
            time_zone: meaning.time_zone.clone(),
            clock_change: match meaning.clock_change {
                Clock::Refuse => ClockChange::Refuse,
                Clock::Earlier => ClockChange::Earlier,
                Clock::Later => ClockChange::Later,
            },
            fulfilled: meaning.fulfilled.clone(),
            unfulfilled: meaning.unfulfilled.clone(),
            c_returns: meaning.c_returns,
            rounding: match meaning.rounding {
                Round::Refuse => Rounding::Refuse,
                Round::Nearest => Rounding::Nearest,
            },
            duplicates: match meaning.duplicates {
                Repeats::Keep => Duplicates::Keep,
                Repeats::Drop => Duplicates::Drop,
            },
            missing: file.missing.clone(),
            ignore: meaning.ignore.clone(),
            types: file.types.iter().map(kind).collect::<Result<_, _>>()?,
        };
        let mut csv = Csv::new().settings(settings).on_error(match file.on_error {
            StopOrSkip::Stop => OnError::Stop,
            StopOrSkip::Skip => OnError::Skip,
        });
        for (column, name) in &file.columns {
            csv = match name.as_str() {
                "" => csv.without(column),
                name => csv.column(column, name),
            };
        }
        if let Some(delimiter) = file.delimiter {
            csv = csv.delimiter(delimiter);
        }
        if let Some(encoding) = &file.encoding {
            csv = csv.encoding(encoding);
        }
        if let Some(format) = &file.time_format {
            csv = csv.time_format(format);
        }
        Ok(if file.decimal_comma {
            csv.decimal_comma()
        } else {
            csv
        })
    }
}

fn delimiter(text: &str) -> Result<char, String> {
    match (text, text.chars().next()) {
        ("\\t", _) => Ok('\t'),
        (_, Some(only)) if only.len_utf8() == text.len() => Ok(only),
        _ => Err("it must be one character".to_owned()),
    }
}

/// `NAME=VALUE`.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it must read NAME=VALUE".to_owned()),
    }
}

fn kind((name, kind): &(String, String)) -> Result<(String, Kind), Failure> {
    let known = Kind::ALL.into_iter().find(|known| known.name() == kind);
    let names = Kind::ALL.map(Kind::name).join(", ");
    known.map(|kind| (name.clone(), kind)).ok_or_else(|| {
        Failure::Usage(format!(
            "`{kind}` is no kind of column; it must be one of {names}"
        ))
    })
}
