//! The ridge regression against a slow twin: dense matrices, in f64, one target after the other.

#![allow(clippy::unwrap_used)]

mod random;

use cobuy::{AlsoBought, AlsoBoughtParams, Filter, Model, Purchases, Ridge, Watch};
use random::Random;
use std::collections::BTreeSet;

struct Shop {
    items: usize,
    rows: Vec<BTreeSet<u32>>,
}

impl Shop {
    /// Customers with up to `most` items; the lower an item's index, the more buy it.
    fn new(random: &mut Random, items: usize, rows: usize, most: usize) -> Shop {
        let row = |_| {
            let held = random.below(most + 1);
            let item = |_| {
                let below = 1 + random.below(items);
                random.below(below) as u32
            };
            (0..held).map(item).collect()
        };
        Shop {
            items,
            rows: (0..rows).map(row).collect(),
        }
    }

    fn purchases(&self) -> Purchases {
        let mut starts = vec![0];
        let mut held = Vec::new();
        for row in &self.rows {
            held.extend(row.iter().copied());
            starts.push(held.len());
        }
        let shape = (self.rows.len(), self.items);
        Purchases::from_csr(shape, &starts, &held, |_| 1.0).unwrap()
    }

    fn buyers(&self, item: usize) -> f64 {
        let held = self.rows.iter().filter(|row| row.contains(&(item as u32)));
        held.count().max(1) as f64
    }

    /// X' W X.
    fn products(&self, exponent: f64) -> Vec<Vec<f64>> {
        let mut products = vec![vec![0.0; self.items]; self.items];
        for row in &self.rows {
            let weight = (row.len() as f64).powf(-exponent);
            for &i in row {
                for &j in row {
                    products[i as usize][j as usize] += weight;
                }
            }
        }
        products
    }

    /// The best targets of each item, as a table of which are.
    fn candidates(&self, g: &[Vec<f64>], exponent: f64, k: usize) -> Vec<Vec<bool>> {
        let chosen = |i: usize| {
            let score = |j: usize| (g[i][j] * self.buyers(j).powf(-exponent)) as f32;
            let mut others: Vec<usize> = (0..self.items)
                .filter(|&j| j != i && score(j) > 0.0)
                .collect();
            others.sort_by(|&a, &b| score(b).total_cmp(&score(a)).then(a.cmp(&b)));
            others.truncate(k);
            (0..self.items).map(|j| others.contains(&j)).collect()
        };
        (0..self.items).map(chosen).collect()
    }

    /// The matrix of a target's regression, its right side, and its unknowns.
    fn regression(
        &self,
        g: &[Vec<f64>],
        sources: &[usize],
        target: usize,
        ridge: Ridge,
    ) -> (Vec<Vec<f64>>, Vec<f64>) {
        let row = |&i: &usize| -> Vec<f64> {
            let own = |j: usize| {
                if i == j {
                    ridge.dropout * g[i][i] + ridge.penalty
                } else {
                    0.0
                }
            };
            sources.iter().map(|&j| g[i][j] + own(j)).collect()
        };
        let right = sources.iter().map(|&i| g[i][target]).collect();
        (sources.iter().map(row).collect(), right)
    }

    /// All weights, by source and target.
    fn weights(
        &self,
        ridge: Ridge,
        k: usize,
        solve: impl Fn(&[Vec<f64>], &[f64]) -> Vec<f64>,
    ) -> Vec<Vec<f64>> {
        let g = self.products(ridge.customer_exponent);
        let candidates = self.candidates(&g, ridge.candidate_exponent, k);
        let mut weights = vec![vec![0.0; self.items]; self.items];
        for target in 0..self.items {
            let sources: Vec<usize> = (0..self.items).filter(|&i| candidates[i][target]).collect();
            let (matrix, right) = self.regression(&g, &sources, target, ridge);
            let hold_back = self.buyers(target).powf(-ridge.target_exponent);
            for (&source, weight) in sources.iter().zip(solve(&matrix, &right)) {
                weights[source][target] = weight * hold_back;
            }
        }
        weights
    }
}

