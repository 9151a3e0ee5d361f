//! A bound rule evaluated over all items, a block after the other: each clause becomes two bits an item,
//! whether it holds and whether that is known (Kleene).

use super::facts::Fact;
use super::one::{OneItem, Scope};
use super::program::{NO_LABEL, Node, Numbers};
use crate::history::MISSING;
use crate::rules::{Arithmetic, Clock, Comparison, Evaluation, Test};

/// Items a block: what a block needs stays in the nearest cache.
const BLOCK: usize = 1024;
const WORDS: usize = BLOCK / 64;

/// What is known of the items of a block.
#[derive(Clone, Copy)]
struct Kleene {
    holds: [u64; WORDS],
    known: [u64; WORDS],
}

/// The evaluation of a bound rule.
pub(super) struct Blocks<'a> {
    pub scope: Scope<'a>,
    pub clock: &'a Clock,
}

impl<'a> Blocks<'a> {
    /// Of which items it holds, a bit each.
    pub(super) fn holding(&self, node: &Node<'a>) -> Vec<u64> {
        let items = self.scope.engine.items.len();
        let mut words = Vec::with_capacity(items.div_ceil(64));
        for first in (0..items).step_by(BLOCK) {
            let count = BLOCK.min(items - first);
            let block = self.node(node, first, count);
            words.extend_from_slice(&block.holds[..count.div_ceil(64)]);
        }
        if let (Some(last), used @ 1..) = (words.last_mut(), items % 64) {
            *last &= (1 << used) - 1;
        }
        words
    }

    /// A number of every item; NaN where it is missing.
    pub(super) fn numbers(&self, numbers: &Numbers<'a>) -> Vec<f64> {
        let items = self.scope.engine.items.len();
        let mut all = vec![f64::NAN; items];
        for (place, block) in all.chunks_mut(BLOCK).enumerate() {
            fill(numbers, place * BLOCK, block);
        }
        all
    }

    fn node(&self, node: &Node<'a>, first: usize, count: usize) -> Kleene {
        let range = first..first + count;
        match node {
            Node::All(parts) => self.joined(parts, first, count, true),
            Node::Any(parts) => self.joined(parts, first, count, false),
            Node::Not(part) => {
                let mut not = self.node(part, first, count);
                for (holds, known) in not.holds.iter_mut().zip(&not.known) {
                    *holds = !*holds & known;
                }
                not
            }
            Node::Same(verdict) => Kleene::same(*verdict),
            Node::Labels(codes, verdicts) => of_each(&codes[range], |&code| {
                let holds = verdicts.get(code as usize).copied().unwrap_or(false);
                (holds, code != NO_LABEL)
            }),
            Node::Each(verdicts) => of_each(&verdicts[range], |&holds| (holds, true)),
            Node::Flags(flags) => {
                of_each(&flags[range], |&flag| (flag == Some(true), flag.is_some()))
            }
            Node::Times(times, from, to) => {
                of_each(&times[range], |at| (from <= at && at < to, *at != MISSING))
            }
            Node::KnownLabel(codes) => of_each(&codes[range], |&code| (code != NO_LABEL, true)),
            Node::Compare(by, left, right) => compare(*by, left, right, first, count),
            Node::Among(numbers, list) => {
                let mut values = [f64::NAN; BLOCK];
                fill(numbers, first, &mut values[..count]);
                of_each(&values[..count], |value| {
                    (list.contains(value), !value.is_nan())
                })
            }
            Node::KnownNumber(numbers) => {
                let mut values = [f64::NAN; BLOCK];
                fill(numbers, first, &mut values[..count]);
                of_each(&values[..count], |value| (!value.is_nan(), true))
            }
            Node::Plain(test) => self.plain(test, first, count),
        }
    }

