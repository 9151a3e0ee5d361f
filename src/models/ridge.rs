//! What each neighbour adds, all others considered: a ridge regression per target, on those items alone of
//! which it is a candidate.
//!
//! SLIM (Ning, Karypis, "SLIM: sparse linear methods for top-n recommender systems", ICDM 2011) and EASE (Steck,
//! "Embarrassingly shallow autoencoders for sparse data", WWW 2019) learn weights that predict what a customer
//! bought from what else they bought; of two items that are bought by the same people, one is then enough. The
//! full solution takes the cube of the number of items. Here a target j is told from the items N whose
//! candidates it is among:
//!
//! `(X_N' W X_N + diag(dropout g_ii + penalty)) beta = X_N' W x_j`, with `W = diag(d_u^-a)`
//!
//! where `dropout` is what leaving out purchases at random comes to (Steck, "Autoencoders that don't overfit
//! towards the identity", NeurIPS 2020). A few steps of conjugate gradients from zero, preconditioned by the
//! diagonal, solve it as far as is good for predictions: to stop early is to shrink once more. The product
//! with `X_N' W X_N` goes by way of the customers, so no row or block of it is ever made, and a step over all
//! targets takes as long as the candidates' customers are many.

use crate::error::{Error, Result, zeroed};
use crate::matrix::best::{key_of, of_key};
use crate::matrix::product::{Falls, Nearly, Neighbours, Rows};
use crate::matrix::sweep::Source;
use crate::matrix::{Purchases, Weights, row_of};
use crate::models::model::Ridge;
use crate::models::swept::swept;
use crate::parallel::in_order;
use crate::powers::power;
use crate::watch::Watch;

/// Candidates by target: of which items it is one, rising, and where in their lists.
struct ByTarget {
    starts: Vec<usize>,
    sources: Vec<u32>,
    places: Vec<u32>,
}

/// Learns the weights of all neighbours.
pub(super) fn regress(rows: Rows<'_>, source: Source<'_>, ridge: Ridge) -> Result<Neighbours> {
    let weights = source
        .weights()
        .ok_or_else(|| Error::matrix("customers weigh nothing"))?;
    let rows = Rows {
        made: rows.made.saturating_add(solving(rows)),
        ..rows
    };
    let mut neighbours = candidates(rows, source, weights, ridge)?;
    let totals = |exponent: f64| totals_to_the(rows.purchases, exponent);
    // The right sides are the sums that the candidates were chosen by, not held back.
    let (undo, hold_back) = (
        totals(ridge.candidate_exponent)?,
        totals(-ridge.target_exponent)?,
    );
    for (score, &item) in neighbours.scores.iter_mut().zip(&neighbours.items) {
        *score = (f64::from(*score) * undo[item as usize]) as f32;
    }
    let problem = Problem {
        purchases: rows.purchases,
        by_item: weights_by_item(rows.purchases, weights)?,
        by_target: ByTarget::new(rows.purchases.items(), &neighbours)?,
        ridge,
    };
    let solved = problem.solve(&neighbours, rows.threads, rows.watch)?;
    for ((score, &weight), &item) in neighbours
        .scores
        .iter_mut()
        .zip(&solved)
        .zip(&neighbours.items)
    {
        *score = (f64::from(weight) * hold_back[item as usize]) as f32;
    }
    sort(&mut neighbours);
    Ok(neighbours.shrunk())
}

/// Those with the largest sums of meetings, held back by how many bought them.
fn candidates(
    rows: Rows<'_>,
    source: Source<'_>,
    weights: &Weights,
    ridge: Ridge,
) -> Result<Neighbours> {
    let factors = totals_to_the(rows.purchases, -ridge.candidate_exponent)?;
    let factor = |target: u32| factors[target as usize];
    let score = |sum: u64, target: u32| (weights.number(sum) * factor(target)) as f32;
    if source.is_directed() {
        return swept(source, rows, |pair| match pair.both < rows.least {
            true => 0.0,
            false => score(pair.sum, pair.other),
        });
    }
    rows.weighted(
        weights,
        Nearly {
            falls: Falls::of_power(ridge.candidate_exponent),
            scale: factor,
            power: 1.0,
        },
        |sum, _, target| score(sum, target),
    )
}

