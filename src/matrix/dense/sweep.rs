//! The inverse of a symmetric positive definite matrix, in its own place.
//!
//! Gauss' and Jordan's elimination as the sweep operator has it (Beaton, "The use of special matrix operators in
//! statistical calculus", 1964; Goodnight, "A tutorial on the sweep operator", 1979), squares taking the place
//! of numbers: with D the inverse of the pivot's square and W the column of squares below and beside it, every
//! other square A_ij becomes A_ij - W_i D W_j', then W becomes W D and the pivot -D. After all squares it is
//! the inverse, but for the sign. It takes as many steps as Cholesky's way, one kind of them, and of symmetric
//! positive definite matrices it is as exact (Higham, "Accuracy and stability of numerical algorithms", 14.4).

use super::square::{SIDE, TALL, Take, WIDE, lay_out};
use super::{Symmetric, place};
use crate::error::{Result, zeroed};
use crate::machine::{Lanes, Task};
use crate::parallel::{lock, map_parts};
use crate::watch::Watch;
use std::sync::Mutex;

/// What is left of a number on the diagonal when its turn comes, in parts of what it was: with less than this,
/// fewer than six digits of the inverse would be told.
const LEAST: f64 = 1e-10;

pub(super) struct Inversion<'a> {
    pub matrix: &'a mut Symmetric,
    pub threads: usize,
    pub watch: Watch<'a>,
}

/// A pivot's column of squares: as it was, and times the pivot's inverse.
struct Column {
    before: Vec<[f64; TALL]>,
    behind: Vec<[f64; WIDE]>,
}

impl Task for Inversion<'_> {
    type Out = Result<bool>;

    fn run<L: Lanes>(self, lanes: L) -> Result<bool> {
        let Inversion {
            matrix,
            threads,
            watch,
        } = self;
        let (order, side) = (matrix.order, matrix.order.div_ceil(SIDE));
        let diagonal: Vec<f64> = (0..order).map(|at| matrix.at(at, at)).collect();
        let squares = matrix.squares.chunks_exact_mut(SIDE * SIDE);
        let squares: Vec<Mutex<&mut [f64]>> = squares.map(Mutex::new).collect();
        let steps = Steps {
            lanes,
            squares: &squares,
            side,
            threads,
            watch: watch.silent(),
        };
        let mut column = Column {
            before: zeroed(side * SIDE * SIDE / TALL, "a column of squares")?,
            behind: zeroed(side * SIDE * SIDE / WIDE, "a column of squares")?,
        };
        for (pivot, diagonal) in diagonal.chunks(SIDE).enumerate() {
            watch.check()?;
            let Some(inverse) = steps.pivot(pivot, diagonal)? else {
                return Ok(false);
            };
            steps.column(pivot, &inverse, &mut column)?;
            steps.others(pivot, &column)?;
            for (to, from) in lock(&squares[place(pivot, pivot)]).iter_mut().zip(&inverse) {
                *to = -from;
            }
            watch.tell("learning weights", pivot as u64 + 1, Some(side as u64));
        }
        for value in &mut matrix.squares {
            *value = -*value;
        }
        Ok(true)
    }
}

/// What the steps of an inversion have in common.
struct Steps<'a, L> {
    lanes: L,
    squares: &'a [Mutex<&'a mut [f64]>],
    side: usize,
    threads: usize,
    watch: Watch<'a>,
}

