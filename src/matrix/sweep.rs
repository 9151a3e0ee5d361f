//! Rows of A^T A, one at a time: for one item, in how many rows it meets each other item.
//!
//! Gustavson's algorithm (1978) for one row of a sparse product, on a pattern: walk the holders of
//! the item and count what each holds. Cost: the sum of the holders' row lengths. Counts, and sums of
//! weights, are whole numbers, so the result does not depend on the order of the walk.

use super::moments::{Moments, PLACES};
use super::pairs::Pair;
use super::{Purchases, Timeline, Weights, Window, row_of};
use crate::error::{Result, zeroed};

/// What rows are swept from: when an item meets another, and what a meeting weighs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'a> {
    /// They meet where one row holds both.
    Held(&'a Purchases),
    /// Likewise, each meeting weighing the product of the purchases' weights, and where these tell moments, what
    /// it weighs by them.
    Weighted(&'a Purchases, &'a Weights),
    /// They meet where a row bought the other in the window after the one.
    After(&'a Purchases, &'a Timeline, Window),
}

impl<'a> Source<'a> {
    /// Who holds what.
    pub(crate) fn purchases(self) -> &'a Purchases {
        match self {
            Source::Held(purchases)
            | Source::Weighted(purchases, _)
            | Source::After(purchases, ..) => purchases,
        }
    }

    /// Whether an item may meet another oftener, or for more, than the other meets it.
    pub(crate) fn is_directed(self) -> bool {
        let moments = self.weights().and_then(Weights::moments);
        matches!(self, Source::After(..)) || moments.is_some()
    }

    /// The weights, where meetings have any.
    pub(crate) fn weights(self) -> Option<&'a Weights> {
        match self {
            Source::Weighted(_, weights) => Some(weights),
            Source::Held(_) | Source::After(..) => None,
        }
    }
}

/// The counters of one row, used again for the next. All zero between rows.
pub(crate) struct Workspace {
    counts: Vec<u32>,
    /// The sums of what meetings weigh; empty where they weigh nothing.
    sums: Vec<u64>,
    /// By item, one more than the last row that bought it after the row's item; empty where rows are
    /// not counted so.
    seen: Vec<u32>,
    /// Items counted in this row, by first meeting: `met[..length]`. One place longer than there are
    /// items, since a place is written before it is known whether it is kept.
    met: Vec<u32>,
    length: usize,
}

impl Workspace {
    /// For rows of a source.
    pub(crate) fn new(source: Source<'_>) -> Result<Self> {
        let items = source.purchases().items();
        let (sums, seen) = match source {
            Source::Held(_) => (0, 0),
            Source::Weighted(..) => (items, 0),
            Source::After(..) => (0, items),
        };
        Ok(Workspace {
            counts: zeroed(items, "the counters of a thread")?,
            sums: zeroed(sums, "the counters of a thread")?,
            seen: zeroed(seen, "the counters of a thread")?,
            met: zeroed(items + 1, "the counters of a thread")?,
            length: 0,
        })
    }

    /// How many bytes one takes.
    pub(crate) fn bytes(source: Source<'_>) -> u64 {
        let each = match source {
            Source::Held(_) => 8,
            Source::After(..) => 12,
            Source::Weighted(..) => 16,
        };
        each * source.purchases().items() as u64
    }

    /// Counts the row of `item` from the source that the workspace is for, which [`Workspace::pairs`]
    /// tells until the next one is counted. An index past
    /// the end has an empty row.
    pub(crate) fn sweep(&mut self, source: Source<'_>, item: u32) {
        self.clear();
        self.length = match source {
            Source::Held(purchases) => self.held(purchases, item),
            Source::Weighted(purchases, weights) => match weights.moments() {
                None => self.weighted(purchases, weights, item),
                Some(moments) => self.in_sequence(purchases, weights, moments, item),
            },
            Source::After(purchases, timeline, window) => {
                self.after(purchases, timeline, window, item)
            }
        };
        self.leave_out(source.purchases(), item);
    }

    /// Counts no rows for the item itself and for its variants.
    fn leave_out(&mut self, purchases: &Purchases, item: u32) {
        if let Some(count) = self.counts.get_mut(item as usize) {
            *count = 0;
        }
        if purchases.groups().is_some() {
            for &other in &self.met[..self.length] {
                if purchases.are_variants(item, other) {
                    self.counts[other as usize] = 0;
                }
            }
        }
    }

    // Each of the three loops is a function of its own, so that none takes another's registers.
    #[inline(never)]
    fn held(&mut self, purchases: &Purchases, item: u32) -> usize {
        let (counts, met) = (&mut self.counts[..], &mut self.met[..]);
        let mut length = 0;
        for &holder in row_of(purchases.by_item(), item as usize) {
            for &other in row_of(purchases.by_row(), holder as usize) {
                // Without a branch: on skewed data a first meeting cannot be predicted.
                let count = &mut counts[other as usize];
                met[length] = other;
                length += usize::from(*count == 0);
                *count = count.wrapping_add(1); // at most the number of rows, which is below 2^31
            }
        }
        length
    }

