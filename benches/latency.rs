//! How long single answers take: the middle one and the slowest of a hundred, which an average hides. Of a
//! made-up shop, and of gowalla's purchases with made-up prices and categories, under rules.

#[allow(dead_code)] // every bench uses a part of it
mod shop;

use cobuy::{Engine, History, Input, OrderLine, Query, Settings, TableName, Tables};
use std::error::Error;
use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How many answers are timed of each question.
const CALLS: usize = 20_000;

/// Makes the question of each call.
type Ask<'a> = &'a dyn Fn(usize) -> Query<'a>;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo bench -- --test` only looks whether it works.
    let calls = match std::env::args().any(|argument| argument == "--test") {
        true => 10,
        false => CALLS,
    };
    let lines = shop::lines(shop::LINES);
    // Items are asked for as often as they are bought.
    let asked: Vec<&str> = lines[..5_000].iter().map(|line| &*line.item_id).collect();
    let history = History::from_orders(lines.clone(), &Settings::default())?;
    let engine = Engine::builder(&history).fit()?;
    let owners = shop::owners(&engine, 20);
    let some: Vec<&str> = engine.items().iter().step_by(40).collect();

    head(calls, shop::SIZE);
    let item = |at: usize| engine.also_bought(asked[at % asked.len()]);
    let basket = |at: usize| {
        let first = at * 3 % (asked.len() - 3);
        engine.for_basket(asked[first..first + 3].to_vec())
    };
    let customer = |at: usize| engine.for_customer(owners[at % owners.len()]);
    let popular = |_: usize| engine.popular(None);
    let questions: [(&str, Ask<'_>); 4] = [
        ("also_bought", &item),
        ("for_basket of 3", &basket),
        ("for_customer of 20", &customer),
        ("popular", &popular),
    ];
    for (name, question) in questions {
        time(name, calls, question)?;
        let exclude = |at| question(at).exclude(asked[..5].to_vec());
        time(&format!("{name}, exclude 5"), calls, exclude)?;
        // Hardly ever are ten kept neighbours among these, so rows are counted anew.
        time(&format!("{name}, only 100"), calls, |at| {
            question(at).only(some.clone())
        })?;
    }
    match shop::real("gowalla/train.txt.gz") {
        Some(gzip) => under_rules(&String::from_utf8(shop::unpacked(&gzip)?)?, calls),
        None => Ok(()),
    }
}

/// Answers under a filter that lets through half of all items, a fortieth of them, and very few.
fn under_rules(interactions: &str, calls: usize) -> Result<(), Box<dyn Error>> {
    let mut lines = Vec::new();
    for line in interactions.lines() {
        let mut words = line.split_whitespace();
        let user = words.next().ok_or("a line without a user")?;
        lines.extend(words.map(|item| OrderLine::new(user, user, item)));
    }
    let items = lines.iter().map(|line| line.item_id.parse::<usize>());
    let items = items.collect::<Result<Vec<_>, _>>()?;
    let mut table = "item_id,category,price\n".to_owned();
    for item in 0..=items.iter().max().copied().unwrap_or_default() {
        let _ = writeln!(table, "{item},c{},{}", item * 7 % 40, 1 + item * 13 % 1_000);
    }
    // In strides that share no factor with how many there are, so as often as they are bought.
    let asked: Vec<String> = (0..5_000)
        .map(|at| items[at * 7_919 % items.len()].to_string())
        .collect();
    let tables = Tables::new(Settings::default()).order_lines(lines)?.read(
        TableName::Items,
        Input::bytes(table.as_bytes(), "the items"),
    )?;
    let engine = Engine::builder(&tables.history()?).fit()?;
    let owners = shop::owners(&engine, 20);
    head(calls, "gowalla");
    let item = |at: usize| engine.also_bought(&*asked[at % asked.len()]);
    let customer = |at: usize| engine.for_customer(owners[at % owners.len()]);
    let questions: [(&str, Ask<'_>); 2] =
        [("also_bought", &item), ("for_customer of 20", &customer)];
    for (name, question) in questions {
        time(name, calls, question)?;
        for (rule, lets_through) in [
            ("price <= 500", "a half"),
            ("category = 'c7'", "a fortieth"),
            ("price <= 2", "84 items"),
        ] {
            let filter = |at| question(at).filter(rule);
            time(&format!("{name}, {lets_through}"), calls, filter)?;
        }
    }
    // Fewer items than the customer owns.
    let owners = shop::owners(&engine, 60);
    let customer = |at: usize| engine.for_customer(owners[at % owners.len()]);
    time("for_customer of 60", calls, customer)?;
    for few in [1, 10, 30] {
        let only = |at| {
            let first = at % (asked.len() - few);
            customer(at).only(asked[first..first + few].to_vec())
        };
        time(&format!("for_customer of 60, only {few}"), calls, only)?;
        let from_lists = |at| only(at).fallback(false);
        time("... from lists alone", calls, from_lists)?;
    }
    Ok(())
}

fn head(calls: usize, shop: &str) {
    println!(
        "{:<32}{:>12}{:>12}   of {calls} answers, {shop}",
        "", "p50", "p99"
    );
}

/// Times each answer by itself, the making of its question included.
fn time<'a>(name: &str, calls: usize, question: impl Fn(usize) -> Query<'a>) -> cobuy::Result<()> {
    let mut took: Vec<Duration> = Vec::with_capacity(calls);
    for at in 0..calls {
        let start = Instant::now();
        black_box(question(at).n(10).suggest()?);
        took.push(start.elapsed());
    }
    took.sort_unstable();
    let at = |share: usize| took[(calls * share / 100).min(calls - 1)].as_secs_f64() * 1e6;
    println!("{name:<32}{:>9.1} us{:>9.1} us", at(50), at(99));
    Ok(())
}
