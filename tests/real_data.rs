//! Public data of real shops: its known figures, and answers against counting by hand.
//!
//! The data is not part of the project. It is looked for in the folder that `COBUY_DATASETS` names,
//! else in `../shared/datasets`; where a set is missing its test says so and passes, or fails where
//! `COBUY_REQUIRE_DATA` is 1.

#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use cobuy::history::ReturnCounts;
use cobuy::{AlsoBought, Basis, Engine, History, ItemIx, Measure, Purchases};
use flate2::read::GzDecoder;
use std::fs::File;
use std::io::Read;

mod data;
use data::data;

#[test]
fn online_retail_has_its_known_figures() {
    let Some(path) = data("online_retail/online_retail.csv.gz") else {
        return;
    };
    let history = History::read_csv(path).unwrap();
    let told = history.summary();
    assert_eq!(told.rows, 541_909);
    assert_eq!(told.orders, 25_900);
    assert_eq!(told.marked_returns, 3_836);
    assert_eq!(told.items, 4_070);
    assert_eq!(told.customers, 4_372);
    assert_eq!(told.rows_without_customer, 135_080);
    assert_eq!(told.return_rows, 10_624);
    assert_eq!(told.price_not_positive, 2_517);
    assert_eq!(told.duplicate_rows, 5_268);
    assert_eq!(told.skipped, 0);
    let ReturnCounts {
        rows,
        never_bought,
        only_later,
        no_customer,
        no_such_order,
        ..
    } = told.returns;
    assert_eq!((rows, never_bought, only_later), (10_624, 948, 358));
    assert_eq!((no_customer, no_such_order), (383 + 1_336, 0));
    let span = told
        .span
        .map(|(first, last)| (first.to_string(), last.to_string()));
    let expected = (
        "2010-12-01T08:26:00Z".to_owned(),
        "2011-12-09T12:50:00Z".to_owned(),
    );
    assert_eq!(span, Some(expected));
    for basis in Basis::ALL {
        let engine = Engine::builder(&history).basis(basis).fit().unwrap();
        let near = engine.also_bought("22423").n(10).suggest().unwrap();
        assert_eq!((near.items.len(), near.short_reason), (10, None), "{basis}");
    }
}

/// Gowalla's train split: the items of each user, ascending.
fn gowalla() -> Option<Vec<Vec<u32>>> {
    let mut text = String::new();
    let file = File::open(data("gowalla/train.txt.gz")?).unwrap();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let items = |line: &str| {
        let numbers = line.split_whitespace().skip(1);
        let mut items: Vec<u32> = numbers.map(|item| item.parse().unwrap()).collect();
        items.sort_unstable();
        items
    };
    Some(text.lines().map(items).collect())
}

/// The best of an item by counting, with every pair of one user's items counted in turn.
fn best_by_hand(users: &[Vec<u32>], totals: &[u32], item: u32, n: usize) -> Vec<(u32, u32)> {
    let mut both = vec![0u32; totals.len()];
    for items in users
        .iter()
        .filter(|items| items.binary_search(&item).is_ok())
    {
        for &other in items {
            both[other as usize] += 1;
        }
    }
    let total = |item: u32| f64::from(totals[item as usize]);
    let cosine = |other, both| (f64::from(both) / (total(item) * total(other)).sqrt()) as f32;
    let mut scored: Vec<(u32, f32)> = (0..)
        .zip(both)
        .filter(|&(other, both)| both > 0 && other != item)
        .map(|(other, both)| (other, cosine(other, both)))
        .collect();
    scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    scored.truncate(n);
    scored
        .into_iter()
        .map(|(other, score)| (other, score.to_bits()))
        .collect()
}

#[test]
fn gowalla_is_fitted_as_by_hand_and_its_file_answers_as_the_model_does() {
    const ITEMS: usize = 40_981;
    const KEPT: usize = 100;
    let Some(users) = gowalla() else {
        return;
    };
    let mut starts = vec![0];
    starts.extend(users.iter().scan(0, |end, items| {
        *end += items.len();
        Some(*end)
    }));
    let indices = users.concat();
    assert_eq!((users.len(), indices.len()), (29_858, 810_128));
    let purchases = Purchases::from_csr((users.len(), ITEMS), &starts, &indices, |_| 1.0).unwrap();
    assert_eq!(purchases.by_row().nnz(), indices.len());
    let params = AlsoBought::params()
        .measure(Measure::Cosine)
        .neighbours(KEPT);
    let model = params.fit(&purchases).unwrap();

    let mut totals = vec![0; ITEMS];
    indices.iter().for_each(|&item| totals[item as usize] += 1);
    let most_bought = (0..ITEMS).max_by_key(|&item| totals[item]).unwrap();
    for item in (0..ITEMS).step_by(137).chain([most_bought]) {
        let near = model
            .similar_items(ItemIx::new(item).unwrap(), KEPT)
            .unwrap();
        let near: Vec<(u32, u32)> = near
            .iter()
            .map(|it| (it.id.get(), it.score.to_bits()))
            .collect();
        assert_eq!(
            near,
            best_by_hand(&users, &totals, item as u32, KEPT),
            "item {item}"
        );
    }

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gowalla.cobuy");
    model.save(&path).unwrap();
    assert!(AlsoBought::open(&path).unwrap() == model);
}

/// The same data by any door is the same history.
#[cfg(feature = "parquet")]
#[test]
fn online_retail_is_the_same_history_from_csv_and_from_parquet() {
    let (csv, parquet) = (
        data("online_retail/online_retail.csv.gz"),
        data("online_retail/online_retail.parquet"),
    );
    let (Some(csv), Some(parquet)) = (csv, parquet) else {
        return;
    };
    let read = |path| {
        let (reader, settings) = (cobuy::Reader::new(), cobuy::Settings::default());
        History::read(path, &reader, &settings).unwrap()
    };
    let (one, other) = (read(csv), read(parquet));
    assert!(one == other);
    assert_eq!(one.summary(), other.summary());
    let fit = |history: &History| {
        let engine = Engine::builder(history).also_bought(AlsoBought::params().neighbours(5));
        let path = tempfile::NamedTempFile::new().unwrap();
        engine.fit().unwrap().save(path.path()).unwrap()
    };
    assert_eq!(fit(&one), fit(&other));
}
