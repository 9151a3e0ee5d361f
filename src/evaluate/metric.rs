//! The metrics of one customer's list.

use crate::error::{Error, Result};
use crate::near::near;
use crate::text::shown;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How good one customer's list is, judged by what they bought: their truth. A hit is an item of the first k
/// that is in it. A mean is over all customers who have a truth; those of [`Metric::RevenueRecall`],
/// [`Metric::RepeatRecall`] and [`Metric::ExploreRecall`] over those who have any of theirs.
///
/// The formulas stand in Manning, Raghavan, Schütze, "Introduction to information retrieval" (2008), chapter
/// 8; the discount of NDCG is that of Järvelin, Kekäläinen, "Cumulated gain-based evaluation of IR
/// techniques" (ACM TOIS 2002).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Hits / |truth|.
    Recall,
    /// Hits / k, also where the list is shorter.
    Precision,
    /// The sum over hits of 1 / log2(rank + 1), over the largest that min(k, |truth|) hits could have.
    Ndcg,
    /// Average precision: the sum over hits of (hits down to its rank / rank), / min(k, |truth|).
    Map,
    /// 1 / rank of the first hit; 0 where there is none.
    Mrr,
    /// 1 where there is a hit, else 0.
    HitRate,
    /// The value of the hits / the value of the truth; where values are told.
    RevenueRecall,
    /// Recall of that part of the truth which the customer had bought before.
    RepeatRecall,
    /// Recall of that part of the truth which is new to the customer; not told where all of it is.
    ExploreRecall,
}

impl Metric {
    /// All metrics.
    pub const ALL: [Metric; 9] = [
        Metric::Recall,
        Metric::Precision,
        Metric::Ndcg,
        Metric::Map,
        Metric::Mrr,
        Metric::HitRate,
        Metric::RevenueRecall,
        Metric::RepeatRecall,
        Metric::ExploreRecall,
    ];

    /// The metric's name, the same in every face.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Recall => "recall",
            Metric::Precision => "precision",
            Metric::Ndcg => "ndcg",
            Metric::Map => "map",
            Metric::Mrr => "mrr",
            Metric::HitRate => "hit_rate",
            Metric::RevenueRecall => "revenue_recall",
            Metric::RepeatRecall => "repeat_recall",
            Metric::ExploreRecall => "explore_recall",
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Metric {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let known = Metric::ALL.into_iter().find(|metric| metric.name() == name);
        known.ok_or_else(|| Error::UnknownName {
            what: "metric",
            name: shown(name),
            near: near(name, Metric::ALL.map(Metric::name)),
        })
    }
}
