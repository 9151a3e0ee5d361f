//! From rows of the other tables to what they tell of items, customers, events and spend.

use super::orders::id_column;
use super::{Refusal, Rows};
use crate::error::{Error, Result, did_you_mean};
use crate::history::catalogue::{CustomerTable, ItemTable};
use crate::history::decimal::MISSING;
use crate::history::events::EventTable;
use crate::history::labels::{Labels, NONE};
use crate::history::lines::Texts;
use crate::history::reading::Reading;
use crate::history::settings::Settings;
use crate::history::spend::SpendTable;
use crate::history::time::{TimeReader, zone};
use crate::history::told::schema::{TableName, events, items, spend};
use crate::history::told::{TextColumn, Told};
use crate::history::typed::{Kind, Typed, typed};
use crate::text::shown;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the tables besides orders tell.
#[derive(Default)]
pub(crate) struct Others {
    pub items: Option<ItemTable>,
    pub customers: Option<CustomerTable>,
    pub events: Option<EventTable>,
    pub spend: Option<SpendTable>,
}

/// The index of each of a table's ids, by its provisional code, and how many there are in all.
pub(crate) struct Ranks<'a> {
    pub customer: Option<&'a Vec<u32>>,
    pub item: Option<&'a Vec<u32>>,
    pub customers: usize,
    pub items: usize,
}

impl Others {
    /// Understands one table; `settled` holds its rows in their one order.
    pub(crate) fn add(
        &mut self,
        rows: &Rows<'_>,
        settled: &Told,
        ranks: Ranks<'_>,
        settings: &Settings,
        refusal: &Refusal<'_>,
    ) -> Result<()> {
        let source = &refusal.reading.source_name;
        let customer = ranked(rows.customer.as_deref(), ranks.customer, &rows.rows);
        let item = ranked(rows.item.as_deref(), ranks.item, &rows.rows);
        let all: Vec<u32> = (0..settled.len() as u32).collect();
        let texts = |place: usize| settled.text(place).map(|column| column.texts(&all));
        match settled.table {
            TableName::Items => {
                let reading = refusal.reading;
                self.items = Some(item_table(settled, &item, ranks.items, settings, reading)?);
            }
            TableName::Customers => {
                let count = ranks.customers;
                self.customers = Some(customer_table(settled, &customer, count, settings, source)?);
            }
            TableName::Events => {
                self.events = Some(EventTable {
                    customer,
                    item: rows.item.is_some().then_some(item),
                    kind: texts(events::KIND).unwrap_or_default(),
                    at: settled.number(events::AT).cloned().unwrap_or_default(),
                    value: settled.number(events::VALUE).cloned(),
                    price: settled.number(events::PRICE).cloned(),
                    query: texts(events::QUERY),
                    own: own_columns(settled, &all, settings, source)?,
                });
            }
            TableName::Spend => {
                let number = |place| settled.number(place).cloned().unwrap_or_default();
                self.spend = Some(SpendTable {
                    channel: texts(spend::CHANNEL).unwrap_or_default(),
                    campaign: texts(spend::CAMPAIGN),
                    keyword: texts(spend::KEYWORD),
                    from: number(spend::FROM),
                    to: number(spend::TO),
                    amount: number(spend::AMOUNT),
                    own: own_columns(settled, &all, settings, source)?,
                });
            }
            TableName::Orders => {}
        }
        Ok(())
    }
}

/// What a table tells of items; `of_rows` is the item of each row.
pub(crate) fn item_table(
    told: &Told,
    of_rows: &[u32],
    count: usize,
    settings: &Settings,
    reading: &Reading,
) -> Result<ItemTable> {
    let refusal = Refusal { reading };
    // What is said of whole decimals is said of the ids already.
    let group = id_column(told, items::GROUP, settings, &refusal, &mut Vec::new())?;
    let of_item = by_id(of_rows, count);
    let texts = |place: usize| {
        told.text(place)
            .map(|column| spread_texts(column, &of_item))
    };
    let numbers = |place: usize| {
        told.number(place)
            .map(|column| Arc::new(spread(column, &of_item)))
    };
    Ok(ItemTable {
        told: of_item.iter().map(|&row| row != NONE).collect(),
        name: texts(items::NAME),
        category: texts(items::CATEGORY),
        brand: texts(items::BRAND),
        group: group.map(|column| spread_texts(&column, &of_item)),
        price: numbers(items::PRICE),
        cost: numbers(items::COST),
        stock: numbers(items::STOCK),
        own: own_columns(told, &of_item, settings, &reading.source_name)?,
    })
}

/// What a table tells of customers; `of_rows` is the customer of each row.
pub(crate) fn customer_table(
    told: &Told,
    of_rows: &[u32],
    count: usize,
    settings: &Settings,
    source_name: &str,
) -> Result<CustomerTable> {
    let of_customer = by_id(of_rows, count);
    Ok(CustomerTable {
        told: of_customer.iter().map(|&row| row != NONE).collect(),
        own: own_columns(told, &of_customer, settings, source_name)?,
    })
}

