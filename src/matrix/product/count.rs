//! One row of counts: how often an item meets each other, and of these the ones that may be among its
//! best.

use super::counters::{BLOCK, Counter, Rank};
use crate::error::{Result, untouched};
use crate::machine::{Inlined, Lanes, fetch};
use std::ops::Range;

/// Blocks are looked at in groups of so many.
const GROUP: usize = 32;

/// What a row looks for.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    /// How many are kept at most.
    pub best: usize,
    /// The fewest meetings that count.
    pub least: u32,
    /// How many equal counts are between one that is out of the question and those that put it there:
    /// see [`Bar`]. `None`: every count may be among the best.
    pub margin: Option<u32>,
}

/// The items of a row that may be among its best, in the order of ranks, with their counts.
pub(super) struct Candidates {
    pub ranks: Vec<u32>,
    pub counts: Vec<u32>,
    pub length: usize,
}

impl Candidates {
    /// Bytes by item, at most.
    pub(super) const EACH: usize = 8;

    /// Room for those of a row of so many items.
    pub(super) fn new(items: usize) -> Result<Self> {
        // A block is written at once.
        let room = items + BLOCK;
        Ok(Candidates {
            ranks: untouched(room)?,
            counts: untouched(room)?,
            length: 0,
        })
    }

    /// Takes those of a block whose bits are set.
    #[inline(always)]
    fn take<L: Lanes, C: Counter>(
        &mut self,
        lanes: L,
        block: usize,
        counters: &[C; BLOCK],
        bits: u64,
        bar: &mut Bar,
    ) {
        let end = self.length + BLOCK;
        let (Some(ranks), Some(counts)) = (
            self.ranks[self.length..end].first_chunk_mut(),
            self.counts[self.length..end].first_chunk_mut(),
        ) else {
            return;
        };
        C::pack(lanes, counters, bits, (block * BLOCK) as u32, ranks, counts);
        self.length += bits.count_ones() as usize;
        if self.length >= bar.look_at {
            bar.rise(&self.counts[..self.length]);
        }
    }
}

/// Counts that are not above it cannot be among the best any more.
///
/// Ranks come in an order in which, of two that are met equally often, the one that comes later scores
/// lower, or the same and has the higher index. So what is met `c` times is out of the question as soon
/// as `best` were seen that are met `c` times or oftener. Where counts alone decide, and not which of
/// them came first, they must have been met oftener than `c`: a margin of one.
pub(super) struct Bar {
    bar: u32,
    best: usize,
    margin: u32,
    /// When so many were seen it may rise.
    look_at: usize,
}

impl Bar {
    fn new(wanted: Wanted) -> Self {
        let best = match wanted.margin {
            Some(_) => wanted.best,
            None => usize::MAX,
        };
        Bar {
            bar: wanted.least.saturating_sub(1),
            best,
            margin: wanted.margin.unwrap_or(0),
            look_at: best,
        }
    }

    /// As high as what was seen allows: the lowest bar above whose margin fewer than `best` are.
    #[inline(always)]
    fn rise(&mut self, seen: &[u32]) {
        let above = |bar: u32| {
            let bar = bar + self.margin;
            let above = |sum: u32, &count: &u32| sum.wrapping_add(u32::from(count > bar));
            seen.iter().fold(0, above) as usize
        };
        let mut now = above(self.bar);
        if now >= self.best {
            // By steps of twice the length while it is too low, and back by half of it.
            let (mut low, mut step) = (self.bar, 1);
            loop {
                now = above(low + step);
                if now < self.best {
                    break;
                }
                low += step;
                step *= 2;
            }
            while step > 1 {
                step /= 2;
                let half = above(low + step);
                match half < self.best {
                    true => now = half,
                    false => low += step,
                }
            }
            self.bar = low + 1;
        }
        // Looked at again when it may rise, and when so many more were seen that it pays.
        self.look_at = seen.len() + (self.best - now).max(seen.len() / 16);
    }
}

/// Counters for one row, used again for the next. All zero between rows.
pub(super) struct Counters<C> {
    counters: Vec<C>,
    /// By block, whether anything was counted in it, for rows that touch few blocks.
    touched: Vec<u8>,
}

impl<C: Counter> Counters<C> {
    pub(super) fn new<R: Rank>(items: usize) -> Result<Self> {
        let length = R::length(items);
        Ok(Counters {
            counters: untouched(length)?,
            touched: untouched((length / BLOCK).next_multiple_of(BLOCK))?,
        })
    }
}

/// Which row is counted, from what.
pub(super) struct Row<'a, R> {
    pub item: u32,
    /// How many items there are.
    pub items: usize,
    /// What rows of the purchases hold, and where each starts.
    pub held: &'a [R],
    pub starts: &'a [usize],
    pub holders: &'a [u32],
    /// What is no neighbour of it: itself and its variants, by rank.
    pub left_out: &'a [u32],
    /// How many meetings there are, about.
    pub work: u64,
}

impl<R> Clone for Row<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Row<'_, R> {}

