//! What holds for every answer of an engine: on random shops with all their tables, against the slow
//! and obvious twin of `reference/engine.rs`.
//!
//! Scores are compared with `==`: every score is above zero, so equal ones are equal in every bit.

#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(dead_code)] // the twin of an engine needs the measures alone
mod reference;
#[path = "reference/engine.rs"]
mod twin;

use cobuy::engine::{KeptOut, Stored};
use cobuy::{
    AlsoBought, AlsoBoughtParams, Basis, Engine, Error, History, Input, Instant, Measure,
    OrderLine, Quantity, Query, Reason, Settings, Source, Suggestion, Suggestions, TableName,
    Tables, Watch, inspect,
};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::RngSeed;
use tempfile::TempDir;
use twin::{About, Ask, Learn, Refused, Twin};

const ITEMS: [&str; 9] = [
    "10", "cup", "cup-2", "cup-3", "lid", "pot", "tea", "tea 2", "été",
];
const CUSTOMERS: [&str; 6] = ["ann", "bo", "cy", "di", "ed", "Zoë"];
const CATEGORIES: [&str; 6] = [
    "",
    "drinks",
    "drinks/tea",
    "drinks/tea/old",
    "drink",
    "pots",
];
const GROUPS: [&str; 4] = ["", "", "cups", "teas"];
const STATUSES: [&str; 4] = ["paid", "delivered", "shipped", "cancelled"];
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

