//! What of a matrix of purchases is learnt from, and what is held out.

use super::truth::Values;
use crate::dice::Dice;
use crate::error::{Error, Result};
use crate::matrix::build::pattern;
use crate::matrix::{Pattern, Purchases, Timeline, row_of};

/// What is learnt from, and what is held out to judge by: one row a customer in both.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    pub(super) train: Purchases,
    pub(super) test: Pattern,
    /// The times of `train`, where they are known.
    pub(super) timeline: Option<Timeline>,
    /// Up to when `train` tells, in microseconds: purchases fade, and are observed, up to then.
    pub(super) as_of: i64,
    /// Where there is a cut in time: up to when what is held out was bought. Customers and items that are not
    /// known at the cut are not judged.
    pub(super) until: Option<i64>,
    pub(super) values: Values,
    /// Whether what is held out was drawn, since no time says what came last.
    pub(super) drawn: bool,
}

/// Which of each customer's items are held out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeaveOut {
    /// The share of the customer's items, rounded, at least one and never all. Default: 0.2.
    pub share: f64,
    /// What draws follow from, where no time says which items come last. Default: 0.
    pub seed: u64,
}

impl Default for LeaveOut {
    fn default() -> Self {
        LeaveOut {
            share: 0.2,
            seed: 0,
        }
    }
}

impl LeaveOut {
    pub(super) fn check(&self) -> Result<()> {
        if self.share > 0.0 && self.share < 1.0 {
            return Ok(());
        }
        let must = "it must lie between 0 and 1, such as 0.2";
        Err(Error::setting("share", self.share, must))
    }

    /// The items of a customer that are held out, sorted: the last by when each was first bought, equal times
    /// and unknown ones by a draw; none where the customer has but one.
    pub(super) fn held_out(&self, row: usize, bought: &[(u32, i64)]) -> Vec<u32> {
        if bought.len() < 2 {
            return Vec::new();
        }
        let most = bought.len() - 1;
        let count = ((bought.len() as f64 * self.share).round() as usize).clamp(1, most);
        let draw = |item: u32| Dice::of(self.seed, (row as u64) << 32 | u64::from(item)).number();
        let mut order: Vec<(i64, u64, u32)> = bought
            .iter()
            .map(|&(item, at)| (at, draw(item), item))
            .collect();
        order.sort_unstable();
        let mut last: Vec<u32> = order
            .iter()
            .rev()
            .take(count)
            .map(|&(.., item)| item)
            .collect();
        last.sort_unstable();
        last
    }
}

/// When each item of a row was first bought, by item.
pub(super) fn firsts(timeline: &Timeline, row: usize) -> Vec<(u32, i64)> {
    let (items, at) = timeline.of(row);
    let mut firsts: Vec<(u32, i64)> = items.iter().copied().zip(at.iter().copied()).collect();
    firsts.sort_unstable();
    firsts.dedup_by_key(|&mut (item, _)| item);
    firsts
}

impl Split {
    /// A split that is there already, such as those that papers share: rows and items of both are the same.
    ///
    /// # Errors
    /// [`Error::Matrix`] where they are of different shapes.
    pub fn given(train: Purchases, test: Pattern) -> Result<Split> {
        let (own, other) = (train.by_row().shape(), test.shape());
        if !test.is_csr() {
            let problem = "what is held out is stored by column: hand over `to_csr()` of it";
            return Err(Error::matrix(problem));
        }
        if own != other {
            return Err(Error::matrix(format!(
                "what is learnt from is of {} customers and {} items, but what is held out of {} customers and {} \
                 items; both need one shape, a row a customer and a column an item",
                own.0, own.1, other.0, other.1
            )));
        }
        Ok(Split {
            train,
            test,
            timeline: None,
            as_of: 0,
            until: None,
            values: Values::None,
            drawn: false,
        })
    }

    /// The times of what is learnt from, for models that need them, as of an instant (microseconds in UTC).
    ///
    /// # Errors
    /// [`Error::Matrix`] for a timeline of other purchases.
    pub fn with_times(mut self, timeline: Timeline, as_of: i64) -> Result<Split> {
        timeline.check_against(&self.train)?;
        self.timeline = Some(timeline);
        self.as_of = as_of;
        Ok(self)
    }

    /// What purchases are worth, for [`Metric::RevenueRecall`](super::Metric::RevenueRecall).
    ///
    /// # Errors
    /// [`Error::Matrix`] for values below 0 or not finite, and of other customers or items.
    pub fn with_values(mut self, values: Values) -> Result<Split> {
        values.check(self.test.shape())?;
        self.values = values;
        Ok(self)
    }

