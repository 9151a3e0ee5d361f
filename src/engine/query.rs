//! Questions, each a short sentence.

use super::{Engine, Reason};
use crate::error::{Error, Result};
use crate::ids::ItemIx;
use crate::matrix::Basis;
use crate::models::also_bought::Neighbour;
use crate::models::filter::Filter;
use crate::models::measure::Measure;
use crate::text::grouped;
use serde::Serialize;

/// What is suggested: exactly as many as were asked for, or fewer and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suggestions {
    /// Best first.
    pub items: Vec<Suggestion>,
    /// Why there are fewer than asked for; `None` where there are as many.
    pub short_reason: Option<String>,
    /// Ids of `exclude` and `only` that are no items of this shop.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
}

/// One suggestion.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suggestion {
    /// The item's id.
    pub item: String,
    /// By the model's measure.
    pub score: f32,
    /// Why.
    pub reason: Reason,
}

/// "Customers who bought this also bought", being asked. Made by [`Engine::also_bought`].
#[derive(Clone, Debug)]
pub struct AlsoBoughtQuery<'a> {
    engine: &'a Engine,
    item: String,
    n: usize,
    exclude: Vec<String>,
    only: Option<Vec<String>>,
}

impl Engine {
    /// What do customers who bought `item` also buy?
    pub fn also_bought(&self, item: impl Into<String>) -> AlsoBoughtQuery<'_> {
        AlsoBoughtQuery {
            engine: self,
            item: item.into(),
            n: 10,
            exclude: Vec::new(),
            only: None,
        }
    }

    /// Every item with its kept neighbours, at most `n` each, by index.
    ///
    /// # Errors
    /// [`Error::Setting`] where `n` is 0 or more than the lists keep.
    pub fn all_also_bought(
        &self,
        n: Option<usize>,
    ) -> Result<impl Iterator<Item = (&str, Vec<Suggestion>)>> {
        let kept = self.also_bought.settings().neighbours;
        let n = n.unwrap_or(kept);
        if n == 0 || n > kept {
            return Err(Error::setting(
                "n",
                n,
                format!(
                    "it must be from 1 to {kept}, the neighbours that the lists were fitted to keep"
                ),
            ));
        }
        Ok(self.items.iter().enumerate().map(move |(index, id)| {
            let near = ItemIx::new(index).map(|item| self.also_bought.neighbours(item));
            let near = near.into_iter().flatten().take(n);
            (
                id,
                near.map(|neighbour| self.suggestion(id, neighbour))
                    .collect(),
            )
        }))
    }

    fn suggestion(&self, with: &str, neighbour: Neighbour) -> Suggestion {
        let id = self.items.get(neighbour.item.position());
        Suggestion {
            item: id.unwrap_or_default().to_owned(),
            score: neighbour.score,
            reason: Reason {
                with: with.to_owned(),
                basis: self.also_bought.basis(),
                evidence: neighbour.evidence,
            },
        }
    }
}

impl AlsoBoughtQuery<'_> {
    /// At most this many. Default: 10.
    pub fn n(mut self, n: usize) -> Self {
        self.n = n;
        self
    }

    /// Never these items.
    pub fn exclude<Id: Into<String>>(mut self, items: impl IntoIterator<Item = Id>) -> Self {
        self.exclude.extend(items.into_iter().map(Into::into));
        self
    }

    /// None but these items, of those that were let through already.
    pub fn only<Id: Into<String>>(mut self, items: impl IntoIterator<Item = Id>) -> Self {
        let items = items.into_iter().map(Into::into);
        self.only = Some(match self.only {
            None => items.collect(),
            Some(before) => items.filter(|item| before.contains(item)).collect(),
        });
        self
    }

    /// Answers.
    ///
    /// Where the kept neighbours run short of `n`, the item's row is computed anew from the
    /// purchases, so a filter never costs suggestions that there are.
    ///
    /// # Errors
    /// [`Error::UnknownItem`] with near ids; [`Error::Setting`] where `n` is 0.
    pub fn suggest(self) -> Result<Suggestions> {
        if self.n == 0 {
            return Err(Error::setting("n", 0, "it must be at least 1"));
        }
        let engine = self.engine;
        let model = &engine.also_bought;
        let item = engine.item(&self.item)?;
        let mut unknown = Vec::new();
        let filter = self.filter(&mut unknown)?;
        let mut near: Vec<Neighbour> = model
            .neighbours(item)
            .filter(|neighbour| filter.allows(neighbour.item.get()))
            .take(self.n)
            .collect();
        let all_kept = model.neighbours(item).len() < model.settings().neighbours;
        if near.len() < self.n && !all_kept {
            near = model.neighbours_among(&engine.purchases, item, self.n, &filter)?;
        }
        let short_reason = (near.len() < self.n).then(|| self.short_reason(item, near.len()));
        let items = near
            .into_iter()
            .map(|neighbour| engine.suggestion(&self.item, neighbour))
            .collect();
        Ok(Suggestions {
            items,
            short_reason,
            unknown,
        })
    }

    fn filter(&self, unknown: &mut Vec<String>) -> Result<Filter> {
        let labels = &self.engine.items;
        let mut indices = |ids: &[String]| -> Vec<u32> {
            let mut found = Vec::with_capacity(ids.len());
            for id in ids {
                match labels.find(id) {
                    Some(index) => found.push(index as u32),
                    None => unknown.push(id.clone()),
                }
            }
            found
        };
        let mut filter = Filter::all();
        if !self.exclude.is_empty() {
            filter = filter.exclude(&indices(&self.exclude), labels.len())?;
        }
        if let Some(only) = &self.only {
            filter = filter.only(&indices(only), labels.len())?;
        }
        Ok(filter)
    }

    fn short_reason(&self, item: ItemIx, found: usize) -> String {
        let model = &self.engine.also_bought;
        let name = &self.item;
        if model.buyers_of(item) == 0 {
            let by = match model.basis() {
                Basis::Customer => " by a known customer",
                Basis::Order => "",
            };
            return format!("`{name}` was never bought{by} in an order that counts");
        }
        let (others, were, are) = match found {
            0 => ("no other item".to_owned(), "was", "is"),
            1 => ("only 1 other item".to_owned(), "was", "is"),
            _ => (
                format!("only {} other items", grouped(found as u64)),
                "were",
                "are",
            ),
        };
        let mut reason = format!("{others} {were} bought with `{name}`");
        let least = model.settings().min_customers;
        if least > 1 {
            reason.push_str(&format!(" by at least {least} {}", model.basis().plural()));
        }
        if model.measure() == Measure::Llr {
            reason.push_str(" oftener than by chance");
        }
        match (self.exclude.is_empty(), &self.only) {
            (false, Some(_)) => {
                reason.push_str(&format!(" and {are} among `only` and not excluded"))
            }
            (false, None) => reason.push_str(&format!(" and {are} not excluded")),
            (true, Some(_)) => reason.push_str(&format!(" and {are} among `only`")),
            (true, None) => {}
        }
        reason
    }
}
