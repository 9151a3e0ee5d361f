//! The kernel against a slow twin, on shops of the shapes that it treats in ways of their own: many items
//! or few, held by few or by nearly all; for every measure, any instructions and any number of threads.

#![allow(clippy::panic)]

mod random;
#[allow(dead_code)] // every test uses a part of it
mod reference;

use cobuy::matrix::NO_GROUP;
use cobuy::{
    AlsoBought, AlsoBoughtParams, Basis, Error, Instructions, Measure, Purchases, Timeline, Watch,
};
use random::Random;
use reference::{Neighbour, power, score};
use std::collections::{BTreeMap, BTreeSet};

const DAY: i64 = 86_400_000_000;

/// Who bought what, and how many half-lives ago: at the instant 0, less the age.
struct Shop {
    items: usize,
    bought: Vec<BTreeMap<u32, u32>>,
    groups: Option<Vec<u32>>,
}

impl Shop {
    /// `rows` customers with up to `most` items each; the lower an item's index, the more buy it.
    fn new(random: &mut Random, items: usize, rows: usize, most: usize) -> Shop {
        let bought = (0..rows)
            .map(|_| {
                let held = random.below(most + 1);
                let mut row = BTreeMap::new();
                for _ in 0..held {
                    let below = 1 + random.below(items);
                    let item = random.below(below);
                    row.insert(item as u32, random.below(4) as u32);
                }
                row
            })
            .collect();
        Shop {
            items,
            bought,
            groups: None,
        }
    }

    /// Puts about every tenth item into one of a few groups.
    fn grouped(mut self, random: &mut Random) -> Shop {
        let group = |_| match random.once_in(10) {
            true => random.below(3) as u32,
            false => NO_GROUP,
        };
        self.groups = Some((0..self.items).map(group).collect());
        self
    }

    fn purchases(&self) -> cobuy::Result<Purchases> {
        let mut starts = vec![0];
        let mut held = Vec::new();
        for row in &self.bought {
            held.extend(row.keys().copied());
            starts.push(held.len());
        }
        let purchases =
            Purchases::from_csr((self.bought.len(), self.items), &starts, &held, |_| 1.0)?;
        match &self.groups {
            Some(groups) => purchases.with_groups(groups.clone()),
            None => Ok(purchases),
        }
    }

    fn timeline(&self) -> cobuy::Result<Timeline> {
        let events = (0..).zip(&self.bought).flat_map(|(row, bought)| {
            let at = move |(&item, &age): (&u32, &u32)| (row, item, -i64::from(age) * DAY);
            bought.iter().map(at)
        });
        Timeline::from_events(Basis::Customer, self.bought.len(), self.items, events)
    }

    /// The rows of some items: with each other item, in how many rows they meet and what that weighs.
    fn rows(&self, some: &[u32]) -> Vec<Row> {
        let some: BTreeSet<u32> = some.iter().copied().collect();
        let mut rows: BTreeMap<u32, Row> = some.iter().map(|&item| (item, Row::new())).collect();
        for bought in &self.bought {
            let by_size = (2f64.powi(30) * (bought.len() as f64).powf(-EXPONENT)).round() as u64;
            for (item, age) in bought.iter().filter(|(item, _)| some.contains(item)) {
                for (other, of_other) in bought {
                    let met = rows.entry(*item).or_default().entry(*other).or_default();
                    met.both += 1;
                    met.fading += (1u64 << (20 - age)) * (1 << (20 - of_other));
                    met.by_size += by_size;
                }
            }
        }
        rows.into_values().collect()
    }

    fn are_variants(&self, one: u32, other: u32) -> bool {
        let group = |item: u32| {
            self.groups
                .as_ref()
                .map_or(NO_GROUP, |groups| groups[item as usize])
        };
        group(one) != NO_GROUP && group(one) == group(other)
    }

    /// By item: how many hold it, and the sum of the squares of what it weighs.
    fn totals(&self) -> Vec<(u32, u64)> {
        let mut totals = vec![(0, 0); self.items];
        for (&item, &age) in self.bought.iter().flatten() {
            let (holders, squares) = &mut totals[item as usize];
            (*holders, *squares) = (*holders + 1, *squares + (1u64 << (40 - 2 * age)));
        }
        totals
    }
}

/// What customers weigh, where they do: the number of their items to the power of less this.
const EXPONENT: f64 = 0.7;

