//! Learning "customers also bought": a row of A^T A an item, the best of it kept.

use crate::error::{Result, zeroed};
use crate::matrix::best::Best;
use crate::matrix::product::{Chosen, Falls, Neighbours, Rows, ScoredRow};
use crate::matrix::sweep::{Source, Workspace};
use crate::matrix::{Purchases, Weights};
use crate::models::also_bought::{AlsoBought, AlsoBoughtParams};
use crate::models::lists::Lists;
use crate::models::measure::{Counts, Measure};
use crate::parallel::{AHEAD, in_order, thread_count};
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
        self.learn(Source::Held(purchases), Vec::new(), watch)
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
        let mut model = AlsoBought {
            params: self.clone(),
            basis: purchases.basis(),
            buyers: purchases.buyers(),
            totals: totals(purchases)?,
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
            made: source.weights().map_or(0, Weights::bytes),
            instructions: self.instructions,
            watch,
        };
        let all = match source {
            Source::Held(_) => self.counted(rows, purchases.buyers())?,
            Source::Weighted(_, weights) => self.weighted(rows, weights)?,
            Source::After(..) => model.swept(source, rows)?,
        };
        model.lists = Lists::from(all);
        Ok(model)
    }

    /// Rows by what meetings weigh.
    fn weighted(&self, rows: Rows<'_>, weights: &Weights) -> Result<Neighbours> {
        match self.measure {
            Measure::Cosine => rows.weighted(
                weights,
                Falls::WithTarget,
                |target| weights.cosine_scale(target),
                |sum, source, target| weights.cosine(sum, source, target),
            ),
            _ => rows.weighted(
                weights,
                Falls::Never,
                |_| 1.0,
                |sum, _, _| weights.count(sum),
            ),
        }
    }
}

impl AlsoBought {
    /// Rows of a source that the kernel does not know, one swept after the other.
    fn swept(&self, source: Source<'_>, rows: Rows<'_>) -> Result<Neighbours> {
        /// Items a part of the work: enough to be worth handing out, few enough to stop soon.
        const PART: usize = 32;
        let items = self.items();
        let space = Workspace::bytes(source) + (items * Best::EACH) as u64;
        let spaces = space.saturating_mul(rows.threads as u64);
        let kept = |items: usize| items as u64 * rows.best as u64;
        // Parts that wait for their turn.
        let waiting = kept(items.min(AHEAD * PART)).saturating_mul(Neighbours::EACH);
        let budget = rows.budget(spaces.saturating_add(waiting));
        let mut all = Neighbours::with_room(items, kept(items), budget)?;
        in_order(
            items.div_ceil(PART),
            rows.threads,
            "fitting",
            rows.watch,
            || Ok((Workspace::new(source)?, ScoredRow::new(items, rows)?)),
            |part, (space, row)| {
                let mut chosen = Chosen::default();
                for item in part * PART..((part + 1) * PART).min(items) {
                    rows.watch.check()?;
                    space.sweep(source, item as u32);
                    for pair in space.pairs(item as u32) {
                        row.add(pair.other, self.score_of(None, &pair), pair.both);
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

impl AlsoBoughtParams {
    /// Rows by counts. The measure is chosen here, outside of all loops: each has a closure, and so a
    /// kernel, of its own.
    fn counted(&self, rows: Rows<'_>, all: u32) -> Result<Neighbours> {
        let falls = self.measure.falls();
        macro_rules! by {
            ($measure:expr) => {
                rows.counted(falls, |both, source, target| {
                    $measure.score(Counts {
                        both,
                        source,
                        target,
                        all,
                    })
                })
            };
        }
        match self.measure {
            Measure::Count => by!(Measure::Count),
            Measure::Cosine => by!(Measure::Cosine),
            Measure::Jaccard => by!(Measure::Jaccard),
            Measure::Lift => by!(Measure::Lift),
            Measure::Confidence => by!(Measure::Confidence),
            Measure::Llr => by!(Measure::Llr),
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
