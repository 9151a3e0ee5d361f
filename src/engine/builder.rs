//! What to learn from a history.

use super::goods::{Popularity, Variants, members, numbers};
use super::{About, Engine};
use crate::error::{Error, Result};
use crate::history::{History, NONE, Shelf};
use crate::matrix::{Basis, Purchases, Timeline};
use crate::models::also_bought::AlsoBoughtParams;
use crate::watch::{Progress, Watch};

/// What to learn from a history. Made by [`Engine::builder`].
#[derive(Clone, Debug)]
pub struct EngineBuilder<'a> {
    history: &'a History,
    basis: Basis,
    by_group: bool,
    also_bought: AlsoBoughtParams,
    watch: Watch<'a>,
}

impl<'a> EngineBuilder<'a> {
    pub(super) fn new(history: &'a History) -> Self {
        EngineBuilder {
            history,
            basis: Basis::default(),
            by_group: false,
            also_bought: AlsoBoughtParams::default(),
            watch: Watch::new(),
        }
    }

    /// How "customers also bought" is learnt. Default: [`AlsoBoughtParams::default`].
    pub fn also_bought(mut self, params: AlsoBoughtParams) -> Self {
        self.also_bought = params;
        self
    }

    /// Whether two items go together by customer (default) or by order.
    pub fn basis(mut self, basis: Basis) -> Self {
        self.basis = basis;
        self
    }

    /// Whether the variants of a group count as one item. Its most bought variant then stands for all
    /// of them in lists and scores, and the most bought one that may be shown is suggested. Default:
    /// each counts by itself, and is never a neighbour of another.
    pub fn by_group(mut self, by_group: bool) -> Self {
        self.by_group = by_group;
        self
    }

    /// Asks `watch` now and then whether to go on.
    pub fn watch(mut self, watch: Watch<'a>) -> Self {
        self.watch = watch;
        self
    }

    /// Stops soon after `cancel` first returns true.
    pub fn cancel(mut self, cancel: &'a (dyn Fn() -> bool + Sync)) -> Self {
        self.watch = self.watch.cancel(cancel);
        self
    }

    /// Tells `progress` now and then how far the work is.
    pub fn progress(mut self, progress: &'a (dyn Fn(Progress) + Sync)) -> Self {
        self.watch = self.watch.progress(progress);
        self
    }

    /// Learns. Purchases fade, and are observed, up to the history's own `as_of`.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) for a setting that cannot be;
    /// [`Error::Cancelled`](crate::Error::Cancelled).
    pub fn fit(self) -> Result<Engine> {
        self.also_bought.check()?;
        self.also_bought.check_basis(self.basis)?;
        let history = self.history;
        if let (Some((name, days)), None) =
            (self.also_bought.timed().next(), history.summary().span)
        {
            let must = "it needs times, and the orders tell none (`ordered_at`)";
            return Err(Error::setting(name, days, must));
        }
        let bought = Timeline::from_history(history)?;
        let mut purchases = Purchases::from_history(history, self.basis)?;
        if let Some(groups) = history.groups().and_then(numbers) {
            purchases = purchases.with_groups(groups)?;
        }
        let by_group = self.by_group && purchases.groups().is_some();
        if by_group {
            purchases = purchases.by_group()?;
        }
        let times = match self.basis {
            Basis::Customer => Vec::new(),
            Basis::Order => (0..history.orders().len())
                .map(|o| history.order_time(o))
                .collect(),
        };
        let parts = Parts {
            items: history.items().clone(),
            people: history.customers().clone(),
            purchases,
            bought,
            times,
            goods: history.item_table().cloned(),
            groups: history.groups().cloned(),
            customers_told: history.customer_table().cloned(),
            by_group,
            about: About::of(history),
            shelf: Some(history.shelf()),
        };
        let as_of = history.summary().as_of.map_or(0, |as_of| as_of.0);
        let (params, watch) = (self.also_bought, self.watch);
        parts.engine(watch, |purchases, timeline| match params.timed().next() {
            Some(_) => params.fit_timed(purchases, timeline, as_of, watch),
            None => params.fit_watched(purchases, watch),
        })
    }
}

