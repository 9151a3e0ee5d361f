//! History that changes: rows come, orders and customers go, and what is left is as if it had never
//! been otherwise.
//!
//! Each operation changes what was told and understands it anew, so it is exact by construction.

use crate::error::{Error, Result};
use crate::history::History;
use crate::history::decimal::MISSING;
use crate::history::labels::NONE;
use crate::history::tables::{Tables, ToldTables};
use crate::history::time::Instant;
use crate::history::told::Told;
use crate::history::told::schema::{TableName, events, orders, spend};
use crate::history::understand::{Added, understand};
use crate::text::{counted, shown};
use crate::watch::Watch;
use serde::Serialize;
use std::fmt;

/// What was taken out of a history for a customer that is forgotten. It does not name them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// Orders of theirs.
    pub orders: u64,
    /// Lines of those orders.
    pub lines: u64,
    /// Events of theirs.
    pub events: u64,
    /// Whether the table of customers had a row for them.
    pub customer_row: bool,
    /// Items that were known through them only.
    pub items: u64,
    /// Rows of orders that name nobody, and stay: if one of them was theirs, no one can tell.
    pub nameless_lines: u64,
    /// Events that name nobody, and stay.
    pub nameless_events: u64,
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "forgotten {} with {}, {}, {}, {} known through them only",
            counted(self.orders, "order", "orders"),
            counted(self.lines, "line", "lines"),
            counted(self.events, "event", "events"),
            match self.customer_row {
                true => "1 row of customers",
                false => "no row of customers",
            },
            counted(self.items, "item", "items"),
        )?;
        writeln!(
            f,
            "kept      {} and {} that name nobody",
            counted(self.nameless_lines, "line", "lines"),
            counted(self.nameless_events, "event", "events"),
        )
    }
}

impl History {
    /// The history with more rows: new orders, rows of any other table.
    ///
    /// Rows of items and customers replace those of the same id.
    ///
    /// # Errors
    /// [`Error::Table`] where an order is known already, and where the rows together mean something
    /// that reading them together would refuse; [`Error::Cancelled`].
    pub fn append(&self, more: Tables<'_>, watch: Watch<'_>) -> Result<History> {
        self.with(more, false, watch)
    }

    /// The history with these orders in place of those of the same ids, and with all other rows as
    /// [`History::append`] takes them.
    ///
    /// # Errors
    /// As [`History::append`], but for known orders.
    pub fn upsert(&self, more: Tables<'_>, watch: Watch<'_>) -> Result<History> {
        self.with(more, true, watch)
    }

    /// The history as if these orders had never been. It acts for every `as_of`.
    ///
    /// # Errors
    /// [`Error::UnknownOrder`] with near ids; [`Error::Table`] where no order is left.
    pub fn retract<Id: AsRef<str>>(
        &self,
        order_ids: impl IntoIterator<Item = Id>,
        watch: Watch<'_>,
    ) -> Result<History> {
        let mut gone = vec![false; self.order_ids.len()];
        for id in order_ids {
            gone[self.order(id.as_ref())?] = true;
        }
        let told = self.keeping(|_| true, |line| !gone[self.lines.order[line] as usize])?;
        self.anew(told, watch)
    }

    /// The history as if a customer had never been there, and what was taken out of it: their
    /// orders, events and row, and items known only through them. Rows that name no one stay.
    ///
    /// # Errors
    /// [`Error::UnknownCustomer`]; [`Error::Table`] where no order is left.
    pub fn forget(&self, customer_id: &str, watch: Watch<'_>) -> Result<(History, Receipt)> {
        let customer =
            self.customer_ids
                .find(customer_id)
                .ok_or_else(|| Error::UnknownCustomer {
                    customer: shown(customer_id),
                })? as u32;
        let of_line = |line: usize| self.orders.customer[self.lines.order[line] as usize];
        let mut told = self.keeping(|_| true, |line| of_line(line) != customer)?;
        let mut receipt = Receipt {
            orders: self
                .orders
                .customer
                .iter()
                .filter(|&&c| c == customer)
                .count() as u64,
            lines: (0..self.lines.len())
                .filter(|&l| of_line(l) == customer)
                .count() as u64,
            nameless_lines: (0..self.lines.len())
                .filter(|&l| of_line(l) == NONE)
                .count() as u64,
            ..Receipt::default()
        };
        if let (Some(events), Some(rows)) = (&self.events, self.told.get(TableName::Events)) {
            let kept = |&row: &u32| events.customer[row as usize] != customer;
            let kept: Vec<u32> = (0..rows.len() as u32).filter(kept).collect();
            receipt.events = (rows.len() - kept.len()) as u64;
            receipt.nameless_events = events.customer.iter().filter(|&&c| c == NONE).count() as u64;
            told.set(rows.select(&kept));
        }
        if let (Some(people), Some(rows)) = (&self.people, self.told.get(TableName::Customers)) {
            receipt.customer_row = people.told[customer as usize];
            let place = people.told[..customer as usize]
                .iter()
                .filter(|&&told| told)
                .count();
            let gone = receipt.customer_row.then_some(place as u32);
            let kept: Vec<u32> = (0..rows.len() as u32)
                .filter(|&row| Some(row) != gone)
                .collect();
            told.set(rows.select(&kept));
        }
        let mut history = self.anew(told, watch)?;
        // What could not be read may have been theirs.
        for reading in &mut history.readings {
            reading.skipped_rows.clear();
        }
        history.summary.skipped_rows.clear();
        receipt.items = (self.item_ids.len() - history.item_ids.len()) as u64;
        Ok((history, receipt))
    }

