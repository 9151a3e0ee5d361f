//! Record batches out of Parquet files.

use super::arrow::ROWS;
use crate::error::{Error, Result};
use crate::watch::Watch;
use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::ChunkReader;
use std::fs::File;
use std::io;
use std::path::Path;

/// What every Parquet file begins and ends with, and what one whose footer is encrypted ends with.
const MAGIC: &[u8; 4] = b"PAR1";
const ENCRYPTED: &[u8; 4] = b"PARE";

/// The rows of a Parquet file, batch by batch.
pub(crate) struct Batches<'w> {
    reader: ParquetRecordBatchReader,
    schema: SchemaRef,
    name: String,
    watch: Watch<'w>,
    done: u64,
    total: u64,
}

/// Whether a file begins as a Parquet file does. What cannot be read is left to whoever reads it.
pub(crate) fn is_parquet(path: &Path) -> bool {
    let plain = std::fs::metadata(path).is_ok_and(|about| about.is_file());
    let mut start = [0; 4];
    plain
        && File::open(path)
            .is_ok_and(|mut file| io::Read::read_exact(&mut file, &mut start).is_ok())
        && &start == MAGIC
}

/// Opens a file.
pub(crate) fn open<'w>(path: &Path, watch: Watch<'w>) -> Result<Batches<'w>> {
    let fail = |source: io::Error| Error::Io {
        doing: "read",
        path: path.display().to_string(),
        source,
    };
    let file = File::open(path).map_err(fail)?;
    if file.metadata().map_err(fail)?.is_dir() {
        return Err(fail(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    let name = path.file_name().unwrap_or(path.as_os_str());
    batches(file, &name.to_string_lossy(), watch)
}

/// Reads what the file says of itself, which is all that is read before the first batch.
///
/// # Errors
/// [`Error::Table`] for what is no Parquet file, or one that is damaged or encrypted; [`Error::Io`].
pub(crate) fn batches<'w>(
    source: impl ChunkReader + 'static,
    name: &str,
    watch: Watch<'w>,
) -> Result<Batches<'w>> {
    let fail = |problem: ParquetError| failed(name, problem);
    check_ends(&source, name)?;
    let length = source.len();
    // The types are those that the file's own schema tells every reader, not a copy of the writer's
    // in its notes: one thing less that may contradict the data.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let open = || ParquetRecordBatchReaderBuilder::try_new_with_options(source, options);
    let builder = guarded(name, open)?.map_err(fail)?;
    check_layout(builder.metadata(), length).map_err(|problem| damaged(name, problem))?;
    let total = builder.metadata().file_metadata().num_rows();
    let schema = builder.schema().clone();
    Ok(Batches {
        reader: builder.with_batch_size(ROWS).build().map_err(fail)?,
        schema,
        name: name.to_owned(),
        watch,
        done: 0,
        total: u64::try_from(total).unwrap_or_default(),
    })
}

impl Batches<'_> {
    /// The columns, known before the first batch.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// How many rows the file has.
    #[cfg(test)]
    pub(crate) fn rows(&self) -> u64 {
        self.total
    }
}

impl Iterator for Batches<'_> {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Err(cancelled) = self.watch.check() {
            return Some(Err(cancelled));
        }
        self.watch.tell("reading", self.done, Some(self.total));
        let next = match guarded(&self.name, || self.reader.next()) {
            Ok(next) => next?,
            Err(problem) => return Some(Err(problem)),
        };
        match next {
            Ok(batch) => {
                self.done += batch.num_rows() as u64;
                Some(Ok(batch))
            }
            Err(problem) => Some(Err(match problem {
                ArrowError::IoError(_, source) => broken(&self.name, source),
                ArrowError::ExternalError(source) => match source.downcast() {
                    Ok(problem) => failed(&self.name, *problem),
                    Err(other) => damaged(&self.name, other),
                },
                other => damaged(&self.name, other),
            })),
        }
    }
}

/// Does what the Parquet library does. On some damaged pages it panics rather than say so (an index
/// past a dictionary, a length past a page), which must not end the program that reads a shop's data.
fn guarded<T>(name: &str, work: impl FnOnce() -> T) -> Result<T> {
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    done.map_err(|_| damaged(name, "its pages contradict themselves"))
}

/// Says what a file is that is no Parquet file, before anything of it is taken for numbers.
fn check_ends(source: &impl ChunkReader, name: &str) -> Result<()> {
    let refuse = |problem: &str| {
        Err(Error::Table {
            source_name: name.to_owned(),
            problem: problem.to_owned(),
        })
    };
    let length = source.len();
    let four = |start: u64| {
        let bytes = source.get_bytes(start, 4);
        bytes.map_err(|problem| failed(name, problem))
    };
    if length < 12 {
        return refuse("this is no Parquet file: it is too short");
    }
    let (first, last) = (four(0)?, four(length - 4)?);
    match (&first[..] == MAGIC, &last[..]) {
        (_, last) if last == ENCRYPTED => {
            refuse("the Parquet file is encrypted; write it without encryption")
        }
        (true, last) if last == MAGIC => Ok(()),
        (true, _) => refuse("the Parquet file is cut short: its end is missing"),
        (false, _) => refuse("this is no Parquet file: it does not begin as one"),
    }
}

/// Whether the parts of the file lie inside of it and hold as many rows as it says.
fn check_layout(metadata: &ParquetMetaData, length: u64) -> std::result::Result<(), &'static str> {
    let mut rows = 0i64;
    for group in metadata.row_groups() {
        let group_rows = group.num_rows();
        rows = match rows.checked_add(group_rows) {
            Some(sum) if group_rows >= 0 => sum,
            _ => return Err("the number of its rows is none"),
        };
        for column in group.columns() {
            let start = column.dictionary_page_offset();
            let start = start.unwrap_or_else(|| column.data_page_offset());
            let size = column.compressed_size();
            let (Ok(start), Ok(size)) = (u64::try_from(start), u64::try_from(size)) else {
                return Err("a column's place is none");
            };
            if start.checked_add(size).is_none_or(|end| end > length) {
                return Err("a column lies beyond its end");
            }
            if column.num_values() < group_rows || column.data_page_offset() < 0 {
                return Err("a column is shorter than the table");
            }
        }
    }
    match rows == metadata.file_metadata().num_rows() {
        true => Ok(()),
        false => Err("its parts have other numbers of rows than it says"),
    }
}

/// What the reader of Parquet files says, with the way out where there is one.
fn failed(name: &str, problem: ParquetError) -> Error {
    let refuse = |problem: String| Error::Table {
        source_name: name.to_owned(),
        problem,
    };
    match problem {
        ParquetError::NYI(what) => refuse(format!(
            "the Parquet file uses what is not read ({what}); write it anew, with usual settings"
        )),
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(source) => broken(name, *source),
            Err(other) => damaged(name, other),
        },
        ParquetError::General(what) | ParquetError::EOF(what) | ParquetError::ArrowError(what) => {
            damaged(name, what)
        }
        other => damaged(name, other),
    }
}

fn damaged(name: &str, problem: impl std::fmt::Display) -> Error {
    Error::Table {
        source_name: name.to_owned(),
        problem: format!("the Parquet file is damaged: {problem}"),
    }
}

fn broken(name: &str, source: io::Error) -> Error {
    match source.raw_os_error() {
        Some(_) => Error::Io {
            doing: "read",
            path: name.to_owned(),
            source,
        },
        // What a decoder said of the data, not what the system said of the file.
        None => damaged(name, source),
    }
}

#[cfg(test)]
mod tests;