/// Conjugate gradients from zero, preconditioned by the diagonal (Hestenes, Stiefel, 1952).
fn gradients(matrix: &[Vec<f64>], right: &[f64], steps: u32) -> Vec<f64> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let scaled = |rest: &[f64]| -> Vec<f64> {
        let diagonal = matrix.iter().enumerate().map(|(at, row)| row[at]);
        rest.iter()
            .zip(diagonal)
            .map(|(rest, it)| rest / it)
            .collect()
    };
    let mut solution = vec![0.0; right.len()];
    let mut rest = right.to_vec();
    let mut step = scaled(&rest);
    for _ in 0..steps {
        let product: Vec<f64> = matrix.iter().map(|row| dot(row, &step)).collect();
        let before = dot(&rest, &scaled(&rest));
        let curve = dot(&step, &product);
        if before <= 1e-12 || curve <= 0.0 {
            break;
        }
        let far = before / curve;
        for at in 0..rest.len() {
            solution[at] += far * step[at];
            rest[at] -= far * product[at];
        }
        let turn = dot(&rest, &scaled(&rest)) / before;
        let next = scaled(&rest);
        for at in 0..step.len() {
            step[at] = next[at] + turn * step[at];
        }
    }
    solution
}

/// Gauss' elimination.
fn eliminated(matrix: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let n = right.len();
    let mut rows: Vec<Vec<f64>> = matrix.to_vec();
    let mut right = right.to_vec();
    for column in 0..n {
        for row in column + 1..n {
            let factor = rows[row][column] / rows[column][column];
            let taken = rows[column].clone();
            for (value, taken) in rows[row].iter_mut().zip(taken).skip(column) {
                *value -= factor * taken;
            }
            right[row] -= factor * right[column];
        }
    }
    for column in (0..n).rev() {
        right[column] /= rows[column][column];
        for row in 0..column {
            right[row] -= rows[row][column] * right[column];
        }
    }
    right
}

fn params(ridge: Ridge, k: usize) -> AlsoBoughtParams {
    AlsoBought::params()
        .model(Model::Ridge(ridge))
        .neighbours(k)
}

/// How far weights may be apart, in parts of the largest: the steps are taken in f32.
const NEAR: f64 = 5e-4;

/// The lists hold what weighs more than nothing, best first, and nothing else.
fn check(model: &AlsoBought, expected: &[Vec<f64>]) {
    let largest = expected
        .iter()
        .flatten()
        .fold(0.0f64, |most, it| it.max(most));
    let mut told = 0;
    for (source, expected) in expected.iter().enumerate() {
        let list = model.lists().of(source as u32);
        assert!(list.scores.windows(2).all(|pair| pair[0] >= pair[1]));
        assert!(list.scores.iter().all(|&score| score > 0.0));
        let mut found = vec![0.0; expected.len()];
        for (&item, &score) in list.items.iter().zip(list.scores) {
            found[item as usize] = f64::from(score);
            told += 1;
        }
        for (target, (&found, &expected)) in found.iter().zip(expected).enumerate() {
            let apart = (found - expected.max(0.0)).abs();
            assert!(
                apart <= NEAR * largest,
                "{source} to {target}: {found} and {expected}"
            );
        }
    }
    assert!(told > 0);
}

fn ridges() -> [Ridge; 4] {
    let default = Ridge::default();
    [
        default,
        Ridge {
            customer_exponent: 0.0,
            dropout: 0.0,
            penalty: 2.0,
            ..default
        },
        Ridge {
            customer_exponent: 1.0,
            candidate_exponent: 0.5,
            target_exponent: 0.0,
            steps: 1,
            ..default
        },
        Ridge {
            candidate_exponent: -0.3,
            penalty: 0.5,
            dropout: 0.3,
            steps: 9,
            ..default
        },
    ]
}

