//! From the sections of a file to an engine or a model, refusing what no fit makes.

use super::builder::Parts;
use super::goods::groups_of;
use super::head::{Head, Times1};
use super::tables::Shop1;
use super::{Engine, Stored};
use crate::error::Error;
use crate::file::{Kind, Loaded};
use crate::history::told::Told;
use crate::history::told::schema::TableName;
use crate::history::understand::others::{customer_table, item_table};
use crate::history::{CustomerTable, Instant, ItemTable, Labels, OnError, Reading, Shelf};
use crate::matrix::build::pattern;
use crate::matrix::{Basis, Purchases, Timeline, row_of};
use crate::models::also_bought::AlsoBought;
use crate::models::lists::Lists;
use crate::models::measure::{Counts, Measure};
use crate::watch::Watch;

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
            let told = Shop1::take(loaded)?;
            let by_group = told.by_group;
            about.as_of = told.as_of.map(Instant);
            if about.as_of < about.span.map(|(_, last)| last.just_after()) {
                return Err(damage(Kind::Shop, "its `as_of` lies before its last order"));
            }
            let people = labels(loaded, Kind::CustomerIdText, Kind::CustomerIdEnds)?;
            let bought = bought_by(loaded, people.len(), items.len())?;
            let times = row_times(loaded, purchases.rows())?;
            let item_rows = rows_of(Kind::ItemRows, loaded)?;
            let customer_rows = rows_of(Kind::CustomerRows, loaded)?;
            let shelf = told.shelf(loaded)?;
            let goods = goods(&shelf, item_rows, items.len())?;
            let customers_told = customers_told(&shelf, customer_rows, people.len())?;
            if let Some(groups) = groups_of(&items, goods.as_ref(), &shelf.settings) {
                purchases = purchases.with_groups(groups).map_err(refuse)?;
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

/// The index of each row of a table, where the file says it.
fn rows_of(kind: Kind, loaded: &mut Loaded) -> Checked<Option<Vec<u32>>> {
    loaded.has(kind).then(|| loaded.take_u32(kind)).transpose()
}

/// Refuses rows that are not one a row of the table, rising, each of one of `count` ids.
fn check_rows(kind: Kind, rows: &[u32], told: &Told, count: usize) -> Checked<()> {
    let rising = rows.is_sorted_by(|one, next| one < next);
    let within = rows.last().is_none_or(|&last| (last as usize) < count);
    match rows.len() == told.len() && rising && within {
        true => Ok(()),
        false => Err(damage(kind, "there is not one a row of its table")),
    }
}

/// What is told of customers, from the table as told and the customer of each of its rows.
fn customers_told(
    shelf: &Shelf,
    rows: Option<Vec<u32>>,
    customers: usize,
) -> Checked<Option<CustomerTable>> {
    // A file of format 1.1 may have the table, and does not say whose its rows are.
    let Some(rows) = rows else {
        return Ok(None);
    };
    let refuse = |problem: String| damage(Kind::CustomerRows, problem);
    let told = shelf.told.get(TableName::Customers);
    let told = told.ok_or_else(|| refuse("the file has no table of customers".to_owned()))?;
    check_rows(Kind::CustomerRows, &rows, told, customers)?;
    customer_table(told, &rows, customers, &shelf.settings, "the customers")
        .map(Some)
        .map_err(|problem| refuse(problem.to_string()))
}

/// What is told of items, from the table as told and the item of each of its rows.
fn goods(shelf: &Shelf, rows: Option<Vec<u32>>, items: usize) -> Checked<Option<ItemTable>> {
    let (told, rows) = match (shelf.told.get(TableName::Items), rows) {
        (None, None) => return Ok(None),
        (Some(told), Some(rows)) => (told, rows),
        _ => return Err(damage(Kind::ItemRows, "table and items do not go together")),
    };
    check_rows(Kind::ItemRows, &rows, told, items)?;
    let unread = || {
        Reading::new(
            TableName::Items,
            "the items".to_owned(),
            OnError::Stop,
            Vec::new(),
            0,
        )
    };
    let reading = shelf
        .readings
        .iter()
        .find(|reading| reading.table == TableName::Items);
    let reading = reading.cloned().unwrap_or_else(unread);
    item_table(told, &rows, items, &shelf.settings, &reading)
        .map(Some)
        .map_err(|problem| damage(Kind::ItemRows, problem.to_string()))
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
    let model = AlsoBought {
        params,
        basis: meta.basis,
        buyers: meta.buyers,
        totals,
        source_totals,
        bits,
        as_of,
        lists,
    };
    check_lists(&model)?;
    Ok(model)
}

/// Refuses lists that no fit makes: a query relies on all of this.
fn check_lists(model: &AlsoBought) -> Checked<()> {
    let AlsoBought {
        lists,
        totals,
        buyers,
        params,
        ..
    } = model;
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
    for source in 0..totals.len() as u32 {
        let source_total = model.source_total(source);
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
                all: *buyers,
            };
            // What fades was scored by sums that the file does not keep.
            if params.half_life.is_none() && !is_score_of(score, params.measure, counts) {
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
