//! Filters and boosts over goods, on random shops and on the simulated one, against the slow and obvious
//! twin of `reference/goods.rs`.

#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(dead_code)] // the tests of the shop itself use all of it
#[path = "../datasets/generate/mod.rs"]
mod generate;
#[path = "reference/goods.rs"]
mod goods;
mod random;

use cobuy::engine::KeptOut;
use cobuy::{AlsoBought, Engine, Error, History, Input, Query, Rule, Settings, TableName, Tables};
use goods::{Cell, Goods, Row};
use random::Random;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// What a field holds.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Text,
    Flag,
    Time,
}

const ITEM_FIELDS: [(&str, Kind); 11] = [
    ("product", Kind::Text),
    ("name", Kind::Text),
    ("category", Kind::Text),
    ("brand", Kind::Text),
    ("price", Kind::Number),
    ("cost", Kind::Number),
    ("stock", Kind::Number),
    ("weight", Kind::Number),
    ("vegan", Kind::Flag),
    ("colour", Kind::Text),
    ("since", Kind::Time),
];
const CUSTOMER_FIELDS: [(&str, Kind); 4] = [
    ("city", Kind::Text),
    ("budget", Kind::Number),
    ("club", Kind::Flag),
    ("joined", Kind::Time),
];
const TEXTS: [&str; 8] = [
    "toys",
    "toys/wood",
    "toys/wood/old",
    "Żółw",
    "red",
    "RED",
    "a b",
    "toy",
];
const NUMBERS: [f64; 8] = [0.0, 1.0, 2.5, -3.0, 10.0, 19.99, 0.1, 7.0];
const DAYS: [&str; 5] = [
    "2024-01-01",
    "2024-02-29",
    "2024-03-01",
    "2024-03-09",
    "2024-12-31",
];

/// A shop as it is written, and as the twin sees it.
struct Shop {
    engine: Engine,
    items: BTreeMap<String, Row>,
    customers: BTreeMap<String, Row>,
    now: i64,
}

impl Shop {
    fn random(dice: &mut Random) -> Shop {
        let count = *dice.pick(&[1, 7, 63, 64, 65, 150, 1100]);
        let items = table(dice, "i", count, &ITEM_FIELDS[1..]);
        let customers = table(dice, "c", 12, &CUSTOMER_FIELDS);
        let mut orders = "order_id,customer_id,item_id,ordered_at\n".to_owned();
        for order in 0..60 {
            for _ in 0..=dice.below(4) {
                let (item, customer) = (dice.below(count), order % 12);
                let day = 1 + order % 9;
                orders.push_str(&format!("o{order},c{customer},i{item},2024-03-0{day}\n"));
            }
        }
        let tables = Tables::new(Settings::default())
            .read(TableName::Orders, Input::bytes(orders.as_bytes(), "orders"))
            .unwrap()
            .read(TableName::Items, Input::bytes(items.0.as_bytes(), "items"))
            .unwrap()
            .read(
                TableName::Customers,
                Input::bytes(customers.0.as_bytes(), "customers"),
            )
            .unwrap();
        let history = tables.history().unwrap();
        let neighbours = *dice.pick(&[1, 3, 50]);
        let also_bought = AlsoBought::params().neighbours(neighbours);
        let engine = Engine::builder(&history)
            .also_bought(also_bought)
            .fit()
            .unwrap();
        let mut rows = items.1;
        for (id, row) in &mut rows {
            row.insert("product".to_owned(), Cell::Text(id.clone()));
        }
        Shop {
            now: history.summary().as_of.unwrap().0,
            engine,
            items: rows,
            customers: customers.1,
        }
    }

    /// The items of which the twin says that a rule holds, by index.
    fn holding(&self, rule: &Json, context: &[String], customer: Option<&str>) -> Vec<&str> {
        let nothing = Row::new();
        let context: Vec<&Row> = context.iter().map(|id| &self.items[id]).collect();
        let customer = customer.map(|id| self.customers.get(id).unwrap_or(&nothing));
        let holds = |id: &&str| {
            let goods = Goods {
                item: self.items.get(*id).unwrap_or(&nothing),
                context: context.clone(),
                customer,
                now: self.now,
            };
            goods.holds(rule) == Some(true)
        };
        self.engine.items().iter().filter(holds).collect()
    }
}

