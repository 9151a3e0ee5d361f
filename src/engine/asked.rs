//! From a question to what it comes to: the items asked about, what may be shown, and the units that
//! stand for them in the lists.

use super::Engine;
use super::filter::{ItemFormula, count};
use super::goods::check_category;
use super::query::{About, Query};
use crate::error::Result;
use crate::ids::ItemIx;
use crate::models::filter::Filter;
use crate::models::sequence::Recency;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a question comes to, before it is answered.
pub(super) struct Asked {
    /// The items that were asked about, by index, distinct.
    pub given: Vec<u32>,
    /// The units that stand for them in the lists: themselves, or their groups' representatives.
    pub units: Units,
    /// What may be shown, by item.
    pub filter: Filter,
    /// What the lists may suggest, where it is not what may be shown: by representative.
    units_filter: Option<Filter>,
    /// Ids of `exclude` and `only` that are no items.
    pub unknown: Vec<String>,
    /// How many items the filters let through, where there are any.
    pub let_through: Option<u64>,
    /// What scores are multiplied by.
    pub boost: Option<Arc<ItemFormula>>,
    /// Whom `customer.` means, by index.
    pub customer: Option<u32>,
}

/// Units whose lists are added up, rising and distinct.
pub(super) struct Units {
    pub items: Vec<u32>,
    /// What each one's list counts; empty where all count alike.
    pub counts: Vec<f32>,
}

impl Units {
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// What one of them adds where its list has this score.
    #[inline]
    pub(super) fn part(&self, unit: u32, score: f32) -> f32 {
        if self.counts.is_empty() {
            return score;
        }
        let at = self.items.binary_search(&unit);
        at.map_or(0.0, |at| self.counts[at] * score)
    }
}

impl Asked {
    /// What the lists may suggest: by item, or by representative.
    pub(super) fn of_units(&self) -> &Filter {
        self.units_filter.as_ref().unwrap_or(&self.filter)
    }
}

impl Query<'_> {
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
        let customer = self.whose().and_then(|id| engine.people.find(id));
        let customer = customer.map(|row| row as u32);
        let mut filter = self.what_is_named(&given, &mut unknown)?;
        let question = self.question(&given, customer);
        let through = self.through(&question)?;
        let let_through = through.as_ref().map(|words| count(words));
        if let Some(words) = through {
            filter = filter.among(words);
        }
        let boost = self
            .boost
            .as_ref()
            .map(|text| engine.rules.boost(engine, text));
        let boost = boost.transpose()?;
        if let Some(boost) = &boost {
            boost.check(&question)?;
        }
        let units = self.units(&given);
        let units_filter = engine.units_filter(&filter)?;
        Ok(Asked {
            given,
            units,
            filter,
            units_filter,
            unknown,
            let_through,
            boost,
            customer,
        })
    }

    /// What stands for the items in the lists, and what it counts.
    fn units(&self, given: &[u32]) -> Units {
        let engine = self.engine;
        let mut items: Vec<u32> = given.iter().map(|&item| engine.unit(item)).collect();
        items.sort_unstable();
        items.dedup();
        let recency = Recency::of(engine.also_bought.settings().sequence);
        let counts = match (&self.about, recency) {
            (About::Customer(customer), Some(mut recency)) => {
                let row = engine.people.find(customer);
                row.map(|row| recency.counts(&items, &engine.bought, row, |item| engine.unit(item)))
            }
            _ => None,
        };
        Units {
            items,
            counts: counts.unwrap_or_default(),
        }
    }

    /// What may be shown by what is named: excluded, only, owned, on the page.
    fn what_is_named(&self, given: &[u32], unknown: &mut Vec<String>) -> Result<Filter> {
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
}