/// How often two items meet, and what that weighs.
#[derive(Clone, Copy, Default)]
struct Met {
    both: u32,
    /// Where purchases fade, in units of 2^-40.
    fading: u64,
    /// Where customers weigh by what they hold, in units of 2^-30.
    by_size: u64,
}

/// By the other item.
type Row = BTreeMap<u32, Met>;

/// What a meeting weighs.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Weigh {
    Alike,
    Fading,
    BySize,
}

/// What is learnt.
#[derive(Clone, Copy, Debug)]
struct Learn {
    measure: Measure,
    weigh: Weigh,
    shrinkage: f64,
    neighbours: usize,
    least: u32,
}

impl Learn {
    /// Every measure of every kind.
    fn every(neighbours: usize, least: u32) -> Vec<Learn> {
        let power = |customer, count, source, target| Measure::Power {
            customer,
            count,
            source,
            target,
        };
        let learn = |(measure, weigh, shrinkage)| Learn {
            measure,
            weigh,
            shrinkage,
            neighbours,
            least,
        };
        let plain = Measure::ALL.map(|measure| (measure, Weigh::Alike, 0.0));
        let others = [
            (Measure::Cosine, Weigh::Fading, 0.0),
            (Measure::Count, Weigh::Fading, 0.0),
            (Measure::Cosine, Weigh::Alike, 2.5),
            (power(0.0, 0.6, 0.4, -0.3), Weigh::Alike, 0.0),
            // Of no exponents that add up to a whole number: where n_i is n_j that would put sums of few binary
            // places halfway between two scores, and any last bit would decide.
            (power(EXPONENT, 1.0, 0.85, 0.1), Weigh::BySize, 0.0),
            (power(EXPONENT, 1.4, 0.0, 0.8), Weigh::BySize, 0.0),
            (power(EXPONENT, 0.3, 0.5, -0.2), Weigh::BySize, 0.0),
        ];
        plain.into_iter().chain(others).map(learn).collect()
    }

    fn params(self) -> AlsoBoughtParams {
        let params = AlsoBought::params()
            .measure(self.measure)
            .shrinkage(self.shrinkage)
            .neighbours(self.neighbours)
            .min_customers(self.least);
        match self.weigh {
            Weigh::Fading => params.half_life(1.0),
            Weigh::Alike | Weigh::BySize => params,
        }
    }

    /// The score of two items that met, which so many hold, with the sums of the squares of what they weigh.
    fn score(self, met: Met, source: (u32, u64), target: (u32, u64), all: u32) -> f32 {
        let weight = met.fading as f64;
        match (self.weigh, self.measure) {
            (Weigh::Alike, measure) if self.shrinkage > 0.0 => {
                assert_eq!(measure, Measure::Cosine);
                let (n_i, n_j) = (f64::from(source.0), f64::from(target.0));
                let both = f64::from(met.both);
                (both / (n_i * n_j).sqrt() * (both / (both + self.shrinkage))) as f32
            }
            (Weigh::Alike, measure) => score(measure, met.both, source.0, target.0, all),
            (Weigh::Fading, Measure::Cosine) => {
                (weight / (source.1 as f64 * target.1 as f64).sqrt()) as f32
            }
            (Weigh::Fading, _) => (weight / 2f64.powi(40)) as f32,
            (Weigh::BySize, measure) => power(
                measure,
                met.by_size as f64 / 2f64.powi(30),
                source.0,
                target.0,
            ),
        }
    }

    /// The list that the twin makes of an item's row.
    fn list(
        self,
        shop: &Shop,
        item: u32,
        row: &Row,
        totals: &[(u32, u64)],
        all: u32,
    ) -> Vec<Neighbour> {
        let mut list: Vec<Neighbour> = Vec::new();
        for (&other, &met) in row {
            let score = self.score(met, totals[item as usize], totals[other as usize], all);
            let among = other != item && !shop.are_variants(item, other);
            if among && met.both >= self.least && score > 0.0 {
                list.push((other, score, met.both));
            }
        }
        list.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        list.truncate(self.neighbours);
        list
    }
}

fn fit(shop: &Shop, params: &AlsoBoughtParams) -> cobuy::Result<AlsoBought> {
    let purchases = shop.purchases()?;
    match params.half_life.or(params.within_days) {
        Some(_) => params.fit_timed(&purchases, &shop.timeline()?, 0, Watch::new()),
        None => params.fit(&purchases),
    }
}

fn kept(model: &AlsoBought, item: u32) -> Vec<Neighbour> {
    let list = model.lists().of(item);
    let places = 0..list.items.len();
    places
        .map(|at| (list.items[at], list.scores[at], list.both[at]))
        .collect()
}

