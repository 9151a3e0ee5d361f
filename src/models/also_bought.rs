//! Customers also bought: for every item, those that share the most buyers with it.
//!
//! Item-based collaborative filtering (Linden, Smith, York, "Amazon.com recommendations:
//! item-to-item collaborative filtering", IEEE Internet Computing 2003): co-occurrence counts, a
//! [`Measure`] of them, the best few kept. Each neighbour keeps its count, from which all of its
//! evidence follows.
//!
//! Fitted from a [timeline](crate::Timeline), it may let purchases fade with time
//! ([`AlsoBoughtParams::half_life`]) or count only what was bought some days after
//! ([`AlsoBoughtParams::within_days`]).

use crate::error::Result;
use crate::ids::{ItemIx, Scored};
use crate::matrix::Basis;
use crate::matrix::pairs::Marks;
use crate::matrix::sweep::Workspace;
use crate::models::filter::Filter;
use crate::models::kept::Kept;
use crate::models::lists::Lists;
use crate::models::measure::{Counts, Measure, lift};
use crate::models::recommend::{check_item, check_n};
use crate::models::scales::Scales;
use crate::models::sums::Sums;
use crate::pool::Pool;
use serde::Serialize;

pub use crate::models::params::AlsoBoughtParams;

/// Customers also bought, learnt. See the [module](self).
#[derive(Clone, Debug, PartialEq)]
pub struct AlsoBought {
    pub(crate) params: AlsoBoughtParams,
    pub(crate) basis: Basis,
    pub(crate) buyers: u32,
    /// How many rows hold each item.
    pub(crate) totals: Vec<u32>,
    /// How many rows have a purchase of each item that was observed for `within_days` more; empty
    /// where all holders of an item are its sources.
    pub(crate) source_totals: Vec<u32>,
    /// How many binary places the weights of purchases had; 0 where they had no weights.
    pub(crate) bits: u32,
    /// When "now" was, where that made a difference: microseconds in UTC.
    pub(crate) as_of: Option<i64>,
    pub(crate) scales: Scales,
    pub(crate) lists: Lists,
    /// Where scores are added up.
    pub(crate) sums: Pool<Sums>,
    /// Where rows are counted anew.
    pub(crate) workspaces: Pool<Workspace>,
    /// Where pairs are counted anew.
    pub(crate) marks: Pool<Marks>,
}

/// A neighbour of an item, with its evidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Neighbour {
    /// The neighbour.
    pub item: ItemIx,
    /// By the model's measure.
    pub score: f32,
    /// What the score rests on.
    pub evidence: Evidence,
}

/// What a neighbour rests on, whatever the measure.
///
/// Counts are of people and never fade. Where the model was fitted with
/// [`within_days`](AlsoBoughtParams::within_days), n_ij are those who bought j within that time after
/// an i, and n_i those who were observed for so long after an i.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// How many customers (or orders, by the basis) bought both: n_ij.
    pub both: u32,
    /// Their share of all who bought anything: n_ij / n.
    pub support: f64,
    /// Their share of those who bought the item: n_ij / n_i.
    pub confidence: f64,
    /// How many times oftener than chance: n n_ij / (n_i n_j).
    pub lift: f64,
}

impl Evidence {
    fn of(counts: Counts) -> Self {
        Evidence {
            both: counts.both,
            support: f64::from(counts.both) / f64::from(counts.all),
            confidence: f64::from(counts.both) / f64::from(counts.source),
            lift: lift(counts),
        }
    }
}

impl AlsoBought {
    /// The default settings, to be changed and fitted.
    pub fn params() -> AlsoBoughtParams {
        AlsoBoughtParams::default()
    }

    /// The settings it was fitted with.
    pub fn settings(&self) -> &AlsoBoughtParams {
        &self.params
    }

    /// How near two items are.
    pub fn measure(&self) -> Measure {
        self.params.measure
    }

    /// What buys: customers or orders.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// How many items there are.
    pub fn items(&self) -> usize {
        self.totals.len()
    }

    /// How many customers (or orders) bought anything: the `n` of support and lift.
    pub fn buyers(&self) -> u32 {
        self.buyers
    }

    /// How many bought an item: n_i; 0 past the end.
    pub fn buyers_of(&self, item: ItemIx) -> u32 {
        self.totals.get(item.position()).copied().unwrap_or(0)
    }

