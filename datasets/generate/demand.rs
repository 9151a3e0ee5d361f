//! What goes into a basket.

use super::Shop;
use super::clock::DAY;
use super::families::{FAMILIES, Kind};
use super::life::Need;
use super::people::{Person, TYPES};
use super::planted::Planted;
use super::random::{Random, Ranks};

/// How often another colour of an article goes along. It is a trap: variants are no suggestion.
pub const ANOTHER_COLOUR: u32 = 2_000;

/// How likely each kind of goods is asked for, by customer type.
pub struct Demand(Vec<Ranks>);

impl Demand {
    pub fn new() -> Demand {
        let ranks = |kind: usize| Ranks::new(FAMILIES.iter().map(|family| family.asked[kind]));
        Demand((0..TYPES.len()).map(ranks).collect())
    }

    /// The place of a kind of goods.
    pub fn family(&self, random: &mut Random, kind: usize) -> usize {
        self.0[kind].draw(random)
    }
}

/// An item of that kind of goods, whoever buys it.
pub fn any(shop: &Shop, random: &mut Random, family: usize) -> Option<u32> {
    let article = shop.catalogue.ranks[family].draw(random);
    let article = shop.catalogue.articles[family].get(article)?;
    let (size, colour) = (random.below(article.sizes), random.below(article.colours));
    Some(article.item(size, colour))
}

/// An item that this customer would take now, if any comes to mind.
pub fn wanted(shop: &Shop, random: &mut Random, person: &Person, at: i64) -> Option<u32> {
    (0..4).find_map(|_| {
        let family = shop.demand.family(random, person.kind);
        let article = shop.catalogue.ranks[family].draw(random);
        let article = shop.catalogue.articles[family].get(article)?;
        let size = person.always(family as u64, article.sizes);
        let item = article.item(size, random.below(article.colours));
        let item = shop.planted.choice(item, person.key);
        let released = shop.catalogue.items[item as usize].released * DAY <= at;
        (released && !is_settled(&shop.planted, person, item)).then_some(item)
    })
}

fn is_settled(planted: &Planted, person: &Person, item: u32) -> bool {
    let set = planted.set_of[item as usize];
    person.settled_items.contains(&item)
        || set.is_some_and(|set| person.settled_sets.contains(&set))
}

/// Takes an item out of what comes to mind by itself; of a set of substitutes, the whole set.
pub fn settle(planted: &Planted, person: &mut Person, item: u32) {
    match planted.set_of[item as usize] {
        Some(set) => person.settled_sets.push(set),
        None => person.settled_items.push(item),
    }
}

/// The items of one order, each once.
pub fn basket(shop: &Shop, random: &mut Random, person: &Person, at: i64, need: Need) -> Vec<u32> {
    let mut basket = Vec::with_capacity(12);
    let more = match need {
        Need::Browse => 1 + random.failures(5_500).min(9),
        Need::Again { item, .. } | Need::Step(item) | Need::Wished(item) => {
            basket.push(item);
            u32::from(random.chance(1_500))
        }
        Need::Wish => 0,
    };
    for _ in 0..more {
        if let Some(item) = wanted(shop, random, person, at) {
            add(&mut basket, item);
            if random.chance(ANOTHER_COLOUR) {
                let other = other_colour(shop, random, item);
                add(&mut basket, other.unwrap_or(item));
            }
        }
    }
    if basket.is_empty() {
        return basket;
    }
    for item in shop.planted.drawn_bundle(random).into_iter().flatten() {
        add(&mut basket, item);
    }
    // An add-on has none of its own, so one pass is enough.
    for place in 0..basket.len() {
        let complement = shop.planted.complements[basket[place] as usize];
        if let Some(complement) = complement.filter(|of| random.chance(of.parts)) {
            add(&mut basket, complement.to);
        }
    }
    basket
}

fn add(basket: &mut Vec<u32>, item: u32) {
    if !basket.contains(&item) {
        basket.push(item);
    }
}

/// The same article and size in another colour, of goods that are worn.
fn other_colour(shop: &Shop, random: &mut Random, item: u32) -> Option<u32> {
    let family = shop.catalogue.items[item as usize].family?;
    let Kind::Wear(_, colours) = FAMILIES[family].kind else {
        return None;
    };
    let articles = &shop.catalogue.articles[family];
    let place = articles.partition_point(|article| article.first <= item);
    let first = articles.get(place.checked_sub(1)?)?.first;
    let colour = (item - first) % colours;
    let other = (colour + 1 + random.below(colours - 1)) % colours;
    Some(item - colour + other)
}
