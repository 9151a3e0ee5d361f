//! A shop's file of every released format opens for ever, and answers as it did.
//!
//! `tests/files/shop-M.m.cobuy` is the corner shop as the first version of format M.m saved it, five
//! neighbours an item; from 1.2 on with `tests/files/customers.csv`. Files are added, never changed.

#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use cobuy::{AlsoBought, Engine, History, Settings, TableName, Tables, Watch};
use std::path::{Path, PathBuf};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "cobuy"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

#[test]
fn a_shop_of_every_released_format_answers_as_it_did() {
    for file in files() {
        let engine = Engine::open(&file).unwrap();
        let answer = |item: &str| -> Vec<(String, f32, u32)> {
            let answer = engine.also_bought(item).n(3).suggest().unwrap();
            let items = answer.items.into_iter();
            items
                .map(|suggestion| {
                    let both = suggestion.reason.evidence().unwrap().both;
                    (suggestion.item, suggestion.score, both)
                })
                .collect()
        };
        let expected = |item: &str, score, both| (item.to_owned(), score, both);
        assert_eq!(
            answer("tea"),
            [
                expected("teapot", 0.894_427_2, 8),
                expected("cup", 0.8, 8),
                expected("milk", 0.474_341_66, 9)
            ]
        );
        assert_eq!(
            answer("candle"),
            [
                expected("matches", 1.0, 6),
                expected("milk", 0.340_206_92, 5)
            ]
        );
        assert_eq!(engine.about().rows, 193);
    }
}

#[test]
fn a_shop_of_every_released_format_is_the_one_that_is_fitted_today() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let orders = root.join("datasets/corner_shop/orders.csv");
    let customers = root.join("tests/files/customers.csv");
    let history = History::read_csv(&orders).unwrap();
    let with_customers = Tables::new(Settings::default())
        .read(TableName::Orders, orders.as_path())
        .and_then(|tables| tables.read(TableName::Customers, customers.as_path()))
        .and_then(Tables::history)
        .unwrap();
    let learn = |history: &History| {
        let settings = AlsoBought::params().neighbours(5);
        let builder = Engine::builder(history).also_bought(settings);
        builder.fit().unwrap()
    };
    let today = learn(&history);
    for file in files() {
        let then = Engine::open(&file).unwrap();
        let same = (then.items(), then.purchases(), then.about())
            == (today.items(), today.purchases(), today.about())
            && then.model().lists() == today.model().lists();
        assert!(same, "{}", file.display());
        // Format 1.0 kept no history.
        match cobuy::inspect(&file).unwrap().format.as_str() {
            "1.0" => assert!(then.history(Watch::new()).is_err()),
            "1.1" => {
                assert!(then.history(Watch::new()).unwrap() == history);
                assert!(then == today);
            }
            _ => {
                assert!(then.history(Watch::new()).unwrap() == with_customers);
                assert!(then == learn(&with_customers));
            }
        }
    }
}
