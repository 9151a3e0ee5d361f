//! Lists added up: of the neighbours that are kept, or of whole rows where those run short.

use super::Engine;
use super::asked::Units;
use super::suggest::Pick;
use crate::error::Result;
use crate::models::also_bought::Neighbour;
use crate::models::filter::Filter;
use crate::models::sums::Sums;
use std::collections::BTreeMap;

/// The rows that lists are added up from: kept, or counted anew.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    Kept,
    Anew,
}

/// Rows counted anew of the picks alone, by unit, in the order of items: what their reasons rest on.
pub(super) type Evidence = BTreeMap<u32, Vec<Neighbour>>;

impl Engine {
    /// The best of the lists of some units, added up: of the kept neighbours, or of whole rows where
    /// those run short.
    pub(super) fn best_of_lists(
        &self,
        units: &Units,
        n: usize,
        filter: &Filter,
    ) -> Result<(Vec<Pick>, Rows)> {
        let picks = self.best_of_kept(units, n, filter)?;
        if picks.len() == n || !units.items.iter().any(|&unit| self.is_cut(unit)) {
            return Ok((picks, Rows::Kept));
        }
        Ok((self.best_of_rows(units, n, filter)?, Rows::Anew))
    }

    /// All of the lists of some units, added up over whole rows, best first.
    pub(super) fn all_of_lists(&self, units: &Units, filter: &Filter) -> Result<(Vec<Pick>, Rows)> {
        let all = self.items.len();
        match units.items.iter().any(|&unit| self.is_cut(unit)) {
            true => Ok((self.best_of_rows(units, all, filter)?, Rows::Anew)),
            false => Ok((self.best_of_kept(units, all, filter)?, Rows::Kept)),
        }
    }

    /// Whether a unit's list may keep less than its row.
    fn is_cut(&self, unit: u32) -> bool {
        let model = &self.also_bought;
        let settings = model.settings();
        model.counts_anew() && model.lists().of(unit).items.len() >= settings.neighbours
    }

    /// The best of whole rows of some units, added up.
    fn best_of_rows(&self, units: &Units, n: usize, filter: &Filter) -> Result<Vec<Pick>> {
        let (model, source) = (&self.also_bought, self.source()?);
        model.summed(|sums| {
            model.scores_anew(source, &units.items, filter, |unit, item, score| {
                sums.add(item, units.part(unit, score));
            })?;
            Ok(picks(sums, n, filter))
        })
    }

    /// The best of the kept neighbours of some units, added up.
    pub(super) fn best_of_kept(
        &self,
        units: &Units,
        n: usize,
        filter: &Filter,
    ) -> Result<Vec<Pick>> {
        let lists = self.also_bought.lists();
        if let ([unit], []) = (&units.items[..], &units.counts[..]) {
            // The list of one item needs no adding up.
            let list = lists.of(*unit);
            let kept = list.items.iter().zip(list.scores);
            let allowed = kept.filter(|(item, _)| filter.allows(**item));
            let best = allowed.take(n);
            return Ok(best
                .map(|(&item, &score)| Pick::from_lists(item, score))
                .collect());
        }
        self.also_bought.summed(|sums| {
            sums.add_lists(lists, &units.items, &units.counts);
            Ok(picks(sums, n, filter))
        })
    }

    /// The rows of some units, of what a filter lets through: of few items, since rows are long.
    pub(super) fn rows_anew(&self, units: &[u32], filter: &Filter) -> Result<Evidence> {
        let mut rows = Evidence::new();
        let source = self.source()?;
        self.also_bought
            .neighbours_anew(source, units, filter, |unit, near| {
                rows.entry(unit).or_default().push(near);
            })?;
        for row in rows.values_mut() {
            row.sort_unstable_by_key(|near| near.item);
        }
        Ok(rows)
    }
}

/// The best `n` of what was added up.
fn picks(sums: &mut Sums, n: usize, filter: &Filter) -> Vec<Pick> {
    let best = sums.best(n, filter);
    best.map(|(item, score)| Pick::from_lists(item, score))
        .collect()
}
