//! Rows of A^T A, one at a time: for one item, in how many rows it meets each other item.
//!
//! Gustavson's algorithm (1978) for one row of a sparse product, on a pattern: walk the holders of
//! the item and count what each holds. Cost: the sum of the holders' row lengths. Counts are whole
//! numbers, so the result does not depend on the order of the walk.

use super::{Purchases, row_of};
use crate::error::{Result, zeroed};

/// The counters of one row, used again for the next. All zero between rows.
pub(crate) struct Workspace {
    counts: Vec<u32>,
    /// Items counted in this row, by first meeting: `met[..length]`. One place longer than there are
    /// items, since a place is written before it is known whether it is kept.
    met: Vec<u32>,
    length: usize,
}

impl Workspace {
    /// For purchases of `items` items.
    pub(crate) fn new(items: usize) -> Result<Self> {
        Ok(Workspace {
            counts: zeroed(items, "the counters of a thread")?,
            met: zeroed(items + 1, "the counters of a thread")?,
            length: 0,
        })
    }

    /// Counts the row of `item`, which [`Workspace::met`] and [`Workspace::count`] tell until the
    /// next one is counted. An index past the end has an empty row.
    pub(crate) fn sweep(&mut self, purchases: &Purchases, item: u32) {
        self.clear();
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
        self.length = length;
    }

    /// The items that some holder of the row's item holds, itself among them, in no certain order.
    pub(crate) fn met(&self) -> &[u32] {
        &self.met[..self.length]
    }

    /// In how many rows the row's item meets `other`.
    pub(crate) fn count(&self, other: u32) -> u32 {
        self.counts[other as usize]
    }

    fn clear(&mut self) {
        for &item in &self.met[..self.length] {
            self.counts[item as usize] = 0;
        }
        self.length = 0;
    }
}
