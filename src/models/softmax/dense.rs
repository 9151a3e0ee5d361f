//! One small dense product, `out += a b`, in the processor's vector instructions: tiles of the result are held in
//! registers, and `b` is cut into panels that stay near the processor. Each number of the result is added up in
//! one order, by multiplications and additions alone (none fused), so it is the same for any instructions.

use crate::error::{Result, zeroed};
use crate::machine::Lanes;
pub(crate) use crate::machine::{TALL, WIDE};
use rayon::prelude::*;

/// So many rows of a panel stay in the first cache.
const DEEP: usize = 128;

/// `b`, cut into panels of 32 columns, each row after row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Panels {
    depth: usize,
    data: Vec<[f32; WIDE]>,
}

impl Panels {
    /// Room for `depth` rows of `width` columns, which are whole panels.
    pub(crate) fn new(depth: usize, width: usize) -> Result<Self> {
        let data = zeroed(depth * width.div_ceil(WIDE), "the panels of a product")?;
        Ok(Panels { depth, data })
    }

    /// How many rows there are.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// How many columns there are.
    pub(crate) fn width(&self) -> usize {
        match self.depth {
            0 => 0,
            depth => self.data.len() / depth * WIDE,
        }
    }

    /// Lays out a matrix by its rows, one behind the other, as wide as the panels.
    pub(crate) fn fill(&mut self, rows: &[f32]) {
        let (depth, width) = (self.depth, self.width());
        let panels = self.data.par_chunks_mut(depth.max(1)).enumerate();
        panels.for_each(|(panel, lines)| {
            let lines = lines.iter_mut().zip(rows.chunks_exact(width));
            for (line, row) in lines {
                line.copy_from_slice(&row[panel * WIDE..(panel + 1) * WIDE]);
            }
        });
    }

    /// Lays out a matrix by its columns, one behind the other, as long as the panels are deep; those that
    /// there are not are zero.
    pub(crate) fn fill_across(&mut self, columns: &[f32]) {
        let depth = self.depth;
        let panels = self.data.par_chunks_mut(depth.max(1));
        let columns = columns.par_chunks(depth.max(1) * WIDE);
        panels.zip(columns).for_each(|(lines, columns)| {
            for (at, column) in columns.chunks_exact(depth).enumerate() {
                for (line, &value) in lines.iter_mut().zip(column) {
                    line[at] = value;
                }
            }
            let there = columns.len() / depth;
            lines.iter_mut().for_each(|line| line[there..].fill(0.0));
        });
    }
}

/// Eight rows of `a`.
pub(crate) trait Left: Copy {
    /// Those of its columns.
    fn cut(self, from: usize, to: usize) -> Self;
    /// One of its columns.
    fn at(self, column: usize) -> [f32; TALL];
}

/// Eight rows as they stand.
#[derive(Clone, Copy)]
pub(crate) struct Along<'a>(pub [&'a [f32]; TALL]);

impl<'a> Along<'a> {
    /// Up to eight rows of so many columns, one behind the other; the last stands for those that there are
    /// not.
    #[inline(always)]
    pub(crate) fn of(rows: &'a [f32], columns: usize) -> Self {
        let last = (rows.len() / columns).saturating_sub(1);
        Along(std::array::from_fn(|at| {
            let start = at.min(last) * columns;
            &rows[start..start + columns]
        }))
    }
}

impl<'a> Left for Along<'a> {
    #[inline(always)]
    fn cut(self, from: usize, to: usize) -> Self {
        let [a, b, c, d, e, f, g, h] = self.0;
        let cut = |row: &'a [f32]| &row[from..to];
        Along([
            cut(a),
            cut(b),
            cut(c),
            cut(d),
            cut(e),
            cut(f),
            cut(g),
            cut(h),
        ])
    }

    #[inline(always)]
    fn at(self, column: usize) -> [f32; TALL] {
        let [a, b, c, d, e, f, g, h] = self.0;
        // Not by `map`, which is not made part of the loop.
        [
            a[column], b[column], c[column], d[column], e[column], f[column], g[column], h[column],
        ]
    }
}

/// Eight rows, column after column.
#[derive(Clone, Copy)]
pub(crate) struct Across<'a>(pub &'a [[f32; TALL]]);

impl Left for Across<'_> {
    #[inline(always)]
    fn cut(self, from: usize, to: usize) -> Self {
        Across(&self.0[from..to])
    }

    #[inline(always)]
    fn at(self, column: usize) -> [f32; TALL] {
        self.0[column]
    }
}

