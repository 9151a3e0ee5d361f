//! Wishes, and what becomes of them.

use super::clock::DAY;
use super::life::{Ahead, Need};
use super::people::Person;
use super::random::Random;
use super::visits::{self, Event};
use super::{Books, Shop, demand};
use std::io;

/// A wish is bought within [`WISH_DAYS`] in so many of [`WHOLE`](super::random::WHOLE) cases, and in so
/// many more for each tenth that the lowest price of that time is below the price wished at.
pub const WISHED: u32 = 1_500;
pub const WISHED_PER_TENTH: u32 = 1_500;
pub const WISHED_MOST: u32 = 9_500;
pub const WISH_DAYS: i64 = 60;

/// Somebody wishes for something, and buys it later or not.
pub fn wish(
    shop: &Shop,
    books: &mut Books,
    random: &mut Random,
    person: &mut Person,
    at: i64,
    ahead: &mut Ahead,
) -> io::Result<()> {
    if at < person.registered {
        return Ok(());
    }
    let Some(item) = demand::wanted(shop, random, person, at) else {
        return Ok(());
    };
    demand::settle(&shop.planted, person, item);
    let tell = |books: &mut Books, kind: &str, at: i64| {
        let event = Event {
            kind,
            at,
            item: Some(item),
            ..Event::default()
        };
        visits::write(shop, books, person, event)
    };
    tell(books, "wishlist_add", at)?;
    books.tally.wishes += 1;

    let until = at + WISH_DAYS * DAY;
    let price = shop.prices.at(item, at).max(1);
    let drop = shop.prices.drop(item, at, until);
    let parts = drop.map_or(0, |(_, low)| (price - low) * WISHED_PER_TENTH * 10 / price);
    if random.chance((WISHED + parts).min(WISHED_MOST)) {
        let bought = match drop {
            Some((from, _)) => (from + random.between(60, 3 * DAY)).min(until),
            None => at + random.between(3_600, 45 * DAY),
        };
        ahead.push(bought, Need::Wished(item));
        books.tally.wishes_bought += u64::from(bought < person.stop);
    } else if random.chance(3_000) {
        let removed = at + random.between(5 * DAY, WISH_DAYS * DAY);
        if removed < person.stop {
            tell(books, "wishlist_remove", removed)?;
        }
    }
    Ok(())
}
