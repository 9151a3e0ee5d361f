//! The order in which customers bought, against its definition: every pair of every customer by itself.

#![allow(clippy::unwrap_used)]

mod random;

use cobuy::{
    AlsoBought, AlsoBoughtParams, Basis, Engine, Filter, History, Instant, Measure, Model,
    OrderLine, Purchases, Ridge, Sequence, Settings, Timeline, Watch,
};
use random::Random;
use std::collections::{BTreeMap, BTreeSet};

const DAY: i64 = 86_400_000_000;
const ITEMS: usize = 9;

/// Row, item, time.
type Events = Vec<(u32, u32, i64)>;

fn events(random: &mut Random, rows: usize) -> Events {
    let mut events = Vec::new();
    for row in 0..rows as u32 {
        for _ in 0..random.below(9) {
            let at = match random.below(6) {
                0 => Timeline::NO_TIME,
                day => day as i64 * DAY,
            };
            events.push((row, random.below(ITEMS) as u32, at));
        }
    }
    events
}

fn timeline(events: &Events, rows: usize) -> Timeline {
    Timeline::from_events(Basis::Customer, rows, ITEMS, events.iter().copied()).unwrap()
}

fn purchases(events: &Events, rows: usize) -> Purchases {
    let held: BTreeSet<(u32, u32)> = events.iter().map(|it| (it.0, it.1)).collect();
    let starts: Vec<usize> = (0..=rows as u32)
        .map(|row| held.iter().filter(|it| it.0 < row).count())
        .collect();
    let items: Vec<u32> = held.iter().map(|it| it.1).collect();
    Purchases::from_csr((rows, ITEMS), &starts, &items, |_| 1.0).unwrap()
}

/// The moment of each item that a row holds: how many other times it last bought something at before.
fn moments(events: &Events, row: u32) -> BTreeMap<u32, usize> {
    let mut lasts = BTreeMap::<u32, i64>::new();
    for &(_, item, at) in events.iter().filter(|it| it.0 == row) {
        let last = lasts.entry(item).or_insert(at);
        *last = at.max(*last);
    }
    let times: BTreeSet<i64> = lasts.values().copied().collect();
    let moment = |at: &i64| times.iter().filter(|time| *time < at).count();
    lasts.iter().map(|(&item, at)| (item, moment(at))).collect()
}

/// What the pairs of each two items weigh together.
fn met(events: &Events, rows: usize, exponent: f64, sequence: Sequence) -> [[f64; ITEMS]; ITEMS] {
    let mut met = [[0.0; ITEMS]; ITEMS];
    for row in 0..rows as u32 {
        let moments = moments(events, row);
        for (&i, &first) in &moments {
            for (&j, &then) in &moments {
                let apart = 1.0 + first.abs_diff(then) as f64;
                let turned = if then < first {
                    sequence.backward_weight
                } else {
                    1.0
                };
                met[i as usize][j as usize] += (moments.len() as f64).powf(-exponent)
                    * apart.powf(-sequence.distance_exponent)
                    * turned;
            }
        }
    }
    met
}

fn sequence(distance: f64, backward: f64, recency: f64) -> Sequence {
    let mut sequence = Sequence::default();
    sequence.distance_exponent = distance;
    sequence.backward_weight = backward;
    sequence.recency_exponent = recency;
    sequence
}

fn power(customer: f64, sequence: Sequence) -> AlsoBoughtParams {
    let measure = Measure::Power {
        customer,
        count: 1.2,
        source: 0.8,
        target: 0.3,
    };
    AlsoBought::params()
        .measure(measure)
        .neighbours(ITEMS)
        .sequence(sequence)
}

#[test]
fn pairs_weigh_by_their_moments() {
    let random = &mut Random(3);
    for (distance, backward) in [(0.5, 0.6), (1.0, 0.0), (0.0, 0.3), (2.0, 1.0)] {
        for exponent in [0.0, 0.7] {
            let (rows, told) = (60, sequence(distance, backward, 0.0));
            let events = events(random, rows);
            let bought = purchases(&events, rows);
            let fit = |threads: usize| {
                let params = power(exponent, told).threads(threads);
                let timeline = timeline(&events, rows);
                params
                    .fit_timed(&bought, &timeline, 9 * DAY, Watch::new())
                    .unwrap()
            };
            let model = fit(1);
            assert_eq!(model.to_bytes().unwrap(), fit(3).to_bytes().unwrap());
            let met = met(&events, rows, exponent, told);
            let buyers = |item: usize| model.totals()[item] as f64;
            for (i, met) in met.iter().enumerate() {
                let list = model.lists().of(i as u32);
                for j in (0..ITEMS).filter(|&j| j != i) {
                    let expected = met[j].powf(1.2) * buyers(i).powf(-0.8) * buyers(j).powf(-0.3);
                    let at = list.items.iter().position(|&item| item == j as u32);
                    let score = at.map_or(0.0, |at| f64::from(list.scores[at]));
                    assert!(
                        (score - expected).abs() <= 1e-6 * expected.max(1e-3),
                        "{i} {j}"
                    );
                }
            }
        }
    }
}

