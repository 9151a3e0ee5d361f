//! The life of one customer in the shop: what they need when, and what follows from it.

use super::campaigns::CAMPAIGNS;
use super::clock::{DAY, SPAN, date};
use super::people::{COFFEE, GIFTS, OFFICE, PETS, Person};
use super::planted::Planted;
use super::random::Random;
use super::{Books, Shop, orders, visits, wishes};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

/// Customers who buy something again and again, and leave for good one day.
pub const CHURN: u32 = 2_500;

/// Who buys what again and again: a customer type or anybody, the kind of goods, how often.
pub const REGULARS: [(Option<usize>, &str, u32); 7] = [
    (Some(COFFEE), "coffee", 3_200),
    (Some(OFFICE), "paper", 3_000),
    (Some(PETS), "dogfood", 1_600),
    (Some(PETS), "catfood", 1_600),
    (Some(PETS), "litter", 1_400),
    (None, "vitamins", 300),
    (None, "tabs", 300),
];

/// What children grow through: the kind of goods, the age in days when it starts, how often.
pub const GROWN: [(&str, i64, u32); 3] = [
    ("bodysuit", -10, 8_500),
    ("nappies", -4, 3_000),
    ("babyshoe", 330, 6_000),
];

/// Why somebody comes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// To see what there is.
    Browse,
    /// An item is used up; it is needed no more from `until` on.
    Again { item: u32, until: i64 },
    /// A step of a chain.
    Step(u32),
    /// To wish for something.
    Wish,
    /// What was wished for.
    Wished(u32),
}

/// What is ahead, the next thing first.
#[derive(Default)]
pub struct Ahead(BinaryHeap<Reverse<(i64, Need)>>);

impl Ahead {
    pub fn push(&mut self, at: i64, need: Need) {
        if (0..SPAN).contains(&at) {
            self.0.push(Reverse((at, need)));
        }
    }
}

pub fn live(
    shop: &Shop,
    books: &mut Books,
    random: &mut Random,
    person: &mut Person,
) -> io::Result<()> {
    let mut ahead = Ahead::default();
    // Some register and never buy; the very first one does.
    if person.guest {
        ahead.push(person.joined, Need::Browse);
    } else if person.number == 1 || !random.chance(300) {
        plan(shop, random, person, &mut ahead);
    }
    while let Some(Reverse((at, need))) = ahead.0.pop() {
        if at >= person.stop {
            break;
        }
        if need == Need::Wish {
            wishes::wish(shop, books, random, person, at, &mut ahead)?;
            continue;
        }
        let bought = orders::place(shop, books, random, person, at, need)?;
        follow(&shop.planted, random, at, need, &bought, &mut ahead);
    }
    if person.guest {
        return Ok(());
    }
    if person.number % 500 == 7 {
        orders::stray_return(shop, books, random, person)?;
    }
    visits::besides(shop, books, random, person)
}

/// What a customer comes for by themselves.
fn plan(shop: &Shop, random: &mut Random, person: &mut Person, ahead: &mut Ahead) {
    ahead.push(person.joined, Need::Browse);
    if CAMPAIGNS[person.campaign].is_bad() {
        if random.chance(800) {
            ahead.push(
                person.joined + random.between(20 * DAY, 90 * DAY),
                Need::Browse,
            );
        }
        return;
    }
    // Most come once or twice, a few very often. A square root is the same on every platform.
    let even = f64::from(1 + random.below(1_000_000)) / 1e6;
    let orders = (1.6 / even.sqrt()) as i64;
    let left = SPAN - person.joined;
    let stays = match random.chance(5_000) {
        true => left * random.between(10, 100) / 100,
        false => left,
    };
    for number in 0..orders.clamp(1, 60) {
        let mut at = person.joined + random.between(DAY, stays.max(DAY));
        if person.kind == GIFTS && random.chance(6_000) {
            at = towards_christmas(random, at);
        }
        if number > 0 {
            ahead.push(at, Need::Browse);
        }
        if random.chance(3_000) {
            ahead.push(at + random.between(-10 * DAY, 10 * DAY), Need::Wish);
        }
    }
    let again = refills(shop, random, person, ahead);
    children(shop, random, person, ahead);
    if again && random.chance(CHURN) {
        let soonest = person.joined + 120 * DAY;
        if soonest < SPAN - 30 * DAY {
            person.stop = random.between(soonest, SPAN - 30 * DAY);
            person.churned = true;
        }
    }
}

