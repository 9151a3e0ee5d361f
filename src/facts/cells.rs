//! What stands in a table, as a value of rules.

use crate::history::{self, Instant, Kind, Typed};
use crate::rules::{Type, Value};

const MONEY: i64 = 10_000;
const PIECES: i64 = 1_000;

/// Money, exact.
pub(crate) fn money<'a>(raw: i64) -> Value<'a> {
    Value::Fixed(raw, MONEY)
}

/// A quantity, exact.
pub(crate) fn pieces<'a>(raw: i64) -> Value<'a> {
    Value::Fixed(raw, PIECES)
}

pub(crate) fn time<'a>(at: Instant) -> Value<'a> {
    Value::Time(at.0)
}

/// What a column of the shop's own holds.
pub(crate) fn type_of(column: &Typed) -> Type {
    match column.kind() {
        Kind::Text => Type::Text,
        Kind::Number => Type::Number,
        Kind::Flag => Type::Flag,
        Kind::Time => Type::Time,
    }
}

/// The place of a column of the shop's own, and what it holds.
pub(super) fn column(columns: &[(String, Typed)], name: &str) -> Option<(usize, Type)> {
    let place = columns.iter().position(|(column, _)| column == name)?;
    Some((place, type_of(&columns[place].1)))
}

/// The value on a row of a column of the shop's own.
pub(crate) fn cell(columns: &[(String, Typed)], place: usize, row: usize) -> Option<Value<'_>> {
    let (_, column) = columns.get(place)?;
    Some(match column.get(row)? {
        history::Value::Text(text) => Value::Text(text),
        history::Value::Number(number) => Value::Number(number),
        history::Value::Flag(flag) => Value::Flag(flag),
        history::Value::Time(at) => time(at),
    })
}
