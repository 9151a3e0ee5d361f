//! From tables as told to a history: one index an id, one order of rows, what counts settled.
//!
//! A history is a pure function of what was told and of the settings. Whatever changes a history
//! changes what was told and understands it anew, so nothing of what was taken away can stay.

mod arrange;
mod assemble;
mod ids;
mod once;
pub(crate) mod orders;
pub(crate) mod others;
pub(crate) mod returns;
pub(crate) mod status;
mod union;

use crate::error::{Error, Result};
use crate::history::History;
use crate::history::catalogue::groups;
use crate::history::labels::Labels;
use crate::history::lines::{LineTable, OrderTable};
use crate::history::reading::Reading;
use crate::history::settings::{Duplicates, OnError, Settings};
use crate::history::summary::Summary;
use crate::history::tables::ToldTables;
use crate::history::told::schema::{TableName, customers, events, items, spend};
use crate::history::told::{TextColumn, Told};
use crate::watch::Watch;
use arrange::{Arranged, arrange, arrange_plain};
use assemble::Arrangement;
use orders::{Notes, OrderRows, id_column};
use returns::{mark_returns, settle};
use status::{check_named, named_in_vain, standings};
use std::borrow::Cow;
use std::sync::Arc;
use union::union;

/// How to refuse what is wrong with a table.
pub(crate) struct Refusal<'a> {
    pub reading: &'a Reading,
}

impl Refusal<'_> {
    /// The table as a whole.
    pub(crate) fn table(&self, problem: impl Into<String>) -> Error {
        Error::Table {
            source_name: self.reading.source_name.clone(),
            problem: problem.into(),
        }
    }

    /// Refuses a row, or counts it among those left out.
    pub(crate) fn row(&self, problem: Error, reading: &mut Reading) -> Result<()> {
        match self.reading.on_error {
            OnError::Stop => Err(problem),
            OnError::Skip => {
                reading.skip(problem.to_string());
                Ok(())
            }
        }
    }
}

/// A table's rows in their one order.
pub(crate) struct Rows<'a> {
    told: &'a Told,
    rows: Vec<u32>,
    customer: Option<Cow<'a, TextColumn>>,
    item: Option<Cow<'a, TextColumn>>,
}

impl Rows<'_> {
    /// The rows in their one order, ids as they were read.
    fn settled(&self) -> Told {
        let (customer, item) = id_places(self.told.table);
        let mut settled = self.told.select(&self.rows);
        for (place, column) in [(customer, &self.customer), (item, &self.item)] {
            if let (Some(place), Some(Cow::Owned(column))) = (place, column) {
                settled = settled.with_text(place, column.select(&self.rows));
            }
        }
        settled
    }
}

/// Where a table besides orders names customers and items.
fn id_places(table: TableName) -> (Option<usize>, Option<usize>) {
    match table {
        TableName::Items => (None, Some(items::ITEM_ID)),
        TableName::Customers => (Some(customers::CUSTOMER_ID), None),
        TableName::Events => (Some(events::CUSTOMER_ID), Some(events::ITEM_ID)),
        TableName::Spend | TableName::Orders => (None, None),
    }
}

