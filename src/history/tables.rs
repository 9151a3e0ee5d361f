//! The tables a shop tells, gathered before they are understood.

use crate::error::{Error, Result};
use crate::history::History;
use crate::history::orders::OrderLine;
use crate::history::read::{Input, Reader};
use crate::history::reading::Reading;
use crate::history::settings::Settings;
use crate::history::told::Told;
use crate::history::told::schema::TableName;
use crate::history::typed::Kind;
use crate::history::understand::understand;
use crate::near::near;
use crate::text::shown;
use crate::watch::Watch;

/// Tables as told, at most one of each name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ToldTables([Option<Told>; TableName::ALL.len()]);

impl ToldTables {
    pub(crate) fn get(&self, table: TableName) -> Option<&Told> {
        self.0[table as usize].as_ref()
    }

    pub(crate) fn set(&mut self, told: Told) {
        let place = told.table as usize;
        self.0[place] = Some(told);
    }

    /// The orders, without which there is no history.
    pub(crate) fn orders(&self) -> Result<&Told> {
        self.get(TableName::Orders).ok_or_else(|| Error::Table {
            source_name: "the shop".to_owned(),
            problem: "no orders were told, and a history is made of them".to_owned(),
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Told> {
        self.0.iter().flatten()
    }

    /// Forgets tables other than orders that hold no rows.
    pub(crate) fn drop_empty(&mut self) {
        for told in &mut self.0 {
            let empty = |told: &Told| told.len() == 0 && told.table != TableName::Orders;
            if told.as_ref().is_some_and(empty) {
                *told = None;
            }
        }
    }

    /// Rows behind those of the same table.
    pub(crate) fn join(&mut self, told: Told) -> Result<()> {
        match &mut self.0[told.table as usize] {
            Some(before) => before.join(&told),
            none => {
                *none = Some(told);
                Ok(())
            }
        }
    }

    /// The order of a file's columns matters as little as that of its rows.
    pub(crate) fn sort_own(&mut self) {
        for told in self.0.iter_mut().flatten() {
            told.own.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
    }
}

/// Tables on their way to a history.
///
/// ```no_run
/// use cobuy::{Reader, Settings, TableName, Tables};
/// let history = Tables::new(Settings::default())
///     .read(TableName::Orders, "orders.csv")?
///     .read(TableName::Items, "items.parquet")?
///     .read_as(TableName::Customers, "crm.csv", &Reader::new().column("customer_id", "Client"))?
///     .history()?;
/// # Ok::<(), cobuy::Error>(())
/// ```
#[derive(Debug)]
pub struct Tables<'a> {
    settings: Settings,
    told: ToldTables,
    readings: Vec<Reading>,
    watch: Watch<'a>,
}

impl<'a> Tables<'a> {
    /// None yet. The settings say how all of them are to be understood.
    pub fn new(settings: Settings) -> Self {
        Tables {
            settings,
            told: ToldTables::default(),
            readings: Vec::new(),
            watch: Watch::new(),
        }
    }

    /// Asks `watch` now and then whether to go on.
    pub fn watch(mut self, watch: Watch<'a>) -> Self {
        self.watch = watch;
        self
    }

    /// Reads a table that is written in the usual way. Read twice, its rows come one behind the
    /// other.
    ///
    /// # Errors
    /// [`Error::Io`] where a file cannot be read; [`Error::Table`] where it has no header, no rows or
    /// lacks a needed column; [`Error::Row`] with line and column for a row that cannot be read;
    /// [`Error::UnknownName`] for a column that it does not have; [`Error::Cancelled`].
    pub fn read<'i>(self, table: TableName, input: impl Into<Input<'i>>) -> Result<Self> {
        self.read_as(table, input, &Reader::new())
    }

    /// Reads a table that `reader` knows how to read.
    ///
    /// # Errors
    /// As [`Tables::read`].
    pub fn read_as<'i>(
        mut self,
        table: TableName,
        input: impl Into<Input<'i>>,
        reader: &Reader,
    ) -> Result<Self> {
        crate::history::time::zone(&self.settings.time_zone)?;
        let (told, reading) = reader.read(table, input.into(), &self.settings, self.watch)?;
        self.add(told, reading)?;
        Ok(self)
    }

    /// Takes lines of orders from a program. A column that no line tells is one that the shop does
    /// not have: without any status every order counts.
    ///
    /// # Errors
    /// [`Error::Row`] with the line's number, counted from 1.
    pub fn order_lines<'l>(
        mut self,
        lines: impl IntoIterator<Item = OrderLine<'l>>,
    ) -> Result<Self> {
        let (told, reading) = crate::history::orders::told(lines, &self.settings, self.watch)?;
        self.add(told, reading)?;
        Ok(self)
    }

