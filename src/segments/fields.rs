//! The fields of one customer's rows.

use super::facts::{Fact, ItemFact};
use super::lines::{Part, amount, discount, lines, margin, quantity, share, sum};
use super::rows::Person;
use crate::history::{self, History, Instant, Money, Typed};
use crate::rules::Value;

const MONEY: i64 = 10_000;
const PIECES: i64 = 1_000;

fn money<'a>(raw: i64) -> Value<'a> {
    Value::Fixed(raw, MONEY)
}

fn told_money<'a>(told: Option<Money>) -> Option<Value<'a>> {
    told.map(|told| money(told.0))
}

fn time<'a>(at: Option<Instant>) -> Option<Value<'a>> {
    at.map(|at| Value::Time(at.0))
}

/// The value of a column of the shop's own.
pub(super) fn own(columns: &[(String, Typed)], place: usize, row: usize) -> Option<Value<'_>> {
    let (_, values) = columns.get(place)?;
    Some(match values.get(row)? {
        history::Value::Text(text) => Value::Text(text),
        history::Value::Number(number) => Value::Number(number),
        history::Value::Flag(flag) => Value::Flag(flag),
        history::Value::Time(at) => Value::Time(at.0),
    })
}

impl<'a> Person<'a> {
    pub(super) fn of_line(&self, row: usize, part: Part, fact: &Fact) -> Option<Value<'a>> {
        let history = self.history();
        let line = history.line(row);
        match *fact {
            Fact::At if part == Part::Returned => time(self.returned_at(row)),
            Fact::Quantity => quantity(history, row, part).map(|raw| Value::Fixed(raw, PIECES)),
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
            Fact::LineOwn(place) => own(&history.line_table().own, place, row),
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
            Fact::At | Fact::OrderedAt => time(Instant::told(*orders.at.get(order)?)),
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
            Fact::Quantity => total(quantity).map(|raw| Value::Fixed(raw, PIECES)),
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
        let mut values = told.filter_map(|line| own(&table.own, place, line));
        let first = values.next()?;
        values.all(|value| value == first).then_some(first)
    }

    pub(super) fn of_event(&self, row: usize, fact: &Fact) -> Option<Value<'a>> {
        let history = self.history();
        let event = history.event(row)?;
        match *fact {
            Fact::At => Some(Value::Time(event.at().0)),
            Fact::EventKind => Some(Value::Text(event.kind())),
            Fact::EventValue => told_money(event.value()),
            Fact::EventPrice => told_money(event.price()),
            Fact::EventQuery => event.query().map(Value::Text),
            Fact::EventOwn(place) => own(&history.event_table()?.own, place, row),
            Fact::Product(fact) => self.of_item(self.item_of_event(row)?, fact),
            _ => None,
        }
    }

    fn of_item(&self, index: usize, fact: ItemFact) -> Option<Value<'a>> {
        let item = self.history().item_at(index);
        match fact {
            ItemFact::Id => Some(Value::Text(item.id())),
            ItemFact::Name => item.name().map(Value::Text),
            ItemFact::Category => item.category().map(Value::Text),
            ItemFact::Brand => item.brand().map(Value::Text),
            ItemFact::Group => item.group().map(Value::Text),
            ItemFact::Price => told_money(item.price()),
            ItemFact::Cost => told_money(item.cost()),
            ItemFact::Margin => told_money(item.price()?.minus(item.cost()?)),
            ItemFact::Stock => item.stock().map(|stock| Value::Fixed(stock.0, PIECES)),
            ItemFact::InStock => item.stock().map(|stock| Value::Flag(stock.0 > 0)),
            ItemFact::Own(place) => own(&self.history().item_table()?.own, place, index),
        }
    }
}
