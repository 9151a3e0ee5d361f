//! What a shop asks: one immutable snapshot of all that was learnt, with the shop's own ids.
//!
//! Indices become ids here and nowhere else. An [`Engine`] never changes, so any number of threads
//! may ask it at once.

mod answer;
mod asked;
mod builder;
mod explain;
mod filter;
mod goods;
mod head;
mod query;
mod reason;
mod refit;
mod restore;
mod short;
mod snapshot;
mod suggest;
mod sums;
mod words;

pub use answer::{Contribution, Explanation, KeptOut, Suggestion, Suggestions};
pub use builder::EngineBuilder;
pub use query::Query;
pub use reason::{BoughtWith, Popular, Reason, Source};
pub use snapshot::{Inspection, Stored, inspect};

use crate::error::{Error, Result};
use crate::history::{
    CustomerTable, History, Instant, ItemTable, Labels, ReturnCounts, Shelf, Texts,
};
use crate::ids::ItemIx;
use crate::matrix::{Purchases, Timeline, Weights};
use crate::models::also_bought::AlsoBought;
use crate::text::shown;
use crate::watch::Watch;
use goods::{Popularity, Variants};
use serde::Serialize;

/// A shop's answers. Made by [`Engine::builder`], kept by [`Engine::save`], read by [`Engine::open`].
///
/// ```
/// use cobuy::{AlsoBought, Engine, History, OrderLine, Settings};
/// let lines = [("1", "ann", "tea"), ("1", "ann", "cup"), ("2", "bo", "tea"), ("3", "bo", "cup")];
/// let lines = lines.map(|(order, customer, item)| OrderLine::new(order, customer, item));
/// let history = History::from_orders(lines, &Settings::default())?;
/// let engine = Engine::builder(&history).also_bought(AlsoBought::params()).fit()?;
/// let answer = engine.also_bought("tea").n(1).suggest()?;
/// assert_eq!(answer.items[0].item, "cup");
/// assert_eq!(answer.items[0].reason.to_string(), "bought with `tea` by 2 customers, 1.0 times chance");
/// # Ok::<(), cobuy::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Engine {
    items: Labels,
    /// The customers' ids; none in files of format 1.0.
    people: Labels,
    /// With variants moved to their representatives, where a group counts as one.
    purchases: Purchases,
    /// What each customer bought and still has, and when.
    bought: Timeline,
    /// The times of `purchases` for lists that need them, where they are not those of `bought`.
    timeline: Option<Timeline>,
    /// What the purchases weigh, for lists that fade.
    weights: Option<Weights>,
    also_bought: AlsoBought,
    /// The items of each group.
    members: std::collections::BTreeMap<u32, Vec<u32>>,
    /// Who stands for whom, where a group counts as one.
    variants: Option<Variants>,
    goods: Option<ItemTable>,
    /// The article that each item is a variant of, where anybody tells.
    groups: Option<Texts>,
    /// What is told of customers; none in files before format 1.2, which do not say whose the rows are.
    customers_told: Option<CustomerTable>,
    popularity: Popularity,
    about: About,
    /// The history that it was fitted on, put away; none in files of format 1.0.
    shelf: Option<Shelf>,
    /// Filters and boosts that were asked for.
    rules: filter::Rules,
}

impl std::fmt::Debug for Engine {
    /// Sizes only: what a shop tells does not belong in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (items, customers) = (self.items.len(), self.people.len());
        write!(f, "Engine({items} items, {customers} customers)")
    }
}

/// What an engine was fitted on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct About {
    /// Rows of orders.
    pub rows: u64,
    /// Order ids, those of returns included.
    pub orders: u64,
    /// Orders that count and are no returns.
    pub fulfilled_orders: u64,
    /// Customers.
    pub customers: u64,
    /// Items.
    pub items: u64,
    /// What became of the returns.
    pub returns: ReturnCounts,
    /// The first and the last instant.
    pub span: Option<(Instant, Instant)>,
    /// The instant that stands for "now" where none is named: a microsecond after the last.
    pub as_of: Option<Instant>,
}

impl About {
    fn of(history: &History) -> Self {
        let summary = history.summary();
        About {
            rows: summary.rows,
            orders: summary.orders,
            fulfilled_orders: summary.fulfilled_orders,
            customers: summary.customers,
            items: summary.items,
            returns: summary.returns.clone(),
            span: summary.span,
            as_of: summary.as_of,
        }
    }
}

impl Engine {
    /// Chooses what to learn from a history.
    pub fn builder(history: &History) -> EngineBuilder<'_> {
        EngineBuilder::new(history)
    }

    /// All items, by index.
    pub fn items(&self) -> &Labels {
        &self.items
    }

    /// Who bought what.
    pub fn purchases(&self) -> &Purchases {
        &self.purchases
    }

    /// All customers, by index.
    pub fn customers(&self) -> &Labels {
        &self.people
    }

    /// What each customer bought and still has, and when, in microseconds in UTC: a row a customer.
    pub fn bought(&self) -> &Timeline {
        &self.bought
    }

    /// The history that it was fitted on, understood anew.
    ///
    /// # Errors
    /// [`Error::Table`] for a file of format 1.0, which keeps none; [`Error::Cancelled`].
    pub fn history(&self, watch: Watch<'_>) -> Result<History> {
        let shelf = self.shelf.as_ref().ok_or_else(|| Error::Table {
            source_name: "the shop's file".to_owned(),
            problem: "it is of format 1.0, which keeps no history; fit the shop anew".to_owned(),
        })?;
        History::from_shelf(shelf, watch)
    }

    /// Whether the variants of a group count as one item.
    pub fn is_by_group(&self) -> bool {
        self.variants.is_some()
    }

    /// The lists that were learnt.
    pub fn model(&self) -> &AlsoBought {
        &self.also_bought
    }

    /// What it was fitted on.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// The index of an item.
    ///
    /// # Errors
    /// [`Error::UnknownItem`] with near ids.
    pub fn item(&self, id: &str) -> Result<ItemIx> {
        self.items
            .find(id)
            .and_then(ItemIx::new)
            .ok_or_else(|| Error::UnknownItem {
                item: shown(id),
                near: self.items.near(id),
            })
    }

    /// The id of an item.
    fn id(&self, item: u32) -> &str {
        self.items.get(item as usize).unwrap_or_default()
    }

    /// What people call an item.
    fn name(&self, item: u32) -> Option<String> {
        let names = self.goods.as_ref()?.name.as_ref()?;
        names.get(item as usize).map(str::to_owned)
    }

    /// What the lists' rows are counted from anew.
    fn source(&self) -> Result<crate::matrix::sweep::Source<'_>> {
        let timeline = self.timeline.as_ref().unwrap_or(&self.bought);
        self.also_bought
            .source(&self.purchases, Some(timeline), self.weights.as_ref())
    }
}
