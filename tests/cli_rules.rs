//! Rules on the command line: filters and boosts of suggestions, rules that are checked and explained.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command;

use command::{Folder, goods, with_goods};
use serde_json::{Value, json};

/// The corner shop with its goods and rows of two customers.
fn with_people() -> Folder {
    let folder = Folder::new();
    let people = "customer_id,budget\nc01,5\nc20,20\n";
    let people = folder.write("customers.csv", people);
    let people = people.to_str().unwrap();
    let options = ["--items", &goods(), "--customers", people, "-q"];
    folder.fit(command::orders(), &options).done();
    folder
}

fn items(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().unwrap().iter();
    items.map(|item| item["item"].as_str().unwrap()).collect()
}

#[test]
fn a_filter_lets_through_what_it_holds_of_on_every_question() {
    let folder = with_goods();
    let questions: [&[&str]; 4] = [
        &["also-bought", "shop.cobuy", "tea", "--fallback"],
        &["recommend", "shop.cobuy", "--basket", "tea"],
        &["recommend", "shop.cobuy", "c30"],
        &["popular", "shop.cobuy"],
    ];
    let cheap = ["milk", "matches"];
    for question in questions {
        let ask = |rest: &[&str]| {
            folder
                .run(&[question, &["--format", "json"], rest].concat())
                .json()
        };
        let filtered = ask(&["--filter", "price < 2"]);
        let only = ask(&["--only", "milk", "--only", "matches"]);
        assert_eq!(filtered["items"], only["items"], "{question:?}");
        assert_eq!(filtered["let_through"], 2);
        let twice = ask(&["--filter", "price < 2", "--filter", "product != 'milk'"]);
        assert_eq!(twice["let_through"], 1);
        assert!(items(&filtered).iter().all(|item| cheap.contains(item)));
        let json = r#"{"version":1,"rule":{"lt":[{"field":"price"},{"value":2}]}}"#;
        assert_eq!(ask(&["--filter", json]), filtered);
    }
}

#[test]
fn too_little_is_told_with_how_many_items_the_filter_lets_through() {
    let ran = with_goods().also_bought(&["tea", "--filter", "price < 5"]);
    assert_eq!(
        ran.err,
        "note: only 2 other items were bought with `tea` and are let through by the filter; the filter lets 7 of 13 \
         items through\n"
    );
    assert_eq!(ran.done().lines().count(), 3);
}

#[test]
fn a_boost_chooses_and_has_a_column() {
    let folder = with_goods();
    let boost = ["--boost", "margin / price"];
    let table = folder
        .also_bought(&[&["tea", "-n", "2"], &boost[..]].concat())
        .done();
    assert_eq!(
        table,
        "item    name           score  boost  customers  support  confidence   lift\n\
         teapot  Clay teapot    0.487  0.544          8   0.2000      0.8000  4.000\n\
         cup     Stoneware cup  0.468  0.585          8   0.2000      0.8000  3.200\n"
    );
    let csv = folder.also_bought(&[&["tea", "-n", "1", "--format", "csv"], &boost[..]].concat());
    assert_eq!(
        csv.done(),
        "item,score,boost,both,support,confidence,lift\nteapot,0.4869659,0.5444444444444445,8,0.2,0.8,4\n"
    );
    let popular = ["popular", "shop.cobuy", "-n", "2"];
    let table = folder.run(&[&popular, &["--boost", "margin"][..]].concat());
    assert_eq!(
        table.done(),
        "item     name            score  boost  source   reason\n\
         teapot   Clay teapot      78.4  9.800  popular  popular: bought by 8 customers\n\
         grinder  Coffee grinder   44.0   11.0  popular  popular: bought by 4 customers\n"
    );
    let csv = folder.run(&[&popular, &["--boost", "0 - margin", "--format", "csv"][..]].concat());
    let csv = csv.done();
    assert!(csv.starts_with(
        "rank,item,name,score,boost,source,reason\n1,matches,Long matches,-3,-0.5,popular,"
    ));
    let nothing = [
        "recommend",
        "shop.cobuy",
        "--basket",
        "tea",
        "--filter",
        "price < 0",
    ];
    let csv = folder.run(&[&nothing, &["--boost", "margin", "--format", "csv"][..]].concat());
    assert_eq!(csv.done(), "rank,item,name,score,boost,source,reason\n");
    let plain = folder.run(&[&nothing, &["--format", "csv"][..]].concat());
    assert_eq!(plain.done(), "rank,item,name,score,source,reason\n");
}

