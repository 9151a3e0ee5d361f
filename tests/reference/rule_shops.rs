//! Random small shops, and random rules that such shops can be asked.

use super::random::Random;
use super::twin::{Event, Item, Line, Person, Shop};
use std::collections::BTreeMap;
use std::fmt::Write;

impl Random {
    /// One of them, or none.
    fn maybe(&mut self, from: &[&str]) -> Option<String> {
        let picked = self.of(from).to_owned();
        (!self.once_in(4)).then_some(picked)
    }

    fn maybe_below(&mut self, end: usize) -> Option<u32> {
        let picked = self.below(end) as u32;
        (!self.once_in(4)).then_some(picked)
    }

    /// A few ten-thousandths or whole ones, or nothing.
    fn money(&mut self) -> Option<i64> {
        let picked = [0, 1, 3, 20_000, 33_333, 100_000, 125_000][self.below(7)];
        (!self.once_in(5)).then_some(picked)
    }
}

const HOUR: i64 = 3_600_000_000;
/// 2024-02-27T00:00:00Z.
const START: i64 = 1_708_992_000_000_000;

const CUSTOMERS: [&str; 4] = ["ann", "bo", "cy", "di"];
const ITEMS: [&str; 5] = ["cup", "pot", "tea", "teapot", "post"];
const STATUSES: [&str; 5] = ["delivered", "paid", "paid", "cancelled", "pending"];
const CHANNELS: [&str; 3] = ["web", "shop", "Web"];
const CATEGORIES: [&str; 4] = ["drinks/tea", "drinks", "drinksware", "kitchen"];
const NOTES: [&str; 3] = ["gift", "Gift wrap", "none"];
const CITIES: [&str; 3] = ["Kraków", "Gdańsk", "Łódź"];
const QUERIES: [&str; 3] = ["green tea", "TEA", "cup"];
const KINDS: [&str; 8] = [
    "view",
    "search",
    "wishlist_add",
    "wishlist_add",
    "wishlist_remove",
    "cart",
    "visit",
    "survey",
];

