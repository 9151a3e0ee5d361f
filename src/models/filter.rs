//! Which items may be suggested.

use crate::error::Result;
use crate::models::recommend::check_item;

/// Which items may be suggested: not those excluded, and only those named, where any are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    exclude: Option<ItemSet>,
    only: Option<ItemSet>,
}

impl Filter {
    /// Lets every item through.
    pub fn all() -> Self {
        Self::default()
    }

    /// Never these items, besides those excluded already.
    ///
    /// # Errors
    /// [`Error::Index`](crate::Error::Index) for an index at or above `items`, the size of the catalogue.
    pub fn exclude(mut self, exclude: &[u32], items: usize) -> Result<Self> {
        let mut set = ItemSet::new(exclude, items)?;
        if let Some(before) = &self.exclude {
            set.join(before, |a, b| a | b);
        }
        self.exclude = Some(set);
        Ok(self)
    }

    /// None but these items, of those that were let through already.
    ///
    /// # Errors
    /// As [`Filter::exclude`].
    pub fn only(mut self, only: &[u32], items: usize) -> Result<Self> {
        let mut set = ItemSet::new(only, items)?;
        if let Some(before) = &self.only {
            set.join(before, |a, b| a & b);
        }
        self.only = Some(set);
        Ok(self)
    }

    /// None but the items whose bits are set, of those that were let through already.
    pub(crate) fn among(mut self, words: Vec<u64>) -> Self {
        let mut set = ItemSet(words);
        if let Some(before) = &self.only {
            set.join(before, |a, b| a & b);
        }
        self.only = Some(set);
        self
    }

    /// Whether the item may be suggested.
    #[inline]
    pub fn allows(&self, item: u32) -> bool {
        !self.exclude.as_ref().is_some_and(|set| set.holds(item))
            && self.only.as_ref().is_none_or(|set| set.holds(item))
    }

    /// Which of the 64 items from `64 * at` on may be suggested: the bit of each.
    #[inline]
    pub(crate) fn word(&self, at: usize) -> u64 {
        let word = |set: &ItemSet| set.0.get(at).copied().unwrap_or(0);
        !self.exclude.as_ref().map_or(0, word) & self.only.as_ref().map_or(u64::MAX, word)
    }

    /// Which of so many items may be suggested, ascending.
    pub(crate) fn allowed(&self, items: usize) -> impl Iterator<Item = u32> {
        let bits = |at: usize| {
            let word = self.word(at);
            let rest = std::iter::successors(Some(word), |bits| Some(bits & bits.wrapping_sub(1)));
            rest.take_while(|&bits| bits != 0)
                .map(move |bits| (at * 64) as u32 + bits.trailing_zeros())
        };
        let past = move |&item: &u32| (item as usize) < items;
        (0..items.div_ceil(64)).flat_map(bits).take_while(past)
    }

    /// Whether every item may be.
    pub fn is_all(&self) -> bool {
        self.exclude.is_none() && self.only.is_none()
    }
}

/// A set of items, a bit each.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ItemSet(Vec<u64>);

impl ItemSet {
    fn new(members: &[u32], items: usize) -> Result<Self> {
        let mut words = vec![0u64; items.div_ceil(64)];
        for &item in members {
            check_item(item, items)?;
            words[item as usize / 64] |= 1 << (item % 64);
        }
        Ok(ItemSet(words))
    }

    fn join(&mut self, other: &ItemSet, join: impl Fn(u64, u64) -> u64) {
        for (word, &other) in self.0.iter_mut().zip(&other.0) {
            *word = join(*word, other);
        }
    }

    #[inline]
    fn holds(&self, item: u32) -> bool {
        self.0
            .get(item as usize / 64)
            .is_some_and(|word| word >> (item % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excluded_goes_before_only() -> Result<()> {
        let filter = Filter::all().only(&[1, 64, 65], 100)?.exclude(&[64], 100)?;
        let allowed: Vec<u32> = (0..200).filter(|&item| filter.allows(item)).collect();
        assert_eq!(allowed, [1, 65]);
        assert_eq!(filter.allowed(100).collect::<Vec<_>>(), allowed);
        assert_eq!(filter.allowed(65).collect::<Vec<_>>(), [1]);
        let filter = Filter::all().exclude(&[0, 63], 100)?;
        assert!(filter.allowed(100).eq((1..63).chain(64..100)));
        assert!(Filter::all().exclude(&[100], 100).is_err());
        Ok(())
    }
}