    #[inline(never)]
    fn weighted(&mut self, purchases: &Purchases, weights: &Weights, item: u32) -> usize {
        let (counts, met) = (&mut self.counts[..], &mut self.met[..]);
        let sums = &mut self.sums[..];
        let mut length = 0;
        let mut meet = |other: u32, weight: u64| {
            let count = &mut counts[other as usize];
            met[length] = other;
            length += usize::from(*count == 0);
            *count = count.wrapping_add(1);
            // Below 2^63: that is what a weight's bits are chosen for.
            let sum = &mut sums[other as usize];
            *sum = sum.wrapping_add(weight);
        };
        let holders = row_of(purchases.by_item(), item as usize);
        for (&holder, &own) in holders.iter().zip(weights.of_item(purchases, item)) {
            let own = u64::from(own);
            let held = row_of(purchases.by_row(), holder as usize);
            if weights.of_items_alone() {
                held.iter().for_each(|&other| meet(other, own));
                continue;
            }
            for (&other, &weight) in held.iter().zip(weights.of_row(purchases, holder)) {
                meet(other, own.wrapping_mul(u64::from(weight)));
            }
        }
        length
    }

    /// As [`Workspace::weighted`], of weights by row, where it matters which of the two came first.
    #[inline(never)]
    fn in_sequence(
        &mut self,
        purchases: &Purchases,
        weights: &Weights,
        moments: &Moments,
        item: u32,
    ) -> usize {
        let (counts, met) = (&mut self.counts[..], &mut self.met[..]);
        let sums = &mut self.sums[..];
        let mut length = 0;
        let holders = row_of(purchases.by_item(), item as usize);
        let own = weights.of_item(purchases, item).iter();
        let own = own.zip(moments.of_item(purchases, item));
        for (&holder, (&weight, &moment)) in holders.iter().zip(own) {
            let (weight, by_moment) = (u64::from(weight), moments.from(moment));
            let held = row_of(purchases.by_row(), holder as usize);
            for (&other, &at) in held.iter().zip(moments.of_row(purchases, holder)) {
                let count = &mut counts[other as usize];
                met[length] = other;
                length += usize::from(*count == 0);
                *count = count.wrapping_add(1);
                // At most the weight of the row, so no more than without moments.
                let part = weight.wrapping_mul(u64::from(by_moment[at as usize])) >> PLACES;
                let sum = &mut sums[other as usize];
                *sum = sum.wrapping_add(part);
            }
        }
        length
    }

    #[inline(never)]
    fn after(
        &mut self,
        purchases: &Purchases,
        timeline: &Timeline,
        window: Window,
        item: u32,
    ) -> usize {
        let (counts, met) = (&mut self.counts[..], &mut self.met[..]);
        let seen = &mut self.seen[..];
        let mut length = 0;
        window.walk(purchases, timeline, item, |row, other| {
            let last = std::mem::replace(&mut seen[other as usize], row + 1);
            let count = &mut counts[other as usize];
            met[length] = other;
            length += usize::from(*count == 0);
            *count = count.wrapping_add(u32::from(last != row + 1));
        });
        length
    }

    /// What the row's item, which is told again, meets, in no certain order; itself and its variants, which
    /// may be among them, in no row.
    pub(crate) fn pairs(&self, item: u32) -> impl Iterator<Item = Pair> {
        self.met[..self.length].iter().map(move |&other| Pair {
            item,
            other,
            both: self.counts[other as usize],
            sum: self.sums.get(other as usize).copied().unwrap_or(0),
        })
    }

    /// What is told of one of them: `None` where the row's item, which is told again, does not meet it.
    pub(crate) fn pair(&self, item: u32, other: u32) -> Option<Pair> {
        let both = self.counts.get(other as usize).copied()?;
        (both > 0).then(|| Pair {
            item,
            other,
            both,
            sum: self.sums.get(other as usize).copied().unwrap_or(0),
        })
    }

    fn clear(&mut self) {
        let met = &self.met[..std::mem::take(&mut self.length)];
        make_zero(&mut self.counts, met);
        make_zero(&mut self.sums, met);
        make_zero(&mut self.seen, met);
    }
}

/// Makes zero what stands at some places: all of it, where these are many.
fn make_zero<T: Copy + Default>(values: &mut [T], places: &[u32]) {
    /// So many values are written at once in the time that one place takes.
    const AT_ONCE: usize = 8;
    if places.len() >= values.len() / AT_ONCE {
        values.fill(T::default());
        return;
    }
    for &place in places {
        values[place as usize] = T::default();
    }
}
