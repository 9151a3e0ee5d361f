//! Runs the rules in `tests/rules`: both forms of what can be said, and what is said about the rest.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use cobuy::{Error, Formula, Rule, RuleProblem};
use corpus::{Good, Refused};
use std::collections::BTreeSet;

#[path = "rules/corpus.rs"]
mod corpus;

macro_rules! problems_of {
    ($name:ident, $of:ident, $key:literal) => {
        /// All that does not hold of the two forms.
        fn $name(case: &Good) -> Vec<String> {
            let canonical = case.canonical.as_ref().unwrap_or(&case.text);
            let json = format!("{{\"version\":1,\"{}\":{}}}", $key, case.json);
            let of_text = match $of::parse(&case.text) {
                Ok(of_text) => of_text,
                Err(problem) => return vec![format!("the text is refused: {problem}")],
            };
            let mut problems = Vec::new();
            let mut check = |what: &str, found: &str, expected: &str| {
                if found != expected {
                    problems.push(format!("{what} is\n    {found}\nnot\n    {expected}"));
                }
            };
            check("the canonical text", &of_text.to_string(), canonical);
            check("the JSON", &of_text.to_json(), &json);
            if let Some(version) = &case.version {
                check("the version", &of_text.version(), version);
            }
            if let Some(fields) = &case.fields {
                let found = of_text.fields().join(", ");
                check("fields", &found, &fields.join(", "));
            }
            for (form, other) in [
                ("the canonical text", $of::parse(canonical)),
                ("the JSON", $of::from_json(&json)),
                ("the text in a string", case.text.parse::<$of>()),
            ] {
                match other {
                    Err(problem) => problems.push(format!("{form} is refused: {problem}")),
                    Ok(other) => {
                        if other != of_text {
                            problems.push(format!("{form} says something else: {other}"));
                        }
                        if other.version() != of_text.version() || other.to_json() != json {
                            problems.push(format!("{form} is of another version"));
                        }
                        if other.to_string() != *canonical {
                            problems.push(format!("{form} is printed as {other}"));
                        }
                        if other.fields() != of_text.fields() {
                            problems.push(format!("{form} asks for {:?}", other.fields()));
                        }
                    }
                }
            }
            // Other spellings of JSON say the same: space, and any order of keys.
            let value: serde_json::Value = serde_json::from_str(&json).unwrap();
            let loose = serde_json::to_string_pretty(&value).unwrap();
            if $of::from_json(&loose).ok().as_ref() != Some(&of_text) {
                problems.push("the JSON with space in it says something else".to_owned());
            }
            let text = serde_json::to_string(&of_text).unwrap();
            if text != serde_json::to_string(canonical).unwrap() {
                problems.push(format!("it serializes as {text}"));
            }
            problems
        }
    };
}

problems_of!(problems_of_rule, Rule, "rule");
problems_of!(problems_of_formula, Formula, "formula");

