//! How often some items meet some others, from who holds the others: where these are few, that is less
//! work than whole rows of A^T A (dot products of its columns instead of Gustavson's rows).

use super::sweep::Source;
use super::{Purchases, Weights, row_of};
use crate::error::{Result, zeroed};
use std::cell::LazyCell;

/// So many items are met at once: each has a byte of a number to be counted in.
const AT_ONCE: usize = 8;

/// Marks of the rows that hold some items, used again for the next. All zero between.
pub(crate) struct Marks(Vec<u64>);

impl Marks {
    pub(crate) fn new(purchases: &Purchases) -> Result<Self> {
        Ok(Marks(zeroed(purchases.rows(), "the marks of a thread")?))
    }
}

/// Two items that meet.
pub(crate) struct Pair {
    pub item: u32,
    pub other: u32,
    /// In how many rows.
    pub both: u32,
    /// What their meetings weigh; 0 where they weigh nothing.
    pub sum: u64,
}

impl Pair {
    /// The other and the item.
    pub(crate) fn turned(self) -> Self {
        let Pair { item, other, .. } = self;
        Pair {
            item: other,
            other: item,
            ..self
        }
    }
}

/// How the meetings of some items with some others are counted with the least work.
pub(crate) enum Way<'a> {
    /// By whole rows of the items.
    Rows,
    /// By who holds the ones and the others.
    Pairs(Pairs<'a>),
    /// By whole rows of these others: what they meet, meets them.
    Turned(Vec<u32>),
}

impl<'a> Way<'a> {
    /// Of some items and the others that are allowed.
    pub(crate) fn least(
        source: Source<'a>,
        items: &'a [u32],
        allowed: impl Iterator<Item = u32>,
    ) -> Self {
        /// A meeting in a whole row, with what comes after it, is as much work as so many holders whose marks
        /// are looked at.
        const MEETING: u64 = 4;
        /// Likewise to mark a holder and to take the mark away, and a meeting that nothing comes after.
        const MARK: u64 = 2;
        if source.is_directed() {
            return Way::Rows; // what follows is not followed
        }
        let (purchases, weights) = (source.purchases(), source.weights());
        let held = |item: u32| row_of(purchases.by_item(), item as usize).len() as u64;
        let meetings =
            |items: &[u32]| -> u64 { items.iter().map(|&item| purchases.meetings_of(item)).sum() };
        let own: u64 = items.iter().map(|&item| held(item)).sum();
        // As many as the items have holders at least, who are all looked at to tell how many.
        let whole = LazyCell::new(|| meetings(items) * MEETING);
        let pairs = |marked: usize, marks: u64, looks: u64| {
            let passes = match weights {
                None => marked.div_ceil(AT_ONCE),
                Some(_) => marked,
            };
            looks
                .saturating_mul(passes as u64)
                .saturating_add(marks * MARK)
        };
        let (mut others, mut theirs) = (Vec::new(), 0);
        let (mut by_items, mut by_others) = (0, 0);
        for other in allowed.filter(|&other| held(other) > 0) {
            others.push(other);
            theirs += held(other);
            by_items = pairs(items.len(), own, theirs);
            by_others = pairs(others.len(), theirs, own);
            let least = by_items.min(by_others);
            if least > own * MEETING && least > *whole {
                return Way::Rows;
            }
        }
        let least = by_items.min(by_others);
        let told = (others.len() * items.len()) as u64;
        let turned = |meetings: u64| meetings.saturating_mul(MARK).saturating_add(told);
        // To tell how many takes a look at each holder: only where as many as on the mean would be few enough.
        let mean = purchases.by_row().nnz() / purchases.rows().max(1);
        if turned(theirs.saturating_mul(mean as u64)) < least && turned(meetings(&others)) < least {
            return Way::Turned(others);
        }
        Way::Pairs(Pairs {
            purchases,
            weights,
            items,
            others,
            marks_others: by_others <= by_items,
        })
    }
}

/// Some items, and the few others to be met.
pub(crate) struct Pairs<'a> {
    purchases: &'a Purchases,
    weights: Option<&'a Weights>,
    items: &'a [u32],
    others: Vec<u32>,
    /// Whether the holders of the others are marked and those of the items looked at.
    marks_others: bool,
}

