//! One row of sums of weights, with the counts, and of these the ones that may be among its best.
//!
//! Bars of whole counts do not help here. What does is that scores fall in proportion to the sum, so one
//! multiplication tells nearly what a score is; the best seen so far tell what is out of the question.

use super::count::Row;
use super::counters::Rank;
use crate::error::{Result, untouched};
use crate::machine::{Inlined, LINE, Lanes, PARTED};
use crate::matrix::best::Best;
use bytemuck::Zeroable;

/// What is kept of the meetings with an item: how many they are, and the sum of what they weigh.
pub(super) trait Meetings: Copy + Zeroable + Send + Sync {
    /// One more meeting.
    fn meet(&mut self, weight: u64, packing: Packing);
    fn sum(self, packing: Packing) -> u64;
    fn count(self, packing: Packing) -> u32;
}

/// How many bits of a packed number are the sum's.
#[derive(Clone, Copy)]
pub(super) struct Packing(pub u32);

impl Packing {
    /// For what is at most 1 and has so many binary places: half of the bits that it leaves are for the
    /// count, the others for the sum of as many.
    pub(super) fn of_places(places: u32) -> Self {
        Packing(64 - (64 - places) / 2)
    }

    /// Up to how many meetings fit into a packed number.
    pub(super) fn most(self) -> usize {
        (1 << (64 - self.0)) - 1
    }
}

/// Both in one number.
impl Meetings for u64 {
    #[inline(always)]
    fn meet(&mut self, weight: u64, packing: Packing) {
        *self = self.wrapping_add(weight.wrapping_add(1 << packing.0));
    }

    #[inline(always)]
    fn sum(self, packing: Packing) -> u64 {
        self & ((1 << packing.0) - 1)
    }

    #[inline(always)]
    fn count(self, packing: Packing) -> u32 {
        (self >> packing.0) as u32
    }
}

/// The sum, and the count.
impl Meetings for [u64; 2] {
    #[inline(always)]
    fn meet(&mut self, weight: u64, _: Packing) {
        self[0] = self[0].wrapping_add(weight);
        self[1] = self[1].wrapping_add(1);
    }

    #[inline(always)]
    fn sum(self, _: Packing) -> u64 {
        self[0]
    }

    #[inline(always)]
    fn count(self, _: Packing) -> u32 {
        self[1] as u32
    }
}

/// The items of a row that may be among its best, with their sums and counts.
pub(super) struct Weighed {
    pub ranks: Vec<u32>,
    pub sums: Vec<u64>,
    pub counts: Vec<u32>,
    pub length: usize,
    /// Nearly their scores, but for a factor of the row: the bits of numbers above zero, which sort as the
    /// numbers do.
    near: Vec<u64>,
    /// What is kept of them, for a moment.
    kept: (Vec<u64>, Vec<u32>),
    choose: Best,
}

impl Weighed {
    /// Bytes by item, at most.
    pub(super) const EACH: usize = 4 + 8 + 4 + 8 + 12 + Best::EACH;

    pub(super) fn new(items: usize) -> Result<Self> {
        let room = items + LINE.max(PARTED);
        Ok(Weighed {
            ranks: untouched(room)?,
            sums: untouched(room)?,
            counts: untouched(room)?,
            length: 0,
            near: untouched(room)?,
            kept: (untouched(room)?, untouched(room)?),
            choose: Best::new(items, 0)?,
        })
    }

    /// Takes those of a line whose bits are set; `first` is the rank where the line starts.
    #[inline(always)]
    fn take<L: Lanes>(&mut self, lanes: L, near: &[f64; LINE], bits: u8, first: u32) {
        let end = self.length + LINE;
        if let (Some(packed), Some(ranks)) = (
            self.near[self.length..end].first_chunk_mut(),
            self.ranks[self.length..end].first_chunk_mut(),
        ) {
            lanes.pack_line(near, bits, first, packed, ranks);
        }
        self.length += bits.count_ones() as usize;
    }

    /// Leaves out what cannot be among the `best`, and says what is the least that may.
    #[inline(always)]
    fn narrow<L: Lanes>(&mut self, lanes: L, best: usize, as_good: f64) -> f64 {
        let near = &self.near[..self.length];
        let least = f64::from_bits(self.choose.nth_largest(lanes, near, best)) * as_good;
        let (kept, ranks) = (&mut self.kept.0, &mut self.kept.1);
        self.length = lanes.keep(near, &self.ranks, least.to_bits(), kept, ranks);
        std::mem::swap(&mut self.near, kept);
        std::mem::swap(&mut self.ranks, ranks);
        least
    }
}

/// Meetings for one row, used again for the next. All zero between rows.
pub(super) struct Sums<M> {
    meetings: Vec<M>,
    /// By line of [`LINE`] items, whether anything was met in it.
    touched: Vec<u8>,
    /// The lines in which anything was, and how many these are.
    lines: Vec<u32>,
    count: usize,
}

