//! The metrics of suggestions from their definitions: sets, one rank at a time, no regard to speed.

use std::collections::BTreeSet;

/// A list and what it is judged by.
pub struct Judged<'a> {
    pub list: &'a [i32],
    pub truth: &'a BTreeSet<i32>,
    pub before: Option<&'a BTreeSet<i32>>,
    /// What an item is worth.
    pub values: Option<&'a [f64]>,
}

impl Judged<'_> {
    fn is_hit(&self, rank: usize) -> bool {
        rank <= self.list.len() && self.truth.contains(&self.list[rank - 1])
    }

    fn hits(&self, k: usize) -> BTreeSet<i32> {
        let ranks = (1..=k.min(self.list.len())).filter(|&rank| self.is_hit(rank));
        ranks.map(|rank| self.list[rank - 1]).collect()
    }

    /// The metric of that name; `None` where the customer takes no part in it.
    pub fn metric(&self, name: &str, k: usize) -> Option<f64> {
        let hits = self.hits(k);
        let most = k.min(self.truth.len());
        let gain = |rank: usize| 1.0 / ((rank + 1) as f64).log2();
        let ranks = 1..=k.min(self.list.len());
        let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
        let (count, size) = (hits.len() as f64, self.truth.len() as f64);
        let had = |item: &&i32| self.before.is_some_and(|before| before.contains(item));
        match name {
            "recall" => Some(count / size),
            "precision" => Some(count / k as f64),
            "ndcg" => {
                let found: f64 = ranks
                    .filter(|&rank| self.is_hit(rank))
                    .map(gain)
                    .fold(0.0, |sum, next| sum + next);
                let ideal: f64 = (1..=most).map(gain).fold(0.0, |sum, next| sum + next);
                Some(found / ideal)
            }
            "map" => {
                let precision = |rank: usize| self.hits(rank).len() as f64 / rank as f64;
                let sum: f64 = ranks
                    .filter(|&rank| self.is_hit(rank))
                    .map(precision)
                    .fold(0.0, |sum, next| sum + next);
                Some(sum / most as f64)
            }
            "mrr" => {
                let first = ranks.into_iter().find(|&rank| self.is_hit(rank));
                Some(first.map_or(0.0, |rank| 1.0 / rank as f64))
            }
            "hit_rate" => Some(if hits.is_empty() { 0.0 } else { 1.0 }),
            "revenue_recall" => {
                let worth = |item: &i32| self.values.map_or(0.0, |values| values[*item as usize]);
                let ranks = ranks.filter(|&rank| self.is_hit(rank));
                let found: f64 = ranks
                    .map(|rank| worth(&self.list[rank - 1]))
                    .fold(0.0, |sum, next| sum + next);
                share(found, self.truth.iter().map(worth).sum())
            }
            "repeat_recall" => {
                let of = |items: &BTreeSet<i32>| items.iter().filter(had).count() as f64;
                share(of(&hits), of(self.truth))
            }
            "explore_recall" => {
                let of =
                    |items: &BTreeSet<i32>| items.iter().filter(|item| !had(item)).count() as f64;
                share(of(&hits), of(self.truth))
            }
            other => panic!("no metric is called {other}"),
        }
    }
}

/// Coverage, the mean share of buyers, and its mean self-information, of all lists together.
pub fn catalogue(
    lists: &[&[i32]],
    before: &[BTreeSet<i32>],
    items: usize,
    k: usize,
) -> (f64, Option<f64>, Option<f64>) {
    let shown: Vec<i32> = lists
        .iter()
        .flat_map(|list| list.iter().take(k).copied().filter(|&item| item >= 0))
        .collect();
    let distinct: BTreeSet<i32> = shown.iter().copied().collect();
    let buyers = before.iter().filter(|items| !items.is_empty()).count() as f64;
    let share = |item: i32| before.iter().filter(|of| of.contains(&item)).count() as f64 / buyers;
    let coverage = distinct.len() as f64 / items as f64;
    if shown.is_empty() || buyers == 0.0 {
        return (coverage, None, None);
    }
    let shares: Vec<f64> = shown.iter().map(|&item| share(item)).collect();
    let known: Vec<f64> = shares
        .iter()
        .copied()
        .filter(|&share| share > 0.0)
        .collect();
    let bits: f64 = known.iter().map(|share| -share.log2()).sum();
    let novelty = (!known.is_empty()).then(|| bits / known.len() as f64);
    (
        coverage,
        Some(shares.iter().sum::<f64>() / shown.len() as f64),
        novelty,
    )
}
