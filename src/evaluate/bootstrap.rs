//! How sure a mean over customers is: the bootstrap.

use super::evaluation::Evaluation;
use super::metric::Metric;
use crate::dice::Dice;
use crate::error::{Error, Result};
use crate::parallel::{map_parts, thread_count};
use crate::watch::Watch;
use serde::Serialize;

/// The percentile bootstrap over customers (Efron, Tibshirani, "An introduction to the bootstrap", 1993,
/// chapter 13): as many customers as there are are drawn with replacement, again and again, and an interval
/// holds the middle of the means. A customer who is judged at several cuts is drawn with all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Bootstrap {
    /// How often customers are drawn anew. Default: 1,000.
    pub resamples: usize,
    /// The share of the means that an interval holds. Default: 0.95.
    pub confidence: f64,
    /// What the draws follow from. Default: 0.
    pub seed: u64,
    /// How many threads draw; `None` for all cores. Intervals are the same for any.
    pub threads: Option<usize>,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Bootstrap {
            resamples: 1_000,
            confidence: 0.95,
            seed: 0,
            threads: None,
        }
    }
}

impl Bootstrap {
    /// Refuses settings that cannot be.
    ///
    /// # Errors
    /// [`Error::Setting`] where `resamples` is 0 or beyond a million, `confidence` does not lie between 0 and
    /// 1, or `threads` is 0.
    pub fn check(&self) -> Result<()> {
        const MOST: usize = 1_000_000;
        if !(1..=MOST).contains(&self.resamples) {
            let must = format!("it must be from 1 to {MOST}");
            return Err(Error::setting("resamples", self.resamples, must));
        }
        if !(self.confidence > 0.0 && self.confidence < 1.0) {
            let must = "it must lie between 0 and 1, such as 0.95";
            return Err(Error::setting("confidence", self.confidence, must));
        }
        thread_count(self.threads).map(|_| ())
    }

    /// The ends of the interval that holds the middle of some means; `None` where there are none.
    fn interval(&self, mut means: Vec<f64>) -> Option<(f64, f64)> {
        means.retain(|mean| mean.is_finite());
        means.sort_unstable_by(f64::total_cmp);
        let tail = (1.0 - self.confidence) / 2.0;
        Some((quantile(&means, tail)?, quantile(&means, 1.0 - tail)?))
    }

    /// The means of each resample, one column after the other: `resamples` rows of as many as there are columns.
    fn means(&self, customers: &Customers, watch: Watch<'_>) -> Result<Vec<f64>> {
        /// Resamples a part of the work.
        const PART: usize = 8;
        self.check()?;
        let parts = map_parts(
            self.resamples.div_ceil(PART),
            thread_count(self.threads)?,
            "resampling",
            watch,
            || Ok(vec![0u32; customers.count]),
            |part, times| {
                let mut means = Vec::with_capacity(PART * customers.columns);
                for which in (part * PART..self.resamples).take(PART) {
                    watch.check()?;
                    times.fill(0);
                    let mut dice = Dice::of(self.seed, which as u64);
                    for _ in 0..customers.count {
                        times[dice.below(customers.count)] += 1;
                    }
                    customers.means(times, &mut means);
                }
                Ok(means)
            },
        )?;
        Ok(parts.concat())
    }
}

/// The value at a share of sorted ones, between neighbours on a straight line (type 7 of Hyndman, Fan, "Sample
/// quantiles in statistical packages", 1996).
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * (sorted.len().checked_sub(1)?) as f64;
    let below = place.floor();
    let low = sorted.get(below as usize)?;
    let high = sorted.get(place.ceil() as usize)?;
    Some(low + (high - low) * (place - below))
}

/// What each customer adds to sums, over all cuts at which they were judged.
struct Customers {
    count: usize,
    columns: usize,
    /// Which of the weights of a row each column is divided by.
    weight_of: Vec<usize>,
    /// A row a customer: of each column the sum of what they have, then the weights: how often they have it.
    rows: Vec<f64>,
    width: usize,
}

impl Customers {
    /// From a row of `columns` values an observation, NaN where there is none, and whose it is, rising.
    fn new(columns: usize, values: &[f64], whose: &[u32]) -> Self {
        // Columns that the same customers have share a weight.
        let mut kinds: Vec<usize> = Vec::new();
        let has = |row: usize, column: usize| !values[row * columns + column].is_nan();
        let alike =
            |one: usize, other: usize| (0..whose.len()).all(|row| has(row, one) == has(row, other));
        let weight_of = (0..columns).map(|column| {
            let known = kinds.iter().position(|&kind| alike(kind, column));
            known.unwrap_or_else(|| {
                kinds.push(column);
                kinds.len() - 1
            })
        });
        let weight_of: Vec<usize> = weight_of.collect();
        let width = columns + kinds.len();
        let mut rows: Vec<f64> = Vec::with_capacity(whose.len() * width);
        let mut last = None;
        for (row, &customer) in whose.iter().enumerate() {
            if last != Some(customer) {
                rows.resize(rows.len() + width, 0.0);
                last = Some(customer);
            }
            let from = rows.len() - width;
            for column in (0..columns).filter(|&column| has(row, column)) {
                rows[from + column] += values[row * columns + column];
            }
            for (place, &kind) in kinds.iter().enumerate() {
                rows[from + columns + place] += f64::from(u8::from(has(row, kind)));
            }
        }
        Customers {
            count: rows.len() / width.max(1),
            columns,
            weight_of,
            rows,
            width,
        }
    }

