//! Orders from CSV files.

use super::header::{Header, Meaning};
use super::records::{Fields, LONGEST, MOST_FIELDS, Next, Records};
use super::source::{Source, open, plain_text};
use crate::error::{Error, Result};
use crate::history::History;
use crate::history::build::Builder;
use crate::history::columns::Role;
use crate::history::decimal::{MISSING, Money, Quantity, parse_decimal};
use crate::history::rows::Row;
use crate::history::settings::{OnError, Settings};
use crate::history::time::{TimeReader, check_format, zone};
use crate::history::typed::Kind;
use crate::text::counted;
use crate::text::shown;
use crate::watch::Watch;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::Ordering;

/// How a CSV file of order lines is to be read.
///
/// Left alone it recognises the delimiter (comma, semicolon, tab or bar), gzip, a byte order mark,
/// the usual names of columns, RFC 3339 and `YYYY-MM-DD[ HH:MM[:SS]]`; everything else is named.
///
/// ```no_run
/// let history = cobuy::Csv::new()
///     .column("customer_id", "Client")
///     .time_format("%d.%m.%Y %H:%M")
///     .read("orders.csv")?;
/// println!("{}", history.summary());
/// # Ok::<(), cobuy::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Csv {
    settings: Settings,
    columns: Vec<(String, Option<String>)>,
    delimiter: Option<char>,
    encoding: Option<String>,
    time_format: Option<String>,
    decimal_comma: bool,
    on_error: OnError,
}

impl Csv {
    /// With the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the rows mean.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// The file calls the column `role` (`customer_id`, ...) `name`.
    pub fn column(mut self, role: impl Into<String>, name: impl Into<String>) -> Self {
        self.columns.push((role.into(), Some(name.into())));
        self
    }

    /// The file has no column `role`, whatever its columns are called.
    pub fn without(mut self, role: impl Into<String>) -> Self {
        self.columns.push((role.into(), None));
        self
    }

    /// What stands between two fields. Default: recognised from the header.
    pub fn delimiter(mut self, delimiter: char) -> Self {
        self.delimiter = Some(delimiter);
        self
    }

    /// The file's encoding by its WHATWG label, such as `windows-1252`. Default: UTF-8.
    pub fn encoding(mut self, encoding: impl Into<String>) -> Self {
        self.encoding = Some(encoding.into());
        self
    }

    /// The form of times, in strftime's letters, such as `%d.%m.%Y %H:%M` (`%s`: seconds since 1970).
    pub fn time_format(mut self, format: impl Into<String>) -> Self {
        self.time_format = Some(format.into());
        self
    }

    /// Numbers are written with a decimal comma: `2,55`.
    pub fn decimal_comma(mut self) -> Self {
        self.decimal_comma = true;
        self
    }

