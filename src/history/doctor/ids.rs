//! Ids that differ by case or space only.

use super::words::most;
use super::{EXAMPLES, Finding, Look, Severity};
use crate::history::labels::Labels;
use crate::text::{grouped, shown};
use xxhash_rust::xxh3::xxh3_64;

pub(super) fn look(look: &Look<'_>) -> Vec<Finding> {
    let history = look.history;
    let orders: Vec<u32> = (0..history.orders.len())
        .map(|order| history.orders.lines_of(order).len() as u32)
        .collect();
    let kinds = [
        (
            "item_ids_alike",
            "items",
            &history.item_ids,
            &look.tally.item_orders,
            "Each spelling is an item of its own: the buyers of one article are split, and it may be suggested \
             beside itself.",
        ),
        (
            "customer_ids_alike",
            "customers",
            &history.customer_ids,
            &look.tally.customer_orders,
            "Each spelling is a person of their own: what one customer bought is split among them.",
        ),
        (
            "order_ids_alike",
            "orders",
            &history.order_ids,
            &orders,
            "Each spelling is an order of its own: what was bought together is split among them.",
        ),
    ];
    kinds
        .into_iter()
        .filter_map(|(code, things, ids, weights, effect)| {
            finding(code, things, ids, weights).map(|found| found.effect(effect))
        })
        .collect()
}

fn finding(code: &'static str, things: &str, ids: &Labels, weights: &[u32]) -> Option<Finding> {
    let groups = alike(ids);
    let (count, of) = (groups.len() as u64, ids.len() as u64);
    let weight = |group: &Vec<u32>| {
        let rows = group.iter().map(|&id| weights.get(id as usize));
        rows.map(|rows| u64::from(rows.copied().unwrap_or(0)))
            .sum::<u64>()
            + 1
    };
    let example = |(group, _): (usize, u64)| {
        let ids = groups
            .get(group)
            .into_iter()
            .flatten()
            .filter_map(|&id| ids.get(id as usize));
        let ids: Vec<String> = ids.map(|id| format!("`{}`", shown(id))).collect();
        ids.join(" and ")
    };
    let examples = most(groups.iter().map(weight).enumerate(), EXAMPLES);
    let finding = Finding::new(code, Severity::Warning, (count, of))
        .what(match count {
            1 => format!(
                "Two or more of {} ids of {things} differ by case or space only.",
                grouped(of)
            ),
            _ => format!(
                "{} sets of {things} (of {} in all) have ids that differ by case or space only.",
                grouped(count),
                grouped(of)
            ),
        })
        .way_out("If they mean the same, write them alike in the export.")
        .examples(examples.into_iter().map(example));
    (count > 0).then_some(finding)
}

/// Sets of ids that are the same without case and space. By hashes: of a million ids, two share one by
/// chance in one shop of many millions.
fn alike(ids: &Labels) -> Vec<Vec<u32>> {
    let mut folded = String::new();
    let mut fold = |id: &str| {
        folded.clear();
        let letters = id.chars().filter(|c| !c.is_whitespace());
        folded.extend(letters.flat_map(char::to_lowercase));
        xxh3_64(folded.as_bytes())
    };
    let mut hashes: Vec<(u64, u32)> = (0..)
        .zip(ids.iter())
        .map(|(at, id)| (fold(id), at))
        .collect();
    hashes.sort_unstable();
    let same = hashes
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|same| same.len() > 1);
    let mut groups: Vec<Vec<u32>> = same
        .map(|same| same.iter().map(|&(_, id)| id).collect())
        .collect();
    groups.sort_unstable();
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_space_are_nothing() {
        let ids = Labels::from_sorted(["A 1", "A1", "B1", "a1", "b2", "É", "é"]);
        assert_eq!(alike(&ids), [vec![0, 1, 3], vec![5, 6]]);
        assert!(weights_do_not_matter(&ids));
    }

    fn weights_do_not_matter(ids: &Labels) -> bool {
        finding("x", "items", ids, &[])
            .is_some_and(|found| found.examples[0] == "`A 1` and `A1` and `a1`")
    }
}
