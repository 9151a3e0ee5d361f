//! Factors, and lists merged of a ridge's and theirs, against slow twins and by their laws.

#![allow(clippy::unwrap_used)]

mod random;

use cobuy::matrix::NO_GROUP;
use cobuy::{
    AlsoBought, AlsoBoughtParams, Basis, Beside, Error, Factors, FactorsParams, Filter,
    Instructions, Merged, Model, Purchases, Softmax, Timeline, Watch,
};
use ndarray::{Array2, ArrayView2};
use random::Random;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Customers with up to `most` items; the lower an item's index, the more buy it.
fn shop(random: &mut Random, items: usize, rows: usize, most: usize) -> Purchases {
    let row = |_| -> BTreeSet<u32> {
        let held = random.below(most + 1);
        let item = |_| {
            let below = 1 + random.below(items);
            random.below(below) as u32
        };
        (0..held).map(item).collect()
    };
    of_rows(items, &(0..rows).map(row).collect::<Vec<_>>())
}

fn of_rows(items: usize, rows: &[BTreeSet<u32>]) -> Purchases {
    let mut starts = vec![0];
    let mut held = Vec::new();
    for row in rows {
        held.extend(row.iter().copied());
        starts.push(held.len());
    }
    Purchases::from_csr((rows.len(), items), &starts, &held, |_| 1.0).unwrap()
}

/// Few steps of few numbers.
fn small() -> Softmax {
    Softmax {
        dimensions: 20,
        steps: 12,
        batch: 50,
        sample: 40,
        ..Softmax::default()
    }
}

fn params() -> FactorsParams {
    Factors::params().softmax(small()).threads(1)
}

fn merged(model: Merged, k: usize) -> AlsoBoughtParams {
    AlsoBought::params()
        .model(Model::Merged(model))
        .neighbours(k)
        .threads(1)
}

fn bits(factors: &Factors) -> Vec<u32> {
    let both = factors
        .users()
        .to_owned()
        .into_iter()
        .chain(factors.items().to_owned());
    both.map(f32::to_bits).collect()
}

#[test]
fn any_threads_and_instructions_give_the_same_bytes_and_another_seed_others() {
    let random = &mut Random(3);
    let purchases = shop(random, 130, 300, 12);
    let one = bits(&params().fit(&purchases).unwrap());
    for threads in [1, 2, 3, 8] {
        for kind in Instructions::ALL {
            let other = params()
                .threads(threads)
                .instructions(kind)
                .fit(&purchases)
                .unwrap();
            assert!(bits(&other) == one, "{threads} threads, {kind}");
        }
    }
    let other = params()
        .number("seed", 2.0)
        .unwrap()
        .fit(&purchases)
        .unwrap();
    assert!(bits(&other) != one);
    let fit = |threads| {
        let model = Merged {
            softmax: small(),
            ..Merged::default()
        };
        merged(model, 10)
            .threads(threads)
            .fit(&purchases)
            .unwrap()
            .to_bytes()
            .unwrap()
    };
    assert!(fit(1) == fit(3));
}

/// Two sorts of customers, each of which buys of its own items.
fn two_sorts(random: &mut Random) -> Vec<BTreeSet<u32>> {
    let row = |at: usize| {
        (0..6)
            .map(|_| (at % 2 * 20 + random.below(20)) as u32)
            .collect()
    };
    (0..200).map(row).collect()
}

#[test]
fn what_people_of_ones_own_sort_buy_is_near() {
    let rows = two_sorts(&mut Random(5));
    let purchases = of_rows(40, &rows);
    let factors = params()
        .number("dimensions", 4.0)
        .unwrap()
        .number("steps", 60.0)
        .unwrap()
        .fit(&purchases)
        .unwrap();
    let (users, items) = (factors.users(), factors.items());
    assert_eq!((users.dim(), items.dim()), ((200, 4), (40, 4)));
    for vector in users.rows().into_iter().chain(items.rows()) {
        assert!((vector.dot(&vector) - 1.0).abs() < 1e-5);
    }
    let histories = purchases.by_row();
    let everybody: Vec<u32> = (0..200).collect();
    for customers in [Some(&everybody[..]), None] {
        let (best, _) = factors
            .recommend_pattern(
                customers,
                histories,
                5,
                &Filter::all(),
                false,
                None,
                Watch::new(),
            )
            .unwrap();
        let own = best
            .indexed_iter()
            .filter(|((row, _), item)| **item as usize / 20 == row % 2);
        let own = own.count();
        assert!(own >= 950, "{own} of 1000");
        for (row, list) in best.outer_iter().enumerate() {
            assert!(list.iter().all(|&item| !rows[row].contains(&(item as u32))));
        }
    }
}

