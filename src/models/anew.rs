//! Rows counted anew, where the neighbours that were kept run short.

use crate::error::Result;
use crate::matrix::Weights;
use crate::matrix::pairs::{Marks, Pair, Pairs};
use crate::matrix::product::Falls;
use crate::matrix::sweep::{Source, Workspace};
use crate::matrix::top_k::TopK;
use crate::models::also_bought::{AlsoBought, Neighbour};
use crate::models::filter::Filter;
use crate::models::measure::{Counts, Measure};

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

    /// The scores of these neighbours: of each neighbour in the order of the items.
    pub(crate) fn scores_anew(
        &self,
        source: Source<'_>,
        items: &[u32],
        filter: &Filter,
        mut take: impl FnMut(u32, f32),
    ) -> Result<()> {
        self.each_anew(source, items, filter, |_, other, score, _| {
            take(other, score);
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
        let few = match filter.is_all() {
            true => None,
            false => Pairs::new(source, items, |at| filter.word(at)),
        };
        if let Some(pairs) = few {
            let weights = source.weights();
            return self.marks.lend(
                || Marks::new(source.purchases()),
                |marks| {
                    pairs.each(marks, |pair| {
                        let score = self.score_of(weights, &pair);
                        if score > 0.0 {
                            take(pair.item, pair.other, score, pair.both);
                        }
                    });
                    Ok(())
                },
            );
        }
        self.rows.lend(
            || Workspace::new(source),
            |space| {
                for &item in items {
                    space.sweep(source, item);
                    Row::new(item, self, source, space).each(filter, |other, score| {
                        if score > 0.0 {
                            take(item, other, score, space.count(other));
                        }
                        true
                    });
                }
                Ok(())
            },
        )
    }

    /// The score of a pair; 0 where too few rows hold both.
    fn score_of(&self, weights: Option<&Weights>, pair: &Pair) -> f32 {
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
            (Some(weights), Measure::Cosine) => weights.cosine(sum, item, other),
            (Some(weights), _) => weights.count(sum),
            (None, measure) => measure.score(Counts {
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

/// A swept row with what scores and choices need.
pub(super) struct Row<'a> {
    item: u32,
    model: &'a AlsoBought,
    weights: Option<&'a Weights>,
    space: &'a Workspace,
}

impl<'a> Row<'a> {
    pub(super) fn new(
        item: u32,
        model: &'a AlsoBought,
        source: Source<'a>,
        space: &'a Workspace,
    ) -> Self {
        Row {
            item,
            model,
            weights: source.weights(),
            space,
        }
    }

    /// Offers the row to `top`.
    pub(super) fn select(&self, filter: &Filter, top: &mut TopK) {
        self.each(filter, |other, score| top.offer(other, score));
    }

    /// Calls `take` with each other item that the row's item meets and the filter lets through, and with the
    /// score; it says whether an equal score would still be of use. The measure is chosen here, outside of the
    /// loop over the row: each has a closure, and so a loop, of its own.
    #[inline]
    fn each(&self, filter: &Filter, take: impl FnMut(u32, f32) -> bool) {
        let (item, space) = (self.item, self.space);
        let measure = self.model.params.measure;
        let falls = measure.falls() != Falls::Unknown;
        match (self.weights, measure) {
            (Some(weights), Measure::Cosine) => self.walk(false, filter, take, |other, _| {
                weights.cosine(space.sum(other), item, other)
            }),
            (Some(weights), _) => self.walk(false, filter, take, |other, _| {
                weights.count(space.sum(other))
            }),
            (None, Measure::Count) => {
                self.walk(falls, filter, take, |_, c| Measure::Count.score(c));
            }
            (None, Measure::Cosine) => {
                self.walk(falls, filter, take, |_, c| Measure::Cosine.score(c));
            }
            (None, Measure::Jaccard) => {
                self.walk(falls, filter, take, |_, c| Measure::Jaccard.score(c));
            }
            (None, Measure::Lift) => {
                self.walk(falls, filter, take, |_, c| Measure::Lift.score(c));
            }
            (None, Measure::Confidence) => {
                self.walk(falls, filter, take, |_, c| Measure::Confidence.score(c));
            }
            (None, Measure::Llr) => self.walk(falls, filter, take, |_, c| Measure::Llr.score(c)),
        }
    }

    /// Walks over what the row's item meets: itself and its variants it meets in no row, which is fewer
    /// than the least. Of two items that it meets equally often, the one with more buyers scores no higher
    /// by a measure whose scores fall; so once one of them is of no use, none with as many buyers or more
    /// is, and their scores need no computing.
    #[inline]
    fn walk(
        &self,
        falls: bool,
        filter: &Filter,
        mut take: impl FnMut(u32, f32) -> bool,
        score: impl Fn(u32, Counts) -> f32,
    ) {
        let (least, all) = (self.model.params.min_customers, self.model.buyers);
        let source = self.model.source_total(self.item);
        // Slices, not what they are behind: nothing has to be looked up again after an offer.
        let (met, counts) = (self.space.met(), self.space.counts());
        let totals = &self.model.totals[..];
        let allows_all = filter.is_all();
        // By how often they meet: the fewest buyers that were too many.
        let mut too_many = [u32::MAX; 64];
        for &other in met {
            let both = counts[other as usize];
            let target = totals[other as usize];
            let place = both as usize % too_many.len();
            if target >= too_many[place] && (both as usize) < too_many.len() {
                continue;
            }
            if both < least || !(allows_all || filter.allows(other)) {
                continue;
            }
            let counts = Counts {
                both,
                source,
                target,
                all,
            };
            let useful = take(other, score(other, counts));
            if !useful && falls && (both as usize) < too_many.len() {
                too_many[place] = too_many[place].min(target);
            }
        }
    }
}