/// A shop of a few rows in some zone where the clocks change.
pub fn shop(random: &mut Random) -> Shop {
    let mut shop = Shop {
        zone: random
            .of(&["UTC", "Europe/Warsaw", "America/New_York"])
            .to_owned(),
        now: 0,
        ignored: "post".to_owned(),
        lines: Vec::new(),
        items: Vec::new(),
        people: Vec::new(),
        events: Vec::new(),
        segments: BTreeMap::new(),
    };
    let returns = random.once_in(2);
    // Times meet often where nothing comes back.
    let step = [1, 24, 24 * 17][random.below(3)];
    let when = |random: &mut Random| START + HOUR * (step * random.below(40)) as i64;
    for order in 0..1 + random.below(9) {
        let (customer, at) = (random.maybe(&CUSTOMERS), when(random));
        let (status, channel) = (random.of(&STATUSES).to_owned(), random.maybe(&CHANNELS));
        let mut items = ITEMS.to_vec();
        for place in 0..1 + random.below(3) {
            let item = match returns {
                true => items.remove(random.below(items.len())),
                false => random.of(&ITEMS),
            };
            shop.lines.push(Line {
                order: format!("{order}"),
                customer: customer.clone(),
                item: item.to_owned(),
                quantity: [1000, 2000, 3000, 1500][random.below(4)],
                price: random.money(),
                discount: random.money().filter(|_| random.once_in(2)),
                cost: random.money().filter(|_| random.once_in(2)),
                at: (!random.once_in(7)).then_some(at + place as i64 * 60_000_000),
                status: status.clone(),
                channel: channel.clone(),
                note: random.maybe(&NOTES),
                weight: random.maybe_below(3),
            });
        }
    }
    let backs = if returns { random.below(6) } else { 0 };
    for back in 0..backs {
        let at = when(random) + 1_000_000 * (back as i64 + 1);
        shop.lines.push(Line {
            order: format!("back{back}"),
            customer: random.maybe(&CUSTOMERS),
            item: random.of(&ITEMS).to_owned(),
            quantity: [-1000, -500, -2000][random.below(3)],
            price: random.money(),
            at: Some(at),
            status: random.of(&STATUSES).to_owned(),
            ..Line::default()
        });
    }
    for id in ITEMS.iter().take(1 + random.below(5)) {
        shop.items.push(Item {
            id: id.to_string(),
            category: random.maybe(&CATEGORIES),
            brand: random.maybe(&["Leaf", "Clay"]),
            price: random.money(),
            cost: random.money(),
            stock: random.maybe_below(3).map(|stock| i64::from(stock) * 1000),
            heat: random.maybe_below(4),
        });
    }
    for id in CUSTOMERS.iter().take(1 + random.below(4)) {
        shop.people.push(Person {
            id: id.to_string(),
            city: random.maybe(&CITIES),
            children: random.maybe_below(4),
            consent: random.maybe_below(2).map(|consent| consent == 1),
            joined: random
                .maybe_below(1200)
                .map(|days| START + 24 * HOUR * (100 - i64::from(days))),
        });
    }
    for _ in 0..1 + random.below(12) {
        shop.events.push(Event {
            customer: random.maybe(&CUSTOMERS),
            kind: random.of(&KINDS).to_owned(),
            at: when(random),
            item: random.maybe(&ITEMS),
            value: random.money(),
            query: random.maybe(&QUERIES),
            page: random.maybe(&NOTES),
        });
    }
    // A kind that is asked for has to occur.
    shop.events.push(Event {
        kind: "survey".to_owned(),
        at: START,
        ..Event::default()
    });
    let times = shop.lines.iter().filter_map(|line| line.at);
    let last = times.chain(shop.events.iter().map(|event| event.at)).max();
    shop.now = last.unwrap_or(START) + 1;
    shuffle(random, &mut shop.lines);
    shuffle(random, &mut shop.events);
    shop
}

fn shuffle<T>(random: &mut Random, rows: &mut [T]) {
    for place in (1..rows.len()).rev() {
        rows.swap(place, random.below(place + 1));
    }
}

fn decimal(raw: i64, digits: u32) -> String {
    let one = 10i64.pow(digits);
    let sign = if raw < 0 { "-" } else { "" };
    let (whole, rest) = (raw.abs() / one, raw.abs() % one);
    format!("{sign}{whole}.{rest:0width$}", width = digits as usize)
}

fn money(raw: Option<i64>) -> String {
    raw.map(|raw| decimal(raw, 4)).unwrap_or_default()
}

fn time(at: Option<i64>) -> String {
    let at = at.map(|at| jiff::Timestamp::from_microsecond(at).unwrap().to_string());
    at.unwrap_or_default()
}

