//! Why something is suggested.

use crate::matrix::Basis;
use crate::models::also_bought::Evidence;
use crate::text::grouped;
use serde::Serialize;
use std::fmt;

/// Why an item is suggested: what it was bought with, how often, and how much of that is no chance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason {
    /// The item it was bought with.
    pub with: String,
    /// What was counted: customers or orders.
    pub basis: Basis,
    /// The counts and what follows from them.
    #[serde(flatten)]
    pub evidence: Evidence,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match (self.evidence.both, self.basis) {
            (1, basis) => basis.name(),
            (_, basis) => basis.plural(),
        };
        let how = match self.basis {
            Basis::Customer => "by",
            Basis::Order => "in",
        };
        write!(
            f,
            "bought with `{}` {how} {} {who}, {:.1} times chance",
            self.with,
            grouped(u64::from(self.evidence.both)),
            self.evidence.lift
        )
    }
}