    /// Holds out the last items of each customer, by when each was first bought; where no timeline says so, items
    /// that are drawn. Who has one item keeps it.
    ///
    /// # Errors
    /// [`Error::Setting`] for a `share` that does not lie between 0 and 1; [`Error::Matrix`] for a timeline of
    /// other purchases.
    ///
    /// ```
    /// use cobuy::evaluate::{LeaveOut, Split};
    /// use cobuy::{Basis, Purchases, Timeline};
    /// let purchases = Purchases::from_csr((2, 3), &[0, 3, 4], &[0, 1, 2, 0], |_| 1.0)?;
    /// let events = [(0, 0, 9), (0, 1, 5), (0, 2, 7), (1, 0, 9)];
    /// let timeline = Timeline::from_events(Basis::Customer, 2, 3, events)?;
    /// let split = Split::leave_out(&purchases, Some(&timeline), LeaveOut { share: 0.3, seed: 0 })?;
    /// assert_eq!(split.train().items_of(0), [1, 2]);
    /// assert_eq!(split.test().indices(), [0]);
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    pub fn leave_out(
        purchases: &Purchases,
        timeline: Option<&Timeline>,
        leave_out: LeaveOut,
    ) -> Result<Split> {
        leave_out.check()?;
        if let Some(timeline) = timeline {
            timeline.check_against(purchases)?;
        }
        let mut halves = Halves::default();
        for row in 0..purchases.rows() {
            let held = purchases.items_of(row);
            let bought = match timeline {
                Some(timeline) => firsts(timeline, row),
                None => held.iter().map(|&item| (item, Timeline::NO_TIME)).collect(),
            };
            let out = leave_out.held_out(row, &bought);
            let stays = held.iter().filter(|item| out.binary_search(item).is_err());
            halves.push(stays.copied(), out.iter().copied());
        }
        let as_of = timeline.map_or(0, Timeline::as_of);
        let split = halves.split(purchases, timeline, as_of, None)?;
        let timed =
            |timeline: &Timeline| timeline.all().1.iter().any(|&at| at != Timeline::NO_TIME);
        Ok(Split {
            drawn: !timeline.is_some_and(timed),
            ..split
        })
    }

    /// Learns from what was bought up to a cut, and holds out what was bought after it and within `horizon`:
    /// both in microseconds. Purchases without a time count as earlier than all. Customers who had bought
    /// nothing by then, and items that nobody had, are not judged.
    ///
    /// # Errors
    /// [`Error::Setting`] for a cut outside of the times that there are, or a horizon below 1;
    /// [`Error::Matrix`] for a timeline of other purchases.
    pub fn time(
        purchases: &Purchases,
        timeline: &Timeline,
        cut: i64,
        horizon: i64,
    ) -> Result<Split> {
        timeline.check_against(purchases)?;
        if horizon < 1 {
            return Err(Error::setting(
                "horizon",
                horizon,
                "it must be longer than nothing",
            ));
        }
        let times = || {
            timeline
                .all()
                .1
                .iter()
                .filter(|&&at| at != Timeline::NO_TIME)
        };
        check_cut(cut, times().min().copied().zip(times().max().copied()))?;
        let until = cut.saturating_add(horizon);
        let mut halves = Halves::default();
        for row in 0..purchases.rows() {
            let (items, at) = timeline.of(row);
            let within = |from: i64, to: i64| {
                let events = items
                    .iter()
                    .zip(at)
                    .filter(move |(_, at)| from < **at && **at <= to);
                let mut items: Vec<u32> = events.map(|(&item, _)| item).collect();
                items.sort_unstable();
                items.dedup();
                items
            };
            let mut before = within(Timeline::NO_TIME, cut);
            let timeless = items
                .iter()
                .zip(at)
                .filter(|(_, at)| **at == Timeline::NO_TIME);
            before.extend(timeless.map(|(&item, _)| item));
            before.sort_unstable();
            before.dedup();
            halves.push(before.into_iter(), within(cut, until).into_iter());
        }
        halves.split(
            purchases,
            Some(timeline),
            cut.saturating_add(1),
            Some(until),
        )
    }

