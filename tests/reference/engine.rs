//! The slow and obvious twin of an engine: every answer from the lines of the orders, by what the
//! documents say.

use super::reference::{Neighbour, score};
use cobuy::engine::{BoughtWith, Contribution, KeptOut, Popular};
use cobuy::{
    Basis, Engine, Evidence, Explanation, History, Measure, Query, Reason, Source, Suggestion,
};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What is asked, as the engine and its twin take it.
#[derive(Clone, Debug)]
pub struct Ask {
    pub about: About,
    pub n: usize,
    pub exclude: Vec<String>,
    pub only: Option<Vec<String>>,
    pub keep_owned: bool,
    /// `None`: what the question does by itself.
    pub fallback: Option<bool>,
}

#[derive(Clone, Debug)]
pub enum About {
    Item(String),
    Basket(Vec<String>),
    Customer(String),
    Popular(Option<String>),
}

impl Ask {
    pub fn of(about: About, n: usize) -> Ask {
        Ask {
            about,
            n,
            exclude: Vec::new(),
            only: None,
            keep_owned: false,
            fallback: None,
        }
    }

    pub fn query<'a>(&self, engine: &'a Engine) -> Query<'a> {
        let mut query = match &self.about {
            About::Item(item) => engine.also_bought(item),
            About::Basket(items) => engine.for_basket(items),
            About::Customer(customer) => engine.for_customer(customer),
            About::Popular(category) => engine.popular(category.as_deref()),
        };
        query = query.n(self.n).keep_owned(self.keep_owned);
        query = query.exclude(&self.exclude);
        if let Some(only) = &self.only {
            query = query.only(only);
        }
        match self.fallback {
            Some(fallback) => query.fallback(fallback),
            None => query,
        }
    }

    /// Of one item only its own list, unless it is told otherwise.
    fn falls_back(&self) -> bool {
        self.fallback
            .unwrap_or(!matches!(self.about, About::Item(_)))
    }
}

/// How the engine learns. What fades is not the twin's: its counts and evidence are those of
/// purchases that do not.
#[derive(Clone, Copy, Debug)]
pub struct Learn {
    pub basis: Basis,
    pub by_group: bool,
    pub measure: Measure,
    pub neighbours: usize,
    pub min_customers: u32,
    pub within_days: Option<f64>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Refused {
    UnknownItem,
    UnknownCategory,
    NoneAskedFor,
}

/// What the engine answers, but for the words of why there are fewer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub items: Vec<Suggestion>,
    pub unknown: Vec<String>,
}

/// A line of an order that counts.
struct Bought {
    order: String,
    customer: Option<String>,
    item: u32,
    /// Microseconds.
    at: Option<i64>,
}

pub struct Twin {
    learn: Learn,
    ids: Vec<String>,
    names: Vec<Option<String>>,
    categories: Vec<Option<String>>,
    groups: Vec<Option<String>>,
    lines: Vec<Bought>,
    /// The unit that counts for each item: itself, or what stands for its group.
    unit: Vec<u32>,
    /// What each customer, or order, holds, in units.
    held: Vec<BTreeSet<u32>>,
    rows: Vec<Vec<Neighbour>>,
    sources: Vec<u32>,
    /// What the shop ignores as no goods.
    ignored: Vec<String>,
}

/// A suggestion that is not in words yet: unit, score, level, category.
type Pick = (u32, f32, Source, Option<String>);

/// What was understood of a question.
struct Asked {
    given: Vec<u32>,
    units: Vec<u32>,
    unknown: Vec<String>,
    allowed: Vec<bool>,
}

