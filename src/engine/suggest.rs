//! From a question to its suggestions: what was asked about, what may be shown, the lists added up,
//! the levels to fall back to.

use super::answer::{Suggestion, Suggestions};
use super::goods::{check_category, path_and_above};
use super::query::{About, Query};
use super::reason::{BoughtWith, Popular, Reason, Source};
use super::{Engine, short};
use crate::error::{Error, Result, zeroed};
use crate::ids::ItemIx;
use crate::matrix::row_of;
use crate::matrix::top_k::TopK;
use crate::models::also_bought::Neighbour;
use crate::models::filter::Filter;
use std::collections::{BTreeMap, BTreeSet};

/// Sums of one question, used again for the next. All zero between questions.
#[derive(Default)]
pub(super) struct Scratch {
    sums: Vec<f32>,
    met: Vec<u32>,
}

/// What a question comes to, before it is answered.
pub(super) struct Asked {
    /// The items that were asked about, by index, distinct.
    pub given: Vec<u32>,
    /// The units that stand for them in the lists: themselves, or their groups' representatives.
    pub units: Vec<u32>,
    /// What may be shown, by item.
    pub filter: Filter,
    /// What the lists may suggest, where it is not what may be shown: by representative.
    units_filter: Option<Filter>,
    /// Ids of `exclude` and `only` that are no items.
    pub unknown: Vec<String>,
}

impl Asked {
    /// What the lists may suggest: by item, or by representative.
    pub(super) fn of_units(&self) -> &Filter {
        self.units_filter.as_ref().unwrap_or(&self.filter)
    }
}

/// A suggestion before it is put into words. `item` is a unit of the lists.
#[derive(Clone)]
pub(super) struct Pick {
    pub item: u32,
    pub score: f32,
    pub source: Source,
    /// The category it is popular in.
    pub category: Option<String>,
}

impl Pick {
    fn from_lists(item: u32, score: f32) -> Self {
        Pick {
            item,
            score,
            source: Source::AlsoBought,
            category: None,
        }
    }
}

/// The rows that lists are added up from: kept, or counted anew.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    Kept,
    Anew,
}

/// Rows counted anew of the picks alone, by unit: what their reasons rest on.
type Evidence = BTreeMap<u32, Vec<Neighbour>>;