    /// Judges only so many customers, drawn from those who have something held out: as much is learnt from, and
    /// less is ranked. All of them where there are no more.
    ///
    /// # Errors
    /// [`Error::Setting`] where `customers` is 0.
    pub fn sample(mut self, customers: usize, seed: u64) -> Result<Split> {
        let some = |&row: &u32| !row_of(&self.test, row as usize).is_empty();
        let judged = (0..self.train.rows() as u32).filter(some);
        let drawn = drawn_customers(judged, customers, seed)?;
        let mut kept = Halves::default();
        for row in 0..self.train.rows() {
            let stays = drawn.binary_search(&(row as u32)).is_ok();
            let held = if stays { row_of(&self.test, row) } else { &[] };
            kept.push(std::iter::empty(), held.iter().copied());
        }
        let [_, starts] = kept.starts;
        let [_, items] = kept.items;
        if !starts.is_empty() {
            self.test = pattern(self.train.rows(), self.train.items(), starts, items)?;
        }
        Ok(self)
    }

    /// What is learnt from.
    pub fn train(&self) -> &Purchases {
        &self.train
    }

    /// What is held out, a row a customer.
    pub fn test(&self) -> &Pattern {
        &self.test
    }

    /// Whether what is held out was drawn, since no time says what came last.
    pub(crate) fn drawn(&self) -> bool {
        self.drawn
    }

    /// The times of what is learnt from.
    pub fn timeline(&self) -> Option<&Timeline> {
        self.timeline.as_ref()
    }
}

/// So many of these customers, sorted, or all of them.
pub(super) fn drawn_customers(
    customers: impl Iterator<Item = u32>,
    count: usize,
    seed: u64,
) -> Result<Vec<u32>> {
    if count == 0 {
        return Err(Error::setting("customers", 0, "it must be at least 1"));
    }
    /// Apart from the draws of what is held out, which are by customer and item.
    const WHICH: u64 = 0x5a3b_1e00_0000_0000;
    let draw = |customer| Dice::of(seed, WHICH ^ u64::from(customer)).number();
    let mut drawn: Vec<(u64, u32)> = customers.map(|it| (draw(it), it)).collect();
    drawn.sort_unstable();
    drawn.truncate(count);
    let mut drawn: Vec<u32> = drawn.into_iter().map(|(_, it)| it).collect();
    drawn.sort_unstable();
    Ok(drawn)
}

/// Refuses a cut that does not part what there is.
pub(super) fn check_cut(cut: i64, span: Option<(i64, i64)>) -> Result<()> {
    let shown = |at: i64| crate::Instant(at).to_string();
    match span {
        None => {
            let must = "there are no times to be cut by; leave out the last items instead";
            Err(Error::setting("cut", shown(cut), must))
        }
        Some((first, last)) if cut < first || cut >= last => {
            let must = format!(
                "it must part what was bought from {} to {}",
                shown(first),
                shown(last)
            );
            Err(Error::setting("cut", shown(cut), must))
        }
        Some(_) => Ok(()),
    }
}

/// Rows in two halves.
#[derive(Default)]
struct Halves {
    starts: [Vec<usize>; 2],
    items: [Vec<u32>; 2],
}

impl Halves {
    fn push(&mut self, train: impl Iterator<Item = u32>, test: impl Iterator<Item = u32>) {
        let [train_items, test_items] = &mut self.items;
        train_items.extend(train);
        test_items.extend(test);
        for (starts, items) in self.starts.iter_mut().zip(&self.items) {
            if starts.is_empty() {
                starts.push(0);
            }
            starts.push(items.len());
        }
    }

    fn split(
        self,
        purchases: &Purchases,
        timeline: Option<&Timeline>,
        as_of: i64,
        until: Option<i64>,
    ) -> Result<Split> {
        let (rows, items) = (purchases.rows(), purchases.items());
        let [train_starts, test_starts] = self.starts.map(|starts| match starts.is_empty() {
            true => vec![0],
            false => starts,
        });
        let [train, test] = self.items;
        let train = pattern(rows, items, train_starts, train)?;
        let mut train = Purchases::from_pattern(purchases.basis(), train)?;
        if let Some(groups) = purchases.groups() {
            train = train.with_groups(groups.to_vec())?;
        }
        let kept = timeline.map(|timeline| {
            let events = (0..rows).flat_map(|row| {
                let (bought, at) = timeline.of(row);
                let events = bought.iter().copied().zip(at.iter().copied());
                let train = &train;
                events
                    .filter(move |(item, at)| {
                        train.items_of(row).binary_search(item).is_ok()
                            && (until.is_none() || *at < as_of)
                    })
                    .map(move |(item, at)| (row as u32, item, at))
            });
            Timeline::from_events(purchases.basis(), rows, items, events)
        });
        Ok(Split {
            timeline: kept.transpose()?,
            train,
            test: pattern(rows, items, test_starts, test)?,
            as_of,
            until,
            values: Values::None,
            drawn: false,
        })
    }
}
