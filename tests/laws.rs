//! What holds for any shop: each law on random shops and matrices, against the slow and obvious
//! twins of `reference` where there is one.
//!
//! Scores are compared with `==`: every score is above zero, so equal ones are equal in every bit.

#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod reference;

use cobuy::engine::BoughtWith;
use cobuy::history::{Duplicates, Line, ReturnCounts, Standing};
use cobuy::{
    AlsoBought, AlsoBoughtParams, Basis, Engine, Evidence, Filter, History, Input, Instant, ItemIx,
    Measure, Money, OrderLine, Purchases, Quantity, Reader, Reason, Scored, Settings, Source,
    Suggestion, Watch,
};
use ndarray::ArrayView1;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::RngSeed;
use reference::{Neighbour, Row, Together, netted, recommend};
use std::collections::{BTreeMap, BTreeSet};

const ITEMS: [&str; 6] = ["tea", "cup", "tea ", "été", "10", "a/b, \"c\""];
const CUSTOMERS: [&str; 4] = ["ann", "bo", "17850", "Zoë"];
const STATUSES: [&str; 6] = [
    "delivered",
    "Completed",
    "WC-paid",
    "cancelled",
    "on_hold",
    "Processing",
];
const DAY: i64 = 86_400_000_000;

/// The same cases in every run: a failure is told with its shop and found again.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0xc0b0),
        ..ProptestConfig::default()
    }
}

/// A line before it is put into its order: item, thousandths, price, hours after the order's time
/// (or no time), which of customer and status it tells, and the order it is a return of.
type LineDraft = (
    &'static str,
    i64,
    Option<i64>,
    Option<i64>,
    (bool, bool),
    Option<usize>,
);

fn line() -> impl Strategy<Value = LineDraft> {
    (
        select(&ITEMS[..]),
        prop_oneof![10 => 1..4i64, 6 => -3..0i64, 1 => Just(0), 1 => Just(500)],
        select(&[None, Some(0), Some(25_000), Some(-25_000)][..]),
        prop_oneof![4 => Just(Some(0)), 1 => Just(Some(1)), 1 => Just(Some(24)), 1 => Just(None)],
        any::<(bool, bool)>(),
        proptest::option::weighted(0.4, 0..8usize),
    )
}

/// The lines of one order: some tell the customer, the first tells the status.
fn order() -> impl Strategy<Value = Vec<Row>> {
    let what_is_told_once = (
        proptest::option::weighted(0.8, select(&CUSTOMERS[..])),
        proptest::option::weighted(0.8, 1..6i64),
        select(&STATUSES[..]),
    );
    let last_twice = proptest::bool::weighted(0.2);
    let drafts = (vec(line(), 1..6), last_twice).prop_map(|(mut lines, last_twice)| {
        lines.extend(lines.last().copied().filter(|_| last_twice));
        lines
    });
    (what_is_told_once, drafts).prop_map(|((customer, day, status), lines)| {
        let row = |(at, line): (usize, LineDraft)| {
            let (item, quantity, price, hours, (tells_customer, tells_status), return_of) = line;
            Row {
                customer: customer.filter(|_| tells_customer).map(str::to_owned),
                item: item.to_owned(),
                quantity,
                price,
                at: day
                    .zip(hours)
                    .map(|(day, hours)| day * DAY + hours * DAY / 24),
                status: (at == 0 || tells_status).then(|| status.to_owned()),
                return_of: return_of.filter(|_| quantity < 0).map(order_id),
                ..Row::default()
            }
        };
        lines.into_iter().enumerate().map(row).collect()
    })
}

/// Ids of orders in no order of time; every fifth is one that UCI would mark as a return.
fn order_id(index: usize) -> String {
    let mark = if index % 5 == 4 { "C" } else { "" };
    format!("{mark}{}", 100 + index * 7 % 17)
}