impl Query<'_> {
    pub(super) fn answer(&self, scratch: &mut Scratch) -> Result<Suggestions> {
        if self.n == 0 {
            return Err(Error::setting("n", 0, "it must be at least 1"));
        }
        let asked = self.asked()?;
        let (picks, rows) = self.picks(&asked, self.n, scratch)?;
        let short_reason = (picks.len() < self.n).then(|| short::reason(self, &asked, picks.len()));
        let engine = self.engine;
        let shown = |pick: &Pick| match &engine.variants {
            None => pick.item,
            Some(variants) => variants
                .shown(pick.item, |item| asked.filter.allows(item))
                .unwrap_or(pick.item),
        };
        let evidence = match rows {
            Rows::Kept => None,
            Rows::Anew => Some(engine.evidence(&picks, &asked.units)?),
        };
        let items = picks
            .iter()
            .map(|pick| engine.in_words(pick, shown(pick), &asked, evidence.as_ref()))
            .collect();
        Ok(Suggestions {
            items,
            short_reason,
            unknown: asked.unknown,
        })
    }

    /// What the question comes to.
    pub(super) fn asked(&self) -> Result<Asked> {
        let engine = self.engine;
        let mut given: Vec<u32> = match &self.about {
            About::Item(item) => vec![engine.item(item)?.get()],
            About::Basket(items) => {
                let index = |item: &String| engine.item(item).map(ItemIx::get);
                items.iter().map(index).collect::<Result<_>>()?
            }
            About::Customer(customer) => engine.owned(customer),
            About::Popular(category) => {
                if let Some(category) = category {
                    check_category(engine.goods.as_ref(), category)?;
                }
                Vec::new()
            }
        };
        given.sort_unstable();
        given.dedup();
        let mut unknown = Vec::new();
        let filter = self.filter(&given, &mut unknown)?;
        let mut units: Vec<u32> = given.iter().map(|&item| engine.unit(item)).collect();
        units.sort_unstable();
        units.dedup();
        let units_filter = engine.units_filter(&filter)?;
        Ok(Asked {
            given,
            units,
            filter,
            units_filter,
            unknown,
        })
    }

    /// What may be shown.
    fn filter(&self, given: &[u32], unknown: &mut Vec<String>) -> Result<Filter> {
        let labels = &self.engine.items;
        let mut unknown_before: BTreeSet<String> = BTreeSet::new();
        let mut indices = |ids: &[String]| -> Vec<u32> {
            let mut found = Vec::with_capacity(ids.len());
            for id in ids {
                match labels.find(id) {
                    Some(index) => found.push(index as u32),
                    None if unknown_before.contains(id.as_str()) => {}
                    None => {
                        unknown_before.insert(id.clone());
                        unknown.push(id.clone());
                    }
                }
            }
            found
        };
        let mut filter = Filter::all();
        let mut exclude = indices(&self.exclude);
        let only = self.only.as_ref().map(|only| indices(only));
        // An item and its variants never stand in its own list, so that needs no filter.
        let from_list_alone = self.is_about_one_item() && !self.fallback;
        if !self.keep_owned && !from_list_alone {
            exclude.extend(self.engine.with_variants(given));
        }
        exclude.extend(self.engine.with_variants(&self.on_page));
        if !exclude.is_empty() {
            filter = filter.exclude(&exclude, labels.len())?;
        }
        if let Some(only) = &only {
            filter = filter.only(only, labels.len())?;
        }
        Ok(filter)
    }

    /// The best `n`, level by level, and the rows that the lists' scores come from.
    pub(super) fn picks(
        &self,
        asked: &Asked,
        n: usize,
        scratch: &mut Scratch,
    ) -> Result<(Vec<Pick>, Rows)> {
        let engine = self.engine;
        let (mut picks, rows) = match asked.units.is_empty() {
            true => (Vec::new(), Rows::Kept),
            false => engine.best_of_lists(&asked.units, n, asked.of_units(), scratch)?,
        };
        let popular = matches!(self.about, About::Popular(_));
        if picks.len() < n && (self.fallback || popular) {
            self.fall_back(asked, n, &mut picks);
        }
        Ok((picks, rows))
    }

    /// Fills up with what is popular.
    fn fall_back(&self, asked: &Asked, n: usize, picks: &mut Vec<Pick>) {
        let engine = self.engine;
        let mut taken: BTreeSet<u32> = picks.iter().map(|pick| pick.item).collect();
        let mut take = |items: &[u32], category: Option<&str>, picks: &mut Vec<Pick>| {
            for &item in items {
                if picks.len() == n {
                    return;
                }
                if asked.of_units().allows(item) && taken.insert(item) {
                    let buyers = row_of(engine.purchases.by_item(), item as usize).len();
                    picks.push(Pick {
                        item,
                        score: buyers as f32,
                        source: match category {
                            Some(_) => Source::CategoryPopular,
                            None => Source::Popular,
                        },
                        category: category.map(str::to_owned),
                    });
                }
            }
        };
        let categories = engine
            .goods
            .as_ref()
            .and_then(|goods| goods.category.as_ref());
        if let Some(column) = categories {
            for path in self.categories(asked) {
                if picks.len() < n {
                    let items = engine.popularity.under(&column.labels, &path);
                    take(&items, Some(&path), picks);
                }
            }
        }
        if !matches!(self.about, About::Popular(Some(_))) {
            take(engine.popularity.best(), None, picks);
        }
    }

    /// The categories to fall back to: those that most of the items that were asked about stand in
    /// first, then the ones above them, level by level.
    fn categories(&self, asked: &Asked) -> Vec<String> {
        if let About::Popular(category) = &self.about {
            return category.iter().cloned().collect();
        }
        let engine = self.engine;
        let column = engine
            .goods
            .as_ref()
            .and_then(|goods| goods.category.as_ref());
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for path in asked
            .given
            .iter()
            .filter_map(|&item| column?.get(item as usize))
        {
            *counts.entry(path).or_default() += 1;
        }
        let mut paths: Vec<(&str, usize)> = counts.into_iter().collect();
        paths.sort_by_key(|&(path, count)| (std::cmp::Reverse(count), path));
        let mut all: Vec<String> = Vec::new();
        let deepest = paths
            .iter()
            .map(|(path, _)| path.matches('/').count())
            .max();
        for above in 0..=deepest.unwrap_or(0) {
            for (path, _) in &paths {
                if let Some(path) = path_and_above(path).nth(above)
                    && !all.iter().any(|known| known == path)
                {
                    all.push(path.to_owned());
                }
            }
        }
        all
    }
}

