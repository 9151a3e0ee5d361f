//! How a fit grows: time and memory by the number of meetings that there are to be counted, the sum of
//! d_u^2 over customers of d_u items, next to a loop that does nothing but count them.
//!
//! Each shop is fitted in a process of its own, whose peak of memory is read. `cargo bench --bench growth`
//! prints a table, `-- --sets` of the public sets alone; `-- --test` only looks whether it works.

#[allow(dead_code)] // every bench uses a part of it
mod shop;

use cobuy::{AlsoBought, Measure, Purchases, Timeline, Watch};
use std::error::Error;
use std::process::Command;
use std::time::Instant;

/// What is made and fitted.
#[derive(Clone, Copy)]
struct Plan {
    name: &'static str,
    items: usize,
    purchases: usize,
    /// A customer with so many items, and an item that half of all customers buy.
    large: usize,
}

const PLANS: [Plan; 10] = [
    plan("gowalla", 0, 0, 0),
    plan("yelp2018", 0, 0, 0),
    plan("100 k purchases", 2_000, 100_000, 0),
    plan("300 k", 6_000, 300_000, 0),
    plan("1 M", 20_000, 1_000_000, 0),
    plan("3 M", 60_000, 3_000_000, 0),
    plan("5 M", 100_000, 5_000_000, 0),
    plan("10 M", 200_000, 10_000_000, 0),
    plan("1 M, one of 20,000 items", 60_000, 1_000_000, 20_000),
    plan("3 M, one of 50,000 items", 60_000, 3_000_000, 50_000),
];

const fn plan(name: &'static str, items: usize, purchases: usize, large: usize) -> Plan {
    Plan {
        name,
        items,
        purchases,
        large,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--plan") {
        let number: usize = arguments.get(at + 1).ok_or("which plan?")?.parse()?;
        return fit(PLANS[number]);
    }
    let asked = |what: &str| arguments.iter().any(|argument| argument == what);
    let plans = match (asked("--test"), asked("--sets")) {
        (true, _) => 2..3,
        (_, true) => 0..2,
        _ => 0..PLANS.len(),
    };
    println!(
        "{:<26}{:>9}{:>9}{:>12}{:>12}{:>9}{:>11}{:>9}{:>12}{:>9}{:>11}",
        "2 threads, k = 100",
        "items",
        "users",
        "sum d^2",
        "neighbours",
        "fit s",
        "ns/update",
        "floor",
        "M updates/s",
        "memory",
        "weighed s"
    );
    for number in plans {
        let status = Command::new(&arguments[0])
            .args(["--plan", &number.to_string()])
            .status()?;
        if !status.success() {
            return Err(format!("plan {number} ended with {status}").into());
        }
    }
    println!(
        "floor: the fit's time to that of counting alone on as many threads; memory: the peak above the input, to the \
         bytes of the result; weighed: the same of purchases that fade"
    );
    Ok(())
}

fn fit(plan: Plan) -> Result<(), Box<dyn Error>> {
    let purchases = match plan.purchases {
        0 => match shop::real(&format!("{}/train.txt.gz", plan.name)) {
            Some(gzip) => shop::interactions(&String::from_utf8(shop::unpacked(&gzip)?)?)?,
            None => return Ok(()),
        },
        _ => made_up(plan)?,
    };
    let degrees = (0..purchases.rows()).map(|row| purchases.items_of(row).len() as u64);
    let updates: u64 = degrees.map(|degree| degree * degree).sum();
    let before = memory("VmRSS")?;
    let params = AlsoBought::params()
        .measure(Measure::Cosine)
        .neighbours(100)
        .threads(2);
    let model = params.fit(&purchases)?;
    let peak = memory("VmHWM")?.saturating_sub(before) as f64;
    let neighbours = model.lists().total();
    let bytes = (neighbours * 12 + purchases.items() * 8) as f64;
    drop(model);
    let taken = median(times(|| params.fit(&purchases).map(drop))?);
    let timeline = made_up_times(&purchases)?;
    let fading = params.clone().half_life(90.0);
    let weighed = || fading.fit_timed(&purchases, &timeline, TWO_YEARS, Watch::new());
    let weighed = median(times(|| weighed().map(drop))?);
    let alone = counting_alone(&purchases);
    println!(
        "{:<26}{:>9}{:>9}{:>12}{:>12}{:>9.3}{:>11.2}{:>9.2}{:>12.0}{:>9.2}{:>11.3}",
        plan.name,
        purchases.items(),
        purchases.rows(),
        updates,
        neighbours,
        taken,
        taken * 1e9 / updates as f64,
        taken / (alone / 2.0),
        updates as f64 / alone / 1e6,
        peak / bytes,
        weighed,
    );
    Ok(())
}

