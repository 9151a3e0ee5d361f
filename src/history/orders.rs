//! Orders from a program: lines by an iterator.

use crate::error::{Error, Result};
use crate::history::decimal::{MISSING, Money, Quantity};
use crate::history::reading::Reading;
use crate::history::settings::{OnError, Settings};
use crate::history::time::Instant;
use crate::history::told::Told;
use crate::history::told::row::Row;
use crate::history::told::schema::{TableName, orders};
use crate::watch::Watch;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// One line of an order: an item, how many, at what price, by whom.
///
/// ```
/// use cobuy::OrderLine;
/// let line = OrderLine::new("1001", "ann", "tea").price("4.50".parse()?);
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrderLine<'a> {
    /// The order it belongs to.
    pub order_id: Cow<'a, str>,
    /// Who ordered; `None` where nobody is named.
    pub customer_id: Option<Cow<'a, str>>,
    /// What was ordered.
    pub item_id: Cow<'a, str>,
    /// How many; negative for what came back.
    pub quantity: Quantity,
    /// Per piece.
    pub price: Option<Money>,
    /// When.
    pub ordered_at: Option<Instant>,
    /// The order's status, as the shop writes it.
    pub status: Option<Cow<'a, str>>,
    /// Where the order came in.
    pub channel: Option<Cow<'a, str>>,
    /// The campaign the order is put down to.
    pub campaign: Option<Cow<'a, str>>,
    /// Taken off the whole line.
    pub discount: Option<Money>,
    /// What a piece cost the shop.
    pub cost: Option<Money>,
    /// The order that a return is of.
    pub return_of: Option<Cow<'a, str>>,
    /// What prices are in.
    pub currency: Option<Cow<'a, str>>,
    /// Columns of the shop's own, by name: texts, from which the column's kind is told.
    pub own: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> OrderLine<'a> {
    /// One piece of an item in a customer's order.
    pub fn new(
        order_id: impl Into<Cow<'a, str>>,
        customer_id: impl Into<Cow<'a, str>>,
        item_id: impl Into<Cow<'a, str>>,
    ) -> Self {
        OrderLine {
            order_id: order_id.into(),
            customer_id: Some(customer_id.into()),
            item_id: item_id.into(),
            quantity: Quantity::ONE,
            ..OrderLine::default()
        }
    }

    /// This many; negative for what came back.
    pub fn quantity(mut self, quantity: Quantity) -> Self {
        self.quantity = quantity;
        self
    }

    /// At this price a piece.
    pub fn price(mut self, price: Money) -> Self {
        self.price = Some(price);
        self
    }

    /// At this time.
    pub fn ordered_at(mut self, at: Instant) -> Self {
        self.ordered_at = Some(at);
        self
    }

    /// With a value in a column of the shop's own.
    pub fn own(mut self, column: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.own.push((column.into(), value.into()));
        self
    }

    /// With this status.
    pub fn status(mut self, status: impl Into<Cow<'a, str>>) -> Self {
        self.status = Some(status.into());
        self
    }
}

/// Lines of orders as a table.
pub(crate) fn told<'a>(
    lines: impl IntoIterator<Item = OrderLine<'a>>,
    settings: &Settings,
    watch: Watch<'_>,
) -> Result<(Told, Reading)> {
    let lines: Vec<OrderLine<'a>> = lines.into_iter().collect();
    let table = TableName::Orders;
    let source_name = "the orders".to_owned();
    let own = lines.iter().flat_map(|line| &line.own);
    let own: BTreeSet<String> = own.map(|(name, _)| name.clone().into_owned()).collect();
    let mut told = Told::new(table, columns(&lines).into_iter(), own.iter().cloned());
    for (at, line) in lines.iter().enumerate() {
        if at.is_multiple_of(1024) {
            watch.check()?;
        }
        let place = at as u64 + 1;
        let row = as_row(line, settings);
        row.check(table).map_err(|(column, problem)| Error::Row {
            source_name: source_name.clone(),
            line: place,
            column: Some(table.known()[column].name.to_owned()),
            problem,
        })?;
        let value = |name: &String| {
            let told = line.own.iter().find(|(own, _)| own == name);
            let told = told.map(|(_, value)| value.as_ref());
            told.filter(|value| !settings.is_missing(value))
        };
        told.push(place, &row, own.iter().map(value))?;
    }
    let reading = Reading::new(table, source_name, OnError::Stop, Vec::new(), 0);
    Ok((told, reading))
}

/// The columns that some line tells; ids and quantities always.
fn columns(lines: &[OrderLine<'_>]) -> Vec<usize> {
    let told = |place: &usize| {
        lines.iter().any(|line| match *place {
            orders::PRICE => line.price.is_some(),
            orders::ORDERED_AT => line.ordered_at.is_some(),
            orders::STATUS => line.status.is_some(),
            orders::CHANNEL => line.channel.is_some(),
            orders::CAMPAIGN => line.campaign.is_some(),
            orders::DISCOUNT => line.discount.is_some(),
            orders::COST => line.cost.is_some(),
            orders::RETURN_OF => line.return_of.is_some(),
            orders::CURRENCY => line.currency.is_some(),
            _ => false,
        })
    };
    let always = |place: &usize| *place <= orders::QUANTITY;
    let all = 0..TableName::Orders.known().len();
    all.filter(|place| always(place) || told(place)).collect()
}

fn as_row<'a>(line: &'a OrderLine<'_>, settings: &Settings) -> Row<'a> {
    let told = |text: &'a str| (!settings.is_missing(text)).then_some(text);
    let maybe = |text: &'a Option<Cow<'_, str>>| text.as_deref().and_then(told);
    let money = |money: Option<Money>| money.map_or(MISSING, |money| money.0);
    let mut row = Row::blank(TableName::Orders);
    for (place, text) in [
        (orders::ORDER_ID, told(&line.order_id)),
        (orders::CUSTOMER_ID, maybe(&line.customer_id)),
        (orders::ITEM_ID, told(&line.item_id)),
        (orders::STATUS, maybe(&line.status)),
        (orders::CHANNEL, maybe(&line.channel)),
        (orders::CAMPAIGN, maybe(&line.campaign)),
        (orders::RETURN_OF, maybe(&line.return_of)),
        (orders::CURRENCY, maybe(&line.currency)),
    ] {
        row.texts[place] = text;
    }
    for (place, number) in [
        (orders::QUANTITY, line.quantity.0),
        (orders::PRICE, money(line.price)),
        (
            orders::ORDERED_AT,
            line.ordered_at.map_or(MISSING, |at| at.0),
        ),
        (orders::DISCOUNT, money(line.discount)),
        (orders::COST, money(line.cost)),
    ] {
        row.numbers[place] = number;
    }
    row
}
