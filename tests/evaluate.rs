//! How suggestions are measured: cases by hand (`tests/evaluation`), and laws against the slow and obvious twin.

#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "reference/metrics.rs"]
mod metrics;

use cobuy::evaluate::{
    Bootstrap, ByTime, EvaluateParams, Evaluation, Figures, GroupBy, LeaveOut, Metric, ShopModel,
    ShopSplit, Split, Truth, Values,
};
use cobuy::{
    AlsoBought, Basis, History, Input, Purchases, Result, Settings, TableName, Tables, Timeline,
    Watch,
};
use metrics::Judged;
use ndarray::Array2;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::subsequence;
use proptest::test_runner::RngSeed;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

// ---- cases ----

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListFile {
    case: Vec<ListCase>,
}

#[derive(Deserialize)]
struct ListCase {
    name: String,
    items: usize,
    k: Vec<usize>,
    lists: Vec<Vec<i32>>,
    truth: Vec<Vec<u32>>,
    before: Option<Vec<Vec<u32>>>,
    item_values: Option<Vec<f64>>,
    #[serde(flatten)]
    wanted: Wanted,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShopFile {
    shops: BTreeMap<String, String>,
    case: Vec<ShopCase>,
}

#[derive(Deserialize)]
struct ShopCase {
    name: String,
    csv: Option<String>,
    shop: Option<String>,
    customers: Option<String>,
    split: SplitOf,
    k: Option<Vec<usize>>,
    #[serde(default)]
    keep_owned: bool,
    fallback: Option<bool>,
    group_by: Option<String>,
    #[serde(default)]
    counted: BTreeMap<String, u64>,
    #[serde(flatten)]
    wanted: Wanted,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum SplitOf {
    Time {
        horizon: f64,
        origins: Option<usize>,
        cut: Option<String>,
    },
    LeaveOut {
        share: f64,
        seed: Option<u64>,
    },
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    expect: BTreeMap<String, f64>,
    #[serde(default)]
    absent: Vec<String>,
    error: Option<Vec<String>>,
}

impl Wanted {
    fn check(&self, name: &str, found: Result<Figures>) {
        let figures = match (&self.error, found) {
            (None, Ok(figures)) => figures,
            (None, Err(problem)) => panic!("{name}: {problem}"),
            (Some(_), Ok(_)) => panic!("{name}: it is not refused"),
            (Some(texts), Err(problem)) => {
                let problem = problem.to_string();
                assert!(!texts.is_empty());
                texts
                    .iter()
                    .for_each(|text| assert!(problem.contains(text), "{name}: {problem}"));
                return;
            }
        };
        let key = |figure: &cobuy::evaluate::Figure| match &figure.group {
            Some(group) => format!("{group}: {}@{}", figure.metric, figure.k),
            None => format!("{}@{}", figure.metric, figure.k),
        };
        let found: BTreeMap<String, f64> = figures
            .figures
            .iter()
            .map(|it| (key(it), it.value))
            .collect();
        assert!(!self.expect.is_empty(), "{name}");
        for (key, expected) in &self.expect {
            let value = found
                .get(key)
                .unwrap_or_else(|| panic!("{name}: no {key} in {found:?}"));
            assert!(
                (value - expected).abs() < 6e-7,
                "{name}: {key} is {value}, not {expected}"
            );
        }
        for key in &self.absent {
            assert!(!found.contains_key(key), "{name}: {key} is there");
        }
    }
}

fn file(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evaluation");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn purchases(items: usize, rows: &[Vec<u32>]) -> Purchases {
    let mut starts = vec![0];
    starts.extend(rows.iter().scan(0, |end, row| {
        *end += row.len();
        Some(*end)
    }));
    Purchases::from_csr((rows.len(), items), &starts, &rows.concat(), |_| 1.0).unwrap()
}

fn array(lists: &[Vec<i32>]) -> Array2<i32> {
    let width = lists.first().map_or(0, Vec::len);
    Array2::from_shape_vec((lists.len(), width), lists.concat()).unwrap()
}

#[test]
fn lists_come_to_what_stands_in_the_cases() {
    let file: ListFile = toml::from_str(&file("lists.toml")).unwrap();
    for case in &file.case {
        let truth = purchases(case.items, &case.truth);
        let before = case
            .before
            .as_ref()
            .map(|before| purchases(case.items, before));
        let values = case
            .item_values
            .clone()
            .map_or(Values::None, Values::ByItem);
        let mut told = Truth::new(truth.by_row()).values(&values);
        if let Some(before) = &before {
            told = told.before(before.by_row());
        }
        let params = EvaluateParams::default().k(case.k.iter().copied());
        let found = params.lists(array(&case.lists).view(), told, Watch::new());
        let found = found.and_then(|evaluation| evaluation.figures(None, Watch::new()));
        case.wanted.check(&case.name, found);
    }
}

#[test]
fn shops_come_to_what_stands_in_the_cases() {
    let file: ShopFile = toml::from_str(&file("shops.toml")).unwrap();
    for case in &file.case {
        let csv = case
            .csv
            .as_ref()
            .unwrap_or_else(|| &file.shops[case.shop.as_ref().unwrap()]);
        let input = |text: &str, name: &str| {
            let bytes = std::io::Cursor::new(text.trim_start().as_bytes().to_vec());
            Input::bytes(bytes, name.to_owned())
        };
        let mut tables = Tables::new(Settings::default());
        tables = tables
            .read(TableName::Orders, input(csv, "orders.csv"))
            .unwrap();
        if let Some(customers) = &case.customers {
            tables = tables
                .read(TableName::Customers, input(customers, "customers.csv"))
                .unwrap();
        }
        let history = tables.history().unwrap();
        let split = match &case.split {
            SplitOf::Time {
                horizon,
                origins,
                cut,
            } => ShopSplit::Time(ByTime {
                horizon: *horizon,
                origins: origins.unwrap_or(1),
                cut: cut.as_ref().map(|cut| cut.parse().unwrap()),
            }),
            SplitOf::LeaveOut { share, seed } => ShopSplit::LeaveOut(LeaveOut {
                share: *share,
                seed: seed.unwrap_or(0),
            }),
        };
        let mut params = EvaluateParams::default().keep_owned(case.keep_owned);
        if let Some(k) = &case.k {
            params = params.k(k.iter().copied());
        }
        params.group_by = case.group_by.as_ref().map(|name| match name.as_str() {
            "orders" => GroupBy::Orders(4),
            "purchases" => GroupBy::Purchases(4),
            column => GroupBy::Column(column.to_owned()),
        });
        let model = ShopModel {
            fallback: case.fallback.unwrap_or(true),
            ..ShopModel::default()
        };
        let found = params.shop(&model, &history, &split, Watch::new());
        let found = found.and_then(|evaluation| evaluation.figures(None, Watch::new()));
        if let Ok(figures) = &found {
            let counted = serde_json::to_value(figures.counted).unwrap();
            for (key, &expected) in &case.counted {
                assert_eq!(
                    counted[key].as_u64(),
                    Some(expected),
                    "{}: {key}",
                    case.name
                );
            }
        }
        case.wanted.check(&case.name, found);
    }
}

// ---- laws ----

/// The same cases in every run: a failure is told with its lists and found again.
fn runs(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0xc0b0),
        ..ProptestConfig::default()
    }
}