/// With so large a penalty, one step leaves of the equations their right sides.
#[test]
fn a_ridge_takes_them_for_its_candidates_and_right_sides() {
    let (random, rows) = (&mut Random(4), 80);
    let (events, told) = (events(random, rows), sequence(0.4, 0.5, 0.0));
    let ridge = Ridge {
        penalty: 1e9,
        dropout: 0.0,
        target_exponent: 0.0,
        candidate_exponent: 0.2,
        steps: 1,
        ..Ridge::default()
    };
    let params = AlsoBought::params()
        .model(Model::Ridge(ridge))
        .neighbours(3);
    let params = params.sequence(told);
    let (bought, timeline) = (purchases(&events, rows), timeline(&events, rows));
    let model = params
        .fit_timed(&bought, &timeline, 9 * DAY, Watch::new())
        .unwrap();
    let met = met(&events, rows, ridge.customer_exponent, told);
    for (i, met) in met.iter().enumerate() {
        let near = |j: usize| met[j] * f64::from(model.totals()[j]).powf(-0.2);
        let mut best: Vec<usize> = (0..ITEMS).filter(|&j| j != i && met[j] > 0.0).collect();
        best.sort_by(|&a, &b| near(b).total_cmp(&near(a)));
        best.truncate(3);
        best.sort_by(|&a, &b| met[b].total_cmp(&met[a]));
        let list = model.lists().of(i as u32);
        assert_eq!(
            list.items.iter().map(|&j| j as usize).collect::<Vec<_>>(),
            best
        );
        for (&j, &score) in list.items.iter().zip(list.scores) {
            let expected = met[j as usize] / 1e9;
            assert!((f64::from(score) - expected).abs() <= 1e-5 * expected);
        }
    }
}

#[test]
fn what_was_bought_lately_counts_for_more() {
    let (random, rows) = (&mut Random(5), 50);
    let (events, told) = (events(random, rows), sequence(0.0, 1.0, 0.8));
    let (bought, timeline) = (purchases(&events, rows), timeline(&events, rows));
    let params = power(0.4, told);
    let model = params
        .fit_timed(&bought, &timeline, 9 * DAY, Watch::new())
        .unwrap();
    let all = Filter::all();
    let timed = model.recommend_timed(&bought, &timeline, ITEMS, &all, true, Watch::new());
    let (items, scores) = timed.unwrap();
    for row in 0..rows {
        let moments = moments(&events, row as u32);
        let last = moments.values().max().copied().unwrap_or(0);
        let mut expected = [0.0f64; ITEMS];
        for (&item, &moment) in &moments {
            let list = model.lists().of(item);
            for (&other, &score) in list.items.iter().zip(list.scores) {
                let ago = (last - moment + 1) as f64;
                expected[other as usize] += ago.powf(-0.8) * f64::from(score);
            }
        }
        let told = items.row(row).iter().filter(|item| **item >= 0).count();
        assert_eq!(told, expected.iter().filter(|score| **score > 0.0).count());
        for (&item, &score) in items.row(row).iter().zip(scores.row(row)).take(told) {
            let expected = expected[item as usize];
            assert!((f64::from(score) - expected).abs() <= 1e-6 * expected);
        }
    }
    // Without times all counts alike.
    let plain = model
        .recommend_rows(&bought, ITEMS, &all, true, Watch::new())
        .unwrap();
    let alike = power(0.4, Sequence::default()).fit(&bought).unwrap();
    let alike = alike
        .recommend_rows(&bought, ITEMS, &all, true, Watch::new())
        .unwrap();
    let bits = |(items, scores): (_, ndarray::Array2<f32>)| (items, scores.mapv(f32::to_bits));
    assert!(bits(plain) == bits(alike));
}

#[test]
fn a_sequence_that_does_not_count_changes_nothing() {
    let (random, rows) = (&mut Random(6), 40);
    let events = events(random, rows);
    let (bought, timeline) = (purchases(&events, rows), timeline(&events, rows));
    for params in [
        power(0.5, Sequence::default()),
        AlsoBought::params().model(Model::Ridge(Ridge::default())),
    ] {
        let timed = params
            .fit_timed(&bought, &timeline, 9 * DAY, Watch::new())
            .unwrap();
        assert!(timed.to_bytes().unwrap() == params.fit(&bought).unwrap().to_bytes().unwrap());
    }
}

