//! Purchases with the items numbered anew, in the order in which a row is looked through.

use super::counters::NARROW;
use crate::error::{Result, zeroed};
use crate::matrix::{Purchases, row_of};
use std::cmp::Reverse;

/// What an order of items is chosen for: how a score depends on how many hold the other item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Falls {
    /// Of two items that are met equally often, the one with fewer holders scores higher.
    WithTarget,
    /// It is the same for all that are met equally often, and higher for those that are met oftener.
    Never,
    /// Of two items that are met equally often, the one with more holders scores higher.
    Rises,
    /// Nothing is promised.
    Unknown,
}

impl Falls {
    /// Which order of the targets brings the largest `sum n_j^-exponent` first. Those that many hold have the
    /// largest sums, and are held back by so much.
    pub(crate) fn of_power(exponent: f64) -> Self {
        /// From here on those that few hold come first, as was measured.
        const MUCH: f64 = 0.3;
        match exponent > MUCH {
            true => Falls::WithTarget,
            false => Falls::Never,
        }
    }
}

/// How steeply scores depend on counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Slope {
    pub falls: Falls,
    /// By what part of the score one more meeting than `n` raises it at least, in parts of `1 / n`.
    pub by_count: f64,
    /// By what part one more holder than `n` of the other item changes it at least, in parts of `1 / n`,
    /// where no count is above `n`.
    pub by_target: f64,
}

/// The items' new numbers, their ranks, and what each row of the purchases holds by rank.
///
/// Where scores fall with the target, ranks rise with the number of holders, and among equals with the
/// index; else the items that most hold come first.
pub(crate) struct Ranked {
    /// The item of each rank, and how many rows hold it.
    pub items: Vec<(u32, u32)>,
    /// The rank of each item.
    pub ranks: Vec<u32>,
    pub held: Held,
}

/// What rows hold, by rank, in the places of [`Purchases::by_row`]: as narrow as ranks allow, since
/// reading them is half of the work.
pub(crate) enum Held {
    Narrow(Vec<u16>),
    Wide(Vec<u32>),
}

impl Ranked {
    /// How many bytes it takes.
    pub(super) fn bytes(purchases: &Purchases) -> u64 {
        let (items, places) = (purchases.items(), purchases.by_row().nnz());
        let rank = if items <= NARROW {
            size_of::<u16>()
        } else {
            size_of::<u32>()
        };
        (items * (size_of::<(u32, u32)>() + size_of::<u32>()) + places * rank) as u64
    }

    pub(crate) fn new(purchases: &Purchases, falls: Falls) -> Result<Self> {
        let count = purchases.items();
        let mut items: Vec<(u32, u32)> = zeroed(count, "the items' ranks")?;
        for (index, item) in (0..).zip(&mut items) {
            *item = (
                index,
                row_of(purchases.by_item(), index as usize).len() as u32,
            );
        }
        match falls {
            Falls::WithTarget => items.sort_by_key(|&(_, total)| total),
            Falls::Never | Falls::Rises | Falls::Unknown => {
                items.sort_by_key(|&(_, total)| Reverse(total))
            }
        }
        let mut ranks: Vec<u32> = zeroed(count, "the items' ranks")?;
        for (rank, &(item, _)) in (0..).zip(&items) {
            ranks[item as usize] = rank;
        }
        let indices = purchases.by_row().indices();
        let what = "the purchases by rank";
        let held = match count {
            0..=NARROW => {
                let mut held: Vec<u16> = zeroed(indices.len(), what)?;
                for (rank, &item) in held.iter_mut().zip(indices) {
                    *rank = ranks[item as usize] as u16;
                }
                Held::Narrow(held)
            }
            _ => {
                let mut held: Vec<u32> = zeroed(indices.len(), what)?;
                for (rank, &item) in held.iter_mut().zip(indices) {
                    *rank = ranks[item as usize];
                }
                Held::Wide(held)
            }
        };
        Ok(Ranked { items, ranks, held })
    }
}
