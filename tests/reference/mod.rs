//! Slow and obvious twins of what the crate does.
//!
//! Each is written from what the documents say, without regard to speed, and shares no code with
//! the crate: names of settings only. A law in `laws.rs` says that the crate and its twin agree.

use cobuy::history::ReturnCounts;
use cobuy::{Basis, Measure};
use std::collections::{BTreeMap, BTreeSet};

/// A row of orders as a shop tells it. Quantities in thousandths, money in ten-thousandths, times
/// in microseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    pub order: String,
    pub customer: Option<String>,
    pub item: String,
    pub quantity: i64,
    pub price: Option<i64>,
    pub at: Option<i64>,
    pub status: Option<String>,
    pub return_of: Option<String>,
}

/// What all lines of an order have in common.
struct Order {
    customer: Option<String>,
    /// Its earliest line.
    at: Option<i64>,
    counts: bool,
    /// Whether its id marks it as a return.
    marked: bool,
}

/// A bought line and what is left of it.
struct Bought<'a> {
    row: &'a Row,
    order: &'a Order,
    left: i64,
}

/// What is left of a shop's purchases, and what became of its returns.
pub struct Netted {
    /// By order and item, where something is left.
    pub left: BTreeMap<(String, String), i64>,
    pub returns: ReturnCounts,
    customers: BTreeMap<String, Option<String>>,
}

impl Netted {
    /// The items that each customer, or order, has.
    pub fn bought(&self, basis: Basis) -> BTreeMap<String, BTreeSet<String>> {
        let mut bought: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (order, item) in self.left.keys() {
            let holder = match basis {
                Basis::Order => Some(order),
                Basis::Customer => self.customers[order].as_ref(),
            };
            if let Some(holder) = holder {
                bought
                    .entry(holder.clone())
                    .or_default()
                    .insert(item.clone());
            }
        }
        bought
    }
}

/// Sets the returns against what was bought, one thousandth of a piece at a time.
pub fn netted(rows: &[Row], c_returns: Option<bool>) -> Netted {
    let orders = orders_of(rows, c_returns);
    let order = |row: &Row| &orders[&row.order];
    let (mut returns, purchases): (Vec<&Row>, Vec<&Row>) = rows
        .iter()
        .filter(|row| order(row).counts)
        .partition(|row| row.quantity < 0 || order(row).marked);
    let mut bought: Vec<Bought> = purchases
        .into_iter()
        .map(|row| Bought {
            row,
            order: order(row),
            left: row.quantity,
        })
        .collect();
    // Those of one instant that name an order first, then in the order of the history's lines.
    returns.sort_by_key(|row| {
        let nameless = row.return_of.is_none();
        let told = (row.at, &row.item, row.quantity, row.price);
        (
            acts_at(row, order(row)),
            nameless,
            &row.order,
            told,
            &row.return_of,
        )
    });
    let mut counts = ReturnCounts::default();
    for row in returns {
        settle(row, order(row), &mut bought, &mut counts);
    }
    let mut left = BTreeMap::new();
    for line in bought.iter().filter(|line| line.left > 0) {
        let key = (line.row.order.clone(), line.row.item.clone());
        *left.entry(key).or_default() += line.left;
    }
    Netted {
        left,
        returns: counts,
        customers: orders
            .into_iter()
            .map(|(id, order)| (id, order.customer))
            .collect(),
    }
}

