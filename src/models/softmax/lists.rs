//! Lists of neighbours from the vectors of items.
//!
//! Of the items that were bought along with one, those nearest to it, by `exp((cosine - the largest) / t)`, each
//! list adding up to 1. What nobody bought along with it is no neighbour however near it is: every neighbour
//! has its evidence.

use super::Factors;
use super::dense::dot;
use crate::error::Result;
use crate::matrix::product::{Chosen, Neighbours, Rows, ScoredRow};
use crate::matrix::sweep::{Source, Workspace};
use crate::models::lists::by_score;
use crate::parallel::{AHEAD, in_order};
use crate::powers::exp;

/// Items a part of the work: enough to be worth handing out, few enough to stop soon.
const PART: usize = 32;

impl Factors {
    /// The lists of all items of the purchases that the vectors were learnt from.
    pub(crate) fn lists(&self, rows: Rows<'_>, temperature: f64) -> Result<Neighbours> {
        let source = Source::Held(rows.purchases);
        let items = rows.purchases.items();
        let most_of = |item| rows.most_of(item, rows.purchases.meetings_of(item as u32));
        let most: u64 = (0..items).map(most_of).sum();
        let space = Workspace::bytes(source) + (items * (ScoredRow::EACH + 12)) as u64;
        let waiting = (items.min(AHEAD * PART) * rows.best) as u64 * Neighbours::EACH;
        let budget = rows.budget(most, space * rows.threads as u64 + waiting);
        let heat = (1.0 / temperature) as f32;
        let vector =
            |item: u32| &self.items[item as usize * self.wide..(item as usize + 1) * self.wide];
        let mut all = Neighbours::with_room(budget)?;
        in_order(
            items.div_ceil(PART),
            rows.threads,
            "fitting",
            rows.watch,
            || {
                Ok((
                    Workspace::new(source)?,
                    ScoredRow::new(items, rows)?,
                    Vec::new(),
                ))
            },
            |part, (space, row, near)| {
                let mut chosen = Chosen::default();
                for item in part * PART..((part + 1) * PART).min(items) {
                    rows.watch.check()?;
                    let item = item as u32;
                    space.sweep(source, item);
                    near.clear();
                    let pairs = space.pairs(item).filter(|pair| pair.both >= rows.least);
                    near.extend(pairs.map(|pair| {
                        (pair.other, pair.both, dot(vector(item), vector(pair.other)))
                    }));
                    let nearest = near.iter().fold(-1f32, |most, it| most.max(it.2));
                    for &(other, both, cosine) in &*near {
                        row.add(other, exp((cosine - nearest) * heat), both);
                    }
                    row.choose(&mut chosen);
                }
                Ok(chosen)
            },
            |chosen| all.append(&chosen, budget),
        )?;
        for row in 1..all.starts.len() {
            let scores = &mut all.scores[all.starts[row - 1] as usize..all.starts[row] as usize];
            let sum: f64 = scores.iter().copied().map(f64::from).sum();
            scores
                .iter_mut()
                .for_each(|score| *score = (f64::from(*score) / sum) as f32);
        }
        // Scores that differed may be equal now.
        by_score(&mut all);
        Ok(all.shrunk())
    }
}
