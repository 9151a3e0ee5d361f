//! What became of a table's rows while they were read.

use crate::history::settings::OnError;
use crate::history::told::schema::TableName;
use crate::text::counted;
use serde::Serialize;

/// The most rows that are listed when they are left out.
const LISTED: usize = 1000;

/// How a table was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// Which table.
    pub table: TableName,
    /// The file's name, or what else its rows came from.
    pub source_name: String,
    /// What its columns were taken for: the name here, the name there.
    pub columns: Vec<(&'static str, String)>,
    /// Rows left out because they could not be read.
    pub skipped: u64,
    /// The first of those, with what was wrong.
    pub skipped_rows: Vec<String>,
    /// What was understood without being told.
    pub notes: Vec<String>,
    #[serde(skip)]
    pub(crate) on_error: OnError,
}

impl Reading {
    pub(crate) fn new(
        table: TableName,
        source_name: String,
        on_error: OnError,
        columns: Vec<(&'static str, String)>,
        nameless: u64,
    ) -> Self {
        let mut notes = Vec::new();
        if nameless > 0 {
            let columns = counted(nameless, "column", "columns");
            notes.push(format!("{columns} without a name left out"));
        }
        Reading {
            table,
            source_name,
            columns,
            skipped: 0,
            skipped_rows: Vec::new(),
            notes,
            on_error,
        }
    }

    /// Counts a row that is left out.
    pub(crate) fn skip(&mut self, problem: String) {
        self.skipped += 1;
        if self.skipped_rows.len() < LISTED {
            self.skipped_rows.push(problem);
        }
    }

    /// The name a known column has in the source.
    pub(crate) fn name_of<'a>(&'a self, known: &'a str) -> &'a str {
        let told = self.columns.iter().find(|(name, _)| *name == known);
        told.map_or(known, |(_, name)| name)
    }

    /// Adds what another source of the same table told.
    pub(crate) fn join(&mut self, other: Reading) {
        if self.source_name != other.source_name {
            self.source_name = format!("{}, {}", self.source_name, other.source_name);
        }
        self.skipped += other.skipped;
        for problem in other.skipped_rows {
            if self.skipped_rows.len() < LISTED {
                self.skipped_rows.push(problem);
            }
        }
        for note in other.notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        for column in other.columns {
            if !self.columns.iter().any(|(known, _)| *known == column.0) {
                self.columns.push(column);
            }
        }
    }
}
