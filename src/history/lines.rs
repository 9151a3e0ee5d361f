//! The columns a history is made of.

use crate::history::decimal::{MISSING, Money, Quantity};
use crate::history::labels::{Labels, NONE};
use crate::history::time::Instant;
use crate::history::typed::{Typed, Value};
use crate::history::understand::status::Standing;
use std::ops::Range;
use std::sync::Arc;

/// A column of texts, each distinct one kept once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Texts {
    pub labels: Labels,
    /// Index into `labels` by row; [`NONE`] where nothing was told.
    pub codes: Vec<u32>,
}

impl Texts {
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        self.labels.get(*self.codes.get(row)? as usize)
    }
}

/// One row an order, by order id.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct OrderTable {
    /// The orders' lines: those of order `o` are `first_line[o]..first_line[o + 1]`.
    pub first_line: Vec<u32>,
    /// [`NONE`] where the order names no customer.
    pub customer: Vec<u32>,
    /// The earliest of its lines' times; [`MISSING`] where none has one.
    pub at: Vec<i64>,
    pub standing: Vec<Standing>,
    /// Whether its id marks it as a return (`C536379`).
    pub marked: Vec<bool>,
    pub status: Option<Texts>,
    pub channel: Option<Texts>,
    pub campaign: Option<Texts>,
}

impl OrderTable {
    pub(crate) fn len(&self) -> usize {
        self.customer.len()
    }

    pub(crate) fn counts(&self, order: usize) -> bool {
        self.standing[order] == Standing::Fulfilled
    }

    /// Whether an order's quantities, amounts, costs and margin add up to what fits.
    pub(crate) fn can_be_summed(&self, order: usize, lines: &LineTable) -> bool {
        let told = |column: &Numbers, line: usize| {
            let raw = column.as_ref().map_or(MISSING, |values| values[line]);
            Money::told(raw).unwrap_or_default()
        };
        let add = |sums: (i64, Money, Money), line: usize| {
            let quantity = Quantity(lines.quantity[line]);
            let gross = told(&lines.price, line).times(quantity)?;
            let amount = gross.minus(told(&lines.discount, line))?;
            Some((
                sums.0.checked_add(quantity.0)?,
                sums.1.plus(amount)?,
                sums.2.plus(
                    Money::told(lines.cost_of(line))
                        .unwrap_or_default()
                        .times(quantity)?,
                )?,
            ))
        };
        let sums = self.lines_of(order).try_fold((0, Money(0), Money(0)), add);
        sums.is_some_and(|(_, amount, cost)| amount.minus(cost).is_some())
    }

    pub(crate) fn lines_of(&self, order: usize) -> Range<usize> {
        self.first_line[order] as usize..self.first_line[order + 1] as usize
    }
}

/// Numbers or times, where they are told; shared with the table as told.
pub(crate) type Numbers = Option<Arc<Vec<i64>>>;

/// One row a line, by order, time, item and the remaining values.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LineTable {
    pub order: Vec<u32>,
    pub item: Vec<u32>,
    /// As told: thousandths, negative for what came back.
    pub quantity: Arc<Vec<i64>>,
    /// What counts after status and returns, in thousandths.
    pub left: Vec<i64>,
    pub is_return: Vec<bool>,
    /// By item: whether it is no goods and counts for nothing.
    pub ignored: Vec<bool>,
    /// By item: what a piece costs the shop, where the line does not say.
    pub item_cost: Numbers,
    pub at: Numbers,
    pub price: Numbers,
    pub discount: Numbers,
    pub cost: Numbers,
    pub return_of: Option<Texts>,
    /// `return_of` as an order's index; past the end where no order has that id.
    pub return_of_order: Vec<u32>,
    /// Columns of the shop's own, by name.
    pub own: Vec<(String, Typed)>,
}

impl LineTable {
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    pub(crate) fn is_return(&self, line: usize) -> bool {
        self.is_return[line]
    }

    /// What a piece of a line cost the shop; [`MISSING`] where nobody tells.
    pub(crate) fn cost_of(&self, line: usize) -> i64 {
        let of = |column: &Numbers, at: usize| column.as_ref().map_or(MISSING, |costs| costs[at]);
        match of(&self.cost, line) {
            MISSING => of(&self.item_cost, self.item[line] as usize),
            cost => cost,
        }
    }

    /// Whether the row names an order that it is a return of.
    pub(crate) fn names_order(&self, line: usize) -> bool {
        self.return_of
            .as_ref()
            .is_some_and(|texts| texts.get(line).is_some())
    }

