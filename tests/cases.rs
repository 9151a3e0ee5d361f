//! Runs the cases in `tests/cases`, which say as data what orders mean and what is answered.

#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[macro_use]
mod themes;

use cobuy::history::{ClockChange, Duplicates, Kind, Line, OnError, Rounding};
use cobuy::{
    AlsoBought, Basis, Engine, History, Input, Reader, Result, Settings, TableName, Tables, Watch,
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

themes!(
    answers, bad_input, bases, changes, columns, duplicates, ids, measures, money, recommend,
    returns, status, tables, time
);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Files that several cases share.
    #[serde(default)]
    shops: BTreeMap<String, String>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    csv: Option<String>,
    shop: Option<String>,
    items: Option<String>,
    customers: Option<String>,
    events: Option<String>,
    spend: Option<String>,
    #[serde(default)]
    change: Vec<Change>,
    #[serde(default)]
    settings: Reading,
    #[serde(default)]
    fit: Fit,
    error: Option<Vec<String>>,
    summary: Option<serde_json::Value>,
    notes: Option<Vec<String>>,
    as_of: Option<String>,
    lines: Option<Vec<BTreeMap<String, String>>>,
    bought: Option<BTreeMap<String, Vec<String>>>,
    #[serde(default)]
    also_bought: Vec<Question>,
    #[serde(default)]
    recommend: Vec<Asked>,
}

/// What becomes of the history after it was read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Change {
    Append(String),
    Upsert(String),
    Retract(String),
    Forget(String),
    AsOf(String),
}

/// A question for a basket or a customer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    basket: Option<Vec<String>>,
    customer: Option<String>,
    /// A category; empty: the whole shop.
    popular: Option<String>,
    #[serde(default = "ten")]
    n: usize,
    #[serde(default)]
    exclude: Vec<String>,
    only: Option<Vec<String>>,
    #[serde(default)]
    keep_owned: bool,
    fallback: Option<bool>,
    /// Item, source, reason in words.
    expect: Option<Vec<(String, String, String)>>,
    error: Option<Vec<String>>,
    short_reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Reading {
    time_zone: Option<String>,
    clock_change: ClockChange,
    fulfilled: Option<Vec<String>>,
    unfulfilled: Vec<String>,
    c_returns: Option<bool>,
    rounding: Rounding,
    duplicates: Duplicates,
    missing: Option<Vec<String>>,
    ignore: Vec<String>,
    groups: BTreeMap<String, Vec<String>>,
    currency: Option<String>,
    types: BTreeMap<String, Kind>,
    columns: BTreeMap<String, String>,
    delimiter: Option<char>,
    encoding: Option<String>,
    time_format: Option<String>,
    decimal_comma: bool,
    on_error: OnError,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Fit {
    measure: Option<String>,
    neighbours: Option<usize>,
    min_customers: Option<u32>,
    customer_exponent: Option<f64>,
    count_exponent: Option<f64>,
    source_exponent: Option<f64>,
    target_exponent: Option<f64>,
    alpha: Option<f64>,
    beta: Option<f64>,
    shrinkage: f64,
    half_life: Option<f64>,
    within_days: Option<f64>,
    by_group: bool,
    basis: Basis,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    item: Id,
    #[serde(default = "ten")]
    n: usize,
    #[serde(default)]
    exclude: Vec<String>,
    only: Option<Vec<String>>,
    expect: Option<Vec<(String, f64, u32)>>,
    error: Option<Vec<String>>,
    short_reason: Option<String>,
    #[serde(default)]
    unknown: Vec<String>,
}

/// Shops have ids of both kinds; here all of them are texts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(i64),
}

