//! From a row's texts to its values: the one path that every door's rows take.

use super::Reader;
use super::header::{Header, Meaning};
use crate::error::{Error, Result};
use crate::history::decimal::{MISSING, Money, Quantity, parse_decimal};
use crate::history::reading::Reading;
use crate::history::settings::{OnError, Settings};
use crate::history::time::{TimeReader, zone};
use crate::history::told::Told;
use crate::history::told::row::{MOST, Row};
use crate::history::told::schema::{Holds, Need, TableName};

/// What is wrong with a row, and in which column of the table that is read.
pub(super) type RowProblem = (Option<usize>, String);

/// What a door knows of a column's texts, whatever the caller named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Texts, in the forms that were named.
    Text,
    /// Numbers with a decimal point.
    Number,
    /// Times in ISO form.
    #[cfg_attr(not(feature = "arrow"), expect(dead_code))]
    Time,
}

/// A table while its rows come in.
pub(super) struct Taking<'a> {
    table: TableName,
    reader: &'a Reader,
    settings: &'a Settings,
    names: &'a [String],
    /// Where each known column is.
    column: [Option<usize>; MOST],
    /// Where the shop's own columns are.
    own: Vec<usize>,
    times: TimeReader,
    /// For columns whose texts are in the usual form, whatever form was named.
    usual_times: TimeReader,
    told: Told,
    reading: Reading,
}

impl<'a> Taking<'a> {
    pub(super) fn new(
        table: TableName,
        reader: &'a Reader,
        settings: &'a Settings,
        header: &'a Header,
        source_name: &str,
    ) -> Result<Self> {
        let mut column = [None; MOST];
        let (mut own, mut nameless) = (Vec::new(), 0);
        for (at, meaning) in header.meaning.iter().enumerate() {
            match meaning {
                Meaning::Known(place) => column[*place] = Some(at),
                Meaning::Own => own.push(at),
                Meaning::Nameless => nameless += 1,
            }
        }
        let zone = zone(&settings.time_zone)?;
        let clock = settings.clock_change;
        let places = (0..MOST).filter(|&place| column[place].is_some());
        let names = own.iter().map(|&at| header.names[at].clone());
        let mut told = Told::new(table, places.clone(), names);
        told.time_formats.extend(reader.time_format.clone());
        let known = places.map(|place| {
            let name = column[place].map_or("", |at| header.names[at].as_str());
            (table.known()[place].name, name.to_owned())
        });
        Ok(Taking {
            table,
            reader,
            settings,
            names: &header.names,
            column,
            own,
            times: TimeReader::new(zone.clone(), clock, reader.time_format.clone()),
            usual_times: TimeReader::new(zone, clock, None),
            told,
            reading: Reading::new(
                table,
                source_name.to_owned(),
                reader.on_error,
                known.collect(),
                nameless,
            ),
        })
    }

    /// Takes a row that starts on line `place` and whose columns `get` tells. What is wrong with it
    /// is returned, for the door to say where.
    pub(super) fn take<'r>(
        &mut self,
        place: u64,
        get: impl Fn(usize) -> Option<&'r str>,
        form: impl Fn(usize) -> Form,
    ) -> Result<std::result::Result<(), RowProblem>> {
        let row = match self.row(&get, form) {
            Ok(row) => row,
            Err(problem) => return Ok(Err(problem)),
        };
        if let Err((place, problem)) = row.check(self.table) {
            return Ok(Err((self.column[place], problem)));
        }
        let own = self.own.iter().map(|&column| {
            let text = get(column).unwrap_or_default();
            (!self.settings.is_missing(text)).then_some(text)
        });
        self.told.push(place, &row, own)?;
        Ok(Ok(()))
    }

    /// Leaves a row out, or refuses it.
    pub(super) fn refuse(&mut self, line: u64, (column, problem): RowProblem) -> Result<()> {
        let problem = Error::Row {
            source_name: self.reading.source_name.clone(),
            line,
            column: column.and_then(|column| self.names.get(column).cloned()),
            problem,
        };
        match self.reader.on_error {
            OnError::Stop => Err(problem),
            OnError::Skip => {
                self.reading.skip(problem.to_string());
                Ok(())
            }
        }
    }

    /// The table, once all rows are in.
    pub(super) fn finish(self, rows: u64) -> Result<(Told, Reading)> {
        let refuse = |problem: String| Error::Table {
            source_name: self.reading.source_name.clone(),
            problem,
        };
        match (rows, self.reading.skipped_rows.first()) {
            (0, _) => Err(refuse("the file has a header but no rows".to_owned())),
            (all, Some(first)) if all == self.reading.skipped => Err(refuse(format!(
                "no row could be read; the first problem: {first}"
            ))),
            _ => Ok((self.told, self.reading)),
        }
    }

    fn row<'r>(
        &mut self,
        get: &impl Fn(usize) -> Option<&'r str>,
        form: impl Fn(usize) -> Form,
    ) -> std::result::Result<Row<'r>, RowProblem> {
        let mut row = Row::blank(self.table);
        let known = self.table.known();
        for (place, column) in known.iter().enumerate() {
            let Some(at) = self.column[place] else {
                continue;
            };
            let text = get(at).filter(|text| !self.settings.is_missing(text));
            let problem = |problem: String| (Some(at), problem);
            match (text, column.holds) {
                (None, holds) if column.need == Need::Filled && !holds.is_text() => {
                    return Err(problem(format!("the {} is blank", column.name)));
                }
                (text, Holds::Id | Holds::Text) => row.texts[place] = text,
                (None, _) => row.numbers[place] = MISSING,
                (Some(text), Holds::Money) => {
                    row.numbers[place] = self
                        .decimal(text, Money::DIGITS, form(at))
                        .map_err(problem)?;
                }
                (Some(text), Holds::Quantity) => {
                    row.numbers[place] = self
                        .decimal(text, Quantity::DIGITS, form(at))
                        .map_err(problem)?;
                }
                (Some(text), Holds::Time) => {
                    let times = match form(at) {
                        Form::Time => &mut self.usual_times,
                        Form::Text | Form::Number => &mut self.times,
                    };
                    row.numbers[place] = times.read(text).map_err(problem)?;
                }
            }
        }
        Ok(row)
    }

    fn decimal(&self, text: &str, digits: u32, form: Form) -> std::result::Result<i64, String> {
        let comma = self.reader.decimal_comma && form != Form::Number;
        let point = if comma { b',' } else { b'.' };
        parse_decimal(text, digits, point, self.settings.rounding).map_err(|problem| {
            let mut problem = problem.problem(text, digits);
            if !comma && text.contains(',') {
                problem.push_str("; if the comma is the decimal point, say so (decimal_comma)");
            }
            problem
        })
    }
}