impl Twin {
    pub fn new(history: &History, learn: Learn) -> Twin {
        let ids: Vec<String> = history.items().iter().map(str::to_owned).collect();
        let item = |id: &String| history.item(id).unwrap();
        let told = |text: Option<&str>| text.map(str::to_owned);
        let ignored = &history.settings().ignore;
        let lines = history
            .lines()
            .filter(|line| line.left().0 > 0 && !ignored.iter().any(|id| id == line.item_id()));
        let lines = lines.map(|line| Bought {
            order: line.order_id().to_owned(),
            customer: told(line.customer_id()),
            item: history.items().find(line.item_id()).unwrap() as u32,
            at: line.ordered_at().map(|at| at.0),
        });
        let mut twin = Twin {
            learn,
            names: ids.iter().map(|id| told(item(id).name())).collect(),
            categories: ids.iter().map(|id| told(item(id).category())).collect(),
            groups: ids.iter().map(|id| told(item(id).group())).collect(),
            lines: lines.collect(),
            unit: (0..ids.len() as u32).collect(),
            held: Vec::new(),
            rows: Vec::new(),
            sources: Vec::new(),
            ignored: ignored.clone(),
            ids,
        };
        if learn.by_group {
            twin.unit = (0..twin.ids.len() as u32)
                .map(|item| twin.most_held_variant(item))
                .collect();
        }
        twin.held = twin.sets(|item| twin.unit[item as usize]);
        let as_of = history.summary().as_of.map_or(0, |as_of| as_of.0);
        let counts = twin.counts(as_of);
        twin.rows = counts.iter().map(|row| row.1.clone()).collect();
        twin.sources = counts.iter().map(|row| row.0).collect();
        twin
    }

    fn items(&self) -> std::ops::Range<u32> {
        0..self.ids.len() as u32
    }

    /// What each customer, or order, holds.
    fn sets(&self, unit: impl Fn(u32) -> u32) -> Vec<BTreeSet<u32>> {
        let mut sets: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for line in &self.lines {
            let holder = match self.learn.basis {
                Basis::Customer => line.customer.as_deref(),
                Basis::Order => Some(&line.order[..]),
            };
            if let Some(holder) = holder {
                sets.entry(holder).or_default().insert(unit(line.item));
            }
        }
        sets.into_values().collect()
    }

    pub fn are_variants(&self, one: u32, other: u32) -> bool {
        let [one, other] = [one, other].map(|item| &self.groups[item as usize]);
        one.is_some() && one == other
    }

    fn variants_of(&self, item: u32) -> Vec<u32> {
        let same = |&other: &u32| other == item || self.are_variants(item, other);
        self.items().filter(same).collect()
    }

    /// The most bought variant, the lowest index of those bought equally often.
    fn most_held_variant(&self, item: u32) -> u32 {
        let sets = self.sets(|item| item);
        let held = |item: u32| sets.iter().filter(|set| set.contains(&item)).count();
        let by_most = |&item: &u32| (Reverse(held(item)), item);
        self.variants_of(item)
            .into_iter()
            .min_by_key(by_most)
            .unwrap()
    }

    fn holders(&self, unit: u32) -> u32 {
        let holds = |set: &&BTreeSet<u32>| set.contains(&unit);
        self.held.iter().filter(holds).count() as u32
    }

    /// Of each unit n_i and all its neighbours, best first.
    fn counts(&self, as_of: i64) -> Vec<(u32, Vec<Neighbour>)> {
        let row = |source: u32| {
            let (n_i, both) = match self.learn.within_days {
                None => (self.holders(source), self.held_with(source)),
                Some(days) => self.bought_after(source, (days * 86_400e6) as i64, as_of),
            };
            let mut near: Vec<Neighbour> = Vec::new();
            for (&other, &both) in &both {
                let (target, all) = (self.holders(other), self.held.len() as u32);
                let score = score(self.learn.measure, both, n_i, target, all);
                let other_article = other != source && !self.are_variants(source, other);
                if other_article && both >= self.learn.min_customers && score > 0.0 {
                    near.push((other, score, both));
                }
            }
            near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            (n_i, near)
        };
        self.items().map(row).collect()
    }

    fn held_with(&self, source: u32) -> BTreeMap<u32, u32> {
        let mut both = BTreeMap::new();
        for set in self.held.iter().filter(|set| set.contains(&source)) {
            for &other in set {
                *both.entry(other).or_default() += 1;
            }
        }
        both
    }

