//! Symmetric matrices that are kept whole, and their inverse: for few items, of which all pairs are looked at.

mod square;
mod sweep;

pub(crate) use sweep::invert_small;

use crate::error::{Result, zeroed};
use crate::machine::Instructions;
use crate::watch::Watch;
use square::SIDE;

/// A symmetric matrix: the lower half of it, in squares of [`SIDE`] rows and columns, row after row of squares.
/// In the squares on the diagonal the upper half is anything; what stands past the order is zero.
pub(crate) struct Symmetric {
    order: usize,
    squares: Vec<f64>,
}

/// Some rows of the matrix, up to the diagonal, to be written to.
pub(crate) struct Band<'a> {
    /// Which row is the first.
    first: usize,
    squares: &'a mut [f64],
}

/// Where a square of the lower half stands among all.
fn place(row: usize, column: usize) -> usize {
    row * (row + 1) / 2 + column
}

impl Symmetric {
    /// How many rows a [`Band`] has.
    pub(crate) const BAND: usize = SIDE;

    /// How many bytes one of so many rows takes, and what its inversion takes besides.
    pub(crate) fn bytes(order: usize, threads: usize) -> u64 {
        let (side, square) = (order.div_ceil(SIDE), SIDE * SIDE);
        let squares = place(side, 0) + 2 * side + 3 + threads;
        (squares * square * size_of::<f64>()) as u64
    }

    /// All zero.
    pub(crate) fn new(order: usize) -> Result<Self> {
        let squares = place(order.div_ceil(SIDE), 0) * SIDE * SIDE;
        Ok(Symmetric {
            order,
            squares: zeroed(squares, "the products of all items")?,
        })
    }

    /// All rows, in bands.
    pub(crate) fn bands(&mut self) -> Vec<Band<'_>> {
        let mut rest = &mut self.squares[..];
        let band = |row: usize| {
            let whole = std::mem::take(&mut rest);
            let (squares, left) = whole.split_at_mut((row + 1) * SIDE * SIDE);
            rest = left;
            Band {
                first: row * SIDE,
                squares,
            }
        };
        (0..self.order.div_ceil(SIDE)).map(band).collect()
    }

    /// What stands in a row and a column.
    pub(crate) fn at(&self, row: usize, column: usize) -> f64 {
        let (row, column) = (row.max(column), row.min(column));
        let square = place(row / SIDE, column / SIDE) * SIDE * SIDE;
        self.squares[square + row % SIDE * SIDE + column % SIDE]
    }

    /// Copies a row.
    pub(crate) fn row(&self, row: usize, to: &mut [f64]) {
        let (own, line) = (row / SIDE, row % SIDE);
        for (at, to) in to.chunks_mut(SIDE).enumerate() {
            let start = place(own.max(at), own.min(at)) * SIDE * SIDE;
            let square = &self.squares[start..start + SIDE * SIDE];
            match at < own {
                true => to.copy_from_slice(&square[line * SIDE..][..to.len()]),
                false if at > own => {
                    for (to, from) in to.iter_mut().zip(square.chunks_exact(SIDE)) {
                        *to = from[line];
                    }
                }
                false => {
                    for (column, to) in to.iter_mut().enumerate() {
                        *to = square[line.max(column) * SIDE + line.min(column)];
                    }
                }
            }
        }
    }

    /// Makes its inverse of it, and says whether it could be told: where it is clearly positive definite. The
    /// same numbers for any threads and instructions.
    pub(crate) fn invert(
        &mut self,
        threads: usize,
        instructions: Instructions,
        watch: Watch<'_>,
    ) -> Result<bool> {
        instructions.lend(sweep::Inversion {
            matrix: self,
            threads,
            watch,
        })
    }
}

