//! What is known of one item, beside what is looked at and the customer.

use super::facts::{Derived, Fact, Number};
use crate::engine::Engine;
use crate::history::{MISSING, Typed};
use crate::rules::{Source, Value, World};

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
        let goods = self.engine.goods.as_ref();
        let at = item as usize;
        match fact {
            Fact::Product => self.engine.items.get(at).map(Value::Text),
            Fact::Name => goods?.name.as_ref()?.get(at).map(Value::Text),
            Fact::Category => goods?.category.as_ref()?.get(at).map(Value::Text),
            Fact::Brand => goods?.brand.as_ref()?.get(at).map(Value::Text),
            Fact::Group => self.derived.group.as_ref()?.get(at).map(Value::Text),
            Fact::Number(number) => self.number(*number, at).map(Value::Number),
            Fact::InStock => Some(Value::Flag(self.number(Number::Stock, at)? > 0.0)),
            Fact::Own(place) => cell(&goods?.own.get(*place)?.1, at),
            Fact::Context(fact) => self.looked_at(fact),
            Fact::Customer(place) => {
                let told = self.engine.customers_told.as_ref()?;
                cell(&told.own.get(*place)?.1, self.customer? as usize)
            }
        }
    }

    fn number(&self, number: Number, item: usize) -> Option<f64> {
        let value = *self.derived.number(number)?.get(item)?;
        (!value.is_nan()).then_some(value)
    }

    /// A field of what is looked at: of several items the mean of a number, and what all that tell
    /// one share of anything else.
    fn looked_at(&self, fact: &Fact) -> Option<Value<'a>> {
        let mut known = self
            .context
            .iter()
            .filter_map(|&item| self.value(fact, item));
        let first = known.next()?;
        match first.number() {
            Some(number) => {
                let (mut sum, mut count) = (number, 1.0);
                for number in known.filter_map(Value::number) {
                    sum += number;
                    count += 1.0;
                }
                Some(Value::Number(sum / count))
            }
            None => known.all(|other| other == first).then_some(first),
        }
    }
}

/// A value of a column of the shop's own.
fn cell(column: &Typed, row: usize) -> Option<Value<'_>> {
    match column {
        Typed::Text(texts) => texts.get(row).map(Value::Text),
        Typed::Number(numbers) => {
            let number = *numbers.get(row)?;
            (!number.is_nan()).then_some(Value::Number(number))
        }
        Typed::Flag(flags) => flags.get(row).copied()?.map(Value::Flag),
        Typed::Time(times) => {
            let at = *times.get(row)?;
            (at != MISSING).then_some(Value::Time(at))
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
