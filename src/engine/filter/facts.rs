//! What a rule over goods may name: the item's own fields, those of what is looked at (`context.`), and
//! those of the customer (`customer.`).

use crate::engine::Engine;
use crate::history::{CustomerTable, ItemTable, Labels, MISSING, NONE, Texts, Typed};
use crate::rules::{Schema, Source, Type};
use std::collections::{BTreeMap, BTreeSet};

/// A field that a rule over goods names.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::engine) enum Fact {
    /// Its id.
    Product,
    Name,
    Category,
    Brand,
    Group,
    Number(Number),
    InStock,
    /// A column of the shop's own, by place.
    Own(usize),
    /// The same of what is looked at.
    Context(Box<Fact>),
    /// A column of the customer's, by place.
    Customer(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Number {
    Price,
    Cost,
    Stock,
    Margin,
}

impl Fact {
    /// Whether it is the same for every item of an answer.
    pub(super) fn is_of_question(&self) -> bool {
        matches!(self, Fact::Context(_) | Fact::Customer(_))
    }
}

/// Columns that rules ask for and the shop does not tell as such, made when the first rule asks.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Derived {
    price: Option<Vec<f64>>,
    cost: Option<Vec<f64>>,
    stock: Option<Vec<f64>>,
    margin: Option<Vec<f64>>,
    pub group: Option<Texts>,
}

impl Derived {
    pub(super) fn of(engine: &Engine) -> Self {
        let Some(goods) = &engine.goods else {
            return Derived {
                group: group(engine),
                ..Derived::default()
            };
        };
        let column = |raw: Option<&std::sync::Arc<Vec<i64>>>, one: f64| {
            let number = |&raw: &i64| match raw {
                MISSING => f64::NAN,
                raw => raw as f64 / one,
            };
            raw.map(|raw| raw.iter().map(number).collect::<Vec<f64>>())
        };
        let margin = goods.price.as_ref().zip(goods.cost.as_ref());
        let margin = margin.map(|(price, cost)| {
            let margin = |(&price, &cost): (&i64, &i64)| match (price, cost) {
                (MISSING, _) | (_, MISSING) => f64::NAN,
                (price, cost) => (i128::from(price) - i128::from(cost)) as f64 / 10_000.0,
            };
            price.iter().zip(cost.iter()).map(margin).collect()
        });
        Derived {
            price: column(goods.price.as_ref(), 10_000.0),
            cost: column(goods.cost.as_ref(), 10_000.0),
            stock: column(goods.stock.as_ref(), 1_000.0),
            margin,
            group: group(engine),
        }
    }

    /// By item; NaN where it is missing.
    pub(super) fn number(&self, number: Number) -> Option<&[f64]> {
        let column = match number {
            Number::Price => &self.price,
            Number::Cost => &self.cost,
            Number::Stock => &self.stock,
            Number::Margin => &self.margin,
        };
        column.as_deref()
    }
}

/// The article of each item: what the settings name goes before what its row tells.
fn group(engine: &Engine) -> Option<Texts> {
    let mut names: BTreeMap<usize, &str> = BTreeMap::new();
    let told = engine.goods.as_ref().and_then(|goods| goods.group.as_ref());
    for item in 0..engine.items.len() {
        if let Some(name) = told.and_then(|told| told.get(item)) {
            names.insert(item, name);
        }
    }
    for (name, members) in engine.shelf.iter().flat_map(|shelf| &shelf.settings.groups) {
        for item in members.iter().filter_map(|id| engine.items.find(id)) {
            names.insert(item, name);
        }
    }
    let distinct: BTreeSet<&str> = names.values().copied().collect();
    let labels = Labels::from_sorted(distinct.iter().copied());
    let mut codes = vec![NONE; engine.items.len()];
    for (item, name) in &names {
        codes[*item] = labels.find(name).map_or(NONE, |code| code as u32);
    }
    (!names.is_empty()).then_some(Texts { labels, codes })
}

/// The fields of a shop's goods.
pub(super) struct Goods<'a> {
    pub engine: &'a Engine,
    pub derived: &'a Derived,
}

