//! A shop's tables from files: the arguments that say where they are and what they mean.

use crate::Failure;
use crate::progress::Bar;
use clap::{Args, ValueEnum};
use cobuy::history::{ClockChange, Duplicates, Kind, OnError, Rounding};
use cobuy::{Config, History, Input, Reader, Settings, TableName, Tables, Watch};
use std::path::{Path, PathBuf};

/// Where a shop's tables are.
#[derive(Args)]
pub struct TableFiles {
    /// What the shop sells: item_id, name, category, brand, price, cost, stock, group.
    #[arg(long, value_name = "FILE")]
    items: Option<PathBuf>,
    /// Who the customers are: customer_id and columns of the shop's own.
    #[arg(long, value_name = "FILE")]
    customers: Option<PathBuf>,
    /// What customers did: customer_id, kind, at, item_id, value, price, query.
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// What was spent on adverts: channel, campaign, keyword, from, to, amount.
    #[arg(long, value_name = "FILE")]
    spend: Option<PathBuf>,
    /// The shop's settings; options given here win over it.
    #[arg(long, value_name = "SHOP.TOML")]
    config: Option<PathBuf>,
    /// Only what happened before this instant, such as 2024-06-01; without an offset in the shop's zone.
    #[arg(long, value_name = "INSTANT")]
    as_of: Option<String>,
    #[command(flatten, next_help_heading = "How the orders are written")]
    file: FileOptions,
    #[command(flatten, next_help_heading = "What the rows mean")]
    meaning: MeaningOptions,
}

#[derive(Args)]
struct FileOptions {
    /// What the orders call a column, or another table: `items.category=Kind`. An empty name: there
    /// is none. May be given again.
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
    /// What to do with a row that cannot be read, of any table [default: stop].
    #[arg(long, value_enum)]
    on_error: Option<StopOrSkip>,
}

#[derive(Args)]
struct MeaningOptions {
    /// A text that means "nothing told" besides a blank. May be given again.
    #[arg(long, value_name = "TEXT")]
    missing: Option<Vec<String>>,
    /// The kind of a column of the shop's own: text, number, flag or time. May be given again.
    #[arg(long = "type", value_name = "NAME=KIND", value_parser = pair)]
    types: Vec<(String, String)>,
    /// A status of orders that count, in place of the usual ones. May be given again.
    #[arg(long, value_name = "STATUS")]
    fulfilled: Option<Vec<String>>,
    /// A status of orders that do not count, besides the usual ones. May be given again.
    #[arg(long, value_name = "STATUS")]
    unfulfilled: Vec<String>,
    /// An item that is no goods, such as postage: it counts for nothing. May be given again.
    #[arg(long, value_name = "ITEM")]
    ignore: Vec<String>,
    /// The zone of times without an offset [default: UTC].
    #[arg(long)]
    time_zone: Option<String>,
    /// The shop's currency [default: the one that the orders tell].
    #[arg(long)]
    currency: Option<String>,
    /// What to do with local times that the clocks skipped or showed twice [default: refuse].
    #[arg(long, value_enum)]
    clock_change: Option<Clock>,
    /// Whether ids such as C536379 mark returns [default: where plain numbers outnumber them].
    #[arg(long, value_name = "true|false")]
    c_returns: Option<bool>,
    /// What to do with money finer than four digits and quantities finer than three
    /// [default: refuse].
    #[arg(long, value_enum)]
    rounding: Option<Round>,
    /// What to do with rows that equal another in every column [default: keep].
    #[arg(long, value_enum)]
    duplicates: Option<Repeats>,
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

impl TableFiles {
    /// The arguments of this program that say what the tables look like, as they were given.
    pub fn flags() -> impl Iterator<Item = String> {
        let known = TableFiles::augment_args(clap::Command::new("tables"));
        let mut all = Vec::new();
        let mut told = std::env::args().skip(1).peekable();
        while let Some(word) = told.next() {
            let long = word.strip_prefix("--").unwrap_or_default();
            let (name, whole) = match long.split_once('=') {
                Some((name, _)) => (name, true),
                None => (long, false),
            };
            let argument = known
                .get_arguments()
                .find(|it| !name.is_empty() && it.get_long() == Some(name));
            if let Some(argument) = argument {
                all.push(word.clone());
                if !whole && argument.get_action().takes_values() {
                    all.extend(told.next());
                }
            }
        }
        all.into_iter()
    }

    /// Reads the tables, with a bar unless `quiet`.
    pub fn history(&self, orders: &[PathBuf], quiet: bool) -> Result<History, Failure> {
        let config = self.config(Settings::default())?;
        let bar = Bar::new(quiet);
        let progress = |progress| bar.tell(progress);
        let watch = Watch::new().progress(&progress);
        let history = self
            .tables(
                orders,
                &config,
                Tables::new(config.settings.clone()).watch(watch),
            )
            .and_then(|tables| tables.history());
        bar.clear();
        self.before(history?)
    }

    /// The history until the instant that was named, where one was.
    fn before(&self, history: History) -> Result<History, Failure> {
        Ok(match &self.as_of {
            Some(as_of) => history.as_of(history.instant(as_of)?, Watch::new())?,
            None => history,
        })
    }

    /// A shop's history as the options mean it: settings that are said anew, and until when.
    pub fn apply(&self, history: History) -> Result<History, Failure> {
        let config = self.config(history.settings().clone())?;
        match config.settings == *history.settings() {
            true => self.before(history),
            false => self.before(history.under(config.settings, Watch::new())?),
        }
    }

