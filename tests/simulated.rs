//! The simulated shop holds what its truth says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../datasets/generate/mod.rs"]
mod generate;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::LazyLock;
use tempfile::TempDir;

const FILES: [&str; 7] = [
    "orders.csv",
    "items.csv",
    "customers.csv",
    "events.csv",
    "spend.csv",
    "prices.csv",
    "truth.json",
];

/// A row by its columns.
type Row = HashMap<String, String>;

struct Shop {
    written: generate::Written,
    orders: Vec<Row>,
    items: Vec<Row>,
    customers: Vec<Row>,
    events: Vec<Row>,
    spend: Vec<Row>,
    prices: Vec<Row>,
    truth: Value,
}

/// One shop that all tests look at.
static SHOP: LazyLock<Shop> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let written = generate::write(folder.path(), 500, 1).unwrap();
    let [orders, items, customers, events, spend, prices, truth] =
        FILES.map(|file| std::fs::read_to_string(folder.path().join(file)).unwrap());
    Shop {
        written,
        orders: rows(&orders),
        items: rows(&items),
        customers: rows(&customers),
        events: rows(&events),
        spend: rows(&spend),
        prices: rows(&prices),
        truth: serde_json::from_str(&truth).unwrap(),
    }
});

/// The rows of a file. No value has quotes, so a comma always ends one.
fn rows(text: &str) -> Vec<Row> {
    assert!(!text.contains('"'));
    let mut lines = text.lines().map(|line| line.split(','));
    let header: Vec<&str> = lines.next().unwrap().collect();
    lines
        .map(|line| {
            let row: Row = header
                .iter()
                .zip(line.clone())
                .map(|(name, value)| ((*name).to_owned(), value.to_owned()))
                .collect();
            assert_eq!(line.count(), header.len());
            row
        })
        .collect()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a Vec<Value> {
    value[name].as_array().unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    let texts = value.as_array().unwrap().iter();
    texts.map(|text| text.as_str().unwrap()).collect()
}

fn ids<'a>(rows: &'a [Row], column: &str) -> HashSet<&'a str> {
    rows.iter().map(|row| row[column].as_str()).collect()
}

fn purchases(shop: &Shop) -> impl Iterator<Item = &Row> {
    shop.orders
        .iter()
        .filter(|row| !row["quantity"].starts_with('-'))
}