/// The rows of a shop, with statuses or without, in any order.
fn shop() -> impl Strategy<Value = Vec<Row>> {
    let with_statuses = any::<bool>();
    let rows = (vec(order(), 1..14), with_statuses).prop_map(|(orders, with_statuses)| {
        let mut rows = Vec::new();
        for (index, lines) in orders.into_iter().enumerate() {
            for mut row in lines {
                row.order = order_id(index);
                row.status = row.status.filter(|_| with_statuses);
                rows.push(row);
            }
        }
        rows
    });
    rows.prop_shuffle()
}

/// Whether marked ids are returns: detected, or said.
fn c_returns() -> impl Strategy<Value = Option<bool>> {
    select(&[None, Some(true), Some(false)][..])
}

fn basis() -> impl Strategy<Value = Basis> {
    select(&Basis::ALL[..])
}

/// How a model is fitted, as numbers that its twin takes too.
#[derive(Clone, Copy, Debug)]
struct Fit {
    measure: Measure,
    neighbours: usize,
    min_customers: u32,
}

impl Fit {
    fn params(self) -> AlsoBoughtParams {
        AlsoBought::params()
            .measure(self.measure)
            .neighbours(self.neighbours)
            .min_customers(self.min_customers)
    }

    fn engine(self, history: &History, basis: Basis) -> Engine {
        let builder = Engine::builder(history).basis(basis);
        builder.also_bought(self.params()).fit().unwrap()
    }

    fn twin(self, together: &Together) -> Vec<Vec<Neighbour>> {
        together.lists(self.measure, self.min_customers, self.neighbours)
    }
}

fn fit() -> impl Strategy<Value = Fit> {
    let neighbours = prop_oneof![4 => 1..6usize, 1 => Just(1000)];
    (select(&Measure::ALL[..]), neighbours, 1..4u32).prop_map(
        |(measure, neighbours, min_customers)| Fit {
            measure,
            neighbours,
            min_customers,
        },
    )
}

fn settings(c_returns: Option<bool>) -> Settings {
    Settings {
        c_returns,
        ..Settings::default()
    }
}

fn line_of(row: &Row) -> OrderLine<'_> {
    OrderLine {
        order_id: row.order.as_str().into(),
        customer_id: row.customer.as_deref().map(Into::into),
        item_id: row.item.as_str().into(),
        quantity: Quantity(row.quantity),
        price: row.price.map(Money),
        ordered_at: row.at.map(Instant),
        status: row.status.as_deref().map(Into::into),
        return_of: row.return_of.as_deref().map(Into::into),
        ..OrderLine::default()
    }
}

fn history(rows: &[Row], c_returns: Option<bool>) -> History {
    history_by(rows, &settings(c_returns))
}

fn history_by(rows: &[Row], settings: &Settings) -> History {
    History::from_orders(rows.iter().map(line_of), settings).unwrap()
}

/// The rows, each with the customer and the status that any row of its order tells.
fn filled(rows: &[Row]) -> Vec<Row> {
    let row = |row: &Row| {
        let of_order = || rows.iter().filter(|other| other.order == row.order);
        Row {
            customer: of_order().find_map(|other| other.customer.clone()),
            status: of_order().find_map(|other| other.status.clone()),
            ..row.clone()
        }
    };
    rows.iter().map(row).collect()
}

/// What is left of each item in each order.
fn left(history: &History) -> BTreeMap<(String, String), i64> {
    let mut left = BTreeMap::new();
    for line in history.lines().filter(|line| line.left().0 != 0) {
        let key = (line.order_id().to_owned(), line.item_id().to_owned());
        *left.entry(key).or_default() += line.left().0;
    }
    left
}

/// Customers x items of these sets of items.
fn purchases(sets: &[BTreeSet<u32>], items: usize) -> Purchases {
    let mut starts = vec![0];
    let mut indices = Vec::new();
    for set in sets {
        indices.extend(set);
        starts.push(indices.len());
    }
    Purchases::from_csr((sets.len(), items), &starts, &indices, |_| 1.0).unwrap()
}

