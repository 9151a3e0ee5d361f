//! Items that are no goods: postage, fees, discounts, vouchers, corrections.
//!
//! An item is taken for one from two signs on:
//!
//! - its name, or its id, says so: one sign or two, as the vocabulary has it;
//! - its id has no digit where nearly all ids have one (`POST`): one;
//! - its prices range widely, and no category is told of it: one;
//! - its price is next to nothing: one.
//!
//! The name is that of the table of items, else what the orders' own column of names or descriptions
//! mostly says on lines with a price.

use super::vocabulary::Vocabulary;
use super::words::{part, paste, verb};
use super::{EXAMPLES, Finding, Look, Severity};
use crate::history::lines::Texts;
use crate::history::typed::Typed;
use crate::text::{counted, shown};

/// Columns of orders that name the item, without case and what is no letter; a `name` or a `title`
/// there may be the customer's.
const NAMES: [&str; 8] = [
    "itemname",
    "productname",
    "lineitemname",
    "itemtitle",
    "producttitle",
    "itemdescription",
    "productdescription",
    "description",
];

/// Ids without a digit are odd where there are so many ids, and so large a share has one.
const IDS: (usize, f64) = (20, 0.95);

/// Prices range widely where, on so many lines, the 95 % quantile is so many times the 5 % one.
const RANGE: (usize, i64) = (10, 20);

/// A price is next to nothing at so small a part of the shop's median price.
const NOTHING: i64 = 100;

pub(super) fn look(look: &Look<'_>) -> Vec<Finding> {
    let names = Names::new(look);
    let odd_ids = odd_ids(look);
    let items = look.history.item_ids.len();
    let mut signs: Vec<u8> = (0..items).map(|item| said(look, &names, item)).collect();
    for (signs, odd) in signs.iter_mut().zip(odd_ids) {
        *signs += u8::from(odd);
    }
    add_prices(look, &mut signs);
    let told = told_in_orders(look);
    let ignored = &look.history.lines.ignored;
    let found = |&item: &usize| signs[item] >= 2 && told[item] && !ignored[item];
    let mut found: Vec<usize> = (0..items).filter(found).collect();
    let orders = &look.tally.item_orders;
    found.sort_by_key(|&item| (std::cmp::Reverse(orders[item]), item));
    finding(look, &names, &found).into_iter().collect()
}

fn finding(look: &Look<'_>, names: &Names<'_>, found: &[usize]) -> Option<Finding> {
    let tally = &look.tally;
    if found.iter().all(|&item| tally.item_orders[item] == 0) {
        return None;
    }
    let (count, of) = (found.len() as u64, look.history.item_ids.len() as u64);
    let ids = found
        .iter()
        .filter_map(|&item| look.history.item_ids.get(item));
    let mut ignore: Vec<&str> = look
        .history
        .settings
        .ignore
        .iter()
        .map(String::as_str)
        .collect();
    ignore.extend(ids);
    let example = |item: usize| {
        let name = names.of(item).map(|name| format!(": `{}`", shown(name)));
        format!(
            "{}, {}, {}{}",
            look.item(item),
            counted(
                u64::from(tally.item_customers[item]),
                "customer",
                "customers"
            ),
            counted(u64::from(tally.item_orders[item]), "order", "orders"),
            name.unwrap_or_default()
        )
    };
    let orders = orders_with(look, found);
    let mut finding = Finding::new("no_goods", Severity::Warning, (count, of))
        .what(format!(
            "{} {} like postage, fees or corrections, not goods.",
            part(count, of, "item", "items"),
            verb(count, "looks", "look")
        ))
        .effect(format!(
            "{} {} them: they are suggested beside goods, and goods beside them.",
            counted(orders, "order", "orders"),
            verb(orders, "holds", "hold")
        ))
        .way_out("Look the list over, then ignore what is no goods: its lines are kept and count for nothing.")
        .examples(found.iter().take(EXAMPLES).map(|&item| example(item)));
    finding.paste = Some(paste("ignore", &ignore));
    Some(finding)
}

/// Orders that hold any of these items.
fn orders_with(look: &Look<'_>, items: &[usize]) -> u64 {
    let mut among = vec![false; look.history.item_ids.len()];
    items.iter().for_each(|&item| among[item] = true);
    let holding = look
        .history
        .counting()
        .filter(|line| among[line.item as usize]);
    let mut orders: Vec<u32> = holding.map(|line| line.order).collect();
    orders.dedup();
    orders.len() as u64
}

/// Which items lines of orders name, bought or not.
fn told_in_orders(look: &Look<'_>) -> Vec<bool> {
    let mut told = vec![false; look.history.item_ids.len()];
    look.history
        .lines
        .item
        .iter()
        .for_each(|&item| told[item as usize] = true);
    told
}

