//! A history put away: what was told and how it is to be understood, from which it can be had again.

mod rows;
mod settings;
mod tables;

use crate::error::{Error, Result};
use crate::file::{Checked, Kind, Loaded, damage, meta};
use crate::history::reading::Reading;
use crate::history::settings::Settings;
use crate::history::tables::ToldTables;
use crate::history::time::Instant;
use crate::history::understand::understand;
use crate::history::{History, OnError, TableName};
use crate::watch::Watch;
use serde::{Deserialize, Serialize};
use settings::Settings1;
use std::sync::Arc;
use tables::Table1;

/// What a shop's file keeps of a history. What was skipped while reading is not part of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shelf {
    pub settings: Settings,
    told: Arc<ToldTables>,
    /// The instant that stands for "now".
    pub as_of: Option<Instant>,
    /// What the columns were called where the tables came from.
    readings: Vec<Reading>,
}

/// What a shop's file says of its settings and tables, as written since format 1.1. The order of fields
/// is the format.
#[derive(Serialize, Deserialize)]
struct Shop1 {
    settings: Settings1,
    by_group: bool,
    /// The instant that stands for "now".
    as_of: Option<i64>,
    tables: Vec<Table1>,
}

impl Shelf {
    /// What its file says besides the [sections](Shelf::sections) of tables. Whether variants count as
    /// one is the engine's, and stands in the midst of it.
    pub(crate) fn encode(&self, by_group: bool) -> std::result::Result<Vec<u8>, String> {
        let tables = self.told.iter().map(|told| Table1::of(told, self));
        meta::encode(&Shop1 {
            settings: Settings1::of(&self.settings),
            by_group,
            as_of: self.as_of.map(|as_of| as_of.0),
            tables: tables.collect(),
        })
    }

    /// Whether a table was told.
    pub(crate) fn tells(&self, table: TableName) -> bool {
        self.told.get(table).is_some()
    }

    /// The history that was put away, and whether variants count as one.
    pub(crate) fn take(loaded: &mut Loaded) -> Checked<(Shelf, bool)> {
        let refuse = |problem: String| damage(Kind::Shop, problem);
        let shop: Shop1 = meta::decode(&loaded.take_u8(Kind::Shop)?).map_err(refuse)?;
        let settings = shop.settings.settings().map_err(refuse)?;
        let mut told = ToldTables::default();
        let mut readings = Vec::new();
        for table in shop.tables {
            let (table, reading) = table.told(loaded)?;
            told.set(table);
            readings.push(reading);
        }
        let shelf = Shelf {
            settings,
            told: Arc::new(told),
            as_of: shop.as_of.map(Instant),
            readings,
        };
        Ok((shelf, shop.by_group))
    }
}

impl History {
    pub(crate) fn shelf(&self) -> Shelf {
        // Where the rows came from makes no difference, and what a column was called there only
        // where a setting names it.
        let types = &self.settings.types;
        let reading = |reading: &Reading| {
            let named = reading
                .columns
                .iter()
                .filter(|(_, name)| types.contains_key(name));
            let (table, name) = (reading.table, format!("the {}", reading.table));
            Reading::new(table, name, OnError::Stop, named.cloned().collect(), 0)
        };
        let there = self
            .readings
            .iter()
            .filter(|known| self.told.get(known.table).is_some());
        let mut readings: Vec<Reading> = there.map(reading).collect();
        readings.sort_by_key(|reading| reading.table);
        Shelf {
            settings: self.settings.clone(),
            told: Arc::clone(&self.told),
            as_of: self.summary.as_of,
            readings,
        }
    }

    /// The history again.
    ///
    /// # Errors
    /// As understanding it the first time; [`Error::Cancelled`].
    pub(crate) fn from_shelf(shelf: &Shelf, watch: Watch<'_>) -> Result<History> {
        let Shelf {
            settings,
            told,
            as_of,
            readings,
        } = shelf.clone();
        if told.orders()?.len() == 0 {
            return Err(Error::Table {
                source_name: "the shop's file".to_owned(),
                problem: "it holds no orders".to_owned(),
            });
        }
        let mut history = understand((*told).clone(), readings, settings, None, watch)?;
        history.summary.as_of = as_of;
        Ok(history)
    }
}