    /// How many were observed for so long after buying a unit, and how many of them bought others
    /// within that time.
    fn bought_after(&self, source: u32, length: i64, as_of: i64) -> (u32, BTreeMap<u32, u32>) {
        let mut by_customer: BTreeMap<&str, Vec<(i64, u32)>> = BTreeMap::new();
        for line in &self.lines {
            if let (Some(customer), Some(at)) = (&line.customer, line.at) {
                let unit = self.unit[line.item as usize];
                by_customer.entry(customer).or_default().push((at, unit));
            }
        }
        let (mut observed, mut both) = (0, BTreeMap::new());
        for bought in by_customer.values() {
            let starts: Vec<i64> = bought
                .iter()
                .filter(|&&(at, unit)| unit == source && at + length <= as_of)
                .map(|&(at, _)| at)
                .collect();
            observed += u32::from(!starts.is_empty());
            let within = |at: i64| {
                starts
                    .iter()
                    .any(|&start| start < at && at <= start + length)
            };
            let after: BTreeSet<u32> = bought
                .iter()
                .filter(|&&(at, _)| within(at))
                .map(|&(_, unit)| unit)
                .collect();
            for other in after {
                *both.entry(other).or_default() += 1;
            }
        }
        (observed, both)
    }

    fn kept(&self, unit: u32) -> &[Neighbour] {
        let row = &self.rows[unit as usize];
        &row[..row.len().min(self.learn.neighbours)]
    }

    fn find(&self, id: &str) -> Option<u32> {
        let found = self.ids.iter().position(|known| known == id)?;
        Some(found as u32)
    }

    /// What the customer still has.
    pub fn owned(&self, customer: &str) -> BTreeSet<u32> {
        let theirs = |line: &&Bought| line.customer.as_deref() == Some(customer);
        let lines = self.lines.iter().filter(theirs);
        lines.map(|line| line.item).collect()
    }

    pub fn index(&self, id: &str) -> u32 {
        self.find(id).unwrap()
    }

    pub fn unit_of(&self, id: &str) -> u32 {
        self.unit[self.index(id) as usize]
    }

    /// What an answer's evidence must be; `None` for two that are no neighbours.
    pub fn evidence(&self, source: u32, target: u32) -> Option<Evidence> {
        let row = &self.rows[source as usize];
        let both = row.iter().find(|near| near.0 == target)?.2;
        let [n_ij, n_i, n_j, n] = [
            both,
            self.sources[source as usize],
            self.holders(target),
            self.held.len() as u32,
        ]
        .map(f64::from);
        Some(Evidence {
            both,
            support: n_ij / n,
            confidence: n_ij / n_i,
            lift: (n_ij * n) / (n_i * n_j),
        })
    }

    /// Why something popular is suggested.
    pub fn popular(&self, unit: u32, category: Option<String>) -> Popular {
        let buyers = self.holders(unit);
        Popular {
            category,
            basis: self.learn.basis,
            buyers,
            support: f64::from(buyers) / f64::from(self.held.len().max(1) as u32),
        }
    }

    /// The items that a question is about.
    pub fn given(&self, about: &About) -> Result<BTreeSet<u32>, Refused> {
        let item = |id: &String| self.find(id).ok_or(Refused::UnknownItem);
        match about {
            About::Item(id) => Ok(BTreeSet::from([item(id)?])),
            About::Basket(ids) => ids.iter().map(item).collect(),
            About::Customer(customer) => Ok(self.owned(customer)),
            About::Popular(Some(path)) if !self.items().any(|item| self.is_under(item, path)) => {
                Err(Refused::UnknownCategory)
            }
            About::Popular(_) => Ok(BTreeSet::new()),
        }
    }

    fn is_under(&self, item: u32, path: &str) -> bool {
        let category = &self.categories[item as usize];
        category
            .as_ref()
            .is_some_and(|own| own == path || own.starts_with(&format!("{path}/")))
    }

