//! Text ids and their indices.
//!
//! [`Labels`] is what a history keeps: distinct ids sorted by their bytes, so an id's index is its
//! rank. [`Interner`] gives out provisional numbers by order of arrival while rows are read.

use crate::error::{Error, Result};
use crate::ids::MAX_IDS;
use crate::near::near;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// Distinct ids, sorted by their bytes. The index of an id is its rank.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Labels {
    text: String,
    /// Where each id ends in `text`; it starts where the one before ends.
    ends: Vec<usize>,
}

impl Labels {
    /// From ids that are already sorted and distinct.
    pub(crate) fn from_sorted<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut labels = Labels::default();
        for id in ids {
            labels.text.push_str(id);
            labels.ends.push(labels.text.len());
        }
        labels
    }

    /// From the parts of a file, refusing what is not sorted, distinct, whole UTF-8.
    pub(crate) fn from_parts(text: Vec<u8>, ends: &[u64]) -> std::result::Result<Self, String> {
        let text = String::from_utf8(text).map_err(|problem| problem.to_string())?;
        if ends.len() > MAX_IDS {
            return Err(format!("{} ids are too many", ends.len()));
        }
        let ends: Vec<usize> = ends
            .iter()
            .map(|&end| usize::try_from(end).unwrap_or(usize::MAX))
            .collect();
        if ends.last().copied().unwrap_or(0) != text.len() {
            return Err("the ids do not fill their text".to_owned());
        }
        let mut start = 0;
        let mut previous: Option<&str> = None;
        for &end in &ends {
            let id = text
                .get(start..end)
                .ok_or("an id does not start and end on a character")?;
            if previous.is_some_and(|previous| previous >= id) {
                return Err("the ids are not sorted and distinct".to_owned());
            }
            previous = Some(id);
            start = end;
        }
        Ok(Labels { text, ends })
    }

    /// The ids' text, one behind the other, and where each ends.
    pub(crate) fn parts(&self) -> (&str, Vec<u64>) {
        (
            &self.text,
            self.ends.iter().map(|&end| end as u64).collect(),
        )
    }

    /// How many ids there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The id at an index, `None` past the end.
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = match index {
            0 => 0,
            _ => *self.ends.get(index - 1)?,
        };
        self.text.get(start..end)
    }

    /// The index of an id, `None` where it is not among them.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.place(id).ok()
    }

    /// The index of an id, or where it would stand.
    fn place(&self, id: &str) -> std::result::Result<usize, usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle).unwrap_or_default().cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Ok(middle),
            }
        }
        Err(low)
    }

    /// The ids in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        (0..self.len()).map(|index| self.get(index).unwrap_or_default())
    }

    /// At most three ids that `id` may have been meant to be, nearest first.
    ///
    /// Of very many ids only those that sort near it are looked at: a wrong id is answered at once.
    pub fn near(&self, id: &str) -> Vec<String> {
        /// Cells of the distance's table that are worth computing for a hint.
        const WORK: usize = 4_000_000;
        let cells = (id.len() * id.len()).max(1);
        let looked_at = (WORK / cells).max(100);
        let place = self.place(id).unwrap_or_else(|place| place);
        let first = match self.len() <= looked_at {
            true => 0,
            false => place.saturating_sub(looked_at / 2),
        };
        near(id, self.iter().skip(first).take(looked_at))
    }
}

impl std::fmt::Debug for Labels {
    /// The number of ids only: ids of customers do not belong in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Labels({} ids)", self.len())
    }
}

/// Gives each distinct text a number, in order of arrival.
#[derive(Clone, Default)]
pub(crate) struct Interner {
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    text: String,
    ends: Vec<usize>,
    last: u32,
    /// Texts that came from sorted labels are found by a table only once another is added.
    sorted: bool,
}

impl PartialEq for Interner {
    /// The same texts by the same numbers.
    fn eq(&self, other: &Self) -> bool {
        self.ends == other.ends && self.text == other.text
    }
}

