//! Orders from a program: lines by an iterator.

use crate::error::{Error, Result};
use crate::history::History;
use crate::history::build::Builder;
use crate::history::columns::Role;
use crate::history::decimal::{MISSING, Money, Quantity};
use crate::history::rows::Row;
use crate::history::settings::{OnError, Settings};
use crate::history::time::Instant;
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

impl History {
    /// The history of lines in any order.
    ///
    /// A column that no line tells is a column the shop does not have: without any status every
    /// order counts.
    ///
    /// # Errors
    /// [`Error::Row`] with the line's number, counted from 1; [`Error::Conflict`]; [`Error::Table`]
    /// for unknown statuses; [`Error::UnknownName`] for an unknown time zone.
    ///
    /// ```
    /// use cobuy::{History, OrderLine, Settings};
    /// let lines = [
    ///     OrderLine::new("1", "ann", "tea"),
    ///     OrderLine::new("1", "ann", "cup"),
    ///     OrderLine::new("2", "bo", "tea"),
    /// ];
    /// let history = History::from_orders(lines, &Settings::default())?;
    /// assert_eq!(history.items().iter().collect::<Vec<_>>(), ["cup", "tea"]);
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    ///
    /// Columns of the shop's own come along, with the kind that all their values share:
    ///
    /// ```
    /// use cobuy::{History, OrderLine, Settings, history::Value};
    /// let lines = [OrderLine::new("1", "ann", "tea").own("shelf", "12")];
    /// let history = History::from_orders(lines, &Settings::default())?;
    /// let shelves: Vec<_> = history.lines().map(|line| line.own("shelf")).collect();
    /// assert_eq!(shelves, [Some(Value::Number(12.0))]);
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    pub fn from_orders<'a>(
        lines: impl IntoIterator<Item = OrderLine<'a>>,
        settings: &Settings,
    ) -> Result<History> {
        let lines: Vec<OrderLine<'a>> = lines.into_iter().collect();
        let ids = [
            Role::OrderId,
            Role::CustomerId,
            Role::ItemId,
            Role::Quantity,
        ];
        let told = |role: &Role| {
            lines.iter().any(|line| match role {
                Role::Price => line.price.is_some(),
                Role::OrderedAt => line.ordered_at.is_some(),
                Role::Status => line.status.is_some(),
                Role::Channel => line.channel.is_some(),
                Role::Campaign => line.campaign.is_some(),
                Role::Discount => line.discount.is_some(),
                Role::Cost => line.cost.is_some(),
                Role::ReturnOf => line.return_of.is_some(),
                _ => false,
            })
        };
        let roles = ids.into_iter().chain(Role::ALL.into_iter().filter(told));
        let own = lines.iter().flat_map(|line| &line.own);
        let own: BTreeSet<String> = own.map(|(name, _)| name.clone().into_owned()).collect();
        let source_name = "the orders";
        let mut builder = Builder::new(
            settings.clone(),
            None,
            source_name.to_owned(),
            OnError::Stop,
            roles,
            own.iter().cloned(),
        )?;
        for (at, line) in lines.iter().enumerate() {
            let place = at as u64 + 1;
            let row = as_row(line, settings);
            row.check().map_err(|(role, problem)| Error::Row {
                source_name: source_name.to_owned(),
                line: place,
                column: Some(role.name().to_owned()),
                problem,
            })?;
            let value = |name: &String| {
                let told = line.own.iter().find(|(own, _)| own == name);
                let told = told.map(|(_, value)| value.as_ref());
                told.filter(|value| !settings.is_missing(value))
            };
            builder.push(place, &row, own.iter().map(value))?;
        }
        builder.finish(Watch::new())
    }
}

fn as_row<'a>(line: &'a OrderLine<'_>, settings: &Settings) -> Row<'a> {
    let told =
        |text: &'a Option<Cow<'_, str>>| text.as_deref().filter(|text| !settings.is_missing(text));
    let id = |text: &'a str| if settings.is_missing(text) { "" } else { text };
    Row {
        order: id(&line.order_id),
        customer: told(&line.customer_id),
        item: id(&line.item_id),
        quantity: line.quantity.0,
        price: line.price.map_or(MISSING, |money| money.0),
        at: line.ordered_at.map_or(MISSING, |at| at.0),
        discount: line.discount.map_or(MISSING, |money| money.0),
        cost: line.cost.map_or(MISSING, |money| money.0),
        status: told(&line.status),
        channel: told(&line.channel),
        campaign: told(&line.campaign),
        currency: None,
        return_of: told(&line.return_of),
    }
}
