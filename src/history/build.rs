//! From rows in any order to a history: one order of rows, one index an id, one status an order.

use crate::error::{Conflict, Error, Result, did_you_mean};
use crate::history::History;
use crate::history::arrange::{Arranged, arrange};
use crate::history::assemble::Arrangement;
use crate::history::columns::Role;
use crate::history::ids::{usual_missing, whole_floats};
use crate::history::labels::Labels;
use crate::history::once::{Disagreement, once_per_order};
use crate::history::returns::{mark_returns, settle};
use crate::history::rows::{Row, Rows};
use crate::history::settings::{Duplicates, OnError, Settings};
use crate::history::status::{check_named, named_in_vain, standings};
use crate::history::summary::Summary;
use crate::history::tables::{LineTable, OrderTable};
use crate::history::time::{check_format, zone};
use crate::history::typed::Kind;
use crate::text::counted;
use crate::watch::Watch;

/// The most rows that are listed when they are left out.
const LISTED: usize = 1000;

/// Gathers rows, in any order, and makes a history of them.
pub(crate) struct Builder {
    settings: Settings,
    /// The form of times that was named, besides the usual ones.
    time_format: Option<String>,
    source_name: String,
    on_error: OnError,
    rows: Rows,
    pub(crate) summary: Summary,
}

impl Builder {
    pub(crate) fn new(
        settings: Settings,
        time_format: Option<String>,
        source_name: String,
        on_error: OnError,
        roles: impl Iterator<Item = Role>,
        own: impl Iterator<Item = String>,
    ) -> Result<Self> {
        zone(&settings.time_zone)?;
        time_format.as_deref().map_or(Ok(()), check_format)?;
        check_named(&settings)?;
        Ok(Builder {
            settings,
            time_format,
            source_name,
            on_error,
            rows: Rows::new(roles, own),
            summary: Summary::default(),
        })
    }

