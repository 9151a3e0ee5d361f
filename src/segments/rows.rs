//! One customer: fields, and the rows of what they did.

use super::facts::{Fact, ItemFact};
use super::index::ByCustomer;
use super::lines::{Part, amount, discount, lines, margin, quantity, share, sum};
use crate::history::Standing;
use crate::history::{self, History, Instant, MISSING, Money, NONE, Typed};
use crate::rules::{Source, Value, World};

/// What all customers' rows are found by.
pub(crate) struct Index<'a> {
    pub history: &'a History,
    pub orders: ByCustomer,
    pub events: ByCustomer,
}

/// A customer, and in which segments they are as far as that was asked.
pub(crate) struct Person<'a> {
    pub index: &'a Index<'a>,
    pub customer: usize,
    pub segments: &'a [Option<bool>],
}

/// Something that a customer did.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Row {
    Line(usize, Part),
    Order(usize, Part),
    Event(usize),
}

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

fn own(columns: &[(String, Typed)], place: usize, row: usize) -> Option<Value<'_>> {
    let (_, values) = columns.get(place)?;
    Some(match values.get(row)? {
        history::Value::Text(text) => Value::Text(text),
        history::Value::Number(number) => Value::Number(number),
        history::Value::Flag(flag) => Value::Flag(flag),
        history::Value::Time(at) => Value::Time(at.0),
    })
}

impl<'a> Person<'a> {
    fn history(&self) -> &'a History {
        self.index.history
    }

    /// Orders by time and id, of which a part has lines.
    fn orders(&self, part: Part) -> impl Iterator<Item = usize> + 'a {
        let history = self.history();
        let orders = self.index.orders.of(self.customer);
        orders.filter(move |&order| lines(history, order, part).next().is_some())
    }

    fn cancelled(&self) -> impl Iterator<Item = usize> + 'a {
        let standing = &self.history().order_table().standing;
        let cancelled = |&order: &usize| standing.get(order) == Some(&Standing::Cancelled);
        self.orders(Part::Told).filter(cancelled)
    }

    /// Lines by their order's time and id, then by item.
    fn purchases(&self, part: Part) -> Vec<Row> {
        let mut rows = Vec::new();
        for order in self.orders(part) {
            let mut of_order: Vec<usize> = lines(self.history(), order, part).collect();
            // Lines of one item stand by their remaining values already.
            of_order.sort_by_key(|&line| self.history().line_table().item.get(line));
            rows.extend(of_order.into_iter().map(|line| Row::Line(line, part)));
        }
        rows
    }

    /// Returns by their own time, then by order id and item.
    fn returns(&self) -> Vec<Row> {
        let table = self.history().line_table();
        let counts = |&order: &usize| self.history().order_table().counts(order);
        let orders = self.orders(Part::Returned).filter(counts);
        let of_order = |order| lines(self.history(), order, Part::Returned);
        let mut rows: Vec<usize> = orders.flat_map(of_order).collect();
        rows.sort_by_key(|&line| {
            let at = self.returned_at(line).map_or(MISSING, |at| at.0);
            (at, table.order.get(line), table.item.get(line), line)
        });
        let rows = rows.into_iter();
        rows.map(|line| Row::Line(line, Part::Returned)).collect()
    }

    /// A return acts from its own time.
    fn returned_at(&self, line: usize) -> Option<Instant> {
        let line = self.history().line(line);
        line.at().or(line.ordered_at())
    }

    fn events(&self, kind: &str) -> impl Iterator<Item = usize> + 'a {
        let kinds = self.history().event_table().map(|events| &events.kind);
        let wanted = kinds.and_then(|kinds| kinds.labels.find(kind));
        let code = move |row: usize| kinds.and_then(|kinds| kinds.codes.get(row)).copied();
        let events = self.index.events.of(self.customer);
        events.filter(move |&row| wanted.is_some() && code(row).map(|code| code as usize) == wanted)
    }

    fn item_of_event(&self, event: usize) -> Option<usize> {
        let items = self.history().event_table()?.item.as_ref()?;
        let item = items.get(event).filter(|&&item| item != NONE)?;
        Some(*item as usize)
    }

    /// What was put on the wishlist and not taken off it since.
    fn wishlist(&self) -> Vec<Row> {
        let at = |event: usize| self.history().event(event).map(|event| event.at());
        let removed: Vec<_> = self.events("wishlist_remove").collect();
        let stays = |&added: &usize| {
            let item = self.item_of_event(added);
            let since = |&removed: &usize| {
                item.is_some() && self.item_of_event(removed) == item && at(removed) >= at(added)
            };
            !removed.iter().any(since)
        };
        let added = self.events("wishlist_add").filter(stays);
        added.map(Row::Event).collect()
    }

    fn of_line(&self, row: usize, part: Part, fact: &Fact) -> Option<Value<'a>> {
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

    fn of_order(&self, order: usize, part: Part, fact: &Fact) -> Option<Value<'a>> {
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

    fn of_event(&self, row: usize, fact: &Fact) -> Option<Value<'a>> {
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

impl World<Fact> for Person<'_> {
    type Row = Row;

    fn value(&self, fact: &Fact) -> Option<Value<'_>> {
        match *fact {
            Fact::CustomerId => self
                .history()
                .customers()
                .get(self.customer)
                .map(Value::Text),
            Fact::CustomerOwn(place) => {
                own(&self.history().customer_table()?.own, place, self.customer)
            }
            _ => None,
        }
    }

    fn rows(&self, source: &Source, any_status: bool) -> Vec<Row> {
        let part = if any_status { Part::Told } else { Part::Left };
        match source {
            Source::Orders => self
                .orders(part)
                .map(|order| Row::Order(order, part))
                .collect(),
            Source::Cancellations => {
                let cancelled = self.cancelled();
                cancelled
                    .map(|order| Row::Order(order, Part::Told))
                    .collect()
            }
            Source::Purchases => self.purchases(part),
            Source::Returns => self.returns(),
            Source::Wishlist => self.wishlist(),
            _ => {
                let kind = source.kind().unwrap_or_default();
                self.events(kind).map(Row::Event).collect()
            }
        }
    }

    fn at(&self, row: Row) -> Option<i64> {
        match self.of_row(row, &Fact::At)? {
            Value::Time(at) => Some(at),
            _ => None,
        }
    }

    fn of_row(&self, row: Row, fact: &Fact) -> Option<Value<'_>> {
        match row {
            Row::Line(line, part) => self.of_line(line, part, fact),
            Row::Order(order, part) => self.of_order(order, part, fact),
            Row::Event(event) => self.of_event(event, fact),
        }
    }

    fn first_order(&self) -> Option<i64> {
        let at = &self.history().order_table().at;
        let mut times = self
            .orders(Part::Left)
            .filter_map(|order| at.get(order).copied());
        times.find(|&at| at != MISSING)
    }

    fn in_segment(&self, place: usize) -> Option<bool> {
        self.segments.get(place).copied().flatten()
    }
}
