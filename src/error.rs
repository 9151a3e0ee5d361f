//! What can go wrong, said with both sides and the way out.

use crate::rules::RuleProblem;
use std::io;

/// The result of everything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong.
///
/// Nothing a shop's data holds makes this crate panic: it makes one of these. Messages name the
/// value that was found, what was expected and, where there is one, the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting has a value it cannot have.
    #[error("`{name}` is {value}, but {must}")]
    Setting {
        /// The setting's name, the same in every face.
        name: &'static str,
        /// The value that was given.
        value: String,
        /// What it must be, as the end of the sentence: "it must be at least 1".
        must: String,
    },

    /// A name that is not known: a column, a setting, an encoding, a time zone.
    #[error("there is no {what} `{name}`{}", did_you_mean(near))]
    UnknownName {
        /// What was named: "column", "measure".
        what: &'static str,
        /// The name that was given.
        name: String,
        /// Names like it, nearest first.
        near: Vec<String>,
    },

    /// A row of a table that cannot be read.
    #[error("{source_name}, line {line}{}: {problem}", in_column(column.as_deref()))]
    Row {
        /// The file's name, or what else the rows came from.
        source_name: String,
        /// The line the row starts on, counted from 1 (the header is line 1), or the row's number.
        line: u64,
        /// The column, as the file names it.
        column: Option<String>,
        /// What is wrong with it.
        problem: String,
    },

    /// A table that cannot be read as a whole: no header, no column of items, unknown statuses.
    #[error("{source_name}: {problem}")]
    Table {
        /// The file's name, or what else the rows came from.
        source_name: String,
        /// What is wrong with it, and the way out.
        problem: String,
    },

    /// Two lines of one order that disagree on what an order has once.
    #[error("{0}")]
    Conflict(Box<Conflict>),

    /// An item that never appeared in the orders.
    #[error(
        "item `{item}` never appeared in the orders this shop was fitted on{}",
        did_you_mean(near)
    )]
    UnknownItem {
        /// The id that was asked for.
        item: String,
        /// Ids like it, nearest first.
        near: Vec<String>,
    },

    /// An order that was never told.
    #[error("there is no order `{order}`{}", did_you_mean(near))]
    UnknownOrder {
        /// The id that was asked for.
        order: String,
        /// Ids like it, nearest first.
        near: Vec<String>,
    },

    /// A customer that no table names.
    #[error("there is no customer `{customer}`")]
    UnknownCustomer {
        /// The id that was asked for.
        customer: String,
    },

    /// An index beyond the table it points into.
    #[error("{what} index {index} is out of range: there are {len} {what}s")]
    Index {
        /// What is indexed: "item".
        what: &'static str,
        /// The index that was given.
        index: i64,
        /// How many there are.
        len: usize,
    },

    /// A matrix whose parts or values cannot be purchases.
    #[error("{problem}")]
    Matrix {
        /// What is wrong with it.
        problem: String,
    },

    /// A file that could not be read or written.
    #[error("cannot {doing} `{path}`: {source}")]
    Io {
        /// What was being done: "read", "write".
        doing: &'static str,
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },

    /// A model file that is damaged, foreign, or of a newer version.
    #[error("`{path}` is not a model file this version can open: {part}: {problem}")]
    ModelFile {
        /// The file.
        path: String,
        /// The part of the file: "header", "section `item ids`".
        part: String,
        /// What is wrong with it.
        problem: String,
    },

    /// More of something than fits.
    #[error("{what}: {count}, but at most {limit} are supported")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        count: u64,
        /// How many there may be.
        limit: u64,
    },

    /// The memory that the data asks for is not to be had.
    #[error("out of memory: {bytes} bytes for {what} could not be had")]
    OutOfMemory {
        /// What it was for.
        what: &'static str,
        /// How much was asked for.
        bytes: u64,
    },

    /// A fit would take more memory than it was given.
    #[error(
        "`memory_limit` is {limit} bytes, but {needed} are needed for {done} of {rows} items, and at most \
         {enough} for all; keep fewer `neighbours`, ask for more `min_customers`, take fewer `threads`, or \
         raise it"
    )]
    MemoryLimit {
        /// How many bytes it was given.
        limit: u64,
        /// How many it needs, as far as it has come.
        needed: u64,
        /// How many are enough for all items, and may be more than these need.
        enough: u64,
        /// How many items' lists were made.
        done: usize,
        /// How many items there are.
        rows: usize,
    },

    /// The threads asked for could not be started.
    #[error("cannot start {threads} threads: {problem}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        problem: String,
    },

    /// A rule, a filter or a formula that cannot be read, or that the shop has no answer to.
    #[error("{0}")]
    Rule(Box<RuleProblem>),

    /// The caller asked to stop. Nothing was kept.
    #[error("stopped as asked; nothing was kept")]
    Cancelled,
}

/// Two lines of one order that disagree on what an order has once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The file's name, or what else the rows came from.
    pub source_name: String,
    /// The order's id.
    pub order: String,
    /// What they disagree on: "customer", "status", "channel" or "campaign".
    pub column: &'static str,
    /// The first value and the line it stands on.
    pub first: (String, u64),
    /// The other value and the line it stands on.
    pub second: (String, u64),
}

impl std::fmt::Display for Conflict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Conflict {
            source_name,
            order,
            column,
            first,
            second,
        } = self;
        write!(
            f,
            "{source_name}: order `{order}` has {column} `{}` on line {} and `{}` on line {}, but an order has one \
             {column}",
            first.0, first.1, second.0, second.1
        )
    }
}

impl Error {
    pub(crate) fn setting(
        name: &'static str,
        value: impl std::fmt::Display,
        must: impl Into<String>,
    ) -> Self {
        Error::Setting {
            name,
            value: value.to_string(),
            must: must.into(),
        }
    }

    pub(crate) fn rule(problem: RuleProblem) -> Self {
        Error::Rule(Box::new(problem))
    }

    pub(crate) fn matrix(problem: impl Into<String>) -> Self {
        Error::Matrix {
            problem: problem.into(),
        }
    }
}

/// As many defaults, or an error where there is no room for them.
pub(crate) fn zeroed<T: Clone + Default>(length: usize, what: &'static str) -> Result<Vec<T>> {
    let mut values = Vec::new();
    values
        .try_reserve_exact(length)
        .map_err(|_| Error::OutOfMemory {
            what,
            bytes: (length as u64).saturating_mul(size_of::<T>() as u64),
        })?;
    values.resize(length, T::default());
    Ok(values)
}

/// Zeros that the system has at hand, for a space to work in: what is never touched takes no memory.
pub(crate) fn untouched<T: bytemuck::Zeroable>(length: usize) -> Result<Vec<T>> {
    bytemuck::allocation::try_zeroed_vec(length).map_err(|()| Error::OutOfMemory {
        what: "the space that a thread works in",
        bytes: (length as u64).saturating_mul(size_of::<T>() as u64),
    })
}

/// "; did you mean `a` or `b`?", or nothing.
pub(crate) fn did_you_mean(near: &[String]) -> String {
    match near {
        [] => String::new(),
        names => {
            let quoted: Vec<_> = names
                .iter()
                .map(|name| format!("`{}`", crate::text::shown(name)))
                .collect();
            format!("; did you mean {}?", quoted.join(" or "))
        }
    }
}

fn in_column(column: Option<&str>) -> String {
    column.map_or_else(String::new, |name| format!(", column `{name}`"))
}
