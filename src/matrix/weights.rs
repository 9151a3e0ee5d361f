//! What a purchase weighs that fades with time, in whole numbers.
//!
//! A purchase of age `a` weighs `2^(-a / half_life)` (exponential forgetting: Ding, Li, "Time weight
//! collaborative filtering", CIKM 2005), as a fixed-point number, so that sums of products of weights
//! are whole numbers: the same in any order and for any number of threads.

use super::{DAY, Pattern, Purchases, Timeline, row_of};
use crate::error::{Error, Result, zeroed};
use crate::watch::Watch;

/// The weight of every purchase, in units of `2^-bits`, by the last time that the row bought the item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Weights {
    bits: u32,
    /// By row, in the places of [`Purchases::by_row`].
    by_row: Vec<u32>,
    /// By item, in the places of [`Purchases::by_item`].
    by_item: Vec<u32>,
    /// The sum of the squares of each item's weights: s_ii.
    squares: Vec<u64>,
}

impl Weights {
    /// Weighs purchases as of an instant (microseconds in UTC), with a half-life in days. What was
    /// bought later than that weighs 1, what was bought at an unknown time 0.
    pub(crate) fn new(
        purchases: &Purchases,
        timeline: &Timeline,
        as_of: i64,
        half_life: f64,
        watch: Watch<'_>,
    ) -> Result<Self> {
        timeline.check_against(purchases)?;
        let bits = bits(purchases.rows());
        let (held, items) = (purchases.by_row(), purchases.items());
        let mut by_row: Vec<u32> = zeroed(held.nnz(), "the weights of purchases")?;
        let mut by_item: Vec<u32> = zeroed(held.nnz(), "the weights of purchases")?;
        let mut squares: Vec<u64> = zeroed(items, "the weights of items")?;
        let mut last: Vec<i64> = zeroed(items, "the times of a row")?;
        let mut next: Vec<usize> = zeroed(items, "the places of items")?;
        for (item, next) in next.iter_mut().enumerate() {
            *next = purchases.by_item().indptr().outer_inds_sz(item).start;
        }
        let mut at = 0;
        for row in 0..purchases.rows() {
            if row.is_multiple_of(1024) {
                watch.check()?;
            }
            let (bought, times) = timeline.of(row);
            for (&item, &time) in bought.iter().zip(times) {
                last[item as usize] = time; // in the order of time
            }
            for &item in row_of(held, row) {
                let item = item as usize;
                let weight = match last[item] {
                    Timeline::NO_TIME => 0,
                    time => fixed(time, as_of, half_life, bits),
                };
                by_row[at] = weight;
                by_item[next[item]] = weight;
                squares[item] += u64::from(weight) * u64::from(weight);
                next[item] += 1;
                at += 1;
            }
        }
        Ok(Weights {
            bits,
            by_row,
            by_item,
            squares,
        })
    }

    /// How many binary places a weight has.
    pub(crate) fn bits(&self) -> u32 {
        self.bits
    }

    /// How many bytes they take.
    pub(crate) fn bytes(&self) -> u64 {
        (size_of_val(&self.by_row[..])
            + size_of_val(&self.by_item[..])
            + size_of_val(&self.squares[..])) as u64
    }

    /// Refuses weights that are not of as many purchases. Cheap: asked anew for every row that is
    /// counted.
    pub(crate) fn check_shape(&self, purchases: &Purchases) -> Result<()> {
        let told = (self.by_row.len(), self.squares.len());
        if told == (purchases.by_row().nnz(), purchases.items()) {
            return Ok(());
        }
        Err(Error::matrix("the weights are those of other purchases"))
    }

    /// The weights of a row's items, as [`Purchases::items_of`] tells them.
    pub(super) fn of_row(&self, purchases: &Purchases, row: u32) -> &[u32] {
        places(purchases.by_row(), &self.by_row, row)
    }

    /// The weights of an item's rows, as [`Purchases::buyers_of`] tells them.
    pub(super) fn of_item(&self, purchases: &Purchases, item: u32) -> &[u32] {
        places(purchases.by_item(), &self.by_item, item)
    }

    /// The weights of all rows' items, in the places of [`Purchases::by_row`].
    pub(super) fn by_row(&self) -> &[u32] {
        &self.by_row
    }

    /// What a sum has to be multiplied by to be its [`Weights::cosine`], but for what depends on the source
    /// alone and for rounding; 0 for an item without weight.
    pub(crate) fn cosine_scale(&self, target: u32) -> f64 {
        match self.squares[target as usize] {
            0 => 0.0,
            square => 1.0 / (square as f64).sqrt(),
        }
    }