/// The sets of a history's customers or orders as indices, by the twin.
fn twin_sets(rows: &[Row], c_returns: Option<bool>, basis: Basis) -> Vec<BTreeSet<u32>> {
    let items: BTreeSet<&String> = rows.iter().map(|row| &row.item).collect();
    let index: BTreeMap<&String, u32> = items.into_iter().zip(0..).collect();
    let bought = netted(rows, c_returns).bought(basis);
    let indexed = |set: BTreeSet<String>| set.iter().map(|item| index[item]).collect();
    bought.into_values().map(indexed).collect()
}

/// What a model keeps, as the twin tells it.
fn kept(model: &AlsoBought) -> Vec<Vec<Neighbour>> {
    let list = |item| {
        let near = model.neighbours(ItemIx::new(item).unwrap());
        near.map(|near| (near.item.get(), near.score, near.evidence.both))
            .collect()
    };
    (0..model.items()).map(list).collect()
}

/// A list of scored items, as the twin tells it.
fn told(scored: &[Scored<ItemIx>]) -> Vec<(u32, f32)> {
    scored
        .iter()
        .map(|scored| (scored.id.get(), scored.score))
        .collect()
}

/// A row of a batch: what stands before the padding, which must be -1 and NaN.
fn unpadded(items: ArrayView1<i32>, scores: ArrayView1<f32>) -> Vec<(u32, f32)> {
    let cells: Vec<(i32, f32)> = items.into_iter().copied().zip(scores.to_vec()).collect();
    let end = cells.iter().position(|(item, _)| *item < 0);
    let (told, padding) = cells.split_at(end.unwrap_or(cells.len()));
    let is_padding = |(item, score): &(i32, f32)| *item == -1 && score.is_nan();
    assert!(padding.iter().all(is_padding));
    told.iter()
        .map(|&(item, score)| (item as u32, score))
        .collect()
}

fn saved(engine: &Engine) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.cobuy");
    engine.save(&path).unwrap();
    std::fs::read(path).unwrap()
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn what_is_left_after_status_and_returns_is_what_the_twin_says(
        rows in shop(),
        c_returns in c_returns(),
    ) {
        let (history, twin) = (history(&rows, c_returns), netted(&rows, c_returns));
        prop_assert_eq!(&left(&history), &twin.left);
        prop_assert_eq!(&history.summary().returns, &twin.returns);
        for basis in Basis::ALL {
            let purchases = Purchases::from_history(&history, basis).unwrap();
            let holders = match basis {
                Basis::Customer => history.customers(),
                Basis::Order => history.orders(),
            };
            prop_assert_eq!(purchases.rows(), holders.len());
            let mut bought = twin.bought(basis);
            for (row, holder) in holders.iter().enumerate() {
                let label = |&item: &u32| history.items().get(item as usize).unwrap().to_owned();
                let items: BTreeSet<String> = purchases.items_of(row).iter().map(label).collect();
                prop_assert_eq!(items, bought.remove(holder).unwrap_or_default());
            }
            prop_assert!(bought.is_empty(), "nobody holds {:?}", bought);
        }
    }

    #[test]
    fn an_order_that_does_not_count_touches_nothing_else(
        mut rows in shop(),
        c_returns in any::<bool>(),
    ) {
        let all = history(&rows, Some(c_returns));
        let counts = |line: &Line<'_>| line.standing() == Standing::Fulfilled;
        let counting: BTreeSet<&str> = all.lines().filter(counts).map(|it| it.order_id()).collect();
        rows.retain(|row| counting.contains(row.order.as_str()));
        let without = history(&rows, Some(c_returns));
        prop_assert_eq!(left(&without), left(&all));
        prop_assert_eq!(&without.summary().returns, &all.summary().returns);
    }

    #[test]
    fn the_order_of_rows_does_not_matter(
        (rows, shuffled) in shop()
            .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        c_returns in c_returns(),
        duplicates in select(&[Duplicates::Keep, Duplicates::Drop][..]),
        basis in basis(),
    ) {
        let settings = Settings { duplicates, ..settings(c_returns) };
        let (one, other) = (history_by(&rows, &settings), history_by(&shuffled, &settings));
        prop_assert_eq!(&one, &other);
        let fit = |history| saved(&Engine::builder(history).basis(basis).fit().unwrap());
        prop_assert!(fit(&one) == fit(&other));
    }

    #[test]
    fn dropped_duplicates_leave_what_there_was_without_them(
        rows in shop(),
        c_returns in c_returns(),
    ) {
        let rows = filled(&rows);
        let mut once: Vec<Row> = Vec::new();
        for row in &rows {
            if !once.contains(row) {
                once.push(row.clone());
            }
        }
        let keep = settings(c_returns);
        let drop = Settings { duplicates: Duplicates::Drop, ..keep.clone() };
        let (kept, dropped) = (history_by(&rows, &keep), history_by(&rows, &drop));
        prop_assert_eq!(lines(&dropped, same), lines(&history_by(&once, &keep), same));
        let repeated = (rows.len() - once.len()) as u64;
        prop_assert_eq!(kept.summary().duplicate_rows, repeated);
        prop_assert_eq!(dropped.summary().duplicate_rows, repeated);
    }
}

