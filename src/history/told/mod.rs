//! Tables as they were told, by column: what every door ends in, and what a history is made of.

pub(crate) mod row;
pub(crate) mod schema;

use crate::error::{Error, Result};
use crate::history::decimal::{MISSING, Quantity};
use crate::history::labels::{Interner, Labels, NONE};
use crate::history::lines::Texts;
use crate::ids::MAX_IDS;
use row::Row;
use schema::{TableName, orders};
use std::sync::Arc;

/// A column of texts.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct TextColumn {
    pub interner: Interner,
    pub codes: Vec<u32>,
}

impl TextColumn {
    pub(crate) fn push(&mut self, text: Option<&str>) -> Result<()> {
        let code = match text {
            Some(text) => self.interner.intern(text)?,
            None => NONE,
        };
        self.codes.push(code);
        Ok(())
    }

    /// Which codes `rows` hold.
    pub(crate) fn used(&self, rows: &[u32]) -> Vec<bool> {
        let mut used = vec![false; self.interner.len()];
        for &row in rows {
            if let Some(used) = used.get_mut(self.codes[row as usize] as usize) {
                *used = true;
            }
        }
        used
    }

    /// The texts that `rows` hold, sorted, and the rank of each code among them.
    pub(crate) fn labels(&self, rows: &[u32]) -> (Labels, Vec<u32>) {
        self.interner.finish(&self.used(rows))
    }

    /// The column's values on `rows`.
    pub(crate) fn texts(&self, rows: &[u32]) -> Texts {
        let (labels, rank) = self.labels(rows);
        let code = |&row: &u32| self.codes[row as usize] as usize;
        let codes = rows
            .iter()
            .map(|row| rank.get(code(row)).copied().unwrap_or(NONE))
            .collect();
        Texts { labels, codes }
    }

    /// The rank of each code among all texts, sorted.
    pub(crate) fn ranks(&self) -> Vec<u32> {
        self.interner.finish(&vec![true; self.interner.len()]).1
    }

    /// The column on `rows` alone, its texts numbered by rank: equal values, equal columns.
    pub(crate) fn select(&self, rows: &[u32]) -> TextColumn {
        let Texts { labels, codes } = self.texts(rows);
        TextColumn::from_labels(labels, codes)
    }

    /// From texts numbered by rank.
    pub(crate) fn from_labels(labels: Labels, codes: Vec<u32>) -> TextColumn {
        TextColumn {
            interner: Interner::from_labels(labels),
            codes,
        }
    }
}

/// The values of a known column.
#[derive(Clone, PartialEq)]
pub(crate) enum Cells {
    Text(TextColumn),
    /// [`MISSING`] where not told. Shared with the tables that are made of them.
    Number(Arc<Vec<i64>>),
}

/// A table as told. A column that it does not have is not there at all.
#[derive(Clone)]
pub(crate) struct Told {
    pub table: TableName,
    /// By place among the table's known columns.
    known: Vec<Option<Cells>>,
    /// The shop's own columns, by name.
    pub own: Vec<(String, TextColumn)>,
    /// Forms of times that were named, besides the usual ones.
    pub time_formats: Vec<String>,
    /// The line each row came from; empty once the rows are understood.
    place: Vec<u32>,
    rows: usize,
}

impl PartialEq for Told {
    /// Equal values; where a row came from makes no difference.
    fn eq(&self, other: &Self) -> bool {
        (self.table, self.rows) == (other.table, other.rows)
            && self.known == other.known
            && self.own == other.own
            && self.time_formats == other.time_formats
    }
}

impl std::fmt::Debug for Told {
    /// Sizes only: what a shop tells does not belong in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Told({}, {} rows)", self.table, self.rows)
    }
}

impl Told {
    /// No rows yet, with the known columns at `places` and the shop's own.
    pub(crate) fn new(
        table: TableName,
        places: impl Iterator<Item = usize>,
        own: impl Iterator<Item = String>,
    ) -> Self {
        let mut told = Told {
            table,
            known: vec![None; table.known().len()],
            own: own.map(|name| (name, TextColumn::default())).collect(),
            time_formats: Vec::new(),
            place: Vec::new(),
            rows: 0,
        };
        for place in places {
            told.known[place] = Some(match table.known()[place].holds.is_text() {
                true => Cells::Text(TextColumn::default()),
                false => Cells::Number(Arc::default()),
            });
        }
        told
    }

