//! Who bought what, counted once for all themes.

use crate::history::History;
use crate::history::labels::NONE;

/// Counts of what counts as bought.
#[derive(Default)]
pub(super) struct Tally {
    /// By item: lines.
    pub item_lines: Vec<u32>,
    /// By item: orders that hold it.
    pub item_orders: Vec<u32>,
    /// By item: customers who bought it.
    pub item_customers: Vec<u32>,
    /// By order: distinct items.
    pub order_items: Vec<u32>,
    /// By customer: orders that hold something.
    pub customer_orders: Vec<u32>,
    /// By customer: distinct items.
    pub customer_items: Vec<u32>,
}

impl Tally {
    pub(super) fn new(history: &History) -> Self {
        let (items, customers) = (history.item_ids.len(), history.customer_ids.len());
        let mut tally = Tally {
            item_lines: vec![0; items],
            item_orders: vec![0; items],
            item_customers: vec![0; items],
            order_items: vec![0; history.orders.len()],
            customer_orders: vec![0; customers],
            customer_items: vec![0; customers],
        };
        let mut bought: Vec<(u32, u32)> = Vec::new();
        let mut basket: Vec<u32> = Vec::new();
        for order in 0..history.orders.len() {
            let lines = history.orders.lines_of(order);
            let counting = lines.filter(|&line| history.lines.left[line] > 0);
            basket.clear();
            basket.extend(counting.map(|line| history.lines.item[line]));
            tally.add(order, history.orders.customer[order], &mut basket);
            if history.orders.customer[order] != NONE {
                let customer = history.orders.customer[order];
                bought.extend(basket.iter().map(|&item| (item, customer)));
            }
        }
        bought.sort_unstable();
        bought.dedup();
        for (item, customer) in bought {
            tally.item_customers[item as usize] += 1;
            tally.customer_items[customer as usize] += 1;
        }
        tally
    }

    /// Counts an order, and leaves its distinct items in the basket.
    fn add(&mut self, order: usize, customer: u32, basket: &mut Vec<u32>) {
        for &item in basket.iter() {
            self.item_lines[item as usize] += 1;
        }
        basket.sort_unstable();
        basket.dedup();
        self.order_items[order] = basket.len() as u32;
        for &item in basket.iter() {
            self.item_orders[item as usize] += 1;
        }
        if customer != NONE && !basket.is_empty() {
            self.customer_orders[customer as usize] += 1;
        }
    }

    /// Lines that count.
    pub(super) fn lines(&self) -> u64 {
        self.item_lines.iter().map(|&lines| u64::from(lines)).sum()
    }

    /// Items that are bought at all.
    pub(super) fn sold(&self) -> u64 {
        self.item_orders
            .iter()
            .filter(|&&orders| orders > 0)
            .count() as u64
    }
}
