//! Suggestions for a history of items: the sum of the neighbours' scores over what is owned.

use crate::error::{Error, Result};
use crate::ids::{ItemIx, Scored};
use crate::matrix::{Pattern, Purchases, Timeline, row_of};
use crate::models::also_bought::AlsoBought;
use crate::models::filter::Filter;
use crate::models::sequence::Recency;
use crate::models::sums::Sums;
use crate::parallel::{lock, map_parts, threads_for};
use crate::watch::Watch;
use ndarray::{Array2, Axis};
use std::collections::HashSet;
use std::sync::Mutex;

/// What is asked for of every row.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub n: usize,
    pub filter: &'a Filter,
    pub keep_owned: bool,
}

/// Adds up the lists of `owned`, distinct, in their order, each times what it counts, and tells the best `n`
/// that the filter lets through.
fn collect<'a>(
    model: &AlsoBought,
    sums: &'a mut Sums,
    (owned, counts): (&[u32], &[f32]),
    n: usize,
    filter: &Filter,
    keep_owned: bool,
) -> impl ExactSizeIterator<Item = (u32, f32)> + 'a {
    sums.add_lists(model.lists(), owned, counts);
    if !keep_owned {
        owned.iter().for_each(|&item| sums.leave_out(item));
    }
    sums.best(n, filter)
}

impl AlsoBought {
    /// The `n` items that best go with what is owned, best first: the sum, over the owned items in
    /// the order given, of their lists' scores, in f32. Fewer than `n` where fewer have a score.
    ///
    /// An item that is named again counts once, where it is named first. Owned items are left out
    /// unless `keep_owned`. Without times all count alike, whatever [`Sequence`](crate::Sequence) was learnt.
    ///
    /// # Errors
    /// [`Error::Index`] for an owned index past the catalogue; [`Error::Setting`] where `n` is 0.
    pub fn recommend(
        &self,
        owned: &[u32],
        n: usize,
        filter: &Filter,
        keep_owned: bool,
    ) -> Result<Vec<Scored<ItemIx>>> {
        check_n(n)?;
        let (mut seen, mut distinct) = (HashSet::new(), Vec::new());
        for &item in owned {
            check_item(item, self.items())?;
            if seen.insert(item) {
                distinct.push(item);
            }
        }
        let scored = |(item, score)| Scored {
            id: ItemIx::checked(item),
            score,
        };
        self.summed(|sums| {
            let best = collect(self, sums, (&distinct, &[]), n, filter, keep_owned);
            Ok(best.map(scored).collect())
        })
    }

    /// Does work with sums of scores, all zero before and after.
    pub(crate) fn summed<Out>(&self, work: impl FnOnce(&mut Sums) -> Result<Out>) -> Result<Out> {
        self.sums.lend(|| Sums::new(self.items()), work)
    }

    /// [`AlsoBought::recommend`] for every row of a matrix: indices and scores, both of shape (rows,
    /// min(n, items)), padded with -1 and NaN where a row has fewer.
    ///
    /// # Errors
    /// [`Error::Matrix`] where the matrix has another number of items than the model was fitted on;
    /// [`Error::Setting`] where `n` is 0; [`Error::Cancelled`].
    pub fn recommend_rows(
        &self,
        histories: &Purchases,
        n: usize,
        filter: &Filter,
        keep_owned: bool,
        watch: Watch<'_>,
    ) -> Result<(Array2<i32>, Array2<f32>)> {
        self.recommend_pattern(histories.by_row(), n, filter, keep_owned, watch)
    }

    /// As [`AlsoBought::recommend_rows`], what was bought lately counting for more, where the model was fitted
    /// with a [`recency_exponent`](crate::Sequence::recency_exponent).
    ///
    /// # Errors
    /// As [`AlsoBought::recommend_rows`]; [`Error::Matrix`] for a timeline of other purchases.
    pub fn recommend_timed(
        &self,
        histories: &Purchases,
        timeline: &Timeline,
        n: usize,
        filter: &Filter,
        keep_owned: bool,
        watch: Watch<'_>,
    ) -> Result<(Array2<i32>, Array2<f32>)> {
        timeline.check_against(histories)?;
        let asked = Asked {
            n,
            filter,
            keep_owned,
        };
        self.recommend_each(
            histories.by_row(),
            Some((timeline, &|row| row)),
            asked,
            watch,
        )
    }

    /// As [`AlsoBought::recommend_rows`], of histories as [`Purchases::pattern_of_csr`] gives them.
    ///
    /// # Errors
    /// As [`AlsoBought::recommend_rows`].
    pub fn recommend_pattern(
        &self,
        histories: &Pattern,
        n: usize,
        filter: &Filter,
        keep_owned: bool,
        watch: Watch<'_>,
    ) -> Result<(Array2<i32>, Array2<f32>)> {
        let asked = Asked {
            n,
            filter,
            keep_owned,
        };
        self.recommend_each(histories, None, asked, watch)
    }

