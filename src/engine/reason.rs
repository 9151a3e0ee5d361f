//! Why something is suggested.

use crate::matrix::Basis;
use crate::models::also_bought::Evidence;
use crate::text::{counted, grouped};
use serde::Serialize;
use std::fmt;

/// Where a suggestion comes from: the levels of the fallback chain, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The lists of the items that were asked about.
    AlsoBought,
    /// What is bought most of the categories that these items stand in.
    CategoryPopular,
    /// What is bought most in the whole shop.
    Popular,
}

impl Source {
    /// The level's name, the same in every face.
    pub fn name(self) -> &'static str {
        match self {
            Source::AlsoBought => "also_bought",
            Source::CategoryPopular => "category_popular",
            Source::Popular => "popular",
        }
    }
}

/// Why an item is suggested.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Reason {
    /// It was bought with another, oftener than by chance or not.
    BoughtWith(BoughtWith),
    /// Many bought it.
    Popular(Popular),
}

/// What an item was bought with, how often, and how much of that is no chance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BoughtWith {
    /// The item it was bought with: of several, the one that speaks most for it.
    pub with: String,
    /// That item's name, where the shop tells one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_name: Option<String>,
    /// How many more of the items that were asked about speak for it.
    #[serde(skip_serializing_if = "is_zero")]
    pub others: u32,
    /// What was counted: customers or orders.
    pub basis: Basis,
    /// The counts and what follows from them.
    #[serde(flatten)]
    pub evidence: Evidence,
    /// Within how many days after the other it was bought, where the lists were learnt so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_days: Option<f64>,
}

/// How many bought an item.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Popular {
    /// The category it is popular in; `None`: in the whole shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// What was counted: customers or orders.
    pub basis: Basis,
    /// How many of them bought it.
    pub buyers: u32,
    /// Their share of all who bought anything.
    pub support: f64,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Reason {
    /// The item it was bought with.
    pub fn with(&self) -> Option<&str> {
        match self {
            Reason::BoughtWith(reason) => Some(&reason.with),
            Reason::Popular(_) => None,
        }
    }

    /// The counts of both together.
    pub fn evidence(&self) -> Option<&Evidence> {
        match self {
            Reason::BoughtWith(reason) => Some(&reason.evidence),
            Reason::Popular(_) => None,
        }
    }
}

/// `by 31 customers`, `in 1 order`.
fn by(count: u32, basis: Basis) -> String {
    let how = match basis {
        Basis::Customer => "by",
        Basis::Order => "in",
    };
    format!(
        "{how} {}",
        counted(u64::from(count), basis.name(), basis.plural())
    )
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::BoughtWith(reason) => reason.fmt(f),
            Reason::Popular(reason) => reason.fmt(f),
        }
    }
}

impl fmt::Display for BoughtWith {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with = self.with_name.as_ref().unwrap_or(&self.with);
        match self.within_days {
            Some(days) => write!(f, "bought within {days} days after `{with}`")?,
            None => write!(f, "bought with `{with}`")?,
        }
        write!(
            f,
            " {}, {:.1} times chance",
            by(self.evidence.both, self.basis),
            self.evidence.lift
        )?;
        match self.others {
            0 => Ok(()),
            others => write!(f, "; and with {} more", grouped(u64::from(others))),
        }
    }
}

impl fmt::Display for Popular {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.category {
            Some(category) => write!(f, "popular in `{category}`")?,
            None => write!(f, "popular")?,
        }
        write!(f, ": bought {}", by(self.buyers, self.basis))
    }
}
