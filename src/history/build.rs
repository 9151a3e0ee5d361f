//! From rows in any order to a history: one order of rows, one index an id, one status an order.

use crate::error::{Conflict, Error, Result};
use crate::history::History;
use crate::history::columns::Role;
use crate::history::decimal::{MISSING, Money, Quantity};
use crate::history::ids::{usual_missing, whole_floats};
use crate::history::labels::{Interner, Labels, NONE};
use crate::history::once::{Disagreement, once_per_order};
use crate::history::returns::settle;
use crate::history::settings::{Duplicates, OnError, Settings};
use crate::history::status::{Standing, standing};
use crate::history::summary::{StatusCount, Summary, grouped};
use crate::history::tables::{LineTable, OrderTable, Texts};
use crate::history::time::{ClockChange, Instant, TimeReader, zone};
use crate::history::typed::{Kind, typed};
use crate::ids::MAX_IDS;
use std::cmp::Ordering;

/// The most rows that are listed when they are left out.
const LISTED: usize = 1000;

/// One line of an order while it is read. Numbers and times are [`MISSING`] where not told.
#[derive(Clone, Debug)]
pub(crate) struct Row<'a> {
    pub order: &'a str,
    pub customer: Option<&'a str>,
    pub item: &'a str,
    pub quantity: i64,
    pub price: i64,
    pub at: i64,
    pub discount: i64,
    pub cost: i64,
    pub status: Option<&'a str>,
    pub channel: Option<&'a str>,
    pub campaign: Option<&'a str>,
    pub currency: Option<&'a str>,
    pub return_of: Option<&'a str>,
}

/// A column of texts as they arrive.
#[derive(Default)]
pub(crate) struct TextColumn {
    pub interner: Interner,
    pub codes: Vec<u32>,
}

impl TextColumn {
    pub(crate) fn push(&mut self, text: Option<&str>) -> Result<()> {
        let code = match text {
            Some(text) => self.interner.intern(text)?,
            None => NONE,
        };
        self.codes.push(code);
        Ok(())
    }

    /// The texts that `rows` hold, sorted, and the rank of each code among them.
    fn labels(&self, rows: &[u32]) -> (Labels, Vec<u32>) {
        let mut used = vec![false; self.interner.len()];
        for &row in rows {
            let code = self.codes[row as usize];
            if code != NONE {
                used[code as usize] = true;
            }
        }
        self.interner.finish(&used)
    }

    /// The column's values on `rows`.
    fn texts(&self, rows: &[u32]) -> Texts {
        let (labels, rank) = self.labels(rows);
        let code = |&row: &u32| self.codes[row as usize] as usize;
        let codes = rows
            .iter()
            .map(|row| rank.get(code(row)).copied().unwrap_or(NONE))
            .collect();
        Texts { labels, codes }
    }
}

/// Gathers rows, in any order, and makes a history of them.
pub(crate) struct Builder {
    settings: Settings,
    source_name: String,
    on_error: OnError,
    /// Which columns the rows carry.
    has: [bool; Role::ALL.len()],
    order: TextColumn,
    customer: TextColumn,
    item: TextColumn,
    quantity: Vec<i64>,
    price: Vec<i64>,
    at: Vec<i64>,
    discount: Vec<i64>,
    cost: Vec<i64>,
    status: TextColumn,
    channel: TextColumn,
    campaign: TextColumn,
    currency: TextColumn,
    return_of: TextColumn,
    own: Vec<(String, TextColumn)>,
    /// Where each row came from.
    place: Vec<u32>,
    pub(crate) summary: Summary,
}

impl Builder {
    pub(crate) fn new(
        settings: Settings,
        source_name: String,
        on_error: OnError,
        roles: impl Iterator<Item = Role>,
        own: impl Iterator<Item = String>,
    ) -> Result<Self> {
        zone(&settings.time_zone)?;
        let mut has = [false; Role::ALL.len()];
        for role in roles {
            has[role as usize] = true;
        }
        Ok(Builder {
            settings,
            source_name,
            on_error,
            has,
            order: TextColumn::default(),
            customer: TextColumn::default(),
            item: TextColumn::default(),
            quantity: Vec::new(),
            price: Vec::new(),
            at: Vec::new(),
            discount: Vec::new(),
            cost: Vec::new(),
            status: TextColumn::default(),
            channel: TextColumn::default(),
            campaign: TextColumn::default(),
            currency: TextColumn::default(),
            return_of: TextColumn::default(),
            own: own.map(|name| (name, TextColumn::default())).collect(),
            place: Vec::new(),
            summary: Summary::default(),
        })
    }

