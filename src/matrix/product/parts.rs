//! The rows in parts that take about equally long, and what no row may hold.

use super::Rows;
use super::neighbours::Neighbours;
use super::ranked::Ranked;
use crate::error::{Result, zeroed};
use crate::matrix::{NO_GROUP, Purchases, row_of};
use crate::parallel::AHEAD;
use std::ops::Range;

/// What each row takes, and where the parts of the rows start.
pub(super) struct Parts {
    /// How many meetings each row has, its item's with itself included.
    pub work: Vec<u64>,
    /// Where each part starts, and where the last one ends.
    starts: Vec<usize>,
}

impl Parts {
    pub(super) fn new(purchases: &Purchases) -> Result<Self> {
        /// What a row takes besides its meetings, in meetings.
        const ROW: u64 = 1_000;
        /// What a part takes: enough to be worth handing out, little enough to stop soon.
        const PART: u64 = 250_000;
        let items = purchases.items();
        let mut work: Vec<u64> = zeroed(items, "the work of rows")?;
        let (mut parts, mut sum) = (vec![0], 0);
        for (item, work) in work.iter_mut().enumerate() {
            *work = purchases.meetings_of(item as u32);
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

    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> u64 {
        (size_of_val(&self.work[..]) + size_of_val(&self.starts[..])) as u64
    }

    /// How many neighbours some of these rows have at most.
    pub(super) fn most(&self, rows: Rows<'_>, some: Range<usize>) -> u64 {
        some.map(|item| rows.most_of(item, self.work[item])).sum()
    }

    /// How many bytes the parts that wait for their turn take at most.
    pub(super) fn waiting(&self, rows: Rows<'_>) -> u64 {
        let of_part = |part| self.most(rows, self.of(part));
        let most = (0..self.len()).map(of_part).max().unwrap_or(0);
        let parts = AHEAD.min(self.len()) as u64;
        (most * parts).saturating_mul(Neighbours::EACH)
    }
}

/// What is no neighbour of each item: itself and its variants, by rank.
pub(super) struct Variants<'a> {
    purchases: &'a Purchases,
    /// Where the variants of each item stand; empty where nobody told any.
    ranges: Vec<Range<u32>>,
    ranks: Vec<u32>,
}

impl<'a> Variants<'a> {
    pub(super) fn new(purchases: &'a Purchases, ranked: &Ranked) -> Result<Self> {
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
        Ok(Variants {
            purchases,
            ranges,
            ranks,
        })
    }

    /// Those of an item with so many meetings. Of more variants than these, those that it meets: `met` is
    /// room for them.
    pub(super) fn of<'b>(
        &'b self,
        item: usize,
        work: u64,
        ranked: &Ranked,
        met: &'b mut Vec<u32>,
    ) -> &'b [u32] {
        met.clear();
        match self.ranges.get(item) {
            Some(range) if range.len() as u64 > work => {
                for &row in row_of(self.purchases.by_item(), item) {
                    let held = self.purchases.items_of(row as usize).iter();
                    let same = held.filter(|&&other| self.ranges[other as usize] == *range);
                    met.extend(same.map(|&other| ranked.ranks[other as usize]));
                }
            }
            Some(range) if !range.is_empty() => {
                return &self.ranks[range.start as usize..range.end as usize];
            }
            _ => met.push(ranked.ranks[item]),
        }
        met
    }
}