    /// The history with more rows, as the options mean it.
    pub fn append(
        &self,
        history: &History,
        orders: &[PathBuf],
        replace: bool,
    ) -> Result<History, Failure> {
        let config = self.config(history.settings().clone())?;
        // What is said anew has to hold before rows come that need it.
        let history = history.under(config.settings.clone(), Watch::new())?;
        let more = self.tables(orders, &config, history.more())?;
        let history = match replace {
            true => history.upsert(more, Watch::new())?,
            false => history.append(more, Watch::new())?,
        };
        self.before(history)
    }

    fn tables<'a>(
        &self,
        orders: &[PathBuf],
        config: &Config,
        mut tables: Tables<'a>,
    ) -> cobuy::Result<Tables<'a>> {
        let orders = orders.iter().map(|path| (TableName::Orders, path));
        let others = [
            (TableName::Items, &self.items),
            (TableName::Customers, &self.customers),
            (TableName::Events, &self.events),
            (TableName::Spend, &self.spend),
        ];
        let others = others
            .into_iter()
            .filter_map(|(table, path)| Some((table, path.as_ref()?)));
        for (table, path) in orders.chain(others) {
            tables = tables.read_as(table, input(path), config.reader(table))?;
        }
        Ok(tables)
    }

    /// The settings of the file, else those that are given, and over them those of the command line.
    fn config(&self, settings: Settings) -> Result<Config, Failure> {
        let mut config = match &self.config {
            Some(path) => Config::read(path)?,
            None => Config::new(settings),
        };
        self.meaning.apply(&mut config.settings)?;
        for (column, name) in &self.file.columns {
            let (table, column) = match column.split_once('.') {
                Some((table, column)) => (table_called(table)?, column),
                None => (TableName::Orders, column.as_str()),
            };
            change(&mut config, table, |reader| match name.as_str() {
                "" => reader.without(column),
                name => reader.column(column, name),
            });
        }
        let file = &self.file;
        change(&mut config, TableName::Orders, |mut reader| {
            if let Some(delimiter) = file.delimiter {
                reader = reader.delimiter(delimiter);
            }
            if let Some(encoding) = &file.encoding {
                reader = reader.encoding(encoding);
            }
            if let Some(format) = &file.time_format {
                reader = reader.time_format(format);
            }
            match file.decimal_comma {
                true => reader.decimal_comma(),
                false => reader,
            }
        });
        if let Some(on_error) = file.on_error {
            for table in TableName::ALL {
                change(&mut config, table, |reader| {
                    reader.on_error(match on_error {
                        StopOrSkip::Stop => OnError::Stop,
                        StopOrSkip::Skip => OnError::Skip,
                    })
                });
            }
        }
        Ok(config)
    }
}

impl MeaningOptions {
    fn apply(&self, settings: &mut Settings) -> Result<(), Failure> {
        if let Some(zone) = &self.time_zone {
            settings.time_zone.clone_from(zone);
        }
        if let Some(clock) = self.clock_change {
            settings.clock_change = match clock {
                Clock::Refuse => ClockChange::Refuse,
                Clock::Earlier => ClockChange::Earlier,
                Clock::Later => ClockChange::Later,
            };
        }
        if let Some(rounding) = self.rounding {
            settings.rounding = match rounding {
                Round::Refuse => Rounding::Refuse,
                Round::Nearest => Rounding::Nearest,
            };
        }
        if let Some(duplicates) = self.duplicates {
            settings.duplicates = match duplicates {
                Repeats::Keep => Duplicates::Keep,
                Repeats::Drop => Duplicates::Drop,
            };
        }
        for (to, from) in [
            (&mut settings.fulfilled, &self.fulfilled),
            (&mut settings.missing, &self.missing),
        ] {
            if from.is_some() {
                to.clone_from(from);
            }
        }
        if self.currency.is_some() {
            settings.currency.clone_from(&self.currency);
        }
        settings.c_returns = self.c_returns.or(settings.c_returns);
        settings
            .unfulfilled
            .extend(self.unfulfilled.iter().cloned());
        for item in &self.ignore {
            if !settings.ignore.contains(item) {
                settings.ignore.push(item.clone());
            }
        }
        for (name, kind) in &self.types {
            settings.types.insert(name.clone(), kind_called(kind)?);
        }
        Ok(())
    }
}

fn change(config: &mut Config, table: TableName, change: impl FnOnce(Reader) -> Reader) {
    let reader = std::mem::take(config.reader_mut(table));
    *config.reader_mut(table) = change(reader);
}

/// A file, or standard input for `-`.
fn input(path: &Path) -> Input<'static> {
    match path.as_os_str() == "-" {
        true => Input::bytes(std::io::stdin(), "standard input"),
        false => Input::path(path),
    }
}

fn table_called(name: &str) -> Result<TableName, Failure> {
    let known = TableName::ALL
        .into_iter()
        .find(|table| table.name() == name);
    known.ok_or_else(|| {
        let names = TableName::ALL.map(TableName::name).join(", ");
        Failure::Usage(format!(
            "there is no table `{name}`; it must be one of {names}"
        ))
    })
}

fn delimiter(text: &str) -> Result<char, String> {
    match (text, text.chars().next()) {
        ("\\t", _) => Ok('\t'),
        (_, Some(only)) if only.len_utf8() == text.len() => Ok(only),
        _ => Err("it must be one character".to_owned()),
    }
}

/// `NAME=VALUE`.
pub fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it must read NAME=VALUE".to_owned()),
    }
}

fn kind_called(name: &str) -> Result<Kind, Failure> {
    let known = Kind::ALL.into_iter().find(|known| known.name() == name);
    known.ok_or_else(|| {
        let names = Kind::ALL.map(Kind::name).join(", ");
        Failure::Usage(format!(
            "`{name}` is no kind of column; it must be one of {names}"
        ))
    })
}
