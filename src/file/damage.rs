//! What is wrong with a file.

use super::kind::Kind;

/// The part of a file and what is wrong with it.
pub(crate) type Damage = (String, String);
pub(crate) type Checked<T> = Result<T, Damage>;

/// What is wrong with a section.
pub(crate) fn damage(kind: Kind, problem: impl Into<String>) -> Damage {
    (format!("section `{}`", kind.name()), problem.into())
}
