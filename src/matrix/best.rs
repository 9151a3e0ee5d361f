//! The best few of many, in order: score down, index up; without a branch where one cannot be predicted.

use crate::error::{Result, untouched};
use crate::machine::{Lanes, PARTED};

/// Room to choose the best of many in, used again for the next.
pub(crate) struct Best {
    parted: [Vec<u64>; 4],
    /// The chosen, and what goes with them.
    keys: Vec<u64>,
    with: Vec<u32>,
    counting: Box<Counting>,
    /// Both side by side, where they are too many to be put in order by counting; else empty.
    sorted: Vec<(u64, u32)>,
}

impl Best {
    /// Bytes by key to choose from, at most.
    pub(crate) const EACH: usize = 4 * 8 + Self::CHOSEN;
    /// Bytes by key that is chosen, at most.
    const CHOSEN: usize = 12 + 16;

    /// To choose up to `best` of up to `many`.
    pub(crate) fn new(many: usize, best: usize) -> Result<Self> {
        let parted = || untouched(many + PARTED);
        let sorted = match best.min(many) {
            0..=MANY => Vec::new(),
            best => untouched(best)?,
        };
        let best = best.min(many) + PARTED;
        Ok(Best {
            parted: [parted()?, parted()?, parted()?, parted()?],
            keys: untouched(best)?,
            with: untouched(best)?,
            counting: Box::new(Counting::new()),
            sorted,
        })
    }

    /// The `best` of some keys that are not 0, best first, and the numbers that go with them.
    #[inline(always)]
    pub(crate) fn choose<L: Lanes>(
        &mut self,
        lanes: L,
        keys: &[u64],
        with: &[u32],
        best: usize,
    ) -> (&[u64], &[u32]) {
        let least = match keys.len() > best {
            true => self.nth_largest(lanes, keys, best),
            false => 0,
        };
        let length = lanes.keep(keys, with, least.max(1), &mut self.keys, &mut self.with);
        let (keys, with) = (&mut self.keys[..length], &mut self.with[..length]);
        if length <= MANY {
            self.counting.put_in_order(lanes, keys, with);
        } else {
            put_in_order(keys, with, &mut self.sorted);
        }
        (keys, with)
    }

    /// The `n`-th largest of `n` keys or more.
    #[inline(always)]
    pub(crate) fn nth_largest<L: Lanes>(&mut self, lanes: L, keys: &[u64], n: usize) -> u64 {
        nth_largest(lanes, keys, &mut self.parted, n)
    }
}

/// A score and its index as one number that sorts as they do: positive floats sort as their bits, the
/// index is turned over to sort up. 0 where the score is not above 0.
#[inline(always)]
pub(crate) fn key_of(index: u32, score: f32) -> u64 {
    let key = u64::from(score.to_bits()) << 32 | u64::from(!index);
    if score > 0.0 { key } else { 0 }
}

/// The `n`-th largest of `n` keys or more (Hoare's selection, 1961).
#[inline(always)]
fn nth_largest<L: Lanes>(lanes: L, keys: &[u64], parted: &mut [Vec<u64>; 4], mut n: usize) -> u64 {
    /// Of so few, it is counted for each how many are larger.
    const FEW: usize = 2 * AT_ONCE;
    let [above, below, other_above, other_below] = parted;
    let mut from = (above, below);
    let mut to = (other_above, other_below);
    let mut open = keys;
    while open.len() > FEW {
        let pivot = pivot(open);
        let (larger, smaller) = lanes.part(open, pivot, to.0, to.1);
        let not_smaller = open.len() - smaller;
        std::mem::swap(&mut from, &mut to);
        open = match n {
            _ if n <= larger => &from.0[..larger],
            _ if n <= not_smaller => return pivot,
            _ => {
                n -= not_smaller;
                &from.1[..smaller]
            }
        };
    }
    let mut nth = u64::MAX;
    for some in open.chunks(AT_ONCE) {
        let mut keys = [0; AT_ONCE];
        keys[..some.len()].copy_from_slice(some);
        for (&key, larger) in some.iter().zip(how_many_larger(open, &keys)) {
            if (larger as usize) < n {
                nth = nth.min(key);
            }
        }
    }
    nth
}

/// A key near the `n`-th largest: the middle one of three, from where it would stand if what is there were
/// in order, which it nearly is.
#[inline(always)]
fn pivot(keys: &[u64]) -> u64 {
    let [one, two, three] = [1, 2, 3].map(|at| keys[at * keys.len() / 4]);
    one.min(two).max(one.max(two).min(three))
}