fn shop(random: &mut Random) -> History {
    let mut lines = Vec::new();
    for order in 0..160i64 {
        for _ in 0..1 + random.below(3) {
            let customer = format!("c{}", order % 40);
            let item = format!("i{}", random.below(ITEMS));
            let mut line = OrderLine::new(order.to_string(), customer, item);
            line.ordered_at = Some(Instant(order * DAY));
            lines.push(line);
        }
    }
    History::from_orders(lines, &Settings::default()).unwrap()
}

/// A shop's list for a customer is its model's with the times of its orders, and adds up from its reasons.
#[test]
fn a_shop_counts_by_its_orders() {
    let history = shop(&mut Random(7));
    let told = sequence(0.3, 0.5, 0.6);
    let ridge = AlsoBought::params()
        .model(Model::Ridge(Ridge::default()))
        .sequence(told);
    for params in [power(0.5, told), power(0.5, told).neighbours(2), ridge] {
        let engine = Engine::builder(&history).also_bought(params).fit().unwrap();
        let model = engine.model();
        let (bought, timeline) = (engine.purchases(), engine.bought());
        let all = Filter::all();
        let timed = model.recommend_timed(bought, timeline, 3, &all, true, Watch::new());
        let (items, scores) = timed.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.cobuy");
        engine.save(&path).unwrap();
        let opened = Engine::open(&path).unwrap();
        for (row, customer) in engine.customers().iter().enumerate() {
            let query = engine
                .for_customer(customer)
                .n(3)
                .keep_owned(true)
                .fallback(false);
            let answer = query.clone().suggest().unwrap();
            let again = opened
                .for_customer(customer)
                .n(3)
                .keep_owned(true)
                .fallback(false);
            assert_eq!(again.suggest().unwrap(), answer);
            for (place, suggested) in answer.items.iter().enumerate() {
                let why = query.clone().explain(&suggested.item).unwrap();
                assert_eq!(why.rank, Some(place + 1));
                if model.settings().neighbours == 2 {
                    continue; // lists that run short are counted anew
                }
                let item = engine.items().get(items[(row, place)] as usize);
                assert_eq!(item, Some(&suggested.item[..]));
                assert_eq!(scores[(row, place)].to_bits(), suggested.score.to_bits());
                let sum: f32 = why.contributions.iter().map(|part| part.score).sum();
                assert!((sum - suggested.score).abs() <= 1e-5 * sum);
            }
        }
    }
}

#[test]
fn what_cannot_be_names_itself() {
    let events = vec![(0, 0, DAY), (0, 1, 2 * DAY)];
    let bought = purchases(&events, 1);
    let problem = |params: AlsoBoughtParams| params.fit(&bought).unwrap_err().to_string();
    assert_eq!(
        problem(power(0.0, sequence(0.5, 1.0, 0.0))),
        "`distance_exponent` is 0.5, but it needs times: fit it from a history, or with a timeline"
    );
    assert!(problem(power(0.0, sequence(0.0, 1.0, 0.2))).contains("`recency_exponent` is 0.2"));
    let cosine = AlsoBought::params().sequence(sequence(0.0, 0.5, 0.0));
    assert_eq!(
        problem(cosine.clone()),
        "`backward_weight` is 0.5, but it goes with the measure power and the models ridge and merged"
    );
    let named = AlsoBought::params()
        .number("recency_exponent", 0.2)
        .unwrap_err();
    assert!(
        named
            .to_string()
            .contains("goes with the measure power and the model ridge and the model merged")
    );
    for wrong in [
        sequence(-0.1, 1.0, 0.0),
        sequence(f64::NAN, 1.0, 0.0),
        sequence(0.0, 1.1, 0.0),
        sequence(0.0, 1.0, 2.1),
    ] {
        assert!(
            power(0.0, wrong)
                .check()
                .unwrap_err()
                .to_string()
                .contains("it must be from 0 to")
        );
    }
    let shrunk = power(0.0, sequence(0.5, 1.0, 0.0)).shrinkage(3.0);
    assert!(
        shrunk
            .check()
            .unwrap_err()
            .to_string()
            .contains("`distance_exponent`")
    );
    let history = shop(&mut Random(8));
    let by_order = Engine::builder(&history).also_bought(power(0.0, sequence(0.5, 1.0, 0.0)));
    let by_order = by_order.basis(Basis::Order).fit().unwrap_err();
    assert!(
        by_order
            .to_string()
            .contains("with `distance_exponent` it must be customer")
    );
}
