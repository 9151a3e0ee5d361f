//! What rules may name of a customer.

use super::cells::{cell, column};
use crate::history::{CustomerTable, History, Labels, Typed};
use crate::rules::{Type, Value};

/// What stands for a field of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CustomerFact {
    Id,
    /// A column of the shop's own, by its place.
    Own(usize),
}

const ID: &str = "customer_id";

/// What is known of a shop's customers.
#[derive(Clone, Copy)]
pub(crate) struct Customers<'a> {
    pub ids: &'a Labels,
    pub table: Option<&'a CustomerTable>,
}

impl<'a> Customers<'a> {
    pub(crate) fn of(history: &'a History) -> Self {
        Customers {
            ids: history.customers(),
            table: history.customer_table(),
        }
    }

    fn own(&self) -> &'a [(String, Typed)] {
        self.table.map_or(&[], |table| &table.own)
    }

    pub(crate) fn field(&self, name: &str) -> Option<(CustomerFact, Type)> {
        if name == ID {
            return Some((CustomerFact::Id, Type::Text));
        }
        let (place, of) = column(self.own(), name)?;
        Some((CustomerFact::Own(place), of))
    }

    pub(crate) fn names(self) -> impl Iterator<Item = &'a str> {
        let own = self.own().iter().map(|(name, _)| name.as_str());
        std::iter::once(ID).chain(own)
    }

    /// Why there is no more to name.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        let none = "the shop tells nothing of customers but their ids";
        self.table.is_none().then_some(none)
    }

    pub(crate) fn value(&self, fact: CustomerFact, customer: usize) -> Option<Value<'a>> {
        match fact {
            CustomerFact::Id => self.ids.get(customer).map(Value::Text),
            CustomerFact::Own(place) => cell(self.own(), place, customer),
        }
    }
}