#[test]
fn the_customer_whom_a_rule_means_is_named() {
    let folder = with_people();
    let filter = ["--filter", "price <= customer.budget", "--format", "json"];
    let ask = |question: &[&str]| folder.run(&[question, &filter].concat());
    for question in [
        &["also-bought", "shop.cobuy", "tea"][..],
        &["recommend", "shop.cobuy", "--basket", "tea"],
        &["popular", "shop.cobuy"],
    ] {
        let of = |customer: &str| {
            let named = [question, &["--customer", customer]].concat();
            ask(&named).json()["let_through"].as_u64()
        };
        assert_eq!(
            [of("c01"), of("c20"), of("nobody")],
            [Some(7), Some(12), Some(0)],
            "{question:?}"
        );
        let unnamed = ask(question).failed(1);
        assert!(
            unnamed.contains("names no customer (--customer ...)"),
            "{unnamed}"
        );
    }
    assert_eq!(
        ask(&["recommend", "shop.cobuy", "c20"]).json()["let_through"],
        12
    );
    ask(&["recommend", "shop.cobuy", "c20", "--customer", "c01"]).failed(2);
    ask(&["recommend", "shop.cobuy", "--all", "--customer", "c01"]).failed(2);
}

#[test]
fn what_a_filter_keeps_out_is_explained_clause_by_clause() {
    let folder = with_people();
    let ask = |rest: &[&str]| {
        let explain = ["explain", "shop.cobuy", "cup", "--basket", "tea"];
        folder.run(&[&explain, rest].concat())
    };
    let rule = [
        "--filter",
        "in_stock and price <= customer.budget",
        "--customer",
    ];
    assert_eq!(
        ask(&[&rule[..], &["c01"]].concat()).done(),
        "`cup` is not suggested: the filter does not let it through:\n  \
         no      in_stock and price <= customer.budget\n  \
         yes       in_stock   [true]\n  \
         no        price <= customer.budget   [6.5, 5]\n  \
         0.8000  with `Black tea`: 8 bought both, 3.2 times chance\n"
    );
    assert!(
        ask(&[&rule[..], &["c20"]].concat())
            .done()
            .starts_with("`cup` is number 2")
    );
    let unknown = ask(&[&rule[..], &["nobody"]].concat()).done();
    assert!(
        unknown.contains("let it through, since it is unknown of it:\n"),
        "{unknown}"
    );
    ask(&["--customer", "c01"]).failed(2);
}

#[test]
fn a_rule_is_told_in_both_forms() {
    let folder = Folder::new();
    let written = "count(orders in last 90d)>=2 and not (country in('PL'))";
    let json = r#"{"version":1,"rule":{"all":[{"ge":[{"agg":{"fn":"count","of":{"source":"orders","window":{"last":"90d"}}}},{"value":2}]},{"not":{"in":[{"field":"country"},["PL"]]}}]}}"#;
    let version = cobuy::Rule::parse(written).unwrap().version();
    let table = format!(
        "rule     count(orders in last 90d) >= 2 and country not in ('PL')\n\
         json     {json}\n\
         fields   country, orders\n\
         version  {version}\n"
    );
    let check = ["rule", "check"];
    assert_eq!(folder.run(&[&check, &[written][..]].concat()).done(), table);
    assert_eq!(folder.run(&[&check, &[json][..]].concat()).done(), table);
    for input in [format!("{written}\n"), format!("\n {json}")] {
        assert_eq!(
            folder.run_with(&input, &["rule", "check", "-"]).done(),
            table
        );
    }
    let told = folder
        .run(&["rule", "check", "--format", "json", "1 < 2"])
        .done();
    let expected = r#"{"rule":"1 < 2","json":{"version":1,"rule":{"lt":[{"value":1},{"value":2}]}},"fields":[],"version":""#;
    assert!(told.starts_with(expected), "{told}");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["fields"], json!([]));
}

