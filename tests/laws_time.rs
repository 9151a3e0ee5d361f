//! What holds for any purchases with times and groups, against the slow and obvious twins of
//! `reference`.
//!
//! Scores are compared with `==`: every score is above zero, so equal ones are equal in every bit.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(dead_code)] // other laws use the rest
mod reference;
#[path = "reference/timed.rs"]
mod timed;

use cobuy::matrix::NO_GROUP;
use cobuy::{
    AlsoBought, AlsoBoughtParams, Basis, Evidence, ItemIx, Measure, Purchases, Timeline, Watch,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use reference::{Neighbour, Together};
use std::collections::BTreeSet;
use timed::{Event, Timed};

const DAY: i64 = 86_400_000_000;
const FADING: [Measure; 2] = [Measure::Count, Measure::Cosine];
const AFTER: [Measure; 3] = [Measure::Count, Measure::Confidence, Measure::Lift];

/// The same cases in every run: a failure is told with its shop and found again.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0xc0b0),
        ..ProptestConfig::default()
    }
}

/// Times that are often equal, or just as far apart as windows are long, and some not known.
fn time() -> impl Strategy<Value = Option<i64>> {
    let near = select(&[0, 0, 0, 0, -1, 1][..]);
    let half_days = (0..20i64, near).prop_map(|(half_days, near)| half_days * DAY / 2 + near);
    proptest::option::weighted(0.9, half_days)
}

fn timed(rows: usize, items: usize, events: usize) -> impl Strategy<Value = Timed> {
    let event = (0..rows as u32, 0..items as u32, time());
    let event = event.prop_map(|(row, item, at)| Event { row, item, at });
    let groups = prop_oneof![
        Just(vec![None; items]),
        vec(proptest::option::of(0..4u32), items),
    ];
    (vec(event, 0..events), groups, 0..22i64).prop_map(move |(events, groups, half_days)| Timed {
        events,
        rows,
        groups,
        as_of: half_days * DAY / 2,
    })
}

/// A shop of few items, and one of more than a part of the work takes.
fn shop() -> impl Strategy<Value = Timed> {
    prop_oneof![4 => timed(10, 7, 80), 1 => timed(25, 40, 250)]
}

fn half_life() -> impl Strategy<Value = f64> {
    select(&[1e-3, 0.25, 1.0, 3.7, 30.0, 1e6, f64::MIN_POSITIVE, f64::MAX][..])
}

fn days() -> impl Strategy<Value = f64> {
    select(&[1e-12, 1.2e-11, 0.5, 1.0, 1.3, 2.0, 7.0, 1e9, f64::MAX][..])
}

/// Rows of items.
fn sets(timed: &Timed) -> Vec<BTreeSet<u32>> {
    let mut sets = vec![BTreeSet::new(); timed.rows];
    for event in &timed.events {
        sets[event.row as usize].insert(event.item);
    }
    sets
}

fn purchases(timed: &Timed) -> Purchases {
    let (mut starts, mut indices) = (vec![0], Vec::new());
    for set in sets(timed) {
        indices.extend(set);
        starts.push(indices.len());
    }
    let shape = (timed.rows, timed.groups.len());
    let purchases = Purchases::from_csr(shape, &starts, &indices, |_| 1.0).unwrap();
    let groups = timed.groups.iter().map(|group| group.unwrap_or(NO_GROUP));
    purchases.with_groups(groups.collect()).unwrap()
}

fn timeline(timed: &Timed) -> Timeline {
    let told = |event: &Event| {
        let at = event.at.unwrap_or(Timeline::NO_TIME);
        (event.row, event.item, at)
    };
    let events = timed.events.iter().map(told);
    Timeline::from_events(Basis::Customer, timed.rows, timed.groups.len(), events).unwrap()
}

fn fit(timed: &Timed, params: &AlsoBoughtParams) -> AlsoBought {
    let (purchases, timeline) = (purchases(timed), timeline(timed));
    let fitted = params.fit_timed(&purchases, &timeline, timed.as_of, Watch::new());
    fitted.unwrap()
}