/// Every field that items may have besides those of the shop's own, and whether the shop tells it.
const KNOWN: [(&str, Fact, Type); 10] = [
    ("product", Fact::Product, Type::Text),
    ("name", Fact::Name, Type::Text),
    ("category", Fact::Category, Type::Text),
    ("brand", Fact::Brand, Type::Text),
    ("group", Fact::Group, Type::Text),
    ("price", Fact::Number(Number::Price), Type::Number),
    ("cost", Fact::Number(Number::Cost), Type::Number),
    ("stock", Fact::Number(Number::Stock), Type::Number),
    ("margin", Fact::Number(Number::Margin), Type::Number),
    ("in_stock", Fact::InStock, Type::Flag),
];

impl Goods<'_> {
    fn is_told(&self, fact: &Fact) -> bool {
        let goods = self.engine.goods.as_ref();
        let text = |column: fn(&ItemTable) -> &Option<Texts>| {
            goods.is_some_and(|goods| column(goods).is_some())
        };
        match fact {
            Fact::Product => true,
            Fact::Name => text(|goods| &goods.name),
            Fact::Category => text(|goods| &goods.category),
            Fact::Brand => text(|goods| &goods.brand),
            Fact::Group => self.derived.group.is_some(),
            Fact::Number(number) => self.derived.number(*number).is_some(),
            Fact::InStock => self.derived.number(Number::Stock).is_some(),
            Fact::Own(_) | Fact::Context(_) | Fact::Customer(_) => true,
        }
    }

    fn own(&self) -> &[(String, Typed)] {
        self.engine.goods.as_ref().map_or(&[], |goods| &goods.own)
    }

    fn of_customers(&self) -> &[(String, Typed)] {
        let told: Option<&CustomerTable> = self.engine.customers_told.as_ref();
        told.map_or(&[], |told| &told.own)
    }

    fn of_item(&self, name: &str) -> Option<(Fact, Type)> {
        let known = KNOWN.into_iter().find(|(known, ..)| *known == name);
        if let Some((_, fact, of)) = known.filter(|(_, fact, _)| self.is_told(fact)) {
            return Some((fact, of));
        }
        let (place, of) = column(self.own(), name)?;
        Some((Fact::Own(place), of))
    }

    fn item_names(&self) -> impl Iterator<Item = &str> {
        let known = KNOWN.iter().filter(|(_, fact, _)| self.is_told(fact));
        let own = self.own().iter().map(|(name, _)| name.as_str());
        known.map(|(name, ..)| *name).chain(own)
    }
}

/// The place of a column, and what it holds.
fn column(columns: &[(String, Typed)], name: &str) -> Option<(usize, Type)> {
    let place = columns.iter().position(|(column, _)| column == name)?;
    let of = match columns[place].1 {
        Typed::Text(_) => Type::Text,
        Typed::Number(_) => Type::Number,
        Typed::Flag(_) => Type::Flag,
        Typed::Time(_) => Type::Time,
    };
    Some((place, of))
}

impl Schema for Goods<'_> {
    type Fact = Fact;

    fn subject(&self) -> &'static str {
        "item"
    }

    fn field(&self, name: &str) -> Option<(Fact, Type)> {
        if let Some(rest) = name.strip_prefix("context.") {
            let (fact, of) = self.of_item(rest)?;
            return Some((Fact::Context(Box::new(fact)), of));
        }
        if let Some(rest) = name.strip_prefix("customer.") {
            let (place, of) = column(self.of_customers(), rest)?;
            return Some((Fact::Customer(place), of));
        }
        self.of_item(name)
    }

    fn names(&self) -> Vec<String> {
        let items = self.item_names().map(str::to_owned);
        let context = self.item_names().map(|name| format!("context.{name}"));
        let customers = self.of_customers().iter();
        let customers = customers.map(|(name, _)| format!("customer.{name}"));
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
        if name.starts_with("customer.") && self.engine.customers_told.is_none() {
            return Some("the shop tells nothing of its customers".to_owned());
        }
        let plain = name.strip_prefix("context.").unwrap_or(name);
        let known = KNOWN.iter().any(|(known, ..)| *known == plain);
        known.then(|| match plain {
            "margin" => "the items do not tell both `price` and `cost`".to_owned(),
            "in_stock" => "the items tell no `stock`".to_owned(),
            plain => format!("the items tell no `{plain}`"),
        })
    }
}