impl Interner {
    /// The number of `text`, given now if it is new.
    pub(crate) fn intern(&mut self, text: &str) -> Result<u32> {
        // Lines of one order stand together, so the last text is the likeliest.
        if !self.ends.is_empty() && self.get(self.last) == text {
            return Ok(self.last);
        }
        if self.sorted {
            self.fill_table();
        }
        let hash = self.hasher.hash_one(text);
        if let Some(&number) = self.table.find(hash, |&number| self.get(number) == text) {
            self.last = number;
            return Ok(number);
        }
        if self.ends.len() >= MAX_IDS {
            return Err(Error::TooMany {
                what: "distinct texts in one column",
                count: self.ends.len() as u64 + 1,
                limit: MAX_IDS as u64,
            });
        }
        let number = self.ends.len() as u32;
        self.text.push_str(text);
        self.ends.push(self.text.len());
        let Interner {
            table,
            hasher,
            text,
            ends,
            ..
        } = self;
        table.insert_unique(hash, number, |&other| {
            hasher.hash_one(slice(text, ends, other))
        });
        self.last = number;
        Ok(number)
    }

    /// The labels' own indices as their numbers.
    pub(crate) fn from_labels(labels: Labels) -> Self {
        Interner {
            text: labels.text,
            ends: labels.ends,
            sorted: true,
            ..Interner::default()
        }
    }

    fn fill_table(&mut self) {
        let Interner {
            table,
            hasher,
            text,
            ends,
            ..
        } = self;
        for number in 0..ends.len() as u32 {
            let hash = |other: &u32| hasher.hash_one(slice(text, ends, *other));
            table.insert_unique(hash(&number), number, hash);
        }
        self.sorted = false;
    }

    /// The texts by number: one behind the other, and where each ends.
    pub(crate) fn parts(&self) -> (&str, &[usize]) {
        (&self.text, &self.ends)
    }

    pub(crate) fn get(&self, number: u32) -> &str {
        slice(&self.text, &self.ends, number)
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        (0..self.len() as u32).map(|number| self.get(number))
    }

    /// The texts of the `used` numbers, sorted, and for each number its rank among them ([`NONE`]
    /// for those not used).
    pub(crate) fn finish(&self, used: &[bool]) -> (Labels, Vec<u32>) {
        let mut order: Vec<u32> = (0..self.len() as u32)
            .filter(|&number| used.get(number as usize).copied().unwrap_or(false))
            .collect();
        order.sort_unstable_by_key(|&number| self.get(number));
        let labels = Labels::from_sorted(order.iter().map(|&number| self.get(number)));
        let mut rank = vec![NONE; self.len()];
        for (place, &number) in order.iter().enumerate() {
            rank[number as usize] = place as u32;
        }
        (labels, rank)
    }
}

/// The number that stands for "no text here".
pub(crate) const NONE: u32 = u32::MAX;

fn slice<'a>(text: &'a str, ends: &[usize], number: u32) -> &'a str {
    let number = number as usize;
    let start = match number {
        0 => 0,
        _ => ends.get(number - 1).copied().unwrap_or(0),
    };
    let end = ends.get(number).copied().unwrap_or(start);
    text.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_is_rank_by_bytes() {
        let mut interner = Interner::default();
        for id in ["tea", "Cup", "tea", "été", "10", "9"] {
            interner.intern(id).ok();
        }
        let (labels, rank) = interner.finish(&[true; 5]);
        assert_eq!(
            labels.iter().collect::<Vec<_>>(),
            ["10", "9", "Cup", "tea", "été"]
        );
        assert_eq!(rank, [3, 2, 4, 0, 1]);
        assert_eq!(labels.find("tea"), Some(3));
        assert_eq!(labels.find("te"), None);
        assert_eq!(labels.near("tee"), ["tea"]);
    }

    #[test]
    fn parts_that_lie_are_refused() {
        assert!(Labels::from_parts(b"ab".to_vec(), &[1, 2]).is_ok());
        assert!(Labels::from_parts(b"ba".to_vec(), &[1, 2]).is_err());
        assert!(Labels::from_parts(b"aa".to_vec(), &[1, 2]).is_err());
        assert!(Labels::from_parts(b"ab".to_vec(), &[2, 1]).is_err());
        assert!(Labels::from_parts(b"ab".to_vec(), &[1]).is_err());
        assert!(Labels::from_parts("é".as_bytes().to_vec(), &[1, 2]).is_err());
        assert!(Labels::from_parts(vec![0xff], &[1]).is_err());
    }
}
