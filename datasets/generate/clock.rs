//! Time: seconds since the shop opened, at the start of 2023, UTC.

pub const DAY: i64 = 86_400;

/// How long the shop is told of: 2023 and 2024.
pub const SPAN: i64 = 731 * DAY;

/// Days from 1970-01-01 to the opening.
const OPENING: i64 = 19_358;

/// Year, month and day of a day counted from the opening; by H. Hinnant's "chrono-compatible
/// low-level date algorithms".
pub fn date(day: i64) -> (u32, u32, u32) {
    let shifted = day + OPENING + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year as u32, month as u32, day as u32)
}

/// The month of a moment, counted from the opening.
pub fn month(at: i64) -> usize {
    let (year, month, _) = date(at.div_euclid(DAY));
    (year as usize * 12 + month as usize).saturating_sub(2023 * 12 + 1)
}

/// `YYYY-MM-DD`.
pub fn push_date(text: &mut Vec<u8>, day: i64) {
    let (year, month, day) = date(day);
    two(text, year / 100);
    two(text, year % 100);
    text.push(b'-');
    two(text, month);
    text.push(b'-');
    two(text, day);
}

/// `YYYY-MM-DD HH:MM:SS`.
pub fn push_time(text: &mut Vec<u8>, at: i64) {
    push_date(text, at.div_euclid(DAY));
    let second = at.rem_euclid(DAY) as u32;
    for (before, value) in [
        (b' ', second / 3_600),
        (b':', second / 60 % 60),
        (b':', second % 60),
    ] {
        text.push(before);
        two(text, value);
    }
}

fn two(text: &mut Vec<u8>, value: u32) {
    text.push(b'0' + (value / 10 % 10) as u8);
    text.push(b'0' + (value % 10) as u8);
}
