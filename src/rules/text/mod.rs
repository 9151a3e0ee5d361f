//! The text form: from a text to a tree, and back.

mod comparison;
mod cursor;
mod lexer;
mod parser;
mod printer;
mod selector;
mod values;

pub(super) use lexer::{LONGEST, fits};
pub(super) use parser::{condition, operand};
pub(in crate::rules) use selector::near_sources;
