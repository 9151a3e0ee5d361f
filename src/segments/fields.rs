//! The fields of one customer's rows.

use super::facts::Fact;
use super::lines::{Part, amount, discount, lines, margin, quantity, share, sum};
use super::rows::Person;
use crate::facts::{ItemFact, Items, cell, money, pieces, time};
use crate::history::{self, History, Instant, Money};
use crate::rules::Value;

fn told_money<'a>(told: Option<Money>) -> Option<Value<'a>> {
    told.map(|told| money(told.0))
}

impl<'a> Person<'a> {
    pub(super) fn of_line(&self, row: usize, part: Part, fact: &Fact) -> Option<Value<'a>> {
        let history = self.history();
        let line = history.line(row);
        match *fact {
            Fact::At if part == Part::Returned => self.returned_at(row).map(time),
            Fact::Quantity => quantity(history, row, part).map(pieces),
            Fact::Amount => amount(history, row, part).map(money),
            Fact::Discount => discount(history, row, part).map(money),
            Fact::DiscountShare => {
                let amount = amount(history, row, part)?;
                share(discount(history, row, part)?, amount).map(Value::Number)
            }
            Fact::Margin => margin(history, row, part).map(money),
            Fact::Price => told_money(line.price()),
            Fact::Cost => told_money(line.cost()),
            Fact::ReturnOf => line.return_of().map(Value::Text),
            Fact::LineOwn(place) => cell(&history.line_table().own, place, row),
            Fact::Product(fact) => {
                let item = *history.line_table().item.get(row)?;
                self.of_item(item as usize, fact)
            }
            _ => {
                let order = *history.line_table().order.get(row)?;
                self.once_told(order as usize, fact)
            }
        }
    }

    /// What an order has once.
    fn once_told(&self, order: usize, fact: &Fact) -> Option<Value<'a>> {
        let orders = self.history().order_table();
        let text = |texts: &'a Option<history::Texts>| texts.as_ref()?.get(order).map(Value::Text);
        match fact {
            Fact::OrderId => self.history().orders().get(order).map(Value::Text),
            Fact::Channel => text(&orders.channel),
            Fact::Campaign => text(&orders.campaign),
            Fact::Status => text(&orders.status),
            Fact::At | Fact::OrderedAt => Instant::told(*orders.at.get(order)?).map(time),
            _ => None,
        }
    }

    pub(super) fn of_order(&self, order: usize, part: Part, fact: &Fact) -> Option<Value<'a>> {
        let history = self.history();
        let lines = || lines(history, order, part);
        let total = |of: fn(&History, usize, Part) -> Option<i64>| {
            sum(lines().map(|line| of(history, line, part)))
        };
        match *fact {
            Fact::Quantity => total(quantity).map(pieces),
            Fact::Amount => total(amount).map(money),
            Fact::Discount => total(discount).map(money),
            Fact::DiscountShare => share(total(discount)?, total(amount)?).map(Value::Number),
            Fact::Margin => total(margin).map(money),
            Fact::Items => {
                let mut items: Vec<_> = lines()
                    .filter_map(|line| history.line_table().item.get(line))
                    .collect();
                items.sort_unstable();
                items.dedup();
                Some(Value::Number(items.len() as f64))
            }
            Fact::LineOwn(place) => self.shared(order, place),
            _ => self.once_told(order, fact),
        }
    }

    /// The one value that all lines ordered have that tell one.
    fn shared(&self, order: usize, place: usize) -> Option<Value<'a>> {
        let table = self.history().line_table();
        let told = lines(self.history(), order, Part::Told);
        let mut values = told.filter_map(|line| cell(&table.own, place, line));
        let first = values.next()?;
        values.all(|value| value == first).then_some(first)
    }

    pub(super) fn of_event(&self, row: usize, fact: &Fact) -> Option<Value<'a>> {
        let history = self.history();
        let event = history.event(row)?;
        match *fact {
            Fact::At => Some(time(event.at())),
            Fact::EventKind => Some(Value::Text(event.kind())),
            Fact::EventValue => told_money(event.value()),
            Fact::EventPrice => told_money(event.price()),
            Fact::EventQuery => event.query().map(Value::Text),
            Fact::EventOwn(place) => cell(&history.event_table()?.own, place, row),
            Fact::Product(fact) => self.of_item(self.item_of_event(row)?, fact),
            _ => None,
        }
    }

    fn of_item(&self, item: usize, fact: ItemFact) -> Option<Value<'a>> {
        Items::of(self.history()).value(fact, item)
    }
}
