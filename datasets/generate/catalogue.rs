//! The items of the shop: as many as its size asks for.

use super::families::{FAMILIES, FEES, Family, Kind, SAMPLE};
use super::random::{Random, Ranks, WHOLE};
use super::sheet::Sheet;
use super::words::{BRANDS, COLOURS, capital};
use std::io;

/// Sales of one item never went on before this day.
pub const LONG_AGO: i64 = -900;

pub struct Item {
    pub id: String,
    name: String,
    /// The place of its kind in [`FAMILIES`]; none for fees and samples.
    pub family: Option<usize>,
    category: &'static str,
    brand: &'static str,
    /// The price it is first sold at, in cents.
    pub first_price: u32,
    /// In cents; blank in the file for a few.
    pub cost: u32,
    pub cost_told: bool,
    stock: u32,
    /// The article it is a variant of; blank where there is one only.
    pub group: String,
    size: &'static str,
    color: &'static str,
    /// The day it is first sold, counted from the opening.
    pub released: i64,
}

/// What a name stands for: one item, or variants by size, then colour.
pub struct Article {
    pub first: u32,
    pub sizes: u32,
    pub colours: u32,
}

impl Article {
    pub fn item(&self, size: u32, colour: u32) -> u32 {
        self.first + size * self.colours + colour
    }
}

pub struct Catalogue {
    pub items: Vec<Item>,
    /// Articles of each kind, what sells best first.
    pub articles: Vec<Vec<Article>>,
    /// How likely each of them is asked for.
    pub ranks: Vec<Ranks>,
}

/// How many items a shop of so many customers has, about.
fn size(customers: u32) -> u32 {
    let known = [
        (1, 170),
        (100, 190),
        (1_000, 300),
        (10_000, 1_200),
        (100_000, 5_000),
        (1_000_000, 20_000),
    ];
    let between = known.windows(2).find_map(|pair| match pair {
        [low, high] if customers <= high.0 => {
            let part = u64::from(customers - low.0) * (high.1 - low.1) / u64::from(high.0 - low.0);
            Some(low.1 + part)
        }
        _ => None,
    });
    between.unwrap_or(20_000) as u32
}

impl Catalogue {
    pub fn new(customers: u32, seed: u64) -> Catalogue {
        let mut random = Random::new(seed, 1);
        let mut catalogue = Catalogue {
            items: Vec::new(),
            articles: FAMILIES.iter().map(|_| Vec::new()).collect(),
            ranks: Vec::new(),
        };
        // One in seventeen items is an add-on; the others are told by their share.
        let size = size(customers);
        let add_ons = (size / 17).max(14);
        let least: u32 = FAMILIES.iter().map(|of| of.least * of.variants()).sum();
        let shares: u32 = FAMILIES.iter().map(|of| of.share).sum();
        let more = size.saturating_sub(least + add_ons);
        for (place, family) in FAMILIES.iter().enumerate() {
            let count = family.least + more * family.share / shares / family.variants();
            match family.kind {
                Kind::AddOn(to) => {
                    let kinds = FAMILIES
                        .iter()
                        .filter(|of| matches!(of.kind, Kind::AddOn(_)));
                    let wanted = add_ons.div_ceil(kinds.count() as u32);
                    catalogue.made_for(place, to, wanted as usize, &mut random);
                }
                Kind::Later(to, ..) => catalogue.made_for(place, to, usize::MAX, &mut random),
                _ => (0..count).for_each(|number| catalogue.article(place, number, &mut random)),
            }
        }
        catalogue.ranks = catalogue
            .articles
            .iter()
            .map(|articles| Ranks::zipf(articles.len()))
            .collect();
        catalogue.extras();
        catalogue
    }

    /// The articles of the kind of that name.
    pub fn named(&self, noun: &str) -> &[Article] {
        let place = FAMILIES.iter().position(|family| family.noun == noun);
        place.map_or(&[], |place| &self.articles[place])
    }

