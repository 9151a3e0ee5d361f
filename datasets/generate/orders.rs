//! Orders and what comes back of them.

use super::campaigns::{self, CAMPAIGNS, USUALLY_CANCELLED};
use super::clock::{DAY, SPAN};
use super::families::{FAMILIES, FEES, Kind};
use super::life::Need;
use super::people::{BARGAINS, GIFTS, Person};
use super::random::Random;
use super::words::{CANCELLED, RETURNED};
use super::{Books, Shop, demand, visits};
use std::io;

/// How often a line comes back, of goods that are worn and of others.
const WORN_BACK: u32 = 1_100;
const BACK: u32 = 300;

struct Line {
    item: u32,
    quantity: i64,
    /// A piece, in cents.
    price: i64,
    /// Off the line, in cents.
    discount: i64,
}

/// An order for a need, with the visit before and the returns after it; the items bought, none where
/// the order was cancelled or nothing came to mind.
pub fn place(
    shop: &Shop,
    books: &mut Books,
    random: &mut Random,
    person: &mut Person,
    at: i64,
    need: Need,
) -> io::Result<Vec<u32>> {
    let mut basket = demand::basket(shop, random, person, at, need);
    if basket.is_empty() {
        return Ok(basket);
    }
    let is_first = person.orders == 0;
    let place = match is_first {
        true => person.campaign,
        false => campaigns::later(random, person.email),
    };
    let campaign = &CAMPAIGNS[place];
    let off = match person.kind {
        _ if is_first && campaign.off > 0 => i64::from(campaign.off),
        BARGAINS => 5 * random.between(2, 6),
        _ if campaign.campaign == "season-sale" || random.chance(800) => 10,
        _ => 0,
    };
    let cancel = if is_first {
        campaign.cancelled
    } else {
        USUALLY_CANCELLED
    };
    // What is needed on its day is never given up, so that the intervals stay as planted.
    let cancelled = matches!(need, Need::Browse) && random.chance(cancel);
    let status = match (cancelled, SPAN - at) {
        (true, _) => "cancelled",
        (_, left) if left < 2 * DAY => "processing",
        (_, left) if left < 5 * DAY => "shipped",
        _ => "delivered",
    };
    let reason = if cancelled {
        random.one_of(&CANCELLED)
    } else {
        ""
    };

    books.order += 1;
    let order = books.order;
    let fulfilled = matches!(status, "delivered" | "shipped");
    let mut margin = 0;
    let lines = priced(shop, books, random, person, at, &basket, off);
    for line in &lines {
        let item = &shop.catalogue.items[line.item as usize];
        let sheet = &mut books.orders;
        sheet.id(b'o', order);
        match person.guest {
            true => sheet.blank(),
            false => sheet.id(b'c', person.number),
        };
        sheet.text(&item.id).number(line.quantity).money(line.price);
        sheet.money(line.discount).time(at).text(status);
        sheet.text(campaign.channel).text(campaign.campaign);
        sheet.blank().text(reason).end()?;
        if fulfilled && item.cost_told {
            let cost = i64::from(item.cost);
            margin += line.quantity * (line.price - cost) - line.discount;
        }
    }
    person.orders += 1;
    person.margin += margin;
    person.kept += u32::from(fulfilled);
    books.tally.orders += 1;
    books.tally.guest_orders += u64::from(person.guest);
    books.tally.cancelled_orders += u64::from(cancelled);
    let brought = &mut books.tally.brought[place];
    brought.order(campaign, at, is_first);
    brought.order_margin += margin;
    brought.cancelled += u64::from(is_first && cancelled && !person.guest);

    if !person.guest && random.chance(shop.recorded) {
        visits::before_order(shop, books, random, person, at, &basket, off)?;
    }
    if cancelled {
        visits::service(shop, books, random, person, at + DAY)?;
        basket.clear();
        return Ok(basket);
    }
    for &item in &basket {
        if shop.is_once(item) {
            demand::settle(&shop.planted, person, item);
        }
    }
    if matches!(need, Need::Browse) && status == "delivered" && !person.guest {
        for line in lines.iter().filter(|line| shop.family(line.item).is_some()) {
            give_back(shop, books, random, person, at, order, line)?;
        }
    }
    Ok(basket)
}

