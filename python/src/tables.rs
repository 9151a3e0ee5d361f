//! A shop's tables in: files and frames, and what is said of them.

use crate::frames;
use crate::run::short;
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use cobuy::history::{ClockChange, Duplicates, Kind, OnError, Rounding};
use cobuy::{Config, Input, Reader, Settings, TableName, Tables, Watch};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::path::PathBuf;

/// Where a table's rows are.
pub enum Rows {
    Path(PathBuf),
    Frame(SchemaRef, Vec<RecordBatch>),
}

/// A table's name and where its rows are; what goes wrong with them is told as it is.
pub type Source<'py> = (String, Bound<'py, PyAny>);

impl Rows {
    /// A path is what `open` takes for one; all else has to be a frame.
    fn of(given: &Bound<'_, PyAny>) -> PyResult<Self> {
        let path = given.hasattr("__fspath__")? || given.is_instance_of::<pyo3::types::PyString>();
        if path {
            return Ok(Rows::Path(given.extract()?));
        }
        let (schema, batches) = frames::batches(given)?;
        Ok(Rows::Frame(schema, batches))
    }
}

/// How tables are to be read, by the names of the package's arguments; what is not given is left to
/// the configuration.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Options {
    config: Option<PathBuf>,
    /// Table, known column, the name there.
    columns: Vec<(String, String, Option<String>)>,
    delimiter: Option<char>,
    encoding: Option<String>,
    time_format: Option<String>,
    decimal_comma: Option<bool>,
    on_error: Option<String>,
    time_zone: Option<String>,
    currency: Option<String>,
    clock_change: Option<String>,
    fulfilled: Option<Vec<String>>,
    unfulfilled: Vec<String>,
    c_returns: Option<bool>,
    rounding: Option<String>,
    duplicates: Option<String>,
    missing: Option<Vec<String>>,
    ignore: Vec<String>,
    groups: Vec<(String, Vec<String>)>,
    types: Vec<(String, String)>,
}

/// One of a few named values.
pub fn choose<T: Copy>(setting: &str, value: &str, among: &[(&str, T)]) -> PyResult<T> {
    let chosen = among.iter().find(|(name, _)| *name == value);
    chosen.map(|&(_, choice)| choice).ok_or_else(|| {
        let names: Vec<_> = among.iter().map(|(name, _)| format!("'{name}'")).collect();
        PyValueError::new_err(format!(
            "`{setting}` is '{value}', but it must be one of {}",
            names.join(", ")
        ))
    })
}

fn table_called(name: &str) -> PyResult<TableName> {
    let tables = TableName::ALL.map(|table| (table.name(), table));
    choose("table", name, &tables)
}

/// Changes a setting where something is said of it.
fn say<T: Copy>(
    setting: &mut T,
    name: &str,
    said: &Option<String>,
    among: &[(&str, T)],
) -> PyResult<()> {
    if let Some(said) = said {
        *setting = choose(name, said, among)?;
    }
    Ok(())
}

impl Options {
    /// The configuration's file, else the settings that are given, and over it what was said here.
    pub fn over(self, py: Python<'_>, settings: &Settings) -> PyResult<Config> {
        let mut config = match &self.config {
            Some(path) => short(py, || Config::read(path))?,
            None => Config::new(settings.clone()),
        };
        self.apply(&mut config.settings)?;
        self.readers(&mut config)?;
        Ok(config)
    }

    fn apply(&self, settings: &mut Settings) -> PyResult<()> {
        say(
            &mut settings.clock_change,
            "clock_change",
            &self.clock_change,
            &[
                ("refuse", ClockChange::Refuse),
                ("earlier", ClockChange::Earlier),
                ("later", ClockChange::Later),
            ],
        )?;
        say(
            &mut settings.rounding,
            "rounding",
            &self.rounding,
            &[("refuse", Rounding::Refuse), ("nearest", Rounding::Nearest)],
        )?;
        say(
            &mut settings.duplicates,
            "duplicates",
            &self.duplicates,
            &[("keep", Duplicates::Keep), ("drop", Duplicates::Drop)],
        )?;
        if let Some(zone) = &self.time_zone {
            settings.time_zone.clone_from(zone);
        }
        if self.currency.is_some() {
            settings.currency.clone_from(&self.currency);
        }
        if self.fulfilled.is_some() {
            settings.fulfilled.clone_from(&self.fulfilled);
        }
        if self.missing.is_some() {
            settings.missing.clone_from(&self.missing);
        }
        settings.c_returns = self.c_returns.or(settings.c_returns);
        settings
            .unfulfilled
            .extend(self.unfulfilled.iter().cloned());
        settings.ignore.extend(self.ignore.iter().cloned());
        settings.groups.extend(self.groups.iter().cloned());
        let kinds = Kind::ALL.map(|kind| (kind.name(), kind));
        for (name, kind) in &self.types {
            settings
                .types
                .insert(name.clone(), choose("types", kind, &kinds)?);
        }
        Ok(())
    }

    fn readers(&self, config: &mut Config) -> PyResult<()> {
        for (table, known, name) in &self.columns {
            change(config, table_called(table)?, |reader| match name {
                Some(name) => reader.column(known, name),
                None => reader.without(known),
            });
        }
        change(config, TableName::Orders, |mut reader| {
            if let Some(delimiter) = self.delimiter {
                reader = reader.delimiter(delimiter);
            }
            if let Some(encoding) = &self.encoding {
                reader = reader.encoding(encoding);
            }
            if let Some(format) = &self.time_format {
                reader = reader.time_format(format);
            }
            match self.decimal_comma {
                Some(true) => reader.decimal_comma(),
                _ => reader,
            }
        });
        if self.on_error.is_some() {
            let mut on_error = OnError::Stop;
            let known = [("stop", OnError::Stop), ("skip", OnError::Skip)];
            say(&mut on_error, "on_error", &self.on_error, &known)?;
            for table in TableName::ALL {
                change(config, table, |reader| reader.on_error(on_error));
            }
        }
        Ok(())
    }
}

fn change(config: &mut Config, table: TableName, change: impl FnOnce(Reader) -> Reader) {
    let reader = std::mem::take(config.reader_mut(table));
    *config.reader_mut(table) = change(reader);
}

/// Reads all sources.
pub fn read<'w>(
    sources: Vec<(TableName, Rows)>,
    config: &Config,
    settings: Settings,
    watch: Watch<'w>,
) -> cobuy::Result<Tables<'w>> {
    let mut tables = Tables::new(settings).watch(watch);
    for (table, rows) in sources {
        let input = match rows {
            Rows::Path(path) => Input::path(path),
            Rows::Frame(schema, batches) => {
                let name = format!("the {table}");
                Input::batches(schema, batches.into_iter().map(Ok), name)
            }
        };
        tables = tables.read_as(table, input, config.reader(table))?;
    }
    Ok(tables)
}

/// The sources' tables by name.
pub fn named(sources: Vec<Source<'_>>) -> PyResult<Vec<(TableName, Rows)>> {
    let named = |(name, rows): Source<'_>| Ok((table_called(&name)?, Rows::of(&rows)?));
    sources.into_iter().map(named).collect()
}
