//! Which neighbours are kept.

use crate::error::{Error, Result, zeroed};
use crate::matrix::product::{Neighbours, Rows};
use crate::models::lists::by_score;
use crate::near::near;
use std::fmt;
use std::str::FromStr;

/// Which neighbours are kept: the best of each list, or each item where it is best.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kept {
    /// Every item keeps those that go best with it, as many as `neighbours` at most.
    #[default]
    Source,
    /// Every item is kept in the lists of those that it goes best with, as many as `neighbours` at most. Lists
    /// differ in length, and what few bought is in as many as what all bought.
    Target,
}

impl Kept {
    /// Both.
    pub const ALL: [Kept; 2] = [Kept::Source, Kept::Target];

    /// The name, the same in every face.
    pub fn name(self) -> &'static str {
        match self {
            Kept::Source => "source",
            Kept::Target => "target",
        }
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kept {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let known = Kept::ALL.into_iter().find(|kept| kept.name() == name);
        known.ok_or_else(|| Error::UnknownName {
            what: "way of keeping neighbours",
            name: crate::text::shown(name),
            near: near(name, Kept::ALL.map(Kept::name)),
        })
    }
}

/// The rows to be made where they are to be [`turned`].
pub(super) fn to_be_turned(rows: Rows<'_>) -> Rows<'_> {
    let (purchases, items) = (rows.purchases, rows.purchases.items());
    let most = |item: usize| rows.most_of(item, purchases.meetings_of(item as u32));
    let again: u64 = (0..items).map(most).sum();
    // Both ways round at once; where each list starts, how far it is filled, and one to be put in order.
    let bytes = again.saturating_mul(Neighbours::EACH) + 32 * (items as u64 + 1);
    Rows {
        made: rows.made.saturating_add(bytes),
        ..rows
    }
}

/// Lists by the other item of each pair, best first.
pub(super) fn turned(lists: Neighbours, rows: Rows<'_>) -> Result<Neighbours> {
    let (items, total) = (lists.starts.len().saturating_sub(1), lists.items.len());
    let what = "the lists of neighbours";
    let mut starts: Vec<u64> = zeroed(items + 1, what)?;
    for &item in &lists.items {
        starts[item as usize + 1] += 1;
    }
    for item in 0..items {
        starts[item + 1] += starts[item];
    }
    let mut next = starts.clone();
    let mut turned = Neighbours {
        starts,
        items: zeroed(total, what)?,
        scores: zeroed(total, what)?,
        both: zeroed(total, what)?,
    };
    for (target, ends) in (0..).zip(lists.starts.windows(2)) {
        rows.watch.check()?;
        for at in ends[0] as usize..ends[1] as usize {
            let to = &mut next[lists.items[at] as usize];
            turned.items[*to as usize] = target;
            turned.scores[*to as usize] = lists.scores[at];
            turned.both[*to as usize] = lists.both[at];
            *to += 1;
        }
    }
    by_score(&mut turned);
    Ok(turned)
}