    fn asked(&self, ask: &Ask, on_page: &[u32]) -> Result<Asked, Refused> {
        if ask.n == 0 {
            return Err(Refused::NoneAskedFor);
        }
        let given = self.given(&ask.about)?;
        let named = |ids: &[String], item: u32| ids.contains(&self.ids[item as usize]);
        let of = |items: &[u32], item: u32| {
            items.contains(&item) || items.iter().any(|&other| self.are_variants(item, other))
        };
        let given: Vec<u32> = given.into_iter().collect();
        let allowed = |item: u32| {
            !named(&ask.exclude, item)
                && ask.only.as_ref().is_none_or(|only| named(only, item))
                && (ask.keep_owned || !of(&given, item))
                && !of(on_page, item)
        };
        let units: BTreeSet<u32> = given.iter().map(|&item| self.unit[item as usize]).collect();
        let unknown = ask.exclude.iter().chain(ask.only.iter().flatten());
        let mut once: Vec<String> = Vec::new();
        for id in unknown.filter(|id| self.find(id).is_none()) {
            if !once.contains(id) {
                once.push(id.clone());
            }
        }
        Ok(Asked {
            allowed: self.items().map(allowed).collect(),
            units: units.into_iter().collect(),
            unknown: once,
            given,
        })
    }

    /// The variant that is shown for a unit: the most bought one that may be. What stands for the
    /// group comes first, the others by customers.
    fn shown(&self, unit: u32, asked: &Asked) -> Option<u32> {
        let may = |&item: &u32| asked.allowed[item as usize];
        if !self.learn.by_group {
            return Some(unit).filter(may);
        }
        let customers = |item: u32| {
            let lines = self.lines.iter().filter(|line| line.item == item);
            lines
                .filter_map(|line| line.customer.as_ref())
                .collect::<BTreeSet<_>>()
                .len()
        };
        let by_most = |&item: &u32| (item != unit, Reverse(customers(item)), item);
        self.variants_of(unit)
            .into_iter()
            .filter(may)
            .min_by_key(by_most)
    }

    fn is_unit(&self, item: u32) -> bool {
        self.unit[item as usize] == item
    }

    /// The lists' sums of the units that may be shown, best first.
    fn sums(&self, asked: &Asked, whole: bool) -> Vec<Pick> {
        let mut sums: Vec<Pick> = Vec::new();
        for item in self.items().filter(|&item| self.is_unit(item)) {
            let mut sum = 0f32;
            for &unit in &asked.units {
                let list = if whole {
                    &self.rows[unit as usize][..]
                } else {
                    self.kept(unit)
                };
                if let Some(near) = list.iter().find(|near| near.0 == item) {
                    sum += near.1;
                }
            }
            if sum > 0.0 && self.shown(item, asked).is_some() {
                sums.push((item, sum, Source::AlsoBought, None));
            }
        }
        sums.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        sums
    }

    /// All that could be suggested, best first, and whether it comes from whole rows; without the
    /// levels to fall back to where the lists suffice.
    fn chain(&self, ask: &Ask, asked: &Asked) -> (Vec<Pick>, bool) {
        let mut picks = self.sums(asked, false);
        let whole = picks.len() < ask.n;
        if whole {
            picks = self.sums(asked, true);
        }
        let popular = matches!(ask.about, About::Popular(_));
        if picks.len() < ask.n && (ask.falls_back() || popular) {
            for path in self.fallback_categories(ask, asked) {
                self.fill(&mut picks, asked, Some(&path));
            }
            if !matches!(ask.about, About::Popular(Some(_))) {
                self.fill(&mut picks, asked, None);
            }
        }
        (picks, whole)
    }

