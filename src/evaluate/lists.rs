//! Lists of any origin against what was bought.

use super::catalogue::{Popularity, shown};
use super::evaluation::{Counted, Evaluation, Origin, Took, sum, timed};
use super::groups::{GroupBy, Grouped};
use super::judge::{Case, Discounts};
use super::metric::Metric;
use super::params::EvaluateParams;
use super::truth::{Truth, Values};
use crate::error::{Error, Result};
use crate::matrix::{Pattern, row_of};
use crate::parallel::{map_parts, threads_for};
use crate::watch::Watch;
use ndarray::ArrayView2;

/// What lists are measured with, beside the lists themselves.
pub(super) struct Task<'a> {
    pub truth: Truth<'a>,
    /// Whose each row is.
    pub customers: Vec<u32>,
    /// Of more customers than those of the rows.
    pub popularity: Option<Popularity>,
    pub counted: Counted,
    pub origin: Origin,
    pub grouped: Option<Grouped>,
    pub took: Took,
}

impl EvaluateParams {
    /// Measures lists that any tool made: of shape (rows, width), items best first, -1 where there is none. The
    /// truth is taken as it is, whatever was bought before.
    ///
    /// # Errors
    /// [`Error::Setting`] as [`EvaluateParams::check`], and where `k` is longer than the lists; [`Error::Index`]
    /// for an item that there is not; [`Error::Matrix`] for a list that has an item twice, for shapes that do
    /// not fit, values that cannot be, and where nobody bought anything; [`Error::Cancelled`].
    ///
    /// ```
    /// use cobuy::evaluate::{EvaluateParams, Metric, Truth};
    /// use cobuy::{Purchases, Watch};
    /// let truth = Purchases::from_csr((2, 4), &[0, 2, 3], &[1, 3, 0], |_| 1.0)?;
    /// let lists = ndarray::arr2(&[[3, 2], [1, -1]]);
    /// let truth = Truth::new(truth.by_row());
    /// let evaluation = EvaluateParams::default().k([2]).lists(lists.view(), truth, Watch::new())?;
    /// assert_eq!(evaluation.mean(Metric::Recall, 2), Some(0.25));
    /// assert_eq!(evaluation.mean(Metric::Mrr, 2), Some(0.5));
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    pub fn lists(
        &self,
        lists: ArrayView2<'_, i32>,
        truth: Truth<'_>,
        watch: Watch<'_>,
    ) -> Result<Evaluation> {
        self.check()?;
        truth.check(lists.nrows())?;
        let (width, items, longest) = (lists.ncols(), truth.bought.cols(), self.longest());
        if longest.min(items) > width {
            let must = format!(
                "the lists are {width} long; make them as long as the largest k, padded with -1, or ask for less"
            );
            return Err(Error::setting("k", longest, must));
        }
        let customers: Vec<u32> = (0..lists.nrows() as u32).collect();
        let all = Task {
            grouped: self.grouped(truth.before, &customers)?,
            popularity: truth.before.map(Popularity::of).transpose()?,
            truth,
            customers,
            counted: Counted::default(),
            origin: Origin::default(),
            took: Took::default(),
        };
        self.measure(lists, all, watch)?.finished()
    }

    /// The groups of customers that are known by what they bought before alone.
    pub(super) fn grouped(
        &self,
        before: Option<&Pattern>,
        customers: &[u32],
    ) -> Result<Option<Grouped>> {
        let needs = |must: &str| Err(Error::setting("group_by", "set", must));
        match &self.group_by {
            None => Ok(None),
            Some(GroupBy::Purchases(groups)) => {
                let Some(before) = before else {
                    return needs("it needs what was bought before; hand it over, too");
                };
                let counts = (0..customers.len()).map(|row| row_of(before, row).len() as u32);
                Ok(Some(Grouped::Numbers(counts.collect(), *groups)))
            }
            Some(GroupBy::Labels(labels)) => {
                let label = |&customer: &u32| labels.get(customer as usize).cloned();
                match customers.iter().map(label).collect::<Option<Vec<String>>>() {
                    Some(labels) => Ok(Some(Grouped::Names(labels))),
                    None => Err(Error::matrix(format!(
                        "there are group labels of {} customers, but customer {} is judged; tell one a customer",
                        labels.len(),
                        customers.iter().max().copied().unwrap_or(0)
                    ))),
                }
            }
            Some(GroupBy::Orders(_)) => {
                needs("orders are known of a shop only; group by purchases")
            }
            Some(GroupBy::Column(_)) => needs("columns are known of a shop only; tell labels"),
        }
    }

    /// Measures lists that were checked.
    pub(super) fn measure(
        &self,
        lists: ArrayView2<'_, i32>,
        task: Task<'_>,
        watch: Watch<'_>,
    ) -> Result<Evaluation> {
        let (mut evaluation, seconds) = timed(|| self.judge_all(lists, task, watch))?;
        evaluation.took.measure = seconds;
        Ok(evaluation)
    }

