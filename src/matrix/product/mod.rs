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
use counters::{NARROW, Rank};
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
    pub(crate) fn counted<S: Fn(u32, Holders, Holders) -> f32 + Sync>(
        self,
        slope: Slope,
        score: S,
    ) -> Result<Neighbours> {
        let plan = self.plan::<Counted<'_, S>>()?;
        let ranked = Ranked::new(self.purchases, slope.falls)?;
        let kind = Counted::new(&ranked, self, slope, score);
        self.of_kind(plan, &ranked, kind)
    }

    /// Makes the rows of all items, by what their meetings weigh. `score(sum, source, target)` is told the
    /// sum, the row's item and the other.
    pub(crate) fn weighted<S: Fn(u64, u32, u32) -> f32 + Sync>(
        self,
        weights: &Weights,
        nearly: Nearly<impl Fn(u32) -> f64>,
        score: S,
    ) -> Result<Neighbours> {
        let plan = self.plan::<Weighted<'_, S>>()?;
        let ranked = Ranked::new(self.purchases, nearly.falls)?;
        let kind = Weighted::new(&ranked, self, weights, nearly, score)?;
        self.of_kind(plan, &ranked, kind)
    }

    /// How many neighbours an item has at most whose row has so many meetings, its own included.
    pub(crate) fn most_of(&self, item: usize, meetings: u64) -> u64 {
        let own = row_of(self.purchases.by_item(), item).len() as u64;
        let others = self.purchases.items().saturating_sub(1);
        meetings
            .saturating_sub(own)
            .min(self.best.min(others) as u64)
    }

    /// What may be used for so many neighbours at most, where so many bytes are besides them and what was
    /// made before.
    pub(crate) fn budget(&self, most: u64, besides: u64) -> Budget {
        Budget {
            limit: self.memory_limit.unwrap_or(u64::MAX),
            besides: self.made.saturating_add(besides),
            most,
            rows: self.purchases.items(),
        }
    }

    /// The parts of the rows, and what may be used; refuses what does not fit before it is made.
    fn plan<K: Kind>(self) -> Result<Plan> {
        let (purchases, items) = (self.purchases, self.purchases.items());
        let parts = Parts::new(purchases)?;
        let space = match items {
            0..=NARROW => K::bytes::<u16>(items),
            _ => K::bytes::<u32>(items),
        };
        let threads = self.threads.min(parts.len());
        let spaces = space.saturating_mul(threads as u64);
        let shared = Ranked::bytes(purchases) + parts.bytes();
        let waiting = parts.waiting(self);
        let budget = self.budget(
            parts.most(self, 0..items),
            spaces.saturating_add(shared).saturating_add(waiting),
        );
        budget.check(0, 0)?;
        Ok(Plan {
            parts,
            threads,
            budget,
        })
    }

    pub(crate) fn instructions(&self) -> Instructions {
        self.instructions.unwrap_or_else(Instructions::best)
    }

    fn of_kind<K: Kind>(self, plan: Plan, ranked: &Ranked, kind: K) -> Result<Neighbours> {
        self.instructions().lend(Job {
            rows: self,
            plan,
            ranked,
            kind,
        })
    }
}

/// How the rows are made.
struct Plan {
    parts: Parts,
    threads: usize,
    budget: Budget,
}

/// The rows to be made, with what all threads look at.
struct Job<'a, K> {
    rows: Rows<'a>,
    plan: Plan,
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
        let (parts, budget) = (&self.plan.parts, self.plan.budget);
        let variants = Variants::new(purchases, self.ranked)?;
        let items = purchases.items();
        let mut all = Neighbours::with_room(budget)?;
        // What was handed on is written to again: memory that is new is slow.
        let spares: Mutex<Vec<Chosen>> = Mutex::new(Vec::new());
        in_order(
            parts.len(),
            self.plan.threads,
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