/// Fits in every way, with all instructions, and compares the lists of some items.
fn check(shop: &Shop, some: &[u32], learns: &[Learn]) -> cobuy::Result<()> {
    let totals = shop.totals();
    let rows = shop.rows(some);
    let all = shop.bought.iter().filter(|row| !row.is_empty()).count() as u32;
    for &learn in learns {
        let first = fit(
            shop,
            &learn.params().threads(1).instructions(Instructions::Plain),
        )?;
        for (&item, row) in some.iter().zip(&rows) {
            let expected = learn.list(shop, item, row, &totals, all);
            assert_eq!(kept(&first, item), expected, "{learn:?}, item {item}");
        }
        for (threads, kind) in [(2, Instructions::Avx2), (3, Instructions::Avx512)] {
            if !kind.are_here() {
                eprintln!("not tried: this processor has no {kind}");
            }
            let other = fit(shop, &learn.params().threads(threads).instructions(kind))?;
            assert!(
                other.lists() == first.lists(),
                "{learn:?}, {kind}, {threads} threads"
            );
        }
    }
    Ok(())
}

#[test]
fn more_items_than_narrow_ranks_tell_apart() -> cobuy::Result<()> {
    let random = &mut Random(1);
    let shop = Shop::new(random, 70_000, 800, 40).grouped(random);
    let some: Vec<u32> = (0..40)
        .chain((0..40).map(|at| at * 1_749))
        .collect::<BTreeSet<u32>>()
        .into_iter()
        .collect();
    // A row at a time takes long where nothing is optimised: one of each kind of scores.
    let mut learns = Learn::every(7, 1);
    learns.retain(|learn| matches!(learn.measure, Measure::Cosine | Measure::Llr));
    check(&shop, &some, &learns)
}

#[test]
fn items_that_more_hold_than_small_counters_count() -> cobuy::Result<()> {
    let random = &mut Random(2);
    let mut shop = Shop::new(random, 150, 66_000, 3);
    // Nearly everybody has these, whose counts go past 2^16, with each other and with those that few have.
    for (at, row) in shop.bought.iter_mut().enumerate() {
        row.insert(149, (at % 4) as u32);
        if at % 300 != 0 {
            row.insert(3, (at % 3) as u32);
        }
    }
    let some: Vec<u32> = (0..150).collect();
    let mut learns = Learn::every(20, 1);
    learns.extend(Learn::every(5, 300));
    check(&shop, &some, &learns)
}

#[test]
fn rows_that_meet_nearly_everything() -> cobuy::Result<()> {
    let random = &mut Random(3);
    let shop = Shop::new(random, 700, 600, 120).grouped(random);
    let some: Vec<u32> = (0..700).collect();
    for (neighbours, least) in [(1, 1), (100, 2), (400, 1), (1_000, 3)] {
        check(&shop, &some, &Learn::every(neighbours, least))?;
    }
    Ok(())
}

#[test]
fn shops_of_odd_sizes() -> cobuy::Result<()> {
    let random = &mut Random(4);
    for items in [1, 2, 8, 63, 64, 65, 127, 129, 2_047, 2_049] {
        let rows = 1 + random.below(40);
        let shop = Shop::new(random, items, rows, 12).grouped(random);
        let some: Vec<u32> = (0..items as u32).collect();
        let neighbours = 1 + random.below(70);
        check(
            &shop,
            &some,
            &Learn::every(neighbours, 1 + random.below(2) as u32),
        )?;
    }
    Ok(())
}

#[test]
fn many_small_shops() -> cobuy::Result<()> {
    let random = &mut Random(5);
    for _ in 0..150 {
        let (items, rows) = (1 + random.below(150), random.below(60));
        let most = random.below(30);
        let shop = Shop::new(random, items, rows, most).grouped(random);
        let some: Vec<u32> = (0..items as u32).collect();
        let neighbours = 1 + random.below(40);
        let learns = Learn::every(neighbours, 1 + random.below(3) as u32);
        check(&shop, &some, &[random.of(&learns)])?;
    }
    Ok(())
}

/// More variants than an item meets, and items of theirs that nobody bought.
#[test]
fn items_of_one_large_group() -> cobuy::Result<()> {
    let mut shop = Shop::new(&mut Random(8), 2_500, 120, 12);
    shop.groups = Some(
        (0..2_500)
            .map(|item| if item % 3 > 0 { 1 } else { NO_GROUP })
            .collect(),
    );
    let some: Vec<u32> = (0..2_500).step_by(7).collect();
    check(&shop, &some, &Learn::every(20, 1))
}

