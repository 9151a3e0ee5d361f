//! What a rule over customers may name.

use super::columns::{Column, columns};
use crate::history::{History, KINDS, Kind, Typed};
use crate::near::near;
use crate::rules::{Schema, Source, Type};
use crate::text::shown;

/// What stands for a field of a customer or of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    CustomerId,
    /// A column of the shop's own, by its place.
    CustomerOwn(usize),
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

/// What stands for a field of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ItemFact {
    Id,
    Name,
    Category,
    Brand,
    Group,
    Price,
    Cost,
    Margin,
    Stock,
    InStock,
    Own(usize),
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

/// What the values of a column of the shop's own are.
pub(super) fn type_of(values: &Typed) -> Type {
    match values.kind() {
        Kind::Text => Type::Text,
        Kind::Number => Type::Number,
        Kind::Flag => Type::Flag,
        Kind::Time => Type::Time,
    }
}

impl People<'_> {
    fn own(&self) -> &[(String, Typed)] {
        let people = self.history.customer_table();
        people.map_or(&[], |people| &people.own)
    }

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
        if name == "customer_id" {
            return Some((Fact::CustomerId, Type::Text));
        }
        let mut own = self.own().iter().enumerate();
        let (place, (_, values)) = own.find(|(_, (own, _))| own == name)?;
        Some((Fact::CustomerOwn(place), type_of(values)))
    }

    fn names(&self) -> Vec<String> {
        let own = self.own().iter().map(|(name, _)| name.clone());
        std::iter::once("customer_id".to_owned())
            .chain(own)
            .collect()
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
        let people = self.history.customer_table();
        let none = "the shop tells nothing of customers but their ids";
        people.is_none().then(|| none.to_owned())
    }

    fn row_hint(&self, source: &Source, name: &str) -> Option<String> {
        let mut columns = columns(self.history, source).into_iter();
        let (table, lacks) = columns.find(|column| column.name == name)?.lacks?;
        Some(format!("the {table} tell no `{lacks}`"))
    }
}
