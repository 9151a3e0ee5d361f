//! When things were bought: each row's purchases in the order of time.

use super::{Basis, Purchases};
use crate::error::{Error, Result, zeroed};
use crate::ids::MAX_IDS;

/// Each row's purchases, sorted by time, then item; what was bought twice at one instant stands once.
///
/// Rows and items are those of [`Purchases`] of the same basis. Times are microseconds in UTC; a
/// purchase of unknown time carries [`Timeline::NO_TIME`] and so stands before all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    basis: Basis,
    /// How many items there are.
    width: usize,
    /// Row `r` is `starts[r]..starts[r + 1]` of both columns.
    starts: Vec<usize>,
    items: Vec<u32>,
    at: Vec<i64>,
}

impl Timeline {
    /// Stands for a time that is not known: earlier than all, as in a history.
    pub const NO_TIME: i64 = i64::MIN;

    /// From columns as [`Timeline::of`] hands them out: row `r` is `starts[r]..starts[r + 1]` of both.
    ///
    /// # Errors
    /// [`Error::Matrix`] for parts that do not fit together, an item at or above `items`, or a row
    /// that is not sorted and distinct; [`Error::TooMany`].
    pub fn from_parts(
        basis: Basis,
        rows: usize,
        items: usize,
        starts: Vec<usize>,
        bought: Vec<u32>,
        at: Vec<i64>,
    ) -> Result<Timeline> {
        check_size(rows, items)?;
        let fit = starts.len() == rows + 1
            && starts.first() == Some(&0)
            && starts.last() == Some(&bought.len())
            && starts.is_sorted()
            && at.len() == bought.len();
        if !fit {
            return Err(damaged(format!(
                "its row pointers do not lead from 0 to its {} purchases and {} times in {rows} steps",
                bought.len(),
                at.len()
            )));
        }
        for (row, range) in starts.windows(2).enumerate() {
            let range = range[0]..range[1];
            let events = at[range.clone()].iter().zip(&bought[range.clone()]);
            if !events.is_sorted_by(|one, next| one < next) {
                return Err(damaged(format!("row {row} is not sorted and distinct")));
            }
            check_items(&bought[range], row, items)?;
        }
        Ok(Timeline {
            basis,
            width: items,
            starts,
            items: bought,
            at,
        })
    }

    /// From purchases (row, item, time) in any order, each as often as it is told.
    ///
    /// # Errors
    /// [`Error::Matrix`] for a row or item past the end; [`Error::TooMany`];
    /// [`Error::OutOfMemory`].
    ///
    /// ```
    /// use cobuy::{Basis, Timeline};
    /// let events = [(0, 2, 50), (0, 1, 50), (0, 2, 10), (0, 2, 50)];
    /// let timeline = Timeline::from_events(Basis::Customer, 1, 3, events)?;
    /// assert_eq!(timeline.of(0), (&[2, 1, 2][..], &[10, 50, 50][..]));
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    pub fn from_events<Events>(
        basis: Basis,
        rows: usize,
        items: usize,
        events: Events,
    ) -> Result<Timeline>
    where
        Events: IntoIterator<Item = (u32, u32, i64)>,
        Events::IntoIter: Clone,
    {
        check_size(rows, items)?;
        let events = events.into_iter();
        let mut starts: Vec<usize> = zeroed(rows + 1, "the rows of a timeline")?;
        for (row, item, _) in events.clone() {
            match starts.get_mut(row as usize + 1) {
                Some(count) => *count += 1,
                None => {
                    return Err(damaged(format!(
                        "it tells of row {row}, but has {rows} rows"
                    )));
                }
            }
            check_items(&[item], row as usize, items)?;
        }
        for row in 0..rows {
            starts[row + 1] += starts[row];
        }
        let told = starts.last().copied().unwrap_or(0);
        let mut by_row: Vec<(i64, u32)> = zeroed(told, "the purchases of a timeline")?;
        let mut next = starts.clone();
        for (row, item, at) in events {
            let slot = &mut next[row as usize];
            by_row[*slot] = (at, item);
            *slot += 1;
        }
        let mut kept = 0;
        for row in 0..rows {
            let (range, first) = (starts[row]..next[row], kept);
            by_row[range.clone()].sort_unstable();
            for from in range {
                if kept == first || by_row[kept - 1] != by_row[from] {
                    by_row[kept] = by_row[from];
                    kept += 1;
                }
            }
            starts[row] = first;
        }
        starts[rows] = kept;
        let mut bought: Vec<u32> = zeroed(kept, "the purchases of a timeline")?;
        let mut at: Vec<i64> = zeroed(kept, "the purchases of a timeline")?;
        for (event, (item, time)) in by_row.iter().zip(bought.iter_mut().zip(&mut at)) {
            (*time, *item) = *event;
        }
        Ok(Timeline {
            basis,
            width: items,
            starts,
            items: bought,
            at,
        })
    }

