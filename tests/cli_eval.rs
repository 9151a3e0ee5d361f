//! `cobuy eval` on the corner shop: what it says, and what it refuses.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command;

use command::{Folder, orders};
use serde_json::Value;
use std::ffi::OsString;

fn eval(arguments: &[&str]) -> command::Ran {
    let mut all: Vec<OsString> = vec!["eval".into(), orders().into_os_string()];
    all.extend(arguments.iter().map(OsString::from));
    Folder::new().run(&all)
}

fn figures(arguments: &[&str]) -> Value {
    eval(&[arguments, &["--format", "json"]].concat()).json()
}

#[test]
fn all_three_forms_tell_the_same_figures() {
    let asked = ["--horizon", "20d", "--origins", "2", "-k", "5", "-k", "2"];
    let told = figures(&asked);
    assert_eq!(told["origins"].as_array().unwrap().len(), 2);
    let list = told["figures"].as_array().unwrap();
    assert!(
        list.iter().any(|figure| figure["k"] == 2) && list.iter().any(|figure| figure["k"] == 5)
    );
    let csv = eval(&[&asked[..], &["--format", "csv"]].concat()).done();
    let table = eval(&asked).done();
    assert_eq!(
        csv.lines().next(),
        Some("group,metric,k,value,low,high,customers")
    );
    assert_eq!(csv.lines().count(), list.len() + 1);
    for (figure, line) in list.iter().zip(csv.lines().skip(1)) {
        let (metric, k) = (
            figure["metric"].as_str().unwrap(),
            figure["k"].as_u64().unwrap(),
        );
        let value = figure["value"].as_f64().unwrap();
        assert!(
            line.starts_with(&format!(",{metric},{k},{value},")),
            "{line}"
        );
        let shown = format!("{:18} {value:8.4}", format!("{metric}@{k}"));
        assert!(table.contains(&shown), "{shown} {table}");
    }
}

#[test]
fn a_seed_gives_the_same_figures_on_any_number_of_threads_and_without_resamples_there_are_no_intervals()
 {
    let told = |more: &[&str]| {
        let all = figures(&[&["-k", "3", "--horizon", "3w", "--seed", "4"], more].concat());
        all["figures"].clone()
    };
    let one = told(&["--threads", "1"]);
    assert_eq!(told(&["--threads", "3"]), one);
    assert!(one[0]["low"].is_number());
    assert!(told(&["--resamples", "0"])[0]["low"].is_null());
}

#[test]
fn a_fitted_shop_is_measured_as_its_orders_are() {
    let folder = Folder::with_shop(&[]);
    let asked = [
        "--split",
        "leave-out",
        "--share",
        "0.3",
        "-k",
        "3",
        "--format",
        "json",
    ];
    let of_shop = folder
        .run(&[&["eval", "shop.cobuy"], &asked[..]].concat())
        .json();
    let of_orders = eval(&asked).json();
    assert_eq!(of_shop["figures"], of_orders["figures"]);
    assert_eq!(of_shop["counted"], of_orders["counted"]);
}

#[test]
fn groups_are_told_by_name_behind_the_whole() {
    let by_purchases = ["--group-by", "purchases", "--groups", "2"];
    let told = figures(&[&["--split", "leave-out", "-k", "3"], &by_purchases[..]].concat());
    let list = told["figures"].as_array().unwrap();
    let customers = |group: Option<&str>| -> u64 {
        let of = list
            .iter()
            .filter(|it| it["metric"] == "recall" && it["group"].as_str() == group);
        of.map(|it| it["customers"].as_u64().unwrap()).sum()
    };
    let mut names: Vec<Option<&str>> = list.iter().map(|it| it["group"].as_str()).collect();
    names.dedup();
    assert_eq!((names.len(), names[0]), (3, None));
    let parts: u64 = names[1..].iter().map(|&name| customers(name)).sum();
    assert_eq!(parts, customers(None));
}

#[test]
fn what_cannot_be_is_refused_with_the_way_out() {
    for (arguments, code, texts) in [
        (&["-k", "0"][..], 1, &["`k` is 0"][..]),
        (
            &["--horizon", "90d"],
            1,
            &["`horizon` is 90", "83.3 days", "`--origins`"],
        ),
        (&["--horizon", "0"], 1, &["`horizon` is 0", "above 0"]),
        (
            &["--cut", "2023-01-01"],
            1,
            &["`cut` is 2023-01-01", "2024-03-"],
        ),
        (&["--cut", "soon"], 1, &["`cut` is 'soon'"]),
        (
            &["--split", "leave-out", "--share", "1"],
            1,
            &["`share` is 1"],
        ),
        (&["--group-by", "city"], 1, &["`city`"]),
        (&["--confidence", "95"], 1, &["`confidence` is 95", "0.95"]),
        (
            &["--split", "leave-out", "--cut", "2024-04-01"],
            2,
            &["--cut goes with --split time"],
        ),
        (
            &["--share", "0.1"],
            2,
            &["--share goes with --split leave-out"],
        ),
    ] {
        let said = eval(arguments).failed(code);
        texts
            .iter()
            .for_each(|text| assert!(said.contains(text), "{said}"));
    }
}

#[test]
fn a_shop_s_file_is_measured_as_it_was_learnt() {
    let folder = Folder::new();
    let shop = folder.path("shop.cobuy");
    let run = |command: &str, file: &std::path::Path, more: &[&str]| {
        let mut all: Vec<OsString> = vec![
            command.into(),
            file.as_os_str().to_owned(),
            "--quiet".into(),
        ];
        all.extend(more.iter().map(OsString::from));
        folder.run(&all).done()
    };
    let output = ["-o", shop.to_str().unwrap()];
    let asked = [
        "--split",
        "leave-out",
        "-k",
        "3",
        "--resamples",
        "0",
        "--format",
        "csv",
    ];
    for learnt in [
        ["--model", "ridge", "--neighbours", "4"],
        ["--model", "closed_form", "--set", "penalty=3"],
        ["--kept", "target", "--neighbours", "2"],
    ] {
        run("fit", &orders(), &[&learnt[..], &output].concat());
        let told = run("eval", &shop, &asked);
        assert_eq!(
            told,
            run("eval", &orders(), &[&asked[..], &learnt].concat())
        );
        assert_ne!(told, run("eval", &orders(), &asked), "{learnt:?}");
    }
    let lift = ["--measure", "lift"];
    assert_eq!(
        run("eval", &shop, &[&asked[..], &lift].concat()),
        run("eval", &orders(), &[&asked[..], &lift].concat())
    );
}