/// What is left of ann's tea, and what became of her returns, where each line is told with its
/// order, its quantity, its day and the order it returns.
fn tea_left(lines: &[(&str, i64, i64, Option<&str>)]) -> (i64, ReturnCounts) {
    let row = |&(order, pieces, day, return_of): &(&str, i64, i64, Option<&str>)| Row {
        order: order.to_owned(),
        customer: Some("ann".to_owned()),
        item: "tea".to_owned(),
        quantity: pieces * 1000,
        at: Some(day * DAY),
        return_of: return_of.map(str::to_owned),
        ..Row::default()
    };
    let rows: Vec<Row> = lines.iter().map(row).collect();
    let history = history(&rows, None);
    let left = left(&history).values().sum::<i64>() / 1000;
    (left, history.summary().returns.clone())
}

#[test]
fn a_return_acts_from_its_own_time_on_what_was_bought_until_then() {
    // Of an order of day 1, but given back on day 9.
    let late = [("1", 0, 1, None), ("1", -1, 9, None)];
    let (left, returns) = tea_left(&[late[0], late[1], ("2", 2, 5, None)]);
    assert_eq!((left, returns.matched), (1, 1));
    // Many shops tell the day only, and nothing comes back before it was bought.
    let (left, returns) = tea_left(&[("1", 2, 9, None), ("1", -1, 9, None)]);
    assert_eq!((left, returns.matched), (1, 1));
    let (left, returns) = tea_left(&[("2", 2, 9, None), ("1", -1, 8, None)]);
    assert_eq!((left, returns.only_later), (2, 1));
}

#[test]
fn a_return_of_an_order_that_has_nothing_left_is_told_from_one_of_no_order() {
    let bought = ("1", 1, 1, None);
    let (left, returns) = tea_left(&[bought, ("2", -1, 2, Some("1")), ("3", -1, 3, Some("1"))]);
    assert_eq!((left, returns.matched, returns.nothing_left), (0, 1, 1));
    assert_eq!(returns.no_such_order, 0);
    let (left, returns) = tea_left(&[bought, ("2", -1, 2, Some("7"))]);
    assert_eq!((left, returns.matched, returns.no_such_order), (1, 0, 1));
}

/// Which ids are meant: of items, customers or orders.
#[derive(Clone, Copy)]
enum Ids {
    Items,
    Customers,
    Orders,
}

/// Leaves an id as it is.
fn same(_: Ids, id: &str) -> String {
    id.to_owned()
}