/// How many bytes learning the weights takes at most, besides the candidates.
fn solving(rows: Rows<'_>) -> u64 {
    let (purchases, items) = (rows.purchases, rows.purchases.items());
    let most = |item: usize| rows.most_of(item, purchases.meetings_of(item as u32));
    let candidates: u64 = (0..items).map(most).sum();
    // By target and solved: three numbers a candidate. Two factors an item, where its candidates start and
    // end, and in which part it is; what a thread needs of each unknown; and the weights of purchases.
    let by_item = 36 + 24 * rows.threads as u64;
    let by_customer = 4 * rows.threads as u64;
    candidates
        .saturating_mul(12)
        .saturating_add(by_item.saturating_mul(items as u64))
        .saturating_add(by_customer.saturating_mul(purchases.rows() as u64))
        .saturating_add(4 * purchases.by_row().nnz() as u64)
}

/// How many hold each item, to a power.
fn totals_to_the(purchases: &Purchases, exponent: f64) -> Result<Vec<f64>> {
    let mut powers: Vec<f64> = zeroed(purchases.items(), "the factors of items")?;
    for (item, power_of) in powers.iter_mut().enumerate() {
        let total = row_of(purchases.by_item(), item).len().max(1);
        *power_of = power(total as f64, exponent);
    }
    Ok(powers)
}

/// What each holder of each item weighs, in the places of [`Purchases::by_item`].
fn weights_by_item(purchases: &Purchases, weights: &Weights) -> Result<Vec<f32>> {
    let mut by_item: Vec<f32> = zeroed(purchases.by_item().nnz(), "the weights of customers")?;
    for (weight, &fixed) in by_item.iter_mut().zip(weights.by_item()) {
        *weight = weights.number(u64::from(fixed)) as f32;
    }
    Ok(by_item)
}

impl ByTarget {
    fn new(items: usize, candidates: &Neighbours) -> Result<Self> {
        let mut starts: Vec<usize> = zeroed(items + 1, "the candidates by target")?;
        for &target in &candidates.items {
            starts[target as usize + 1] += 1;
        }
        for item in 0..items {
            starts[item + 1] += starts[item];
        }
        let total = candidates.items.len();
        let mut next = starts.clone();
        let mut sources: Vec<u32> = zeroed(total, "the candidates by target")?;
        let mut places: Vec<u32> = zeroed(total, "the candidates by target")?;
        for (source, ends) in (0..).zip(candidates.starts.windows(2)) {
            let (start, end) = (ends[0] as usize, ends[1] as usize);
            for (place, &target) in (0..).zip(&candidates.items[start..end]) {
                let at = &mut next[target as usize];
                (sources[*at], places[*at]) = (source, place);
                *at += 1;
            }
        }
        Ok(ByTarget {
            starts,
            sources,
            places,
        })
    }
}

/// All regressions.
struct Problem<'a> {
    purchases: &'a Purchases,
    by_item: Vec<f32>,
    by_target: ByTarget,
    ridge: Ridge,
}

/// What a thread works in.
struct Space {
    /// By customer, a sum over what they hold; all zero between.
    customers: Vec<f32>,
    /// What the conjugate gradients need, as long as there are unknowns.
    rest: Vec<f32>,
    scaled: Vec<f32>,
    step: Vec<f32>,
    product: Vec<f32>,
    diagonal: Vec<f32>,
    ridge: Vec<f32>,
}