fn text(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

fn told(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The shop's tables as CSV: orders, items, customers, events.
pub fn csv(shop: &Shop) -> [String; 4] {
    let mut orders = "order_id,customer_id,item_id,quantity,price,discount,cost,ordered_at,status,channel,note,weight\n".to_owned();
    for line in &shop.lines {
        let quantity = decimal(line.quantity, 3);
        let (price, discount, cost) = (money(line.price), money(line.discount), money(line.cost));
        let (customer, at) = (text(&line.customer), time(line.at));
        let (channel, note, weight) = (text(&line.channel), text(&line.note), told(line.weight));
        let (order, item, status) = (&line.order, &line.item, &line.status);
        writeln!(orders, "{order},{customer},{item},{quantity},{price},{discount},{cost},{at},{status},{channel},{note},{weight}").unwrap();
    }
    let mut items = "item_id,category,brand,price,cost,stock,heat\n".to_owned();
    for item in &shop.items {
        let stock = item.stock.map(|stock| decimal(stock, 3));
        let (category, brand, heat) = (text(&item.category), text(&item.brand), told(item.heat));
        let (price, cost, stock) = (money(item.price), money(item.cost), told(stock));
        writeln!(
            items,
            "{},{category},{brand},{price},{cost},{stock},{heat}",
            item.id
        )
        .unwrap();
    }
    let mut people = "customer_id,city,children,consent,joined\n".to_owned();
    for person in &shop.people {
        let (children, consent) = (told(person.children), told(person.consent));
        let (city, joined) = (text(&person.city), time(person.joined));
        writeln!(people, "{},{city},{children},{consent},{joined}", person.id).unwrap();
    }
    let mut events = "customer_id,kind,at,item_id,value,query,page\n".to_owned();
    for event in &shop.events {
        let (customer, at) = (text(&event.customer), time(Some(event.at)));
        let (item, value) = (text(&event.item), money(event.value));
        let (query, page) = (text(&event.query), text(&event.page));
        writeln!(
            events,
            "{customer},{},{at},{item},{value},{query},{page}",
            event.kind
        )
        .unwrap();
    }
    [orders, items, people, events]
}

const SOURCES: [&str; 11] = [
    "orders",
    "purchases",
    "orders any status",
    "purchases any status",
    "returns",
    "cancellations",
    "views",
    "searches",
    "wishlist",
    "carts",
    "events('survey')",
];

/// The columns of some rows; of the customer where there are none.
struct Columns {
    numbers: &'static [&'static str],
    texts: &'static [&'static str],
    flags: &'static [&'static str],
    times: &'static [&'static str],
}

fn columns(source: Option<&str>) -> Columns {
    match source.map(|source| source.split(' ').next().unwrap_or_default()) {
        None => Columns {
            numbers: &["children"],
            texts: &["city", "customer_id"],
            flags: &["consent"],
            times: &["joined"],
        },
        Some("orders" | "cancellations") => Columns {
            numbers: &[
                "amount",
                "discount",
                "discount_share",
                "margin",
                "quantity",
                "items",
                "weight",
            ],
            texts: &["order_id", "status", "channel", "note"],
            flags: &[],
            times: &["at", "ordered_at"],
        },
        Some("purchases" | "returns") => Columns {
            numbers: &[
                "amount",
                "discount",
                "discount_share",
                "margin",
                "quantity",
                "price",
                "cost",
                "weight",
                "heat",
                "product.price",
                "product.cost",
                "product.margin",
                "product.stock",
            ],
            texts: &[
                "product",
                "order_id",
                "status",
                "channel",
                "note",
                "category",
                "product.brand",
            ],
            flags: &["product.in_stock"],
            times: &["at", "ordered_at"],
        },
        _ => Columns {
            numbers: &[
                "value",
                "heat",
                "product.price",
                "product.margin",
                "product.stock",
            ],
            texts: &[
                "product",
                "kind",
                "query",
                "page",
                "category",
                "product.brand",
            ],
            flags: &["product.in_stock"],
            times: &["at"],
        },
    }
}

/// Writes rules. `scopes` are the rows around the place, each with its name.
pub struct Writer<'a> {
    pub random: &'a mut Random,
    pub scopes: Vec<(&'static str, Option<String>)>,
    pub segments: bool,
}

const DURATIONS: [&str; 10] = [
    "1h", "24h", "36h", "1d", "2d", "1w", "1mo", "3mo", "1y", "5y",
];
const NUMBERS: [&str; 9] = ["0", "1", "2", "3", "0.5", "30%", "12.5", "3.3333", "-1"];
const DATES: [&str; 5] = [
    "2024-03-01",
    "2024-02-29",
    "2024-03-31",
    "2024-06-01",
    "2024-03-01T05:00:00Z",
];

