//! Squares of numbers, and products of them: the work that inverting a matrix is.
//!
//! Each sum is taken in one order, multiplied and added one by one and never fused, so it is the same to the
//! bit for any instructions; these only do many sums at once.

use crate::machine::{Inlined, Lanes};

/// Rows and columns of a square: two of them stay in the second cache while they are multiplied.
pub(super) const SIDE: usize = 128;

/// So many rows and columns of a product are made at once: as many sums as registers hold, with AVX2 and with
/// AVX-512.
pub(super) const TALL: usize = 8;
pub(super) const WIDE: usize = 4;

/// Lays a square out for [`Take`]: `N` rows beside one another, column after column.
pub(super) fn lay_out<const N: usize>(to: &mut [[f64; N]], of: impl Fn(usize, usize) -> f64) {
    for (rows, columns) in to.chunks_exact_mut(SIDE).enumerate() {
        for (column, values) in columns.iter_mut().enumerate() {
            for (row, value) in values.iter_mut().enumerate() {
                *value = of(rows * N + row, column);
            }
        }
    }
}

/// Takes from a square the product of one with another that is turned: `from -= left right'`, both laid out.
pub(super) struct Take<'a> {
    pub left: &'a [[f64; TALL]],
    pub right: &'a [[f64; WIDE]],
    pub from: &'a mut [f64],
}

impl Inlined for Take<'_> {
    type Out = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) {
        for (at, right) in self.right.chunks_exact(SIDE).enumerate() {
            let rows = self.from.chunks_exact_mut(TALL * SIDE);
            for (left, rows) in self.left.chunks_exact(SIDE).zip(rows) {
                let sums = sums(left, right);
                for (row, sums) in rows.chunks_exact_mut(SIDE).zip(&sums) {
                    let values = &mut row[at * WIDE..][..WIDE];
                    for (value, sum) in values.iter_mut().zip(sums) {
                        *value -= sum;
                    }
                }
            }
        }
    }
}

/// A product of some rows with some others, held in registers.
#[inline(always)]
fn sums(left: &[[f64; TALL]], right: &[[f64; WIDE]]) -> [[f64; WIDE]; TALL] {
    let mut sums = [[0.0; WIDE]; TALL];
    for (left, right) in left.iter().zip(right) {
        for (sums, left) in sums.iter_mut().zip(left) {
            for (sum, right) in sums.iter_mut().zip(right) {
                *sum += left * right;
            }
        }
    }
    sums
}
