//! What customers did besides buying.

use crate::history::History;
use crate::history::catalogue::own;
use crate::history::decimal::{MISSING, Money};
use crate::history::labels::NONE;
use crate::history::lines::Texts;
use crate::history::time::Instant;
use crate::history::typed::{Typed, Value};
use std::sync::Arc;

/// Kinds of events that have a meaning of their own; a shop may tell others.
pub const KINDS: [&str; 10] = [
    "view",
    "search",
    "wishlist_add",
    "wishlist_remove",
    "cart",
    "visit",
    "email",
    "coupon",
    "referral",
    "service",
];

/// One row an event, by customer id (nobody last), time and kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventTable {
    /// [`NONE`] where the event names no customer.
    pub customer: Vec<u32>,
    /// [`NONE`] where the event is about no item.
    pub item: Option<Vec<u32>>,
    pub kind: Texts,
    pub at: Arc<Vec<i64>>,
    pub value: Option<Arc<Vec<i64>>>,
    pub price: Option<Arc<Vec<i64>>>,
    pub query: Option<Texts>,
    pub own: Vec<(String, Typed)>,
}

/// An event. Made by [`History::events`].
#[derive(Clone, Copy)]
pub struct Event<'a> {
    history: &'a History,
    events: &'a EventTable,
    row: usize,
}

impl History {
    /// All events, by customer, time and kind; those that name nobody last.
    pub fn events(&self) -> impl Iterator<Item = Event<'_>> {
        self.events.iter().flat_map(move |events| {
            (0..events.customer.len()).map(move |row| Event {
                history: self,
                events,
                row,
            })
        })
    }

    /// The event on a row.
    pub(crate) fn event(&self, row: usize) -> Option<Event<'_>> {
        let events = self.events.as_ref()?;
        let there = row < events.customer.len();
        there.then_some(Event {
            history: self,
            events,
            row,
        })
    }
}

impl<'a> Event<'a> {
    fn money(&self, column: &Option<Arc<Vec<i64>>>) -> Option<Money> {
        Money::told(column.as_ref().map_or(MISSING, |column| column[self.row]))
    }

    /// Who; `None` where nobody is named.
    pub fn customer_id(&self) -> Option<&'a str> {
        match self.events.customer[self.row] {
            NONE => None,
            customer => self.history.customer_ids.get(customer as usize),
        }
    }

    /// What happened: one of [`KINDS`], or a word of the shop's own.
    pub fn kind(&self) -> &'a str {
        self.events.kind.get(self.row).unwrap_or_default()
    }

    /// When.
    pub fn at(&self) -> Instant {
        Instant(self.events.at[self.row])
    }

    /// The item it was about.
    pub fn item_id(&self) -> Option<&'a str> {
        match self.events.item.as_ref()?[self.row] {
            NONE => None,
            item => self.history.item_ids.get(item as usize),
        }
    }

    /// What it was worth, by the shop's own measure.
    pub fn value(&self) -> Option<Money> {
        self.money(&self.events.value)
    }

    /// What the item cost then.
    pub fn price(&self) -> Option<Money> {
        self.money(&self.events.price)
    }

    /// What was searched for.
    pub fn query(&self) -> Option<&'a str> {
        self.events.query.as_ref()?.get(self.row)
    }

    /// The value in a column of the shop's own; `None` where nothing was told, or there is no such
    /// column.
    pub fn own(&self, column: &str) -> Option<Value<'a>> {
        own(&self.events.own, column, self.row)
    }
}

impl std::fmt::Debug for Event<'_> {
    /// Its row alone: what is told does not belong in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Event({})", self.row)
    }
}