/// The lines of an order: its goods, then fees and a sample.
fn priced(
    shop: &Shop,
    books: &mut Books,
    random: &mut Random,
    person: &Person,
    at: i64,
    basket: &[u32],
    off: i64,
) -> Vec<Line> {
    let mut total = 0;
    let mut lines: Vec<Line> = Vec::with_capacity(basket.len() + 3);
    for &item in basket {
        let used_up = shop.planted.refills[item as usize].is_some();
        let quantity = match random.below(10) {
            0 => 2,
            1 if used_up => 3,
            _ => 1,
        };
        let price = i64::from(shop.prices.at(item, at));
        let discount = price * quantity * off / 100;
        total += price * quantity - discount;
        lines.push(Line {
            item,
            quantity,
            price,
            discount,
        });
    }
    let mut extra = |number: usize, price: u32| {
        lines.push(Line {
            item: shop.catalogue.extra(number),
            quantity: 1,
            price: i64::from(price),
            discount: 0,
        });
    };
    let wrapped = if person.kind == GIFTS { 2_200 } else { 150 };
    for (number, (_, _, price)) in FEES.iter().enumerate() {
        let due = match number {
            0 => total < 5_000 && random.chance(3_000),
            _ => random.chance(wrapped),
        };
        if due {
            extra(number, *price);
            books.tally.fee_rows += 1;
        }
    }
    if random.chance(30) {
        extra(FEES.len(), 0);
        books.tally.gift_rows += 1;
    }
    books.tally.lines += lines.len() as u64;
    lines
}

/// Sends a piece back, now and then.
fn give_back(
    shop: &Shop,
    books: &mut Books,
    random: &mut Random,
    person: &mut Person,
    at: i64,
    order: u64,
    line: &Line,
) -> io::Result<()> {
    let worn = shop
        .family(line.item)
        .is_some_and(|family| matches!(FAMILIES[family].kind, Kind::Wear(..)));
    if !random.chance(if worn { WORN_BACK } else { BACK }) {
        return Ok(());
    }
    let back = at + random.between(5 * DAY, 25 * DAY);
    if back >= person.stop {
        return Ok(());
    }
    let refund = (line.price * line.quantity - line.discount) / line.quantity;
    let reason = match worn && random.chance(7_000) {
        true => "wrong size",
        false => random.one_of(&RETURNED),
    };
    let told = random.chance(8_000).then_some((b'o', order));
    books.tally.returns_without_order += u64::from(told.is_none());
    let item = &shop.catalogue.items[line.item as usize];
    if item.cost_told {
        person.margin -= refund - i64::from(item.cost);
    }
    write_return(shop, books, person, (line.item, refund, reason), back, told)?;
    visits::service(shop, books, random, person, back - DAY)
}

/// A return of what this customer never bought: shops have such rows, and readers must bear them.
pub fn stray_return(
    shop: &Shop,
    books: &mut Books,
    random: &mut Random,
    person: &Person,
) -> io::Result<()> {
    let item = random.below(shop.catalogue.items.len() as u32 - 3);
    let at = random.between(person.registered, SPAN - 1);
    let price = i64::from(shop.prices.at(item, at));
    books.tally.unmatched_returns += 1;
    let unknown = Some((b'x', person.number));
    write_return(
        shop,
        books,
        person,
        (item, price, "changed mind"),
        at,
        unknown,
    )
}

/// One piece that comes back.
fn write_return(
    shop: &Shop,
    books: &mut Books,
    person: &Person,
    (item, refund, reason): (u32, i64, &str),
    at: i64,
    of: Option<(u8, u64)>,
) -> io::Result<()> {
    books.order += 1;
    books.tally.orders += 1;
    books.tally.lines += 1;
    books.tally.return_rows += 1;
    let sheet = &mut books.orders;
    sheet.id(b'o', books.order).id(b'c', person.number);
    sheet
        .text(&shop.catalogue.items[item as usize].id)
        .number(-1);
    sheet.money(refund).money(0).time(at).text("delivered");
    sheet.blank().blank();
    match of {
        Some((letter, number)) => sheet.id(letter, number),
        None => sheet.blank(),
    };
    sheet.text(reason).end()
}