    /// The history as it was just before an instant: rows of orders and events that happened strictly
    /// before it, and spend whose time had ended. Rows without a time count as earlier than all, and
    /// returns without one as later. Items and customers are as last told, and a status, which
    /// carries no time of its own, too.
    ///
    /// # Errors
    /// [`Error::Table`] where no order is left.
    pub fn as_of(&self, instant: Instant, watch: Watch<'_>) -> Result<History> {
        let before = |line: usize| {
            let own = self.lines.at.as_ref().map_or(MISSING, |at| at[line]);
            let order = self.orders.at[self.lines.order[line] as usize];
            match (own, self.lines.is_return(line)) {
                (MISSING, false) => true,
                (MISSING, true) => order != MISSING && order < instant.0,
                (at, _) => at < instant.0,
            }
        };
        let mut told = self.keeping(|_| true, before)?;
        for (table, place) in [
            (TableName::Events, events::AT),
            (TableName::Spend, spend::TO),
        ] {
            if let Some(rows) = self.told.get(table)
                && let Some(times) = rows.number(place)
            {
                let kept = |&row: &u32| times[row as usize] < instant.0;
                let kept: Vec<u32> = (0..rows.len() as u32).filter(kept).collect();
                told.set(rows.select(&kept));
            }
        }
        self.anew(told, watch)
    }

    /// The index of an order.
    fn order(&self, id: &str) -> Result<usize> {
        self.order_ids.find(id).ok_or_else(|| Error::UnknownOrder {
            order: shown(id),
            near: self.order_ids.near(id),
        })
    }

    fn with(&self, more: Tables<'_>, replacing: bool, watch: Watch<'_>) -> Result<History> {
        let (more, readings) = more.parts()?;
        let mut known = (*self.told).clone();
        if let (true, Some(new)) = (replacing, more.get(TableName::Orders)) {
            let replaced = self.told_again(new)?;
            let told =
                self.keeping(|_| false, |line| !replaced[self.lines.order[line] as usize])?;
            known.set(told.orders()?.clone());
        }
        let rows = known.orders()?.len();
        for new in more.iter() {
            if let Some(before) = known.get(new.table) {
                known.set(without_ids_of(before, new)?);
            }
            known.join(new.clone())?;
        }
        let mut all = self.readings.clone();
        for reading in readings {
            match all.iter_mut().find(|known| known.table == reading.table) {
                Some(known) => {
                    known.on_error = reading.on_error;
                    known.join(reading);
                }
                None => all.push(reading),
            }
        }
        let added = Added { known: Some(rows) };
        understand(known, all, self.settings.clone(), added, watch)
    }

    /// Which of the known orders a table tells again.
    fn told_again(&self, new: &Told) -> Result<Vec<bool>> {
        let mut again = vec![false; self.order_ids.len()];
        let ids = new.text(orders::ORDER_ID);
        for id in ids.iter().flat_map(|column| column.interner.iter()) {
            // As an id is read where its column holds whole decimals.
            let whole = id
                .split_once('.')
                .filter(|(_, rest)| rest.bytes().all(|b| b == b'0'));
            for id in [Some(id), whole.map(|(id, _)| id)].into_iter().flatten() {
                if let Some(order) = self.order_ids.find(id) {
                    again[order] = true;
                }
            }
        }
        Ok(again)
    }

    /// What was told, with the lines of orders that `keep` lets stay and the other tables that
    /// `tables` does.
    fn keeping(
        &self,
        tables: impl Fn(TableName) -> bool,
        keep: impl Fn(usize) -> bool,
    ) -> Result<ToldTables> {
        let mut told = ToldTables::default();
        for table in self.told.iter().filter(|told| tables(told.table)) {
            if table.table != TableName::Orders {
                told.set(table.clone());
            }
        }
        // Rows told twice may stand as one line.
        let line = |row: u32| {
            self.line_of_row
                .as_ref()
                .map_or(row, |lines| lines[row as usize])
        };
        let kept = |&row: &u32| keep(line(row) as usize);
        let rows = self.told.orders()?;
        let kept: Vec<u32> = (0..rows.len() as u32).filter(kept).collect();
        told.set(rows.select(&kept));
        Ok(told)
    }

    fn anew(&self, told: ToldTables, watch: Watch<'_>) -> Result<History> {
        if told.orders()?.len() == 0 {
            return Err(Error::Table {
                source_name: "the history".to_owned(),
                problem: "no order would be left, and a history is made of them".to_owned(),
            });
        }
        let readings = self.readings.clone();
        let settings = self.settings.clone();
        understand(told, readings, settings, Added::default(), watch)
    }
}

/// A table of one row an id without the rows that another tells anew.
fn without_ids_of(before: &Told, new: &Told) -> Result<Told> {
    let one_an_id = matches!(before.table, TableName::Items | TableName::Customers);
    let (true, Some(known), Some(ids)) = (one_an_id, before.text(0), new.text(0)) else {
        return Ok(before.clone());
    };
    let again: std::collections::BTreeSet<&str> = ids.interner.iter().collect();
    let stays = |&row: &u32| !known.get(row as usize).is_some_and(|id| again.contains(id));
    let kept: Vec<u32> = (0..before.len() as u32).filter(stays).collect();
    Ok(before.select(&kept))
}
