//! What is counted while the shop is written, for `truth.json`.

use super::campaigns::{Brought, CAMPAIGNS};
use super::people::{Person, TYPES};

/// How many customers the truth names.
const NAMED: usize = 1_000;

/// The last bar of the histogram of orders stands for all above, too.
const BARS: usize = 101;

pub struct Tally {
    pub orders: u64,
    pub lines: u64,
    pub guest_orders: u64,
    pub cancelled_orders: u64,
    pub return_rows: u64,
    pub returns_without_order: u64,
    pub unmatched_returns: u64,
    pub gift_rows: u64,
    pub fee_rows: u64,
    pub wishes: u64,
    pub wishes_bought: u64,
    pub churned_in_all: u64,
    pub of_type: [u64; TYPES.len()],
    pub brought: Vec<Brought>,
    /// How many customers placed so many orders.
    pub loyalty: Vec<u64>,
    /// Number, type, day of birth of a child.
    pub named: Vec<(u64, usize, Option<i64>)>,
    /// Number and moment.
    pub churned: Vec<(u64, i64)>,
}

impl Tally {
    pub fn new() -> Tally {
        Tally {
            orders: 0,
            lines: 0,
            guest_orders: 0,
            cancelled_orders: 0,
            return_rows: 0,
            returns_without_order: 0,
            unmatched_returns: 0,
            gift_rows: 0,
            fee_rows: 0,
            wishes: 0,
            wishes_bought: 0,
            churned_in_all: 0,
            of_type: [0; TYPES.len()],
            brought: vec![Brought::default(); CAMPAIGNS.len()],
            loyalty: vec![0; BARS],
            named: Vec::new(),
            churned: Vec::new(),
        }
    }

    /// A customer whose life here is told.
    pub fn person(&mut self, person: &Person) {
        self.of_type[person.kind] += 1;
        self.loyalty[(person.orders as usize).min(BARS - 1)] += 1;
        if person.orders > 0 {
            let brought = &mut self.brought[person.campaign];
            brought.customers += 1;
            brought.kept += u64::from(person.kept > 0);
            brought.margin += person.margin;
        }
        if self.named.len() < NAMED {
            self.named.push((person.number, person.kind, person.child));
        }
        if person.churned {
            self.churned_in_all += 1;
            if self.churned.len() < NAMED {
                self.churned.push((person.number, person.stop));
            }
        }
    }
}
