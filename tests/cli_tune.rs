//! `cobuy tune`, and `cobuy fit --model auto`: what they say, and what they refuse.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command;

use command::{Folder, Ran, orders};
use serde_json::Value;
use std::ffi::OsString;

const HELD_OUT: [&str; 5] = ["--horizon", "20d", "--origins", "2", "--quiet"];

fn tune(folder: &Folder, arguments: &[&str]) -> Ran {
    let mut all: Vec<OsString> = vec!["tune".into(), orders().into_os_string()];
    all.extend(HELD_OUT.iter().chain(arguments).map(OsString::from));
    folder.run(&all)
}

/// Trials without how long they took.
fn trials(mut told: Value) -> Vec<Value> {
    let trials = told["trials"].as_array_mut().unwrap();
    for trial in trials.iter_mut() {
        assert!(
            trial
                .as_object_mut()
                .unwrap()
                .remove("fit_seconds")
                .is_some()
        );
    }
    trials.clone()
}

#[test]
fn all_three_forms_tell_the_same_trials_best_first_and_the_line_that_learns_by_the_best() {
    let folder = Folder::new();
    let asked = [
        "--trials",
        "6",
        "--seed",
        "1",
        "--metric",
        "ndcg@2",
        "--model",
        "ridge",
        "--model",
        "neighbourhood",
    ];
    let told = tune(&folder, &[&asked[..], &["--format", "json"]].concat()).json();
    assert_eq!(
        (&told["metric"], &told["seed"]),
        (&"ndcg@2".into(), &1.into())
    );
    let list = told["trials"].as_array().unwrap();
    assert_eq!(list.len(), 6);
    let values: Vec<f64> = list
        .iter()
        .map(|it| it["value"].as_f64().unwrap())
        .collect();
    assert!(values.is_sorted_by(|one, two| one >= two));
    assert_eq!(list[0]["trial"], told["best"]);
    let csv = tune(&folder, &[&asked[..], &["--format", "csv"]].concat()).done();
    let table = tune(&folder, &asked).done();
    assert_eq!(
        csv.lines().next(),
        Some("trial,model,settings,value,low,high,customers,fit_seconds,error")
    );
    for ((trial, line), row) in list
        .iter()
        .zip(csv.lines().skip(1))
        .zip(table.lines().skip(1))
    {
        let start = format!("{},{},", trial["trial"], trial["model"].as_str().unwrap());
        assert!(line.starts_with(&start), "{line}");
        let value = trial["value"].as_f64().unwrap();
        assert!(line.contains(&format!(",{value},")), "{line}");
        assert!(row.contains(&format!("{value:.4}  [")), "{row}");
        for (name, number) in trial["settings"].as_object().unwrap() {
            let set = format!("{name}={}", number.as_f64().unwrap());
            assert!(line.contains(&set) && row.contains(&set), "{set}: {line}");
        }
    }
    assert!(table.contains("13 customers are judged"));
    // The line learns what the trial learnt.
    let line = told["fit"].as_str().unwrap();
    assert!(table.trim_end().ends_with(line), "{table}");
    let words: Vec<&str> = line.split(' ').collect();
    assert_eq!(words[0], "cobuy");
    folder.run(&words[1..]).done();
    let shop = cobuy::Engine::open(folder.path("shop.cobuy")).unwrap();
    let learnt = shop.model().settings();
    assert_eq!(
        (learnt.neighbours, learnt.learner()),
        (100, list[0]["model"].as_str().unwrap())
    );
    for (name, value) in list[0]["settings"].as_object().unwrap() {
        let value = value.as_f64().unwrap();
        assert!(learnt.numbers().contains(&(&name[..], value)), "{name}");
    }
}