#[test]
fn rules_and_formulas_say_the_same_in_both_forms() {
    let all = corpus::rules();
    let mut failed = String::new();
    let mut names = BTreeSet::new();
    let rules = all.rules.iter().map(|case| (case, problems_of_rule(case)));
    let formulas = all
        .formulas
        .iter()
        .map(|case| (case, problems_of_formula(case)));
    for (case, problems) in rules.chain(formulas) {
        assert!(names.insert(&case.name), "two cases: {}", case.name);
        for problem in problems {
            failed.push_str(&format!("\n{}: {problem}\n", case.name));
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

fn problem_of<T: std::fmt::Debug>(read: cobuy::Result<T>) -> Result<RuleProblem, String> {
    match read {
        Err(Error::Rule(problem)) => Ok(*problem),
        Err(other) => Err(format!("another error: {other}")),
        Ok(read) => Err(format!("it is read as {:.200}", format!("{read:?}"))),
    }
}

/// All that does not hold of what is said about a rule that is none.
fn problems_of_refused(case: &Refused) -> Vec<String> {
    let read = match (&case.text, &case.json) {
        (Some(text), None) => Rule::parse(text),
        (None, Some(json)) => Rule::from_json(json),
        _ => panic!("either `text` or `json`: {}", case.name),
    };
    let problem = match problem_of(read) {
        Ok(problem) => problem,
        Err(other) => return vec![other],
    };
    let said = problem.to_string();
    let mut problems = Vec::new();
    let place = problem.place.as_ref();
    if case.text.is_some() {
        match place {
            None => problems.push("no place is told".to_owned()),
            Some(place) => {
                let (line, column) = (case.line.unwrap_or(1), case.column);
                if place.line != line || Some(place.column) != column {
                    problems.push(format!(
                        "the place is line {}, column {}",
                        place.line, place.column
                    ));
                }
                if !said.starts_with(&format!("line {line}, column {}: ", place.column)) {
                    problems.push("the place is not told first".to_owned());
                }
                if case.width.is_some_and(|width| width != place.width) {
                    problems.push(format!("the place is {} wide", place.width));
                }
                if (case.line_text.as_ref()).is_some_and(|text| *text != place.text) {
                    problems.push(format!("the line is {:?}", place.text));
                }
            }
        }
    }
    if problem.path != case.path {
        problems.push(format!("the path is {:?}", problem.path));
    }
    if problem.near != case.near {
        problems.push(format!("near are {:?}", problem.near));
    }
    for text in &case.says {
        if !said.contains(text) {
            problems.push(format!("it lacks `{text}`"));
        }
    }
    if said.chars().any(|c| c.is_control() && c != '\n') {
        problems.push("a control character stands in the message".to_owned());
    }
    if !problems.is_empty() {
        problems.push(said);
    }
    problems
}

#[test]
fn what_is_no_rule_is_refused_with_its_place_and_the_way_out() {
    let mut failed = String::new();
    let mut names = BTreeSet::new();
    for case in corpus::bad() {
        for problem in problems_of_refused(&case) {
            failed.push_str(&format!("\n{}: {problem}\n", case.name));
        }
        assert!(!case.says.is_empty(), "{} says nothing", case.name);
        let name = case.name.clone();
        assert!(names.insert(case.name), "two cases: {name}");
    }
    assert!(failed.is_empty(), "{failed}");
}

#[test]
fn what_nests_fits_on_a_small_stack() {
    let nested = |open: &str, inside: &str, close: &str| {
        let depths = [12, 20, 40, 60, 1000];
        depths.map(|depth| format!("{}{inside}{}", open.repeat(depth), close.repeat(depth)))
    };
    let texts = [
        nested("(", "a", ")"),
        nested("not ", "a", ""),
        nested("a and (b or ", "a", ")"),
        nested("a + (1 - ", "1", ") * 2"),
        nested("drop(", "a", ", 1)"),
        nested("sum(", "a", " of orders)"),
        nested("sum(a = sum(", "a", ""),
        nested("has(orders where ", "a", ")"),
        nested("no(orders as w where not (a or ", "b", "))"),
        nested("count(orders where ", "a", ") > 0"),
        nested("a between count(views where ", "a", ") and 3"),
        nested("0 < sum(amount - ", "a", " of orders where a) * 2"),
    ];
    let json = [
        nested(r#"{"not":"#, r#"{"is_true":{"field":"a"}}"#, "}"),
        nested(r#"{"all":["#, r#"{"is_true":{"field":"a"}}"#, "]}"),
        nested(
            r#"{"has":{"source":"orders","where":"#,
            r#"{"is_true":{"field":"a"}}"#,
            "}}",
        ),
        nested(
            r#"{"gt":[{"value":0},{"agg":{"fn":"count","of":{"source":"orders","where":"#,
            r#"{"is_true":{"field":"a"}}"#,
            "}}}]}",
        ),
        nested(
            r#"{"gt":[{"value":0},{"call":{"fn":"drop","args":[{"value":0},"#,
            r#"{"field":"a"}"#,
            "]}}]}",
        ),
    ];
    let read = move || {
        for text in texts.iter().flatten() {
            if let Ok(rule) = Rule::parse(text) {
                assert_eq!(Rule::from_json(&rule.to_json()).unwrap(), rule);
            }
            Formula::parse(text).ok();
        }
        for json in json.iter().flatten() {
            let json = format!(r#"{{"version":1,"rule":{json}}}"#);
            Rule::from_json(&json).ok();
        }
    };
    // What threads of Rust have; builds without optimisation take the most of it.
    let small = std::thread::Builder::new().stack_size(2 << 20);
    small.spawn(read).unwrap().join().unwrap();
}

/// That a text is refused, in a message that holds `says` and is short enough to be read.
#[track_caller]
fn refused(text: &str, says: &str) -> RuleProblem {
    let problem = problem_of(Rule::parse(text)).unwrap();
    let said = problem.to_string();
    assert!(said.contains(says), "{said}");
    assert!(said.len() < 2000, "{} bytes are said", said.len());
    problem
}

#[track_caller]
fn refused_json(json: &str, says: &str) -> RuleProblem {
    let problem = problem_of(Rule::from_json(json)).unwrap();
    let said = problem.to_string();
    assert!(said.contains(says), "{said}");
    assert!(said.len() < 2000, "{} bytes are said", said.len());
    problem
}

#[test]
fn brackets_a_negation_and_a_sum_beyond_measure_are_refused() {
    let nested = format!("{}a{}", "(".repeat(10_000), ")".repeat(10_000));
    let problem = refused(&nested, "nests deeper than 40 levels");
    assert!(problem.place.is_some());
    refused(&"(".repeat(10_000), "nests deeper than 40 levels");
    refused(
        &format!("{}a", "not ".repeat(10_000)),
        "nests deeper than 40 levels",
    );
    refused(
        &format!("{} > 0", vec!["a"; 10_000].join(" + ")),
        "nests deeper than 40 levels",
    );
    let calls = format!("{}a{} > 0", "drop(".repeat(10_000), ", b)".repeat(10_000));
    refused(&calls, "bytes, but at most 65536 are read");
    let calls = format!("{}a{} > 0", "drop(".repeat(5000), ", b)".repeat(5000));
    refused(&calls, "nests deeper than 40 levels");
    let rows = format!("{}a{}", "has(orders where ".repeat(2000), ")".repeat(2000));
    refused(&rows, "nests deeper than 40 levels");
}

#[test]
fn a_rule_of_a_megabyte_is_refused_before_it_is_read() {
    let text = format!("a = '{}'", "x".repeat(1 << 20));
    let problem = refused(&text, "1048582 bytes, but at most 65536 are read");
    assert!(problem.to_string().contains("only"));
    let json = format!(
        r#"{{"version":1,"rule":{{"eq":[{{"field":"a"}},{{"value":"{}"}}]}}}}"#,
        "x".repeat(1 << 20)
    );
    refused_json(&json, "bytes, but at most 262144 are read");
    // What is short enough as JSON may be too long as a text.
    let json = format!(
        r#"{{"version":1,"rule":{{"eq":[{{"field":"a"}},{{"value":"{}"}}]}}}}"#,
        "x".repeat(1 << 17)
    );
    refused_json(&json, "bytes, but at most 65536 are read");
}

#[test]
fn long_parts_of_a_rule_are_shortened_in_messages() {
    let long = "x".repeat(60_000);
    refused(&format!("count(orders) = '{long}'"), "is a text");
    refused(&format!("sum('{long}' of orders) = 1"), "is a text");
    refused(
        &format!("first('{long}' of orders)"),
        "a condition is needed",
    );
    refused(&format!("a = 1 and cuont{long}(orders) > 1"), "no function");
    refused(&format!("has({long})"), "no rows called");
    refused(&format!("template('a', {long}=1, {long}=1)"), "bytes");
    refused(&format!("a > 1 {long}"), "found `xxx");
    refused(&format!("a > '{long}"), "never ends");
    refused(&format!("a > 1{long}"), "no unit");
    refused(&format!("a > {}", "9".repeat(60_000)), "too large");
    refused(&format!("a > date '{long}'"), "is no date");
    let problem = problem_of(Formula::parse(&format!("'{long}'"))).unwrap();
    assert!(problem.to_string().len() < 2000);
    refused_json(&format!("{{\"{long}\":1}}"), "no key");
    let rule = format!(r#"{{"version":1,"rule":{{"{long}":1}}}}"#);
    refused_json(&rule, "no condition");
}

#[test]
fn json_that_nests_too_deep_is_refused() {
    for depth in [38, 39, 60, 120, 126, 200, 10_000] {
        let json = format!(
            r#"{{"version":1,"rule":{}{{"is_true":{{"field":"a"}}}}{}}}"#,
            r#"{"not":"#.repeat(depth),
            "}".repeat(depth)
        );
        match depth {
            38 => assert!(Rule::from_json(&json).is_ok()),
            39..=120 => drop(refused_json(&json, "nests deeper than 40 levels")),
            _ => drop(refused_json(&json, "no JSON of a rule: recursion limit")),
        }
    }
    let lists = format!(r#"{{"version":1,"rule":{}"#, "[".repeat(100_000));
    refused_json(&lists, "recursion limit");
}

#[test]
fn a_rule_takes_forty_levels_and_ten_thousand_parts_and_no_more() {
    let not = |depth| format!("{}a = 1", "not ".repeat(depth));
    assert!(Rule::parse(&not(38)).is_ok());
    refused(&not(39), "nests deeper than 40 levels");
    // Each is a part, and so is each `or`.
    let fields = |count| vec!["a"; count].join(" or ");
    assert!(Rule::parse(&fields(5000)).is_ok());
    refused(&fields(5001), "more than 10000 parts");
    // Brackets that say nothing are no levels, up to a limit of their own.
    let brackets = |depth| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Rule::parse(&brackets(47)).is_ok());
    refused(&brackets(48), "nests deeper");
}

#[test]
fn a_rule_is_as_long_as_its_canonical_text() {
    // Short as it is written here, too long with its spaces.
    let text = format!("a in({}1)", "1,".repeat(30_000));
    assert!(text.len() < 1 << 16);
    refused(&text, "at most 65536");
    let text = format!("a in({}1)", "1,".repeat(21_000));
    let rule = Rule::parse(&text).unwrap();
    assert_eq!(Rule::parse(&rule.to_string()).unwrap(), rule);
    assert_eq!(Rule::from_json(&rule.to_json()).unwrap(), rule);
}

#[test]
fn a_template_takes_as_many_parameters_as_its_json() {
    let template = |count: usize| {
        let with: String = (0..count).map(|at| format!(", p{at}=1")).collect();
        format!("template('x'{with})")
    };
    let most = Rule::parse(&template(100)).unwrap();
    assert_eq!(Rule::from_json(&most.to_json()).unwrap(), most);
    refused(&template(101), "100");
    refused(&template(7000), "100");
}

#[test]
fn rules_are_equal_where_their_trees_are() {
    let rule = Rule::parse("a = 1 and not b").unwrap();
    assert_eq!(rule, Rule::parse(" (a=1)and(not(b)) ").unwrap());
    assert_ne!(rule, Rule::parse("not b and a = 1").unwrap());
    assert_ne!(rule.version(), Rule::parse("a = 1").unwrap().version());
    assert_eq!(format!("{rule:?}"), "Rule(a = 1 and not b)");
    assert_eq!(Formula::parse("(a)+1").unwrap().to_string(), "a + 1");
}

#[test]
fn a_formula_is_a_number() {
    for (text, says) in [
        ("'x'", "a number is needed"),
        ("30d", "a number is needed"),
        ("recency(orders)", "a number is needed"),
        ("a > 1", "a value is needed"),
        ("a b", "found `b`"),
        ("", "the rule ends"),
    ] {
        let problem = problem_of(Formula::parse(text)).unwrap();
        assert!(problem.to_string().contains(says), "{text}: {problem}");
        assert!(problem.place.is_some(), "{text}");
    }
    let json = r#"{"version":1,"rule":{"field":"a"}}"#;
    let problem = problem_of(Formula::from_json(json)).unwrap();
    assert!(problem.to_string().contains("no key `rule`"), "{problem}");
}

#[test]
fn a_message_says_a_thing_once() {
    let told = Rule::parse("price > .5").unwrap_err().to_string();
    assert_eq!(
        told,
        "line 1, column 9: found `.`, but expected a value, such as a field, a number or a text in quotes; \
         a number begins with a digit, as in `0.5`\n  price > .5\n          ^"
    );
    let told = Rule::parse("NOT vip").unwrap_err().to_string();
    assert!(
        told.contains("words of the language are lower case: `not`"),
        "{told}"
    );
}

#[cfg(feature = "csv")]
#[test]
fn a_text_of_the_longest_part_is_searched_soon() {
    use cobuy::{Engine, Input, Settings, TableName, Tables};
    let long = "a".repeat(50_000);
    let mut items = "item_id,name\n".to_owned();
    for item in 0..20 {
        items.push_str(&format!("i{item},{long}{long}\n"));
    }
    let orders = "order_id,customer_id,item_id\n1,ann,i1\n";
    let history = Tables::new(Settings::default())
        .read(TableName::Orders, Input::bytes(orders.as_bytes(), "orders"))
        .unwrap()
        .read(TableName::Items, Input::bytes(items.as_bytes(), "items"))
        .unwrap()
        .history()
        .unwrap();
    let engine = Engine::builder(&history).fit().unwrap();
    let count = |part: String| {
        let filter = format!("name contains '{part}'");
        engine
            .popular(None)
            .filter(filter)
            .items_let_through()
            .unwrap()
            .len()
    };
    assert_eq!(count(format!("{}b", &long[..49_000])), 0);
    assert_eq!(count(long[..49_000].to_uppercase()), 20);
}