impl Engine {
    /// What a customer owns, by index; nothing for a customer who is not known.
    pub(super) fn owned(&self, customer: &str) -> Vec<u32> {
        match self.people.find(customer) {
            Some(row) => self.bought.of(row).0.to_vec(),
            None => Vec::new(),
        }
    }

    /// Items, and all variants of them.
    pub(super) fn with_variants(&self, items: &[u32]) -> Vec<u32> {
        let mut all = items.to_vec();
        if let Some(groups) = self.purchases.groups() {
            let group = |item: &u32| groups.get(*item as usize);
            let wanted: BTreeSet<&u32> = items.iter().filter_map(group).collect();
            let variants = wanted
                .into_iter()
                .filter_map(|group| self.members.get(group));
            all.extend(variants.flatten());
        }
        all
    }

    /// The item that stands for an item in the lists.
    pub(super) fn unit(&self, item: u32) -> u32 {
        match &self.variants {
            None => item,
            Some(variants) => variants.representative[item as usize],
        }
    }

    /// What the lists may suggest, where `filter` says what may be shown: a group that has a variant
    /// which may be.
    fn units_filter(&self, filter: &Filter) -> Result<Option<Filter>> {
        let Some(variants) = self.variants.as_ref().filter(|_| !filter.is_all()) else {
            return Ok(None);
        };
        let mut only: Vec<u32> = (0..self.items.len() as u32)
            .filter(|&item| filter.allows(item) && variants.representative[item as usize] == item)
            .collect();
        let open = |variants: &[u32]| variants.iter().any(|&item| filter.allows(item));
        only.extend(
            variants
                .groups()
                .filter(|(_, of)| open(of))
                .map(|(item, _)| item),
        );
        Filter::all().only(&only, self.items.len()).map(Some)
    }

