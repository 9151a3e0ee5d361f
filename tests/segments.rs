//! Rules over customers: the cases in `tests/meaning`, which say as data what rules mean, and random rules
//! over random shops, on which the crate and its slow twin agree.

#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod random;
#[path = "reference/rule_shops.rs"]
mod shops;
#[path = "reference/rules.rs"]
mod twin;

#[macro_use]
mod themes;

use cobuy::history::Kind;
use cobuy::{
    CustomerRule, Error, History, Input, Reader, Result, Rule, Segments, Settings, TableName,
    Tables, Watch,
};
use random::Random;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

themes!(
    comparing,
    forms,
    missing,
    names,
    no_rows,
    order_of_rows,
    rows_in_rows,
    segments,
    sources,
    time
);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Shops that several cases share.
    #[serde(default)]
    shops: BTreeMap<String, Shop>,
    case: Vec<Case>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Shop {
    orders: String,
    items: Option<String>,
    customers: Option<String>,
    events: Option<String>,
    settings: Told,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Told {
    time_zone: Option<String>,
    fulfilled: Option<Vec<String>>,
    unfulfilled: Vec<String>,
    ignore: Vec<String>,
    groups: BTreeMap<String, Vec<String>>,
    types: BTreeMap<String, Kind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    shop: Option<String>,
    orders: Option<String>,
    items: Option<String>,
    customers: Option<String>,
    events: Option<String>,
    settings: Option<Told>,
    as_of: Option<String>,
    #[serde(default)]
    segments: BTreeMap<String, String>,
    rule: String,
    /// The rule in its JSON form.
    json: Option<String>,
    /// The rule as it is printed.
    printed: Option<String>,
    expect: Option<BTreeMap<String, String>>,
    /// Texts that what is said of a customer holds.
    #[serde(default)]
    explain: BTreeMap<String, Vec<String>>,
    error: Option<Vec<String>>,
    line: Option<usize>,
    column: Option<usize>,
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/meaning")
}

/// Runs a file's cases and tells of all that do not hold, not of the first only.
fn run(theme: &str) {
    let text = std::fs::read_to_string(folder().join(format!("{theme}.toml"))).unwrap();
    let file: File = toml::from_str(&text).unwrap_or_else(|problem| panic!("{theme}: {problem}"));
    let mut names = BTreeSet::new();
    let mut failed = String::new();
    for case in &file.case {
        assert!(names.insert(&case.name), "two cases: {}", case.name);
        for problem in case.problems(&file.shops) {
            failed.push_str(&format!("\n{theme}: {}\n    {problem}\n", case.name));
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

impl Shop {
    fn history(&self, as_of: Option<&str>) -> History {
        let told = self.settings.clone();
        let settings = Settings {
            time_zone: told.time_zone.unwrap_or_else(|| "UTC".to_owned()),
            fulfilled: told.fulfilled,
            unfulfilled: told.unfulfilled,
            ignore: told.ignore,
            groups: told.groups,
            types: told.types,
            ..Settings::default()
        };
        let mut tables = Tables::new(settings);
        for (table, text) in [
            (TableName::Orders, Some(&self.orders)),
            (TableName::Items, self.items.as_ref()),
            (TableName::Customers, self.customers.as_ref()),
            (TableName::Events, self.events.as_ref()),
        ] {
            if let Some(text) = text {
                let bytes = std::io::Cursor::new(text.as_bytes().to_vec());
                let input = Input::bytes(bytes, format!("{}.csv", table.name()));
                tables = tables.read_as(table, input, &Reader::new()).unwrap();
            }
        }
        let history = tables.history().unwrap();
        match as_of {
            Some(as_of) => history.as_of(as_of.parse().unwrap(), Watch::new()).unwrap(),
            None => history,
        }
    }
}

impl Case {
    fn shop(&self, shops: &BTreeMap<String, Shop>) -> Shop {
        let mut shop = match &self.shop {
            Some(name) => shops.get(name).expect(name).clone(),
            None => Shop::default(),
        };
        shop.orders = self.orders.clone().unwrap_or(shop.orders);
        shop.items = self.items.clone().or(shop.items);
        shop.customers = self.customers.clone().or(shop.customers);
        shop.events = self.events.clone().or(shop.events);
        shop.settings = self.settings.clone().unwrap_or(shop.settings);
        shop
    }

    fn ask<'a>(
        &self,
        history: &'a History,
        rule: impl Fn() -> Result<Rule>,
    ) -> Result<CustomerRule<'a>> {
        let named = self.segments.iter();
        let named = named.map(|(name, rule)| Ok((name, Rule::parse(rule)?)));
        let segments = Segments::new(named.collect::<Result<Vec<_>>>()?)?;
        segments.ask(history, &rule()?)
    }

    /// All that does not hold.
    fn problems(&self, shops: &BTreeMap<String, Shop>) -> Vec<String> {
        let history = self.shop(shops).history(self.as_of.as_deref());
        let asked = self.ask(&history, || Rule::parse(&self.rule));
        let asked = match (&self.error, asked) {
            (None, Ok(asked)) => asked,
            (None, Err(problem)) => return vec![format!("it is refused: {problem}")],
            (Some(_), Ok(_)) => return vec!["it is not refused".to_owned()],
            (Some(texts), Err(problem)) => return self.refused(&problem, texts),
        };
        let mut problems = Vec::new();
        let answers = answers(&history, &asked, &mut problems);
        let expected = self.expect.as_ref().expect("`expect` or `error`");
        if answers != *expected {
            problems.push(format!("{answers:?}, not {expected:?}"));
        }
        for (customer, texts) in &self.explain {
            let said = asked.explain(customer).unwrap().to_string();
            for text in texts.iter().filter(|text| !said.contains(*text)) {
                problems.push(format!("`{text}` is not in\n{said}"));
            }
        }
        self.check_forms(&history, &answers, &mut problems);
        problems
    }

    fn refused(&self, problem: &Error, texts: &[String]) -> Vec<String> {
        let message = problem.to_string();
        let lacks = texts.iter().filter(|text| !message.contains(*text));
        let mut problems: Vec<String> = lacks
            .map(|text| format!("`{text}` is not in\n{message}"))
            .collect();
        let place = match problem {
            Error::Rule(problem) => problem.place.as_ref(),
            _ => None,
        };
        let place = (
            place.map(|place| place.line),
            place.map(|place| place.column),
        );
        if self.line.is_some() && place != (self.line, self.column) {
            problems.push(format!("it is said of {place:?}:\n{message}"));
        }
        problems
    }

    /// Both forms say the same.
    fn check_forms(
        &self,
        history: &History,
        answers: &BTreeMap<String, String>,
        problems: &mut Vec<String>,
    ) {
        let rule = Rule::parse(&self.rule).unwrap();
        let printed = rule.to_string();
        if self
            .printed
            .as_ref()
            .is_some_and(|wanted| *wanted != printed)
        {
            problems.push(format!("it is printed as {printed}"));
        }
        if self
            .json
            .as_ref()
            .is_some_and(|wanted| *wanted != rule.to_json())
        {
            problems.push(format!("its JSON is {}", rule.to_json()));
        }
        let forms = [Rule::parse(&printed), Rule::from_json(&rule.to_json())];
        for form in forms {
            let form = form.unwrap();
            assert_eq!(form, rule);
            let asked = self.ask(history, || Ok(form.clone())).unwrap();
            if self::answers(history, &asked, problems) != *answers {
                problems.push("another form of it says otherwise".to_owned());
            }
        }
    }
}

/// What a rule says of every customer.
fn answers(
    history: &History,
    asked: &CustomerRule<'_>,
    problems: &mut Vec<String>,
) -> BTreeMap<String, String> {
    let mut answers = BTreeMap::new();
    for customer in history.customers().iter() {
        let holds = asked.holds(customer).unwrap();
        if asked.explain(customer).unwrap().holds != holds {
            problems.push(format!("{customer} is explained otherwise"));
        }
        let word = match holds {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        };
        answers.insert(customer.to_owned(), word.to_owned());
    }
    answers
}

#[test]
fn a_customer_whom_nobody_names_is_an_error() {
    let history = Shop {
        orders: "order_id,customer_id,item_id\n1,ann,tea\n".to_owned(),
        ..Shop::default()
    };
    let history = history.history(None);
    let rule = Rule::parse("has(orders)").unwrap();
    let asked = Segments::default().ask(&history, &rule).unwrap();
    assert!(matches!(
        asked.holds("bo"),
        Err(Error::UnknownCustomer { .. })
    ));
    assert!(matches!(
        asked.explain("bo"),
        Err(Error::UnknownCustomer { .. })
    ));
    assert_eq!(asked.holds("ann").unwrap(), Some(true));
}

#[test]
fn a_name_stands_for_one_segment() {
    let rule = || Rule::parse("has(orders)").unwrap();
    let problem = Segments::new([("vip", rule()), ("vip", rule())]).unwrap_err();
    assert!(problem.to_string().contains("two segments `vip`"));
}

#[test]
fn a_long_chain_of_segments_is_told() {
    let mut rules = vec![("s0".to_owned(), Rule::parse("has(orders)").unwrap())];
    for place in 1..20_000 {
        let rule = Rule::parse(&format!("in segment 's{}'", place - 1)).unwrap();
        rules.push((format!("s{place}"), rule));
    }
    let segments = Segments::new(rules).unwrap();
    let shop = Shop {
        orders: "order_id,customer_id,item_id\n1,ann,tea\n".to_owned(),
        ..Shop::default()
    };
    let history = shop.history(None);
    let rule = Rule::parse("in segment 's19999'").unwrap();
    let asked = segments.ask(&history, &rule).unwrap();
    assert_eq!(asked.holds("ann").unwrap(), Some(true));
}

impl From<&twin::Shop> for Shop {
    fn from(shop: &twin::Shop) -> Self {
        let [orders, items, customers, events] = shops::csv(shop);
        let types = [
            ("note", Kind::Text),
            ("weight", Kind::Number),
            ("heat", Kind::Number),
            ("city", Kind::Text),
            ("children", Kind::Number),
            ("consent", Kind::Flag),
            ("joined", Kind::Time),
            ("page", Kind::Text),
        ];
        Shop {
            orders,
            items: Some(items),
            customers: Some(customers),
            events: Some(events),
            settings: Told {
                time_zone: Some(shop.zone.clone()),
                ignore: vec![shop.ignored.clone()],
                types: types.map(|(name, kind)| (name.to_owned(), kind)).into(),
                ..Told::default()
            },
        }
    }
}

/// Asks random rules of every customer of a random shop; counts the answers yes, no and unknown.
fn agree(seed: u64, counts: &mut [usize; 3]) {
    let mut random = Random(seed);
    let mut shop = shops::shop(&mut random);
    let write = |random: &mut Random, depth, segments| {
        let scopes = Vec::new();
        let mut writer = shops::Writer {
            random,
            scopes,
            segments,
        };
        let text = writer.condition(depth);
        Rule::parse(&text).unwrap_or_else(|problem| panic!("{seed}: {problem}"))
    };
    let named = ["one", "two"].map(|name| (name, write(&mut random, 2, false)));
    for (name, rule) in &named {
        let json = serde_json::from_str(&rule.to_json()).unwrap();
        shop.segments.insert(name.to_string(), json);
    }
    let segments = Segments::new(named).unwrap();
    let history = Shop::from(&shop).history(None);
    for _ in 0..12 {
        let rule = write(&mut random, 3, true);
        let json: serde_json::Value = serde_json::from_str(&rule.to_json()).unwrap();
        let asked = segments
            .ask(&history, &rule)
            .unwrap_or_else(|problem| panic!("{seed}: {problem}"));
        for customer in history.customers().iter() {
            let holds = asked.holds(customer).unwrap();
            let wanted = shop.decide(customer, &json);
            let explained = asked.explain(customer).unwrap();
            assert_eq!(
                holds,
                wanted,
                "seed {seed}, {customer}, as of {:?}: {rule}\n{explained}\n{}",
                history.summary().as_of,
                shops::csv(&shop).join("\n")
            );
            assert_eq!(explained.holds, holds, "seed {seed}: {rule}");
            counts[holds.map_or(2, |holds| usize::from(!holds))] += 1;
        }
    }
}

#[test]
fn the_crate_and_its_twin_agree_on_random_rules_over_random_shops() {
    let mut counts = [0; 3];
    for seed in 0..400 {
        agree(seed, &mut counts);
    }
    let all: usize = counts.iter().sum();
    assert!(counts.iter().all(|count| count * 10 > all), "{counts:?}");
}

/// Orders of one customer, as many as are asked for.
fn of_one(orders: usize) -> History {
    let mut csv = "order_id,customer_id,item_id,ordered_at\n".to_owned();
    for order in 0..orders {
        csv.push_str(&format!(
            "{order},ann,i{order},2024-01-{:02}\n",
            1 + order % 28
        ));
    }
    let tables = Tables::new(Settings::default());
    let orders = Input::bytes(csv.as_bytes(), "the orders");
    tables
        .read(TableName::Orders, orders)
        .unwrap()
        .history()
        .unwrap()
}

#[test]
fn rows_within_rows_that_are_too_many_are_refused_and_not_waited_for() {
    let history = of_one(400);
    let nested = |depth: usize| {
        let rule = (0..depth).fold("product != 'x'".to_owned(), |inside, _| {
            format!("count(purchases where {inside}) > 0")
        });
        let rule = Rule::parse(&rule).unwrap();
        let segments = Segments::default();
        segments.ask(&history, &rule).unwrap().holds("ann")
    };
    assert_eq!(nested(2).unwrap(), Some(true));
    let start = std::time::Instant::now();
    let told = nested(5).unwrap_err().to_string();
    assert!(
        told.contains("looks at more than 10,000,000 rows of one customer"),
        "{told}"
    );
    // Without the bound it would be months.
    assert!(start.elapsed().as_secs() < 300);
}

#[test]
fn members_are_those_of_whom_it_holds() {
    let csv = "order_id,customer_id,item_id,price\n1,ann,tea,5\n2,bo,tea,\n3,cy,tea,1\n";
    let orders = Input::bytes(csv.as_bytes(), "the orders");
    let tables = Tables::new(Settings::default())
        .read(TableName::Orders, orders)
        .unwrap();
    let history = tables.history().unwrap();
    let members = |rule: &str| {
        let asked = Segments::default()
            .ask(&history, &Rule::parse(rule).unwrap())
            .unwrap();
        let members: Vec<String> = asked
            .members(cobuy::Watch::new())
            .unwrap()
            .into_iter()
            .map(str::to_owned)
            .collect();
        members
    };
    assert_eq!(members("sum(amount of orders) > 2"), ["ann"]);
    assert_eq!(members("not sum(amount of orders) > 2"), ["cy"]);
    assert_eq!(members("count(orders) = 1"), ["ann", "bo", "cy"]);
    let stop = || true;
    let asked = Segments::default()
        .ask(&history, &Rule::parse("count(orders) = 1").unwrap())
        .unwrap();
    assert!(matches!(
        asked.members(cobuy::Watch::new().cancel(&stop)),
        Err(Error::Cancelled)
    ));
}

#[test]
fn what_an_aggregate_skips_is_told() {
    let csv = "order_id,customer_id,item_id,price\n1,ann,tea,5\n2,ann,tea,\n";
    let orders = Input::bytes(csv.as_bytes(), "the orders");
    let tables = Tables::new(Settings::default())
        .read(TableName::Orders, orders)
        .unwrap();
    let history = tables.history().unwrap();
    let rule = Rule::parse("avg(amount of orders) > 2").unwrap();
    let verdict = Segments::default()
        .ask(&history, &rule)
        .unwrap()
        .explain("ann")
        .unwrap();
    assert_eq!(
        (verdict.operands[0].rows, verdict.operands[0].skipped),
        (Some(2), Some(1))
    );
    assert_eq!(
        verdict.to_string(),
        "yes     avg(amount of orders) > 2   [5, 1 skipped as missing]\n"
    );
}