    /// The categories of what was asked about, those of most items first; then those above them, a
    /// step at a time.
    fn fallback_categories(&self, ask: &Ask, asked: &Asked) -> Vec<String> {
        if let About::Popular(category) = &ask.about {
            return category.iter().cloned().collect();
        }
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for &item in &asked.given {
            if let Some(category) = &self.categories[item as usize] {
                *counts.entry(category).or_default() += 1;
            }
        }
        let mut paths: Vec<&str> = counts.keys().copied().collect();
        paths.sort_by_key(|path| (Reverse(counts[path]), *path));
        let mut all: Vec<String> = Vec::new();
        while !paths.is_empty() {
            for path in &paths {
                if !all.iter().any(|known| known == path) {
                    all.push((*path).to_owned());
                }
            }
            let above = paths.iter().filter_map(|path| path.rsplit_once('/'));
            paths = above.map(|(above, _)| above).collect();
        }
        all
    }

    /// What is bought most in a category, or in the shop, behind what is there already.
    fn fill(&self, picks: &mut Vec<Pick>, asked: &Asked, category: Option<&String>) {
        let mut best: Vec<u32> = self
            .items()
            .filter(|&item| category.is_none_or(|path| self.is_under(item, path)))
            .filter(|&item| self.is_unit(item) && self.holders(item) > 0)
            .filter(|&item| self.shown(item, asked).is_some())
            .filter(|&item| !picks.iter().any(|pick| pick.0 == item))
            .collect();
        best.sort_by_key(|&item| (Reverse(self.holders(item)), item));
        let source = match category {
            Some(_) => Source::CategoryPopular,
            None => Source::Popular,
        };
        for item in best {
            picks.push((item, self.holders(item) as f32, source, category.cloned()));
        }
    }

    pub fn answer(&self, ask: &Ask) -> Result<Answer, Refused> {
        self.answer_on(ask, &[])
    }

    /// Several lists of one page.
    pub fn page(&self, asks: &[Ask]) -> Result<Vec<Answer>, Refused> {
        let mut on_page = Vec::new();
        let mut lists = Vec::new();
        for ask in asks {
            let list = self.answer_on(ask, &on_page)?;
            on_page.extend(list.items.iter().map(|shown| self.index(&shown.item)));
            lists.push(list);
        }
        Ok(lists)
    }

    fn answer_on(&self, ask: &Ask, on_page: &[u32]) -> Result<Answer, Refused> {
        let asked = self.asked(ask, on_page)?;
        let (mut picks, whole) = self.chain(ask, &asked);
        picks.truncate(ask.n);
        let items = picks
            .into_iter()
            .map(|pick| self.in_words(pick, &asked, whole));
        Ok(Answer {
            items: items.collect(),
            unknown: asked.unknown.clone(),
        })
    }

    fn in_words(&self, pick: Pick, asked: &Asked, whole: bool) -> Suggestion {
        let (unit, score, source, category) = pick;
        let shown = self.shown(unit, asked).unwrap();
        let reason = match source {
            Source::AlsoBought => Reason::BoughtWith(self.strongest(unit, asked, whole)),
            _ => Reason::Popular(self.popular(unit, category)),
        };
        Suggestion {
            item: self.ids[shown as usize].clone(),
            name: self.names[shown as usize].clone(),
            score,
            boost: None,
            source,
            reason,
        }
    }

    /// The item that was asked about which a unit stands for.
    fn named(&self, unit: u32, asked: &Asked) -> u32 {
        let of_unit = |&&item: &&u32| self.unit[item as usize] == unit;
        asked.given.iter().find(of_unit).copied().unwrap()
    }

    /// The one that speaks most for an item, the first of those that speak equally.
    fn strongest(&self, item: u32, asked: &Asked, whole: bool) -> BoughtWith {
        let mut speak: Vec<(u32, f32)> = Vec::new();
        for &unit in &asked.units {
            let list = if whole {
                &self.rows[unit as usize][..]
            } else {
                self.kept(unit)
            };
            if let Some(near) = list.iter().find(|near| near.0 == item) {
                speak.push((unit, near.1));
            }
        }
        speak.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let unit = speak[0].0;
        let with = self.named(unit, asked) as usize;
        BoughtWith {
            with: self.ids[with].clone(),
            with_name: self.names[with].clone(),
            others: speak.len() as u32 - 1,
            basis: self.learn.basis,
            evidence: self.evidence(unit, item).unwrap(),
            within_days: self.learn.within_days,
        }
    }