    /// Appends each column's mean where each customer is taken so many times; NaN where nobody has it.
    fn means(&self, times: &[u32], to: &mut Vec<f64>) {
        let mut sums = vec![0.0; self.width];
        for (&times, row) in times.iter().zip(self.rows.chunks_exact(self.width)) {
            let times = f64::from(times);
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += times * value;
            }
        }
        let (sums, weights) = sums.split_at(self.columns);
        let means = sums.iter().zip(&self.weight_of);
        to.extend(means.map(|(sum, &kind)| sum / weights[kind]));
    }
}

/// How two evaluations differ in one metric: that of the first less that of the second.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Which metric.
    pub metric: Metric,
    /// Of the first so many.
    pub k: usize,
    /// The mean of the customers' differences.
    pub difference: f64,
    /// The ends of its interval.
    pub low: f64,
    /// See `low`.
    pub high: f64,
    /// The share of resamples in which the difference is 0 or has the other sign: small where the order of the
    /// two is hardly chance. 1 where there is no difference.
    pub other_side: f64,
}

impl Evaluation {
    /// The interval of one mean: as that of [`Evaluation::figures`].
    pub(crate) fn interval_of(
        &self,
        metric: Metric,
        k: usize,
        bootstrap: &Bootstrap,
        watch: Watch<'_>,
    ) -> Result<Option<(f64, f64)>> {
        let Some(values) = self.of(metric, k) else {
            return Ok(None);
        };
        let values: Vec<f64> = values.collect();
        let customers = Customers::new(1, &values, self.customers());
        Ok(bootstrap.interval(bootstrap.means(&customers, watch)?))
    }

    /// The interval of each mean, by column.
    pub(super) fn intervals(
        &self,
        bootstrap: &Bootstrap,
        watch: Watch<'_>,
    ) -> Result<Vec<Option<(f64, f64)>>> {
        let columns = self.columns().len();
        let customers = Customers::new(columns, self.values(), self.customers());
        let means = bootstrap.means(&customers, watch)?;
        Ok((0..columns)
            .map(|column| bootstrap.interval(every(&means, columns, column)))
            .collect())
    }

    /// How this evaluation differs from another of the same customers: the paired bootstrap, of each
    /// customer's own differences. Metrics that both have, in the order of this one.
    ///
    /// # Errors
    /// [`Error::Matrix`] where the two judged other customers or by other purchases, or have no metric in
    /// common; [`Error::Setting`] as [`Bootstrap::check`]; [`Error::Cancelled`].
    pub fn compare(
        &self,
        other: &Evaluation,
        bootstrap: &Bootstrap,
        watch: Watch<'_>,
    ) -> Result<Vec<Difference>> {
        self.check_same_truth(other)?;
        let common = self
            .columns()
            .iter()
            .enumerate()
            .filter_map(|(at, column)| {
                Some((at, other.columns().iter().position(|it| it == column)?))
            });
        let common: Vec<(usize, usize)> = common.collect();
        if common.is_empty() {
            return Err(Error::matrix(
                "the two evaluations have no metric at one k in common; measure both at the same `k`",
            ));
        }
        let rows = self.rows().zip(other.rows());
        let values = rows.flat_map(|(one, two)| common.iter().map(move |&(a, b)| one[a] - two[b]));
        let values: Vec<f64> = values.collect();
        let customers = Customers::new(common.len(), &values, self.customers());
        let mut told = Vec::new();
        customers.means(&vec![1; customers.count], &mut told);
        let means = bootstrap.means(&customers, watch)?;
        let difference = |(column, (&(at, _), &told)): (usize, (&(usize, usize), &f64))| {
            let all = every(&means, common.len(), column);
            let same_side = |mean: f64| (told > 0.0 && mean > 0.0) || (told < 0.0 && mean < 0.0);
            let against = all.iter().filter(|&&mean| !same_side(mean)).count();
            let (metric, k) = self.columns()[at];
            let (low, high) = bootstrap.interval(all)?;
            Some(Difference {
                metric,
                k,
                difference: told,
                low,
                high,
                other_side: against as f64 / bootstrap.resamples as f64,
            })
        };
        let columns = common.iter().zip(&told).enumerate();
        Ok(columns.filter_map(difference).collect())
    }
}

/// One column of rows of `columns`.
fn every(means: &[f64], columns: usize, column: usize) -> Vec<f64> {
    means
        .iter()
        .skip(column)
        .step_by(columns.max(1))
        .copied()
        .collect()
}
