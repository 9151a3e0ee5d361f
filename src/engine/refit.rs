//! Learning again, from a history that changed.

use super::Engine;
use crate::error::Result;
use crate::history::History;
use crate::watch::Watch;

impl Engine {
    /// An engine with this one's settings, learnt from another history.
    ///
    /// # Errors
    /// As [`EngineBuilder::fit`](super::EngineBuilder::fit).
    pub fn refit(&self, history: &History, watch: Watch<'_>) -> Result<Engine> {
        Engine::builder(history)
            .also_bought(self.also_bought.settings().clone())
            .basis(self.also_bought.basis())
            .by_group(self.variants.is_some())
            .watch(watch)
            .fit()
    }
}