#[test]
fn a_fit_ends_where_its_memory_does() -> cobuy::Result<()> {
    let shop = Shop::new(&mut Random(6), 3_000, 600, 60);
    let params = AlsoBought::params().neighbours(100).threads(1);
    let whole = fit(&shop, &params)?;
    let Err(Error::MemoryLimit {
        limit,
        needed,
        enough,
        done,
        rows,
    }) = fit(&shop, &params.clone().memory_limit(1_000))
    else {
        panic!("a thousand bytes are too few");
    };
    assert!(limit == 1_000 && needed > limit && done == 0 && rows == 3_000);
    let message = Error::MemoryLimit {
        limit,
        needed,
        enough,
        done,
        rows,
    }
    .to_string();
    assert!(
        message.starts_with("`memory_limit` is 1000 bytes, but ")
            && message.contains(&format!(", and at most {enough} for all; ")),
        "{message}"
    );
    // What each error asks for leads to what is enough; on the way, some lists are made.
    let (mut limit, mut some) = (needed, 0);
    let enough = loop {
        match fit(&shop, &params.clone().memory_limit(limit)) {
            Err(Error::MemoryLimit { needed, done, .. }) => {
                assert!(needed > limit);
                some += u32::from(done > 0 && done < 3_000);
                limit = needed + 20_000;
            }
            enough => break enough?,
        }
    };
    assert!(enough.lists() == whole.lists() && some > 0);
    assert!(limit < 8 * whole.lists().total() as u64 * 12);
    Ok(())
}

/// What is told to be enough is, of every kind of rows; and no less is where all lists are full.
#[test]
fn a_fit_that_is_refused_tells_what_is_enough() -> cobuy::Result<()> {
    let random = &mut Random(9);
    for (items, rows, most) in [(1, 1, 1), (40, 300, 40), (900, 200, 30), (3_000, 40, 9)] {
        let shop = Shop::new(random, items, rows, most).grouped(random);
        for (neighbours, threads) in [(1, 1), (7, 3), (5_000, 8)] {
            let counted = AlsoBought::params().neighbours(neighbours).threads(threads);
            let after = counted.clone().measure(Measure::Count).within_days(2.0);
            for params in [counted.clone(), counted.half_life(30.0), after] {
                let limited = |bytes| fit(&shop, &params.clone().memory_limit(bytes));
                let Err(Error::MemoryLimit { needed, enough, .. }) = limited(1) else {
                    panic!("a byte is too few");
                };
                assert!(needed <= enough, "{params:?}");
                let (told, free) = (limited(enough)?, fit(&shop, &params)?);
                assert!(told.lists() == free.lists(), "{params:?}");
            }
        }
    }
    let shop = Shop::new(random, 500, 200, 20);
    let full = AlsoBought::params().neighbours(1);
    let Err(Error::MemoryLimit { enough, .. }) = fit(&shop, &full.clone().memory_limit(1)) else {
        panic!("a byte is too few");
    };
    let less = fit(&shop, &full.memory_limit(enough - 1));
    assert!(matches!(less, Err(Error::MemoryLimit { needed, .. }) if needed == enough));
    Ok(())
}

/// Whatever a fit works in is counted: that of each thread, weights, and what a plain fit sweeps in.
#[test]
fn more_threads_and_weights_need_more_memory() -> cobuy::Result<()> {
    let shop = Shop::new(&mut Random(6), 3_000, 600, 60);
    let needed = |params: &AlsoBoughtParams| {
        let mut limit = 1;
        loop {
            match fit(&shop, &params.clone().memory_limit(limit)) {
                Err(Error::MemoryLimit { needed, .. }) => limit = needed + 20_000,
                Ok(_) => return Ok(limit),
                Err(problem) => return Err(problem),
            }
        }
    };
    let each = |threads: usize| AlsoBought::params().neighbours(10).threads(threads);
    let plain = needed(&each(1))?;
    assert!(needed(&each(8))? > plain + 7 * 100_000);
    assert!(needed(&each(1).half_life(30.0))? > plain + 8 * 60);
    let within = |threads| each(threads).measure(Measure::Count).within_days(30.0);
    assert!(needed(&within(8))? > needed(&within(1))? + 7 * 3_000 * 12);
    Ok(())
}