    /// What to do with a row that cannot be read. Default: stop.
    pub fn on_error(mut self, on_error: OnError) -> Self {
        self.on_error = on_error;
        self
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Io`] where the file cannot be read; [`Error::Table`] where it has no header, no rows
    /// or lacks an id column; [`Error::Row`] with line and column for a row that cannot be read;
    /// [`Error::Conflict`] for an order that contradicts itself; [`Error::UnknownName`] for a column
    /// that the file does not have.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<History> {
        self.read_watched(path, Watch::new())
    }

    /// Reads a file, asking `watch` now and then whether to go on.
    ///
    /// # Errors
    /// As [`Csv::read`], and [`Error::Cancelled`].
    pub fn read_watched(&self, path: impl AsRef<Path>, watch: Watch<'_>) -> Result<History> {
        let source = open(path.as_ref(), self.encoding.as_deref(), watch)?;
        self.read_source(source, watch)
    }

    /// Reads bytes that `name` stands for in messages.
    ///
    /// # Errors
    /// As [`Csv::read`].
    pub fn read_from(&self, bytes: impl Read, name: impl Into<String>) -> Result<History> {
        let source = plain_text(
            bytes,
            name.into(),
            None,
            self.encoding.as_deref(),
            Watch::new(),
        )?;
        self.read_source(source, Watch::new())
    }

    fn read_source(&self, mut source: Source<'_>, watch: Watch<'_>) -> Result<History> {
        let name = source.name.clone();
        let fail = |problem: std::io::Error| match watch.check() {
            Err(cancelled) => cancelled,
            Ok(()) => Error::Io {
                doing: "read",
                path: name.clone(),
                source: problem,
            },
        };
        if let Some(format) = &self.time_format {
            check_format(format)?;
        }
        let delimiter = match self.delimiter {
            Some(delimiter) => one_byte(delimiter)?,
            None => likely_delimiter(source.text.fill_buf().map_err(fail)?),
        };
        let mut records = Records::new(source.text, delimiter);
        let header = self.header(&mut records, &name)?;
        let mut reader = RowReader::new(self, &header)?;
        let mut builder = self.builder(&header, &name)?;
        let mut rows = 0u64;
        loop {
            if rows.is_multiple_of(1024) {
                watch.check()?;
                let done = source.bytes_read.load(Ordering::Relaxed);
                watch.tell("reading", done, source.total_bytes);
            }
            rows += 1;
            let mut lost = false;
            let problem = match records.next().map_err(fail)? {
                Next::End => break,
                Next::Record => match reader.take(&records, &mut builder)? {
                    Ok(()) => continue,
                    Err(problem) => problem,
                },
                Next::OpenQuote => {
                    lost = true;
                    (None, "a quote in this row is never closed".to_owned())
                }
                Next::TooLong => {
                    lost = records.lines().0 != records.lines().1;
                    (None, format!("the row is longer than {LONGEST} bytes"))
                }
                Next::TooManyFields => {
                    (None, format!("the row has more than {MOST_FIELDS} fields"))
                }
            };
            let (column, mut problem) = problem;
            let (first, last) = records.lines();
            if last > first {
                problem.push_str(&format!(
                    "; it spans the lines {first} to {last}: is a quote never closed?"
                ));
            }
            let problem = Error::Row {
                source_name: name.clone(),
                line: first,
                column: column.and_then(|column| header.names.get(column).cloned()),
                problem,
            };
            // Rows that a lost quote has swallowed cannot be told apart, and so not be left out.
            match lost {
                true => return Err(problem),
                false => builder.bad_row(problem)?,
            }
        }
        match rows - 1 {
            0 => Err(builder.table_error("the file has a header but no rows")),
            all if all == builder.summary.skipped => Err(builder.table_error(format!(
                "no row could be read; the first problem: {}",
                builder
                    .summary
                    .skipped_rows
                    .first()
                    .map_or("", String::as_str)
            ))),
            _ => builder.finish(watch),
        }
    }

    fn header(&self, records: &mut Records<'_>, name: &str) -> Result<Header> {
        let refuse = |problem: &str| {
            Err(Error::Table {
                source_name: name.to_owned(),
                problem: problem.to_owned(),
            })
        };
        let next = records.next().map_err(|source| Error::Io {
            doing: "read",
            path: name.to_owned(),
            source,
        })?;
        match next {
            Next::Record => {}
            Next::End => return refuse("the file is empty"),
            Next::OpenQuote => return refuse("a quote in the header is never closed"),
            Next::TooLong | Next::TooManyFields => {
                return refuse("the first line is no header: it is too long");
            }
        }
        match records.text() {
            Ok(fields) if !fields.all().contains('\0') => {
                let names = (0..records.len())
                    .map(|field| fields.get(field).unwrap_or_default().trim().to_owned())
                    .collect();
                Header::new(names, &self.columns, name)
            }
            _ => refuse(
                "the first line is no text in UTF-8: the file is binary, or its encoding must be named (encoding = \
                 windows-1252, ...)",
            ),
        }
    }

    fn builder(&self, header: &Header, name: &str) -> Result<Builder> {
        for (column, kind) in &self.settings.types {
            let Some(at) = header.names.iter().position(|name| name == column) else {
                return Err(Error::UnknownName {
                    what: "column in the file called",
                    name: shown(column),
                    near: crate::near::near(column, header.names.iter().map(String::as_str)),
                });
            };
            if let Meaning::Known(role) = header.meaning[at]
                && !(role.is_id() && *kind == Kind::Text)
            {
                return Err(Error::setting(
                    "types",
                    format!("{column} = {kind}"),
                    format!(
                        "that column was taken for `{}`, whose kind is known",
                        role.name()
                    ),
                ));
            }
        }
        let mut own = Vec::new();
        let mut roles = Vec::new();
        let mut nameless = 0;
        for (meaning, name) in header.meaning.iter().zip(&header.names) {
            match meaning {
                Meaning::Known(role) => roles.push((*role, name)),
                Meaning::Own => own.push(name.clone()),
                Meaning::Nameless => nameless += 1,
            }
        }
        let mut builder = Builder::new(
            self.settings.clone(),
            self.time_format.clone(),
            name.to_owned(),
            self.on_error,
            roles.iter().map(|&(role, _)| role),
            own.into_iter(),
        )?;
        if nameless > 0 {
            let columns = counted(nameless, "column", "columns");
            let note = format!("{columns} without a name left out");
            builder.summary.notes.push(note);
        }
        roles.sort();
        for (role, name) in roles {
            builder.summary.columns.push((role.name(), name.to_owned()));
        }
        Ok(builder)
    }
}

impl History {
    /// Reads order lines from a CSV file with the defaults of [`Csv`].
    ///
    /// # Errors
    /// As [`Csv::read`].
    pub fn read_csv(path: impl AsRef<Path>) -> Result<History> {
        Csv::new().read(path)
    }
}

/// What is wrong with a row, and in which column of the file.
type RowProblem = (Option<usize>, String);

/// Turns records into rows.
struct RowReader<'a> {
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
    fn new(csv: &'a Csv, header: &'a Header) -> Result<Self> {
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
    fn take(
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

fn one_byte(delimiter: char) -> Result<u8> {
    match delimiter {
        '"' | '\r' | '\n' => {}
        delimiter if delimiter.is_ascii() => return Ok(delimiter as u8),
        _ => {}
    }
    Err(Error::setting(
        "delimiter",
        format!("{delimiter:?}"),
        "it must be one ASCII character, and no quote or line end",
    ))
}

/// The delimiter that makes most sense of the first line: most columns recognised, then most columns.
fn likely_delimiter(start: &[u8]) -> u8 {
    let line = start
        .split(|&byte| byte == b'\n')
        .find(|line| !line.is_empty() && *line != b"\r")
        .unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let sense = |delimiter: &u8| {
        let delimiter = char::from(*delimiter);
        let names = line
            .split(delimiter)
            .map(|name| name.trim_matches(['"', ' ', '\r']));
        (Header::recognised(names), line.matches(delimiter).count())
    };
    // The last of equals wins, so the usual one stands last.
    let candidates = [b'|', b'\t', b';', b','];
    candidates.into_iter().max_by_key(sense).unwrap_or(b',')
}
