//! What a shop tells, understood.
//!
//! A shop tells up to five tables ([`TableName`]): orders, items, customers, events and spend. They
//! come from files and programs ([`Tables`]), are kept as told, and a [`History`] is a pure function of
//! them and of the [`Settings`]: neither the order of rows nor the door they came by shows, but for how
//! the shop's own columns are written (`16000.00`, 16000.0). What the data means:
//!
//! - **Ids** are texts, kept as given. The index of an id is its rank by bytes. A column of whole
//!   decimals (`17850.0`, as pandas writes integers with gaps) is read as integers, and said; a column
//!   of other decimals is refused unless it is said to be text. A usual sign of "nothing told"
//!   (`NULL`, `NaN`, ...) in an id column is refused until [`Settings::missing`] says what it means.
//! - **An order** is all lines of one order id. It has one customer (or none), one status, one
//!   channel, one campaign; a blank says nothing and takes what the order's other lines say, two
//!   different values are refused with both rows named. Its instant is its earliest line.
//! - **Fulfilled.** Only orders of a fulfilled status count ([`FULFILLED`], or
//!   [`Settings::fulfilled`]); without a status column all do. A status that is neither there nor in
//!   [`UNFULFILLED`] is refused until it is named, and so is a blank one. An order that does not count
//!   touches nothing else: its returns do not act either.
//! - **Returns** are rows of a negative quantity, or of an order id such as `C536379` where ids of
//!   digits alone outnumber those. Each acts from its own row's time, in the order of those times. It
//!   is set against the order it names (`return_of`, unless that is another customer's), else against
//!   that customer's earlier lines of the item, latest first, ties by order id descending, unit by
//!   unit. A purchase of the same instant counts as earlier: nothing comes back before it was bought,
//!   and many shops tell the day only. A purchase without a time counts as earlier than all, a return
//!   without one as later than all. What matches nothing is counted and changes nothing. A line left
//!   at zero no longer counts as bought.
//! - **Items to ignore** ([`Settings::ignore`]), such as postage, keep their lines and count for
//!   nothing.
//! - **Money** is kept in ten-thousandths, quantities in thousandths, both exact. `price` is per
//!   piece, `discount` an amount per line; amount = quantity x price - discount; margin = amount -
//!   quantity x cost; products are rounded to ten-thousandths, halves away from zero. A price of zero
//!   or less is kept and counted. A shop has one currency.
//! - **Time** is microseconds in UTC. Times without an offset are in the shop's zone; local times
//!   that the clocks skipped or showed twice are refused unless a rule is named.
//! - **Duplicates.** Rows that equal another in every column, once what belongs to the order was
//!   filled in, are kept and counted: they double quantities and money, never people.
//! - **Items** have one row each, with a name, a category (a path such as `toys/wood`), a price, a cost,
//!   a stock; what any table names is an item of the shop. A line's cost goes before its item's. Items
//!   of one **group** ([`Settings::groups`], or the column) are variants of one article: they never
//!   neighbour each other.
//! - **Customers** have one row each, of the shop's own columns. An **event** has a kind and a time, and may
//!   name a customer, an item, a value, the price then, what was searched for. **Spend** is an amount from
//!   one day to another (both included), by channel, campaign and keyword.
//! - **Change.** [`History::append`] takes new orders only, [`History::upsert`] replaces known ones,
//!   [`History::retract`] takes orders back for every instant, [`History::forget`] takes a customer's
//!   orders, events and row, and items known through them only; rows that name nobody stay and are
//!   counted. [`History::as_of`] keeps what happened strictly before an instant; items, customers and
//!   statuses are as last told. Each leaves exactly the history that would have been without, or until.
//! - **Now** is a microsecond after the last order or event, unless an instant is named: no clock is read.
//! - **Columns of the shop's own** hold numbers, flags, times or texts: what all their values are, or
//!   what [`Settings::types`] says. A number with leading zeros is a code, and so a text.

mod by_customer;
mod calendar;
mod catalogue;
mod change;
#[cfg(feature = "config")]
mod config;
mod decimal;
mod doctor;
mod events;
mod labels;
mod lines;
mod orders;
mod read;
mod reading;
mod settings;
mod shelf;
mod spend;
mod summary;
mod tables;
mod time;
mod told;
mod typed;
mod understand;

