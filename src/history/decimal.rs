//! Money and quantities: decimals kept as whole numbers, so sums are exact.

use crate::text::shown;
use serde::Serialize;
use std::fmt;

/// The value that stands for "not told" in a column of numbers or times.
pub(crate) const MISSING: i64 = i64::MIN;

/// An amount of money in ten-thousandths of the shop's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Money(pub i64);

/// A number of pieces, or a weight or length, in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Quantity(pub i64);

impl Money {
    /// Digits behind the point.
    pub const DIGITS: u32 = 4;

    pub(crate) fn told(raw: i64) -> Option<Self> {
        (raw != MISSING).then_some(Money(raw))
    }

    /// As a binary fraction, for plots and averages: no longer exact.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / 10_000.0
    }

    /// `quantity` pieces at this price each, rounded to ten-thousandths, halves away from zero;
    /// `None` where the product does not fit.
    pub fn times(self, quantity: Quantity) -> Option<Money> {
        let product = i128::from(self.0) * i128::from(quantity.0);
        let half = if product < 0 { -500 } else { 500 };
        i64::try_from((product + half) / 1000)
            .ok()
            .filter(|&amount| amount != MISSING)
            .map(Money)
    }

    /// The sum, `None` where it does not fit.
    pub fn plus(self, other: Money) -> Option<Money> {
        self.0.checked_add(other.0).and_then(Money::told)
    }

    /// The difference, `None` where it does not fit.
    pub fn minus(self, other: Money) -> Option<Money> {
        self.0.checked_sub(other.0).and_then(Money::told)
    }
}

impl Quantity {
    /// Digits behind the point.
    pub const DIGITS: u32 = 3;
    /// As a binary fraction, for plots and averages: no longer exact.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// One piece.
    pub const ONE: Quantity = Quantity(1000);
}

impl std::str::FromStr for Money {
    type Err = String;

    /// Reads `2.55` exactly; more than four digits behind the point are an error.
    fn from_str(text: &str) -> Result<Self, String> {
        parse_decimal(text, Money::DIGITS, b'.', Rounding::Refuse)
            .map(Money)
            .map_err(|problem| problem.problem(text, Money::DIGITS))
    }
}

impl std::str::FromStr for Quantity {
    type Err = String;

    /// Reads `3` or `0.250` exactly; more than three digits behind the point are an error.
    fn from_str(text: &str) -> Result<Self, String> {
        parse_decimal(text, Quantity::DIGITS, b'.', Rounding::Refuse)
            .map(Quantity)
            .map_err(|problem| problem.problem(text, Quantity::DIGITS))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_fixed(f, self.0, Money::DIGITS, 2)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_fixed(f, self.0, Quantity::DIGITS, 0)
    }
}

/// `raw` with `digits` behind the point, less the zeros at the end beyond `least` digits.
fn write_fixed(f: &mut fmt::Formatter<'_>, raw: i64, digits: u32, least: usize) -> fmt::Result {
    let one = 10u64.pow(digits);
    let size = raw.unsigned_abs();
    let mut behind = format!("{:0width$}", size % one, width = digits as usize);
    while behind.len() > least && behind.ends_with('0') {
        behind.pop();
    }
    let sign = if raw < 0 { "-" } else { "" };
    let point = if behind.is_empty() { "" } else { "." };
    write!(f, "{sign}{}{point}{behind}", size / one)
}

/// What to do with digits finer than a column keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Such a number is an error (the default).
    #[default]
    Refuse,
    /// To the nearest kept digit, halves away from zero.
    Nearest,
}

/// Why a text is no decimal of the wanted kind, as the end of a sentence about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotDecimal {
    Text,
    NotFinite,
    TooFine,
    TooLarge,
}

impl NotDecimal {
    pub(crate) fn problem(&self, text: &str, digits: u32) -> String {
        let text = shown(text);
        match self {
            NotDecimal::Text => format!(
                "`{text}` is not a number (digits, at most one decimal point, no thousands separators)"
            ),
            NotDecimal::NotFinite => format!("`{text}` is not a finite number"),
            NotDecimal::TooFine => format!(
                "`{text}` has more than {digits} digits behind the point; name the rounding to accept it \
                 (rounding = nearest)"
            ),
            NotDecimal::TooLarge => format!(
                "`{text}` is too large: at most about {} fits",
                i64::MAX / 10i64.pow(digits)
            ),
        }
    }
}

