//! From the sections of a file to an engine or a model, refusing what no fit makes.

use super::builder::Parts;
use super::goods::numbers;
use super::head::{Head, Model3, Times1};
use super::{Engine, Stored};
use crate::error::{Error, untouched};
use crate::file::{Checked, Kind, Loaded, damage};
use crate::history::{Labels, Shelf, groups};
use crate::matrix::build::pattern;
use crate::matrix::{Basis, Purchases, Timeline, row_of};
use crate::models::also_bought::{AlsoBought, AlsoBoughtParams};
use crate::models::kept::Kept;
use crate::models::lists::Lists;
use crate::models::measure::{Counts, Measure};
use crate::models::scales::Scales;
use crate::parallel::{map_parts, thread_count};
use crate::watch::Watch;

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
    let items = labels(loaded, Kind::ItemIdText, Kind::ItemIdEnds)?;
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
    let mut purchases = Purchases::from_pattern(meta.basis, by_row).map_err(refuse)?;
    let mut about = about.clone();
    let parts = match loaded.has(Kind::Shop) {
        true => {
            let (shelf, by_group) = Shelf::take(loaded)?;
            about.as_of = shelf.as_of;
            if about.as_of < about.span.map(|(_, last)| last.just_after()) {
                return Err(damage(Kind::Shop, "its `as_of` lies before its last order"));
            }
            let people = labels(loaded, Kind::CustomerIdText, Kind::CustomerIdEnds)?;
            let bought = bought_by(loaded, people.len(), items.len())?;
            let times = row_times(loaded, purchases.rows())?;
            let goods = shelf.item_table(loaded, items.len())?;
            let customers_told = shelf.customer_table(loaded, people.len())?;
            let groups = groups(&items, goods.as_ref(), &shelf.settings);
            if let Some(numbers) = groups.as_ref().and_then(numbers) {
                purchases = purchases.with_groups(numbers).map_err(refuse)?;
            }
            if by_group && purchases.groups().is_none() {
                return Err(damage(Kind::Shop, "it counts by group, but has none"));
            }
            if meta.basis == Basis::Customer && purchases.rows() != people.len() {
                return Err(damage(
                    Kind::CustomerIdEnds,
                    "there is not one a row of purchases",
                ));
            }
            Parts {
                items,
                people,
                purchases,
                bought,
                times,
                goods,
                groups,
                customers_told,
                by_group,
                about,
                shelf: Some(shelf),
            }
        }
        // A file of format 1.0 knows nobody and nothing but ids.
        false => Parts {
            people: Labels::default(),
            bought: Timeline::from_events(Basis::Customer, 0, items.len(), []).map_err(refuse)?,
            times: Vec::new(),
            goods: None,
            groups: None,
            customers_told: None,
            by_group: false,
            about,
            shelf: None,
            items,
            purchases,
        },
    };
    let model = also_bought(meta, loaded, Some(&parts.purchases))?;
    let has_history = parts.shelf.is_some();
    if model
        .params
        .half_life
        .or(model.params.within_days)
        .is_some()
        && !has_history
    {
        return Err(damage(Kind::Times, "the file has no times"));
    }
    let made = parts.engine(Watch::new(), |_, _| Ok(model));
    made.map_err(|problem| damage(Kind::BoughtTimes, problem.to_string()))
}

fn labels(loaded: &mut Loaded, text: Kind, ends: Kind) -> Checked<Labels> {
    let (bytes, ends) = (loaded.take_u8(text)?, loaded.take_u64(ends)?);
    Labels::from_parts(bytes, &ends).map_err(|problem| damage(text, problem))
}

fn bought_by(loaded: &mut Loaded, customers: usize, items: usize) -> Checked<Timeline> {
    let starts = loaded.take_u64(Kind::BoughtStarts)?.into_iter();
    let starts = starts
        .map(|start| usize::try_from(start).unwrap_or(usize::MAX))
        .collect();
    let bought = loaded.take_u32(Kind::BoughtItems)?;
    let at = loaded.take_u64(Kind::BoughtTimes)?.into_iter();
    let at = at.map(u64::cast_signed).collect();
    Timeline::from_parts(Basis::Customer, customers, items, starts, bought, at)
        .map_err(|problem| damage(Kind::BoughtItems, problem.to_string()))
}

/// When each row of the purchases happened; nothing where the file does not say.
fn row_times(loaded: &mut Loaded, rows: usize) -> Checked<Vec<i64>> {
    if !loaded.has(Kind::RowTimes) {
        return Ok(Vec::new());
    }
    let times = loaded.take_u64(Kind::RowTimes)?;
    match times.len() == rows {
        true => Ok(times.into_iter().map(u64::cast_signed).collect()),
        false => Err(damage(
            Kind::RowTimes,
            "there is not one a row of purchases",
        )),
    }
}

