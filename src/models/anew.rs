//! Rows counted anew, where the neighbours that were kept run short.

use crate::error::Result;
use crate::matrix::Weights;
use crate::matrix::pairs::{Marks, Pair, Way};
use crate::matrix::sweep::{Source, Workspace};
use crate::models::also_bought::{AlsoBought, Neighbour};
use crate::models::filter::Filter;
use crate::models::kept::Kept;
use crate::models::measure::{Counts, Measure};
use crate::models::model::Model;

impl AlsoBought {
    /// The neighbours of several items that a filter lets through, past those that were kept: counted from
    /// the source that the model was fitted on. `take` is called with the item and each of its neighbours, in
    /// no certain order.
    pub(crate) fn neighbours_anew(
        &self,
        source: Source<'_>,
        items: &[u32],
        filter: &Filter,
        mut take: impl FnMut(u32, Neighbour),
    ) -> Result<()> {
        self.each_anew(source, items, filter, |item, other, score, both| {
            take(item, self.neighbour(item, other, score, both));
        })
    }

    /// The scores of these neighbours: of each neighbour in the order of the items, with the item.
    pub(crate) fn scores_anew(
        &self,
        source: Source<'_>,
        items: &[u32],
        filter: &Filter,
        mut take: impl FnMut(u32, u32, f32),
    ) -> Result<()> {
        self.each_anew(source, items, filter, |item, other, score, _| {
            take(item, other, score);
        })
    }

    /// Calls `take` with an item, another, the score above zero, and in how many rows they meet.
    fn each_anew(
        &self,
        source: Source<'_>,
        items: &[u32],
        filter: &Filter,
        mut take: impl FnMut(u32, u32, f32, u32),
    ) -> Result<()> {
        if !self.counts_anew() {
            self.each_kept(items, filter, take);
            return Ok(());
        }
        let allowed = filter.allowed(self.items());
        let way = match filter.is_all() {
            true => Way::Rows,
            false => Way::least(source, items, allowed),
        };
        let weights = source.weights();
        let mut scored = |pair: Pair| {
            let score = self.score_of(weights, &pair);
            if score > 0.0 {
                take(pair.item, pair.other, score, pair.both);
            }
        };
        if let Way::Pairs(pairs) = way {
            let marks = || Marks::new(source.purchases());
            return self.marks.lend(marks, |marks| {
                pairs.each(marks, scored);
                Ok(())
            });
        }
        let space = || Workspace::new(source);
        self.workspaces.lend(space, |space| {
            if let Way::Turned(others) = way {
                for other in others {
                    space.sweep(source, other);
                    let met = |&item: &u32| Some(space.pair(other, item)?.turned());
                    items.iter().filter_map(met).for_each(&mut scored);
                }
                return Ok(());
            }
            for &item in items {
                space.sweep(source, item);
                let allowed = |pair: &Pair| filter.allows(pair.other);
                space.pairs(item).filter(allowed).for_each(&mut scored);
            }
            Ok(())
        })
    }

    /// Whether a row can be made alone, past what was kept of it, which is its beginning.
    pub(crate) fn counts_anew(&self) -> bool {
        self.params.model == Model::Neighbourhood && self.params.kept == Kept::Source
    }

    /// As [`AlsoBought::each_anew`] for a model of which no row can be made alone: what was kept.
    fn each_kept(&self, items: &[u32], filter: &Filter, mut take: impl FnMut(u32, u32, f32, u32)) {
        for &item in items {
            let list = self.lists.of(item);
            let scored = list.items.iter().zip(list.scores).zip(list.both);
            for ((&other, &score), &both) in scored {
                if filter.allows(other) {
                    take(item, other, score, both);
                }
            }
        }
    }

    /// The score of a pair; 0 where too few rows hold both.
    pub(super) fn score_of(&self, weights: Option<&Weights>, pair: &Pair) -> f32 {
        let &Pair {
            item,
            other,
            both,
            sum,
        } = pair;
        if both < self.params.min_customers {
            return 0.0;
        }
        match (weights, self.params.measure) {
            (Some(_), _) if sum == 0 => 0.0,
            (Some(weights), Measure::Cosine) => weights.cosine(sum, item, other),
            (Some(weights), Measure::Power { .. }) => {
                self.scales.score(weights.number(sum), item, other)
            }
            (Some(weights), _) => weights.number(sum) as f32,
            (None, Measure::Power { .. }) if self.params.shrinkage == 0.0 && both > 0 => {
                self.scales.score(f64::from(both), item, other)
            }
            (None, _) => self.params.score(Counts {
                both,
                source: self.source_total(item),
                target: self.totals[other as usize],
                all: self.buyers,
            }),
        }
    }

    /// The `n` nearest neighbours of an item anew, best first.
    #[cfg(test)]
    pub(crate) fn neighbours_among(
        &self,
        source: Source<'_>,
        item: crate::ids::ItemIx,
        n: usize,
        filter: &Filter,
    ) -> Result<Vec<Neighbour>> {
        let mut found = Vec::new();
        self.neighbours_anew(source, &[item.get()], filter, |_, near| found.push(near))?;
        let best = |near: &Neighbour| (std::cmp::Reverse(near.score.to_bits()), near.item);
        found.sort_by_key(best);
        found.truncate(n);
        Ok(found)
    }
}
