//! The slow and obvious twin of a rule over goods: its JSON form decided for one item, cell by cell.

use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A value that is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Number(f64),
    Text(String),
    Flag(bool),
    /// Microseconds.
    Time(i64),
}

/// What is told of one item or customer, by field; what is not told is not there.
pub type Row = BTreeMap<String, Cell>;

/// An item, beside what is looked at and the customer.
pub struct Goods<'a> {
    pub item: &'a Row,
    pub context: Vec<&'a Row>,
    pub customer: Option<&'a Row>,
    /// Microseconds.
    pub now: i64,
}

const DAY: i64 = 86_400_000_000;

impl Goods<'_> {
    /// Whether a rule holds; `None`: unknown.
    pub fn holds(&self, rule: &Json) -> Option<bool> {
        let (key, body) = rule.as_object().unwrap().iter().next().unwrap();
        let parts = || body.as_array().unwrap();
        match key.as_str() {
            "all" => {
                let verdicts: Vec<_> = parts().iter().map(|part| self.holds(part)).collect();
                match () {
                    () if verdicts.contains(&Some(false)) => Some(false),
                    () if verdicts.contains(&None) => None,
                    () => Some(true),
                }
            }
            "any" => {
                let verdicts: Vec<_> = parts().iter().map(|part| self.holds(part)).collect();
                match () {
                    () if verdicts.contains(&Some(true)) => Some(true),
                    () if verdicts.contains(&None) => None,
                    () => Some(false),
                }
            }
            "not" => self.holds(body).map(|holds| !holds),
            "missing" => Some(self.value(body).is_none()),
            "known" => Some(self.value(body).is_some()),
            "is_true" => Some(self.value(body)? == Cell::Flag(true)),
            "in" => {
                let value = self.value(&parts()[0])?;
                let list = parts()[1].as_array().unwrap();
                Some(list.iter().any(|one| literal(one) == value))
            }
            "under" | "contains" => {
                let Cell::Text(text) = self.value(&parts()[0])? else {
                    panic!("no text")
                };
                let part = parts()[1].as_str().unwrap();
                Some(match key.as_str() {
                    "under" => text == part || text.starts_with(&format!("{part}/")),
                    _ => text.to_lowercase().contains(&part.to_lowercase()),
                })
            }
            "within" => {
                let Cell::Time(at) = self.value(&parts()[0])? else {
                    panic!("no time")
                };
                let (side, days) = parts()[1].as_object().unwrap().iter().next().unwrap();
                let days: i64 = days
                    .as_str()
                    .unwrap()
                    .trim_end_matches('d')
                    .parse()
                    .unwrap();
                Some(match side.as_str() {
                    "last" => self.now - days * DAY <= at && at < self.now,
                    _ => self.now <= at && at < self.now + days * DAY,
                })
            }
            "between" => {
                let low = self.compare("ge", &parts()[0], &parts()[1]);
                let high = self.compare("le", &parts()[0], &parts()[2]);
                match (low, high) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                }
            }
            by => self.compare(by, &parts()[0], &parts()[1]),
        }
    }

    fn compare(&self, by: &str, left: &Json, right: &Json) -> Option<bool> {
        let (left, right) = (self.value(left)?, self.value(right)?);
        let order = match (&left, &right) {
            (Cell::Number(one), Cell::Number(other)) => one.partial_cmp(other).unwrap(),
            (Cell::Text(one), Cell::Text(other)) => one.cmp(other),
            (Cell::Flag(one), Cell::Flag(other)) => one.cmp(other),
            (Cell::Time(one), Cell::Time(other)) => one.cmp(other),
            other => panic!("{other:?} cannot be compared"),
        };
        Some(match by {
            "eq" => order.is_eq(),
            "ne" => order.is_ne(),
            "lt" => order.is_lt(),
            "le" => order.is_le(),
            "gt" => order.is_gt(),
            "ge" => order.is_ge(),
            other => panic!("nothing is known of {other}"),
        })
    }

    /// A value; `None` where it is missing.
    pub fn value(&self, operand: &Json) -> Option<Cell> {
        let (key, body) = operand.as_object().unwrap().iter().next().unwrap();
        let number = |place: usize| match self.value(&body[place])? {
            Cell::Number(number) => Some(number),
            other => panic!("{other:?} is no number"),
        };
        let computed = match key.as_str() {
            "field" => return self.field(body.as_str().unwrap()),
            "value" => return Some(literal(body)),
            "call" => {
                let side = |place: usize| match self.value(&body["args"][place])? {
                    Cell::Number(number) => Some(number),
                    other => panic!("{other:?} is no number"),
                };
                (side(0)? - side(1)?) / side(0)?
            }
            "add" => number(0)? + number(1)?,
            "sub" => number(0)? - number(1)?,
            "mul" => number(0)? * number(1)?,
            "div" => number(0)? / number(1)?,
            other => panic!("nothing is known of {other}"),
        };
        computed.is_finite().then_some(Cell::Number(computed))
    }

    fn field(&self, name: &str) -> Option<Cell> {
        if let Some(name) = name.strip_prefix("customer.") {
            return self.customer?.get(name).cloned();
        }
        let Some(name) = name.strip_prefix("context.") else {
            return of_item(self.item, name);
        };
        let told = self.context.iter().filter_map(|item| of_item(item, name));
        let told: Vec<Cell> = told.collect();
        let numbers: Vec<f64> = told
            .iter()
            .filter_map(|cell| match cell {
                Cell::Number(number) => Some(*number),
                _ => None,
            })
            .collect();
        match (told.first()?, numbers.len()) {
            (first, 0) => told.iter().all(|cell| cell == first).then(|| first.clone()),
            (_, count) => Some(Cell::Number(numbers.iter().sum::<f64>() / count as f64)),
        }
    }
}

fn of_item(item: &Row, name: &str) -> Option<Cell> {
    let number = |name: &str| match item.get(name)? {
        Cell::Number(number) => Some(*number),
        _ => None,
    };
    match name {
        "in_stock" => Some(Cell::Flag(number("stock")? > 0.0)),
        // Money is whole ten-thousandths.
        "margin" => {
            let parts = |name| Some((number(name)? * 10_000.0).round());
            Some(Cell::Number((parts("price")? - parts("cost")?) / 10_000.0))
        }
        name => item.get(name).cloned(),
    }
}

fn literal(json: &Json) -> Cell {
    match json {
        Json::Number(number) => Cell::Number(number.as_f64().unwrap()),
        Json::String(text) => Cell::Text(text.clone()),
        Json::Bool(flag) => Cell::Flag(*flag),
        Json::Object(date) => {
            let day = date["date"].as_str().unwrap();
            let at: cobuy::Instant = day.parse().unwrap();
            Cell::Time(at.0)
        }
        other => panic!("{other} is no value"),
    }
}
