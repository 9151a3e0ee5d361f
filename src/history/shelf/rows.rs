//! What is told of items and customers, from the tables as told and whose each of their rows is: so an
//! opened shop need not understand all of its history.

use super::Shelf;
use crate::file::{Checked, Kind, Loaded, damage};
use crate::history::catalogue::{CustomerTable, ItemTable};
use crate::history::reading::Reading;
use crate::history::settings::OnError;
use crate::history::told::Told;
use crate::history::told::schema::TableName;
use crate::history::understand::others::{customer_table, item_table};

impl Shelf {
    /// What is told of items.
    pub(crate) fn item_table(
        &self,
        loaded: &mut Loaded,
        items: usize,
    ) -> Checked<Option<ItemTable>> {
        let refuse = |problem: String| damage(Kind::ItemRows, problem);
        let rows = rows_of(Kind::ItemRows, loaded)?;
        let (told, rows) = match (self.told.get(TableName::Items), rows) {
            (None, None) => return Ok(None),
            (Some(told), Some(rows)) => (told, rows),
            _ => return Err(refuse("table and items do not go together".to_owned())),
        };
        check_rows(Kind::ItemRows, &rows, told, items)?;
        let known = |reading: &&Reading| reading.table == TableName::Items;
        let reading = self.readings.iter().find(known).cloned();
        let reading = reading.unwrap_or_else(|| {
            let name = format!("the {}", TableName::Items);
            Reading::new(TableName::Items, name, OnError::Stop, Vec::new(), 0)
        });
        item_table(told, &rows, items, &self.settings, &reading)
            .map(Some)
            .map_err(|problem| refuse(problem.to_string()))
    }

    /// What is told of customers.
    pub(crate) fn customer_table(
        &self,
        loaded: &mut Loaded,
        customers: usize,
    ) -> Checked<Option<CustomerTable>> {
        let refuse = |problem: String| damage(Kind::CustomerRows, problem);
        // A file of format 1.1 may have the table, and does not say whose its rows are.
        let Some(rows) = rows_of(Kind::CustomerRows, loaded)? else {
            return Ok(None);
        };
        let told = self.told.get(TableName::Customers);
        let told = told.ok_or_else(|| refuse("the file has no table of customers".to_owned()))?;
        check_rows(Kind::CustomerRows, &rows, told, customers)?;
        let name = format!("the {}", TableName::Customers);
        customer_table(told, &rows, customers, &self.settings, &name)
            .map(Some)
            .map_err(|problem| refuse(problem.to_string()))
    }
}

/// The index of each row of a table, where the file says it.
fn rows_of(kind: Kind, loaded: &mut Loaded) -> Checked<Option<Vec<u32>>> {
    loaded.has(kind).then(|| loaded.take_u32(kind)).transpose()
}

/// Refuses rows that are not one a row of the table, rising, each of one of `count` ids.
fn check_rows(kind: Kind, rows: &[u32], told: &Told, count: usize) -> Checked<()> {
    let rising = rows.is_sorted_by(|one, next| one < next);
    let within = rows.last().is_none_or(|&last| (last as usize) < count);
    match rows.len() == told.len() && rising && within {
        true => Ok(()),
        false => Err(damage(kind, "there is not one a row of its table")),
    }
}