/// The index of each row's id; [`NONE`] where it names none.
fn ranked(column: Option<&TextColumn>, rank: Option<&Vec<u32>>, rows: &[u32]) -> Vec<u32> {
    let (Some(column), Some(rank)) = (column, rank) else {
        return vec![NONE; rows.len()];
    };
    let code = |&row: &u32| column.codes[row as usize] as usize;
    rows.iter()
        .map(|row| rank.get(code(row)).copied().unwrap_or(NONE))
        .collect()
}

/// The row of each id; [`NONE`] where it has none.
fn by_id(ids: &[u32], count: usize) -> Vec<u32> {
    let mut rows = vec![NONE; count];
    for (row, &id) in ids.iter().enumerate() {
        if let Some(slot) = rows.get_mut(id as usize) {
            *slot = row as u32;
        }
    }
    rows
}

fn spread(column: &[i64], rows: &[u32]) -> Vec<i64> {
    let value = |&row: &u32| column.get(row as usize).copied().unwrap_or(MISSING);
    rows.iter().map(value).collect()
}

fn spread_texts(column: &TextColumn, rows: &[u32]) -> Texts {
    let told: Vec<u32> = rows.iter().copied().filter(|&row| row != NONE).collect();
    let (labels, rank) = column.labels(&told);
    let code = |&row: &u32| {
        let code = column.codes.get(row as usize).copied().unwrap_or(NONE);
        rank.get(code as usize).copied().unwrap_or(NONE)
    };
    let codes = rows.iter().map(code).collect();
    Texts { labels, codes }
}

/// A table's own columns on `rows` ([`NONE`]: no row), with the kind that all their values have.
pub(crate) fn own_columns(
    told: &Told,
    rows: &[u32],
    settings: &Settings,
    source_name: &str,
) -> Result<Vec<(String, Typed)>> {
    let zone = zone(&settings.time_zone)?;
    // The usual forms of times, and those that were named.
    let formats = std::iter::once(None).chain(told.time_formats.iter().cloned().map(Some));
    let mut times: Vec<TimeReader> = formats
        .map(|format| TimeReader::new(zone.clone(), settings.clock_change, format))
        .collect();
    let read = |(name, column): &(String, TextColumn)| {
        let code = |&row: &u32| column.codes.get(row as usize).copied().unwrap_or(NONE);
        let codes = rows.iter().map(code);
        typed(&column.interner, codes, settings.kind_of(name), &mut times)
            .map(|typed| (name.clone(), typed))
            .map_err(|(code, kind)| not_of_kind(told, source_name, name, column, code, kind))
    };
    told.own.iter().map(read).collect()
}

fn not_of_kind(
    told: &Told,
    source_name: &str,
    name: &str,
    column: &TextColumn,
    code: u32,
    kind: Kind,
) -> Error {
    let row = column.codes.iter().position(|&other| other == code);
    Error::Row {
        source_name: source_name.to_owned(),
        line: row.map_or(0, |row| told.line(row)),
        column: Some(name.to_owned()),
        problem: format!(
            "`{}` is not a {kind}, but the column was said to hold that",
            shown(column.interner.get(code))
        ),
    }
}

/// Refuses an item that two groups of the settings hold, and notes items of groups that no row has.
pub(crate) fn check_groups(
    settings: &Settings,
    item_ids: &Labels,
    notes: &mut Vec<String>,
) -> Result<()> {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (group, members) in &settings.groups {
        for item in members {
            if let Some(other) = seen.insert(item, group) {
                return Err(Error::setting(
                    "groups",
                    format!("'{}'", shown(item)),
                    format!(
                        "it is in the groups `{}` and `{}`, and must be in one",
                        shown(other),
                        shown(group)
                    ),
                ));
            }
        }
        let unknown = members.iter().filter(|item| item_ids.find(item).is_none());
        let unknown: Vec<&String> = unknown.collect();
        note_unknown(&unknown, item_ids, notes, |item| {
            format!("no row has the item `{item}` of group `{}`", shown(group))
        });
    }
    Ok(())
}

/// Notes items that no row has, the first of them with a hint: a hint takes a while to find.
pub(crate) fn note_unknown(
    unknown: &[&String],
    item_ids: &Labels,
    notes: &mut Vec<String>,
    note: impl Fn(&str) -> String,
) {
    const HINTS: usize = 5;
    for item in unknown.iter().take(HINTS) {
        let hint = did_you_mean(&item_ids.near(item));
        notes.push(format!("{}{hint}", note(&shown(item))));
    }
    if unknown.len() > HINTS {
        notes.push(format!("and {} more like it", unknown.len() - HINTS));
    }
}