fn also_bought(
    meta: &Head,
    loaded: &mut Loaded,
    purchases: Option<&Purchases>,
) -> Checked<AlsoBought> {
    let mut params = meta.params.clone();
    let (mut as_of, mut bits) = (None, 0);
    if loaded.has(Kind::Times) {
        let bytes = loaded.take_u8(Kind::Times)?;
        let times = Times1::decode(&bytes).map_err(|problem| damage(Kind::Times, problem))?;
        (params.half_life, params.within_days) = (times.half_life, times.within_days);
        (as_of, bits) = (times.as_of, times.bits);
        if as_of.is_none() || params.half_life.or(params.within_days).is_none() || bits > 31 {
            return Err(damage(Kind::Times, "a setting cannot be"));
        }
    }
    if loaded.has(Kind::Model) {
        let bytes = loaded.take_u8(Kind::Model)?;
        let told = Model3::decode(&bytes).and_then(|model| model.set(&mut params));
        told.map_err(|problem| damage(Kind::Model, problem))?;
    } else if !params.numbers().is_empty() {
        return Err(damage(Kind::Meta, "the numbers of its measure are missing"));
    }
    if params.check().and(params.check_basis(meta.basis)).is_err() {
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
    let source_totals = match params.within_days {
        Some(_) => loaded.take_u32(Kind::SourceTotals)?,
        None => Vec::new(),
    };
    let fits = source_totals
        .iter()
        .zip(&totals)
        .all(|(source, total)| source <= total);
    if params.within_days.is_some() && !(fits && source_totals.len() == totals.len()) {
        return Err(damage(
            Kind::SourceTotals,
            "they are not among the items' totals",
        ));
    }
    let scales = Scales::new(params.measure, &totals, &source_totals)
        .map_err(|problem| damage(Kind::ItemTotals, problem.to_string()))?;
    let model = AlsoBought {
        params,
        basis: meta.basis,
        buyers: meta.buyers,
        scales,
        totals,
        source_totals,
        bits,
        as_of,
        lists,
        sums: Default::default(),
        workspaces: Default::default(),
        marks: Default::default(),
    };
    check_lists(&model)?;
    Ok(model)
}

/// Refuses lists that no fit makes: a query relies on all of this.
fn check_lists(model: &AlsoBought) -> Checked<()> {
    let AlsoBought { lists, totals, .. } = model;
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
    if model.params.kept == Kept::Target && !kept_by_target(model) {
        return Err(damage(
            Kind::ListItems,
            "an item is in more lists than was kept",
        ));
    }
    /// Items a part of the work.
    const PART: usize = 512;
    /// So many neighbours are worth more than one thread.
    const MANY: usize = 1 << 18;
    let items = totals.len();
    let check = |threads| {
        map_parts(
            items.div_ceil(PART),
            threads,
            "checking",
            Watch::new(),
            // By item: one more than the last list it was seen in.
            || untouched::<u32>(items),
            |part, seen| {
                let mut sources = (part * PART..((part + 1) * PART).min(items)).map(|at| at as u32);
                Ok(sources.try_for_each(|source| check_list(model, source, seen)))
            },
        )
    };
    let threads = match total {
        0..MANY => 1,
        _ => thread_count(None).unwrap_or(1),
    };
    // Where there are no more threads to be had, one does.
    let checked = check(threads).or_else(|_| check(1));
    let refuse = |problem: Error| damage(Kind::ListItems, problem.to_string());
    checked.map_err(refuse)?.into_iter().collect()
}

/// Whether each item is in as few lists as was kept.
fn kept_by_target(model: &AlsoBought) -> bool {
    let Ok(mut counts) = untouched::<u32>(model.items()) else {
        return false;
    };
    // What is none of the items is refused with the lists.
    model.lists.items.iter().all(|&item| {
        counts.get_mut(item as usize).is_none_or(|count| {
            *count = count.saturating_add(1);
            *count as usize <= model.params.neighbours
        })
    })
}

/// Refuses a list that no fit makes.
fn check_list(model: &AlsoBought, source: u32, seen: &mut [u32]) -> Checked<()> {
    let AlsoBought {
        totals,
        buyers,
        params,
        ..
    } = model;
    let source_total = model.source_total(source);
    let list = model.lists.of(source);
    if params.kept == Kept::Source && list.items.len() > params.neighbours {
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
            all: *buyers,
        };
        // What weighs was scored by sums that the file does not keep.
        if params.is_of_counts() && !is_score_of(score, params, counts) {
            return Err(damage(
                Kind::ListScores,
                "a score is not that of its counts",
            ));
        }
        let falls =
            previous.is_none_or(|(last, index)| last > score || (last == score && index < item));
        if !(score.is_finite() && score > 0.0 && falls) {
            return Err(damage(Kind::ListScores, "a list is not in order"));
        }
        previous = Some((score, item));
    }
    Ok(())
}

/// Whether a score is what the measure says. Logarithms may differ in the last bits between the
/// machine that saved and the one that opens.
fn is_score_of(score: f32, params: &AlsoBoughtParams, counts: Counts) -> bool {
    let expected = params.score(counts);
    match params.measure {
        Measure::Llr => (score - expected).abs() <= 1e-5 * expected.abs().max(1.0),
        _ => score == expected,
    }
}
