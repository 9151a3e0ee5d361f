//! What each item adds to every other, all others considered: the full solution of which [`Ridge`] takes a part.
//!
//! With `G = X' W X`, `W = diag(d_u^-a)`, and `P = (G + diag(dropout g_ii + penalty))^-1`, the weights that tell
//! a target j from all other items are `-P_ij / P_jj` (EASE: Steck, "Embarrassingly shallow autoencoders for sparse
//! data", WWW 2019; with dropout EDLAE: Steck, "Autoencoders that don't overfit towards the identity", NeurIPS
//! 2020; with customers weighted and targets held back DAN: Park, Yoon, Choi, Lee, "Why is normalization necessary
//! for linear recommenders?", SIGIR 2025). Variants of a target tell it as little as it does itself: where it is of
//! a group g, `B_.g = -P_.g P_gg^-1`, which is the same thing of a group of one.
//!
//! It takes the cube of the number of items, so there is a most. Kept are the largest weights above zero of
//! items that were bought together: others are all of what is not there, and no customer is evidence for them.
//!
//! [`Ridge`]: crate::Ridge

use crate::error::{Error, Result, zeroed};
use crate::matrix::best::Best;
use crate::matrix::dense::{Symmetric, invert_small};
use crate::matrix::product::{Budget, Chosen, Neighbours, Rows, ScoredRow};
use crate::matrix::sweep::{Source, Workspace};
use crate::matrix::{NO_GROUP, Purchases, Weights, row_of};
use crate::models::model::ClosedForm;
use crate::parallel::{AHEAD, in_order, lock, map_parts};
use crate::powers::power;
use std::sync::Mutex;

/// So many items that were bought at most: half a trillion steps, and a quarter of a gibibyte.
const MOST: usize = 8_192;
/// A group's own equations take the cube of its variants, on one thread.
const MOST_VARIANTS: usize = 512;

/// Items a part of the work that chooses neighbours: neighbours in the matrix share lines of memory.
const PART: usize = 32;

/// Learns the weights of all neighbours.
pub(super) fn solve(rows: Rows<'_>, weights: &Weights, numbers: ClosedForm) -> Result<Neighbours> {
    let unknowns = Unknowns::new(rows.purchases)?;
    let order = unknowns.items.len();
    if order > MOST {
        let must = format!(
            "it is for {MOST} items that were bought at most, and here are {order}: take the model ridge, \
             which tells each item from its candidates alone"
        );
        return Err(Error::setting("model", "closed_form", must));
    }
    if let Some(largest) = unknowns.groups.iter().map(Vec::len).max()
        && largest > MOST_VARIANTS
    {
        let must = format!(
            "it is for groups of {MOST_VARIANTS} variants at most, and one has {largest}: let variants count as one \
             (`by_group`), or take the model ridge"
        );
        return Err(Error::setting("model", "closed_form", must));
    }
    let budget = budget(rows, weights, &unknowns);
    let all = Neighbours::with_room(budget)?;
    let mut matrix = products(rows, weights, numbers, &unknowns)?;
    let instructions = rows.instructions();
    let told = matrix.invert(rows.threads, instructions, rows.watch)?;
    let solution = match told {
        true => Solution::new(rows, numbers, unknowns, matrix)?,
        false => None,
    };
    let solution = solution.ok_or_else(|| {
        let must = "it must be larger: some items are bought by so nearly the same customers that \
                    their weights cannot be told";
        Error::setting("penalty", numbers.penalty, must)
    })?;
    solution.keep(rows, all, budget)
}

