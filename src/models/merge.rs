//! Lists of several models added up into one.
//!
//! The scores of models are not alike, so each is divided by how much the scores that it gives differ: the standard
//! deviation over all items of what a customer's items' lists add up to, its mean over customers.

use crate::error::{Result, untouched, zeroed};
use crate::matrix::product::{Chosen, Neighbours, Rows, ScoredRow};
use crate::matrix::sweep::Source;
use crate::matrix::{Purchases, Weights};
use crate::models::merged::Merged;
use crate::models::ridge::regress;
use crate::models::softmax::{FactorsParams, rank::deviation};
use crate::parallel::{AHEAD, in_order, map_parts};

/// Learns the lists of a ridge and those of factors, and adds them up.
pub(super) fn merged(
    rows: Rows<'_>,
    source: Source<'_>,
    weights: &Weights,
    merged: Merged,
) -> Result<Neighbours> {
    let ridge = |made: u64| {
        let made = rows.made.saturating_add(made);
        regress(Rows { made, ..rows }, source, weights, merged.ridge)
    };
    match merged.factor_share {
        0.0 => ridge(0),
        1.0 => distilled(rows, merged),
        share => {
            let near = distilled(rows, merged)?;
            let other = ridge(near.bytes())?;
            added(&[(&other, 1.0 - share), (&near, share)], rows)
        }
    }
}

/// The lists of factors, of which nothing else is kept.
fn distilled(rows: Rows<'_>, merged: Merged) -> Result<Neighbours> {
    let params = FactorsParams {
        softmax: merged.softmax,
        threads: Some(rows.threads),
        memory_limit: rows.memory_limit,
        instructions: rows.instructions,
    };
    let factors = params.fit_beside(rows.purchases, None, rows.made, rows.watch)?;
    let made = rows.made.saturating_add(factors.bytes());
    factors.lists(Rows { made, ..rows }, merged.list_temperature)
}

/// Customers asked for how much scores differ, at most some more than so many.
const ASKED: usize = 1_000;

/// The best of the sums of some lists, each times its weight over how much its scores differ.
fn added(parts: &[(&Neighbours, f64)], rows: Rows<'_>) -> Result<Neighbours> {
    /// Items a part of the work: enough to be worth handing out, few enough to stop soon.
    const PART: usize = 32;
    let items = rows.purchases.items();
    let mut scales = Vec::new();
    for &(lists, weight) in parts {
        let differ = differ(lists, rows)?;
        scales.push(if differ > 0.0 { weight / differ } else { 0.0 });
    }
    let made: u64 = parts.iter().map(|(lists, _)| lists.bytes()).sum();
    let rows = Rows {
        made: rows.made.saturating_add(made),
        ..rows
    };
    let kept = |item: usize| {
        parts
            .iter()
            .map(|(lists, _)| lists.of(item).len())
            .sum::<usize>()
    };
    let most = (0..items)
        .map(|item| kept(item).min(rows.best) as u64)
        .sum();
    let space = (items * (16 + ScoredRow::EACH) * rows.threads) as u64;
    let waiting = (items.min(AHEAD * PART) * rows.best) as u64 * Neighbours::EACH;
    let budget = rows.budget(most, space.saturating_add(waiting));
    let mut all = Neighbours::with_room(budget)?;
    in_order(
        items.div_ceil(PART),
        rows.threads,
        "merging",
        rows.watch,
        || Ok((Sum::new(items)?, ScoredRow::new(items, rows)?)),
        |part, (sum, row)| {
            let mut chosen = Chosen::default();
            for item in part * PART..((part + 1) * PART).min(items) {
                rows.watch.check()?;
                for (&(lists, _), &scale) in parts.iter().zip(&scales) {
                    for at in lists.of(item) {
                        sum.add(
                            lists.items[at],
                            scale * f64::from(lists.scores[at]),
                            lists.both[at],
                        );
                    }
                }
                sum.take(|other, score, both| row.add(other, score as f32, both));
                row.choose(&mut chosen);
            }
            Ok(chosen)
        },
        |chosen| all.append(&chosen, budget),
    )?;
    Ok(all.shrunk())
}

/// By item, a sum of scores and how many rows hold both; all zero between.
struct Sum {
    scores: Vec<f64>,
    both: Vec<u32>,
    met: Vec<u32>,
}

impl Sum {
    fn new(items: usize) -> Result<Self> {
        Ok(Sum {
            scores: untouched(items)?,
            both: untouched(items)?,
            met: Vec::new(),
        })
    }

    fn add(&mut self, item: u32, score: f64, both: u32) {
        if self.both[item as usize] == 0 {
            self.met.push(item);
        }
        self.both[item as usize] = both;
        self.scores[item as usize] += score;
    }

    fn take(&mut self, mut to: impl FnMut(u32, f64, u32)) {
        for item in self.met.drain(..) {
            let at = item as usize;
            let (score, both) = (&mut self.scores[at], &mut self.both[at]);
            to(item, std::mem::take(score), std::mem::take(both));
        }
    }
}

/// How much the scores of a customer differ, in the mean over customers evenly apart.
fn differ(lists: &Neighbours, rows: Rows<'_>) -> Result<f64> {
    /// Customers a part of the work.
    const PART: usize = 64;
    let asked = asked(rows.purchases);
    let parts: Vec<&[u32]> = asked.chunks(PART).collect();
    let sums = map_parts(
        parts.len(),
        rows.threads,
        "merging",
        rows.watch,
        || zeroed::<f32>(rows.purchases.items(), "the scores of a customer"),
        |part, scores| {
            let mut sum = 0.0;
            for &row in parts[part] {
                rows.watch.check()?;
                scores.fill(0.0);
                for &item in rows.purchases.items_of(row as usize) {
                    for at in lists.of(item as usize) {
                        scores[lists.items[at] as usize] += lists.scores[at];
                    }
                }
                sum += deviation(scores);
            }
            Ok(sum)
        },
    )?;
    Ok(sums.iter().sum::<f64>() / asked.len().max(1) as f64)
}

fn asked(purchases: &Purchases) -> Vec<u32> {
    let apart = (purchases.rows() / ASKED).max(1);
    let some = (0..purchases.rows()).step_by(apart);
    some.filter(|&row| !purchases.items_of(row).is_empty())
        .map(|row| row as u32)
        .collect()
}
