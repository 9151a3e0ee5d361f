//! Events: kinds that are slips of known ones, wishes that were never made, unknown items.

use super::words::{part, placed, verb};
use super::{Finding, Look, Severity};
use crate::history::events::{EventTable, KINDS};
use crate::history::labels::NONE;
use crate::text::{counted, grouped, shown};
use std::collections::HashSet;

pub(super) fn look(look: &Look<'_>) -> Vec<Finding> {
    let Some(events) = look.history.events.as_ref() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    found.extend(slips(events));
    found.extend(unknown_items(look, events));
    found.extend(never_wished(look, events));
    found
}

/// The known kind that another may have been meant to be.
fn meant(kind: &str) -> Option<&'static str> {
    let letters = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let told = letters(kind);
    let near = |known: &&&str| {
        let known = letters(known);
        // A letter more or less of a short word is another word.
        let allowed = if known.len() >= 8 { 2 } else { 1 };
        strsim::osa_distance(&told, &known) <= allowed
    };
    if KINDS.contains(&kind) {
        return None;
    }
    KINDS
        .iter()
        .find(|known| letters(known) == told)
        .or_else(|| KINDS.iter().find(near))
        .copied()
}

fn slips(events: &EventTable) -> Option<Finding> {
    let kinds = &events.kind;
    let meant: Vec<Option<&str>> = kinds.labels.iter().map(meant).collect();
    let mut rows = vec![0u32; kinds.labels.len()];
    for &code in &kinds.codes {
        if let Some(Some(_)) = meant.get(code as usize) {
            rows[code as usize] += 1;
        }
    }
    let (count, of) = (
        placed(&rows).map(|(_, rows)| rows).sum(),
        kinds.codes.len() as u64,
    );
    let finding = Finding::new("event_kinds_near_known", Severity::Warning, (count, of))
        .what(format!(
            "{} {} of a kind that looks like a slip of a known one.",
            part(count, of, "event", "events"),
            verb(count, "is", "are")
        ))
        .effect("They are kept as a kind of the shop's own, and count for nothing that asks for the known one.")
        .way_out("Write the kind as it is known, or leave it if it is another.")
        .most(placed(&rows), |kind, rows| {
            format!(
                "`{}`, {}: did you mean `{}`?",
                shown(kinds.labels.get(kind).unwrap_or_default()),
                counted(rows, "event", "events"),
                meant.get(kind).copied().flatten().unwrap_or_default()
            )
        });
    (count > 0).then_some(finding)
}

/// Events of items that neither orders nor the table of items know.
fn unknown_items(look: &Look<'_>, events: &EventTable) -> Option<Finding> {
    let items = events.item.as_ref()?;
    let mut known: Vec<bool> = match look.history.items.as_ref() {
        Some(items) => items.told.clone(),
        None => vec![false; look.history.item_ids.len()],
    };
    for &item in &look.history.lines.item {
        known[item as usize] = true;
    }
    let mut rows = vec![0u32; known.len()];
    let named = items.iter().filter(|&&item| item != NONE);
    named
        .clone()
        .filter(|&&item| !known[item as usize])
        .for_each(|&item| rows[item as usize] += 1);
    let (count, of) = (
        placed(&rows).map(|(_, rows)| rows).sum::<u64>(),
        named.count() as u64,
    );
    let finding = Finding::new(
        "events_of_unknown_items",
        look.share(count, of),
        (count, of),
    )
    .what(format!(
        "{} {} an item that neither orders nor items name.",
        part(count, of, "event", "events"),
        verb(count, "is about", "are about")
    ))
    .effect("They lead to no goods: no list holds those items.")
    .way_out("See that ids are written alike in all tables.")
    .most(placed(&rows), |item, rows| {
        format!(
            "item {}, {}",
            look.item(item),
            counted(rows, "event", "events")
        )
    });
    (count > 0).then_some(finding)
}

/// Wishes taken back that nobody told before.
fn never_wished(look: &Look<'_>, events: &EventTable) -> Option<Finding> {
    let items = events.item.as_ref()?;
    let (mut wished, mut removals) = (HashSet::new(), 0u64);
    let mut of_item = vec![0u32; look.history.item_ids.len()];
    // Events are by customer and time.
    for (row, (&customer, &item)) in events.customer.iter().zip(items).enumerate() {
        if customer == NONE || item == NONE {
            continue;
        }
        match events.kind.get(row) {
            Some("wishlist_add") => {
                wished.insert((customer, item));
            }
            Some("wishlist_remove") => {
                removals += 1;
                of_item[item as usize] += u32::from(!wished.remove(&(customer, item)));
            }
            _ => {}
        }
    }
    let count = placed(&of_item).map(|(_, rows)| rows).sum::<u64>();
    let finding = Finding::new(
        "wishes_removed_never_added",
        look.share(count, removals),
        (count, removals),
    )
    .what(format!(
        "{} {} an item that is not on the list then.",
        part(
            count,
            removals,
            "removal from a wish list",
            "removals from wish lists"
        ),
        verb(count, "is of", "are of")
    ))
    .effect("They change nothing; wishes from before the first event are not known.")
    .way_out("Export events from further back.")
    .most(placed(&of_item), |item, rows| {
        format!("item {}, {}", look.item(item), grouped(rows))
    });
    (count > 0).then_some(finding)
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_slip_is_told_from_a_kind_of_the_shop_s_own() {
        for (kind, known) in [
            ("View", Some("view")),
            ("views", Some("view")),
            ("wishlist-add", Some("wishlist_add")),
            ("WishListRemoved", Some("wishlist_remove")),
            ("view", None),
            ("review", None),
            ("survey", None),
            ("card", Some("cart")),
        ] {
            assert_eq!(meant(kind), known, "{kind}");
        }
    }
}