fn deviation(scores: &[f64]) -> f64 {
    let n = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / n;
    (scores.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n).sqrt()
}

/// What a row's items' lists add up to.
fn sums(lists: &AlsoBought, held: &[u32]) -> Vec<f64> {
    let mut sums = vec![0.0; lists.items()];
    for &item in held {
        let list = lists.lists().of(item);
        for (&item, &score) in list.items.iter().zip(list.scores) {
            sums[item as usize] += f64::from(score);
        }
    }
    sums
}

#[test]
fn suggestions_are_the_best_of_all_scores() {
    let random = &mut Random(7);
    let purchases = shop(random, 70, 90, 9);
    let factors = params().fit(&purchases).unwrap();
    let beside = AlsoBought::params().fit(&purchases).unwrap();
    let customers: Vec<u32> = (0..90).collect();
    let all = Filter::all();
    let ask = |beside, n| {
        let histories = purchases.by_row();
        factors
            .recommend_pattern(
                Some(&customers),
                histories,
                n,
                &all,
                false,
                beside,
                Watch::new(),
            )
            .unwrap()
    };
    for (share, temperature) in [
        (None, 0.1),
        (Some(0.0), 0.3),
        (Some(0.6), 0.14),
        (Some(1.0), 0.14),
    ] {
        let model = &beside;
        let (best, scores) = ask(
            share.map(|share| Beside {
                model,
                share,
                temperature,
            }),
            12,
        );
        for row in 0..90 {
            let held = purchases.items_of(row);
            let user = factors.users().row(row).to_owned();
            let near: Vec<f64> = factors
                .items()
                .rows()
                .into_iter()
                .zip(0..)
                .map(|(vector, item)| {
                    let bought = !purchases
                        .buyers_of(purchases.item(item).unwrap())
                        .is_empty();
                    let cosine = f64::from(user.dot(&vector));
                    if bought {
                        ((cosine - 1.0) / temperature).exp()
                    } else {
                        0.0
                    }
                })
                .collect();
            let lists = sums(&beside, held);
            let mixed = |item: usize| match share {
                None => near[item],
                Some(share) => {
                    let part = |share: f64, scores: &[f64]| match deviation(scores) {
                        0.0 => 0.0,
                        deviation => share * scores[item] / deviation,
                    };
                    part(1.0 - share, &near) + part(share, &lists)
                }
            };
            let mut expected: Vec<f64> = (0..70)
                .filter(|&item| !held.contains(&(item as u32)))
                .map(mixed)
                .filter(|&score| score > 0.0 && !held.is_empty())
                .collect();
            expected.sort_by(|one, other| other.total_cmp(one));
            expected.truncate(12);
            let told = best.row(row).iter().filter(|item| **item >= 0).count();
            assert_eq!(told, expected.len());
            for (column, expected) in expected.iter().enumerate() {
                let score = f64::from(scores[(row, column)]);
                assert!(
                    (score - expected).abs() < 1e-3 * expected + 1e-6,
                    "{score} {expected}"
                );
                let own = mixed(best[(row, column)] as usize);
                assert!((score - own).abs() < 1e-3 * own + 1e-6, "{score} {own}");
            }
        }
    }
    // Long lists begin with the short ones.
    let ((short, _), (long, _)) = (ask(None, 3), ask(None, 200));
    assert_eq!(long.ncols(), 70);
    assert_eq!(short, long.slice(ndarray::s![.., ..3]));
}

type Weights = BTreeMap<(u32, u32), f64>;

/// All scores by source and target.
fn weights(model: &AlsoBought) -> Weights {
    let mut all = Weights::new();
    for source in 0..model.items() as u32 {
        let list = model.lists().of(source);
        for (&target, &score) in list.items.iter().zip(list.scores) {
            all.insert((source, target), f64::from(score));
        }
    }
    all
}

