//! The table of items against what is sold, and what there is to be sold.

use super::words::{part, placed, verb};
use super::{EXAMPLES, Finding, Look, Severity};
use crate::history::catalogue::ItemTable;
use crate::history::decimal::{MISSING, Quantity};
use crate::text::counted;

pub(super) fn look(look: &Look<'_>) -> Vec<Finding> {
    let Some(items) = look.history.items.as_ref() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    found.extend(not_in_table(look, items));
    found.extend(stock(look, items));
    found.extend(never_sold(look, items));
    found
}

fn not_in_table(look: &Look<'_>, items: &ItemTable) -> Option<Finding> {
    let sold = placed(&look.tally.item_orders);
    let gone: Vec<(usize, u64)> = sold
        .filter(|&(item, orders)| orders > 0 && !items.told[item])
        .collect();
    let (count, of) = (gone.len() as u64, look.tally.sold());
    let finding = Finding::new("items_not_in_table", look.share(count, of), (count, of))
        .what(format!(
            "{} {} no row in the table of items.",
            part(count, of, "item sold", "items sold"),
            verb(count, "has", "have")
        ))
        .effect("They are suggested, but nothing is known of their category, brand, price or stock.")
        .way_out("Export all items, those no longer sold too, and see that ids are written alike in both tables.")
        .most(gone, |item, orders| {
            format!("item {}, {}", look.item(item), counted(orders, "order", "orders"))
        });
    (count > 0).then_some(finding)
}

fn never_sold(look: &Look<'_>, items: &ItemTable) -> Option<Finding> {
    let told = |item: &usize| items.told[*item];
    let of = (0..items.told.len()).filter(told).count() as u64;
    let unsold: Vec<usize> = (0..items.told.len())
        .filter(told)
        .filter(|&item| look.tally.item_orders[item] == 0)
        .collect();
    let count = unsold.len() as u64;
    let finding = Finding::new("items_never_sold", Severity::Info, (count, of))
        .what(format!(
            "{} in the table {} never sold.",
            part(count, of, "item", "items"),
            verb(count, "was", "were")
        ))
        .effect("Purchases say nothing of them: they have no list and stand in none.")
        .examples(
            unsold
                .into_iter()
                .take(EXAMPLES)
                .map(|item| format!("item {}", look.item(item))),
        );
    (count > 0).then_some(finding)
}

fn stock(look: &Look<'_>, items: &ItemTable) -> Vec<Finding> {
    let Some(stock) = items.stock.as_ref() else {
        return Vec::new();
    };
    let told: Vec<(usize, i64)> = stock
        .iter()
        .copied()
        .enumerate()
        .filter(|&(_, stock)| stock != MISSING)
        .collect();
    let of = told.len() as u64;
    let mut found = Vec::new();
    if of > 0 && told.iter().all(|&(_, stock)| stock <= 0) {
        let finding = Finding::new("nothing_in_stock", Severity::Warning, (of, of))
            .what(format!(
                "{} of known stock: none is there to be sold.",
                part(of, of, "item", "items")
            ))
            .effect("Lists of what is in stock are empty.")
            .way_out("See that the column of stock is the right one, and of today.");
        found.push(finding);
    }
    let below = told.iter().filter(|&&(_, stock)| stock < 0);
    let below: Vec<(usize, u64)> = below
        .map(|&(item, stock)| (item, stock.unsigned_abs()))
        .collect();
    let count = below.len() as u64;
    if count > 0 {
        let finding = Finding::new("stock_below_zero", look.share(count, of), (count, of))
            .what(format!(
                "{} {} a stock below zero.",
                part(count, of, "item of known stock", "items of known stock"),
                verb(count, "has", "have")
            ))
            .effect("They count as out of stock.")
            .way_out(
                "Where a negative stock means that it can be ordered, export what can be sold.",
            )
            .most(below, |item, _| {
                format!("item {}, {}", look.item(item), Quantity(stock[item]))
            });
        found.push(finding);
    }
    found
}
