//! What holds between items: the truth that a model is to find again.

use super::catalogue::Catalogue;
use super::families::{BUNDLED, FAMILIES, Kind};
use super::random::{Random, WHOLE, mix};

/// How likely a step of sizes, and one to what a machine needs later, is taken.
const NEXT_SIZE: u32 = 8_500;
const LATER: u32 = 7_000;

/// Days for which the last size fits, and for which a machine or a habit lasts.
const LAST_SIZE: u32 = 200;
const FOR_EVER: u32 = 1_000;

/// Orders that hold a bundle.
const BUNDLES: u32 = 300;

/// `to` is bought in the same order, in so many of [`WHOLE`] cases.
#[derive(Clone, Copy)]
pub struct Complement {
    pub to: u32,
    pub parts: u32,
}

/// `to` is bought after so many days.
#[derive(Clone, Copy)]
pub struct Step {
    pub to: u32,
    pub parts: u32,
    pub days: u32,
    pub spread: u32,
    /// Whether it is the next size.
    pub size: bool,
}

/// Bought again after so many days.
#[derive(Clone, Copy)]
pub struct Refill {
    pub days: u32,
    pub spread: u32,
    /// For how many days it is bought, where no next size ends that.
    pub lasts: u32,
}

impl Refill {
    fn habit(days: u32, spread: u32) -> Refill {
        Refill {
            days,
            spread,
            lasts: FOR_EVER,
        }
    }
}

/// Similar items of which a customer buys one only.
pub struct Substitutes {
    pub items: Vec<u32>,
    /// Whether that one is bought once only.
    pub once: bool,
}

pub struct Planted {
    pub complements: Vec<Option<Complement>>,
    pub steps: Vec<Option<Step>>,
    pub refills: Vec<Option<Refill>>,
    pub sets: Vec<Substitutes>,
    /// The set of each item.
    pub set_of: Vec<Option<u32>>,
    pub bundles: Vec<[u32; 3]>,
    /// How many of [`WHOLE`] orders hold one bundle.
    pub bundle_rate: u32,
}

impl Planted {
    pub fn new(catalogue: &Catalogue, seed: u64) -> Planted {
        let count = catalogue.items.len();
        let mut planted = Planted {
            complements: vec![None; count],
            steps: vec![None; count],
            refills: vec![None; count],
            sets: Vec::new(),
            set_of: vec![None; count],
            bundles: Vec::new(),
            bundle_rate: 0,
        };
        let mut random = Random::new(seed, 2);
        for (place, family) in FAMILIES.iter().enumerate() {
            let articles = &catalogue.articles[place];
            let items: Vec<u32> = articles.iter().map(|article| article.first).collect();
            match family.kind {
                Kind::AddOn(to) => {
                    for (owner, &item) in catalogue.named(to).iter().zip(&items) {
                        let parts = random.between(25, 55) as u32 * 100;
                        let complement = Complement { to: item, parts };
                        planted.complements[owner.first as usize] = Some(complement);
                    }
                }
                Kind::Later(to, days, spread) => {
                    for (owner, &item) in catalogue.named(to).iter().zip(&items) {
                        planted.steps[owner.first as usize] = Some(Step {
                            to: item,
                            parts: LATER,
                            days,
                            spread,
                            size: false,
                        });
                        planted.refills[item as usize] = Some(Refill::habit(days, spread));
                    }
                }
                // Not all brands of a kind last equally long.
                Kind::Refill(days, spread) => {
                    for (number, &item) in items.iter().enumerate() {
                        let days = days + [0, days / 10, 0, days / 5][number % 4];
                        planted.refills[item as usize] = Some(Refill::habit(days, spread));
                    }
                }
                Kind::Once => planted.substitutes(&items, true),
                Kind::Rival => planted.substitutes(&items, false),
                Kind::Grown(sizes, colours, again) => {
                    for article in articles {
                        for (size, &(_, days, spread)) in (0..).zip(sizes) {
                            for colour in 0..colours {
                                let item = article.item(size, colour) as usize;
                                let lasts = if days > 0 { days } else { LAST_SIZE };
                                planted.refills[item] = again.map(|(days, spread)| Refill {
                                    days,
                                    spread,
                                    lasts,
                                });
                                planted.steps[item] = (days > 0).then(|| Step {
                                    to: article.item(size + 1, colour),
                                    parts: NEXT_SIZE,
                                    days,
                                    spread,
                                    size: true,
                                });
                            }
                        }
                    }
                }
                Kind::Plain | Kind::Wear(..) => {}
            }
        }
        planted.bundle(catalogue);
        planted
    }

    /// Sets of three to five, neighbours in rank.
    fn substitutes(&mut self, items: &[u32], once: bool) {
        let sets = (items.len() / 3).max(1);
        for number in 0..sets {
            let part = &items[items.len() * number / sets..items.len() * (number + 1) / sets];
            for &item in part {
                self.set_of[item as usize] = Some(self.sets.len() as u32);
            }
            self.sets.push(Substitutes {
                items: part.to_vec(),
                once,
            });
        }
    }

    /// Threes of items that are not the best-selling ones of their kinds.
    fn bundle(&mut self, catalogue: &Catalogue) {
        let wanted = (catalogue.items.len() / 100).clamp(3, 60);
        for number in 0..wanted {
            let place = 2 + number / BUNDLED.len();
            let three = BUNDLED[number % BUNDLED.len()]
                .map(|noun| catalogue.named(noun).get(place).map(|of| of.first));
            if let [Some(one), Some(two), Some(three)] = three {
                self.bundles.push([one, two, three]);
            }
        }
        self.bundle_rate = BUNDLES / self.bundles.len().max(1) as u32;
    }

    /// The bundle that an order holds, if it is one of the few.
    pub fn drawn_bundle(&self, random: &mut Random) -> Option<[u32; 3]> {
        let point = random.below(WHOLE) / self.bundle_rate.max(1);
        self.bundles.get(point as usize).copied()
    }

    /// The item of the set that this customer always takes; those of a lower rank more often.
    pub fn choice(&self, item: u32, customer: u64) -> u32 {
        let Some(set) = self.set_of[item as usize] else {
            return item;
        };
        let items = &self.sets[set as usize].items;
        let chance = mix(customer ^ mix(u64::from(set)));
        let place = |bits: u64| ((bits & 0xffff_ffff) * items.len() as u64) >> 32;
        items[place(chance).min(place(chance >> 32)) as usize]
    }
}
