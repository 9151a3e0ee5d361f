//! A made-up shop to measure with, the same on every run, and the way to the real data sets.

use cobuy::{Engine, Instant, Money, OrderLine, Purchases, Quantity};
use std::error::Error;
use std::fmt::Write;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// How many lines all benches measure on, and what names call that.
pub const LINES: usize = 200_000;
pub const SIZE: &str = "200k_lines";

const ITEMS: usize = 4_000;
const CUSTOMERS: usize = 10_000;

/// At least `count` order lines, in the order they were placed; the last order is whole.
///
/// Baskets are log-normal: 4 lines in the middle, 6 on average. A few items and a few customers make
/// most of the lines. One order in twenty names no customer, one in ten was cancelled.
pub fn lines(count: usize) -> Vec<OrderLine<'static>> {
    let mut random = Random(20_240_101);
    let mut lines = Vec::with_capacity(count + 100);
    let mut second = 1_704_067_200; // 2024-01-01
    for order in 100_000.. {
        second += random.below(600) as i64;
        let customer = format!("c{:05}", random.ranked(CUSTOMERS));
        let guest = random.below(20) == 0;
        let status = ["delivered", "cancelled"][usize::from(random.below(10) == 0)];
        let basket = (5.0 * (0.8 * random.normal()).exp()).clamp(1.0, 200.0) as usize;
        for _ in 0..basket {
            let rank = random.ranked(ITEMS);
            // Neighbours in rank get ids far apart, as real catalogues are not sorted by sales.
            let item = format!("sku-{:05}", rank * 2_741 % ITEMS);
            let mut line = OrderLine::new(order.to_string(), customer.clone(), item)
                .quantity(Quantity(1_000 * (1 + random.below(4) as i64)))
                .price(Money(100 * (95 + rank as i64)))
                .ordered_at(Instant(second * 1_000_000))
                .status(status);
            line.customer_id = line.customer_id.filter(|_| !guest);
            lines.push(line);
        }
        if lines.len() >= count {
            break;
        }
    }
    lines
}

/// Customers who own about as many different items.
pub fn owners(engine: &Engine, items: usize) -> Vec<&str> {
    let held = |row: usize| {
        let mut held = engine.bought().of(row).0.to_vec();
        held.sort_unstable();
        held.dedup();
        held.len()
    };
    let customers = engine.customers().iter().enumerate();
    customers
        .filter(|&(row, _)| held(row).abs_diff(items) <= 2)
        .map(|(_, customer)| customer)
        .collect()
}

/// The lines as a CSV file.
pub fn csv(lines: &[OrderLine<'_>]) -> String {
    let mut text = String::from("order_id,customer_id,item_id,quantity,price,ordered_at,status\n");
    for line in lines {
        let customer = line.customer_id.as_deref().unwrap_or_default();
        let price = line.price.unwrap_or_default();
        let at = line.ordered_at.map_or(String::new(), |at| at.to_string());
        let status = line.status.as_deref().unwrap_or_default();
        let (order, item, quantity) = (&line.order_id, &line.item_id, line.quantity);
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            text,
            "{order},{customer},{item},{quantity},{price},{at},{status}"
        );
    }
    text
}

/// Splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// Even in `[0, 1)`.
    pub fn even(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn below(&mut self, count: usize) -> usize {
        (self.even() * count as f64) as usize
    }

    /// Close to normal, of mean 0 and deviation 1: the sum of four even numbers.
    pub fn normal(&mut self) -> f64 {
        let sum: f64 = (0..4).map(|_| self.even()).sum();
        (sum - 2.0) * 3f64.sqrt()
    }

    /// A rank below `count`, by the law of Zipf and Mandelbrot: as likely as `1 / (rank + count / 199)`.
    /// The first fifth of the ranks is drawn seven times in ten.
    pub fn ranked(&mut self, count: usize) -> usize {
        ((200f64.powf(self.even()) - 1.0) / 199.0 * count as f64) as usize
    }
}

/// A file of the public data sets, in the folder `COBUY_DATASETS` or beside the project; `None`, and
/// a line that says so, where it is not there.
pub fn real(file: &str) -> Option<Vec<u8>> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/datasets");
    let folder = std::env::var_os("COBUY_DATASETS").map_or_else(beside, PathBuf::from);
    let read = std::fs::read(folder.join(file));
    if read.is_err() {
        eprintln!("left out: {file} is not in the folder of data sets");
    }
    read.ok()
}

/// What a gzip file holds.
pub fn unpacked(gzip: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    flate2::read::MultiGzDecoder::new(gzip).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A matrix from lines of a user and the user's items, as the public sets come.
pub fn interactions(text: &str) -> Result<Purchases, Box<dyn Error>> {
    let mut starts = vec![0];
    let mut items: Vec<u32> = Vec::new();
    for line in text.lines() {
        for item in line.split_whitespace().skip(1) {
            items.push(item.parse()?);
        }
        starts.push(items.len());
    }
    let width = items.iter().max().map_or(0, |&last| last as usize + 1);
    let shape = (starts.len() - 1, width);
    Ok(Purchases::from_csr(shape, &starts, &items, |_| 1.0)?)
}
