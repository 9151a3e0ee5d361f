//! What all rows come to: kept as it comes, in memory that is asked for once.

use super::choose::Chosen;
use crate::error::{Error, Result};

/// The neighbours of all items, best first.
#[derive(Debug, Default)]
pub(crate) struct Neighbours {
    /// Where each row starts, and where the last one ends.
    pub starts: Vec<u64>,
    pub items: Vec<u32>,
    pub scores: Vec<f32>,
    /// How many rows of the purchases hold both.
    pub both: Vec<u32>,
}

/// How much memory may be used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    pub(super) limit: u64,
    /// What is used besides the neighbours, at most.
    pub(super) besides: u64,
    /// How many neighbours all rows have together, at most.
    pub(super) most: u64,
    pub(super) rows: usize,
}

impl Budget {
    /// Refuses a number of neighbours of so many rows that does not fit.
    pub(super) fn check(self, neighbours: usize, done: usize) -> Result<()> {
        let needed = self.needed(neighbours as u64);
        if needed <= self.limit {
            return Ok(());
        }
        Err(Error::MemoryLimit {
            limit: self.limit,
            needed,
            enough: self.needed(self.most),
            done,
            rows: self.rows,
        })
    }

    /// How many bytes so many neighbours need, with all else.
    fn needed(self, neighbours: u64) -> u64 {
        let starts = (self.rows as u64 + 1) * size_of::<u64>() as u64;
        let lists = neighbours.saturating_mul(Neighbours::EACH);
        self.besides.saturating_add(starts).saturating_add(lists)
    }
}

impl Neighbours {
    /// Bytes of a neighbour.
    pub(crate) const EACH: u64 = (size_of::<u32>() + size_of::<f32>() + size_of::<u32>()) as u64;

    /// The places of a row's neighbours.
    pub(crate) fn of(&self, row: usize) -> std::ops::Range<usize> {
        self.starts[row] as usize..self.starts[row + 1] as usize
    }

    /// How many bytes they take.
    pub(crate) fn bytes(&self) -> u64 {
        8 * self.starts.len() as u64 + Self::EACH * self.items.len() as u64
    }

    /// Room for as many as there may be, where there is as much memory; else it grows.
    pub(crate) fn with_room(budget: Budget) -> Result<Self> {
        budget.check(0, 0)?;
        let left = budget.limit.saturating_sub(budget.besides) / Self::EACH;
        let mut all = Neighbours::default();
        reserve(&mut all.starts, budget.rows + 1)?;
        all.starts.push(0);
        // Memory that is asked for is not used before it is written to; but there are limits to asking.
        let room = usize::try_from(budget.most.min(left)).unwrap_or(usize::MAX);
        let asked = all.items.try_reserve_exact(room).is_ok()
            && all.scores.try_reserve_exact(room).is_ok()
            && all.both.try_reserve_exact(room).is_ok();
        if !asked {
            (all.items, all.scores, all.both) = Default::default();
        }
        Ok(all)
    }

    /// Some more rows.
    pub(crate) fn append(&mut self, rows: &Chosen, budget: Budget) -> Result<()> {
        let before = self.items.len();
        let more = rows.items.len();
        budget.check(before + more, self.starts.len() - 1 + rows.ends.len())?;
        reserve(&mut self.items, more)?;
        reserve(&mut self.scores, more)?;
        reserve(&mut self.both, more)?;
        self.items.extend_from_slice(&rows.items);
        self.scores.extend_from_slice(&rows.scores);
        self.both.extend_from_slice(&rows.both);
        let ends = rows.ends.iter().map(|&end| (before + end) as u64);
        self.starts.extend(ends);
        Ok(())
    }

    /// Gives back what was asked for and is not needed.
    pub(crate) fn shrunk(mut self) -> Self {
        self.items.shrink_to_fit();
        self.scores.shrink_to_fit();
        self.both.shrink_to_fit();
        self
    }
}

fn reserve<T>(values: &mut Vec<T>, more: usize) -> Result<()> {
    values.try_reserve(more).map_err(|_| Error::OutOfMemory {
        what: "the lists of neighbours",
        bytes: ((values.len() + more) * size_of::<T>()) as u64,
    })
}
