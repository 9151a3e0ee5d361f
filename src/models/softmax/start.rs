//! Where learning starts: the directions in which purchases differ most, found by orthogonal iterations on
//! `D_u^-1/2 X D_i^-1/2` (Golub, Van Loan, "Matrix computations"), each side with the roots of the singular
//! values.

use super::dense::{Across, Along, Panels, TALL, add};
use crate::dice::Dice;
use crate::error::{Result, zeroed};
use crate::machine::{Inlined, Lanes};
use crate::matrix::{Pattern, Purchases, row_of};
use crate::watch::Watch;
use rayon::prelude::*;

/// Rows whose products are added up first, so that the order is one.
const BLOCK: usize = 2_048;
/// What a direction must keep of its length across those before it to count as one.
const APART: f64 = 1e-5;
/// How many times purchases are walked.
const ROUNDS: usize = 5;

/// Vectors of the rows and of the items, `wide` numbers each, those from `dimensions` on 0.
pub(super) fn start<L: Lanes>(
    lanes: L,
    purchases: &Purchases,
    (dimensions, wide): (usize, usize),
    dice: &mut Dice,
    watch: Watch<'_>,
) -> Result<(Vec<f32>, Vec<f32>)> {
    let (by_row, by_item) = (purchases.by_row(), purchases.by_item());
    let (of_row, of_item) = (roots(by_row)?, roots(by_item)?);
    let mut items: Vec<f32> = zeroed(purchases.items() * wide, "the vectors of items")?;
    let mut rows: Vec<f32> = zeroed(purchases.rows() * wide, "the vectors of customers")?;
    for vector in items.chunks_exact_mut(wide) {
        vector[..dimensions].fill_with(|| number(dice));
    }
    for _ in 0..ROUNDS {
        orthonormal(lanes, &mut items, (dimensions, wide), watch)?;
        spread(by_row, (&of_row, &of_item), &items, &mut rows, wide, watch)?;
        spread(by_item, (&of_item, &of_row), &rows, &mut items, wide, watch)?;
    }
    orthonormal(lanes, &mut items, (dimensions, wide), watch)?;
    spread(by_row, (&of_row, &of_item), &items, &mut rows, wide, watch)?;
    let mut squares = vec![0f64; wide];
    for vector in rows.chunks_exact(wide) {
        let sums = squares.iter_mut().zip(vector);
        sums.for_each(|(sum, &x)| *sum += f64::from(x) * f64::from(x));
    }
    let singular = squares
        .iter()
        .map(|square| (square.sqrt().sqrt() as f32).max(1e-6));
    let singular: Vec<f32> = singular.collect();
    for vector in rows.chunks_exact_mut(wide) {
        vector.iter_mut().zip(&singular).for_each(|(x, s)| *x /= s);
    }
    for vector in items.chunks_exact_mut(wide) {
        vector.iter_mut().zip(&singular).for_each(|(x, s)| *x *= s);
    }
    // Those without purchases have no direction yet.
    for vector in rows
        .chunks_exact_mut(wide)
        .chain(items.chunks_exact_mut(wide))
    {
        vector[..dimensions]
            .iter_mut()
            .for_each(|x| *x += 1e-6 * number(dice));
    }
    Ok((rows, items))
}

/// From -1 to 1.
fn number(dice: &mut Dice) -> f32 {
    /// Half of the numbers of so many bits.
    const HALF: f32 = (1 << 23) as f32;
    (dice.number() >> 40) as f32 / HALF - 1.0
}

/// `n^-1/2` of the number of places in each row.
fn roots(pattern: &Pattern) -> Result<Vec<f32>> {
    let mut roots: Vec<f32> = zeroed(pattern.rows(), "the weights of rows")?;
    for (row, root) in roots.iter_mut().enumerate() {
        *root = 1.0 / (row_of(pattern, row).len().max(1) as f32).sqrt();
    }
    Ok(roots)
}

/// The product of the pattern, its rows and columns weighted, with vectors.
fn spread(
    pattern: &Pattern,
    (of_row, of_column): (&[f32], &[f32]),
    vectors: &[f32],
    out: &mut [f32],
    wide: usize,
    watch: Watch<'_>,
) -> Result<()> {
    out.par_chunks_exact_mut(wide)
        .enumerate()
        .try_for_each(|(row, out)| {
            if row % 256 == 0 {
                watch.check()?;
            }
            out.fill(0.0);
            for &column in row_of(pattern, row) {
                let column = column as usize;
                let weight = of_row[row] * of_column[column];
                let vector = &vectors[column * wide..(column + 1) * wide];
                out.iter_mut()
                    .zip(vector)
                    .for_each(|(out, x)| *out += weight * x);
            }
            Ok(())
        })
}

