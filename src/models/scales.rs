//! What each item adds to the scores of [`Measure::Power`], worked out once.

use crate::error::{Result, zeroed};
use crate::models::measure::Measure;
use crate::powers::power;

/// The factors `n_i^-b` and `n_j^-c` of all items: of none for other measures.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Scales {
    count: f64,
    sources: Vec<f64>,
    targets: Vec<f64>,
}

impl Scales {
    /// For items of so many holders; `source_totals` are empty where they are the same.
    pub(crate) fn new(measure: Measure, totals: &[u32], source_totals: &[u32]) -> Result<Self> {
        let Measure::Power {
            count,
            source,
            target,
            ..
        } = measure
        else {
            return Ok(Scales::default());
        };
        let source_totals = match source_totals.is_empty() {
            true => totals,
            false => source_totals,
        };
        Ok(Scales {
            count,
            sources: factors(source_totals, -source)?,
            targets: factors(totals, -target)?,
        })
    }

    /// How many bytes they take.
    pub(super) fn bytes(&self) -> u64 {
        (size_of_val(&self.sources[..]) + size_of_val(&self.targets[..])) as u64
    }

    /// The score of a sum of meetings that is above zero, as [`Measure::value`] has it for counts.
    #[inline]
    pub(crate) fn score(&self, met: f64, source: u32, target: u32) -> f32 {
        let (source, target) = (self.sources[source as usize], self.targets[target as usize]);
        (power(met, self.count) * source * target) as f32
    }

    /// What a sum of meetings is to be multiplied by so that its power is a score, but for what depends on
    /// the source and for rounding.
    pub(super) fn scale(&self, target: u32) -> f64 {
        power(self.targets[target as usize], 1.0 / self.count)
    }

    /// As [`Scales::scale`], of the source where it is the target that is asked about.
    pub(super) fn turned_scale(&self, source: u32) -> f64 {
        power(self.sources[source as usize], 1.0 / self.count)
    }
}

fn factors(totals: &[u32], exponent: f64) -> Result<Vec<f64>> {
    let mut factors: Vec<f64> = zeroed(totals.len(), "the factors of items")?;
    for (factor, &total) in factors.iter_mut().zip(totals) {
        *factor = power(f64::from(total.max(1)), exponent);
    }
    Ok(factors)
}
