//! Rules over goods, asked of one item outside of a question.

#![allow(clippy::unwrap_used, clippy::panic)]

use cobuy::{Engine, Error, OrderLine, Rule, RuleProblem, Settings, TableName, Tables, TextRows};

fn engine() -> Engine {
    let bought = [
        ("1", "ann", "tea"),
        ("1", "ann", "cup"),
        ("2", "bo", "tea"),
        ("2", "bo", "pot"),
    ];
    let bought = bought.map(|(order, customer, item)| OrderLine::new(order, customer, item));
    let goods = [
        ["tea", "4", "drinks", ""],
        ["cup", "5", "kitchen", "3"],
        ["pot", "30", "kitchen", "0"],
    ];
    let people = [["ann", "10"], ["bo", ""]];
    let columns = ["item_id", "price", "category", "stock"];
    let goods = TextRows::new(columns, goods.map(|row| row.map(Some)));
    let people = TextRows::new(["customer_id", "budget"], people.map(|row| row.map(Some)));
    let tables = Tables::new(Settings::default())
        .order_lines(bought)
        .unwrap()
        .read(TableName::Items, goods)
        .unwrap()
        .read(TableName::Customers, people)
        .unwrap();
    Engine::builder(&tables.history().unwrap()).fit().unwrap()
}

fn rule(text: &str) -> Rule {
    Rule::parse(text).unwrap()
}

fn problem(error: Error) -> RuleProblem {
    match error {
        Error::Rule(problem) => *problem,
        other => panic!("{other}"),
    }
}

/// What a rule says of an item, with nothing looked at and nobody named.
fn holds(engine: &Engine, text: &str, item: &str) -> Option<bool> {
    let none: [&str; 0] = [];
    let verdict = engine.explain_rule(&rule(text), item, &none, None);
    verdict.unwrap().holds
}

#[test]
fn a_rule_is_asked_of_one_item() {
    let engine = engine();
    assert_eq!(holds(&engine, "in_stock", "cup"), Some(true));
    assert_eq!(holds(&engine, "in_stock", "pot"), Some(false));
    assert_eq!(holds(&engine, "in_stock", "tea"), None);
    assert_eq!(holds(&engine, "in_stock or price < 5", "tea"), Some(true));
}

#[test]
fn it_agrees_with_the_filter_of_a_question() {
    let engine = engine();
    let texts = [
        "price <= context.price * 1.5",
        "category = context.category",
        "price < customer.budget",
        "stock is missing and not (category under 'kitchen')",
    ];
    for text in texts {
        for customer in ["ann", "bo", "nobody"] {
            let query = engine.also_bought("tea").customer(customer).filter(text);
            let let_through = query.suggest().unwrap().let_through.unwrap();
            let alone = engine.items().iter().filter(|item| {
                let verdict = engine.explain_rule(&rule(text), item, &["tea"], Some(customer));
                verdict.unwrap().holds == Some(true)
            });
            assert_eq!(alone.count() as u64, let_through, "{text} for {customer}");
        }
    }
}

#[test]
fn a_basket_is_looked_at_as_a_whole() {
    let engine = engine();
    let mean = rule("context.price = 17");
    for context in [&["tea", "pot"][..], &["pot", "tea", "pot"]] {
        let verdict = engine.explain_rule(&mean, "cup", context, None).unwrap();
        assert_eq!(verdict.holds, Some(true));
    }
}

#[test]
fn names_and_types_are_checked_where_they_were_written() {
    let engine = engine();
    engine.check_rule(&rule("price > 3")).unwrap();
    let wrong = problem(
        engine
            .check_rule(&rule("price   >   3 and brnd = 'x'"))
            .unwrap_err(),
    );
    assert_eq!(wrong.place.unwrap().column, 19);
    problem(engine.check_rule(&rule("price = 'x'")).unwrap_err());
    problem(engine.check_rule(&rule("count(orders) > 1")).unwrap_err());
}

#[test]
fn what_is_asked_for_must_be_given() {
    let engine = engine();
    let none: [&str; 0] = [];
    let refused = |text: &str| {
        let refused = engine.explain_rule(&rule(text), "tea", &none, None);
        problem(refused.unwrap_err()).problem
    };
    assert!(refused("price < context.price").contains("(context = ...)"));
    assert!(refused("price < customer.budget").contains("(customer = ...)"));
    let unknown = engine.explain_rule(&rule("price > 1"), "teapto", &none, None);
    assert!(matches!(unknown, Err(Error::UnknownItem { .. })));
    let unknown = engine.explain_rule(&rule("price > 1"), "tea", &["teapto"], None);
    assert!(matches!(unknown, Err(Error::UnknownItem { .. })));
}
