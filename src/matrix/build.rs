//! Purchases from a history, or from a matrix of numbers.

use super::{Basis, Pattern, Purchases};
use crate::error::{Error, Result, zeroed};
use crate::history::{History, NONE};
use crate::ids::MAX_IDS;
use crate::watch::Watch;
use sprs::CsMatI;

impl Purchases {
    /// Who bought what, by customer or by order.
    ///
    /// A customer has bought an item when a fulfilled line with quantity left exists; an order holds
    /// an item likewise. Rows without a customer serve [`Basis::Order`] only. Row `r` is the customer
    /// (or order) of index `r`, so those who bought nothing have empty rows.
    ///
    /// # Errors
    /// None for a history that this crate made; the type is shared with the other doors.
    pub fn from_history(history: &History, basis: Basis) -> Result<Purchases> {
        let (rows, row_of_line): (usize, fn(&crate::history::Counting) -> u32) = match basis {
            Basis::Customer => (history.customers().len(), |line| line.customer),
            Basis::Order => (history.orders().len(), |line| line.order),
        };
        let told = || {
            history
                .counting()
                .map(|line| (row_of_line(&line), line.item))
                .filter(|&(row, _)| row != NONE)
        };
        let mut starts = vec![0usize; rows + 1];
        for (row, _) in told() {
            starts[row as usize + 1] += 1;
        }
        for row in 0..rows {
            starts[row + 1] += starts[row];
        }
        let mut items = vec![0u32; starts[rows]];
        let mut next = starts.clone();
        for (row, item) in told() {
            let slot = &mut next[row as usize];
            items[*slot] = item;
            *slot += 1;
        }
        let (starts, items) = sorted_distinct(&starts, items);
        Purchases::from_pattern(basis, pattern(rows, history.items().len(), starts, items)?)
    }

    /// From a customers x items matrix: every place with a value above zero is a purchase.
    ///
    /// Stored zeros are dropped, values stored twice for one place are added up first. Rows are
    /// customers ([`Basis::Customer`]).
    ///
    /// # Errors
    /// [`Error::Matrix`] for a negative, NaN or infinite value, naming its place.
    ///
    /// ```
    /// use cobuy::Purchases;
    /// let matrix = sprs::CsMatI::<f64, u32>::new((2, 3), vec![0, 2, 3], vec![0, 2, 1], vec![1.0, 2.0, 1.0]);
    /// let purchases = Purchases::from_matrix(&matrix)?;
    /// assert_eq!(purchases.items_of(0), [0, 2]);
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    pub fn from_matrix(matrix: &CsMatI<f64, u32>) -> Result<Purchases> {
        let by_row;
        let matrix = if matrix.is_csr() {
            matrix
        } else {
            by_row = matrix.to_csr();
            &by_row
        };
        let starts: Vec<usize> = matrix
            .proper_indptr()
            .iter()
            .map(|&at| at as usize)
            .collect();
        let shape = matrix.shape();
        Self::from_csr(shape, &starts, matrix.indices(), |at| matrix.data()[at])
    }

    /// From the parts of a compressed sparse row matrix: `shape` (customers, items), `starts` of
    /// length customers + 1, `indices` below items in any order, and the value at each stored place.
    ///
    /// # Errors
    /// [`Error::Matrix`] for parts that do not fit together, or a negative, NaN or infinite value.
    pub fn from_csr(
        shape: (usize, usize),
        starts: &[usize],
        indices: &[u32],
        value: impl Fn(usize) -> f64,
    ) -> Result<Purchases> {
        Self::from_csr_watched(shape, starts, indices, value, Watch::new())
    }

    /// As [`Purchases::from_csr`], asking `watch` now and then whether to go on.
    ///
    /// # Errors
    /// As [`Purchases::from_csr`], and [`Error::Cancelled`].
    pub fn from_csr_watched(
        shape: (usize, usize),
        starts: &[usize],
        indices: &[u32],
        value: impl Fn(usize) -> f64,
        watch: Watch<'_>,
    ) -> Result<Purchases> {
        let by_row = Self::pattern_of_csr(shape, starts, indices, value, watch)?;
        Purchases::from_pattern(Basis::Customer, by_row)
    }