/// The best `k` of each source's, as the model has them but for what is nearly as good.
fn check_best(model: &AlsoBought, purchases: &Purchases, expected: &Weights, k: usize) {
    let mut told = 0;
    for source in 0..model.items() as u32 {
        let mut own: Vec<f64> = expected
            .iter()
            .filter(|(at, _)| at.0 == source)
            .map(|it| *it.1)
            .collect();
        own.sort_by(|one, other| other.total_cmp(one));
        own.truncate(k);
        let list = model.lists().of(source);
        assert_eq!(list.items.len(), own.len());
        for (at, &target) in list.items.iter().enumerate() {
            let score = f64::from(list.scores[at]);
            for expected in [own[at], expected[&(source, target)]] {
                assert!(
                    (score - expected).abs() <= 1e-4 * expected,
                    "{score} {expected}"
                );
            }
            let held = |row: usize| {
                let items = purchases.items_of(row);
                items.contains(&source) && items.contains(&target)
            };
            let both = (0..purchases.rows()).filter(|&row| held(row)).count();
            assert_eq!(list.both[at] as usize, both);
            told += 1;
        }
    }
    assert!(told > 0);
}

#[test]
fn lists_of_factors_are_the_nearest_that_were_bought_along() {
    let random = &mut Random(9);
    let purchases = shop(random, 60, 150, 7);
    let groups = (0..60)
        .map(|item| if item < 12 { item / 3 } else { NO_GROUP })
        .collect();
    let grouped = purchases.clone().with_groups(groups).unwrap();
    for (purchases, least, k) in [(&purchases, 1, 8), (&purchases, 2, 60), (&grouped, 1, 20)] {
        let factors = params().fit(purchases).unwrap();
        let mut expected = Weights::new();
        for source in 0..60u32 {
            let near = |target: u32| {
                let vector = |item: u32| factors.items().row(item as usize).to_owned();
                (f64::from(vector(source).dot(&vector(target))) / 0.1).exp()
            };
            let both = |target: u32| {
                let rows = (0..purchases.rows()).map(|row| purchases.items_of(row));
                rows.filter(|held| held.contains(&source) && held.contains(&target))
                    .count()
            };
            let variants = |target: u32| {
                purchases.groups().is_some() && source.max(target) < 12 && source / 3 == target / 3
            };
            let mut own: Vec<(f64, u32)> = (0..60)
                .filter(|&target| target != source && both(target) >= least && !variants(target))
                .map(|target| (near(target), target))
                .collect();
            own.sort_by(|one, other| other.0.total_cmp(&one.0));
            own.truncate(k);
            let sum: f64 = own.iter().map(|it| it.0).sum();
            expected.extend(
                own.into_iter()
                    .map(|(score, target)| ((source, target), score / sum)),
            );
        }
        let model = Merged {
            softmax: small(),
            factor_share: 1.0,
            ..Merged::default()
        };
        let model = merged(model, k)
            .min_customers(least as u32)
            .fit(purchases)
            .unwrap();
        check_best(&model, purchases, &expected, k);
    }
}

#[test]
fn merged_lists_are_the_sums_of_both_over_how_much_their_scores_differ() {
    let random = &mut Random(11);
    let purchases = shop(random, 60, 150, 7);
    let k = 10;
    let with = |factor_share| {
        merged(
            Merged {
                softmax: small(),
                factor_share,
                ..Merged::default()
            },
            k,
        )
    };
    let fit = |factor_share| with(factor_share).fit(&purchases).unwrap();
    let (ridge, near) = (fit(0.0), fit(1.0));
    let alone = AlsoBought::params()
        .model(Model::named("ridge").unwrap())
        .neighbours(k);
    assert_eq!(ridge.lists(), alone.fit(&purchases).unwrap().lists());
    let differ = |model: &AlsoBought| {
        let rows = (0..purchases.rows()).filter(|&row| !purchases.items_of(row).is_empty());
        let each: Vec<f64> = rows
            .map(|row| deviation(&sums(model, purchases.items_of(row))))
            .collect();
        each.iter().sum::<f64>() / each.len() as f64
    };
    for share in [0.4, 0.8] {
        let mut expected = Weights::new();
        for (model, share) in [(&ridge, 1.0 - share), (&near, share)] {
            let scale = share / differ(model);
            for (at, weight) in weights(model) {
                *expected.entry(at).or_default() += weight * scale;
            }
        }
        let model = fit(share);
        check_best(&model, &purchases, &expected, k);
        let opened = AlsoBought::from_bytes(&model.to_bytes().unwrap()).unwrap();
        assert_eq!(opened.settings().model, model.settings().model);
        assert_eq!(opened.lists(), model.lists());
    }
}