impl<R: Rank> Row<'_, R> {
    /// Calls `meet` with the place of each holder among the holders, and the places of what it holds.
    /// `beside` has something for each of these, where it is anything.
    #[inline(always)]
    pub(super) fn each_holder<T>(
        &self,
        beside: Option<&[T]>,
        mut meet: impl FnMut(usize, Range<usize>),
    ) {
        /// So many holders ahead it is asked for where their rows start, and for half as many what stands
        /// there: neither is near by, and what comes after waits for it.
        const AHEAD: usize = 8;
        /// Of so many lines at most: of what is longer the processor itself sees that it is read on.
        const LINES: usize = 8;
        let (starts, held) = (self.starts, self.held);
        let line = 64 / size_of::<R>();
        for (at, &holder) in self.holders.iter().enumerate() {
            if let Some(&later) = self.holders.get(at + AHEAD) {
                fetch(starts, later as usize);
            }
            if let Some(&later) = self.holders.get(at + AHEAD / 2) {
                let (start, end) = (starts[later as usize], starts[later as usize + 1]);
                for at in (start..end).step_by(line).take(LINES) {
                    fetch(held, at);
                }
                if let Some(beside) = beside {
                    for at in (start..end).step_by(64 / size_of::<T>()).take(LINES) {
                        fetch(beside, at);
                    }
                }
            }
            meet(at, starts[holder as usize]..starts[holder as usize + 1]);
        }
    }

    /// Calls `meet` with every item that each holder holds.
    #[inline(always)]
    fn each_held(&self, mut meet: impl FnMut(R)) {
        self.each_holder(None::<&[R]>, |_, places| {
            for &rank in &self.held[places] {
                meet(rank);
            }
        });
    }
}

/// Counts a row, and finds its candidates.
pub(super) struct CountRow<'a, R, C> {
    pub row: Row<'a, R>,
    pub wanted: Wanted,
    pub counters: &'a mut Counters<C>,
    pub found: &'a mut Candidates,
}

impl<R: Rank, C: Counter> Inlined for CountRow<'_, R, C> {
    type Out = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let blocks = self.row.items.div_ceil(BLOCK);
        // Where a row touches few blocks, to note which pays.
        if self.row.work < blocks as u64 {
            self.sparse(lanes, blocks);
        } else {
            self.dense(lanes, blocks);
        }
    }
}

impl<R: Rank, C: Counter> CountRow<'_, R, C> {
    /// Leaves out what is no neighbour, and gives the bar to look for candidates with, of which there are
    /// none yet.
    #[inline(always)]
    fn counted(&mut self) -> Bar {
        for &rank in self.row.left_out {
            self.counters.counters[rank as usize] = C::ZERO;
        }
        self.found.length = 0;
        Bar::new(self.wanted)
    }

    #[inline(always)]
    fn dense<L: Lanes>(mut self, lanes: L, blocks: usize) {
        let Some(counters) = R::each(&mut self.counters.counters) else {
            return;
        };
        self.row.each_held(|rank| {
            let counter = rank.of(counters);
            *counter = counter.next();
        });
        let mut bar = self.counted();
        let counters = self.counters.counters.as_chunks_mut::<BLOCK>().0;
        // Not known to be zeros, so that no library is called to write few of them.
        let zeros = std::hint::black_box([C::ZERO; BLOCK]);
        for (group, counters) in counters[..blocks].chunks_mut(GROUP).enumerate() {
            // First which blocks have any, and then these, so that the processor need not guess it of each.
            let mut above = [0u64; GROUP];
            for (above, counters) in above.iter_mut().zip(&*counters) {
                *above = C::above(lanes, counters, C::bar(bar.bar));
            }
            let mut bits = lanes.not_zero(&above);
            while bits != 0 {
                let at = bits.trailing_zeros() as usize % GROUP;
                bits &= bits - 1;
                let block = group * GROUP + at;
                self.found
                    .take(lanes, block, &counters[at], above[at], &mut bar);
            }
            for counters in counters {
                *counters = zeros;
            }
        }
    }

    #[inline(always)]
    fn sparse<L: Lanes>(mut self, lanes: L, blocks: usize) {
        let (Some(counters), Some(touched)) = (
            R::each(&mut self.counters.counters),
            R::each_block(&mut self.counters.touched),
        ) else {
            return;
        };
        self.row.each_held(|rank| {
            let counter = rank.of(counters);
            *counter = counter.next();
            *rank.block_of(touched) = 1;
        });
        let mut bar = self.counted();
        let counters = self.counters.counters.as_chunks_mut::<BLOCK>().0;
        let touched = self.counters.touched.as_chunks_mut::<BLOCK>().0;
        for (at, touched) in touched[..blocks.div_ceil(BLOCK)].iter_mut().enumerate() {
            let mut bits = lanes.above_u8(touched, 0);
            *touched = [0; BLOCK];
            while bits != 0 {
                let block = at * BLOCK + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let counters = &mut counters[block];
                let above = C::above(lanes, counters, C::bar(bar.bar));
                if above != 0 {
                    self.found.take(lanes, block, counters, above, &mut bar);
                }
                *counters = [C::ZERO; BLOCK];
            }
        }
    }
}