/// What a model keeps, as the twin tells it.
fn kept(model: &AlsoBought) -> Vec<Vec<Neighbour>> {
    let list = |item| {
        let list = model.lists().of(item);
        let near = list.items.iter().zip(list.scores).zip(list.both);
        near.map(|((&item, &score), &both)| (item, score, both))
            .collect()
    };
    (0..model.items() as u32).map(list).collect()
}

/// The best `n` of each list.
fn best(mut lists: Vec<Vec<Neighbour>>, n: usize) -> Vec<Vec<Neighbour>> {
    lists.iter_mut().for_each(|list| list.truncate(n));
    lists
}

/// What a neighbour rests on, for every neighbour that a model keeps.
fn check_evidence(
    model: &AlsoBought,
    twin: impl Fn(u32, u32) -> (f64, f64, f64),
) -> Result<(), TestCaseError> {
    for source in 0..model.items() {
        for near in model.neighbours(ItemIx::new(source).unwrap()) {
            let (support, confidence, lift) = twin(source as u32, near.item.get());
            let both = near.evidence.both;
            let expected = Evidence {
                both,
                support,
                confidence,
                lift,
            };
            prop_assert_eq!(near.evidence, expected);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn a_timeline_is_what_was_told_in_the_order_of_time(timed in shop()) {
        let timeline = timeline(&timed);
        let shape = (timeline.rows(), timeline.items(), timeline.basis());
        prop_assert_eq!(shape, (timed.rows, timed.groups.len(), Basis::Customer));
        for row in 0..timed.rows {
            let of_row = timed.events.iter().filter(|event| event.row as usize == row);
            let events: BTreeSet<(i64, u32)> =
                of_row.map(|event| (event.at.unwrap_or(i64::MIN), event.item)).collect();
            let (items, at) = timeline.of(row);
            let told: Vec<(i64, u32)> = at.iter().copied().zip(items.iter().copied()).collect();
            prop_assert_eq!(told, events.into_iter().collect::<Vec<_>>());
        }
        prop_assert_eq!(timeline.of(timed.rows), (&[][..], &[][..]));
        let (items, at) = timeline.all();
        let (starts, items, at) = (timeline.starts().to_vec(), items.to_vec(), at.to_vec());
        let (rows, width) = (timed.rows, timed.groups.len());
        let again = Timeline::from_parts(Basis::Customer, rows, width, starts, items, at);
        prop_assert_eq!(again.unwrap(), timeline);
    }

    #[test]
    fn purchases_that_fade_keep_what_their_twin_keeps(
        timed in shop(),
        half_life in half_life(),
        (neighbours, least) in (prop_oneof![1..6usize, Just(1000)], 1..3u32),
    ) {
        let together = Together::count(&sets(&timed), timed.groups.len());
        for measure in FADING {
            let twin = best(timed.fading(measure, half_life, least), neighbours);
            let params = AlsoBought::params()
                .measure(measure)
                .half_life(half_life)
                .neighbours(neighbours)
                .min_customers(least);
            for threads in [1, 2, 7] {
                let model = fit(&timed, &params.clone().threads(threads));
                prop_assert_eq!(kept(&model), &twin[..], "{} by {} threads", measure, threads);
                prop_assert_eq!((model.weight_bits(), model.as_of()), (20, Some(timed.as_of)));
            }
            // How many bought what does not fade.
            check_evidence(&fit(&timed, &params), |i, j| together.evidence(i, j))?;
        }
    }

    #[test]
    fn what_was_bought_after_is_what_its_twin_says(
        timed in shop(),
        days in days(),
        (neighbours, least) in (prop_oneof![1..6usize, Just(1000)], 1..3u32),
    ) {
        for measure in AFTER {
            let twin = best(timed.after(measure, days, least), neighbours);
            let params = AlsoBought::params()
                .measure(measure)
                .within_days(days)
                .neighbours(neighbours)
                .min_customers(least);
            for threads in [1, 2, 7] {
                let model = fit(&timed, &params.clone().threads(threads));
                prop_assert_eq!(kept(&model), &twin[..], "{} by {} threads", measure, threads);
                prop_assert_eq!((model.weight_bits(), model.as_of()), (0, Some(timed.as_of)));
            }
        }
    }

    #[test]
    fn all_that_is_said_of_what_was_bought_after_is_what_the_twin_says(
        timed in timed(10, 7, 80),
        days in days(),
    ) {
        let model = fit(&timed, &AlsoBought::params().measure(Measure::Lift).within_days(days));
        check_evidence(&model, |i, j| timed.after_evidence(days, i, j))?;
        let ((_, sources), (buyers, all)) = (timed.after_counts(days), timed.buyers());
        let items = || (0..timed.groups.len()).map(|item| ItemIx::new(item).unwrap());
        prop_assert_eq!(items().map(|it| model.sources_of(it)).collect::<Vec<_>>(), sources);
        prop_assert_eq!((model.totals(), model.buyers()), (&buyers[..], all));
    }

    #[test]
    fn a_list_is_the_start_of_a_longer_one(timed in shop(), n in 1..6usize) {
        for params in every_kind() {
            let all = kept(&fit(&timed, &params.clone().neighbours(1000)));
            prop_assert_eq!(kept(&fit(&timed, &params.neighbours(n))), best(all, n));
        }
    }

    #[test]
    fn variants_are_never_neighbours_and_all_else_is_as_without_groups(
        timed in shop(),
        (neighbours, least) in (prop_oneof![1..6usize, Just(1000)], 1..3u32),
    ) {
        let together = Together::count(&sets(&timed), timed.groups.len());
        let purchases = purchases(&timed);
        let group = |item: u32| timed.groups[item as usize];
        let apart = |one, other| group(one).is_none() || group(one) != group(other);
        for measure in Measure::ALL {
            let lists = (0..timed.groups.len() as u32)
                .map(|item| together.neighbours(item, measure, least, |other| apart(item, other)));
            let twin = best(lists.collect(), neighbours);
            let params = AlsoBought::params().measure(measure).min_customers(least);
            for threads in [1, 2, 7] {
                let params = params.clone().neighbours(neighbours).threads(threads);
                let model = params.fit(&purchases).unwrap();
                prop_assert_eq!(kept(&model), &twin[..], "{} by {} threads", measure, threads);
            }
        }
    }

    #[test]
    fn a_group_counts_as_the_variant_that_most_hold(timed in shop(), half_life in half_life()) {
        let (purchases, representatives) = (purchases(&timed), timed.representatives());
        prop_assert_eq!(&purchases.representatives().unwrap(), &representatives);
        let mut moved = timed.clone();
        for event in &mut moved.events {
            event.item = representatives[event.item as usize];
        }
        let by_group = purchases.by_group().unwrap();
        prop_assert_eq!(&by_group, &self::purchases(&moved));
        prop_assert_eq!(by_group.buyers(), purchases.buyers());
        prop_assert_eq!(&by_group.by_group().unwrap(), &by_group);
        let timeline = timeline(&timed).by_group(&representatives).unwrap();
        prop_assert_eq!(&timeline, &self::timeline(&moved));
        let params = AlsoBought::params().half_life(half_life).neighbours(1000);
        let model = params.fit_timed(&by_group, &timeline, timed.as_of, Watch::new());
        prop_assert_eq!(kept(&model.unwrap()), moved.fading(Measure::Cosine, half_life, 1));
    }

    #[test]
    fn times_change_nothing_for_a_model_that_asks_for_none(timed in shop()) {
        let params = AlsoBought::params();
        prop_assert_eq!(fit(&timed, &params), params.fit(&purchases(&timed)).unwrap());
    }

    #[test]
    fn a_half_life_without_end_is_none(mut timed in shop()) {
        timed.events.retain(|event| event.at.is_some());
        for measure in FADING {
            let params = AlsoBought::params().measure(measure);
            let without = params.fit(&purchases(&timed)).unwrap();
            let faded = fit(&timed, &params.half_life(1e300));
            prop_assert_eq!(kept(&faded), kept(&without));
        }
    }
}

/// Settings of every kind of row.
fn every_kind() -> [AlsoBoughtParams; 4] {
    let params = AlsoBought::params;
    [
        params(),
        params().half_life(2.5),
        params().measure(Measure::Count).half_life(2.5),
        params().measure(Measure::Confidence).within_days(1.0),
    ]
}

proptest! {
    #![proptest_config(cases(20))]

    #[test]
    fn any_number_of_threads_gives_the_same_lists(timed in timed(150, 250, 2500)) {
        for params in every_kind() {
            let lists = [1, 2, 7].map(|threads| {
                let model = fit(&timed, &params.clone().threads(threads));
                (model.lists().clone(), model.totals().to_vec())
            });
            prop_assert!(lists[0] == lists[1] && lists[0] == lists[2]);
        }
    }
}

fn message<T>(result: cobuy::Result<T>) -> String {
    result
        .err()
        .map_or_else(|| "no error".to_owned(), |problem| problem.to_string())
}

/// Two customers and three items; the second customer's time is not known.
fn small() -> Timed {
    let event = |row, item, at| Event { row, item, at };
    Timed {
        events: vec![
            event(0, 0, Some(0)),
            event(0, 2, Some(DAY)),
            event(1, 0, None),
        ],
        rows: 2,
        groups: vec![None; 3],
        as_of: 9 * DAY,
    }
}

#[test]
fn settings_that_cannot_be_are_refused_by_name() {
    let params = AlsoBought::params;
    let count = || params().measure(Measure::Count);
    let no_days = "but it must be a finite number of days above 0";
    let timed = small();
    for (params, told) in [
        (params().half_life(0.0), format!("`half_life` is 0, {no_days}")),
        (params().half_life(-1.5), format!("`half_life` is -1.5, {no_days}")),
        (params().half_life(f64::NAN), format!("`half_life` is NaN, {no_days}")),
        (params().half_life(f64::INFINITY), format!("`half_life` is inf, {no_days}")),
        (count().within_days(0.0), format!("`within_days` is 0, {no_days}")),
        (count().within_days(f64::NAN), format!("`within_days` is NaN, {no_days}")),
        (
            count().half_life(2.0).within_days(1.5),
            "`within_days` is 1.5, but it cannot be set together with `half_life`: leave out one of them".into(),
        ),
    ] {
        assert_eq!(message(params.check()), told);
        let fitted =
            params.fit_timed(&purchases(&timed), &timeline(&timed), timed.as_of, Watch::new());
        assert_eq!(message(fitted), told);
    }
    for measure in Measure::ALL {
        let told = message(params().measure(measure).half_life(1.0).check());
        match FADING.contains(&measure) {
            true => assert_eq!(told, "no error"),
            false => assert_eq!(
                told,
                format!(
                    "`measure` is {measure}, but with `half_life` it must be one of count, cosine"
                )
            ),
        }
        let told = message(params().measure(measure).within_days(1.0).check());
        match AFTER.contains(&measure) {
            true => assert_eq!(told, "no error"),
            false => assert_eq!(
                told,
                format!(
                    "`measure` is {measure}, but with `within_days` it must be one of count, confidence, lift"
                )
            ),
        }
    }
}

#[test]
fn a_fit_without_times_refuses_settings_that_need_them() {
    let purchases = purchases(&small());
    for (params, told) in [
        (AlsoBought::params().half_life(30.0), "`half_life` is 30"),
        (
            AlsoBought::params().measure(Measure::Lift).within_days(7.5),
            "`within_days` is 7.5",
        ),
    ] {
        let told = format!("{told}, but it needs times: fit it from a history, or with a timeline");
        assert_eq!(message(params.fit(&purchases)), told);
        assert_eq!(message(params.fit_watched(&purchases, Watch::new())), told);
    }
}

#[test]
fn orders_have_nothing_that_was_bought_after() {
    let lines = [("1", "ann", "tea"), ("1", "ann", "cup")];
    let lines = lines.map(|(order, customer, item)| cobuy::OrderLine::new(order, customer, item));
    let history = cobuy::History::from_orders(lines, &cobuy::Settings::default()).unwrap();
    let orders = Purchases::from_history(&history, Basis::Order).unwrap();
    let timeline = Timeline::from_events(Basis::Order, 1, 2, [(0, 0, 5), (0, 1, 5)]).unwrap();
    let fit = |params: AlsoBoughtParams| params.fit_timed(&orders, &timeline, 5, Watch::new());
    assert_eq!(
        message(fit(AlsoBought::params()
            .measure(Measure::Count)
            .within_days(1.0))),
        "`basis` is order, but with `within_days` it must be customer: an order is of one time"
    );
    let model = fit(AlsoBought::params().half_life(1.0)).unwrap();
    assert_eq!(kept(&model), [vec![(1, 1.0, 1)], vec![(0, 1.0, 1)]]);
}

#[test]
fn a_timeline_of_other_purchases_is_refused() {
    let timed = small();
    let held = purchases(&timed);
    let of = |rows: usize, items: usize, events: &[(u32, u32, i64)]| {
        Timeline::from_events(Basis::Customer, rows, items, events.iter().copied()).unwrap()
    };
    let told = [(0, 0, 0), (0, 2, 1), (1, 0, 2)];
    let sizes =
        "it is of 3 customers and 3 items, but the purchases are of 2 customers and 3 items";
    let others = "row 1 tells of other items than the purchases hold";
    for (timeline, problem) in [
        (of(3, 3, &told), sizes),
        (of(2, 3, &told[..2]), others),
        (of(2, 3, &[told[0], told[1], (1, 1, 2)]), others),
        (of(2, 3, &[told[0], told[1], told[2], (1, 1, 2)]), others),
    ] {
        for params in every_kind() {
            assert_eq!(
                message(params.fit_timed(&held, &timeline, 0, Watch::new())),
                format!("the timeline is damaged: {problem}")
            );
        }
    }
}

#[test]
fn parts_that_are_no_timeline_are_refused() {
    let two = |starts: &[usize], items: &[u32], at: &[i64]| {
        let (starts, items, at) = (starts.to_vec(), items.to_vec(), at.to_vec());
        Timeline::from_parts(Basis::Customer, 2, 3, starts, items, at)
    };
    assert_eq!(two(&[0, 1, 2], &[0, 0], &[7, 7]).unwrap().total(), 2);
    let pointers = "its row pointers do not lead";
    let order = "row 0 is not sorted and distinct";
    for (starts, items, at, problem) in [
        (&[0, 1][..], &[0][..], &[7][..], pointers),
        (&[], &[], &[], pointers),
        (&[1, 1, 1], &[0], &[7], pointers),
        (&[0, 2, 1], &[0], &[7], pointers),
        (&[0, 1, 1], &[0], &[], pointers),
        (&[0, 2, 2], &[0, 0], &[7, 7], order),
        (&[0, 2, 2], &[1, 0], &[7, 7], order),
        (&[0, 2, 2], &[0, 1], &[8, 7], order),
        (
            &[0, 1, 1],
            &[3],
            &[7],
            "row 0 tells of item 3, but there are 3 items",
        ),
    ] {
        let told = message(two(starts, items, at));
        let start = format!("the timeline is damaged: {problem}");
        assert!(told.starts_with(&start), "{told}");
    }
    for (event, problem) in [
        ((2, 0, 0), "it tells of row 2, but has 2 rows"),
        ((1, 3, 0), "row 1 tells of item 3, but there are 3 items"),
    ] {
        let told = message(Timeline::from_events(Basis::Customer, 2, 3, [event]));
        assert_eq!(told, format!("the timeline is damaged: {problem}"));
    }
    let endless = Timeline::from_events(Basis::Customer, 0, 1 << 31, []);
    assert!(matches!(endless, Err(cobuy::Error::TooMany { .. })));
}

#[test]
fn there_is_one_group_and_one_representative_an_item() {
    let timed = small();
    assert_eq!(
        message(purchases(&timed).with_groups(vec![0; 2])),
        "there are 3 items, but the groups of 2 were told"
    );
    assert_eq!(
        message(timeline(&timed).by_group(&[0, 1])),
        "the timeline is damaged: it has 3 items, but 2 representatives"
    );
    assert!(timeline(&timed).by_group(&[0, 1, 3]).is_err());
}

#[test]
fn a_model_of_no_purchases_keeps_nothing() {
    for (rows, items) in [(0, 0), (0, 3), (3, 0)] {
        let timed = Timed {
            events: Vec::new(),
            rows,
            groups: vec![None; items],
            as_of: 0,
        };
        for params in every_kind() {
            assert_eq!(fit(&timed, &params).lists().total(), 0);
        }
    }
}
