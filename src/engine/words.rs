//! Picks put into words: ids, names, and the reason of each.

use super::Engine;
use super::answer::Suggestion;
use super::asked::Asked;
use super::reason::{BoughtWith, Popular, Reason, Source};
use super::suggest::Pick;
use super::sums::Evidence;
use crate::error::Result;
use crate::ids::ItemIx;
use crate::matrix::row_of;
use crate::models::also_bought::Neighbour;
use crate::models::filter::Filter;

impl Engine {
    /// What the reasons of picks rest on, where rows were counted anew.
    pub(super) fn evidence(&self, picks: &[Pick], units: &[u32]) -> Result<Evidence> {
        let items: Vec<u32> = picks.iter().map(|pick| pick.item).collect();
        self.rows_anew(units, &Filter::all().only(&items, self.items.len())?)
    }

    /// The item that is shown for a unit of the lists.
    pub(super) fn shown(&self, unit: u32, asked: &Asked) -> u32 {
        match &self.variants {
            None => unit,
            Some(variants) => variants
                .shown(unit, |item| asked.filter.allows(item))
                .unwrap_or(unit),
        }
    }

    /// A pick with its reason; `shown` is the item that stands for it.
    pub(super) fn in_words(
        &self,
        pick: &Pick,
        shown: u32,
        asked: &Asked,
        evidence: Option<&Evidence>,
    ) -> Suggestion {
        let reason = match pick.source {
            Source::AlsoBought => self.bought_with(pick.item, asked, evidence),
            Source::CategoryPopular | Source::Popular => None,
        };
        let buyers = row_of(self.purchases.by_item(), pick.item as usize).len() as u32;
        let reason = reason.unwrap_or_else(|| {
            Reason::Popular(Popular {
                category: pick.category.clone(),
                basis: self.purchases.basis(),
                buyers,
                support: f64::from(buyers) / f64::from(self.purchases.buyers().max(1)),
            })
        });
        Suggestion {
            item: self.id(shown).to_owned(),
            name: self.name(shown),
            score: pick.score,
            boost: pick.boost,
            source: pick.source,
            reason,
        }
    }

    /// What speaks for an item: the strongest of the units that it was bought with.
    fn bought_with(&self, item: u32, asked: &Asked, evidence: Option<&Evidence>) -> Option<Reason> {
        let mut best: Option<(u32, Neighbour)> = None;
        let (mut found, mut most) = (0, 0.0);
        for &unit in &asked.units.items {
            let near = match evidence {
                None => self.kept_neighbour(unit, item),
                Some(rows) => rows.get(&unit).and_then(|row| {
                    let at = row.binary_search_by_key(&item, |near| near.item.get());
                    at.ok().map(|at| row[at])
                }),
            };
            if let Some(near) = near {
                found += 1;
                let part = asked.units.part(unit, near.score);
                if best.is_none() || part > most {
                    (best, most) = (Some((unit, near)), part);
                }
            }
        }
        let (unit, near) = best?;
        // A unit may stand for several variants: name the one that was asked about.
        let named = asked.given.iter().find(|&&given| self.unit(given) == unit);
        let with = named.copied().unwrap_or(unit);
        Some(self.reason(with, near, found - 1))
    }

    fn kept_neighbour(&self, unit: u32, item: u32) -> Option<Neighbour> {
        let list = self.also_bought.lists().of(unit);
        let at = list.items.iter().position(|&other| other == item)?;
        self.also_bought.neighbours(ItemIx::checked(unit)).nth(at)
    }

    fn reason(&self, with: u32, near: Neighbour, others: u32) -> Reason {
        Reason::BoughtWith(BoughtWith {
            with: self.id(with).to_owned(),
            with_name: self.name(with),
            others,
            basis: self.also_bought.basis(),
            evidence: near.evidence,
            within_days: self.also_bought.settings().within_days,
        })
    }
}

/// A kept neighbour of an item as a suggestion.
pub(super) fn suggestion_of(engine: &Engine, item: u32, near: Neighbour) -> Suggestion {
    Suggestion {
        item: engine.id(near.item.get()).to_owned(),
        name: engine.name(near.item.get()),
        score: near.score,
        boost: None,
        source: Source::AlsoBought,
        reason: engine.reason(item, near, 0),
    }
}
