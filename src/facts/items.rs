//! What rules may name of an item.

use super::cells::{cell, column, money, pieces};
use crate::history::{History, ItemTable, Labels, MISSING, Texts, Typed};
use crate::rules::{Type, Value};

/// What stands for a field of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ItemFact {
    Id,
    Name,
    Category,
    Brand,
    Group,
    Price,
    Cost,
    Stock,
    Margin,
    InStock,
    /// A column of the shop's own, by its place.
    Own(usize),
}

/// A fact that cobuy knows of items, by its name.
type Known = (&'static str, ItemFact, Type);

const KNOWN: [Known; 10] = [
    ("product", ItemFact::Id, Type::Text),
    ("name", ItemFact::Name, Type::Text),
    ("category", ItemFact::Category, Type::Text),
    ("brand", ItemFact::Brand, Type::Text),
    ("group", ItemFact::Group, Type::Text),
    ("price", ItemFact::Price, Type::Number),
    ("cost", ItemFact::Cost, Type::Number),
    ("stock", ItemFact::Stock, Type::Number),
    ("margin", ItemFact::Margin, Type::Number),
    ("in_stock", ItemFact::InStock, Type::Flag),
];

/// What is known of a shop's items.
#[derive(Clone, Copy)]
pub(crate) struct Items<'a> {
    pub ids: &'a Labels,
    pub table: Option<&'a ItemTable>,
    /// The article that each is a variant of.
    pub groups: Option<&'a Texts>,
}

impl<'a> Items<'a> {
    pub(crate) fn of(history: &'a History) -> Self {
        Items {
            ids: history.items(),
            table: history.item_table(),
            groups: history.groups(),
        }
    }

    /// What cobuy knows of items, whether this shop tells it or not.
    pub(crate) fn known() -> impl Iterator<Item = Known> {
        KNOWN.into_iter()
    }

    /// The columns of the shop's own.
    pub(crate) fn own(&self) -> &'a [(String, Typed)] {
        self.table.map_or(&[], |table| &table.own)
    }

    /// The column of items that would have to be told for a fact.
    pub(crate) fn lacks(&self, fact: ItemFact) -> Option<&'static str> {
        match fact {
            ItemFact::Id | ItemFact::Own(_) => None,
            ItemFact::Margin => {
                let price = self.lacks(ItemFact::Price);
                price.or_else(|| self.lacks(ItemFact::Cost))
            }
            ItemFact::InStock => self.lacks(ItemFact::Stock),
            column => {
                let told = self.texts(column).is_some() || self.fixed(column).is_some();
                let (name, ..) = Self::known().find(|&(_, known, _)| known == column)?;
                (!told).then_some(name)
            }
        }
    }

    fn told(self) -> impl Iterator<Item = Known> {
        Self::known().filter(move |&(_, fact, _)| self.lacks(fact).is_none())
    }

    pub(crate) fn field(&self, name: &str) -> Option<(ItemFact, Type)> {
        if let Some((_, fact, of)) = self.told().find(|(known, ..)| *known == name) {
            return Some((fact, of));
        }
        let (place, of) = column(self.own(), name)?;
        Some((ItemFact::Own(place), of))
    }

    pub(crate) fn names(self) -> impl Iterator<Item = &'a str> {
        let own = self.own().iter().map(|(name, _)| name.as_str());
        self.told().map(|(name, ..)| name).chain(own)
    }

    /// Why a field is not there.
    pub(crate) fn hint(&self, name: &str) -> Option<String> {
        if name == "item_id" {
            return Some("an item's id is `product`".to_owned());
        }
        let (_, fact, _) = Self::known().find(|(known, ..)| *known == name)?;
        let lacks = self.lacks(fact)?;
        Some(format!("the items tell no `{lacks}`"))
    }

    pub(crate) fn value(&self, fact: ItemFact, item: usize) -> Option<Value<'a>> {
        match fact {
            ItemFact::Id => self.ids.get(item).map(Value::Text),
            ItemFact::Name | ItemFact::Category | ItemFact::Brand | ItemFact::Group => {
                self.texts(fact)?.get(item).map(Value::Text)
            }
            ItemFact::Price | ItemFact::Cost => self.parts(fact, item).map(money),
            ItemFact::Stock => self.parts(fact, item).map(pieces),
            ItemFact::Margin => {
                let (price, cost) = (ItemFact::Price, ItemFact::Cost);
                let margin = self
                    .parts(price, item)?
                    .checked_sub(self.parts(cost, item)?);
                margin.map(money)
            }
            ItemFact::InStock => Some(Value::Flag(self.parts(ItemFact::Stock, item)? > 0)),
            ItemFact::Own(place) => cell(self.own(), place, item),
        }
    }

    /// A column of texts.
    pub(crate) fn texts(&self, fact: ItemFact) -> Option<&'a Texts> {
        match fact {
            ItemFact::Name => self.table?.name.as_ref(),
            ItemFact::Category => self.table?.category.as_ref(),
            ItemFact::Brand => self.table?.brand.as_ref(),
            ItemFact::Group => self.groups,
            ItemFact::Own(place) => match &self.own().get(place)?.1 {
                Typed::Text(texts) => Some(texts),
                _ => None,
            },
            _ => None,
        }
    }

    /// A column of money or quantities, in parts of one; [`MISSING`] where nothing was told.
    fn fixed(&self, fact: ItemFact) -> Option<&'a [i64]> {
        let column = match fact {
            ItemFact::Price => &self.table?.price,
            ItemFact::Cost => &self.table?.cost,
            ItemFact::Stock => &self.table?.stock,
            _ => return None,
        };
        column.as_ref().map(|column| &column[..])
    }

    fn parts(&self, fact: ItemFact, item: usize) -> Option<i64> {
        let parts = *self.fixed(fact)?.get(item)?;
        (parts != MISSING).then_some(parts)
    }
}
