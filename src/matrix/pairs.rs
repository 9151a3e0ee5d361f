//! How often some items meet some others, from who holds the others: where these are few, that is less
//! work than whole rows of A^T A (dot products of its columns instead of Gustavson's rows).

use super::sweep::Source;
use super::{Purchases, Weights, row_of};
use crate::error::{Result, zeroed};

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

/// Some items, and the few others to be met.
pub(crate) struct Pairs<'a> {
    purchases: &'a Purchases,
    weights: Option<&'a Weights>,
    items: &'a [u32],
    others: Vec<u32>,
}

impl<'a> Pairs<'a> {
    /// Some items and the others whose bits are set, told 64 at a time. `None` where the whole rows of
    /// these items are less work, or who holds what does not tell what meets.
    pub(crate) fn new(
        source: Source<'a>,
        items: &'a [u32],
        allowed: impl Fn(usize) -> u64,
    ) -> Option<Self> {
        /// A meeting in a whole row, with what comes after it, is as much work as so many holders here.
        const MEETING: u64 = 4;
        let passes = match source {
            Source::Held(_) => items.len().div_ceil(AT_ONCE) as u64,
            Source::Weighted(..) => items.len() as u64,
            Source::After(..) => return None,
        };
        let purchases = source.purchases();
        let whole: u64 = items.iter().map(|&item| purchases.meetings_of(item)).sum();
        let (mut others, mut holders) = (Vec::new(), 0);
        for word in 0..purchases.items().div_ceil(64) {
            let mut bits = allowed(word);
            while bits != 0 {
                let other = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let held = row_of(purchases.by_item(), other).len() as u64;
                if held > 0 {
                    others.push(other as u32);
                    holders += held;
                }
            }
            if holders * passes > whole * MEETING {
                return None;
            }
        }
        Some(Pairs {
            purchases,
            weights: source.weights(),
            items,
            others,
        })
    }

    /// Calls `take` with the pairs that meet, but no item with itself or a variant; for each of the others in
    /// the order of the items.
    pub(crate) fn each(&self, marks: &mut Marks, mut take: impl FnMut(Pair)) {
        match self.weights {
            None => {
                for items in self.items.chunks(AT_ONCE) {
                    self.held(items, marks, &mut take);
                }
            }
            Some(weights) => {
                for &item in self.items {
                    self.weighted(weights, item, marks, &mut take);
                }
            }
        }
    }

    fn held(&self, items: &[u32], marks: &mut Marks, take: &mut impl FnMut(Pair)) {
        let (purchases, marks) = (self.purchases, &mut marks.0[..]);
        for (byte, &item) in items.iter().enumerate() {
            for &row in row_of(purchases.by_item(), item as usize) {
                marks[row as usize] |= 1 << (8 * byte);
            }
        }
        for &other in &self.others {
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
        for &other in &self.others {
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
        let even = |_: usize| 0x5555_5555_5555_5555;
        let pairs = Pairs::new(source, &asked, even).ok_or(crate::Error::matrix("too many"))?;
        let (mut marks, mut found) = (Marks::new(&purchases)?, Vec::new());
        for _ in 0..2 {
            found.clear();
            pairs.each(&mut marks, |pair| {
                found.push((pair.item, pair.other, pair.both))
            });
        }
        found.sort_unstable();
        let mut expected = Vec::new();
        let mut space = Workspace::new(source)?;
        for &item in &asked {
            space.sweep(source, item);
            let met = space
                .pairs(item)
                .filter(|pair| pair.other % 2 == 0 && pair.both > 0);
            expected.extend(met.map(|pair| (item, pair.other, pair.both)));
        }
        expected.sort_unstable();
        assert_eq!(found, expected);
        assert!(found.iter().any(|&(.., both)| both > 255));
        assert!(Pairs::new(source, &[29], |_| u64::MAX).is_none());
        Ok(())
    }
}
