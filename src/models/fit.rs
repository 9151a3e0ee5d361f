//! Learning "customers also bought": a row of A^T A an item, the best of it kept.

use crate::error::{Error, Result, zeroed};
#[cfg(test)]
use crate::ids::ItemIx;
use crate::matrix::product::{Falls, Neighbours, Rows};
use crate::matrix::sweep::{Source, Workspace};
use crate::matrix::top_k::TopK;
use crate::matrix::{Purchases, Weights};
use crate::models::also_bought::{AlsoBought, AlsoBoughtParams, Neighbour};
use crate::models::filter::Filter;
use crate::models::lists::Lists;
use crate::models::measure::{Counts, Measure};
use crate::parallel::{map_parts, thread_count};
use crate::watch::Watch;

impl AlsoBoughtParams {
    /// Learns from purchases, asking `watch` now and then whether to go on.
    ///
    /// # Errors
    /// As [`AlsoBoughtParams::fit`], and [`Error::Cancelled`].
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
        /// Items a part of the work: enough to be worth handing out, few enough to stop soon.
        const PART: usize = 32;
        let purchases = source.purchases();
        let items = purchases.items();
        let mut model = AlsoBought {
            params: self.clone(),
            basis: purchases.basis(),
            buyers: purchases.buyers(),
            totals: totals(purchases)?,
            source_totals,
            bits: 0,
            as_of: None,
            lists: Lists::default(),
        };
        if let Some(lists) = self.best_rows(source, watch)? {
            model.lists = lists;
            return Ok(model);
        }
        let parts = map_parts(
            items.div_ceil(PART),
            thread_count(self.threads)?,
            "fitting",
            watch,
            || {
                Ok((
                    Workspace::new(source)?,
                    TopK::new(self.neighbours.min(items)),
                ))
            },
            |part, (space, top)| {
                let mut lists = Lists::default();
                for item in part * PART..((part + 1) * PART).min(items) {
                    watch.check()?;
                    space.sweep(source, item as u32);
                    Row::new(item as u32, &model, source, space).select(&Filter::all(), top);
                    top.drain(|other, score| {
                        lists.items.push(other);
                        lists.scores.push(score);
                        lists.both.push(space.count(other));
                    });
                    lists.starts.push(lists.items.len() as u64);
                }
                Ok(lists)
            },
        )?;
        model.lists = joined(items, parts)?;
        Ok(model)
    }
}

impl AlsoBoughtParams {
    /// The lists, where the kernel makes them.
    fn best_rows(&self, source: Source<'_>, watch: Watch<'_>) -> Result<Option<Lists>> {
        let purchases = source.purchases();
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
            Source::Weighted(_, weights) => match self.measure {
                Measure::Cosine => rows.weighted(
                    weights,
                    Falls::WithTarget,
                    |target| weights.cosine_scale(target),
                    |sum, source, target| weights.cosine(sum, source, target),
                )?,
                _ => rows.weighted(
                    weights,
                    Falls::Never,
                    |_| 1.0,
                    |sum, _, _| weights.count(sum),
                )?,
            },
            Source::After(..) => return Ok(None),
        };
        Ok(Some(Lists::from(all)))
    }

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
        let mut space = Workspace::new(source)?;
        let mut top = TopK::new(n.min(self.items()));
        for &item in items {
            space.sweep(source, item);
            Row::new(item, self, source, &space).select(filter, &mut top);
            top.drain(|other, score| {
                take(item, self.neighbour(item, other, score, space.count(other)));
            });
        }
        Ok(())
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

    /// Offers the row to `top`. The measure is chosen here, outside of the loop over the row: each
    /// has a closure, and so a loop, of its own.
    fn select(&self, filter: &Filter, top: &mut TopK) {
        let (item, space) = (self.item, self.space);
        let measure = self.model.params.measure;
        let falls = measure.falls() != Falls::Unknown;
        match (self.weights, measure) {
            (Some(weights), Measure::Cosine) => self.offer(false, filter, top, |other, _| {
                weights.cosine(space.sum(other), item, other)
            }),
            (Some(weights), _) => self.offer(false, filter, top, |other, _| {
                weights.count(space.sum(other))
            }),
            (None, Measure::Count) => {
                self.offer(falls, filter, top, |_, c| Measure::Count.score(c));
            }
            (None, Measure::Cosine) => {
                self.offer(falls, filter, top, |_, c| Measure::Cosine.score(c));
            }
            (None, Measure::Jaccard) => {
                self.offer(falls, filter, top, |_, c| Measure::Jaccard.score(c));
            }
            (None, Measure::Lift) => {
                self.offer(falls, filter, top, |_, c| Measure::Lift.score(c));
            }
            (None, Measure::Confidence) => {
                self.offer(falls, filter, top, |_, c| Measure::Confidence.score(c));
            }
            (None, Measure::Llr) => self.offer(falls, filter, top, |_, c| Measure::Llr.score(c)),
        }
    }

    /// Offers what the row's item meets: itself and its variants it meets in no row, which is fewer
    /// than the least. Of two items that it meets equally often, the one with more
    /// buyers scores no higher by a measure that [`Measure::falls`]; so once one of them
    /// is below the bar, all with as many buyers or more are, and their scores need no computing.
    #[inline]
    fn offer(
        &self,
        falls: bool,
        filter: &Filter,
        top: &mut TopK,
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
            if !top.offer(other, score(other, counts)) && falls && (both as usize) < too_many.len()
            {
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

/// The lists of all parts, one behind the other. Each part is let go once it is joined.
fn joined(items: usize, parts: Vec<Lists>) -> Result<Lists> {
    let total: usize = parts.iter().map(Lists::total).sum();
    let mut lists = Lists {
        starts: reserved(items + 1)?,
        items: reserved(total)?,
        scores: reserved(total)?,
        both: reserved(total)?,
    };
    lists.starts.push(0);
    for part in parts {
        let before = lists.items.len() as u64;
        lists
            .starts
            .extend(part.starts.iter().map(|end| before + end));
        lists.items.extend_from_slice(&part.items);
        lists.scores.extend_from_slice(&part.scores);
        lists.both.extend_from_slice(&part.both);
    }
    Ok(lists)
}

fn reserved<T>(length: usize) -> Result<Vec<T>> {
    let mut values = Vec::new();
    values
        .try_reserve_exact(length)
        .map_err(|_| Error::OutOfMemory {
            what: "the lists of neighbours",
            bytes: (length * size_of::<T>()) as u64,
        })?;
    Ok(values)
}
