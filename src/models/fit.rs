//! Learning "customers also bought": a row of A^T A an item, the best of it kept.

use crate::error::{Result, zeroed};
use crate::matrix::product::{Falls, Nearly, Neighbours, Rows};
use crate::matrix::sweep::Source;
use crate::matrix::{Purchases, Timeline, Weights};
use crate::models::also_bought::{AlsoBought, AlsoBoughtParams};
use crate::models::closed_form::solve;
use crate::models::kept::{Kept, to_be_turned, turned};
use crate::models::lists::Lists;
use crate::models::measure::{Counts, Measure};
use crate::models::merge::merged;
use crate::models::model::Model;
use crate::models::ridge::regress;
use crate::models::scales::Scales;
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
        let scales = Scales::new(self.measure, &totals, &source_totals)?;
        let mut model = AlsoBought {
            params: self.clone(),
            basis: purchases.basis(),
            buyers: purchases.buyers(),
            scales,
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
            made: source.weights().map_or(0, Weights::bytes) + model.scales.bytes(),
            instructions: self.instructions,
            watch,
        };
        let all = match (source, self.kept) {
            (Source::Held(_), Kept::Source) => model.counted(rows)?,
            (Source::Held(_), Kept::Target) => model.counted_turned(to_be_turned(rows))?,
            (Source::Weighted(_, weights), _) if self.model != Model::Neighbourhood => {
                model.solved(source, weights, rows)?
            }
            (Source::Weighted(_, weights), _) if source.is_directed() => {
                swept(source, rows, |pair| model.score_of(Some(weights), pair))?
            }
            (Source::Weighted(_, weights), Kept::Source) => model.weighted(rows, weights)?,
            (Source::Weighted(_, weights), Kept::Target) => {
                model.weighted_turned(to_be_turned(rows), weights)?
            }
            (Source::After(..), _) => swept(source, rows, |pair| model.score_of(None, pair))?,
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
                self.scales.score(f64::from(both), source.item, target.item)
            }),
        }
    }

    /// Rows by equations.
    fn solved(&self, source: Source<'_>, weights: &Weights, rows: Rows<'_>) -> Result<Neighbours> {
        match self.params.model {
            Model::Ridge(ridge) => regress(rows, source, weights, ridge),
            Model::ClosedForm(numbers) => solve(rows, weights, numbers),
            Model::Merged(numbers) => merged(rows, source, weights, numbers),
            Model::Neighbourhood => self.weighted(rows, weights),
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
                    scale: |target| self.scales.scale(target),
                    power: count,
                },
                |sum, source, target| self.scales.score(weights.number(sum), source, target),
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

    /// As [`AlsoBought::counted`], the best sources of each target: products are the same both ways round.
    fn counted_turned(&self, rows: Rows<'_>) -> Result<Neighbours> {
        let AlsoBoughtParams {
            measure, shrinkage, ..
        } = self.params;
        let by_factors = matches!(measure, Measure::Power { .. }) && shrinkage == 0.0;
        let all = rows.counted(measure.turned_slope(), |both, target, source| {
            if by_factors {
                let both = f64::from(both);
                return self.scales.score(both, source.item, target.item);
            }
            self.params.score(Counts {
                both,
                source: source.total,
                target: target.total,
                all: self.buyers,
            })
        })?;
        turned(all, rows)
    }

    /// As [`AlsoBought::weighted`], likewise.
    fn weighted_turned(&self, rows: Rows<'_>, weights: &Weights) -> Result<Neighbours> {
        let Measure::Power { count, source, .. } = self.params.measure else {
            // Scores by what fades are the same both ways round.
            return turned(self.weighted(rows, weights)?, rows);
        };
        let all = rows.weighted(
            weights,
            Nearly {
                falls: Falls::of_power(source / count),
                scale: |source| self.scales.turned_scale(source),
                power: count,
            },
            |sum, target, source| self.scales.score(weights.number(sum), source, target),
        )?;
        turned(all, rows)
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
