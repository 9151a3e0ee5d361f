//! From a record's fields to a row of orders.

use super::csv::Csv;
use super::header::{Header, Meaning};
use super::records::{Fields, Records};
use crate::error::Result;
use crate::history::build::Builder;
use crate::history::columns::Role;
use crate::history::decimal::{MISSING, Money, Quantity, parse_decimal};
use crate::history::rows::Row;
use crate::history::time::{TimeReader, zone};

/// What is wrong with a row, and in which column of the file.
pub(super) type RowProblem = (Option<usize>, String);

/// Turns records into rows.
pub(super) struct RowReader<'a> {
    csv: &'a Csv,
    /// Where each role's column is.
    column: [Option<usize>; Role::ALL.len()],
    /// Where the shop's own columns are.
    own: Vec<usize>,
    width: usize,
    names: &'a [String],
    times: TimeReader,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(csv: &'a Csv, header: &'a Header) -> Result<Self> {
        let mut column = [None; Role::ALL.len()];
        let mut own = Vec::new();
        for (at, meaning) in header.meaning.iter().enumerate() {
            match meaning {
                Meaning::Known(role) => column[*role as usize] = Some(at),
                Meaning::Own => own.push(at),
                Meaning::Nameless => {}
            }
        }
        let settings = &csv.settings;
        Ok(RowReader {
            csv,
            column,
            own,
            width: header.names.len(),
            names: &header.names,
            times: TimeReader::new(
                zone(&settings.time_zone)?,
                settings.clock_change,
                csv.time_format.clone(),
            ),
        })
    }

    /// Reads the record and gives it to the builder.
    pub(super) fn take(
        &mut self,
        records: &Records<'_>,
        builder: &mut Builder,
    ) -> Result<std::result::Result<(), RowProblem>> {
        let fields = match self.fields(records) {
            Ok(fields) => fields,
            Err(problem) => return Ok(Err(problem)),
        };
        if self.is_header(fields) {
            return Ok(Err((None, "the header stands here again".to_owned())));
        }
        let row = match self.row(fields) {
            Ok(row) => row,
            Err(problem) => return Ok(Err(problem)),
        };
        if let Err((role, problem)) = row.check() {
            return Ok(Err((self.column[role as usize], problem)));
        }
        let settings = &self.csv.settings;
        let own = self.own.iter().map(|&column| {
            let text = fields.get(column).unwrap_or_default();
            (!settings.is_missing(text)).then_some(text)
        });
        builder.push(records.start_line, &row, own)?;
        Ok(Ok(()))
    }

    /// Whether a row is the header once more, as in files that were put together of several.
    fn is_header(&self, fields: Fields<'_>) -> bool {
        let mut names = self.names.iter().enumerate();
        names.all(|(at, name)| fields.get(at).is_some_and(|field| field.trim() == name))
    }

    /// The record's fields, as many as the header has, all of them text.
    fn fields<'r>(&self, records: &'r Records<'_>) -> std::result::Result<Fields<'r>, RowProblem> {
        if records.len() != self.width {
            return Err((
                None,
                format!(
                    "the row has {} fields, but the header has {}",
                    records.len(),
                    self.width
                ),
            ));
        }
        let fields = records.text().map_err(|(field, byte)| {
            let problem = format!(
                "byte 0x{byte:02X} is not UTF-8; if the file has another encoding, name it (encoding = \
                 windows-1252, ...)"
            );
            (Some(field), problem)
        })?;
        if let Some(field) = (0..self.width).find(|&field| fields.get(field).is_none()) {
            return Err((Some(field), "the text is cut inside a character".to_owned()));
        }
        if fields.all().contains('\0') {
            return Err((
                None,
                "the row holds a NUL byte, which no text does".to_owned(),
            ));
        }
        Ok(fields)
    }

    fn row<'r>(&mut self, fields: Fields<'r>) -> std::result::Result<Row<'r>, RowProblem> {
        let text = |role: Role| -> Option<&'r str> {
            let text = fields.get(self.column[role as usize]?)?;
            (!self.csv.settings.is_missing(text)).then_some(text)
        };
        let number = |role: Role, digits: u32| -> std::result::Result<i64, RowProblem> {
            let Some(text) = text(role) else {
                return Ok(MISSING);
            };
            let (point, rounding) = (self.point(), self.csv.settings.rounding);
            parse_decimal(text, digits, point, rounding).map_err(|problem| {
                let mut problem = problem.problem(text, digits);
                if !self.csv.decimal_comma && text.contains(',') {
                    problem.push_str("; if the comma is the decimal point, say so (decimal_comma)");
                }
                (self.column[role as usize], problem)
            })
        };
        let quantity = match self.column[Role::Quantity as usize] {
            None => Quantity::ONE.0,
            Some(column) => match number(Role::Quantity, Quantity::DIGITS)? {
                MISSING => return Err((Some(column), "the quantity is blank".to_owned())),
                quantity => quantity,
            },
        };
        let (price, discount, cost) = (
            number(Role::Price, Money::DIGITS)?,
            number(Role::Discount, Money::DIGITS)?,
            number(Role::Cost, Money::DIGITS)?,
        );
        let mut row = Row {
            order: text(Role::OrderId).unwrap_or_default(),
            customer: text(Role::CustomerId),
            item: text(Role::ItemId).unwrap_or_default(),
            quantity,
            price,
            at: MISSING,
            discount,
            cost,
            status: text(Role::Status),
            channel: text(Role::Channel),
            campaign: text(Role::Campaign),
            currency: text(Role::Currency),
            return_of: text(Role::ReturnOf),
        };
        if let Some(time) = text(Role::OrderedAt) {
            row.at = self
                .times
                .read(time)
                .map_err(|problem| (self.column[Role::OrderedAt as usize], problem))?;
        }
        Ok(row)
    }

    fn point(&self) -> u8 {
        if self.csv.decimal_comma { b',' } else { b'.' }
    }
}