/// Makes columns orthonormal, and 0 where they follow from those before: `M L^-T`, with `L` the Cholesky factor
/// of `M' M`.
fn orthonormal<L: Lanes>(
    lanes: L,
    vectors: &mut [f32],
    (dimensions, wide): (usize, usize),
    watch: Watch<'_>,
) -> Result<()> {
    let squares = vectors.par_chunks(BLOCK * wide).map(|rows| {
        watch.check()?;
        lanes.compiled(Square { rows, wide })
    });
    let squares: Vec<Vec<f32>> = squares.collect::<Result<_>>()?;
    let product = |i: usize, j: usize| -> f64 {
        squares
            .iter()
            .map(|block| f64::from(block[i * wide + j]))
            .sum()
    };
    let inverse = inverse(dimensions, wide, product)?;
    let mut turn = Panels::new(wide, wide)?;
    turn.fill_across(&inverse);
    vectors.par_chunks_mut(BLOCK * wide).try_for_each(|rows| {
        watch.check()?;
        lanes.compiled(Turn {
            rows,
            wide,
            turn: &turn,
        })
    })
}

/// The inverse of the Cholesky factor, row by row; rows of 0 where a column follows from those before.
fn inverse(
    dimensions: usize,
    wide: usize,
    product: impl Fn(usize, usize) -> f64,
) -> Result<Vec<f32>> {
    let mut factor: Vec<f64> = zeroed(wide * wide, "a factor of the start")?;
    for i in 0..dimensions {
        let whole = product(i, i);
        for j in 0..=i {
            let (one, other) = (
                &factor[i * wide..i * wide + j],
                &factor[j * wide..j * wide + j],
            );
            let told: f64 = one.iter().zip(other).map(|(a, b)| a * b).sum();
            let rest = if i == j { whole } else { product(i, j) } - told;
            let divisor = factor[j * wide + j];
            factor[i * wide + j] = match i == j {
                true if rest > APART * whole => rest.sqrt(),
                false if divisor > 0.0 => rest / divisor,
                _ => 0.0,
            };
        }
    }
    let mut inverse: Vec<f32> = zeroed(wide * wide, "a factor of the start")?;
    let mut column = vec![0f64; dimensions];
    for at in 0..dimensions {
        column.fill(0.0);
        for i in at..dimensions {
            let divisor = factor[i * wide + i];
            if divisor > 0.0 {
                let told = factor[i * wide + at..i * wide + i]
                    .iter()
                    .zip(&column[at..i]);
                let told: f64 = told.map(|(a, b)| a * b).sum();
                column[i] = (if i == at { 1.0 } else { 0.0 } - told) / divisor;
            }
            inverse[i * wide + at] = column[i] as f32;
        }
    }
    Ok(inverse)
}

/// `M' M` of some rows.
struct Square<'a> {
    rows: &'a [f32],
    wide: usize,
}

impl Inlined for Square<'_> {
    type Out = Result<Vec<f32>>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Result<Vec<f32>> {
        let Square { rows, wide } = self;
        let depth = rows.len() / wide;
        let mut panels = Panels::new(depth, wide)?;
        panels.fill(rows);
        let mut packed: Vec<[f32; TALL]> = zeroed(depth * wide / TALL, "a factor of the start")?;
        for (eight, packed) in packed.chunks_exact_mut(depth).enumerate() {
            for (packed, row) in packed.iter_mut().zip(rows.chunks_exact(wide)) {
                packed.copy_from_slice(&row[eight * TALL..(eight + 1) * TALL]);
            }
        }
        let packed: Vec<Across> = packed.chunks_exact(depth).map(Across).collect();
        let mut out: Vec<f32> = zeroed(wide * wide, "a factor of the start")?;
        add(lanes, &packed, &panels, &mut out);
        Ok(out)
    }
}

/// Rows times a matrix.
struct Turn<'a> {
    rows: &'a mut [f32],
    wide: usize,
    turn: &'a Panels,
}

impl Inlined for Turn<'_> {
    type Out = Result<()>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Result<()> {
        let Turn { rows, wide, turn } = self;
        let mut before: Vec<f32> = zeroed(rows.len(), "a factor of the start")?;
        before.copy_from_slice(rows);
        rows.fill(0.0);
        let eights = before.chunks(TALL * wide).map(|rows| Along::of(rows, wide));
        add(lanes, &eights.collect::<Vec<_>>(), turn, rows);
        Ok(())
    }
}