impl<L: Lanes> Steps<'_, L> {
    /// The inverse of a square on the diagonal, zero past the order; `None` where it could not be told.
    fn pivot(&self, pivot: usize, diagonal: &[f64]) -> Result<Option<Vec<f64>>> {
        let order = diagonal.len();
        let mut small: Vec<f64> = zeroed(order * order, "the inverse of a square")?;
        let square = lock(&self.squares[place(pivot, pivot)]);
        for (row, values) in small.chunks_exact_mut(order).enumerate() {
            for (column, value) in values.iter_mut().enumerate() {
                *value = square[row.max(column) * SIDE + row.min(column)];
            }
        }
        if !invert_small(&mut small, diagonal, self.watch)? {
            return Ok(None);
        }
        let mut inverse: Vec<f64> = zeroed(SIDE * SIDE, "the inverse of a square")?;
        for (to, from) in inverse.chunks_exact_mut(SIDE).zip(small.chunks(order)) {
            to[..order].copy_from_slice(from);
        }
        Ok(Some(inverse))
    }

    /// Multiplies the pivot's column by its inverse, and lays out both.
    fn column(&self, pivot: usize, inverse: &[f64], column: &mut Column) -> Result<()> {
        let mut turned: Vec<[f64; WIDE]> = zeroed(SIDE * SIDE / WIDE, "the inverse of a square")?;
        // What is taken from nothing has the other sign.
        lay_out(&mut turned, |row, column| -inverse[row * SIDE + column]);
        let before = column.before.chunks_exact_mut(SIDE * SIDE / TALL);
        let behind = column.behind.chunks_exact_mut(SIDE * SIDE / WIDE);
        let parts: Vec<_> = before.zip(behind).map(Mutex::new).collect();
        let room = || zeroed::<f64>(SIDE * SIDE, "the product of squares");
        let work = |at: usize, product: &mut Vec<f64>| {
            if at == pivot {
                return Ok(());
            }
            let mut square = lock(&self.squares[place(at.max(pivot), at.min(pivot))]);
            let mut part = lock(&parts[at]);
            let (before, behind) = &mut *part;
            let step = match at > pivot {
                true => (SIDE, 1),
                false => (1, SIDE),
            };
            let place = |row, column| row * step.0 + column * step.1;
            lay_out(before, |row, column| square[place(row, column)]);
            product.fill(0.0);
            self.lanes.compiled(Take {
                left: before,
                right: &turned,
                from: product,
            });
            lay_out(behind, |row, column| product[row * SIDE + column]);
            for (row, values) in product.chunks_exact(SIDE).enumerate() {
                for (column, &value) in values.iter().enumerate() {
                    square[place(row, column)] = value;
                }
            }
            Ok(())
        };
        map_parts(self.side, self.threads, "", self.watch, room, work).map(|_| ())
    }

    /// Takes from all squares outside of the pivot's row and column what goes by way of it.
    fn others(&self, pivot: usize, column: &Column) -> Result<()> {
        let others = (0..self.side).filter(|&at| at != pivot);
        let parts: Vec<(usize, usize)> = others
            .clone()
            .flat_map(|row| {
                let columns = others.clone().take_while(move |&column| column <= row);
                columns.map(move |column| (row, column))
            })
            .collect();
        let work = |at: usize, (): &mut ()| {
            let (row, other) = parts[at];
            let left = row * (SIDE * SIDE / TALL)..(row + 1) * (SIDE * SIDE / TALL);
            let right = other * (SIDE * SIDE / WIDE)..(other + 1) * (SIDE * SIDE / WIDE);
            self.lanes.compiled(Take {
                left: &column.before[left],
                right: &column.behind[right],
                from: &mut lock(&self.squares[place(row, other)]),
            });
            Ok(())
        };
        let threads = self.threads;
        map_parts(parts.len(), threads, "", self.watch, || Ok(()), work).map(|_| ())
    }
}

/// Makes of a small symmetric matrix, row after row, its inverse, number by number, and says whether it could
/// be told. `diagonal` is what the numbers on the diagonal were before anything was taken from them.
pub(crate) fn invert_small(matrix: &mut [f64], diagonal: &[f64], watch: Watch<'_>) -> Result<bool> {
    let order = diagonal.len();
    let mut taken: Vec<f64> = zeroed(order, "a row of squares")?;
    for (pivot, least) in diagonal.iter().map(|own| own * LEAST).enumerate() {
        watch.check()?;
        taken.copy_from_slice(&matrix[pivot * order..][..order]);
        let own = taken[pivot];
        // Written so that NaN is refused, too.
        if !(own > least && own.is_finite()) {
            return Ok(false);
        }
        for (row, values) in matrix.chunks_exact_mut(order).enumerate() {
            if row == pivot {
                for (value, taken) in values.iter_mut().zip(&taken) {
                    *value = taken / own;
                }
                values[pivot] = -1.0 / own;
                continue;
            }
            let factor = values[pivot] / own;
            for (value, taken) in values.iter_mut().zip(&taken) {
                *value -= factor * taken;
            }
            values[pivot] = factor;
        }
    }
    matrix.iter_mut().for_each(|value| *value = -*value);
    Ok(true)
}
