//! What was bought, as numbers: customers x items, and the products of that matrix with itself.

mod after;
pub(crate) mod best;
pub(crate) mod build;
mod groups;
pub(crate) mod moments;
pub(crate) mod pairs;
pub(crate) mod product;
pub(crate) mod sweep;
mod timeline;
mod weights;

pub(crate) use after::Window;
pub use groups::NO_GROUP;
pub use timeline::Timeline;
pub(crate) use weights::Weights;

use crate::error::{Error, Result};
use crate::ids::ItemIx;
use serde::{Deserialize, Serialize};
use sprs::CsMatI;
use std::fmt;

/// A sparse matrix of which only the pattern matters: every stored place is a one.
pub type Pattern = CsMatI<(), u32, usize>;

/// What a row of [`Purchases`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A customer: two items are bought together when one customer bought both, ever.
    #[default]
    Customer,
    /// An order: two items are bought together when one order holds both.
    Order,
}

impl Basis {
    /// Both bases.
    pub const ALL: [Basis; 2] = [Basis::Customer, Basis::Order];

    /// The basis' name, the same in every face.
    pub fn name(self) -> &'static str {
        match self {
            Basis::Customer => "customer",
            Basis::Order => "order",
        }
    }

    /// What the rows are called, more than one of them.
    pub fn plural(self) -> &'static str {
        match self {
            Basis::Customer => "customers",
            Basis::Order => "orders",
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who bought what: a customers x items (or orders x items) matrix of ones, and its item-major twin.
///
/// Rows without any item may stand in it and count for nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Purchases {
    basis: Basis,
    by_row: Pattern,
    by_item: Pattern,
    /// Rows that hold at least one item.
    buyers: u32,
    /// The group of each item, [`NO_GROUP`] for none.
    groups: Option<Vec<u32>>,
}

impl Purchases {
    /// From a row-major pattern with sorted, distinct indices.
    pub(crate) fn from_pattern(basis: Basis, by_row: Pattern) -> Result<Self> {
        let starts = by_row.proper_indptr();
        let buyers = starts.windows(2).filter(|row| row[0] < row[1]).count() as u32;
        let by_item = build::transposed(&by_row)?;
        Ok(Purchases {
            basis,
            by_row,
            by_item,
            buyers,
            groups: None,
        })
    }

    /// What a row is.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// Shape (customers, items), row-major: what each row holds.
    pub fn by_row(&self) -> &Pattern {
        &self.by_row
    }

    /// Shape (items, customers), row-major: who holds each item.
    pub fn by_item(&self) -> &Pattern {
        &self.by_item
    }

    /// How many rows there are, empty ones included.
    pub fn rows(&self) -> usize {
        self.by_row.rows()
    }

    /// How many items there are, those nobody bought included.
    pub fn items(&self) -> usize {
        self.by_row.cols()
    }

    /// How many rows hold at least one item: the `n` of support and lift.
    pub fn buyers(&self) -> u32 {
        self.buyers
    }

    /// The items of a row, ascending; none past the end.
    pub fn items_of(&self, row: usize) -> &[u32] {
        row_of(&self.by_row, row)
    }

    /// The rows that hold an item, ascending; none past the end.
    pub fn buyers_of(&self, item: ItemIx) -> &[u32] {
        row_of(&self.by_item, item.position())
    }

    /// How many purchases the rows that hold an item have together: how often it meets anything, itself
    /// included.
    pub(crate) fn meetings_of(&self, item: u32) -> u64 {
        let held = |&row: &u32| row_of(&self.by_row, row as usize).len() as u64;
        let holders = row_of(&self.by_item, item as usize);
        holders.iter().map(held).sum()
    }

    /// The item of that index.
    ///
    /// # Errors
    /// [`Error::Index`] past the end.
    pub fn item(&self, index: usize) -> Result<ItemIx> {
        ItemIx::new(index)
            .filter(|_| index < self.items())
            .ok_or(Error::Index {
                what: "item",
                index: i64::try_from(index).unwrap_or(i64::MAX),
                len: self.items(),
            })
    }
}

/// Microseconds a day.
const DAY: f64 = 86_400_000_000.0;

/// The indices of one row of a pattern; none past its end.
pub(crate) fn row_of(pattern: &Pattern, row: usize) -> &[u32] {
    if row >= pattern.rows() {
        return &[];
    }
    let range = pattern.indptr().outer_inds_sz(row);
    &pattern.indices()[range]
}