    /// What is wrong with a row's values taken together, and in which column.
    pub(crate) fn check(row: &Row<'_>) -> std::result::Result<(), (Role, String)> {
        for (role, id) in [(Role::OrderId, row.order), (Role::ItemId, row.item)] {
            if id.trim().is_empty() {
                return Err((role, "the id is blank".to_owned()));
            }
        }
        if row.return_of.is_some() && row.quantity >= 0 {
            return Err((
                Role::ReturnOf,
                "the row names an order it returns, but its quantity is not negative".to_owned(),
            ));
        }
        if row.discount != MISSING && row.discount < 0 {
            return Err((
                Role::Discount,
                format!(
                    "{} is negative, but a discount is the amount taken off",
                    Money(row.discount)
                ),
            ));
        }
        let quantity = Quantity(row.quantity);
        let fits = |money: i64| match Money::told(money) {
            Some(money) => money.times(quantity),
            None => Some(Money(0)),
        };
        let discount = Money::told(row.discount).unwrap_or_default();
        let amount = fits(row.price).and_then(|gross| gross.minus(discount));
        let margin = amount
            .zip(fits(row.cost))
            .and_then(|(amount, cost)| amount.minus(cost));
        match margin {
            Some(_) => Ok(()),
            None => Err((
                Role::Price,
                format!(
                    "the amount of {quantity} at {} is too large",
                    Money(row.price)
                ),
            )),
        }
    }