/// Everything a history tells of its lines, the ids through `rename`.
fn lines(history: &History, rename: impl Fn(Ids, &str) -> String) -> Vec<String> {
    let line = |line: Line<'_>| {
        let ids = (
            rename(Ids::Orders, line.order_id()),
            line.customer_id().map(|id| rename(Ids::Customers, id)),
            rename(Ids::Items, line.item_id()),
            line.return_of().map(|id| rename(Ids::Orders, id)),
        );
        let numbers = (line.quantity(), line.left(), line.price(), line.amount());
        let times = (line.at(), line.ordered_at());
        let order = (line.status(), line.standing(), line.is_return());
        format!("{ids:?} {numbers:?} {times:?} {order:?}")
    };
    history.lines().map(line).collect()
}

/// Labels in the order of `old` by bytes, each another: the order stays, the ids do not.
fn relabelled<'a>(old: impl Iterator<Item = &'a String>) -> BTreeMap<String, String> {
    let old: BTreeSet<&String> = old.collect();
    let new = |(rank, id): (usize, &String)| (id.clone(), format!("{rank:03} → {id}, «é»"));
    old.into_iter().enumerate().map(new).collect()
}

/// Rows as the columns of a file, those that no row tells left out; each starts with its name.
fn columns(rows: &[Row]) -> Vec<Vec<String>> {
    type Cell = fn(&Row) -> Option<String>;
    let told: [(&str, Cell); 8] = [
        ("order_id", |row| Some(row.order.clone())),
        ("customer_id", |row| row.customer.clone()),
        ("item_id", |row| Some(row.item.clone())),
        ("quantity", |row| Some(Quantity(row.quantity).to_string())),
        ("price", |row| {
            row.price.map(|price| Money(price).to_string())
        }),
        ("ordered_at", |row| row.at.map(|at| Instant(at).to_string())),
        ("status", |row| row.status.clone()),
        ("return_of", |row| row.return_of.clone()),
    ];
    told.into_iter()
        .filter(|(name, cell)| *name == "customer_id" || rows.iter().any(|row| cell(row).is_some()))
        .map(|(name, cell)| {
            let cells = rows.iter().map(|row| cell(row).unwrap_or_default());
            [name.to_owned()].into_iter().chain(cells).collect()
        })
        .collect()
}

/// Columns of the shop's own, of every kind, some cells blank.
fn own_columns(rows: usize) -> [Vec<String>; 4] {
    let columns = [
        ("gift", ["true", "", "false", "true"]),
        ("note", ["call", "1", "", "true"]),
        ("weight", ["1.5", "-2", "0", ""]),
        (
            "packed",
            ["2020-02-29", "", "2020-02-29 12:00", "2021-01-01"],
        ),
    ];
    columns.map(|(name, cells)| {
        let cells = (0..rows).map(|row| cells[(row * row + row / 3) % 4].to_owned());
        [name.to_owned()].into_iter().chain(cells).collect()
    })
}

