//! Tables as told in sections of a file, column by column, and back.

use super::Shelf;
use crate::file::{Checked, Elements, Kind, Loaded, TablePart, damage};
use crate::history::decimal::MISSING;
use crate::history::labels::{Labels, NONE};
use crate::history::reading::Reading;
use crate::history::settings::OnError;
use crate::history::told::schema::{Need, TableName};
use crate::history::told::{Cells, TextColumn, Told};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a file says of a table, as written since format 1.1.
#[derive(Serialize, Deserialize)]
pub(super) struct Table1 {
    name: String,
    /// What known columns were called where the table came from, where a setting names them so.
    called: Vec<(String, String)>,
    rows: u64,
    columns: Vec<Column1>,
    time_formats: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Column1 {
    name: String,
    own: bool,
    /// How many distinct texts it has; `None` for numbers.
    texts: Option<u64>,
}

/// A table's columns in the order of the file: the known ones by place, then the shop's own.
fn columns(told: &Told) -> impl Iterator<Item = (&str, bool, Column<'_>)> {
    let known = told
        .table
        .known()
        .iter()
        .enumerate()
        .filter_map(|(place, column)| {
            let cells = match told.cells(place)? {
                Cells::Text(texts) => Column::Text(texts),
                Cells::Number(numbers) => Column::Number(numbers),
            };
            Some((column.name, false, cells))
        });
    let own = told
        .own
        .iter()
        .map(|(name, column)| (name.as_str(), true, Column::Text(column)));
    known.chain(own)
}

enum Column<'a> {
    Text(&'a TextColumn),
    Number(&'a [i64]),
}

impl Shelf {
    /// The sections of all tables. `ends` holds where the texts of each table's columns end, as
    /// [`Shelf::text_ends`] makes it.
    pub(crate) fn sections<'a>(&'a self, ends: &'a [Vec<u64>]) -> Vec<(Kind, Elements<'a>)> {
        let mut sections = Vec::new();
        for (told, ends) in self.told.iter().zip(ends) {
            let table = told.table as u8;
            let mut texts: Vec<&[u8]> = Vec::new();
            let mut codes: Vec<&[u32]> = Vec::new();
            let mut numbers: Vec<&[i64]> = Vec::new();
            for (.., column) in columns(told) {
                match column {
                    Column::Text(column) => {
                        texts.push(column.interner.parts().0.as_bytes());
                        codes.push(&column.codes);
                    }
                    Column::Number(column) => numbers.push(column),
                }
            }
            sections.push((Kind::Table(table, TablePart::Texts), Elements::u8s(texts)));
            sections.push((Kind::Table(table, TablePart::TextEnds), Elements::u64(ends)));
            sections.push((Kind::Table(table, TablePart::Codes), Elements::u32s(codes)));
            sections.push((
                Kind::Table(table, TablePart::Numbers),
                Elements::i64s(numbers),
            ));
        }
        sections
    }

    /// Where the texts of each table's columns end, each column counted from its own start.
    pub(crate) fn text_ends(&self) -> Vec<Vec<u64>> {
        let of_table = |told: &Told| {
            let mut ends = Vec::new();
            for (.., column) in columns(told) {
                if let Column::Text(column) = column {
                    ends.extend(column.interner.parts().1.iter().map(|&end| end as u64));
                }
            }
            ends
        };
        self.told.iter().map(of_table).collect()
    }
}

impl Table1 {
    pub(super) fn of(told: &Told, shelf: &Shelf) -> Self {
        let reading = shelf
            .readings
            .iter()
            .find(|reading| reading.table == told.table);
        let column = |(name, own, column): (&str, bool, Column<'_>)| Column1 {
            name: name.to_owned(),
            own,
            texts: match column {
                Column::Text(column) => Some(column.interner.len() as u64),
                Column::Number(_) => None,
            },
        };
        Table1 {
            name: told.table.name().to_owned(),
            called: reading.map_or_else(Vec::new, |reading| {
                let columns = reading.columns.iter();
                columns
                    .map(|(known, name)| ((*known).to_owned(), name.clone()))
                    .collect()
            }),
            rows: told.len() as u64,
            columns: columns(told).map(column).collect(),
            time_formats: told.time_formats.clone(),
        }
    }