#[test]
fn a_shop_is_asked_and_explained_as_by_any_model() {
    use cobuy::{Engine, History, OrderLine, Settings};
    let lines = (0..12).flat_map(|order| {
        let id = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b"][order];
        let held: &[&str] = if order % 2 == 0 {
            &["tea", "cup", "pot"]
        } else {
            &["pen", "ink", "cup"]
        };
        held.iter().map(move |item| OrderLine::new(id, id, *item))
    });
    let history = History::from_orders(lines, &Settings::default()).unwrap();
    let model = Merged {
        softmax: small(),
        ..Merged::default()
    };
    let engine = Engine::builder(&history)
        .also_bought(merged(model, 2))
        .fit()
        .unwrap();
    let answer = engine.also_bought("tea").n(3).suggest().unwrap();
    let told: BTreeSet<&str> = answer.items.iter().map(|it| &it.item[..]).collect();
    assert_eq!(told, BTreeSet::from(["cup", "pot"]));
    assert!(
        answer
            .short_reason
            .unwrap()
            .contains("are kept as neighbours of `tea`")
    );
}

#[test]
fn what_was_bought_later_pulls_more_where_that_is_asked_for() {
    let rows = two_sorts(&mut Random(15));
    // Half of what each customer buys is of the other sort, and earlier.
    let events = rows.iter().enumerate().flat_map(|(row, held)| {
        let later = held
            .iter()
            .map(move |&item| (row as u32, item, 50 + i64::from(item)));
        let earlier = held
            .iter()
            .map(move |&item| (row as u32, (item + 20) % 40, 10));
        later.chain(earlier).collect::<Vec<_>>()
    });
    let events: Vec<_> = events.collect();
    let timeline = Timeline::from_events(Basis::Customer, 200, 40, events.iter().copied()).unwrap();
    let mut held = vec![BTreeSet::new(); 200];
    events.iter().for_each(|&(row, item, _)| {
        held[row as usize].insert(item);
    });
    let purchases = of_rows(40, &held);
    let fit = |recency| {
        let params = params().number("recency_exponent", recency).unwrap();
        params
            .fit_watched(&purchases, Some(&timeline), Watch::new())
            .unwrap()
    };
    let later = |factors: &Factors| -> f32 {
        let cosine = |&(row, item, at): &(u32, u32, i64)| {
            let cosine = factors
                .users()
                .row(row as usize)
                .dot(&factors.items().row(item as usize));
            if at > 10 { cosine } else { -cosine }
        };
        events.iter().map(cosine).sum()
    };
    assert!(later(&fit(2.0)) > later(&fit(0.0)) + 10.0);
    assert!(bits(&fit(0.0)) == bits(&params().fit(&purchases).unwrap()));
    let problem = params()
        .number("recency_exponent", 1.0)
        .unwrap()
        .fit(&purchases)
        .unwrap_err();
    assert!(problem.to_string().contains("it needs times"), "{problem}");
    let other = Timeline::from_events(Basis::Customer, 200, 40, [(0, 0, 1)]).unwrap();
    let params = params().number("recency_exponent", 1.0).unwrap();
    assert!(
        params
            .fit_watched(&purchases, Some(&other), Watch::new())
            .is_err()
    );
}