#[test]
fn weights_are_those_of_the_steps_taken_in_full() {
    let random = &mut Random(5);
    for (items, rows, most, k) in [
        (12, 40, 6, 4),
        (30, 200, 9, 30),
        (60, 300, 20, 11),
        (3, 2, 3, 1),
    ] {
        let shop = Shop::new(random, items, rows, most);
        for ridge in ridges() {
            let expected = shop.weights(ridge, k, |matrix, right| {
                gradients(matrix, right, ridge.steps)
            });
            if expected.iter().flatten().any(|&weight| weight > 0.0) {
                check(&params(ridge, k).fit(&shop.purchases()).unwrap(), &expected);
            }
        }
    }
}

#[test]
fn many_steps_with_all_items_as_candidates_are_the_closed_form() {
    let random = &mut Random(8);
    let shop = Shop::new(random, 25, 300, 8);
    for ridge in ridges() {
        let ridge = Ridge {
            steps: 100,
            ..ridge
        };
        let expected = shop.weights(ridge, shop.items, eliminated);
        let model = params(ridge, shop.items).fit(&shop.purchases()).unwrap();
        check(&model, &expected);
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes_and_a_file_gives_them_back() {
    let random = &mut Random(13);
    let purchases = Shop::new(random, 400, 3000, 30).purchases();
    let fit = |threads| {
        params(Ridge::default(), 20)
            .threads(threads)
            .fit(&purchases)
            .unwrap()
    };
    let one = fit(1);
    let bytes = one.to_bytes().unwrap();
    for threads in [2, 3, 8] {
        assert!(
            fit(threads).to_bytes().unwrap() == bytes,
            "{threads} threads"
        );
    }
    let opened = AlsoBought::from_bytes(&bytes).unwrap();
    assert_eq!(opened.settings().model, Model::Ridge(Ridge::default()));
    let all = Filter::all();
    let recommend = |model: &AlsoBought| {
        let (items, scores) = model
            .recommend_rows(&purchases, 10, &all, false, Watch::new())
            .unwrap();
        (items, scores.mapv(f32::to_bits))
    };
    assert!(recommend(&opened) == recommend(&one));
}

/// Two items that the same people bought: a neighbourhood counts both, a regression shares the weight.
#[test]
fn of_two_items_that_the_same_people_buy_one_is_enough() {
    let row = |at: u32| -> BTreeSet<u32> {
        match at % 4 {
            0 => [0, 1, 2].into(),
            1 => [0, 1].into(),
            2 => [2, 3].into(),
            _ => [3].into(),
        }
    };
    let shop = Shop {
        items: 4,
        rows: (0..400).map(row).collect(),
    };
    let ridge = Ridge {
        customer_exponent: 0.0,
        dropout: 0.0,
        penalty: 0.1,
        target_exponent: 0.0,
        steps: 20,
        ..Ridge::default()
    };
    let both = params(ridge, 4).fit(&shop.purchases()).unwrap();
    let lone = Shop {
        items: 4,
        rows: shop
            .rows
            .iter()
            .map(|row| row.iter().copied().filter(|&item| item != 1).collect())
            .collect(),
    };
    let alone = params(ridge, 4).fit(&lone.purchases()).unwrap();
    let weight = |model: &AlsoBought, source| {
        let list = model.lists().of(source);
        let at = list.items.iter().position(|&item| item == 2).unwrap();
        list.scores[at]
    };
    let (shared, whole) = (weight(&both, 0) + weight(&both, 1), weight(&alone, 0));
    assert!((shared - whole).abs() < 1e-3 * whole, "{shared} {whole}");
    assert_eq!(weight(&both, 0), weight(&both, 1));
}

#[test]
fn settings_that_cannot_be_name_themselves() {
    let ridge = Ridge::default();
    let told = |params: AlsoBoughtParams| params.check().unwrap_err().to_string();
    for (ridge, name) in [
        (
            Ridge {
                customer_exponent: 3.0,
                ..ridge
            },
            "customer_exponent",
        ),
        (
            Ridge {
                candidate_exponent: f64::NAN,
                ..ridge
            },
            "candidate_exponent",
        ),
        (
            Ridge {
                dropout: -1.0,
                ..ridge
            },
            "dropout",
        ),
        (
            Ridge {
                penalty: 0.0,
                ..ridge
            },
            "penalty",
        ),
        (
            Ridge {
                target_exponent: f64::INFINITY,
                ..ridge
            },
            "target_exponent",
        ),
        (Ridge { steps: 0, ..ridge }, "steps"),
    ] {
        let problem = told(params(ridge, 5));
        assert!(problem.starts_with(&format!("`{name}` is")), "{problem}");
    }
    let problem = told(params(ridge, 5).half_life(3.0));
    assert!(
        problem.contains("with the model ridge it must be left out"),
        "{problem}"
    );
    let model = Model::named("ridge").unwrap();
    assert!(model.with("steps", 2.5).is_err());
    assert_eq!(
        model.with("penalty", 3.0).unwrap().numbers()[3],
        ("penalty", 3.0)
    );
    let problem = model.with("penality", 3.0).unwrap_err().to_string();
    assert!(problem.contains("did you mean `penalty`?"), "{problem}");
    let problem = Model::named("rigde").unwrap_err().to_string();
    assert!(problem.contains("did you mean `ridge`?"), "{problem}");
}

#[test]
fn too_little_memory_is_said() {
    let random = &mut Random(21);
    let purchases = Shop::new(random, 100, 500, 10).purchases();
    let limited = |bytes| {
        params(Ridge::default(), 10)
            .threads(1)
            .memory_limit(bytes)
            .fit(&purchases)
    };
    assert!(limited(1 << 24).is_ok());
    let problem = limited(40_000).unwrap_err().to_string();
    assert!(problem.contains("memory"), "{problem}");
}

/// What a ridge does not keep is not counted anew, and answers say no more than that.
#[test]
fn a_short_answer_does_not_say_that_nothing_else_was_bought() {
    use cobuy::{Engine, History, OrderLine, Settings};
    let lines = (0..6).flat_map(|order| {
        let id = ["0", "1", "2", "3", "4", "5"][order];
        ["tea", "cup", "pot", "milk"].map(|item| OrderLine::new(id, id, item))
    });
    let history = History::from_orders(lines, &Settings::default()).unwrap();
    let builder = Engine::builder(&history).also_bought(params(Ridge::default(), 2));
    let engine = builder.fit().unwrap();
    let answer = engine.also_bought("tea").n(3).suggest().unwrap();
    assert_eq!(answer.items.len(), 2);
    let reason = answer.short_reason.unwrap();
    assert_eq!(reason, "only 2 other items are kept as neighbours of `tea`");
}

/// A sum in f32 over as many customers would stand still.
#[test]
fn items_of_very_many_customers_weigh_what_they_should() {
    let rows = 60_000;
    let shop = Shop {
        items: 3,
        rows: (0..rows)
            .map(|at| {
                if at % 2 == 0 {
                    [0, 1, 2].into()
                } else {
                    [0, 1].into()
                }
            })
            .collect(),
    };
    let ridge = Ridge {
        customer_exponent: 0.3,
        ..Ridge::default()
    };
    let expected = shop.weights(ridge, 2, |matrix, right| {
        gradients(matrix, right, ridge.steps)
    });
    let model = params(ridge, 2).fit(&shop.purchases()).unwrap();
    for (source, expected) in expected.iter().enumerate() {
        let list = model.lists().of(source as u32);
        for (&item, &score) in list.items.iter().zip(list.scores) {
            let expected = expected[item as usize];
            assert!(
                (f64::from(score) - expected).abs() <= 1e-5 * expected,
                "{score} {expected}"
            );
        }
    }
}
