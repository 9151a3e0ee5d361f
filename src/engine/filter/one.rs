//! What is known of one item, beside what is looked at and the customer.

use super::derived::Derived;
use super::facts::Fact;
use crate::engine::Engine;
use crate::facts::ItemFact;
use crate::rules::{Source, Value, World, mean};

/// What a question asks about, as rules over goods see it.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Scope<'a> {
    pub engine: &'a Engine,
    pub derived: &'a Derived,
    /// The items that are looked at.
    pub context: &'a [u32],
    /// The customer, where one is known.
    pub customer: Option<u32>,
}

/// One item in the scope of a question.
pub(super) struct OneItem<'a> {
    pub scope: Scope<'a>,
    pub item: u32,
}

impl<'a> Scope<'a> {
    /// A field of an item; of the question where it is the same for all items.
    pub(super) fn value(&self, fact: &Fact, item: u32) -> Option<Value<'a>> {
        match *fact {
            Fact::Item(fact) => self.engine.item_facts().value(fact, item as usize),
            Fact::Context(fact) => self.looked_at(fact),
            Fact::Customer(fact) => {
                let customer = self.customer? as usize;
                self.engine.customer_facts().value(fact, customer)
            }
        }
    }

    /// A field of what is looked at: of several items the mean of a number, and what all that tell
    /// one share of anything else.
    fn looked_at(&self, fact: ItemFact) -> Option<Value<'a>> {
        let items = self.engine.item_facts();
        let context = self.context.iter();
        let mut known = context.filter_map(|&item| items.value(fact, item as usize));
        match known.clone().next()? {
            Value::Number(_) | Value::Fixed(..) => mean(known),
            first => known.all(|other| other == first).then_some(first),
        }
    }
}

/// An item has no rows and is in no segment: its schema refuses both.
impl World<Fact> for OneItem<'_> {
    type Row = ();

    fn value(&self, fact: &Fact) -> Option<Value<'_>> {
        self.scope.value(fact, self.item)
    }

    fn rows(&self, _: &Source, _: bool) -> Vec<()> {
        Vec::new()
    }

    fn at(&self, (): ()) -> Option<i64> {
        None
    }

    fn of_row(&self, (): (), _: &Fact) -> Option<Value<'_>> {
        None
    }

    fn first_order(&self) -> Option<i64> {
        None
    }

    fn in_segment(&self, _: usize) -> Option<bool> {
        None
    }
}
