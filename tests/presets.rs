//! Every preset against the formula of the paper that it is from, over the whole matrix at once.

#![allow(clippy::unwrap_used)]

mod random;

use cobuy::{AlsoBought, Measure, Preset, Purchases};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use std::collections::BTreeSet;

const ITEMS: usize = 7;

/// Of a dense matrix of ones and zeros.
struct Textbook {
    x: Vec<[f64; ITEMS]>,
}

impl Textbook {
    fn new(rows: &[BTreeSet<u32>]) -> Self {
        let row = |row: &BTreeSet<u32>| {
            std::array::from_fn(|item| f64::from(u8::from(row.contains(&(item as u32)))))
        };
        Textbook {
            x: rows.iter().map(row).collect(),
        }
    }

    /// The sum over the rows of `x_ui x_uj` times what a row of so many items weighs.
    fn product(&self, i: usize, j: usize, weight: impl Fn(f64) -> f64) -> f64 {
        let of_row = |row: &[f64; ITEMS]| match row[i] * row[j] {
            0.0 => 0.0,
            met => met * weight(row.iter().sum()),
        };
        self.x.iter().map(of_row).sum()
    }

    fn buyers(&self, item: usize) -> f64 {
        self.x.iter().map(|row| row[item]).sum()
    }

    fn score(&self, preset: Preset, i: usize, j: usize) -> f64 {
        let (n_i, n_j) = (self.buyers(i), self.buyers(j));
        let both = self.product(i, j, |_| 1.0);
        // From an item to one of its customers, and from there to one of the customer's items.
        let walk = self.product(i, j, |held| 1.0 / held) / n_i;
        match preset {
            Preset::Cosine => both / (n_i.sqrt() * n_j.sqrt()),
            Preset::Conditional => both / n_i,
            Preset::AsymmetricCosine => both / (n_i.powf(0.8) * n_j.powf(0.2)),
            Preset::P3 => walk,
            Preset::Rp3beta => walk / n_j.sqrt(),
            Preset::Gfcf => self.product(i, j, |held| 1.0 / (held * n_i.sqrt() * n_j.sqrt())),
        }
    }
}

proptest! {
    #[test]
    fn a_preset_is_the_formula_of_its_paper(
        rows in vec(btree_set(0..ITEMS as u32, 0..ITEMS), 1..40),
    ) {
        let mut starts = vec![0];
        let mut held = Vec::new();
        for row in &rows {
            held.extend(row.iter().copied());
            starts.push(held.len());
        }
        let purchases = Purchases::from_csr((rows.len(), ITEMS), &starts, &held, |_| 1.0).unwrap();
        let textbook = Textbook::new(&rows);
        for preset in Preset::ALL {
            let params = AlsoBought::params().measure(preset.measure()).neighbours(ITEMS);
            let model = params.fit(&purchases).unwrap();
            for i in 0..ITEMS {
                let list = model.lists().of(i as u32);
                let met = (0..ITEMS).filter(|&j| j != i && textbook.product(i, j, |_| 1.0) > 0.0);
                prop_assert_eq!(list.items.len(), met.count(), "{} of {}", preset, i);
                for (&j, &score) in list.items.iter().zip(list.scores) {
                    let expected = textbook.score(preset, i, j as usize);
                    let near = (f64::from(score) - expected).abs() <= 1e-6 * expected;
                    prop_assert!(near, "{} of {} and {}: {} {}", preset, i, j, score, expected);
                }
            }
        }
    }
}

#[test]
fn settings_that_cannot_be_name_themselves() {
    let by_customer = |customer, count, source, target| {
        AlsoBought::params().measure(Measure::Power {
            customer,
            count,
            source,
            target,
        })
    };
    let power = |count, source, target| by_customer(0.0, count, source, target);
    let tversky = |alpha, beta| AlsoBought::params().measure(Measure::Tversky { alpha, beta });
    let nan = f64::NAN;
    for (params, told) in [
        (
            power(0.0, 0.5, 0.5),
            "`count_exponent` is 0, but it must be from 0.1 to 2",
        ),
        (
            power(nan, 0.5, 0.5),
            "`count_exponent` is NaN, but it must be from 0.1 to 2",
        ),
        (
            power(1.0, -1.5, 0.5),
            "`source_exponent` is -1.5, but it must be from -1 to 2",
        ),
        (
            power(1.0, 0.5, 1e-4),
            "`target_exponent` is 0.0001, but it must be 0, or at least 0.001 in size",
        ),
        (
            power(1.0, 1.5, 1.0),
            "`target_exponent` is 1, but together with `source_exponent`, 1.5, it must be at most 2",
        ),
        (
            tversky(-1.0, 0.5),
            "`alpha` is -1, but it must be from 0 to 1000000",
        ),
        (
            tversky(0.0, 0.0),
            "`alpha` is 0, but together with `beta` it must be at least 0.001",
        ),
        (
            by_customer(-0.1, 1.0, 0.5, 0.5),
            "`customer_exponent` is -0.1, but it must be from 0 to 2",
        ),
        (
            AlsoBought::params().shrinkage(-1.0),
            "`shrinkage` is -1, but it must be a number of customers from 0 to a billion",
        ),
        (
            by_customer(1.0, 1.0, 0.5, 0.5).shrinkage(2.0),
            "`shrinkage` is 2, but it cannot be set together with `customer_exponent`: leave out one of them",
        ),
        (
            AlsoBought::params().half_life(9.0).shrinkage(2.0),
            "`shrinkage` is 2, but it cannot be set together with `half_life`: leave out one of them",
        ),
    ] {
        let refused = params.check().unwrap_err().to_string();
        assert!(refused.contains(told), "{refused}\nnot: {told}");
    }
    let refused = Measure::Cosine.with("alpha", 0.5).unwrap_err().to_string();
    assert!(
        refused.contains("it goes with the measure tversky, and the measure is cosine"),
        "{refused}"
    );
    let refused = Measure::Cosine.with("alpa", 0.5).unwrap_err().to_string();
    assert!(refused.contains("did you mean `alpha`?"), "{refused}");
}

