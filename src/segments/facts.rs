//! What a rule over customers may name.

use super::columns::{Column, columns};
use crate::facts::{CustomerFact, Customers, ItemFact};
use crate::history::{History, KINDS};
use crate::near::near;
use crate::rules::{Schema, Source, Type};
use crate::text::shown;

/// What stands for a field of a customer or of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    Customer(CustomerFact),
    /// When a row was.
    At,
    // Of lines, and of orders as the sum of their lines.
    Quantity,
    Amount,
    Discount,
    DiscountShare,
    Margin,
    /// As the line tells; of an order what its lines share.
    LineOwn(usize),
    // Of lines alone.
    Price,
    Cost,
    ReturnOf,
    // Of orders, and of lines as their order has it.
    OrderId,
    Channel,
    Campaign,
    Status,
    OrderedAt,
    /// How many distinct items an order has.
    Items,
    // Of events.
    EventKind,
    EventValue,
    EventPrice,
    EventQuery,
    EventOwn(usize),
    /// Of the item that a row is about.
    Product(ItemFact),
}

/// The customers of a shop, and the segments that a rule may ask for.
pub(crate) struct People<'a> {
    pub history: &'a History,
    /// Sorted.
    pub segments: &'a [String],
}

/// What other rules are made of, and nothing computes yet.
const LATER: [&str; 9] = [
    "rfm",
    "clv",
    "p_alive",
    "age",
    "average_order",
    "returns_share",
    "orders_count",
    "revenue",
    "next_order_due",
];

impl People<'_> {
    fn column(&self, source: &Source, name: &str) -> Option<Column> {
        let mut columns = columns(self.history, source).into_iter();
        columns.find(|column| column.lacks.is_none() && column.name == name)
    }
}

impl Schema for People<'_> {
    type Fact = Fact;

    fn subject(&self) -> &'static str {
        "customer"
    }

    fn field(&self, name: &str) -> Option<(Fact, Type)> {
        let (fact, of) = Customers::of(self.history).field(name)?;
        Some((Fact::Customer(fact), of))
    }

    fn names(&self) -> Vec<String> {
        let names = Customers::of(self.history).names();
        names.map(str::to_owned).collect()
    }

    fn without_rows(&self, source: &Source) -> Option<(String, Vec<String>)> {
        let kind = source.kind()?;
        let Some(events) = self.history.event_table() else {
            let problem = format!(
                "the shop tells no events, and `{}` are made of them",
                source.name()
            );
            return Some((problem, Vec::new()));
        };
        let told = &events.kind.labels;
        if KINDS.contains(&kind) || told.find(kind).is_some() {
            return None;
        }
        let known = KINDS.iter().copied();
        let known = known.chain(told.iter().filter(|told| !KINDS.contains(told)));
        let problem = format!("no event is of the kind `{}`", shown(kind));
        Some((problem, near(kind, known)))
    }

    fn row_field(&self, source: &Source, name: &str) -> Option<(Fact, Type)> {
        let column = self.column(source, name)?;
        Some((column.fact, column.of))
    }

    fn row_names(&self, source: &Source) -> Vec<String> {
        let columns = columns(self.history, source).into_iter();
        let told = columns.filter(|column| column.lacks.is_none());
        told.map(|column| column.name).collect()
    }

    fn segment(&self, name: &str) -> Option<usize> {
        let place = self.segments.binary_search_by(|known| known[..].cmp(name));
        place.ok()
    }

    fn segments(&self) -> Vec<String> {
        self.segments.to_vec()
    }

    fn hint(&self, name: &str) -> Option<String> {
        let head = name.split('.').next().unwrap_or(name);
        if LATER.contains(&head) {
            return Some("cobuy does not compute it yet".to_owned());
        }
        let hint = Customers::of(self.history).hint();
        hint.map(str::to_owned)
    }

    fn row_hint(&self, source: &Source, name: &str) -> Option<String> {
        let mut columns = columns(self.history, source).into_iter();
        let (table, lacks) = columns.find(|column| column.name == name)?.lacks?;
        Some(format!("the {table} tell no `{lacks}`"))
    }
}
