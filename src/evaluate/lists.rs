//! Lists of any origin against what was bought.

use super::catalogue::{Popularity, shown};
use super::evaluation::{Counted, Evaluation, Origin, Took, sum, timed};
use super::groups::{GroupBy, Grouped};
use super::judge::{Case, Discounts};
use super::metric::Metric;
use crate::error::{Error, Result};
use crate::matrix::build::check_parts;
use crate::matrix::{Pattern, row_of};
use crate::parallel::{map_parts, thread_count, threads_for};
use crate::watch::Watch;
use ndarray::ArrayView2;
use sprs::CsMatI;

/// What is looked at grows with each k.
const MOST_KS: usize = 20;

/// How suggestions are measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvaluateParams {
    /// How many of a list's first items are looked at, each for itself. Default: 10 and 20.
    pub k: Vec<usize>,
    /// Whether what a customer owns may be suggested, and counts as truth where it is bought again.
    pub keep_owned: bool,
    /// By what customers are grouped; `None`: not at all.
    pub group_by: Option<GroupBy>,
    /// How many threads measure, and ask a shop; `None` for all cores. Values are the same for any. A model ranks
    /// with its own.
    pub threads: Option<usize>,
}

impl Default for EvaluateParams {
    fn default() -> Self {
        EvaluateParams {
            k: vec![10, 20],
            keep_owned: false,
            group_by: None,
            threads: None,
        }
    }
}

/// What lists are judged by: what customers bought, row by row.
#[derive(Clone, Copy, Debug)]
pub struct Truth<'a> {
    bought: &'a Pattern,
    before: Option<&'a Pattern>,
    values: &'a Values,
}

/// What purchases are worth: finite, and not below 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Values {
    /// Nobody tells.
    #[default]
    None,
    /// By item.
    ByItem(Vec<f64>),
    /// By customer and item; what is not stored is worth nothing.
    ByPlace(CsMatI<f64, u32, usize>),
}

impl Values {
    /// By customer and item, from the parts of a compressed sparse row matrix: `shape` (customers, items), `starts`
    /// of length customers + 1, `indices` below items in any order, and the value at each stored place. Values
    /// stored twice for one place are added up.
    ///
    /// # Errors
    /// [`Error::Matrix`] for parts that do not fit together.
    pub fn from_csr(
        shape: (usize, usize),
        starts: &[usize],
        indices: &[u32],
        value: impl Fn(usize) -> f64,
    ) -> Result<Values> {
        check_parts(shape, starts, indices)?;
        let (mut ends, mut items, mut worth) = (vec![0], Vec::new(), Vec::<f64>::new());
        for row in starts.windows(2) {
            let mut places: Vec<(u32, f64)> = (row[0]..row[1])
                .map(|at| (indices[at], value(at)))
                .collect();
            places.sort_by_key(|&(item, _)| item);
            for same in places.chunk_by(|one, next| one.0 == next.0) {
                items.push(same[0].0);
                worth.push(same.iter().map(|&(_, value)| value).sum());
            }
            ends.push(items.len());
        }
        CsMatI::try_new(shape, ends, items, worth)
            .map(Values::ByPlace)
            .map_err(|(.., problem)| Error::matrix(format!("the values are damaged: {problem}")))
    }

    /// Refuses values that cannot be, or are of other customers and items.
    pub(super) fn check(&self, shape: (usize, usize)) -> Result<()> {
        match self {
            Values::None => Ok(()),
            Values::ByItem(values) if values.len() != shape.1 => Err(Error::matrix(format!(
                "there are values of {} items, but purchases of {} items; tell one value an item",
                values.len(),
                shape.1
            ))),
            Values::ByItem(values) => check_values(values),
            Values::ByPlace(values) => {
                if !values.is_csr() {
                    let problem = "the values are stored by column: hand over `to_csr()` of them";
                    return Err(Error::matrix(problem));
                }
                same_shape("values", Some(values.shape()), shape)?;
                check_values(values.data())
            }
        }
    }

    /// What each of some items is worth that a customer bought.
    fn of(&self, customer: u32, items: &[u32]) -> Vec<f64> {
        match self {
            Values::None => Vec::new(),
            Values::ByItem(values) => items.iter().map(|&item| values[item as usize]).collect(),
            Values::ByPlace(values) => {
                let row = values.outer_view(customer as usize);
                let value = |item: &u32| row.as_ref()?.get(*item as usize).copied();
                items
                    .iter()
                    .map(|item| value(item).unwrap_or(0.0))
                    .collect()
            }
        }
    }
}

