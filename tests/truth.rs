//! What is found of what the simulated shop has planted. Floors stand well below what was measured,
//! which is printed: a change that finds less is seen long before it falls through.

#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(dead_code)] // what was written is not looked at
#[path = "../datasets/generate/mod.rs"]
mod generate;

use cobuy::{
    AlsoBought, AlsoBoughtParams, Basis, Engine, History, Input, Measure, Query, Settings, Source,
    TableName, Tables, Watch,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;
use tempfile::TempDir;

struct Shop {
    orders: String,
    items: String,
    customers: String,
    truth: Value,
}

/// One shop that all tests look at.
static SHOP: LazyLock<Shop> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    generate::write(folder.path(), 3_000, 1).unwrap();
    let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
    Shop {
        orders: read("orders.csv"),
        items: read("items.csv"),
        customers: read("customers.csv"),
        truth: serde_json::from_str(&read("truth.json")).unwrap(),
    }
});

/// As a shop would read it: what is no goods counts for nothing.
static HISTORY: LazyLock<History> = LazyLock::new(|| read(&SHOP.orders, fees()));

fn read(orders: &str, ignore: Vec<String>) -> History {
    let settings = Settings {
        ignore,
        ..Settings::default()
    };
    let mut tables = Tables::new(settings);
    for (table, text) in [
        (TableName::Orders, orders),
        (TableName::Items, &SHOP.items),
        (TableName::Customers, &SHOP.customers),
    ] {
        let input = Input::bytes(text.as_bytes(), table.name());
        tables = tables.read(table, input).unwrap();
    }
    tables.history().unwrap()
}

fn fees() -> Vec<String> {
    let fees = ["fees", "gifts"].map(|list| texts(&SHOP.truth[list]));
    fees.concat().into_iter().map(str::to_owned).collect()
}

fn list(name: &str) -> &'static Vec<Value> {
    SHOP.truth[name].as_array().unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    let texts = value.as_array().unwrap().iter();
    texts.map(|text| text.as_str().unwrap()).collect()
}

/// `from` and `to` of a planted pair.
fn ends(pair: &Value) -> (&str, &str) {
    (pair["from"].as_str().unwrap(), pair["to"].as_str().unwrap())
}

fn count(name: &str) -> u64 {
    SHOP.truth["counts"][name].as_u64().unwrap()
}

fn engine(basis: Basis, params: AlsoBoughtParams) -> Engine {
    let builder = Engine::builder(&HISTORY).basis(basis);
    builder.also_bought(params).fit().unwrap()
}

fn measured(measure: Measure) -> AlsoBoughtParams {
    AlsoBought::params().measure(measure).min_customers(3)
}

/// The ids that a question is answered with.
fn ids(query: Query<'_>) -> Vec<String> {
    let answer = query.suggest().unwrap();
    answer.items.into_iter().map(|shown| shown.item).collect()
}

/// The share of some pairs whose `to` is among the first five bought with `from`.
fn recall(engine: &Engine, pairs: &[&Value]) -> f64 {
    let found = pairs.iter().filter(|pair| {
        let (from, to) = ends(pair);
        ids(engine.also_bought(from).n(5)).iter().any(|id| id == to)
    });
    found.count() as f64 / pairs.len() as f64
}

#[test]
fn complements_are_found() {
    let pairs: Vec<&Value> = list("complements").iter().collect();
    assert!(pairs.len() >= 30);
    for basis in Basis::ALL {
        for measure in Measure::ALL {
            let found = recall(&engine(basis, measured(measure)), &pairs);
            let of = pairs.len();
            println!("recall@5 of {of} complements by {basis}, {measure}: {found:.3}");
            assert!(found > 0.8, "by {basis}, {measure}: {found}");
        }
    }
}

