//! Customers that are no one person: guests under one id, and other shops.

use super::words::{median, pairs, part, paste, percent, placed, verb};
use super::{Finding, Look, Severity};
use crate::history::catalogue::CustomerTable;
use crate::text::counted;

/// Ids that shops' systems give to those who have none.
const GUESTS: [&str; 16] = [
    "guest",
    "guests",
    "guest checkout",
    "gast",
    "anonymous",
    "anonym",
    "anon",
    "unknown",
    "unbekannt",
    "nobody",
    "not set",
    "no customer",
    "walk in",
    "walk in customer",
    "cash customer",
    "cash sale",
];

/// Numbers that stand for nobody (WooCommerce writes 0), unless they are simply the first customer.
const NUMBERS: [&str; 3] = ["0", "00", "-1"];

/// A number stands for nobody from so many orders on, and so many times the median.
const MANY: u32 = 10;

pub(super) fn look(look: &Look<'_>) -> Vec<Finding> {
    let usual = median(&look.tally.customer_orders);
    let orders = &look.tally.customer_orders;
    let ids = look.history.customer_ids.iter();
    let guests: Vec<usize> = ids
        .enumerate()
        .filter(|&(customer, id)| is_guest(id, orders[customer], usual))
        .map(|(customer, _)| customer)
        .collect();
    let mut found = Vec::new();
    found.extend(guest_ids(look, &guests));
    found.extend(many_orders(look, &guests, usual));
    found.extend(not_in_table(look, look.history.people.as_ref()));
    found
}

/// Whether an id stands for guests, given how many orders it and the usual customer have.
fn is_guest(id: &str, orders: u32, usual: u32) -> bool {
    let letters = |c: char| {
        if c.is_alphanumeric() || c == '-' {
            c
        } else {
            ' '
        }
    };
    let plain: String = id.to_lowercase().chars().map(letters).collect();
    let number = NUMBERS.contains(&plain.trim());
    let plain = plain.replace('-', " ");
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    orders > 0
        && (GUESTS.contains(&plain.as_str())
            || number && orders >= MANY && orders >= usual.saturating_mul(MANY))
}

fn guest_ids(look: &Look<'_>, guests: &[usize]) -> Option<Finding> {
    let orders: u64 = guests
        .iter()
        .map(|&g| u64::from(look.tally.customer_orders[g]))
        .sum();
    let of: u64 = placed(&look.tally.customer_orders)
        .map(|(_, orders)| orders)
        .sum();
    if guests.is_empty() {
        return None;
    }
    let ids: Vec<&str> = guests
        .iter()
        .filter_map(|&g| look.history.customer_ids.get(g))
        .collect();
    let number = ids
        .iter()
        .any(|id| id.bytes().all(|b| b == b'-' || b.is_ascii_digit()));
    let mut missing: Vec<&str> = look
        .history
        .settings
        .missing
        .iter()
        .flatten()
        .map(String::as_str)
        .collect();
    missing.extend(&ids);
    let mut finding = Finding::new("guest_ids", Severity::Problem, (orders, of))
        .what(format!(
            "{} {} of a customer whose id looks like no one's.",
            part(orders, of, "order", "orders"),
            verb(orders, "is", "are")
        ))
        .effect("All guests count as one person who bought everything, which pairs what nobody bought together.")
        .way_out(match number {
            false => "If these are guests, say that the id means nobody:",
            true => {
                "If these are guests, leave their customer blank in the export. The setting `missing` does it \
                 too, but it blanks such texts in every column, prices and quantities among them."
            }
        })
        .most(guests.iter().map(|&g| (g, u64::from(look.tally.customer_orders[g]))), |g, n| {
            format!("customer {}, {}", look.customer(g), counted(n, "order", "orders"))
        });
    // A quantity that is blank is refused, and -1 is what came back.
    if !ids.iter().any(|id| id.trim().starts_with('-')) {
        finding.paste = Some(paste("missing", &missing));
    }
    Some(finding)
}

fn many_orders(look: &Look<'_>, guests: &[usize], usual: u32) -> Option<Finding> {
    /// Fewer orders are not many, however few the others have.
    const LEAST: u32 = 100;
    let params = look.params;
    let many = |orders: u32| {
        orders >= params.customer_orders
            || orders >= LEAST && orders > usual.saturating_mul(params.customer_times)
    };
    let orders = &look.tally.customer_orders;
    let found: Vec<usize> = (0..orders.len())
        .filter(|c| many(orders[*c]) && guests.binary_search(c).is_err())
        .collect();
    let items = |customers: &mut dyn Iterator<Item = usize>| -> f64 {
        customers.map(|c| pairs(look.tally.customer_items[c])).sum()
    };
    if found.is_empty() {
        return None;
    }
    let theirs = items(&mut found.iter().copied());
    let all = items(&mut (0..orders.len()));
    let count = found.len() as u64;
    let buyers = orders.iter().filter(|&&orders| orders > 0).count() as u64;
    let finding = Finding::new("customers_of_many_orders", Severity::Warning, (count, buyers))
        .what(format!(
            "{} {} so many orders that {} may be a reseller, or a till (the median is {}).",
            part(count, buyers, "customer", "customers"),
            verb(count, "has", "have"),
            verb(count, "it", "they"),
            crate::text::grouped(u64::from(usual)),
        ))
        .effect(format!(
            "Each counts as one person, but {} of all pairs of items that one customer bought are theirs.",
            percent(theirs, all)
        ))
        .way_out("Leave them out if they do not buy as customers do, or ask for min_customers = 2 or more.")
        .most(found.iter().map(|&c| (c, u64::from(orders[c]))), |c, n| {
            let items = u64::from(look.tally.customer_items[c]);
            let items = counted(items, "item", "items");
            format!("customer {}, {} of {items}", look.customer(c), counted(n, "order", "orders"))
        });
    Some(finding)
}

/// Customers of orders that the table of customers does not have. Who they are is not shown.
fn not_in_table(look: &Look<'_>, people: Option<&CustomerTable>) -> Option<Finding> {
    let told = &people?.told;
    let mut orders = vec![false; told.len()];
    let named = look.history.orders.customer.iter();
    for &customer in named {
        if let Some(bought) = orders.get_mut(customer as usize) {
            *bought = true;
        }
    }
    let of = orders.iter().filter(|&&bought| bought).count() as u64;
    let gone = (0..told.len()).filter(|&c| orders[c] && !told[c]).count() as u64;
    if gone == 0 {
        return None;
    }
    let finding = Finding::new("customers_not_in_table", look.share(gone, of), (gone, of))
        .what(format!(
            "{} of orders {} no row in the table of customers.",
            part(gone, of, "customer", "customers"),
            verb(gone, "has", "have")
        ))
        .effect("Their orders count; whatever asks for a column of customers finds nothing told.")
        .way_out("Export both tables at the same time, and see that their ids are written alike.");
    Some(finding)
}
