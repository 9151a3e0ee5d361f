//! The slow and obvious twin of rules over customers: tables as plain structs, a rule as JSON, and for a
//! customer yes, no or unknown. Written from what the documents say; shares no code with the crate.
//!
//! Shops here have returns that are unambiguous: no two of one time, none that names an order, and one line
//! an item in orders of a shop with returns.

use jiff::{Span, Timestamp, Zoned, civil, tz::TimeZone};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// A line of an order. Quantities in thousandths, money in ten-thousandths, times in microseconds.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub order: String,
    pub customer: Option<String>,
    pub item: String,
    pub quantity: i64,
    pub price: Option<i64>,
    pub discount: Option<i64>,
    pub cost: Option<i64>,
    pub at: Option<i64>,
    pub status: String,
    pub channel: Option<String>,
    pub note: Option<String>,
    pub weight: Option<u32>,
}

#[derive(Clone, Debug, Default)]
pub struct Item {
    pub id: String,
    pub category: Option<String>,
    pub brand: Option<String>,
    pub price: Option<i64>,
    pub cost: Option<i64>,
    pub stock: Option<i64>,
    pub heat: Option<u32>,
}

#[derive(Clone, Debug, Default)]
pub struct Person {
    pub id: String,
    pub city: Option<String>,
    pub children: Option<u32>,
    pub consent: Option<bool>,
    pub joined: Option<i64>,
}