/// What items are called, and the words to judge it by.
struct Names<'a> {
    words: Vocabulary,
    of_items: Option<&'a Texts>,
    of_lines: Option<(&'a Texts, Vec<u32>)>,
}

impl<'a> Names<'a> {
    fn new(look: &Look<'a>) -> Self {
        let column = |wanted: &&str| {
            let own = look.history.lines.own.iter();
            let mut texts = own.filter_map(|(name, typed)| match typed {
                Typed::Text(texts) => Some((name, texts)),
                _ => None,
            });
            let (_, texts) = texts.find(|(name, _)| {
                let letters = name.chars().filter(|c| c.is_alphabetic());
                letters.flat_map(char::to_lowercase).eq(wanted.chars())
            })?;
            Some((texts, mostly(look, texts)))
        };
        Names {
            words: Vocabulary::new(),
            of_items: look
                .history
                .items
                .as_ref()
                .and_then(|items| items.name.as_ref()),
            of_lines: NAMES.iter().find_map(column),
        }
    }

    fn of(&self, item: usize) -> Option<&'a str> {
        let told = self.of_items.and_then(|names| names.get(item));
        told.or_else(|| {
            let (texts, codes) = self.of_lines.as_ref()?;
            texts.labels.get(*codes.get(item)? as usize)
        })
    }
}

/// What a column of lines mostly says of each item: on lines with a price if there are any, since
/// those without may hold a note on stock.
fn mostly(look: &Look<'_>, texts: &Texts) -> Vec<u32> {
    let lines = &look.history.lines;
    let free = |line: usize| lines.price.as_ref().is_some_and(|price| price[line] <= 0);
    let told = (0..lines.len()).filter(|&line| texts.get(line).is_some());
    let mut said: Vec<(u32, bool, u32)> = told
        .map(|line| (lines.item[line], free(line), texts.codes[line]))
        .collect();
    said.sort_unstable();
    let mut names = vec![crate::history::NONE; look.history.item_ids.len()];
    for of_item in said.chunk_by(|a, b| a.0 == b.0) {
        let priced = of_item
            .chunk_by(|a, b| a.1 == b.1)
            .next()
            .unwrap_or_default();
        let most = priced
            .chunk_by(|a, b| a.2 == b.2)
            .min_by_key(|same| std::cmp::Reverse(same.len()));
        if let Some(&(item, _, code)) = most.and_then(|same| same.first()) {
            names[item as usize] = code;
        }
    }
    names
}

/// Signs in an item's name or id.
fn said(look: &Look<'_>, names: &Names<'_>, item: usize) -> u8 {
    let id = look.history.item_ids.get(item).unwrap_or_default();
    let name = names.of(item).map_or(0, |name| names.words.signs(name));
    name.max(names.words.signs(id))
}

/// Which ids have no digit where nearly all have one.
fn odd_ids(look: &Look<'_>) -> Vec<bool> {
    let ids = look.history.item_ids.iter();
    let bare: Vec<bool> = ids
        .map(|id| !id.bytes().any(|b| b.is_ascii_digit()))
        .collect();
    let with = bare.iter().filter(|&&bare| !bare).count();
    match bare.len() >= IDS.0 && with as f64 >= IDS.1 * bare.len() as f64 {
        true => bare,
        false => vec![false; bare.len()],
    }
}

/// Adds the signs in the prices of items that have one sign already.
fn add_prices(look: &Look<'_>, signs: &mut [u8]) {
    let lines = &look.history.lines;
    let Some(price) = lines.price.as_ref() else {
        return;
    };
    let counting = (0..lines.len()).filter(|&line| lines.left[line] > 0);
    let told: Vec<usize> = counting.filter(|&line| price[line] >= 0).collect();
    let mut all: Vec<i64> = told
        .iter()
        .map(|&line| price[line])
        .filter(|&p| p > 0)
        .collect();
    if all.is_empty() {
        return;
    }
    let middle = all.len() / 2;
    let usual = *all.select_nth_unstable(middle).1;
    let open = told
        .into_iter()
        .filter(|&line| signs[lines.item[line] as usize] == 1);
    let mut prices: Vec<(u32, i64)> = open.map(|line| (lines.item[line], price[line])).collect();
    prices.sort_unstable();
    let category = look
        .history
        .items
        .as_ref()
        .and_then(|items| items.category.as_ref());
    for of_item in prices.chunk_by(|a, b| a.0 == b.0) {
        let at = |place: usize| of_item.get(place).map_or(0, |&(_, price)| price);
        let (count, item) = (of_item.len(), of_item[0].0 as usize);
        let (low, high) = (at(count / 20), at((count - 1) - count / 20));
        let wide = count >= RANGE.0 && low > 0 && high / RANGE.1 >= low;
        let sorted = category.is_some_and(|category| category.get(item).is_some());
        let nothing = at(count / 2) < usual / NOTHING;
        signs[item] += u8::from(wide && !sorted) + u8::from(nothing);
    }
}
