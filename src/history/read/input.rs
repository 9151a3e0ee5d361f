//! Where a table's rows come from.

use super::Reader;
use super::texts::TextRows;
use crate::error::Result;
use crate::history::reading::Reading;
use crate::history::settings::Settings;
use crate::history::told::Told;
use crate::history::told::schema::TableName;
use crate::watch::Watch;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where a table's rows come from: a file, bytes, or a program's own rows.
///
/// A path is an input by itself; `-` is no path but standard input, which the command line passes as
/// [`Input::bytes`].
pub struct Input<'a>(pub(super) From<'a>);

pub(super) enum From<'a> {
    Path(PathBuf),
    Bytes(Box<dyn Read + 'a>, String),
    Texts(TextRows<'a>),
    #[cfg(feature = "arrow")]
    Batches(super::batches::Batches<'a>),
}

impl<'a> Input<'a> {
    /// A file, CSV or Parquet by what it holds.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Input(From::Path(path.into()))
    }

    /// Bytes of a CSV file, which `name` stands for in messages.
    pub fn bytes(bytes: impl Read + 'a, name: impl Into<String>) -> Self {
        Input(From::Bytes(Box::new(bytes), name.into()))
    }

    /// Arrow record batches of one schema, which `name` stands for in messages. A batch whose columns
    /// are not those of `schema`, by place, name and type, is refused when it is read.
    #[cfg(feature = "arrow")]
    pub fn batches(
        schema: arrow_schema::SchemaRef,
        batches: impl Iterator<Item = Result<arrow_array::RecordBatch>> + 'a,
        name: impl Into<String>,
    ) -> Self {
        Input(From::Batches(super::batches::Batches {
            schema,
            batches: Box::new(batches),
            name: name.into(),
        }))
    }

    pub(super) fn read(
        self,
        reader: &Reader,
        table: TableName,
        settings: &Settings,
        watch: Watch<'_>,
    ) -> Result<(Told, Reading)> {
        match self.0 {
            From::Texts(rows) => rows.read(reader, table, settings, watch),
            #[cfg(feature = "arrow")]
            From::Batches(batches) => super::batches::read(batches, reader, table, settings, watch),
            #[cfg(feature = "csv")]
            From::Bytes(bytes, name) => {
                super::csv::read_bytes(bytes, name, reader, table, settings, watch)
            }
            From::Path(path) => read_path(&path, reader, table, settings, watch),
            #[cfg(not(feature = "csv"))]
            From::Bytes(bytes, name) => {
                drop(bytes);
                Err(no_door(name, "csv"))
            }
        }
    }
}

fn read_path(
    path: &Path,
    reader: &Reader,
    table: TableName,
    settings: &Settings,
    watch: Watch<'_>,
) -> Result<(Told, Reading)> {
    #[cfg(feature = "parquet")]
    if super::parquet::is_parquet(path) {
        let batches = super::batches::of_parquet(path, watch)?;
        return super::batches::read(batches, reader, table, settings, watch);
    }
    #[cfg(feature = "csv")]
    return super::csv::read_path(path, reader, table, settings, watch);
    #[cfg(not(feature = "csv"))]
    {
        let _ = (reader, table, settings, watch);
        Err(no_door(path.display().to_string(), "csv"))
    }
}

#[cfg(not(feature = "csv"))]
fn no_door(source_name: String, feature: &str) -> crate::error::Error {
    crate::error::Error::Table {
        source_name,
        problem: format!("this build of cobuy reads no such files (feature `{feature}`)"),
    }
}

impl std::convert::From<&str> for Input<'_> {
    fn from(path: &str) -> Self {
        Input::path(path)
    }
}

impl std::convert::From<&Path> for Input<'_> {
    fn from(path: &Path) -> Self {
        Input::path(path)
    }
}

impl std::convert::From<PathBuf> for Input<'_> {
    fn from(path: PathBuf) -> Self {
        Input::path(path)
    }
}

impl std::convert::From<&PathBuf> for Input<'_> {
    fn from(path: &PathBuf) -> Self {
        Input::path(path)
    }
}

impl<'a> std::convert::From<TextRows<'a>> for Input<'a> {
    fn from(rows: TextRows<'a>) -> Self {
        Input(From::Texts(rows))
    }
}
