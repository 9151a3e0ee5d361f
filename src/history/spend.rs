//! What was spent on adverts.

use crate::history::History;
use crate::history::catalogue::own;
use crate::history::decimal::Money;
use crate::history::lines::Texts;
use crate::history::time::Instant;
use crate::history::typed::{Typed, Value};
use std::sync::Arc;

/// One row an amount, by the time it was spent in.
#[derive(Clone, Debug, Default)]
pub(crate) struct SpendTable {
    pub channel: Texts,
    pub campaign: Option<Texts>,
    pub keyword: Option<Texts>,
    pub from: Arc<Vec<i64>>,
    pub to: Arc<Vec<i64>>,
    pub amount: Arc<Vec<i64>>,
    pub own: Vec<(String, Typed)>,
}

/// An amount that was spent. Made by [`History::spend`].
#[derive(Clone, Copy)]
pub struct Spend<'a> {
    table: &'a SpendTable,
    row: usize,
}

impl History {
    /// All that was spent, by time.
    pub fn spend(&self) -> impl Iterator<Item = Spend<'_>> {
        self.spend
            .iter()
            .flat_map(|table| (0..table.amount.len()).map(move |row| Spend { table, row }))
    }
}

impl<'a> Spend<'a> {
    /// Where: as orders name their channel.
    pub fn channel(&self) -> &'a str {
        self.table.channel.get(self.row).unwrap_or_default()
    }

    /// For which campaign: as orders name theirs.
    pub fn campaign(&self) -> Option<&'a str> {
        self.table.campaign.as_ref()?.get(self.row)
    }

    /// For which keyword.
    pub fn keyword(&self) -> Option<&'a str> {
        self.table.keyword.as_ref()?.get(self.row)
    }

    /// The time it was spent in starts here.
    pub fn from(&self) -> Instant {
        Instant(self.table.from[self.row])
    }

    /// The time it was spent in ends here; where only a day is told, with that day's start.
    pub fn to(&self) -> Instant {
        Instant(self.table.to[self.row])
    }

    /// How much.
    pub fn amount(&self) -> Money {
        Money(self.table.amount[self.row])
    }

    /// The value in a column of the shop's own; `None` where nothing was told, or there is no such
    /// column.
    pub fn own(&self, column: &str) -> Option<Value<'a>> {
        own(&self.table.own, column, self.row)
    }
}

impl std::fmt::Debug for Spend<'_> {
    /// Its row alone: what is told does not belong in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Spend({})", self.row)
    }
}