    /// The table, from its sections.
    pub(super) fn told(self, loaded: &mut Loaded) -> Checked<(Told, Reading)> {
        let refuse =
            |problem: &str| damage(Kind::Shop, format!("table `{}`: {problem}", self.name));
        let name = TableName::ALL
            .into_iter()
            .find(|table| table.name() == self.name);
        let table = name.ok_or_else(|| refuse("there is no such table"))?;
        let rows = usize::try_from(self.rows).unwrap_or(usize::MAX);
        if rows > crate::ids::MAX_IDS {
            return Err(refuse("it has too many rows"));
        }
        let part = |part| Kind::Table(table as u8, part);
        let mut parts = Parts {
            texts: loaded.take_u8(part(TablePart::Texts))?.into_iter(),
            ends: loaded.take_u64(part(TablePart::TextEnds))?.into_iter(),
            codes: loaded.take_u32(part(TablePart::Codes))?.into_iter(),
            numbers: loaded.take_u64(part(TablePart::Numbers))?.into_iter(),
            rows,
        };
        let mut known: Vec<Option<Cells>> = vec![None; table.known().len()];
        let mut own: Vec<(String, TextColumn)> = Vec::new();
        for column in &self.columns {
            let place = table
                .known()
                .iter()
                .position(|known| known.name == column.name);
            let read = |problem: String| damage(part(TablePart::Codes), problem);
            match (column.own, place, column.texts) {
                (true, _, Some(texts)) => {
                    let sorted = own.last().is_none_or(|(last, _)| *last < column.name);
                    if !sorted {
                        return Err(refuse("its own columns are not sorted"));
                    }
                    own.push((column.name.clone(), parts.text(texts).map_err(read)?));
                }
                (false, Some(place), texts) if known[place].is_none() => {
                    let is_text = table.known()[place].holds.is_text();
                    known[place] = Some(match texts {
                        Some(texts) if is_text => Cells::Text(parts.text(texts).map_err(read)?),
                        None if !is_text => Cells::Number(parts.number().map_err(read)?),
                        _ => return Err(refuse("a column is of another type")),
                    });
                }
                _ => return Err(refuse("a column cannot be one of its")),
            }
        }
        if !parts.is_empty() {
            return Err(refuse("its sections hold more than its columns"));
        }
        for (column, cells) in table.known().iter().zip(&known) {
            let blank = match cells {
                None => column.need == Need::Always,
                Some(Cells::Text(column)) => column.codes.contains(&NONE),
                Some(Cells::Number(numbers)) => numbers.contains(&MISSING),
            };
            if blank && matches!(column.need, Need::Always | Need::Filled) {
                return Err(refuse("a needed value is blank"));
            }
        }
        let called = self.called.iter().filter_map(|(known, name)| {
            let column = table.known().iter().find(|column| column.name == known)?;
            Some((column.name, name.clone()))
        });
        let name = format!("the {table}");
        let reading = Reading::new(table, name, OnError::Stop, called.collect(), 0);
        Ok((
            Told::from_columns(table, rows, known, own, self.time_formats),
            reading,
        ))
    }
}

/// The sections of a table, column by column.
struct Parts {
    texts: std::vec::IntoIter<u8>,
    ends: std::vec::IntoIter<u64>,
    codes: std::vec::IntoIter<u32>,
    numbers: std::vec::IntoIter<u64>,
    rows: usize,
}

impl Parts {
    fn is_empty(&self) -> bool {
        self.texts.len() + self.ends.len() + self.codes.len() + self.numbers.len() == 0
    }

    fn text(&mut self, texts: u64) -> Result<TextColumn, String> {
        let count = usize::try_from(texts).unwrap_or(usize::MAX);
        if count > self.ends.len() || self.rows > self.codes.len() {
            return Err("a column is longer than its section".to_owned());
        }
        let ends: Vec<u64> = self.ends.by_ref().take(count).collect();
        let length = usize::try_from(ends.last().copied().unwrap_or(0)).unwrap_or(usize::MAX);
        if length > self.texts.len() {
            return Err("a column's texts are longer than their section".to_owned());
        }
        let text: Vec<u8> = self.texts.by_ref().take(length).collect();
        let labels = Labels::from_parts(text, &ends)?;
        let codes: Vec<u32> = self.codes.by_ref().take(self.rows).collect();
        match codes
            .iter()
            .all(|&code| code == NONE || (code as usize) < labels.len())
        {
            true => Ok(TextColumn::from_labels(labels, codes)),
            false => Err("a code stands for no text".to_owned()),
        }
    }

    fn number(&mut self) -> Result<Arc<Vec<i64>>, String> {
        if self.rows > self.numbers.len() {
            return Err("a column is longer than its section".to_owned());
        }
        let numbers = self.numbers.by_ref().take(self.rows);
        Ok(Arc::new(numbers.map(u64::cast_signed).collect()))
    }
}