/// Up to so many, to count for each how many are larger is faster than to sort.
const MANY: usize = 320;

/// Puts keys into order, and the counts that go with them.
fn put_in_order(keys: &mut [u64], counts: &mut [u32], sorted: &mut [(u64, u32)]) {
    let sorted = &mut sorted[..keys.len()];
    for (sorted, (&key, &count)) in sorted.iter_mut().zip(keys.iter().zip(&*counts)) {
        *sorted = (key, count);
    }
    sorted.sort_unstable_by(|one, other| other.cmp(one));
    for ((key, count), &sorted) in keys.iter_mut().zip(counts).zip(&*sorted) {
        (*key, *count) = sorted;
    }
}

/// Room to put a few into order by counting.
struct Counting {
    scores: [u32; MANY],
    /// How many scores are larger.
    larger: [u32; MANY],
    /// By place, how many stand there and behind that have the same score.
    alike: [u32; MANY],
    keys: [u64; MANY],
    counts: [u32; MANY],
}

impl Counting {
    fn new() -> Self {
        Counting {
            scores: [0; MANY],
            larger: [0; MANY],
            alike: [0; MANY],
            keys: [0; MANY],
            counts: [0; MANY],
        }
    }

    /// Puts up to [`MANY`] keys into order, and the counts that go with them: each stands behind as many
    /// as have a higher score, and behind those with the same that come before it, which are put right by
    /// index where they are not.
    #[inline(always)]
    fn put_in_order<L: Lanes>(&mut self, lanes: L, keys: &mut [u64], counts: &mut [u32]) {
        let length = keys.len().min(MANY);
        for (score, key) in self.scores.iter_mut().zip(&*keys) {
            *score = (key >> 32) as u32;
        }
        let scores = &self.scores[..length];
        let some = self
            .scores
            .as_chunks()
            .0
            .iter()
            .zip(self.larger.as_chunks_mut().0);
        for (some, larger) in some.take(length.div_ceil(AT_ONCE)) {
            *larger = lanes.larger(scores, some);
        }
        self.alike[..length].fill(0);
        for ((&key, &count), &larger) in keys.iter().zip(&*counts).zip(&self.larger) {
            let alike = &mut self.alike[larger as usize % MANY];
            let at = larger.wrapping_add(*alike) as usize % MANY;
            *alike = alike.wrapping_add(1);
            (self.keys[at], self.counts[at]) = (key, count);
        }
        keys.copy_from_slice(&self.keys[..length]);
        counts.copy_from_slice(&self.counts[..length]);
        for last in 1..length {
            let mut at = last;
            while at > 0 && keys[at - 1] < keys[at] {
                keys.swap(at - 1, at);
                counts.swap(at - 1, at);
                at -= 1;
            }
        }
    }
}

/// So many numbers are compared with another at once.
const AT_ONCE: usize = 16;

/// The index and the score of a key.
#[inline(always)]
pub(crate) fn of_key(key: u64) -> (u32, f32) {
    (!(key as u32), f32::from_bits((key >> 32) as u32))
}

/// How many keys are larger than each of some.
#[inline(always)]
fn how_many_larger(all: &[u64], some: &[u64; AT_ONCE]) -> [u32; AT_ONCE] {
    let mut larger = [0u32; AT_ONCE];
    for &other in all {
        for (larger, &one) in larger.iter_mut().zip(some) {
            *larger = larger.wrapping_add(u32::from(other > one));
        }
    }
    larger
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::{Instructions, Task};
    use proptest::collection::vec;
    use proptest::prelude::*;

    struct Nth<'a>(&'a [u64], usize);

    impl Task for Nth<'_> {
        type Out = u64;

        fn run<L: Lanes>(self, lanes: L) -> u64 {
            let mut parted = [(); 4].map(|()| vec![0; self.0.len() + PARTED]);
            nth_largest(lanes, self.0, &mut parted, self.1)
        }
    }

    proptest! {
        #[test]
        fn the_nth_largest_is_the_nth_of_the_sorted(
            keys in vec(prop_oneof![Just(0), 1..50u64, any::<u64>()], 2..300),
            share in 0.0..1.0f64,
        ) {
            let n = 1 + (share * (keys.len() - 1) as f64) as usize;
            let mut sorted = keys.clone();
            sorted.sort_unstable_by(|one, other| other.cmp(one));
            for kind in Instructions::ALL {
                prop_assert_eq!(kind.lend(Nth(&keys, n)), sorted[n - 1]);
            }
        }
    }
}
