//! Lists kept per target against the obvious way: all pairs by target, the best of each, and these by source.

#![allow(clippy::unwrap_used, clippy::panic)]

mod random;

use cobuy::matrix::NO_GROUP;
use cobuy::{
    AlsoBought, AlsoBoughtParams, Basis, Engine, Error, History, Instructions, Kept, Measure,
    Model, OrderLine, Purchases, Settings, Timeline, Watch,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use random::Random;
use std::cmp::Reverse;

const ITEMS: usize = 12;
const ROWS: usize = 20;
const DAY: i64 = 86_400_000_000;

/// A list: other items, the bits of their scores, and by how many both were bought.
type List = Vec<(u32, u32, u32)>;

fn lists(model: &AlsoBought) -> Vec<List> {
    let list = |item| {
        let list = model.lists().of(item);
        let scored = list.items.iter().zip(list.scores).zip(list.both);
        scored
            .map(|((&item, score), &both)| (item, score.to_bits(), both))
            .collect()
    };
    (0..model.items() as u32).map(list).collect()
}

/// What is left of whole lists where each item is in so many at most. Scores are above 0, so their bits sort
/// as they do.
fn by_target(all: &[List], k: usize) -> Vec<List> {
    let mut left = vec![List::new(); all.len()];
    for target in 0..all.len() as u32 {
        let told = (0..).zip(all).flat_map(|(source, list)| {
            let own = list.iter().filter(|it| it.0 == target);
            own.map(move |&(_, score, both)| (Reverse(score), source, both))
        });
        let mut told: Vec<(Reverse<u32>, u32, u32)> = told.collect();
        told.sort_unstable();
        for &(Reverse(score), source, both) in told.iter().take(k) {
            left[source as usize].push((target, score, both));
        }
    }
    for list in &mut left {
        list.sort_unstable_by_key(|&(item, score, _)| (Reverse(score), item));
    }
    left
}

/// All ways of scoring that may be kept per target.
fn all_params() -> Vec<AlsoBoughtParams> {
    let params = |measure| AlsoBought::params().measure(measure);
    let power = |customer, count, source, target| Measure::Power {
        customer,
        count,
        source,
        target,
    };
    let more = [
        Measure::Tversky {
            alpha: 1e-5,
            beta: 1.0,
        },
        Measure::Tversky {
            alpha: 2.0,
            beta: 0.0,
        },
        power(0.0, 1.3, -0.4, 0.9),
        power(0.0, 0.6, 0.0, 0.7),
        power(0.7, 1.1, 0.7, 0.25),
        power(1.0, 0.5, 1.2, -0.5),
    ];
    let mut all: Vec<AlsoBoughtParams> = Measure::ALL.into_iter().chain(more).map(params).collect();
    all.extend([Measure::Confidence, Measure::Jaccard].map(|it| params(it).shrinkage(2.5)));
    all.extend([Measure::Count, Measure::Cosine].map(|it| params(it).half_life(2.0)));
    all
}

fn bought(events: &[(u32, u32, i64)], groups: Vec<u32>) -> (Purchases, Timeline) {
    let mut places: Vec<(u32, u32)> = events.iter().map(|it| (it.0, it.1)).collect();
    places.sort_unstable();
    let start = |row| places.partition_point(|place| place.0 < row);
    let starts: Vec<usize> = (0..=ROWS as u32).map(start).collect();
    let items: Vec<u32> = places.iter().map(|place| place.1).collect();
    let purchases = Purchases::from_csr((ROWS, ITEMS), &starts, &items, |_| 1.0).unwrap();
    let events = events.iter().map(|it| (it.0, it.1, it.2 * DAY));
    let timeline = Timeline::from_events(Basis::Customer, ROWS, ITEMS, events).unwrap();
    (purchases.with_groups(groups).unwrap(), timeline)
}

proptest! {
    #[test]
    fn lists_are_those_of_all_pairs_by_target(
        events in vec((0..ROWS as u32, 0..ITEMS as u32, 0..6i64), 0..120),
        groups in vec(select(&[0, 1, NO_GROUP, NO_GROUP][..]), ITEMS),
        (params, least, k) in (select(all_params()), 1..3u32, 1..8usize),
        (threads, kind) in (1..4usize, select(&Instructions::ALL[..])),
    ) {
        let (purchases, timeline) = bought(&events, groups);
        let fit = |params: AlsoBoughtParams| {
            let params = params.min_customers(least).threads(threads).instructions(kind);
            params.fit_timed(&purchases, &timeline, 9 * DAY, Watch::new()).unwrap()
        };
        let whole = lists(&fit(params.clone().neighbours(ITEMS)));
        let model = fit(params.neighbours(k).kept(Kept::Target));
        prop_assert_eq!(lists(&model), by_target(&whole, k));
        let opened = AlsoBought::from_bytes(&model.to_bytes().unwrap()).unwrap();
        prop_assert_eq!(opened.settings().kept, Kept::Target);
        prop_assert_eq!(lists(&opened), lists(&model));
    }
}

/// So many items that bars are raised and rows narrowed.
#[test]
fn likewise_where_the_kernel_passes_over_most() {
    let random = &mut Random(11);
    let (items, rows) = (300, 1_500);
    let mut starts = vec![0];
    let mut held: Vec<u32> = Vec::new();
    for _ in 0..rows {
        let mut row: Vec<u32> = (0..random.below(30))
            .map(|_| {
                let below = 1 + random.below(items);
                random.below(below) as u32
            })
            .collect();
        row.sort_unstable();
        row.dedup();
        held.extend(row);
        starts.push(held.len());
    }
    let purchases = Purchases::from_csr((rows, items), &starts, &held, |_| 1.0).unwrap();
    for params in all_params() {
        if params.half_life.is_some() {
            continue;
        }
        let whole = params.clone().neighbours(items).fit(&purchases).unwrap();
        let model = params
            .clone()
            .neighbours(9)
            .kept(Kept::Target)
            .fit(&purchases);
        assert!(
            lists(&model.unwrap()) == by_target(&lists(&whole), 9),
            "{params:?}"
        );
    }
}

#[test]
fn memory_is_bounded_and_settings_that_do_not_go_with_it_say_so() {
    let events: Vec<_> = (0..200)
        .map(|at| (at * 7 % ROWS as u32, at * 5 % ITEMS as u32, 0))
        .collect();
    let (purchases, _) = bought(&events, vec![NO_GROUP; ITEMS]);
    let params = AlsoBought::params().kept(Kept::Target).threads(1);
    match params.clone().memory_limit(2_000).fit(&purchases) {
        Err(Error::MemoryLimit { enough, .. }) => {
            assert!(params.clone().memory_limit(enough).fit(&purchases).is_ok());
        }
        other => panic!("{other:?}"),
    }
    let told = |params: AlsoBoughtParams| params.check().unwrap_err().to_string();
    let after = params.clone().measure(Measure::Lift).within_days(3.0);
    assert_eq!(
        told(after),
        "`kept` is target, but together with `within_days` it must be source: what followed is told from there"
    );
    let ridge = params.model(Model::named("ridge").unwrap());
    assert_eq!(
        told(ridge),
        "`kept` is target, but with the model ridge it must be left out"
    );
    let problem = "traget".parse::<Kept>().unwrap_err().to_string();
    assert!(problem.contains("did you mean `target`?"), "{problem}");
}

/// A row counted anew is in another order, so short lists stay short: to ask for more changes nothing of what comes
/// first.
#[test]
fn short_lists_are_not_filled_up() {
    let baskets = [
        &["tea", "cup", "milk"][..],
        &["tea", "cup", "pot"],
        &["tea", "milk", "pen"],
        &["pen", "ink"],
        &["pen", "ink", "milk"],
    ];
    let lines = (0..baskets.len()).flat_map(|order| {
        let id = ["0", "1", "2", "3", "4"][order];
        baskets[order]
            .iter()
            .map(move |&item| OrderLine::new(id, id, item))
    });
    let history = History::from_orders(lines, &Settings::default()).unwrap();
    let fit = |kept| {
        let settings = AlsoBought::params().neighbours(1).kept(kept);
        Engine::builder(&history)
            .also_bought(settings)
            .fit()
            .unwrap()
    };
    let engine = fit(Kept::Target);
    let lengths: Vec<usize> = lists(engine.model()).iter().map(Vec::len).collect();
    assert_eq!(lengths.iter().sum::<usize>(), 6);
    assert!(
        lengths.contains(&0) && lengths.iter().any(|&length| length > 1),
        "{lengths:?}"
    );
    for (item, kept) in engine.items().iter().zip(lists(engine.model())) {
        for n in 1..6 {
            let answer = engine.also_bought(item).n(n).suggest().unwrap();
            let index = |it: &cobuy::Suggestion| engine.items().find(&it.item).unwrap() as u32;
            let told: Vec<u32> = answer.items.iter().map(index).collect();
            let expected: Vec<u32> = kept.iter().take(n).map(|it| it.0).collect();
            assert_eq!(told, expected, "{item}, {n}");
            let short = answer.short_reason.unwrap_or_default();
            assert!(
                told.len() == n || short.contains("kept as neighbours"),
                "{short}"
            );
        }
    }
    let longest = lengths.iter().max().copied().unwrap();
    assert!(engine.all_also_bought(Some(longest)).is_ok());
    assert!(engine.all_also_bought(Some(longest + 1)).is_err());
}
