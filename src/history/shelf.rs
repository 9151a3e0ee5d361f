//! A history put away: what was told and how it is to be understood, from which it can be had again.

use crate::error::{Error, Result};
use crate::history::reading::Reading;
use crate::history::settings::Settings;
use crate::history::tables::ToldTables;
use crate::history::time::Instant;
use crate::history::understand::understand;
use crate::history::{History, OnError};
use crate::watch::Watch;
use std::sync::Arc;

/// What a shop's file keeps of a history. What was skipped while reading is not part of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shelf {
    pub settings: Settings,
    pub told: Arc<ToldTables>,
    /// The instant that stands for "now".
    pub as_of: Option<Instant>,
    /// What the columns were called where the tables came from.
    pub readings: Vec<Reading>,
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
