//! The closed form against a slow twin, against the textbook, and against the ridge that it is the whole of.

#![allow(clippy::unwrap_used, clippy::panic)]

mod random;
#[path = "reference/closed_form.rs"]
mod reference;

use cobuy::matrix::NO_GROUP;
use cobuy::{
    AlsoBought, AlsoBoughtParams, ClosedForm, Error, Instructions, Model, Purchases, Ridge, Watch,
};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;
use random::Random;
use reference::{Dense, inverse};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

fn purchases(shop: &Dense) -> Purchases {
    let mut starts = vec![0];
    let mut held = Vec::new();
    for row in &shop.rows {
        held.extend(row.iter().copied());
        starts.push(held.len());
    }
    let shape = (shop.rows.len(), shop.items());
    let purchases = Purchases::from_csr(shape, &starts, &held, |_| 1.0).unwrap();
    let groups = shop.groups.iter().map(|group| group.unwrap_or(NO_GROUP));
    purchases.with_groups(groups.collect()).unwrap()
}

/// Customers with up to `most` items; the lower an item's index, the more buy it.
fn shop(random: &mut Random, items: usize, rows: usize, most: usize) -> Dense {
    let row = |_| {
        let held = random.below(most + 1);
        let item = |_| {
            let below = 1 + random.below(items);
            random.below(below) as u32
        };
        (0..held).map(item).collect()
    };
    Dense {
        rows: (0..rows).map(row).collect(),
        groups: vec![None; items],
    }
}

fn params(numbers: ClosedForm, k: usize) -> AlsoBoughtParams {
    AlsoBought::params()
        .model(Model::ClosedForm(numbers))
        .neighbours(k)
        .threads(2)
}

/// The lists are the best of the weights above zero of items that so many bought both of.
fn check(model: &AlsoBought, shop: &Dense, weights: &[Vec<f64>], k: usize, least: usize) {
    let largest = weights
        .iter()
        .flatten()
        .fold(0.0f64, |most, it| it.max(most));
    let near = |one: f64, other: f64| (one - other).abs() <= 1e-7 * other.abs() + 1e-9 * largest;
    for (source, weights) in weights.iter().enumerate() {
        let list = model.lists().of(source as u32);
        let mut order = list.scores.iter().zip(list.items);
        let falls = |(one, other): ((&f32, &u32), (&f32, &u32))| {
            one.0 > other.0 || one.0 == other.0 && one.1 < other.1
        };
        assert!(order.clone().zip(order.clone().skip(1)).all(falls));
        assert!(order.all(|(&score, _)| score > 0.0));
        for ((&item, &score), &both) in list.items.iter().zip(list.scores).zip(list.both) {
            let item = item as usize;
            assert!(
                near(f64::from(score), weights[item]),
                "{source} {item}: {score} {}",
                weights[item]
            );
            assert!(!shop.are_variants(source, item) && shop.both(source, item) == both as usize);
            assert!(both as usize >= least);
        }
        let may = |&target: &usize| {
            !shop.are_variants(source, target) && shop.both(source, target) >= least
        };
        let mut expected: Vec<f64> = (0..shop.items())
            .filter(may)
            .map(|at| weights[at])
            .collect();
        expected.retain(|&weight| weight > 1e-9 * largest);
        expected.sort_by(|one, other| other.total_cmp(one));
        expected.truncate(k);
        assert!(list.items.len() >= expected.len(), "{source}");
        for (&score, &expected) in list.scores.iter().zip(&expected) {
            assert!(
                near(f64::from(score), expected),
                "{source}: {score} {expected}"
            );
        }
    }
}

fn all_numbers() -> [ClosedForm; 4] {
    let default = ClosedForm::default();
    [
        default,
        ClosedForm {
            customer_exponent: 0.0,
            dropout: 0.0,
            penalty: 2.0,
            target_exponent: 0.0,
        },
        ClosedForm {
            customer_exponent: 1.0,
            dropout: 0.3,
            penalty: 0.5,
            target_exponent: -0.4,
        },
        ClosedForm {
            customer_exponent: 0.5,
            dropout: 0.0,
            penalty: 0.01,
            target_exponent: 0.5,
        },
    ]
}

#[test]
fn weights_are_those_of_each_target_told_from_all_other_items() {
    let random = &mut Random(3);
    for (items, rows, most, k) in [
        (12, 40, 6, 4),
        (30, 200, 9, 30),
        (40, 90, 20, 7),
        (3, 2, 3, 1),
    ] {
        let shop = shop(random, items, rows, most);
        for numbers in all_numbers() {
            let model = params(numbers, k).fit(&purchases(&shop)).unwrap();
            check(&model, &shop, &shop.weights(numbers), k, 1);
            let model = params(numbers, k)
                .min_customers(3)
                .fit(&purchases(&shop))
                .unwrap();
            check(&model, &shop, &shop.weights(numbers), k, 3);
        }
    }
}

