//! One customer's list against one customer's truth.

use super::metric::Metric;

/// What a list is judged by.
pub(super) struct Case<'a> {
    /// The items suggested, best first; below 0: nothing at that rank.
    pub list: &'a [i32],
    /// What was bought: sorted, distinct, not empty.
    pub truth: &'a [u32],
    /// What was bought before: sorted.
    pub before: Option<&'a [u32]>,
    /// What each item of the truth is worth; empty where nobody tells.
    pub values: &'a [f64],
}

/// Discounts by rank and their sums, for lists up to a length.
pub(super) struct Discounts {
    /// 1 / log2(rank + 1), from rank 1 on.
    at: Vec<f64>,
    /// The sum of the first so many.
    sum: Vec<f64>,
}

impl Discounts {
    pub(super) fn new(longest: usize) -> Self {
        let at: Vec<f64> = (0..longest)
            .map(|i| 1.0 / (i as f64 + 2.0).log2())
            .collect();
        let mut sum = vec![0.0];
        let mut total = 0.0;
        for discount in &at {
            total += discount;
            sum.push(total);
        }
        Discounts { at, sum }
    }
}

/// What the ranks down to one come to.
#[derive(Default)]
struct Sums {
    hits: u32,
    gain: f64,
    precisions: f64,
    first: Option<usize>,
    value: f64,
    repeats: u32,
}

impl Sums {
    fn hit(&mut self, case: &Case<'_>, rank: usize, place: usize, discount: f64) {
        self.hits += 1;
        self.gain += discount;
        self.precisions += f64::from(self.hits) / rank as f64;
        self.first.get_or_insert(rank);
        self.value += case.values.get(place).copied().unwrap_or(0.0);
        self.repeats += u32::from(case.had(case.truth[place]));
    }
}

/// What all ranks could come to.
struct Whole {
    truth: f64,
    value: f64,
    repeats: u32,
    new: u32,
}

impl Case<'_> {
    fn had(&self, item: u32) -> bool {
        self.before
            .is_some_and(|before| before.binary_search(&item).is_ok())
    }

    /// Appends the values of `metrics` at each of `ks`, which rise: NaN where the customer takes no part.
    pub(super) fn judge(
        &self,
        ks: &[usize],
        metrics: &[Metric],
        discounts: &Discounts,
        to: &mut Vec<f64>,
    ) {
        let repeats = self.truth.iter().filter(|&&item| self.had(item)).count() as u32;
        let whole = Whole {
            truth: self.truth.len() as f64,
            value: self.values.iter().sum(),
            repeats,
            new: self.truth.len() as u32 - repeats,
        };
        let mut sums = Sums::default();
        let mut done = 0;
        for &k in ks {
            let end = k.min(self.list.len());
            for at in done..end {
                let place = u32::try_from(self.list[at]).ok();
                let place = place.and_then(|item| self.truth.binary_search(&item).ok());
                if let Some(place) = place {
                    sums.hit(self, at + 1, place, discounts.at[at]);
                }
            }
            done = done.max(end);
            to.extend(
                metrics
                    .iter()
                    .map(|&metric| self.value(metric, k, &sums, &whole, discounts)),
            );
        }
    }

    fn value(&self, metric: Metric, k: usize, sums: &Sums, whole: &Whole, by: &Discounts) -> f64 {
        let hits = f64::from(sums.hits);
        let most = k.min(self.truth.len());
        match metric {
            Metric::Recall => hits / whole.truth,
            Metric::Precision => hits / k as f64,
            Metric::Ndcg => sums.gain / by.sum[most.min(by.sum.len() - 1)],
            Metric::Map => sums.precisions / most as f64,
            Metric::Mrr => sums.first.map_or(0.0, |rank| 1.0 / rank as f64),
            Metric::HitRate => f64::from(u8::from(sums.hits > 0)),
            Metric::RevenueRecall => share(sums.value, whole.value),
            Metric::RepeatRecall => share(f64::from(sums.repeats), f64::from(whole.repeats)),
            Metric::ExploreRecall => {
                share(f64::from(sums.hits - sums.repeats), f64::from(whole.new))
            }
        }
    }
}

/// A part of a whole; NaN where there is no whole.
fn share(part: f64, whole: f64) -> f64 {
    match whole > 0.0 {
        true => part / whole,
        false => f64::NAN,
    }
}