impl Pairs<'_> {
    /// Calls `take` with the pairs that meet, but no item with itself or a variant; for each of the others in
    /// the order of the items.
    pub(crate) fn each(&self, marks: &mut Marks, mut take: impl FnMut(Pair)) {
        match self.marks_others {
            false => self.between(self.items, &self.others, marks, take),
            true => self.between(&self.others, self.items, marks, |pair| take(pair.turned())),
        }
    }

    fn between(
        &self,
        items: &[u32],
        others: &[u32],
        marks: &mut Marks,
        mut take: impl FnMut(Pair),
    ) {
        match self.weights {
            None => {
                for items in items.chunks(AT_ONCE) {
                    self.held(items, others, marks, &mut take);
                }
            }
            Some(weights) => {
                for &item in items {
                    self.weighted(weights, item, others, marks, &mut take);
                }
            }
        }
    }

    fn held(&self, items: &[u32], others: &[u32], marks: &mut Marks, take: &mut impl FnMut(Pair)) {
        let (purchases, marks) = (self.purchases, &mut marks.0[..]);
        for (byte, &item) in items.iter().enumerate() {
            for &row in row_of(purchases.by_item(), item as usize) {
                marks[row as usize] |= 1 << (8 * byte);
            }
        }
        for &other in others {
            let mut counts = [0u32; AT_ONCE];
            // A byte holds the meetings of so many rows.
            for rows in row_of(purchases.by_item(), other as usize).chunks(255) {
                let met = |sum: u64, &row: &u32| sum.wrapping_add(marks[row as usize]);
                let met = rows.iter().fold(0, met).to_le_bytes();
                for (count, met) in counts.iter_mut().zip(met) {
                    *count += u32::from(met);
                }
            }
            for (&item, &both) in items.iter().zip(&counts) {
                if both > 0 && item != other && !purchases.are_variants(item, other) {
                    take(Pair {
                        item,
                        other,
                        both,
                        sum: 0,
                    });
                }
            }
        }
        for &item in items {
            for &row in row_of(purchases.by_item(), item as usize) {
                marks[row as usize] = 0;
            }
        }
    }

    fn weighted(
        &self,
        weights: &Weights,
        item: u32,
        others: &[u32],
        marks: &mut Marks,
        take: &mut impl FnMut(Pair),
    ) {
        let (purchases, marks) = (self.purchases, &mut marks.0[..]);
        let (holders, alone) = (
            row_of(purchases.by_item(), item as usize),
            weights.of_items_alone(),
        );
        for (&row, &own) in holders.iter().zip(weights.of_item(purchases, item)) {
            marks[row as usize] = u64::from(own) + 1; // what weighs nothing is held all the same
        }
        for &other in others {
            let (mut both, mut sum) = (0u32, 0u64);
            let rows = row_of(purchases.by_item(), other as usize);
            for (&row, &weight) in rows.iter().zip(weights.of_item(purchases, other)) {
                let mark = marks[row as usize];
                both = both.wrapping_add(u32::from(mark > 0));
                let weight = if alone { 1 } else { u64::from(weight) };
                // Below 2^63 together: that is what a weight's bits are chosen for.
                sum = sum.wrapping_add(mark.saturating_sub(1).wrapping_mul(weight));
            }
            if both > 0 && item != other && !purchases.are_variants(item, other) {
                take(Pair {
                    item,
                    other,
                    both,
                    sum,
                });
            }
        }
        for &row in holders {
            marks[row as usize] = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::sweep::Workspace;

    /// More items than are met at once, held by more rows than a byte counts.
    #[test]
    fn pairs_meet_as_often_as_in_whole_rows() -> Result<()> {
        let (rows, items) = (700, 30);
        let held = |row: usize| {
            (0..items as u32).filter(move |&item| (row * 7 + 3) as u32 % (item + 1) < 3)
        };
        let mut starts = vec![0];
        let mut indices = Vec::new();
        for row in 0..rows {
            indices.extend(held(row));
            starts.push(indices.len());
        }
        let purchases = Purchases::from_csr((rows, items), &starts, &indices, |_| 1.0)?;
        let purchases = purchases.with_groups((0..items as u32).map(|item| item / 3).collect())?;
        let source = Source::Held(&purchases);
        let asked: Vec<u32> = (0..20).collect();
        let even = (0..items as u32).step_by(2);
        let Way::Pairs(mut pairs) = Way::least(source, &asked, even) else {
            return Err(crate::Error::matrix("by pairs is the least work"));
        };
        let mut expected = Vec::new();
        let mut space = Workspace::new(source)?;
        for &item in &asked {
            space.sweep(source, item);
            let met = space
                .pairs(item)
                .filter(|pair| pair.other % 2 == 0 && pair.both > 0);
            expected.extend(met.map(|pair| (item, pair.other, pair.both)));
        }
        // In the order of the items, of each of the others.
        expected.sort_by_key(|&(_, other, _)| other);
        assert!(expected.iter().any(|&(.., both)| both > 255));
        let mut marks = Marks::new(&purchases)?;
        for marks_others in [false, true, false] {
            pairs.marks_others = marks_others;
            let mut found = Vec::new();
            let take = |pair: Pair| found.push((pair.item, pair.other, pair.both));
            pairs.each(&mut marks, take);
            found.sort_by_key(|&(_, other, _)| other);
            assert_eq!(found, expected);
        }
        let all = 0..items as u32;
        assert!(matches!(Way::least(source, &[29], all), Way::Rows));
        let turned = Way::least(source, &asked, 29..30);
        assert!(matches!(turned, Way::Turned(others) if others == [29]));
        Ok(())
    }
}
