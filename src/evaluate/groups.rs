//! Groups of customers, each measured by itself.

use super::evaluation::{Counted, Evaluation};
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// By what customers are grouped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// By how many distinct items they had bought before, in so many groups of about the same size.
    Purchases(usize),
    /// By how many fulfilled orders they had placed before, likewise. Needs a shop.
    Orders(usize),
    /// By a column of the shop's own in the table of customers. Needs a shop.
    Column(String),
    /// By these names, one a customer by index.
    Labels(Vec<String>),
}

impl GroupBy {
    /// Refuses what cannot be.
    pub(super) fn check(&self) -> Result<()> {
        match self {
            GroupBy::Purchases(0) | GroupBy::Orders(0) => {
                Err(Error::setting("groups", 0, "it must be at least 1"))
            }
            _ => Ok(()),
        }
    }
}

/// Which group each row is of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Grouped {
    /// Names, the group's own.
    Names(Vec<String>),
    /// Numbers, to be put into so many groups.
    Numbers(Vec<u32>, usize),
}

impl Grouped {
    /// Those of one cut behind those of another.
    pub(super) fn join(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(Grouped::Names(mut one)), Some(Grouped::Names(other))) => {
                one.extend(other);
                Some(Grouped::Names(one))
            }
            (Some(Grouped::Numbers(mut one, groups)), Some(Grouped::Numbers(other, _))) => {
                one.extend(other);
                Some(Grouped::Numbers(one, groups))
            }
            _ => None,
        }
    }

    /// Those of some rows, in this order.
    pub(super) fn picked(&self, order: &[usize]) -> Self {
        match self {
            Grouped::Names(names) => {
                Grouped::Names(order.iter().map(|&row| names[row].clone()).collect())
            }
            Grouped::Numbers(numbers, groups) => {
                Grouped::Numbers(order.iter().map(|&row| numbers[row]).collect(), *groups)
            }
        }
    }

    /// Refuses more groups than anybody looks at, such as a name a customer.
    pub(super) fn check(&self) -> Result<()> {
        const MOST: usize = 1_000;
        match self.rows().len() {
            count if count > MOST => Err(Error::TooMany {
                what: "groups of customers",
                count: count as u64,
                limit: MOST as u64,
            }),
            _ => Ok(()),
        }
    }

    /// The rows of each group, with its name: by name, or by number.
    fn rows(&self) -> Vec<(String, Vec<usize>)> {
        match self {
            Grouped::Names(names) => {
                let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
                for (row, name) in names.iter().enumerate() {
                    groups.entry(name).or_default().push(row);
                }
                groups
                    .into_iter()
                    .map(|(name, rows)| (name.to_owned(), rows))
                    .collect()
            }
            Grouped::Numbers(numbers, groups) => by_size(numbers, *groups),
        }
    }
}

/// Rows in at most so many groups of about the same size, by rising number; equal numbers stand in one group.
/// A group is named by its least and greatest number: `3`, `4-9`.
fn by_size(numbers: &[u32], groups: usize) -> Vec<(String, Vec<usize>)> {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    let groups = groups.min(sorted.len());
    let last_of = |group: usize| {
        let end = (sorted.len() as u128 * group as u128).div_ceil(groups as u128) as usize;
        sorted.get(end.saturating_sub(1)).copied()
    };
    let mut lasts: Vec<u32> = (1..=groups).filter_map(last_of).collect();
    lasts.extend(sorted.last());
    lasts.dedup();
    let mut found: Vec<Vec<usize>> = vec![Vec::new(); lasts.len()];
    for (row, number) in numbers.iter().enumerate() {
        found[lasts.partition_point(|last| last < number)].push(row);
    }
    let name = |rows: &Vec<usize>| {
        let own = || rows.iter().map(|&row| numbers[row]);
        match (own().min(), own().max()) {
            (Some(least), Some(most)) if least != most => format!("{least}-{most}"),
            (least, _) => least.map_or_else(String::new, |only| only.to_string()),
        }
    };
    let named = found.into_iter().filter(|rows| !rows.is_empty());
    named.map(|rows| (name(&rows), rows)).collect()
}

impl Evaluation {
    /// Each group's own evaluation, with its name; empty where no groups were asked for. They hold all customers
    /// that were judged, each once, so the mean of a metric is that of the groups' means by how many have it.
    /// What a group's lists show of the catalogue is not told.
    pub fn groups(&self) -> Vec<(String, Evaluation)> {
        let Some(grouped) = &self.grouped else {
            return Vec::new();
        };
        let of = |(name, rows): (String, Vec<usize>)| {
            let counted = Counted {
                judged: rows.len() as u64,
                ..Counted::default()
            };
            let group = Evaluation {
                catalogue: Vec::new(),
                grouped: None,
                counted,
                ..self.picked(&rows)
            };
            (name, group)
        };
        grouped.rows().into_iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::by_size;

    #[test]
    fn groups_are_about_as_large_and_never_part_equal_numbers() {
        let names = |numbers: &[u32], groups| -> Vec<(String, usize)> {
            let found = by_size(numbers, groups).into_iter();
            found.map(|(name, rows)| (name, rows.len())).collect()
        };
        let expected = |told: &[(&str, usize)]| -> Vec<(String, usize)> {
            told.iter()
                .map(|&(name, rows)| (name.to_owned(), rows))
                .collect()
        };
        assert_eq!(
            names(&[5, 1, 3, 2, 4, 6], 3),
            expected(&[("1-2", 2), ("3-4", 2), ("5-6", 2)])
        );
        assert_eq!(
            names(&[1, 1, 1, 1, 2, 9], 3),
            expected(&[("1", 4), ("2-9", 2)])
        );
        assert_eq!(names(&[7, 7], 4), expected(&[("7", 2)]));
        assert_eq!(names(&[1, 2], 9), expected(&[("1", 1), ("2", 1)]));
        assert_eq!(names(&[], 2), expected(&[]));
    }
}
