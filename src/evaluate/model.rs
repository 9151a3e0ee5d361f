//! The index door: models of a matrix, measured on a split of it.

use super::catalogue::Popularity;
use super::evaluation::{Counted, Evaluation, Origin, Took, timed};
use super::lists::Task;
use super::params::EvaluateParams;
use super::split::Split;
use super::truth::Truth;
use crate::error::Result;
use crate::matrix::build::pattern;
use crate::matrix::{Pattern, row_of};
use crate::models::also_bought::{AlsoBought, AlsoBoughtParams};
use crate::models::filter::Filter;
use crate::models::recommend::Asked;
use crate::watch::Watch;
use ndarray::Array2;
use std::cmp::Reverse;

impl EvaluateParams {
    /// Learns from what a split gives to learn from, and measures what is suggested to those who have something
    /// held out.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) as [`EvaluateParams::check`] and as a fit's;
    /// [`Error::Matrix`](crate::Error::Matrix) where nobody can be judged;
    /// [`Error::Cancelled`](crate::Error::Cancelled).
    pub fn fit(
        &self,
        params: &AlsoBoughtParams,
        split: &Split,
        watch: Watch<'_>,
    ) -> Result<Evaluation> {
        self.check()?;
        let (model, seconds) = timed(|| match &split.timeline {
            Some(timeline) => params.fit_timed(&split.train, timeline, split.as_of, watch),
            None => params.fit_watched(&split.train, watch),
        })?;
        let mut evaluation = self.fitted(&model, split, watch)?;
        evaluation.took.fit = Some(seconds);
        Ok(evaluation)
    }

    /// Measures what anybody could suggest: to each customer what most others bought and they do not own, equal
    /// counts by index. What is learnt ought to be better.
    ///
    /// # Errors
    /// As [`EvaluateParams::fit`].
    pub fn popular(&self, split: &Split, watch: Watch<'_>) -> Result<Evaluation> {
        self.check()?;
        let popularity = Popularity::of(split.train.by_row())?;
        let mut best: Vec<u32> = (0..split.train.items() as u32).collect();
        best.sort_by_key(|&item| Reverse(popularity.buyers_of[item as usize])); // stable: by index
        let some = |item: &&u32| popularity.buyers_of[**item as usize] > 0;
        let best: Vec<u32> = best.iter().filter(some).copied().collect();
        self.ranked(split, watch, |judged| {
            let before = &judged.before;
            let width = self.longest().min(split.train.items());
            let mut lists = Array2::from_elem((before.rows(), width), -1i32);
            for (row, mut list) in lists.outer_iter_mut().enumerate() {
                let owned = row_of(before, row);
                let new = |item: &&u32| self.keep_owned || owned.binary_search(item).is_err();
                for (place, &item) in list.iter_mut().zip(best.iter().filter(new)) {
                    *place = item as i32;
                }
            }
            Ok(lists)
        })
    }

    /// Measures a model that was fitted already: to be fair, on what the split gives to learn from.
    ///
    /// # Errors
    /// As [`EvaluateParams::fit`]; [`Error::Matrix`](crate::Error::Matrix) for a model of another number of items.
    pub fn fitted(
        &self,
        model: &AlsoBought,
        split: &Split,
        watch: Watch<'_>,
    ) -> Result<Evaluation> {
        self.check()?;
        self.ranked(split, watch, |judged| {
            let asked = Asked {
                n: self.longest(),
                filter: &Filter::all(),
                keep_owned: self.keep_owned,
            };
            let row_of = |row: usize| judged.customers[row] as usize;
            let times = split.timeline.as_ref();
            let times = times.map(|timeline| (timeline, &row_of as _));
            let (lists, _) = model.recommend_each(&judged.before, times, asked, watch)?;
            Ok(lists)
        })
    }

