//! What was measured, customer by customer.

use super::catalogue::Catalogue;
use super::groups::Grouped;
use super::metric::Metric;
use crate::error::{Error, Result};
use serde::Serialize;
use std::time::Duration;

/// What lists came to, customer by customer. Made by [`EvaluateParams`](super::EvaluateParams).
///
/// A row is a customer at a cut: of one split there is a row a customer. Rows run by customer, then by cut.
#[derive(Clone, Debug)]
pub struct Evaluation {
    pub(super) columns: Vec<(Metric, usize)>,
    /// A row of as many as there are columns, for each of `customers`.
    pub(super) values: Vec<f64>,
    pub(super) customers: Vec<u32>,
    pub(super) origins: Vec<u32>,
    /// What the truth of each row was, in one number.
    pub(super) truths: Vec<u64>,
    pub(super) catalogue: Vec<Catalogue>,
    pub(super) counted: Counted,
    pub(super) told: Vec<Origin>,
    pub(super) took: Took,
    pub(super) grouped: Option<Grouped>,
}

/// Who was judged, and who and what was left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// Rows that were judged: a customer at a cut each.
    pub judged: u64,
    /// Purchases that they were judged by.
    pub purchases: u64,
    /// Known customers who bought nothing to be judged by, at each cut.
    pub without_truth: u64,
    /// Held-out purchases of what the customer owned already, or of a variant of it, that do not count.
    pub repeats: u64,
    /// Customers who bought nothing before the cut, and something after: nobody knows them, and they are not judged.
    pub cold_customers: u64,
    /// Purchases of theirs.
    pub cold_customer_purchases: u64,
    /// Purchases by known customers of items that nobody had bought before the cut: they do not count.
    pub cold_item_purchases: u64,
}

impl Counted {
    pub(super) fn add(&mut self, other: &Counted) {
        self.judged += other.judged;
        self.purchases += other.purchases;
        self.without_truth += other.without_truth;
        self.repeats += other.repeats;
        self.cold_customers += other.cold_customers;
        self.cold_customer_purchases += other.cold_customer_purchases;
        self.cold_item_purchases += other.cold_item_purchases;
    }
}

/// A cut, and who was judged at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Origin {
    /// What happened up to this instant was learnt from; `None` where nothing was cut by time.
    pub cut: Option<crate::Instant>,
    /// What happened after the cut and up to this instant was held out.
    pub until: Option<crate::Instant>,
    /// Who was judged and who was not.
    pub counted: Counted,
}

/// How long it took: the one thing that differs from run to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Took {
    /// Seconds of learning; `None` where nothing was learnt.
    pub fit: Option<f64>,
    /// Seconds of making the lists; `None` where they were given.
    pub rank: Option<f64>,
    /// Seconds of measuring them.
    pub measure: f64,
}

impl Took {
    pub(super) fn add(&mut self, other: &Took) {
        let sum = |one: Option<f64>, other: Option<f64>| match (one, other) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        self.fit = sum(self.fit, other.fit);
        self.rank = sum(self.rank, other.rank);
        self.measure += other.measure;
    }
}

/// Work and the seconds it took.
pub(super) fn timed<Out>(work: impl FnOnce() -> Result<Out>) -> Result<(Out, f64)> {
    let begin = std::time::Instant::now();
    let out = work()?;
    let took: Duration = begin.elapsed();
    Ok((out, took.as_secs_f64()))
}

impl Evaluation {
    /// What the values of a row are: metric and k.
    pub fn columns(&self) -> &[(Metric, usize)] {
        &self.columns
    }

    /// Whose each row is: the index of the customer, rising.
    pub fn customers(&self) -> &[u32] {
        &self.customers
    }

    /// The cut of each row: its place among [`Evaluation::origins`].
    pub fn origin_of(&self) -> &[u32] {
        &self.origins
    }

    /// All values, row by row, as [`Evaluation::columns`] says; NaN where a customer takes no part in a metric.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The values of each row.
    pub(super) fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> + Clone {
        self.values.chunks_exact(self.columns.len().max(1))
    }

