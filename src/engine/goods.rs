//! The goods as the engine knows them: what they are, which are variants, which are popular.

use crate::error::{Error, Result};
use crate::history::{ItemTable, Labels, NONE, Texts};
use crate::matrix::{NO_GROUP, Purchases, Timeline, row_of};
use crate::models::filter::Filter;
use crate::near::near;
use crate::text::shown;
use std::collections::BTreeMap;

/// The group's number of each item; `None` where nothing is in a group.
pub(super) fn numbers(groups: &Texts) -> Option<Vec<u32>> {
    let number = |&code: &u32| if code == NONE { NO_GROUP } else { code };
    let some = groups.codes.iter().any(|&code| code != NONE);
    some.then(|| groups.codes.iter().map(number).collect())
}

/// The items of each group.
pub(super) fn members(purchases: &Purchases) -> BTreeMap<u32, Vec<u32>> {
    let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (item, &group) in (0..).zip(purchases.groups().unwrap_or_default()) {
        if group != NO_GROUP {
            members.entry(group).or_default().push(item);
        }
    }
    members
}

/// Where a group counts as one item: who stands for whom.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Variants {
    /// The item that stands for each item in lists.
    pub representative: Vec<u32>,
    /// The variants of each group's representative: itself, which most rows hold, then the others by
    /// how many customers bought them.
    of: BTreeMap<u32, Vec<u32>>,
}

impl Variants {
    /// Of groups whose purchases may have been moved to representatives already.
    pub(super) fn new(purchases: &Purchases, bought: &Timeline) -> Result<Self> {
        let representative = purchases.representatives()?;
        let customers = customers_of(bought);
        let mut of: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let groups = purchases.groups().unwrap_or_default();
        for (item, &group) in (0..).zip(groups) {
            if group != NO_GROUP {
                of.entry(representative[item as usize])
                    .or_default()
                    .push(item);
            }
        }
        for (&shown_first, variants) in &mut of {
            variants.sort_by_key(|&item| {
                let count = customers.get(item as usize).copied().unwrap_or(0);
                (item != shown_first, std::cmp::Reverse(count), item)
            });
        }
        Ok(Variants { representative, of })
    }

    /// The item to show for a representative: its most bought variant that may be shown.
    pub(super) fn shown(&self, item: u32, allows: impl Fn(u32) -> bool) -> Option<u32> {
        match self.of.get(&item) {
            None => allows(item).then_some(item),
            Some(variants) => variants.iter().copied().find(|&variant| allows(variant)),
        }
    }

    /// The representatives of groups, and their variants.
    pub(super) fn groups(&self) -> impl Iterator<Item = (u32, &[u32])> {
        self.of
            .iter()
            .map(|(&item, variants)| (item, &variants[..]))
    }
}

/// How many customers bought each item.
fn customers_of(bought: &Timeline) -> Vec<u32> {
    let mut counts = vec![0u32; bought.items()];
    let mut seen = vec![NONE; bought.items()];
    for row in 0..bought.rows() {
        for &item in bought.of(row).0 {
            let last = std::mem::replace(&mut seen[item as usize], row as u32);
            counts[item as usize] += u32::from(last != row as u32);
        }
    }
    counts
}

/// What is bought most, in the shop and in each category.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Popularity {
    /// Items that anybody bought, the most bought first, ties by index.
    best: Vec<u32>,
    /// The place of each item in `best`; past its end where nobody bought it.
    place: Vec<u32>,
    /// The items of each category, by its label, the most bought first.
    of_category: Vec<Vec<u32>>,
}

impl Popularity {
    pub(super) fn new(purchases: &Purchases, table: Option<&ItemTable>) -> Self {
        let items = purchases.items();
        let buyers = |item: u32| row_of(purchases.by_item(), item as usize).len();
        let mut best: Vec<u32> = (0..items as u32).filter(|&item| buyers(item) > 0).collect();
        best.sort_by_key(|&item| std::cmp::Reverse(buyers(item)));
        let mut place = vec![NONE; items];
        for (at, &item) in best.iter().enumerate() {
            place[item as usize] = at as u32;
        }
        let mut of_category = Vec::new();
        if let Some(column) = table.and_then(|table| table.category.as_ref()) {
            of_category = vec![Vec::new(); column.labels.len()];
            for &item in &best {
                let code = column.codes[item as usize] as usize;
                if let Some(items) = of_category.get_mut(code) {
                    items.push(item);
                }
            }
        }
        Popularity {
            best,
            place,
            of_category,
        }
    }

    /// Items of the whole shop, the most bought first.
    pub(super) fn best(&self) -> &[u32] {
        &self.best
    }

    /// Those that a filter lets through, the most bought first, where they are so few that they are put in
    /// order sooner than they are found among all.
    pub(super) fn few(&self, filter: &Filter) -> Option<Vec<u32>> {
        // Among `most * most` items, every `most`-th is one of so many.
        let most = self.best.len().isqrt();
        let allowed = || filter.allowed(self.place.len());
        if filter.is_all() || allowed().nth(most).is_some() {
            return None;
        }
        let mut few: Vec<u32> = allowed()
            .filter(|&item| self.place[item as usize] != NONE)
            .collect();
        few.sort_unstable_by_key(|&item| self.place[item as usize]);
        Some(few)
    }

    /// Items under a category, the most bought first: among these few alone, where they are told.
    pub(super) fn under(&self, column: &Texts, path: &str, few: Option<&[u32]>) -> Vec<u32> {
        if let Some(few) = few {
            let label = |&item: &u32| column.get(item as usize);
            let under = |item: &u32| label(item).is_some_and(|label| is_under(label, path));
            return few.iter().copied().filter(under).collect();
        }
        let codes = codes_under(&column.labels, path);
        let items = codes.flat_map(|code| self.of_category.get(code).into_iter().flatten());
        let mut items: Vec<u32> = items.copied().collect();
        items.sort_unstable_by_key(|&item| self.place[item as usize]);
        items
    }
}

/// The labels that are a path or lie under it.
fn codes_under<'a>(categories: &'a Labels, path: &'a str) -> impl Iterator<Item = usize> + 'a {
    let under = move |label: &str| is_under(label, path);
    (0..categories.len()).filter(move |&code| categories.get(code).is_some_and(under))
}

/// Whether a label is a path or lies under it.
fn is_under(label: &str, path: &str) -> bool {
    label
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path and those above it: `a/b/c`, `a/b`, `a`.
pub(super) fn path_and_above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| {
        path.rsplit_once('/').map(|(above, _)| above)
    })
}

/// Refuses a category that no item stands in or under.
pub(super) fn check_category(table: Option<&ItemTable>, path: &str) -> Result<()> {
    let labels = table
        .and_then(|table| table.category.as_ref())
        .map(|column| &column.labels);
    if labels.is_some_and(|labels| codes_under(labels, path).next().is_some()) {
        return Ok(());
    }
    let known = labels
        .into_iter()
        .flat_map(|labels| labels.iter().flat_map(path_and_above));
    let known: std::collections::BTreeSet<&str> = known.collect();
    Err(Error::UnknownName {
        what: "category",
        name: shown(path),
        near: near(path, known),
    })
}