/// Takes a return from the latest line that has something left, again and again.
fn settle(row: &Row, order: &Order, bought: &mut [Bought], counts: &mut ReturnCounts) {
    let of_item = |line: &Bought| line.row.item == row.item && line.row.quantity > 0;
    let of_customer =
        |line: &Bought| order.customer.is_some() && line.order.customer == order.customer;
    // Who is not named may be anyone.
    let of_another = |line: &Bought| {
        order.customer.is_some() && line.order.customer.is_some() && !of_customer(line)
    };
    let earlier = |line: &Bought| line.order.at <= Some(acts_at(row, order));
    let may_take = |line: &Bought| match &row.return_of {
        Some(named) => of_item(line) && line.row.order == *named && !of_another(line),
        None => of_item(line) && of_customer(line) && earlier(line),
    };
    let wanted = row.quantity.abs();
    let mut missing = wanted;
    while missing > 0
        && let Some(line) = bought
            .iter_mut()
            .filter(|line| line.left > 0 && may_take(line))
            .max_by_key(|line| (line.order.at, &line.row.order))
    {
        line.left -= 1;
        missing -= 1;
    }
    counts.rows += 1;
    let outcome = if missing == 0 {
        &mut counts.matched
    } else if missing < wanted {
        &mut counts.partly
    } else if bought.iter().any(&may_take) {
        &mut counts.nothing_left
    } else if row.return_of.is_some() {
        &mut counts.no_such_order
    } else if order.customer.is_none() {
        &mut counts.no_customer
    } else if bought.iter().any(|line| of_item(line) && of_customer(line)) {
        &mut counts.only_later
    } else {
        &mut counts.never_bought
    };
    *outcome += 1;
}

/// When a return acts: at its own time, else its order's, else later than all.
fn acts_at(row: &Row, order: &Order) -> i64 {
    row.at.or(order.at).unwrap_or(i64::MAX)
}

fn orders_of(rows: &[Row], c_returns: Option<bool>) -> BTreeMap<String, Order> {
    let digits = |id: &str| !id.is_empty() && id.chars().all(|c| c.is_ascii_digit());
    let marked = |id: &str| id.starts_with('C') && digits(&id[1..]);
    let ids: BTreeSet<&String> = rows.iter().map(|row| &row.order).collect();
    let numbers = ids.iter().filter(|id| digits(id)).count();
    let marks = ids.iter().filter(|id| marked(id)).count();
    let marks_count = c_returns.unwrap_or(numbers > marks);
    let with_statuses = rows.iter().any(|row| row.status.is_some());
    let order = |id: &String| {
        let lines = || rows.iter().filter(|row| row.order == *id);
        let status = lines().find_map(|row| row.status.as_deref());
        Order {
            customer: lines().find_map(|row| row.customer.clone()),
            at: lines().filter_map(|row| row.at).min(),
            counts: !with_statuses || status.is_some_and(fulfilled),
            marked: marks_count && marked(id),
        }
    };
    ids.into_iter().map(|id| (id.clone(), order(id))).collect()
}

/// Whether orders of a status count where the shop says nothing of its own.
fn fulfilled(status: &str) -> bool {
    let plain = status.trim().to_lowercase().replace(['_', '-'], " ");
    matches!(
        plain.strip_prefix("wc ").unwrap_or(&plain),
        "delivered" | "completed" | "complete" | "shipped" | "paid" | "fulfilled"
    )
}

/// In how many sets each item meets each other: the diagonal holds the items' own numbers.
pub struct Together {
    both: Vec<Vec<u32>>,
    /// Sets that hold anything.
    all: u32,
}

/// A neighbour: its index, score and in how many sets it was met.
pub type Neighbour = (u32, f32, u32);

impl Together {
    /// Counts every pair of every set.
    pub fn count(sets: &[BTreeSet<u32>], items: usize) -> Self {
        let mut both = vec![vec![0; items]; items];
        for set in sets {
            for &one in set {
                for &other in set {
                    both[one as usize][other as usize] += 1;
                }
            }
        }
        let all = sets.iter().filter(|set| !set.is_empty()).count() as u32;
        Together { both, all }
    }

    /// All neighbours of an item that are allowed, best first, ties by index.
    pub fn neighbours(
        &self,
        item: u32,
        measure: Measure,
        min_customers: u32,
        allowed: impl Fn(u32) -> bool,
    ) -> Vec<Neighbour> {
        let own = |item: usize| self.both[item][item];
        let mut found: Vec<Neighbour> = Vec::new();
        for (other, &both) in self.both[item as usize].iter().enumerate() {
            let score = score(measure, both, own(item as usize), own(other), self.all);
            let other = other as u32;
            if other != item && both >= min_customers && score > 0.0 && allowed(other) {
                found.push((other, score, both));
            }
        }
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found
    }