/// The items by order or by customer.
fn held<'a>(shop: &'a Shop, by: &str) -> HashMap<&'a str, HashSet<&'a str>> {
    let mut held: HashMap<&str, HashSet<&str>> = HashMap::new();
    for row in purchases(shop).filter(|row| !row[by].is_empty()) {
        held.entry(&row[by]).or_default().insert(&row["item_id"]);
    }
    held
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn bytes(folder: &Path) -> Vec<Vec<u8>> {
    FILES
        .map(|file| std::fs::read(folder.join(file)).unwrap())
        .into()
}

#[test]
fn the_seed_is_all_there_is_to_chance() {
    let shops = [(60, 7), (60, 7), (60, 8), (61, 7)].map(|(customers, seed)| {
        let folder = TempDir::new().unwrap();
        generate::write(folder.path(), customers, seed).unwrap();
        bytes(folder.path())
    });
    assert!(shops[0] == shops[1]);
    for other in &shops[2..] {
        let differs = |place: usize| shops[0][place] != other[place];
        assert!(differs(0) && differs(2) && differs(3) && differs(6));
    }
}

/// Figures measured on a shop stay comparable only as long as its bytes do. Where the shop is to
/// change, so is this number (FNV-1a of all files, one after another).
#[test]
fn the_bytes_are_those_of_every_platform() {
    let folder = TempDir::new().unwrap();
    generate::write(folder.path(), 60, 7).unwrap();
    let all = bytes(folder.path()).concat();
    let hash = all.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    assert_eq!(hash, 0xffd6_7cf9_a9f0_f83d);
}

#[test]
fn the_smallest_shops_are_whole() {
    for customers in [1, 10] {
        let folder = TempDir::new().unwrap();
        let written = generate::write(folder.path(), customers, 3).unwrap();
        assert!(written.lines > 0 && written.events > 0);
        let truth = std::fs::read(folder.path().join("truth.json")).unwrap();
        let truth: Value = serde_json::from_slice(&truth).unwrap();
        assert_eq!(list(&truth, "customers").len(), customers as usize);
    }
}

#[test]
fn a_size_that_cannot_be_is_refused() {
    let folder = TempDir::new().unwrap();
    for customers in [0, 1_000_001] {
        let error = generate::write(folder.path(), customers, 1).err().unwrap();
        let message = error.to_string();
        assert!(message.contains(&format!("1 to 1000000 customers, not {customers}")));
    }
}

#[test]
fn every_file_names_what_the_others_have() {
    let shop = &*SHOP;
    let items = ids(&shop.items, "item_id");
    let customers = ids(&shop.customers, "customer_id");
    let orders = ids(&shop.orders, "order_id");
    assert_eq!(items.len(), shop.items.len());
    assert_eq!(customers.len(), 500);
    for row in shop.orders.iter().chain(&shop.events) {
        let (item, customer) = (row["item_id"].as_str(), row["customer_id"].as_str());
        assert!(items.contains(item) || item.is_empty());
        assert!(customers.contains(customer) || customer.is_empty());
    }
    assert_eq!(ids(&shop.prices, "item_id"), items);
    assert!(!shop.spend.is_empty());
    let strays = shop.orders.iter().filter(|row| {
        let of = row["return_of"].as_str();
        !of.is_empty() && !orders.contains(of)
    });
    let told = &shop.truth["counts"]["unmatched_returns"];
    assert_eq!(Some(strays.count() as u64), told.as_u64());
}

#[test]
fn the_counts_add_up() {
    let shop = &*SHOP;
    let counts = &shop.truth["counts"];
    let count = |matches: &dyn Fn(&Row) -> bool| {
        shop.orders.iter().filter(|row| matches(row)).count() as u64
    };
    let orders = |matches: &dyn Fn(&Row) -> bool| {
        let rows = shop.orders.iter().filter(|row| matches(row));
        rows.map(|row| &row["order_id"])
            .collect::<BTreeSet<_>>()
            .len() as u64
    };
    let fees = texts(&shop.truth["fees"]);
    let unpriced = shop.items.iter().filter(|row| row["cost"].is_empty());
    for (name, found) in [
        ("customers", shop.written.customers),
        ("items", shop.items.len() as u64),
        ("order_rows", shop.orders.len() as u64),
        ("events", shop.events.len() as u64),
        ("orders", orders(&|_| true)),
        ("guest_orders", orders(&|row| row["customer_id"].is_empty())),
        (
            "cancelled_orders",
            orders(&|row| row["status"] == "cancelled"),
        ),
        (
            "return_rows",
            count(&|row| row["quantity"].starts_with('-')),
        ),
        (
            "fee_rows",
            count(&|row| fees.contains(&row["item_id"].as_str())),
        ),
        ("gift_rows", count(&|row| row["price"] == "0.00")),
        ("blank_costs", unpriced.count() as u64),
    ] {
        assert_eq!(counts[name].as_u64(), Some(found), "{name}");
    }
    assert_eq!(shop.written.items, shop.items.len() as u64);
    assert_eq!(shop.written.orders, orders(&|_| true));
    assert_eq!(shop.written.lines, shop.orders.len() as u64);
    assert_eq!(shop.written.events, shop.events.len() as u64);
    assert!(shop.written.to_string().starts_with("500 customers"));
}

#[test]
fn reasons_stand_with_cancellations_and_returns_only() {
    for row in &SHOP.orders {
        let due = row["status"] == "cancelled" || row["quantity"].starts_with('-');
        assert_eq!(due, !row["reason"].is_empty());
    }
}

#[test]
fn complements_are_bought_together_as_often_as_planted() {
    let shop = &*SHOP;
    let orders = held(shop, "order_id");
    let with = |item: &str| orders.values().filter(|items| items.contains(item)).count() as f64;
    let pairs = list(&shop.truth, "complements");
    assert!(pairs.len() >= 10 && pairs.len() * 20 >= shop.items.len());
    let (mut together, mut expected) = (0.0, 0.0);
    for pair in pairs {
        let (from, to) = (pair["from"].as_str().unwrap(), pair["to"].as_str().unwrap());
        let both = |items: &&HashSet<&str>| items.contains(from) && items.contains(to);
        let both = orders.values().filter(both).count() as f64;
        together += both;
        expected += with(from) * number(&pair["probability"]);
        if with(from) >= 10.0 {
            let lift = both * orders.len() as f64 / (with(from) * with(to));
            assert!(lift > 2.0, "{from} -> {to}: {lift}");
        }
    }
    assert!(
        (0.85..1.15).contains(&(together / expected)),
        "{together} of {expected}"
    );
}

#[test]
fn nobody_buys_two_substitutes_and_many_look_at_them() {
    let shop = &*SHOP;
    let customers = held(shop, "customer_id");
    // What a customer looked at on one day.
    let mut viewed: BTreeMap<(&str, &str), HashSet<&str>> = BTreeMap::new();
    for row in shop.events.iter().filter(|row| row["kind"] == "view") {
        let visit = (row["customer_id"].as_str(), &row["at"][..10]);
        viewed.entry(visit).or_default().insert(&row["item_id"]);
    }
    let (mut together, mut by_chance) = (0.0, 0.0);
    for set in list(&shop.truth, "substitutes") {
        let items = texts(&set["items"]);
        assert!(items.len() >= 3);
        for (customer, held) in &customers {
            let bought = items.iter().filter(|item| held.contains(*item)).count();
            assert!(bought <= 1, "{customer} {items:?}");
        }
        let seen = |which: &[&str]| {
            let whole = |visit: &&HashSet<&str>| which.iter().all(|item| visit.contains(item));
            viewed.values().filter(whole).count() as f64
        };
        for pair in items.windows(2) {
            together += seen(pair);
            by_chance += seen(&pair[..1]) * seen(&pair[1..]) / viewed.len() as f64;
        }
    }
    assert!(
        together > 3.0 * by_chance,
        "{together}, by chance {by_chance}"
    );
}

#[test]
fn variants_stand_in_one_group_and_sizes_that_follow_do_not() {
    let shop = &*SHOP;
    let group: HashMap<&str, &str> = shop
        .items
        .iter()
        .map(|row| (row["item_id"].as_str(), row["group"].as_str()))
        .collect();
    for told in list(&shop.truth, "groups") {
        let items = texts(&told["items"]);
        assert!(items.len() > 1);
        assert!(items.iter().all(|item| told["group"] == group[item]));
    }
    for step in list(&shop.truth, "chains") {
        let [from, to] = ["from", "to"].map(|end| group[step[end].as_str().unwrap()]);
        assert!(from.is_empty() || from != to);
    }
}
