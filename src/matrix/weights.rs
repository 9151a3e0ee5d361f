//! What meetings weigh, in whole numbers: where purchases fade with time, and where customers who hold much
//! say less of each thing.
//!
//! A purchase of age `a` weighs `2^(-a / half_life)` (exponential forgetting: Ding, Li, "Time weight
//! collaborative filtering", CIKM 2005), and a meeting the product of two; or a meeting weighs `d^-a` in a
//! row that holds `d` items (as in random walks: Cooper et al., "Random walks in recommender systems",
//! WWW 2014). Weights are fixed-point numbers, so sums of them are whole numbers: the same in any order and
//! for any number of threads.

use super::moments::Moments;
use super::{DAY, Pattern, Purchases, Timeline, row_of};
use crate::error::{Error, Result, zeroed};
use crate::powers::{half_to_the, power, rounded};
use crate::watch::Watch;

/// What each meeting weighs: the product of two numbers, of the item's purchase and of the other's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Weights {
    /// How many binary places a product has.
    places: u32,
    /// Of the item's purchase, in the places of [`Purchases::by_item`].
    by_item: Vec<u32>,
    /// Of the other's, in the places of [`Purchases::by_row`]; empty where all are 1.
    by_row: Vec<u32>,
    /// The sum of what each item's meetings with itself weigh: s_ii.
    squares: Vec<u64>,
    /// What meetings weigh besides, by which of the two came first and how far apart; `None` where that does
    /// not matter.
    moments: Option<Moments>,
}

impl Weights {
    /// Weighs each meeting by how many items its row holds: `d^-exponent`, for an exponent from 0 to 2, to
    /// 30 binary places.
    pub(crate) fn of_rows(purchases: &Purchases, exponent: f64, watch: Watch<'_>) -> Result<Self> {
        // One of each row adds up to less than 2^63.
        const PLACES: u32 = 30;
        let what = "the weights of customers";
        let mut of_row: Vec<u32> = zeroed(purchases.rows(), what)?;
        for (row, weight) in of_row.iter_mut().enumerate() {
            if row.is_multiple_of(1 << 16) {
                watch.check()?;
            }
            let held = purchases.items_of(row).len();
            if held > 0 {
                *weight = rounded(power(held as f64, -exponent) * f64::from(1u32 << PLACES));
            }
        }
        let mut by_item: Vec<u32> = zeroed(purchases.by_item().nnz(), what)?;
        for (weight, &row) in by_item.iter_mut().zip(purchases.by_item().indices()) {
            *weight = of_row[row as usize];
        }
        Ok(Weights {
            places: PLACES,
            by_item,
            by_row: Vec::new(),
            squares: Vec::new(),
            moments: None,
        })
    }

    /// Meetings in a row weigh besides `(1 + m)^-exponent` where `m` moments lie from the one to the other, and
    /// where the other came earlier, `backward` times that; for weights [`of_rows`](Self::of_rows).
    pub(crate) fn in_sequence(
        self,
        purchases: &Purchases,
        timeline: &Timeline,
        weighed: (f64, f64),
        watch: Watch<'_>,
    ) -> Result<Self> {
        let moments = Moments::new(purchases, timeline, weighed, watch)?;
        Ok(Weights {
            moments: Some(moments),
            ..self
        })
    }

    /// What meetings weigh besides by which of the two came first: then they are not the same both ways.
    pub(crate) fn moments(&self) -> Option<&Moments> {
        self.moments.as_ref()
    }

    /// Weighs purchases, by the last time that the row bought the item, as of an instant (microseconds in UTC), with a half-life in days. What was
    /// bought later than that weighs 1, what was bought at an unknown time 0.
    pub(crate) fn fading(
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
            places: 2 * bits,
            by_item,
            by_row,
            squares,
            moments: None,
        })
    }

    /// How many binary places what a meeting weighs has.
    pub(crate) fn places(&self) -> u32 {
        self.places
    }

    /// How many bytes they take.
    pub(crate) fn bytes(&self) -> u64 {
        (size_of_val(&self.by_row[..])
            + size_of_val(&self.by_item[..])
            + size_of_val(&self.squares[..])) as u64
            + self.moments.as_ref().map_or(0, Moments::bytes)
    }

    /// Refuses weights that are not of as many purchases. Cheap: asked anew for every row that is
    /// counted.
    pub(crate) fn check_shape(&self, purchases: &Purchases) -> Result<()> {
        let items = purchases.items();
        let sized = self.squares.is_empty() || self.squares.len() == items;
        if self.by_item.len() == purchases.by_item().nnz() && sized {
            return Ok(());
        }
        Err(Error::matrix("the weights are those of other purchases"))
    }

    /// Whether only the item's purchase has a weight, and the other's is 1.
    pub(super) fn of_items_alone(&self) -> bool {
        self.by_row.is_empty()
    }

    /// The weights of an item's purchases, as [`Purchases::buyers_of`] tells them.
    pub(super) fn of_item(&self, purchases: &Purchases, item: u32) -> &[u32] {
        places(purchases.by_item(), &self.by_item, item)
    }

    /// The weights of a row's others, as [`Purchases::items_of`] tells them; nothing where all are 1.
    pub(super) fn of_row(&self, purchases: &Purchases, row: u32) -> &[u32] {
        match self.of_items_alone() {
            true => &[],
            false => places(purchases.by_row(), &self.by_row, row),
        }
    }

    /// The weights of all items' purchases, in the places of [`Purchases::by_item`].
    pub(crate) fn by_item(&self) -> &[u32] {
        &self.by_item
    }

    /// The weights of all rows' others, in the places of [`Purchases::by_row`]; nothing where all are 1.
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
    pub(crate) fn number(&self, sum: u64) -> f64 {
        // A power of two: the quotient is exact.
        sum as f64 / (1u64 << self.places) as f64
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

#[cfg(test)]
mod tests {
    use super::*;

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
