//! From arranged rows of orders to the tables of orders and lines.

use super::orders::OrderRows;
use super::others::own_columns;
use crate::error::Result;
use crate::history::decimal::MISSING;
use crate::history::labels::{Labels, NONE};
use crate::history::lines::{LineTable, OrderTable, Texts};
use crate::history::settings::Settings;
use crate::history::told::schema::orders;
use crate::history::told::{TextColumn, Told};
use crate::history::understand::status::Standing;
use std::sync::Arc;

/// Arranged rows, and the ranks of ids by their provisional codes.
pub(crate) struct Arrangement<'a> {
    pub all: &'a OrderRows<'a>,
    pub rows: &'a [u32],
    pub order_ids: &'a Labels,
    pub order_rank: &'a [u32],
    pub customer_rank: &'a [u32],
    pub item_rank: &'a [u32],
    pub settings: &'a Settings,
    pub source_name: &'a str,
}

impl Arrangement<'_> {
    /// The lines, without what counts of them. Numbers are shared with `settled`, the same rows as
    /// told, where that is given.
    pub(crate) fn line_table(&self, settled: Option<&Told>) -> Result<LineTable> {
        let told = self.all.told;
        let pick = |place: usize| -> Option<Arc<Vec<i64>>> {
            match settled {
                Some(settled) => settled.number(place).map(Arc::clone),
                None => told.number(place).map(|column| {
                    let picked = self.rows.iter().map(|&row| column[row as usize]);
                    Arc::new(picked.collect())
                }),
            }
        };
        let ranked = |column: &TextColumn, rank: &[u32]| -> Vec<u32> {
            let codes = self.rows.iter().map(|&row| column.codes[row as usize]);
            codes.map(|code| rank[code as usize]).collect()
        };
        let all = self.all;
        let return_of = all.return_of.as_ref().map(|column| column.texts(self.rows));
        let one = || Arc::new(vec![crate::history::Quantity::ONE.0; self.rows.len()]);
        Ok(LineTable {
            order: ranked(&all.order, self.order_rank),
            item: ranked(&all.item, self.item_rank),
            quantity: pick(orders::QUANTITY).unwrap_or_else(one),
            left: Vec::new(),
            is_return: vec![false; self.rows.len()],
            ignored: Vec::new(),
            item_cost: None,
            at: pick(orders::ORDERED_AT),
            price: pick(orders::PRICE),
            discount: pick(orders::DISCOUNT),
            cost: pick(orders::COST),
            return_of_order: return_of
                .as_ref()
                .map_or_else(Vec::new, |texts| self.orders_of(texts)),
            return_of,
            own: own_columns(told, self.rows, self.settings, self.source_name)?,
        })
    }

    /// Texts that name orders as the orders' indices; past the end where there is no such order.
    fn orders_of(&self, texts: &Texts) -> Vec<u32> {
        let index = |id: &str| self.order_ids.find(id).map_or(NONE, |order| order as u32);
        let known: Vec<u32> = texts.labels.iter().map(index).collect();
        let order = |&code: &u32| known.get(code as usize).copied().unwrap_or(NONE);
        texts.codes.iter().map(order).collect()
    }

    /// The orders of these lines, without whether they count.
    pub(crate) fn order_table(&self, lines: &LineTable) -> OrderTable {
        let count = self.order_ids.len();
        let mut first_line = vec![0u32; count + 1];
        for &order in &lines.order {
            first_line[order as usize + 1] += 1;
        }
        for order in 0..count {
            first_line[order + 1] += first_line[order];
        }
        let first_rows: Vec<u32> = first_line[..count]
            .iter()
            .map(|&line| self.rows[line as usize])
            .collect();
        let texts = |column: Option<&TextColumn>| column.map(|column| column.texts(&first_rows));
        let customer = |&row: &u32| {
            let code = self.all.customer.codes[row as usize] as usize;
            self.customer_rank.get(code).copied().unwrap_or(NONE)
        };
        let mut orders = OrderTable {
            customer: first_rows.iter().map(customer).collect(),
            at: vec![MISSING; count],
            standing: vec![Standing::Fulfilled; count],
            marked: vec![false; count],
            status: texts(self.all.status.as_deref()),
            channel: texts(self.all.channel.as_deref()),
            campaign: texts(self.all.campaign.as_deref()),
            first_line,
        };
        for (order, at) in lines
            .at
            .iter()
            .flat_map(|at| (0..count).map(move |o| (o, at)))
        {
            let told = at[orders.lines_of(order)]
                .iter()
                .filter(|&&time| time != MISSING);
            orders.at[order] = told.min().copied().unwrap_or(MISSING);
        }
        orders
    }
}
