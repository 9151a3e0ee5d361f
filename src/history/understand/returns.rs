//! Returns set against what was bought.
//!
//! A return with `return_of` takes from that order's lines of its item, whenever that was, unless the
//! order is another customer's. Any other takes from the
//! customer's earlier lines of that item, latest first, ties by order id descending, unit by unit. A
//! line of the return's own instant counts as earlier: nothing comes back before it was bought, and
//! many shops tell the day only. Returns act in the order of their time, so what happened before an
//! instant never depends on what came later; of one instant, those that name an order act first. A
//! purchase happens at its order's instant, a return at
//! its own row's. A purchase without a time counts as earlier than all others; a return without one
//! as later than all.

use crate::history::decimal::MISSING;
use crate::history::labels::{Labels, NONE};
use crate::history::lines::{LineTable, OrderTable};
use crate::text::counted;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What became of the return rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnCounts {
    /// Return rows of orders that count.
    pub rows: u64,
    /// Rows matched in full.
    pub matched: u64,
    /// Rows of which only a part could be matched; the rest changes nothing.
    pub partly: u64,
    /// Rows without a customer and without `return_of`.
    pub no_customer: u64,
    /// Rows of customers who never bought that item.
    pub never_bought: u64,
    /// Rows of customers who bought that item, but only later.
    pub only_later: u64,
    /// Rows for which earlier returns have left nothing.
    pub nothing_left: u64,
    /// Rows whose `return_of` names an order that is unknown, does not count, is another customer's or
    /// lacks the item.
    pub no_such_order: u64,
}

/// Marks the rows that are returns: of a negative quantity, or of an order id such as `C536379`; with
/// a note where the ids were not told to mark them.
pub(crate) fn mark_returns(
    c_returns: Option<bool>,
    orders: &mut OrderTable,
    lines: &mut LineTable,
    ids: &Labels,
) -> Option<String> {
    let digits = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    let marked = |id: &str| id.strip_prefix('C').is_some_and(digits);
    let marks = ids.iter().filter(|id| marked(id)).count();
    let detected = marks > 0 && ids.iter().filter(|id| digits(id)).count() > marks;
    if c_returns.unwrap_or(detected) {
        orders.marked = ids.iter().map(marked).collect();
    }
    for line in 0..lines.len() {
        lines.is_return[line] =
            lines.quantity[line] < 0 || orders.marked[lines.order[line] as usize];
    }
    let example = ids.iter().find(|id| marked(id))?;
    (c_returns.is_none() && detected).then(|| {
        format!(
            "{} like {example} read as returns (c_returns = false to turn this off)",
            counted(marks as u64, "order with an id", "orders with ids")
        )
    })
}

/// The lines a return may take from, and how far its customer's earlier lines have been gathered.
#[derive(Default)]
struct Stock {
    /// Lines of one customer and item by time, then order.
    lines: Vec<u32>,
    /// How many of `lines` are on the stack.
    gathered: usize,
    /// Earlier lines that may have something left, the latest on top.
    stack: Vec<u32>,
}

/// Sets `lines.left`: what each line has left after returns; 0 for lines that do not count.
pub(crate) fn settle(orders: &OrderTable, lines: &mut LineTable) -> ReturnCounts {
    let mut counts = ReturnCounts::default();
    let mut left = vec![0i64; lines.len()];
    let mut returns: Vec<u32> = Vec::new();
    for order in 0..orders.len() {
        if !orders.counts(order) {
            continue;
        }
        for line in orders.lines_of(order) {
            if lines.is_return(line) {
                returns.push(line as u32);
            } else if let Some(slot) = left.get_mut(line) {
                *slot = lines.quantity[line];
            }
        }
    }
    counts.rows = returns.len() as u64;
    let mut stocks = stocks_of(orders, lines, &returns);
    let mut of_orders = stocks_of_orders(orders, lines, &returns);
    let when = |line: u32| {
        let own = lines.at.as_ref().map_or(MISSING, |at| at[line as usize]);
        match (own, orders.at[lines.order[line as usize] as usize]) {
            (MISSING, MISSING) => i64::MAX,
            (MISSING, order) => order,
            (own, _) => own,
        }
    };
    // Of one instant, those that name an order first: the others may take from anywhere.
    returns.sort_by_key(|&line| (when(line), lines.return_of(line as usize).is_none(), line));
    for &row in &returns {
        let wanted = lines.quantity[row as usize].saturating_abs();
        let (missing, unmatched) = match lines.return_of(row as usize) {
            Some(order) => match stock_of_order(orders, lines, &mut of_orders, row, order) {
                Some(stock) => (
                    take_from_stack(stock, &mut left, wanted),
                    &mut counts.nothing_left,
                ),
                None => (wanted, &mut counts.no_such_order),
            },
            None => {
                let order = lines.order[row as usize] as usize;
                let key = (orders.customer[order], lines.item[row as usize]);
                match stocks.get_mut(&key) {
                    None if key.0 == NONE => (wanted, &mut counts.no_customer),
                    None => (wanted, &mut counts.never_bought),
                    Some(stock) => {
                        gather(stock, orders, lines, when(row));
                        let missing = take_from_stack(stock, &mut left, wanted);
                        let why = if stock.gathered == 0 {
                            &mut counts.only_later
                        } else {
                            &mut counts.nothing_left
                        };
                        (missing, why)
                    }
                }
            }
        };
        match missing {
            0 => counts.matched += 1,
            _ if missing < wanted => counts.partly += 1,
            _ => *unmatched += 1,
        }
    }
    lines.left = left;
    counts
}

