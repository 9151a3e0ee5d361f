//! What the parts of a rule are, and what a rule may name.

use super::tree::Source;
use std::fmt;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Number,
    Text,
    Flag,
    Time,
    /// How long ago something was.
    Elapsed,
    Duration,
    /// A day that comes again every year.
    Anniversary,
    /// Not known before the shop is: goes with all others.
    Any,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Number => "a number",
            Type::Text => "a text",
            Type::Flag => "true or false",
            Type::Time => "a time",
            Type::Elapsed => "how long ago something was",
            Type::Duration => "a duration",
            Type::Anniversary => "an anniversary",
            Type::Any => "a value",
        })
    }
}

/// What a rule may name: the fields of its subject, and rows with fields of their own.
pub(crate) trait Schema {
    /// What stands for a field when a rule is evaluated.
    type Fact: Clone + fmt::Debug;

    /// Whether there is a shop. Without one no "now" is known, nor what a template stands for.
    fn is_of_shop(&self) -> bool {
        true
    }

    /// What the subject is called in a message: "customer", "item".
    fn subject(&self) -> &'static str;

    /// A field of the subject.
    fn field(&self, name: &str) -> Option<(Self::Fact, Type)>;

    /// All fields of the subject.
    fn names(&self) -> Vec<String>;

    /// What keeps a rule from asking for these rows, and near names; `None` where nothing does.
    fn without_rows(&self, source: &Source) -> Option<(String, Vec<String>)>;

    /// A field of a row.
    fn row_field(&self, source: &Source, name: &str) -> Option<(Self::Fact, Type)>;

    /// All fields of a row.
    fn row_names(&self, source: &Source) -> Vec<String>;

    /// The place of a segment among those that are known.
    fn segment(&self, name: &str) -> Option<usize>;

    /// All segments.
    fn segments(&self) -> Vec<String>;

    /// What else there is to say of a field that there is not.
    fn hint(&self, _name: &str) -> Option<String> {
        None
    }

    /// What else there is to say of a field of rows that there is not.
    fn row_hint(&self, _source: &Source, _name: &str) -> Option<String> {
        None
    }
}

/// The schema of no shop: takes every name for a field that may hold anything.
pub(crate) struct Anything;

impl Schema for Anything {
    type Fact = ();

    fn is_of_shop(&self) -> bool {
        false
    }

    fn subject(&self) -> &'static str {
        "subject"
    }

    fn field(&self, _: &str) -> Option<((), Type)> {
        Some(((), Type::Any))
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn without_rows(&self, _: &Source) -> Option<(String, Vec<String>)> {
        None
    }

    fn row_field(&self, _: &Source, _: &str) -> Option<((), Type)> {
        Some(((), Type::Any))
    }

    fn row_names(&self, _: &Source) -> Vec<String> {
        Vec::new()
    }

    fn segment(&self, _: &str) -> Option<usize> {
        Some(0)
    }

    fn segments(&self) -> Vec<String> {
        Vec::new()
    }
}
