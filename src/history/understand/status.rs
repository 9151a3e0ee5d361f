//! Which orders count.

use crate::error::{Error, did_you_mean};
use crate::history::lines::OrderTable;
use crate::history::settings::Settings;
use crate::history::summary::StatusCount;
use crate::near::near;
use crate::text::counted;
use crate::text::shown;
use serde::{Deserialize, Serialize};

/// Statuses of orders that count, as [`Settings::fulfilled`](crate::Settings::fulfilled) has them
/// where nothing else is said. Compared without case and with `_` and `-` as spaces, so `Complete`,
/// `wc-completed` and `COMPLETED` are all among them.
pub const FULFILLED: [&str; 6] = [
    "delivered",
    "completed",
    "complete",
    "shipped",
    "paid",
    "fulfilled",
];

/// Statuses of orders that do not count: known, so that nobody has to name them.
pub const UNFULFILLED: [&str; 16] = [
    "new",
    "pending",
    "pending payment",
    "processing",
    "invoiced",
    "on hold",
    "onhold",
    "unavailable",
    "cancelled",
    "canceled",
    "refused",
    "declined",
    "rejected",
    "failed",
    "failure",
    "expired",
];

/// Statuses of orders that were called off, where they do not count.
pub const CANCELLED: [&str; 2] = ["cancelled", "canceled"];

/// A status without what shops spell differently: case, outer space, `_` and `-` for a space, and
/// the `wc-` that WooCommerce puts in front.
fn spelling(status: &str) -> String {
    let plain = status.trim().to_lowercase().replace(['_', '-'], " ");
    plain
        .strip_prefix("wc ")
        .map_or(plain.clone(), str::to_owned)
}

/// Whether an order of some status counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It counts.
    Fulfilled,
    /// It does not count and touches nothing else.
    Unfulfilled,
    /// Likewise, because somebody called it off: its status is [`CANCELLED`].
    Cancelled,
}

/// The standing of a status; `None` where it is neither among the known nor among the named.
///
/// `fulfilled` replaces the default set where it is given; a status of the default set that it
/// leaves out does not count.
pub(crate) fn standing(
    status: &str,
    fulfilled: Option<&[String]>,
    unfulfilled: &[String],
) -> Option<Standing> {
    let status = spelling(status);
    let among = |names: &[String]| names.iter().any(|name| spelling(name) == status);
    let default = FULFILLED.contains(&status.as_str());
    if fulfilled.is_some_and(among) {
        Some(Standing::Fulfilled)
    } else if CANCELLED.contains(&status.as_str()) {
        Some(Standing::Cancelled)
    } else if among(unfulfilled) || UNFULFILLED.contains(&status.as_str()) {
        Some(Standing::Unfulfilled)
    } else if default {
        Some(match fulfilled {
            None => Standing::Fulfilled,
            Some(_) => Standing::Unfulfilled,
        })
    } else {
        None
    }
}

/// Which orders count, and what was told of each status; statuses that nobody named are refused,
/// all at once.
pub(crate) fn standings(
    orders: &OrderTable,
    settings: &Settings,
) -> Result<(Vec<Standing>, Vec<StatusCount>), String> {
    let Some(statuses) = &orders.status else {
        return Ok((vec![Standing::Fulfilled; orders.len()], Vec::new()));
    };
    // A blank status comes last.
    let blank = statuses.labels.len();
    let place = |&code: &u32| (code as usize).min(blank);
    let mut counts = vec![0u64; blank + 1];
    for code in &statuses.codes {
        counts[place(code)] += 1;
    }
    let mut told = Vec::new();
    let mut unknown = Vec::new();
    let mut standings = vec![Standing::Unfulfilled; blank + 1];
    for (code, &orders) in counts.iter().enumerate().filter(|&(_, &count)| count > 0) {
        let status = statuses.labels.get(code).unwrap_or_default().to_owned();
        let named = settings.fulfilled.as_deref();
        match standing(&status, named, &settings.unfulfilled) {
            Some(standing) => {
                standings[code] = standing;
                told.push(StatusCount {
                    status,
                    orders,
                    standing,
                });
            }
            None => unknown.push((status, orders)),
        }
    }
    if unknown.is_empty() {
        let orders = statuses.codes.iter().map(|code| standings[place(code)]);
        Ok((orders.collect(), told))
    } else {
        Err(unknown_statuses(&unknown))
    }
}

/// Refuses a status that was said both to count and not to.
pub(crate) fn check_named(settings: &Settings) -> crate::error::Result<()> {
    let unfulfilled: Vec<String> = settings
        .unfulfilled
        .iter()
        .map(|name| spelling(name))
        .collect();
    let both = |name: &&String| unfulfilled.contains(&spelling(name));
    match settings.fulfilled.iter().flatten().find(both) {
        Some(name) => Err(Error::setting(
            "fulfilled",
            format!("'{}'", shown(name)),
            "it is among `unfulfilled` too, and must be one of the two",
        )),
        None => Ok(()),
    }
}

/// Notes on statuses that were named and that no order has: a slip, as a rule.
pub(crate) fn named_in_vain(told: &[StatusCount], settings: &Settings) -> Vec<String> {
    let there: Vec<String> = told.iter().map(|told| spelling(&told.status)).collect();
    let named = settings
        .fulfilled
        .iter()
        .flatten()
        .chain(&settings.unfulfilled);
    named
        .filter(|name| !there.contains(&spelling(name)))
        .map(|name| {
            let near = near(name, told.iter().map(|told| told.status.as_str()));
            format!(
                "no order has the status `{}`{}",
                shown(name),
                did_you_mean(&near)
            )
        })
        .collect()
}

fn unknown_statuses(unknown: &[(String, u64)]) -> String {
    const MOST: usize = 20;
    let mut names: Vec<String> = unknown
        .iter()
        .take(MOST)
        .map(|(status, orders)| {
            let status = if status.is_empty() { "(blank)" } else { status };
            format!(
                "`{}` ({})",
                shown(status),
                counted(*orders, "order", "orders")
            )
        })
        .collect();
    if unknown.len() > MOST {
        names.push(format!("{} more", unknown.len() - MOST));
    }
    format!(
        "it is not known whether orders of these statuses count: {}; name them in `fulfilled` or \
         `unfulfilled` (a blank one as ''), or leave the column out (columns: status=)",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_status_are_one() {
        for status in [
            "Complete",
            " completed ",
            "WC-Completed",
            "on_hold",
            "On-Hold",
        ] {
            assert!(standing(status, None, &[]).is_some(), "{status}");
        }
    }

    #[test]
    fn a_named_set_replaces_the_default() {
        let named = ["delivered".to_owned()];
        assert_eq!(
            standing("Delivered", Some(&named), &[]),
            Some(Standing::Fulfilled)
        );
        assert_eq!(
            standing("shipped", Some(&named), &[]),
            Some(Standing::Unfulfilled)
        );
        assert_eq!(standing("shipped", None, &[]), Some(Standing::Fulfilled));
        assert_eq!(standing("teleported", None, &[]), None);
        assert_eq!(
            standing("teleported", None, &["Teleported".to_owned()]),
            Some(Standing::Unfulfilled)
        );
    }
}
