//! The kinds of rows: of counts, and of sums of weights.

use super::choose::{Choose, ChooseWeighed, Chosen, Room};
use super::count::{Candidates, CountRow, Counters, Row, Wanted};
use super::counters::{Counter, Rank};
use super::ranked::{Falls, Ranked};
use super::weigh::{Meetings, Packing, Sums, WeighRow, Weighed};
use super::{Holders, Nearly, Rows, Slope};
use crate::error::{Result, zeroed};
use crate::machine::Lanes;
use crate::matrix::Weights;

/// A kind of rows: how one is made, in which space.
pub(super) trait Kind: Sync {
    /// What a thread works in.
    type Space;
    fn space<R: Rank>(&self, items: usize) -> Result<Self::Space>;
    /// How many bytes a space is, about, where all of it is touched.
    fn bytes<R: Rank>(items: usize) -> u64;
    /// Makes a row, behind those that were chosen before.
    fn row<L: Lanes, R: Rank>(
        &self,
        lanes: L,
        row: Row<'_, R>,
        space: &mut Self::Space,
        chosen: &mut Chosen,
    );
}

/// Rows of counts.
pub(super) struct Counted<'a, S> {
    ranked: &'a Ranked,
    wanted: Wanted,
    score: S,
}

impl<'a, S: Fn(u32, Holders, Holders) -> f32 + Sync> Counted<'a, S> {
    pub(super) fn new(ranked: &'a Ranked, rows: Rows<'_>, slope: Slope, score: S) -> Self {
        let most = ranked.items.iter().map(|&(_, total)| total).max();
        Counted {
            ranked,
            wanted: Wanted {
                best: rows.best,
                least: rows.least,
                margin: margin(slope, most.unwrap_or(0)),
            },
            score,
        }
    }
}

impl<S> Counted<'_, S> {
    fn count<L: Lanes, R: Rank, C: Counter>(
        &self,
        lanes: L,
        row: Row<'_, R>,
        counters: &mut Counters<C>,
        found: &mut Candidates,
    ) {
        lanes.compiled(CountRow {
            row,
            wanted: self.wanted,
            counters,
            found,
        });
    }
}

/// Counters of each width.
pub(super) struct CountSpace {
    bytes: Counters<u8>,
    shorts: Counters<u16>,
    words: Counters<u32>,
    found: Candidates,
    room: Room,
}

impl<S: Fn(u32, Holders, Holders) -> f32 + Sync> Kind for Counted<'_, S> {
    type Space = CountSpace;

    fn space<R: Rank>(&self, items: usize) -> Result<CountSpace> {
        Ok(CountSpace {
            bytes: Counters::new::<R>(items)?,
            shorts: Counters::new::<R>(items)?,
            words: Counters::new::<R>(items)?,
            found: Candidates::new(items)?,
            room: Room::new(items, self.wanted.best)?,
        })
    }

    fn bytes<R: Rank>(items: usize) -> u64 {
        (7 * R::length(items) + items * (Candidates::EACH + Room::EACH)) as u64
    }

    fn row<L: Lanes, R: Rank>(
        &self,
        lanes: L,
        row: Row<'_, R>,
        space: &mut CountSpace,
        chosen: &mut Chosen,
    ) {
        let found = &mut space.found;
        let source = Holders {
            item: row.item,
            total: row.holders.len() as u32,
        };
        // As narrow as the row allows: no count is above the number of holders.
        match source.total {
            0..=0xff => self.count(lanes, row, &mut space.bytes, found),
            0x100..=0xffff => self.count(lanes, row, &mut space.shorts, found),
            _ => self.count(lanes, row, &mut space.words, found),
        }
        lanes.compiled(Choose {
            found,
            ranked: self.ranked,
            best: self.wanted.best,
            score: |both, target| (self.score)(both, source, target),
            room: &mut space.room,
            out: chosen,
        });
    }
}

/// Rows of sums of weights.
pub(super) struct Weighted<'a, S> {
    ranked: &'a Ranked,
    rows: Rows<'a>,
    weights: &'a Weights,
    packing: Packing,
    /// By rank, up to a whole line.
    scale: Vec<f64>,
    /// The least part of the best that may come to the same score.
    as_good: f64,
    score: S,
}

impl<'a, S: Fn(u64, u32, u32) -> f32 + Sync> Weighted<'a, S> {
    pub(super) fn new(
        ranked: &'a Ranked,
        rows: Rows<'a>,
        weights: &'a Weights,
        nearly: Nearly<impl Fn(u32) -> f64>,
        score: S,
    ) -> Result<Self> {
        /// Two scores are rounded to 24 binary digits before they are compared.
        const ROUNDED: f64 = 1.0 / (1 << 22) as f64;
        let items = &ranked.items;
        let mut scales: Vec<f64> = zeroed(items.len().next_multiple_of(64), "the items' scales")?;
        for (scales, &(item, _)) in scales.iter_mut().zip(items) {
            *scales = (nearly.scale)(item);
        }
        Ok(Weighted {
            ranked,
            rows,
            weights,
            packing: Packing::of_places(weights.places()),
            scale: scales,
            as_good: 1.0 - ROUNDED / nearly.power.min(1.0),
            score,
        })
    }
}

