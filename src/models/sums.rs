//! Scores of several lists added up, and the best of them.

use crate::error::{Result, untouched};
use crate::machine::{Inlined, Instructions, Lanes, PARTED, Task};
use crate::matrix::best::{Best, key_of, of_key};
use crate::models::filter::Filter;
use crate::models::lists::Lists;

/// Items are looked at in blocks of so many.
const BLOCK: usize = 64;

/// The sums of one question, used again for the next. All zero between questions.
pub(crate) struct Sums {
    /// By item, up to a whole block.
    sums: Vec<f32>,
    /// By block, whether anything was added in it.
    touched: Vec<u8>,
    found: Found,
}

/// What may be among the best: keys of score and index.
struct Found {
    keys: Vec<u64>,
    /// What of them was kept and what was not, for a moment.
    kept: Vec<u64>,
    rest: Vec<u64>,
    /// Nothing goes with the keys.
    nothing: Vec<u32>,
    best: Best,
}

impl Sums {
    /// For as many items.
    pub(crate) fn new(items: usize) -> Result<Self> {
        let items = items.next_multiple_of(BLOCK);
        let room = items + BLOCK + PARTED;
        Ok(Sums {
            sums: untouched(items)?,
            touched: untouched((items / BLOCK).next_multiple_of(BLOCK))?,
            found: Found {
                keys: untouched(room)?,
                kept: untouched(room)?,
                rest: untouched(room)?,
                nothing: untouched(room)?,
                best: Best::new(room, room)?,
            },
        })
    }

    /// Adds to an item's sum, in f32.
    #[inline]
    pub(crate) fn add(&mut self, item: u32, score: f32) {
        let item = item as usize;
        self.sums[item] += score;
        self.touched[item / BLOCK] = 1;
    }

    /// Adds the scores of some items' lists, in the order in which they are named: each times what the item
    /// counts, where they do not count alike (`counts` is empty).
    pub(crate) fn add_lists(&mut self, lists: &Lists, items: &[u32], counts: &[f32]) {
        match counts.is_empty() {
            true => self.add_each(lists, items, |_, score| score),
            false => self.add_each(lists, items, |at, score| counts[at] * score),
        }
    }

    #[inline(always)]
    fn add_each(&mut self, lists: &Lists, items: &[u32], part: impl Fn(usize, f32) -> f32) {
        let (sums, touched) = (&mut self.sums[..], &mut self.touched[..]);
        for (at, &item) in items.iter().enumerate() {
            if let Some(&later) = items.get(at + 1) {
                lists.fetch(later);
            }
            let list = lists.of(item);
            for (&item, &score) in list.items.iter().zip(list.scores) {
                let item = item as usize;
                sums[item] += part(at, score);
                touched[item / BLOCK] = 1;
            }
        }
    }

    /// Makes an item's sum zero again.
    pub(crate) fn leave_out(&mut self, item: u32) {
        if let Some(sum) = self.sums.get_mut(item as usize) {
            *sum = 0.0;
        }
    }

    /// The best `n` of what a filter lets through and is above zero, best first; all sums are zero then.
    pub(crate) fn best<'a>(
        &'a mut self,
        n: usize,
        filter: &Filter,
    ) -> impl ExactSizeIterator<Item = (u32, f32)> + 'a {
        let keys = self.look(Instructions::best(), n, filter);
        keys.iter().map(|&key| of_key(key))
    }

    fn look(&mut self, instructions: Instructions, n: usize, filter: &Filter) -> &[u64] {
        instructions.lend(Look {
            sums: self,
            n,
            filter,
        })
    }
}

/// Looks through the sums.
struct Look<'a, 'f> {
    sums: &'a mut Sums,
    n: usize,
    filter: &'f Filter,
}

impl<'a> Task for Look<'a, '_> {
    type Out = &'a [u64];

    fn run<L: Lanes>(self, lanes: L) -> &'a [u64] {
        lanes.compiled(self)
    }
}

impl<'a> Inlined for Look<'a, '_> {
    type Out = &'a [u64];

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> &'a [u64] {
        let Look { sums, n, filter } = self;
        let Sums {
            sums,
            touched,
            found,
        } = sums;
        let blocks = sums.as_chunks_mut::<BLOCK>().0;
        // Scores are above zero, however little.
        let (mut bar, mut length) = (f32::from_bits(1), 0);
        let mut full = n.saturating_mul(2).saturating_add(BLOCK);
        for (group, touched) in touched.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            let mut bits = lanes.above_u8(touched, 0);
            if bits == 0 {
                continue;
            }
            *touched = [0; BLOCK];
            while bits != 0 {
                let at = group * BLOCK + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let among = lanes.reach_f32(&blocks[at], bar) & filter.word(at);
                length = found.take(length, &blocks[at], among, (at * BLOCK) as u32);
                blocks[at] = [0.0; BLOCK];
                if length >= full {
                    let nth;
                    (length, nth) = found.narrow(lanes, length, n);
                    bar = of_key(nth).1;
                    full = length + n + BLOCK;
                }
            }
        }
        let Found {
            keys,
            nothing,
            best,
            ..
        } = found;
        best.choose(lanes, &keys[..length], &nothing[..length], n).0
    }
}

impl Found {
    /// Takes those of a block whose bits are set behind as many as there are, and tells how many there are
    /// then; `first` is the item where the block starts.
    #[inline(always)]
    fn take(&mut self, mut length: usize, sums: &[f32; BLOCK], mut bits: u64, first: u32) -> usize {
        while bits != 0 {
            let place = bits.trailing_zeros();
            bits &= bits - 1;
            self.keys[length] = key_of(first + place, sums[place as usize % BLOCK]);
            length += 1;
        }
        length
    }

    /// Leaves the best `n` of so many keys, and tells how many they are and the least of them.
    #[inline(always)]
    fn narrow<L: Lanes>(&mut self, lanes: L, length: usize, n: usize) -> (usize, u64) {
        let keys = &self.keys[..length];
        let nth = self.best.nth_largest(lanes, keys, n);
        let (length, _) = lanes.part(keys, nth - 1, &mut self.kept, &mut self.rest);
        std::mem::swap(&mut self.keys, &mut self.kept);
        (length, nth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Many more than are wanted, so that they are narrowed again and again, in an order that makes it hard.
    #[test]
    fn the_best_are_found_with_any_instructions() -> Result<()> {
        let items = 5_000u32;
        let score = |item: u32| ((item * 7_919) % 1_009) as f32 / 8.0;
        let out: Vec<u32> = (0..items).step_by(3).collect();
        let filters = [Filter::all(), Filter::all().exclude(&out, items as usize)?];
        let mut sums = Sums::new(items as usize)?;
        for filter in &filters {
            let allowed = (0..items).filter(|&item| filter.allows(item) && score(item) > 0.0);
            let mut all: Vec<(u32, f32)> = allowed.map(|item| (item, score(item))).collect();
            all.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
            for kind in Instructions::ALL {
                for n in [1, 10, 63, 64, 700, 10_000] {
                    (0..items).for_each(|item| sums.add(item, score(item)));
                    let keys = sums.look(kind, n, filter);
                    let best: Vec<(u32, f32)> = keys.iter().map(|&key| of_key(key)).collect();
                    assert_eq!(best, all[..n.min(all.len())], "{kind}, {n}");
                    assert_eq!(sums.look(kind, n, filter).len(), 0, "nothing is left");
                }
            }
        }
        Ok(())
    }
}
