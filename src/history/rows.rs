//! Rows of orders as they arrive, by column.

use crate::error::{Error, Result};
use crate::history::columns::Role;
use crate::history::decimal::{MISSING, Money, Quantity};
use crate::history::labels::{Interner, Labels, NONE};
use crate::history::tables::Texts;
use crate::ids::MAX_IDS;

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

impl Row<'_> {
    /// What is wrong with a row's values taken together, and in which column.
    pub(crate) fn check(&self) -> std::result::Result<(), (Role, String)> {
        for (role, id) in [(Role::OrderId, self.order), (Role::ItemId, self.item)] {
            if id.trim().is_empty() {
                return Err((role, "no id is told".to_owned()));
            }
        }
        if self.discount != MISSING && self.discount < 0 {
            return Err((
                Role::Discount,
                format!(
                    "{} is negative, but a discount is the amount taken off",
                    Money(self.discount)
                ),
            ));
        }
        let quantity = Quantity(self.quantity);
        let fits = |money: i64| match Money::told(money) {
            Some(money) => money.times(quantity),
            None => Some(Money(0)),
        };
        let discount = Money::told(self.discount).unwrap_or_default();
        let amount = fits(self.price).and_then(|gross| gross.minus(discount));
        let margin = amount
            .zip(fits(self.cost))
            .and_then(|(amount, cost)| amount.minus(cost));
        match margin {
            Some(_) => Ok(()),
            None => Err((
                Role::Price,
                format!("{quantity} pieces make an amount or a cost that is too large"),
            )),
        }
    }
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
    pub(crate) fn labels(&self, rows: &[u32]) -> (Labels, Vec<u32>) {
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
    pub(crate) fn texts(&self, rows: &[u32]) -> Texts {
        let (labels, rank) = self.labels(rows);
        let code = |&row: &u32| self.codes[row as usize] as usize;
        let codes = rows
            .iter()
            .map(|row| rank.get(code(row)).copied().unwrap_or(NONE))
            .collect();
        Texts { labels, codes }
    }
}

/// All rows, in the order of their arrival. A column that the rows do not carry is empty.
#[derive(Default)]
pub(crate) struct Rows {
    /// Which columns the rows carry.
    has: [bool; Role::ALL.len()],
    pub order: TextColumn,
    pub customer: TextColumn,
    pub item: TextColumn,
    pub quantity: Vec<i64>,
    pub price: Vec<i64>,
    pub at: Vec<i64>,
    pub discount: Vec<i64>,
    pub cost: Vec<i64>,
    pub status: TextColumn,
    pub channel: TextColumn,
    pub campaign: TextColumn,
    pub currency: TextColumn,
    pub return_of: TextColumn,
    /// The shop's own columns, by name.
    pub own: Vec<(String, TextColumn)>,
    /// The line each row came from.
    pub place: Vec<u32>,
}

impl Rows {
    pub(crate) fn new(
        roles: impl Iterator<Item = Role>,
        own: impl Iterator<Item = String>,
    ) -> Self {
        let mut rows = Rows {
            own: own.map(|name| (name, TextColumn::default())).collect(),
            ..Rows::default()
        };
        for role in roles {
            rows.has[role as usize] = true;
        }
        rows
    }

    pub(crate) fn len(&self) -> usize {
        self.place.len()
    }

    /// The line that a row came from.
    pub(crate) fn line(&self, row: usize) -> u64 {
        self.place.get(row).copied().map_or(0, u64::from)
    }

    /// Takes one row that passed [`Row::check`]. `own` are the values of the shop's own columns.
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
}