/// A table as CSV and as cells; every column tells something of its own kind.
fn table(
    dice: &mut Random,
    prefix: &str,
    count: usize,
    fields: &[(&str, Kind)],
) -> (String, BTreeMap<String, Row>) {
    let key = if prefix == "i" {
        "item_id"
    } else {
        "customer_id"
    };
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let mut csv = format!("{key},{}\n", names.join(","));
    let mut rows = BTreeMap::new();
    for place in 0..count {
        let id = format!("{prefix}{place}");
        let (mut row, mut line) = (Row::new(), id.clone());
        for (name, kind) in fields {
            // The first row tells all, so that a column has its kind.
            let told = place == 0 || dice.below(4) > 0;
            let text = match kind {
                Kind::Number if *name == "price" => dice.pick(&[0.0, 2.5, 19.99, 10.0]).to_string(),
                Kind::Number => dice.pick(&NUMBERS).abs().to_string(),
                Kind::Text => (*dice.pick(&TEXTS)).to_owned(),
                Kind::Flag => (dice.below(2) == 0).to_string(),
                Kind::Time => (*dice.pick(&DAYS)).to_owned(),
            };
            line.push(',');
            if told {
                line.push_str(&text);
                let cell = match kind {
                    Kind::Number => Cell::Number(text.parse().unwrap()),
                    Kind::Text => Cell::Text(text),
                    Kind::Flag => Cell::Flag(text == "true"),
                    Kind::Time => Cell::Time(text.parse::<cobuy::Instant>().unwrap().0),
                };
                row.insert((*name).to_owned(), cell);
            }
        }
        csv.push_str(&line);
        csv.push('\n');
        rows.insert(id, row);
    }
    (csv, rows)
}

/// What a random rule may ask for.
struct Asks {
    fields: Vec<(String, Kind)>,
}

impl Asks {
    fn new(context: bool, customer: bool) -> Asks {
        let plain = ITEM_FIELDS
            .iter()
            .map(|(name, kind)| ((*name).to_owned(), *kind));
        let mut fields: Vec<(String, Kind)> = plain.collect();
        let derived = [("margin", Kind::Number), ("in_stock", Kind::Flag)];
        fields.extend(derived.map(|(name, kind)| (name.to_owned(), kind)));
        if context {
            let looked_at: Vec<_> = fields
                .iter()
                .map(|(name, kind)| (format!("context.{name}"), *kind))
                .collect();
            fields.extend(looked_at);
        }
        if customer {
            let of_customer = CUSTOMER_FIELDS.iter();
            fields.extend(of_customer.map(|(name, kind)| (format!("customer.{name}"), *kind)));
        }
        Asks { fields }
    }

    fn field(&self, dice: &mut Random, kind: Kind) -> Json {
        let of_kind: Vec<&String> = self
            .fields
            .iter()
            .filter(|(_, of)| *of == kind)
            .map(|(name, _)| name)
            .collect();
        json!({"field": dice.pick(&of_kind)})
    }

    fn number(&self, dice: &mut Random, depth: usize) -> Json {
        match dice.below(if depth == 0 { 4 } else { 6 }) {
            0 => json!({"value": dice.pick(&NUMBERS)}),
            1..=3 => self.field(dice, Kind::Number),
            4 => {
                let sides = [self.number(dice, depth - 1), self.number(dice, depth - 1)];
                json!({"call": {"fn": "drop", "args": sides}})
            }
            _ => {
                let sides = [self.number(dice, depth - 1), self.number(dice, depth - 1)];
                json!({*dice.pick(&["add", "sub", "mul", "div"]): sides})
            }
        }
    }

    fn value(&self, dice: &mut Random, kind: Kind) -> Json {
        match kind {
            Kind::Number => self.number(dice, 2),
            kind if dice.below(2) == 0 => self.field(dice, kind),
            kind => json!({"value": literal(dice, kind)}),
        }
    }