/// A day before Christmas of the same year.
fn towards_christmas(random: &mut Random, at: i64) -> i64 {
    let (year, ..) = date(at.div_euclid(DAY));
    let december = if year < 2024 { 334 } else { 334 + 366 };
    let day = december + random.between(-20, 20);
    (day * DAY + at.rem_euclid(DAY)).max(at)
}

/// What is bought again and again; whether there is anything.
fn refills(shop: &Shop, random: &mut Random, person: &Person, ahead: &mut Ahead) -> bool {
    let mut nouns: Vec<&str> = Vec::new();
    for &(kind, noun, parts) in &REGULARS {
        if kind.is_none_or(|kind| kind == person.kind) && random.chance(parts) {
            nouns.push(noun);
        }
    }
    for noun in &nouns {
        let articles = shop.catalogue.named(noun);
        let place = random
            .below(articles.len() as u32)
            .min(random.below(articles.len() as u32));
        if let Some(article) = articles.get(place as usize) {
            let item = article.first;
            let at = person.joined + random.between(DAY, 60 * DAY);
            ahead.push(at, Need::Again { item, until: SPAN });
        }
    }
    !nouns.is_empty()
}

/// What a child grows through, from where it stands when the parents come.
fn children(shop: &Shop, random: &mut Random, person: &Person, ahead: &mut Ahead) {
    let Some(born) = person.child else { return };
    for (noun, age, parts) in GROWN {
        let articles = shop.catalogue.named(noun);
        let place = random
            .below(articles.len() as u32)
            .min(random.below(articles.len() as u32));
        let Some(article) = articles
            .get(place as usize)
            .filter(|_| random.chance(parts))
        else {
            continue;
        };
        let mut item = article.item(0, random.below(article.colours));
        let mut at = random.normal((born + age) * DAY, 4 * DAY);
        while at <= person.joined {
            let Some(step) = shop.planted.steps[item as usize] else {
                break;
            };
            at += random.normal(i64::from(step.days) * DAY, i64::from(step.spread) * DAY);
            item = step.to;
        }
        if at > person.joined {
            ahead.push(at, Need::Step(item));
        }
    }
}

/// What an order leads to.
fn follow(
    planted: &Planted,
    random: &mut Random,
    at: i64,
    need: Need,
    bought: &[u32],
    ahead: &mut Ahead,
) {
    if let Need::Again { item, until } = need {
        again(planted, random, at, item, until, ahead);
    }
    for &item in bought {
        let own = need == Need::Step(item);
        let step = planted.steps[item as usize].filter(|step| own || !step.size);
        let next = step.filter(|step| random.chance(step.parts)).map(|step| {
            let next = at + gap(random, step.days, step.spread);
            ahead.push(next, Need::Step(step.to));
            next
        });
        if own {
            let lasts = planted.refills[item as usize].map_or(0, |refill| refill.lasts);
            let until = next.unwrap_or(at + i64::from(lasts) * DAY);
            again(planted, random, at, item, until, ahead);
        }
    }
}

fn gap(random: &mut Random, days: u32, spread: u32) -> i64 {
    let gap = random.normal(i64::from(days) * DAY, i64::from(spread) * DAY);
    gap.max(DAY)
}

/// The next purchase of what is used up.
fn again(
    planted: &Planted,
    random: &mut Random,
    at: i64,
    item: u32,
    until: i64,
    ahead: &mut Ahead,
) {
    if let Some(refill) = planted.refills[item as usize] {
        let next = at + gap(random, refill.days, refill.spread);
        if next < until {
            ahead.push(next, Need::Again { item, until });
        }
    }
}
