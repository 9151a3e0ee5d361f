//! Values of Arrow's types, written as a CSV file would hold them.

use crate::history::calendar::civil;
use arrow_array::ArrowPrimitiveType;
use arrow_array::types::Float16Type;
use std::fmt::{Display, Write};

type Half = <Float16Type as ArrowPrimitiveType>::Native;

/// What the numbers of a column of times mean.
#[derive(Clone, Copy)]
pub(super) struct Times {
    /// How many of the column's units make a second.
    pub per_second: i64,
    /// Whether they are instants, and so of UTC, rather than what a clock on the wall shows.
    pub utc: bool,
}

// Writing to a text cannot fail, so the answers of `write!` are let go here.

/// The shortest decimal that reads back as the same number, never with an exponent; `.0` behind a
/// whole one.
pub(super) fn write_float(text: &mut String, value: impl Display, whole: bool) {
    let _ = write!(text, "{value}");
    if whole {
        text.push_str(".0");
    }
}

/// A half as the shortest decimal that reads back as the same half.
pub(super) fn write_half(text: &mut String, half: Half) {
    let value = half.to_f32();
    let shortest = (0..=24).find_map(|digits| {
        let written = format!("{value:.digits$}");
        let same = written
            .parse::<f32>()
            .is_ok_and(|read| Half::from_f32(read) == half);
        same.then_some(written)
    });
    match shortest {
        Some(written) => write_float(text, written, value.fract() == 0.0),
        None => write_float(text, value, false),
    }
}

/// A whole number of `10^-scale`, with all digits that the scale says.
pub(super) fn write_decimal(text: &mut String, value: impl Display, scale: i8) {
    let start = text.len();
    let _ = write!(text, "{value}");
    let digits_at = start + usize::from(text[start..].starts_with('-'));
    if let Ok(behind) = usize::try_from(scale) {
        let digits = text.len() - digits_at;
        for _ in digits..=behind {
            text.insert(digits_at, '0');
        }
        if behind > 0 {
            text.insert(text.len() - behind, '.');
        }
    } else if &text[digits_at..] != "0" {
        text.extend(std::iter::repeat_n('0', scale.unsigned_abs().into()));
    }
}

/// A day, counted from 1970-01-01.
pub(super) fn write_date(text: &mut String, days: i64) {
    let (year, month, day) = civil(days);
    let _ = write!(text, "{year:04}-{month:02}-{day:02}");
}

/// A time to the second, to the microsecond where that is not zero, to the nanosecond where that
/// is not: such a time is then refused, for nothing is cut off unasked.
pub(super) fn write_time(text: &mut String, value: i64, times: Times) {
    let seconds = value.div_euclid(times.per_second);
    let nanos = value.rem_euclid(times.per_second) * (1_000_000_000 / times.per_second);
    write_date(text, seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let _ = write!(text, " {hour:02}:{minute:02}:{second:02}");
    let _ = match (nanos, nanos % 1000) {
        (0, _) => Ok(()),
        (_, 0) => write!(text, ".{:06}", nanos / 1000),
        _ => write!(text, ".{nanos:09}"),
    };
    if times.utc {
        text.push('Z');
    }
}