/// A line: item, pieces, and which order it is a return of.
type Line = (&'static str, i64, Option<usize>);

#[derive(Clone, Debug)]
struct Order {
    customer: Option<&'static str>,
    day: Option<i64>,
    status: &'static str,
    lines: Vec<Line>,
}

/// A shop with all of its tables.
#[derive(Clone, Debug)]
struct Shop {
    orders: Vec<Order>,
    with_statuses: bool,
    /// Item, category, group: a row each of the table of items.
    items: Vec<(&'static str, &'static str, &'static str)>,
    /// Customer, day, item.
    events: Vec<(&'static str, i64, &'static str)>,
    /// Items of a group that the settings name.
    named_group: Vec<&'static str>,
    ignore: Option<&'static str>,
}

fn order() -> impl Strategy<Value = Order> {
    let line = (
        select(&ITEMS[..]),
        prop_oneof![8 => 1..3i64, 1 => -2..0i64],
        of(0..8usize),
    );
    let of_all = (
        weighted(0.85, select(&CUSTOMERS[..])),
        weighted(0.9, 1..25i64),
        select(&STATUSES[..]),
    );
    (of_all, vec(line, 1..6)).prop_map(|((customer, day, status), lines)| Order {
        customer,
        day,
        status,
        lines,
    })
}

fn shop() -> impl Strategy<Value = Shop> {
    let item = (select(&CATEGORIES[..]), select(&GROUPS[..]));
    let told = subsequence(&ITEMS[..], 0..=ITEMS.len());
    let items = (told, vec(item, ITEMS.len())).prop_map(|(told, rows)| {
        let rows = told.into_iter().zip(rows);
        let rows = rows.map(|(item, (category, group))| (item, category, group));
        rows.chain([("lamp", "light/old", "")]).collect()
    });
    let events = vec((select(&CUSTOMERS[..]), 1..40i64, select(&ITEMS[..])), 0..4);
    (
        (vec(order(), 3..16), any::<bool>()),
        items,
        events,
        subsequence(&ITEMS[..], 0..4),
        weighted(0.2, select(&ITEMS[..])),
    )
        .prop_map(
            |((orders, with_statuses), items, events, named_group, ignore)| Shop {
                orders,
                with_statuses,
                items,
                events,
                named_group,
                ignore,
            },
        )
}

impl Shop {
    fn tables(&self) -> Tables<'static> {
        let mut settings = Settings::default();
        settings.groups.insert(
            "named".to_owned(),
            self.named_group
                .iter()
                .map(|&item| item.to_owned())
                .collect(),
        );
        settings.ignore.extend(self.ignore.map(str::to_owned));
        let mut lines = Vec::new();
        for (place, order) in self.orders.iter().enumerate() {
            for &(item, pieces, return_of) in &order.lines {
                let returned = return_of.filter(|_| pieces < 0);
                lines.push(OrderLine {
                    order_id: format!("o{place}").into(),
                    customer_id: order.customer.map(Into::into),
                    item_id: item.into(),
                    quantity: Quantity(pieces * 1000),
                    // One time at least is told, as lists that fade or wait need it.
                    ordered_at: order
                        .day
                        .or((place == 0).then_some(1))
                        .map(|day| Instant(day * DAY)),
                    status: self.with_statuses.then(|| order.status.into()),
                    return_of: returned.map(|of| format!("o{of}").into()),
                    ..OrderLine::default()
                });
            }
        }
        let mut items = "item_id,name,category,group,shelf\n".to_owned();
        for (item, category, group) in &self.items {
            items.push_str(&format!("{item},the {item},{category},{group},7\n"));
        }
        let mut events = "customer_id,kind,at,item_id\neve,view,1970-01-02,seen\n".to_owned();
        for (customer, day, item) in &self.events {
            events.push_str(&format!("{customer},view,{},{item}\n", Instant(day * DAY)));
        }
        let mut tables = Tables::new(settings).order_lines(lines).unwrap();
        for (table, text) in [
            (TableName::Items, items),
            (
                TableName::Customers,
                "customer_id,age\nann,40\nfay,50\n".to_owned(),
            ),
            (TableName::Events, events),
            (
                TableName::Spend,
                "channel,from,to,amount\nweb,1970-01-01,1970-01-31,5\n".to_owned(),
            ),
        ] {
            let input = Input::bytes(text.as_bytes(), "a table");
            tables = tables.read(table, input).unwrap();
        }
        tables
    }

    fn history(&self) -> History {
        self.tables().history().unwrap()
    }
}

/// How an engine is fitted.
#[derive(Clone, Copy, Debug)]
struct Fit {
    learn: Learn,
    half_life: Option<f64>,
}

impl Fit {
    fn engine(self, history: &History) -> Engine {
        let Fit { learn, half_life } = self;
        let params = AlsoBoughtParams {
            half_life,
            within_days: learn.within_days,
            ..AlsoBought::params()
                .measure(learn.measure)
                .neighbours(learn.neighbours)
                .min_customers(learn.min_customers)
                .threads(1)
        };
        let builder = Engine::builder(history).basis(learn.basis);
        builder
            .by_group(learn.by_group)
            .also_bought(params)
            .fit()
            .unwrap()
    }
}

/// Ways to learn of which the twin knows every bit.
fn learn() -> impl Strategy<Value = Fit> {
    let plain = (
        select(&Measure::ALL[..]),
        select(&Basis::ALL[..]),
        Just(None),
    );
    let after = [Measure::Count, Measure::Confidence, Measure::Lift];
    let after = (
        select(after.to_vec()),
        Just(Basis::Customer),
        select(&[Some(3.0), Some(9.5)][..]),
    );
    let measure = prop_oneof![3 => plain, 1 => after];
    (measure, 1..5usize, 1..3u32, any::<bool>()).prop_map(
        |((measure, basis, within_days), neighbours, min_customers, by_group)| Fit {
            learn: Learn {
                basis,
                by_group,
                measure,
                neighbours,
                min_customers,
                within_days,
            },
            half_life: None,
        },
    )
}

/// All ways to learn: purchases may fade.
fn fit() -> impl Strategy<Value = Fit> {
    let fading = (learn(), any::<bool>()).prop_map(|(fit, count)| Fit {
        learn: Learn {
            measure: if count {
                Measure::Count
            } else {
                Measure::Cosine
            },
            within_days: None,
            ..fit.learn
        },
        half_life: Some(5.0),
    });
    prop_oneof![3 => learn(), 1 => fading]
}

/// Ids that are asked for: now and then one that is none.
fn id() -> impl Strategy<Value = String> {
    let known = select(&ITEMS[..]);
    let other = select(&["lamp", "seen", "CUP"][..]);
    prop_oneof![20 => known, 2 => other].prop_map(str::to_owned)
}

fn about() -> impl Strategy<Value = About> {
    let customer = select(&["ann", "bo", "cy", "di", "ed", "Zoë", "fay", "nobody"][..]);
    let category = select(&["drinks", "drinks/tea", "pots", "light", "drin"][..]);
    prop_oneof![
        2 => id().prop_map(About::Item),
        3 => vec(id(), 0..4).prop_map(About::Basket),
        3 => customer.prop_map(|customer| About::Customer(customer.to_owned())),
        1 => of(category).prop_map(|path| About::Popular(path.map(str::to_owned))),
    ]
}

fn ask() -> impl Strategy<Value = Ask> {
    let only = weighted(0.2, vec(id(), 0..7));
    let n = prop_oneof![9 => 1..6usize, 3 => 6..15usize, 1 => Just(1000)];
    let choices = (weighted(0.2, Just(true)), weighted(0.3, any::<bool>()));
    (
        about(),
        n,
        vec(id(), 0..3),
        weighted(0.4, Just(())),
        only,
        choices,
    )
        .prop_map(
            |(about, n, exclude, excludes, only, (keep_owned, fallback))| Ask {
                exclude: excludes.map_or(Vec::new(), |()| exclude),
                only,
                keep_owned: keep_owned.is_some(),
                fallback,
                ..Ask::of(about, n)
            },
        )
}

fn asks() -> impl Strategy<Value = Vec<Ask>> {
    vec(ask(), 12)
}

/// Which of the twin's refusals an error is.
fn refusal(error: &Error) -> Refused {
    match error {
        Error::UnknownItem { .. } => Refused::UnknownItem,
        Error::UnknownName {
            what: "category", ..
        } => Refused::UnknownCategory,
        Error::Setting { name: "n", .. } => Refused::NoneAskedFor,
        other => panic!("{other}"),
    }
}

/// The answers to what can be answered.
fn answered(engine: &Engine, asks: &[Ask]) -> Vec<(Ask, Suggestions)> {
    let answer = |ask: &Ask| Some((ask.clone(), ask.query(engine).suggest().ok()?));
    asks.iter().filter_map(answer).collect()
}

/// Which list of one order a suggestion belongs to: its level, and of categories which one.
fn level(suggestion: &Suggestion) -> (Source, Option<String>) {
    let category = match &suggestion.reason {
        Reason::Popular(popular) => popular.category.clone(),
        Reason::BoughtWith(_) => None,
    };
    (suggestion.source, category)
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn every_answer_is_what_the_twin_says(shop in shop(), fit in learn(), asks in asks()) {
        let history = shop.history();
        let (engine, twin) = (fit.engine(&history), Twin::new(&history, fit.learn));
        for ask in &asks {
            match (ask.query(&engine).suggest(), twin.answer(ask)) {
                (Ok(answer), Ok(told)) => {
                    prop_assert_eq!(&answer.items, &told.items, "{:?}", ask);
                    prop_assert_eq!(&answer.unknown, &told.unknown, "{:?}", ask);
                    prop_assert_eq!(answer.short_reason.is_some(), told.items.len() < ask.n);
                }
                (Err(error), told) => prop_assert_eq!(Err(refusal(&error)), told, "{:?}", ask),
                (Ok(answer), Err(refused)) => prop_assert!(false, "{answer:?}, but {refused:?}"),
            }
        }
    }

    #[test]
    fn as_many_as_were_asked_for_or_why_there_are_fewer(
        shop in shop(), fit in fit(), asks in asks(),
    ) {
        let history = shop.history();
        for (ask, answer) in answered(&fit.engine(&history), &asks) {
            let mut items: Vec<&str> = answer.items.iter().map(|it| &it.item[..]).collect();
            prop_assert!(items.len() <= ask.n);
            prop_assert_eq!(items.len() < ask.n, answer.short_reason.is_some());
            items.sort_unstable();
            prop_assert!(items.windows(2).all(|pair| pair[0] != pair[1]), "{:?}", items);
        }
    }

    #[test]
    fn nothing_is_suggested_that_may_not_be(shop in shop(), fit in fit(), asks in asks()) {
        let history = shop.history();
        let twin = Twin::new(&history, fit.learn);
        for (ask, answer) in answered(&fit.engine(&history), &asks) {
            let given = twin.given(&ask.about).unwrap();
            for Suggestion { item, .. } in &answer.items {
                prop_assert!(!ask.exclude.contains(item));
                prop_assert!(ask.only.as_ref().is_none_or(|only| only.contains(item)));
                let item = twin.index(item);
                let own = |&other: &u32| other == item || twin.are_variants(other, item);
                prop_assert!(ask.keep_owned || !given.iter().any(own), "{:?}", ask);
            }
        }
    }

    #[test]
    fn levels_come_in_order_scores_fall_and_reasons_are_true(
        shop in shop(), fit in fit(), asks in asks(),
    ) {
        let history = shop.history();
        let twin = Twin::new(&history, fit.learn);
        for (ask, answer) in answered(&fit.engine(&history), &asks) {
            for pair in answer.items.windows(2) {
                let (one, next) = (&pair[0], &pair[1]);
                prop_assert!(one.source <= next.source, "{:?}", answer.items);
                if level(one) == level(next) {
                    let [unit, next_unit] = [one, next].map(|it| twin.unit_of(&it.item));
                    let tie = one.score == next.score && unit < next_unit;
                    prop_assert!(one.score > next.score || tie, "{:?}", answer.items);
                }
            }
            let given = twin.given(&ask.about).unwrap();
            for suggestion in &answer.items {
                let unit = twin.unit_of(&suggestion.item);
                match &suggestion.reason {
                    Reason::BoughtWith(with) => {
                        prop_assert_eq!(suggestion.source, Source::AlsoBought);
                        prop_assert!(given.contains(&twin.index(&with.with)));
                        let evidence = twin.evidence(twin.unit_of(&with.with), unit);
                        prop_assert_eq!(Some(with.evidence), evidence);
                    }
                    Reason::Popular(popular) => {
                        prop_assert_eq!(suggestion.score, popular.buyers as f32);
                        let told = twin.popular(unit, level(suggestion).1);
                        prop_assert_eq!(popular, &told);
                    }
                }
            }
        }
    }

    #[test]
    fn an_explanation_is_what_the_twin_says(
        shop in shop(), fit in learn(), asks in vec(ask(), 6),
    ) {
        let history = shop.history();
        let (engine, twin) = (fit.engine(&history), Twin::new(&history, fit.learn));
        for ask in &asks {
            for item in history.items().iter().chain(["CUP"]) {
                match (ask.query(&engine).explain(item), twin.explain(ask, item)) {
                    (Ok(explanation), Ok(told)) => {
                        prop_assert_eq!(explanation, told, "{:?}", ask);
                    }
                    (Err(error), told) => {
                        prop_assert_eq!(Some(refusal(&error)), told.err(), "{:?}", ask);
                    }
                    (Ok(it), Err(refused)) => prop_assert!(false, "{it:?}, but {refused:?}"),
                }
            }
        }
    }

    #[test]
    fn an_explanation_agrees_with_the_answer(shop in shop(), fit in fit(), asks in asks()) {
        let history = shop.history();
        let engine = fit.engine(&history);
        for (ask, answer) in answered(&engine, &asks) {
            for item in history.items().iter() {
                let told = ask.query(&engine).explain(item).unwrap();
                let place = answer.items.iter().position(|shown| shown.item == item);
                prop_assert_eq!(told.rank, place.map(|place| place + 1), "{:?}", told);
                prop_assert_eq!(told.kept_out.is_none(), place.is_some(), "{:?}", told);
                let shown = place.map(|place| &answer.items[place]);
                prop_assert_eq!(told.score, shown.map(|shown| shown.score));
                prop_assert_eq!(told.source, shown.map(|shown| shown.source));
                if let Some(KeptOut::BelowN { rank, n }) = told.kept_out {
                    prop_assert!(rank > n && n == ask.n, "{:?}", told);
                }
                // What is past the kept neighbours adds where the kept ones ran short of n.
                if let Some(Source::AlsoBought) = told.source {
                    let sum = |kept: bool| -> f32 {
                        let parts = told.contributions.iter().filter(|it| it.kept || !kept);
                        parts.map(|part| part.score).sum()
                    };
                    let near = |sum: f32| (sum - told.score.unwrap()).abs() <= sum * 1e-6;
                    prop_assert!(near(sum(true)) || near(sum(false)), "{:?}", told);
                    if answer.short_reason.is_some() {
                        prop_assert!(near(sum(false)), "{:?}", told);
                    }
                }
            }
        }
    }

    #[test]
    fn a_page_shows_nothing_twice(shop in shop(), fit in learn(), asks in vec(ask(), 4)) {
        let history = shop.history();
        let (engine, twin) = (fit.engine(&history), Twin::new(&history, fit.learn));
        let page = engine.page(asks.iter().map(|ask| ask.query(&engine)));
        let told = twin.page(&asks);
        let lists = match page {
            Ok(lists) => lists,
            Err(error) => {
                prop_assert_eq!(Some(refusal(&error)), told.err());
                return Ok(());
            }
        };
        prop_assert_eq!(&lists[0], &asks[0].query(&engine).suggest().unwrap());
        let mut shown: Vec<(usize, u32)> = Vec::new();
        for (place, (list, told)) in lists.iter().zip(told.unwrap()).enumerate() {
            prop_assert_eq!(&list.items, &told.items);
            prop_assert_eq!(list.short_reason.is_some(), list.items.len() < asks[place].n);
            for item in list.items.iter().map(|shown| twin.index(&shown.item)) {
                for &(other_place, other) in &shown {
                    prop_assert_ne!(item, other);
                    // Variants of one group may stand in one list, unless they count as one.
                    let apart = other_place != place || fit.learn.by_group;
                    prop_assert!(!(apart && twin.are_variants(item, other)));
                }
                shown.push((place, item));
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(50))]

    #[test]
    fn many_questions_are_answered_as_each_is_alone(
        shop in shop(), fit in fit(), asks in vec(ask(), 200),
    ) {
        let engine = fit.engine(&shop.history());
        let alone = asks.iter().map(|ask| ask.query(&engine).suggest());
        let first_error = alone.clone().find_map(Result::err);
        let all: Vec<Query<'_>> = asks.iter().map(|ask| ask.query(&engine)).collect();
        for threads in [1, 2, 7] {
            let together = engine.answer_all(&all, Some(threads), Watch::new());
            match &first_error {
                Some(error) => {
                    prop_assert_eq!(together.unwrap_err().to_string(), error.to_string());
                }
                None => {
                    let alone: Vec<Suggestions> = alone.clone().map(Result::unwrap).collect();
                    prop_assert_eq!(together.unwrap(), alone);
                }
            }
        }
        let can_be: Vec<(Ask, Suggestions)> = answered(&engine, &asks);
        let all: Vec<Query<'_>> = can_be.iter().map(|(ask, _)| ask.query(&engine)).collect();
        for threads in [1, 2, 7] {
            let together = engine.answer_all(&all, Some(threads), Watch::new()).unwrap();
            prop_assert!(together.iter().eq(can_be.iter().map(|(_, alone)| alone)));
        }
    }

    #[test]
    fn a_file_holds_the_whole_engine(shop in shop(), fit in fit(), asks in asks()) {
        let history = shop.history();
        let engine = fit.engine(&history);
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("shop.cobuy");
        let id = engine.save(&path).unwrap();
        let opened = Engine::open(&path).unwrap();
        // A file says nothing of threads: they change no answer.
        prop_assert_eq!(opened.model().lists(), engine.model().lists());
        prop_assert_eq!(opened.bought(), engine.bought());
        prop_assert_eq!(opened.purchases(), engine.purchases());
        prop_assert_eq!(opened.about(), engine.about());
        for ask in &asks {
            let [one, other] = [&engine, &opened].map(|engine| {
                ask.query(engine).suggest().map_err(|error| error.to_string())
            });
            prop_assert_eq!(one, other);
            let [one, other] = [&engine, &opened].map(|engine| {
                ask.query(engine).explain("cup").map_err(|error| error.to_string())
            });
            prop_assert_eq!(one, other);
        }
        let again = opened.history(Watch::new()).unwrap();
        prop_assert_eq!(&again, &history);
        prop_assert_eq!(again.summary().as_of, history.summary().as_of);
        prop_assert_eq!(fit.engine(&again).save(&path).unwrap(), id.clone());
        prop_assert_eq!(Engine::open(&path).unwrap().save(&path).unwrap(), id);
        prop_assert_eq!(inspect(&path).unwrap().stored, Stored::Shop);
    }
}

/// Each customer's one order of some items.
fn orders(told: &[(&str, &str)]) -> History {
    let lines = told
        .iter()
        .enumerate()
        .flat_map(|(order, (customer, items))| {
            let line = move |item| OrderLine::new(order.to_string(), *customer, item);
            items.split(' ').map(line)
        });
    History::from_orders(lines, &Settings::default()).unwrap()
}

#[test]
fn an_item_that_is_not_known_is_told_with_those_near_it() {
    let history = orders(&[("ann", "teapot cup"), ("bo", "teapot")]);
    let engine = Engine::builder(&history).fit().unwrap();
    let near = |error: Error| match error {
        Error::UnknownItem { item, near } => (item, near),
        other => panic!("{other}"),
    };
    let teapot = ("teapod".to_owned(), vec!["teapot".to_owned()]);
    let basket = engine.for_basket(["cup", "teapod"]);
    assert_eq!(
        near(engine.also_bought("teapod").suggest().unwrap_err()),
        teapot
    );
    assert_eq!(near(basket.suggest().unwrap_err()), teapot);
    let explained = engine.also_bought("cup").explain("teapod");
    assert_eq!(near(explained.unwrap_err()), teapot);
    let filtered = engine
        .also_bought("cup")
        .exclude(["teapod"])
        .only(["teapot", "x"]);
    let filtered = filtered.suggest().unwrap();
    assert_eq!(
        (filtered.items.len(), filtered.unknown),
        (1, vec!["teapod".into(), "x".into()])
    );
}

#[test]
fn whoever_has_bought_nothing_is_answered_with_what_is_popular() {
    let settings = Settings::default();
    let lines = [
        ("1", "ann", "tea", 2),
        ("2", "bo", "tea", 1),
        ("2", "bo", "cup", 1),
    ];
    let lines = lines.map(|(order, customer, item, pieces)| {
        OrderLine::new(order, customer, item).quantity(Quantity(pieces * 1000))
    });
    let given_back = OrderLine::new("3", "cy", "cup").quantity(Quantity(-1000));
    let history = History::from_orders(lines.into_iter().chain([given_back]), &settings).unwrap();
    let engine = Engine::builder(&history).fit().unwrap();
    for customer in ["nobody", "cy"] {
        let answer = engine.for_customer(customer).n(2).suggest().unwrap();
        let told: Vec<_> = answer
            .items
            .iter()
            .map(|it| (&it.item[..], it.source))
            .collect();
        assert_eq!(told, [("tea", Source::Popular), ("cup", Source::Popular)]);
        assert_eq!(answer, engine.popular(None).n(2).suggest().unwrap());
    }
}

#[test]
fn a_shop_in_which_no_order_counts_says_so() {
    let line = OrderLine::new("1", "ann", "tea").status("cancelled");
    let history = History::from_orders([line], &Settings::default()).unwrap();
    let engine = Engine::builder(&history).fit().unwrap();
    let reason = "no item was bought in orders that count";
    for query in [
        engine.popular(None),
        engine.for_customer("ann"),
        engine.for_customer("bo"),
    ] {
        let answer = query.suggest().unwrap();
        assert_eq!(answer.items, []);
        assert!(answer.short_reason.unwrap().starts_with(reason));
    }
    let answer = engine.also_bought("tea").suggest().unwrap();
    let reason = "`tea` was never bought by a known customer in an order that counts";
    assert_eq!(answer.short_reason.as_deref(), Some(reason));
}

#[test]
fn none_at_all_cannot_be_asked_for() {
    let history = orders(&[("ann", "tea cup")]);
    let engine = Engine::builder(&history).fit().unwrap();
    for query in [
        engine.also_bought("tea"),
        engine.for_basket(["tea"]),
        engine.for_customer("ann"),
        engine.popular(None),
    ] {
        for error in [
            query.clone().n(0).suggest().unwrap_err(),
            query.clone().n(0).explain("cup").unwrap_err(),
            engine.page([query.clone().n(0)]).unwrap_err(),
            engine
                .answer_all(&[query.n(0)], None, Watch::new())
                .unwrap_err(),
        ] {
            assert_eq!(error.to_string(), "`n` is 0, but it must be at least 1");
        }
    }
}

#[test]
fn what_keeps_an_item_out_is_told_by_the_lists_that_answer() {
    let mut told = vec![("ann", "a w"), ("bo", "q")];
    told.extend([
        ("cy", "a x"),
        ("di", "a x"),
        ("ed", "a x"),
        ("fay", "a z"),
        ("gus", "a z"),
    ]);
    told.extend([
        ("hal", "b y"),
        ("ida", "b y"),
        ("jo", "b y"),
        ("kai", "b z"),
        ("lea", "b z"),
    ]);
    let params = AlsoBought::params().measure(Measure::Count).neighbours(1);
    let history = orders(&told);
    let engine = Engine::builder(&history).also_bought(params).fit().unwrap();
    let kept_out = |query: Query<'_>, item: &str| query.explain(item).unwrap().kept_out.unwrap();
    let basket = || engine.for_basket(["a", "b"]);
    // Whole rows would give it 4, but the kept ones, of 3 each, suffice.
    assert_eq!(kept_out(basket().n(1), "z"), KeptOut::NotKept);
    assert_eq!(
        kept_out(basket().n(1), "y"),
        KeptOut::BelowN { rank: 2, n: 1 }
    );
    assert_eq!(kept_out(basket().n(1), "q"), KeptOut::NeverTogether);
    assert_eq!(
        kept_out(basket().n(3), "w"),
        KeptOut::BelowN { rank: 4, n: 3 }
    );
    let popular = || engine.popular(None).fallback(false);
    assert_eq!(
        kept_out(popular().n(1), "b"),
        KeptOut::BelowN { rank: 2, n: 1 }
    );
    let own = engine.also_bought("b").keep_owned(true);
    assert_eq!(kept_out(own.clone().n(9), "b"), KeptOut::Owned);
    assert_eq!(
        kept_out(own.fallback(true).n(3), "b"),
        KeptOut::BelowN { rank: 4, n: 3 }
    );
}