impl Timeline {
    /// What each customer bought and still has, and when: the time of the order.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory).
    pub fn from_history(history: &History) -> Result<Timeline> {
        let named = history.counting().filter(|line| line.customer != NONE);
        let events = named.map(|line| {
            let at = history.order_time(line.order as usize);
            (line.customer, line.item, at)
        });
        let (rows, items) = (history.customers().len(), history.items().len());
        Timeline::from_events(Basis::Customer, rows, items, events)
    }
}

/// What an engine is put together of, after a fit and after its file was opened.
pub(super) struct Parts {
    pub items: crate::history::Labels,
    pub people: crate::history::Labels,
    /// By group already, where they are to be.
    pub purchases: Purchases,
    pub bought: Timeline,
    /// When each row of the purchases happened, where rows are orders.
    pub times: Vec<i64>,
    pub goods: Option<crate::history::ItemTable>,
    /// The article that each item is a variant of.
    pub groups: Option<crate::history::Texts>,
    pub customers_told: Option<crate::history::CustomerTable>,
    pub by_group: bool,
    pub about: About,
    pub shelf: Option<Shelf>,
}

impl Parts {
    /// An engine of these parts and the lists that `learn` makes of the purchases and their times.
    pub(super) fn engine(
        self,
        watch: Watch<'_>,
        learn: impl FnOnce(&Purchases, &Timeline) -> Result<crate::models::also_bought::AlsoBought>,
    ) -> Result<Engine> {
        let variants = match self.by_group {
            true => Some(Variants::new(&self.purchases, &self.bought)?),
            false => None,
        };
        // The times of the purchases as the lists are learnt of them, where they are others than
        // those of what each customer bought.
        let moved = match (self.purchases.basis(), &variants) {
            (Basis::Order, _) => Some(of_orders(&self.purchases, &self.times)?),
            (Basis::Customer, Some(variants)) => {
                Some(self.bought.by_group(&variants.representative)?)
            }
            (Basis::Customer, None) => None,
        };
        let timeline = moved.as_ref().unwrap_or(&self.bought);
        let also_bought = learn(&self.purchases, timeline)?;
        if also_bought.settings().timed().next().is_some() {
            timeline.check_against(&self.purchases)?;
        }
        let weights = also_bought.weights(&self.purchases, timeline, watch)?;
        let fades = weights
            .as_ref()
            .filter(|_| also_bought.settings().half_life.is_some());
        if fades.map_or(0, |weights| weights.places() / 2) != also_bought.weight_bits() {
            return Err(Error::matrix(
                "the weights are not of the size that the lists were learnt with",
            ));
        }
        let timeline = moved.filter(|_| also_bought.settings().timed().next().is_some());
        Ok(Engine {
            members: members(&self.purchases),
            popularity: Popularity::new(&self.purchases, self.goods.as_ref()),
            items: self.items,
            people: self.people,
            purchases: self.purchases,
            bought: self.bought,
            timeline,
            weights,
            also_bought,
            variants,
            goods: self.goods,
            groups: self.groups,
            customers_told: self.customers_told,
            about: self.about,
            shelf: self.shelf,
            rules: Default::default(),
        })
    }
}

/// When each item of each order was bought: with the order.
fn of_orders(purchases: &Purchases, times: &[i64]) -> Result<Timeline> {
    let events = (0..purchases.rows()).flat_map(|row| {
        let at = times.get(row).copied().unwrap_or(Timeline::NO_TIME);
        purchases
            .items_of(row)
            .iter()
            .map(move |&item| (row as u32, item, at))
    });
    Timeline::from_events(Basis::Order, purchases.rows(), purchases.items(), events)
}
