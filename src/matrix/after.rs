//! What was bought within a time after something else: windows on a [`Timeline`].

use super::{DAY, Purchases, Timeline, row_of};
use crate::error::{Result, zeroed};

/// How long after a purchase another counts as bought after it, and until when purchases are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// Microseconds.
    length: i64,
    as_of: i64,
}

impl Window {
    /// Of some days, rounded to microseconds, as of an instant.
    pub(crate) fn new(days: f64, as_of: i64) -> Self {
        Window {
            length: (days * DAY).round() as i64,
            as_of,
        }
    }

    /// The last instant of the window after a purchase; `None` where it was not observed to its end.
    fn end(self, time: i64) -> Option<i64> {
        if time == Timeline::NO_TIME {
            return None;
        }
        time.checked_add(self.length)
            .filter(|&end| end <= self.as_of)
    }

    /// Calls `bought(row, item)` for everything that a row bought in the window after a purchase of
    /// `source` that was observed to its end: later than that purchase, and not past the window. Rows
    /// come ascending; where windows overlap, what lies in both is told once.
    #[inline]
    pub(super) fn walk(
        self,
        purchases: &Purchases,
        timeline: &Timeline,
        source: u32,
        mut bought: impl FnMut(u32, u32),
    ) {
        for &row in row_of(purchases.by_item(), source as usize) {
            let (items, at) = timeline.of(row as usize);
            let mut told = 0;
            for (&item, &time) in items.iter().zip(at) {
                if item != source {
                    continue;
                }
                // Sorted by time, so no later purchase has a window that ends earlier.
                let Some(end) = self.end(time) else { continue };
                let from = told + at[told..].partition_point(|&other| other <= time);
                told = from + at[from..].partition_point(|&other| other <= end);
                for &other in &items[from..told] {
                    bought(row, other);
                }
            }
        }
    }

    /// How many rows have a purchase of each item that was observed to the end of its window.
    pub(crate) fn sources(self, timeline: &Timeline) -> Result<Vec<u32>> {
        let mut sources: Vec<u32> = zeroed(timeline.items(), "the items' totals")?;
        // By item: one more than the last row it was seen in.
        let mut seen: Vec<u32> = zeroed(timeline.items(), "the items of a row")?;
        for row in 0..timeline.rows() {
            let mark = row as u32 + 1;
            let (items, at) = timeline.of(row);
            for (&item, &time) in items.iter().zip(at) {
                let item = item as usize;
                if seen[item] != mark && self.end(time).is_some() {
                    seen[item] = mark;
                    sources[item] += 1;
                }
            }
        }
        Ok(sources)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::Basis;

    /// What a row bought in the windows of item 0, as told.
    fn walked(events: &[(u32, i64)], length: i64, as_of: i64) -> Result<Vec<u32>> {
        let told = events.iter().map(|&(item, at)| (0, item, at));
        let timeline = Timeline::from_events(Basis::Customer, 1, 9, told)?;
        let purchases = Purchases::from_csr((1, 9), &[0, 1], &[0], |_| 1.0)?;
        let mut found = Vec::new();
        let window = Window { length, as_of };
        window.walk(&purchases, &timeline, 0, |_, item| found.push(item));
        Ok(found)
    }

    #[test]
    fn a_window_is_open_at_its_start_and_closed_at_its_end() -> Result<()> {
        let events = [(0, 10), (1, 9), (2, 10), (3, 11), (4, 15), (5, 16)];
        assert_eq!(walked(&events, 5, 100)?, [3, 4]);
        assert_eq!(walked(&events, 5, 15)?, [3, 4]);
        assert!(walked(&events, 5, 14)?.is_empty());
        assert!(walked(&events, 0, 100)?.is_empty());
        Ok(())
    }

    #[test]
    fn what_lies_in_two_windows_is_told_once() -> Result<()> {
        let events = [(0, 10), (0, 12), (1, 12), (2, 14), (3, 17), (4, 18)];
        assert_eq!(walked(&events, 5, 100)?, [0, 1, 2, 3]);
        assert_eq!(walked(&events, 5, 16)?, [0, 1, 2]);
        Ok(())
    }

    #[test]
    fn extreme_times_have_no_window() -> Result<()> {
        let events = [(0, i64::MIN), (0, i64::MAX), (1, i64::MIN + 1), (2, 0)];
        assert!(walked(&events, i64::MAX, i64::MAX)?.is_empty());
        assert_eq!(walked(&[(0, i64::MIN + 1), (2, -1)], i64::MAX, 0)?, [2]);
        Ok(())
    }
}
