//! Who buys here: customer types, and what each customer tells of themselves.

use super::campaigns::{self, CAMPAIGNS};
use super::clock::{DAY, SPAN};
use super::random::{Random, WHOLE, mix};
use super::sheet::Sheet;
use super::words::{CITIES, EDUCATION};
use std::io;

/// A portrait of customers.
pub struct Type {
    pub name: &'static str,
    /// How many of [`WHOLE`] customers are such.
    pub share: u32,
    age: (i64, i64),
    /// A year's income in thousands.
    income: (i64, i64),
    occupations: [&'static str; 3],
}

pub const PARENTS: usize = 0;
pub const COFFEE: usize = 1;
pub const OFFICE: usize = 2;
pub const PETS: usize = 3;
pub const GIFTS: usize = 4;
pub const BARGAINS: usize = 5;

const fn portrait(
    name: &'static str,
    share: u32,
    age: (i64, i64),
    income: (i64, i64),
    occupations: [&'static str; 3],
) -> Type {
    Type {
        name,
        share,
        age,
        income,
        occupations,
    }
}

pub const TYPES: [Type; 6] = [
    portrait(
        "parents",
        1_800,
        (24, 42),
        (30, 68),
        ["nurse", "teacher", "engineer"],
    ),
    portrait(
        "coffee_lovers",
        1_400,
        (24, 60),
        (38, 82),
        ["designer", "engineer", "manager"],
    ),
    portrait(
        "office",
        1_200,
        (28, 62),
        (45, 98),
        ["self-employed", "manager", "lawyer"],
    ),
    portrait(
        "pet_owners",
        1_600,
        (22, 70),
        (24, 60),
        ["clerk", "nurse", "craftsperson"],
    ),
    portrait(
        "gift_buyers",
        1_800,
        (30, 75),
        (28, 74),
        ["teacher", "clerk", "retired"],
    ),
    portrait(
        "bargain_hunters",
        2_200,
        (18, 70),
        (12, 33),
        ["student", "shop assistant", "retired"],
    ),
];

/// A customer, or a guest who has no number.
pub struct Person {
    pub number: u64,
    pub guest: bool,
    /// The place of the type in [`TYPES`].
    pub kind: usize,
    /// What all lasting choices follow.
    pub key: u64,
    pub campaign: usize,
    pub registered: i64,
    /// The moment of the first wish to buy.
    pub joined: i64,
    /// Nothing is bought from this moment on.
    pub stop: i64,
    pub churned: bool,
    /// Day of birth of a child that grows while the shop looks on.
    pub child: Option<i64>,
    pub email: bool,
    sms: bool,
    pub last_contact: Option<i64>,
    /// Sets of substitutes of which one is there, or wished for, and items wished for.
    pub settled_sets: Vec<u32>,
    pub settled_items: Vec<u32>,
    pub orders: u32,
    /// Orders that count.
    pub kept: u32,
    pub margin: i64,
}

impl Person {
    pub fn new(number: u64, seed: u64, random: &mut Random) -> Person {
        let mut point = random.below(WHOLE);
        let mut kind = 0;
        while kind + 1 < TYPES.len() && point >= TYPES[kind].share {
            point -= TYPES[kind].share;
            kind += 1;
        }
        let campaign = campaigns::first(random, kind);
        // The shop opens with a crowd and grows ever more slowly.
        let part = i64::from(random.below(1_000));
        let joined =
            2 * DAY + 690 * DAY * part * part / 1_000_000 + random.between(7 * 3_600, 22 * 3_600);
        let before = match random.chance(3_000) {
            true => random.between(3 * 3_600, joined - 3_600),
            false => random.between(3 * 3_600, 40 * 3_600),
        };
        let parent = kind == PARENTS && !CAMPAIGNS[campaign].is_bad();
        let child = (parent && random.chance(6_500)).then(|| random.between(-200, 640));
        Person {
            number,
            guest: false,
            kind,
            key: mix(seed ^ mix(number)),
            campaign,
            registered: joined - before.min(30 * DAY).min(joined - 3_600),
            joined,
            stop: SPAN,
            churned: false,
            child,
            email: random.chance(6_000),
            sms: random.chance(2_500),
            last_contact: None,
            settled_sets: Vec::new(),
            settled_items: Vec::new(),
            orders: 0,
            kept: 0,
            margin: 0,
        }
    }

    pub fn guest(number: u64, joined: i64, random: &mut Random) -> Person {
        Person {
            guest: true,
            joined,
            registered: joined,
            child: None,
            ..Person::new(number, !random.next(), random)
        }
    }

    /// One of `count`, always the same for the same question.
    pub fn always(&self, question: u64, count: u32) -> u32 {
        let chance = mix(self.key ^ question.wrapping_mul(0x5851_f42d_4c95_7f2d));
        (((chance >> 32) * u64::from(count)) >> 32) as u32
    }

    /// The row of the customer. What shops ask for is often left out.
    pub fn write(&self, sheet: &mut Sheet, random: &mut Random) -> io::Result<()> {
        let of = &TYPES[self.kind];
        let told = |random: &mut Random| random.chance(8_000);
        let children = match self.kind {
            PARENTS => random.between(1, 3),
            BARGAINS => random.between(0, 3) * random.between(0, 1),
            _ => random.between(0, 2) * random.between(0, 1),
        };
        let adults = 1 + i64::from(random.chance(if children > 0 { 8_500 } else { 4_500 }));
        let income = random.between(of.income.0 * 2, of.income.1 * 2) * 500;
        let age = random.between(of.age.0 * 365, of.age.1 * 365);
        sheet.id(b'c', self.number).time(self.registered);
        match told(random) {
            true => sheet.date(-age),
            false => sheet.blank(),
        };
        let mostly_women = matches!(self.kind, PARENTS | GIFTS);
        let genders = match mostly_women {
            true => ["female", "female", "female", "male", ""],
            false => ["female", "female", "male", "male", ""],
        };
        sheet.text(random.one_of(&genders));
        for number in [adults + children, children] {
            match told(random) {
                true => sheet.number(number),
                false => sheet.blank(),
            };
        }
        match random.chance(6_500) {
            true => sheet.money(income * 100),
            false => sheet.blank(),
        };
        // The better paid stayed at school longer, mostly.
        let degree = (income / 22_000 + random.between(-1, 1)).clamp(0, 4) as usize;
        match told(random) {
            true => sheet.text(EDUCATION[degree]),
            false => sheet.blank(),
        };
        match told(random) {
            true => sheet.text(random.one_of(&of.occupations)),
            false => sheet.blank(),
        };
        let mut place = || CITIES[random.below(CITIES.len() as u32) as usize];
        let (lives, born) = (place(), place());
        let here = self.always(0, 10) < 8;
        sheet
            .text(if here { lives.1 } else { born.1 })
            .text(lives.0);
        sheet.text(CAMPAIGNS[self.campaign].channel);
        sheet.flag(self.email).flag(self.sms);
        match self.last_contact {
            Some(at) => sheet.time(at),
            None => sheet.blank(),
        };
        sheet.end()
    }
}