/// Understands what was told. The first `known` rows of the orders were known before: no later row may
/// be of one of their orders.
pub(crate) fn understand(
    mut told: ToldTables,
    readings: Vec<Reading>,
    settings: Settings,
    known: Option<usize>,
    watch: Watch<'_>,
) -> Result<History> {
    watch.check()?;
    crate::history::time::zone(&settings.time_zone)?;
    check_named(&settings)?;
    told.sort_own();
    let mut notes = Notes::new();
    let mut readings = readings;
    let orders_told = told.orders()?;
    let orders_reading = reading_of(&readings, TableName::Orders);
    let refusal = Refusal {
        reading: &orders_reading,
    };
    let mut rows = OrderRows::new(orders_told, &settings, &refusal, &mut notes)?;
    // Ids that came as whole decimals are kept as the integers they are: by any door the same.
    let whole = rows.read_otherwise();
    rows.one_currency(&settings, &refusal)?;
    if let Some(known) = known {
        refuse_known(&rows, known, &refusal)?;
    }
    let mut reading = orders_reading.clone();
    let kept = rows.settle(&refusal, &mut reading, &mut notes)?;
    watch.check()?;

    let mut others = Vec::new();
    for table in [
        TableName::Items,
        TableName::Customers,
        TableName::Events,
        TableName::Spend,
    ] {
        if let Some(told) = told.get(table) {
            let reading = reading_of(&readings, table);
            let refusal = Refusal { reading: &reading };
            others.push(other_rows(told, &settings, &refusal, &mut notes)?);
            watch.check()?;
        }
    }
    let customer_columns = std::iter::once((rows.customer.as_ref(), Some(&kept[..])));
    let customer_columns = customer_columns.chain(
        others
            .iter()
            .filter_map(|other| Some((other.customer.as_deref()?, None))),
    );
    let (customer_ids, customer_ranks) = union(customer_columns)?;
    let item_columns = std::iter::once((rows.item.as_ref(), Some(&kept[..])));
    let item_columns = item_columns.chain(
        others
            .iter()
            .filter_map(|other| Some((other.item.as_deref()?, None))),
    );
    let (item_ids, item_ranks) = union(item_columns)?;
    let (order_ids, order_rank) = rows.order.labels(&kept);
    watch.check()?;

    let arranged = arrange(&rows, &kept, &order_rank, &item_ranks[0], watch)?;
    let canonical = arranged.rows.clone();
    let mut summary = Summary::default();
    let (arranged_rows, line_of_row) = drop_duplicates(arranged, &settings, &mut summary);
    let arrangement = Arrangement {
        all: &rows,
        rows: &arranged_rows,
        order_ids: &order_ids,
        order_rank: &order_rank,
        customer_rank: &customer_ranks[0],
        item_rank: &item_ranks[0],
        settings: &settings,
        source_name: &orders_reading.source_name,
    };
    let same_rows = arranged_rows.len() == canonical.len();
    let settled = orders_told.select(&canonical);
    let settled = whole.into_iter().fold(settled, |settled, (place, column)| {
        settled.with_text(place, column.select(&canonical))
    });
    let mut lines = arrangement.line_table(same_rows.then_some(&settled))?;
    let mut orders = arrangement.order_table(&lines);
    watch.check()?;
    let counting = Counting {
        settings: &settings,
        refusal: &refusal,
        order_ids: &order_ids,
        line_of: &|line: usize| orders_told.line(arranged_rows[line] as usize),
    };
    counting.settle(&mut orders, &mut lines, &mut summary, &mut notes)?;
    counting.ignore(&mut lines, &item_ids, &mut summary, &mut notes);

    let mut understood = others::Others::default();
    let (mut customer_ranks, mut item_ranks) = (customer_ranks[1..].iter(), item_ranks[1..].iter());
    let mut canonical_others = Vec::new();
    for other in &others {
        let ranks = others::Ranks {
            customer: other.customer.as_ref().and_then(|_| customer_ranks.next()),
            item: other.item.as_ref().and_then(|_| item_ranks.next()),
            customers: customer_ids.len(),
            items: item_ids.len(),
        };
        let reading = reading_of(&readings, other.told.table);
        let refusal = Refusal { reading: &reading };
        let canonical = other.settled();
        understood.add(other, &canonical, ranks, &settings, &refusal)?;
        canonical_others.push(canonical.without_places());
        watch.check()?;
    }
    lines.item_cost = understood
        .items
        .as_ref()
        .and_then(|items| items.cost.clone());
    let mut canonical = ToldTables::default();
    canonical.set(settled.without_places());
    for table in canonical_others {
        canonical.set(table);
    }
    others::check_groups(&settings, &item_ids, &mut notes)?;
    let groups = groups(&item_ids, understood.items.as_ref(), &settings);
    for known in &mut readings {
        if known.table == TableName::Orders {
            *known = reading.clone();
        }
    }
    summary.tell(&orders, &lines, &understood, &readings, notes);
    summary.customers = customer_ids.len() as u64;
    summary.items = item_ids.len() as u64;
    Ok(History {
        settings,
        told: Arc::new(canonical),
        rows_of: Default::default(),
        line_of_row,
        readings,
        customer_ids,
        item_ids,
        order_ids,
        orders,
        lines,
        items: understood.items,
        people: understood.customers,
        groups,
        events: understood.events,
        spend: understood.spend,
        summary,
    })
}

/// How a table was read; nothing said where it never was.
pub(crate) fn reading_of(readings: &[Reading], table: TableName) -> Reading {
    let found = readings.iter().find(|reading| reading.table == table);
    found.cloned().unwrap_or_else(|| {
        let name = format!("the {table}");
        Reading::new(table, name, OnError::Stop, Vec::new(), 0)
    })
}

/// Adding rows to an order that is known already would change what happened.
fn refuse_known(rows: &OrderRows<'_>, known: usize, refusal: &Refusal<'_>) -> Result<()> {
    match rows.told_twice(known).first() {
        None => Ok(()),
        Some(&order) => Err(refusal.table(format!(
            "order `{}` is known already, and append takes new orders only; upsert replaces known ones",
            crate::text::shown(rows.order.interner.get(order))
        ))),
    }
}