    fn rule(&self, dice: &mut Random, depth: usize) -> Json {
        if depth > 0 && dice.below(2) == 0 {
            let parts = (0..2 + dice.below(3))
                .map(|_| self.rule(dice, depth - 1))
                .collect::<Vec<_>>();
            return match dice.below(3) {
                0 => json!({"all": parts}),
                1 => json!({"any": parts}),
                _ => json!({"not": parts[0]}),
            };
        }
        let kind = *dice.pick(&[Kind::Number, Kind::Text, Kind::Flag, Kind::Time]);
        let field = self.field(dice, kind);
        match (dice.below(7), kind) {
            (0, _) => json!({"missing": field}),
            (1, _) => json!({"known": self.value(dice, kind)}),
            (2, kind) => {
                let list: Vec<Json> = (0..=dice.below(3)).map(|_| literal(dice, kind)).collect();
                json!({"in": [field, list]})
            }
            (3 | 4, Kind::Text) => {
                json!({*dice.pick(&["under", "contains"]): [field, dice.pick(&TEXTS)]})
            }
            (_, Kind::Flag) if dice.below(2) == 0 => json!({"is_true": field}),
            (3 | 4, Kind::Time) => {
                let days = format!("{}d", 1 + dice.below(400));
                json!({"within": [field, {*dice.pick(&["last", "next"]): days}]})
            }
            (3, Kind::Number) => {
                let sides = [field, self.field(dice, kind), self.number(dice, 1)];
                json!({"between": sides})
            }
            (_, kind) => {
                let ordered = matches!(kind, Kind::Number | Kind::Time);
                let all = ["eq", "ne", "lt", "le", "gt", "ge"];
                let by = *dice.pick(&all[..if ordered { 6 } else { 2 }]);
                json!({by: [self.value(dice, kind), self.value(dice, kind)]})
            }
        }
    }
}

fn literal(dice: &mut Random, kind: Kind) -> Json {
    match kind {
        Kind::Number => json!(dice.pick(&NUMBERS)),
        Kind::Text => json!(dice.pick(&TEXTS)),
        Kind::Flag => json!(dice.below(2) == 0),
        Kind::Time => json!({"date": dice.pick(&DAYS)}),
    }
}

fn rule_of(tree: &Json) -> Rule {
    let envelope = json!({"version": 1, "rule": tree}).to_string();
    Rule::from_json(&envelope).unwrap_or_else(|problem| panic!("{problem}\n{tree}"))
}

#[test]
fn a_filter_lets_through_what_its_twin_does() {
    let mut dice = Random(7);
    let (mut some, mut all) = (0, 0);
    for _ in 0..40 {
        let shop = Shop::random(&mut dice);
        let ids: Vec<String> = shop.engine.items().iter().map(str::to_owned).collect();
        for _ in 0..60 {
            let (context, customer) = (dice.below(2) == 0, dice.below(2) == 0);
            let tree = Asks::new(context, customer).rule(&mut dice, 3);
            let looked_at: Vec<String> = match context {
                true => (0..=dice.below(3))
                    .map(|_| dice.pick(&ids).clone())
                    .collect(),
                false => Vec::new(),
            };
            let looked_at: Vec<String> = looked_at
                .into_iter()
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect();
            let who = customer.then(|| format!("c{}", dice.below(14)));
            let mut query = match context {
                true => shop.engine.for_basket(&looked_at),
                false => shop.engine.popular(None),
            };
            if let Some(who) = &who {
                query = query.customer(who);
            }
            let rule = rule_of(&tree);
            let query = query.filter(&rule);
            let expected = shop.holding(&tree, &looked_at, who.as_deref());
            assert_eq!(query.items_let_through().unwrap(), expected, "{rule}");
            let answer = query.clone().suggest().unwrap();
            assert_eq!(answer.let_through, Some(expected.len() as u64), "{rule}");
            some += usize::from(!expected.is_empty() && expected.len() < ids.len());
            all += 1;
            for _ in 0..3 {
                let item = dice.pick(&ids);
                let explained = query.clone().explain(item).unwrap();
                let filtered = matches!(explained.kept_out, Some(KeptOut::Filtered { .. }));
                assert_eq!(
                    filtered,
                    !expected.contains(&item.as_str()),
                    "{item}: {rule}"
                );
            }
        }
    }
    assert!(
        some * 3 > all,
        "too few of the rules divide the goods: {some} of {all}"
    );
}

