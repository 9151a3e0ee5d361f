//! Tables from files and programs. Each door has a file here; all of them end in texts under named
//! columns, which `rows.rs` understands, so that the same data by any door is the same history.

#[cfg(feature = "arrow")]
mod arrow;
#[cfg(feature = "arrow")]
mod batches;
#[cfg(feature = "csv")]
mod csv;
mod header;
mod input;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "csv")]
mod records;
mod rows;
#[cfg(feature = "csv")]
mod source;
mod texts;

pub use input::Input;
pub use texts::TextRows;

use crate::error::Result;
use crate::history::reading::Reading;
use crate::history::settings::{OnError, Settings};
use crate::history::told::Told;
use crate::history::told::schema::TableName;
use crate::watch::Watch;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a table is written: what it calls its columns, the forms of its texts.
///
/// Left alone it recognises the delimiter (comma, semicolon, tab or bar), gzip, a byte order mark,
/// the usual names of columns, RFC 3339 and `YYYY-MM-DD[ HH:MM[:SS]]`; everything else is named.
///
/// ```no_run
/// use cobuy::{History, Reader, Settings};
/// let reader = Reader::new()
///     .column("customer_id", "Client")
///     .time_format("%d.%m.%Y %H:%M");
/// let history = History::read("orders.csv", &reader, &Settings::default())?;
/// println!("{}", history.summary());
/// # Ok::<(), cobuy::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reader {
    #[serde(with = "columns")]
    pub(super) columns: Vec<(String, Option<String>)>,
    pub(super) delimiter: Option<char>,
    pub(super) encoding: Option<String>,
    pub(super) time_format: Option<String>,
    pub(super) decimal_comma: bool,
    pub(super) on_error: OnError,
}

impl Reader {
    /// With the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The table calls the column `known` (`customer_id`, ...) `name`.
    pub fn column(mut self, known: impl Into<String>, name: impl Into<String>) -> Self {
        self.columns.push((known.into(), Some(name.into())));
        self
    }

    /// The table has no column `known`, whatever its columns are called.
    pub fn without(mut self, known: impl Into<String>) -> Self {
        self.columns.push((known.into(), None));
        self
    }

    /// What stands between two fields of a CSV file. Default: recognised from the header.
    pub fn delimiter(mut self, delimiter: char) -> Self {
        self.delimiter = Some(delimiter);
        self
    }

    /// A CSV file's encoding by its WHATWG label, such as `windows-1252`. Default: UTF-8.
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

    /// Reads a table.
    pub(crate) fn read(
        &self,
        table: TableName,
        input: Input<'_>,
        settings: &Settings,
        watch: Watch<'_>,
    ) -> Result<(Told, Reading)> {
        if let Some(format) = &self.time_format {
            crate::history::time::check_format(format)?;
        }
        input.read(self, table, settings, watch)
    }
}

/// Columns as a map from the known name to the table's own, empty where it has none.
mod columns {
    use super::BTreeMap;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    type Columns = Vec<(String, Option<String>)>;

    pub(super) fn serialize<S: Serializer>(columns: &Columns, to: S) -> Result<S::Ok, S::Error> {
        let text = |name: &Option<String>| name.clone().unwrap_or_default();
        let map: BTreeMap<_, _> = columns.iter().map(|(k, n)| (k.clone(), text(n))).collect();
        map.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Columns, D::Error> {
        let map = BTreeMap::<String, String>::deserialize(from)?;
        let name = |name: String| (!name.is_empty()).then_some(name);
        Ok(map
            .into_iter()
            .map(|(known, own)| (known, name(own)))
            .collect())
    }
}
