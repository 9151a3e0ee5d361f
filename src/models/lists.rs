//! A list of neighbours for every item.

use crate::machine::fetch;
use crate::matrix::best::{key_of, of_key};
use crate::matrix::product::Neighbours;

/// Lists of neighbours, one an item, best first: score down, index up.
///
/// Three columns side by side; the list of item `i` is `starts[i]..starts[i + 1]` of each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lists {
    pub(crate) starts: Vec<u64>,
    pub(crate) items: Vec<u32>,
    pub(crate) scores: Vec<f32>,
    /// How many rows hold both the list's item and the neighbour.
    pub(crate) both: Vec<u32>,
}

/// One item's list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct List<'a> {
    /// The neighbours' indices.
    pub items: &'a [u32],
    /// Their scores, falling.
    pub scores: &'a [f32],
    /// How many rows hold both.
    pub both: &'a [u32],
}

impl From<Neighbours> for Lists {
    fn from(all: Neighbours) -> Self {
        Lists {
            starts: all.starts,
            items: all.items,
            scores: all.scores,
            both: all.both,
        }
    }
}

impl Lists {
    /// The list of an item; empty past the end.
    pub fn of(&self, item: u32) -> List<'_> {
        let item = item as usize;
        let range = match (self.starts.get(item), self.starts.get(item + 1)) {
            (Some(&start), Some(&end)) => start as usize..end as usize,
            _ => 0..0,
        };
        List {
            items: self.items.get(range.clone()).unwrap_or_default(),
            scores: self.scores.get(range.clone()).unwrap_or_default(),
            both: self.both.get(range).unwrap_or_default(),
        }
    }

    /// Tells the processor that an item's list will be read soon: up to 160 neighbours.
    #[inline]
    pub(crate) fn fetch(&self, item: u32) {
        /// So many stand beside one another where the processor reads them.
        const BESIDE: usize = 16;
        let item = item as usize;
        if let (Some(&start), Some(&end)) = (self.starts.get(item), self.starts.get(item + 1)) {
            let (start, end) = (
                start as usize,
                (end as usize).min(start as usize + 10 * BESIDE),
            );
            for at in (start..end).step_by(BESIDE) {
                fetch(&self.items, at);
                fetch(&self.scores, at);
            }
        }
    }

    /// How many items have a list, empty ones included.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether there are no items at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many neighbours all lists hold together.
    pub fn total(&self) -> usize {
        self.items.len()
    }

    /// How many neighbours the longest list holds.
    pub(crate) fn longest(&self) -> usize {
        let lengths = self.starts.windows(2).map(|ends| ends[1] - ends[0]);
        lengths.max().unwrap_or(0) as usize
    }

    /// Where each list starts in the columns of [`Lists::all`], and where the last one ends:
    /// `len() + 1` numbers.
    pub fn starts(&self) -> &[u64] {
        &self.starts
    }

    /// All lists, one behind the other.
    pub fn all(&self) -> List<'_> {
        List {
            items: &self.items,
            scores: &self.scores,
            both: &self.both,
        }
    }
}

/// Puts each list in the order of its scores, and keeps those above zero: best first, equal ones by index.
pub(super) fn by_score(all: &mut Neighbours) {
    let mut list: Vec<(u64, u32)> = Vec::new();
    let (mut start, mut kept) = (0, 0);
    for row in 1..all.starts.len() {
        let end = all.starts[row] as usize;
        let places = start..end;
        let scored = all.items[places.clone()]
            .iter()
            .zip(&all.scores[places.clone()]);
        let scored = scored
            .zip(&all.both[places])
            .filter(|((_, score), _)| **score > 0.0);
        list.clear();
        list.extend(scored.map(|((&item, &score), &both)| (key_of(item, score), both)));
        list.sort_unstable_by_key(|&(key, _)| std::cmp::Reverse(key));
        // Never beyond what was read.
        for &(key, both) in &list {
            (all.items[kept], all.scores[kept]) = of_key(key);
            all.both[kept] = both;
            kept += 1;
        }
        all.starts[row] = kept as u64;
        start = end;
    }
    all.items.truncate(kept);
    all.scores.truncate(kept);
    all.both.truncate(kept);
}