/// The history of a CSV text of some columns, all fields quoted.
fn read(columns: &[Vec<String>], c_returns: Option<bool>) -> History {
    let record = |row: usize| {
        let cell = |column: &Vec<String>| format!("\"{}\"", column[row].replace('"', "\"\""));
        columns.iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n"
    };
    let text: String = (0..columns[0].len()).map(record).collect();
    let input = Input::bytes(text.as_bytes(), "shop.csv");
    History::read(input, &Reader::new(), &settings(c_returns)).unwrap()
}

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn relabelling_that_keeps_the_order_of_ids_only_relabels(
        rows in shop(),
        basis in basis(),
        fit in fit(),
    ) {
        let items = relabelled(rows.iter().map(|row| &row.item));
        let customers = relabelled(rows.iter().filter_map(|row| row.customer.as_ref()));
        let orders = rows.iter().flat_map(|row| [Some(&row.order), row.return_of.as_ref()]);
        let orders = relabelled(orders.flatten());
        let rename = |ids, id: &str| match ids {
            Ids::Items => items[id].clone(),
            Ids::Customers => customers[id].clone(),
            Ids::Orders => orders[id].clone(),
        };
        let row = |row: &Row| Row {
            item: rename(Ids::Items, &row.item),
            customer: row.customer.as_ref().map(|id| rename(Ids::Customers, id)),
            order: rename(Ids::Orders, &row.order),
            return_of: row.return_of.as_ref().map(|id| rename(Ids::Orders, id)),
            ..row.clone()
        };
        let renamed: Vec<Row> = rows.iter().map(row).collect();
        // The new ids are not such as mark returns, so the old ones must not be read so either.
        let (one, other) = (history(&rows, Some(false)), history(&renamed, Some(false)));
        prop_assert_eq!(lines(&one, rename), lines(&other, same));
        let (one, other) = (fit.engine(&one, basis), fit.engine(&other, basis));
        prop_assert!(one.model().to_bytes().unwrap() == other.model().to_bytes().unwrap());
        for item in one.items().iter() {
            let mut expected = one.also_bought(item).suggest().unwrap().items;
            for suggestion in &mut expected {
                suggestion.item = rename(Ids::Items, &suggestion.item);
                match &mut suggestion.reason {
                    Reason::BoughtWith(reason) => reason.with = rename(Ids::Items, item),
                    Reason::Popular(_) => unreachable!(),
                }
            }
            let told = other.also_bought(rename(Ids::Items, item)).suggest().unwrap();
            prop_assert_eq!(told.items, expected);
        }
    }

    #[test]
    fn lines_of_a_program_and_rows_of_a_file_make_one_history(
        rows in shop(),
        c_returns in c_returns(),
    ) {
        let (one, other) = (history(&rows, c_returns), read(&columns(&rows), c_returns));
        prop_assert_eq!(lines(&one, same), lines(&other, same));
        // What the columns were taken for is all that a file adds.
        let mut summary = other.summary().clone();
        summary.columns.clear();
        prop_assert_eq!(one.summary(), &summary);
        for basis in Basis::ALL {
            let fit = |history| saved(&Engine::builder(history).basis(basis).fit().unwrap());
            prop_assert!(fit(&one) == fit(&other));
        }
    }

    #[test]
    fn the_order_of_a_files_rows_and_columns_does_not_matter(
        (rows, new_rows) in shop().prop_flat_map(|rows| {
            let lines: Vec<usize> = (1..=rows.len()).collect();
            (Just(rows), Just(lines).prop_shuffle())
        }),
        new_columns in Just((0..12).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let mut columns = columns(&rows);
        columns.extend(own_columns(rows.len()));
        let moved = |column: &Vec<String>| -> Vec<String> {
            let lines = [0].iter().chain(&new_rows);
            lines.map(|&line| column[line].clone()).collect()
        };
        let found = new_columns.iter().filter_map(|&column| columns.get(column));
        let other: Vec<Vec<String>> = found.map(moved).collect();
        prop_assert_eq!(read(&columns, None), read(&other, None));
    }

    #[test]
    fn a_fitted_shop_keeps_what_its_twin_keeps(
        rows in shop(),
        c_returns in c_returns(),
        fit in fit(),
    ) {
        let history = history(&rows, c_returns);
        for basis in Basis::ALL {
            let sets = twin_sets(&rows, c_returns, basis);
            let together = Together::count(&sets, history.items().len());
            let purchases = Purchases::from_history(&history, basis).unwrap();
            for measure in Measure::ALL {
                let fit = Fit { measure, ..fit };
                let model = fit.params().fit(&purchases).unwrap();
                prop_assert_eq!(kept(&model), fit.twin(&together), "{} by {}", measure, basis);
            }
        }
    }

    #[test]
    fn an_answer_is_the_best_that_the_filter_allows_or_says_why_it_is_short(
        rows in shop(),
        basis in basis(),
        fit in fit(),
        n in 1..9usize,
        exclude in subsequence(&ITEMS[..], 0..4),
        only in proptest::option::of(subsequence(&ITEMS[..], 0..6)),
    ) {
        let history = history(&rows, None);
        let engine = fit.engine(&history, basis);
        let together = Together::count(&twin_sets(&rows, None, basis), history.items().len());
        let id = |item: u32| history.items().get(item as usize).unwrap();
        let allowed = |item: u32| {
            let in_only = only.as_ref().is_none_or(|only| only.contains(&id(item)));
            in_only && !exclude.contains(&id(item))
        };
        for source in 0..history.items().len() as u32 {
            let mut query = engine.also_bought(id(source)).n(n).exclude(exclude.clone());
            if let Some(only) = &only {
                query = query.only(only.clone());
            }
            let answer = query.suggest().unwrap();
            let suggestion = |(item, score, both)| {
                let (support, confidence, lift) = together.evidence(source, item);
                let evidence = Evidence { both, support, confidence, lift };
                let reason = Reason::BoughtWith(BoughtWith {
                    with: id(source).to_owned(),
                    with_name: None,
                    others: 0,
                    basis,
                    evidence,
                    within_days: None,
                });
                let source = Source::AlsoBought;
                Suggestion { item: id(item).to_owned(), name: None, score, boost: None, source, reason }
            };
            let twin = together.neighbours(source, fit.measure, fit.min_customers, allowed);
            let expected: Vec<Suggestion> = twin.into_iter().take(n).map(suggestion).collect();
            prop_assert_eq!(answer.short_reason.is_some(), expected.len() < n);
            prop_assert_eq!(answer.items, expected);
            let named = exclude.iter().chain(only.iter().flatten());
            let unknown = named.filter(|id| history.items().find(id).is_none());
            // Each once, in the order told.
            let mut once: Vec<&str> = Vec::new();
            unknown.for_each(|id| if !once.contains(&&**id) { once.push(id) });
            prop_assert_eq!(answer.unknown, once);
        }
    }

    #[test]
    fn an_opened_file_answers_as_what_was_saved(rows in shop(), basis in basis(), fit in fit()) {
        let engine = fit.engine(&history(&rows, None), basis);
        let folder = tempfile::tempdir().unwrap();
        let (shop, bare) = (folder.path().join("shop"), folder.path().join("bare"));
        engine.save(&shop).unwrap();
        engine.model().save(&bare).unwrap();
        let opened = Engine::open(&shop).unwrap();
        let all: Vec<u32> = (0..engine.items().len() as u32).collect();
        for model in [opened.model(), &AlsoBought::open(&bare).unwrap()] {
            prop_assert_eq!(kept(model), kept(engine.model()));
            let sums = |model: &AlsoBought| model.recommend(&all, 3, &Filter::all(), true);
            prop_assert_eq!(sums(model).unwrap(), sums(engine.model()).unwrap());
        }
        for item in engine.items().iter() {
            for (n, exclude) in [(1, None), (3, Some("tea")), (100, Some("cup"))] {
                let ask = |engine: &Engine| {
                    engine.also_bought(item).n(n).exclude(exclude).suggest().unwrap()
                };
                prop_assert_eq!(ask(&opened), ask(&engine));
            }
        }
    }
}