    pub fn explain(&self, ask: &Ask, id: &str) -> Result<Explanation, Refused> {
        let item = self.find(id).ok_or(Refused::UnknownItem)?;
        let asked = self.asked(ask, &[])?;
        let unit = self.unit[item as usize];
        let (chain, whole) = self.chain(ask, &asked);
        let contributions = self.contributions(unit, &asked);
        let place = chain.iter().position(|pick| pick.0 == unit);
        let shown = self.shown(unit, &asked);
        let suggested = place.filter(|&place| place < ask.n);
        let kept_out = match suggested {
            Some(_) if shown == Some(item) => None,
            _ => Some(self.kept_out(ask, &asked, item, (place, whole), &contributions)),
        };
        let pick = suggested.filter(|_| kept_out.is_none());
        let pick = pick.map(|place| (place, &chain[place]));
        Ok(Explanation {
            item: id.to_owned(),
            rank: pick.map(|(place, _)| place + 1),
            boost: None,
            score: pick.map(|(_, pick)| pick.1),
            source: pick.map(|(_, pick)| pick.2),
            kept_out,
            contributions,
        })
    }

    /// The first stage that keeps an item out.
    fn kept_out(
        &self,
        ask: &Ask,
        asked: &Asked,
        item: u32,
        (place, whole): (Option<usize>, bool),
        contributions: &[Contribution],
    ) -> KeptOut {
        let (id, unit) = (&self.ids[item as usize], self.unit[item as usize]);
        if ask.exclude.contains(id) {
            return KeptOut::Excluded;
        }
        if ask.only.as_ref().is_some_and(|only| !only.contains(id)) {
            return KeptOut::NotAmongOnly;
        }
        // An item never stands in its own list, whatever is kept.
        let own_list = matches!(ask.about, About::Item(_)) && !ask.falls_back();
        if !ask.keep_owned || own_list {
            if asked.given.contains(&item) {
                return KeptOut::Owned;
            }
            let same = |other: &&u32| self.are_variants(item, **other);
            if let Some(&of) = asked.given.iter().find(same) {
                let of = self.ids[of as usize].clone();
                return KeptOut::SameGroup { of };
            }
        }
        if self.holders(unit) == 0 {
            return match self.ignored.contains(&self.ids[item as usize]) {
                true => KeptOut::Ignored,
                false => KeptOut::NeverBought,
            };
        }
        match place {
            Some(place) if place < ask.n => {
                let shown = self.shown(unit, asked).unwrap();
                let shown = self.ids[shown as usize].clone();
                KeptOut::VariantShown { shown }
            }
            Some(place) => KeptOut::BelowN {
                rank: place + 1,
                n: ask.n,
            },
            None if matches!(ask.about, About::Popular(Some(_))) => KeptOut::OtherCategory,
            None if contributions.is_empty() || whole => KeptOut::NeverTogether,
            None => KeptOut::NotKept,
        }
    }

    /// What each unit that was asked about adds to another's score, the most first.
    fn contributions(&self, item: u32, asked: &Asked) -> Vec<Contribution> {
        let mut parts = Vec::new();
        for &unit in &asked.units {
            let near = self.rows[unit as usize].iter().find(|near| near.0 == item);
            if let Some(near) = near {
                let with = self.named(unit, asked) as usize;
                parts.push(Contribution {
                    with: self.ids[with].clone(),
                    with_name: self.names[with].clone(),
                    score: near.1,
                    kept: self.kept(unit).contains(near),
                    evidence: self.evidence(unit, item).unwrap(),
                });
            }
        }
        parts.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.with.cmp(&b.with)));
        parts
    }
}