#[test]
fn a_trials_file_goes_on_and_another_search_is_refused() {
    let folder = Folder::new();
    let asked = |trials: &str, more: &[&str]| {
        let usual = [
            "--trials", trials, "--metric", "recall@2", "--format", "json",
        ];
        tune(&folder, &[&usual[..], more].concat())
    };
    let kept = ["--trials-file", "t.jsonl"];
    let whole = trials(asked("5", &[]).json());
    assert_eq!(
        asked("3", &kept).json()["trials"].as_array().unwrap().len(),
        3
    );
    assert_eq!(
        trials(asked("5", &[&kept[..], &["--threads", "1"]].concat()).json()),
        whole
    );
    let text = String::from_utf8(folder.bytes("t.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 6);
    folder.write("t.jsonl", &text[..text.len() - 9]);
    let again = asked("5", &kept).json();
    assert!(again["warnings"][0].as_str().unwrap().contains("cut off"));
    assert_eq!(trials(again), whole);
    let refused = asked("5", &[&kept[..], &["--seed", "9"]].concat()).failed(1);
    assert!(
        refused.contains("`seed` is 0 there, but 9 here"),
        "{refused}"
    );
    let said = folder.run(&[
        "tune",
        orders().to_str().unwrap(),
        "--trials",
        "5",
        "--metric",
        "recall@2",
        "--horizon",
        "20d",
        "--origins",
        "2",
        "--trials-file",
        "t.jsonl",
    ]);
    assert!(
        said.err.contains("5 are in t.jsonl already"),
        "{}",
        said.err
    );
}

#[test]
fn what_cannot_be_is_refused_before_the_orders_are_read() {
    let folder = Folder::new();
    for (arguments, code, says) in [
        (&["--metric", "recal@5"][..], 2, "did you mean `recall`?"),
        (&["--metric", "recall"], 2, "such as ndcg@20"),
        (&["--model", "rigde"], 1, "did you mean `ridge`?"),
        (&["--set", "penalti=3"], 1, "did you mean `penalty`?"),
        (&["--set", "penalty=NaN"], 1, "`penalty` is NaN"),
        (&["--trials", "0"], 1, "`trials` is 0"),
        (&["--sample", "0"], 2, "--sample must be at least 1"),
        (
            &["--share", "0.1"],
            2,
            "--share goes with --split leave-out",
        ),
    ] {
        let mut all = vec!["tune", "nowhere.csv"];
        all.extend(arguments);
        let problem = folder.run(&all).failed(code);
        assert!(problem.contains(says), "{problem}");
    }
    let problem = tune(&folder, &["--share", "2", "--split", "leave-out"]).failed(2);
    assert!(
        problem.contains("--horizon goes with --split time"),
        "{problem}"
    );
}

#[test]
fn fit_says_which_model_it_picked_and_why_and_eval_refuses_to_pick() {
    let folder = Folder::new();
    let fit = folder.fit(orders(), &["--model", "auto", "--neighbours", "7"]);
    assert!(
        fit.err
            .contains("picked   cosine: 38 customers can be judged"),
        "{}",
        fit.err
    );
    let shop = cobuy::Engine::open(folder.path("shop.cobuy")).unwrap();
    assert_eq!(
        (
            shop.model().settings().learner(),
            shop.model().settings().neighbours
        ),
        ("cosine", 7)
    );
    let problem = folder
        .fit(orders(), &["--model", "auto", "--measure", "lift"])
        .failed(1);
    assert!(problem.contains("with the model auto"), "{problem}");
    let path = orders();
    let problem = folder
        .run(&["eval", path.to_str().unwrap(), "--model", "auto"])
        .failed(2);
    assert!(
        problem.contains("--model auto is picked by `cobuy fit`"),
        "{problem}"
    );
}

/// A table whose columns have other names: what is printed says so again.
#[test]
fn the_line_that_learns_runs_as_it_is_printed() {
    let folder = Folder::new();
    let told = std::fs::read_to_string(orders()).unwrap();
    let (head, rows) = told.split_once('\n').unwrap();
    let renamed = format!("{}\n{rows}", head.replace("customer_id", "Whose"));
    let path = folder.path("renamed.csv");
    std::fs::write(&path, renamed).unwrap();
    let path = path.to_string_lossy().into_owned();
    let column = ["--column", "customer_id=Whose", "--ignore=milk"];
    let asked = [
        "tune", &path, "--trials", "2", "--format", "json", "--quiet",
    ];
    let told = folder
        .run(&[&asked[..], &column, &HELD_OUT[..4]].concat())
        .json();
    let line = told["fit"].as_str().unwrap();
    assert!(
        line.contains("--column customer_id=Whose --ignore=milk"),
        "{line}"
    );
    let shop = folder.path("shop.cobuy").to_string_lossy().into_owned();
    let words = line.split(' ').skip(1);
    let words = words.map(|word| {
        if word == "shop.cobuy" {
            &shop[..]
        } else {
            word
        }
    });
    folder.run(&words.collect::<Vec<_>>()).done();
}