    /// How many bought each item, by index: n_i.
    pub fn totals(&self) -> &[u32] {
        &self.totals
    }

    /// How many could be seen buying something else along with an item, of whom
    /// [`Evidence::confidence`] is the share: [`AlsoBought::buyers_of`], or with
    /// [`within_days`](AlsoBoughtParams::within_days) those who were observed for so long after
    /// buying it; 0 past the end.
    pub fn sources_of(&self, item: ItemIx) -> u32 {
        self.source_total(item.get())
    }

    /// When "now" was, where purchases fade or must have been observed for a time: microseconds in
    /// UTC.
    pub fn as_of(&self) -> Option<i64> {
        self.as_of
    }

    /// How many binary places the weights of purchases that fade had; 0 where they do not fade.
    pub fn weight_bits(&self) -> u32 {
        self.bits
    }

    /// Every item's kept neighbours.
    pub fn lists(&self) -> &Lists {
        &self.lists
    }

    /// How many neighbours a list has at most.
    pub(crate) fn longest(&self) -> usize {
        match self.params.kept {
            Kept::Source => self.params.neighbours,
            Kept::Target => self.lists.longest().max(1),
        }
    }

    /// An item's kept neighbours with their evidence, best first.
    pub fn neighbours(&self, item: ItemIx) -> impl ExactSizeIterator<Item = Neighbour> + '_ {
        let list = self.lists.of(item.get());
        (0..list.items.len()).map(move |at| {
            self.neighbour(item.get(), list.items[at], list.scores[at], list.both[at])
        })
    }

    /// The `n` nearest kept neighbours of an item, best first; fewer where it has fewer.
    ///
    /// # Errors
    /// [`Error::Index`](crate::Error::Index) past the catalogue;
    /// [`Error::Setting`](crate::Error::Setting) where `n` is 0.
    ///
    /// ```
    /// use cobuy::{AlsoBought, History, OrderLine, Purchases, Basis, Settings};
    /// let lines = [("1", "ann", "tea"), ("1", "ann", "cup"), ("2", "bo", "tea"), ("2", "bo", "cup"), ("3", "cy", "pen")];
    /// let lines = lines.map(|(order, customer, item)| OrderLine::new(order, customer, item));
    /// let history = History::from_orders(lines, &Settings::default())?;
    /// let purchases = Purchases::from_history(&history, Basis::Customer)?;
    /// let model = AlsoBought::params().fit(&purchases)?;
    /// let tea = purchases.item(2)?;
    /// let near = model.similar_items(tea, 10)?;
    /// assert_eq!((near.len(), near[0].id.get(), near[0].score), (1, 0, 1.0));
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    pub fn similar_items(&self, item: ItemIx, n: usize) -> Result<Vec<Scored<ItemIx>>> {
        self.similar_items_among(item, n, &Filter::all())
    }

    /// The `n` nearest kept neighbours that a filter lets through.
    ///
    /// # Errors
    /// As [`AlsoBought::similar_items`].
    pub fn similar_items_among(
        &self,
        item: ItemIx,
        n: usize,
        filter: &Filter,
    ) -> Result<Vec<Scored<ItemIx>>> {
        check_n(n)?;
        check_item(item.get(), self.items())?;
        let list = self.lists.of(item.get());
        let near = list.items.iter().zip(list.scores);
        Ok(near
            .filter(|(other, _)| filter.allows(**other))
            .take(n)
            .map(|(&other, &score)| Scored {
                id: ItemIx::checked(other),
                score,
            })
            .collect())
    }

    pub(super) fn neighbour(&self, source: u32, target: u32, score: f32, both: u32) -> Neighbour {
        Neighbour {
            item: ItemIx::checked(target),
            score,
            evidence: Evidence::of(Counts {
                both,
                source: self.source_total(source),
                target: self.totals.get(target as usize).copied().unwrap_or(0),
                all: self.buyers,
            }),
        }
    }

    /// The n_i that scores and evidence are told from.
    pub(crate) fn source_total(&self, item: u32) -> u32 {
        let totals = match self.source_totals.is_empty() {
            true => &self.totals,
            false => &self.source_totals,
        };
        totals.get(item as usize).copied().unwrap_or(0)
    }
}
