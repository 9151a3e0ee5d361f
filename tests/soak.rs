//! A hundred thousand questions of all sorts to one shop, from two threads: every one is answered or
//! refused by the rules, and nothing of them stays in memory.

#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(unsafe_code)] // an allocator is unsafe by its trait; this one only counts

mod random;

use cobuy::engine::KeptOut;
use cobuy::{
    AlsoBought, Engine, Error, Explanation, History, Input, OrderLine, Query, Settings, Source,
    Suggestions, TableName, Tables,
};
use random::Random;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// The system's allocator, which counts the bytes that are in use.
struct Counting;

static LIVE: AtomicI64 = AtomicI64::new(0);

fn note(bytes: usize, sign: i64) {
    LIVE.fetch_add(sign * bytes as i64, Ordering::Relaxed);
}

// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size(), 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size(), 1);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(layout.size(), -1);
        note(size, 1);
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        note(layout.size(), -1);
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const ITEMS: usize = 60;
const CUSTOMERS: usize = 250;
const CALLS: u64 = 100_000;
const THREADS: u64 = 2;
/// What is kept once for all: no part of it grows with the calls.
const BOUND: i64 = 4096;
/// What a thread works in, at most, where there are so few items.
const SPACE: i64 = 32_768;

impl Random {
    /// An item, now and then one that is none.
    fn item(&mut self) -> String {
        match self.below(40) {
            0 => format!("nothing-{}", self.below(9)),
            _ => format!("item-{}", self.below(ITEMS)),
        }
    }

    fn some_items(&mut self, most: usize) -> Vec<String> {
        let count = self.below(most + 1);
        (0..count).map(|_| self.item()).collect()
    }

    fn customer(&mut self) -> String {
        format!("customer-{}", self.below(CUSTOMERS + 9))
    }
}

/// A shop whose few popular items are in most baskets; six items a category, two of them a group.
fn shop() -> Engine {
    let mut random = Random(1);
    let mut lines = Vec::new();
    for order in 0..600 {
        let customer = format!("customer-{}", random.below(CUSTOMERS));
        for _ in 0..=random.below(4) {
            let most = random.below(ITEMS) + 1;
            let item = format!("item-{}", random.below(most));
            lines.push(OrderLine::new(order.to_string(), customer.clone(), item));
        }
    }
    let mut items = "item_id,name,category,group\n".to_owned();
    for item in 0..ITEMS {
        let (category, group) = (item / 6, item / 2);
        let group = if item % 6 < 2 {
            format!("g{group}")
        } else {
            String::new()
        };
        items.push_str(&format!(
            "item-{item},Item {item},c{}/d{category},{group}\n",
            category / 3
        ));
    }
    let tables = Tables::new(Settings::default()).order_lines(lines).unwrap();
    let input = Input::bytes(items.as_bytes(), "items");
    let history: History = tables
        .read(TableName::Items, input)
        .unwrap()
        .history()
        .unwrap();
    let params = AlsoBought::params().neighbours(8);
    Engine::builder(&history).also_bought(params).fit().unwrap()
}

/// A question, and what its answer may not hold.
struct Asked<'a> {
    query: Query<'a>,
    n: usize,
    exclude: Vec<String>,
    only: Option<Vec<String>>,
    basket: Vec<String>,
    keep_owned: bool,
}

fn ask<'a>(engine: &'a Engine, random: &mut Random) -> Asked<'a> {
    let mut basket = Vec::new();
    let mut query = match random.below(4) {
        0 => {
            basket.push(random.item());
            engine.also_bought(basket[0].clone())
        }
        1 => {
            basket = random.some_items(4);
            engine.for_basket(&basket)
        }
        2 => engine.for_customer(random.customer()),
        _ => {
            let category = format!("c{}/d{}", random.below(4), random.below(11));
            let path = [&category[..], &category[..2]][random.below(2)];
            engine.popular(Some(path).filter(|_| random.once_in(2)))
        }
    };
    let n = match random.below(20) {
        0 => 0,
        1 => 1_000,
        _ => 1 + random.below(12),
    };
    let exclude = if random.once_in(3) {
        random.some_items(5)
    } else {
        Vec::new()
    };
    let only = random.once_in(6).then(|| random.some_items(20));
    let keep_owned = random.once_in(5);
    query = query.n(n).exclude(&exclude).keep_owned(keep_owned);
    if let Some(only) = &only {
        query = query.only(only);
    }
    if random.once_in(4) {
        query = query.fallback(random.once_in(2));
    }
    Asked {
        query,
        n,
        exclude,
        only,
        basket,
        keep_owned,
    }
}

