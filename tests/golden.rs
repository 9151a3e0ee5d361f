//! A shop's file of every released format opens for ever, and answers as it did.
//!
//! `tests/files/shop-M.m.cobuy` is the corner shop as the first version of format M.m saved it, five
//! neighbours an item; from 1.2 on with `tests/files/customers.csv`. `ridge-1.3.cobuy` is of a model with numbers,
//! which that format brought. Files are added, never changed.

#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use cobuy::{
    AlsoBought, AlsoBoughtParams, Engine, History, Model, Ridge, Settings, TableName, Tables, Watch,
};
use std::path::{Path, PathBuf};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with("shop-") && name.ends_with(".cobuy")
        })
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

fn with_customers() -> History {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    Tables::new(Settings::default())
        .read(
            TableName::Orders,
            root.join("datasets/corner_shop/orders.csv"),
        )
        .and_then(|tables| {
            tables.read(TableName::Customers, root.join("tests/files/customers.csv"))
        })
        .and_then(Tables::history)
        .unwrap()
}

#[test]
fn a_model_with_numbers_opens_as_it_was_and_is_the_one_that_is_fitted_today() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/ridge-1.3.cobuy");
    let then = Engine::open(&path).unwrap();
    assert_eq!(cobuy::inspect(&path).unwrap().format, "1.3");
    let answer = then.for_customer("c20").n(3).suggest().unwrap();
    let answer: Vec<(&str, f32)> = answer
        .items
        .iter()
        .map(|suggestion| (&suggestion.item[..], suggestion.score))
        .collect();
    let expected = [
        ("biscuits", 0.061_025_94),
        ("bread", 0.050_741_25),
        ("grinder", 0.031_853_74),
    ];
    assert_eq!(answer, expected);
    let numbers = [
        ("penalty", 5.0),
        ("distance_exponent", 0.15),
        ("backward_weight", 0.6),
        ("recency_exponent", 0.45),
    ];
    let ridge = AlsoBought::params().model(Model::Ridge(Ridge::default()));
    let with = |settings: AlsoBoughtParams, (name, value)| settings.number(name, value);
    let settings = numbers.into_iter().try_fold(ridge.neighbours(5), with);
    let history = with_customers();
    let builder = Engine::builder(&history).also_bought(settings.unwrap());
    assert!(then == builder.fit().unwrap());
    assert!(then.history(Watch::new()).unwrap() == history);
}

#[test]
fn a_shop_of_every_released_format_is_the_one_that_is_fitted_today() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let orders = root.join("datasets/corner_shop/orders.csv");
    let history = History::read_csv(&orders).unwrap();
    let with_customers = with_customers();
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
