//! The kinds of rows: of counts, and of sums of weights.

use super::Rows;
use super::choose::{Choose, ChooseWeighed, Chosen, Room};
use super::count::{Candidates, CountRow, Counters, Row, Wanted};
use super::counters::{Counter, Rank};
use super::ranked::{Falls, Ranked};
use super::weigh::{Meetings, Packing, Sums, WeighRow, Weighed};
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

impl<'a, S: Fn(u32, u32, u32) -> f32 + Sync> Counted<'a, S> {
    pub(super) fn new(ranked: &'a Ranked, rows: Rows<'_>, falls: Falls, score: S) -> Self {
        /// Where more rows hold an item, scores of unlike numbers may be rounded to the same.
        const TOLD_APART: u32 = 1 << 22;
        let most = ranked.items.iter().map(|&(_, total)| total).max();
        let margin = match falls {
            Falls::WithTarget if most.is_none_or(|most| most < TOLD_APART) => Some(0),
            Falls::WithTarget | Falls::Never => Some(1),
            Falls::Unknown => None,
        };
        Counted {
            ranked,
            wanted: Wanted {
                best: rows.best,
                least: rows.least,
                margin,
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

impl<S: Fn(u32, u32, u32) -> f32 + Sync> Kind for Counted<'_, S> {
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
        let source = row.holders.len() as u32;
        // As narrow as the row allows: no count is above the number of holders.
        match source {
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
    score: S,
}

impl<'a, S: Fn(u64, u32, u32) -> f32 + Sync> Weighted<'a, S> {
    pub(super) fn new(
        ranked: &'a Ranked,
        rows: Rows<'a>,
        weights: &'a Weights,
        scale: impl Fn(u32) -> f64,
        score: S,
    ) -> Result<Self> {
        let items = &ranked.items;
        let mut scales: Vec<f64> = zeroed(items.len().next_multiple_of(64), "the items' scales")?;
        for (scales, &(item, _)) in scales.iter_mut().zip(items) {
            *scales = scale(item);
        }
        Ok(Weighted {
            ranked,
            rows,
            weights,
            packing: Packing::of_bits(weights.bits()),
            scale: scales,
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