    /// From columns of one length, as a file keeps them.
    pub(crate) fn from_columns(
        table: TableName,
        rows: usize,
        known: Vec<Option<Cells>>,
        own: Vec<(String, TextColumn)>,
        time_formats: Vec<String>,
    ) -> Self {
        Told {
            table,
            known,
            own,
            time_formats,
            place: Vec::new(),
            rows,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// The line that a row came from; 0 where that is no longer known.
    pub(crate) fn line(&self, row: usize) -> u64 {
        self.place.get(row).copied().map_or(0, u64::from)
    }

    pub(crate) fn cells(&self, place: usize) -> Option<&Cells> {
        self.known[place].as_ref()
    }

    /// A known column of texts; `None` where the table lacks it.
    pub(crate) fn text(&self, place: usize) -> Option<&TextColumn> {
        match &self.known[place] {
            Some(Cells::Text(column)) => Some(column),
            _ => None,
        }
    }

    /// A known column of numbers; `None` where the table lacks it.
    pub(crate) fn number(&self, place: usize) -> Option<&Arc<Vec<i64>>> {
        match &self.known[place] {
            Some(Cells::Number(column)) => Some(column),
            _ => None,
        }
    }

    /// Takes one row. `own` are the values of the shop's own columns.
    pub(crate) fn push<'a>(
        &mut self,
        place: u64,
        row: &Row<'_>,
        own: impl Iterator<Item = Option<&'a str>>,
    ) -> Result<()> {
        self.room_for(1)?;
        for (at, column) in self.known.iter_mut().enumerate() {
            match column {
                Some(Cells::Text(column)) => column.push(row.texts[at])?,
                Some(Cells::Number(column)) => Arc::make_mut(column).push(row.numbers[at]),
                None => {}
            }
        }
        for ((_, column), text) in self.own.iter_mut().zip(own) {
            column.push(text)?;
        }
        self.place.push(u32::try_from(place).unwrap_or(u32::MAX));
        self.rows += 1;
        Ok(())
    }

    fn room_for(&self, more: usize) -> Result<()> {
        let count = self.rows.saturating_add(more);
        match count > MAX_IDS {
            true => Err(Error::TooMany {
                what: "rows of a table",
                count: count as u64,
                limit: MAX_IDS as u64,
            }),
            false => Ok(()),
        }
    }

    /// The rows of another table of the same name behind these. A column that one of them lacks is
    /// blank on its rows.
    pub(crate) fn join(&mut self, other: &Told) -> Result<()> {
        self.room_for(other.rows)?;
        for (at, column) in self.known.iter_mut().enumerate() {
            let blank = match (self.table, at) {
                (TableName::Orders, orders::QUANTITY) => Quantity::ONE.0,
                _ => MISSING,
            };
            join_cells(
                column,
                other.known[at].as_ref(),
                self.rows,
                other.rows,
                blank,
            )?;
        }
        for (name, _) in &other.own {
            if !self.own.iter().any(|(known, _)| known == name) {
                let column = TextColumn {
                    codes: vec![NONE; self.rows],
                    ..TextColumn::default()
                };
                self.own.push((name.clone(), column));
            }
        }
        for (name, column) in &mut self.own {
            let more = other.own.iter().find(|(known, _)| known == name);
            join_texts(column, more.map(|(_, column)| column), other.rows)?;
        }
        for format in &other.time_formats {
            if !self.time_formats.contains(format) {
                self.time_formats.push(format.clone());
            }
        }
        self.place.resize(self.rows, 0);
        self.place
            .extend((0..other.rows).map(|row| other.line(row) as u32));
        self.rows += other.rows;
        Ok(())
    }

    /// Some rows alone, in the order given, in the one form that equal rows have: texts numbered by
    /// rank, own columns by name.
    pub(crate) fn select(&self, rows: &[u32]) -> Told {
        let pick = |cells: &Cells| match cells {
            Cells::Text(texts) => Cells::Text(texts.select(rows)),
            Cells::Number(numbers) => {
                let picked = rows.iter().map(|&row| numbers[row as usize]);
                Cells::Number(Arc::new(picked.collect()))
            }
        };
        let known = self.known.iter().map(|cells| cells.as_ref().map(pick));
        let known = known.collect();
        let own = self.own.iter();
        let mut own: Vec<(String, TextColumn)> = own
            .map(|(name, column)| (name.clone(), column.select(rows)))
            .collect();
        own.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut time_formats = self.time_formats.clone();
        time_formats.sort();
        let place = match self.place.is_empty() {
            true => Vec::new(),
            false => rows.iter().map(|&row| self.place[row as usize]).collect(),
        };
        Told {
            table: self.table,
            known,
            own,
            time_formats,
            place,
            rows: rows.len(),
        }
    }

    /// With a known column of texts in place of the one told.
    pub(crate) fn with_text(mut self, place: usize, column: TextColumn) -> Told {
        self.known[place] = Some(Cells::Text(column));
        self
    }

    /// Forgets where the rows came from.
    pub(crate) fn without_places(mut self) -> Told {
        self.place = Vec::new();
        self
    }
}

fn join_cells(
    column: &mut Option<Cells>,
    more: Option<&Cells>,
    before: usize,
    rows: usize,
    blank: i64,
) -> Result<()> {
    match (&mut *column, more) {
        (None, None) => {}
        (None, Some(Cells::Text(more))) => {
            let mut texts = TextColumn {
                codes: vec![NONE; before],
                ..TextColumn::default()
            };
            join_texts(&mut texts, Some(more), rows)?;
            *column = Some(Cells::Text(texts));
        }
        (None, Some(Cells::Number(more))) => {
            let mut numbers = vec![blank; before];
            numbers.extend_from_slice(more);
            *column = Some(Cells::Number(Arc::new(numbers)));
        }
        (Some(Cells::Text(texts)), more) => {
            let more = match more {
                Some(Cells::Text(more)) => Some(more),
                _ => None,
            };
            join_texts(texts, more, rows)?;
        }
        (Some(Cells::Number(numbers)), Some(Cells::Number(more))) => {
            Arc::make_mut(numbers).extend_from_slice(more);
        }
        (Some(Cells::Number(numbers)), _) => {
            let length = numbers.len() + rows;
            Arc::make_mut(numbers).resize(length, blank);
        }
    }
    Ok(())
}

fn join_texts(column: &mut TextColumn, more: Option<&TextColumn>, rows: usize) -> Result<()> {
    let Some(more) = more else {
        column.codes.resize(column.codes.len() + rows, NONE);
        return Ok(());
    };
    let mut number = Vec::with_capacity(more.interner.len());
    for text in more.interner.iter() {
        number.push(column.interner.intern(text)?);
    }
    let code = |&code: &u32| number.get(code as usize).copied().unwrap_or(NONE);
    column.codes.extend(more.codes.iter().map(code));
    Ok(())
}
