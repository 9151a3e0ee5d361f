//! What was read, and what was taken for what.

use crate::history::decimal::MISSING;
use crate::history::labels::NONE;
use crate::history::lines::{LineTable, OrderTable};
use crate::history::reading::Reading;
use crate::history::time::Instant;
use crate::history::told::schema::TableName;
use crate::history::typed::{Kind, Typed};
use crate::history::understand::others::Others;
use crate::history::understand::returns::ReturnCounts;
use crate::history::understand::status::Standing;
use crate::text::{counted, grouped};
use serde::Serialize;
use std::fmt;

/// What was read. Printed ([`fmt::Display`]) it is what a shop's owner wants to see once.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Rows kept.
    pub rows: u64,
    /// Rows left out because they could not be read.
    pub skipped: u64,
    /// The first of those, with what was wrong.
    pub skipped_rows: Vec<String>,
    /// Distinct customers.
    pub customers: u64,
    /// Distinct items.
    pub items: u64,
    /// Distinct order ids, those of returns included.
    pub orders: u64,
    /// Orders that count and are no returns.
    pub fulfilled_orders: u64,
    /// Order ids that mark returns (`C536379`).
    pub marked_returns: u64,
    /// Rows that are returns, by a mark or a negative quantity, in orders of any status.
    pub return_rows: u64,
    /// What became of the return rows of orders that count.
    pub returns: ReturnCounts,
    /// Rows without a customer.
    pub rows_without_customer: u64,
    /// Rows that equal an earlier one in every column.
    pub duplicate_rows: u64,
    /// Rows with a price of zero or less.
    pub price_not_positive: u64,
    /// Items that are no goods and count for nothing.
    pub ignored_items: u64,
    /// Every status that was told.
    pub statuses: Vec<StatusCount>,
    /// The first and the last instant of orders.
    pub span: Option<(Instant, Instant)>,
    /// The instant that stands for "now" where none is named: a microsecond after the last order or
    /// event.
    pub as_of: Option<Instant>,
    /// What the orders' columns were taken for: the name here, the name there.
    pub columns: Vec<(&'static str, String)>,
    /// The shop's own columns and what they hold.
    pub own_columns: Vec<(String, Kind)>,
    /// The other tables that were told.
    pub tables: Vec<TableSummary>,
    /// What was understood without being told.
    pub notes: Vec<String>,
}

/// What was read of a table besides orders.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TableSummary {
    /// Which table.
    pub table: TableName,
    /// Rows kept.
    pub rows: u64,
    /// What its columns were taken for: the name here, the name there.
    pub columns: Vec<(&'static str, String)>,
    /// The shop's own columns and what they hold.
    pub own_columns: Vec<(String, Kind)>,
    /// Rows left out because they could not be read.
    pub skipped: u64,
    /// The first of those, with what was wrong.
    pub skipped_rows: Vec<String>,
}

/// A status, how many orders have it, and whether they count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatusCount {
    /// As told.
    pub status: String,
    /// How many orders have it.
    pub orders: u64,
    /// Whether they count.
    pub standing: Standing,
}