/// A table of the simulated shop as cells; no value has quotes, so a comma always ends one.
fn cells(csv: &str, kinds: &BTreeMap<&str, Kind>) -> BTreeMap<String, Row> {
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |line: &str| {
        let mut row = Row::new();
        let values: Vec<&str> = line.split(',').collect();
        for (name, text) in names
            .iter()
            .zip(&values)
            .filter(|(_, text)| !text.is_empty())
        {
            let cell = match kinds.get(name) {
                Some(Kind::Number) => Cell::Number(text.parse().unwrap()),
                Some(Kind::Flag) => Cell::Flag(*text == "true"),
                Some(Kind::Time) => Cell::Time(text.parse::<cobuy::Instant>().unwrap().0),
                Some(Kind::Text) | None => Cell::Text((*text).to_owned()),
            };
            row.insert((*name).to_owned(), cell);
        }
        row.insert("product".to_owned(), Cell::Text(values[0].to_owned()));
        (values[0].to_owned(), row)
    };
    lines.map(row).collect()
}

/// The simulated shop, with what its tables tell.
fn simulated() -> Shop {
    let folder = tempfile::tempdir().unwrap();
    generate::write(folder.path(), 300, 1).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let number = |name| (name, Kind::Number);
    let kinds = BTreeMap::from(["price", "cost", "stock", "children", "income"].map(number));
    let history = Tables::new(Settings::default())
        .read(TableName::Orders, folder.path().join("orders.csv"))
        .unwrap()
        .read(TableName::Items, folder.path().join("items.csv"))
        .unwrap()
        .read(TableName::Customers, folder.path().join("customers.csv"))
        .unwrap()
        .history()
        .unwrap();
    Shop {
        engine: Engine::builder(&history).fit().unwrap(),
        items: cells(&read("items.csv"), &kinds),
        customers: cells(&read("customers.csv"), &kinds),
        now: history.summary().as_of.unwrap().0,
    }
}

#[test]
fn filters_of_the_simulated_shop_let_through_what_their_twin_does() {
    let shop = simulated();
    let ids: Vec<String> = shop.engine.items().iter().map(str::to_owned).collect();
    let categories: BTreeSet<String> = shop
        .items
        .values()
        .filter_map(|row| match row.get("category")? {
            Cell::Text(path) => Some(path.clone()),
            _ => None,
        })
        .collect();
    let categories: Vec<String> = categories.into_iter().collect();
    let mut dice = Random(10);
    let mut divided = 0;
    for round in 0..300 {
        let item = dice.pick(&ids).clone();
        let path = dice.pick(&categories);
        let path = if round % 2 == 0 {
            path
        } else {
            path.split('/').next().unwrap()
        };
        let price = dice.below(80);
        let customer = dice
            .pick(&shop.customers.keys().cloned().collect::<Vec<_>>())
            .clone();
        let tree = match round % 6 {
            0 => {
                json!({"all": [{"under": [{"field": "category"}, path]}, {"is_true": {"field": "in_stock"}}]})
            }
            1 => {
                json!({"any": [{"under": [{"field": "category"}, path]}, {"lt": [{"field": "price"}, {"value": price}]}]})
            }
            2 => {
                json!({"all": [{"gt": [{"div": [{"field": "margin"}, {"field": "price"}]}, {"value": 0.3}]},
                                {"ge": [{"field": "stock"}, {"value": price}]}]})
            }
            3 => {
                json!({"not": {"le": [{"field": "price"}, {"mul": [{"field": "context.price"}, {"value": 1.5}]}]}})
            }
            4 => json!({"all": [{"ge": [{"field": "customer.children"}, {"value": 1}]},
                                {"missing": {"field": "cost"}}]}),
            _ => json!({"all": [{"eq": [{"field": "category"}, {"field": "context.category"}]},
                                {"in": [{"field": "product"}, [item, ids[0], ids[1]]]}]}),
        };
        let query = shop
            .engine
            .also_bought(&item)
            .customer(&customer)
            .filter(&rule_of(&tree));
        let expected = shop.holding(&tree, std::slice::from_ref(&item), Some(&customer));
        assert_eq!(
            query.items_let_through().unwrap(),
            expected,
            "{}",
            rule_of(&tree)
        );
        let plain = shop
            .engine
            .also_bought(&item)
            .only(expected.iter().copied());
        assert_eq!(
            query.suggest().unwrap().items,
            plain.suggest().unwrap().items
        );
        divided += usize::from(!expected.is_empty() && expected.len() < ids.len());
    }
    assert!(divided > 150, "{divided} of 300 rules divide the goods");
}