/// Sets of items below `items`: of any, of the few that everybody buys, and of nearly all.
fn sets(items: u32, rows: usize) -> impl Strategy<Value = Vec<BTreeSet<u32>>> {
    let set = prop_oneof![
        5 => btree_set(0..items, 0..8),
        5 => btree_set(0..items / 4, 0..6),
        1 => btree_set(0..items, 0..items as usize),
    ];
    vec(set, 0..rows)
}

/// Items owned, in any order, some of them more than once.
fn owned(items: u32) -> impl Strategy<Value = Vec<u32>> {
    vec(0..items, 0..9)
}

/// A filter, and the items that it lets through.
fn filter(items: u32) -> impl Strategy<Value = (Filter, BTreeSet<u32>)> {
    let members = || proptest::option::of(vec(0..items, 0..items as usize));
    (members(), members()).prop_map(move |(exclude, only)| {
        let mut allowed: BTreeSet<u32> = (0..items).collect();
        let mut filter = Filter::all();
        if let Some(exclude) = exclude {
            allowed.retain(|item| !exclude.contains(item));
            filter = filter.exclude(&exclude, items as usize).unwrap();
        }
        if let Some(only) = only {
            allowed.retain(|item| only.contains(item));
            filter = filter.only(&only, items as usize).unwrap();
        }
        (filter, allowed)
    })
}