#[test]
fn substitutes_are_not_offered_as_complements() {
    for (basis, measure) in [
        (Basis::Customer, Measure::Cosine),
        (Basis::Customer, Measure::Count),
        (Basis::Order, Measure::Cosine),
        (Basis::Order, Measure::Count),
    ] {
        let engine = engine(basis, measured(measure).min_customers(1));
        let (mut lists, mut fell_back) = (0, 0);
        for set in list("substitutes") {
            let items = texts(&set["items"]);
            for &item in &items {
                let is_other = |id: &String| *id != item && items.contains(&&id[..]);
                let near = ids(engine.also_bought(item).n(5));
                assert!(!near.iter().any(is_other), "{item}: {near:?}");
                lists += 1;
                // What is popular in the category may be one: it is no complement, and says so.
                let basket = engine.for_basket([item]).n(5).suggest().unwrap();
                let others = basket.items.iter().filter(|shown| is_other(&shown.item));
                assert!(
                    others
                        .clone()
                        .all(|shown| shown.source != Source::AlsoBought)
                );
                fell_back += usize::from(others.count() > 0);
            }
        }
        println!("{fell_back} of {lists} baskets fall back to a substitute by {basis}, {measure}");
        assert!(fell_back * 10 < lists);
    }
}

#[test]
fn what_follows_is_found_with_how_often_it_does() {
    const DAYS: f64 = 120.0;
    let engine = engine(
        Basis::Customer,
        measured(Measure::Confidence).within_days(DAYS),
    );
    let days = |step: &Value, name: &str| step[name].as_f64().unwrap();
    let in_time = |step: &&Value| days(step, "mean_days") + 2.0 * days(step, "spread_days") <= DAYS;
    let steps: Vec<&Value> = list("chains").iter().filter(in_time).collect();
    assert!(steps.len() >= 20);
    let found = recall(&engine, &steps);
    println!(
        "recall@5 of {} steps within {DAYS} days: {found:.3}",
        steps.len()
    );
    assert!(found > 0.8, "{found}");
    let is_bodysuit = |step: &&&Value| ends(step).0.starts_with("bodysuit");
    let (mut planted, mut told, mut back) = (0.0, 0.0, 0.0);
    for step in steps.iter().filter(is_bodysuit) {
        let (from, to) = ends(step);
        let confidence = |from: &str, to: &str| {
            let near = engine.also_bought(from).only([to]).suggest().unwrap();
            let near = near.items.first();
            near.map_or(0.0, |near| near.reason.evidence().unwrap().confidence)
        };
        assert_eq!(ids(engine.also_bought(from).n(1)), [to]);
        planted += step["probability"].as_f64().unwrap();
        told += confidence(from, to);
        back += confidence(to, from);
    }
    println!("of {planted:.2} next sizes of bodysuits {told:.2} follow, {back:.2} the other way");
    assert!(told > 0.5 * planted && told < 1.2 * planted, "{told}");
    assert!(back < 0.1 * told, "{back}");
}

#[test]
fn variants_of_one_article_are_never_suggested_for_each_other() {
    let mut group_of: BTreeMap<&str, &str> = BTreeMap::new();
    for group in list("groups") {
        for item in texts(&group["items"]) {
            group_of.insert(item, group["group"].as_str().unwrap());
        }
    }
    for basis in Basis::ALL {
        for by_group in [false, true] {
            let builder = Engine::builder(&HISTORY).basis(basis).by_group(by_group);
            let engine = builder.fit().unwrap();
            let mut bought_along = 0;
            for (item, group) in &group_of {
                let near = ids(engine.also_bought(*item).n(200));
                let basket = ids(engine.for_basket([*item]).n(400));
                let mut both = near.iter().chain(&basket);
                assert!(
                    both.all(|id| group_of.get(&id[..]) != Some(group)),
                    "{item}"
                );
                let groups = near.iter().filter_map(|id| group_of.get(&id[..]));
                let distinct = groups.clone().collect::<BTreeSet<_>>().len();
                bought_along += groups.count();
                assert!(
                    !by_group
                        || distinct
                            == near
                                .iter()
                                .filter(|id| group_of.contains_key(&id[..]))
                                .count()
                );
            }
            assert!(bought_along > 0);
        }
    }
}

/// The lists of all items, by id.
fn lists(engine: &Engine) -> BTreeMap<String, Vec<(String, f32)>> {
    let lists = engine.all_also_bought(None).unwrap();
    let list = |near: Vec<cobuy::Suggestion>| near.into_iter().map(|it| (it.item, it.score));
    lists
        .map(|(item, near)| (item.to_owned(), list(near).collect()))
        .collect()
}

