//! Learning "customers also bought": a row of A^T A an item, the best of it kept.

use crate::error::{Result, zeroed};
use crate::matrix::product::{Falls, Nearly, Neighbours, Rows};
use crate::matrix::sweep::Source;
use crate::matrix::{Purchases, Timeline, Weights};
use crate::models::also_bought::{AlsoBought, AlsoBoughtParams};
use crate::models::factors::Factors;
use crate::models::lists::Lists;
use crate::models::measure::{Counts, Measure};
use crate::models::model::Model;
use crate::models::ridge::regress;
use crate::models::swept::swept;
use crate::parallel::thread_count;
use crate::pool::Pool;
use crate::watch::Watch;

impl AlsoBoughtParams {
    /// Learns from purchases, asking `watch` now and then whether to go on.
    ///
    /// # Errors
    /// As [`AlsoBoughtParams::fit`], and [`Error::Cancelled`](crate::Error::Cancelled).
    pub fn fit_watched(&self, purchases: &Purchases, watch: Watch<'_>) -> Result<AlsoBought> {
        self.check()?;
        self.check_untimed()?;
        self.held(purchases, None, watch)
    }

    /// Learns from purchases that are always as good; the timeline, of these purchases, tells their sequence.
    pub(super) fn held(
        &self,
        purchases: &Purchases,
        timeline: Option<&Timeline>,
        watch: Watch<'_>,
    ) -> Result<AlsoBought> {
        if self.model == Model::Neighbourhood && !self.weighs_rows() {
            return self.learn(Source::Held(purchases), Vec::new(), watch);
        }
        let weights = self.weights_of_rows(purchases, timeline, watch)?;
        let source = Source::Weighted(purchases, &weights);
        self.learn(source, Vec::new(), watch)
    }

    /// What meetings weigh by the row that they are in.
    pub(super) fn weights_of_rows(
        &self,
        purchases: &Purchases,
        timeline: Option<&Timeline>,
        watch: Watch<'_>,
    ) -> Result<Weights> {
        let weights = Weights::of_rows(purchases, self.customer_exponent(), watch)?;
        match (self.sequence.of_pairs(), timeline) {
            (Some(weighed), Some(timeline)) => {
                weights.in_sequence(purchases, timeline, weighed, watch)
            }
            _ => Ok(weights),
        }
    }

    /// Makes every row of a source and keeps the best of it. `source_totals` are the n_i where those
    /// are not the holders of each item, else empty.
    pub(super) fn learn(
        &self,
        source: Source<'_>,
        source_totals: Vec<u32>,
        watch: Watch<'_>,
    ) -> Result<AlsoBought> {
        let purchases = source.purchases();
        let totals = totals(purchases)?;
        let factors = Factors::new(self.measure, &totals, &source_totals)?;
        let mut model = AlsoBought {
            params: self.clone(),
            basis: purchases.basis(),
            buyers: purchases.buyers(),
            factors,
            totals,
            source_totals,
            bits: 0,
            as_of: None,
            lists: Lists::default(),
            sums: Pool::default(),
            workspaces: Pool::default(),
            marks: Pool::default(),
        };
        let rows = Rows {
            purchases,
            best: self.neighbours.min(purchases.items()),
            least: self.min_customers,
            threads: thread_count(self.threads)?,
            memory_limit: self.memory_limit,
            made: source.weights().map_or(0, Weights::bytes) + model.factors.bytes(),
            instructions: self.instructions,
            watch,
        };
        let all = match source {
            Source::Held(_) => model.counted(rows)?,
            _ if let Model::Ridge(ridge) = self.model => regress(rows, source, ridge)?,
            Source::Weighted(_, weights) if !source.is_directed() => {
                model.weighted(rows, weights)?
            }
            _ => swept(source, rows, |pair| model.score_of(source.weights(), pair))?,
        };
        model.lists = Lists::from(all);
        Ok(model)
    }
}

impl AlsoBought {
    /// Rows by counts. The measure is chosen here, outside of all loops: each that is often asked for has a
    /// closure, and so a kernel, of its own.
    fn counted(&self, rows: Rows<'_>) -> Result<Neighbours> {
        let (measure, all) = (self.params.measure, self.buyers);
        let slope = measure.slope();
        macro_rules! by {
            ($score:expr) => {
                rows.counted(slope, |both, source, target| {
                    $score(Counts {
                        both,
                        source: source.total,
                        target: target.total,
                        all,
                    })
                })
            };
        }
        match measure {
            _ if self.params.shrinkage > 0.0 => by!(|counts| self.params.score(counts)),
            Measure::Count => by!(|counts| Measure::Count.score(counts)),
            Measure::Cosine => by!(|counts| Measure::Cosine.score(counts)),
            Measure::Jaccard => by!(|counts| Measure::Jaccard.score(counts)),
            Measure::Lift => by!(|counts| Measure::Lift.score(counts)),
            Measure::Confidence => by!(|counts| Measure::Confidence.score(counts)),
            Measure::Llr | Measure::Tversky { .. } => by!(|counts| measure.score(counts)),
            Measure::Power { .. } => rows.counted(slope, |both, source, target| {
                self.factors
                    .score(f64::from(both), source.item, target.item)
            }),
        }
    }

    /// Rows by what meetings weigh.
    fn weighted(&self, rows: Rows<'_>, weights: &Weights) -> Result<Neighbours> {
        match self.params.measure {
            Measure::Cosine => rows.weighted(
                weights,
                Nearly {
                    falls: Falls::WithTarget,
                    scale: |target| weights.cosine_scale(target),
                    power: 1.0,
                },
                |sum, source, target| weights.cosine(sum, source, target),
            ),
            Measure::Power { count, target, .. } => rows.weighted(
                weights,
                Nearly {
                    falls: Falls::of_power(target / count),
                    scale: |target| self.factors.scale(target),
                    power: count,
                },
                |sum, source, target| self.factors.score(weights.number(sum), source, target),
            ),
            _ => rows.weighted(
                weights,
                Nearly {
                    falls: Falls::Never,
                    scale: |_| 1.0,
                    power: 1.0,
                },
                |sum, _, _| weights.number(sum) as f32,
            ),
        }
    }
}

/// How many rows hold each item.
fn totals(purchases: &Purchases) -> Result<Vec<u32>> {
    let mut totals = zeroed(purchases.items(), "the items' totals")?;
    for (item, total) in totals.iter_mut().enumerate() {
        *total = crate::matrix::row_of(purchases.by_item(), item).len() as u32;
    }
    Ok(totals)
}
