//! Vectors that are learnt, and the steps that move them: Adam (Kingma, Ba, "Adam: a method for stochastic
//! optimization", ICLR 2015), each row by the steps that it has taken itself.

use super::dense::dot;
use crate::error::{Result, zeroed};
use crate::machine::{Inlined, Lanes};
use rayon::prelude::*;

const FIRST: f32 = 0.9;
const SECOND: f32 = 0.99;
/// Added where a gradient has no size.
const LITTLE: f32 = 1e-12;
/// Rows a part of the work.
const PART: usize = 256;

/// Vectors of users or items, row by row, with what Adam keeps of each number.
pub(super) struct Table {
    pub wide: usize,
    pub value: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
    /// How many steps each row has taken.
    taken: Vec<u32>,
}

/// A step of some rows: `rows` says by row which of the gradients is its, [`NONE`] where none is.
pub(super) struct Step<'a> {
    pub gradients: &'a [f32],
    pub of_row: &'a [u32],
    pub rate: f32,
    /// By steps taken, `1 - FIRST^t` and `1 - SECOND^t`.
    pub corrections: &'a [[f32; 2]],
}

/// No gradient.
pub(super) const NONE: u32 = u32::MAX;

/// The length of a vector, never quite 0.
#[inline(always)]
pub(super) fn length(vector: &[f32]) -> f32 {
    dot(vector, vector).sqrt().max(LITTLE)
}

/// The vector of length 1 in its direction.
#[inline(always)]
pub(super) fn unit_into(vector: &[f32], out: &mut [f32]) {
    let size = length(vector);
    out.iter_mut()
        .zip(vector)
        .for_each(|(out, x)| *out = x / size);
}

/// `1 - FIRST^t` and `1 - SECOND^t` for up to so many steps.
pub(super) fn corrections(steps: usize) -> Result<Vec<[f32; 2]>> {
    let mut all: Vec<[f32; 2]> = zeroed(steps + 1, "the corrections of steps")?;
    let (mut first, mut second) = (1.0f64, 1.0f64);
    for correction in &mut all {
        *correction = [(1.0 - first) as f32, (1.0 - second) as f32];
        (first, second) = (first * f64::from(FIRST), second * f64::from(SECOND));
    }
    Ok(all)
}

impl Table {
    /// Rows in the directions of some vectors, all of one length.
    pub(super) fn new(mut value: Vec<f32>, wide: usize, size: f32) -> Result<Self> {
        for vector in value.chunks_exact_mut(wide) {
            let scale = size / length(vector);
            vector.iter_mut().for_each(|x| *x *= scale);
        }
        Ok(Table {
            wide,
            first: zeroed(value.len(), "what steps keep of each number")?,
            second: zeroed(value.len(), "what steps keep of each number")?,
            taken: zeroed(value.len() / wide, "the steps of each row")?,
            value,
        })
    }

    pub(super) fn row(&self, row: usize) -> &[f32] {
        &self.value[row * self.wide..(row + 1) * self.wide]
    }

    /// The vectors alone.
    pub(super) fn into_value(self) -> Vec<f32> {
        self.value
    }

    /// Bytes of a row.
    pub(super) fn bytes(wide: usize) -> u64 {
        12 * wide as u64 + 4
    }

    /// Moves the rows that have a gradient.
    pub(super) fn step<L: Lanes>(&mut self, lanes: L, step: &Step<'_>) {
        let wide = self.wide;
        let numbers = self.value.par_chunks_mut(PART * wide);
        let numbers = numbers.zip(self.first.par_chunks_mut(PART * wide));
        let numbers = numbers.zip(self.second.par_chunks_mut(PART * wide));
        let rows = self.taken.par_chunks_mut(PART);
        let rows = rows.zip(step.of_row.par_chunks(PART));
        numbers
            .zip(rows)
            .for_each(|(((value, first), second), (taken, of_row))| {
                for (row, (taken, &which)) in taken.iter_mut().zip(of_row).enumerate() {
                    if which == NONE {
                        continue;
                    }
                    *taken += 1;
                    let (own, which) = (row * wide..(row + 1) * wide, which as usize);
                    lanes.compiled(Move {
                        value: &mut value[own.clone()],
                        first: &mut first[own.clone()],
                        second: &mut second[own],
                        gradient: &step.gradients[which * wide..(which + 1) * wide],
                        rate: step.rate,
                        correction: step.corrections[*taken as usize],
                    });
                }
            });
    }
}

/// One row's step.
struct Move<'a> {
    value: &'a mut [f32],
    first: &'a mut [f32],
    second: &'a mut [f32],
    gradient: &'a [f32],
    rate: f32,
    correction: [f32; 2],
}

impl Inlined for Move<'_> {
    type Out = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) {
        let [first_part, second_part] = self.correction;
        let through = Through::new(self.value, self.gradient);
        let kept = self.first.iter_mut().zip(self.second);
        let numbers = self.value.iter_mut().zip(self.gradient);
        for ((value, &gradient), (first, second)) in numbers.zip(kept) {
            let gradient = through.of(*value, gradient);
            *first = FIRST * *first + (1.0 - FIRST) * gradient;
            *second = SECOND * *second + (1.0 - SECOND) * (gradient * gradient);
            let size = (*second / second_part).sqrt() + LITTLE;
            *value -= self.rate * (*first / first_part) / size;
        }
    }
}

/// From the gradient of a vector of length 1 to that of a vector in its direction: only what points across it
/// moves it.
#[derive(Clone, Copy)]
pub(super) struct Through {
    size: f32,
    along: f32,
}

impl Through {
    #[inline(always)]
    pub(super) fn new(value: &[f32], gradient: &[f32]) -> Self {
        let size = length(value);
        Through {
            size,
            along: dot(value, gradient) / (size * size),
        }
    }

    #[inline(always)]
    pub(super) fn of(self, value: f32, gradient: f32) -> f32 {
        (gradient - self.along * value) / self.size
    }
}
