//! The labels door: a shop's ids in, suggestions with their reasons out.

use crate::also_bought::params;
use crate::run::{long, short};
use cobuy::history::{ClockChange, Duplicates, Kind, Line, OnError, Rounding, Value};
use cobuy::{Basis, Csv, Engine, Instant, Money, Settings};
use numpy::{IntoPyArray, PyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use std::sync::Arc;

/// A shop's orders, understood.
#[pyclass(frozen, module = "cobuy._core")]
pub struct History(Arc<cobuy::History>);

/// A shop's answers.
#[pyclass(frozen, module = "cobuy._core")]
pub struct ShopEngine(Arc<Engine>);

/// Row pointers and items.
type Pattern<'py> = (Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<i32>>);

/// How a file is to be read, by the names of the package's arguments.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct ReadOptions {
    columns: Vec<(String, Option<String>)>,
    delimiter: Option<char>,
    encoding: Option<String>,
    time_format: Option<String>,
    time_zone: String,
    clock_change: String,
    decimal_comma: bool,
    on_error: String,
    fulfilled: Option<Vec<String>>,
    unfulfilled: Vec<String>,
    c_returns: Option<bool>,
    rounding: String,
    duplicates: String,
    missing: Option<Vec<String>>,
    ignore: Vec<String>,
    types: Vec<(String, String)>,
}

/// One of a few named values.
fn choose<T: Copy>(setting: &str, value: &str, among: &[(&str, T)]) -> PyResult<T> {
    let chosen = among.iter().find(|(name, _)| *name == value);
    chosen.map(|&(_, choice)| choice).ok_or_else(|| {
        let names: Vec<_> = among.iter().map(|(name, _)| format!("'{name}'")).collect();
        PyValueError::new_err(format!(
            "`{setting}` is '{value}', but it must be one of {}",
            names.join(", ")
        ))
    })
}

impl ReadOptions {
    fn csv(self) -> PyResult<Csv> {
        let kinds = Kind::ALL.map(|kind| (kind.name(), kind));
        let types = self
            .types
            .into_iter()
            .map(|(name, kind)| Ok((name, choose("types", &kind, &kinds)?)))
            .collect::<PyResult<_>>()?;
        let settings = Settings {
            time_zone: self.time_zone,
            clock_change: choose(
                "clock_change",
                &self.clock_change,
                &[
                    ("refuse", ClockChange::Refuse),
                    ("earlier", ClockChange::Earlier),
                    ("later", ClockChange::Later),
                ],
            )?,
            fulfilled: self.fulfilled,
            unfulfilled: self.unfulfilled,
            c_returns: self.c_returns,
            rounding: choose(
                "rounding",
                &self.rounding,
                &[("refuse", Rounding::Refuse), ("nearest", Rounding::Nearest)],
            )?,
            duplicates: choose(
                "duplicates",
                &self.duplicates,
                &[("keep", Duplicates::Keep), ("drop", Duplicates::Drop)],
            )?,
            missing: self.missing,
            ignore: self.ignore,
            types,
        };
        let mut csv = Csv::new().settings(settings).on_error(choose(
            "on_error",
            &self.on_error,
            &[("stop", OnError::Stop), ("skip", OnError::Skip)],
        )?);
        for (column, name) in self.columns {
            csv = match name {
                Some(name) => csv.column(column, name),
                None => csv.without(column),
            };
        }
        if let Some(delimiter) = self.delimiter {
            csv = csv.delimiter(delimiter);
        }
        if let Some(encoding) = self.encoding {
            csv = csv.encoding(encoding);
        }
        if let Some(format) = self.time_format {
            csv = csv.time_format(format);
        }
        Ok(if self.decimal_comma {
            csv.decimal_comma()
        } else {
            csv
        })
    }
}

#[pymethods]
impl History {
    /// Reads order lines from a CSV file.
    #[staticmethod]
    fn read_csv(py: Python<'_>, path: PathBuf, options: ReadOptions) -> PyResult<Self> {
        let csv = options.csv()?;
        let history = long(py, |watch| csv.read_watched(&path, watch))?;
        Ok(History(Arc::new(history)))
    }

    /// What was read, as JSON and in words.
    fn summary(&self) -> PyResult<(String, String)> {
        let summary = self.0.summary();
        Ok((as_json(summary)?, summary.to_string()))
    }