    /// Takes one row that passed [`Builder::check`]. `own` are the values of the shop's own columns.
    pub(crate) fn push<'a>(
        &mut self,
        place: u64,
        row: &Row<'_>,
        own: impl Iterator<Item = Option<&'a str>>,
    ) -> Result<()> {
        if self.place.len() >= MAX_IDS {
            return Err(Error::TooMany {
                what: "rows of orders",
                count: self.place.len() as u64 + 1,
                limit: MAX_IDS as u64,
            });
        }
        self.order.push(Some(row.order))?;
        self.customer.push(row.customer)?;
        self.item.push(Some(row.item))?;
        self.quantity.push(row.quantity);
        self.place.push(u32::try_from(place).unwrap_or(u32::MAX));
        for (role, column, value) in [
            (Role::Price, &mut self.price, row.price),
            (Role::OrderedAt, &mut self.at, row.at),
            (Role::Discount, &mut self.discount, row.discount),
            (Role::Cost, &mut self.cost, row.cost),
        ] {
            if self.has[role as usize] {
                column.push(value);
            }
        }
        for (role, column, text) in [
            (Role::Status, &mut self.status, row.status),
            (Role::Channel, &mut self.channel, row.channel),
            (Role::Campaign, &mut self.campaign, row.campaign),
            (Role::Currency, &mut self.currency, row.currency),
            (Role::ReturnOf, &mut self.return_of, row.return_of),
        ] {
            if self.has[role as usize] {
                column.push(text)?;
            }
        }
        for ((_, column), text) in self.own.iter_mut().zip(own) {
            column.push(text)?;
        }
        Ok(())
    }

    /// Counts a row that is left out, or refuses it.
    pub(crate) fn bad_row(&mut self, problem: Error) -> Result<()> {
        match self.on_error {
            OnError::Stop => Err(problem),
            OnError::Skip => {
                self.summary.skipped += 1;
                if self.summary.skipped_rows.len() < LISTED {
                    self.summary.skipped_rows.push(problem.to_string());
                }
                Ok(())
            }
        }
    }

    pub(crate) fn table_error(&self, problem: impl Into<String>) -> Error {
        Error::Table {
            source_name: self.source_name.clone(),
            problem: problem.into(),
        }
    }

    /// The history of all rows.
    pub(crate) fn finish(mut self) -> Result<History> {
        // The order of a file's columns matters as little as that of its rows.
        self.own.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.one_currency()?;
        self.read_ids()?;
        let dropped = self.refuse_conflicts()?;
        let mut rows: Vec<u32> = (0..self.place.len() as u32)
            .filter(|&row| !dropped.get(row as usize).copied().unwrap_or(false))
            .collect();
        let (order_ids, order_rank) = self.order.labels(&rows);
        let (customer_ids, customer_rank) = self.customer.labels(&rows);
        let (item_ids, item_rank) = self.item.labels(&rows);
        rows = by_order(&rows, &self.order.codes, &order_rank, order_ids.len());
        let sorted = self.sort(rows, &order_rank, &item_rank);
        let rows = self.drop_duplicates(sorted);

        let mut lines = self.line_table(&rows, &order_rank, &item_rank, &order_ids)?;
        let mut orders = self.order_table(&rows, &lines, &order_ids, &customer_rank)?;
        self.mark_returns(&mut orders, &mut lines, &order_ids);
        self.refuse_endless_sums(&orders, &lines, &order_ids)?;
        self.summary.returns = settle(&orders, &mut lines);
        self.summarise(&orders, &lines);
        self.summary.customers = customer_ids.len() as u64;
        self.summary.items = item_ids.len() as u64;
        Ok(History {
            customer_ids,
            item_ids,
            order_ids,
            orders,
            lines,
            summary: self.summary,
        })
    }

    /// Two currencies cannot be added up.
    fn one_currency(&self) -> Result<()> {
        let currencies = &self.currency.interner;
        if currencies.len() < 2 {
            return Ok(());
        }
        let line = |code: u32| {
            let row = self.currency.codes.iter().position(|&other| other == code);
            row.map_or(0, |row| self.place[row])
        };
        Err(self.table_error(format!(
            "two currencies, {} on line {} and {} on line {}, but a shop has one: convert them, or leave \
             the column out (columns: currency=)",
            currencies.get(0),
            line(0),
            currencies.get(1),
            line(1)
        )))
    }

    /// Makes what an order has once the same on all its lines; rows of orders that contradict
    /// themselves are refused, or marked as dropped.
    fn refuse_conflicts(&mut self) -> Result<Vec<bool>> {
        let mut dropped_orders = vec![false; self.order.interner.len()];
        let mut conflicts: Vec<Disagreement> = Vec::new();
        let mut filled = 0;
        for (name, column) in [
            ("customer", &mut self.customer),
            ("status", &mut self.status),
            ("channel", &mut self.channel),
            ("campaign", &mut self.campaign),
        ] {
            let (found, count) = once_per_order(&self.order, column, name);
            conflicts.extend(found);
            if name == "customer" {
                filled = count;
            }
        }
        conflicts.sort_by_key(|conflict| conflict.second.1);
        let mut dropped = Vec::new();
        for conflict in conflicts {
            let order = conflict.order as usize;
            if dropped_orders[order] {
                continue;
            }
            dropped_orders[order] = true;
            let line = |row: usize| u64::from(self.place[row]);
            let problem = Error::Conflict(Box::new(Conflict {
                source_name: self.source_name.clone(),
                order: self.order.interner.get(conflict.order).to_owned(),
                column: conflict.column,
                first: (conflict.first.0, line(conflict.first.1)),
                second: (conflict.second.0, line(conflict.second.1)),
            }));
            let before = self.summary.skipped;
            self.bad_row(problem)?;
            dropped = self
                .order
                .codes
                .iter()
                .map(|&code| dropped_orders[code as usize])
                .collect();
            let rows = self
                .order
                .codes
                .iter()
                .filter(|&&code| code as usize == order);
            self.summary.skipped = before + rows.count() as u64;
        }
        if filled > 0 {
            self.summary.notes.push(format!(
                "{} rows without a customer take the one that other rows of their order name",
                grouped(filled)
            ));
        }
        Ok(dropped)
    }

    /// Understands how the ids are written, or refuses what may mean two things.
    fn read_ids(&mut self) -> Result<()> {
        for (role, column) in [
            (Role::OrderId, &mut self.order),
            (Role::CustomerId, &mut self.customer),
            (Role::ItemId, &mut self.item),
            (Role::ReturnOf, &mut self.return_of),
        ] {
            let told = |(taken, _): &&(&'static str, String)| *taken == role.name();
            let taken = self.summary.columns.iter().find(told);
            let name = taken.map_or(role.name(), |(_, name)| name);
            let mut problem = match self.settings.missing {
                Some(_) => None,
                None => usual_missing(name, column),
            };
            if problem.is_none() && self.settings.kind_of(name) != Some(Kind::Text) {
                match whole_floats(name, column)? {
                    Ok(note) => self.summary.notes.extend(note),
                    Err(refused) => problem = Some(refused),
                }
            }
            if let Some(problem) = problem {
                return Err(Error::Table {
                    source_name: self.source_name.clone(),
                    problem,
                });
            }
        }
        Ok(())
    }

    /// Rows grouped by order in, rows in the one order all faces give out.
    fn sort(&self, mut rows: Vec<u32>, order_rank: &[u32], item_rank: &[u32]) -> Sorted {
        let own: Vec<(&TextColumn, Vec<u32>)> = self
            .own
            .iter()
            .map(|(_, column)| column)
            .chain([&self.return_of])
            .filter(|column| !column.codes.is_empty())
            .map(|column| {
                let all = vec![true; column.interner.len()];
                (column, column.interner.finish(&all).1)
            })
            .collect();
        let numbers: Vec<&Vec<i64>> = [&self.quantity, &self.price, &self.discount, &self.cost]
            .into_iter()
            .filter(|column| !column.is_empty())
            .collect();
        let compare = |&a: &u32, &b: &u32| -> Ordering {
            let (a, b) = (a as usize, b as usize);
            let time = |row: usize| self.at.get(row).copied().unwrap_or(MISSING);
            let item = |row: usize| item_rank[self.item.codes[row] as usize];
            let rank = |(column, rank): &(&TextColumn, Vec<u32>), row: usize| {
                rank.get(column.codes[row] as usize)
                    .copied()
                    .unwrap_or(NONE)
            };
            time(a)
                .cmp(&time(b))
                .then_with(|| item(a).cmp(&item(b)))
                .then_with(|| {
                    let differing = numbers.iter().map(|column| column[a].cmp(&column[b]));
                    differing.fold(Ordering::Equal, Ordering::then)
                })
                .then_with(|| {
                    let differing = own.iter().map(|own| rank(own, a).cmp(&rank(own, b)));
                    differing.fold(Ordering::Equal, Ordering::then)
                })
        };
        let order = |row: u32| order_rank[self.order.codes[row as usize] as usize];
        let mut repeats = vec![false; rows.len()];
        let mut start = 0;
        while start < rows.len() {
            let mut end = start + 1;
            while end < rows.len() && order(rows[end]) == order(rows[start]) {
                end += 1;
            }
            rows[start..end].sort_unstable_by(compare);
            for at in start + 1..end {
                repeats[at] = compare(&rows[at - 1], &rows[at]) == Ordering::Equal;
            }
            start = end;
        }
        Sorted { rows, repeats }
    }

    fn drop_duplicates(&mut self, sorted: Sorted) -> Vec<u32> {
        self.summary.duplicate_rows =
            sorted.repeats.iter().filter(|&&repeat| repeat).count() as u64;
        match self.settings.duplicates {
            Duplicates::Keep => sorted.rows,
            Duplicates::Drop => sorted
                .rows
                .iter()
                .zip(&sorted.repeats)
                .filter_map(|(&row, &repeat)| (!repeat).then_some(row))
                .collect(),
        }
    }

    fn line_table(
        &mut self,
        rows: &[u32],
        order_rank: &[u32],
        item_rank: &[u32],
        order_ids: &Labels,
    ) -> Result<LineTable> {
        let pick = |column: &[i64]| -> Option<Vec<i64>> {
            (!column.is_empty()).then(|| rows.iter().map(|&row| column[row as usize]).collect())
        };
        let return_of = (!self.return_of.codes.is_empty()).then(|| self.return_of.texts(rows));
        let return_of_order = match &return_of {
            None => Vec::new(),
            Some(texts) => {
                let known: Vec<u32> = texts
                    .labels
                    .iter()
                    .map(|id| order_ids.find(id).map_or(NONE, |order| order as u32))
                    .collect();
                let order = |&code: &u32| known.get(code as usize).copied().unwrap_or(NONE);
                texts.codes.iter().map(order).collect()
            }
        };
        let ranked = |column: &TextColumn, rank: &[u32]| -> Vec<u32> {
            rows.iter()
                .map(|&row| rank[column.codes[row as usize] as usize])
                .collect()
        };
        let mut lines = LineTable {
            order: ranked(&self.order, order_rank),
            item: ranked(&self.item, item_rank),
            quantity: pick(&self.quantity).unwrap_or_default(),
            left: Vec::new(),
            is_return: vec![false; rows.len()],
            at: pick(&self.at),
            price: pick(&self.price),
            discount: pick(&self.discount),
            cost: pick(&self.cost),
            return_of,
            return_of_order,
            own: Vec::new(),
        };
        let mut times = TimeReader::new(zone(&self.settings.time_zone)?, ClockChange::Refuse, None);
        for (name, column) in &self.own {
            let codes = rows.iter().map(|&row| column.codes[row as usize]);
            let typed = typed(
                &column.interner,
                codes,
                self.settings.kind_of(name),
                &mut times,
            )
            .map_err(|(code, kind)| self.not_of_kind(name, column, code, kind))?;
            self.summary.own_columns.push((name.clone(), typed.kind()));
            lines.own.push((name.clone(), typed));
        }
        Ok(lines)
    }

    fn not_of_kind(&self, name: &str, column: &TextColumn, code: u32, kind: Kind) -> Error {
        let row = column.codes.iter().position(|&other| other == code);
        Error::Row {
            source_name: self.source_name.clone(),
            line: row.map_or(0, |row| u64::from(self.place[row])),
            column: Some(name.to_owned()),
            problem: format!(
                "`{}` is not a {kind}, but the column was said to hold that",
                super::decimal::shown(column.interner.get(code))
            ),
        }
    }

    fn order_table(
        &mut self,
        rows: &[u32],
        lines: &LineTable,
        order_ids: &Labels,
        customer_rank: &[u32],
    ) -> Result<OrderTable> {
        let count = order_ids.len();
        let mut first_line = vec![0u32; count + 1];
        for &order in &lines.order {
            first_line[order as usize + 1] += 1;
        }
        for order in 0..count {
            first_line[order + 1] += first_line[order];
        }
        let first_rows: Vec<u32> = first_line[..count]
            .iter()
            .map(|&line| rows[line as usize])
            .collect();
        let texts =
            |column: &TextColumn| (!column.codes.is_empty()).then(|| column.texts(&first_rows));
        let mut orders = OrderTable {
            customer: first_rows
                .iter()
                .map(|&row| self.customer.codes[row as usize])
                .map(|code| customer_rank.get(code as usize).copied().unwrap_or(NONE))
                .collect(),
            at: vec![MISSING; count],
            fulfilled: Vec::new(),
            marked: vec![false; count],
            status: texts(&self.status),
            channel: texts(&self.channel),
            campaign: texts(&self.campaign),
            first_line,
        };
        if let Some(at) = &lines.at {
            for order in 0..count {
                let told = |&&time: &&i64| time != MISSING;
                let times = at[orders.lines_of(order)].iter();
                orders.at[order] = times.filter(told).min().copied().unwrap_or(MISSING);
            }
        }
        orders.fulfilled = self.standings(&orders)?;
        Ok(orders)
    }

    /// Which orders count; statuses that nobody named are refused, all at once.
    fn standings(&mut self, orders: &OrderTable) -> Result<Vec<bool>> {
        let Some(statuses) = &orders.status else {
            return Ok(vec![true; orders.len()]);
        };
        let mut counts = vec![0u64; statuses.labels.len() + 1];
        let blank = statuses.labels.len();
        for &code in &statuses.codes {
            counts[(code as usize).min(blank)] += 1;
        }
        let mut unknown = Vec::new();
        let mut fulfilled = vec![false; blank + 1];
        for (code, &count) in counts.iter().enumerate().filter(|&(_, &count)| count > 0) {
            let status = statuses.labels.get(code).unwrap_or_default();
            let named = self.settings.fulfilled.as_deref();
            match standing(status, named, &self.settings.unfulfilled) {
                Some(standing) => {
                    fulfilled[code] = standing == Standing::Fulfilled;
                    self.summary.statuses.push(StatusCount {
                        status: status.to_owned(),
                        orders: count,
                        standing,
                    });
                }
                None => {
                    let status = if status.is_empty() { "(blank)" } else { status };
                    unknown.push(format!(
                        "`{}` ({} orders)",
                        super::decimal::shown(status),
                        grouped(count)
                    ));
                }
            }
        }
        if unknown.is_empty() {
            let standing = |&code: &u32| fulfilled[(code as usize).min(blank)];
            return Ok(statuses.codes.iter().map(standing).collect());
        }
        const MOST: usize = 20;
        let more = unknown.len().saturating_sub(MOST);
        unknown.truncate(MOST);
        if more > 0 {
            unknown.push(format!("{more} more"));
        }
        Err(self.table_error(format!(
            "it is not known whether orders of these statuses count: {}; name them in `fulfilled` or \
             `unfulfilled` (a blank one as ''), or leave the column out (columns: status=)",
            unknown.join(", ")
        )))
    }

    /// Marks the rows that are returns: of a negative quantity, or of an order id such as `C536379`.
    fn mark_returns(&mut self, orders: &mut OrderTable, lines: &mut LineTable, ids: &Labels) {
        let digits = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        let marked = |id: &str| id.strip_prefix('C').is_some_and(digits);
        let detect = || {
            let marks = ids.iter().filter(|id| marked(id)).count();
            marks > 0 && ids.iter().filter(|id| digits(id)).count() > marks
        };
        if self.settings.c_returns.unwrap_or_else(detect) {
            for (order, id) in ids.iter().enumerate() {
                orders.marked[order] = marked(id);
            }
        }
        let count = orders.marked.iter().filter(|&&marked| marked).count() as u64;
        self.summary.marked_returns = count;
        if self.settings.c_returns.is_none() && count > 0 {
            let example = (0..ids.len()).find(|&order| orders.marked[order]);
            self.summary.notes.push(format!(
                "{} orders with ids like {} are read as returns (c_returns = false to turn this off)",
                grouped(count),
                example.and_then(|order| ids.get(order)).unwrap_or_default()
            ));
        }
        for line in 0..lines.len() {
            lines.is_return[line] =
                lines.quantity[line] < 0 || orders.marked[lines.order[line] as usize];
        }
    }

    /// Refuses an order whose lines add up to more than money holds.
    fn refuse_endless_sums(
        &self,
        orders: &OrderTable,
        lines: &LineTable,
        ids: &Labels,
    ) -> Result<()> {
        let Some(price) = &lines.price else {
            return Ok(());
        };
        for order in 0..orders.len() {
            let mut amount = Some(Money(0));
            let mut pieces = Some(0i64);
            for line in orders.lines_of(order) {
                pieces = pieces.and_then(|sum| sum.checked_add(lines.quantity[line]));
                let value = Money::told(price[line])
                    .and_then(|price| price.times(Quantity(lines.quantity[line])));
                amount = amount.and_then(|sum| sum.plus(value.unwrap_or_default()));
            }
            if amount.is_none() || pieces.is_none() {
                return Err(self.table_error(format!(
                    "order `{}` adds up to more than can be counted",
                    super::decimal::shown(ids.get(order).unwrap_or_default())
                )));
            }
        }
        Ok(())
    }

    fn summarise(&mut self, orders: &OrderTable, lines: &LineTable) {
        let summary = &mut self.summary;
        summary.rows = lines.len() as u64;
        summary.orders = orders.len() as u64;
        summary.return_rows = lines.is_return.iter().filter(|&&is| is).count() as u64;
        summary.rows_without_customer = lines
            .order
            .iter()
            .filter(|&&order| orders.customer[order as usize] == NONE)
            .count() as u64;
        if let Some(price) = &lines.price {
            let told = price.iter().filter(|&&price| price != MISSING);
            summary.price_not_positive = told.filter(|&&price| price <= 0).count() as u64;
        }
        let buys = |order: usize| {
            orders.counts(order)
                && orders
                    .lines_of(order)
                    .any(|line| !lines.is_return(line) && lines.quantity[line] > 0)
        };
        summary.fulfilled_orders = (0..orders.len()).filter(|&order| buys(order)).count() as u64;
        let told = orders.at.iter().filter(|&&at| at != MISSING);
        summary.span = told
            .clone()
            .min()
            .zip(lines.at.iter().flatten().filter(|&&at| at != MISSING).max())
            .map(|(&first, &last)| (Instant(first), Instant(last)));
    }
}

/// Rows in the one order, and which of them equal the one before.
struct Sorted {
    rows: Vec<u32>,
    repeats: Vec<bool>,
}

/// Rows grouped by the rank of their order, by counting.
fn by_order(rows: &[u32], codes: &[u32], rank: &[u32], orders: usize) -> Vec<u32> {
    let order = |row: u32| rank[codes[row as usize] as usize] as usize;
    let mut next = vec![0u32; orders + 1];
    for &row in rows {
        next[order(row) + 1] += 1;
    }
    for order in 0..orders {
        next[order + 1] += next[order];
    }
    let mut grouped = vec![0u32; rows.len()];
    for &row in rows {
        let slot = &mut next[order(row)];
        grouped[*slot as usize] = row;
        *slot += 1;
    }
    grouped
}