impl Writer<'_> {
    /// A column of one type: of the row around the place, of a named one, or of the customer.
    fn field(&mut self, of: fn(&Columns) -> &'static [&'static str]) -> Option<String> {
        let named: Vec<_> = self
            .scopes
            .iter()
            .filter(|(_, name)| name.is_some())
            .cloned()
            .collect();
        let (source, prefix) = match (self.random.below(6), self.scopes.last()) {
            (_, None) => (None, String::new()),
            (0, _) => (None, "customer.".to_owned()),
            (1 | 2, _) if !named.is_empty() => {
                let (source, name) = named[self.random.below(named.len())].clone();
                (Some(source), format!("{}.", name.unwrap_or_default()))
            }
            (_, Some((source, _))) => (Some(*source), String::new()),
        };
        let columns = columns(source);
        let columns = of(&columns);
        (!columns.is_empty()).then(|| format!("{prefix}{}", self.random.of(columns)))
    }

    fn rows(&mut self, depth: usize) -> (String, &'static str, Option<String>) {
        let source = SOURCES[self.random.below(SOURCES.len())];
        let mut text = source.to_owned();
        if self.random.once_in(2) {
            let window = self.window();
            write!(text, " {window}").unwrap();
        }
        let name = self
            .random
            .once_in(2)
            .then(|| format!("r{}", self.scopes.len()));
        if let Some(name) = &name {
            write!(text, " as {name}").unwrap();
        }
        if depth > 0 && self.random.once_in(2) {
            self.scopes.push((source, name.clone()));
            let condition = self.condition(depth - 1);
            self.scopes.pop();
            write!(text, " where {condition}").unwrap();
        }
        (text, source, name)
    }

    fn point(&mut self) -> String {
        let named: Vec<_> = self
            .scopes
            .iter()
            .filter_map(|(_, name)| name.clone())
            .collect();
        match self.random.below(3) {
            0 if !named.is_empty() => format!("{}.at", named[self.random.below(named.len())]),
            1 => format!("{} ago", self.random.of(&DURATIONS)),
            _ => format!("date '{}'", self.random.of(&DATES)),
        }
    }

    fn window(&mut self) -> String {
        match self.random.below(5) {
            0 => format!("in last {}", self.random.of(&DURATIONS)),
            1 => format!("in first {}", self.random.of(&DURATIONS)),
            2 => format!("since {}", self.point()),
            3 => format!("before {}", self.point()),
            _ => format!(
                "between date '2024-02-28' and {}",
                self.random.of(&["1d ago", "2h ago", "date '2024-03-30'"])
            ),
        }
    }

    /// An aggregate of what has one type.
    fn aggregate(
        &mut self,
        depth: usize,
        functions: &[&'static str],
        of: fn(&Columns) -> &'static [&'static str],
    ) -> String {
        let function = self.random.of(functions);
        let (rows, source, name) = self.rows(depth);
        if function == "count" {
            return format!("count({rows})");
        }
        self.scopes.push((source, name));
        let field = self.field(of);
        self.scopes.pop();
        match field {
            Some(field) => format!("{function}({field} of {rows})"),
            None => self.aggregate(depth, functions, of),
        }
    }

    fn number(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 3 } else { 8 }) {
            0 => self.random.of(&NUMBERS).to_owned(),
            1 | 2 => self
                .field(|columns| columns.numbers)
                .unwrap_or_else(|| "1".to_owned()),
            3 => {
                let sign = self.random.of(&["+", "-", "*", "/"]);
                format!(
                    "({} {sign} {})",
                    self.number(depth - 1),
                    self.number(depth - 1)
                )
            }
            4 => format!(
                "drop({}, {})",
                self.number(depth - 1),
                self.number(depth - 1)
            ),
            5 => {
                let all = |columns: &Columns| columns.texts;
                self.aggregate(depth - 1, &["distinct", "count"], all)
            }
            _ => {
                let functions = [
                    "count", "sum", "avg", "min", "max", "distinct", "first", "last",
                ];
                self.aggregate(depth - 1, &functions, |columns| columns.numbers)
            }
        }
    }

    fn text(&mut self, depth: usize) -> String {
        match depth > 0 && self.random.once_in(3) {
            true => self.aggregate(depth - 1, &["first", "last"], |columns| columns.texts),
            false => self
                .field(|columns| columns.texts)
                .unwrap_or_else(|| "''".to_owned()),
        }
    }

    fn time(&mut self, depth: usize) -> String {
        match depth > 0 && self.random.once_in(3) {
            true => self.aggregate(depth - 1, &["first", "last", "min", "max"], |columns| {
                columns.times
            }),
            false => self
                .field(|columns| columns.times)
                .unwrap_or_else(|| "date '2024-03-01'".to_owned()),
        }
    }

    fn quoted(&mut self) -> String {
        let pools: [&[&str]; 7] = [
            &CUSTOMERS,
            &ITEMS,
            &STATUSES,
            &CHANNELS,
            &CATEGORIES,
            &NOTES,
            &QUERIES,
        ];
        let pool = pools[self.random.below(pools.len())];
        format!("'{}'", self.random.of(pool))
    }

    fn compared(&mut self, depth: usize) -> String {
        let sign = self.random.of(&["=", "!=", "<", "<=", ">", ">="]);
        match self.random.below(3) {
            0 => {
                let not = self.random.of(&["", "not "]);
                format!(
                    "{} {not}between {}",
                    self.number(depth),
                    self.random.of(&["0 and 2", "-1 and 0.5", "2 and 12.5"])
                )
            }
            _ => format!("{} {sign} {}", self.number(depth), self.number(depth)),
        }
    }

    fn of_text(&mut self, depth: usize) -> String {
        let text = self.text(depth);
        match self.random.below(6) {
            0 => format!("{text} = {}", self.text(0)),
            1 => format!("{text} != {}", self.quoted()),
            2 => format!("{text} in ({}, {})", self.quoted(), self.quoted()),
            3 => format!("{text} under {}", self.quoted()),
            4 => format!(
                "{text} contains '{}'",
                self.random.of(&["TEA", "g", "Web", "e"])
            ),
            _ => format!("{text} = {}", self.quoted()),
        }
    }

    fn of_time(&mut self, depth: usize) -> String {
        let duration = self.random.of(&DURATIONS);
        let direction = self.random.of(&["last", "next"]);
        match self.random.below(4) {
            0 => format!("{} < {}", self.time(depth), self.time(depth)),
            1 => format!("{} within {direction} {duration}", self.time(depth)),
            2 => format!(
                "anniversary({}) within {direction} {duration}",
                self.time(depth)
            ),
            _ => {
                let sign = self.random.of(&["<", "<=", ">", ">=", "="]);
                let (rows, ..) = self.rows(depth.saturating_sub(1));
                format!("recency({rows}) {sign} {duration}")
            }
        }
    }

    /// A condition that nests so deep.
    pub fn condition(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 5 } else { 9 }) {
            0 => self.compared(depth),
            1 => self.of_text(depth),
            2 => self.of_time(depth),
            3 => match self.field(|columns| columns.flags) {
                Some(flag) => flag,
                None => format!(
                    "{} is {}",
                    self.number(depth),
                    self.random.of(&["missing", "known"])
                ),
            },
            4 if self.segments => {
                let not = self.random.of(&["", "not "]);
                format!("{not}in segment '{}'", self.random.of(&["one", "two"]))
            }
            4 | 5 => self.compared(depth),
            6 => {
                let word = self.random.of(&["and", "or"]);
                format!(
                    "({} {word} {})",
                    self.condition(depth - 1),
                    self.condition(depth - 1)
                )
            }
            7 => format!("not ({})", self.condition(depth - 1)),
            _ => {
                let (rows, ..) = self.rows(depth - 1);
                format!("{}({rows})", self.random.of(&["has", "no"]))
            }
        }
    }
}