#[test]
fn a_filtered_answer_is_that_of_the_items_let_through() {
    let mut dice = Random(8);
    for _ in 0..30 {
        let shop = Shop::random(&mut dice);
        let ids: Vec<&str> = shop.engine.items().iter().collect();
        for _ in 0..20 {
            let tree = Asks::new(false, false).rule(&mut dice, 2);
            let only = shop.holding(&tree, &[], None);
            let n = 1 + dice.below(12);
            let item = *dice.pick(&ids);
            let ask = |engine| {
                questions(engine, item).map(|query| query.n(n).keep_owned(n.is_multiple_of(2)))
            };
            for (plain, filtered) in ask(&shop.engine).into_iter().zip(ask(&shop.engine)) {
                let expected = plain.only(only.iter().copied()).suggest().unwrap();
                let answer = filtered.filter(&rule_of(&tree)).suggest().unwrap();
                assert_eq!(answer.items, expected.items, "{}", rule_of(&tree));
            }
        }
    }
}

fn questions<'a>(engine: &'a Engine, item: &str) -> [Query<'a>; 5] {
    [
        engine.also_bought(item),
        engine.also_bought(item).fallback(true),
        engine.for_basket([item, engine.items().get(0).unwrap()]),
        engine.for_customer("c3"),
        engine.popular(None),
    ]
}

#[test]
fn a_boost_multiplies_and_reorders_all_that_there_is() {
    let mut dice = Random(9);
    for _ in 0..40 {
        let shop = Shop::random(&mut dice);
        let ids: Vec<&str> = shop.engine.items().iter().collect();
        for _ in 0..12 {
            let tree = Asks::new(false, false).number(&mut dice, 3);
            let envelope = json!({"version": 1, "formula": tree}).to_string();
            let formula = cobuy::Formula::from_json(&envelope).unwrap();
            let n = 1 + dice.below(12);
            let item = *dice.pick(&ids);
            let plain = questions(&shop.engine, item).map(|query| query.n(ids.len() + 1));
            let asked = questions(&shop.engine, item).map(|query| query.n(n).boost(&formula));
            for (plain, asked) in plain.into_iter().zip(asked) {
                let expected = shop.boosted(plain.suggest().unwrap().items, &tree, n);
                let found = asked.suggest().unwrap().items;
                let found: Vec<_> = found
                    .into_iter()
                    .map(|one| (one.item, one.score, one.source))
                    .collect();
                assert_eq!(found, expected, "{formula}");
            }
        }
    }
}

impl Shop {
    /// All suggestions in the order that a boost gives, level by level.
    fn boosted(
        &self,
        all: Vec<cobuy::Suggestion>,
        tree: &Json,
        n: usize,
    ) -> Vec<(String, f32, cobuy::Source)> {
        let nothing = Row::new();
        let mut ranked: Vec<_> = all
            .into_iter()
            .map(|one| {
                let goods = Goods {
                    item: self.items.get(&one.item).unwrap_or(&nothing),
                    context: Vec::new(),
                    customer: None,
                    now: self.now,
                };
                let factor = match goods.value(tree) {
                    Some(Cell::Number(factor)) => factor,
                    _ => 0.0,
                };
                let level = match &one.reason {
                    cobuy::Reason::Popular(popular) => Some(popular.category.clone()),
                    _ => None,
                };
                let score = (f64::from(one.score) * factor) as f32;
                (
                    level,
                    (one.item, score.clamp(f32::MIN, f32::MAX), one.source),
                )
            })
            .collect();
        // Levels stay where they are; within one, equal scores stay in order.
        let mut place = 0;
        while place < ranked.len() {
            let level = ranked[place].0.clone();
            let source = ranked[place].1.2;
            let same = |one: &&(Option<Option<String>>, (String, f32, cobuy::Source))| {
                one.0 == level && one.1.2 == source
            };
            let length = ranked[place..].iter().take_while(same).count();
            ranked[place..place + length].sort_by(|a, b| b.1.1.partial_cmp(&a.1.1).unwrap());
            place += length;
        }
        ranked.truncate(n);
        ranked.into_iter().map(|(_, one)| one).collect()
    }
}