#[derive(Clone, Debug, Default)]
pub struct Event {
    pub customer: Option<String>,
    pub kind: String,
    pub at: i64,
    pub item: Option<String>,
    pub value: Option<i64>,
    pub query: Option<String>,
    pub page: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Shop {
    pub zone: String,
    pub now: i64,
    pub ignored: String,
    pub lines: Vec<Line>,
    pub items: Vec<Item>,
    pub people: Vec<Person>,
    pub events: Vec<Event>,
    pub segments: BTreeMap<String, Json>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Val {
    Number(f64),
    /// So many parts of a whole of as many.
    Exact(i128, i128),
    Text(String),
    Flag(bool),
    Time(i64),
    /// How long ago something was: when it was.
    Since(i64),
}

/// What is known of a row, by column.
type Row = BTreeMap<&'static str, Val>;

fn number(value: &Val) -> f64 {
    match value {
        Val::Number(number) => *number,
        Val::Exact(parts, whole) => *parts as f64 / *whole as f64,
        other => panic!("{other:?} is no number"),
    }
}

/// A quotient rounded, halves away from zero.
fn divided(n: i128, by: i128) -> i128 {
    (2 * n.abs() + by) / (2 * by) * n.signum()
}

impl Shop {
    fn counts(line: &Line) -> bool {
        ["delivered", "paid"].contains(&line.status.as_str())
    }

    /// The time of a line's order.
    fn order_at(&self, order: &str) -> Option<i64> {
        let of_order = self.lines.iter().filter(|line| line.order == order);
        of_order.filter_map(|line| line.at).min()
    }

    /// Lines in their one order, each with what is left of it.
    fn settled(&self) -> Vec<(Line, i64)> {
        let mut lines = self.lines.clone();
        lines.sort_by_key(|line| {
            let last = |text: &Option<String>| (text.is_none(), text.clone());
            let weight = line.weight.map(|weight| weight.to_string());
            (
                line.order.clone(),
                (line.at, line.item.clone(), line.quantity),
                (line.price, line.discount, line.cost),
                (last(&line.note), last(&weight)),
            )
        });
        let left = |line: &Line| match Self::counts(line) && line.quantity > 0 {
            true => line.quantity,
            false => 0,
        };
        let mut settled: Vec<(Line, i64)> = lines
            .iter()
            .map(|line| (line.clone(), left(line)))
            .collect();
        let mut returns: Vec<&Line> = lines
            .iter()
            .filter(|line| Self::counts(line) && line.quantity < 0)
            .collect();
        returns.sort_by_key(|line| line.at);
        for back in returns {
            let mut wanted = -back.quantity;
            let mut from: Vec<usize> = (0..settled.len())
                .filter(|&place| {
                    let line = &settled[place].0;
                    let same = line.customer == back.customer && line.item == back.item;
                    same && back.customer.is_some() && self.order_at(&line.order) <= back.at
                })
                .collect();
            from.sort_by_key(|&place| {
                let line = &settled[place].0;
                (self.order_at(&line.order), line.order.clone())
            });
            for place in from.into_iter().rev() {
                let taken = wanted.min(settled[place].1);
                settled[place].1 -= taken;
                wanted -= taken;
            }
        }
        for (line, left) in &mut settled {
            if line.item == self.ignored {
                *left = 0;
            }
        }
        settled
    }

    fn of_item(&self, id: &str, row: &mut Row) {
        row.insert("product", Val::Text(id.to_owned()));
        let Some(item) = self.items.iter().find(|item| item.id == id) else {
            return;
        };
        let money = |raw: i64| Val::Exact(raw.into(), 10_000);
        let mut tell = |name, value: Option<Val>| value.map(|value| row.insert(name, value));
        tell("category", item.category.clone().map(Val::Text));
        tell("product.category", item.category.clone().map(Val::Text));
        tell("product.brand", item.brand.clone().map(Val::Text));
        tell("product.price", item.price.map(money));
        tell("product.cost", item.cost.map(money));
        let margin = item.price.zip(item.cost).map(|(price, cost)| price - cost);
        tell("product.margin", margin.map(money));
        tell(
            "product.stock",
            item.stock.map(|stock| Val::Exact(stock.into(), 1000)),
        );
        tell(
            "product.in_stock",
            item.stock.map(|stock| Val::Flag(stock > 0)),
        );
        tell("heat", item.heat.map(|heat| Val::Number(heat.into())));
    }

    /// A line as a row: `pieces` of it.
    fn line_row(&self, line: &Line, pieces: i64) -> Row {
        let mut row = Row::new();
        self.of_item(&line.item, &mut row);
        let (pieces, quantity) = (i128::from(pieces), i128::from(line.quantity.abs()));
        let part = |raw: i128| match pieces == quantity {
            true => raw,
            false => divided(raw * pieces, quantity),
        };
        let times = |price: i64, pieces: i128| divided(i128::from(price) * pieces, 1000);
        let taken_off = line.discount.map_or(0, i128::from);
        let discount = Some(taken_off);
        let amount = line.price.map(|price| match line.quantity < 0 {
            true => times(price, quantity) + taken_off,
            false => part(times(price, quantity) - taken_off),
        });
        let discount = match line.quantity < 0 {
            true => discount,
            false => discount.map(part),
        };
        let cost = |item: &&Item| item.id == line.item;
        let cost = line
            .cost
            .or(self.items.iter().find(cost).and_then(|item| item.cost));
        let mut tell = |name, value: Option<Val>| value.map(|value| row.insert(name, value));
        let money = |raw: i128| Val::Exact(raw, 10_000);
        tell("quantity", Some(Val::Exact(pieces, 1000)));
        tell("price", line.price.map(|raw| money(raw.into())));
        tell("cost", cost.map(|raw| money(raw.into())));
        tell("amount", amount.map(money));
        tell("discount", discount.map(money));
        tell("discount_share", share(discount, amount));
        let margin = amount
            .zip(cost)
            .map(|(amount, cost)| amount - times(cost, pieces));
        tell("margin", margin.map(money));
        tell("note", line.note.clone().map(Val::Text));
        tell(
            "weight",
            line.weight.map(|weight| Val::Number(weight.into())),
        );
        self.once(line, &mut row);
        row
    }

    /// What an order has once.
    fn once(&self, line: &Line, row: &mut Row) {
        row.insert("order_id", Val::Text(line.order.clone()));
        row.insert("status", Val::Text(line.status.clone()));
        if let Some(channel) = &line.channel {
            row.insert("channel", Val::Text(channel.clone()));
        }
        if let Some(at) = self.order_at(&line.order) {
            row.insert("ordered_at", Val::Time(at));
            row.insert("at", Val::Time(at));
        }
    }

    /// The lines bought by a customer, with how many pieces of each.
    fn bought(&self, customer: &str, any: bool) -> Vec<(Line, i64)> {
        let settled = self.settled().into_iter();
        let his = settled.filter(|(line, _)| line.customer.as_deref() == Some(customer));
        let kept = his.filter(|(line, left)| match any {
            true => line.quantity >= 0 && line.item != self.ignored,
            false => *left > 0,
        });
        kept.map(|(line, left)| (line.clone(), if any { line.quantity } else { left }))
            .collect()
    }

    fn purchases(&self, customer: &str, any: bool) -> Vec<Row> {
        let mut lines = self.bought(customer, any);
        lines.sort_by_key(|(line, _)| {
            (
                self.order_at(&line.order),
                line.order.clone(),
                line.item.clone(),
            )
        });
        let rows = lines.iter();
        rows.map(|(line, pieces)| self.line_row(line, *pieces))
            .collect()
    }

    fn orders(&self, customer: &str, any: bool) -> Vec<Row> {
        let lines = self.bought(customer, any);
        let all = self.bought(customer, true);
        let mut orders: Vec<&str> = lines.iter().map(|(line, _)| line.order.as_str()).collect();
        orders.sort_by_key(|order| (self.order_at(order), order.to_string()));
        orders.dedup();
        let row = |&order: &&str| {
            let of_order: Vec<Row> = lines
                .iter()
                .filter(|(line, _)| line.order == order)
                .map(|(line, pieces)| self.line_row(line, *pieces))
                .collect();
            let first = lines.iter().find(|(line, _)| line.order == order);
            let mut row = Row::new();
            self.once(&first.unwrap().0, &mut row);
            let sum = |name| -> Option<i128> {
                let parts = of_order.iter().map(|row| match row.get(name)? {
                    Val::Exact(parts, _) => Some(*parts),
                    _ => None,
                });
                parts.sum()
            };
            let items: BTreeSet<String> = of_order
                .iter()
                .map(|row| format!("{:?}", row["product"]))
                .collect();
            row.insert("items", Val::Number(items.len() as f64));
            row.insert("quantity", Val::Exact(sum("quantity").unwrap(), 1000));
            for name in ["amount", "discount", "margin"] {
                if let Some(sum) = sum(name) {
                    row.insert(name, Val::Exact(sum, 10_000));
                }
            }
            if let Some(share) = share(sum("discount"), sum("amount")) {
                row.insert("discount_share", share);
            }
            let told = || all.iter().filter(|(line, _)| line.order == order);
            let notes: BTreeSet<&String> =
                told().filter_map(|(line, _)| line.note.as_ref()).collect();
            if let (1, Some(note)) = (notes.len(), notes.first()) {
                row.insert("note", Val::Text(note.to_string()));
            }
            let weights: BTreeSet<u32> = told().filter_map(|(line, _)| line.weight).collect();
            if let (1, Some(&weight)) = (weights.len(), weights.first()) {
                row.insert("weight", Val::Number(weight.into()));
            }
            row
        };
        orders.iter().map(row).collect()
    }

    fn returns(&self, customer: &str) -> Vec<Row> {
        let mut lines: Vec<Line> = self.settled().into_iter().map(|(line, _)| line).collect();
        lines.retain(|line| {
            let his = line.customer.as_deref() == Some(customer);
            his && line.quantity < 0 && Self::counts(line) && line.item != self.ignored
        });
        lines.sort_by_key(|line| line.at);
        let row = |line: &Line| {
            let mut row = self.line_row(line, -line.quantity);
            row.insert("at", Val::Time(line.at.unwrap()));
            row
        };
        lines.iter().map(row).collect()
    }

    fn events(&self, customer: &str, kind: &str) -> Vec<Event> {
        let mut events = self.events.clone();
        events.retain(|event| event.customer.as_deref() == Some(customer) && event.kind == kind);
        let last = |text: &Option<String>| (text.is_none(), text.clone());
        events.sort_by_key(|event| {
            let texts = (last(&event.query), last(&event.page));
            (event.at, last(&event.item), event.value, texts)
        });
        events
    }

    fn rows(&self, customer: &str, source: &Json, any: bool) -> Vec<Row> {
        let kind = match source {
            Json::Object(of) => of["events"].as_str().unwrap(),
            _ => match source.as_str().unwrap() {
                "orders" => return self.orders(customer, any),
                "purchases" => return self.purchases(customer, any),
                "returns" => return self.returns(customer),
                "cancellations" => {
                    let mut orders = self.orders(customer, true);
                    orders.retain(|row| row["status"] == Val::Text("cancelled".to_owned()));
                    return orders;
                }
                "views" => "view",
                "searches" => "search",
                "carts" => "cart",
                "visits" => "visit",
                "emails" => "email",
                "coupons" => "coupon",
                "referrals" => "referral",
                "wishlist" => "wishlist_add",
                other => panic!("{other}"),
            },
        };
        let mut events = self.events(customer, kind);
        if source.as_str() == Some("wishlist") {
            let removed = self.events(customer, "wishlist_remove");
            let taken_off = |added: &Event| {
                let off = |off: &Event| off.item == added.item && off.at >= added.at;
                added.item.is_some() && removed.iter().any(off)
            };
            events.retain(|added| !taken_off(added));
        }
        let row = |event: &Event| {
            let mut row = Row::new();
            if let Some(item) = &event.item {
                self.of_item(item, &mut row);
            }
            let mut tell = |name, value: Option<Val>| value.map(|value| row.insert(name, value));
            tell("kind", Some(Val::Text(event.kind.clone())));
            tell("at", Some(Val::Time(event.at)));
            tell(
                "value",
                event.value.map(|raw| Val::Exact(raw.into(), 10_000)),
            );
            tell("query", event.query.clone().map(Val::Text));
            tell("page", event.page.clone().map(Val::Text));
            row
        };
        events.iter().map(row).collect()
    }

    fn person(&self, customer: &str) -> Row {
        let mut row = Row::from([("customer_id", Val::Text(customer.to_owned()))]);
        let Some(person) = self.people.iter().find(|person| person.id == customer) else {
            return row;
        };
        let mut tell = |name, value: Option<Val>| value.map(|value| row.insert(name, value));
        tell("city", person.city.clone().map(Val::Text));
        tell(
            "children",
            person.children.map(|children| Val::Number(children.into())),
        );
        tell("consent", person.consent.map(Val::Flag));
        tell("joined", person.joined.map(Val::Time));
        row
    }

    /// Whether a rule holds of a customer.
    pub fn decide(&self, customer: &str, rule: &Json) -> Option<bool> {
        let asked = Asked {
            shop: self,
            customer,
            rows: Vec::new(),
        };
        asked.test(&rule["rule"])
    }

    fn zoned(&self, at: i64) -> Zoned {
        let zone = TimeZone::get(&self.zone).unwrap();
        Timestamp::from_microsecond(at).unwrap().to_zoned(zone)
    }

    fn moved(&self, at: i64, by: &str, sign: i64) -> i64 {
        let letters = by.find(|letter: char| !letter.is_ascii_digit()).unwrap();
        let count = sign * by[..letters].parse::<i64>().unwrap();
        let span = match &by[letters..] {
            "h" => return at + count * 3_600_000_000,
            "d" => Span::new().days(count),
            "w" => Span::new().days(7 * count),
            "mo" => Span::new().months(count),
            "y" => Span::new().months(12 * count),
            other => panic!("{other}"),
        };
        self.zoned(at)
            .checked_add(span)
            .unwrap()
            .timestamp()
            .as_microsecond()
    }

    fn date(&self, text: &str) -> i64 {
        match text.parse::<Timestamp>() {
            Ok(instant) => instant.as_microsecond(),
            Err(_) => self.start_of(text.parse().unwrap()),
        }
    }

    fn start_of(&self, day: civil::Date) -> i64 {
        let zone = TimeZone::get(&self.zone).unwrap();
        day.to_zoned(zone).unwrap().timestamp().as_microsecond()
    }
}

fn share(discount: Option<i128>, amount: Option<i128>) -> Option<Val> {
    let (discount, amount) = discount.zip(amount)?;
    let gross = discount + amount;
    (gross != 0).then(|| Val::Number(discount as f64 / gross as f64))
}

#[derive(Clone)]
struct Asked<'a> {
    shop: &'a Shop,
    customer: &'a str,
    /// The rows around the place, each with its name.
    rows: Vec<(Option<String>, Row)>,
}

fn not(holds: Option<bool>) -> Option<bool> {
    holds.map(|holds| !holds)
}

fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let parts: Vec<_> = parts.collect();
    match (parts.contains(&Some(false)), parts.contains(&None)) {
        (true, _) => Some(false),
        (false, true) => None,
        (false, false) => Some(true),
    }
}

