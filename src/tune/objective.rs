//! What a search makes as large as it can.

use crate::error::{Error, Result};
use crate::evaluate::{EvaluateParams, Evaluation, Metric};
use crate::text::shown;
use std::fmt;
use std::str::FromStr;

/// A metric of the first k suggestions, written as `ndcg@20`: what a search makes as large as it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objective {
    /// The metric.
    pub metric: Metric,
    /// Of the first so many.
    pub k: usize,
}

impl Default for Objective {
    /// `ndcg@20`.
    fn default() -> Self {
        Objective {
            metric: Metric::Ndcg,
            k: 20,
        }
    }
}

impl Objective {
    /// How it is measured.
    pub(super) fn params(self, keep_owned: bool, threads: Option<usize>) -> EvaluateParams {
        let mut params = EvaluateParams::default().k([self.k]).keep_owned(keep_owned);
        params.threads = threads;
        params
    }

    /// The mean over customers.
    ///
    /// # Errors
    /// [`Error::Setting`] where nobody takes part in the metric.
    pub(super) fn of(self, evaluation: &Evaluation) -> Result<f64> {
        let told = evaluation.mean(self.metric, self.k);
        told.ok_or_else(|| {
            let must = match self.metric {
                Metric::RevenueRecall => "what purchases are worth is not told; name another",
                _ => "no customer that is judged takes part in it; name another",
            };
            Error::setting("metric", self, must)
        })
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.metric, self.k)
    }
}

impl FromStr for Objective {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let must = "it must be a metric and how many suggestions it looks at, such as ndcg@20";
        let refused = || Error::setting("metric", shown(text), must);
        let (metric, k) = match text.split_once('@') {
            Some((metric, k)) => (metric.parse()?, k.parse().map_err(|_| refused())?),
            // A name that is wrong is said first.
            None => return Err(text.parse::<Metric>().map_or_else(|it| it, |_| refused())),
        };
        if k == 0 {
            return Err(refused());
        }
        Ok(Objective { metric, k })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn objectives_are_read_as_they_are_written_and_others_named() {
        for metric in Metric::ALL {
            let objective = Objective { metric, k: 7 };
            assert_eq!(
                objective.to_string().parse::<Objective>().unwrap(),
                objective
            );
        }
        for (text, says) in [
            ("ndgc@20", "did you mean `ndcg`?"),
            ("ndgc", "did you mean `ndcg`?"),
            ("coverage@20", "there is no metric `coverage`"),
            ("ndcg", "such as ndcg@20"),
            ("ndcg@0", "such as ndcg@20"),
            ("ndcg@all", "such as ndcg@20"),
            ("ndcg@-1", "such as ndcg@20"),
        ] {
            let problem = text.parse::<Objective>().unwrap_err().to_string();
            assert!(problem.contains(says), "{problem}");
        }
    }
}