fn small() -> Engine {
    let orders =
        "order_id,customer_id,item_id\n1,ann,tea\n1,ann,cup\n1,ann,pot\n2,bo,tea\n2,bo,cup\n";
    let items = "item_id,price,cost,brand,size\ntea,4,1,x,S\ncup,5,,y,7\npot,30,40,,M\n";
    let customers = "customer_id,city,budget\nann,Gdynia,6\nbo,,10\n";
    let tables = Tables::new(Settings::default())
        .read(TableName::Orders, Input::bytes(orders.as_bytes(), "orders"))
        .unwrap()
        .read(TableName::Items, Input::bytes(items.as_bytes(), "items"))
        .unwrap()
        .read(
            TableName::Customers,
            Input::bytes(customers.as_bytes(), "customers"),
        )
        .unwrap();
    let history: History = tables.history().unwrap();
    Engine::builder(&history).fit().unwrap()
}

fn refused(query: Query<'_>) -> String {
    match query.suggest() {
        Err(problem @ Error::Rule(_)) => problem.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_field_that_the_items_do_not_have_is_named_with_near_ones() {
    let engine = small();
    let told = refused(engine.also_bought("tea").filter("prise <= 20"));
    assert!(
        told.contains("line 1, column 1: items have no field `prise`; did you mean `price`?"),
        "{told}"
    );
    assert!(told.ends_with("\n  prise <= 20\n  ^^^^^"), "{told}");
    let told = refused(engine.also_bought("tea").filter("in_stock"));
    assert!(told.contains("the items tell no `stock`"), "{told}");
    let told = refused(engine.also_bought("tea").filter("customer.town = 'x'"));
    assert!(
        told.contains("items have no field `customer.town`"),
        "{told}"
    );
}

#[test]
fn a_column_that_is_number_in_one_row_and_text_in_another_is_a_text() {
    let engine = small();
    let told = refused(engine.also_bought("tea").filter("size > 5"));
    assert!(
        told.contains("`size` is a text, but `5` is a number"),
        "{told}"
    );
    let answer = engine
        .also_bought("tea")
        .filter("size = '7'")
        .suggest()
        .unwrap();
    assert_eq!(answer.items[0].item, "cup");
}

#[test]
fn what_a_question_does_not_have_cannot_be_asked_for() {
    let engine = small();
    let told = refused(engine.for_customer("ann").filter("price < context.price"));
    assert!(
        told.contains("a question about a customer looks at none"),
        "{told}"
    );
    let told = refused(engine.also_bought("tea").boost("customer.budget / price"));
    assert!(
        told.contains(
            "`customer.budget / price` names `customer.`, but a question about an item names no customer"
        ),
        "{told}"
    );
    let told = refused(engine.also_bought("tea").filter("has(orders)"));
    assert!(told.contains("asks for no rows such as `orders`"), "{told}");
    let told = refused(engine.also_bought("tea").boost("brand"));
    assert!(
        told.contains("`brand` is a text, but a number is needed"),
        "{told}"
    );
}

#[test]
fn a_customer_who_is_not_known_has_no_fields() {
    let engine = small();
    let ask = |who: &str| {
        let query = engine.also_bought("tea").customer(who);
        query.filter("price <= customer.budget").suggest().unwrap()
    };
    assert_eq!(ask("ann").items[0].item, "cup");
    assert_eq!(ask("ann").let_through, Some(2));
    let nobody = ask("nobody");
    assert_eq!(nobody.let_through, Some(0));
    assert_eq!(
        nobody.short_reason.as_deref(),
        Some(
            "no other item was bought with `tea` and is let through by the filter; the filter lets 0 of 3 items through"
        )
    );
    let missing = engine
        .for_customer("bo")
        .filter("customer.city is missing")
        .items_let_through()
        .unwrap()
        .len();
    assert_eq!(missing, 3);
}

#[test]
fn a_filter_may_name_the_customer() {
    let engine = small();
    let ask = |who: &str, filter: &str| {
        let query = engine.also_bought("tea").customer(who).filter(filter);
        query.suggest().unwrap().let_through.unwrap()
    };
    let dear_for_ann = "customer.customer_id = 'ann' and price > 4";
    assert_eq!(ask("ann", dear_for_ann), 2);
    assert_eq!(ask("bo", dear_for_ann), 0);
    assert_eq!(ask("nobody", dear_for_ann), 0);
    assert_eq!(ask("nobody", "customer.customer_id is missing"), 3);
}

#[test]
fn a_shop_that_tells_nothing_of_its_customers_has_their_ids() {
    let orders = Input::bytes(&b"order_id,customer_id,item_id\n1,ann,tea\n"[..], "orders");
    let tables = Tables::new(Settings::default()).read(TableName::Orders, orders);
    let engine = Engine::builder(&tables.unwrap().history().unwrap())
        .fit()
        .unwrap();
    let ask = |filter: &str| engine.popular(None).customer("ann").filter(filter);
    let told = ask("customer.customer_id in ('ann', 'bo')").suggest();
    assert_eq!(told.unwrap().let_through, Some(1));
    let told = refused(ask("customer.city = 'Gdynia'"));
    assert!(
        told.contains("the shop tells nothing of customers but their ids"),
        "{told}"
    );
}

/// The items of a shop where column and settings say which article they are a variant of.
fn grouped(items: &str, named: &[(&str, &[&str])]) -> Engine {
    let orders =
        b"order_id,customer_id,item_id\n1,ann,cap\n2,ann,hat\n3,bo,shirt-s\n4,bo,shirt-m\n";
    let member = |item: &&str| (*item).to_owned();
    let groups = named.iter().map(|(name, members)| {
        let members = members.iter().map(member).collect();
        ((*name).to_owned(), members)
    });
    let settings = Settings {
        groups: groups.collect(),
        ..Settings::default()
    };
    let tables = Tables::new(settings)
        .read(TableName::Orders, Input::bytes(&orders[..], "orders"))
        .unwrap()
        .read(TableName::Items, Input::bytes(items.as_bytes(), "items"))
        .unwrap();
    let history = tables.history().unwrap();
    Engine::builder(&history).fit().unwrap()
}

#[test]
fn a_filter_may_name_the_group_of_the_column_and_of_the_settings() {
    let column = "item_id,group\ncap,head\nhat,\nshirt-s,shirt\nshirt-m,shirt\n";
    let plain = "item_id,name\ncap,Cap\n";
    let ask = |engine: &Engine, filter: &str| -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.cobuy");
        engine.save(&path).unwrap();
        let asked = |engine: &Engine| -> Vec<String> {
            let query = engine.also_bought("shirt-s").filter(filter);
            let told = query.items_let_through().unwrap().into_iter();
            told.map(str::to_owned).collect()
        };
        let told = asked(engine);
        assert_eq!(asked(&Engine::open(&path).unwrap()), told);
        told
    };
    let told = grouped(column, &[]);
    assert_eq!(ask(&told, "group = 'shirt'"), ["shirt-m", "shirt-s"]);
    assert_eq!(ask(&told, "group != context.group"), ["cap"]);
    assert_eq!(ask(&told, "group is missing"), ["hat"]);
    let named = grouped(plain, &[("hats", &["cap", "hat"])]);
    assert_eq!(ask(&named, "group in ('hats', 'head')"), ["cap", "hat"]);
    assert_eq!(ask(&named, "group is missing"), ["shirt-m", "shirt-s"]);
    // What the settings name goes before what the row tells.
    let both = grouped(column, &[("hats", &["cap", "hat"])]);
    assert_eq!(ask(&both, "group = 'hats'"), ["cap", "hat"]);
    assert!(ask(&both, "group = 'head'").is_empty());
    assert_eq!(ask(&both, "group contains 'SHIRT'"), ["shirt-m", "shirt-s"]);
    let none = grouped(plain, &[]);
    let told = refused(none.also_bought("hat").filter("group = 'hats'"));
    assert!(told.contains("the items tell no `group`"), "{told}");
}

#[test]
fn the_mean_of_money_that_is_looked_at_is_exact() {
    let engine = grouped("item_id,price\ncap,0.1\nhat,0.1\nshirt-s,0.1\n", &[]);
    let query = engine.for_basket(["cap", "hat", "shirt-s"]);
    let query = query.filter("price = context.price");
    assert_eq!(
        query.items_let_through().unwrap(),
        ["cap", "hat", "shirt-s"]
    );
}

#[test]
fn a_boost_that_is_missing_counts_as_nothing_and_a_loss_stands_last() {
    let engine = small();
    let answer = engine.also_bought("tea").boost("margin").suggest().unwrap();
    let told: Vec<_> = answer
        .items
        .iter()
        .map(|one| (one.item.as_str(), one.boost))
        .collect();
    assert_eq!(told, [("cup", Some(0.0)), ("pot", Some(-10.0))]);
    assert!(answer.items[1].score < 0.0);
}

#[test]
fn an_explanation_says_which_clause_keeps_an_item_out() {
    let engine = small();
    let query = engine
        .also_bought("tea")
        .filter("price <= 20 and brand != 'x'");
    let told = query.explain("pot").unwrap().to_string();
    assert_eq!(
        told.lines().take(4).collect::<Vec<_>>(),
        [
            "`pot` is not suggested: the filter does not let it through:",
            "  no      price <= 20 and brand != 'x'",
            "  no        price <= 20   [30]",
            "  unknown   brand != 'x'   [missing]",
        ]
    );
}

#[test]
fn a_saved_engine_answers_filters_of_customers_too() {
    let engine = small();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.cobuy");
    engine.save(&path).unwrap();
    let same = Engine::open(&path).unwrap();
    let ask = |engine: &Engine| {
        let query = engine.for_customer("ann").keep_owned(true);
        let query = query.filter("price <= customer.budget").boost("1 / price");
        query.suggest().unwrap()
    };
    assert_eq!(ask(&same), ask(&engine));
    assert_eq!(ask(&same).let_through, Some(2));
}

#[test]
fn many_filters_fill_no_memory_and_answer_from_many_threads() {
    let engine = small();
    std::thread::scope(|threads| {
        for thread in 0..4 {
            let engine = &engine;
            threads.spawn(move || {
                // More texts than are kept.
                for price in 0..1_200 {
                    let filter = format!("price <= {}", (price + thread * 300) % 600);
                    let through = engine
                        .popular(None)
                        .filter(&filter)
                        .items_let_through()
                        .unwrap()
                        .len();
                    let price = (price + thread * 300) % 600;
                    let expected = [4, 5, 30].into_iter().filter(|of| *of <= price).count();
                    assert_eq!(through, expected, "{filter}");
                }
            });
        }
    });
}

#[test]
fn a_filter_that_asks_too_much_of_each_item_is_refused() {
    let (mut orders, mut items) = (
        "order_id,customer_id,item_id\n1,ann,i1\n".to_owned(),
        "item_id,name,brand\n".to_owned(),
    );
    orders.push_str("2,bo,i1\n");
    for item in 0..20_000 {
        items.push_str(&format!("i{item},n{item},b{item}\n"));
    }
    let tables = Tables::new(Settings::default())
        .read(TableName::Orders, Input::bytes(orders.as_bytes(), "orders"))
        .unwrap()
        .read(TableName::Items, Input::bytes(items.as_bytes(), "items"))
        .unwrap();
    let engine = Engine::builder(&tables.history().unwrap()).fit().unwrap();
    let ask = |clauses: usize| {
        engine
            .popular(None)
            .filter(vec!["name = brand"; clauses].join(" or "))
    };
    assert_eq!(ask(5).items_let_through().unwrap().len(), 0);
    let told = refused(ask(1_000));
    assert!(
        told.contains("asks 1,000 slow clauses of each of 20,000 items: say it in fewer"),
        "{told}"
    );
}
