//! What a rule over goods may name: the item's own fields, those of what is looked at (`context.`), and
//! those of the customer (`customer.`).

use crate::engine::Engine;
use crate::facts::{CustomerFact, Customers, ItemFact, Items};
use crate::history::TableName;
use crate::rules::{Schema, Source, Type};

/// A field that a rule over goods names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Fact {
    Item(ItemFact),
    /// The same of what is looked at.
    Context(ItemFact),
    Customer(CustomerFact),
}

impl Fact {
    /// Whether it is the same for every item of an answer.
    pub(super) fn is_of_question(&self) -> bool {
        matches!(self, Fact::Context(_) | Fact::Customer(_))
    }
}

impl Engine {
    /// What rules may name of its items.
    pub(super) fn item_facts(&self) -> Items<'_> {
        Items {
            ids: &self.items,
            table: self.goods.as_ref(),
            groups: self.groups.as_ref(),
        }
    }

    /// What rules may name of its customers.
    pub(super) fn customer_facts(&self) -> Customers<'_> {
        Customers {
            ids: &self.people,
            table: self.customers_told.as_ref(),
        }
    }
}

/// The fields of a shop's goods.
pub(super) struct Goods<'a>(pub &'a Engine);

impl Schema for Goods<'_> {
    type Fact = Fact;

    fn subject(&self) -> &'static str {
        "item"
    }

    fn field(&self, name: &str) -> Option<(Fact, Type)> {
        if let Some(name) = name.strip_prefix("context.") {
            let (fact, of) = self.0.item_facts().field(name)?;
            return Some((Fact::Context(fact), of));
        }
        if let Some(name) = name.strip_prefix("customer.") {
            let (fact, of) = self.0.customer_facts().field(name)?;
            return Some((Fact::Customer(fact), of));
        }
        let (fact, of) = self.0.item_facts().field(name)?;
        Some((Fact::Item(fact), of))
    }

    fn names(&self) -> Vec<String> {
        let (items, customers) = (self.0.item_facts(), self.0.customer_facts());
        let context = items.names().map(|name| format!("context.{name}"));
        let customers = customers.names().map(|name| format!("customer.{name}"));
        let items = items.names().map(str::to_owned);
        items.chain(context).chain(customers).collect()
    }

    fn without_rows(&self, source: &Source) -> Option<(String, Vec<String>)> {
        let problem = format!(
            "a rule over goods asks for no rows such as `{}`: those are for rules over customers",
            source.name()
        );
        Some((problem, Vec::new()))
    }

    fn row_field(&self, _: &Source, _: &str) -> Option<(Fact, Type)> {
        None
    }

    fn row_names(&self, _: &Source) -> Vec<String> {
        Vec::new()
    }

    fn segment(&self, _: &str) -> Option<usize> {
        None
    }

    fn segments(&self) -> Vec<String> {
        Vec::new()
    }

    fn hint(&self, name: &str) -> Option<String> {
        if !name.starts_with("customer.") {
            if self.0.customer_facts().field(name).is_some() {
                return Some(format!("the customer's is `customer.{name}`"));
            }
            let name = name.strip_prefix("context.").unwrap_or(name);
            return self.0.item_facts().hint(name);
        }
        let hint = self.0.customer_facts().hint()?;
        let shelf = self.0.shelf.as_ref();
        let older = shelf.is_some_and(|shelf| shelf.tells(TableName::Customers));
        let fit = "the file was written before customers were kept ready: fit the shop again";
        Some(if older { fit } else { hint }.to_owned())
    }
}