/// How long some runs took: five, or three of long ones.
fn times(mut run: impl FnMut() -> cobuy::Result<()>) -> cobuy::Result<Vec<f64>> {
    let mut taken = Vec::new();
    while taken.len() < 3 || (taken.len() < 5 && taken.iter().sum::<f64>() < 10.0) {
        let start = Instant::now();
        run()?;
        taken.push(start.elapsed().as_secs_f64());
    }
    Ok(taken)
}

fn median(mut taken: Vec<f64>) -> f64 {
    taken.sort_by(f64::total_cmp);
    taken[taken.len() / 2]
}

/// In microseconds, as of when it is fitted.
const TWO_YEARS: i64 = 730 * 86_400_000_000;

/// Each purchase some time within two years.
fn made_up_times(purchases: &Purchases) -> cobuy::Result<Timeline> {
    let (rows, items) = (purchases.rows(), purchases.items());
    let held = (0..rows).flat_map(|row| {
        let held = purchases.items_of(row).iter();
        held.map(move |&item| (row as u32, item))
    });
    let events = held.map(|(row, item)| {
        let seed = u64::from(row) << 32 | u64::from(item);
        (
            row,
            item,
            shop::Random(seed).below(TWO_YEARS as usize) as i64,
        )
    });
    Timeline::from_events(purchases.basis(), rows, items, events)
}

/// How long it takes one thread to count all meetings, and to do nothing with them: the best of three.
fn counting_alone(purchases: &Purchases) -> f64 {
    let (by_row, by_item) = (purchases.by_row(), purchases.by_item());
    let (starts, holders) = (by_row.proper_indptr(), by_item.proper_indptr());
    // Items that many buy stand side by side.
    let mut items: Vec<usize> = (0..purchases.items()).collect();
    items.sort_by_key(|&item| std::cmp::Reverse(holders[item + 1] - holders[item]));
    let mut ranks = vec![0u32; items.len()];
    for (rank, &item) in items.iter().enumerate() {
        ranks[item] = rank as u32;
    }
    let held: Vec<u32> = by_row
        .indices()
        .iter()
        .map(|&item| ranks[item as usize])
        .collect();
    let mut counters = vec![0u16; items.len()];
    let count = || {
        let start = Instant::now();
        for item in holders.windows(2) {
            for &holder in &by_item.indices()[item[0]..item[1]] {
                for &rank in &held[starts[holder as usize]..starts[holder as usize + 1]] {
                    let counter = &mut counters[rank as usize];
                    *counter = counter.wrapping_add(1);
                }
            }
        }
        std::hint::black_box(&mut counters);
        start.elapsed().as_secs_f64()
    };
    std::iter::repeat_with(count)
        .take(3)
        .fold(f64::MAX, f64::min)
}

/// A number of bytes that the system tells of this process.
fn memory(what: &str) -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    let number = line.and_then(|line| line.trim_start_matches(':').split_whitespace().next());
    Ok(number.ok_or("not told")?.parse::<u64>()? * 1024)
}

/// Customers with 1 to some 200 items, few with many; the lower an item's number, the more buy it.
fn made_up(plan: Plan) -> Result<Purchases, Box<dyn Error>> {
    let mut random = shop::Random(plan.purchases as u64);
    let (mut starts, mut held) = (vec![0], Vec::<u32>::new());
    let mut row = Vec::new();
    if plan.large > 0 {
        held.extend(
            (0..plan.large as u32).map(|item| item * (plan.items / plan.large).max(1) as u32),
        );
        starts.push(held.len());
    }
    while held.len() < plan.purchases {
        row.clear();
        let many = 1 + (8.0 * (1.2 * random.normal()).exp()) as usize;
        row.extend((0..many.min(400)).map(|_| random.ranked(plan.items) as u32));
        if plan.large > 0 && random.even() < 0.5 {
            row.push(1);
        }
        row.sort_unstable();
        row.dedup();
        held.extend_from_slice(&row);
        starts.push(held.len());
    }
    let shape = (starts.len() - 1, plan.items);
    Ok(Purchases::from_csr(shape, &starts, &held, |_| 1.0)?)
}