    /// Who bought what: row pointers and items of a customers x items (or orders x items) matrix.
    fn purchases<'py>(&self, py: Python<'py>, basis: &str) -> PyResult<Pattern<'py>> {
        let basis = basis_of(basis)?;
        let (starts, items) = short(py, || {
            let purchases = cobuy::Purchases::from_history(&self.0, basis)?;
            let mut starts = vec![0];
            let mut items = Vec::new();
            for row in 0..purchases.rows() {
                items.extend(purchases.items_of(row).iter().map(|&item| item as i32));
                starts.push(items.len() as i64);
            }
            Ok((starts, items))
        })?;
        Ok((starts.into_pyarray(py), items.into_pyarray(py)))
    }

    /// All lines as understood, by column.
    fn lines<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(py);
        let lines = || self.0.lines();
        let text = |name: &str, of: fn(Line<'_>) -> Option<&str>| {
            columns.set_item(name, lines().map(of).collect::<Vec<_>>())
        };
        text("order_id", |line| Some(line.order_id()))?;
        text("customer_id", |line| line.customer_id())?;
        text("item_id", |line| Some(line.item_id()))?;
        text("status", |line| line.status())?;
        text("channel", |line| line.channel())?;
        text("campaign", |line| line.campaign())?;
        text("return_of", |line| line.return_of())?;
        let number = |name: &str, of: fn(Line<'_>) -> Option<f64>| {
            let values: Vec<f64> = lines().map(|line| of(line).unwrap_or(f64::NAN)).collect();
            columns.set_item(name, values.into_pyarray(py))
        };
        number("quantity", |line| Some(line.quantity().to_f64()))?;
        number("left", |line| Some(line.left().to_f64()))?;
        number("price", |line| line.price().map(Money::to_f64))?;
        number("discount", |line| line.discount().map(Money::to_f64))?;
        number("cost", |line| line.cost().map(Money::to_f64))?;
        number("amount", |line| line.amount().map(Money::to_f64))?;
        number("margin", |line| line.margin().map(Money::to_f64))?;
        let time = |name: &str, of: fn(Line<'_>) -> Option<Instant>| {
            // The least number is NumPy's "not a time".
            let micros = |line| of(line).map_or(i64::MIN, |instant| instant.0);
            columns.set_item(
                name,
                lines().map(micros).collect::<Vec<_>>().into_pyarray(py),
            )
        };
        time("at", |line| line.at())?;
        time("ordered_at", |line| line.ordered_at())?;
        let own = PyDict::new(py);
        for (name, _) in &self.0.summary().own_columns {
            let values = lines().map(|line| line.own(name).map(python_value));
            own.set_item(name, values.collect::<Vec<_>>())?;
        }
        columns.set_item("own", own)?;
        Ok(columns)
    }

    /// The ids of all customers, items and orders, by index.
    fn ids(&self) -> (Vec<&str>, Vec<&str>, Vec<&str>) {
        let history = &self.0;
        (
            history.customers().iter().collect(),
            history.items().iter().collect(),
            history.orders().iter().collect(),
        )
    }

    /// Learns what sells with what.
    fn fit(
        &self,
        py: Python<'_>,
        measure: &str,
        neighbours: usize,
        min_customers: u32,
        threads: Option<usize>,
        basis: &str,
    ) -> PyResult<ShopEngine> {
        let params = params(py, measure, neighbours, min_customers, threads)?;
        let basis = basis_of(basis)?;
        let engine = long(py, |watch| {
            let builder = Engine::builder(&self.0).also_bought(params).basis(basis);
            builder.watch(watch).fit()
        })?;
        Ok(ShopEngine(Arc::new(engine)))
    }
}

/// A value of the shop's own as Python has it; an instant as text.
#[derive(IntoPyObject)]
enum PythonValue<'a> {
    Text(&'a str),
    Number(f64),
    Flag(bool),
    Time(String),
}

fn python_value(value: Value<'_>) -> PythonValue<'_> {
    match value {
        Value::Text(text) => PythonValue::Text(text),
        Value::Number(number) => PythonValue::Number(number),
        Value::Flag(flag) => PythonValue::Flag(flag),
        Value::Time(instant) => PythonValue::Time(instant.to_string()),
    }
}

fn basis_of(name: &str) -> PyResult<Basis> {
    choose(
        "basis",
        name,
        &Basis::ALL.map(|basis| (basis.name(), basis)),
    )
}

#[pymethods]
impl ShopEngine {
    /// Opens a shop's file.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let engine = long(py, |_| Engine::open(&path))?;
        Ok(ShopEngine(Arc::new(engine)))
    }

    /// Saves the shop's file and returns its id.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<String> {
        short(py, || self.0.save(&path))
    }

    /// What goes with an item, as JSON, and each reason in words.
    fn also_bought(
        &self,
        py: Python<'_>,
        item: String,
        n: usize,
        exclude: Vec<String>,
        only: Option<Vec<String>>,
    ) -> PyResult<(String, Vec<String>)> {
        let answer = short(py, || {
            let mut query = self.0.also_bought(item).n(n).exclude(exclude);
            if let Some(only) = only {
                query = query.only(only);
            }
            query.suggest()
        })?;
        let words = answer
            .items
            .iter()
            .map(|suggestion| suggestion.reason.to_string());
        Ok((as_json(&answer)?, words.collect()))
    }

    /// Every item's list, as JSON: an object an item, one a line.
    fn all_also_bought(&self, py: Python<'_>, n: Option<usize>) -> PyResult<Vec<(String, String)>> {
        let lists = short(py, || {
            let lists = self.0.all_also_bought(n)?;
            Ok(lists
                .map(|(item, list)| (item.to_owned(), list))
                .collect::<Vec<_>>())
        })?;
        lists
            .into_iter()
            .map(|(item, list)| Ok((item, as_json(&list)?)))
            .collect()
    }

    /// The ids of all items, by index.
    fn items(&self) -> Vec<&str> {
        self.0.items().iter().collect()
    }
}

/// Says what is inside a model file, as JSON.
#[pyfunction]
pub fn inspect(py: Python<'_>, path: PathBuf) -> PyResult<String> {
    as_json(&long(py, |_| cobuy::inspect(&path))?)
}

fn as_json(value: &impl serde::Serialize) -> PyResult<String> {
    serde_json::to_string(value).map_err(|problem| PyValueError::new_err(problem.to_string()))
}