    fn joined(&self, parts: &[Node<'a>], first: usize, count: usize, all: bool) -> Kleene {
        let mut joined = Kleene::same(Some(all));
        for part in parts {
            let part = self.node(part, first, count);
            for word in 0..WORDS {
                let (holds, known) = (&mut joined.holds[word], &mut joined.known[word]);
                let (other, other_known) = (part.holds[word], part.known[word]);
                let fails = (*known & !*holds, other_known & !other);
                let (yes, no) = match all {
                    true => (*holds & other, fails.0 | fails.1),
                    false => (*holds | other, fails.0 & fails.1),
                };
                (*holds, *known) = (yes, yes | no);
            }
        }
        joined
    }

    /// One item after the other.
    fn plain(&self, test: &'a Test<Fact>, first: usize, count: usize) -> Kleene {
        let mut items = [0u32; BLOCK];
        for (item, place) in items.iter_mut().zip(first..) {
            *item = place as u32;
        }
        of_each(&items[..count], |&item| {
            let item = OneItem {
                scope: self.scope,
                item,
            };
            let holds = Evaluation::new(&item, self.clock).test(test);
            (holds == Some(true), holds.is_some())
        })
    }
}

impl Kleene {
    fn same(verdict: Option<bool>) -> Self {
        let all = |of: bool| if of { [u64::MAX; WORDS] } else { [0; WORDS] };
        Kleene {
            holds: all(verdict == Some(true)),
            known: all(verdict.is_some()),
        }
    }
}

/// The verdict of each value: whether it holds, and whether that is known.
fn of_each<T>(values: &[T], verdict: impl Fn(&T) -> (bool, bool)) -> Kleene {
    let mut made = Kleene::same(None);
    for (word, values) in values.chunks(64).enumerate() {
        let (mut holds, mut known) = ([0u8; 64], [0u8; 64]);
        for ((holds, known), value) in holds.iter_mut().zip(&mut known).zip(values) {
            let (yes, is_known) = verdict(value);
            (*holds, *known) = (u8::from(yes & is_known), u8::from(is_known));
        }
        (made.holds[word], made.known[word]) = (bits(&holds), bits(&known));
    }
    made
}

/// 64 bytes of 0 or 1 as bits. Each product brings the lowest bits of eight bytes together in its
/// highest byte.
fn bits(bytes: &[u8; 64]) -> u64 {
    let mut word = 0;
    for (place, eight) in bytes.as_chunks::<8>().0.iter().enumerate() {
        let gathered = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        word |= gathered << (8 * place);
    }
    word
}

fn compare(
    by: Comparison,
    left: &Numbers<'_>,
    right: &Numbers<'_>,
    first: usize,
    count: usize,
) -> Kleene {
    let (mut one, mut other) = ([f64::NAN; BLOCK], [f64::NAN; BLOCK]);
    fill(left, first, &mut one[..count]);
    fill(right, first, &mut other[..count]);
    let (one, other) = (&one[..count], &other[..count]);
    // A loop for each comparison, which the compiler makes wide.
    match by {
        Comparison::Eq => pairs(one, other, |a, b| a == b),
        Comparison::Ne => pairs(one, other, |a, b| a != b),
        Comparison::Lt => pairs(one, other, |a, b| a < b),
        Comparison::Le => pairs(one, other, |a, b| a <= b),
        Comparison::Gt => pairs(one, other, |a, b| a > b),
        Comparison::Ge => pairs(one, other, |a, b| a >= b),
    }
}

fn pairs(one: &[f64], other: &[f64], holds: impl Fn(f64, f64) -> bool) -> Kleene {
    let mut made = Kleene::same(None);
    for (word, (one, other)) in one.chunks(64).zip(other.chunks(64)).enumerate() {
        let (mut yes, mut known) = ([0u8; 64], [0u8; 64]);
        let sides = one.iter().zip(other);
        for ((yes, known), (&one, &other)) in yes.iter_mut().zip(&mut known).zip(sides) {
            *known = u8::from(!one.is_nan() & !other.is_nan());
            *yes = u8::from(holds(one, other)) & *known;
        }
        (made.holds[word], made.known[word]) = (bits(&yes), bits(&known));
    }
    made
}

/// The numbers of the items from `first` on.
fn fill(numbers: &Numbers<'_>, first: usize, into: &mut [f64]) {
    match numbers {
        Numbers::Same(number) => into.fill(*number),
        Numbers::Column(column) => into.copy_from_slice(&column[first..first + into.len()]),
        // A loop for each operation, which the compiler makes wide.
        Numbers::Drop(sides) => combine(sides, first, into, |before, after| {
            (before - after) / before
        }),
        Numbers::Arithmetic(Arithmetic::Add, sides) => combine(sides, first, into, |a, b| a + b),
        Numbers::Arithmetic(Arithmetic::Sub, sides) => combine(sides, first, into, |a, b| a - b),
        Numbers::Arithmetic(Arithmetic::Mul, sides) => combine(sides, first, into, |a, b| a * b),
        Numbers::Arithmetic(Arithmetic::Div, sides) => combine(sides, first, into, |a, b| a / b),
    }
}

fn combine(
    sides: &(Numbers<'_>, Numbers<'_>),
    first: usize,
    into: &mut [f64],
    of: impl Fn(f64, f64) -> f64,
) {
    let mut right = [f64::NAN; BLOCK];
    let right = &mut right[..into.len()];
    fill(&sides.0, first, into);
    fill(&sides.1, first, right);
    for (left, right) in into.iter_mut().zip(right) {
        let value = of(*left, *right);
        *left = if value.is_finite() { value } else { f64::NAN };
    }
}
