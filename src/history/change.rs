//! History that changes: rows come, orders and customers go, and what is left is as if it had never
//! been otherwise.
//!
//! Each operation changes what was told and understands it anew, so it is exact by construction.

use crate::error::{Error, Result};
use crate::history::decimal::MISSING;
use crate::history::labels::NONE;
use crate::history::reading::Reading;
use crate::history::tables::{Tables, ToldTables, check_types};
use crate::history::time::{Instant, TimeReader, zone};
use crate::history::told::Told;
use crate::history::told::schema::{TableName, events, spend};
use crate::history::understand::orders::id_column;
use crate::history::understand::{Refusal, reading_of, understand};
use crate::history::{History, Settings};
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
    /// The rows are read with this history's settings ([`History::more`]). Rows of items and customers
    /// replace those of the same id.
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
        let told = self.keeping(|line| !gone[self.lines.order[line] as usize])?;
        self.anew(told, watch)
    }

    /// The history as if a customer had never been there, and what was taken out of it: their
    /// orders, events and row, and items known only through them. Rows that name no one stay.
    ///
    /// What a whole column means is found anew of what is left: if ids such as `2.5` were texts only
    /// for the sake of one of the customer's (`12-B`), what is left is refused as reading it would be,
    /// and [`Settings::types`](crate::Settings::types) is the way out.
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
        let mut told = self.keeping(|line| of_line(line) != customer)?;
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
    /// carries no time of its own, too. What a day's spend was is known once the day has begun.
    ///
    /// The instant is the history's `as_of` from then on: lists that fade, or that ask who was observed
    /// for how long, are learnt as of it.
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
        let mut told = self.keeping(before)?;
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
        let mut history = self.anew(told, watch)?;
        history.summary.as_of = Some(instant);
        Ok(history)
    }

    /// An instant as a text tells it: without an offset, in the shop's zone.
    ///
    /// # Errors
    /// [`Error::Setting`] for what is no time.
    pub fn instant(&self, text: &str) -> Result<Instant> {
        let zone = zone(&self.settings.time_zone)?;
        let read = TimeReader::new(zone, self.settings.clock_change, None).read(text);
        read.map(Instant)
            .map_err(|problem| Error::setting("as_of", format!("'{}'", shown(text)), problem))
    }

    /// The history as other settings mean it: other statuses that count, other items to ignore, other
    /// groups. What settings said while the rows were read (the time zone, the rule for clock changes,
    /// rounding, what means "nothing told") cannot be said anew.
    ///
    /// # Errors
    /// [`Error::Setting`] for one of those; else as understanding it the first time.
    pub fn under(&self, settings: Settings, watch: Watch<'_>) -> Result<History> {
        let before = &self.settings;
        let read_with = [
            ("time_zone", before.time_zone != settings.time_zone),
            ("clock_change", before.clock_change != settings.clock_change),
            ("rounding", before.rounding != settings.rounding),
            ("missing", before.missing != settings.missing),
        ];
        if let Some((name, _)) = read_with.into_iter().find(|(_, differs)| *differs) {
            let must = "it must be as it was when the rows were read; read them anew to change it";
            return Err(Error::setting(name, "another", must));
        }
        let (told, readings) = ((*self.told).clone(), self.readings.clone());
        understand(told, readings, settings, None, watch)
    }

    /// No tables yet, to be read with this history's settings and added to it.
    pub fn more<'w>(&self) -> Tables<'w> {
        Tables::new(self.settings.clone())
    }

    /// The index of an order.
    fn order(&self, id: &str) -> Result<usize> {
        self.order_ids.find(id).ok_or_else(|| Error::UnknownOrder {
            order: shown(id),
            near: self.order_ids.near(id),
        })
    }

    fn with(&self, more: Tables<'_>, replacing: bool, watch: Watch<'_>) -> Result<History> {
        let (more, readings) = more.parts(&self.settings)?;
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
        let mut known = (*self.told).clone();
        let mut orders = known.orders()?.len();
        for new in more.iter() {
            let Some(before) = known.get(new.table) else {
                known.set(new.clone());
                continue;
            };
            let mut joined = before.clone();
            joined.join(new)?;
            let one_an_id = matches!(new.table, TableName::Items | TableName::Customers);
            if one_an_id || (replacing && new.table == TableName::Orders) {
                let rows = self.without_replaced(&joined, before.len(), &all)?;
                orders = match new.table {
                    TableName::Orders => rows.len() - new.len(),
                    _ => orders,
                };
                joined = joined.select(&rows);
            }
            known.set(joined);
        }
        check_types(&self.settings, &known, &all)?;
        understand(known, all, self.settings.clone(), Some(orders), watch)
    }

    /// The rows of a table without those of its first `known` whose id a later row tells too.
    fn without_replaced(
        &self,
        joined: &Told,
        known: usize,
        readings: &[Reading],
    ) -> Result<Vec<u32>> {
        let rows = 0..joined.len() as u32;
        let reading = reading_of(readings, joined.table);
        let refusal = Refusal { reading: &reading };
        // The first column of these tables is the id, read as the whole column is.
        let Some(ids) = id_column(joined, 0, &self.settings, &refusal, &mut Vec::new())? else {
            return Ok(rows.collect());
        };
        let mut again = vec![false; ids.interner.len()];
        for &id in &ids.codes[known..] {
            if let Some(again) = again.get_mut(id as usize) {
                *again = true;
            }
        }
        let stays = |&row: &u32| {
            let id = ids.codes[row as usize] as usize;
            row as usize >= known || !again.get(id).copied().unwrap_or(false)
        };
        Ok(rows.filter(stays).collect())
    }

    /// The history as if some lines of orders had never been told.
    ///
    /// # Errors
    /// [`Error::Table`] where no order is left; [`Error::Cancelled`].
    pub(crate) fn without_lines(
        &self,
        gone: impl Fn(usize) -> bool,
        watch: Watch<'_>,
    ) -> Result<History> {
        self.anew(self.keeping(|line| !gone(line))?, watch)
    }

    /// What was told, with only the lines of orders that `keep` lets stay.
    fn keeping(&self, keep: impl Fn(usize) -> bool) -> Result<ToldTables> {
        let mut told = ToldTables::default();
        for table in self
            .told
            .iter()
            .filter(|told| told.table != TableName::Orders)
        {
            told.set(table.clone());
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

    fn anew(&self, mut told: ToldTables, watch: Watch<'_>) -> Result<History> {
        // A table that holds nothing any more is one that was never told.
        told.drop_empty();
        if told.orders()?.len() == 0 {
            return Err(Error::Table {
                source_name: "the history".to_owned(),
                problem: "no order would be left, and a history is made of them: to forget all, delete the \
                          file"
                    .to_owned(),
            });
        }
        let readings = self.readings.clone();
        let settings = self.settings.clone();
        understand(told, readings, settings, None, watch)
    }
}
