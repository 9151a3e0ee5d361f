//! The gradient and the steps against twins that are as plain as can be, in f64.

use super::learn::{Learn, Space};
use super::params::Softmax;
use super::table::{NONE, Step, Table, Through, corrections};
use super::*;
use crate::dice::Dice;
use crate::machine::{Lanes, Task};

const DIMENSIONS: usize = 6;
const PADDED: usize = 32;

fn numbers(dice: &mut Dice, rows: usize) -> Vec<f32> {
    let mut all = vec![0.0; rows * PADDED];
    for vector in all.chunks_exact_mut(PADDED) {
        vector[..DIMENSIONS].fill_with(|| dice.below(2001) as f32 / 1000.0 - 1.0);
    }
    all
}

fn cosine(one: &[f64], other: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
}

/// The loss as the module says it.
fn loss(learn: &Learn<'_>, users: &[f64], items: &[f64], who: &[u32], sample: &[u32]) -> f64 {
    let row = |all: &[f64], at: u32| all[at as usize * PADDED..][..PADDED].to_vec();
    let near = |user: u32, item: u32| {
        cosine(&row(users, user), &row(items, item)) / learn.softmax.temperature
    };
    let of_user = |&user: &u32| -> f64 {
        let held = learn.purchases.items_of(user as usize);
        let all: f64 = sample.iter().map(|&item| near(user, item).exp()).sum();
        let first = learn
            .purchases
            .by_row()
            .indptr()
            .outer_inds_sz(user as usize)
            .start;
        let of_item = |(at, &item): (usize, &u32)| {
            f64::from(learn.pulls[first + at]) * (all.ln() - near(user, item))
        };
        held.iter().enumerate().map(of_item).sum()
    };
    who.iter().map(of_user).sum()
}

/// The gradient by the vectors as they are learnt, of users and of items.
struct Gradient<'a> {
    learn: &'a Learn<'a>,
    tables: (&'a Table, &'a Table),
    who: &'a [u32],
    sample: &'a [u32],
}

impl Task for Gradient<'_> {
    type Out = Result<(Vec<f64>, Vec<f64>)>;

    fn run<L: Lanes>(self, lanes: L) -> Self::Out {
        let Gradient {
            learn,
            tables,
            who,
            sample,
        } = self;
        let mut space = Space::new(learn)?;
        learn.gradient(lanes, tables, (who, sample), &mut space)?;
        let through = |table: &Table, of_row: &[u32], gradients: &[f32]| {
            let mut out = vec![0.0; table.value.len()];
            for (row, &which) in of_row
                .iter()
                .enumerate()
                .filter(|(_, which)| **which != NONE)
            {
                let gradient = &gradients[which as usize * PADDED..][..PADDED];
                let through = Through::new(table.row(row), gradient);
                let own = table.row(row).iter().zip(gradient);
                let out = &mut out[row * PADDED..][..PADDED];
                for (out, (&value, &gradient)) in out.iter_mut().zip(own) {
                    *out = f64::from(through.of(value, gradient));
                }
            }
            out
        };
        let users = through(tables.0, &space.place, &space.of_users);
        let items = through(tables.1, &space.slot, &space.of_items);
        Ok((users, items))
    }
}

