//! Days of the calendar, and the written forms of times that need no naming.

use crate::text::shown;

/// The fields of a time as written.
pub(super) struct IsoParts {
    pub year: i64,
    pub month: u32,
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub micros: u32,
    pub offset_minutes: Option<i32>,
}

/// The fields of an RFC 3339 or plain ISO time; `None` where the form is another.
pub(super) fn iso(text: &[u8]) -> Option<IsoParts> {
    let two = |at: usize| -> Option<u32> {
        let (tens, ones) = (*text.get(at)?, *text.get(at + 1)?);
        (tens.is_ascii_digit() && ones.is_ascii_digit())
            .then(|| u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
    };
    let is = |at: usize, byte: u8| text.get(at) == Some(&byte);
    if !(is(4, b'-') && is(7, b'-')) {
        return None;
    }
    let mut parts = IsoParts {
        year: i64::from(two(0)? * 100 + two(2)?),
        month: two(5)?,
        day: two(8)?,
        hour: 0,
        minute: 0,
        second: 0,
        micros: 0,
        offset_minutes: None,
    };
    if text.len() == 10 {
        return Some(parts);
    }
    if !(is(10, b' ') || is(10, b'T') || is(10, b't')) || !is(13, b':') {
        return None;
    }
    (parts.hour, parts.minute) = (two(11)?, two(14)?);
    let mut at = 16;
    if is(at, b':') {
        parts.second = two(17)?;
        at = 19;
        if is(at, b'.') {
            let digits = text
                .get(at + 1..)?
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            let fraction = text.get(at + 1..at + 1 + digits)?;
            if digits == 0 || digits > 9 || fraction.iter().skip(6).any(|&byte| byte != b'0') {
                return None;
            }
            parts.micros = (0..6).fold(0, |sum, place| {
                sum * 10
                    + fraction
                        .get(place)
                        .map_or(0, |&byte| u32::from(byte - b'0'))
            });
            at += 1 + digits;
        }
    }
    if is(at, b' ') {
        at += 1;
    }
    parts.offset_minutes = match text.get(at..)? {
        [] => None,
        [b'Z' | b'z'] | b"UTC" => Some(0),
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let minutes_at = match rest.len() {
                5 if is(at + 3, b':') => at + 4,
                4 => at + 3,
                _ => return None,
            };
            let (hours, minutes) = (two(at + 1)?, two(minutes_at)?);
            if hours >= 24 || minutes >= 60 {
                return None;
            }
            let minutes = (hours * 60 + minutes) as i32;
            Some(if *sign == b'-' { -minutes } else { minutes })
        }
        _ => return None,
    };
    Some(parts)
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar; `None` for a day that is none.
///
/// Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`.
pub(super) fn days(year: i64, month: u32, day: u32) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) || year < 1 {
        return None;
    }
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let month_from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Year, month and day of a number of days since 1970-01-01: the inverse of [`days`], by the same
/// source (`civil_from_days`).
pub(super) fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// What is wrong with a time of another form, with the two readings of one like `10/2/2017`.
pub(super) fn not_iso(text: &str) -> String {
    let fields: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).take(3).collect();
    let separator = text.chars().find(|c| !c.is_ascii_digit());
    if let ([first, second, year], Some(separator @ ('/' | '.' | '-'))) = (&fields[..], separator)
        && let (Ok(a @ 1..=31), Ok(b @ 1..=31)) = (first.parse::<u8>(), second.parse::<u8>())
        && matches!(year.len(), 2 | 4)
    {
        let year_code = if year.len() == 4 { "%Y" } else { "%y" };
        let clock = match text.matches(':').count() {
            0 => "",
            1 => " %H:%M",
            _ => " %H:%M:%S",
        };
        let day_first = format!("%d{separator}%m{separator}{year_code}{clock}");
        let month_first = format!("%m{separator}%d{separator}{year_code}{clock}");
        let only = match (a > 12, b > 12) {
            (true, _) => Some(("day", &day_first)),
            (_, true) => Some(("month", &month_first)),
            _ => None,
        };
        if let Some((first, format)) = only {
            return format!(
                "`{}` has its {first} first; name its form (time_format = '{format}')",
                shown(text)
            );
        }
        return format!(
            "`{}` has its day or its month first: day {a} of month {b} (name time_format = '{day_first}') or day {b} \
             of month {a} (name time_format = '{month_first}')",
            shown(text)
        );
    }
    format!(
        "`{}` is not a time: RFC 3339 or `YYYY-MM-DD[ HH:MM[:SS]]` is expected; name any other form \
         (time_format = '%d.%m.%Y %H:%M', or '%s' for seconds since 1970)",
        shown(text)
    )
}