impl Summary {
    /// Tells what the tables hold.
    pub(crate) fn tell(
        &mut self,
        orders: &OrderTable,
        lines: &LineTable,
        others: &Others,
        readings: &[Reading],
        notes: Vec<String>,
    ) {
        self.tell_orders(orders, lines);
        let last_event = others
            .events
            .iter()
            .flat_map(|events| events.at.iter())
            .max();
        let last = self
            .span
            .map(|(_, last)| last)
            .max(last_event.copied().map(Instant));
        self.as_of = last.map(Instant::just_after);
        for reading in readings {
            self.notes.extend(reading.notes.iter().cloned());
            if reading.table == TableName::Orders {
                self.columns = reading.columns.clone();
                self.skipped = reading.skipped;
                self.skipped_rows = reading.skipped_rows.clone();
            }
        }
        self.notes.extend(notes);
        let items = others.items.as_ref();
        let people = others.customers.as_ref();
        let count = |told: &[bool]| told.iter().filter(|&&told| told).count() as u64;
        for (table, rows, own) in [
            (
                TableName::Items,
                items.map(|t| count(&t.told)),
                items.map(|t| &t.own),
            ),
            (
                TableName::Customers,
                people.map(|t| count(&t.told)),
                people.map(|t| &t.own),
            ),
            (
                TableName::Events,
                others.events.as_ref().map(|t| t.at.len() as u64),
                others.events.as_ref().map(|t| &t.own),
            ),
            (
                TableName::Spend,
                others.spend.as_ref().map(|t| t.amount.len() as u64),
                others.spend.as_ref().map(|t| &t.own),
            ),
        ] {
            let (Some(rows), Some(own)) = (rows, own) else {
                continue;
            };
            let reading = readings.iter().find(|reading| reading.table == table);
            self.tables.push(TableSummary {
                table,
                rows,
                columns: reading.map_or_else(Vec::new, |reading| reading.columns.clone()),
                own_columns: kinds(own),
                skipped: reading.map_or(0, |reading| reading.skipped),
                skipped_rows: reading.map_or_else(Vec::new, |r| r.skipped_rows.clone()),
            });
        }
    }

    fn tell_orders(&mut self, orders: &OrderTable, lines: &LineTable) {
        self.rows = lines.len() as u64;
        self.orders = orders.len() as u64;
        self.return_rows = lines.is_return.iter().filter(|&&is| is).count() as u64;
        self.rows_without_customer = lines
            .order
            .iter()
            .filter(|&&order| orders.customer[order as usize] == NONE)
            .count() as u64;
        if let Some(price) = &lines.price {
            let told = price.iter().filter(|&&price| price != MISSING);
            self.price_not_positive = told.filter(|&&price| price <= 0).count() as u64;
        }
        let buys = |order: usize| {
            orders.counts(order)
                && orders
                    .lines_of(order)
                    .any(|line| !lines.is_return(line) && lines.quantity[line] > 0)
        };
        self.fulfilled_orders = (0..orders.len()).filter(|&order| buys(order)).count() as u64;
        let told = lines.at.iter().flat_map(|at| at.iter());
        let told = told.filter(|&&at| at != MISSING);
        self.span = told
            .clone()
            .min()
            .zip(told.max())
            .map(|(&first, &last)| (Instant(first), Instant(last)));
        self.marked_returns = orders.marked.iter().filter(|&&marked| marked).count() as u64;
        self.own_columns = kinds(&lines.own);
    }
}

/// The shop's own columns and what they hold.
fn kinds(own: &[(String, Typed)]) -> Vec<(String, Kind)> {
    own.iter()
        .map(|(name, typed)| (name.clone(), typed.kind()))
        .collect()
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let taken: Vec<String> = self
            .columns
            .iter()
            .map(|(role, name)| format!("{role} = {name}"))
            .collect();
        if self.columns.iter().any(|(role, name)| role != name) {
            writeln!(f, "columns  {}", taken.join(", "))?;
        }
        let own: Vec<String> = self
            .own_columns
            .iter()
            .map(|(name, kind)| format!("{name} ({kind})"))
            .collect();
        if !own.is_empty() {
            writeln!(f, "also     {}", own.join(", "))?;
        }
        let rows = counted(self.rows, "row", "rows");
        let sizes = sizes([self.orders, self.customers, self.items], self.span);
        writeln!(f, "read     {rows}: {sizes}")?;
        self.write_tables(f)?;
        if let Some(as_of) = self.as_of {
            let last = match self
                .span
                .is_some_and(|(_, last)| last.just_after() == as_of)
            {
                true => "order",
                false => "event",
            };
            writeln!(f, "as of    {as_of}, just after the last {last}")?;
        }
        writeln!(
            f,
            "counting {}",
            counted(
                self.fulfilled_orders,
                "fulfilled order that holds a purchase",
                "fulfilled orders that hold a purchase"
            )
        )?;
        for status in &self.statuses {
            let standing = match status.standing {
                Standing::Fulfilled => "counts",
                Standing::Unfulfilled | Standing::Cancelled => "does not count",
            };
            writeln!(
                f,
                "status   {} ({}): {standing}",
                if status.status.is_empty() {
                    "(blank)"
                } else {
                    &status.status
                },
                counted(status.orders, "order", "orders")
            )?;
        }
        self.write_oddities(f)?;
        for note in &self.notes {
            writeln!(f, "note     {note}")?;
        }
        self.write_skipped(f)
    }
}