    /// Measures the lists that are made for those who are judged.
    fn ranked(
        &self,
        split: &Split,
        watch: Watch<'_>,
        make: impl FnOnce(&Judged) -> Result<Array2<i32>>,
    ) -> Result<Evaluation> {
        let popularity = Popularity::of(split.train.by_row())?;
        let (judged, counted) = Judged::of(split, &popularity, self.keep_owned)?;
        let (lists, seconds) = timed(|| make(&judged))?;
        let task = Task {
            truth: Truth::new(&judged.truth)
                .before(&judged.before)
                .values(&split.values),
            grouped: self.grouped(Some(&judged.before), &judged.customers)?,
            customers: judged.customers,
            popularity: Some(popularity),
            counted,
            origin: Origin {
                cut: split
                    .until
                    .map(|_| crate::Instant(split.as_of.saturating_sub(1))),
                until: split.until.map(crate::Instant),
                ..Origin::default()
            },
            took: Took {
                rank: Some(seconds),
                ..Took::default()
            },
        };
        self.measure(lists.view(), task, watch)?.finished()
    }
}

/// Those of a split who are judged, a row each.
pub(super) struct Judged {
    pub customers: Vec<u32>,
    /// What they are judged by.
    pub truth: Pattern,
    /// What they had bought before.
    pub before: Pattern,
}

impl Judged {
    fn of(split: &Split, popularity: &Popularity, keep_owned: bool) -> Result<(Self, Counted)> {
        let mut counted = Counted::default();
        let mut rows = Rows::default();
        let is_cold = |item: u32| popularity.buyers_of[item as usize] == 0;
        for row in 0..split.train.rows() {
            let before = split.train.items_of(row);
            let bought = Bought {
                owned: before,
                held_out: row_of(&split.test, row),
                cold: split.until.map(|_| &is_cold as &dyn Fn(u32) -> bool),
            };
            let truth = bought.truth(&mut counted, |item| {
                !keep_owned && before.binary_search(&item).is_ok()
            });
            if !truth.is_empty() {
                rows.push(row as u32, truth, before);
            }
        }
        Ok((rows.judged(split.train.items())?, counted))
    }
}

/// What one customer bought before and after.
pub(super) struct Bought<'a> {
    pub owned: &'a [u32],
    pub held_out: &'a [u32],
    /// Whether nobody had bought an item before, where what nobody knows does not count.
    pub cold: Option<&'a dyn Fn(u32) -> bool>,
}

impl Bought<'_> {
    /// What the customer is judged by; what is not is counted.
    pub(super) fn truth(&self, counted: &mut Counted, repeats: impl Fn(u32) -> bool) -> Vec<u32> {
        if self.owned.is_empty() && self.cold.is_some() {
            counted.cold_customers += u64::from(!self.held_out.is_empty());
            counted.cold_customer_purchases += self.held_out.len() as u64;
            return Vec::new();
        }
        let mut truth = self.held_out.to_vec();
        truth.retain(|&item| {
            let cold = self.cold.is_some_and(|cold| cold(item));
            let repeat = !cold && repeats(item);
            counted.cold_item_purchases += u64::from(cold);
            counted.repeats += u64::from(repeat);
            !cold && !repeat
        });
        let anything = !(self.owned.is_empty() && self.held_out.is_empty());
        counted.without_truth += u64::from(truth.is_empty() && anything);
        truth
    }
}

/// Rows of those who are judged, as they come.
#[derive(Default)]
pub(super) struct Rows {
    customers: Vec<u32>,
    truth: (Vec<usize>, Vec<u32>),
    before: (Vec<usize>, Vec<u32>),
}

impl Rows {
    pub(super) fn push(&mut self, customer: u32, truth: Vec<u32>, before: &[u32]) {
        self.customers.push(customer);
        self.truth.1.extend(truth);
        self.truth.0.push(self.truth.1.len());
        self.before.1.extend(before);
        self.before.0.push(self.before.1.len());
    }

    pub(super) fn judged(self, items: usize) -> Result<Judged> {
        let rows = self.customers.len();
        let of = |(ends, held): (Vec<usize>, Vec<u32>)| {
            let starts = std::iter::once(0).chain(ends).collect();
            pattern(rows, items, starts, held)
        };
        Ok(Judged {
            customers: self.customers,
            truth: of(self.truth)?,
            before: of(self.before)?,
        })
    }
}