impl<M: Meetings> Sums<M> {
    pub(super) fn new<R: Rank>(items: usize) -> Result<Self> {
        let length = R::length(items);
        Ok(Sums {
            meetings: untouched(length)?,
            touched: untouched((length / LINE).next_multiple_of(64))?,
            lines: untouched(length / LINE)?,
            count: 0,
        })
    }
}

/// Weighs a row, and finds its candidates.
pub(super) struct WeighRow<'a, R, M> {
    pub row: Row<'a, R>,
    /// What the row's item weighs in each of its holders.
    pub own: &'a [u32],
    /// What each item of each holder weighs, in the places of what they hold; nothing where all weigh 1.
    pub weights: &'a [u32],
    pub packing: Packing,
    /// By rank: what a sum has to be multiplied by to be nearly a score, but for a factor of the row.
    pub scale: &'a [f64],
    /// The least part of the best that may come to the same score.
    pub as_good: f64,
    pub best: usize,
    pub least: u32,
    pub sums: &'a mut Sums<M>,
    pub found: &'a mut Weighed,
}

impl<R: Rank, M: Meetings> Inlined for WeighRow<'_, R, M> {
    type Out = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        self.meet();
        for &rank in self.row.left_out {
            self.sums.meetings[rank as usize] = M::zeroed();
        }
        self.find(lanes);
        self.tell();
    }
}

impl<R: Rank, M: Meetings> WeighRow<'_, R, M> {
    #[inline(always)]
    fn meet(&mut self) {
        let (row, own, weights, packing) = (self.row, self.own, self.weights, self.packing);
        let (Some(meetings), Some(touched)) = (
            R::each(&mut self.sums.meetings),
            R::each_line(&mut self.sums.touched),
        ) else {
            return;
        };
        if weights.is_empty() {
            row.each_holder(None::<&[R]>, |at, places| {
                let own = u64::from(own[at]);
                for &rank in &row.held[places] {
                    rank.of(meetings).meet(own, packing);
                    *rank.line_of(touched) = 1;
                }
            });
            return;
        }
        row.each_holder(Some(weights), |at, places| {
            let own = u64::from(own[at]);
            for (&rank, &weight) in row.held[places.clone()].iter().zip(&weights[places]) {
                // No sum runs into its count: of packed ones, `Packing::most` sees to it; beside each other, what
                // a weight's bits are chosen for.
                rank.of(meetings)
                    .meet(own.wrapping_mul(u64::from(weight)), packing);
                *rank.line_of(touched) = 1;
            }
        });
    }

    /// Looks through what was met.
    #[inline(always)]
    fn find<L: Lanes>(&mut self, lanes: L) {
        let (packing, found) = (self.packing, &mut *self.found);
        found.length = 0;
        self.sums.count = 0;
        let (mut bar, mut full) = (f64::MIN_POSITIVE, 2 * self.best + 64);
        let meetings = self.sums.meetings.as_chunks::<LINE>().0;
        let scales = self.scale.as_chunks::<LINE>().0;
        let groups = self.row.items.div_ceil(LINE * 64);
        let touched = self.sums.touched.as_chunks_mut::<64>().0;
        for (group, touched) in touched[..groups].iter_mut().enumerate() {
            let mut bits = lanes.above_u8(touched, 0);
            *touched = [0; 64];
            while bits != 0 {
                let line = group * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                self.sums.lines[self.sums.count] = line as u32;
                self.sums.count += 1;
                let met = &meetings[line];
                let sums = met.map(|met| met.sum(packing));
                let (near, mut among) = lanes.scaled(&sums, &scales[line], bar);
                if self.least > 1 {
                    among &= enough(met, packing, self.least);
                }
                found.take(lanes, &near, among, (line * LINE) as u32);
                if found.length >= full {
                    bar = found.narrow(lanes, self.best, self.as_good);
                    // Where many are as good, by so much that to narrow them again and again stays linear.
                    full = found.length + (self.best + 64).max(found.length / 2);
                }
            }
        }
    }

    /// Tells the sums and counts of what was found, and makes all zero.
    #[inline(always)]
    fn tell(self) {
        let (packing, found) = (self.packing, self.found);
        let told = found.sums.iter_mut().zip(&mut found.counts);
        for ((sum, count), &rank) in told.zip(&found.ranks[..found.length]) {
            let met = self.sums.meetings[rank as usize];
            (*sum, *count) = (met.sum(packing), met.count(packing));
        }
        let meetings = self.sums.meetings.as_chunks_mut::<LINE>().0;
        for &line in &self.sums.lines[..self.sums.count] {
            meetings[line as usize] = [M::zeroed(); LINE];
        }
    }
}

/// Which of a line were met often enough: the bit of each.
#[inline(always)]
fn enough<M: Meetings>(met: &[M; LINE], packing: Packing, least: u32) -> u8 {
    let bit = |bits, (at, met): (usize, &M)| bits | u8::from(met.count(packing) >= least) << at;
    met.iter().enumerate().fold(0, bit)
}