    /// The values of one metric, by row.
    pub fn of(&self, metric: Metric, k: usize) -> Option<impl Iterator<Item = f64> + Clone + '_> {
        let column = self.columns.iter().position(|it| *it == (metric, k))?;
        Some(self.rows().map(move |row| row[column]))
    }

    /// The mean of one metric over the rows that have it; `None` where it was not measured, or none has it.
    pub fn mean(&self, metric: Metric, k: usize) -> Option<f64> {
        let (sum, count) = sum(self.of(metric, k)?);
        (count > 0).then(|| sum / count as f64)
    }

    /// What the lists show of the catalogue at each k; over several cuts the mean of those at which anybody
    /// was judged, suggestions added up. Of a group there is none.
    pub fn catalogue(&self) -> &[Catalogue] {
        &self.catalogue
    }

    /// Who was judged, and who and what was left out, over all cuts.
    pub fn counted(&self) -> &Counted {
        &self.counted
    }

    /// The cuts, the earliest first.
    pub fn origins(&self) -> &[Origin] {
        &self.told
    }

    /// How long it took.
    pub fn took(&self) -> &Took {
        &self.took
    }

    /// Refuses evaluations of other customers, or by other purchases.
    pub(super) fn check_same_truth(&self, other: &Evaluation) -> Result<()> {
        let who = |it: &Evaluation| {
            (
                it.customers.len(),
                it.origins.iter().max().map_or(0, |at| at + 1),
            )
        };
        if (&self.customers, &self.origins) != (&other.customers, &other.origins) {
            let ((rows, cuts), (other_rows, other_cuts)) = (who(self), who(other));
            return Err(Error::matrix(format!(
                "the two evaluations judged other customers: {rows} at {cuts} cuts and {other_rows} at \
                 {other_cuts}; compare evaluations of one split"
            )));
        }
        let differ = |(at, (one, two)): (usize, (&u64, &u64))| (one != two).then_some(at);
        let mut truths = self.truths.iter().zip(&other.truths).enumerate();
        match truths.find_map(differ) {
            Some(at) => Err(Error::matrix(format!(
                "the two evaluations judged the same {} customers by other purchases, customer {} for one; \
                 compare evaluations of one split",
                self.customers.len(),
                self.customers[at]
            ))),
            None => Ok(()),
        }
    }

    /// All cuts as one.
    pub(super) fn together(parts: Vec<Evaluation>) -> Result<Evaluation> {
        let mut parts = parts.into_iter();
        let mut all = parts
            .next()
            .ok_or_else(|| Error::matrix("there is nothing to measure"))?;
        let mut count = f64::from(u8::from(!all.customers.is_empty()));
        for (origin, part) in (1..).zip(parts) {
            let judged = !part.customers.is_empty();
            all.customers.extend(part.customers);
            all.origins.extend(part.origins.iter().map(|_| origin));
            all.values.extend(part.values);
            all.truths.extend(part.truths);
            all.counted.add(&part.counted);
            all.told.extend(part.told);
            all.took.add(&part.took);
            all.grouped = Grouped::join(all.grouped, part.grouped);
            match count > 0.0 {
                true if judged => {
                    let sums = all.catalogue.iter_mut().zip(&part.catalogue);
                    sums.for_each(|(sum, of_part)| sum.add(of_part));
                }
                false => all.catalogue = part.catalogue,
                true => {}
            }
            count += f64::from(u8::from(judged));
        }
        all.catalogue
            .iter_mut()
            .for_each(|sum| sum.divide(f64::max(count, 1.0)));
        let mut order: Vec<usize> = (0..all.customers.len()).collect();
        order.sort_by_key(|&row| all.customers[row]); // stable: by cut within
        Ok(all.picked(&order))
    }

    /// These rows, in this order.
    pub(super) fn picked(&self, order: &[usize]) -> Evaluation {
        let width = self.columns.len();
        let rows = order
            .iter()
            .flat_map(|&row| &self.values[row * width..(row + 1) * width]);
        Evaluation {
            columns: self.columns.clone(),
            values: rows.copied().collect(),
            customers: order.iter().map(|&row| self.customers[row]).collect(),
            origins: order.iter().map(|&row| self.origins[row]).collect(),
            truths: order.iter().map(|&row| self.truths[row]).collect(),
            catalogue: self.catalogue.clone(),
            counted: self.counted,
            told: self.told.clone(),
            took: self.took,
            grouped: self.grouped.as_ref().map(|grouped| grouped.picked(order)),
        }
    }
}

/// The sum of what there is, in order, and how many there are.
pub(super) fn sum(values: impl Iterator<Item = f64>) -> (f64, u64) {
    let there = values.filter(|value| !value.is_nan());
    there.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1))
}