    /// Recommends for every row of a pattern; `times` tell of each row in which row of a timeline it stands.
    pub(crate) fn recommend_each(
        &self,
        histories: &Pattern,
        times: Option<(&Timeline, &(dyn Fn(usize) -> usize + Sync))>,
        asked: Asked<'_>,
        watch: Watch<'_>,
    ) -> Result<(Array2<i32>, Array2<f32>)> {
        /// Rows a part of the work: as many as are worth a thread.
        const PART: usize = 64;
        check_n(asked.n)?;
        self.check_histories(histories)?;
        let width = asked.n.min(self.items());
        let (mut best, mut scores) = padding(histories.rows(), width)?;
        // What each part writes to: its own rows of both.
        let parts = best
            .axis_chunks_iter_mut(Axis(0), PART)
            .zip(scores.axis_chunks_iter_mut(Axis(0), PART));
        let parts: Vec<_> = parts.map(|part| Mutex::new(Some(part))).collect();
        map_parts(
            parts.len(),
            threads_for(parts.len(), self.params.threads)?,
            "recommending",
            watch,
            || Ok(Recency::of(self.params.sequence)),
            |part, recency| {
                let Some((mut best, mut scores)) = lock(&parts[part]).take() else {
                    return Ok(());
                };
                self.summed(|sums| {
                    let outs = best.outer_iter_mut().zip(scores.outer_iter_mut());
                    for (row, (mut best, mut scores)) in (part * PART..).zip(outs) {
                        watch.check()?;
                        let owned = row_of(histories, row);
                        let counts = match (recency.as_mut(), times) {
                            (Some(recency), Some((timeline, row_of))) => {
                                recency.counts(owned, timeline, row_of(row), |item| item)
                            }
                            _ => Vec::new(),
                        };
                        let owned = (owned, &counts[..]);
                        let found =
                            collect(self, sums, owned, width, asked.filter, asked.keep_owned);
                        for (column, (item, score)) in found.enumerate() {
                            (best[column], scores[column]) = (item as i32, score);
                        }
                    }
                    Ok(())
                })
            },
        )?;
        drop(parts);
        Ok((best, scores))
    }

    fn check_histories(&self, histories: &Pattern) -> Result<()> {
        if !histories.is_csr() {
            return Err(Error::matrix(
                "the histories are stored by column: hand over `to_csr()` of them",
            ));
        }
        if histories.cols() != self.items() {
            return Err(Error::matrix(format!(
                "the matrix has {} columns, but the model was fitted on {} items",
                histories.cols(),
                self.items()
            )));
        }
        Ok(())
    }

    /// [`AlsoBought::similar_items`] for several items: indices and scores, both of shape (items
    /// asked for, min(n, items)), padded with -1 and NaN where a list is shorter.
    ///
    /// # Errors
    /// [`Error::Setting`] where `n` is 0; [`Error::Index`] past the catalogue.
    pub fn similar_rows(
        &self,
        sources: &[u32],
        n: usize,
        filter: &Filter,
    ) -> Result<(Array2<i32>, Array2<f32>)> {
        check_n(n)?;
        let width = n.min(self.items());
        let (mut items, mut scores) = padding(sources.len(), width)?;
        for (row, &source) in sources.iter().enumerate() {
            let near = self.similar_items_among(ItemIx::checked(source), n, filter)?;
            for (column, neighbour) in near.iter().enumerate() {
                items[(row, column)] = neighbour.id.get() as i32;
                scores[(row, column)] = neighbour.score;
            }
        }
        Ok((items, scores))
    }
}

/// Indices and scores that tell nothing yet, of shape (rows, width).
fn padding(rows: usize, width: usize) -> Result<(Array2<i32>, Array2<f32>)> {
    let damaged = |problem: ndarray::ShapeError| Error::matrix(problem.to_string());
    let (items, scores) = (filled(rows, width, -1)?, filled(rows, width, f32::NAN)?);
    Ok((
        Array2::from_shape_vec((rows, width), items).map_err(damaged)?,
        Array2::from_shape_vec((rows, width), scores).map_err(damaged)?,
    ))
}

/// `rows * width` times the same value, or an error where there is no room for them.
fn filled<T: Clone>(rows: usize, width: usize, value: T) -> Result<Vec<T>> {
    let cells = rows.saturating_mul(width);
    let mut values = Vec::new();
    values
        .try_reserve_exact(cells)
        .map_err(|_| Error::OutOfMemory {
            what: "an answer of that many rows and suggestions; ask for fewer",
            bytes: (cells as u64).saturating_mul(size_of::<T>() as u64),
        })?;
    values.resize(cells, value);
    Ok(values)
}

/// Refuses an index past the catalogue.
pub(super) fn check_item(item: u32, items: usize) -> Result<()> {
    if (item as usize) < items {
        return Ok(());
    }
    Err(Error::Index {
        what: "item",
        index: i64::from(item),
        len: items,
    })
}

/// Refuses to suggest nothing.
pub(super) fn check_n(n: usize) -> Result<()> {
    match n {
        0 => Err(Error::setting("n", 0, "it must be at least 1")),
        _ => Ok(()),
    }
}