    /// The order a return names; past the end of the orders where it names an unknown one.
    pub(crate) fn return_of(&self, line: usize) -> Option<usize> {
        self.return_of.as_ref()?.get(line)?;
        Some(self.return_of_order[line] as usize)
    }
}

/// One line of an order, as told, with what counts of it.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    pub(crate) orders: &'a OrderTable,
    pub(crate) lines: &'a LineTable,
    pub(crate) order_ids: &'a Labels,
    pub(crate) customer_ids: &'a Labels,
    pub(crate) item_ids: &'a Labels,
    pub(crate) row: usize,
}

impl<'a> Line<'a> {
    fn order(&self) -> usize {
        self.lines.order[self.row] as usize
    }

    fn number(&self, column: &Numbers) -> i64 {
        column.as_ref().map_or(MISSING, |values| values[self.row])
    }

    fn of_order(&self, column: &'a Option<Texts>) -> Option<&'a str> {
        column.as_ref()?.get(self.order())
    }

    /// The order's id.
    pub fn order_id(&self) -> &'a str {
        self.order_ids.get(self.order()).unwrap_or_default()
    }

    /// The customer's id, where the order names one.
    pub fn customer_id(&self) -> Option<&'a str> {
        match self.orders.customer[self.order()] {
            NONE => None,
            customer => self.customer_ids.get(customer as usize),
        }
    }

    /// The item's id.
    pub fn item_id(&self) -> &'a str {
        self.item_ids
            .get(self.lines.item[self.row] as usize)
            .unwrap_or_default()
    }

    /// As told; negative for what came back.
    pub fn quantity(&self) -> Quantity {
        Quantity(self.lines.quantity[self.row])
    }

    /// What counts of it: 0 in orders that do not count and for return rows, else the quantity less
    /// what came back.
    pub fn left(&self) -> Quantity {
        Quantity(self.lines.left[self.row])
    }

    /// Whether the row is a return rather than a purchase.
    pub fn is_return(&self) -> bool {
        self.lines.is_return[self.row]
    }

    /// Whether its order counts.
    pub fn standing(&self) -> Standing {
        self.orders.standing[self.order()]
    }

    /// Per piece.
    pub fn price(&self) -> Option<Money> {
        Money::told(self.number(&self.lines.price))
    }

    /// Taken off the whole line.
    pub fn discount(&self) -> Option<Money> {
        Money::told(self.number(&self.lines.discount))
    }

    /// What a piece cost the shop: as the line tells, else as the table of items does.
    pub fn cost(&self) -> Option<Money> {
        Money::told(self.lines.cost_of(self.row))
    }

    /// Quantity times price less discount; `None` where the price is not known.
    pub fn amount(&self) -> Option<Money> {
        let gross = self.price()?.times(self.quantity())?;
        gross.minus(self.discount().unwrap_or_default())
    }

    /// Amount less quantity times cost; `None` where price or cost is not known.
    pub fn margin(&self) -> Option<Money> {
        self.amount()?.minus(self.cost()?.times(self.quantity())?)
    }

    /// When the line was told to have happened.
    pub fn at(&self) -> Option<Instant> {
        Instant::told(self.number(&self.lines.at))
    }

    /// When the order happened: the earliest of its lines.
    pub fn ordered_at(&self) -> Option<Instant> {
        Instant::told(self.orders.at[self.order()])
    }

    /// The order's status, as told.
    pub fn status(&self) -> Option<&'a str> {
        self.of_order(&self.orders.status)
    }

    /// Where the order came in.
    pub fn channel(&self) -> Option<&'a str> {
        self.of_order(&self.orders.channel)
    }

    /// The campaign the order is put down to.
    pub fn campaign(&self) -> Option<&'a str> {
        self.of_order(&self.orders.campaign)
    }

    /// The value in a column of the shop's own; `None` where nothing was told, or there is no such
    /// column.
    pub fn own(&self, column: &str) -> Option<Value<'a>> {
        let (_, values) = self.lines.own.iter().find(|(name, _)| name == column)?;
        values.get(self.row)
    }

    /// The order that a return names.
    pub fn return_of(&self) -> Option<&'a str> {
        self.lines.return_of.as_ref()?.get(self.row)
    }
}

impl std::fmt::Debug for Line<'_> {
    /// Its row alone: what is told does not belong in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Line({})", self.row)
    }
}