impl Band<'_> {
    /// Sets what stands in one of its rows, in a column up to the diagonal.
    pub(crate) fn set(&mut self, row: usize, column: usize, value: f64) {
        let line = row - self.first;
        self.squares[(column / SIDE * SIDE + line) * SIDE + column % SIDE] = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A sum of outer products and a diagonal, the same in every run.
    fn definite(order: usize) -> Vec<Vec<f64>> {
        let mut state = 5u64;
        let mut dice = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 40) as f64 / (1u64 << 24) as f64 - 0.5
        };
        let factors: Vec<Vec<f64>> = (0..order)
            .map(|_| (0..20).map(|_| dice()).collect())
            .collect();
        let product =
            |one: &[f64], other: &[f64]| -> f64 { one.iter().zip(other).map(|(a, b)| a * b).sum() };
        let mut matrix = vec![vec![0.0; order]; order];
        for (row, values) in matrix.iter_mut().enumerate() {
            for (column, value) in values.iter_mut().enumerate() {
                *value = product(&factors[row], &factors[column]);
            }
            values[row] += 0.05 + row as f64 / order as f64;
        }
        matrix
    }

    fn symmetric(matrix: &[Vec<f64>]) -> Result<Symmetric> {
        let mut symmetric = Symmetric::new(matrix.len())?;
        for (row, values) in matrix.iter().enumerate() {
            let mut bands = symmetric.bands();
            for (column, &value) in values[..=row].iter().enumerate() {
                bands[row / Symmetric::BAND].set(row, column, value);
            }
        }
        Ok(symmetric)
    }

    fn inverse(
        matrix: &[Vec<f64>],
        threads: usize,
        kind: Instructions,
    ) -> Result<Option<Symmetric>> {
        let mut symmetric = symmetric(matrix)?;
        let told = symmetric.invert(threads, kind, Watch::new())?;
        Ok(told.then_some(symmetric))
    }

    #[test]
    fn the_inverse_times_the_matrix_is_one() -> Result<()> {
        for order in [1, 7, 127, 128, 129, 300] {
            let matrix = definite(order);
            let inverse = inverse(&matrix, 2, Instructions::best())?.ok_or(Error::Cancelled)?;
            let mut line = vec![0.0; order];
            for row in 0..order {
                inverse.row(row, &mut line);
                let told: Vec<f64> = (0..order).map(|column| inverse.at(row, column)).collect();
                assert_eq!(line, told);
                for column in 0..order {
                    let products = line.iter().zip(&matrix).map(|(a, row)| a * row[column]);
                    let (sum, one) = (products.sum::<f64>(), f64::from(u8::from(row == column)));
                    assert!((sum - one).abs() < 1e-10, "{order}: {row} {column} {sum}");
                }
            }
        }
        Ok(())
    }

    #[test]
    fn any_threads_and_instructions_give_the_same_bits() -> Result<()> {
        let matrix = definite(290);
        let bits = |threads, kind| -> Result<Vec<u64>> {
            let inverse = inverse(&matrix, threads, kind)?.ok_or(Error::Cancelled)?;
            let bits = |at: usize| inverse.at(at / 290, at % 290).to_bits();
            Ok((0..290 * 290).map(bits).collect())
        };
        let one = bits(1, Instructions::Plain)?;
        for kind in Instructions::ALL {
            assert!(bits(3, kind)? == one, "{kind}");
        }
        Ok(())
    }

    #[test]
    fn what_is_not_clearly_definite_is_said() -> Result<()> {
        for (order, wrong) in [(3, 2), (200, 150)] {
            for value in [f64::NAN, f64::INFINITY, 0.0] {
                let mut matrix = definite(order);
                matrix[wrong][wrong] = value;
                assert!(inverse(&matrix, 2, Instructions::best())?.is_none());
            }
            // A row like another.
            let mut matrix = definite(order);
            let mut like = matrix[wrong - 1].clone();
            like[wrong] = like[wrong - 1];
            for (row, &value) in matrix.iter_mut().zip(&like) {
                row[wrong] = value;
            }
            matrix[wrong] = like;
            assert!(inverse(&matrix, 1, Instructions::best())?.is_none());
        }
        Ok(())
    }

    #[test]
    fn work_stops_when_asked() -> Result<()> {
        let mut symmetric = symmetric(&definite(300))?;
        let asked = AtomicUsize::new(0);
        let cancel = || asked.fetch_add(1, Ordering::Relaxed) > 150;
        let stopped = symmetric.invert(2, Instructions::best(), Watch::new().cancel(&cancel));
        assert!(matches!(stopped, Err(Error::Cancelled)));
        Ok(())
    }
}
