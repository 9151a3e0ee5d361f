//! One customer: fields, and the rows of what they did.

use super::facts::Fact;
use super::lines::{Part, lines};
use crate::facts::Customers;
use crate::history::{History, Instant, MISSING, NONE, Standing};
use crate::rules::{Source, Value, World};
use std::collections::BTreeMap;

/// A customer, and in which segments they are as far as that was asked.
pub(crate) struct Person<'a> {
    pub history: &'a History,
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

impl<'a> Person<'a> {
    pub(super) fn history(&self) -> &'a History {
        self.history
    }

    /// Orders by time and id, of which a part has lines.
    fn orders(&self, part: Part) -> impl Iterator<Item = usize> + 'a {
        let history = self.history();
        let orders = history.orders_of(self.customer);
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
    pub(super) fn returned_at(&self, line: usize) -> Option<Instant> {
        let line = self.history().line(line);
        line.at().or(line.ordered_at())
    }

    fn events(&self, kind: &str) -> impl Iterator<Item = usize> + 'a {
        let kinds = self.history().event_table().map(|events| &events.kind);
        let wanted = kinds.and_then(|kinds| kinds.labels.find(kind));
        let code = move |row: usize| kinds.and_then(|kinds| kinds.codes.get(row)).copied();
        let events = self.history().events_of(self.customer);
        events.filter(move |&row| wanted.is_some() && code(row).map(|code| code as usize) == wanted)
    }

    pub(super) fn item_of_event(&self, event: usize) -> Option<usize> {
        let items = self.history().event_table()?.item.as_ref()?;
        let item = items.get(event).filter(|&&item| item != NONE)?;
        Some(*item as usize)
    }

    /// What was put on the wishlist and not taken off it since.
    fn wishlist(&self) -> Vec<Row> {
        let at = |event: usize| self.history().event(event).map(|event| event.at());
        let mut last_removed = BTreeMap::new();
        for removed in self.events("wishlist_remove") {
            // Events stand by time.
            last_removed.insert(self.item_of_event(removed), at(removed));
        }
        let stays = |&added: &usize| {
            let item = self.item_of_event(added);
            let removed = item.and_then(|_| last_removed.get(&item));
            removed.is_none_or(|removed| *removed < at(added))
        };
        let added = self.events("wishlist_add").filter(stays);
        added.map(Row::Event).collect()
    }
}

impl World<Fact> for Person<'_> {
    type Row = Row;

    fn value(&self, fact: &Fact) -> Option<Value<'_>> {
        match *fact {
            Fact::Customer(fact) => Customers::of(self.history()).value(fact, self.customer),
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
