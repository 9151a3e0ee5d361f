//! What is counted of lines of orders: pieces and money.

use crate::history::{History, Money, Quantity};
use std::ops::Range;

/// What of the lines of an order is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// What counts and is left after returns.
    Left,
    /// What was ordered, as told.
    Told,
    /// What came back, as positive numbers.
    Returned,
}

/// The lines of an order that a part of it is made of; goods alone.
pub(super) fn lines(
    history: &History,
    order: usize,
    part: Part,
) -> std::iter::Filter<Range<usize>, impl FnMut(&usize) -> bool> {
    let lines = history.line_table();
    let goods = |line: usize| {
        let item = lines.item.get(line).map(|&item| item as usize);
        let ignored = item.and_then(|item| lines.ignored.get(item));
        ignored != Some(&true)
    };
    history
        .order_table()
        .lines_of(order)
        .filter(move |&line| match part {
            Part::Left => lines.left.get(line).is_some_and(|&left| left > 0),
            Part::Told => goods(line) && !lines.is_return(line),
            Part::Returned => goods(line) && lines.is_return(line),
        })
}

/// How many pieces, in thousandths.
pub(super) fn quantity(history: &History, line: usize, part: Part) -> Option<i64> {
    let line = history.line(line);
    match part {
        Part::Left => Some(line.left().0),
        Part::Told => Some(line.quantity().0),
        Part::Returned => line.quantity().0.checked_abs(),
    }
}

/// Quantity times price less discount.
pub(super) fn amount(history: &History, line: usize, part: Part) -> Option<i64> {
    let told = history.line(line).amount()?.0;
    match part {
        Part::Left => of_what_is_left(history, line, told),
        Part::Told => Some(told),
        Part::Returned => told.checked_abs(),
    }
}

/// What was taken off: nothing, where the line tells nothing. Of a line that came back in part, as much
/// of it as is left of the line.
pub(super) fn discount(history: &History, line: usize, part: Part) -> Option<i64> {
    let told = history.line(line).discount().unwrap_or_default().0;
    match part {
        Part::Left => of_what_is_left(history, line, told),
        Part::Told | Part::Returned => Some(told),
    }
}

/// Amount less quantity times cost.
pub(super) fn margin(history: &History, line: usize, part: Part) -> Option<i64> {
    let quantity = Quantity(quantity(history, line, part)?);
    let cost = history.line(line).cost()?.times(quantity)?;
    let amount = Money(amount(history, line, part)?);
    amount.minus(cost).map(|margin| margin.0)
}

/// The share of a line's money that its pieces left have, rounded to ten-thousandths, halves away
/// from zero.
fn of_what_is_left(history: &History, line: usize, told: i64) -> Option<i64> {
    let line = history.line(line);
    let (left, quantity) = (line.left().0, line.quantity().0);
    if left == quantity {
        return Some(told);
    }
    let product = i128::from(told) * i128::from(left);
    let quantity = i128::from(quantity);
    let whole = product.checked_div(quantity)?;
    let rest = product.checked_rem(quantity)?;
    let away = match rest.abs() * 2 >= quantity.abs() {
        true => product.signum() * quantity.signum(),
        false => 0,
    };
    i64::try_from(whole + away).ok()
}

/// The sum of a value over lines; `None` where any of them is missing or the sum does not fit.
pub(super) fn sum(values: impl Iterator<Item = Option<i64>>) -> Option<i64> {
    let mut sum = 0i128;
    for value in values {
        sum += i128::from(value?);
    }
    i64::try_from(sum).ok()
}

/// What share of the money before discount the discount is.
pub(super) fn share(discount: i64, amount: i64) -> Option<f64> {
    let gross = i128::from(discount) + i128::from(amount);
    let share = discount as f64 / gross as f64;
    share.is_finite().then_some(share)
}
