//! Why an item is suggested, or which stage keeps it out.

use super::answer::{Contribution, Explanation, KeptOut};
use super::asked::Asked;
use super::query::Query;
use super::reason::Source;
use super::suggest::Pick;
use super::sums::Rows;
use crate::error::{Error, Result};
use crate::ids::ItemIx;
use crate::matrix::row_of;
use crate::models::filter::Filter;

pub(super) fn explain(query: &Query<'_>, item: &str) -> Result<Explanation> {
    if query.n == 0 {
        return Err(Error::setting("n", 0, "it must be at least 1"));
    }
    let engine = query.engine;
    let index = engine.item(item)?.get();
    let asked = query.asked()?;
    let unit = engine.unit(index);
    let contributions = contributions(query, &asked, unit)?;
    let (picks, rows) = query.picks(&asked, query.n)?;
    let stands_for = |unit: u32| match &engine.variants {
        None => Some(unit),
        Some(variants) => variants.shown(unit, |item| asked.filter.allows(item)),
    };
    let place = picks.iter().position(|pick| pick.item == unit);
    let shown = stands_for(unit);
    let kept_out = match place {
        Some(_) if shown == Some(index) => None,
        _ => Some(match first_stage(query, &asked, index)? {
            Some(stage) => stage,
            None => match (place, shown) {
                (Some(_), Some(other)) => KeptOut::VariantShown {
                    shown: engine.id(other).to_owned(),
                },
                _ => later_stage(query, &asked, (&picks, &rows), unit, &contributions)?,
            },
        }),
    };
    let pick = place
        .filter(|_| kept_out.is_none())
        .map(|place| (place, &picks[place]));
    Ok(Explanation {
        item: item.to_owned(),
        rank: pick.map(|(place, _)| place + 1),
        score: pick.map(|(_, pick)| pick.score),
        boost: pick.and_then(|(_, pick)| pick.boost),
        source: pick.map(|(_, pick)| pick.source),
        kept_out,
        contributions,
    })
}

/// The stages before anything is scored.
fn first_stage(query: &Query<'_>, asked: &Asked, item: u32) -> Result<Option<KeptOut>> {
    let engine = query.engine;
    let id = engine.id(item);
    let among = |ids: &[String]| ids.iter().any(|other| other == id);
    if among(&query.exclude) {
        return Ok(Some(KeptOut::Excluded));
    }
    if query.only.as_ref().is_some_and(|only| !among(only)) {
        return Ok(Some(KeptOut::NotAmongOnly));
    }
    if let Some(verdict) = query.filtered(asked, item)? {
        return Ok(Some(KeptOut::Filtered { verdict }));
    }
    // An item never stands in its own list, whatever is kept.
    if !query.keep_owned || query.is_about_one_item() && !query.fallback {
        if asked.given.contains(&item) {
            return Ok(Some(KeptOut::Owned));
        }
        let same = |other: &&u32| engine.purchases.are_variants(item, **other);
        if let Some(&of) = asked.given.iter().find(same) {
            let of = engine.id(of).to_owned();
            return Ok(Some(KeptOut::SameGroup { of }));
        }
    }
    let unit = engine.unit(item) as usize;
    if !row_of(engine.purchases.by_item(), unit).is_empty() {
        return Ok(None);
    }
    let ignored = engine
        .shelf
        .as_ref()
        .is_some_and(|shelf| among(&shelf.settings.ignore));
    Ok(Some(match ignored {
        true => KeptOut::Ignored,
        false => KeptOut::NeverBought,
    }))
}

/// The stages of scoring, where a unit is none of the picks.
fn later_stage(
    query: &Query<'_>,
    asked: &Asked,
    (picks, rows): (&[Pick], &Rows),
    unit: u32,
    contributions: &[Contribution],
) -> Result<KeptOut> {
    let engine = query.engine;
    let is_near = |pick: &Pick| pick.source == Source::AlsoBought;
    // Whether the lists had enough, so that nothing fell back to what is popular.
    let enough = picks.len() == query.n && picks.iter().all(is_near);
    // All that the picks are the best of.
    let count = engine.items.len();
    let mut all = match rows {
        Rows::Kept if enough && asked.boost.is_none() => {
            engine.best_of_kept(&asked.units, count, asked.of_units())?
        }
        _ => query.picks(asked, count)?.0,
    };
    all.retain(|pick| !enough || is_near(pick));
    Ok(match all.iter().position(|pick| pick.item == unit) {
        Some(place) => KeptOut::BelowN {
            rank: place + 1,
            n: query.n,
        },
        None if query.is_about_a_category() => KeptOut::OtherCategory,
        None if contributions.is_empty() => KeptOut::NeverTogether,
        None => KeptOut::NotKept,
    })
}

/// What each unit that was asked about adds to an item's score, the most first.
fn contributions(query: &Query<'_>, asked: &Asked, unit: u32) -> Result<Vec<Contribution>> {
    let engine = query.engine;
    let only = Filter::all().only(&[unit], engine.items.len())?;
    let mut parts = Vec::new();
    for (&from, near) in &engine.rows_anew(&asked.units.items, &only)? {
        let named = asked
            .given
            .iter()
            .find(|&&given| engine.unit(given) == from);
        let with = named.copied().unwrap_or(from);
        let kept = engine.also_bought.lists().of(ItemIx::checked(from).get());
        for near in near {
            parts.push(Contribution {
                with: engine.id(with).to_owned(),
                with_name: engine.name(with),
                score: asked.units.part(from, near.score),
                kept: kept.items.contains(&unit),
                evidence: near.evidence,
            });
        }
    }
    parts.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| a.with.cmp(&b.with))
    });
    Ok(parts)
}
