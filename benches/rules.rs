//! What rules cost: reading one, evaluating a filter over 100,000 items, and answers with one.

use cobuy::{Engine, Input, OrderLine, Rule, Settings, TableName, Tables};
use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

const ITEMS: usize = 100_000;
/// Rules of one shape, each of which is new to the engine.
const NEW: usize = 300;
const CALLS: usize = 20_000;

fn main() -> cobuy::Result<()> {
    let test = std::env::args().any(|argument| argument == "--test");
    let (items, new, calls) = match test {
        true => (1_000, 3, 10),
        false => (ITEMS, NEW, CALLS),
    };
    let engine = shop(items)?;
    println!("{:<58}{:>12}{:>12}", format!("{items} items"), "p50", "p99");

    let long = "price <= 20 and in_stock and category under 'toys' and not brand in ('b1', 'b2')";
    time("parse", calls, |_| Rule::parse(long).map(|_| ()))?;
    // A number of its own makes each rule a new one.
    let filters: [(&str, &dyn Fn(usize) -> String); 5] = [
        ("one comparison", &|at| format!("price <= 50.{:04}", at + 1)),
        ("four clauses", &|at| {
            format!("{long} and price != {at}.0001")
        }),
        ("arithmetic", &|at| {
            format!("margin / price > 0.2 and price * 2 - cost > {at}.0001")
        }),
        ("a text of each item", &|at| format!("name contains '{at}'")),
        ("a time of each item", &|at| {
            format!("listed within last {}d", at + 1)
        }),
    ];
    for (name, filter) in filters {
        let filter = |at: usize| engine.popular(None).n(1).filter(filter(at)).suggest();
        time(&format!("filter, new: {name}"), new, |at| {
            filter(at).map(|_| ())
        })?;
    }
    let asked: Vec<&str> = engine.items().iter().step_by(items / 500).collect();
    let item = |at: usize| engine.also_bought(asked[at % asked.len()]).n(10);
    time("also bought", calls, |at| item(at).suggest().map(|_| ()))?;
    let filters = [
        ("filter, known", "price <= 60 and in_stock"),
        ("filter, known, few", long),
        (
            "filter with `context.`",
            "price <= context.price * 1.5 and in_stock",
        ),
    ];
    for (name, filter) in filters {
        time(&format!("also bought, {name}"), calls, |at| {
            item(at).filter(filter).suggest().map(|_| ())
        })?;
    }
    time("also bought, boost", calls, |at| {
        item(at).boost("margin / price").suggest().map(|_| ())
    })
}

/// A shop whose items have prices, brands and categories; every tenth tells no cost.
fn shop(items: usize) -> cobuy::Result<Engine> {
    let mut table = "item_id,name,category,brand,price,cost,stock,listed\n".to_owned();
    for item in 0..items {
        let (kind, brand) = (["toys", "books", "home"][item % 3], item * 7 % 50);
        let (price, day) = (1 + item * 13 % 100, 1 + item % 28);
        let cost = if item % 10 == 0 {
            String::new()
        } else {
            (price as f64 * 0.6).round().to_string()
        };
        let _ = writeln!(
            table,
            "i{item:06},thing {item},{kind}/{},b{brand},{price},{cost},{},2024-01-{day:02}",
            item % 40,
            item % 4
        );
    }
    let lines = (0..items * 5).map(|line| {
        let (order, item) = (line / 5, line * 2_741 % items);
        let at = cobuy::Instant(1_706_000_000_000_000 + order as i64 * 1_000_000);
        // Neighbours in number are bought together again and again.
        let item = (item + order * 31 % 7) % items;
        OrderLine::new(
            format!("o{order}"),
            format!("c{}", order % 20_000),
            format!("i{item:06}"),
        )
        .ordered_at(at)
    });
    let tables = Tables::new(Settings::default()).order_lines(lines)?.read(
        TableName::Items,
        Input::bytes(table.as_bytes(), "the items"),
    )?;
    Engine::builder(&tables.history()?).fit()
}

/// Times each call by itself.
fn time(name: &str, calls: usize, call: impl Fn(usize) -> cobuy::Result<()>) -> cobuy::Result<()> {
    let mut took: Vec<Duration> = Vec::with_capacity(calls);
    for at in 0..calls {
        let start = Instant::now();
        black_box(call(at)?);
        took.push(start.elapsed());
    }
    took.sort_unstable();
    let at = |share: usize| took[(calls * share / 100).min(calls - 1)].as_secs_f64() * 1e6;
    println!("{name:<58}{:>9.1} us{:>9.1} us", at(50), at(99));
    Ok(())
}
