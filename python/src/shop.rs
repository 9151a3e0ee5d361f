//! The labels door: a shop's tables in, what was understood of them out.

use crate::also_bought::{ModelSettings, Picked, params};
use crate::engine::ShopEngine;
use crate::run::{Teller, long, short};
use crate::table::ArrowTable;
use crate::tables::{Options, Source, choose, named, read};
use cobuy::evaluate::ShopModel;
use cobuy::history::{Line, TableName, Value};
use cobuy::tune::{Validation, auto};
use cobuy::{Basis, Engine, Instant, Money, Settings};
use numpy::{IntoPyArray, PyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// A shop's tables, understood.
#[pyclass(frozen, module = "cobuy._core")]
pub struct History(pub Arc<cobuy::History>);

/// Row pointers and items.
type Pattern<'py> = (Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<i32>>);

#[pymethods]
impl History {
    /// Reads tables: name and rows each.
    #[staticmethod]
    fn read(
        py: Python<'_>,
        sources: Vec<Source<'_>>,
        options: Options,
        tell: Option<Teller>,
    ) -> PyResult<Self> {
        let (sources, config) = (named(sources)?, options.over(py, &Settings::default())?);
        let history = long(py, tell, |watch| {
            read(sources, &config, config.settings.clone(), watch)?.history()
        })?;
        Ok(History(Arc::new(history)))
    }

    /// The history with more rows; known orders are replaced where `replace`, else refused.
    fn append(
        &self,
        py: Python<'_>,
        sources: Vec<Source<'_>>,
        options: Options,
        replace: bool,
    ) -> PyResult<Self> {
        let (sources, config) = (named(sources)?, options.over(py, self.0.settings())?);
        let history = long(py, None, |watch| {
            // What is said anew has to hold before rows come that need it.
            let history = self.0.under(config.settings.clone(), watch)?;
            let more = read(sources, &config, config.settings.clone(), watch)?;
            match replace {
                true => history.upsert(more, watch),
                false => history.append(more, watch),
            }
        })?;
        Ok(History(Arc::new(history)))
    }

    /// The history without some orders.
    fn retract(&self, py: Python<'_>, orders: Vec<String>) -> PyResult<Self> {
        let history = long(py, None, |watch| self.0.retract(&orders, watch))?;
        Ok(History(Arc::new(history)))
    }

    /// The history without a customer, the receipt as JSON and in words.
    fn forget(&self, py: Python<'_>, customer: String) -> PyResult<(Self, String, String)> {
        let (history, receipt) = long(py, None, |watch| self.0.forget(&customer, watch))?;
        let told = as_json(&receipt)?;
        Ok((History(Arc::new(history)), told, receipt.to_string()))
    }

    /// The history before an instant.
    fn as_of(&self, py: Python<'_>, instant: String) -> PyResult<Self> {
        let history = long(py, None, |watch| {
            self.0.as_of(self.0.instant(&instant)?, watch)
        })?;
        Ok(History(Arc::new(history)))
    }

    /// What is odd in the data, as JSON and in words, and whether nothing is.
    fn doctor(&self, py: Python<'_>) -> PyResult<(String, String, bool)> {
        let report = short(py, || Ok(self.0.doctor()))?;
        Ok((as_json(&report)?, report.to_string(), report.is_clean()))
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

    /// A table as understood.
    fn table(&self, name: &str) -> PyResult<ArrowTable> {
        let tables = TableName::ALL.map(|table| (table.name(), table));
        match choose("table", name, &tables)? {
            TableName::Orders => self.orders_table(),
            TableName::Items => self.items_table(),
            TableName::Customers => self.customers_table(),
            TableName::Events => self.events_table(),
            TableName::Spend => self.spend_table(),
        }
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

    /// Which model suits the shop, and why.
    fn auto(
        &self,
        py: Python<'_>,
        settings: ModelSettings,
        basis: &str,
        by_group: bool,
        tell: Option<Teller>,
    ) -> PyResult<Picked> {
        let base = params(py, settings)?;
        let model = ShopModel {
            basis: basis_of(basis)?,
            by_group,
            ..ShopModel::default()
        };
        let choice = long(py, tell, |watch| {
            let validation = Validation::quick_shop(&model, &self.0, watch)?;
            auto(&base, &validation, watch)
        })?;
        Ok(Picked::of(choice))
    }

    /// Learns what sells with what.
    fn fit(
        &self,
        py: Python<'_>,
        settings: ModelSettings,
        basis: &str,
        by_group: bool,
        tell: Option<Teller>,
    ) -> PyResult<ShopEngine> {
        let params = params(py, settings)?;
        let basis = basis_of(basis)?;
        let engine = long(py, tell, |watch| {
            let builder = Engine::builder(&self.0).also_bought(params).basis(basis);
            builder.by_group(by_group).watch(watch).fit()
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

pub fn basis_of(name: &str) -> PyResult<Basis> {
    choose(
        "basis",
        name,
        &Basis::ALL.map(|basis| (basis.name(), basis)),
    )
}

pub fn as_json(value: &impl serde::Serialize) -> PyResult<String> {
    serde_json::to_string(value).map_err(|problem| PyValueError::new_err(problem.to_string()))
}
