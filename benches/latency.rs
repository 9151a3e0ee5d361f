//! How long single answers take: the middle one and the slowest of a hundred, which an average hides.

#[allow(dead_code)] // every bench uses a part of it
mod shop;

use cobuy::{Engine, History, Query, Settings};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How many answers are timed of each question.
const CALLS: usize = 20_000;

/// Makes the question of each call.
type Ask<'a> = &'a dyn Fn(usize) -> Query<'a>;

fn main() -> cobuy::Result<()> {
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

    println!(
        "{:<28}{:>12}{:>12}   of {calls} answers, {}",
        "",
        "p50",
        "p99",
        shop::SIZE
    );
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
    Ok(())
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
    println!("{name:<28}{:>9.1} us{:>9.1} us", at(50), at(99));
    Ok(())
}