const ITEMS: usize = 9;

/// What one customer had, bought, and was suggested.
#[derive(Clone, Debug)]
struct Person {
    before: BTreeSet<u32>,
    truth: BTreeSet<u32>,
    list: Vec<i32>,
}

fn person() -> impl Strategy<Value = Person> {
    let items = || btree_set(0..ITEMS as u32, 0..5);
    let list = subsequence((0..ITEMS as i32).collect::<Vec<_>>(), 0..=6).prop_shuffle();
    (items(), items(), list).prop_map(|(before, truth, list)| Person {
        before,
        truth,
        list,
    })
}

fn people(least: usize) -> impl Strategy<Value = Vec<Person>> {
    vec(person(), least..40).prop_filter("somebody bought something", |people| {
        people.iter().any(|one| !one.truth.is_empty())
    })
}

/// The lists of all, padded.
fn lists(people: &[Person]) -> Array2<i32> {
    let row = |one: &Person| {
        let mut list = one.list.clone();
        list.resize(ITEMS, -1);
        list
    };
    array(&people.iter().map(row).collect::<Vec<_>>())
}

fn both(people: &[Person]) -> (Purchases, Purchases) {
    let of = |pick: fn(&Person) -> &BTreeSet<u32>| {
        let rows: Vec<Vec<u32>> = people
            .iter()
            .map(|one| pick(one).iter().copied().collect())
            .collect();
        purchases(ITEMS, &rows)
    };
    (of(|one| &one.before), of(|one| &one.truth))
}

