//! What is seen of customers besides their orders.

use super::clock::{DAY, SPAN};
use super::families::FAMILIES;
use super::people::Person;
use super::random::{Random, WHOLE};
use super::{Books, Shop, demand};
use std::io;

/// Of items viewed: how many go into the cart, and how many are bought in that visit or the next.
pub const VIEW_TO_CART: u32 = 2_500;
pub const VIEW_TO_PURCHASE: u32 = 1_500;
/// Of items in a cart: how many are bought.
pub const CART_TO_PURCHASE: u32 = 6_000;

/// Views that end in a cart only, of all that do not end in a purchase.
const CART_ONLY: u32 = (VIEW_TO_CART - VIEW_TO_PURCHASE) * WHOLE / (WHOLE - VIEW_TO_PURCHASE);

/// A row of the events; what is blank was not told.
#[derive(Clone, Copy, Default)]
pub struct Event<'a> {
    pub kind: &'a str,
    pub at: i64,
    pub item: Option<u32>,
    pub value: Option<i64>,
    pub query: &'a str,
}

/// Items come with the price they were shown at.
pub fn write(shop: &Shop, books: &mut Books, person: &Person, event: Event) -> io::Result<()> {
    let sheet = &mut books.events;
    sheet
        .id(b'c', person.number)
        .text(event.kind)
        .time(event.at);
    match event.item {
        Some(item) => sheet.text(&shop.catalogue.items[item as usize].id),
        None => sheet.blank(),
    };
    match event.value {
        Some(value) => sheet.number(value),
        None => sheet.blank(),
    };
    match event.item {
        Some(item) => sheet.money(i64::from(shop.prices.at(item, event.at))),
        None => sheet.blank(),
    };
    sheet.text(event.query).end()
}

/// What led to an order: items looked at, in the visit that ends with it and in one before.
///
/// Each purchase has as many views without one beside it as the conversion says. Of substitutes, the
/// others of the set are looked at in the same visit.
pub fn before_order(
    shop: &Shop,
    books: &mut Books,
    random: &mut Random,
    person: &mut Person,
    at: i64,
    basket: &[u32],
    off: i64,
) -> io::Result<()> {
    let mut visit: Vec<(&str, u32)> = Vec::new();
    let mut earlier: Vec<(&str, u32)> = Vec::new();
    for &item in basket {
        let Some(family) = shop.family(item) else {
            continue;
        };
        if random.chance(1_500) {
            visit.push(("search", item));
        }
        let set = shop.planted.set_of[item as usize];
        let rivals = set.map(|set| shop.planted.sets[set as usize].items.as_slice());
        let mut rivals = rivals.unwrap_or_default().iter().filter(|&&of| of != item);
        for _ in 0..random.failures(VIEW_TO_PURCHASE) {
            let rival = rivals.next().copied();
            let other = rival.or_else(|| {
                (0..4).find_map(|_| {
                    let family = match random.chance(7_000) {
                        true => family,
                        false => shop.demand.family(random, person.kind),
                    };
                    demand::any(shop, random, family).filter(|other| !basket.contains(other))
                })
            });
            let Some(other) = other else {
                continue;
            };
            let now = rival.is_some() || random.chance(5_000);
            let part = if now { &mut visit } else { &mut earlier };
            part.push(("view", other));
            if random.chance(CART_ONLY) {
                part.push(("cart", other));
            }
        }
        visit.push(("view", item));
        visit.push(("cart", item));
    }
    if !earlier.is_empty() {
        let before = at - random.between(DAY / 4, 4 * DAY);
        let end = if before > person.registered {
            before
        } else {
            at - 2 * 3_600
        };
        tell(shop, books, random, person, end, &earlier)?;
    }
    tell(shop, books, random, person, at, &visit)?;
    if off > 0 && random.chance(5_000) {
        let event = Event {
            kind: "coupon",
            at: at - 15,
            value: Some(off),
            ..Event::default()
        };
        write(shop, books, person, event)?;
    }
    if random.chance(150) && at + DAY < SPAN {
        let event = Event {
            kind: "referral",
            at: at + random.between(3_600, DAY),
            ..Event::default()
        };
        write(shop, books, person, event)?;
    }
    Ok(())
}

/// A visit that ends at a moment, something about every half a minute.
fn tell(
    shop: &Shop,
    books: &mut Books,
    random: &mut Random,
    person: &Person,
    end: i64,
    done: &[(&'static str, u32)],
) -> io::Result<()> {
    let length = 20 + 30 * (done.len() as i64 + 1);
    // Nobody is known before they register.
    let start = (end - length).max(person.registered);
    let visit = Event {
        kind: "visit",
        at: start,
        value: Some(length),
        ..Event::default()
    };
    write(shop, books, person, visit)?;
    for (&(kind, item), number) in done.iter().zip(1..) {
        let at = (start + 30 * number + random.between(0, 25)).min(SPAN - 1);
        let search = kind == "search";
        let query = shop.family(item).filter(|_| search);
        let event = Event {
            kind,
            at,
            item: Some(item).filter(|_| !search),
            value: (kind == "cart").then_some(1),
            query: query.map_or("", |family| FAMILIES[family].label),
        };
        write(shop, books, person, event)?;
    }
    Ok(())
}

/// A customer asks for help, perhaps; `value` is how content they were, 1 to 5.
pub fn service(
    shop: &Shop,
    books: &mut Books,
    random: &mut Random,
    person: &mut Person,
    at: i64,
) -> io::Result<()> {
    if person.guest || at >= person.stop || !random.chance(3_000) {
        return Ok(());
    }
    contact(shop, books, person, "service", at, random.between(1, 5))
}

fn contact(
    shop: &Shop,
    books: &mut Books,
    person: &mut Person,
    kind: &str,
    at: i64,
    value: i64,
) -> io::Result<()> {
    person.last_contact = person.last_contact.max(Some(at));
    let event = Event {
        kind,
        at,
        value: Some(value),
        ..Event::default()
    };
    write(shop, books, person, event)
}

/// What happens whether or not there are orders: letters (`value`: 1 for opened) and a look around.
pub fn besides(
    shop: &Shop,
    books: &mut Books,
    random: &mut Random,
    person: &mut Person,
) -> io::Result<()> {
    if person.email {
        let mut at = person.registered + random.between(DAY, 60 * DAY);
        while at < SPAN {
            if random.chance(shop.recorded) {
                let opened = i64::from(at < person.stop && random.chance(3_500));
                contact(shop, books, person, "email", at, opened)?;
            }
            at += random.between(60 * DAY, 120 * DAY);
        }
    }
    if person.orders == 0 {
        let family = shop.demand.family(random, person.kind);
        if let Some(item) = demand::any(shop, random, family) {
            let end = (person.registered + 3_600).min(SPAN - 1);
            tell(shop, books, random, person, end, &[("search", item)])?;
        }
    }
    Ok(())
}
