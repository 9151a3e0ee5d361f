//! Items: known from one customer, on top of all sales, variants of one another.

use super::words::{part, percent, placed, verb};
use super::{EXAMPLES, Finding, Look, Severity};
use crate::history::decimal::MISSING;
use crate::text::{counted, grouped, shown};
use std::collections::BTreeMap;

pub(super) fn look(look: &Look<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(of_one_customer(look));
    found.extend(top(look));
    found.extend(variants(look));
    found
}

fn of_one_customer(look: &Look<'_>) -> Option<Finding> {
    let buyers = &look.tally.item_customers;
    let of = buyers.iter().filter(|&&buyers| buyers > 0).count() as u64;
    let single = |item: usize| buyers[item] == 1;
    let count = (0..buyers.len()).filter(|&item| single(item)).count() as u64;
    let orders = placed(&look.tally.item_orders).filter(|&(item, _)| single(item));
    let finding = Finding::new("items_of_one_customer", Severity::Info, (count, of))
        .what(format!(
            "{} {} bought by one customer only.",
            part(count, of, "item", "items"),
            verb(count, "was", "were")
        ))
        .effect("Their lists rest on one person's purchases; min_customers = 2 leaves them short or empty instead.")
        .most(orders, |item, orders| {
            format!("item {}, {}", look.item(item), counted(orders, "order", "orders"))
        });
    (count > 0).then_some(finding)
}

/// How much of all sales the items on top are.
fn top(look: &Look<'_>) -> Option<Finding> {
    /// With fewer items there is no top.
    const LEAST: usize = 10;
    let mut lines: Vec<u64> = placed(&look.tally.item_lines)
        .map(|(_, lines)| lines)
        .collect();
    let sold = look.tally.sold() as usize;
    if sold < LEAST {
        return None;
    }
    let mut revenue = revenue(look);
    lines.sort_unstable_by_key(|&lines| std::cmp::Reverse(lines));
    let (hundredth, tenth) = (sold.div_ceil(100), sold.div_ceil(10));
    let sum = |items: usize| lines.iter().take(items).sum::<u64>();
    let of = look.tally.lines();
    let money = |items: usize, revenue: &[i128]| {
        let all: i128 = revenue.iter().sum();
        let share = percent(revenue.iter().take(items).sum::<i128>() as f64, all as f64);
        if all > 0 {
            format!(" and {share} of revenue")
        } else {
            String::new()
        }
    };
    revenue.sort_unstable_by_key(|&revenue| std::cmp::Reverse(revenue));
    let finding = Finding::new("top_items", Severity::Info, (sum(tenth), of))
        .what(format!(
            "The top 10 % of items ({}) make {} of lines sold{}; the top 1 % ({}) {}{}.",
            grouped(tenth as u64),
            percent(sum(tenth) as f64, of as f64),
            money(tenth, &revenue),
            grouped(hundredth as u64),
            percent(sum(hundredth) as f64, of as f64),
            money(hundredth, &revenue)
        ))
        .effect("The more they make, the more lists hold them by mere frequency; lift and llr discount that.")
        .most(placed(&look.tally.item_lines), |item, lines| {
            format!("item {}, {}", look.item(item), counted(lines, "line", "lines"))
        });
    Some(finding)
}

/// What each item has earned, in ten-millionths: what is left of each line at its price, less the
/// discount's share.
fn revenue(look: &Look<'_>) -> Vec<i128> {
    let lines = &look.history.lines;
    let mut revenue = vec![0i128; look.history.item_ids.len()];
    let Some(price) = lines.price.as_ref() else {
        return revenue;
    };
    for line in (0..lines.len()).filter(|&line| lines.left[line] > 0 && price[line] != MISSING) {
        let left = i128::from(lines.left[line]);
        let discount = lines
            .discount
            .as_ref()
            .map_or(MISSING, |discount| discount[line]);
        let discount = if discount == MISSING {
            0
        } else {
            i128::from(discount)
        };
        let share = discount * left / i128::from(lines.quantity[line]).max(1);
        revenue[lines.item[line] as usize] += i128::from(price[line]) * left - 1000 * share;
    }
    revenue
}

/// Items that look like variants of one article by their ids (`15056BL`, `15056N`) and are in no
/// group.
fn variants(look: &Look<'_>) -> Option<Finding> {
    let history = look.history;
    let mut grouped_items: Vec<bool> = match history
        .items
        .as_ref()
        .and_then(|items| items.group.as_ref())
    {
        Some(group) => (0..history.item_ids.len())
            .map(|item| group.get(item).is_some())
            .collect(),
        None => vec![false; history.item_ids.len()],
    };
    let named = history.settings.groups.values().flatten();
    for item in named.filter_map(|id| history.item_ids.find(id)) {
        grouped_items[item] = true;
    }
    let mut articles: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (item, id) in history
        .item_ids
        .iter()
        .enumerate()
        .filter(|&(item, _)| !grouped_items[item])
    {
        if let (Some(article), true) = (article(id), look.tally.item_orders[item] > 0) {
            articles.entry(article).or_default().push(item);
        }
    }
    let lower = |item: &usize| {
        history
            .item_ids
            .get(*item)
            .unwrap_or_default()
            .to_lowercase()
    };
    // Ids that differ by case are another matter.
    articles.retain(|_, items| items.iter().any(|item| lower(item) != lower(&items[0])));
    let (count, of) = (
        articles.values().map(|items| items.len() as u64).sum(),
        look.tally.sold(),
    );
    let mut largest: Vec<(&str, Vec<usize>)> = articles.into_iter().collect();
    let orders = |items: &Vec<usize>| {
        items
            .iter()
            .map(|&i| u64::from(look.tally.item_orders[i]))
            .sum::<u64>()
    };
    largest.sort_by_key(|(article, items)| (std::cmp::Reverse(orders(items)), *article));
    let example = |(article, items): &(&str, Vec<usize>)| {
        let items = counted(items.len() as u64, "item", "items");
        format!("`{}...`, {items}", shown(article))
    };
    let finding = Finding::new("variants_without_group", Severity::Info, (count, of))
        .what(format!(
            "{} {} an id that differs from another by a letter at the end, and no group.",
            part(count, of, "item sold", "items sold"),
            verb(count, "has", "have")
        ))
        .effect("If they are sizes or colours of one article, they fill one another's lists.")
        .way_out("Tell the article in the column `group` of items, or in the setting `groups`.")
        .examples(largest.iter().take(EXAMPLES).map(example));
    (count > 0).then_some(finding)
}

/// The id without the letter or two behind its last digit, where it ends in such.
fn article(id: &str) -> Option<&str> {
    let article = id.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let letters = id.len() - article.len();
    let digits = article.bytes().rev().take_while(u8::is_ascii_digit).count();
    // Three digits: short ids are like one another by chance.
    ((1..=2).contains(&letters) && digits >= 3).then_some(article)
}
