//! Columns of a shop's own, and what they hold.

use crate::history::decimal::MISSING;
use crate::history::labels::{Interner, NONE};
use crate::history::lines::Texts;
use crate::history::time::{Instant, TimeReader};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a column of the shop's own holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Texts.
    Text,
    /// Numbers, as f64.
    Number,
    /// `true` and `false`.
    Flag,
    /// Instants.
    Time,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 4] = [Kind::Text, Kind::Number, Kind::Flag, Kind::Time];

    /// The kind's name, the same in every face.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Number => "number",
            Kind::Flag => "flag",
            Kind::Time => "time",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A column with the type that all its values have.
#[derive(Clone, Debug)]
pub(crate) enum Typed {
    Text(Texts),
    /// NaN where nothing was told.
    Number(Vec<f64>),
    Flag(Vec<Option<bool>>),
    /// [`MISSING`](crate::history::decimal::MISSING) where nothing was told.
    Time(Vec<i64>),
}

impl PartialEq for Typed {
    /// Equal values at equal places; nothing told equals nothing told.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Typed::Text(a), Typed::Text(b)) => a == b,
            (Typed::Flag(a), Typed::Flag(b)) => a == b,
            (Typed::Time(a), Typed::Time(b)) => a == b,
            (Typed::Number(a), Typed::Number(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
            }
            _ => false,
        }
    }
}

/// A value of a column of the shop's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// A text.
    Text(&'a str),
    /// A number.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// An instant.
    Time(Instant),
}

impl Typed {
    /// The value on a row; `None` where nothing was told.
    pub(crate) fn get(&self, row: usize) -> Option<Value<'_>> {
        match self {
            Typed::Text(texts) => texts.get(row).map(Value::Text),
            Typed::Number(values) => values
                .get(row)
                .filter(|v| !v.is_nan())
                .map(|&v| Value::Number(v)),
            Typed::Flag(values) => values.get(row).copied().flatten().map(Value::Flag),
            Typed::Time(values) => Instant::told(*values.get(row)?).map(Value::Time),
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Typed::Text(_) => Kind::Text,
            Typed::Number(_) => Kind::Number,
            Typed::Flag(_) => Kind::Flag,
            Typed::Time(_) => Kind::Time,
        }
    }
}

/// The kind that all of some values have; text where they share no other.
fn infer<'a>(values: impl Iterator<Item = &'a str> + Clone, times: &mut [TimeReader]) -> Kind {
    if values.clone().next().is_none() {
        Kind::Text
    } else if values.clone().all(|value| flag(value).is_some()) {
        Kind::Flag
    } else if values.clone().all(|value| number(value).is_some()) {
        Kind::Number
    } else if reader_of(values, times).is_some() {
        Kind::Time
    } else {
        Kind::Text
    }
}

/// The first of the readers that reads all of some values.
fn reader_of<'a, 't>(
    values: impl Iterator<Item = &'a str> + Clone,
    times: &'t mut [TimeReader],
) -> Option<&'t mut TimeReader> {
    let reads_all =
        |reader: &mut TimeReader| values.clone().all(|value| reader.read(value).is_ok());
    let reader = (0..times.len()).find(|&at| reads_all(&mut times[at]))?;
    times.get_mut(reader)
}

/// A column's codes as values of `kind`, or of the kind they all share; the code of a value that is
/// not of that kind as the error.
pub(crate) fn typed(
    interner: &Interner,
    codes: impl Iterator<Item = u32> + Clone,
    kind: Option<Kind>,
    times: &mut [TimeReader],
) -> Result<Typed, (u32, Kind)> {
    let mut used = vec![false; interner.len()];
    for code in codes.clone().filter(|&code| code != NONE) {
        used[code as usize] = true;
    }
    let values = interner.iter().zip(&used);
    let values = values.filter(|(_, used)| **used).map(|(text, _)| text);
    let kind = kind.unwrap_or_else(|| infer(values.clone(), times));
    let not_of_kind = |code| (code, kind);
    Ok(match kind {
        Kind::Text => {
            let (labels, rank) = interner.finish(&used);
            let codes = codes
                .map(|code| rank.get(code as usize).copied().unwrap_or(NONE))
                .collect();
            Typed::Text(Texts { labels, codes })
        }
        Kind::Number => {
            Typed::Number(spread(interner, &used, codes, f64::NAN, number).map_err(not_of_kind)?)
        }
        Kind::Flag => Typed::Flag(
            spread(interner, &used, codes, None, |text| flag(text).map(Some))
                .map_err(not_of_kind)?,
        ),
        Kind::Time => {
            let mut reader = reader_of(values, times);
            let mut read = |text: &str| reader.as_mut()?.read(text).ok();
            Typed::Time(spread(interner, &used, codes, MISSING, &mut read).map_err(not_of_kind)?)
        }
    })
}

/// Reads each distinct value once and puts it where its code stands.
fn spread<T: Copy>(
    interner: &Interner,
    used: &[bool],
    codes: impl Iterator<Item = u32>,
    missing: T,
    mut read: impl FnMut(&str) -> Option<T>,
) -> Result<Vec<T>, u32> {
    let mut values = vec![missing; interner.len()];
    for (code, slot) in values.iter_mut().enumerate() {
        if used[code] {
            *slot = read(interner.get(code as u32)).ok_or(code as u32)?;
        }
    }
    Ok(codes
        .map(|code| values.get(code as usize).copied().unwrap_or(missing))
        .collect())
}

/// A plain number that loses nothing as f64: no leading zeros (`0123` is a code), at most 15 digits.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits(whole)
        && fraction.is_none_or(digits)
        && (whole == "0" || !whole.starts_with('0'))
        && whole.len() + fraction.map_or(0, str::len) <= 15;
    plain.then(|| text.parse().ok()).flatten()
}

fn flag(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::time::ClockChange;

    fn kind(values: &[&str]) -> Kind {
        let mut times = TimeReader::new(jiff::tz::TimeZone::UTC, ClockChange::Refuse, None);
        infer(values.iter().copied(), std::slice::from_mut(&mut times))
    }

    #[test]
    fn a_column_has_the_kind_all_its_values_share() {
        assert_eq!(kind(&["1", "-2.50", "0"]), Kind::Number);
        assert_eq!(kind(&["1", "x"]), Kind::Text);
        assert_eq!(kind(&["01234", "56789"]), Kind::Text);
        assert_eq!(kind(&["1234567890123456"]), Kind::Text);
        assert_eq!(kind(&["true", "False"]), Kind::Flag);
        assert_eq!(kind(&["2010-12-01", "2010-12-02 10:00"]), Kind::Time);
        assert_eq!(kind(&["2010-12-01", "1"]), Kind::Text);
        assert_eq!(kind(&[]), Kind::Text);
    }
}
