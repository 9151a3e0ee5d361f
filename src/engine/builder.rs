//! What to learn from a history.

use super::{About, Engine};
use crate::error::Result;
use crate::history::History;
use crate::matrix::{Basis, Purchases};
use crate::models::also_bought::AlsoBoughtParams;
use crate::watch::{Progress, Watch};

/// What to learn from a history. Made by [`Engine::builder`].
#[derive(Clone, Debug)]
pub struct EngineBuilder<'a> {
    history: &'a History,
    basis: Basis,
    also_bought: AlsoBoughtParams,
    watch: Watch<'a>,
}

impl<'a> EngineBuilder<'a> {
    pub(super) fn new(history: &'a History) -> Self {
        EngineBuilder {
            history,
            basis: Basis::default(),
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

    /// Learns.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) for a setting that cannot be;
    /// [`Error::Cancelled`](crate::Error::Cancelled).
    pub fn fit(self) -> Result<Engine> {
        self.also_bought.check()?;
        let purchases = Purchases::from_history(self.history, self.basis)?;
        let also_bought = self.also_bought.fit_watched(&purchases, self.watch)?;
        Ok(Engine {
            items: self.history.items().clone(),
            purchases,
            also_bought,
            about: About::of(self.history),
        })
    }
}
