//! Times: missing, far from all others, without a clock.

use super::words::{part, verb};
use super::{Finding, Look, Severity};
use crate::history::decimal::MISSING;
use crate::history::time::{Instant, zone};

/// 1995-01-01: shops' clocks that were never set stand before it.
const FIRST: i64 = 788_918_400_000_000;

const DAY: i64 = 86_400_000_000;

/// With fewer orders nothing can be said of where their bulk is.
const BULK: usize = 20;

pub(super) fn look(look: &Look<'_>) -> Vec<Finding> {
    let of = look.history.lines.len() as u64;
    let Some(at) = look.history.lines.at.as_ref() else {
        let finding = Finding::new("no_times", Severity::Info, (of, of))
            .what("Orders tell no time.")
            .effect("Nothing can be said of before and after: recent purchases weigh as old ones.")
            .way_out("Export when each order was placed.");
        return vec![finding];
    };
    let mut found = Vec::new();
    found.extend(far_off(look));
    found.extend(missing(look, at));
    found.extend(midnights(look, at));
    found
}

fn missing(look: &Look<'_>, at: &[i64]) -> Option<Finding> {
    let (count, of) = (
        at.iter().filter(|&&at| at == MISSING).count() as u64,
        at.len() as u64,
    );
    let orders = &look.history.orders;
    let blank = |order: usize| {
        orders
            .lines_of(order)
            .filter(|&line| at[line] == MISSING)
            .count() as u64
    };
    let finding = Finding::new("rows_without_time", look.share(count, of), (count, of))
        .what(format!(
            "{} {} no time.",
            part(count, of, "row", "rows"),
            verb(count, "has", "have")
        ))
        .effect("Purchases among them count as earlier than all others, returns as later.")
        .way_out("Export the time of each order.")
        .most((0..orders.len()).map(|o| (o, blank(o))), |o, _| {
            format!("order {}", look.order(o))
        });
    (count > 0).then_some(finding)
}

/// Orders of times that a clock that was never set, or a slip, has made.
fn far_off(look: &Look<'_>) -> Option<Finding> {
    let orders = &look.history.orders;
    let mut told: Vec<i64> = orders
        .at
        .iter()
        .copied()
        .filter(|&at| at != MISSING)
        .collect();
    told.sort_unstable();
    let of = told.len();
    // One in a thousand on either side, and at least one, may be wrong.
    let aside = (of / 1000).max(1);
    let far = i64::from(look.params.far_days).saturating_mul(DAY);
    let (low, high) = match of >= BULK {
        true => (
            told[aside].saturating_sub(far).max(FIRST),
            told[of - 1 - aside].saturating_add(far),
        ),
        false => (FIRST, i64::MAX),
    };
    let distance = |&at: &i64| match at {
        MISSING => 0,
        at => low.saturating_sub(at).max(at.saturating_sub(high)).max(0) as u64,
    };
    let count = orders.at.iter().filter(|at| distance(at) > 0).count() as u64;
    let finding = Finding::new("times_far_off", Severity::Warning, (count, of as u64))
        .what(format!(
            "{} {} placed long before or after all others.",
            part(count, of as u64, "order", "orders"),
            verb(count, "was", "were")
        ))
        .effect("They stretch the history: \"now\" is just after the last order, and decides what is recent.")
        .way_out("Mend their times in the export, or leave them blank.")
        .most(orders.at.iter().map(distance).enumerate(), |order, _| {
            let day: String = Instant(orders.at[order]).to_string().chars().take(10).collect();
            format!("order {}, {day}", look.order(order))
        });
    (count > 0).then_some(finding)
}

/// Whether only days are told.
fn midnights(look: &Look<'_>, at: &[i64]) -> Option<Finding> {
    let zone = zone(&look.history.settings.time_zone).ok()?;
    let midnight = |at: i64| {
        let local =
            jiff::Timestamp::from_microsecond(at).map(|at| at.to_zoned(zone.clone()).time());
        local.is_ok_and(|time| time == jiff::civil::Time::midnight())
    };
    let mut told = at.to_vec();
    told.retain(|&at| at != MISSING);
    let of = told.len() as u64;
    if !told.first().is_some_and(|&at| midnight(at)) {
        return None;
    }
    told.sort_unstable();
    told.dedup();
    let finding = Finding::new("times_at_midnight", Severity::Info, (of, of))
        .what("Times tell the day, not the hour.")
        .effect("What came first on one day is not known; a return counts as after its purchase.");
    (told.len() > 1 && told.into_iter().all(midnight)).then_some(finding)
}
