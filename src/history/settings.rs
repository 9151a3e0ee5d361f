//! How a shop's rows are to be understood.

use crate::history::decimal::Rounding;
use crate::history::time::ClockChange;
use crate::history::typed::Kind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a shop's rows mean, the same for every door they come in by.
///
/// ```
/// let settings = cobuy::Settings {
///     time_zone: "Europe/Warsaw".into(),
///     fulfilled: Some(vec!["delivered".into()]),
///     ..cobuy::Settings::default()
/// };
/// # let _ = settings;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The IANA name of the zone that times without an offset are in. Default: UTC.
    pub time_zone: String,
    /// The shop's currency. Rows that tell another are refused. Default (`None`): the one they tell.
    pub currency: Option<String>,
    /// What to do with local times that the clocks skipped or showed twice. Default: refuse.
    pub clock_change: ClockChange,
    /// Statuses of orders that count, in place of [`FULFILLED`](crate::history::FULFILLED).
    pub fulfilled: Option<Vec<String>>,
    /// Statuses of orders that do not count, besides [`UNFULFILLED`](crate::history::UNFULFILLED).
    pub unfulfilled: Vec<String>,
    /// Whether order ids such as `C536379` mark returns. Default (`None`): they do where ids of
    /// digits alone outnumber them, as in UCI Online Retail.
    pub c_returns: Option<bool>,
    /// What to do with money and quantities finer than four and three digits. Default: refuse.
    pub rounding: Rounding,
    /// What to do with rows that equal another in every column. Default: keep.
    pub duplicates: Duplicates,
    /// Texts that mean "nothing told" besides a blank. An id column that holds a usual one (`NULL`,
    /// `NaN`, ...) that is not listed is refused until it is said what is meant: list it, or give an
    /// empty list where such texts are ids. Default: `None`.
    pub missing: Option<Vec<String>>,
    /// Items that are no goods, such as postage and fees: their lines are kept and count for nothing.
    pub ignore: Vec<String>,
    /// Named groups of items: variants of one article, such as sizes and colours, besides what the
    /// items' column `group` says. Variants of one group never neighbour each other.
    pub groups: BTreeMap<String, Vec<String>>,
    /// The kinds of columns, by the name the file gives them: of the shop's own columns in place of
    /// what their values suggest, and `text` for an id column of decimals such as `12.50`.
    pub types: BTreeMap<String, Kind>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            time_zone: "UTC".to_owned(),
            currency: None,
            clock_change: ClockChange::default(),
            fulfilled: None,
            unfulfilled: Vec::new(),
            c_returns: None,
            rounding: Rounding::default(),
            duplicates: Duplicates::default(),
            missing: None,
            ignore: Vec::new(),
            groups: BTreeMap::new(),
            types: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Whether a text means "nothing told".
    pub(crate) fn is_missing(&self, text: &str) -> bool {
        text.trim().is_empty()
            || self
                .missing
                .as_ref()
                .is_some_and(|missing| missing.iter().any(|word| word == text))
    }

    pub(crate) fn kind_of(&self, column: &str) -> Option<Kind> {
        self.types.get(column).copied()
    }
}

/// What to do with rows that equal another in every column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// Keep them: they double quantities and money, never people.
    #[default]
    Keep,
    /// Keep the first of them.
    Drop,
}

/// What to do with a row that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// Stop with an error that names file, line and column.
    #[default]
    Stop,
    /// Leave the row out, count it and list it.
    Skip,
}