#[test]
fn little_data_is_learnt_from_as_far_as_it_goes() {
    let everything = |purchases: &Purchases| {
        let factors = params().fit(purchases).unwrap();
        assert!(
            factors
                .users()
                .iter()
                .chain(factors.items())
                .all(|x| x.is_finite())
        );
        let (best, _) = factors
            .recommend_pattern(
                None,
                purchases.by_row(),
                3,
                &Filter::all(),
                true,
                None,
                Watch::new(),
            )
            .unwrap();
        let model = Merged {
            softmax: small(),
            ..Merged::default()
        };
        let model = merged(model, 3).fit(purchases).unwrap();
        (best, model.lists().total())
    };
    let (best, lists) = everything(&of_rows(0, &[]));
    assert_eq!((best.dim(), lists), ((0, 0), 0));
    let (best, lists) = everything(&of_rows(2, &[[].into(), [].into()]));
    assert_eq!((best, lists), (Array2::from_elem((2, 2), -1), 0));
    let (best, lists) = everything(&of_rows(1, &[[0].into(), [].into()]));
    assert_eq!((best, lists), (ndarray::arr2(&[[0], [-1]]), 0));
    let (best, lists) = everything(&of_rows(5, &[[1, 3].into()]));
    let told: BTreeSet<i32> = best.iter().copied().collect();
    assert_eq!((told, lists), (BTreeSet::from([-1, 1, 3]), 2));
}

#[test]
fn who_is_new_or_bought_nothing_is_folded_in() {
    let purchases = of_rows(4, &[[0, 1].into(), [2, 3].into(), [0, 1].into(), [].into()]);
    let factors = params()
        .number("steps", 40.0)
        .unwrap()
        .fit(&purchases)
        .unwrap();
    assert!(factors.users().row(3).iter().all(|&x| x == 0.0));
    let held = of_rows(4, &[[2].into(), [].into()]);
    let ask = |customers| {
        factors
            .recommend_pattern(
                customers,
                held.by_row(),
                1,
                &Filter::all(),
                false,
                None,
                Watch::new(),
            )
            .map(|answer| answer.0.into_raw_vec_and_offset().0)
    };
    assert_eq!(ask(None).unwrap(), [3, -1]);
    assert_eq!(ask(Some(&[3, 3])).unwrap(), [3, -1]);
    assert_eq!(ask(Some(&[1, 3])).unwrap(), [3, -1]);
    let problem = ask(Some(&[1])).unwrap_err().to_string();
    assert_eq!(problem, "there are 1 customers for 2 rows of the matrix");
    assert!(matches!(ask(Some(&[1, 4])), Err(Error::Index { .. })));
}

#[test]
fn factors_are_made_of_their_parts() {
    let purchases = shop(&mut Random(19), 30, 40, 5);
    let factors = params().fit(&purchases).unwrap();
    let again = |users: ArrayView2<'_, f32>, items: ArrayView2<'_, f32>| {
        Factors::from_parts(factors.settings().clone(), users, items)
    };
    let other = again(factors.users(), factors.items()).unwrap();
    assert!(bits(&other) == bits(&factors));
    let ask = |factors: &Factors| {
        factors
            .recommend_pattern(
                None,
                purchases.by_row(),
                5,
                &Filter::all(),
                false,
                None,
                Watch::new(),
            )
            .unwrap()
            .0
    };
    assert_eq!(ask(&other), ask(&factors));
    let wide = Array2::from_elem((30, 21), 0.0);
    assert!(again(factors.users(), wide.view()).is_err());
    for value in [2.0, f32::NAN, f32::INFINITY] {
        let mut items = factors.items().to_owned();
        items[(3, 4)] = value;
        assert!(again(factors.users(), items.view()).is_err());
    }
}