    /// Takes one row that passed [`Row::check`]. `own` are the values of the shop's own columns.
    pub(crate) fn push<'a>(
        &mut self,
        place: u64,
        row: &Row<'_>,
        own: impl Iterator<Item = Option<&'a str>>,
    ) -> Result<()> {
        self.rows.push(place, row, own)
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
    pub(crate) fn finish(mut self, watch: Watch<'_>) -> Result<History> {
        watch.check()?;
        // The order of a file's columns matters as little as that of its rows.
        self.rows.own.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.one_currency()?;
        self.read_ids()?;
        let kept = self.refuse_conflicts()?;
        watch.check()?;
        let (order_ids, order_rank) = self.rows.order.labels(&kept);
        let (customer_ids, customer_rank) = self.rows.customer.labels(&kept);
        let (item_ids, item_rank) = self.rows.item.labels(&kept);
        watch.check()?;
        let arranged = arrange(&self.rows, &kept, &order_rank, &item_rank, watch)?;
        let rows = self.drop_duplicates(arranged);
        let arrangement = Arrangement {
            all: &self.rows,
            rows: &rows,
            order_ids: &order_ids,
            order_rank: &order_rank,
            customer_rank: &customer_rank,
            item_rank: &item_rank,
        };
        let mut lines = arrangement.line_table();
        let mut orders = arrangement.order_table(&lines);
        watch.check()?;
        lines.own = arrangement.own_columns(
            &self.settings,
            self.time_format.as_deref(),
            &self.source_name,
        )?;
        let places: Vec<u64> = rows
            .iter()
            .map(|&row| self.rows.line(row as usize))
            .collect();
        self.count(&mut orders, &mut lines, &order_ids, &places)?;
        self.ignore(&mut lines, &item_ids);
        self.summary.tables(&orders, &lines);
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

    /// Settles what counts: which orders, and what returns leave of their lines.
    fn count(
        &mut self,
        orders: &mut OrderTable,
        lines: &mut LineTable,
        order_ids: &Labels,
        places: &[u64],
    ) -> Result<()> {
        let (fulfilled, statuses) =
            standings(orders, &self.settings).map_err(|problem| self.table_error(problem))?;
        orders.fulfilled = fulfilled;
        self.summary
            .notes
            .extend(named_in_vain(&statuses, &self.settings));
        self.summary.statuses = statuses;
        let note = mark_returns(self.settings.c_returns, orders, lines, order_ids);
        self.summary.notes.extend(note);
        let names_none = |&line: &usize| lines.names_order(line) && !lines.is_return(line);
        if let Some(line) = (0..lines.len()).find(names_none) {
            return Err(Error::Row {
                source_name: self.source_name.clone(),
                line: places[line],
                column: Some(Role::ReturnOf.name().to_owned()),
                problem: "the row names an order it returns, but its quantity is not negative"
                    .to_owned(),
            });
        }
        if let Some(order) = (0..orders.len()).find(|&order| !orders.can_be_summed(order, lines)) {
            return Err(self.table_error(format!(
                "order `{}` adds up to more than can be counted",
                crate::text::shown(order_ids.get(order).unwrap_or_default())
            )));
        }
        self.summary.returns = settle(orders, lines);
        Ok(())
    }

    /// Lets the items that are no goods count for nothing.
    fn ignore(&mut self, lines: &mut LineTable, item_ids: &Labels) {
        let mut ignored = vec![false; item_ids.len()];
        for name in &self.settings.ignore {
            match item_ids.find(name) {
                Some(item) => ignored[item] = true,
                None => self.summary.notes.push(format!(
                    "no row has the item `{}` that is to be ignored{}",
                    crate::text::shown(name),
                    did_you_mean(&item_ids.near(name))
                )),
            }
        }
        for (line, left) in lines.left.iter_mut().enumerate() {
            if ignored[lines.item[line] as usize] {
                *left = 0;
            }
        }
    }

    fn drop_duplicates(&mut self, arranged: Arranged) -> Vec<u32> {
        let Arranged { mut rows, repeats } = arranged;
        self.summary.duplicate_rows = repeats.iter().filter(|&&repeat| repeat).count() as u64;
        if self.settings.duplicates == Duplicates::Drop {
            let mut repeats = repeats.iter();
            rows.retain(|_| repeats.next() == Some(&false));
        }
        rows
    }

    /// Two currencies cannot be added up.
    fn one_currency(&self) -> Result<()> {
        let currencies = &self.rows.currency.interner;
        if currencies.len() < 2 {
            return Ok(());
        }
        let line = |code: u32| {
            let codes = &mut self.rows.currency.codes.iter();
            codes
                .position(|&other| other == code)
                .map_or(0, |row| self.rows.line(row))
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

    /// Makes what an order has once the same on all its lines, and returns the rows that are kept:
    /// rows of orders that contradict themselves are refused or left out.
    fn refuse_conflicts(&mut self) -> Result<Vec<u32>> {
        let rows = &mut self.rows;
        let mut conflicts: Vec<Disagreement> = Vec::new();
        for (name, column) in [
            ("customer", &mut rows.customer),
            ("status", &mut rows.status),
            ("channel", &mut rows.channel),
            ("campaign", &mut rows.campaign),
        ] {
            let (found, filled) = once_per_order(&rows.order, column, name);
            conflicts.extend(found);
            if name == "customer" && filled > 0 {
                self.summary.notes.push(format!(
                    "{} the customer that other rows of the order name",
                    counted(
                        filled,
                        "row without a customer takes",
                        "rows without a customer take"
                    )
                ));
            }
        }
        conflicts.sort_by_key(|conflict| conflict.second.1);
        let mut dropped = vec![false; self.rows.order.interner.len()];
        for conflict in conflicts {
            let order = conflict.order as usize;
            if !std::mem::replace(&mut dropped[order], true) {
                let problem = self.conflict(conflict);
                self.bad_row(problem)?;
                self.summary.skipped -= 1; // its rows are counted below
            }
        }
        let kept = |&row: &u32| !dropped[self.rows.order.codes[row as usize] as usize];
        let kept: Vec<u32> = (0..self.rows.len() as u32).filter(kept).collect();
        self.summary.skipped += (self.rows.len() - kept.len()) as u64;
        match self.summary.skipped_rows.first() {
            Some(first) if kept.is_empty() => {
                Err(self.table_error(format!("no row could be read; the first problem: {first}")))
            }
            _ => Ok(kept),
        }
    }

    fn conflict(&self, found: Disagreement) -> Error {
        Error::Conflict(Box::new(Conflict {
            source_name: self.source_name.clone(),
            order: self.rows.order.interner.get(found.order).to_owned(),
            column: found.column,
            first: (found.first.0, self.rows.line(found.first.1)),
            second: (found.second.0, self.rows.line(found.second.1)),
        }))
    }

    /// Understands how the ids are written, or refuses what may mean two things.
    fn read_ids(&mut self) -> Result<()> {
        let mut whole_orders = false;
        for (role, column) in [
            (Role::OrderId, &mut self.rows.order),
            (Role::CustomerId, &mut self.rows.customer),
            (Role::ItemId, &mut self.rows.item),
            (Role::ReturnOf, &mut self.rows.return_of),
        ] {
            let name_of = |role: Role| {
                let told = |(taken, _): &&(&'static str, String)| *taken == role.name();
                let taken = self.summary.columns.iter().find(told);
                taken.map_or(role.name(), |(_, name)| name)
            };
            let name = name_of(role);
            let mut problem = usual_missing(name, column, &self.settings);
            // What names an order is read as the orders' ids are.
            let as_text = self.settings.kind_of(name) == Some(Kind::Text)
                || (role == Role::ReturnOf && !whole_orders);
            if problem.is_none() && !as_text {
                match whole_floats(name, column)? {
                    Ok(note) => self.summary.notes.extend(note),
                    Err(refused) => problem = Some(refused),
                }
            }
            if role == Role::OrderId {
                let whole = |id: &str| id.bytes().all(|byte| byte.is_ascii_digit());
                whole_orders = !as_text && column.interner.iter().all(whole);
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
}
