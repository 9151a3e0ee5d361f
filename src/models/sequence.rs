//! How much it counts in what order customers bought.

use crate::error::Result;
use crate::matrix::Timeline;
use crate::matrix::moments::Lasts;
use crate::models::model::within;
use crate::powers::power;

/// How much it counts in what order customers bought. A moment is a time at which a customer last bought
/// something; what was bought at once shares one, and what has no time came first. Default: it does not count.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sequence {
    /// From 0 to 2: a customer who bought two items `m` moments apart counts `(1 + m)^-distance_exponent` for
    /// the two. Default: 0.
    pub distance_exponent: f64,
    /// From 0 to 1: by what that is multiplied where the neighbour was bought before the item. Default: 1.
    pub backward_weight: f64,
    /// From 0 to 2: in a list for a customer, what they bought in the `r`-th moment from the last counts
    /// `r^-recency_exponent`. Default: 0.
    pub recency_exponent: f64,
}

impl Default for Sequence {
    fn default() -> Self {
        Sequence {
            distance_exponent: 0.0,
            backward_weight: 1.0,
            recency_exponent: 0.0,
        }
    }
}

impl Sequence {
    /// The names of its numbers.
    pub(crate) const NAMES: [&str; 3] =
        ["distance_exponent", "backward_weight", "recency_exponent"];

    /// The numbers, by the names that they have in every face.
    pub(crate) fn numbers(self) -> [(&'static str, f64); 3] {
        let values = [
            self.distance_exponent,
            self.backward_weight,
            self.recency_exponent,
        ];
        std::array::from_fn(|at| (Self::NAMES[at], values[at]))
    }

    /// The number of that name.
    pub(super) fn number(&mut self, name: &str) -> Option<&mut f64> {
        match name {
            "distance_exponent" => Some(&mut self.distance_exponent),
            "backward_weight" => Some(&mut self.backward_weight),
            "recency_exponent" => Some(&mut self.recency_exponent),
            _ => None,
        }
    }

    /// The numbers that make it count, and so need times.
    pub(crate) fn counting(self) -> impl Iterator<Item = (&'static str, f64)> {
        let nothing = Sequence::default().numbers();
        let all = self.numbers().into_iter().zip(nothing);
        all.filter(|(own, nothing)| own != nothing)
            .map(|(own, _)| own)
    }

    /// What pairs weigh by their moments, where they do.
    pub(crate) fn of_pairs(self) -> Option<(f64, f64)> {
        let own = (self.distance_exponent, self.backward_weight);
        (own != (0.0, 1.0)).then_some(own)
    }

    pub(super) fn check(self) -> Result<()> {
        within("distance_exponent", self.distance_exponent, 0.0..=2.0)?;
        within("backward_weight", self.backward_weight, 0.0..=1.0)?;
        within("recency_exponent", self.recency_exponent, 0.0..=2.0)
    }
}

/// What the things that a customer bought count in a list for them; used again for the next customer.
pub(crate) struct Recency {
    exponent: f64,
    lasts: Lasts,
    /// By item, rising.
    counts: Vec<(u32, f32)>,
}

impl Recency {
    /// `None` where all count alike.
    pub(crate) fn of(sequence: Sequence) -> Option<Self> {
        let exponent = sequence.recency_exponent;
        (exponent != 0.0).then(|| Recency {
            exponent,
            lasts: Lasts::default(),
            counts: Vec::new(),
        })
    }

    /// What each of some items counts, by what a row of a timeline tells of them; `unit` says what stands for an
    /// item among them. What the timeline does not know counts nothing.
    pub(crate) fn counts(
        &mut self,
        items: &[u32],
        timeline: &Timeline,
        row: usize,
        unit: impl Fn(u32) -> u32,
    ) -> Vec<f32> {
        let (bought, at) = timeline.of(row);
        let events = bought.iter().map(|&item| unit(item));
        let lasts = self.lasts.of_events(events.zip(at.iter().copied()));
        self.counts.clear();
        let mut last = None;
        for (item, moment) in lasts.rev() {
            let last = *last.get_or_insert(moment);
            let ago = f64::from(last - moment) + 1.0;
            self.counts.push((item, power(ago, -self.exponent) as f32));
        }
        self.counts.sort_unstable_by_key(|&(item, _)| item);
        let count = |item: &u32| {
            let at = self.counts.binary_search_by_key(item, |&(item, _)| item);
            at.map_or(0.0, |at| self.counts[at].1)
        };
        items.iter().map(count).collect()
    }
}
