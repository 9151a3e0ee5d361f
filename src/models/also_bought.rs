//! Customers also bought: for every item, those that share the most buyers with it.
//!
//! Item-based collaborative filtering (Linden, Smith, York, "Amazon.com recommendations:
//! item-to-item collaborative filtering", IEEE Internet Computing 2003): co-occurrence counts, a
//! [`Measure`] of them, the best few kept. Each neighbour keeps its count, from which all of its
//! evidence follows.

use crate::error::{Error, Result};
use crate::ids::{ItemIx, Scored};
use crate::matrix::{Basis, Purchases};
use crate::models::filter::Filter;
use crate::models::lists::Lists;
use crate::models::measure::{Counts, Measure, lift};
use crate::models::recommend::{check_item, check_n};
use crate::parallel::thread_count;
use crate::watch::Watch;
use serde::Serialize;

/// How "customers also bought" is to be learnt. Made by [`AlsoBought::params`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlsoBoughtParams {
    /// How near two items are.
    pub measure: Measure,
    /// How many neighbours an item keeps at most.
    pub neighbours: usize,
    /// How many customers (or orders) must have bought both at least.
    pub min_customers: u32,
    /// How many threads fit and answer in batches; `None` for all cores.
    pub threads: Option<usize>,
}

impl Default for AlsoBoughtParams {
    fn default() -> Self {
        AlsoBoughtParams {
            measure: Measure::Cosine,
            neighbours: 50,
            min_customers: 1,
            threads: None,
        }
    }
}

impl AlsoBoughtParams {
    /// How near two items are. Default: [`Measure::Cosine`].
    pub fn measure(mut self, measure: Measure) -> Self {
        self.measure = measure;
        self
    }

    /// How many neighbours an item keeps at most. Default: 50.
    pub fn neighbours(mut self, neighbours: usize) -> Self {
        self.neighbours = neighbours;
        self
    }

    /// How many customers (or orders, by the basis) must have bought both for two items to be
    /// neighbours. Default: 1.
    pub fn min_customers(mut self, min_customers: u32) -> Self {
        self.min_customers = min_customers;
        self
    }

    /// How many threads fit and answer in batches. Default: all cores. Answers are the same for any.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Refuses settings that cannot be, as a fit would: to be asked before the work is done.
    ///
    /// # Errors
    /// [`Error::Setting`] where `neighbours`, `min_customers` or `threads` is 0.
    pub fn check(&self) -> Result<()> {
        if self.neighbours == 0 {
            return Err(Error::setting("neighbours", 0, "it must be at least 1"));
        }
        if self.min_customers == 0 {
            return Err(Error::setting("min_customers", 0, "it must be at least 1"));
        }
        thread_count(self.threads).map(|_| ())
    }

    /// Learns from purchases.
    ///
    /// # Errors
    /// [`Error::Setting`] where `neighbours`, `min_customers` or `threads` is 0.
    pub fn fit(&self, purchases: &Purchases) -> Result<AlsoBought> {
        self.fit_watched(purchases, Watch::new())
    }
}

/// Customers also bought, learnt. See the [module](self).
#[derive(Clone, Debug, PartialEq)]
pub struct AlsoBought {
    pub(crate) params: AlsoBoughtParams,
    pub(crate) basis: Basis,
    pub(crate) buyers: u32,
    /// How many rows hold each item.
    pub(crate) totals: Vec<u32>,
    pub(crate) lists: Lists,
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

    /// Every item's kept neighbours.
    pub fn lists(&self) -> &Lists {
        &self.lists
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
    /// [`Error::Index`] past the catalogue; [`Error::Setting`] where `n` is 0.
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
        let total = |item: u32| self.totals.get(item as usize).copied().unwrap_or(0);
        Neighbour {
            item: ItemIx::checked(target),
            score,
            evidence: Evidence::of(Counts {
                both,
                source: total(source),
                target: total(target),
                all: self.buyers,
            }),
        }
    }
}