/// What was not kept is counted anew, in whole rows and by asking who holds the few items that may pass; a
/// file gives all of it back.
#[test]
fn rows_of_weighted_customers_are_counted_anew_as_they_were_fitted() {
    use cobuy::{Engine, History, OrderLine, Settings};
    let bought = |customer: usize| {
        (0..30usize).filter(move |item| (customer * 7 + item * item) % (item + 2) < 2)
    };
    let names: Vec<String> = (0..60).map(|at| format!("{at:02}")).collect();
    let lines = (0..60).flat_map(|customer| {
        let (names, id) = (&names, &names[customer]);
        bought(customer).map(move |item| OrderLine::new(id, id, &names[item]))
    });
    let history = History::from_orders(lines, &Settings::default()).unwrap();
    let measure = Preset::Rp3beta
        .measure()
        .with("customer_exponent", 0.7)
        .unwrap();
    let learn = |neighbours| {
        let params = AlsoBought::params().measure(measure).neighbours(neighbours);
        Engine::builder(&history).also_bought(params).fit().unwrap()
    };
    let (full, short) = (learn(30), learn(1));
    let path = std::env::temp_dir().join(format!("cobuy-presets-{}.cobuy", std::process::id()));
    short.save(&path).unwrap();
    let opened = Engine::open(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let few = &names[20..25];
    let mut told = 0;
    for item in full.items().iter() {
        let all = full.also_bought(item).n(29).suggest().unwrap().items;
        let among = full
            .also_bought(item)
            .only(few)
            .n(5)
            .suggest()
            .unwrap()
            .items;
        for engine in [&short, &opened] {
            assert_eq!(engine.also_bought(item).n(29).suggest().unwrap().items, all);
            assert_eq!(
                engine
                    .also_bought(item)
                    .only(few)
                    .n(5)
                    .suggest()
                    .unwrap()
                    .items,
                among
            );
        }
        told += all.len() + among.len();
    }
    for customer in full.customers().iter() {
        let ask = |engine: &Engine| {
            engine
                .for_customer(customer)
                .only(few)
                .n(5)
                .suggest()
                .unwrap()
                .items
        };
        assert_eq!(ask(&short), ask(&full));
        assert_eq!(ask(&opened), ask(&full));
        told += ask(&full).len();
    }
    assert!(told > 500, "{told}");
}

/// Small exponents of the count make large ones of the target: no bar may pass over what is among the best.
#[test]
fn weights_of_one_leave_every_list_as_it_is() {
    let mut random = random::Random(3);
    let mut starts = vec![0];
    let mut held: Vec<u32> = Vec::new();
    for _ in 0..1500 {
        let mut row = BTreeSet::from([0]);
        row.extend((0..8).map(|_| random.below(60) as u32));
        held.extend(row);
        starts.push(held.len());
    }
    let purchases = Purchases::from_csr((1500, 60), &starts, &held, |_| 1.0).unwrap();
    for (count, source, target) in [(0.1, 0.0, 2.0), (0.1, 0.5, -1.0), (2.0, -1.0, 2.0)] {
        let lists = |customer| {
            let measure = Measure::Power {
                customer,
                count,
                source,
                target,
            };
            let params = AlsoBought::params().measure(measure).neighbours(5);
            params.fit(&purchases).unwrap().lists().clone()
        };
        // So little that every customer weighs 1 to 30 binary places.
        assert!(lists(1e-12) == lists(0.0), "{count} {source} {target}");
    }
}

/// One account that bought everything: all others tie.
#[test]
fn one_account_of_many_items_is_learnt_from_as_any_other() {
    let items = 3000;
    let held: Vec<u32> = (0..items as u32).collect();
    let purchases = Purchases::from_csr((1, items), &[0, items], &held, |_| 1.0).unwrap();
    let model = AlsoBought::params()
        .measure(Preset::P3.measure())
        .neighbours(3);
    let model = model.fit(&purchases).unwrap();
    assert_eq!(model.lists().of(0).items, [1, 2, 3]);
    assert_eq!(model.lists().of(2999).items, [0, 1, 2]);
}
