//! Learning "customers also bought": a row of A^T A an item, the best of it kept.

use crate::error::{Error, Result, zeroed};
use crate::ids::ItemIx;
use crate::matrix::Purchases;
use crate::matrix::sweep::Workspace;
use crate::matrix::top_k::TopK;
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
        /// Items a part of the work: enough to be worth handing out, few enough to stop soon.
        const PART: usize = 32;
        let items = purchases.items();
        let totals = totals(purchases)?;
        let parts = map_parts(
            items.div_ceil(PART),
            thread_count(self.threads)?,
            "fitting",
            watch,
            || {
                Ok((
                    Workspace::new(items)?,
                    TopK::new(self.neighbours.min(items)),
                ))
            },
            |part, (space, top)| {
                let mut lists = Lists::default();
                for item in part * PART..((part + 1) * PART).min(items) {
                    watch.check()?;
                    space.sweep(purchases, item as u32);
                    let row = Row::new(item as u32, &totals, purchases.buyers(), space);
                    self.select(&row, &Filter::all(), top);
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
        Ok(AlsoBought {
            params: self.clone(),
            basis: purchases.basis(),
            buyers: purchases.buyers(),
            totals,
            lists: joined(items, &parts)?,
        })
    }

    /// Offers a row to `top`. The measure is chosen here, outside of the loop over the row.
    fn select(&self, row: &Row<'_>, filter: &Filter, top: &mut TopK) {
        let least = self.min_customers;
        match self.measure {
            Measure::Count => row.offer(self.measure, least, filter, top, |c| {
                Measure::Count.score(c)
            }),
            Measure::Cosine => row.offer(self.measure, least, filter, top, |c| {
                Measure::Cosine.score(c)
            }),
            Measure::Jaccard => row.offer(self.measure, least, filter, top, |c| {
                Measure::Jaccard.score(c)
            }),
            Measure::Lift => {
                row.offer(self.measure, least, filter, top, |c| Measure::Lift.score(c))
            }
            Measure::Confidence => row.offer(self.measure, least, filter, top, |c| {
                Measure::Confidence.score(c)
            }),
            Measure::Llr => row.offer(self.measure, least, filter, top, |c| Measure::Llr.score(c)),
        }
    }
}

impl AlsoBought {
    /// The `n` nearest neighbours that a filter lets through, from the purchases the model was
    /// fitted on: past those that were kept, where the kept ones run short.
    pub(crate) fn neighbours_among(
        &self,
        purchases: &Purchases,
        item: ItemIx,
        n: usize,
        filter: &Filter,
    ) -> Result<Vec<Neighbour>> {
        let mut space = Workspace::new(self.items())?;
        let mut top = TopK::new(n.min(self.items()));
        space.sweep(purchases, item.get());
        let row = Row::new(item.get(), &self.totals, self.buyers, &space);
        self.params.select(&row, filter, &mut top);
        let mut found = Vec::new();
        top.drain(|other, score| {
            found.push(self.neighbour(item.get(), other, score, space.count(other)));
        });
        Ok(found)
    }
}

/// A swept row with the totals that scores need.
struct Row<'a> {
    item: u32,
    totals: &'a [u32],
    all: u32,
    space: &'a Workspace,
}

impl<'a> Row<'a> {
    fn new(item: u32, totals: &'a [u32], all: u32, space: &'a Workspace) -> Self {
        Row {
            item,
            totals,
            all,
            space,
        }
    }

    /// Offers what the row's item meets. Of two items that it meets equally often, the one with more
    /// buyers scores no higher by a measure that [`Measure::falls_with_target`]; so once one of them
    /// is below the bar, all with as many buyers or more are, and their scores need no computing.
    #[inline]
    fn offer(
        &self,
        measure: Measure,
        least: u32,
        filter: &Filter,
        top: &mut TopK,
        score: impl Fn(Counts) -> f32,
    ) {
        let source = self.totals[self.item as usize];
        let allows_all = filter.is_all();
        let falls = measure.falls_with_target();
        // By how often they meet: the fewest buyers that were too many.
        let mut too_many = [u32::MAX; 64];
        for &other in self.space.met() {
            let both = self.space.count(other);
            let target = self.totals[other as usize];
            let place = both as usize % too_many.len();
            if target >= too_many[place] && (both as usize) < too_many.len() {
                continue;
            }
            if both < least || other == self.item || !(allows_all || filter.allows(other)) {
                continue;
            }
            let counts = Counts {
                both,
                source,
                target,
                all: self.all,
            };
            if !top.offer(other, score(counts)) && falls && (both as usize) < too_many.len() {
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

/// The lists of all parts, one behind the other.
fn joined(items: usize, parts: &[Lists]) -> Result<Lists> {
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