#[test]
fn settings_that_cannot_be_name_themselves() {
    for (name, value) in [
        ("dimensions", 0.0),
        ("dimensions", 1025.0),
        ("dimensions", 2.5),
        ("dimensions", 4_294_967_297.0),
        ("temperature", 0.0),
        ("temperature", f64::NAN),
        ("customer_exponent", -1.0),
        ("recency_exponent", f64::INFINITY),
        ("learning_rate", 0.0),
        ("steps", 0.0),
        ("batch", -1.0),
        ("sample", 1e9),
        ("seed", 0.5),
        ("seed", 1e17),
    ] {
        let refused = |result: Result<(), Error>| {
            let problem = result.unwrap_err().to_string();
            assert!(problem.starts_with(&format!("`{name}` is")), "{problem}");
        };
        refused(
            params()
                .number(name, value)
                .and_then(|params| params.check()),
        );
        let model = Model::Merged(Merged::default());
        let own = match name {
            "customer_exponent" => continue, // the ridge's
            "recency_exponent" => continue,  // which the ridge may have
            "steps" => continue,
            name => name,
        };
        refused(
            model
                .with(own, value)
                .and_then(|model| AlsoBought::params().model(model).check()),
        );
    }
    let model = Model::named("merged").unwrap();
    for (name, value) in [
        ("factor_share", 1.5),
        ("factor_share", f64::NAN),
        ("list_temperature", 0.0),
        ("factor_exponent", 3.0),
        ("factor_steps", 0.0),
        ("factor_steps", 1.5),
        ("penalty", 0.0),
        ("steps", 101.0),
    ] {
        let checked = model
            .with(name, value)
            .and_then(|model| AlsoBought::params().model(model).check());
        let problem = checked.unwrap_err().to_string();
        assert!(problem.starts_with(&format!("`{name}` is")), "{problem}");
    }
    for (name, value) in model.numbers() {
        let other = model
            .with(name, if value == 1.0 { 2.0 } else { 1.0 })
            .unwrap();
        let differ = model
            .numbers()
            .into_iter()
            .zip(other.numbers())
            .filter(|(one, other)| one != other);
        assert_eq!(differ.map(|(one, _)| one.0).collect::<Vec<_>>(), [name]);
    }
    let problem = model.with("factor_shar", 1.0).unwrap_err().to_string();
    assert!(
        problem.contains("did you mean `factor_share`?"),
        "{problem}"
    );
    let problem = model.with("alpha", 1.0).unwrap_err().to_string();
    assert!(
        problem.contains("it goes with the measure tversky, and the model is merged"),
        "{problem}"
    );
    let problem = params().number("step", 1.0).unwrap_err().to_string();
    assert!(problem.contains("did you mean `steps`?"), "{problem}");
    let purchases = shop(&mut Random(2), 9, 9, 4);
    let beside = AlsoBought::params().fit(&purchases).unwrap();
    let factors = params().fit(&purchases).unwrap();
    for (share, temperature) in [(-0.1, 0.1), (f64::NAN, 0.1), (0.5, 0.0)] {
        let beside = Some(Beside {
            model: &beside,
            share,
            temperature,
        });
        let asked = factors.recommend_pattern(
            None,
            purchases.by_row(),
            3,
            &Filter::all(),
            false,
            beside,
            Watch::new(),
        );
        assert!(matches!(asked, Err(Error::Setting { .. })));
    }
    let narrow = shop(&mut Random(2), 8, 9, 4);
    let asked = factors.recommend_pattern(
        None,
        narrow.by_row(),
        3,
        &Filter::all(),
        false,
        None,
        Watch::new(),
    );
    assert!(asked.unwrap_err().to_string().contains("8 columns"));
}

#[test]
fn memory_is_bounded_progress_told_and_a_cancel_heard() {
    let purchases = shop(&mut Random(21), 200, 300, 10);
    let enough = match params().memory_limit(10_000).fit(&purchases) {
        Err(Error::MemoryLimit { enough, .. }) => enough,
        other => unreachable!("{other:?}"),
    };
    assert!(params().memory_limit(enough).fit(&purchases).is_ok());
    assert!(params().memory_limit(enough - 1).fit(&purchases).is_err());
    let model = merged(
        Merged {
            softmax: small(),
            ..Merged::default()
        },
        5,
    );
    assert!(model.clone().memory_limit(10_000).fit(&purchases).is_err());
    assert!(model.memory_limit(64 << 20).fit(&purchases).is_ok());

    let told = AtomicUsize::new(0);
    let progress = |progress: cobuy::Progress| {
        assert_eq!(
            (progress.stage, progress.total),
            ("learning factors", Some(12))
        );
        told.store(progress.done as usize, Ordering::Relaxed);
    };
    let watch = Watch::new().progress(&progress);
    assert!(params().fit_watched(&purchases, None, watch).is_ok());
    assert_eq!(told.load(Ordering::Relaxed), 12);
    for after in [0, 3, 20, 60] {
        let asked = AtomicUsize::new(0);
        let cancel = || asked.fetch_add(1, Ordering::Relaxed) >= after;
        let watch = Watch::new().cancel(&cancel);
        let fit = params().threads(2).fit_watched(&purchases, None, watch);
        assert!(matches!(fit, Err(Error::Cancelled)), "{after}");
        assert!(asked.load(Ordering::Relaxed) <= after + 4);
    }
}
