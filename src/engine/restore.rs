//! From the sections of a file to an engine or a model, refusing what no fit makes.

use super::head::Head;
use super::{Engine, Stored};
use crate::error::Error;
use crate::file::{Kind, Loaded};
use crate::history::Labels;
use crate::matrix::build::pattern;
use crate::matrix::{Purchases, row_of};
use crate::models::also_bought::{AlsoBought, AlsoBoughtParams};
use crate::models::lists::Lists;
use crate::models::measure::{Counts, Measure};

/// The part of a file and what is wrong with it.
pub(super) type Damage = (String, String);
pub(super) type Checked<T> = std::result::Result<T, Damage>;

pub(super) fn bare(meta: &Head, loaded: &mut Loaded) -> Checked<AlsoBought> {
    match meta.stored {
        Stored::AlsoBought => also_bought(meta, loaded, None),
        Stored::Shop => Err(damage(Kind::Meta, "it is a shop's file; open it as a shop")),
    }
}

pub(super) fn shop(meta: &Head, loaded: &mut Loaded) -> Checked<Engine> {
    let (Stored::Shop, Some(about)) = (meta.stored, &meta.about) else {
        return Err(damage(
            Kind::Meta,
            "it is a bare model; open it as an AlsoBought model",
        ));
    };
    let text = loaded.take_u8(Kind::ItemIdText)?;
    let ends = loaded.take_u64(Kind::ItemIdEnds)?;
    let items =
        Labels::from_parts(text, &ends).map_err(|problem| damage(Kind::ItemIdText, problem))?;
    let starts: Vec<usize> = loaded
        .take_u64(Kind::PurchaseStarts)?
        .into_iter()
        .map(|start| usize::try_from(start).unwrap_or(usize::MAX))
        .collect();
    let bought = loaded.take_u32(Kind::PurchaseItems)?;
    let rows = starts.len().saturating_sub(1);
    let refuse = |problem: Error| damage(Kind::PurchaseItems, problem.to_string());
    if starts.first() != Some(&0) || rows > crate::ids::MAX_IDS {
        return Err(damage(
            Kind::PurchaseStarts,
            "they do not lead through the purchases",
        ));
    }
    let by_row = pattern(rows, items.len(), starts, bought).map_err(refuse)?;
    let purchases = Purchases::from_pattern(meta.basis, by_row).map_err(refuse)?;
    let also_bought = also_bought(meta, loaded, Some(&purchases))?;
    Ok(Engine {
        items,
        purchases,
        also_bought,
        about: about.clone(),
    })
}

fn also_bought(
    meta: &Head,
    loaded: &mut Loaded,
    purchases: Option<&Purchases>,
) -> Checked<AlsoBought> {
    if meta.params.check().is_err() {
        return Err(damage(Kind::Meta, "a setting cannot be"));
    }
    let totals = loaded.take_u32(Kind::ItemTotals)?;
    let lists = Lists {
        starts: loaded.take_u64(Kind::ListStarts)?,
        items: loaded.take_u32(Kind::ListItems)?,
        scores: loaded.take_f32(Kind::ListScores)?,
        both: loaded.take_u32(Kind::ListBoth)?,
    };
    if totals.len() as u64 != meta.items || totals.len() > crate::ids::MAX_IDS {
        return Err(damage(Kind::ItemTotals, "there is not one an item"));
    }
    if totals.iter().any(|&total| total > meta.buyers) {
        return Err(damage(
            Kind::ItemTotals,
            "one is more than there are buyers",
        ));
    }
    let of_purchases = |purchases: &Purchases| {
        let total = |item: usize| row_of(purchases.by_item(), item).len() as u32;
        purchases.items() == totals.len()
            && purchases.buyers() == meta.buyers
            && (0..totals.len()).all(|item| total(item) == totals[item])
    };
    if !purchases.is_none_or(of_purchases) {
        return Err(damage(
            Kind::ItemTotals,
            "they are not those of the purchases",
        ));
    }
    check_lists(&lists, &totals, meta.buyers, &meta.params)?;
    Ok(AlsoBought {
        params: meta.params.clone(),
        basis: meta.basis,
        buyers: meta.buyers,
        totals,
        lists,
    })
}

/// Refuses lists that no fit makes: a query relies on all of this.
fn check_lists(
    lists: &Lists,
    totals: &[u32],
    buyers: u32,
    params: &AlsoBoughtParams,
) -> Checked<()> {
    let total = lists.items.len();
    let starts = &lists.starts;
    if lists.scores.len() != total || lists.both.len() != total {
        return Err(damage(Kind::ListItems, "its columns differ in length"));
    }
    let fit = starts.len() == totals.len() + 1
        && starts.first() == Some(&0)
        && starts.last() == Some(&(total as u64))
        && starts.is_sorted();
    if !fit {
        return Err(damage(
            Kind::ListStarts,
            "they do not lead through the lists",
        ));
    }
    // By item: one more than the last list it was seen in.
    let mut seen = vec![0u32; totals.len()];
    for (source, &source_total) in (0..).zip(totals) {
        let list = lists.of(source);
        if list.items.len() > params.neighbours {
            return Err(damage(Kind::ListStarts, "a list is longer than was kept"));
        }
        let mut previous: Option<(f32, u32)> = None;
        for ((&item, &score), &both) in list.items.iter().zip(list.scores).zip(list.both) {
            let target_total = totals.get(item as usize).copied().unwrap_or(0);
            let twice = match seen.get_mut(item as usize) {
                Some(last) => std::mem::replace(last, source + 1) == source + 1,
                None => true,
            };
            let few = both < params.min_customers || both > source_total.min(target_total);
            if twice || item == source || few {
                return Err(damage(Kind::ListItems, "a neighbour cannot be one"));
            }
            let counts = Counts {
                both,
                source: source_total,
                target: target_total,
                all: buyers,
            };
            if !is_score_of(score, params.measure, counts) {
                return Err(damage(
                    Kind::ListScores,
                    "a score is not that of its counts",
                ));
            }
            let falls = previous
                .is_none_or(|(last, index)| last > score || (last == score && index < item));
            if !(score.is_finite() && score > 0.0 && falls) {
                return Err(damage(Kind::ListScores, "a list is not in order"));
            }
            previous = Some((score, item));
        }
    }
    Ok(())
}

/// Whether a score is what the measure says. Logarithms may differ in the last bits between the
/// machine that saved and the one that opens.
fn is_score_of(score: f32, measure: Measure, counts: Counts) -> bool {
    let expected = measure.score(counts);
    match measure {
        Measure::Llr => (score - expected).abs() <= 1e-5 * expected.abs().max(1.0),
        _ => score == expected,
    }
}

pub(super) fn damage(kind: Kind, problem: impl Into<String>) -> Damage {
    (format!("section `{}`", kind.name()), problem.into())
}
