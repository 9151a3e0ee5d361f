//! Learning "customers also bought": a row of A^T A an item, the best of it kept.

use crate::error::{Result, zeroed};
#[cfg(test)]
use crate::ids::ItemIx;
use crate::matrix::product::{Chosen, Falls, Neighbours, Rows};
use crate::matrix::sweep::{Source, Workspace};
use crate::matrix::top_k::TopK;
use crate::matrix::{Purchases, Weights};
use crate::models::also_bought::{AlsoBought, AlsoBoughtParams, Neighbour};
use crate::models::filter::Filter;
use crate::models::lists::Lists;
use crate::models::measure::{Counts, Measure};
use crate::parallel::{in_order, thread_count};
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

    /// Sweeps every row of a source and keeps the best of it. `source_totals` are the n_i where those
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
            spaces: Pool::default(),
            rows: Pool::default(),
        };
        let rows = Rows {
            purchases,
            best: self.neighbours.min(purchases.items()),
            least: self.min_customers,
            threads: thread_count(self.threads)?,
            memory_limit: self.memory_limit,
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
        let budget = rows.budget(Workspace::bytes(source));
        let mut all = Neighbours::with_room(items, 0, budget)?;
        in_order(
            items.div_ceil(PART),
            rows.threads,
            "fitting",
            rows.watch,
            || Ok((Workspace::new(source)?, TopK::new(rows.best))),
            |part, (space, top)| {
                let mut chosen = Chosen::default();
                for item in part * PART..((part + 1) * PART).min(items) {
                    rows.watch.check()?;
                    space.sweep(source, item as u32);
                    Row::new(item as u32, self, source, space).select(&Filter::all(), top);
                    top.drain(|other, score| chosen.add(other, score, space.count(other)));
                    chosen.end();
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

impl AlsoBought {
    /// The `n` nearest neighbours that a filter lets through, from the [`AlsoBought::source`] that
    /// the model was fitted on: past those that were kept, where the kept ones run short.
    #[cfg(test)]
    pub(crate) fn neighbours_among(
        &self,
        source: Source<'_>,
        item: ItemIx,
        n: usize,
        filter: &Filter,
    ) -> Result<Vec<Neighbour>> {
        let mut found = Vec::new();
        self.rows(source, &[item.get()], n, filter, |_, near| found.push(near))?;
        Ok(found)
    }

    /// The rows of several items as [`AlsoBought::neighbours_among`] gives them, one after the other:
    /// `take` is called with the item and each of its neighbours, and no row is kept.
    pub(crate) fn rows(
        &self,
        source: Source<'_>,
        items: &[u32],
        n: usize,
        filter: &Filter,
        mut take: impl FnMut(u32, Neighbour),
    ) -> Result<()> {
        let mut top = TopK::new(n.min(self.items()));
        self.rows.lend(
            || Workspace::new(source),
            |space| {
                for &item in items {
                    space.sweep(source, item);
                    Row::new(item, self, source, space).select(filter, &mut top);
                    top.drain(|other, score| {
                        take(item, self.neighbour(item, other, score, space.count(other)));
                    });
                }
                Ok(())
            },
        )
    }

    /// All scores of the rows of several items, one row after the other, each in no certain order.
    pub(crate) fn scores(
        &self,
        source: Source<'_>,
        items: &[u32],
        filter: &Filter,
        mut take: impl FnMut(u32, f32),
    ) -> Result<()> {
        self.rows.lend(
            || Workspace::new(source),
            |space| {
                for &item in items {
                    space.sweep(source, item);
                    Row::new(item, self, source, space).each(filter, |other, score| {
                        if score > 0.0 {
                            take(other, score);
                        }
                        true
                    });
                }
                Ok(())
            },
        )
    }
}

/// A swept row with what scores and choices need.
struct Row<'a> {
    item: u32,
    model: &'a AlsoBought,
    weights: Option<&'a Weights>,
    space: &'a Workspace,
}

impl<'a> Row<'a> {
    fn new(item: u32, model: &'a AlsoBought, source: Source<'a>, space: &'a Workspace) -> Self {
        Row {
            item,
            model,
            weights: source.weights(),
            space,
        }
    }

    /// Offers the row to `top`.
    fn select(&self, filter: &Filter, top: &mut TopK) {
        self.each(filter, |other, score| top.offer(other, score));
    }

    /// Tells each other item that the row's item meets and the filter lets through, and the score. The measure is chosen here, outside of the loop over the row: each has a closure, and so a
    /// loop, of its own. `take` says whether an equal score would still be of use.
    #[inline]
    fn each(&self, filter: &Filter, take: impl FnMut(u32, f32) -> bool) {
        let (item, space) = (self.item, self.space);
        let measure = self.model.params.measure;
        let falls = measure.falls() != Falls::Unknown;
        match (self.weights, measure) {
            (Some(weights), Measure::Cosine) => self.walk(false, filter, take, |other, _| {
                weights.cosine(space.sum(other), item, other)
            }),
            (Some(weights), _) => self.walk(false, filter, take, |other, _| {
                weights.count(space.sum(other))
            }),
            (None, Measure::Count) => {
                self.walk(falls, filter, take, |_, c| Measure::Count.score(c));
            }
            (None, Measure::Cosine) => {
                self.walk(falls, filter, take, |_, c| Measure::Cosine.score(c));
            }
            (None, Measure::Jaccard) => {
                self.walk(falls, filter, take, |_, c| Measure::Jaccard.score(c));
            }
            (None, Measure::Lift) => {
                self.walk(falls, filter, take, |_, c| Measure::Lift.score(c));
            }
            (None, Measure::Confidence) => {
                self.walk(falls, filter, take, |_, c| Measure::Confidence.score(c));
            }
            (None, Measure::Llr) => self.walk(falls, filter, take, |_, c| Measure::Llr.score(c)),
        }
    }

    /// Walks over what the row's item meets: itself and its variants it meets in no row, which is fewer
    /// than the least. Of two items that it meets equally often, the one with more buyers scores no higher
    /// by a measure whose scores fall; so once one of them is of no use, none with as many buyers or more
    /// is, and their scores need no computing.
    #[inline]
    fn walk(
        &self,
        falls: bool,
        filter: &Filter,
        mut take: impl FnMut(u32, f32) -> bool,
        score: impl Fn(u32, Counts) -> f32,
    ) {
        let (least, all) = (self.model.params.min_customers, self.model.buyers);
        let source = self.model.source_total(self.item);
        // Slices, not what they are behind: nothing has to be looked up again after an offer.
        let (met, counts) = (self.space.met(), self.space.counts());
        let totals = &self.model.totals[..];
        let allows_all = filter.is_all();
        // By how often they meet: the fewest buyers that were too many.
        let mut too_many = [u32::MAX; 64];
        for &other in met {
            let both = counts[other as usize];
            let target = totals[other as usize];
            let place = both as usize % too_many.len();
            if target >= too_many[place] && (both as usize) < too_many.len() {
                continue;
            }
            if both < least || !(allows_all || filter.allows(other)) {
                continue;
            }
            let counts = Counts {
                both,
                source,
                target,
                all,
            };
            let useful = take(other, score(other, counts));
            if !useful && falls && (both as usize) < too_many.len() {
                too_many[place] = too_many[place].min(target);
            }
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
