//! From a question to its suggestions, level by level: the lists added up, then what is popular.

use super::answer::Suggestions;
use super::asked::Asked;
use super::goods::path_and_above;
use super::query::{About, Query};
use super::reason::Source;
use super::short;
use super::sums::Rows;
use crate::error::{Error, Result};
use crate::matrix::row_of;
use std::collections::{BTreeMap, BTreeSet};

/// A suggestion before it is put into words. `item` is a unit of the lists.
#[derive(Clone)]
pub(super) struct Pick {
    pub item: u32,
    pub score: f32,
    pub source: Source,
    /// The category it is popular in.
    pub category: Option<String>,
    /// What its score was multiplied by.
    pub boost: Option<f64>,
}

impl Pick {
    pub(super) fn from_lists(item: u32, score: f32) -> Self {
        Pick {
            item,
            score,
            source: Source::AlsoBought,
            category: None,
            boost: None,
        }
    }
}

/// Multiplies scores by the factors of their items, and puts the picks into the order of what comes
/// out; what stood first stays first among equals.
pub(super) fn boosted(picks: &mut [Pick], factor: impl Fn(u32) -> f64) {
    for pick in picks.iter_mut() {
        let factor = factor(pick.item);
        let score = (f64::from(pick.score) * factor) as f32;
        // A product past what fits stays a number, and a zero has no sign.
        pick.score = score.clamp(f32::MIN, f32::MAX) + 0.0;
        pick.boost = Some(factor);
    }
    picks.sort_by(|one, other| other.score.total_cmp(&one.score));
}

impl Query<'_> {
    /// The items of the answer, by index.
    pub(super) fn ranked(&self) -> Result<Vec<u32>> {
        let asked = self.checked()?;
        let (picks, _) = self.picks(&asked, self.n)?;
        let shown = |pick: &Pick| self.engine.shown(pick.item, &asked);
        Ok(picks.iter().map(shown).collect())
    }

    fn checked(&self) -> Result<Asked> {
        match self.n {
            0 => Err(Error::setting("n", 0, "it must be at least 1")),
            _ => self.asked(),
        }
    }

    pub(super) fn answer(&self) -> Result<Suggestions> {
        let asked = self.checked()?;
        let (picks, rows) = self.picks(&asked, self.n)?;
        let short_reason = (picks.len() < self.n).then(|| short::reason(self, &asked, picks.len()));
        let engine = self.engine;
        let evidence = match rows {
            Rows::Kept => None,
            Rows::Anew => Some(engine.evidence(&picks, &asked.units.items)?),
        };
        let items = picks
            .iter()
            .map(|pick| {
                engine.in_words(
                    pick,
                    engine.shown(pick.item, &asked),
                    &asked,
                    evidence.as_ref(),
                )
            })
            .collect();
        Ok(Suggestions {
            items,
            short_reason,
            let_through: asked.let_through,
            unknown: asked.unknown,
        })
    }

    /// The best `n`, level by level, and the rows that the lists' scores come from.
    pub(super) fn picks(&self, asked: &Asked, n: usize) -> Result<(Vec<Pick>, Rows)> {
        let engine = self.engine;
        let (mut picks, rows) = match asked.units.is_empty() {
            true => (Vec::new(), Rows::Kept),
            false if asked.boost.is_some() => {
                let (mut all, rows) = engine.all_of_lists(&asked.units, asked.of_units())?;
                boosted(&mut all, |unit| self.factor_of(asked, unit));
                all.truncate(n);
                (all, rows)
            }
            false => engine.best_of_lists(&asked.units, n, asked.of_units())?,
        };
        let popular = matches!(self.about, About::Popular(_));
        if picks.len() < n && (self.fallback || popular) {
            self.fall_back(asked, n, &mut picks);
        }
        Ok((picks, rows))
    }

    /// What the score of a unit of the lists is multiplied by: as the item that is shown for it.
    fn factor_of(&self, asked: &Asked, unit: u32) -> f64 {
        self.factor(asked, self.engine.shown(unit, asked))
            .unwrap_or(1.0)
    }

    /// Fills up with what is popular.
    fn fall_back(&self, asked: &Asked, n: usize, picks: &mut Vec<Pick>) {
        let engine = self.engine;
        let mut taken: BTreeSet<u32> = picks.iter().map(|pick| pick.item).collect();
        // A boost may choose what stands last.
        let most = |picks: &[Pick]| match asked.boost {
            Some(_) => usize::MAX,
            None => n - picks.len(),
        };
        let mut take = |items: &[u32], category: Option<&str>, picks: &mut Vec<Pick>| {
            let open = |&&item: &&u32| asked.of_units().allows(item) && taken.insert(item);
            let popular = |&item: &u32| Pick {
                item,
                score: row_of(engine.purchases.by_item(), item as usize).len() as f32,
                source: match category {
                    Some(_) => Source::CategoryPopular,
                    None => Source::Popular,
                },
                category: None,
                boost: None,
            };
            let mut level: Vec<Pick> = items
                .iter()
                .filter(open)
                .map(popular)
                .take(most(picks))
                .collect();
            if asked.boost.is_some() {
                boosted(&mut level, |unit| self.factor_of(asked, unit));
                level.truncate(n - picks.len());
            }
            for pick in &mut level {
                pick.category = category.map(str::to_owned);
            }
            picks.append(&mut level);
        };
        let categories = engine
            .goods
            .as_ref()
            .and_then(|goods| goods.category.as_ref());
        let few = engine.popularity.few(asked.of_units());
        if let Some(column) = categories {
            for path in self.categories(asked) {
                if picks.len() < n {
                    let items = engine.popularity.under(column, &path, few.as_deref());
                    take(&items, Some(&path), picks);
                }
            }
        }
        if picks.len() < n && !matches!(self.about, About::Popular(Some(_))) {
            let all = few.as_deref().unwrap_or(engine.popularity.best());
            take(all, None, picks);
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
