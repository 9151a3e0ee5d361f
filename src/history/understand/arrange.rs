//! The one order that rows are in, however they arrived.

use super::orders::OrderRows;
use crate::error::Result;
use crate::history::decimal::MISSING;
use crate::history::labels::NONE;
use crate::history::told::schema::orders;
use crate::history::told::{Cells, TextColumn, Told};
use crate::watch::Watch;
use std::cmp::Ordering;

/// Rows in the one order, and which of them equal the one before in every column.
pub(crate) struct Arranged {
    pub rows: Vec<u32>,
    pub repeats: Vec<bool>,
}

/// Arranges `kept` rows of orders by order, time, item and the remaining values. The ranks are by
/// provisional code.
pub(crate) fn arrange(
    all: &OrderRows<'_>,
    kept: &[u32],
    order_rank: &[u32],
    item_rank: &[u32],
    watch: Watch<'_>,
) -> Result<Arranged> {
    let order = |row: u32| order_rank[all.order.codes[row as usize] as usize];
    let orders = order_rank.iter().filter(|&&rank| rank != NONE).count();
    let mut rows = by_order(kept, orders, order);
    let compare = comparison(all, item_rank);
    // Rows that mean the same may be told differently: a customer on each, or on the first alone.
    let as_told = Comparison::new(all.told, 0..all.told.table.known().len(), &[]);
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
        rows[start..end].sort_unstable_by(|&a, &b| {
            compare(a, b).then_with(|| as_told.compare(a as usize, b as usize))
        });
        for at in start + 1..end {
            repeats[at] = compare(rows[at - 1], rows[at]) == Ordering::Equal;
        }
        start = end;
    }
    Ok(Arranged { rows, repeats })
}

/// Arranges rows of another table by the columns at `first` and then by all others.
pub(crate) fn arrange_plain(told: &Told, first: &[usize]) -> Arranged {
    let others = (0..told.table.known().len()).filter(|place| !first.contains(place));
    let own: Vec<&TextColumn> = told.own.iter().map(|(_, column)| column).collect();
    let places: Vec<usize> = first.iter().copied().chain(others).collect();
    let comparison = Comparison::new(told, places.into_iter(), &own);
    let mut rows: Vec<u32> = (0..told.len() as u32).collect();
    rows.sort_unstable_by(|&a, &b| comparison.compare(a as usize, b as usize));
    let equal = |pair: &[u32]| {
        comparison
            .compare(pair[0] as usize, pair[1] as usize)
            .is_eq()
    };
    let mut repeats = vec![false; rows.len().min(1)];
    repeats.extend(rows.windows(2).map(equal));
    Arranged { rows, repeats }
}

/// How rows compare, column by column.
struct Comparison<'a>(Vec<Compared<'a>>);

enum Compared<'a> {
    /// A column and the rank of each of its codes.
    Text(&'a TextColumn, Vec<u32>),
    Number(&'a [i64]),
}

impl<'a> Comparison<'a> {
    fn new(told: &'a Told, places: impl Iterator<Item = usize>, own: &[&'a TextColumn]) -> Self {
        let known = places
            .filter_map(|place| told.cells(place))
            .map(|cells| match cells {
                Cells::Text(column) => Compared::Text(column, column.ranks()),
                Cells::Number(numbers) => Compared::Number(numbers),
            });
        let own = own
            .iter()
            .map(|column| Compared::Text(column, column.ranks()));
        Comparison(known.chain(own).collect())
    }

    fn compare(&self, a: usize, b: usize) -> Ordering {
        for column in &self.0 {
            let found = match column {
                Compared::Text(column, rank) => {
                    let rank = |row: usize| rank.get(column.codes[row] as usize).copied();
                    let rank = |row: usize| rank(row).unwrap_or(NONE);
                    rank(a).cmp(&rank(b))
                }
                Compared::Number(numbers) => numbers[a].cmp(&numbers[b]),
            };
            if found.is_ne() {
                return found;
            }
        }
        Ordering::Equal
    }
}

/// How two rows of one order compare. What an order has once is the same on both.
fn comparison<'a>(
    all: &'a OrderRows<'_>,
    item_rank: &'a [u32],
) -> impl Fn(u32, u32) -> Ordering + 'a {
    let told = all.told;
    let numbers = [
        orders::QUANTITY,
        orders::PRICE,
        orders::DISCOUNT,
        orders::COST,
    ];
    let own: Vec<&TextColumn> = told.own.iter().map(|(_, column)| column).collect();
    let others = Comparison::new(told, numbers.into_iter(), &own);
    let returns = all
        .return_of
        .as_ref()
        .map(|column| (column, column.ranks()));
    let times = told.number(orders::ORDERED_AT);
    let time = move |row: usize| times.map_or(MISSING, |times| times[row]);
    let item = move |row: usize| item_rank[all.item.codes[row] as usize];
    move |a, b| {
        let (a, b) = (a as usize, b as usize);
        let return_of = |row: usize| {
            returns.as_ref().map_or(NONE, |(column, rank)| {
                rank.get(column.codes[row] as usize)
                    .copied()
                    .unwrap_or(NONE)
            })
        };
        time(a)
            .cmp(&time(b))
            .then_with(|| item(a).cmp(&item(b)))
            .then_with(|| others.compare(a, b))
            .then_with(|| return_of(a).cmp(&return_of(b)))
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
