//! Prices, costs and the currency.

use super::words::{part, placed, verb};
use super::{Finding, Look, Severity};
use crate::history::decimal::{MISSING, Money};
use crate::history::labels::NONE;
use crate::history::lines::LineTable;
use crate::history::told::schema::{TableName, orders};
use crate::text::{counted, grouped, shown};

pub(super) fn look(look: &Look<'_>) -> Vec<Finding> {
    let mut found = prices(look);
    found.extend(costs(look));
    found.extend(currency(look));
    found
}

/// Of each item, the rows that are odd.
fn by_item(look: &Look<'_>, odd: impl Fn(&LineTable, usize) -> bool) -> (Vec<u32>, u64) {
    let lines = &look.history.lines;
    let mut of_item = vec![0u32; look.history.item_ids.len()];
    for line in (0..lines.len()).filter(|&line| odd(lines, line)) {
        of_item[lines.item[line] as usize] += 1;
    }
    let count = placed(&of_item).map(|(_, rows)| rows).sum();
    (of_item, count)
}

fn prices(look: &Look<'_>) -> Vec<Finding> {
    let rows = look.history.lines.len() as u64;
    let Some(price) = look.history.lines.price.as_ref() else {
        let finding = Finding::new("no_prices", Severity::Info, (rows, rows))
            .what("Orders tell no prices.")
            .effect("Lists are as good as with them; revenue and margins are unknown.");
        return vec![finding];
    };
    let mut found = Vec::new();
    found.extend(not_positive(look, price));
    let (of_item, count) = by_item(look, |_, line| price[line] == MISSING);
    let missing = Finding::new("price_missing", look.share(count, rows), (count, rows))
        .what(format!(
            "{} {} no price.",
            part(count, rows, "row", "rows"),
            verb(count, "has", "have")
        ))
        .effect("They count as bought; revenue and margins lack them.")
        .way_out("Export the price that was paid.")
        .most(placed(&of_item), |item, rows| example(look, item, rows));
    found.extend((count > 0).then_some(missing));
    found
}

fn example(look: &Look<'_>, item: usize, rows: u64) -> String {
    format!("item {}, {}", look.item(item), counted(rows, "row", "rows"))
}

fn not_positive(look: &Look<'_>, price: &[i64]) -> Option<Finding> {
    let odd = |line: usize| price[line] != MISSING && price[line] <= 0;
    let of = price.iter().filter(|&&price| price != MISSING).count() as u64;
    let (of_item, count) = by_item(look, |_, line| odd(line));
    let left = &look.history.lines.left;
    let bought = (0..left.len())
        .filter(|&line| left[line] > 0 && odd(line))
        .count() as u64;
    let finding = Finding::new("price_not_positive", look.share(count, of), (count, of))
        .what(format!(
            "{} {} a price of zero or less.",
            part(count, of, "row", "rows"),
            verb(count, "has", "have")
        ))
        .effect(format!(
            "They earn nothing; {} of them {} as bought all the same, gifts and corrections of stock alike.",
            grouped(bought),
            verb(bought, "counts", "count")
        ))
        .way_out("Leave corrections of stock out of the export; gifts may stay.")
        .most(placed(&of_item), |item, rows| example(look, item, rows));
    (count > 0).then_some(finding)
}

fn costs(look: &Look<'_>) -> Vec<Finding> {
    let of = look.tally.lines();
    let unknown =
        |lines: &LineTable, line: usize| lines.left[line] > 0 && lines.cost_of(line) == MISSING;
    let (of_item, missing) = by_item(look, unknown);
    if look.history.lines.price.is_none() || of == 0 {
        return Vec::new();
    }
    if missing == of {
        let finding = Finding::new("no_costs", Severity::Info, (of, of))
            .what("Neither orders nor items tell what goods cost the shop.")
            .effect("Revenue is known, margins are not.")
            .way_out("Tell `cost` in the table of items, if margins matter.");
        return vec![finding];
    }
    let finding = Finding::new("costs_missing", look.share(missing, of), (missing, of))
        .what(format!(
            "{} {} no cost, by the row or the item.",
            part(missing, of, "row sold", "rows sold"),
            verb(missing, "has", "have")
        ))
        .effect("Their margin is unknown, and sums of margins lack them.")
        .way_out("Tell the cost of these items.")
        .most(placed(&of_item), |item, rows| example(look, item, rows));
    let mut found = Vec::new();
    found.extend((missing > 0).then_some(finding));
    found.extend(losses(look, of - missing));
    found
}

/// Rows sold below cost, of those whose cost is known.
fn losses(look: &Look<'_>, of: u64) -> Option<Finding> {
    let price = look.history.lines.price.as_ref()?;
    let loss = |lines: &LineTable, line: usize| {
        let cost = lines.cost_of(line);
        lines.left[line] > 0 && cost != MISSING && price[line] > 0 && cost > price[line]
    };
    let (of_item, count) = by_item(look, loss);
    let finding = Finding::new("sold_at_a_loss", look.share(count, of), (count, of))
        .what(format!(
            "{} {} sold for less than the goods cost.",
            part(count, of, "row of known cost", "rows of known cost"),
            verb(count, "was", "were")
        ))
        .effect("Their margin is negative, and draws down what is weighed by margin.")
        .way_out(
            "See that cost and price are both per piece, in one currency, with or without tax.",
        )
        .most(placed(&of_item), |item, rows| {
            let widest = widest(look, price, item).unwrap_or_default();
            format!("{}{widest}", example(look, item, rows))
        });
    (count > 0).then_some(finding)
}

/// The cost and price of an item's line that loses most.
fn widest(look: &Look<'_>, price: &[i64], item: usize) -> Option<String> {
    let lines = &look.history.lines;
    let sold = (0..lines.len()).filter(|&l| lines.item[l] as usize == item && lines.left[l] > 0);
    let loss = sold.filter(|&l| lines.cost_of(l) != MISSING && price[l] > 0);
    let line = loss.max_by_key(|&l| {
        (
            lines.cost_of(l).saturating_sub(price[l]),
            std::cmp::Reverse(l),
        )
    })?;
    let (cost, price) = (Money(lines.cost_of(line)), Money(price[line]));
    Some(format!(", cost {cost}, price {price}"))
}

/// Rows that do not say which currency they are in where others do.
fn currency(look: &Look<'_>) -> Option<Finding> {
    let column = look
        .history
        .told
        .get(TableName::Orders)?
        .text(orders::CURRENCY)?;
    let of = column.codes.len() as u64;
    let count = column.codes.iter().filter(|&&code| code == NONE).count() as u64;
    let currency = column.interner.iter().next()?;
    let finding = Finding::new("currency_missing", look.share(count, of), (count, of))
        .what(format!(
            "{} {} no currency.",
            part(count, of, "row", "rows"),
            verb(count, "tells", "tell")
        ))
        .effect(format!(
            "They are taken to be in {}, as the others are.",
            shown(currency)
        ))
        .way_out("See that they are.");
    (count > 0).then_some(finding)
}