impl<S> Weighted<'_, S> {
    fn weigh<L: Lanes, R: Rank, M: Meetings>(
        &self,
        lanes: L,
        row: Row<'_, R>,
        sums: &mut Sums<M>,
        found: &mut Weighed,
    ) {
        lanes.compiled(WeighRow {
            row,
            own: self.weights.of_item(self.rows.purchases, row.item),
            weights: self.weights.by_row(),
            packing: self.packing,
            scale: &self.scale,
            as_good: self.as_good,
            best: self.rows.best,
            least: self.rows.least,
            sums,
            found,
        });
    }
}

/// Sums packed with their counts, and beside them.
pub(super) struct WeighSpace {
    packed: Sums<u64>,
    pairs: Sums<[u64; 2]>,
    found: Weighed,
    room: Room,
}

impl<S: Fn(u64, u32, u32) -> f32 + Sync> Kind for Weighted<'_, S> {
    type Space = WeighSpace;

    fn space<R: Rank>(&self, items: usize) -> Result<WeighSpace> {
        Ok(WeighSpace {
            packed: Sums::new::<R>(items)?,
            pairs: Sums::new::<R>(items)?,
            found: Weighed::new(items)?,
            room: Room::new(items, self.rows.best)?,
        })
    }

    fn bytes<R: Rank>(items: usize) -> u64 {
        (24 * R::length(items) + items * (Weighed::EACH + Room::EACH)) as u64
    }

    fn row<L: Lanes, R: Rank>(
        &self,
        lanes: L,
        row: Row<'_, R>,
        space: &mut WeighSpace,
        chosen: &mut Chosen,
    ) {
        let found = &mut space.found;
        // In one number where it has room for all meetings.
        if row.holders.len() <= self.packing.most() {
            self.weigh(lanes, row, &mut space.packed, found);
        } else {
            self.weigh(lanes, row, &mut space.pairs, found);
        }
        lanes.compiled(ChooseWeighed {
            found,
            ranked: self.ranked,
            best: self.rows.best,
            score: |sum, target| (self.score)(sum, row.item, target),
            room: &mut space.room,
            out: chosen,
        });
    }
}

/// How many counts are between one that is out of the question and those that put it there (see
/// [`Bar`](super::count::Bar)), where no item has more than `most` holders.
fn margin(slope: Slope, most: u32) -> Option<u32> {
    // Up to so many, no two scores of unlike numbers are rounded to the same: they are told to 24 binary
    // digits.
    let told_apart = |by: f64| ((by * f64::from(1 << 22)) as u32).max(1);
    let by_count = Some(1 + most / told_apart(slope.by_count));
    match slope.falls {
        Falls::WithTarget | Falls::Rises if most < told_apart(slope.by_target) => Some(0),
        Falls::WithTarget | Falls::Rises | Falls::Never => by_count,
        Falls::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::measure::{Counts, Measure};

    /// A count that is further below another than the margin never comes to the same score.
    #[test]
    fn counts_that_are_apart_by_more_than_the_margin_have_scores_apart() {
        let all = i32::MAX as u32;
        for most in [1, 1 << 10, 1 << 22, (1 << 22) + 1, 23_000_020, 1 << 29, all] {
            let tversky = |alpha, beta| Measure::Tversky { alpha, beta };
            let power = |count, target| Measure::Power {
                customer: 0.0,
                count,
                source: 0.5,
                target,
            };
            let measures = [Measure::Count, Measure::Cosine, Measure::Jaccard];
            let steep = [
                tversky(0.0, 0.01),
                tversky(3.0, 0.0),
                power(0.1, 0.5),
                power(1.7, -0.5),
            ];
            for measure in measures.into_iter().chain(steep) {
                let Some(margin) = margin(measure.slope(), most) else {
                    continue;
                };
                for part in 1..200 {
                    let high = (u64::from(most) * part / 200) as u32;
                    let Some(low) = high.checked_sub(margin + 1) else {
                        continue;
                    };
                    let score = |both| {
                        measure.score(Counts {
                            both,
                            source: most,
                            target: most,
                            all,
                        })
                    };
                    assert!(
                        score(high) > score(low),
                        "{measure}, {most}: {high} and {low}"
                    );
                }
            }
        }
        assert_eq!(margin(Measure::Cosine.slope(), 0), Some(0));
        assert_eq!(margin(Measure::Llr.slope(), 1), None);
    }
}
