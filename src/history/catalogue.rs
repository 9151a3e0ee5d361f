//! What a shop tells of its items and customers.

use crate::history::History;
use crate::history::decimal::{MISSING, Money, Quantity};
use crate::history::labels::{Labels, NONE};
use crate::history::lines::Texts;
use crate::history::settings::Settings;
use crate::history::typed::{Typed, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is told of items, one row an item by index.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ItemTable {
    /// Whether the table of items has the item.
    pub told: Vec<bool>,
    pub name: Option<Texts>,
    pub category: Option<Texts>,
    pub brand: Option<Texts>,
    pub group: Option<Texts>,
    pub price: Option<Arc<Vec<i64>>>,
    pub cost: Option<Arc<Vec<i64>>>,
    pub stock: Option<Arc<Vec<i64>>>,
    pub own: Vec<(String, Typed)>,
}

/// What is told of customers, one row a customer by index.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CustomerTable {
    /// Whether the table of customers has the customer.
    pub told: Vec<bool>,
    pub own: Vec<(String, Typed)>,
}

impl ItemTable {
    /// The item of each row of the table as told.
    pub(crate) fn rows(&self) -> Vec<u32> {
        rows_of(&self.told)
    }
}

impl CustomerTable {
    /// The customer of each row of the table as told.
    pub(crate) fn rows(&self) -> Vec<u32> {
        rows_of(&self.told)
    }
}

/// The rows of a table as told stand in the order of their ids.
fn rows_of(told: &[bool]) -> Vec<u32> {
    let told = (0u32..).zip(told).filter(|(_, told)| **told);
    told.map(|(index, _)| index).collect()
}

/// The article that each item is a variant of: what the settings name goes before what its row tells.
/// `None` where neither tells of any.
pub(crate) fn groups(
    items: &Labels,
    table: Option<&ItemTable>,
    settings: &Settings,
) -> Option<Texts> {
    let told = table.and_then(|table| table.group.as_ref());
    if settings.groups.is_empty() {
        return told.cloned();
    }
    let mut names: Vec<Option<&str>> = (0..items.len()).map(|item| told?.get(item)).collect();
    for (name, members) in &settings.groups {
        for item in members.iter().filter_map(|id| items.find(id)) {
            names[item] = Some(name);
        }
    }
    let distinct: BTreeSet<&str> = names.iter().copied().flatten().collect();
    let labels = Labels::from_sorted(distinct);
    let code = |name| labels.find(name).map(|code| code as u32);
    let codes = names.iter().map(|name| name.and_then(code).unwrap_or(NONE));
    let codes = codes.collect();
    (told.is_some() || !labels.is_empty()).then_some(Texts { labels, codes })
}

/// An item, and what is told of it. Made by [`History::item`].
#[derive(Clone, Copy)]
pub struct Item<'a> {
    history: &'a History,
    index: usize,
}

/// A customer, and what is told of them. Made by [`History::customer`].
#[derive(Clone, Copy)]
pub struct Customer<'a> {
    history: &'a History,
    index: usize,
}

impl History {
    /// The item of that id; `None` where no table names it.
    pub fn item(&self, id: &str) -> Option<Item<'_>> {
        let index = self.item_ids.find(id)?;
        Some(Item {
            history: self,
            index,
        })
    }

    /// The customer of that id; `None` where no table names them.
    pub fn customer(&self, id: &str) -> Option<Customer<'_>> {
        let index = self.customer_ids.find(id)?;
        Some(Customer {
            history: self,
            index,
        })
    }
}

impl<'a> Item<'a> {
    fn text(&self, column: impl Fn(&'a ItemTable) -> &'a Option<Texts>) -> Option<&'a str> {
        column(self.history.items.as_ref()?)
            .as_ref()?
            .get(self.index)
    }

    fn number(&self, column: impl Fn(&'a ItemTable) -> &'a Option<Arc<Vec<i64>>>) -> i64 {
        let column = self
            .history
            .items
            .as_ref()
            .and_then(|items| column(items).as_ref());
        column.map_or(MISSING, |column| column[self.index])
    }

    /// The item's id.
    pub fn id(&self) -> &'a str {
        self.history.item_ids.get(self.index).unwrap_or_default()
    }

    /// The item's index: the rank of its id.
    pub fn index(&self) -> usize {
        self.index
    }

    /// What people call it.
    pub fn name(&self) -> Option<&'a str> {
        self.text(|items| &items.name)
    }

    /// Where it stands in the shop, as a path such as `toys/wood`.
    pub fn category(&self) -> Option<&'a str> {
        self.text(|items| &items.category)
    }

    /// Who makes it.
    pub fn brand(&self) -> Option<&'a str> {
        self.text(|items| &items.brand)
    }

    /// The article it is a variant of: by its row, or by [`Settings::groups`](crate::Settings::groups).
    pub fn group(&self) -> Option<&'a str> {
        self.history.groups.as_ref()?.get(self.index)
    }

    /// What it costs a customer now, per piece.
    pub fn price(&self) -> Option<Money> {
        Money::told(self.number(|items| &items.price))
    }

    /// What a piece costs the shop.
    pub fn cost(&self) -> Option<Money> {
        Money::told(self.number(|items| &items.cost))
    }

    /// How many are there to be sold.
    pub fn stock(&self) -> Option<Quantity> {
        match self.number(|items| &items.stock) {
            MISSING => None,
            stock => Some(Quantity(stock)),
        }
    }

    /// The value in a column of the shop's own; `None` where nothing was told, or there is no such
    /// column.
    pub fn own(&self, column: &str) -> Option<Value<'a>> {
        own(&self.history.items.as_ref()?.own, column, self.index)
    }
}

impl<'a> Customer<'a> {
    /// The customer's id.
    pub fn id(&self) -> &'a str {
        self.history
            .customer_ids
            .get(self.index)
            .unwrap_or_default()
    }

    /// The customer's index: the rank of the id.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The value in a column of the shop's own; `None` where nothing was told, or there is no such
    /// column.
    pub fn own(&self, column: &str) -> Option<Value<'a>> {
        own(&self.history.people.as_ref()?.own, column, self.index)
    }
}

impl std::fmt::Debug for Item<'_> {
    /// Its id alone: the rest is the shop's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Item({})", self.id())
    }
}

impl std::fmt::Debug for Customer<'_> {
    /// The index alone: ids of customers do not belong in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Customer({})", self.index)
    }
}

pub(crate) fn own<'a>(columns: &'a [(String, Typed)], name: &str, row: usize) -> Option<Value<'a>> {
    let (_, values) = columns.iter().find(|(column, _)| column == name)?;
    values.get(row)
}
