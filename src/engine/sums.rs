//! Lists added up: of the neighbours that are kept, or of whole rows where those run short.

use super::Engine;
use super::suggest::Pick;
use crate::error::{Result, zeroed};
use crate::matrix::top_k::TopK;
use crate::models::also_bought::Neighbour;
use crate::models::filter::Filter;
use std::collections::BTreeMap;

/// Sums of one question, used again for the next. All zero between questions.
#[derive(Default)]
pub(super) struct Scratch {
    sums: Vec<f32>,
    met: Vec<u32>,
}

/// The rows that lists are added up from: kept, or counted anew.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    Kept,
    Anew,
}

/// Rows counted anew of the picks alone, by unit: what their reasons rest on.
pub(super) type Evidence = BTreeMap<u32, Vec<Neighbour>>;

impl Engine {
    /// The best of the lists of some units, added up: of the kept neighbours, or of whole rows where
    /// those run short.
    pub(super) fn best_of_lists(
        &self,
        units: &[u32],
        n: usize,
        filter: &Filter,
        scratch: &mut Scratch,
    ) -> Result<(Vec<Pick>, Rows)> {
        let picks = self.best_of_kept(units, n, filter, scratch)?;
        if picks.len() == n || !units.iter().any(|&unit| self.is_cut(unit)) {
            return Ok((picks, Rows::Kept));
        }
        Ok((self.best_of_rows(units, n, filter, scratch)?, Rows::Anew))
    }

    /// All of the lists of some units, added up over whole rows, best first.
    pub(super) fn all_of_lists(
        &self,
        units: &[u32],
        filter: &Filter,
        scratch: &mut Scratch,
    ) -> Result<(Vec<Pick>, Rows)> {
        let all = self.items.len();
        match units.iter().any(|&unit| self.is_cut(unit)) {
            true => Ok((self.best_of_rows(units, all, filter, scratch)?, Rows::Anew)),
            false => Ok((self.best_of_kept(units, all, filter, scratch)?, Rows::Kept)),
        }
    }

    /// Whether a unit's list may keep less than its row.
    fn is_cut(&self, unit: u32) -> bool {
        let model = &self.also_bought;
        model.lists().of(unit).items.len() >= model.settings().neighbours
    }

    /// The best of whole rows of some units, added up.
    fn best_of_rows(
        &self,
        units: &[u32],
        n: usize,
        filter: &Filter,
        scratch: &mut Scratch,
    ) -> Result<Vec<Pick>> {
        let (source, all) = (self.source()?, self.items.len());
        let add = |sums: &mut Sums<'_>| {
            self.also_bought
                .rows(source, units, all, filter, |_, near| {
                    sums.add(near.item.get(), near.score);
                })
        };
        scratch.best(all, n, filter, add)
    }

    /// The best of the kept neighbours of some units, added up.
    pub(super) fn best_of_kept(
        &self,
        units: &[u32],
        n: usize,
        filter: &Filter,
        scratch: &mut Scratch,
    ) -> Result<Vec<Pick>> {
        let lists = self.also_bought.lists();
        if let [unit] = units {
            // The list of one item needs no adding up.
            let list = lists.of(*unit);
            let kept = list.items.iter().zip(list.scores);
            let allowed = kept.filter(|(item, _)| filter.allows(**item));
            let best = allowed.take(n);
            return Ok(best
                .map(|(&item, &score)| Pick::from_lists(item, score))
                .collect());
        }
        let add = |sums: &mut Sums<'_>| {
            for &unit in units {
                let list = lists.of(unit);
                for (&item, &score) in list.items.iter().zip(list.scores) {
                    sums.add(item, score);
                }
            }
            Ok(())
        };
        scratch.best(self.items.len(), n, filter, add)
    }

    /// The rows of some units, of what a filter lets through: of few items, since rows are long.
    pub(super) fn rows_anew(&self, units: &[u32], filter: &Filter) -> Result<Evidence> {
        let mut rows = Evidence::new();
        let (source, all) = (self.source()?, self.items.len());
        self.also_bought
            .rows(source, units, all, filter, |unit, near| {
                rows.entry(unit).or_default().push(near);
            })?;
        Ok(rows)
    }
}

/// Scores being added up.
struct Sums<'a> {
    sums: &'a mut [f32],
    met: &'a mut Vec<u32>,
}

impl Sums<'_> {
    fn add(&mut self, item: u32, score: f32) {
        let sum = &mut self.sums[item as usize];
        if *sum == 0.0 {
            self.met.push(item);
        }
        *sum += score;
    }
}

impl Scratch {
    /// Adds up, and picks the best `n` that a filter lets through: score down, index up.
    fn best(
        &mut self,
        items: usize,
        n: usize,
        filter: &Filter,
        add: impl FnOnce(&mut Sums<'_>) -> Result<()>,
    ) -> Result<Vec<Pick>> {
        if self.sums.len() != items {
            self.sums = zeroed(items, "the sums of a question")?;
        }
        let added = add(&mut Sums {
            sums: &mut self.sums,
            met: &mut self.met,
        });
        let mut top = TopK::new(n.min(items));
        for item in self.met.drain(..) {
            let sum = std::mem::take(&mut self.sums[item as usize]);
            if filter.allows(item) {
                top.offer(item, sum);
            }
        }
        let mut picks = Vec::new();
        top.drain(&mut |item, score| picks.push(Pick::from_lists(item, score)));
        added.map(|()| picks)
    }
}
