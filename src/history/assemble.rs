//! From arranged rows to the tables of orders and lines.

use crate::error::{Error, Result};
use crate::history::decimal::MISSING;
use crate::history::labels::{Labels, NONE};
use crate::history::rows::{Rows, TextColumn};
use crate::history::settings::Settings;
use crate::history::tables::{LineTable, OrderTable, Texts};
use crate::history::time::{TimeReader, zone};
use crate::history::typed::{Kind, Typed, typed};
use crate::text::shown;

/// Arranged rows, and the ranks of ids by their provisional codes.
pub(crate) struct Arrangement<'a> {
    pub all: &'a Rows,
    pub rows: &'a [u32],
    pub order_ids: &'a Labels,
    pub order_rank: &'a [u32],
    pub customer_rank: &'a [u32],
    pub item_rank: &'a [u32],
}

impl Arrangement<'_> {
    /// The lines, without what counts of them.
    pub(crate) fn line_table(&self) -> LineTable {
        let pick = |column: &[i64]| -> Option<Vec<i64>> {
            let picked = self.rows.iter().map(|&row| column[row as usize]);
            (!column.is_empty()).then(|| picked.collect())
        };
        let ranked = |column: &TextColumn, rank: &[u32]| -> Vec<u32> {
            let codes = self.rows.iter().map(|&row| column.codes[row as usize]);
            codes.map(|code| rank[code as usize]).collect()
        };
        let all = self.all;
        let return_of = (!all.return_of.codes.is_empty()).then(|| all.return_of.texts(self.rows));
        LineTable {
            order: ranked(&all.order, self.order_rank),
            item: ranked(&all.item, self.item_rank),
            quantity: pick(&all.quantity).unwrap_or_default(),
            left: Vec::new(),
            is_return: vec![false; self.rows.len()],
            at: pick(&all.at),
            price: pick(&all.price),
            discount: pick(&all.discount),
            cost: pick(&all.cost),
            return_of_order: return_of
                .as_ref()
                .map_or_else(Vec::new, |texts| self.orders_of(texts)),
            return_of,
            own: Vec::new(),
        }
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
        let texts =
            |column: &TextColumn| (!column.codes.is_empty()).then(|| column.texts(&first_rows));
        let customer = |&row: &u32| {
            let code = self.all.customer.codes[row as usize] as usize;
            self.customer_rank.get(code).copied().unwrap_or(NONE)
        };
        let mut orders = OrderTable {
            customer: first_rows.iter().map(customer).collect(),
            at: vec![MISSING; count],
            fulfilled: vec![true; count],
            marked: vec![false; count],
            status: texts(&self.all.status),
            channel: texts(&self.all.channel),
            campaign: texts(&self.all.campaign),
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

    /// The shop's own columns, with the kind that all their values have.
    pub(crate) fn own_columns(
        &self,
        settings: &Settings,
        time_format: Option<&str>,
        source_name: &str,
    ) -> Result<Vec<(String, Typed)>> {
        let zone = zone(&settings.time_zone)?;
        // The usual forms of times, and the one that was named.
        let mut times: Vec<TimeReader> = [None]
            .into_iter()
            .chain(time_format.map(Some))
            .map(|format| {
                let format = format.map(str::to_owned);
                TimeReader::new(zone.clone(), settings.clock_change, format)
            })
            .collect();
        let read = |(name, column): &(String, TextColumn)| {
            let codes = self.rows.iter().map(|&row| column.codes[row as usize]);
            typed(&column.interner, codes, settings.kind_of(name), &mut times)
                .map(|typed| (name.clone(), typed))
                .map_err(|(code, kind)| self.not_of_kind(source_name, name, column, code, kind))
        };
        self.all.own.iter().map(read).collect()
    }

    fn not_of_kind(
        &self,
        source_name: &str,
        name: &str,
        column: &TextColumn,
        code: u32,
        kind: Kind,
    ) -> Error {
        let row = column.codes.iter().position(|&other| other == code);
        Error::Row {
            source_name: source_name.to_owned(),
            line: row.map_or(0, |row| self.all.line(row)),
            column: Some(name.to_owned()),
            problem: format!(
                "`{}` is not a {kind}, but the column was said to hold that",
                shown(column.interner.get(code))
            ),
        }
    }
}