    fn judge_all(
        &self,
        lists: ArrayView2<'_, i32>,
        task: Task<'_>,
        watch: Watch<'_>,
    ) -> Result<Evaluation> {
        /// Rows a part of the work.
        const PART: usize = 1024;
        let (truth, ks) = (task.truth, self.ks());
        let rows: Vec<usize> = (0..lists.nrows())
            .filter(|&row| !row_of(truth.bought, row).is_empty())
            .collect();
        let mut metrics = Metric::ALL.to_vec();
        metrics.retain(|metric| match metric {
            Metric::RevenueRecall => !matches!(truth.values, Values::None),
            Metric::RepeatRecall | Metric::ExploreRecall => truth.before.is_some(),
            _ => true,
        });
        let judged = lists.select(ndarray::Axis(0), &rows);
        let catalogue = shown(
            judged.view(),
            &ks,
            truth.bought.cols(),
            task.popularity.as_ref(),
        )?;
        let discounts = Discounts::new(self.longest().min(truth.bought.cols()));
        let parts = rows.len().div_ceil(PART);
        let values = map_parts(
            parts,
            threads_for(parts, self.threads)?,
            "measuring",
            watch,
            || Ok(Vec::new()),
            |part, list| {
                let mut values = Vec::with_capacity(PART * metrics.len() * ks.len());
                for (at, &row) in rows.iter().enumerate().skip(part * PART).take(PART) {
                    let bought = row_of(truth.bought, row);
                    list.clear();
                    list.extend(judged.row(at));
                    let case = Case {
                        list: &list[..],
                        truth: bought,
                        before: truth.before.map(|before| row_of(before, row)),
                        values: &truth.values.of(task.customers[row], bought),
                    };
                    case.judge(&ks, &metrics, &discounts, &mut values);
                }
                Ok(values)
            },
        )?;
        let columns = ks
            .iter()
            .flat_map(|&k| metrics.iter().map(move |&metric| (metric, k)));
        let mut evaluation = Evaluation {
            columns: columns.collect(),
            values: values.concat(),
            customers: rows.iter().map(|&row| task.customers[row]).collect(),
            origins: vec![0; rows.len()],
            truths: rows
                .iter()
                .map(|&row| in_one(row_of(truth.bought, row)))
                .collect(),
            catalogue,
            counted: Counted {
                judged: rows.len() as u64,
                purchases: truth.bought.nnz() as u64,
                without_truth: task.counted.without_truth + (lists.nrows() - rows.len()) as u64,
                ..task.counted
            },
            told: Vec::new(),
            took: task.took,
            grouped: task.grouped.map(|grouped| grouped.picked(&rows)),
        };
        evaluation.told = vec![Origin {
            counted: evaluation.counted,
            ..task.origin
        }];
        Ok(evaluation)
    }
}

impl Evaluation {
    /// With the metrics in which anybody takes part.
    ///
    /// # Errors
    /// [`Error::Matrix`] where nobody is judged; [`Error::TooMany`] for too many groups.
    pub(super) fn finished(mut self) -> Result<Self> {
        if self.customers.is_empty() {
            return Err(nobody(&self.counted));
        }
        self.grouped.as_ref().map_or(Ok(()), Grouped::check)?;
        self.drop_empty_columns();
        Ok(self)
    }

    /// Leaves out metrics in which nobody takes part, and [`Metric::ExploreRecall`] where it is recall.
    fn drop_empty_columns(&mut self) {
        let some = |metric, k| self.of(metric, k).is_some_and(|of| sum(of).1 > 0);
        let has = |&(metric, k): &(Metric, usize)| match metric {
            Metric::ExploreRecall => some(metric, k) && some(Metric::RepeatRecall, k),
            _ => some(metric, k),
        };
        let kept: Vec<bool> = self.columns.iter().map(has).collect();
        if kept.iter().all(|&kept| kept) {
            return;
        }
        let mut cells = kept.iter().cycle();
        self.values
            .retain(|_| cells.next().copied().unwrap_or(true));
        let mut columns = kept.iter();
        self.columns
            .retain(|_| columns.next().copied().unwrap_or(true));
    }
}

/// A row's truth in one number.
fn in_one(truth: &[u32]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(bytemuck::cast_slice(truth))
}

/// Nobody can be judged.
fn nobody(counted: &Counted) -> Error {
    let told = [
        (
            counted.repeats,
            "held-out purchases were of what the customer owned already (`keep_owned` counts them)",
        ),
        (
            counted.cold_customer_purchases,
            "were by customers who had bought nothing before",
        ),
        (
            counted.cold_item_purchases,
            "were of items that nobody had bought before",
        ),
    ];
    let told = told.iter().filter(|(count, _)| *count > 0);
    let told: Vec<String> = told
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let why = match told.is_empty() {
        true => "nothing was held out; hold out more, or another time".to_owned(),
        false => told.join(", "),
    };
    Error::matrix(format!("no customer has a purchase to be judged by: {why}"))
}
