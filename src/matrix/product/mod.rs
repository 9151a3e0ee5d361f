//! The best of every row of A^T A, as fast as the machine allows.
//!
//! Gustavson's algorithm (1978) row by row: for one item, walk its holders and count what each holds. What
//! makes it fast, in the order of effect:
//!
//! 1. A count is a small whole number: a counter is as wide as the number of the item's holders asks for
//!    ([`counters`]), one byte for nearly all items of a shop, and what rows hold are numbers of two bytes
//!    where there are few enough items. No values are read, and no list of what was met is kept.
//! 2. After a row was counted, the counters are looked through 64 at a time ([`crate::machine`]), and made zero.
//! 3. Items are numbered anew ([`ranked`]) so that what comes later scores no higher, by most measures, if
//!    it is met no oftener. So a bar of whole numbers rises as candidates are found, and nearly all counters
//!    are passed over at one comparison of 64 of them ([`count`]).
//! 4. Only candidates have their score worked out, many at a time, and are chosen from without a branch
//!    ([`super::best`]).
//!
//! Where meetings weigh something, sums of weights take the place of counts, in one number of 64 bits with
//! them, and a bar of scores that of counts ([`weigh`]).
//!
//! Scores are what one expression of counts gives, so rows are the same for any number of threads and any
//! instructions.

mod choose;
mod count;
mod counters;
mod kinds;
mod neighbours;
mod parts;
mod ranked;
mod weigh;

pub(crate) use choose::{Chosen, ScoredRow};
pub(crate) use neighbours::{Budget, Neighbours};
pub(crate) use ranked::{Falls, Slope};

use super::{Purchases, Weights, row_of};
use crate::error::Result;
use crate::machine::{Instructions, Lanes, Task};
use crate::parallel::{in_order, lock};
use crate::watch::Watch;
use count::Row;
use counters::Rank;
use kinds::{Counted, Kind, Weighted};
use parts::{Parts, Variants};
use ranked::{Held, Ranked};
use std::sync::Mutex;

/// An item, and how many rows hold it.
#[derive(Clone, Copy)]
pub(crate) struct Holders {
    pub item: u32,
    pub total: u32,
}

/// Which rows are wanted, and how they are made.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub purchases: &'a Purchases,
    /// How many are kept of each row at most.
    pub best: usize,
    /// In how many rows of the purchases two items must meet at least.
    pub least: u32,
    pub threads: usize,
    /// How many bytes may be used besides the purchases.
    pub memory_limit: Option<u64>,
    /// How many of these are in use already.
    pub made: u64,
    pub instructions: Option<Instructions>,
    pub watch: Watch<'a>,
}

/// What a score is nearly: a power of a sum of weights times the target's scale, but for a factor of the row
/// and for rounding.
pub(crate) struct Nearly<Scale> {
    /// Which order of the targets brings the highest scores first.
    pub falls: Falls,
    pub scale: Scale,
    pub power: f64,
}

impl Rows<'_> {
    /// Makes the rows of all items, by counts. `score(both, source, target)` is told in how many rows of
    /// the purchases they meet, and of the row's item and the other which they are and how many hold them;
    /// `slope`, how it depends on these.
    pub(crate) fn counted(
        self,
        slope: Slope,
        score: impl Fn(u32, Holders, Holders) -> f32 + Sync,
    ) -> Result<Neighbours> {
        let ranked = self.ranked(slope.falls)?;
        self.of_kind(&ranked, Counted::new(&ranked, self, slope, score))
    }

    /// Makes the rows of all items, by what their meetings weigh. `score(sum, source, target)` is told the
    /// sum, the row's item and the other.
    pub(crate) fn weighted(
        self,
        weights: &Weights,
        nearly: Nearly<impl Fn(u32) -> f64>,
        score: impl Fn(u64, u32, u32) -> f32 + Sync,
    ) -> Result<Neighbours> {
        let ranked = self.ranked(nearly.falls)?;
        let kind = Weighted::new(&ranked, self, weights, nearly, score)?;
        self.of_kind(&ranked, kind)
    }

    /// What may be used, where so many bytes are besides the neighbours and what was made before.
    pub(crate) fn budget(&self, besides: u64) -> Budget {
        Budget {
            limit: self.memory_limit.unwrap_or(u64::MAX),
            besides: self.made.saturating_add(besides),
            rows: self.purchases.items(),
        }
    }

    fn ranked(&self, falls: Falls) -> Result<Ranked> {
        self.budget(Ranked::bytes(self.purchases)).check(0, 0)?;
        Ranked::new(self.purchases, falls)
    }

    fn instructions(&self) -> Instructions {
        self.instructions.unwrap_or_else(Instructions::best)
    }

    fn of_kind<K: Kind>(self, ranked: &Ranked, kind: K) -> Result<Neighbours> {
        self.instructions().lend(Job {
            rows: self,
            ranked,
            kind,
        })
    }
}

/// The rows to be made, with what all threads look at.
struct Job<'a, K> {
    rows: Rows<'a>,
    ranked: &'a Ranked,
    kind: K,
}

impl<K: Kind> Task for Job<'_, K> {
    type Out = Result<Neighbours>;

    fn run<L: Lanes>(self, lanes: L) -> Result<Neighbours> {
        match &self.ranked.held {
            Held::Narrow(held) => self.all(lanes, held),
            Held::Wide(held) => self.all(lanes, held),
        }
    }
}

impl<K: Kind> Job<'_, K> {
    fn all<L: Lanes, R: Rank>(&self, lanes: L, held: &[R]) -> Result<Neighbours> {
        let (rows, purchases) = (self.rows, self.rows.purchases);
        let starts = purchases.by_row().proper_indptr();
        let starts = &starts[..];
        let parts = Parts::new(purchases)?;
        let variants = Variants::new(purchases, self.ranked)?;
        let (items, threads) = (purchases.items(), rows.threads.min(parts.len()));
        let spaces = K::bytes::<R>(items).saturating_mul(threads as u64);
        // Ranks, totals and work are by item.
        let shared = size_of_val(held) as u64 + 20 * items as u64;
        let waiting = parts.waiting(purchases, rows.best);
        let budget = rows.budget(spaces.saturating_add(shared).saturating_add(waiting));
        let mut all = Neighbours::with_room(items, parts.most(purchases, rows.best), budget)?;
        // What was handed on is written to again: memory that is new is slow.
        let spares: Mutex<Vec<Chosen>> = Mutex::new(Vec::new());
        in_order(
            parts.len(),
            threads,
            "fitting",
            rows.watch,
            || self.kind.space::<R>(items),
            |part, space| {
                let mut chosen = lock(&spares).pop().unwrap_or_default();
                let mut met = Vec::new();
                for item in parts.of(part) {
                    let work = parts.work[item];
                    let row = Row {
                        item: item as u32,
                        items,
                        held,
                        starts,
                        holders: row_of(purchases.by_item(), item),
                        left_out: variants.of(item, work, self.ranked, &mut met),
                        work,
                    };
                    self.kind.row(lanes, row, space, &mut chosen);
                }
                Ok(chosen)
            },
            |mut chosen| {
                all.append(&chosen, budget)?;
                chosen.clear();
                lock(&spares).push(chosen);
                Ok(())
            },
        )?;
        Ok(all.shrunk())
    }
}
