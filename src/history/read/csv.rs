//! Orders from CSV files.

use super::fields::RowReader;
use super::header::{Header, Meaning};
use super::records::{LONGEST, MOST_FIELDS, Next, Records};
use super::source::{Source, open, plain_text};
use crate::error::{Error, Result};
use crate::history::History;
use crate::history::build::Builder;
use crate::history::settings::{OnError, Settings};
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
    pub(super) settings: Settings,
    columns: Vec<(String, Option<String>)>,
    delimiter: Option<char>,
    encoding: Option<String>,
    pub(super) time_format: Option<String>,
    pub(super) decimal_comma: bool,
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
