//! Dates as rules write them.

use super::tree::Date;
use crate::text::shown;
use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;

/// Reads `2025-01-31`, a day of the shop's zone, or `2025-01-31T10:00:00Z`, an instant.
pub(crate) fn read(text: &str) -> Result<Date, String> {
    let digits = |text: &str| {
        let plain = |(place, byte): (usize, u8)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        text.len() == 10 && text.bytes().enumerate().all(plain)
    };
    if digits(text) {
        let number = |part: &str| part.parse::<i16>().unwrap_or_default();
        let (year, month, day) = (number(&text[..4]), number(&text[5..7]), number(&text[8..]));
        let (month, day) = (month as i8, day as i8);
        return match civil::Date::new(year, month, day) {
            Ok(_) if year > 0 => Ok(Date::Day(year, month, day)),
            _ => Err(format!("there is no day `{text}` in the calendar")),
        };
    }
    let told =
        |text: &str| text.get(..10).is_some_and(digits) && text.as_bytes().get(10) == Some(&b'T');
    if !told(text) {
        return Err(format!(
            "`{}` is no date: write 2025-01-31, or 2025-01-31T10:00:00Z",
            shown(text)
        ));
    }
    // An earlier year has no four digits, and could not be read back.
    let first = civil::date(1, 1, 1).at(0, 0, 0, 0);
    let first = TimeZone::UTC.to_timestamp(first).unwrap_or_default();
    match text.parse::<Timestamp>() {
        Ok(instant) if instant >= first => Ok(Date::Instant(instant.as_microsecond())),
        Err(_) if text.parse::<civil::DateTime>().is_ok() => Err(format!(
            "`{text}` names no zone, and clocks may show it twice: end it in Z (UTC), or in +01:00"
        )),
        _ => Err(format!(
            "there is no instant `{}` in the calendar",
            shown(text)
        )),
    }
}

/// An instant as a rule writes it: RFC 3339 in UTC.
pub(crate) fn instant(micros: i64) -> String {
    Timestamp::from_microsecond(micros)
        .unwrap_or_default()
        .to_string()
}

/// Whether one date is after another, where both are of one form.
pub(crate) fn is_after(one: Date, other: Date) -> bool {
    match (one, other) {
        (Date::Day(y1, m1, d1), Date::Day(y2, m2, d2)) => (y1, m1, d1) > (y2, m2, d2),
        (Date::Instant(one), Date::Instant(other)) => one > other,
        _ => false,
    }
}

impl Date {
    /// As a rule writes it between the quotes.
    pub(in crate::rules) fn written(self) -> String {
        match self {
            Date::Day(year, month, day) => format!("{year:04}-{month:02}-{day:02}"),
            Date::Instant(micros) => instant(micros),
        }
    }
}