impl Asked<'_> {
    fn test(&self, json: &Json) -> Option<bool> {
        let (key, value) = json.as_object().unwrap().iter().next().unwrap();
        let parts = || value.as_array().unwrap().iter();
        match key.as_str() {
            "all" => all(parts().map(|part| self.test(part))),
            "any" => not(all(parts().map(|part| not(self.test(part))))),
            "not" => not(self.test(value)),
            "has" => Some(!self.selected(value).is_empty()),
            "no" => Some(self.selected(value).is_empty()),
            "in_segment" => self
                .shop
                .decide(self.customer, &self.shop.segments[value.as_str()?]),
            "eq" | "ne" | "lt" | "le" | "gt" | "ge" => {
                let (left, right) = (self.value(&value[0])?, self.value(&value[1])?);
                compare(key, &left, &right)
            }
            "between" => {
                let middle = self.value(&value[0])?;
                let low = self
                    .value(&value[1])
                    .map(|low| compare("ge", &middle, &low));
                let high = self
                    .value(&value[2])
                    .map(|high| compare("le", &middle, &high));
                all([low.flatten(), high.flatten()].into_iter())
            }
            "in" => {
                let one = self.value(&value[0])?;
                let list = value[1].as_array().unwrap().iter();
                let mut equal = list.map(|other| compare("eq", &one, &self.literal(other)));
                Some(equal.any(|equal| equal == Some(true)))
            }
            "under" => match self.value(&value[0])? {
                Val::Text(path) => {
                    let above = value[1].as_str()?;
                    let mut parts = path.split('/');
                    Some(above.split('/').all(|part| parts.next() == Some(part)))
                }
                _ => panic!("no text"),
            },
            "contains" => match self.value(&value[0])? {
                Val::Text(text) => Some(
                    text.to_lowercase()
                        .contains(&value[1].as_str()?.to_lowercase()),
                ),
                _ => panic!("no text"),
            },
            "within" => self.within(&value[0], &value[1]),
            "missing" => Some(self.value(value).is_none()),
            "known" => Some(self.value(value).is_some()),
            "is_true" => Some(self.value(value)? == Val::Flag(true)),
            other => panic!("{other}"),
        }
    }

    fn within(&self, what: &Json, window: &Json) -> Option<bool> {
        let now = self.shop.now;
        let (from, to) = match window["last"].as_str() {
            Some(last) => (self.shop.moved(now, last, -1), now),
            None => (now, self.shop.moved(now, window["next"].as_str()?, 1)),
        };
        let time = |of: &Json| match self.value(of)? {
            Val::Time(at) => Some(at),
            other => panic!("{other:?}"),
        };
        if what.get("call").is_none() {
            let at = time(what)?;
            return Some(from <= at && at < to);
        }
        let born = self.shop.zoned(time(&what["call"]["args"][0])?).date();
        let mut day = self.shop.zoned(from).date();
        while self.shop.start_of(day) < to {
            let moved = born.month() == 2 && born.day() == 29 && !day.in_leap_year();
            let of_year = if moved { 28 } else { born.day() };
            if (day.month(), day.day()) == (born.month(), of_year) && day >= born {
                return Some(true);
            }
            day = day.tomorrow().unwrap();
        }
        Some(false)
    }

    fn literal(&self, json: &Json) -> Val {
        match json {
            Json::Number(number) => Val::Number(number.as_f64().unwrap()),
            Json::String(text) => Val::Text(text.clone()),
            Json::Bool(flag) => Val::Flag(*flag),
            date => Val::Time(self.shop.date(date["date"].as_str().unwrap())),
        }
    }

    fn field(&self, name: &str) -> Option<Val> {
        for (bound, row) in self.rows.iter().rev() {
            let prefix = bound.as_ref().map(|bound| format!("{bound}."));
            if let Some(rest) = prefix.and_then(|prefix| name.strip_prefix(&prefix)) {
                return row.get(rest).cloned();
            }
        }
        let person = || self.shop.person(self.customer);
        match (self.rows.last(), name.strip_prefix("customer.")) {
            (_, Some(rest)) => person().get(rest).cloned(),
            (None, _) => person().get(name).cloned(),
            (Some((_, row)), _) => row.get(name).cloned(),
        }
    }

    fn value(&self, json: &Json) -> Option<Val> {
        let (key, value) = json.as_object().unwrap().iter().next().unwrap();
        let both = || {
            Some((
                number(&self.value(&value[0])?),
                number(&self.value(&value[1])?),
            ))
        };
        let found = match key.as_str() {
            "field" => return self.field(value.as_str()?),
            "value" => return Some(self.literal(value)),
            "duration" => {
                let at = self.shop.moved(self.shop.now, value.as_str()?, -1);
                return Some(Val::Since(at));
            }
            "agg" => return self.aggregate(value),
            "call" => {
                let before = number(&self.value(&value["args"][0])?);
                let after = number(&self.value(&value["args"][1])?);
                (before - after) / before
            }
            "add" => both().map(|(left, right)| left + right)?,
            "sub" => both().map(|(left, right)| left - right)?,
            "mul" => both().map(|(left, right)| left * right)?,
            "div" => both().map(|(left, right)| left / right)?,
            other => panic!("{other}"),
        };
        found.is_finite().then_some(Val::Number(found))
    }

    fn point(&self, json: &Json) -> Option<i64> {
        let (key, value) = json.as_object().unwrap().iter().next().unwrap();
        let text = value.as_str().unwrap();
        match key.as_str() {
            "date" => Some(self.shop.date(text)),
            "ago" => Some(self.shop.moved(self.shop.now, text, -1)),
            _ => match self.field(text)? {
                Val::Time(at) => Some(at),
                other => panic!("{other:?}"),
            },
        }
    }

    /// The rows that are in the window and of which the condition holds.
    fn selected(&self, of: &Json) -> Vec<Row> {
        let any = of.get("status").is_some();
        let mut rows = self.shop.rows(self.customer, &of["source"], any);
        if let Some((key, value)) = of["window"].as_object().and_then(|of| of.iter().next()) {
            let now = Some(self.shop.now);
            let (from, to) = match key.as_str() {
                "last" => (
                    now.map(|now| self.shop.moved(now, value.as_str().unwrap(), -1)),
                    now,
                ),
                "since" => (self.point(value), now),
                "before" => (Some(i64::MIN), self.point(value)),
                "between" => (self.point(&value[0]), self.point(&value[1])),
                _ => {
                    let orders = self.shop.orders(self.customer, false);
                    let first = orders.iter().find_map(|row| match row.get("at")? {
                        Val::Time(at) => Some(*at),
                        _ => None,
                    });
                    let to = first.map(|at| self.shop.moved(at, value.as_str().unwrap(), 1));
                    (first, to)
                }
            };
            rows.retain(|row| match (row.get("at"), from, to) {
                (Some(Val::Time(at)), Some(from), Some(to)) => {
                    from <= *at && *at < to && *at < self.shop.now
                }
                _ => false,
            });
        }
        let name = of["as"].as_str().map(str::to_owned);
        rows.retain(|row| match of.get("where") {
            None => true,
            Some(condition) => self.inside(&name, row).test(condition) == Some(true),
        });
        rows
    }

    fn inside(&self, name: &Option<String>, row: &Row) -> Self {
        let mut inside = self.clone();
        inside.rows.push((name.clone(), row.clone()));
        inside
    }

    fn aggregate(&self, of: &Json) -> Option<Val> {
        let rows = self.selected(&of["of"]);
        let function = of["fn"].as_str().unwrap();
        let name = of["of"]["as"].as_str().map(str::to_owned);
        let Some(what) = of.get("expr") else {
            let times = rows.iter().filter_map(|row| match row.get("at")? {
                Val::Time(at) => Some(*at),
                _ => None,
            });
            return match function {
                "count" => Some(Val::Number(rows.len() as f64)),
                _ => times.max().map(Val::Since),
            };
        };
        let values = rows.iter().map(|row| self.inside(&name, row).value(what));
        let known: Vec<Val> = values.flatten().collect();
        let total = || match known.first() {
            Some(Val::Exact(_, whole)) => {
                let parts = known.iter().map(|value| match value {
                    Val::Exact(parts, _) => *parts,
                    _ => panic!("{value:?}"),
                });
                (parts.sum::<i128>() as f64, *whole as f64)
            }
            _ => (known.iter().map(number).sum(), 1.0),
        };
        let picked = |side: &str| {
            let best = |best: Val, value: Val| match compare(side, &value, &best) {
                Some(true) => value,
                _ => best,
            };
            known.iter().cloned().reduce(best)
        };
        match function {
            "first" => known.first().cloned(),
            "last" => known.last().cloned(),
            "min" => picked("lt"),
            "max" => picked("gt"),
            "distinct" => {
                let mut distinct: Vec<&Val> = Vec::new();
                for value in &known {
                    if !distinct
                        .iter()
                        .any(|other| compare("eq", other, value) == Some(true))
                    {
                        distinct.push(value);
                    }
                }
                Some(Val::Number(distinct.len() as f64))
            }
            "sum" if rows.is_empty() => Some(Val::Number(0.0)),
            _ if known.is_empty() => None,
            "sum" => Some(Val::Number(total().0 / total().1)),
            "avg" => Some(Val::Number(total().0 / (total().1 * known.len() as f64))),
            other => panic!("{other}"),
        }
    }
}

fn compare(by: &str, left: &Val, right: &Val) -> Option<bool> {
    use std::cmp::Ordering::*;
    let order = match (left, right) {
        (Val::Text(left), Val::Text(right)) => left.cmp(right),
        (Val::Flag(left), Val::Flag(right)) => left.cmp(right),
        (Val::Time(left), Val::Time(right)) => left.cmp(right),
        // What was earlier is longer ago.
        (Val::Since(left), Val::Since(right)) => right.cmp(left),
        _ => number(left).partial_cmp(&number(right))?,
    };
    Some(match by {
        "eq" => order == Equal,
        "ne" => order != Equal,
        "lt" => order == Less,
        "le" => order != Greater,
        "gt" => order == Greater,
        "ge" => order != Less,
        other => panic!("{other}"),
    })
}