/// Few items, so that they meet often.
const FEW: u32 = 12;
/// More items than any list buffers, and than one part of the work takes.
const MANY: u32 = 250;

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn a_recommendation_is_the_sum_of_the_kept_neighbours(
        sets in sets(FEW, 40),
        owned in owned(FEW),
        fit in fit(),
        n in 1..20usize,
        (filter, allowed) in filter(FEW),
        keep_owned in any::<bool>(),
    ) {
        let model = fit.params().fit(&purchases(&sets, FEW as usize)).unwrap();
        let lists = fit.twin(&Together::count(&sets, FEW as usize));
        let mut twin = recommend(&lists, &owned, keep_owned, |item| allowed.contains(&item));
        twin.truncate(n);
        let answer = model.recommend(&owned, n, &filter, keep_owned).unwrap();
        prop_assert_eq!(told(&answer), twin);
    }

    #[test]
    fn a_batch_answers_as_each_of_its_rows_does_alone(
        sets in sets(FEW, 40),
        asking in sets(FEW, 150),
        sources in owned(FEW),
        (fit, threads) in (fit(), 1..4usize),
        n in 1..20usize,
        (filter, _) in filter(FEW),
        keep_owned in any::<bool>(),
    ) {
        let width = n.min(FEW as usize);
        let purchases = |sets: &[BTreeSet<u32>]| purchases(sets, FEW as usize);
        let model = fit.params().threads(threads).fit(&purchases(&sets)).unwrap();
        let asking = purchases(&asking);
        let batch = model.recommend_rows(&asking, n, &filter, keep_owned, Watch::new());
        let (items, scores) = batch.unwrap();
        prop_assert_eq!([items.dim(), scores.dim()], [(asking.rows(), width); 2]);
        for row in 0..asking.rows() {
            let alone = model.recommend(asking.items_of(row), n, &filter, keep_owned).unwrap();
            prop_assert_eq!(unpadded(items.row(row), scores.row(row)), told(&alone));
        }
        let (items, scores) = model.similar_rows(&sources, n, &filter).unwrap();
        prop_assert_eq!([items.dim(), scores.dim()], [(sources.len(), width); 2]);
        for (row, &source) in sources.iter().enumerate() {
            let source = ItemIx::new(source as usize).unwrap();
            let alone = model.similar_items_among(source, n, &filter).unwrap();
            prop_assert_eq!(unpadded(items.row(row), scores.row(row)), told(&alone));
        }
    }
}

proptest! {
    #![proptest_config(cases(20))]

    #[test]
    fn lists_of_many_items_are_the_best_of_a_full_sort(
        sets in sets(MANY, 200),
        neighbours in select(&[1, 2, 20, 249, 1000][..]),
        min_customers in 1..4u32,
    ) {
        let purchases = purchases(&sets, MANY as usize);
        let together = Together::count(&sets, MANY as usize);
        for measure in Measure::ALL {
            let fit = Fit { measure, neighbours, min_customers };
            let model = fit.params().fit(&purchases).unwrap();
            prop_assert!(kept(&model) == fit.twin(&together), "{} differs", measure);
        }
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bytes(sets in sets(MANY, 200), fit in fit()) {
        let purchases = purchases(&sets, MANY as usize);
        let answers = [1, 2, 7].map(|threads| {
            let model = fit.params().threads(threads).fit(&purchases).unwrap();
            let all = Filter::all();
            let batch = model.recommend_rows(&purchases, 10, &all, false, Watch::new());
            let (items, scores) = batch.unwrap();
            (model.to_bytes().unwrap(), items, scores.mapv(f32::to_bits))
        });
        prop_assert!(answers[0] == answers[1] && answers[0] == answers[2]);
    }
}
