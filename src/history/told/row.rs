//! One row while it is read.

use super::schema::{Need, TableName, items, orders, spend};
use crate::history::decimal::{MISSING, Money, Quantity};

/// The most known columns a table has.
pub(crate) const MOST: usize = 13;

/// The values of a row's known columns, by place.
#[derive(Clone, Debug)]
pub(crate) struct Row<'a> {
    pub texts: [Option<&'a str>; MOST],
    /// [`MISSING`] where not told.
    pub numbers: [i64; MOST],
}

/// A known column's place, and what is wrong with its value.
pub(crate) type Problem = (usize, String);

impl Row<'_> {
    /// Nothing told; one piece of it where it is an order.
    pub(crate) fn blank(table: TableName) -> Self {
        let mut numbers = [MISSING; MOST];
        if table == TableName::Orders {
            numbers[orders::QUANTITY] = Quantity::ONE.0;
        }
        Row {
            texts: [None; MOST],
            numbers,
        }
    }

    /// What is wrong with a row's values taken together, and in which column.
    pub(crate) fn check(&self, table: TableName) -> Result<(), Problem> {
        for (place, column) in table.known().iter().enumerate() {
            if column.need == Need::Always && self.is_blank(place, column.holds.is_text()) {
                let what = match column.holds.is_text() {
                    true if column.name.ends_with("_id") => "no id is told".to_owned(),
                    _ => format!("no `{}` is told", column.name),
                };
                return Err((place, what));
            }
        }
        match table {
            TableName::Orders => self.check_order(),
            TableName::Spend => self.check_spend(),
            TableName::Items => self.check_item(),
            TableName::Customers | TableName::Events => Ok(()),
        }
    }

    fn is_blank(&self, place: usize, text: bool) -> bool {
        match text {
            true => self.texts[place].is_none_or(|text| text.trim().is_empty()),
            false => self.numbers[place] == MISSING,
        }
    }

    fn check_order(&self) -> Result<(), Problem> {
        let discount = self.numbers[orders::DISCOUNT];
        if discount != MISSING && discount < 0 {
            let problem = format!(
                "{} is negative, but a discount is the amount taken off",
                Money(discount)
            );
            return Err((orders::DISCOUNT, problem));
        }
        let quantity = Quantity(self.numbers[orders::QUANTITY]);
        let fits = |money: i64| match Money::told(money) {
            Some(money) => money.times(quantity),
            None => Some(Money(0)),
        };
        let discount = Money::told(discount).unwrap_or_default();
        let amount = fits(self.numbers[orders::PRICE]).and_then(|gross| gross.minus(discount));
        let margin = amount
            .zip(fits(self.numbers[orders::COST]))
            .and_then(|(amount, cost)| amount.minus(cost));
        let place = match (amount, margin) {
            (_, Some(_)) => return Ok(()),
            (Some(_), None) => orders::COST,
            (None, None) if fits(self.numbers[orders::PRICE]).is_some() => orders::DISCOUNT,
            (None, None) => orders::PRICE,
        };
        let problem = format!("{quantity} pieces make an amount or a cost that is too large");
        Err((place, problem))
    }

    fn check_item(&self) -> Result<(), Problem> {
        /// A path is walked up, level by level.
        const DEEPEST: usize = 32;
        let category = self.texts[items::CATEGORY].unwrap_or_default();
        match category.matches('/').count() {
            0..DEEPEST => Ok(()),
            levels => Err((
                items::CATEGORY,
                format!(
                    "the path has {} levels, and at most {DEEPEST} are read",
                    levels + 1
                ),
            )),
        }
    }

    fn check_spend(&self) -> Result<(), Problem> {
        match self.numbers[spend::TO] < self.numbers[spend::FROM] {
            true => Err((spend::TO, "it lies before `from`".to_owned())),
            false => Ok(()),
        }
    }
}
