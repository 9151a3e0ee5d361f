//! `shop.toml`: how a shop's data are to be understood, the same for every face.

use crate::error::{Error, Result};
use crate::history::read::Reader;
use crate::history::settings::Settings;
use crate::history::told::schema::TableName;
use crate::near::near;
use crate::text::shown;
use serde::Deserialize;
use std::path::Path;
use toml::{Table, Value};

/// The settings and readers of a `shop.toml`.
///
/// ```
/// use cobuy::{Config, TableName};
/// let config = Config::parse(r#"
///     time_zone = "Europe/Warsaw"
///     fulfilled = ["delivered"]
///     ignore = ["POST"]
///
///     [groups]
///     cup = ["cup-red", "cup-blue"]
///
///     [orders]
///     time_format = "%d.%m.%Y %H:%M"
///     columns = { customer_id = "Client" }
/// "#, "shop.toml")?;
/// assert_eq!(config.settings.ignore, ["POST"]);
/// # let _ = config.reader(TableName::Orders);
/// # Ok::<(), cobuy::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// What the rows mean.
    pub settings: Settings,
    readers: [Reader; TableName::ALL.len()],
}

/// The settings that stand at the top of a `shop.toml`.
const SETTINGS: [&str; 12] = [
    "time_zone",
    "currency",
    "clock_change",
    "fulfilled",
    "unfulfilled",
    "c_returns",
    "rounding",
    "duplicates",
    "missing",
    "ignore",
    "groups",
    "types",
];

/// The settings of a table.
const READER: [&str; 6] = [
    "columns",
    "delimiter",
    "encoding",
    "time_format",
    "decimal_comma",
    "on_error",
];

impl Config {
    /// Settings, and tables that are written in the usual way.
    pub fn new(settings: Settings) -> Self {
        Config {
            settings,
            ..Config::default()
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Io`]; as [`Config::parse`].
    pub fn read(path: impl AsRef<Path>) -> Result<Config> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
            doing: "read",
            path: path.display().to_string(),
            source,
        })?;
        let name = path.file_name().unwrap_or(path.as_os_str());
        Config::parse(&text, &name.to_string_lossy())
    }

    /// Reads a text, which `name` stands for in messages.
    ///
    /// # Errors
    /// [`Error::Table`] where it is no TOML, or a value cannot be; [`Error::UnknownName`] for a
    /// setting or column that there is not.
    pub fn parse(text: &str, name: &str) -> Result<Config> {
        let refuse = |problem: String| Error::Table {
            source_name: name.to_owned(),
            problem,
        };
        let all: Table = text.parse().map_err(|problem: toml::de::Error| {
            refuse(problem.to_string().trim_end().replace('\n', " "))
        })?;
        let mut config = Config::default();
        let mut settings = Table::new();
        for (key, value) in all {
            let table = TableName::ALL.into_iter().find(|table| table.name() == key);
            match (table, value) {
                (Some(table), Value::Table(value)) => {
                    check_keys(&value, &READER, "setting of a table called")?;
                    if let Some(Value::Table(columns)) = value.get("columns") {
                        for column in columns.keys() {
                            table.column(column)?;
                        }
                    }
                    config.readers[table as usize] = Reader::deserialize(Value::Table(value))
                        .map_err(|problem| refuse(in_words(&key, &problem)))?;
                }
                (Some(table), _) => {
                    return Err(refuse(format!("`{table}` must be a table: [{table}]")));
                }
                (None, value) => {
                    settings.insert(key, value);
                }
            }
        }
        check_keys(&settings, &SETTINGS, "setting called")?;
        for (key, value) in settings.clone() {
            // Key by key, so that a message can name the one that is wrong.
            let one = Table::from_iter([(key.clone(), value)]);
            Settings::deserialize(Value::Table(one))
                .map_err(|problem| refuse(in_words(&key, &problem)))?;
        }
        config.settings = Settings::deserialize(Value::Table(settings))
            .map_err(|problem| refuse(problem.to_string()))?;
        Ok(config)
    }

    /// How a table is written.
    pub fn reader(&self, table: TableName) -> &Reader {
        &self.readers[table as usize]
    }

    /// How a table is written, to be changed.
    pub fn reader_mut(&mut self, table: TableName) -> &mut Reader {
        &mut self.readers[table as usize]
    }
}

fn check_keys(table: &Table, known: &[&str], what: &'static str) -> Result<()> {
    let unknown = table.keys().find(|key| !known.contains(&key.as_str()));
    match unknown {
        None => Ok(()),
        Some(key) => Err(Error::UnknownName {
            what,
            name: shown(key),
            near: near(
                key,
                known
                    .iter()
                    .copied()
                    .chain(TableName::ALL.map(TableName::name)),
            ),
        }),
    }
}

fn in_words(key: &str, problem: &toml::de::Error) -> String {
    let problem = problem.message().replace('\n', " ");
    format!("`{key}` cannot be so: {problem}")
}
