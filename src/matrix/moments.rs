//! In what order each row came to what it holds, and what a meeting weighs by it.
//!
//! A moment of a row is a time at which it last bought something; what it bought at once shares one. Two things
//! that were bought one after the other say more of each other than two that years and much else lie between
//! (sequential neighbourhoods: Kamehkhosh, Jannach, Ludewig, "A comparison of frequent pattern techniques and a
//! deep learning method for session-based recommendation", 2017; Garg et al., "Sequence and time aware
//! neighborhood for session-based recommendations", SIGIR 2019).

use super::{Purchases, Timeline, row_of};
use crate::error::{Result, zeroed};
use crate::powers::{power, rounded};
use crate::watch::Watch;

/// Binary places of what a meeting weighs by its distance.
pub(crate) const PLACES: u32 = 30;

/// The moment of each purchase, counted within its row from the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moments {
    /// In the places of [`Purchases::by_item`].
    by_item: Vec<u32>,
    /// In the places of [`Purchases::by_row`].
    by_row: Vec<u32>,
    /// What a meeting weighs where the other came so many moments later than the item: the places before the
    /// middle are those of what came earlier.
    weights: Vec<u32>,
    /// Where none lie between.
    middle: usize,
}

impl Moments {
    /// Meetings with `m` moments from the one to the other weigh `(1 + m)^-exponent`, and where the other came
    /// earlier, `backward` times that. The timeline must be of these
    /// purchases: [`Timeline::check_against`].
    pub(super) fn new(
        purchases: &Purchases,
        timeline: &Timeline,
        (exponent, backward): (f64, f64),
        watch: Watch<'_>,
    ) -> Result<Self> {
        let what = "the moments of purchases";
        let held = purchases.by_row();
        let mut by_row: Vec<u32> = zeroed(held.nnz(), what)?;
        let mut by_item: Vec<u32> = zeroed(held.nnz(), what)?;
        let mut moment_of: Vec<u32> = zeroed(purchases.items(), "the moments of a row")?;
        let mut next: Vec<usize> = zeroed(purchases.items(), "the places of items")?;
        for (item, next) in next.iter_mut().enumerate() {
            *next = purchases.by_item().indptr().outer_inds_sz(item).start;
        }
        let (mut lasts, mut most, mut at) = (Lasts::default(), 0, 0);
        for row in 0..purchases.rows() {
            if row.is_multiple_of(1024) {
                watch.check()?;
            }
            for (item, moment) in lasts.of(timeline, row) {
                moment_of[item as usize] = moment;
                most = most.max(moment);
            }
            for &item in row_of(held, row) {
                let item = item as usize;
                by_row[at] = moment_of[item];
                by_item[next[item]] = moment_of[item];
                next[item] += 1;
                at += 1;
            }
        }
        let middle = most as usize;
        let mut weights: Vec<u32> = zeroed(2 * middle + 1, what)?;
        for (place, weight) in weights.iter_mut().enumerate() {
            let near = power(1.0 + place.abs_diff(middle) as f64, -exponent);
            let turned = if place < middle { backward } else { 1.0 };
            *weight = rounded(near * turned * f64::from(1u32 << PLACES));
        }
        Ok(Moments {
            by_item,
            by_row,
            weights,
            middle,
        })
    }

    /// How many bytes they take.
    pub(super) fn bytes(&self) -> u64 {
        (size_of_val(&self.by_item[..])
            + size_of_val(&self.by_row[..])
            + size_of_val(&self.weights[..])) as u64
    }

    /// Those of an item, by holder.
    pub(super) fn of_item(&self, purchases: &Purchases, item: u32) -> &[u32] {
        &self.by_item[purchases.by_item().indptr().outer_inds_sz(item as usize)]
    }

    /// Those of a row, by item.
    pub(super) fn of_row(&self, purchases: &Purchases, row: u32) -> &[u32] {
        &self.by_row[purchases.by_row().indptr().outer_inds_sz(row as usize)]
    }

    /// What meetings with an item of this moment weigh, by the other's moment.
    #[inline]
    pub(super) fn from(&self, moment: u32) -> &[u32] {
        &self.weights[self.middle - moment as usize..]
    }
}

/// When each item of a row was last bought; the space is used again for the next row.
#[derive(Default)]
pub(crate) struct Lasts(Vec<(u32, i64)>);

impl Lasts {
    /// Each item of a row once, with its moment: how many there are before it. What has no time came first.
    pub(crate) fn of(
        &mut self,
        timeline: &Timeline,
        row: usize,
    ) -> impl DoubleEndedIterator<Item = (u32, u32)> {
        let (items, at) = timeline.of(row);
        self.of_events(items.iter().copied().zip(at.iter().copied()))
    }

    /// As [`Lasts::of`] of events in the order of time.
    pub(crate) fn of_events(
        &mut self,
        events: impl Iterator<Item = (u32, i64)>,
    ) -> impl DoubleEndedIterator<Item = (u32, u32)> {
        let lasts = &mut self.0;
        lasts.clear();
        lasts.extend(events);
        // The last of each item, then in the order of time again.
        lasts.sort_unstable();
        let mut kept = 0;
        for at in 0..lasts.len() {
            if lasts.get(at + 1).is_none_or(|next| next.0 != lasts[at].0) {
                lasts[kept] = lasts[at];
                kept += 1;
            }
        }
        lasts.truncate(kept);
        lasts.sort_unstable_by_key(|&(item, at)| (at, item));
        let (mut moment, mut before) = (0, lasts.first().map(|first| first.1));
        for (_, at) in lasts.iter_mut() {
            if before != Some(*at) {
                (moment, before) = (moment + 1, Some(*at));
            }
            *at = moment;
        }
        lasts.iter().map(|&(item, moment)| (item, moment as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_of_all_that_was_last_bought_at_once() {
        let events = [(3, i64::MIN), (1, 5), (2, 5), (7, 6), (1, 9), (0, 9)];
        let mut lasts = Lasts::default();
        let told: Vec<_> = lasts.of_events(events.into_iter()).collect();
        assert_eq!(told, [(3, 0), (2, 1), (7, 2), (0, 3), (1, 3)]);
        assert_eq!(lasts.of_events([].into_iter()).count(), 0);
    }
}
