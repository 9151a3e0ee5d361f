//! A row's best, from its candidates.

use super::count::Candidates;
use super::ranked::Ranked;
use super::weigh::Weighed;
use super::{Holders, Rows};
use crate::error::{Result, untouched};
use crate::machine::{Inlined, Instructions, Lanes, Task};
use crate::matrix::best::{Best, key_of, of_key};

/// Neighbours of some rows, one behind the other, best first.
#[derive(Default)]
pub(crate) struct Chosen {
    /// Where each row ends.
    pub(super) ends: Vec<usize>,
    pub(super) items: Vec<u32>,
    pub(super) scores: Vec<f32>,
    /// How many rows hold both.
    pub(super) both: Vec<u32>,
}

impl Chosen {
    /// A row, from keys in order and counts.
    #[inline(always)]
    fn push(&mut self, keys: &[u64], counts: &[u32]) {
        self.items.extend(keys.iter().map(|&key| of_key(key).0));
        self.scores.extend(keys.iter().map(|&key| of_key(key).1));
        self.both.extend_from_slice(counts);
        self.ends.push(self.items.len());
    }

    /// Forgets all rows, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.ends.clear();
        self.items.clear();
        self.scores.clear();
        self.both.clear();
    }
}

/// Room to choose in, used again for the next row.
pub(super) struct Room {
    targets: Vec<u32>,
    items: Vec<u32>,
    scores: Vec<f32>,
    keys: Vec<u64>,
    best: Best,
}

impl Room {
    /// Bytes by item, at most.
    pub(super) const EACH: usize = 3 * 4 + 8 + Best::EACH;

    pub(super) fn new(items: usize, best: usize) -> Result<Self> {
        Ok(Room {
            targets: untouched(items)?,
            items: untouched(items)?,
            scores: untouched(items)?,
            keys: untouched(items)?,
            best: Best::new(items, best)?,
        })
    }
}

/// Chooses the best of a row of counts: `score(both, target)` by how often they meet and who the other is.
pub(super) struct Choose<'a, S> {
    pub found: &'a Candidates,
    pub ranked: &'a Ranked,
    pub best: usize,
    pub score: S,
    pub room: &'a mut Room,
    pub out: &'a mut Chosen,
}

impl<S: Fn(u32, Holders) -> f32> Inlined for Choose<'_, S> {
    type Out = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let length = self.found.length;
        let (ranks, counts) = (&self.found.ranks[..length], &self.found.counts[..length]);
        let room = self.room;
        let (targets, items) = (&mut room.targets[..length], &mut room.items[..length]);
        for ((target, item), &rank) in targets.iter_mut().zip(items.iter_mut()).zip(ranks) {
            (*item, *target) = self.ranked.items[rank as usize];
        }
        let scores = &mut room.scores[..length];
        let others = targets.iter().zip(&*items);
        for ((score, &both), (&total, &item)) in scores.iter_mut().zip(counts).zip(others) {
            *score = (self.score)(both, Holders { item, total });
        }
        let keys = &mut room.keys[..length];
        for ((key, &score), &item) in keys.iter_mut().zip(&*scores).zip(&*items) {
            *key = key_of(item, score);
        }
        let (keys, both) = room.best.choose(lanes, keys, counts, self.best);
        self.out.push(keys, both);
    }
}

/// Chooses the best of a row of sums: `score(sum, target)` by what their meetings weigh and the other item.
pub(super) struct ChooseWeighed<'a, S> {
    pub found: &'a Weighed,
    pub ranked: &'a Ranked,
    pub best: usize,
    pub score: S,
    pub room: &'a mut Room,
    pub out: &'a mut Chosen,
}

impl<S: Fn(u64, u32) -> f32> Inlined for ChooseWeighed<'_, S> {
    type Out = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let length = self.found.length;
        let found = self.found.ranks[..length].iter().zip(&self.found.sums);
        for (key, (&rank, &sum)) in self.room.keys.iter_mut().zip(found) {
            let (item, _) = self.ranked.items[rank as usize];
            *key = key_of(item, (self.score)(sum, item));
        }
        let counts = &self.found.counts[..length];
        let Room { keys, best, .. } = self.room;
        let (keys, both) = best.choose(lanes, &keys[..length], counts, self.best);
        self.out.push(keys, both);
    }
}

/// A row that was scored elsewhere, and room to choose its best in; used again for the next.
pub(crate) struct ScoredRow {
    keys: Vec<u64>,
    counts: Vec<u32>,
    wanted: usize,
    best: Best,
    instructions: Instructions,
}

impl ScoredRow {
    /// Bytes by item, at most.
    pub(crate) const EACH: usize = 8 + 4 + Best::EACH;

    /// For the best of rows of up to so many items.
    pub(crate) fn new(items: usize, rows: Rows<'_>) -> Result<Self> {
        Ok(ScoredRow {
            keys: Vec::new(),
            counts: Vec::new(),
            wanted: rows.best,
            best: Best::new(items, rows.best)?,
            instructions: rows.instructions(),
        })
    }

    /// One more item of the row, in no certain order; none where the score is not above 0.
    #[inline]
    pub(crate) fn add(&mut self, item: u32, score: f32, both: u32) {
        if score > 0.0 {
            self.keys.push(key_of(item, score));
            self.counts.push(both);
        }
    }

    /// Ends the row with its best.
    pub(crate) fn choose(&mut self, out: &mut Chosen) {
        self.instructions.lend(ChooseScored { row: self, out });
        self.keys.clear();
        self.counts.clear();
    }
}

struct ChooseScored<'a> {
    row: &'a mut ScoredRow,
    out: &'a mut Chosen,
}

impl Task for ChooseScored<'_> {
    type Out = ();

    fn run<L: Lanes>(self, lanes: L) {
        lanes.compiled(self);
    }
}

impl Inlined for ChooseScored<'_> {
    type Out = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let ScoredRow {
            keys,
            counts,
            wanted,
            best,
            ..
        } = self.row;
        let (keys, both) = best.choose(lanes, keys, counts, *wanted);
        self.out.push(keys, both);
    }
}
