//! Suggestions for a history of items: the sum of the neighbours' scores over what is owned.

use crate::error::{Error, Result, zeroed};
use crate::ids::{ItemIx, Scored};
use crate::matrix::Purchases;
use crate::matrix::top_k::TopK;
use crate::models::also_bought::AlsoBought;
use crate::models::filter::Filter;
use crate::parallel::{map_parts, thread_count};
use crate::watch::Watch;
use ndarray::Array2;
use std::collections::HashSet;

/// The sums of one history, used again for the next. All zero between histories.
struct Scores {
    sums: Vec<f32>,
    met: Vec<u32>,
}

impl Scores {
    fn new(items: usize) -> Result<Self> {
        Ok(Scores {
            sums: zeroed(items, "the sums of a thread")?,
            met: Vec::new(),
        })
    }

    /// Adds up the lists of `owned`, distinct, in their order, and offers what the filter lets through.
    fn collect(
        &mut self,
        model: &AlsoBought,
        owned: &[u32],
        filter: &Filter,
        keep_owned: bool,
        top: &mut TopK,
    ) {
        for &item in owned {
            let list = model.lists().of(item);
            for (&other, &score) in list.items.iter().zip(list.scores) {
                let sum = &mut self.sums[other as usize];
                if *sum == 0.0 {
                    self.met.push(other);
                }
                *sum += score;
            }
        }
        if !keep_owned {
            for &item in owned {
                if let Some(sum) = self.sums.get_mut(item as usize) {
                    *sum = 0.0;
                }
            }
        }
        for &other in &self.met {
            let sum = std::mem::take(&mut self.sums[other as usize]);
            if sum > 0.0 && filter.allows(other) {
                top.offer(other, sum);
            }
        }
        self.met.clear();
    }
}

impl AlsoBought {
    /// The `n` items that best go with what is owned, best first: the sum, over the owned items in
    /// the order given, of their lists' scores, in f32. Fewer than `n` where fewer have a score.
    ///
    /// An item that is named again counts once, where it is named first. Owned items are left out
    /// unless `keep_owned`.
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
        let mut top = TopK::new(n.min(self.items()));
        Scores::new(self.items())?.collect(self, &distinct, filter, keep_owned, &mut top);
        let mut found = Vec::new();
        top.drain(|item, score| {
            found.push(Scored {
                id: ItemIx::checked(item),
                score,
            });
        });
        Ok(found)
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
        /// Rows a part of the work.
        const PART: usize = 64;
        check_n(n)?;
        let (rows, items) = (histories.rows(), self.items());
        if histories.items() != items {
            return Err(Error::matrix(format!(
                "the matrix has {} columns, but the model was fitted on {items} items",
                histories.items()
            )));
        }
        let width = n.min(items);
        let parts = map_parts(
            rows.div_ceil(PART),
            thread_count(self.params.threads)?,
            "recommending",
            watch,
            || Ok((Scores::new(items)?, TopK::new(width))),
            |part, (scores, top)| {
                let rows = part * PART..((part + 1) * PART).min(rows);
                let mut found = Vec::new();
                for row in rows {
                    watch.check()?;
                    scores.collect(self, histories.items_of(row), filter, keep_owned, top);
                    let mut column = 0;
                    top.drain(|item, score| {
                        found.push((row, column, item as i32, score));
                        column += 1;
                    });
                }
                Ok(found)
            },
        )?;
        let (mut items, mut scores) = padding(rows, width)?;
        for (row, column, item, score) in parts.into_iter().flatten() {
            items[(row, column)] = item;
            scores[(row, column)] = score;
        }
        Ok((items, scores))
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