    /// The sum `s_ij` as a number of rows.
    pub(crate) fn count(&self, sum: u64) -> f32 {
        // A power of two: the product is exact.
        let places = (1u64 << (2 * self.bits)) as f64;
        (sum as f64 / places) as f32
    }

    /// `s_ij / sqrt(s_ii s_jj)`; 0 where no weights met.
    pub(crate) fn cosine(&self, sum: u64, source: u32, target: u32) -> f32 {
        if sum == 0 {
            return 0.0;
        }
        let square = |item: u32| self.squares[item as usize] as f64;
        (sum as f64 / (square(source) * square(target)).sqrt()) as f32
    }
}

/// What stands at the places of one row of a pattern; nothing past its end.
fn places<'a>(pattern: &Pattern, values: &'a [u32], row: u32) -> &'a [u32] {
    if row as usize >= pattern.rows() {
        return &[];
    }
    &values[pattern.indptr().outer_inds_sz(row as usize)]
}

/// How many binary places weights have, so that one product from each row adds up to less than 2^63.
fn bits(rows: usize) -> u32 {
    // The logarithm of rows + 1, rounded up.
    let log = usize::BITS - rows.leading_zeros();
    (62u32.saturating_sub(log) / 2).min(20)
}

/// The weight at an age, rounded to the nearest unit of `2^-bits`; ages below zero count as zero.
fn fixed(time: i64, as_of: i64, half_life: f64, bits: u32) -> u32 {
    let age = if time < as_of {
        as_of.abs_diff(time)
    } else {
        0
    };
    let weight = half_to_the(age as f64 / (half_life * DAY));
    rounded(weight * f64::from(1u32 << bits))
}

/// `2^-x` for `x >= 0`, the same on every machine: `x` is cut at the nearest whole number `n`, and
/// `2^-(x - n) = e^t` is the series of `e^t` to the 13th power, by Horner's rule in f64; for
/// `|t| <= ln 2 / 2` what is left out is below `2^-52`. Exact for whole `x`. The library's `exp2` may
/// differ between systems in the last bit.
fn half_to_the(x: f64) -> f64 {
    /// Beyond this a weight is far below half a unit.
    const NEVER: f64 = 64.0;
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
    if x >= NEVER {
        return 0.0;
    }
    let whole = rounded(x);
    let t = (f64::from(whole) - x) * std::f64::consts::LN_2;
    let series = TERMS.iter().fold(0.0, |sum, term| sum * t + term);
    // 2^-whole, by its exponent.
    series * f64::from_bits(u64::from(1023 - whole) << 52)
}

/// The nearest whole number, half away from zero, of a number from 0 to less than 2^32: as `f64::round`, which
/// is a call where the processor has no such instruction.
fn rounded(x: f64) -> u32 {
    let whole = x as u32;
    whole + u32::from(x - f64::from(whole) >= 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn no_number_of_rows_overflows_a_sum() {
        for rows in (0..=1024).chain((0..31).flat_map(|log| {
            let power = 1usize << log;
            [power - 1, power, power + 1]
        })) {
            let bits = bits(rows);
            let log = (rows as u64 + 1).next_power_of_two().trailing_zeros();
            assert_eq!(bits, ((62 - log) / 2).min(20), "{rows}");
            assert!((rows as u128) << (2 * bits) < 1 << 63);
        }
        assert_eq!((bits(0), bits((1 << 22) - 1), bits(1 << 22)), (20, 20, 19));
        assert_eq!(bits(crate::ids::MAX_IDS), 15);
    }

    #[test]
    fn weights_of_extreme_times_are_between_none_and_one() {
        let one = 1 << 20;
        for (time, as_of, half_life, weight) in [
            (0, 0, 1.0, one),
            (1, 0, 1.0, one),
            (i64::MAX, i64::MIN, 1.0, one),
            (i64::MIN + 1, i64::MAX, 1.0, 0),
            (i64::MIN + 1, i64::MAX, f64::MAX, one),
            (0, 1, f64::MIN_POSITIVE, 0),
            (0, 86_400_000_000, 1.0, one / 2),
            (0, 86_400_000_000, 2.0, 741_455), // 2^20 / sqrt 2 = 741,455.2
        ] {
            assert_eq!(fixed(time, as_of, half_life, 20), weight, "{time} {as_of}");
        }
    }
}