#[test]
fn what_is_no_rule_is_told_with_a_caret_and_exit_code_1() {
    let folder = Folder::new();
    let check = |rule: &str| folder.run(&["rule", "check", rule]).failed(1);
    assert_eq!(
        check("cuont(orders) >= 2 and\n (encoding = 'x')"),
        "error: line 1, column 1: there is no function `cuont`; did you mean `count`?\n  \
         cuont(orders) >= 2 and\n  \
         ^^^^^\n"
    );
    // A rule is shown as it is written, even where it looks as a setting does.
    assert!(check("(encoding = = 'x')").contains("\n  (encoding = = 'x')\n              ^\n"));
    assert!(check("price = '\u{1b}[2J'").starts_with("error: line 1, column "));
    assert!(!check("price = '\u{1b}[2J'").contains('\u{1b}'));
    let path = check(r#"{"version":1,"rule":{"lt":[{"feild":"price"},{"value":2}]}}"#);
    assert!(path.starts_with("error: at $.rule.lt[0].feild: "), "{path}");
    check("");
    check("{");
    let bytes = folder
        .run_with(&"a".repeat(2 << 20), &["rule", "check", "-"])
        .failed(1);
    assert!(bytes.contains("at most 65536"), "{bytes}");
}

#[test]
fn a_rule_is_checked_against_a_shop() {
    let folder = with_goods();
    let check =
        |rest: &[&str]| folder.run(&[&["rule", "check", "--shop", "shop.cobuy"], rest].concat());
    let fits = |rest: &[&str]| check(rest).done().lines().last().unwrap().to_owned();
    assert_eq!(
        fits(&["count(orders) > 1"]),
        "fits     the customers of shop.cobuy"
    );
    assert_eq!(
        fits(&["--for", "items", "in_stock"]),
        "fits     the items of shop.cobuy"
    );
    let wrong = check(&["--for", "items", "in_stock  and  pirce > 2"]).failed(1);
    assert_eq!(
        wrong,
        "error: line 1, column 16: items have no field `pirce`; did you mean `price`?\n  \
         in_stock  and  pirce > 2\n                 ^^^^^\n"
    );
    check(&["in_stock"]).failed(1);
    check(&["--for", "items", "count(orders) > 1"]).failed(1);
    let vip = "in segment 'vip'";
    assert!(
        check(&[vip])
            .failed(1)
            .contains("there is no segment `vip`")
    );
    check(&[vip, "--segment", "vip=sum(amount of orders) > 50"]).done();
    check(&[vip, "--segment", "vip=brnd = 1"]).failed(1);
    check(&[vip, "--segment", "vip"]).code_is(2);
    folder
        .run(&["rule", "check", "in_stock", "--for", "items"])
        .code_is(2);
}

#[test]
fn a_verdict_is_told_clause_by_clause() {
    let folder = with_people();
    let explain =
        |rest: &[&str]| folder.run(&[&["rule", "explain", "--shop", "shop.cobuy"], rest].concat());
    let rule = "in segment 'tea' and sum(amount of orders) > 500 or budget is missing";
    let tea = "tea=has(purchases where product = 'tea')";
    let of_customer = ["--segment", tea, rule, "--customer"];
    let of = |customer| explain(&[&of_customer[..], &[customer]].concat());
    assert_eq!(
        of("c01").done(),
        "no      in segment 'tea' and sum(amount of orders) > 500 or budget is missing\n\
         no        in segment 'tea' and sum(amount of orders) > 500\n\
         yes         in segment 'tea'\n\
         no          sum(amount of orders) > 500   [59.3]\n\
         no        budget is missing   [5]\n"
    );
    assert!(
        of("c02")
            .done()
            .ends_with("yes       budget is missing   [missing]\n")
    );
    of("nobody").failed(3);
    let json = explain(&["count(orders) > 1", "--customer", "c01", "--format", "json"]).json();
    assert_eq!(json["holds"], true);
    assert_eq!(json["operands"][0]["value"], "3");

    let dear = "price <= context.price and price <= customer.budget";
    let of_item = |rest: &[&str]| explain(&[&["--item", "cup", dear], rest].concat());
    assert_eq!(
        of_item(&[
            "--context",
            "tea",
            "--context",
            "teapot",
            "--customer",
            "c01"
        ])
        .done(),
        "no      price <= context.price and price <= customer.budget\n\
         yes       price <= context.price   [6.5, 11.25]\n\
         no        price <= customer.budget   [6.5, 5]\n"
    );
    let refused = of_item(&["--customer", "c01"]).failed(1);
    assert!(refused.contains("(--context ...)"), "{refused}");
    of_item(&["--context", "teapto", "--customer", "c01"]).failed(3);
    explain(&["in_stock"]).code_is(2);
    explain(&["in_stock", "--context", "tea", "--customer", "c01"]).code_is(2);
}