impl Problem<'_> {
    /// The weight of each candidate, in the places of the lists.
    fn solve(&self, candidates: &Neighbours, threads: usize, watch: Watch<'_>) -> Result<Vec<f32>> {
        let parts = self.parts();
        let mut solved: Vec<f32> = zeroed(candidates.items.len(), "the weights of neighbours")?;
        let mut next = 0;
        in_order(
            parts.len(),
            threads,
            "learning weights",
            watch,
            || Space::new(self.purchases),
            |part, space| {
                let mut weights = Vec::new();
                for &target in &parts[part] {
                    watch.check()?;
                    self.solve_target(target as usize, candidates, space, &mut weights);
                }
                Ok(weights)
            },
            |weights| {
                let mut weights = weights.into_iter();
                for &target in &parts[next] {
                    for at in self.candidates_of(target as usize) {
                        let place = self.place(candidates, at);
                        solved[place] = weights.next().unwrap_or_default();
                    }
                }
                next += 1;
                Ok(())
            },
        )?;
        Ok(solved)
    }

    fn candidates_of(&self, target: usize) -> std::ops::Range<usize> {
        self.by_target.starts[target]..self.by_target.starts[target + 1]
    }

    /// Where a candidate stands in the lists.
    fn place(&self, candidates: &Neighbours, at: usize) -> usize {
        let (source, place) = (self.by_target.sources[at], self.by_target.places[at]);
        candidates.starts[source as usize] as usize + place as usize
    }

    /// The targets in parts that take about equally long, those that take longest first, so that threads
    /// end together.
    fn parts(&self) -> Vec<Vec<u32>> {
        /// Candidates a part: enough to be worth handing out, few enough to stop soon.
        const PART: usize = 4_000;
        let length = |target: &u32| self.candidates_of(*target as usize).len();
        let items = self.purchases.items() as u32;
        let mut targets: Vec<u32> = (0..items).filter(|target| length(target) > 0).collect();
        targets.sort_by_key(|target| std::cmp::Reverse(length(target)));
        let (mut parts, mut part, mut sum) = (Vec::new(), Vec::new(), 0);
        for target in targets {
            sum += length(&target);
            part.push(target);
            if sum >= PART {
                parts.push(std::mem::take(&mut part));
                sum = 0;
            }
        }
        if !part.is_empty() {
            parts.push(part);
        }
        parts
    }

    /// Solves one target's regression: the weights of its candidates, behind those of others.
    fn solve_target(
        &self,
        target: usize,
        candidates: &Neighbours,
        space: &mut Space,
        weights: &mut Vec<f32>,
    ) {
        let range = self.candidates_of(target);
        let sources = &self.by_target.sources[range.clone()];
        space.rest.clear();
        let right = range.map(|at| candidates.scores[self.place(candidates, at)]);
        space.rest.extend(right);
        space.ridge.clear();
        space.diagonal.clear();
        for &source in sources {
            let own: f64 = self.weights_of(source).iter().copied().map(f64::from).sum();
            let ridge = self.ridge.dropout * own + self.ridge.penalty;
            space.ridge.push(ridge as f32);
            space.diagonal.push((own + ridge) as f32);
        }
        space.precondition();
        space.step.clone_from(&space.scaled);
        let first = weights.len();
        weights.resize(first + sources.len(), 0.0);
        let mut length = dot(&space.rest, &space.scaled);
        for _ in 0..self.ridge.steps {
            self.multiply(sources, space);
            let curve = dot(&space.step, &space.product);
            if curve <= 0.0 || length <= 0.0 {
                break;
            }
            let far = (length / curve) as f32;
            let moved = space.step.iter().zip(&space.product);
            let (weights, rest) = (&mut weights[first..], &mut space.rest);
            for ((weight, rest), (step, product)) in weights.iter_mut().zip(rest).zip(moved) {
                *weight += far * step;
                *rest -= far * product;
            }
            space.precondition();
            let before = std::mem::replace(&mut length, dot(&space.rest, &space.scaled));
            let turn = (length / before) as f32;
            for (step, scaled) in space.step.iter_mut().zip(&space.scaled) {
                *step = scaled + turn * *step;
            }
        }
    }

    fn weights_of(&self, item: u32) -> &[f32] {
        &self.by_item[self
            .purchases
            .by_item()
            .indptr()
            .outer_inds_sz(item as usize)]
    }

    /// The product of the matrix with the step: to the customers of each item, and back.
    fn multiply(&self, sources: &[u32], space: &mut Space) {
        let customers = &mut space.customers[..];
        for (&source, &step) in sources.iter().zip(&space.step) {
            for &row in row_of(self.purchases.by_item(), source as usize) {
                customers[row as usize] += step;
            }
        }
        space.product.clear();
        let own = space.step.iter().zip(&space.ridge);
        for (&source, (step, ridge)) in sources.iter().zip(own) {
            let rows = row_of(self.purchases.by_item(), source as usize);
            let sum = weighed(rows, self.weights_of(source), customers);
            space.product.push(sum + ridge * step);
        }
        for &source in sources {
            for &row in row_of(self.purchases.by_item(), source as usize) {
                customers[row as usize] = 0.0;
            }
        }
    }
}