    /// An article of its own, with all variants.
    fn article(&mut self, place: usize, number: u32, random: &mut Random) {
        let family = &FAMILIES[place];
        let word = family.words[number as usize % family.words.len()];
        let brand = BRANDS[(number as usize * 7 + place * 3) % BRANDS.len()];
        let mut id = format!("{}-{word}", family.noun);
        let mut name = format!("{brand} {} {}", capital(word), family.label);
        let edition = 1 + number as usize / family.words.len();
        if edition > 1 {
            id = format!("{id}-{edition}");
            name = format!("{name} {edition}");
        }
        let (sizes, colours): (Vec<&'static str>, u32) = match family.kind {
            Kind::Wear(sizes, colours) => (sizes.to_vec(), colours),
            Kind::Grown(sizes, colours, _) => (sizes.iter().map(|size| size.0).collect(), colours),
            _ => (vec![""], 1),
        };
        self.articles[place].push(Article {
            first: self.items.len() as u32,
            sizes: sizes.len() as u32,
            colours,
        });
        let grown = matches!(family.kind, Kind::Grown(..));
        let first = Item::new(place, id, name, brand, random);
        for size in sizes {
            for &color in &COLOURS[..colours as usize] {
                let mut item = first.clone_as(size, if colours > 1 { color } else { "" });
                // The next size is another article: it must not hide behind the present one.
                item.group = match (grown, colours) {
                    (true, 1) => String::new(),
                    (true, _) => format!("{}-{size}", first.id),
                    (false, _) if family.variants() > 1 => first.id.clone(),
                    _ => String::new(),
                };
                item.stock = stock(random);
                self.items.push(item);
            }
        }
    }

    /// Articles that belong to the best-selling ones of another kind.
    fn made_for(&mut self, place: usize, to: &str, wanted: usize, random: &mut Random) {
        let family = &FAMILIES[place];
        let owners: Vec<u32> = self
            .named(to)
            .iter()
            .take(wanted)
            .map(|of| of.first)
            .collect();
        for owner in owners {
            let owner = &self.items[owner as usize];
            let id = format!("{}-for-{}", family.noun, owner.id);
            let name = format!("{} for {}", capital(family.label), owner.name);
            let brand = owner.brand;
            let item = Item::new(place, id, name, brand, random);
            self.articles[place].push(Article {
                first: self.items.len() as u32,
                sizes: 1,
                colours: 1,
            });
            self.items.push(item);
        }
    }

    /// Fees and the sample, last.
    fn extras(&mut self) {
        let (id, name) = SAMPLE;
        for (id, name, price) in FEES.into_iter().chain([(id, name, 100)]) {
            self.items.push(Item {
                id: id.to_owned(),
                name: name.to_owned(),
                family: None,
                category: if id == SAMPLE.0 { "gifts/samples" } else { "" },
                brand: "",
                first_price: price,
                cost: price * 4 / 5,
                cost_told: true,
                stock: 1_000,
                group: String::new(),
                size: "",
                color: "",
                released: LONG_AGO,
            });
        }
    }

    /// The place of a fee, or of the sample after them.
    pub fn extra(&self, number: usize) -> u32 {
        (self.items.len() - FEES.len() - 1 + number) as u32
    }

    /// `prices` are those at the end.
    pub fn write(&self, sheet: &mut Sheet, prices: impl Iterator<Item = u32>) -> io::Result<()> {
        for (item, price) in self.items.iter().zip(prices) {
            sheet.text(&item.id).text(&item.name).text(item.category);
            sheet.text(item.brand).money(i64::from(price));
            if item.cost_told {
                sheet.money(i64::from(item.cost));
            } else {
                sheet.blank();
            }
            sheet.number(i64::from(item.stock)).text(&item.group);
            sheet.text(item.size).text(item.color).date(item.released);
            sheet.end()?;
        }
        Ok(())
    }
}

impl Item {
    fn new(
        place: usize,
        id: String,
        name: String,
        brand: &'static str,
        random: &mut Random,
    ) -> Item {
        let family: &Family = &FAMILIES[place];
        let euros = random.between(i64::from(family.price.0), i64::from(family.price.1)) as u32;
        let first_price = euros * 100 - [1, 10, 51][random.below(3) as usize];
        // What plans rest on is there from the first day.
        let late = matches!(family.kind, Kind::Wear(..)) && random.chance(2_000);
        let released = match late {
            true => random.between(10, 600),
            false => random.between(LONG_AGO, -1),
        };
        Item {
            id,
            name,
            family: Some(place),
            category: family.category,
            brand,
            first_price,
            cost: (u64::from(first_price) * random.between(4_500, 6_500) as u64 / u64::from(WHOLE))
                as u32,
            cost_told: !random.chance(150),
            stock: stock(random),
            group: String::new(),
            size: "",
            color: "",
            released,
        }
    }

    /// A variant of it.
    fn clone_as(&self, size: &'static str, color: &'static str) -> Item {
        let joined = |text: &str, between: &str| {
            [text, size, color]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(between)
        };
        Item {
            id: joined(&self.id, "-"),
            name: joined(&self.name, " "),
            group: String::new(),
            size,
            color,
            ..*self
        }
    }
}

/// Pieces at the end of the time that is told: one item in thirty is sold out.
fn stock(random: &mut Random) -> u32 {
    if random.below(30) == 0 {
        0
    } else {
        1 + random.below(20) * random.below(20)
    }
}
