//! Compiled rules by their texts.

use super::derived::Derived;
use super::{ItemFormula, ItemRule};
use crate::engine::Engine;
use crate::error::Result;
use crate::history::zone;
use crate::pool::{once, soon};
use crate::rules::{Clock, Formula, Rule};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, RwLock};

/// How many are kept: what a server is asked without end does not fill its memory.
const MOST_FILTERS: usize = 256;
/// Fewer, since each may hold a number an item.
const MOST_BOOSTS: usize = 16;

/// The rules that an engine was asked with, and what they need of it. No part of what an engine is.
#[derive(Debug, Default)]
pub(in crate::engine) struct Rules {
    derived: OnceLock<Derived>,
    clock: OnceLock<Clock>,
    filters: RwLock<HashMap<String, Arc<ItemRule>>>,
    boosts: RwLock<HashMap<String, Arc<ItemFormula>>>,
}

impl Clone for Rules {
    /// Another engine makes its own.
    fn clone(&self) -> Self {
        Rules::default()
    }
}

impl PartialEq for Rules {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Rules {
    pub(super) fn derived(&self, engine: &Engine) -> &Derived {
        once(&self.derived, || Derived::of(engine))
    }

    pub(super) fn clock(&self, engine: &Engine) -> &Clock {
        once(&self.clock, || {
            // A zone that is not known was refused when the orders were read.
            let named = engine
                .shelf
                .as_ref()
                .map(|shelf| zone(&shelf.settings.time_zone));
            let zone = named
                .and_then(Result::ok)
                .unwrap_or(jiff::tz::TimeZone::UTC);
            Clock::new(engine.about.as_of.map(|as_of| as_of.0), zone)
        })
    }

    pub(in crate::engine) fn filter(&self, engine: &Engine, text: &str) -> Result<Arc<ItemRule>> {
        kept(&self.filters, MOST_FILTERS, text, Rule::read, |rule| {
            ItemRule::compile(rule, engine)
        })
    }

    pub(in crate::engine) fn boost(&self, engine: &Engine, text: &str) -> Result<Arc<ItemFormula>> {
        kept(&self.boosts, MOST_BOOSTS, text, Formula::read, |formula| {
            ItemFormula::compile(formula, engine)
        })
    }
}

/// What a text was compiled to before; else what it is compiled to now. Texts that say the same are
/// compiled once.
fn kept<R: std::fmt::Display, C>(
    kept: &RwLock<HashMap<String, Arc<C>>>,
    most: usize,
    text: &str,
    read: impl FnOnce(&str) -> Result<R>,
    compile: impl FnOnce(R) -> Result<C>,
) -> Result<Arc<C>> {
    let find = |text: &str| {
        let there = soon(|| kept.try_read())?;
        there.get(text).map(Arc::clone)
    };
    if let Some(found) = find(text) {
        return Ok(found);
    }
    let rule = read(text)?;
    let canonical = rule.to_string();
    let compiled = match find(&canonical) {
        Some(found) => found,
        None => Arc::new(compile(rule)?),
    };
    let Some(mut there) = soon(|| kept.try_write()) else {
        return Ok(compiled);
    };
    if there.len() + 2 > most {
        there.clear();
    }
    for text in [text.to_owned(), canonical] {
        there.insert(text, Arc::clone(&compiled));
    }
    Ok(compiled)
}