#[test]
fn the_gradient_is_that_of_the_loss() -> Result<()> {
    let held: [&[u32]; 6] = [&[0, 1, 5], &[2], &[], &[1, 2, 3, 4, 5, 6], &[6], &[0, 6]];
    let mut starts = vec![0];
    held.iter()
        .for_each(|row| starts.push(starts[starts.len() - 1] + row.len()));
    let purchases = Purchases::from_csr((6, 8), &starts, &held.concat(), |_| 1.0)?;
    let mut dice = Dice::of(3, 3);
    for (batch, sample) in [(3, 4), (1, 1), (5, 8)] {
        let softmax = Softmax {
            dimensions: DIMENSIONS as u32,
            temperature: 0.3,
            batch,
            sample,
            ..Softmax::default()
        };
        let pulls = (0..purchases.by_row().nnz())
            .map(|at| 0.5 + at as f32 * 0.1)
            .collect();
        let watch = Watch::new();
        let learn = Learn {
            purchases: &purchases,
            pulls,
            softmax,
            wide: PADDED,
            watch,
        };
        let users = Table::new(numbers(&mut dice, 6), PADDED, 1.3)?;
        let items = Table::new(numbers(&mut dice, 8), PADDED, 0.7)?;
        let who = &[0, 1, 3, 4, 5][..batch as usize];
        let sample = &[[0u32, 3, 6, 7].as_slice(), &[2], &[0, 1, 2, 3, 4, 5, 6, 7]];
        let sample = sample[[3, 1, 5].iter().position(|&it| it == batch).unwrap_or(0)];
        for kind in Instructions::ALL {
            let tables = (&users, &items);
            let (of_users, of_items) = kind.lend(Gradient {
                learn: &learn,
                tables,
                who,
                sample,
            })?;
            let wide = |table: &Table| {
                table
                    .value
                    .iter()
                    .copied()
                    .map(f64::from)
                    .collect::<Vec<_>>()
            };
            let (user_numbers, item_numbers) = (wide(&users), wide(&items));
            let whole = |users: &[f64], items: &[f64]| loss(&learn, users, items, who, sample);
            for (which, gradient) in [(0, &of_users), (1, &of_items)] {
                for at in (0..gradient.len()).filter(|at| at % PADDED < DIMENSIONS) {
                    let moved = |by: f64| {
                        let mut both = [user_numbers.clone(), item_numbers.clone()];
                        both[which][at] += by;
                        whole(&both[0], &both[1])
                    };
                    let expected = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                    let found = gradient[at];
                    assert!(
                        (found - expected).abs() < 2e-4 * (1.0 + expected.abs()),
                        "{found} {expected}"
                    );
                }
            }
        }
    }
    Ok(())
}

/// Takes some steps of one table.
struct Steps<'a>(&'a mut Table, &'a [Step<'a>]);

impl Task for Steps<'_> {
    type Out = ();

    fn run<L: Lanes>(self, lanes: L) {
        self.1.iter().for_each(|step| self.0.step(lanes, step));
    }
}

#[test]
fn steps_are_those_of_the_paper() -> Result<()> {
    let mut dice = Dice::of(4, 4);
    let start = numbers(&mut dice, 3);
    let gradients = [numbers(&mut dice, 2), numbers(&mut dice, 2)];
    // The second row has none at first, the third never.
    let of_row = [[0, NONE, NONE], [1, 0, NONE]];
    let corrections = corrections(2)?;
    let steps: Vec<Step> = (0..2)
        .map(|at| Step {
            gradients: &gradients[at],
            of_row: &of_row[at],
            rate: 0.1,
            corrections: &corrections,
        })
        .collect();
    let made = Table::new(start.clone(), PADDED, 2.0)?;
    for row in 0..3 {
        let taken: Vec<&[f32]> = (0..2)
            .filter(|&at| of_row[at][row] != NONE)
            .map(|at| &gradients[at][of_row[at][row] as usize * PADDED..][..PADDED])
            .collect();
        let mut value: Vec<f64> = made.row(row).iter().copied().map(f64::from).collect();
        let length = value.iter().map(|x| x * x).sum::<f64>().sqrt();
        assert!((length - 2.0).abs() < 1e-5);
        let (mut first, mut second) = (vec![0.0; PADDED], vec![0.0; PADDED]);
        for (t, gradient) in (1..).zip(taken) {
            let square: f64 = value.iter().map(|x| x * x).sum();
            let along: f64 = value
                .iter()
                .zip(gradient)
                .map(|(x, &g)| x * f64::from(g))
                .sum::<f64>()
                / square;
            for at in 0..DIMENSIONS {
                let g = (f64::from(gradient[at]) - along * value[at]) / square.sqrt();
                first[at] = 0.9 * first[at] + 0.1 * g;
                second[at] = 0.99 * second[at] + 0.01 * g * g;
                let (m, v) = (
                    first[at] / (1.0 - 0.9f64.powi(t)),
                    second[at] / (1.0 - 0.99f64.powi(t)),
                );
                value[at] -= 0.1 * m / v.sqrt();
            }
        }
        for kind in Instructions::ALL {
            let mut table = Table::new(start.clone(), PADDED, 2.0)?;
            kind.lend(Steps(&mut table, &steps));
            for (found, expected) in table.row(row).iter().zip(&value) {
                assert!(
                    (f64::from(*found) - expected).abs() < 1e-4,
                    "{found} {expected}"
                );
            }
        }
    }
    Ok(())
}