/// The bought lines of every customer and item that a return without `return_of` is about.
fn stocks_of(
    orders: &OrderTable,
    lines: &LineTable,
    returns: &[u32],
) -> HashMap<(u32, u32), Stock> {
    let key = |line: usize| {
        let customer = orders.customer[lines.order[line] as usize];
        (customer, lines.item[line])
    };
    let mut stocks: HashMap<(u32, u32), Stock> = HashMap::new();
    let wanted: std::collections::HashSet<(u32, u32)> = returns
        .iter()
        .filter(|&&line| lines.return_of(line as usize).is_none())
        .map(|&line| key(line as usize))
        .filter(|&(customer, _)| customer != NONE)
        .collect();
    if wanted.is_empty() {
        return stocks;
    }
    for order in (0..orders.len()).filter(|&order| orders.counts(order)) {
        for line in orders.lines_of(order) {
            if !lines.is_return(line) && lines.quantity[line] > 0 && wanted.contains(&key(line)) {
                let stock = stocks.entry(key(line)).or_default();
                stock.lines.push(line as u32);
            }
        }
    }
    for stock in stocks.values_mut() {
        // Lines ascend by order id already; MISSING is the smallest time.
        stock
            .lines
            .sort_by_key(|&line| orders.at[lines.order[line as usize] as usize]);
    }
    stocks
}

/// Puts the lines up to `when` on the stack.
fn gather(stock: &mut Stock, orders: &OrderTable, lines: &LineTable, when: i64) {
    while let Some(&line) = stock.lines.get(stock.gathered) {
        if orders.at[lines.order[line as usize] as usize] > when {
            break;
        }
        stock.stack.push(line);
        stock.gathered += 1;
    }
}

/// Takes `wanted` from the top of the stack down; returns what could not be had.
fn take_from_stack(stock: &mut Stock, left: &mut [i64], mut wanted: i64) -> i64 {
    while wanted > 0
        && let Some(&line) = stock.stack.last()
    {
        let rest = &mut left[line as usize];
        let taken = wanted.min(*rest);
        *rest -= taken;
        wanted -= taken;
        if *rest == 0 {
            stock.stack.pop();
        }
    }
    wanted
}

/// The stock that a return of a named order takes from: what was bought of the item in it. `None`
/// where there is no such order that counts, or it is another customer's, or it never held the item.
fn stock_of_order<'a>(
    orders: &OrderTable,
    lines: &LineTable,
    stocks: &'a mut HashMap<(u32, u32), Stock>,
    row: u32,
    order: usize,
) -> Option<&'a mut Stock> {
    if order >= orders.len() || !orders.counts(order) {
        return None;
    }
    // Nobody returns what another bought; who is not named may be anyone.
    let by = orders.customer[lines.order[row as usize] as usize];
    let of = orders.customer[order];
    if by != of && by != NONE && of != NONE {
        return None;
    }
    stocks.get_mut(&(order as u32, lines.item[row as usize]))
}

/// The bought lines of every order and item that a return names, the last on top.
fn stocks_of_orders(
    orders: &OrderTable,
    lines: &LineTable,
    returns: &[u32],
) -> HashMap<(u32, u32), Stock> {
    let named = returns
        .iter()
        .filter_map(|&row| lines.return_of(row as usize));
    let named: std::collections::BTreeSet<usize> = named.filter(|&o| o < orders.len()).collect();
    let mut stocks: HashMap<(u32, u32), Stock> = HashMap::new();
    for order in named {
        for line in orders.lines_of(order) {
            if !lines.is_return(line) && lines.quantity[line] > 0 {
                let stock = stocks.entry((order as u32, lines.item[line])).or_default();
                stock.stack.push(line as u32);
            }
        }
    }
    stocks
}
