//! The door for Arrow record batches: the same history as the same rows in a file, or the same refusal.

#![cfg(all(feature = "arrow", feature = "csv"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use cobuy::{Error, History, Input, Reader, Result, Settings};
use std::sync::Arc;

const CSV: &str = "order_id,customer_id,item_id,quantity,price\n\
    1,ann,tea,2,1.5\n1,ann,cup,1,4\n2,,tea,1,1.25\n3,bo,cup,3,4\n";

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, it)| (name, it, true)))
        .unwrap()
}

fn orders() -> RecordBatch {
    batch(vec![
        ("order_id", Arc::new(Int64Array::from(vec![1, 1, 2, 3]))),
        (
            "customer_id",
            Arc::new(StringArray::from(vec![
                Some("ann"),
                Some("ann"),
                None,
                Some("bo"),
            ])),
        ),
        (
            "item_id",
            Arc::new(StringArray::from(vec!["tea", "cup", "tea", "cup"])),
        ),
        ("quantity", Arc::new(Int64Array::from(vec![2, 1, 1, 3]))),
        (
            "price",
            Arc::new(Float64Array::from(vec![1.5, 4.0, 1.25, 4.0])),
        ),
    ])
}

fn read(input: Input<'_>) -> Result<History> {
    History::read(input, &Reader::new(), &Settings::default())
}

fn read_batches(batches: Vec<Result<RecordBatch>>) -> Result<History> {
    let schema = orders().schema();
    read(Input::batches(schema, batches.into_iter(), "orders"))
}

#[test]
fn batches_are_the_history_of_the_same_rows_in_a_file() {
    let of_file = read(Input::bytes(CSV.as_bytes(), "orders")).unwrap();
    let all = orders();
    let empty = all.slice(0, 0);
    for cut in 0..=all.num_rows() {
        let (one, other) = (all.slice(0, cut), all.slice(cut, all.num_rows() - cut));
        let history = read_batches(vec![Ok(one), Ok(empty.clone()), Ok(other)]).unwrap();
        assert!(history == of_file);
        assert_eq!(history.summary(), of_file.summary());
    }
}

#[test]
fn a_batch_that_cannot_be_had_is_the_error_of_the_reading() {
    let lost = Err(Error::Cancelled);
    let error = read_batches(vec![Ok(orders()), lost]).unwrap_err();
    assert!(matches!(error, Error::Cancelled), "{error}");
    let none = read_batches(Vec::new()).unwrap_err().to_string();
    assert!(none.contains("orders"), "{none}");
}

#[test]
fn a_batch_of_another_schema_is_refused() {
    let without_price = orders().project(&[0, 1, 2, 3]).unwrap();
    let other_order = orders().project(&[0, 2, 1, 3, 4]).unwrap();
    let text_price = orders().columns()[..4].to_vec();
    let names = ["order_id", "customer_id", "item_id", "quantity", "price"];
    let prices: ArrayRef = Arc::new(StringArray::from(vec!["1.5", "4", "1.25", "4"]));
    let text_price = batch(
        names
            .into_iter()
            .zip([text_price, vec![prices]].concat())
            .collect(),
    );
    for (other, message) in [
        (
            without_price,
            "column 5 of a batch is nothing where the schema has `price` of type Float64",
        ),
        (
            other_order,
            "column 2 of a batch is `item_id` of type Utf8 where the schema has `customer_id` of type Utf8",
        ),
        (
            text_price,
            "column 5 of a batch is `price` of type Utf8 where the schema has `price` of type Float64",
        ),
    ] {
        let error = read_batches(vec![Ok(orders()), Ok(other)])
            .unwrap_err()
            .to_string();
        assert!(error.contains(message), "{error}");
    }
}