/// Reads a decimal such as `12`, `-0.50` or `1e-3` as a whole number of `10^-digits`.
///
/// `point` is the decimal point. Exact: no binary fraction is involved.
pub(crate) fn parse_decimal(
    text: &str,
    digits: u32,
    point: u8,
    rounding: Rounding,
) -> Result<i64, NotDecimal> {
    let text = text.trim();
    let (negative, unsigned) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => {
            let exponent = unsigned.get(at + 1..).unwrap_or_default();
            let exponent: i32 = exponent.parse().map_err(|_| not_a_number(unsigned))?;
            (&unsigned[..at], exponent)
        }
        None => (unsigned, 0),
    };
    let mut value: i64 = 0;
    let mut any_digit = false;
    let mut behind: Option<i64> = None; // digits read behind the point
    let mut dropped: Option<u8> = None; // first digit beyond those kept
    let mut dropped_other = false; // any later one that is not zero
    // How many digits behind the written point are kept.
    let kept = i64::from(digits) + i64::from(exponent);
    for &byte in mantissa.as_bytes() {
        match byte {
            b'0'..=b'9' => {
                any_digit = true;
                let position = behind.map(|count| {
                    behind = Some(count + 1);
                    count + 1
                });
                // A digit in front of the point is dropped only where the exponent is that small.
                let keep = match position {
                    Some(position) => position <= kept,
                    None => true,
                };
                if keep {
                    value = value
                        .checked_mul(10)
                        .and_then(|value| value.checked_add(i64::from(byte - b'0')))
                        .ok_or(NotDecimal::TooLarge)?;
                } else if dropped.is_none() {
                    dropped = Some(byte - b'0');
                } else {
                    dropped_other |= byte != b'0';
                }
            }
            _ if byte == point && behind.is_none() => behind = Some(0),
            _ => return Err(not_a_number(unsigned)),
        }
    }
    if !any_digit {
        return Err(not_a_number(unsigned));
    }
    // Bring the value to exactly `digits` behind the point.
    let missing = kept - behind.unwrap_or(0).min(kept.max(0));
    if missing > 0 && value != 0 {
        let scale = u32::try_from(missing)
            .ok()
            .and_then(|missing| 10i64.checked_pow(missing))
            .ok_or(NotDecimal::TooLarge)?;
        value = value.checked_mul(scale).ok_or(NotDecimal::TooLarge)?;
    }
    for _ in missing.max(-40)..0 {
        dropped_other |= dropped.is_some_and(|digit| digit != 0);
        dropped = Some((value % 10) as u8);
        value /= 10;
    }
    let up = match (dropped, rounding) {
        (None | Some(0), _) if !dropped_other => false,
        (_, Rounding::Refuse) => return Err(NotDecimal::TooFine),
        (digit, Rounding::Nearest) => digit.is_some_and(|digit| digit >= 5),
    };
    value = value
        .checked_add(i64::from(up))
        .ok_or(NotDecimal::TooLarge)?;
    Ok(if negative { -value } else { value })
}

fn not_a_number(text: &str) -> NotDecimal {
    match text.to_ascii_lowercase().as_str() {
        "nan" | "inf" | "infinity" => NotDecimal::NotFinite,
        _ => NotDecimal::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Result<i64, NotDecimal> {
        parse_decimal(text, 4, b'.', Rounding::Refuse)
    }

    #[test]
    fn decimals_are_read_exactly() {
        for (text, raw) in [
            ("2.55", 25_500),
            ("-11062.06", -110_620_600),
            (" 7 ", 70_000),
            (".5", 5_000),
            ("5.", 50_000),
            ("0.00010", 1),
            ("1e-4", 1),
            ("1e3", 10_000_000),
            ("1.25E+2", 1_250_000),
            ("12000e-2", 1_200_000),
            ("12e-4", 12),
            ("0e99", 0),
            ("+3", 30_000),
            ("922337203685477.5807", i64::MAX),
        ] {
            assert_eq!(money(text), Ok(raw), "{text}");
        }
    }

    #[test]
    fn what_is_no_decimal_says_why() {
        for (text, problem) in [
            ("", NotDecimal::Text),
            ("-", NotDecimal::Text),
            (".", NotDecimal::Text),
            ("three", NotDecimal::Text),
            ("1,000.00", NotDecimal::Text),
            ("1.2.3", NotDecimal::Text),
            ("£4", NotDecimal::Text),
            ("1e", NotDecimal::Text),
            ("NaN", NotDecimal::NotFinite),
            ("-inf", NotDecimal::NotFinite),
            ("0.00001", NotDecimal::TooFine),
            ("1e-5", NotDecimal::TooFine),
            ("12e-5", NotDecimal::TooFine),
            ("922337203685477.5808", NotDecimal::TooLarge),
            ("1e99", NotDecimal::TooLarge),
            ("1e999999999", NotDecimal::TooLarge),
            ("1e-999999999", NotDecimal::TooFine),
        ] {
            assert_eq!(money(text), Err(problem), "{text}");
        }
    }

    #[test]
    fn rounding_is_to_the_nearest_with_halves_away_from_zero() {
        for (text, raw) in [
            ("0.00005", 1),
            ("0.00004999", 0),
            ("-0.00015", -2),
            ("1e-5", 0),
            ("12e-5", 1),
            ("15e-5", 2),
            ("1e-99", 0),
        ] {
            assert_eq!(
                parse_decimal(text, 4, b'.', Rounding::Nearest),
                Ok(raw),
                "{text}"
            );
        }
    }

    #[test]
    fn money_is_written_as_people_write_it() {
        assert_eq!(Money(25_500).to_string(), "2.55");
        assert_eq!(Money(-1).to_string(), "-0.0001");
        assert_eq!(Money(70_000).to_string(), "7.00");
        assert_eq!(Quantity(1_500).to_string(), "1.5");
        assert_eq!(Quantity(-6_000).to_string(), "-6");
    }

    #[test]
    fn a_product_that_does_not_fit_is_none() {
        assert_eq!(Money(12_345).times(Quantity(333)), Some(Money(4_111)));
        assert_eq!(Money(-1).times(Quantity(500)), Some(Money(-1)));
        assert_eq!(Money(i64::MAX).times(Quantity(2_000)), None);
    }
}
