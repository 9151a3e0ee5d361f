//! What a shop asks: one immutable snapshot of all that was learnt, with the shop's own ids.
//!
//! Indices become ids here and nowhere else. An [`Engine`] never changes, so any number of threads
//! may ask it at once.

mod builder;
mod head;
mod query;
mod reason;
mod restore;
mod snapshot;

pub use builder::EngineBuilder;
pub use query::{AlsoBoughtQuery, Suggestion, Suggestions};
pub use reason::Reason;
pub use snapshot::{Inspection, Stored, inspect};

use crate::error::{Error, Result};
use crate::history::{History, Instant, Labels, ReturnCounts};
use crate::ids::ItemIx;
use crate::matrix::Purchases;
use crate::models::also_bought::AlsoBought;
use crate::text::shown;
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
#[derive(Clone, Debug, PartialEq)]
pub struct Engine {
    items: Labels,
    purchases: Purchases,
    also_bought: AlsoBought,
    about: About,
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
}
