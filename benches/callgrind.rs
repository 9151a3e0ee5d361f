//! Fits that are the same on every run, for a tool that counts instructions: `benches/callgrind.sh`.

#[allow(dead_code)] // every bench uses a part of it
mod shop;

use cobuy::{AlsoBought, AlsoBoughtParams, Purchases, Timeline, Watch};
use std::error::Error;
use std::hint::black_box;

fn main() -> Result<(), Box<dyn Error>> {
    let mut random = shop::Random(11);
    let (mut starts, mut held) = (vec![0], Vec::<u32>::new());
    for _ in 0..3_000 {
        let many = 1 + (8.0 * (1.0 * random.normal()).exp()) as usize;
        let mut row: Vec<u32> = (0..many).map(|_| random.ranked(3_000) as u32).collect();
        row.sort_unstable();
        row.dedup();
        held.extend(row);
        starts.push(held.len());
    }
    let purchases = Purchases::from_csr((starts.len() - 1, 3_000), &starts, &held, |_| 1.0)?;
    let events = (0..purchases.rows()).flat_map(|row| {
        let items = purchases.items_of(row).iter();
        items.map(move |&item| (row as u32, item, i64::from(item % 97) * 86_400_000_000))
    });
    let (rows, items) = (purchases.rows(), purchases.items());
    let timeline = Timeline::from_events(purchases.basis(), rows, items, events)?;
    let params = AlsoBought::params().neighbours(50).threads(1);
    black_box(counted_fit(&params, &purchases)?);
    black_box(weighted_fit(
        &params.half_life(30.0),
        &purchases,
        &timeline,
    )?);
    Ok(())
}

/// What is counted: by name.
#[inline(never)]
fn counted_fit(params: &AlsoBoughtParams, purchases: &Purchases) -> cobuy::Result<AlsoBought> {
    params.fit(purchases)
}

/// As [`counted_fit`].
#[inline(never)]
fn weighted_fit(
    params: &AlsoBoughtParams,
    purchases: &Purchases,
    timeline: &Timeline,
) -> cobuy::Result<AlsoBought> {
    params.fit_timed(purchases, timeline, 100 * 86_400_000_000, Watch::new())
}