    fn add(&mut self, told: Told, reading: Reading) -> Result<()> {
        let known = self
            .readings
            .iter_mut()
            .find(|known| known.table == reading.table);
        match known {
            Some(known) => known.join(reading),
            None => self.readings.push(reading),
        }
        self.told.join(told)
    }

    /// Understands them.
    ///
    /// # Errors
    /// [`Error::Table`] where no orders were told, for unknown statuses, ids or values that mean two
    /// things; [`Error::Conflict`] for an order that contradicts itself; [`Error::UnknownName`] for an
    /// unknown time zone or column.
    pub fn history(self) -> Result<History> {
        check_types(&self.settings, &self.told, &self.readings)?;
        understand(self.told, self.readings, self.settings, None, self.watch)
    }

    /// What was told, to be put behind what a history was told under the same settings.
    pub(crate) fn parts(self, settings: &Settings) -> Result<(ToldTables, Vec<Reading>)> {
        match self.settings == *settings {
            true => Ok((self.told, self.readings)),
            false => Err(Error::Table {
                source_name: "the rows to add".to_owned(),
                problem: "they were read with other settings than the history's; begin with \
                          `History::more`, which has them"
                    .to_owned(),
            }),
        }
    }
}

/// Refuses kinds of columns that no table has, or whose kind is known.
pub(crate) fn check_types(
    settings: &Settings,
    told: &ToldTables,
    readings: &[Reading],
) -> Result<()> {
    let own: Vec<&str> = told
        .iter()
        .flat_map(|told| &told.own)
        .map(|(name, _)| &name[..])
        .collect();
    let called = readings.iter().flat_map(|reading| &reading.columns);
    let named = told
        .iter()
        .flat_map(|told| told.table.columns().map(|name| (name, name)));
    let known: Vec<(&str, &str)> = called
        .map(|(known, name)| (*known, name.as_str()))
        .chain(named)
        .collect();
    for (column, kind) in &settings.types {
        if own.contains(&column.as_str()) {
            continue;
        }
        match known.iter().find(|(_, name)| name == column) {
            Some((known, _)) if known.ends_with("_id") && *kind == Kind::Text => {}
            Some((known, _)) => {
                return Err(Error::setting(
                    "types",
                    format!("{column} = {kind}"),
                    format!("that column was taken for `{known}`, whose kind is known"),
                ));
            }
            None => {
                let names = own
                    .iter()
                    .copied()
                    .chain(known.iter().map(|(_, name)| *name));
                return Err(Error::UnknownName {
                    what: "column in the file called",
                    name: shown(column),
                    near: near(column, names),
                });
            }
        }
    }
    Ok(())
}

impl History {
    /// Reads order lines from a CSV file that is written in the usual way.
    ///
    /// # Errors
    /// As [`Tables::read`] and [`Tables::history`].
    pub fn read_csv(path: impl AsRef<std::path::Path>) -> Result<History> {
        History::read(path.as_ref(), &Reader::new(), &Settings::default())
    }

    /// Reads order lines alone.
    ///
    /// # Errors
    /// As [`Tables::read`] and [`Tables::history`].
    pub fn read<'i>(
        input: impl Into<Input<'i>>,
        reader: &Reader,
        settings: &Settings,
    ) -> Result<History> {
        let tables = Tables::new(settings.clone());
        tables.read_as(TableName::Orders, input, reader)?.history()
    }

    /// The history of lines in any order; see [`Tables::order_lines`].
    ///
    /// # Errors
    /// As [`Tables::order_lines`] and [`Tables::history`].
    ///
    /// ```
    /// use cobuy::{History, OrderLine, Settings};
    /// let lines = [
    ///     OrderLine::new("1", "ann", "tea"),
    ///     OrderLine::new("1", "ann", "cup"),
    ///     OrderLine::new("2", "bo", "tea"),
    /// ];
    /// let history = History::from_orders(lines, &Settings::default())?;
    /// assert_eq!(history.items().iter().collect::<Vec<_>>(), ["cup", "tea"]);
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    ///
    /// Columns of the shop's own come along, with the kind that all their values share:
    ///
    /// ```
    /// use cobuy::{History, OrderLine, Settings, history::Value};
    /// let lines = [OrderLine::new("1", "ann", "tea").own("shelf", "12")];
    /// let history = History::from_orders(lines, &Settings::default())?;
    /// let shelves: Vec<_> = history.lines().map(|line| line.own("shelf")).collect();
    /// assert_eq!(shelves, [Some(Value::Number(12.0))]);
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    pub fn from_orders<'a>(
        lines: impl IntoIterator<Item = OrderLine<'a>>,
        settings: &Settings,
    ) -> Result<History> {
        Tables::new(settings.clone()).order_lines(lines)?.history()
    }
}