    /// Every item's best `neighbours`.
    pub fn lists(
        &self,
        measure: Measure,
        min_customers: u32,
        neighbours: usize,
    ) -> Vec<Vec<Neighbour>> {
        let list = |item: usize| {
            let mut list = self.neighbours(item as u32, measure, min_customers, |_| true);
            list.truncate(neighbours);
            list
        };
        (0..self.both.len()).map(list).collect()
    }

    /// Support, confidence and lift of two items.
    pub fn evidence(&self, source: u32, target: u32) -> (f64, f64, f64) {
        let (source, target) = (source as usize, target as usize);
        let number = |one: usize, other: usize| f64::from(self.both[one][other]);
        let (both, all) = (number(source, target), f64::from(self.all));
        let (n_i, n_j) = (number(source, source), number(target, target));
        (both / all, both / n_i, (both * all) / (n_i * n_j))
    }
}

/// A measure by its formula, in f64 and rounded once; zero for two that never met.
pub fn score(measure: Measure, both: u32, source: u32, target: u32, all: u32) -> f32 {
    if both == 0 {
        return 0.0;
    }
    let [n_ij, n_i, n_j, n] = [both, source, target, all].map(f64::from);
    let score = match measure {
        Measure::Count => n_ij,
        Measure::Cosine => n_ij / (n_i * n_j).sqrt(),
        Measure::Jaccard => n_ij / (n_i + n_j - n_ij),
        Measure::Lift => (n * n_ij) / (n_i * n_j),
        Measure::Confidence => n_ij / n_i,
        Measure::Tversky { alpha, beta } => {
            n_ij / (n_ij + alpha * (n_i - n_ij) + beta * (n_j - n_ij))
        }
        Measure::Power { .. } => return power(measure, n_ij, source, target),
        Measure::Llr if n_ij * n <= n_i * n_j => 0.0,
        Measure::Llr => {
            let cells = [
                (n_ij, n_i, n_j),
                (n_i - n_ij, n_i, n - n_j),
                (n_j - n_ij, n - n_i, n_j),
                (n + n_ij - n_i - n_j, n - n_i, n - n_j),
            ];
            let mut sum = 0.0;
            for (k, row, column) in cells.into_iter().filter(|&(k, ..)| k > 0.0) {
                sum += k * (k * n / (row * column)).ln();
            }
            (2.0 * sum).max(0.0)
        }
    };
    score as f32
}

/// The score of what the meetings of two items weigh, by powers.
pub fn power(measure: Measure, met: f64, n_i: u32, n_j: u32) -> f32 {
    let Measure::Power {
        count,
        source,
        target,
        ..
    } = measure
    else {
        panic!("{measure} is of no powers");
    };
    (met.powf(count) * f64::from(n_i).powf(-source) * f64::from(n_j).powf(-target)) as f32
}

/// What goes best with the owned items: the f32 sums, in the order of `owned`, of their lists, each
/// item once.
pub fn recommend(
    lists: &[Vec<Neighbour>],
    owned: &[u32],
    keep_owned: bool,
    allowed: impl Fn(u32) -> bool,
) -> Vec<(u32, f32)> {
    let mut found: Vec<(u32, f32)> = Vec::new();
    for item in 0..lists.len() as u32 {
        let mut sum = 0f32;
        for (place, &one) in owned.iter().enumerate() {
            if owned[..place].contains(&one) {
                continue;
            }
            let list = &lists[one as usize];
            sum += list
                .iter()
                .find(|near| near.0 == item)
                .map_or(0.0, |near| near.1);
        }
        if sum > 0.0 && allowed(item) && (keep_owned || !owned.contains(&item)) {
            found.push((item, sum));
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    found
}
