//! What is answered: suggestions with their reasons, or why there are none.

use super::reason::{Reason, Source};
use crate::models::also_bought::Evidence;
use crate::rules::Verdict;
use serde::Serialize;
use std::fmt;

/// What is suggested: exactly as many as were asked for, or fewer and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suggestions {
    /// Best first, level by level of the fallback chain, and within it category by category.
    pub items: Vec<Suggestion>,
    /// Why there are fewer than asked for; `None` where there are as many.
    pub short_reason: Option<String>,
    /// How many items of the shop the filter lets through; `None` where there is no filter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub let_through: Option<u64>,
    /// Ids of `exclude` and `only` that are no items of this shop.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
}

/// One suggestion.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suggestion {
    /// The item's id.
    pub item: String,
    /// Its name, where the shop tells one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where `source` is `also_bought`: by the model's measure, added up over the items that were asked
    /// about. Else how many bought it. Where there is a boost: multiplied by it.
    pub score: f32,
    /// What the score was multiplied by; `None` where there is no boost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boost: Option<f64>,
    /// The level of the fallback chain that it comes from.
    pub source: Source,
    /// Why.
    pub reason: Reason,
}

/// Why an item is suggested to somebody, or why it is not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The item that was asked about.
    pub item: String,
    /// Its place among the suggestions, from 1, where it is one of them.
    pub rank: Option<usize>,
    /// As in [`Suggestion::score`], where it is one of them.
    pub score: Option<f32>,
    /// As in [`Suggestion::boost`], where it is one of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boost: Option<f64>,
    /// As in [`Suggestion::source`], where it is one of them.
    pub source: Option<Source>,
    /// What keeps it out, where it is none of them.
    pub kept_out: Option<KeptOut>,
    /// What each item of the history adds to its score, the most first.
    pub contributions: Vec<Contribution>,
}

/// What one item of a history adds to another's score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contribution {
    /// The item of the history.
    pub with: String,
    /// That item's name, where the shop tells one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_name: Option<String>,
    /// What it adds.
    pub score: f32,
    /// Whether the other is among the neighbours that its list keeps: what is past them only adds
    /// where the kept ones run short.
    pub kept: bool,
    /// What the score rests on.
    #[serde(flatten)]
    pub evidence: Evidence,
}

/// The stage that keeps an item out: the first one that does.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum KeptOut {
    /// It was named in `exclude`.
    Excluded,
    /// It was not named in `only`.
    NotAmongOnly,
    /// A filter does not let it through.
    Filtered {
        /// What the filter says of it, clause by clause.
        verdict: Verdict,
    },
    /// It is owned already, or in the basket.
    Owned,
    /// It is a variant of something that is owned or in the basket.
    SameGroup {
        /// What it is a variant of.
        of: String,
    },
    /// It is in no order that counts; where lists are learnt by customer: of a known customer.
    NeverBought,
    /// The shop ignores it as no goods.
    Ignored,
    /// It does not stand in the category that was asked about.
    OtherCategory,
    /// A more popular variant of the same article stands for it.
    VariantShown {
        /// That variant.
        shown: String,
    },
    /// Nothing that was asked about was bought with it often enough, and there are suggestions enough
    /// without falling back.
    NeverTogether,
    /// The lists keep other neighbours.
    NotKept,
    /// Others score higher.
    BelowN {
        /// Its place, from 1.
        rank: usize,
        /// How many were asked for.
        n: usize,
    },
}

impl fmt::Display for KeptOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeptOut::Excluded => f.write_str("it is excluded"),
            KeptOut::NotAmongOnly => f.write_str("it is not among `only`"),
            KeptOut::Filtered { verdict } => {
                let unknown = match verdict.holds {
                    None => ", since it is unknown of it",
                    _ => "",
                };
                write!(f, "the filter does not let it through{unknown}:")?;
                let verdict = verdict.to_string();
                verdict.lines().try_for_each(|line| write!(f, "\n  {line}"))
            }
            KeptOut::Owned => f.write_str("it is owned, or in the basket, already"),
            KeptOut::SameGroup { of } => {
                write!(
                    f,
                    "it is a variant of `{of}`, which is owned, or in the basket, already"
                )
            }
            KeptOut::NeverBought => {
                f.write_str("nobody who counts for the lists bought it in an order that counts")
            }
            KeptOut::Ignored => f.write_str("the shop ignores it as no goods"),
            KeptOut::OtherCategory => f.write_str("it does not stand in that category"),
            KeptOut::VariantShown { shown } => write!(f, "`{shown}` stands for its variants"),
            KeptOut::NeverTogether => {
                f.write_str("it was not bought often enough with anything that was asked about")
            }
            KeptOut::NotKept => f.write_str("the lists keep nearer neighbours"),
            KeptOut::BelowN { rank, n } => write!(f, "it is number {rank}, and {n} were asked for"),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.kept_out, self.rank, self.source) {
            (Some(kept_out), ..) => writeln!(f, "`{}` is not suggested: {kept_out}", self.item)?,
            (None, Some(rank), Some(source)) => {
                write!(
                    f,
                    "`{}` is number {rank}, from {}",
                    self.item,
                    source.name()
                )?;
                match self.boost {
                    Some(boost) => writeln!(f, ", its score boosted by {boost:.4}")?,
                    None => writeln!(f)?,
                }
            }
            _ => writeln!(f, "`{}` is not suggested", self.item)?,
        }
        for part in &self.contributions {
            let with = part.with_name.as_ref().unwrap_or(&part.with);
            let past = if part.kept {
                ""
            } else {
                ", past the kept neighbours"
            };
            writeln!(
                f,
                "  {:.4}  with `{with}`: {} bought both, {:.1} times chance{past}",
                part.score, part.evidence.both, part.evidence.lift
            )?;
        }
        Ok(())
    }
}