/// What a question may be refused for.
fn check_refused(error: &Error, n: usize) {
    match error {
        Error::Setting { name: "n", .. } => assert_eq!(n, 0),
        Error::UnknownItem { item, .. } => assert!(item.starts_with("nothing-")),
        Error::UnknownName { what, .. } => assert_eq!(*what, "category"),
        other => panic!("{other}"),
    }
}

fn check_answer(asked: &Asked<'_>, answer: &Suggestions) {
    assert!(asked.n > 0 && answer.items.len() <= asked.n);
    assert_eq!(answer.items.len() < asked.n, answer.short_reason.is_some());
    for (place, shown) in answer.items.iter().enumerate() {
        let item = &shown.item;
        assert!(shown.score > 0.0 && shown.score.is_finite());
        assert_eq!(
            shown.reason.with().is_some(),
            shown.source == Source::AlsoBought
        );
        assert!(!shown.reason.to_string().is_empty());
        assert!(!asked.exclude.contains(item));
        assert!(asked.only.as_ref().is_none_or(|only| only.contains(item)));
        assert!(asked.keep_owned || !asked.basket.contains(item));
        let before = &answer.items[..place];
        assert!(
            before
                .iter()
                .all(|other| other.item != *item && other.source <= shown.source)
        );
    }
}

fn check_explanation(told: &Explanation, n: usize) {
    assert_eq!(told.rank.is_none(), told.kept_out.is_some());
    assert!(told.rank.is_none_or(|rank| (1..=n).contains(&rank)));
    if let Some(KeptOut::BelowN { rank, .. }) = told.kept_out {
        assert!(rank > n);
    }
    assert!(!told.to_string().is_empty());
}

/// Asks one thing of some sort, checks the answer, and says whether there was one.
fn call(engine: &Engine, random: &mut Random) -> bool {
    match random.below(10) {
        0 => {
            let asked = [0; 3].map(|_| ask(engine, random));
            match engine.page(asked.iter().map(|asked| asked.query.clone())) {
                Ok(lists) => {
                    let mut shown: Vec<&str> = Vec::new();
                    for (asked, list) in asked.iter().zip(&lists) {
                        check_answer(asked, list);
                        shown.extend(list.items.iter().map(|it| &it.item[..]));
                    }
                    shown.sort_unstable();
                    assert!(shown.windows(2).all(|pair| pair[0] != pair[1]));
                    true
                }
                Err(error) => {
                    let n = asked.iter().map(|asked| asked.n).min();
                    check_refused(&error, n.unwrap_or(0));
                    false
                }
            }
        }
        1 => {
            let asked = ask(engine, random);
            match asked.query.explain(&random.item()) {
                Ok(told) => check_explanation(&told, asked.n),
                Err(error) => {
                    check_refused(&error, asked.n);
                    return false;
                }
            }
            true
        }
        _ => {
            let asked = ask(engine, random);
            match asked.query.clone().suggest() {
                Ok(answer) => check_answer(&asked, &answer),
                Err(error) => {
                    check_refused(&error, asked.n);
                    return false;
                }
            }
            true
        }
    }
}

#[test]
fn a_hundred_thousand_questions_leave_nothing_behind() {
    let engine = shop();
    let answered = AtomicU64::new(0);
    let ask_all = |calls: u64, seed: u64| {
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                let (engine, answered) = (&engine, &answered);
                scope.spawn(move || {
                    let mut random = Random(seed + thread);
                    for _ in 0..calls / THREADS {
                        let one = u64::from(call(engine, &mut random));
                        answered.fetch_add(one, Ordering::Relaxed);
                    }
                });
            }
        });
    };
    // What is made once, such as a thread's name for messages, is there before it is counted.
    ask_all(1_000, 7);
    answered.store(0, Ordering::Relaxed);
    let before = LIVE.load(Ordering::Relaxed);
    ask_all(CALLS, 100);
    let grown = LIVE.load(Ordering::Relaxed) - before;
    let answered = answered.into_inner();
    println!("{answered} of {CALLS} answered, {grown} bytes more in use");
    assert!(answered > CALLS / 2);
    // A thread that had to share what it works in at first may have its own by now.
    assert!(grown.abs() <= BOUND + THREADS as i64 * SPACE, "{grown}");
}
