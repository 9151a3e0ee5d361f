//! Whose rows are whose, so that one customer's are found without a look at the others'.

use crate::history::{History, NONE};
use crate::pool::once;
use std::sync::{Arc, OnceLock};

/// The rows of all customers, found when the first of them is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowsOf(OnceLock<Arc<Rows>>);

#[derive(Debug)]
struct Rows {
    orders: ByCustomer,
    events: ByCustomer,
}

impl History {
    /// The orders of a customer, by time and then by id.
    pub(crate) fn orders_of(&self, customer: usize) -> impl Iterator<Item = usize> + Clone + '_ {
        self.rows_by_customer().orders.of(customer)
    }

    /// The events of a customer, by time and then by place.
    pub(crate) fn events_of(&self, customer: usize) -> impl Iterator<Item = usize> + Clone + '_ {
        self.rows_by_customer().events.of(customer)
    }

    fn rows_by_customer(&self) -> &Rows {
        once(&self.rows_of.0, || {
            let (orders, customers) = (self.order_table(), self.customers().len());
            let events = match self.event_table() {
                Some(events) => ByCustomer::new(&events.customer, &events.at, customers),
                None => ByCustomer::new(&[], &[], customers),
            };
            Arc::new(Rows {
                orders: ByCustomer::new(&orders.customer, &orders.at, customers),
                events,
            })
        })
        .as_ref()
    }
}

/// Rows by customer, each customer's by time and then by place.
#[derive(Debug)]
struct ByCustomer {
    /// The rows of customer `c` are `rows[starts[c]..starts[c + 1]]`.
    starts: Vec<usize>,
    rows: Vec<u32>,
}

impl ByCustomer {
    /// `customer` and `at` are by row; those of nobody are left out.
    fn new(customer: &[u32], at: &[i64], customers: usize) -> Self {
        let named = (0u32..).zip(customer).zip(at);
        let named = named.filter(|((_, customer), _)| **customer != NONE);
        let mut rows: Vec<(u32, i64, u32)> = named
            .map(|((row, &customer), &at)| (customer, at, row))
            .collect();
        rows.sort_unstable();
        let mut starts = vec![0; customers + 1];
        for &(customer, ..) in &rows {
            if let Some(start) = starts.get_mut(customer as usize + 1) {
                *start += 1;
            }
        }
        let mut before = 0;
        for start in &mut starts {
            before += *start;
            *start = before;
        }
        let rows = rows.into_iter().map(|(.., row)| row).collect();
        ByCustomer { starts, rows }
    }

    /// The rows of one customer.
    fn of(&self, customer: usize) -> impl Iterator<Item = usize> + Clone + '_ {
        let bounds = self.starts.get(customer).zip(self.starts.get(customer + 1));
        let rows = bounds.and_then(|(&from, &to)| self.rows.get(from..to));
        rows.unwrap_or_default().iter().map(|&row| row as usize)
    }
}
