//! A shop whose truth is known: made-up customers, their orders and what led to them, with patterns
//! planted that a model is to find again. `datasets/README.md` says what is planted and how it is told.
//!
//! Same seed and size, same bytes, on every platform: whole numbers, a square root, and nothing that
//! is in the order of a hash. Customers are told one after another, so memory does not grow with them.

mod campaigns;
mod catalogue;
mod clock;
mod demand;
mod families;
mod json;
mod life;
mod orders;
mod people;
mod planted;
mod prices;
mod random;
mod sheet;
mod tally;
mod truth;
mod visits;
mod wishes;
mod words;

use catalogue::Catalogue;
use demand::Demand;
use families::{FAMILIES, Kind};
use people::Person;
use planted::Planted;
use prices::Prices;
use random::{Random, mix};
use sheet::Sheet;
use std::fmt;
use std::io;
use std::path::Path;
use tally::Tally;

/// More would not fit into seven digits.
const MOST: u32 = 1_000_000;

/// How many customers are followed by a guest.
const GUESTS: u32 = 1_200;

/// What stands before the first customer comes.
struct Shop {
    catalogue: Catalogue,
    planted: Planted,
    prices: Prices,
    demand: Demand,
    /// How many orders have their visit recorded, of [`random::WHOLE`].
    recorded: u32,
}

impl Shop {
    /// The place of an item's kind of goods; none for fees and samples.
    fn family(&self, item: u32) -> Option<usize> {
        self.catalogue.items[item as usize].family
    }

    /// Whether nobody needs another one of its set.
    fn is_once(&self, item: u32) -> bool {
        self.family(item)
            .is_some_and(|family| matches!(FAMILIES[family].kind, Kind::Once))
    }
}

/// What grows while customers come.
struct Books {
    orders: Sheet,
    events: Sheet,
    /// The number of the last order.
    order: u64,
    tally: Tally,
}

/// How much was written.
pub struct Written {
    pub customers: u64,
    pub items: u64,
    pub orders: u64,
    pub lines: u64,
    pub events: u64,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Written {
            customers,
            items,
            orders,
            lines,
            events,
        } = self;
        write!(
            f,
            "{customers} customers, {items} items, {orders} orders of {lines} lines, {events} events"
        )
    }
}

/// Writes the shop into a folder, which is made where it is not there.
pub fn write(folder: &Path, customers: u32, seed: u64) -> io::Result<Written> {
    if !(1..=MOST).contains(&customers) {
        let message = format!("a shop has 1 to {MOST} customers, not {customers}");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    std::fs::create_dir_all(folder)?;
    let catalogue = Catalogue::new(customers, seed);
    let shop = Shop {
        planted: Planted::new(&catalogue, seed),
        prices: Prices::new(&catalogue, seed),
        demand: Demand::new(),
        recorded: recorded(customers),
        catalogue,
    };
    let header = "order_id,customer_id,item_id,quantity,price,discount,ordered_at,status,channel,\
                  campaign,return_of,reason";
    let orders = Sheet::create(folder, "orders.csv", header)?;
    let header = "customer_id,kind,at,item_id,value,price,query";
    let mut books = Books {
        orders,
        events: Sheet::create(folder, "events.csv", header)?,
        order: 0,
        tally: Tally::new(),
    };
    people(&shop, &mut books, folder, customers, seed)?;

    let header = "item_id,name,category,brand,price,cost,stock,group,size,color,released";
    let mut sheet = Sheet::create(folder, "items.csv", header)?;
    shop.catalogue.write(&mut sheet, shop.prices.last())?;
    sheet.close()?;
    let mut sheet = Sheet::create(folder, "prices.csv", "item_id,from,price")?;
    shop.prices.write(&shop.catalogue, &mut sheet)?;
    sheet.close()?;
    let header = "channel,campaign,keyword,from,to,amount";
    let mut sheet = Sheet::create(folder, "spend.csv", header)?;
    campaigns::write_spend(&mut sheet, &mut books.tally.brought, seed)?;
    sheet.close()?;

    let written = Written {
        customers: u64::from(customers),
        items: shop.catalogue.items.len() as u64,
        orders: books.tally.orders,
        lines: books.orders.rows(),
        events: books.events.rows(),
    };
    let truth = truth::tell(&shop, &books.tally, &written, seed);
    std::fs::write(folder.join("truth.json"), truth)?;
    books.orders.close()?;
    books.events.close()?;
    Ok(written)
}

/// Lets all customers live, each with chance of their own.
fn people(
    shop: &Shop,
    books: &mut Books,
    folder: &Path,
    customers: u32,
    seed: u64,
) -> io::Result<()> {
    let header = "customer_id,registered_at,birth_date,gender,family_size,children,income,education,\
                  occupation,nationality,city,source,email_consent,sms_consent,last_contact";
    let mut sheet = Sheet::create(folder, "customers.csv", header)?;
    for number in 1..=u64::from(customers) {
        let mut random = Random::new(seed, mix(number));
        let mut person = Person::new(number, seed, &mut random);
        life::live(shop, books, &mut random, &mut person)?;
        person.write(&mut sheet, &mut random)?;
        books.tally.person(&person);
        if random.chance(GUESTS) {
            let joined = random.between(clock::DAY, clock::SPAN - 1);
            let mut guest = Person::guest(number, joined, &mut random);
            life::live(shop, books, &mut random, &mut guest)?;
        }
    }
    sheet.close()
}

/// A large shop records fewer of the visits, so that its events stay within reason.
fn recorded(customers: u32) -> u32 {
    match customers {
        0..=1_000 => 4_500,
        1_001..=10_000 => 4_000,
        10_001..=100_000 => 3_000,
        _ => 2_000,
    }
}
