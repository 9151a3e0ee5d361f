//! The columns of the rows that a rule over customers may ask for.

use super::facts::Fact;
use crate::facts::{ItemFact, Items, type_of};
use crate::history::{History, TableName, Typed};
use crate::rules::{Source, Type};

/// A column of some rows.
pub(super) struct Column {
    pub name: String,
    pub fact: Fact,
    pub of: Type,
    /// The table and its column that would have to be told for it.
    pub lacks: Option<(TableName, &'static str)>,
}

/// A column that cobuy knows: its name, what it is, and the columns of its table that it is made of.
type Known = (&'static str, Fact, Type, &'static [&'static str]);

/// Of orders, and of their lines.
const ORDERS: [Known; 11] = [
    ("at", Fact::At, Type::Time, &["ordered_at"]),
    ("quantity", Fact::Quantity, Type::Number, &[]),
    ("amount", Fact::Amount, Type::Number, &["price"]),
    ("discount", Fact::Discount, Type::Number, &["discount"]),
    (
        "discount_share",
        Fact::DiscountShare,
        Type::Number,
        &["discount", "price"],
    ),
    ("margin", Fact::Margin, Type::Number, &["price", "cost"]),
    ("order_id", Fact::OrderId, Type::Text, &[]),
    ("channel", Fact::Channel, Type::Text, &["channel"]),
    ("campaign", Fact::Campaign, Type::Text, &["campaign"]),
    ("status", Fact::Status, Type::Text, &["status"]),
    ("ordered_at", Fact::OrderedAt, Type::Time, &["ordered_at"]),
];

/// Of orders alone.
const WHOLE_ORDERS: [Known; 1] = [("items", Fact::Items, Type::Number, &[])];

/// Of lines alone.
const LINES: [Known; 3] = [
    ("product", Fact::Product(ItemFact::Id), Type::Text, &[]),
    ("price", Fact::Price, Type::Number, &["price"]),
    ("cost", Fact::Cost, Type::Number, &["cost"]),
];

/// Of lines that came back.
const RETURNS: [Known; 1] = [("return_of", Fact::ReturnOf, Type::Text, &["return_of"])];

const EVENTS: [Known; 6] = [
    ("at", Fact::At, Type::Time, &[]),
    ("kind", Fact::EventKind, Type::Text, &[]),
    (
        "product",
        Fact::Product(ItemFact::Id),
        Type::Text,
        &["item_id"],
    ),
    ("value", Fact::EventValue, Type::Number, &["value"]),
    ("price", Fact::EventPrice, Type::Number, &["price"]),
    ("query", Fact::EventQuery, Type::Text, &["query"]),
];

/// What a row takes over from its item under the same name, besides the item's own columns.
const TAKEN_OVER: [ItemFact; 4] = [
    ItemFact::Name,
    ItemFact::Category,
    ItemFact::Brand,
    ItemFact::Group,
];

/// All columns that rows of a source can have; of two with one name the first that is told is meant.
pub(super) fn columns(history: &History, source: &Source) -> Vec<Column> {
    let mut found = Columns {
        history,
        found: Vec::new(),
    };
    let lines = &history.line_table().own;
    match source {
        Source::Orders | Source::Cancellations => {
            found.known(TableName::Orders, &ORDERS);
            found.known(TableName::Orders, &WHOLE_ORDERS);
            found.own("", lines, Fact::LineOwn);
        }
        Source::Purchases | Source::Returns => {
            found.known(TableName::Orders, &ORDERS);
            found.known(TableName::Orders, &LINES);
            if *source == Source::Returns {
                found.known(TableName::Orders, &RETURNS);
            }
            found.of_item("product.", None);
            found.own("", lines, Fact::LineOwn);
            found.of_item("", None);
        }
        _ => {
            let events = history.event_table();
            let named = tells(history, TableName::Events, "item_id");
            let lacks = (!named).then_some((TableName::Events, "item_id"));
            found.known(TableName::Events, &EVENTS);
            found.of_item("product.", lacks);
            found.own("", events.map_or(&[], |events| &events.own), Fact::EventOwn);
            found.of_item("", lacks);
        }
    }
    found.found
}

struct Columns<'a> {
    history: &'a History,
    found: Vec<Column>,
}

impl Columns<'_> {
    fn known(&mut self, table: TableName, known: &[Known]) {
        for &(name, fact, of, needs) in known {
            let lacks = needs.iter().find(|&need| !tells(self.history, table, need));
            self.found.push(Column {
                name: name.to_owned(),
                fact,
                of,
                lacks: lacks.map(|&need| (table, need)),
            });
        }
    }

    fn own(&mut self, prefix: &str, own: &[(String, Typed)], fact: impl Fn(usize) -> Fact) {
        for (place, (name, values)) in own.iter().enumerate() {
            self.found.push(Column {
                name: format!("{prefix}{name}"),
                fact: fact(place),
                of: type_of(values),
                lacks: None,
            });
        }
    }

    /// The columns of the item that a row is about: all of them behind `product.`, else those that a
    /// row takes over.
    fn of_item(&mut self, prefix: &str, lacks: Option<(TableName, &'static str)>) {
        let first = self.found.len();
        let items = Items::of(self.history);
        let behind = |fact: &ItemFact| match prefix {
            "" => TAKEN_OVER.contains(fact),
            _ => *fact != ItemFact::Id,
        };
        for (name, fact, of) in Items::known().filter(|(_, fact, _)| behind(fact)) {
            let lacks = items.lacks(fact);
            self.found.push(Column {
                name: format!("{prefix}{name}"),
                fact: Fact::Product(fact),
                of,
                lacks: lacks.map(|column| (TableName::Items, column)),
            });
        }
        self.own(prefix, items.own(), |place| {
            Fact::Product(ItemFact::Own(place))
        });
        if lacks.is_some() {
            for column in self.found.iter_mut().skip(first) {
                column.lacks = lacks;
            }
        }
    }
}

/// Whether the table of orders or of events has a column.
fn tells(history: &History, table: TableName, column: &str) -> bool {
    let (orders, lines) = (history.order_table(), history.line_table());
    let events = history.event_table();
    match (table, column) {
        (TableName::Orders, "price") => lines.price.is_some(),
        (TableName::Orders, "discount") => lines.discount.is_some(),
        (TableName::Orders, "cost") => lines.cost.is_some() || lines.item_cost.is_some(),
        (TableName::Orders, "ordered_at") => lines.at.is_some(),
        (TableName::Orders, "return_of") => lines.return_of.is_some(),
        (TableName::Orders, "channel") => orders.channel.is_some(),
        (TableName::Orders, "campaign") => orders.campaign.is_some(),
        (TableName::Orders, "status") => orders.status.is_some(),
        (TableName::Events, "item_id") => events.is_some_and(|events| events.item.is_some()),
        (TableName::Events, "value") => events.is_some_and(|events| events.value.is_some()),
        (TableName::Events, "price") => events.is_some_and(|events| events.price.is_some()),
        (TableName::Events, "query") => events.is_some_and(|events| events.query.is_some()),
        _ => false,
    }
}
