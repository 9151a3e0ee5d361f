//! The rows in parts that take about equally long, and what no row may hold.

use super::ranked::Ranked;
use crate::error::{Result, zeroed};
use crate::matrix::{NO_GROUP, Purchases, row_of};
use std::ops::Range;

/// What each row takes, and where the parts of the rows start.
pub(super) struct Parts {
    /// How many meetings each row has, its item's with itself included.
    pub work: Vec<u64>,
    /// Where each part starts, and where the last one ends.
    starts: Vec<usize>,
}

impl Parts {
    /// Of purchases whose rows start at `starts`.
    pub(super) fn new(purchases: &Purchases, starts: &[usize]) -> Result<Self> {
        /// What a row takes besides its meetings, in meetings.
        const ROW: u64 = 1_000;
        /// What a part takes: enough to be worth handing out, little enough to stop soon.
        const PART: u64 = 250_000;
        let items = purchases.items();
        let mut work: Vec<u64> = zeroed(items, "the work of rows")?;
        let (mut parts, mut sum) = (vec![0], 0);
        for (item, work) in work.iter_mut().enumerate() {
            let held = |&row: &u32| (starts[row as usize + 1] - starts[row as usize]) as u64;
            *work = row_of(purchases.by_item(), item).iter().map(held).sum();
            if sum > PART {
                parts.push(item);
                sum = 0;
            }
            sum += *work + ROW;
        }
        parts.push(items);
        Ok(Parts {
            work,
            starts: parts,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn of(&self, part: usize) -> Range<usize> {
        self.starts[part]..self.starts[part + 1]
    }

    /// How many neighbours all rows have at most, where each keeps its best.
    pub(super) fn most(&self, purchases: &Purchases, best: usize) -> u64 {
        let of_row = |(item, &work): (usize, &u64)| {
            let own = row_of(purchases.by_item(), item).len() as u64;
            work.saturating_sub(own).min(best as u64)
        };
        self.work.iter().enumerate().map(of_row).sum()
    }
}

/// What is no neighbour of each item: itself and its variants, by rank.
pub(super) struct Variants {
    /// Where the variants of each item stand; empty where nobody told any.
    ranges: Vec<Range<u32>>,
    ranks: Vec<u32>,
}

impl Variants {
    pub(super) fn new(purchases: &Purchases, ranked: &Ranked) -> Result<Self> {
        let (mut ranges, mut ranks) = (Vec::new(), Vec::new());
        if let Some(groups) = purchases.groups() {
            ranges = zeroed(groups.len(), "the variants of groups")?;
            let group = |item: &u32| groups[*item as usize];
            let mut grouped: Vec<u32> = (0..groups.len() as u32)
                .filter(|item| group(item) != NO_GROUP)
                .collect();
            grouped.sort_by_key(group);
            for variants in grouped.chunk_by(|one, other| group(one) == group(other)) {
                let start = ranks.len() as u32;
                ranks.extend(variants.iter().map(|&item| ranked.ranks[item as usize]));
                for &item in variants {
                    ranges[item as usize] = start..ranks.len() as u32;
                }
            }
        }
        Ok(Variants { ranges, ranks })
    }

    /// Those of an item, whose own rank is told.
    pub(super) fn of<'a>(&'a self, item: usize, own: &'a u32) -> &'a [u32] {
        match self.ranges.get(item) {
            Some(range) if !range.is_empty() => {
                &self.ranks[range.start as usize..range.end as usize]
            }
            _ => std::slice::from_ref(own),
        }
    }
}
