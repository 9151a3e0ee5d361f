//! What a search came to.

use super::objective::Objective;
use super::search::Tried;
use crate::error::{Error, Result};
use crate::models::also_bought::AlsoBoughtParams;
use std::cmp::Ordering;
use std::fmt;

/// A choice of settings, and what it came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Which trial, from 0.
    pub number: usize,
    /// Which of what is searched.
    pub of: usize,
    /// The settings.
    pub params: AlsoBoughtParams,
    /// The mean of the metric; `None` where the trial failed.
    pub value: Option<f64>,
    /// The ends of its interval, where one was asked for.
    pub low: Option<f64>,
    /// See `low`.
    pub high: Option<f64>,
    /// How many customers were judged: a customer at several cuts counts at each.
    pub customers: u64,
    /// How many seconds the fit took: the one thing that differs from run to run.
    pub seconds: f64,
    /// Why it failed.
    pub error: Option<String>,
}

impl Trial {
    /// The model, or the measure of a neighbourhood.
    pub fn name(&self) -> &'static str {
        self.params.learner()
    }

    /// The numbers that it was tried with, as `name=value`; those of the order where it counted.
    pub fn settings(&self) -> Vec<String> {
        let numbers = self.params.numbers_that_count().into_iter();
        numbers
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    }

    pub(super) fn tried(&self) -> Tried {
        Tried {
            space: self.of,
            params: self.params.clone(),
            value: self.value,
        }
    }
}

/// What a search came to. Printed ([`fmt::Display`]) it is a table, best first.
#[derive(Clone, Debug, PartialEq)]
pub struct Tuning {
    /// What was made as large as can be.
    pub metric: Objective,
    /// All trials, in the order they were made.
    pub trials: Vec<Trial>,
    /// How many of them a trials file held already.
    pub kept: usize,
    /// What is to be said of the values.
    pub warnings: Vec<String>,
    /// The share of the means that an interval holds, where there are intervals.
    pub confidence: Option<f64>,
    best: usize,
}

impl Tuning {
    pub(super) fn new(metric: Objective, intervals: bool, confidence: f64) -> Self {
        Tuning {
            metric,
            trials: Vec::new(),
            kept: 0,
            warnings: Vec::new(),
            confidence: intervals.then_some(confidence),
            best: 0,
        }
    }

    /// The trial of the largest value so far, of equal ones the first; `None` where all failed.
    pub fn best_so_far(&self) -> Option<&Trial> {
        let first = self.best_first().into_iter().next();
        first.filter(|trial| trial.value.is_some())
    }

    /// The trial of the largest value, of equal ones the first.
    pub fn best(&self) -> &Trial {
        &self.trials[self.best]
    }

    /// All trials, best first; those that failed come last.
    pub fn best_first(&self) -> Vec<&Trial> {
        let mut order: Vec<&Trial> = self.trials.iter().collect();
        order.sort_by(|one, two| match (one.value, two.value) {
            (Some(one), Some(two)) => two.total_cmp(&one),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        }); // stable: the earlier first
        order
    }

    /// With its best; the error of the first trial where all failed.
    pub(super) fn finished(mut self) -> Result<Self> {
        let Some(best) = self.best_so_far().map(|best| best.number) else {
            let first = self.trials.iter().find_map(|trial| trial.error.as_deref());
            return Err(Error::matrix(format!(
                "all of {} trials failed; the first: {}",
                self.trials.len(),
                first.unwrap_or("there is none")
            )));
        };
        self.best = best;
        Ok(self)
    }
}

impl fmt::Display for Tuning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.metric.to_string();
        let share = self.confidence.map(|share| (share * 1e4).round() / 1e2);
        let interval = share.map_or_else(String::new, |share| format!("{share} % interval"));
        writeln!(
            f,
            "trial  {:10} {name:>10}  {interval:16}  {:>7}  settings",
            "model", "fit s"
        )?;
        for trial in self.best_first() {
            let value = match trial.value {
                Some(value) => format!("{value:.4}"),
                None => "failed".to_owned(),
            };
            let ends = trial.low.zip(trial.high);
            let ends =
                ends.map_or_else(String::new, |(low, high)| format!("[{low:.4}, {high:.4}]"));
            let said = match &trial.error {
                Some(problem) => format!("{}: {problem}", trial.settings().join(" ")),
                None => trial.settings().join(" "),
            };
            writeln!(
                f,
                "{:5}  {:10} {value:>10}  {ends:16}  {:7.2}  {said}",
                trial.number,
                trial.name(),
                trial.seconds
            )?;
        }
        self.warnings
            .iter()
            .try_for_each(|warning| writeln!(f, "warning   {warning}"))
    }
}