#[test]
fn guests_count_for_orders_only() {
    let is_guest = |line: &&str| line.split(',').nth(1) == Some("");
    let mut without: String = String::new();
    for line in SHOP.orders.lines().filter(|line| !is_guest(line)) {
        without.push_str(line);
        without.push('\n');
    }
    let guests: BTreeSet<&str> = HISTORY
        .lines()
        .filter(|line| line.customer_id().is_none())
        .map(|line| line.order_id())
        .collect();
    assert_eq!(guests.len() as u64, count("guest_orders"));
    let lines = SHOP.orders.lines().filter(is_guest).count() as u64;
    assert_eq!(HISTORY.summary().rows_without_customer, lines);
    let without = read(&without, fees());
    for basis in Basis::ALL {
        let fit = |history| lists(&Engine::builder(history).basis(basis).fit().unwrap());
        assert_eq!(fit(&HISTORY) == fit(&without), basis == Basis::Customer);
    }
}

#[test]
fn what_was_counted_is_what_was_told() {
    let summary = HISTORY.summary();
    let fees_in_vain = read(&SHOP.orders, Vec::new());
    let orders_of = |status: &str| {
        let told = summary.statuses.iter().find(|told| told.status == status);
        told.map(|told| told.orders)
    };
    let returns = &summary.returns;
    for (name, counted) in [
        ("order_rows", summary.rows),
        ("orders", summary.orders),
        ("customers", summary.customers),
        ("items", summary.items),
        ("cancelled_orders", orders_of("cancelled").unwrap()),
        ("return_rows", summary.return_rows),
        ("return_rows", returns.rows),
        ("unmatched_returns", returns.no_such_order),
        ("unmatched_returns", returns.rows - returns.matched),
        ("gift_rows", summary.price_not_positive),
    ] {
        assert_eq!(counted, count(name), "{name}");
    }
    assert_eq!(summary.ignored_items, 3);
    assert_eq!(fees_in_vain.summary().ignored_items, 0);
}

#[test]
fn what_is_no_goods_is_never_suggested() {
    let popular = |history: &History| {
        let engine = Engine::builder(history).fit().unwrap();
        ids(engine.popular(None).n(1000))
    };
    let (fees, with_all) = (fees(), popular(&read(&SHOP.orders, Vec::new())));
    assert!(fees.iter().all(|fee| with_all.contains(fee)));
    assert_eq!(with_all[0], "shipping");
    let without = popular(&HISTORY);
    assert!(!fees.iter().any(|fee| without.contains(fee)));
    let is_fee = |line: &&cobuy::history::Line<'_>| fees.iter().any(|fee| fee == line.item_id());
    let lines: Vec<_> = HISTORY.lines().collect();
    let rows = lines.iter().filter(|line| is_fee(line)).count() as u64;
    assert_eq!(rows, count("fee_rows") + count("gift_rows"));
    assert!(lines.iter().filter(is_fee).all(|line| line.left().0 == 0));
}

#[test]
fn every_customer_gets_ten_of_what_is_not_owned() {
    let engine = engine(Basis::Customer, AlsoBought::params());
    let customers: Vec<&str> = HISTORY.customers().iter().collect();
    let asks: Vec<Query<'_>> = customers
        .iter()
        .map(|&id| engine.for_customer(id))
        .collect();
    let answers = engine.answer_all(&asks, None, Watch::new()).unwrap();
    let mut owned: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in HISTORY.lines().filter(|line| line.left().0 > 0) {
        if let Some(customer) = line.customer_id() {
            owned.entry(customer).or_default().insert(line.item_id());
        }
    }
    let group = |id: &str| HISTORY.item(id).unwrap().group();
    let mut fell_back = 0;
    for (customer, answer) in customers.iter().zip(&answers) {
        assert_eq!(answer.items.len(), 10, "{customer}");
        assert_eq!(answer.short_reason, None);
        let owned = owned.get(customer).cloned().unwrap_or_default();
        let groups: BTreeSet<&str> = owned.iter().filter_map(|item| group(item)).collect();
        for shown in &answer.items {
            assert!(
                !owned.contains(&shown.item[..]),
                "{customer}: {}",
                shown.item
            );
            let of_owned = group(&shown.item).is_some_and(|group| groups.contains(group));
            assert!(!of_owned, "{customer}: {}", shown.item);
        }
        let popular = answer
            .items
            .iter()
            .any(|shown| shown.source != Source::AlsoBought);
        fell_back += usize::from(popular);
        assert!(popular || !owned.is_empty());
    }
    println!(
        "{fell_back} of {} customers fall back to what is popular",
        customers.len()
    );
}