#[test]
fn without_weights_and_dropout_it_is_ease() {
    let shop = shop(&mut Random(4), 290, 700, 12);
    let lambda = 7.0;
    let mut gram = shop.products(0.0);
    for (at, row) in gram.iter_mut().enumerate() {
        row[at] += lambda;
    }
    let p = inverse(gram);
    let weight = |i: usize, j: usize| if i == j { 0.0 } else { -p[i][j] / p[j][j] };
    let row = |i| (0..shop.items()).map(|j| weight(i, j)).collect();
    let weights: Vec<Vec<f64>> = (0..shop.items()).map(row).collect();
    let numbers = ClosedForm {
        customer_exponent: 0.0,
        dropout: 0.0,
        penalty: lambda,
        target_exponent: 0.0,
    };
    let model = params(numbers, 60).fit(&purchases(&shop)).unwrap();
    check(&model, &shop, &weights, 60, 1);
}

#[test]
fn it_is_the_ridge_with_all_candidates_and_many_steps() {
    let random = &mut Random(8);
    let row = |_| (0..5).map(|_| random.below(25) as u32).collect();
    let shop = Dense {
        rows: (0..2000).map(row).collect(),
        groups: (0..25).map(|item| (item < 6).then_some(item / 3)).collect(),
    };
    // All meet, so all are candidates.
    assert!((0..25).all(|one| (0..25).all(|other| shop.both(one, other) > 0)));
    for numbers in all_numbers() {
        let ridge = Ridge {
            customer_exponent: numbers.customer_exponent,
            candidate_exponent: 0.0,
            dropout: numbers.dropout,
            penalty: numbers.penalty,
            target_exponent: numbers.target_exponent,
            steps: 100,
        };
        let ridge = AlsoBought::params()
            .model(Model::Ridge(ridge))
            .neighbours(25);
        let ridge = ridge.fit(&purchases(&shop)).unwrap();
        let model = params(numbers, 25).fit(&purchases(&shop)).unwrap();
        let table = |model: &AlsoBought| {
            let mut table = vec![[0.0; 25]; 25];
            for (source, row) in (0..).zip(&mut table) {
                let list = model.lists().of(source);
                for (&item, &score) in list.items.iter().zip(list.scores) {
                    row[item as usize] = score;
                }
            }
            table
        };
        let (one, other) = (table(&model), table(&ridge));
        let largest = one.iter().flatten().fold(0.0f32, |most, &it| most.max(it));
        assert!(largest > 0.0);
        for (one, other) in one.iter().flatten().zip(other.iter().flatten()) {
            assert!((one - other).abs() <= 5e-4 * largest, "{one} {other}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn lists_are_those_of_the_twin(
        rows in vec(btree_set(0..9u32, 0..7), 0..30),
        groups in vec(select(&[None, None, Some(0), Some(1), Some(NO_GROUP - 1)][..]), 9),
        like in select(&[None, Some((0u32, 4u32)), Some((5, 7))][..]),
        (numbers, k, least) in (select(all_numbers().to_vec()), 1..10usize, 1..3usize),
    ) {
        let mut rows: Vec<BTreeSet<u32>> = rows;
        // One item that is bought by the same customers as another.
        if let Some((one, other)) = like {
            for row in &mut rows {
                row.remove(&other);
                if row.contains(&one) {
                    row.insert(other);
                }
            }
        }
        let shop = Dense { rows, groups };
        let fit = params(numbers, k).min_customers(least as u32);
        let model = fit.clone().fit(&purchases(&shop)).unwrap();
        check(&model, &shop, &shop.weights(numbers), k, least);
        let bytes = model.to_bytes().unwrap();
        prop_assert!(fit.threads(1).fit(&purchases(&shop)).unwrap().to_bytes().unwrap() == bytes);
        let opened = AlsoBought::from_bytes(&bytes).unwrap();
        prop_assert_eq!(opened.lists(), model.lists());
    }
}

#[test]
fn shops_of_nothing_have_empty_lists() {
    for (items, rows) in [(0, 0), (0, 3), (1, 0), (1, 3), (4, 0), (4, 2)] {
        let all: BTreeSet<u32> = if items == 1 {
            [0].into()
        } else {
            BTreeSet::new()
        };
        let shop = Dense {
            rows: vec![all; rows],
            groups: vec![None; items],
        };
        let model = params(ClosedForm::default(), 3)
            .fit(&purchases(&shop))
            .unwrap();
        assert_eq!((model.lists().len(), model.lists().total()), (items, 0));
    }
}

#[test]
fn any_threads_and_instructions_give_the_same_bytes_and_a_file_gives_them_back() {
    let mut shop = shop(&mut Random(13), 300, 900, 25);
    for item in 0..40 {
        shop.groups[item * 7] = Some(item as u32 / 4);
    }
    let purchases = purchases(&shop);
    let numbers = ClosedForm {
        penalty: 3.0,
        ..ClosedForm::default()
    };
    let fit = |threads, kind| {
        let params = params(numbers, 20).threads(threads).instructions(kind);
        params.fit(&purchases).unwrap().to_bytes().unwrap()
    };
    let bytes = fit(1, Instructions::Plain);
    for (threads, kind) in [
        (2, Instructions::Avx2),
        (3, Instructions::Avx512),
        (8, Instructions::Plain),
    ] {
        assert!(fit(threads, kind) == bytes, "{threads} threads, {kind}");
    }
    let opened = AlsoBought::from_bytes(&bytes).unwrap();
    assert_eq!(opened.settings().model, Model::ClosedForm(numbers));
    assert!(opened.to_bytes().unwrap() == bytes);
}

#[test]
fn what_does_not_fit_is_said_with_the_way_out() {
    // More items than it is for, each bought once.
    let many = 8_193;
    let starts: Vec<usize> = (0..=many).collect();
    let items: Vec<u32> = (0..many as u32).collect();
    let wide = Purchases::from_csr((many, many), &starts, &items, |_| 1.0).unwrap();
    let told =
        |fit: AlsoBoughtParams, purchases: &Purchases| fit.fit(purchases).unwrap_err().to_string();
    let problem = told(params(ClosedForm::default(), 5), &wide);
    assert_eq!(
        problem,
        "`model` is closed_form, but it is for 8192 items that were bought at most, and here are 8193: take \
         the model ridge, which tells each item from its candidates alone"
    );
    let shop = shop(&mut Random(2), 200, 400, 9);
    let fit = |bytes: u64| {
        params(ClosedForm::default(), 10)
            .memory_limit(bytes)
            .fit(&purchases(&shop))
    };
    match fit(100_000) {
        Err(Error::MemoryLimit { enough, .. }) => {
            assert!(fit(enough).is_ok());
            assert!(enough < 4 << 20, "{enough}");
        }
        other => panic!("{other:?}"),
    }
    // A hundred thousand customers who bought the same two items.
    let twins = Purchases::from_csr(
        (100_000, 2),
        &(0..=100_000).map(|row| 2 * row).collect::<Vec<_>>(),
        &(0..200_000).map(|at| at % 2).collect::<Vec<_>>(),
        |_| 1.0,
    );
    let numbers = ClosedForm {
        customer_exponent: 0.0,
        dropout: 0.0,
        penalty: 0.001,
        target_exponent: 0.0,
    };
    let model = params(numbers, 5).fit(&twins.unwrap()).unwrap();
    assert!((f64::from(model.lists().of(0).scores[0]) - 1.0).abs() < 1e-6);
}

#[test]
fn a_fit_stops_when_asked() {
    let purchases = purchases(&shop(&mut Random(5), 300, 600, 9));
    let asked = AtomicUsize::new(0);
    let fit = |after: usize| {
        asked.store(0, Ordering::Relaxed);
        let cancel = || asked.fetch_add(1, Ordering::Relaxed) >= after;
        let watch = Watch::new().cancel(&cancel);
        params(ClosedForm::default(), 5)
            .fit_watched(&purchases, watch)
            .map(|_| ())
    };
    assert!(fit(usize::MAX).is_ok());
    let times = asked.load(Ordering::Relaxed);
    for part in 0..8 {
        assert!(
            matches!(fit(times * part / 8), Err(Error::Cancelled)),
            "{part} of 8"
        );
    }
}

#[test]
fn settings_that_cannot_be_name_themselves() {
    let default = Model::ClosedForm(ClosedForm::default());
    for (name, value) in [
        ("customer_exponent", 3.0),
        ("dropout", -1.0),
        ("penalty", 0.0),
        ("target_exponent", f64::NAN),
    ] {
        let params = AlsoBought::params().model(default.with(name, value).unwrap());
        let problem = params.check().unwrap_err().to_string();
        assert!(problem.starts_with(&format!("`{name}` is")), "{problem}");
    }
    let problem = default.with("steps", 3.0).unwrap_err().to_string();
    assert!(problem.contains("the model is closed_form"), "{problem}");
    let fades = AlsoBought::params().model(default).half_life(3.0);
    let problem = fades.check().unwrap_err().to_string();
    assert!(
        problem.contains("with the model closed_form it must be left out"),
        "{problem}"
    );
    let problem = Model::named("closedform").unwrap_err().to_string();
    assert!(problem.contains("did you mean `closed_form`?"), "{problem}");
}
