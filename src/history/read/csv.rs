//! Tables from CSV files.

use super::Reader;
use super::header::Header;
use super::records::{Fields, LONGEST, MOST_FIELDS, Next, Records};
use super::rows::{Form, RowProblem, Taking};
use super::source::{Source, open, plain_text};
use super::texts::{NUL, wrong_width};
use crate::error::{Error, Result};
use crate::history::reading::Reading;
use crate::history::settings::Settings;
use crate::history::told::Told;
use crate::history::told::schema::TableName;
use crate::watch::Watch;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::Ordering;

/// Reads a file, asking `watch` now and then whether to go on.
pub(super) fn read_path(
    path: &Path,
    reader: &Reader,
    table: TableName,
    settings: &Settings,
    watch: Watch<'_>,
) -> Result<(Told, Reading)> {
    let source = open(path, reader.encoding.as_deref(), watch)?;
    read_source(source, reader, table, settings, watch)
}

/// Reads bytes that `name` stands for in messages.
pub(super) fn read_bytes<'a>(
    bytes: impl Read + 'a,
    name: String,
    reader: &Reader,
    table: TableName,
    settings: &Settings,
    watch: Watch<'a>,
) -> Result<(Told, Reading)> {
    let source = plain_text(bytes, name, None, reader.encoding.as_deref(), watch)?;
    read_source(source, reader, table, settings, watch)
}

fn read_source(
    mut source: Source<'_>,
    reader: &Reader,
    table: TableName,
    settings: &Settings,
    watch: Watch<'_>,
) -> Result<(Told, Reading)> {
    let name = source.name.clone();
    let fail = |problem: std::io::Error| match watch.check() {
        Err(cancelled) => cancelled,
        Ok(()) => Error::Io {
            doing: "read",
            path: name.clone(),
            source: problem,
        },
    };
    let delimiter = match reader.delimiter {
        Some(delimiter) => one_byte(delimiter)?,
        None => likely_delimiter(table, source.text.fill_buf().map_err(fail)?),
    };
    let mut records = Records::new(source.text, delimiter);
    let header = header(&mut records, table, reader, &name)?;
    let mut taking = Taking::new(table, reader, settings, &header, &name)?;
    let mut rows = 0u64;
    loop {
        if rows.is_multiple_of(1024) {
            watch.check()?;
            let done = source.bytes_read.load(Ordering::Relaxed);
            watch.tell("reading", done, source.total_bytes);
        }
        let mut lost = false;
        let (column, mut problem) = match records.next().map_err(fail)? {
            Next::End => break,
            Next::Record => match take(&records, &header, &mut taking)? {
                Ok(()) => {
                    rows += 1;
                    continue;
                }
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
            Next::TooManyFields => (None, format!("the row has more than {MOST_FIELDS} fields")),
        };
        rows += 1;
        let (first, last) = records.lines();
        if last > first {
            problem.push_str(&format!(
                "; it spans the lines {first} to {last}: is a quote never closed?"
            ));
        }
        // Rows that a lost quote has swallowed cannot be told apart, and so not be left out.
        match lost {
            true => {
                return Err(Error::Row {
                    source_name: name,
                    line: first,
                    column: None,
                    problem,
                });
            }
            false => taking.refuse(first, (column, problem))?,
        }
    }
    taking.finish(rows)
}

/// Reads the record and takes its row.
fn take(
    records: &Records<'_>,
    header: &Header,
    taking: &mut Taking<'_>,
) -> Result<std::result::Result<(), RowProblem>> {
    let fields = match fields(records, header.names.len()) {
        Ok(fields) => fields,
        Err(problem) => return Ok(Err(problem)),
    };
    // Files that were put together of several hold the header once more.
    let mut names = header.names.iter().enumerate();
    if names.all(|(at, name)| fields.get(at).is_some_and(|field| field.trim() == name)) {
        return Ok(Err((None, "the header stands here again".to_owned())));
    }
    taking.take(
        records.start_line,
        |column| fields.get(column),
        |_| Form::Text,
    )
}

/// The record's fields, as many as the header has, all of them text.
fn fields<'r>(
    records: &'r Records<'_>,
    width: usize,
) -> std::result::Result<Fields<'r>, RowProblem> {
    if records.len() != width {
        return Err((None, wrong_width(records.len(), width)));
    }
    let fields = records.text().map_err(|(field, byte)| {
        let problem = format!(
            "byte 0x{byte:02X} is not UTF-8; if the file has another encoding, name it (encoding = \
             windows-1252, ...)"
        );
        (Some(field), problem)
    })?;
    if let Some(field) = (0..width).find(|&field| fields.get(field).is_none()) {
        return Err((Some(field), "the text is cut inside a character".to_owned()));
    }
    match fields.all().contains('\0') {
        true => {
            let holds = |&at: &usize| fields.get(at).is_some_and(|text| text.contains('\0'));
            Err(((0..width).find(holds), NUL.to_owned()))
        }
        false => Ok(fields),
    }
}

fn header(
    records: &mut Records<'_>,
    table: TableName,
    reader: &Reader,
    name: &str,
) -> Result<Header> {
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
            Header::new(table, names, &reader.columns, name)
        }
        _ => refuse(
            "the first line is no text in UTF-8: the file is binary, or its encoding must be named (encoding = \
             windows-1252, ...)",
        ),
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
fn likely_delimiter(table: TableName, start: &[u8]) -> u8 {
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
        (
            Header::recognised(table, names),
            line.matches(delimiter).count(),
        )
    };
    // The last of equals wins, so the usual one stands last.
    let candidates = [b'|', b'\t', b';', b','];
    candidates.into_iter().max_by_key(sense).unwrap_or(b',')
}
