//! How suggestions are measured.

use super::groups::GroupBy;
use crate::error::{Error, Result};
use crate::parallel::thread_count;

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
}