    /// The best of the lists of some units, added up: of the kept neighbours, or of whole rows where
    /// those run short.
    fn best_of_lists(
        &self,
        units: &[u32],
        n: usize,
        filter: &Filter,
        scratch: &mut Scratch,
    ) -> Result<(Vec<Pick>, Rows)> {
        let picks = self.best_of_kept(units, n, filter, scratch)?;
        let model = &self.also_bought;
        let cut = |&unit: &u32| model.lists().of(unit).items.len() >= model.settings().neighbours;
        if picks.len() == n || !units.iter().any(cut) {
            return Ok((picks, Rows::Kept));
        }
        let (source, all) = (self.source()?, self.items.len());
        let mut picks = Vec::new();
        let add = |sums: &mut Sums<'_>| {
            model.rows(source, units, all, filter, |_, near| {
                sums.add(near.item.get(), near.score);
            })
        };
        scratch.best(all, n, filter, add, |item, score| {
            picks.push(Pick::from_lists(item, score));
        })?;
        Ok((picks, Rows::Anew))
    }

    /// The best of the kept neighbours of some units, added up.
    pub(super) fn best_of_kept(
        &self,
        units: &[u32],
        n: usize,
        filter: &Filter,
        scratch: &mut Scratch,
    ) -> Result<Vec<Pick>> {
        let lists = self.also_bought.lists();
        if let [unit] = units {
            // The list of one item needs no adding up.
            let list = lists.of(*unit);
            let kept = list.items.iter().zip(list.scores);
            let allowed = kept.filter(|(item, _)| filter.allows(**item));
            let best = allowed.take(n);
            return Ok(best
                .map(|(&item, &score)| Pick::from_lists(item, score))
                .collect());
        }
        let mut picks = Vec::new();
        let add = |sums: &mut Sums<'_>| {
            for &unit in units {
                let list = lists.of(unit);
                for (&item, &score) in list.items.iter().zip(list.scores) {
                    sums.add(item, score);
                }
            }
            Ok(())
        };
        scratch.best(self.items.len(), n, filter, add, |item, score| {
            picks.push(Pick::from_lists(item, score));
        })?;
        Ok(picks)
    }

    /// The rows of some units, of what a filter lets through: of few items, since rows are long.
    pub(super) fn rows_anew(&self, units: &[u32], filter: &Filter) -> Result<Evidence> {
        let mut rows = Evidence::new();
        let (source, all) = (self.source()?, self.items.len());
        self.also_bought
            .rows(source, units, all, filter, |unit, near| {
                rows.entry(unit).or_default().push(near);
            })?;
        Ok(rows)
    }

    /// What the reasons of picks rest on, where rows were counted anew.
    fn evidence(&self, picks: &[Pick], units: &[u32]) -> Result<Evidence> {
        let items: Vec<u32> = picks.iter().map(|pick| pick.item).collect();
        self.rows_anew(units, &Filter::all().only(&items, self.items.len())?)
    }

    /// A pick with its reason; `shown` is the item that stands for it.
    fn in_words(
        &self,
        pick: &Pick,
        shown: u32,
        asked: &Asked,
        evidence: Option<&Evidence>,
    ) -> Suggestion {
        let reason = match pick.source {
            Source::AlsoBought => self.bought_with(pick.item, asked, evidence),
            Source::CategoryPopular | Source::Popular => None,
        };
        let buyers = row_of(self.purchases.by_item(), pick.item as usize).len() as u32;
        let reason = reason.unwrap_or_else(|| {
            Reason::Popular(Popular {
                category: pick.category.clone(),
                basis: self.purchases.basis(),
                buyers,
                support: f64::from(buyers) / f64::from(self.purchases.buyers().max(1)),
            })
        });
        Suggestion {
            item: self.id(shown).to_owned(),
            name: self.name(shown),
            score: pick.score,
            source: pick.source,
            reason,
        }
    }

    /// What speaks for an item: the strongest of the units that it was bought with.
    fn bought_with(&self, item: u32, asked: &Asked, evidence: Option<&Evidence>) -> Option<Reason> {
        let mut best: Option<(u32, Neighbour)> = None;
        let mut found = 0;
        for &unit in &asked.units {
            let near = match evidence {
                None => self.kept_neighbour(unit, item),
                Some(rows) => rows
                    .get(&unit)
                    .and_then(|row| row.iter().find(|near| near.item.get() == item).copied()),
            };
            if let Some(near) = near {
                found += 1;
                if best.is_none_or(|(_, best)| near.score > best.score) {
                    best = Some((unit, near));
                }
            }
        }
        let (unit, near) = best?;
        // A unit may stand for several variants: name the one that was asked about.
        let named = asked.given.iter().find(|&&given| self.unit(given) == unit);
        let with = named.copied().unwrap_or(unit);
        Some(self.reason(with, near, found - 1))
    }

    fn kept_neighbour(&self, unit: u32, item: u32) -> Option<Neighbour> {
        let list = self.also_bought.lists().of(unit);
        let at = list.items.iter().position(|&other| other == item)?;
        self.also_bought.neighbours(ItemIx::checked(unit)).nth(at)
    }

    fn reason(&self, with: u32, near: Neighbour, others: u32) -> Reason {
        Reason::BoughtWith(BoughtWith {
            with: self.id(with).to_owned(),
            with_name: self.name(with),
            others,
            basis: self.also_bought.basis(),
            evidence: near.evidence,
            within_days: self.also_bought.settings().within_days,
        })
    }
}

/// A kept neighbour of an item as a suggestion.
pub(super) fn suggestion_of(engine: &Engine, item: u32, near: Neighbour) -> Suggestion {
    Suggestion {
        item: engine.id(near.item.get()).to_owned(),
        name: engine.name(near.item.get()),
        score: near.score,
        source: Source::AlsoBought,
        reason: engine.reason(item, near, 0),
    }
}

/// Scores being added up.
pub(super) struct Sums<'a> {
    sums: &'a mut [f32],
    met: &'a mut Vec<u32>,
}

impl Sums<'_> {
    fn add(&mut self, item: u32, score: f32) {
        let sum = &mut self.sums[item as usize];
        if *sum == 0.0 {
            self.met.push(item);
        }
        *sum += score;
    }
}

impl Scratch {
    /// Adds up and hands out the best `n` that a filter lets through: score down, index up.
    fn best(
        &mut self,
        items: usize,
        n: usize,
        filter: &Filter,
        add: impl FnOnce(&mut Sums<'_>) -> Result<()>,
        mut take: impl FnMut(u32, f32),
    ) -> Result<()> {
        if self.sums.len() != items {
            self.sums = zeroed(items, "the sums of a question")?;
        }
        let added = add(&mut Sums {
            sums: &mut self.sums,
            met: &mut self.met,
        });
        let mut top = TopK::new(n.min(items));
        for item in self.met.drain(..) {
            let sum = std::mem::take(&mut self.sums[item as usize]);
            if filter.allows(item) {
                top.offer(item, sum);
            }
        }
        top.drain(&mut take);
        added
    }
}
