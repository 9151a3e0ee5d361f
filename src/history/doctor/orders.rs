//! Orders: which count, what comes back, which are giants, which ids were used twice.

use super::words::{median, pairs, part, percent, placed, verb};
use super::{Finding, Look, Severity, grave};
use crate::history::decimal::MISSING;
use crate::history::understand::status::Standing;
use crate::text::{counted, grouped, shown};

pub(super) fn look(look: &Look<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(nothing_counts(look));
    found.extend(giants(look));
    found.extend(long(look));
    found.extend(returns(look));
    found.extend(statuses(look));
    found
}

fn nothing_counts(look: &Look<'_>) -> Option<Finding> {
    let of = look.history.orders.len() as u64;
    let finding = || {
        Finding::new("nothing_counts", Severity::Problem, (of, of))
            .what("No order counts as a purchase.")
            .effect("There is nothing to learn from, and all lists are empty.")
            .way_out("Name the statuses of orders that count (fulfilled), and see that quantities are positive.")
    };
    (look.tally.lines() == 0).then(finding)
}

/// Which statuses do not count; those that were called off apart.
fn statuses(look: &Look<'_>) -> Vec<Finding> {
    let of = look.history.orders.len() as u64;
    let told = &look.history.summary.statuses;
    if look.history.orders.status.is_none() {
        let finding = Finding::new("no_statuses", Severity::Info, (of, of))
            .what("Orders tell no status.")
            .effect("Every order counts, cancelled and unpaid ones too if the export has them.")
            .way_out("Export the status, if the shop has one.");
        return vec![finding];
    }
    let kinds = [
        (
            "orders_unfulfilled",
            Standing::Unfulfilled,
            "of a status that does not count",
        ),
        ("orders_cancelled", Standing::Cancelled, "called off"),
    ];
    let found = |(code, standing, what): (&'static str, Standing, &str)| {
        let such: Vec<_> = told
            .iter()
            .filter(|status| status.standing == standing)
            .collect();
        let count: u64 = such.iter().map(|status| status.orders).sum();
        let finding = Finding::new(code, Severity::Info, (count, of))
            .what(format!(
                "{} {} {what}.",
                part(count, of, "order", "orders"),
                verb(count, "is", "are")
            ))
            .effect("They count for nothing, and neither do their returns.")
            .most(such.iter().map(|it| it.orders).enumerate(), |at, orders| {
                let status = such.get(at).map_or("", |it| it.status.as_str());
                let status = if status.is_empty() {
                    "(blank)".to_owned()
                } else {
                    format!("`{}`", shown(status))
                };
                format!("{status}, {}", counted(orders, "order", "orders"))
            });
        (count > 0).then_some(finding)
    };
    kinds.into_iter().filter_map(found).collect()
}

fn returns(look: &Look<'_>) -> Option<Finding> {
    let told = &look.history.summary.returns;
    let reasons = [
        (told.no_customer, "without a customer"),
        (told.never_bought, "of items that the customer never bought"),
        (told.only_later, "of items bought only later"),
        (told.nothing_left, "of items already returned"),
        (told.no_such_order, "naming an order that does not fit"),
    ];
    let count = reasons.iter().map(|(count, _)| count).sum::<u64>();
    if count == 0 {
        return None;
    }
    let severity = grave(count, told.rows, look.params.tolerated_returns);
    let finding = Finding::new("returns_unmatched", severity, (count, told.rows))
        .what(format!(
            "{} {} no earlier purchase.",
            part(count, told.rows, "return", "returns"),
            verb(count, "matches", "match")
        ))
        .effect("They change nothing: if they undid a purchase, it still counts as bought.")
        .way_out("Export orders from further back, the customer of each return, or the order it is of (return_of).")
        .most(reasons.iter().map(|(count, _)| *count).enumerate(), |at, count| {
            format!("{} {}", grouped(count), reasons.get(at).map_or("", |(_, why)| why))
        });
    Some(finding)
}

fn giants(look: &Look<'_>) -> Option<Finding> {
    /// Fewer distinct items make no giant, however few the others hold.
    const LEAST: u32 = 50;
    let sizes = &look.tally.order_items;
    let usual = median(sizes);
    let giant = |items: u32| {
        items > look.params.order_items
            || items >= LEAST && items > usual.saturating_mul(look.params.order_times)
    };
    let count = sizes.iter().filter(|&&items| giant(items)).count() as u64;
    let of = sizes.iter().filter(|&&items| items > 0).count() as u64;
    if count == 0 {
        return None;
    }
    let all: f64 = sizes.iter().map(|&items| pairs(items)).sum();
    let theirs: f64 = sizes
        .iter()
        .filter(|&&items| giant(items))
        .map(|&items| pairs(items))
        .sum();
    let finding = Finding::new("giant_orders", Severity::Warning, (count, of))
        .what(format!(
            "{} {} very many different items (the median is {}).",
            part(count, of, "order", "orders"),
            verb(count, "holds", "hold"),
            grouped(u64::from(usual))
        ))
        .effect(format!(
            "{} of all pairs of items bought together come from {}: they weigh on every list.",
            percent(theirs, all),
            verb(count, "it", "them")
        ))
        .way_out("If they are corrections or the sum of a till, leave them out of the export.")
        .most(
            placed(sizes).filter(|&(_, items)| giant(items as u32)),
            |order, items| {
                format!(
                    "order {}, {}",
                    look.order(order),
                    counted(items, "item", "items")
                )
            },
        );
    Some(finding)
}

/// Orders whose purchases lie far apart: their id was used twice.
fn long(look: &Look<'_>) -> Option<Finding> {
    const DAY: u64 = 86_400_000_000;
    let history = look.history;
    let at = history.lines.at.as_ref()?;
    let days = |order: usize| {
        let bought = history
            .orders
            .lines_of(order)
            .filter(|&line| !history.lines.is_return(line));
        let told = bought.map(|line| at[line]).filter(|&at| at != MISSING);
        let (first, last) = (told.clone().min().unwrap_or(0), told.max().unwrap_or(0));
        last.abs_diff(first) / DAY
    };
    let most = u64::from(look.params.order_days);
    let days: Vec<u64> = (0..history.orders.len()).map(days).collect();
    let (count, of) = (
        days.iter().filter(|&&days| days > most).count() as u64,
        days.len() as u64,
    );
    let finding = Finding::new("orders_of_long_span", Severity::Warning, (count, of))
        .what(format!(
            "{} {} lines more than {} apart.",
            part(count, of, "order", "orders"),
            verb(count, "has", "have"),
            counted(most, "day", "days")
        ))
        .effect("All their lines count as bought together, at the time of the first.")
        .way_out("If ids are used again, each year or by each till, put the year or the till into the id.")
        .most(days.iter().copied().enumerate().filter(|&(_, days)| days > most), |order, days| {
            format!("order {}, {}", look.order(order), counted(days, "day", "days"))
        });
    (count > 0).then_some(finding)
}
