//! The numbers of items as columns, of which whole blocks are evaluated at once.

use crate::engine::Engine;
use crate::facts::{ItemFact, Items};
use crate::rules::{Type, Value};

/// What the shop's columns of money and quantities say as numbers, made when the first rule asks.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Derived(Vec<(ItemFact, Vec<f64>)>);

impl Derived {
    pub(super) fn of(engine: &Engine) -> Self {
        let items = engine.item_facts();
        let column = |fact| {
            let number = |item| items.value(fact, item).and_then(Value::number);
            let numbers = (0..engine.items.len()).map(|item| number(item).unwrap_or(f64::NAN));
            (fact, numbers.collect())
        };
        let told = Items::known()
            .filter(|&(_, fact, of)| of == Type::Number && items.lacks(fact).is_none());
        Derived(told.map(|(_, fact, _)| column(fact)).collect())
    }

    /// By item; NaN where it is missing.
    pub(super) fn number(&self, fact: ItemFact) -> Option<&[f64]> {
        let (_, column) = self.0.iter().find(|(told, _)| *told == fact)?;
        Some(column)
    }
}