impl Summary {
    fn write_tables(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for table in &self.tables {
            write!(
                f,
                "{:<8} {}",
                table.table.name(),
                counted(table.rows, "row", "rows")
            )?;
            let renamed = table.columns.iter().filter(|(known, name)| known != name);
            let taken: Vec<_> = renamed
                .map(|(known, name)| format!("{known} = {name}"))
                .collect();
            if !taken.is_empty() {
                write!(f, "; {}", taken.join(", "))?;
            }
            let own = table.own_columns.iter();
            let own: Vec<_> = own.map(|(name, kind)| format!("{name} ({kind})")).collect();
            if !own.is_empty() {
                write!(f, "; also {}", own.join(", "))?;
            }
            writeln!(f)?;
            if table.skipped > 0 {
                writeln!(f, "skipped  {} of {}", grouped(table.skipped), table.table)?;
            }
        }
        Ok(())
    }

    fn write_skipped(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// The most rows that are shown; the data has more of them.
        const SHOWN: usize = 10;
        if self.skipped == 0 {
            return Ok(());
        }
        let all = self.rows + self.skipped;
        writeln!(
            f,
            "skipped  {} of {} rows",
            grouped(self.skipped),
            grouped(all)
        )?;
        for row in self.skipped_rows.iter().take(SHOWN) {
            writeln!(f, "         {row}")?;
        }
        if self.skipped_rows.len() > SHOWN {
            writeln!(f, "         and others; they are listed in the JSON form")?;
        }
        Ok(())
    }
}

impl Summary {
    fn write_oddities(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let returns = &self.returns;
        if self.return_rows > 0 {
            let unmatched: Vec<String> = [
                (returns.partly, "in part"),
                (returns.never_bought, "of items that customer never bought"),
                (returns.only_later, "of items bought only later"),
                (returns.nothing_left, "of items already returned"),
                (returns.no_customer, "without a customer"),
                (returns.no_such_order, "naming an order that does not fit"),
            ]
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{} {what}", grouped(*count)))
            .collect();
            write!(
                f,
                "returns  {}, {} matched",
                counted(self.return_rows, "row", "rows"),
                grouped(returns.matched)
            )?;
            if !unmatched.is_empty() {
                write!(f, "; not matched: {}", unmatched.join(", "))?;
            }
            writeln!(f)?;
        }
        if self.ignored_items > 0 {
            let items = counted(self.ignored_items, "item", "items");
            writeln!(f, "ignored  {items} as no goods: they count for nothing")?;
        }
        for (count, one, more) in [
            (
                self.rows_without_customer,
                "row without a customer: it counts for orders only",
                "rows without a customer: they count for orders only",
            ),
            (
                self.duplicate_rows,
                "row equals another in every column",
                "rows equal another in every column",
            ),
            (
                self.price_not_positive,
                "row has a price of zero or less",
                "rows have a price of zero or less",
            ),
        ] {
            if count > 0 {
                writeln!(f, "odd      {}", counted(count, one, more))?;
            }
        }
        Ok(())
    }
}

/// How large a shop is, by its orders, customers and items, and from when to when.
pub(crate) fn sizes(counts: [u64; 3], span: Option<(Instant, Instant)>) -> String {
    let [orders, customers, items] = counts;
    let mut sizes = [
        counted(orders, "order", "orders"),
        counted(customers, "customer", "customers"),
        counted(items, "item", "items"),
    ]
    .join(", ");
    if let Some((first, last)) = span {
        sizes.push_str(&format!(", {} to {}", day(first), day(last)));
    }
    sizes
}

fn day(instant: Instant) -> String {
    instant.to_string().chars().take(10).collect()
}