    /// The timeline of [`Purchases::by_group`]: each item's purchases become those of its
    /// representative, as [`Purchases::representatives`] tells it.
    ///
    /// # Errors
    /// [`Error::Matrix`] where there is not one representative an item.
    pub fn by_group(&self, representatives: &[u32]) -> Result<Timeline> {
        if representatives.len() != self.width {
            return Err(damaged(format!(
                "it has {} items, but {} representatives",
                self.width,
                representatives.len()
            )));
        }
        let events = (0..self.rows()).flat_map(|row| {
            let (items, at) = self.of(row);
            let moved = items.iter().map(|&item| representatives[item as usize]);
            moved.zip(at).map(move |(item, &at)| (row as u32, item, at))
        });
        Timeline::from_events(self.basis, self.rows(), self.width, events)
    }

    /// What a row is.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// How many rows there are, empty ones included.
    pub fn rows(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// How many items there are, those nobody bought included.
    pub fn items(&self) -> usize {
        self.width
    }

    /// How many purchases all rows hold together.
    pub fn total(&self) -> usize {
        self.items.len()
    }

    /// The items of a row and when they were bought, in the order of time; none past the end.
    pub fn of(&self, row: usize) -> (&[u32], &[i64]) {
        match (self.starts.get(row), self.starts.get(row + 1)) {
            (Some(&start), Some(&end)) => (&self.items[start..end], &self.at[start..end]),
            _ => (&[], &[]),
        }
    }

    /// Where each row starts in the columns of [`Timeline::all`], and where the last one ends.
    pub fn starts(&self) -> &[usize] {
        &self.starts
    }

    /// All rows, one behind the other.
    pub fn all(&self) -> (&[u32], &[i64]) {
        (&self.items, &self.at)
    }

    /// The instant that stands for "now" where none is named: a microsecond after the last, and 0 where there
    /// are no times.
    pub fn as_of(&self) -> i64 {
        let last = self.at.iter().max().copied();
        let last = last.filter(|&last| last != Self::NO_TIME);
        last.map_or(0, |last| last.saturating_add(1))
    }

    /// Refuses a timeline that is of another size or basis than these purchases. Cheap: asked anew
    /// for every row that is counted.
    pub(crate) fn check_shape(&self, purchases: &Purchases) -> Result<()> {
        let own = (self.basis, self.rows(), self.width);
        if own == (purchases.basis(), purchases.rows(), purchases.items()) {
            return Ok(());
        }
        Err(damaged(format!(
            "it is of {} {} and {} items, but the purchases are of {} {} and {} items",
            own.1,
            own.0.plural(),
            own.2,
            purchases.rows(),
            purchases.basis().plural(),
            purchases.items()
        )))
    }

    /// Refuses a timeline that does not tell of just these purchases.
    pub(crate) fn check_against(&self, purchases: &Purchases) -> Result<()> {
        self.check_shape(purchases)?;
        // By item: one more than the last row it was seen in.
        let mut seen: Vec<u32> = zeroed(self.width, "the items of a timeline")?;
        for row in 0..self.rows() {
            let mark = row as u32 + 1;
            let (bought, _) = self.of(row);
            for &item in bought {
                seen[item as usize] = mark;
            }
            let held = purchases.items_of(row);
            let untold = held.iter().any(|&item| seen[item as usize] != mark);
            for &item in held {
                seen[item as usize] = 0;
            }
            if untold || bought.iter().any(|&item| seen[item as usize] == mark) {
                return Err(damaged(format!(
                    "row {row} tells of other items than the purchases hold"
                )));
            }
        }
        Ok(())
    }
}

fn check_size(rows: usize, items: usize) -> Result<()> {
    for (what, count) in [("rows of a timeline", rows), ("items of a timeline", items)] {
        if count > MAX_IDS {
            return Err(Error::TooMany {
                what,
                count: count as u64,
                limit: MAX_IDS as u64,
            });
        }
    }
    Ok(())
}

fn check_items(bought: &[u32], row: usize, items: usize) -> Result<()> {
    match bought.iter().find(|&&item| item as usize >= items) {
        Some(item) => Err(damaged(format!(
            "row {row} tells of item {item}, but there are {items} items"
        ))),
        None => Ok(()),
    }
}

fn damaged(problem: String) -> Error {
    Error::matrix(format!("the timeline is damaged: {problem}"))
}