    /// The pattern of [`Purchases::from_csr`] alone: what each row holds, sorted, each item once.
    ///
    /// # Errors
    /// As [`Purchases::from_csr`], and [`Error::Cancelled`].
    pub fn pattern_of_csr(
        shape: (usize, usize),
        starts: &[usize],
        indices: &[u32],
        value: impl Fn(usize) -> f64,
        watch: Watch<'_>,
    ) -> Result<Pattern> {
        let (rows, items) = shape;
        check_parts(shape, starts, indices)?;
        let mut kept_starts = Vec::with_capacity(rows + 1);
        let mut kept: Vec<u32> = Vec::with_capacity(indices.len());
        kept_starts.push(0);
        let mut places: Vec<(u32, f64)> = Vec::new();
        for row in 0..rows {
            if row.is_multiple_of(1024) {
                watch.check()?;
            }
            let stored = starts[row]..starts[row + 1];
            // Nearly every row is in order, and has nothing to be added up or left out.
            let plain = |at: usize| value(at).is_finite() && value(at) > 0.0;
            if indices[stored.clone()].is_sorted_by(|one, next| one < next)
                && stored.clone().all(plain)
            {
                kept.extend_from_slice(&indices[stored]);
                kept_starts.push(kept.len());
                continue;
            }
            places.clear();
            for (at, &item) in stored.clone().zip(&indices[stored]) {
                let value = value(at);
                if !value.is_finite() {
                    return Err(Error::matrix(format!(
                        "the value at row {row}, column {item} is {value}, but purchases are finite numbers"
                    )));
                }
                places.push((item, value));
            }
            if !places.is_sorted_by_key(|&(item, _)| item) {
                places.sort_by_key(|&(item, _)| item);
            }
            for same in places.chunk_by(|a, b| a.0 == b.0) {
                let item = same[0].0;
                let sum: f64 = same.iter().map(|&(_, value)| value).sum();
                if !(sum >= 0.0 && sum.is_finite()) {
                    return Err(Error::matrix(format!(
                        "the value at row {row}, column {item} is {sum}, but purchases are finite and not negative"
                    )));
                }
                if sum > 0.0 {
                    kept.push(item);
                }
            }
            kept_starts.push(kept.len());
        }
        pattern(rows, items, kept_starts, kept)
    }
}

/// Refuses parts that are no compressed sparse rows.
pub(crate) fn check_parts(
    (rows, items): (usize, usize),
    starts: &[usize],
    indices: &[u32],
) -> Result<()> {
    for (what, count) in [("rows of a matrix", rows), ("columns of a matrix", items)] {
        if count > MAX_IDS {
            return Err(Error::TooMany {
                what,
                count: count as u64,
                limit: MAX_IDS as u64,
            });
        }
    }
    let fit = starts.len() == rows + 1
        && starts.first() == Some(&0)
        && starts.last() == Some(&indices.len())
        && starts.is_sorted();
    if !fit {
        return Err(Error::matrix(format!(
            "the matrix is damaged: its row pointers do not lead from 0 to its {} stored values in {} steps",
            indices.len(),
            rows
        )));
    }
    match indices.iter().max().filter(|&&item| item as usize >= items) {
        Some(item) => Err(Error::matrix(format!(
            "the matrix is damaged: it stores column {item}, but has {items} columns"
        ))),
        None => Ok(()),
    }
}

/// Sorts each row and leaves out what stands in it twice.
pub(super) fn sorted_distinct(starts: &[usize], mut items: Vec<u32>) -> (Vec<usize>, Vec<u32>) {
    let mut kept_starts = Vec::with_capacity(starts.len());
    kept_starts.push(0);
    let mut kept = 0;
    for row in starts.windows(2) {
        items[row[0]..row[1]].sort_unstable();
        let first = kept;
        for at in row[0]..row[1] {
            if kept == first || items[kept - 1] != items[at] {
                items[kept] = items[at];
                kept += 1;
            }
        }
        kept_starts.push(kept);
    }
    items.truncate(kept);
    (kept_starts, items)
}

/// A pattern from parts: rows sorted and distinct, all indices below `items`.
pub(crate) fn pattern(
    rows: usize,
    items: usize,
    starts: Vec<usize>,
    indices: Vec<u32>,
) -> Result<Pattern> {
    let places = vec![(); indices.len()];
    Pattern::try_new((rows, items), starts, indices, places)
        .map_err(|(.., problem)| Error::matrix(format!("the matrix is damaged: {problem}")))
}

/// The item-major twin: rows and columns changed over.
pub(crate) fn transposed(by_row: &Pattern) -> Result<Pattern> {
    let (rows, items) = by_row.shape();
    let mut starts: Vec<usize> = zeroed(items + 1, "a matrix of that many columns")?;
    for &item in by_row.indices() {
        starts[item as usize + 1] += 1;
    }
    for item in 0..items {
        starts[item + 1] += starts[item];
    }
    let mut next = starts.clone();
    let mut holders = vec![0u32; by_row.nnz()];
    let (row_starts, held) = (by_row.proper_indptr(), by_row.indices());
    for (row, range) in (0..).zip(row_starts.windows(2)) {
        for &item in &held[range[0]..range[1]] {
            let slot = &mut next[item as usize];
            holders[*slot] = row;
            *slot += 1;
        }
    }
    pattern(items, rows, starts, holders)
}