static NO_VALUES: Values = Values::None;

impl<'a> Truth<'a> {
    /// What each row bought: of shape (rows, items), row-major. A row without any takes no part.
    pub fn new(bought: &'a Pattern) -> Self {
        Truth {
            bought,
            before: None,
            values: &NO_VALUES,
        }
    }

    /// What each row had bought before, of the same shape: repeats are told from what is new, and how popular
    /// items are.
    pub fn before(mut self, before: &'a Pattern) -> Self {
        self.before = Some(before);
        self
    }

    /// What purchases are worth.
    pub fn values(mut self, values: &'a Values) -> Self {
        self.values = values;
        self
    }

    fn check(&self, rows: usize) -> Result<()> {
        let shape = self.bought.shape();
        if rows != shape.0 {
            return Err(Error::matrix(format!(
                "there are lists for {rows} rows, but the truth has {} rows; both need a row a customer, in one order",
                shape.0
            )));
        }
        for (what, pattern) in [
            ("truth", Some(self.bought)),
            ("purchases before", self.before),
        ] {
            if pattern.is_some_and(|pattern| !pattern.is_csr()) {
                return Err(Error::matrix(format!(
                    "the {what} are stored by column: hand over `to_csr()` of them"
                )));
            }
        }
        same_shape("purchases before", self.before.map(Pattern::shape), shape)?;
        self.values.check(shape)
    }
}

fn same_shape(what: &str, found: Option<(usize, usize)>, truth: (usize, usize)) -> Result<()> {
    match found {
        Some(found) if found != truth => Err(Error::matrix(format!(
            "the {what} are of {} rows and {} items, but the truth is of {} rows and {} items; both need one shape",
            found.0, found.1, truth.0, truth.1
        ))),
        _ => Ok(()),
    }
}

fn check_values(values: &[f64]) -> Result<()> {
    match values
        .iter()
        .find(|value| !(value.is_finite() && **value >= 0.0))
    {
        Some(value) => Err(Error::matrix(format!(
            "a value is {value}, but values are finite and not below 0; tell 0 where it is not known"
        ))),
        None => Ok(()),
    }
}

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
    /// How many of a list's first items are looked at: several numbers, each for itself. A list ends with the
    /// catalogue where `k` is beyond it; precision is still of k.
    pub fn k(mut self, k: impl IntoIterator<Item = usize>) -> Self {
        self.k = k.into_iter().collect();
        self
    }

    /// Whether what a customer owns may be suggested, and counts as truth where it is bought again: the protocol
    /// of the next basket. Default: no, only what is new to the customer counts.
    pub fn keep_owned(mut self, keep_owned: bool) -> Self {
        self.keep_owned = keep_owned;
        self
    }

    /// Measures each group of customers by itself, too. Default: no groups.
    pub fn group_by(mut self, group_by: GroupBy) -> Self {
        self.group_by = Some(group_by);
        self
    }

    /// How many threads measure, and ask a shop. Default: all cores. Values are the same for any.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Refuses settings that cannot be: to be asked before the work is done.
    ///
    /// # Errors
    /// [`Error::Setting`] where `k` is empty, holds 0 or more than 20 numbers, there are to be 0 groups, or `threads` is 0.
    pub fn check(&self) -> Result<()> {
        let must = "it must be at least 1";
        match self.k.iter().min() {
            None => {
                return Err(Error::setting(
                    "k",
                    "empty",
                    "name at least one number, such as 10",
                ));
            }
            Some(0) => return Err(Error::setting("k", 0, must)),
            _ => {}
        }
        if self.ks().len() > MOST_KS {
            let must = format!("name at most {MOST_KS} different numbers");
            return Err(Error::setting(
                "k",
                format!("{} numbers", self.ks().len()),
                must,
            ));
        }
        self.group_by.as_ref().map_or(Ok(()), GroupBy::check)?;
        thread_count(self.threads).map(|_| ())
    }

    /// The numbers of `k`, each once, rising.
    pub(super) fn ks(&self) -> Vec<usize> {
        let mut ks = self.k.clone();
        ks.sort_unstable();
        ks.dedup();
        ks
    }

    /// How long lists are made.
    pub(super) fn longest(&self) -> usize {
        self.k.iter().copied().max().unwrap_or(0)
    }

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
