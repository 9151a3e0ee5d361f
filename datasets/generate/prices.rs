//! What each item cost when: a list price that rises slowly, and sales now and then.

use super::catalogue::Catalogue;
use super::clock::{DAY, SPAN};
use super::random::Random;
use super::sheet::Sheet;
use std::io;

/// A price in cents and the moment from which it holds.
type Price = (i64, u32);

pub struct Prices(Vec<Vec<Price>>);

impl Prices {
    pub fn new(catalogue: &Catalogue, seed: u64) -> Prices {
        let mut random = Random::new(seed, 3);
        let histories = catalogue.items.iter().map(|item| {
            let start = item.released.max(0) * DAY;
            let mut list = item.first_price;
            let mut history = vec![(start, list)];
            if item.family.is_none() {
                return history;
            }
            // A sale in each part of the time, and the list price again after it.
            let sales = random.between(2, 4);
            let part = (SPAN - start) / sales;
            for number in 0..sales {
                let length = random.between(12, 28) * DAY;
                if part <= length + 4 * DAY {
                    continue;
                }
                let from =
                    start + number * part + random.between(2, (part - length) / DAY - 1) * DAY;
                let off = [10, 20, 30][random.below(3) as usize];
                history.push((from, list * (100 - off) / 100));
                list += list * random.below(4) / 100;
                history.push((from + length, list));
            }
            history
        });
        Prices(histories.collect())
    }

    /// The price at a moment; before the release, the first one.
    pub fn at(&self, item: u32, at: i64) -> u32 {
        let mut price = 0;
        for &(from, next) in &self.0[item as usize] {
            if from > at && price > 0 {
                break;
            }
            price = next;
        }
        price
    }

    /// The first lowest price after `at` and not after `until`, with the moment it comes, where it is
    /// lower than that of `at`.
    pub fn drop(&self, item: u32, at: i64, until: i64) -> Option<Price> {
        let mut lowest = (at, self.at(item, at));
        for &(from, price) in &self.0[item as usize] {
            if from > at && from <= until && price < lowest.1 {
                lowest = (from, price);
            }
        }
        (lowest.0 > at).then_some(lowest)
    }

    /// The prices at the end.
    pub fn last(&self) -> impl Iterator<Item = u32> {
        self.0
            .iter()
            .map(|history| history.last().map_or(0, |price| price.1))
    }

    pub fn write(&self, catalogue: &Catalogue, sheet: &mut Sheet) -> io::Result<()> {
        for (item, history) in catalogue.items.iter().zip(&self.0) {
            for &(from, price) in history {
                sheet.text(&item.id).time(from).money(i64::from(price));
                sheet.end()?;
            }
        }
        Ok(())
    }
}
