//! Why there are fewer suggestions than asked for, in words.

use super::asked::Asked;
use super::query::{About, Query};
use crate::ids::ItemIx;
use crate::matrix::Basis;
use crate::models::measure::Measure;
use crate::text::{counted, grouped};

/// Says why only `found` are suggested.
pub(super) fn reason(query: &Query<'_>, asked: &Asked, found: usize) -> String {
    let mut reason = why(query, asked, found);
    if let Some(let_through) = asked.let_through {
        let items = query.engine.items.len() as u64;
        reason.push_str(&format!(
            "; the filter lets {} of {} through",
            grouped(let_through),
            counted(items, "item", "items")
        ));
    }
    reason
}

fn why(query: &Query<'_>, asked: &Asked, found: usize) -> String {
    if query.fallback || matches!(query.about, About::Popular(_)) {
        return popular(query, found);
    }
    if asked.given.is_empty() {
        return match &query.about {
            About::Basket(_) => "the basket is empty".to_owned(),
            _ => "the customer is not known, or bought nothing that counts".to_owned(),
        };
    }
    let model = &query.engine.also_bought;
    let bought = |&unit: &u32| model.buyers_of(ItemIx::checked(unit)) > 0;
    let name = match &query.about {
        About::Item(item) => format!("`{item}`"),
        About::Basket(_) => "what is in the basket".to_owned(),
        About::Customer(_) => "what the customer bought".to_owned(),
        About::Popular(_) => String::new(),
    };
    if !asked.units.items.iter().any(bought) {
        if let (About::Item(item), Some(shelf)) = (&query.about, &query.engine.shelf)
            && shelf.settings.ignore.contains(item)
        {
            return format!("{name} is ignored as no goods: it counts for nothing");
        }
        let by = match model.basis() {
            Basis::Customer => " by a known customer",
            Basis::Order => "",
        };
        return format!("{name} was never bought{by} in an order that counts");
    }
    let (others, were, are) = match found {
        0 => ("no other item".to_owned(), "was", "is"),
        1 => ("only 1 other item".to_owned(), "was", "is"),
        _ => (
            format!("only {} other items", grouped(found as u64)),
            "were",
            "are",
        ),
    };
    if !model.counts_anew() {
        // There may be others that were bought with it: no row is counted anew.
        let mut reason = format!("{others} {are} kept as neighbours of {name}");
        reason.push_str(&filters(query, are));
        return reason;
    }
    let mut reason = match model.settings().within_days {
        Some(days) => format!("{others} {were} bought within {days} days after {name}"),
        None => format!("{others} {were} bought with {name}"),
    };
    let least = model.settings().min_customers;
    if least > 1 {
        reason.push_str(&format!(" by at least {least} {}", model.basis().plural()));
    }
    if model.measure() == Measure::Llr {
        reason.push_str(" oftener than by chance");
    }
    reason.push_str(&filters(query, are));
    reason
}

/// What the filters leave over, as the end of the sentence.
fn filters(query: &Query<'_>, are: &str) -> String {
    let mut ends = Vec::new();
    if query.only.is_some() {
        ends.push("among `only`");
    }
    if !query.filters.is_empty() {
        ends.push("let through by the filter");
    }
    if !query.exclude.is_empty() {
        ends.push("not excluded");
    }
    if !query.keep_owned && matches!(query.about, About::Customer(_)) {
        ends.push("not owned already");
    }
    if !query.on_page.is_empty() {
        ends.push("not on the page already");
    }
    match ends.as_slice() {
        [] => String::new(),
        ends => format!(" and {are} {}", ends.join(" and ")),
    }
}

fn popular(query: &Query<'_>, found: usize) -> String {
    let place = match &query.about {
        About::Popular(Some(category)) => format!(" under `{category}`"),
        _ => String::new(),
    };
    let (items, were, are) = match found {
        0 => ("no item".to_owned(), "was", "is"),
        1 => ("only 1 item".to_owned(), "was", "is"),
        _ => (
            format!("only {} items", grouped(found as u64)),
            "were",
            "are",
        ),
    };
    let mut ends = filters(query, are);
    if !query.keep_owned && matches!(query.about, About::Basket(_)) {
        ends.push_str(" and not in the basket");
    }
    format!("{items}{place} {were} bought in orders that count{ends}")
}
