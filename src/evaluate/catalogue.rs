//! What all lists together show of the catalogue.

use crate::error::{Error, Result, zeroed};
use crate::matrix::Pattern;
use ndarray::ArrayView2;
use serde::Serialize;

/// What the first k of all judged customers' lists show of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Catalogue {
    /// How long the lists are at most.
    pub k: usize,
    /// The share of all items that are suggested to anybody.
    pub coverage: f64,
    /// The mean, over suggestions, of the share of customers who had bought the item before; where that is
    /// known. Low is novel.
    pub popularity: Option<f64>,
    /// The mean, over suggestions, of -log2 of that share, in bits: mean self-information (Zhou, Kuscsik, Liu,
    /// Medo, Wakeling, Zhang, "Solving the apparent diversity-accuracy dilemma of recommender systems", PNAS
    /// 2010). High is novel. Items that nobody had bought take no part.
    pub novelty: Option<f64>,
    /// How many suggestions there are.
    pub suggestions: u64,
}

impl Catalogue {
    /// Adds up; what one of both does not tell, the sum does not.
    pub(super) fn add(&mut self, other: &Catalogue) {
        let sum = |one: Option<f64>, other: Option<f64>| Some(one? + other?);
        self.coverage += other.coverage;
        self.popularity = sum(self.popularity, other.popularity);
        self.novelty = sum(self.novelty, other.novelty);
        self.suggestions += other.suggestions;
    }

    /// Makes means of sums, but for the suggestions.
    pub(super) fn divide(&mut self, by: f64) {
        self.coverage /= by;
        self.popularity = self.popularity.map(|sum| sum / by);
        self.novelty = self.novelty.map(|sum| sum / by);
    }
}

/// How many customers had bought each item, of how many who had bought anything.
pub(super) struct Popularity {
    pub buyers_of: Vec<u32>,
    pub buyers: u32,
}

impl Popularity {
    pub(super) fn of(train: &Pattern) -> Result<Self> {
        let mut buyers_of: Vec<u32> = zeroed(train.cols(), "the buyers of each item")?;
        for &item in train.indices() {
            buyers_of[item as usize] += 1;
        }
        let starts = train.proper_indptr();
        let buyers = starts.windows(2).filter(|row| row[0] < row[1]).count() as u32;
        Ok(Popularity { buyers_of, buyers })
    }
}

/// Counts what is shown at each of `ks`, which rise, and refuses what are no lists of distinct items.
pub(super) fn shown(
    lists: ArrayView2<'_, i32>,
    ks: &[usize],
    items: usize,
    popularity: Option<&Popularity>,
) -> Result<Vec<Catalogue>> {
    // Of each item, in how many lists it stands above each k and not above the one before.
    let mut times: Vec<Vec<u64>> = Vec::with_capacity(ks.len());
    for _ in ks {
        times.push(zeroed(items, "how often each item is suggested")?);
    }
    // By item: one more than the last row it was seen in.
    let mut seen: Vec<u32> = zeroed(items, "the items of a list")?;
    for (row, list) in lists.outer_iter().enumerate() {
        let mut band = 0;
        for (rank, &item) in list.iter().enumerate() {
            while ks.get(band).is_some_and(|&k| rank >= k) {
                band += 1;
            }
            if item == -1 {
                continue;
            }
            let seen = usize::try_from(item).ok().and_then(|at| seen.get_mut(at));
            let seen = seen.ok_or(Error::Index {
                what: "item",
                index: i64::from(item),
                len: items,
            })?;
            if std::mem::replace(seen, row as u32 + 1) == row as u32 + 1 {
                return Err(Error::matrix(format!(
                    "the list of row {row} has item {item} twice, but a list suggests each item once; leave out \
                     the later one"
                )));
            }
            if let Some(times) = times.get_mut(band) {
                times[item as usize] += 1;
            }
        }
    }
    Ok(sums(ks, &times, items, popularity))
}

fn sums(
    ks: &[usize],
    times: &[Vec<u64>],
    items: usize,
    popularity: Option<&Popularity>,
) -> Vec<Catalogue> {
    let mut all = vec![0u64; items];
    let at = |(&k, times): (&usize, &Vec<u64>)| {
        all.iter_mut()
            .zip(times)
            .for_each(|(all, more)| *all += more);
        of_counts(k, &all, popularity)
    };
    ks.iter().zip(times).map(at).collect()
}

/// Sums run over items by index.
fn of_counts(k: usize, times: &[u64], popularity: Option<&Popularity>) -> Catalogue {
    let suggestions: u64 = times.iter().sum();
    let covered = times.iter().filter(|&&times| times > 0).count();
    let known = popularity.filter(|told| told.buyers > 0 && suggestions > 0);
    let (mut bought, mut known_times, mut bits) = (0.0, 0u64, 0.0);
    if let Some(told) = known {
        let buyers = f64::from(told.buyers);
        for (&times, &buyers_of) in times.iter().zip(&told.buyers_of) {
            if times > 0 && buyers_of > 0 {
                let share = f64::from(buyers_of) / buyers;
                bought += times as f64 * share;
                bits -= times as f64 * share.log2();
                known_times += times;
            }
        }
    }
    Catalogue {
        k,
        coverage: covered as f64 / (times.len().max(1)) as f64,
        popularity: known.map(|_| bought / suggestions as f64),
        novelty: known
            .filter(|_| known_times > 0)
            .map(|_| bits / known_times as f64),
        suggestions,
    }
}
