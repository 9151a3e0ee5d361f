//! A shop's tables out, as they were understood.

use crate::shop::History;
use crate::table::{ArrowTable, flags, instants, numbers, texts};
use cobuy::Money;
use cobuy::history::{Event, Kind, Line, TableName, Value};
use pyo3::prelude::*;

/// The shop's own columns: of each, its name and kind, and the value on each row.
fn own_columns<'a>(
    kinds: &'a [(String, Kind)],
    value: impl Fn(&'a str) -> Vec<Option<Value<'a>>>,
) -> Vec<(&'a str, arrow_array::ArrayRef)> {
    let column = |(name, kind): &'a (String, Kind)| {
        let values = value(name).into_iter();
        let array = match kind {
            Kind::Text => texts(values.map(|value| match value? {
                Value::Text(text) => Some(text),
                _ => None,
            })),
            Kind::Number => numbers(values.map(|value| match value? {
                Value::Number(number) => Some(number),
                _ => None,
            })),
            Kind::Flag => flags(values.map(|value| match value? {
                Value::Flag(flag) => Some(flag),
                _ => None,
            })),
            Kind::Time => instants(values.map(|value| match value? {
                Value::Time(instant) => Some(instant.0),
                _ => None,
            })),
        };
        (name.as_str(), array)
    };
    kinds.iter().map(column).collect()
}

impl History {
    /// The own columns of a table besides orders.
    fn kinds(&self, table: TableName) -> &[(String, Kind)] {
        let tables = self.0.summary().tables.iter();
        let mut found = tables.filter(|told| told.table == table);
        found.next().map_or(&[], |told| &told.own_columns)
    }

    pub fn orders_table(&self) -> PyResult<ArrowTable> {
        let lines = || self.0.lines();
        let money = |of: fn(&Line<'_>) -> Option<Money>| {
            numbers(lines().map(|line| of(&line).map(Money::to_f64)))
        };
        let mut columns = vec![
            ("order_id", texts(lines().map(|line| Some(line.order_id())))),
            ("customer_id", texts(lines().map(|line| line.customer_id()))),
            ("item_id", texts(lines().map(|line| Some(line.item_id())))),
            (
                "quantity",
                numbers(lines().map(|line| Some(line.quantity().to_f64()))),
            ),
            (
                "left",
                numbers(lines().map(|line| Some(line.left().to_f64()))),
            ),
            ("price", money(|row| row.price())),
            ("discount", money(|row| row.discount())),
            ("cost", money(|row| row.cost())),
            ("amount", money(|row| row.amount())),
            ("margin", money(|row| row.margin())),
            ("at", instants(lines().map(|line| Some(line.at()?.0)))),
            (
                "ordered_at",
                instants(lines().map(|line| Some(line.ordered_at()?.0))),
            ),
            ("status", texts(lines().map(|line| line.status()))),
            ("channel", texts(lines().map(|line| line.channel()))),
            ("campaign", texts(lines().map(|line| line.campaign()))),
            ("return_of", texts(lines().map(|line| line.return_of()))),
        ];
        let own = &self.0.summary().own_columns;
        columns.extend(own_columns(own, |name| {
            lines().map(|line| line.own(name)).collect()
        }));
        ArrowTable::new(columns)
    }

    pub fn items_table(&self) -> PyResult<ArrowTable> {
        let items = || self.0.items().iter().filter_map(|id| self.0.item(id));
        let mut columns = vec![
            ("item_id", texts(items().map(|item| Some(item.id())))),
            ("name", texts(items().map(|item| item.name()))),
            ("category", texts(items().map(|item| item.category()))),
            ("brand", texts(items().map(|item| item.brand()))),
            ("group", texts(items().map(|item| item.group()))),
            (
                "price",
                numbers(items().map(|item| item.price().map(Money::to_f64))),
            ),
            (
                "cost",
                numbers(items().map(|item| item.cost().map(Money::to_f64))),
            ),
            (
                "stock",
                numbers(items().map(|item| Some(item.stock()?.to_f64()))),
            ),
        ];
        let own = self.kinds(TableName::Items);
        columns.extend(own_columns(own, |name| {
            items().map(|item| item.own(name)).collect()
        }));
        ArrowTable::new(columns)
    }

    pub fn customers_table(&self) -> PyResult<ArrowTable> {
        let customers = || {
            self.0
                .customers()
                .iter()
                .filter_map(|id| self.0.customer(id))
        };
        let mut columns = vec![("customer_id", texts(customers().map(|one| Some(one.id()))))];
        let own = self.kinds(TableName::Customers);
        columns.extend(own_columns(own, |name| {
            customers().map(|customer| customer.own(name)).collect()
        }));
        ArrowTable::new(columns)
    }

    pub fn events_table(&self) -> PyResult<ArrowTable> {
        let events = || self.0.events();
        let money = |of: fn(&Event<'_>) -> Option<Money>| {
            numbers(events().map(|event| of(&event).map(Money::to_f64)))
        };
        let mut columns = vec![
            (
                "customer_id",
                texts(events().map(|event| event.customer_id())),
            ),
            ("kind", texts(events().map(|event| Some(event.kind())))),
            ("at", instants(events().map(|event| Some(event.at().0)))),
            ("item_id", texts(events().map(|event| event.item_id()))),
            ("value", money(|row| row.value())),
            ("price", money(|row| row.price())),
            ("query", texts(events().map(|event| event.query()))),
        ];
        let own = self.kinds(TableName::Events);
        columns.extend(own_columns(own, |name| {
            events().map(|event| event.own(name)).collect()
        }));
        ArrowTable::new(columns)
    }

    pub fn spend_table(&self) -> PyResult<ArrowTable> {
        let spend = || self.0.spend();
        let mut columns = vec![
            ("channel", texts(spend().map(|spent| Some(spent.channel())))),
            ("campaign", texts(spend().map(|spent| spent.campaign()))),
            ("keyword", texts(spend().map(|spent| spent.keyword()))),
            ("from", instants(spend().map(|spent| Some(spent.from().0)))),
            ("to", instants(spend().map(|spent| Some(spent.to().0)))),
            (
                "amount",
                numbers(spend().map(|spent| Some(spent.amount().to_f64()))),
            ),
        ];
        let own = self.kinds(TableName::Spend);
        columns.extend(own_columns(own, |name| {
            spend().map(|spent| spent.own(name)).collect()
        }));
        ArrowTable::new(columns)
    }
}
