//! Powers that are the same on every machine: of additions, multiplications and divisions alone, which are
//! rounded alike everywhere. A library's `pow` and `exp2` may differ between systems in the last bit.

use std::f64::consts::{LN_2, LOG2_E, SQRT_2};

/// `x^y` for a finite `x > 0` and a result that is no smaller and no larger than a normal number: exact
/// where one operation or a square root tells it, and else to about 14 decimal digits.
pub(crate) fn power(x: f64, y: f64) -> f64 {
    match y {
        0.0 => 1.0,
        1.0 => x,
        2.0 => x * x,
        0.5 => x.sqrt(),
        -0.5 => 1.0 / x.sqrt(),
        -1.0 => 1.0 / x,
        _ => two_to_the(y * log2(x)),
    }
}

/// `2^-x` for `x >= 0`; 0 from 64 on.
pub(crate) fn half_to_the(x: f64) -> f64 {
    /// Beyond this a weight is far below half a unit.
    const NEVER: f64 = 64.0;
    match x >= NEVER {
        true => 0.0,
        false => two_to_the(-x),
    }
}

/// `e^x` in f32 for `x <= 0`, to six digits or more; what is below `2^-126` is that. It has no branch and no call,
/// so a loop of it becomes vector instructions.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    use std::f32::consts::{LN_2, LOG2_E};
    /// Added, it leaves no room for what stands behind the point; the last bits are the whole number.
    const WHOLE: f32 = 12_582_912.0;
    let y = (x * LOG2_E).max(-126.0);
    let shifted = y + WHOLE;
    let t = (y - (shifted - WHOLE)) * LN_2;
    // The series to the sixth power: for |t| <= ln 2 / 2 what is left out is below 2^-22.
    let series = 1.0 / 120.0 + t * (1.0 / 720.0);
    let series = 1.0 / 6.0 + t * (1.0 / 24.0 + t * series);
    let series = 1.0 + t * (1.0 + t * (0.5 + t * series));
    let whole = shifted.to_bits().wrapping_sub(WHOLE.to_bits());
    series * f32::from_bits(whole.wrapping_add(127) << 23)
}

/// The nearest whole number, half away from zero, of a number from 0 to less than 2^32: as `f64::round`, which
/// is a call where the processor has no such instruction.
pub(crate) fn rounded(x: f64) -> u32 {
    let whole = x as u32;
    whole + u32::from(x - f64::from(whole) >= 0.5)
}

/// `2^x` for `|x| < 1022`: `x` is cut at the nearest whole number `n`, and `2^(x - n) = e^t` is the series of
/// `e^t` to the 13th power, by Horner's rule; for `|t| <= ln 2 / 2` what is left out is below `2^-52`.
/// Exact for whole `x`.
fn two_to_the(x: f64) -> f64 {
    /// `1 / k!`, from the 13th down.
    const TERMS: [f64; 14] = [
        1.0 / 6_227_020_800.0,
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        1.0 / 2.0,
        1.0,
        1.0,
    ];
    let whole = i64::from(rounded(x.abs())) * if x < 0.0 { -1 } else { 1 };
    let t = (x - whole as f64) * LN_2;
    let series = TERMS.iter().fold(0.0, |sum, term| sum * t + term);
    // 2^whole, by its exponent.
    series * f64::from_bits(((1023 + whole) as u64) << 52)
}

/// The binary logarithm of a normal `x > 0`: `x = 2^n m` with `m` about 1, and `ln m = 2 artanh s` for
/// `s = (m - 1) / (m + 1)` is its series to the 21st power; for `|s| < 0.172` what is left out is below `2^-56`.
fn log2(x: f64) -> f64 {
    const BIAS: i32 = 1023;
    let bits = x.to_bits();
    let mut exponent = (bits >> 52) as i32 - BIAS;
    let mut m = f64::from_bits(bits & ((1 << 52) - 1) | (BIAS as u64) << 52);
    if m > SQRT_2 {
        (m, exponent) = (m / 2.0, exponent + 1);
    }
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let series = (0..=10)
        .rev()
        .fold(0.0, |sum, k| sum * square + 1.0 / f64::from(2 * k + 1));
    f64::from(exponent) + 2.0 * s * series * LOG2_E
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_in_f32_is_the_exponential() {
        assert_eq!(exp(0.0), 1.0);
        for step in 0..200_000 {
            let x = -87.0 * (step as f32 / 200_000.0);
            let expected = f64::from(x).exp();
            let apart = (f64::from(exp(x)) - expected).abs();
            assert!(apart <= 1e-5 * expected, "{x}");
        }
        assert_eq!(exp(-1e9), f32::MIN_POSITIVE);
    }

    #[test]
    fn a_half_life_halves_and_the_series_is_the_power() {
        for whole in 0..64u32 {
            assert_eq!(half_to_the(f64::from(whole)), 0.5f64.powi(whole as i32));
        }
        for step in 0..200_000 {
            let x = f64::from(step) * 0.000_31;
            let (own, power) = (half_to_the(x), (-x).exp2());
            assert!((own - power).abs() <= 4.0 * f64::EPSILON * power, "{x}");
        }
        assert_eq!(half_to_the(64.0), 0.0);
        assert_eq!(half_to_the(f64::INFINITY), 0.0);
    }

    #[test]
    fn numbers_are_rounded_as_ever() {
        let odd = [
            0.0,
            0.5,
            0.499_999_999_999_999_94,
            1.5,
            2.5,
            4_294_967_294.5,
        ];
        let many = (0..1_000_000).map(|step| f64::from(step) * 0.123_7);
        for x in many.chain(odd) {
            assert_eq!(f64::from(rounded(x)), x.round(), "{x}");
        }
    }

    #[test]
    fn powers_are_those_of_the_library_to_thirteen_digits() {
        let bases = (1..2000)
            .map(f64::from)
            .chain((0..62).map(|log| 2f64.powi(log) * 1.37))
            .chain([1e-9, 0.001, 0.37, 0.999_999, 1.000_001]);
        for x in bases {
            for y in [
                -2.0, -1.3, -1.0, -0.87, -0.5, -0.1, 0.0, 0.1, 0.5, 0.9, 1.0, 1.4, 2.0,
            ] {
                let (own, library) = (power(x, y), x.powf(y));
                assert!(
                    (own - library).abs() <= 2e-14 * library,
                    "{x} {y} {own} {library}"
                );
            }
        }
        assert_eq!((power(9.0, 0.5), power(8.0, -1.0)), (3.0, 0.125));
    }

    /// Kernels pass over what cannot be among the best by whole counts, which rests on this.
    #[test]
    fn powers_of_whole_numbers_rise_and_fall_with_them() {
        let most = (1u64 << 31) - 1;
        let whole = (1..100_000).chain((0..1000).map(|at| most - 1000 + at));
        for n in whole {
            let (low, high) = (n as f64, (n + 1) as f64);
            for y in [0.001, 0.1, 0.37, 0.9, 1.7] {
                assert!(power(low, y) < power(high, y), "{n} {y}");
                assert!(power(low, -y) > power(high, -y), "{n} {y}");
            }
        }
    }
}