fn ten() -> usize {
    10
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Runs a file's cases and tells of all that do not hold, not of the first only.
fn run(theme: &str) {
    let text = std::fs::read_to_string(folder().join(format!("{theme}.toml"))).unwrap();
    let file: File = toml::from_str(&text).unwrap_or_else(|problem| panic!("{theme}: {problem}"));
    let mut names = BTreeSet::new();
    let mut failed = String::new();
    for case in &file.case {
        assert!(names.insert(&case.name), "two cases: {}", case.name);
        let csv = match (&case.csv, &case.shop) {
            (Some(csv), None) => csv,
            (None, Some(shop)) => &file.shops[shop],
            _ => panic!("either `csv` or `shop`: {}", case.name),
        };
        for problem in case.problems(csv) {
            failed.push_str(&format!("\n{theme}: {}\n    {problem}\n", case.name));
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

impl Case {
    fn read(&self, csv: &str) -> Result<History> {
        let given = &self.settings;
        let defaults = Settings::default();
        let settings = Settings {
            time_zone: given.time_zone.clone().unwrap_or(defaults.time_zone),
            clock_change: given.clock_change,
            fulfilled: given.fulfilled.clone(),
            unfulfilled: given.unfulfilled.clone(),
            c_returns: given.c_returns,
            rounding: given.rounding,
            duplicates: given.duplicates,
            missing: given.missing.clone(),
            ignore: given.ignore.clone(),
            types: given.types.clone(),
            groups: given.groups.clone(),
            currency: given.currency.clone(),
        };
        let mut reader = Reader::new().on_error(given.on_error);
        for (role, name) in &given.columns {
            reader = match name.as_str() {
                "" => reader.without(role),
                name => reader.column(role, name),
            };
        }
        if let Some(delimiter) = given.delimiter {
            reader = reader.delimiter(delimiter);
        }
        if let Some(encoding) = &given.encoding {
            reader = reader.encoding(encoding);
        }
        if let Some(format) = &given.time_format {
            reader = reader.time_format(format);
        }
        if given.decimal_comma {
            reader = reader.decimal_comma();
        }
        let csv_of = |text: &str, name: &str| {
            let bytes = std::io::Cursor::new(text.as_bytes().to_vec());
            Input::bytes(bytes, format!("{name}.csv"))
        };
        let mut tables = Tables::new(settings.clone());
        tables = tables.read_as(TableName::Orders, csv_of(csv, "orders"), &reader)?;
        for (table, text) in [
            (TableName::Items, &self.items),
            (TableName::Customers, &self.customers),
            (TableName::Events, &self.events),
            (TableName::Spend, &self.spend),
        ] {
            if let Some(text) = text {
                tables = tables.read(table, csv_of(text, table.name()))?;
            }
        }
        let mut history = tables.history()?;
        let watch = Watch::new();
        for change in &self.change {
            let more = |text: &str| {
                let input = csv_of(text, "more");
                Tables::new(settings.clone()).read_as(TableName::Orders, input, &reader)
            };
            history = match change {
                Change::Append(text) => history.append(more(text)?, watch)?,
                Change::Upsert(text) => history.upsert(more(text)?, watch)?,
                Change::Retract(order) => history.retract([order], watch)?,
                Change::Forget(customer) => history.forget(customer, watch)?.0,
                Change::AsOf(instant) => history.as_of(instant.parse().unwrap(), watch)?,
            };
        }
        Ok(history)
    }

    fn fit(&self, history: &History) -> Result<Engine> {
        let fit = &self.fit;
        let mut params = AlsoBought::params();
        if let Some(measure) = &fit.measure {
            params = params.measure(measure.parse()?);
        }
        for (name, number) in [
            ("customer_exponent", fit.customer_exponent),
            ("count_exponent", fit.count_exponent),
            ("source_exponent", fit.source_exponent),
            ("target_exponent", fit.target_exponent),
            ("alpha", fit.alpha),
            ("beta", fit.beta),
        ] {
            if let Some(number) = number {
                params.measure = params.measure.with(name, number)?;
            }
        }
        params = params.shrinkage(fit.shrinkage);
        if let Some(neighbours) = fit.neighbours {
            params = params.neighbours(neighbours);
        }
        if let Some(least) = fit.min_customers {
            params = params.min_customers(least);
        }
        params.half_life = fit.half_life;
        params.within_days = fit.within_days;
        Engine::builder(history)
            .also_bought(params)
            .basis(fit.basis)
            .by_group(fit.by_group)
            .fit()
    }

    /// All that does not hold.
    fn problems(&self, csv: &str) -> Vec<String> {
        let learnt = self
            .read(csv)
            .and_then(|history| self.fit(&history).map(|engine| (history, engine)));
        let (history, engine) = match (&self.error, learnt) {
            (None, Ok(learnt)) => learnt,
            (None, Err(problem)) => return vec![format!("it fails: {problem}")],
            (Some(_), Ok(_)) => return vec!["it does not fail".to_owned()],
            (Some(texts), Err(problem)) => return missing(&problem.to_string(), texts),
        };
        let mut problems = Vec::new();
        if let Some(expected) = &self.summary {
            let summary = serde_json::to_value(history.summary()).unwrap();
            compare("summary", expected, &summary, &mut problems);
        }
        if let Some(expected) = &self.notes {
            let notes = &history.summary().notes;
            let hold = notes.iter().zip(expected).all(|(n, text)| n.contains(text));
            if !hold || notes.len() != expected.len() {
                problems.push(format!("notes {notes:?}, not {expected:?}"));
            }
        }
        if let Some(expected) = &self.as_of {
            let as_of = history.summary().as_of;
            let as_of = as_of.map_or_else(String::new, |instant| instant.to_string());
            check("as_of", &as_of, expected, &mut problems);
        }
        if let Some(expected) = &self.lines {
            compare_lines(expected, &history, &mut problems);
        }
        if let Some(expected) = &self.bought {
            let bought = bought(&history, &engine);
            if bought != *expected {
                problems.push(format!("bought {bought:?}, not {expected:?}"));
            }
        }
        for question in &self.also_bought {
            question.ask(&engine, &mut problems);
        }
        for question in &self.recommend {
            question.ask(&engine, &mut problems);
        }
        let expects = self.summary.is_some()
            || !self.recommend.is_empty()
            || self.notes.is_some()
            || self.as_of.is_some()
            || self.lines.is_some()
            || self.bought.is_some()
            || !self.also_bought.is_empty();
        if !expects {
            problems.push("it expects nothing".to_owned());
        }
        self.same_backwards(csv, &history, &engine, &mut problems);
        problems
    }

    /// The order of rows never matters, in no case.
    fn same_backwards(
        &self,
        csv: &str,
        history: &History,
        engine: &Engine,
        problems: &mut Vec<String>,
    ) {
        if csv.contains('"') {
            return; // a record may be more than a line
        }
        let mut lines: Vec<&str> = csv.lines().collect();
        lines[1..].reverse();
        let backwards = self.read(&lines.join("\n")).and_then(|history| {
            let engine = self.fit(&history)?;
            Ok((all_lines(&history), engine))
        });
        let same =
            backwards.is_ok_and(|(lines, other)| lines == all_lines(history) && other == *engine);
        if !same {
            problems.push("with the rows turned round it is another shop".to_owned());
        }
    }
}

/// Those of `texts` that a message does not hold.
fn missing(message: &str, texts: &[String]) -> Vec<String> {
    if texts.is_empty() {
        return vec!["no text of the message is expected".to_owned()];
    }
    texts
        .iter()
        .filter(|text| !message.contains(*text))
        .map(|text| format!("the message lacks `{text}`: {message}"))
        .collect()
}

fn check(what: &str, found: &str, expected: &str, problems: &mut Vec<String>) {
    if found != expected {
        problems.push(format!("{what} is `{found}`, not `{expected}`"));
    }
}

/// Tables hold at least what is expected of them, everything else is equal.
fn compare(
    what: &str,
    expected: &serde_json::Value,
    found: &serde_json::Value,
    problems: &mut Vec<String>,
) {
    match (expected.as_object(), found.as_object()) {
        (Some(expected), Some(found)) => {
            for (key, expected) in expected {
                let found = found.get(key).unwrap_or(&serde_json::Value::Null);
                compare(&format!("{what}.{key}"), expected, found, problems);
            }
        }
        _ if expected == found => {}
        _ => problems.push(format!("{what} is {found}, not {expected}")),
    }
}

fn compare_lines(
    expected: &[BTreeMap<String, String>],
    history: &History,
    problems: &mut Vec<String>,
) {
    if history.lines().len() != expected.len() {
        let found = history.lines().len();
        problems.push(format!("{found} lines, not {}", expected.len()));
    }
    for (at, (line, expected)) in history.lines().zip(expected).enumerate() {
        for (key, expected) in expected {
            let what = format!("lines[{at}].{key}");
            check(&what, &field(&line, key), expected, problems);
        }
    }
}

const FIELDS: [&str; 12] = [
    "order",
    "customer",
    "item",
    "quantity",
    "left",
    "price",
    "amount",
    "margin",
    "at",
    "ordered_at",
    "status",
    "channel",
];

fn field(line: &Line<'_>, key: &str) -> String {
    fn told(value: Option<impl ToString>) -> String {
        value.map_or_else(String::new, |value| value.to_string())
    }
    match key {
        "order" => line.order_id().to_owned(),
        "customer" => told(line.customer_id()),
        "item" => line.item_id().to_owned(),
        "quantity" => line.quantity().to_string(),
        "left" => line.left().to_string(),
        "price" => told(line.price()),
        "amount" => told(line.amount()),
        "margin" => told(line.margin()),
        "at" => told(line.at()),
        "ordered_at" => told(line.ordered_at()),
        "status" => told(line.status()),
        "channel" => told(line.channel()),
        _ => panic!("`{key}` is no field of a line"),
    }
}

/// Every field of every line.
fn all_lines(history: &History) -> Vec<Vec<String>> {
    let fields = |line: Line<'_>| FIELDS.map(|key| field(&line, key)).to_vec();
    history.lines().map(fields).collect()
}

/// The items of every row that holds any, by customer or order.
fn bought(history: &History, engine: &Engine) -> BTreeMap<String, Vec<String>> {
    let purchases = engine.purchases();
    let rows = match purchases.basis() {
        Basis::Customer => history.customers(),
        Basis::Order => history.orders(),
    };
    let item = |&item: &u32| history.items().get(item as usize).unwrap().to_owned();
    rows.iter()
        .enumerate()
        .map(|(row, id)| (id, purchases.items_of(row)))
        .filter(|(_, items)| !items.is_empty())
        .map(|(id, items)| (id.to_owned(), items.iter().map(item).collect()))
        .collect()
}

impl Question {
    fn ask(&self, engine: &Engine, problems: &mut Vec<String>) {
        let item = match &self.item {
            Id::Text(text) => text.clone(),
            Id::Number(number) => number.to_string(),
        };
        let mut query = engine.also_bought(&item).n(self.n).exclude(&self.exclude);
        if let Some(only) = &self.only {
            query = query.only(only);
        }
        let (expected, answer) = match (&self.expect, &self.error, query.suggest()) {
            (Some(expected), None, Ok(answer)) => (expected, answer),
            (Some(_), None, Err(problem)) => {
                return problems.push(format!("`{item}` is refused: {problem}"));
            }
            (None, Some(_), Ok(_)) => return problems.push(format!("`{item}` is answered")),
            (None, Some(texts), Err(problem)) => {
                return problems.extend(missing(&problem.to_string(), texts));
            }
            _ => return problems.push(format!("`{item}`: either `expect` or `error`")),
        };
        let found: Vec<(&str, f32, u32)> = answer
            .items
            .iter()
            .map(|near| {
                (
                    &near.item[..],
                    near.score,
                    near.reason.evidence().unwrap().both,
                )
            })
            .collect();
        let equal = found.len() == expected.len()
            && found.iter().zip(expected).all(|(found, expected)| {
                found.0 == expected.0
                    && (f64::from(found.1) - expected.1).abs() < 5.1e-5
                    && found.2 == expected.2
            });
        if !equal {
            problems.push(format!("with `{item}` go {found:?}, not {expected:?}"));
        }
        match (&self.short_reason, &answer.short_reason) {
            (None, None) => {}
            (Some(text), Some(reason)) if reason.contains(text) => {}
            (expected, found) => {
                problems.push(format!("`{item}` is short for {found:?}, not {expected:?}"));
            }
        }
        if answer.unknown != self.unknown {
            let (found, expected) = (&answer.unknown, &self.unknown);
            problems.push(format!("`{item}`: unknown {found:?}, not {expected:?}"));
        }
    }
}

impl Asked {
    fn ask(&self, engine: &Engine, problems: &mut Vec<String>) {
        let query = match (&self.basket, &self.customer, &self.popular) {
            (Some(basket), None, None) => engine.for_basket(basket),
            (None, Some(customer), None) => engine.for_customer(customer),
            (None, None, Some(category)) => {
                engine.popular(Some(category.as_str()).filter(|path| !path.is_empty()))
            }
            _ => panic!("a question is about one of basket, customer and popular"),
        };
        let mut query = query
            .n(self.n)
            .exclude(&self.exclude)
            .keep_owned(self.keep_owned);
        if let Some(only) = &self.only {
            query = query.only(only);
        }
        if let Some(fallback) = self.fallback {
            query = query.fallback(fallback);
        }
        let answer = match (query.suggest(), &self.error) {
            (Ok(answer), None) => answer,
            (Ok(_), Some(_)) => return problems.push("a question does not fail".to_owned()),
            (Err(problem), None) => return problems.push(format!("a question fails: {problem}")),
            (Err(problem), Some(texts)) => {
                return problems.extend(missing(&problem.to_string(), texts));
            }
        };
        let told: Vec<(String, String, String)> = answer
            .items
            .iter()
            .map(|s| {
                (
                    s.item.clone(),
                    s.source.name().to_owned(),
                    s.reason.to_string(),
                )
            })
            .collect();
        let expected = self.expect.clone().unwrap_or_default();
        if told != expected {
            problems.push(format!("suggested {told:?}, not {expected:?}"));
        }
        match (&self.short_reason, &answer.short_reason) {
            (None, None) => {}
            (Some(text), Some(reason)) if reason.contains(text) => {}
            (expected, told) => problems.push(format!("short: {told:?}, not {expected:?}")),
        }
    }
}
