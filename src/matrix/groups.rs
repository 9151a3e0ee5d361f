//! Variants: items of one group, such as the sizes of a shirt.

use super::build::{pattern, sorted_distinct};
use super::{Purchases, row_of};
use crate::error::{Error, Result, zeroed};
use std::cmp::Reverse;

/// The number of the group of an item that is in none.
pub const NO_GROUP: u32 = u32::MAX;

impl Purchases {
    /// Says which items are variants of one another: the group's number of each item, [`NO_GROUP`]
    /// for none. Two items of one group are never neighbours.
    ///
    /// # Errors
    /// [`Error::Matrix`] where there is not one number an item.
    ///
    /// ```
    /// use cobuy::{AlsoBought, Purchases, matrix::NO_GROUP};
    /// let purchases = Purchases::from_csr((1, 3), &[0, 3], &[0, 1, 2], |_| 1.0)?;
    /// let purchases = purchases.with_groups(vec![7, 7, NO_GROUP])?;
    /// let model = AlsoBought::params().fit(&purchases)?;
    /// assert_eq!(model.lists().of(0).items, [2]);
    /// assert_eq!(model.lists().of(2).items, [0, 1]);
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    pub fn with_groups(mut self, groups: Vec<u32>) -> Result<Self> {
        if groups.len() != self.items() {
            return Err(Error::matrix(format!(
                "there are {} items, but the groups of {} were told",
                self.items(),
                groups.len()
            )));
        }
        self.groups = Some(groups);
        Ok(self)
    }

    /// The group of each item, where groups were told.
    pub fn groups(&self) -> Option<&[u32]> {
        self.groups.as_deref()
    }

    /// Whether two items are of one group.
    pub(crate) fn are_variants(&self, one: u32, other: u32) -> bool {
        let group = |item: u32| {
            let group = self.groups.as_ref()?.get(item as usize).copied();
            group.filter(|&group| group != NO_GROUP)
        };
        group(one).is_some_and(|own| group(other) == Some(own))
    }

    /// The item that stands for each item where a group counts as one: the variant that most rows
    /// hold, the lowest index of those held equally often; itself for an item in no group.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn representatives(&self) -> Result<Vec<u32>> {
        let mut representatives: Vec<u32> = zeroed(self.items(), "the items' representatives")?;
        for (item, representative) in (0..).zip(&mut representatives) {
            *representative = item;
        }
        let Some(groups) = &self.groups else {
            return Ok(representatives);
        };
        let grouped = (0..).zip(groups).filter(|&(_, &group)| group != NO_GROUP);
        let held = |item: u32| row_of(&self.by_item, item as usize).len();
        let mut variants: Vec<(u32, Reverse<usize>, u32)> = room_for_variants(groups)?;
        variants.extend(grouped.map(|(item, &group)| (group, Reverse(held(item)), item)));
        variants.sort_unstable();
        for group in variants.chunk_by(|one, other| one.0 == other.0) {
            for &(.., item) in group {
                representatives[item as usize] = group[0].2;
            }
        }
        Ok(representatives)
    }

    /// The purchases with the variants of a group counted as one item, its representative: who holds
    /// any of them holds that, and nobody holds another. See [`Purchases::representatives`].
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn by_group(&self) -> Result<Purchases> {
        let representatives = self.representatives()?;
        let mut items: Vec<u32> = zeroed(self.by_row.nnz(), "the purchases by group")?;
        for (moved, &item) in items.iter_mut().zip(self.by_row.indices()) {
            *moved = representatives[item as usize];
        }
        let starts = self.by_row.proper_indptr();
        let (starts, items) = sorted_distinct(&starts, items);
        let by_row = pattern(self.rows(), self.items(), starts, items)?;
        let mut grouped = Purchases::from_pattern(self.basis, by_row)?;
        grouped.groups = self.groups.clone();
        Ok(grouped)
    }
}

/// Room for all items that are in a group.
fn room_for_variants(groups: &[u32]) -> Result<Vec<(u32, Reverse<usize>, u32)>> {
    let variants = groups.iter().filter(|&&group| group != NO_GROUP).count();
    let mut room = zeroed(variants, "the variants of groups")?;
    room.clear();
    Ok(room)
}