/// The rows of a table other than orders, ids read and put into their one order; rows told twice
/// stand once where the table has one row an id.
fn other_rows<'a>(
    told: &'a Told,
    settings: &Settings,
    refusal: &Refusal<'_>,
    notes: &mut Notes,
) -> Result<Rows<'a>> {
    let (customer, item) = id_places(told.table);
    let mut read = |place: Option<usize>| match place {
        Some(place) => id_column(told, place, settings, refusal, notes),
        None => Ok(None),
    };
    let (customer, item) = (read(customer)?, read(item)?);
    let first = match told.table {
        TableName::Items | TableName::Customers => &[0][..],
        TableName::Events => &[events::CUSTOMER_ID, events::AT, events::KIND][..],
        TableName::Spend | TableName::Orders => &[spend::FROM, spend::TO, spend::CHANNEL][..],
    };
    let arranged = arrange_plain(told, first);
    let rows = match told.table {
        TableName::Items | TableName::Customers => {
            let Arranged { rows, repeats } = arranged;
            let mut repeats = repeats.into_iter();
            let rows: Vec<u32> = rows
                .into_iter()
                .filter(|_| repeats.next() == Some(false))
                .collect();
            let ids = customer.as_deref().or(item.as_deref());
            if let Some(ids) = ids {
                refuse_two_rows(told, ids, &rows, refusal)?;
            }
            rows
        }
        _ => arranged.rows,
    };
    Ok(Rows {
        told,
        rows,
        customer,
        item,
    })
}

/// An item and a customer have one row.
fn refuse_two_rows(
    told: &Told,
    ids: &TextColumn,
    rows: &[u32],
    refusal: &Refusal<'_>,
) -> Result<()> {
    let mut seen: Vec<Option<u32>> = vec![None; ids.interner.len()];
    for &row in rows {
        let id = ids.codes[row as usize];
        let Some(slot) = seen.get_mut(id as usize) else {
            continue;
        };
        if let Some(first) = slot.replace(row) {
            let (a, b) = (told.line(first as usize), told.line(row as usize));
            return Err(refusal.table(format!(
                "`{}` has two rows that differ, on line {} and line {}, but there is one row an id",
                crate::text::shown(ids.interner.get(id)),
                a.min(b),
                a.max(b)
            )));
        }
    }
    Ok(())
}

/// Counts rows told twice, and leaves them out where they are to be dropped: then with the place
/// that each row has among those that stay.
fn drop_duplicates(
    arranged: Arranged,
    settings: &Settings,
    summary: &mut Summary,
) -> (Vec<u32>, Option<Vec<u32>>) {
    let Arranged { mut rows, repeats } = arranged;
    summary.duplicate_rows = repeats.iter().filter(|&&repeat| repeat).count() as u64;
    if settings.duplicates == Duplicates::Keep || summary.duplicate_rows == 0 {
        return (rows, None);
    }
    let mut lines = 0u32;
    let places = repeats.iter().map(|&repeat| {
        lines += u32::from(!repeat);
        lines - 1
    });
    let places = places.collect();
    let mut repeats = repeats.iter();
    rows.retain(|_| repeats.next() == Some(&false));
    (rows, Some(places))
}

/// What settles which lines count.
struct Counting<'a> {
    settings: &'a Settings,
    refusal: &'a Refusal<'a>,
    order_ids: &'a Labels,
    line_of: &'a dyn Fn(usize) -> u64,
}

impl Counting<'_> {
    /// Settles what counts: which orders, and what returns leave of their lines.
    fn settle(
        &self,
        orders: &mut OrderTable,
        lines: &mut LineTable,
        summary: &mut Summary,
        notes: &mut Notes,
    ) -> Result<()> {
        let (standing, statuses) =
            standings(orders, self.settings).map_err(|problem| self.refusal.table(problem))?;
        orders.standing = standing;
        notes.extend(named_in_vain(&statuses, self.settings));
        summary.statuses = statuses;
        notes.extend(mark_returns(
            self.settings.c_returns,
            orders,
            lines,
            self.order_ids,
        ));
        let names_none = |&line: &usize| lines.names_order(line) && !lines.is_return(line);
        if let Some(line) = (0..lines.len()).find(names_none) {
            let reading = self.refusal.reading;
            return Err(Error::Row {
                source_name: reading.source_name.clone(),
                line: (self.line_of)(line),
                column: Some(reading.name_of("return_of").to_owned()),
                problem: "the row names an order it returns, but its quantity is not negative"
                    .to_owned(),
            });
        }
        if let Some(order) = (0..orders.len()).find(|&order| !orders.can_be_summed(order, lines)) {
            return Err(self.refusal.table(format!(
                "order `{}` adds up to more than can be counted",
                crate::text::shown(self.order_ids.get(order).unwrap_or_default())
            )));
        }
        summary.returns = settle(orders, lines);
        Ok(())
    }

    /// Lets the items that are no goods count for nothing.
    fn ignore(
        &self,
        lines: &mut LineTable,
        item_ids: &Labels,
        summary: &mut Summary,
        notes: &mut Notes,
    ) {
        let mut ignored = vec![false; item_ids.len()];
        let mut unknown: Vec<&String> = Vec::new();
        for name in &self.settings.ignore {
            match item_ids.find(name) {
                Some(item) => ignored[item] = true,
                None => unknown.push(name),
            }
        }
        others::note_unknown(&unknown, item_ids, notes, |name| {
            format!("no row has the item `{name}` that is to be ignored")
        });
        for (line, left) in lines.left.iter_mut().enumerate() {
            if ignored[lines.item[line] as usize] {
                *left = 0;
            }
        }
        summary.ignored_items = ignored.iter().filter(|&&ignored| ignored).count() as u64;
        lines.ignored = ignored;
    }
}
