//! The one order that rows are in, however they arrived.

use crate::error::Result;
use crate::history::decimal::MISSING;
use crate::history::labels::NONE;
use crate::history::rows::{Rows, TextColumn};
use crate::watch::Watch;
use std::cmp::Ordering;

/// Rows in the one order, and which of them equal the one before in every column.
pub(crate) struct Arranged {
    pub rows: Vec<u32>,
    pub repeats: Vec<bool>,
}

/// Arranges `kept` rows by order, time, item and the remaining values. The ranks are by provisional
/// code.
pub(crate) fn arrange(
    all: &Rows,
    kept: &[u32],
    order_rank: &[u32],
    item_rank: &[u32],
    watch: Watch<'_>,
) -> Result<Arranged> {
    let order = |row: u32| order_rank[all.order.codes[row as usize] as usize];
    let orders = order_rank.iter().filter(|&&rank| rank != NONE).count();
    let mut rows = by_order(kept, orders, order);
    let compare = comparison(all, item_rank);
    let mut repeats = vec![false; rows.len()];
    let mut start = 0;
    let mut looked = 0;
    while start < rows.len() {
        if start >= looked {
            watch.check()?;
            looked = start + 4096;
        }
        let mut end = start + 1;
        while end < rows.len() && order(rows[end]) == order(rows[start]) {
            end += 1;
        }
        rows[start..end].sort_unstable_by(|&a, &b| compare(a, b));
        for at in start + 1..end {
            repeats[at] = compare(rows[at - 1], rows[at]) == Ordering::Equal;
        }
        start = end;
    }
    Ok(Arranged { rows, repeats })
}

/// How two rows of one order compare. What an order has once is the same on both.
fn comparison<'a>(all: &'a Rows, item_rank: &'a [u32]) -> impl Fn(u32, u32) -> Ordering + 'a {
    let texts: Vec<(&TextColumn, Vec<u32>)> = all
        .own
        .iter()
        .map(|(_, column)| column)
        .chain([&all.return_of])
        .filter(|column| !column.codes.is_empty())
        .map(|column| {
            let every = vec![true; column.interner.len()];
            (column, column.interner.finish(&every).1)
        })
        .collect();
    let numbers: Vec<&Vec<i64>> = [&all.quantity, &all.price, &all.discount, &all.cost]
        .into_iter()
        .filter(|column| !column.is_empty())
        .collect();
    let time = |row: usize| all.at.get(row).copied().unwrap_or(MISSING);
    let item = |row: usize| item_rank[all.item.codes[row] as usize];
    let rank = |(column, rank): &(&TextColumn, Vec<u32>), row: usize| {
        rank.get(column.codes[row] as usize)
            .copied()
            .unwrap_or(NONE)
    };
    let first_difference = |mut all: &mut dyn Iterator<Item = Ordering>| {
        (&mut all)
            .find(|found| found.is_ne())
            .unwrap_or(Ordering::Equal)
    };
    move |a, b| {
        let (a, b) = (a as usize, b as usize);
        let by_number = || first_difference(&mut numbers.iter().map(|n| n[a].cmp(&n[b])));
        let by_text = || first_difference(&mut texts.iter().map(|t| rank(t, a).cmp(&rank(t, b))));
        time(a)
            .cmp(&time(b))
            .then_with(|| item(a).cmp(&item(b)))
            .then_with(by_number)
            .then_with(by_text)
    }
}

/// Rows grouped by the rank of their order, by counting.
fn by_order(kept: &[u32], orders: usize, order: impl Fn(u32) -> u32) -> Vec<u32> {
    let mut next = vec![0u32; orders + 1];
    for &row in kept {
        next[order(row) as usize + 1] += 1;
    }
    for order in 0..orders {
        next[order + 1] += next[order];
    }
    let mut grouped = vec![0u32; kept.len()];
    for &row in kept {
        let slot = &mut next[order(row) as usize];
        grouped[*slot as usize] = row;
        *slot += 1;
    }
    grouped
}