impl Space {
    fn new(purchases: &Purchases) -> Result<Self> {
        Ok(Space {
            customers: zeroed(purchases.rows(), "the sums of a thread")?,
            rest: Vec::new(),
            scaled: Vec::new(),
            step: Vec::new(),
            product: Vec::new(),
            diagonal: Vec::new(),
            ridge: Vec::new(),
        })
    }

    /// The rest by the diagonal.
    fn precondition(&mut self) {
        let parts = self.rest.iter().zip(&self.diagonal);
        self.scaled.clear();
        self.scaled
            .extend(parts.map(|(rest, diagonal)| rest / diagonal));
    }
}

/// The sum of what stands at some rows times what they weigh: four sums side by side, in an order that is the
/// same on every machine. In f64, since an item may have millions of customers.
fn weighed(rows: &[u32], weights: &[f32], values: &[f32]) -> f32 {
    let mut sums = [0f64; 4];
    let (fours, rest) = rows.as_chunks::<4>();
    let (weights, weights_of_rest) = weights.as_chunks::<4>();
    for (rows, weights) in fours.iter().zip(weights) {
        for lane in 0..4 {
            sums[lane] += f64::from(weights[lane] * values[rows[lane] as usize]);
        }
    }
    for (&row, weight) in rest.iter().zip(weights_of_rest) {
        sums[0] += f64::from(weight * values[row as usize]);
    }
    ((sums[0] + sums[1]) + (sums[2] + sums[3])) as f32
}

fn dot(one: &[f32], other: &[f32]) -> f64 {
    let products = one.iter().zip(other);
    products.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

/// Puts each list in the order of its scores, and keeps those above zero: best first, equal ones by index.
fn sort(all: &mut Neighbours) {
    let mut list: Vec<(u64, u32)> = Vec::new();
    let (mut start, mut kept) = (0, 0);
    for row in 1..all.starts.len() {
        let end = all.starts[row] as usize;
        let places = start..end;
        let scored = all.items[places.clone()]
            .iter()
            .zip(&all.scores[places.clone()]);
        let scored = scored
            .zip(&all.both[places])
            .filter(|((_, score), _)| **score > 0.0);
        list.clear();
        list.extend(scored.map(|((&item, &score), &both)| (key_of(item, score), both)));
        list.sort_unstable_by_key(|&(key, _)| std::cmp::Reverse(key));
        // Never beyond what was read.
        for &(key, both) in &list {
            (all.items[kept], all.scores[kept]) = of_key(key);
            all.both[kept] = both;
            kept += 1;
        }
        all.starts[row] = kept as u64;
        start = end;
    }
    all.items.truncate(kept);
    all.scores.truncate(kept);
    all.both.truncate(kept);
}