pub use catalogue::{Customer, Item};
pub use change::Receipt;
#[cfg(feature = "config")]
pub use config::Config;
pub use decimal::{Money, Quantity, Rounding};
pub use doctor::{DoctorParams, Finding, Paste, Report, Severity};
pub use events::{Event, KINDS};
pub use labels::Labels;
pub use lines::Line;
pub use orders::OrderLine;
pub use read::{Input, Reader, TextRows};
pub use reading::Reading;
pub use settings::{Duplicates, OnError, Settings};
pub use spend::Spend;
pub use summary::{StatusCount, Summary, TableSummary};
pub use tables::Tables;
pub use time::{ClockChange, Instant};
pub use told::schema::TableName;
pub use typed::{Kind, Value};
pub use understand::returns::ReturnCounts;
pub use understand::status::{CANCELLED, FULFILLED, Standing, UNFULFILLED};

pub(crate) use catalogue::{CustomerTable, ItemTable, groups};
pub(crate) use decimal::MISSING;
pub(crate) use events::EventTable;
pub(crate) use labels::NONE;
pub(crate) use lines::{LineTable, OrderTable, Texts};
pub(crate) use shelf::Shelf;
use spend::SpendTable;
use tables::ToldTables;
pub(crate) use time::zone;
pub(crate) use typed::Typed;

/// What a shop tells, understood. See the [module](self) for what the data means.
///
/// Two histories are equal where the same was told and is to be understood in the same way, as of the
/// same instant: all else follows from that.
#[derive(Clone)]
pub struct History {
    settings: Settings,
    told: std::sync::Arc<ToldTables>,
    /// The line that each row of orders became, where rows told twice stand as one.
    line_of_row: Option<Vec<u32>>,
    readings: Vec<Reading>,
    customer_ids: Labels,
    item_ids: Labels,
    order_ids: Labels,
    orders: OrderTable,
    lines: LineTable,
    items: Option<ItemTable>,
    people: Option<CustomerTable>,
    /// The article that each item is a variant of.
    groups: Option<Texts>,
    events: Option<EventTable>,
    spend: Option<SpendTable>,
    summary: Summary,
    rows_of: by_customer::RowsOf,
}

impl std::fmt::Debug for History {
    /// Sizes only: what a shop tells does not belong in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (rows, customers) = (self.lines.len(), self.customer_ids.len());
        write!(f, "History({rows} rows, {customers} customers)")
    }
}

impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        self.settings == other.settings
            && self.summary.as_of == other.summary.as_of
            && self.told == other.told
    }
}

impl History {
    /// How the rows were understood.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// All customers, by index.
    pub fn customers(&self) -> &Labels {
        &self.customer_ids
    }

    /// All items, by index.
    pub fn items(&self) -> &Labels {
        &self.item_ids
    }

    /// All order ids, by index.
    pub fn orders(&self) -> &Labels {
        &self.order_ids
    }

    /// What was read, and what was taken for what.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// All lines, by order id, time, item and the remaining values.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = Line<'_>> {
        (0..self.lines.len()).map(|row| self.line(row))
    }

    /// The line on a row.
    pub(crate) fn line(&self, row: usize) -> Line<'_> {
        Line {
            orders: &self.orders,
            lines: &self.lines,
            order_ids: &self.order_ids,
            customer_ids: &self.customer_ids,
            item_ids: &self.item_ids,
            row,
        }
    }

    /// What is told of items; `None` where there is no such table.
    pub(crate) fn item_table(&self) -> Option<&ItemTable> {
        self.items.as_ref()
    }

    /// What is told of customers; `None` where there is no such table.
    pub(crate) fn customer_table(&self) -> Option<&CustomerTable> {
        self.people.as_ref()
    }

    /// What orders have once.
    pub(crate) fn order_table(&self) -> &OrderTable {
        &self.orders
    }

    /// The lines of orders.
    pub(crate) fn line_table(&self) -> &LineTable {
        &self.lines
    }

    /// What is told of events; `None` where there is no such table.
    pub(crate) fn event_table(&self) -> Option<&EventTable> {
        self.events.as_ref()
    }

    /// The article that each item is a variant of; `None` where nobody tells.
    pub(crate) fn groups(&self) -> Option<&Texts> {
        self.groups.as_ref()
    }

    /// When an order happened; [`MISSING`](decimal::MISSING) where nobody tells.
    pub(crate) fn order_time(&self, order: usize) -> i64 {
        self.orders.at[order]
    }

    /// The order and item of each line that counts, with the order's customer ([`NONE`] where it
    /// names none), by order.
    pub(crate) fn counting(&self) -> impl Iterator<Item = Counting> + Clone + '_ {
        let lines = &self.lines;
        (0..lines.len())
            .filter(|&line| lines.left[line] > 0)
            .map(|line| Counting {
                order: lines.order[line],
                customer: self.orders.customer[lines.order[line] as usize],
                item: lines.item[line],
            })
    }
}

/// A line that counts.
#[derive(Clone, Copy)]
pub(crate) struct Counting {
    pub order: u32,
    pub customer: u32,
    pub item: u32,
}