fn worth() -> Values {
    Values::ByItem((0..ITEMS).map(|item| item as f64).collect())
}

fn measured(people: &[Person], params: &EvaluateParams) -> Evaluation {
    let ((before, truth), values) = (both(people), worth());
    let told = Truth::new(truth.by_row())
        .before(before.by_row())
        .values(&values);
    params
        .lists(lists(people).view(), told, Watch::new())
        .unwrap()
}

fn signed(items: &BTreeSet<u32>) -> BTreeSet<i32> {
    items.iter().map(|&item| item as i32).collect()
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

proptest! {
    #![proptest_config(runs(300))]

    #[test]
    fn every_value_is_that_of_the_twin(people in people(1), ks in btree_set(1..12usize, 1..4)) {
        let evaluation = measured(&people, &EvaluateParams::default().k(ks.iter().copied()));
        let judged: Vec<(usize, &Person)> =
            people.iter().enumerate().filter(|(_, one)| !one.truth.is_empty()).collect();
        let whose: Vec<u32> = judged.iter().map(|&(row, _)| row as u32).collect();
        prop_assert_eq!(evaluation.customers(), &whose[..]);
        let values: Vec<f64> = (0..ITEMS).map(|item| item as f64).collect();
        for metric in Metric::ALL {
            for &k in &ks {
                let expected = judged.iter().map(|(_, one)| {
                    let (truth, before) = (signed(&one.truth), signed(&one.before));
                    let twin = Judged { list: &one.list, truth: &truth, before: Some(&before), values: Some(&values) };
                    twin.metric(metric.name(), k)
                });
                let expected: Vec<Option<f64>> = expected.collect();
                let there: Vec<f64> = expected.iter().copied().flatten().collect();
                match evaluation.of(metric, k) {
                    None => {
                        let all_new = evaluation.of(Metric::RepeatRecall, k).is_none();
                        prop_assert!(there.is_empty() || metric == Metric::ExploreRecall && all_new);
                    }
                    Some(found) => {
                        let found: Vec<Option<u64>> =
                            found.map(|value| (!value.is_nan()).then(|| value.to_bits())).collect();
                        let expected: Vec<Option<u64>> =
                            expected.iter().map(|value| value.map(f64::to_bits)).collect();
                        prop_assert_eq!(found, expected, "{}@{}", metric, k);
                        let mean = there.iter().sum::<f64>() / there.len() as f64;
                        prop_assert_eq!(evaluation.mean(metric, k).map(f64::to_bits), Some(mean.to_bits()));
                    }
                }
            }
        }
        let all: Vec<&[i32]> = judged.iter().map(|(_, one)| &one.list[..]).collect();
        let before: Vec<BTreeSet<i32>> = people.iter().map(|one| signed(&one.before)).collect();
        for shown in evaluation.catalogue() {
            let (coverage, popularity, novelty) = metrics::catalogue(&all, &before, ITEMS, shown.k);
            prop_assert_eq!(shown.coverage, coverage);
            for (found, expected) in [(shown.popularity, popularity), (shown.novelty, novelty)] {
                prop_assert_eq!(found.is_some(), expected.is_some());
                prop_assert!(found.zip(expected).is_none_or(|(one, other)| (one - other).abs() < 1e-12));
            }
        }
    }

    #[test]
    fn a_list_of_just_the_truth_is_perfect_and_an_empty_one_is_worth_nothing(people in people(1)) {
        let with = |list: fn(&Person) -> Vec<i32>| -> Vec<Person> {
            people.iter().map(|one| Person { list: list(one), ..one.clone() }).collect()
        };
        let perfect = with(|one| one.truth.iter().map(|&item| item as i32).collect());
        let params = EvaluateParams::default().k([2, ITEMS]);
        let evaluation = measured(&perfect, &params);
        for metric in [Metric::Recall, Metric::Ndcg, Metric::Map, Metric::Mrr, Metric::HitRate] {
            prop_assert_eq!(evaluation.mean(metric, ITEMS), Some(1.0), "{}", metric);
        }
        prop_assert_eq!(evaluation.mean(Metric::Ndcg, 2), Some(1.0));
        prop_assert_eq!(evaluation.mean(Metric::Map, 2), Some(1.0));
        let nothing = measured(&with(|_| Vec::new()), &params);
        prop_assert!(nothing.values().iter().all(|&value| value.is_nan() || value == 0.0));
        prop_assert_eq!(nothing.catalogue()[0].coverage, 0.0);
    }

    #[test]
    fn nothing_depends_on_the_number_of_threads(people in people(8), seed in 0..9u64) {
        let told = |threads: usize| {
            let evaluation = measured(&people, &EvaluateParams::default().k([1, 5]).threads(threads));
            let bootstrap = Bootstrap { resamples: 60, seed, threads: Some(threads), ..Bootstrap::default() };
            let mut figures = evaluation.figures(Some(&bootstrap), Watch::new()).unwrap();
            figures.took = Default::default();
            (bits(evaluation.values()), serde_json::to_string(&figures).unwrap())
        };
        let one = told(1);
        prop_assert_eq!(&told(2), &one);
        prop_assert_eq!(&told(5), &one);
        prop_assert_eq!(&told(5), &one);
    }

    #[test]
    fn an_interval_holds_the_mean_and_grows_with_confidence(people in people(10), seed in 0..99u64) {
        let evaluation = measured(&people, &EvaluateParams::default().k([3]));
        let told = |confidence: f64| {
            let bootstrap = Bootstrap { resamples: 400, confidence, seed, threads: Some(1) };
            evaluation.figures(Some(&bootstrap), Watch::new()).unwrap().figures
        };
        let (wide, narrow) = (told(0.99), told(0.8));
        for (wide, narrow) in wide.iter().zip(&narrow) {
            let (Some((low, high)), Some((from, to))) = (wide.low.zip(wide.high), narrow.low.zip(narrow.high))
            else { continue };
            prop_assert!(low <= wide.value + 1e-12 && wide.value - 1e-12 <= high, "{:?}", wide);
            prop_assert!(low <= from && to <= high);
        }
    }

    #[test]
    fn groups_by_their_sizes_make_the_whole(people in people(6), labels in vec(0..3u8, 40), groups in 1..5usize) {
        let names = labels.iter().map(|label| format!("group {label}")).collect();
        for by in [GroupBy::Labels(names), GroupBy::Purchases(groups)] {
            let evaluation = measured(&people, &EvaluateParams::default().k([4]).group_by(by));
            let parts = evaluation.groups();
            prop_assert_eq!(parts.iter().map(|(_, part)| part.customers().len()).sum::<usize>(), evaluation.customers().len());
            for metric in Metric::ALL {
                let sums = parts.iter().filter_map(|(_, part)| {
                    let there = part.of(metric, 4)?.filter(|value| !value.is_nan());
                    Some((part.mean(metric, 4)?, there.count() as f64))
                });
                let (sum, count) = sums.fold((0.0, 0.0), |all, (mean, count)| (all.0 + mean * count, all.1 + count));
                match evaluation.mean(metric, 4) {
                    Some(mean) => prop_assert!((sum / count - mean).abs() < 1e-12, "{}", metric),
                    None => prop_assert_eq!(count, 0.0),
                }
            }
        }
    }

    #[test]
    fn a_split_leaves_every_purchase_in_one_half(
        rows in vec(btree_set(0..ITEMS as u32, 0..7), 1..12),
        (share, seed, timed) in (0.05..0.95f64, 0..5u64, any::<bool>()),
    ) {
        let rows: Vec<Vec<u32>> = rows.into_iter().map(|row| row.into_iter().collect()).collect();
        let purchases = purchases(ITEMS, &rows);
        // Later by falling index, so that no order by index can pass for one by time.
        let events = || rows.iter().enumerate().flat_map(|(row, items)| {
            items.iter().map(move |&item| (row as u32, item, 100 - i64::from(item)))
        });
        let timeline = Timeline::from_events(Basis::Customer, rows.len(), ITEMS, events().collect::<Vec<_>>()).unwrap();
        let split = Split::leave_out(&purchases, timed.then_some(&timeline), LeaveOut { share, seed }).unwrap();
        for (row, items) in rows.iter().enumerate() {
            let (train, test) = (split.train().items_of(row), split.test().outer_view(row).unwrap());
            let mut all: Vec<u32> = train.iter().chain(test.indices()).copied().collect();
            all.sort_unstable();
            prop_assert_eq!(&all, items);
            let held = test.indices().len();
            let wanted = (items.len() as f64 * share).round() as usize;
            let expected = if items.len() < 2 { 0 } else { wanted.clamp(1, items.len() - 1) };
            prop_assert_eq!(held, expected);
            if timed {
                prop_assert_eq!(test.indices(), &items[..held]);
            }
        }
        let again = Split::leave_out(&purchases, timed.then_some(&timeline), LeaveOut { share, seed }).unwrap();
        prop_assert!(again == split);
    }
}

// ---- comparison ----

fn some_people(good: bool) -> Vec<Person> {
    let person = |row: u32| {
        let item = row % ITEMS as u32;
        let next = (item + 1) % ITEMS as u32;
        let list = match good && !row.is_multiple_of(3) {
            true => vec![item as i32],
            false => vec![next as i32, item as i32],
        };
        Person {
            before: BTreeSet::new(),
            truth: [item].into(),
            list,
        }
    };
    (0..60).map(person).collect()
}

#[test]
fn a_comparison_is_of_the_customers_own_differences() {
    let params = EvaluateParams::default().k([1, 2]);
    let (good, bad) = (
        measured(&some_people(true), &params),
        measured(&some_people(false), &params),
    );
    let watch = Watch::new();
    let bootstrap = Bootstrap::default();
    let differences = good.compare(&bad, &bootstrap, watch).unwrap();
    let of = |metric, k| {
        *differences
            .iter()
            .find(|it| (it.metric, it.k) == (metric, k))
            .unwrap()
    };
    let recall = of(Metric::Recall, 1);
    assert_eq!(recall.difference, 40.0 / 60.0);
    assert!(
        recall.low > 0.5 && recall.high < 0.8 && recall.other_side == 0.0,
        "{recall:?}"
    );
    let same = of(Metric::Recall, 2);
    assert_eq!(
        (same.difference, same.low, same.high, same.other_side),
        (0.0, 0.0, 0.0, 1.0)
    );
    // The other way round it is the same with the other sign: the draws are.
    let back = bad.compare(&good, &bootstrap, watch).unwrap();
    let back = back
        .iter()
        .find(|it| (it.metric, it.k) == (Metric::Recall, 1))
        .unwrap();
    assert_eq!(
        (back.difference, back.other_side),
        (-recall.difference, 0.0)
    );
    assert!((back.low + recall.high).abs() < 1e-12);
}

#[test]
fn only_the_same_customers_and_purchases_are_compared() {
    let params = EvaluateParams::default().k([1]);
    let one = measured(&some_people(true), &params);
    let refused = |other: &Evaluation| {
        one.compare(other, &Bootstrap::default(), Watch::new())
            .unwrap_err()
            .to_string()
    };
    let fewer = measured(&some_people(true)[..30], &params);
    assert!(
        refused(&fewer).contains("other customers: 60 at 1 cuts and 30"),
        "{}",
        refused(&fewer)
    );
    let mut others = some_people(true);
    others[7].truth = [0].into();
    let others = measured(&others, &params);
    assert!(
        refused(&others).contains("customer 7"),
        "{}",
        refused(&others)
    );
    let other_k = measured(&some_people(true), &EvaluateParams::default().k([2]));
    assert!(refused(&other_k).contains("same `k`"));
}

#[test]
fn too_many_groups_and_ks_are_refused() {
    let people: Vec<Person> = some_people(true).into_iter().cycle().take(1_200).collect();
    let names = (0..1_200).map(|row| format!("customer {row}")).collect();
    let (_, truth) = both(&people);
    let refused = |params: EvaluateParams| {
        let found = params.lists(
            lists(&people).view(),
            Truth::new(truth.by_row()),
            Watch::new(),
        );
        found.unwrap_err().to_string()
    };
    let by_name = EvaluateParams::default()
        .k([1])
        .group_by(GroupBy::Labels(names));
    assert!(refused(by_name).contains("groups of customers: 1200, but at most 1000"));
    assert!(refused(EvaluateParams::default().k(1..22)).contains("`k` is 21 numbers"));
    let none = EvaluateParams::default()
        .k([1])
        .group_by(GroupBy::Orders(0));
    assert!(refused(none).contains("`groups` is 0"));
    let of_shops = EvaluateParams::default()
        .k([1])
        .group_by(GroupBy::Orders(2));
    assert!(refused(of_shops).contains("orders are known of a shop only"));
}

#[test]
fn a_bootstrap_refuses_what_cannot_be() {
    let evaluation = measured(&some_people(true), &EvaluateParams::default().k([1]));
    let refused = |bootstrap: Bootstrap| {
        evaluation
            .figures(Some(&bootstrap), Watch::new())
            .unwrap_err()
            .to_string()
    };
    let none = Bootstrap {
        resamples: 0,
        ..Bootstrap::default()
    };
    assert!(refused(none).contains("`resamples` is 0"));
    for confidence in [0.0, 1.0, f64::NAN] {
        let bootstrap = Bootstrap {
            confidence,
            ..Bootstrap::default()
        };
        assert!(refused(bootstrap).contains("`confidence` is"));
    }
}

// ---- models ----

#[test]
fn a_model_that_is_handed_over_is_measured_as_the_one_that_is_fitted() {
    let rows: Vec<Vec<u32>> = (0..50u32)
        .map(|row| {
            (0..ITEMS as u32)
                .filter(|item| (row * 7 + item * 5) % 4 < 2)
                .collect()
        })
        .collect();
    let purchases = purchases(ITEMS, &rows);
    let split = Split::leave_out(&purchases, None, LeaveOut::default()).unwrap();
    let settings = AlsoBought::params().neighbours(4);
    let params = EvaluateParams::default().k([3]);
    let fitted = params.fit(&settings, &split, Watch::new()).unwrap();
    let model = settings.fit(split.train()).unwrap();
    let handed = params.fitted(&model, &split, Watch::new()).unwrap();
    assert_eq!(bits(fitted.values()), bits(handed.values()));
    assert!(fitted.took().fit.is_some() && handed.took().fit.is_none());
    let narrow = AlsoBought::params()
        .fit(&crate::purchases(3, &[vec![0, 1]]))
        .unwrap();
    let problem = params
        .fitted(&narrow, &split, Watch::new())
        .unwrap_err()
        .to_string();
    assert!(
        problem.contains("9 columns") && problem.contains("3 items"),
        "{problem}"
    );
    let other = crate::purchases(ITEMS - 1, &[vec![0]]);
    let problem = Split::given(purchases, other.by_row().clone())
        .unwrap_err()
        .to_string();
    assert!(
        problem.contains("50 customers and 9 items") && problem.contains("1 customers and 8 items"),
        "{problem}"
    );
}

#[test]
fn a_cut_in_time_judges_known_customers_by_known_items_and_cancels() {
    // Row 0 buys 0 and 1, then 2; row 1 buys 0 and 2, then 3, which nobody knows; row 2 comes new.
    let events = [
        (0, 0, 1),
        (0, 1, 1),
        (0, 2, 9),
        (1, 0, 2),
        (1, 2, 2),
        (1, 3, 9),
        (2, 0, 9),
        (1, 0, 9),
    ];
    let timeline = Timeline::from_events(Basis::Customer, 3, 4, events).unwrap();
    let purchases = purchases(4, &[vec![0, 1, 2], vec![0, 2, 3], vec![0]]);
    let split = Split::time(&purchases, &timeline, 5, 4).unwrap();
    assert_eq!(split.timeline().unwrap().total(), 4);
    let params = EvaluateParams::default().k([1]);
    let evaluation = params
        .fit(&AlsoBought::params(), &split, Watch::new())
        .unwrap();
    assert_eq!(evaluation.customers(), [0]);
    assert_eq!(evaluation.mean(Metric::Recall, 1), Some(1.0));
    let counted = evaluation.counted();
    assert_eq!(
        (counted.cold_customers, counted.cold_item_purchases),
        (1, 1)
    );
    assert_eq!((counted.repeats, counted.without_truth), (1, 1));
    let again = params
        .keep_owned(true)
        .fit(&AlsoBought::params(), &split, Watch::new())
        .unwrap();
    assert_eq!(again.customers(), [0, 1]);
    for (cut, horizon) in [(0, 4), (9, 4), (5, 0)] {
        assert!(
            Split::time(&purchases, &timeline, cut, horizon).is_err(),
            "{cut} {horizon}"
        );
    }
    let stop = || true;
    let stopped =
        EvaluateParams::default().fit(&AlsoBought::params(), &split, Watch::new().cancel(&stop));
    assert!(matches!(stopped, Err(cobuy::Error::Cancelled)));
}

#[test]
fn variants_of_what_is_owned_are_neither_suggested_nor_judged_by() {
    let orders = "order_id,customer_id,item_id,ordered_at\n\
        1,ann,red,2024-01-01\n1,ann,tea,2024-01-01\n2,bo,blue,2024-01-01\n2,bo,tea,2024-01-01\n2,bo,pot,2024-01-01\n\
        3,ann,blue,2024-01-09\n3,ann,pot,2024-01-09\n";
    let input = Input::bytes(
        std::io::Cursor::new(orders.as_bytes().to_vec()),
        "orders.csv",
    );
    let groups = [(
        "shirt".to_owned(),
        vec!["red".to_owned(), "blue".to_owned()],
    )]
    .into();
    let settings = Settings {
        groups,
        ..Settings::default()
    };
    let history = History::read(input, &cobuy::Reader::new(), &settings).unwrap();
    let split = ShopSplit::Time(ByTime {
        horizon: 5.0,
        ..ByTime::default()
    });
    for by_group in [false, true] {
        let model = ShopModel {
            by_group,
            ..ShopModel::default()
        };
        let evaluation = EvaluateParams::default()
            .k([1])
            .shop(&model, &history, &split, Watch::new())
            .unwrap();
        assert_eq!(
            (evaluation.counted().purchases, evaluation.counted().repeats),
            (1, 1)
        );
        assert_eq!(evaluation.mean(Metric::Recall, 1), Some(1.0));
    }
}