/// `out += a b`, of as many rows as `out` has, eight an element of `a`.
#[inline(always)]
pub(crate) fn add<L: Lanes, A: Left>(lanes: L, a: &[A], b: &Panels, out: &mut [f32]) {
    let (depth, width) = (b.depth, b.width());
    for from in (0..depth).step_by(DEEP) {
        let to = (from + DEEP).min(depth);
        for (panel, lines) in b.data.chunks_exact(depth).enumerate() {
            let lines = &lines[from..to];
            for (eight, out) in a.iter().zip(out.chunks_mut(TALL * width)) {
                let eight = eight.cut(from, to);
                let tile = lanes.tile(|column| eight.at(column), lines);
                for (out, sums) in out.chunks_exact_mut(width).zip(&tile) {
                    let out = &mut out[panel * WIDE..(panel + 1) * WIDE];
                    out.iter_mut().zip(sums).for_each(|(out, sum)| *out += sum);
                }
            }
        }
    }
}

/// Numbers side by side in a sum: as many on every machine.
pub(crate) const SIDE: usize = 16;

/// The sum of products of two rows whose length is a multiple of 16, in one order.
#[inline(always)]
pub(crate) fn dot(one: &[f32], other: &[f32]) -> f32 {
    let mut sums = [0f32; SIDE];
    let others = other.as_chunks::<SIDE>().0;
    for (one, other) in one.as_chunks::<SIDE>().0.iter().zip(others) {
        for ((sum, one), other) in sums.iter_mut().zip(one).zip(other) {
            *sum += one * other;
        }
    }
    total(sums)
}

/// The sum of numbers that stand side by side.
#[inline(always)]
pub(crate) fn total(sums: [f32; SIDE]) -> f32 {
    let eight: [f32; 8] = std::array::from_fn(|at| sums[at] + sums[at + 8]);
    let four: [f32; 4] = std::array::from_fn(|at| eight[at] + eight[at + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;
    use crate::machine::{Inlined, Instructions, Task};

    struct Product<'a>(&'a [f32], &'a Panels, usize, bool);

    impl Task for Product<'_> {
        type Out = Vec<f32>;
        fn run<L: Lanes>(self, lanes: L) -> Vec<f32> {
            lanes.compiled(self)
        }
    }

    impl Inlined for Product<'_> {
        type Out = Vec<f32>;
        #[inline(always)]
        fn run<L: Lanes>(self, lanes: L) -> Vec<f32> {
            let Product(a, b, depth, packed) = self;
            let rows = a.len() / depth;
            let mut out = vec![1.0; rows * b.width()];
            let eights: Vec<&[f32]> = a.chunks(TALL * depth).collect();
            if packed {
                let column = |rows: &[f32], at: usize| {
                    std::array::from_fn(|row| rows.get(row * depth + at).copied().unwrap_or(9.0))
                };
                let packed: Vec<Vec<[f32; TALL]>> = eights
                    .iter()
                    .map(|rows| (0..depth).map(|at| column(rows, at)).collect())
                    .collect();
                let packed: Vec<Across> = packed.iter().map(|it| Across(it)).collect();
                add(lanes, &packed, b, &mut out);
            } else {
                let rows: Vec<Along> = eights.iter().map(|it| Along::of(it, depth)).collect();
                add(lanes, &rows, b, &mut out);
            }
            out
        }
    }

    #[test]
    fn products_are_those_of_the_definition_for_any_instructions() -> Result<()> {
        let mut dice = Dice::of(1, 1);
        let mut number = || dice.below(2001) as f32 / 1000.0 - 1.0;
        for (rows, depth, width) in [(1, 1, 32), (3, 40, 64), (8, 300, 32), (21, 129, 96)] {
            let a: Vec<f32> = (0..rows * depth).map(|_| number()).collect();
            let b: Vec<f32> = (0..depth * width).map(|_| number()).collect();
            let mut panels = Panels::new(depth, width)?;
            panels.fill(&b);
            let mut turned = Panels::new(depth, width)?;
            let column = |at: usize| (0..depth).map(move |row| (row, at));
            let across = (0..width - 5)
                .flat_map(column)
                .map(|(row, at)| b[row * width + at]);
            turned.fill_across(&across.collect::<Vec<_>>());
            let expected = |row: usize, at: usize| -> f64 {
                let product =
                    |k: usize| f64::from(a[row * depth + k]) * f64::from(b[k * width + at]);
                1.0 + (0..depth).map(product).sum::<f64>()
            };
            let plain = Instructions::Plain.lend(Product(&a, &panels, depth, false));
            for kind in Instructions::ALL {
                for packed in [false, true] {
                    let out = kind.lend(Product(&a, &panels, depth, packed));
                    assert!(
                        out.iter()
                            .map(|it| it.to_bits())
                            .eq(plain.iter().map(|it| it.to_bits()))
                    );
                    let out = kind.lend(Product(&a, &turned, depth, packed));
                    for (at, (&found, &whole)) in out.iter().zip(&plain).enumerate() {
                        let there = at % width < width - 5;
                        assert_eq!(found, if there { whole } else { 1.0 });
                    }
                }
            }
            for row in 0..rows {
                for at in 0..width {
                    let found = f64::from(plain[row * width + at]);
                    assert!((found - expected(row, at)).abs() < 1e-4);
                }
            }
        }
        Ok(())
    }
}