/// How much may be used, and how much it is at most.
fn budget(rows: Rows<'_>, weights: &Weights, unknowns: &Unknowns) -> Budget {
    let (purchases, items, threads) = (rows.purchases, rows.purchases.items(), rows.threads);
    let order = unknowns.items.len();
    let most_of = |item: usize| rows.most_of(item, purchases.meetings_of(item as u32));
    let most = (0..items).map(most_of).sum();
    // What a thread counts rows in, a row, and its best.
    let each = Workspace::bytes(Source::Weighted(purchases, weights))
        + (items * (Best::EACH + 12) + order * 16) as u64;
    let waiting = (items.min(AHEAD * PART) * rows.best) as u64 * Neighbours::EACH;
    let groups = unknowns
        .groups
        .iter()
        .map(|group| group.len() * (group.len() * 8 + 4));
    let numbers = items * 4 + order * 24 + groups.sum::<usize>();
    let besides = Symmetric::bytes(order, threads)
        .saturating_add(each.saturating_mul(threads as u64))
        .saturating_add(waiting)
        .saturating_add(numbers as u64);
    rows.budget(most, besides)
}

/// The items that were bought, numbered: the others tell nothing, and nothing tells them.
struct Unknowns {
    /// The item of each.
    items: Vec<u32>,
    /// The number of each item; of those that were never bought past the end.
    numbers: Vec<u32>,
    /// Those that are variants of one another, two or more.
    groups: Vec<Vec<u32>>,
}

impl Unknowns {
    fn new(purchases: &Purchases) -> Result<Self> {
        let mut numbers: Vec<u32> = zeroed(purchases.items(), "the items' numbers")?;
        let mut items = Vec::new();
        for (item, number) in (0..).zip(&mut numbers) {
            *number = match row_of(purchases.by_item(), item as usize).is_empty() {
                true => u32::MAX,
                false => items.len() as u32,
            };
            if *number != u32::MAX {
                items.push(item);
            }
        }
        let mut groups = Vec::new();
        if let Some(of) = purchases.groups() {
            let group = |number: &u32| of[items[*number as usize] as usize];
            let mut grouped: Vec<u32> = (0..items.len() as u32).collect();
            grouped.retain(|number| group(number) != NO_GROUP);
            grouped.sort_by_key(group);
            let alike = grouped.chunk_by(|one, other| group(one) == group(other));
            groups = alike
                .filter(|it| it.len() > 1)
                .map(<[u32]>::to_vec)
                .collect();
        }
        Ok(Unknowns {
            items,
            numbers,
            groups,
        })
    }
}

/// `G + diag(dropout g_ii + penalty)`.
fn products(
    rows: Rows<'_>,
    weights: &Weights,
    numbers: ClosedForm,
    unknowns: &Unknowns,
) -> Result<Symmetric> {
    let source = Source::Weighted(rows.purchases, weights);
    let mut matrix = Symmetric::new(unknowns.items.len())?;
    let bands: Vec<_> = matrix.bands().into_iter().map(Mutex::new).collect();
    let work = |part: usize, space: &mut Workspace| {
        let mut band = lock(&bands[part]);
        let own = unknowns.items.iter().enumerate();
        for (row, &item) in own.skip(part * Symmetric::BAND).take(Symmetric::BAND) {
            rows.watch.check()?;
            space.sweep(source, item);
            // The item itself and its variants are among them: told in no row, but with their sums.
            for pair in space.pairs(item) {
                let column = unknowns.numbers[pair.other as usize] as usize;
                let sum = weights.number(pair.sum);
                if column == row {
                    band.set(row, row, sum + (numbers.dropout * sum + numbers.penalty));
                } else if column < row {
                    band.set(row, column, sum);
                }
            }
        }
        Ok(())
    };
    let space = || Workspace::new(source);
    map_parts(
        bands.len(),
        rows.threads,
        "fitting",
        rows.watch,
        space,
        work,
    )?;
    drop(bands);
    Ok(matrix)
}

/// All weights, as far as they are worked out for all rows together.
struct Solution {
    unknowns: Unknowns,
    inverse: Symmetric,
    /// By target: what its column is multiplied by.
    factors: Vec<f64>,
    /// By group: the inverse of its part of the inverse, row after row, each column times what stands on the
    /// inverse's diagonal.
    within: Vec<Vec<f64>>,
}

impl Solution {
    /// `None` where some weights cannot be told.
    fn new(
        rows: Rows<'_>,
        numbers: ClosedForm,
        unknowns: Unknowns,
        inverse: Symmetric,
    ) -> Result<Option<Self>> {
        let order = unknowns.items.len();
        let mut factors: Vec<f64> = zeroed(order, "the factors of items")?;
        for (at, (factor, &item)) in factors.iter_mut().zip(&unknowns.items).enumerate() {
            let total = row_of(rows.purchases.by_item(), item as usize).len();
            *factor = -power(total as f64, -numbers.target_exponent) / inverse.at(at, at);
        }
        let mut within = Vec::new();
        for group in &unknowns.groups {
            let size = group.len();
            let mut matrix: Vec<f64> = zeroed(size * size, "the weights within groups")?;
            for (row, &one) in matrix.chunks_exact_mut(size).zip(group) {
                for (value, &other) in row.iter_mut().zip(group) {
                    *value = inverse.at(one as usize, other as usize);
                }
            }
            let own = |&one: &u32| inverse.at(one as usize, one as usize);
            let diagonal: Vec<f64> = group.iter().map(own).collect();
            if !invert_small(&mut matrix, &diagonal, rows.watch)? {
                return Ok(None);
            }
            // In place of the division by what stands on the diagonal.
            for row in matrix.chunks_exact_mut(size) {
                for (value, own) in row.iter_mut().zip(&diagonal) {
                    *value *= own;
                }
            }
            within.push(matrix);
        }
        Ok(Some(Solution {
            unknowns,
            inverse,
            factors,
            within,
        }))
    }

    /// The weights of a source for all targets; for its own variants anything.
    fn weigh(&self, source: usize, weights: &mut [f64], sums: &mut Vec<f64>) {
        self.inverse.row(source, weights);
        for (group, within) in self.unknowns.groups.iter().zip(&self.within) {
            sums.clear();
            sums.resize(group.len(), 0.0);
            for (&one, row) in group.iter().zip(within.chunks_exact(group.len())) {
                let own = weights[one as usize];
                for (sum, value) in sums.iter_mut().zip(row) {
                    *sum += own * value;
                }
            }
            for (&one, &sum) in group.iter().zip(&*sums) {
                weights[one as usize] = sum;
            }
        }
        for (weight, factor) in weights.iter_mut().zip(&self.factors) {
            *weight *= factor;
        }
    }

    /// The best of each item.
    fn keep(&self, rows: Rows<'_>, mut all: Neighbours, budget: Budget) -> Result<Neighbours> {
        let (source, items) = (Source::Held(rows.purchases), rows.purchases.items());
        let order = self.unknowns.items.len();
        let room = || {
            let space = Workspace::new(source)?;
            let weights: Vec<f64> = zeroed(order, "the weights of an item")?;
            Ok((space, ScoredRow::new(items, rows)?, weights, Vec::new()))
        };
        in_order(
            items.div_ceil(PART),
            rows.threads,
            "choosing neighbours",
            rows.watch,
            room,
            |part, (space, row, weights, sums)| {
                let mut chosen = Chosen::default();
                for item in part * PART..((part + 1) * PART).min(items) {
                    rows.watch.check()?;
                    let own = self.unknowns.numbers[item];
                    if own != u32::MAX {
                        space.sweep(source, item as u32);
                        self.weigh(own as usize, weights, sums);
                        let enough = space.pairs(item as u32).filter(|it| it.both >= rows.least);
                        for pair in enough {
                            let target = self.unknowns.numbers[pair.other as usize];
                            row.add(pair.other, weights[target as usize] as f32, pair.both);
                        }
                    }
                    row.choose(&mut chosen);
                }
                Ok(chosen)
            },
            |chosen| all.append(&chosen, budget),
        )?;
        Ok(all.shrunk())
    }
}
