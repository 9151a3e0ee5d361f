//! The `cobuy` command on the corner shop: what it says, where it says it, and what it leaves on disk.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command;

use command::{Folder, Ran, goods, orders, with_goods};
use serde_json::Value;
use std::process::Stdio;

/// Numbers without any order, the same in every run (xorshift32, Marsaglia 2003).
fn numbers(seed: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(Some(seed), |&last| {
        let last = last ^ (last << 13);
        let last = last ^ (last >> 17);
        Some(last ^ (last << 5))
    })
    .skip(1)
}

// ---- fit ----

#[test]
fn fit_tells_people_what_was_read_on_standard_error_and_keeps_standard_output_free() {
    let ran = Folder::new().fit(orders(), &[]);
    for line in [
        "read     193 rows: 96 orders, 41 customers, 12 items, 2024-03-01 to 2024-05-30\n",
        "counting 92 fulfilled orders that hold a purchase\n",
        "returns  2 rows, 1 matched; not matched: 1 of items that customer never bought\n",
        "saved    shop.cobuy (id ",
    ] {
        assert!(ran.err.contains(line), "{}", ran.err);
    }
    assert_eq!(ran.done(), "");
}

#[test]
fn fit_tells_programs_what_was_read_as_json_on_standard_output() {
    let summary = Folder::new().fit(orders(), &["--format", "json"]).json();
    for (key, value) in [
        ("rows", 193),
        ("orders", 96),
        ("fulfilled_orders", 92),
        ("customers", 41),
        ("items", 12),
        ("return_rows", 2),
        ("rows_without_customer", 1),
    ] {
        assert_eq!(summary[key], value, "{key}");
    }
    assert_eq!(summary["returns"]["matched"], 1);
    assert_eq!(summary["returns"]["never_bought"], 1);
}

#[test]
fn fit_says_nothing_where_quiet_is_asked_for() {
    let ran = Folder::new().fit(orders(), &["--quiet"]);
    assert_eq!((&ran.out[..], &ran.err[..], ran.code), ("", "", 0));
}

#[test]
fn fit_makes_equal_files_of_equal_orders_whatever_the_order_of_rows_and_the_threads() {
    let folder = Folder::with_shop(&[]);
    let first = folder.bytes("shop.cobuy");
    folder.fit(orders(), &["--threads", "1"]).done();
    assert_eq!(folder.bytes("shop.cobuy"), first);
    let text = std::fs::read_to_string(orders()).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    folder
        .fit_text(&lines.join("\n"), &["--threads", "3"])
        .done();
    assert_eq!(folder.bytes("shop.cobuy"), first);
}

#[test]
fn fit_makes_another_file_of_other_settings() {
    let folder = Folder::with_shop(&[]);
    let first = folder.bytes("shop.cobuy");
    for options in [
        ["--basis", "order"],
        ["--measure", "lift"],
        ["--neighbours", "3"],
        ["--min-customers", "2"],
    ] {
        folder.fit(orders(), &options).done();
        assert_ne!(folder.bytes("shop.cobuy"), first, "{options:?}");
    }
}

#[test]
fn fit_ends_where_its_memory_does_and_leaves_no_file() {
    let folder = Folder::new();
    let ran = folder.fit(orders(), &["--memory-limit", "1K"]);
    assert_ne!(ran.code, 0);
    assert!(
        ran.err.contains("`memory_limit` is 1024 bytes, but "),
        "{}",
        ran.err
    );
    assert!(!folder.path("shop.cobuy").exists());
    let ran = folder.fit(orders(), &["--memory-limit", "much"]);
    assert!(
        ran.err.contains("`much` is no number of bytes"),
        "{}",
        ran.err
    );
    folder.fit(orders(), &["--memory-limit", "1GiB"]).done();
}

#[cfg(unix)]
#[test]
fn fit_makes_a_file_that_only_its_owner_can_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with_shop(&[]);
    let about = std::fs::metadata(folder.path("shop.cobuy")).unwrap();
    assert_eq!(about.permissions().mode() & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn fit_reads_a_stream() {
    let folder = Folder::new();
    let line = format!(
        "cat '{}' | cobuy fit /dev/stdin -o shop.cobuy -q",
        orders().display()
    );
    folder.shell(&line).done();
    let streamed = folder.bytes("shop.cobuy");
    folder.fit(orders(), &[]).done();
    assert_eq!(folder.bytes("shop.cobuy"), streamed);
}

#[test]
fn every_option_of_fit_reaches_the_orders() {
    let header = "order_id,customer_id,item_id";
    for (orders, options, said) in [
        (
            "no,who,sku\n1,ann,tea\n",
            &["--column", "order_id=no", "--column", "customer_id=who"][..],
            "columns  order_id = no, customer_id = who, item_id = sku",
        ),
        (
            "order_id,item_id\n1,tea\n",
            &["--column", "customer_id="],
            "odd      1 row without a customer",
        ),
        (
            "order_id!customer_id!item_id\n1!ann!tea\n",
            &["--delimiter", "!"],
            "read     1 row",
        ),
        (
            "{header},price\n1,ann,tea,\"2,5\"\n",
            &["--decimal-comma"],
            "read     1 row",
        ),
        (
            "{header},ordered_at\n1,ann,tea,3.4.2024\n",
            &["--time-format", "%d.%m.%Y"],
            "2024-04-03",
        ),
        (
            "{header},ordered_at\n1,ann,tea,2024-04-03 01:00\n",
            &["--time-zone", "Asia/Tokyo"],
            "2024-04-02",
        ),
        (
            "{header},ordered_at\n1,ann,tea,2024-03-31 02:30\n",
            &["--time-zone", "Europe/Berlin", "--clock-change", "later"],
            "2024-03-31",
        ),
        (
            "{header}\n1,guest,tea\n",
            &["--missing", "guest"],
            "odd      1 row without a customer",
        ),
        (
            "{header}\n1,1.5,tea\n",
            &["--type", "customer_id=text"],
            "read     1 row",
        ),
        (
            "{header},price\n1,ann,tea,1.00001\n",
            &["--rounding", "nearest"],
            "read     1 row",
        ),
        (
            "{header}\n1,ann,tea\n2,bo\n",
            &["--on-error", "skip"],
            "skipped  1 of 2 rows\n         orders.csv, line 3",
        ),
        (
            "{header},status\n1,ann,tea,done\n",
            &["--fulfilled", "done"],
            "status   done (1 order): counts",
        ),
        (
            "{header},status\n1,ann,tea,done\n",
            &["--unfulfilled", "done"],
            "status   done (1 order): does not count",
        ),
        (
            "{header}\nC1,ann,tea\n",
            &["--c-returns", "true"],
            "returns  1 row",
        ),
        (
            "{header}\n1,ann,tea\n1,ann,tea\n",
            &["--duplicates", "drop"],
            "read     1 row",
        ),
    ] {
        let ran = Folder::new().fit_text(&orders.replace("{header}", header), options);
        assert!(ran.err.contains(said), "{options:?}: {}", ran.err);
        ran.done();
    }
}

#[test]
fn a_refusal_names_the_option_that_is_the_way_out() {
    let header = "order_id,customer_id,item_id";
    for (orders, option) in [
        ("order_id,item_id\n1,tea\n", "--column customer_id="),
        (
            "order_id,user,sku,product\n1,ann,a,b\n",
            "--column item_id=sku",
        ),
        ("{header},price\n1,ann,tea,\"2,5\"\n", "--decimal-comma"),
        (
            "{header},ordered_at\n1,ann,tea,3.4.2024\n",
            "--time-format '%d.%m.%Y'",
        ),
        (
            "{header},ordered_at\n1,ann,tea,1291191960\n",
            "--time-format",
        ),
        ("{header}\n1,NULL,tea\n", "--missing NULL"),
        ("{header}\n1,1.5,tea\n", "--type customer_id=text"),
        ("{header},price\n1,ann,tea,1.00001\n", "--rounding nearest"),
        ("{header},status\n1,ann,tea,done\n", "--fulfilled"),
        (
            "{header},currency\n1,ann,tea,EUR\n2,bo,tea,GBP\n",
            "--column currency=",
        ),
    ] {
        let message = Folder::new()
            .fit_text(&orders.replace("{header}", header), &[])
            .failed(1);
        assert!(message.contains(option), "{option}: {message}");
    }
    let text = "order_id,customer_id,item_id,ordered_at\n1,ann,tea,2024-10-27 02:30\n";
    let message = Folder::new()
        .fit_text(text, &["--time-zone", "Europe/Berlin"])
        .failed(1);
    assert!(
        message.contains("--clock-change earlier or later"),
        "{message}"
    );
}

#[test]
fn a_note_names_the_option_that_turns_it_off() {
    let text = "order_id,customer_id,item_id\n1,ann,tea\n2,ann,tea\nC3,ann,tea\n";
    let ran = Folder::new().fit_text(text, &[]);
    assert!(
        ran.err.contains("(--c-returns false to turn this off)"),
        "{}",
        ran.err
    );
    let ran = Folder::new().fit_text(text, &["--c-returns", "false"]);
    assert!(!ran.err.contains("note "), "{}", ran.err);
}

// ---- also-bought ----

#[test]
fn an_answer_for_people_is_a_table() {
    let answer = Folder::with_shop(&[]).also_bought(&["teapot", "-n", "2"]);
    assert_eq!(answer.err, "");
    assert_eq!(
        answer.done(),
        "item  score  customers  support  confidence   lift\n\
         cup   0.894          8   0.2000      1.0000  4.000\n\
         tea   0.894          8   0.2000      1.0000  4.000\n"
    );
}

#[test]
fn a_table_stands_straight_under_wide_letters() {
    let folder = Folder::new();
    folder
        .fit_text(
            "order_id,customer_id,item_id\n1,ann,cup\n1,ann,茶\n1,ann,tea\n",
            &[],
        )
        .done();
    let table = folder.also_bought(&["cup", "-n", "2"]).done();
    assert!(
        table.contains("tea   1.000") && table.contains("茶    1.000"),
        "{table}"
    );
}

#[test]
fn an_answer_for_spreadsheets_is_csv() {
    let answer = Folder::with_shop(&[]).also_bought(&["tea", "-n", "2", "--format", "csv"]);
    assert_eq!(answer.err, "");
    assert_eq!(
        answer.done(),
        "item,score,both,support,confidence,lift\n\
         teapot,0.8944272,8,0.2,0.8,4\n\
         cup,0.8,8,0.2,0.8,3.2\n"
    );
}

#[test]
fn csv_quotes_what_would_be_read_as_more_than_a_field() {
    let folder = Folder::new();
    folder
        .fit_text(
            "order_id,customer_id,item_id\n1,ann,cup\n1,ann,\"tea, \"\"green\"\"\"\n",
            &[],
        )
        .done();
    let answer = folder
        .also_bought(&["cup", "-n", "1", "--format", "csv"])
        .done();
    assert!(
        answer.contains("\n\"tea, \"\"green\"\"\",1,1,1,1,1\n"),
        "{answer}"
    );
}

#[test]
fn an_answer_for_programs_is_one_line_of_json_of_one_shape() {
    let answer = Folder::with_shop(&[]).also_bought(&["tea", "-n", "2", "--format", "json"]);
    assert_eq!(answer.err, "");
    assert_eq!(
        answer.done(),
        "{\"items\":[\
         {\"item\":\"teapot\",\"score\":0.8944272,\"source\":\"also_bought\",\"reason\":{\"with\":\"tea\",\"basis\":\"customer\",\
         \"both\":8,\"support\":0.2,\"confidence\":0.8,\"lift\":4.0}},\
         {\"item\":\"cup\",\"score\":0.8,\"source\":\"also_bought\",\"reason\":{\"with\":\"tea\",\"basis\":\"customer\",\
         \"both\":8,\"support\":0.2,\"confidence\":0.8,\"lift\":3.2}}\
         ],\"short_reason\":null}\n"
    );
}

#[test]
fn a_short_answer_says_why_beside_the_data_and_in_json_within_it() {
    let folder = Folder::with_shop(&[]);
    let reason = "only 2 other items were bought with `candle`";
    for format in ["table", "csv"] {
        let answer = folder.also_bought(&["candle", "-n", "5", "--format", format]);
        assert_eq!(answer.err, format!("note: {reason}\n"));
        assert_eq!(answer.done().lines().count(), 3);
    }
    let answer = folder.also_bought(&["candle", "-n", "5", "--format", "json"]);
    assert_eq!(answer.err, "");
    assert_eq!(answer.json()["short_reason"], reason);
}

#[test]
fn an_item_nobody_has_is_answered_with_nothing_and_the_reason() {
    let answer = Folder::with_shop(&[]).also_bought(&["lantern"]);
    assert_eq!(
        answer.err,
        "note: `lantern` was never bought by a known customer in an order that counts\n"
    );
    assert_eq!(
        answer.done(),
        "item  score  customers  support  confidence  lift\n"
    );
}

#[test]
fn an_excluded_id_that_is_no_item_is_told_of() {
    let folder = Folder::with_shop(&[]);
    let asked = ["tea", "-n", "2", "--exclude", "mlik", "--exclude", "cup"];
    let answer = folder.also_bought(&asked);
    assert_eq!(
        answer.err,
        "note: `mlik` is no item of this shop; did you mean `milk`?\n"
    );
    let answer = folder
        .also_bought(&[&asked[..], &["--format", "json"]].concat())
        .json();
    assert_eq!(answer["unknown"], serde_json::json!(["mlik"]));
    assert_eq!(answer["items"][1]["item"], "milk");
}

#[test]
fn an_id_that_starts_with_a_dash_is_asked_for_behind_two() {
    let folder = Folder::new();
    folder
        .fit_text("order_id,customer_id,item_id\n1,ann,-n\n1,ann,tea\n", &[])
        .done();
    assert_eq!(folder.near(&["-n", "1", "--", "-n"]), ["tea"]);
}

#[test]
fn the_corner_shop_answers_as_its_readme_says() {
    for (fit, asked, expected) in [
        (&[][..], &["teapot", "-n", "2"][..], &["cup", "tea"][..]),
        (&[], &["tea"], &["teapot", "cup", "milk", "biscuits"]),
        (&[], &["candle"], &["matches", "milk"]),
        (
            &["--measure", "count"],
            &["tea"],
            &["milk", "cup", "teapot", "biscuits"],
        ),
        (
            &["--measure", "lift"],
            &["tea"],
            &["teapot", "cup", "biscuits", "milk"],
        ),
        (
            &["--measure", "llr"],
            &["tea"],
            &["teapot", "cup", "biscuits"],
        ),
        (
            &[],
            &["biscuits", "--only", "coffee", "--only", "tea"],
            &["coffee", "tea"],
        ),
        (
            &["--basis", "order"],
            &["biscuits"],
            &["milk", "coffee", "bread"],
        ),
        (&["--basis", "order"], &["candle"], &["matches"]),
        (&[], &["lantern"], &[]),
        (&[], &["teapot", "--only", "bread"], &[]),
        (&[], &["grinder", "-n", "2"], &["filter", "coffee"]),
        (&["--basis", "order"], &["bread", "-n", "1"], &["milk"]),
    ] {
        assert_eq!(
            Folder::with_shop(fit).near(asked),
            expected,
            "{fit:?} {asked:?}"
        );
    }
}

#[test]
fn an_item_as_frequent_as_milk_meets_the_others_as_often_as_by_chance() {
    let folder = Folder::with_shop(&[]);
    for item in ["tea", "coffee", "cup"] {
        let answer = folder.also_bought(&[item, "--only", "milk", "-n", "1", "--format", "json"]);
        let reason = answer.json()["items"][0]["reason"].clone();
        assert_eq!(
            (&reason["both"], &reason["lift"]),
            (&9.into(), &1.0.into()),
            "{item}"
        );
    }
}

// ---- export ----

#[test]
fn export_writes_every_list_by_item_and_rank() {
    let folder = Folder::with_shop(&[]);
    let all = folder.run(&["export", "shop.cobuy", "--all"]).done();
    assert!(all.starts_with(
        "item,rank,also_bought,score,both,support,confidence,lift\n\
         biscuits,1,cup,0.63900965,7,0.175,0.5833333333333334,2.3333333333333335\n"
    ));
    let inside = folder
        .run(&["inspect", "shop.cobuy", "--format", "json"])
        .json();
    let neighbours = inside["neighbours_in_all"].as_u64().unwrap();
    assert_eq!(all.lines().count() as u64, neighbours + 1);
}

#[test]
fn export_writes_the_items_that_are_named_and_at_most_n_of_each() {
    let folder = Folder::with_shop(&[]);
    assert_eq!(
        folder
            .run(&["export", "shop.cobuy", "tea", "coffee", "-n", "1"])
            .done(),
        "item,rank,also_bought,score,both,support,confidence,lift\n\
         coffee,1,filter,0.8944272,8,0.2,0.8,4\n\
         tea,1,teapot,0.8944272,8,0.2,0.8,4\n"
    );
}

#[test]
fn export_tells_the_same_as_also_bought() {
    let folder = Folder::with_shop(&[]);
    let answer = folder
        .also_bought(&["tea", "-n", "4", "--format", "json"])
        .done();
    let list = folder
        .run(&["export", "shop.cobuy", "tea", "--format", "json"])
        .done();
    let items = |json: &str| -> String {
        let start = json.find("[{").unwrap();
        let end = json.rfind("}]").unwrap();
        json[start..end].to_owned()
    };
    assert_eq!(items(&list), items(&answer));
}

#[test]
fn export_writes_json_a_line_an_item_with_empty_lists_too() {
    let folder = Folder::with_shop(&[]);
    let lines = folder
        .run(&["export", "shop.cobuy", "--all", "--format", "json"])
        .done();
    let lists: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lists.len(), 12);
    let lantern = lists.iter().find(|list| list["item"] == "lantern").unwrap();
    assert_eq!(lantern["items"], serde_json::json!([]));
}

#[test]
fn export_into_a_file_writes_what_it_writes_to_standard_output_and_nothing_else() {
    let folder = Folder::with_shop(&[]);
    let out = folder.run(&["export", "shop.cobuy", "--all"]).done();
    folder.write("lists.csv", "yesterday's");
    let into = folder.run(&["export", "shop.cobuy", "--all", "-o", "lists.csv"]);
    assert_eq!(into.done(), "");
    assert_eq!(folder.bytes("lists.csv"), out.as_bytes());
    assert_eq!(folder.files(), ["lists.csv", "shop.cobuy"]);
}

#[test]
fn export_that_fails_leaves_the_old_file() {
    let folder = Folder::with_shop(&[]);
    folder.write("lists.csv", "yesterday's");
    folder
        .run(&["export", "shop.cobuy", "teapto", "-o", "lists.csv"])
        .failed(3);
    folder
        .run(&[
            "export",
            "shop.cobuy",
            "--all",
            "-n",
            "51",
            "-o",
            "lists.csv",
        ])
        .failed(1);
    folder
        .run(&["export", "nowhere.cobuy", "--all", "-o", "lists.csv"])
        .failed(1);
    assert_eq!(folder.bytes("lists.csv"), b"yesterday's");
    assert_eq!(folder.files(), ["lists.csv", "shop.cobuy"]);
}

// ---- inspect ----

#[test]
fn inspect_tells_people_what_is_inside() {
    let folder = Folder::new();
    let fitted = folder.fit(orders(), &[]);
    let id = fitted
        .err
        .rsplit("(id ")
        .next()
        .unwrap()
        .trim_end_matches(")\n");
    let inside = folder.run(&["inspect", "shop.cobuy"]).done();
    for line in [
        "holds       a shop, with item ids and who bought what (private)\n",
        &format!("id          {id}"),
        "all checks passed\n",
        "fitted on   193 rows: 96 orders (92 fulfilled), 41 customers, 12 items\n",
        "time        2024-03-01T09:20:00Z to 2024-05-30T17:05:00Z, as of 2024-05-30T17:05:00.000001Z\n",
        "counting    40 customers that bought anything\n",
    ] {
        assert!(inside.contains(line), "{line}: {inside}");
    }
}

#[test]
fn inspect_tells_programs_what_is_inside() {
    let folder = Folder::with_shop(&["--basis", "order", "--measure", "lift", "--neighbours", "7"]);
    let inside = folder
        .run(&["inspect", "shop.cobuy", "--format", "json"])
        .json();
    for (key, value) in [
        ("stored", Value::from("shop")),
        ("measure", "lift".into()),
        ("basis", "order".into()),
        ("neighbours", 7.into()),
        ("min_customers", 1.into()),
        ("items", 12.into()),
        ("buyers", 91.into()),
        ("bytes", folder.bytes("shop.cobuy").len().into()),
    ] {
        assert_eq!(inside[key], value, "{key}");
    }
    assert_eq!(inside["id"].as_str().unwrap().len(), 64);
}

#[test]
fn a_bare_model_is_inspected_and_is_no_shop() {
    let folder = Folder::new();
    let history = cobuy::History::read_csv(orders()).unwrap();
    let engine = cobuy::Engine::builder(&history).fit().unwrap();
    engine.model().save(folder.path("shop.cobuy")).unwrap();
    let inside = folder.run(&["inspect", "shop.cobuy"]).done();
    assert!(
        inside.contains("lists of neighbours, without ids"),
        "{inside}"
    );
    let message = folder.also_bought(&["tea"]).failed(1);
    assert!(message.contains("it is a bare model"), "{message}");
}

// ---- the command line ----

#[test]
fn every_kind_of_fault_has_its_exit_code_and_is_told_on_standard_error() {
    let folder = Folder::with_shop(&[]);
    folder.write(
        "bad.csv",
        "order_id,customer_id,item_id,quantity\n1,ann,tea,lots\n",
    );
    for (arguments, code) in [
        (&["also-bought", "shop.cobuy", "tea", "-n", "0"][..], 1),
        (&["also-bought", "nowhere.cobuy", "tea"], 1),
        (&["export", "shop.cobuy", "--all", "-n", "0"], 1),
        (
            &["export", "shop.cobuy", "--all", "-o", "nowhere/lists.csv"],
            1,
        ),
        (&["fit", "bad.csv", "-o", "x.cobuy"], 1),
        (&["fit", "nowhere.csv", "-o", "x.cobuy"], 1),
        (
            &["fit", "bad.csv", "-o", "x.cobuy", "--time-zone", "Mars"],
            1,
        ),
        (&["inspect", "bad.csv"], 1),
        (&["also-bought", "shop.cobuy"], 2),
        (&["also-bought", "shop.cobuy", "tea", "-n", "-1"], 2),
        (&["also-bought", "shop.cobuy", "tea", "-n", "many"], 2),
        (&["also-bought", "shop.cobuy", "tea", "--format", "xml"], 2),
        (&["export", "shop.cobuy"], 2),
        (&["export", "shop.cobuy", "--all", "tea"], 2),
        (&["fit", "bad.csv"], 2),
        (
            &["fit", "bad.csv", "-o", "x.cobuy", "--measure", "cosin"],
            2,
        ),
        (
            &[
                "fit",
                "bad.csv",
                "-o",
                "x.cobuy",
                "--type",
                "quantity=colour",
            ],
            2,
        ),
        (
            &["fit", "bad.csv", "-o", "x.cobuy", "--column", "quantity"],
            2,
        ),
        (&["also-bought", "shop.cobuy", "gin"], 3),
        (&["export", "shop.cobuy", "tea", "gin"], 3),
    ] {
        folder.run(arguments).failed(code);
    }
    assert!(!folder.path("x.cobuy").exists());
}

#[test]
fn a_setting_that_cannot_be_is_refused_before_anything_is_told() {
    for option in ["--neighbours", "--min-customers", "--threads"] {
        let message = Folder::new()
            .fit(orders(), &[option, "0", "--format", "json"])
            .failed(1);
        assert!(message.starts_with("error: `"), "{message}");
    }
}

#[test]
fn a_slip_of_the_finger_is_answered_with_what_may_have_been_meant() {
    let folder = Folder::with_shop(&[]);
    for (arguments, meant) in [
        (&["fitt", "orders.csv"][..], "'fit'"),
        (&["also-bougth", "shop.cobuy", "tea"], "'also-bought'"),
        (
            &["fit", "orders.csv", "-o", "x", "--mesure", "lift"],
            "'--measure'",
        ),
        (
            &["fit", "orders.csv", "-o", "x", "--measure", "jacard"],
            "`jaccard`",
        ),
        (
            &["fit", "orders.csv", "-o", "x", "--basis", "orders"],
            "customer, order",
        ),
        (
            &["also-bought", "shop.cobuy", "tea", "--exlude", "cup"],
            "'--exclude'",
        ),
        (&["also-bought", "shop.cobuy", "teapto"], "`teapot`"),
        (&["export", "shop.cobuy", "Matches"], "`matches`"),
    ] {
        let message = folder.run(arguments).err;
        assert!(message.contains(meant), "{arguments:?}: {message}");
    }
    let fit = |options: &[&str]| Folder::new().fit(orders(), options).failed(1);
    assert!(fit(&["--column", "itm_id=item_id"]).contains("did you mean `item_id`?"));
    assert!(fit(&["--column", "item_id=itemid"]).contains("did you mean `item_id`?"));
    assert!(fit(&["--time-zone", "Europe/Berln"]).contains("`Europe/Berlin`"));
    assert!(fit(&["--encoding", "windows-125"]).contains("`windows-1252`"));
}

#[test]
fn help_is_asked_for_and_goes_to_standard_output() {
    for arguments in [&["--help"][..], &["help", "fit"], &["--version"]] {
        let ran = Folder::new().run(arguments);
        assert_eq!(ran.err, "");
        assert!(!ran.done().is_empty());
    }
}

#[cfg(unix)]
#[test]
fn the_help_of_every_subcommand_has_examples_that_are_command_lines() {
    let folder = Folder::with_shop(&[]);
    std::fs::copy(orders(), folder.path("orders.csv")).unwrap();
    for subcommand in ["fit", "also-bought", "export", "inspect", ""] {
        let help = match subcommand {
            "" => folder.run(&["--help"]).done(),
            name => folder.run(&[name, "--help"]).done(),
        };
        let (_, examples) = help.split_once("Example").expect(subcommand);
        let lines: Vec<&str> = examples
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with("cobuy "))
            .collect();
        assert!(!lines.is_empty(), "{help}");
        for line in lines {
            assert!(line.contains(subcommand), "{line}");
            // It may lack the file or the item, but is no misuse of the command.
            let ran = folder.shell(line);
            assert!([0, 1, 3].contains(&ran.code), "{line}: {}", ran.err);
        }
    }
}

/// A stream whose reader is gone.
fn unread() -> std::io::PipeWriter {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer
}

#[test]
fn output_that_nobody_reads_is_no_fault() {
    let folder = Folder::with_shop(&[]);
    for arguments in [
        &["export", "shop.cobuy", "--all"][..],
        &["also-bought", "shop.cobuy", "tea", "-n", "2"],
        &["inspect", "shop.cobuy"],
        &["--help"],
    ] {
        let ran = Ran::from(folder.command(arguments).stdout(unread()).output().unwrap());
        assert_eq!((ran.code, &ran.err[..]), (0, ""), "{arguments:?}");
    }
}

#[test]
fn messages_that_nobody_reads_change_neither_the_answer_nor_the_exit_code() {
    let folder = Folder::with_shop(&[]);
    std::fs::copy(orders(), folder.path("orders.csv")).unwrap();
    for (arguments, code) in [
        (&["also-bought", "shop.cobuy", "candle"][..], 0),
        (
            &["also-bought", "shop.cobuy", "tea", "--exclude", "mlik"],
            0,
        ),
        (&["fit", "orders.csv", "-o", "shop.cobuy"], 0),
        (&["fit", "shop.cobuy", "-o", "x.cobuy"], 1),
        (&["fit"], 2),
        (&["also-bought", "shop.cobuy", "gin"], 3),
    ] {
        let read = folder.run(arguments);
        let ran = Ran::from(folder.command(arguments).stderr(unread()).output().unwrap());
        assert_eq!((ran.code, ran.out), (code, read.out), "{arguments:?}");
    }
}

#[test]
fn a_shop_is_saved_even_where_nobody_reads_what_was_read() {
    let folder = Folder::new();
    let orders = orders();
    let fit = [
        "fit",
        orders.to_str().unwrap(),
        "-o",
        "shop.cobuy",
        "--format",
        "json",
    ];
    let ran = Ran::from(folder.command(&fit).stdout(unread()).output().unwrap());
    ran.done();
    assert_eq!(folder.files(), ["shop.cobuy"]);
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_told() {
    let folder = Folder::with_shop(&[]);
    let message = folder
        .shell("cobuy export shop.cobuy --all >/dev/full")
        .failed(1);
    assert!(message.contains("cannot write the output"), "{message}");
}

// ---- what is on disk ----

#[cfg(unix)]
#[test]
fn a_full_disk_keeps_the_old_files_and_leaves_nothing_behind() {
    let folder = Folder::with_shop(&[]);
    let shop = folder.bytes("shop.cobuy");
    folder.write("lists.csv", "yesterday's");
    for line in [
        &format!(
            "cobuy fit '{}' -o shop.cobuy --basis order -q",
            orders().display()
        ),
        "cobuy export shop.cobuy --all -o lists.csv",
    ] {
        // A file may have 512 bytes, and writing more fails as on a full disk.
        let message = folder
            .shell(&format!("ulimit -f 1; trap '' XFSZ; exec {line}"))
            .failed(1);
        assert!(message.contains("cannot write"), "{message}");
    }
    assert_eq!(folder.bytes("shop.cobuy"), shop);
    assert_eq!(folder.bytes("lists.csv"), b"yesterday's");
    assert_eq!(folder.files(), ["lists.csv", "shop.cobuy"]);
}

#[cfg(unix)]
#[test]
fn a_save_that_is_killed_leaves_a_whole_file() {
    use std::os::unix::process::ExitStatusExt;
    use std::time::{Duration, Instant};
    let folder = Folder::with_shop(&["--basis", "order"]);
    let by_order = folder.bytes("shop.cobuy");
    let began = Instant::now();
    folder.fit(orders(), &[]).done();
    let longest = began.elapsed().as_micros() as u32 + 1;
    let by_customer = folder.bytes("shop.cobuy");
    let mut killed = 0;
    for (round, number) in numbers(20240530).take(48).enumerate() {
        let basis = ["order", "customer"][round % 2];
        let orders = orders();
        let fit = [
            "fit",
            orders.to_str().unwrap(),
            "-o",
            "shop.cobuy",
            "-q",
            "--basis",
            basis,
        ];
        let mut child = folder.command(&fit).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(u64::from(number % longest)));
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().signal() == Some(9));
        let bytes = folder.bytes("shop.cobuy");
        assert!(bytes == by_order || bytes == by_customer, "round {round}");
        folder.run(&["inspect", "shop.cobuy"]).done();
    }
    assert!(killed > 0, "every save was faster than its killer");
    // What the killed ones left beside it goes with the next save.
    folder.fit(orders(), &[]).done();
    if cfg!(target_os = "linux") {
        assert_eq!(folder.files(), ["shop.cobuy"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn files_that_dead_saves_left_are_removed_and_others_stay() {
    let folder = Folder::new();
    let alive = format!(".shop.cobuy.{}.x.tmp", std::process::id());
    let others = [".lists.csv.4294967294.0.tmp", &alive, ".shop.cobuy.tmp"];
    // No process has a number that high.
    for name in others.iter().chain(&[".shop.cobuy.4294967294.0.tmp"]) {
        folder.write(name, "half");
    }
    folder.fit(orders(), &[]).done();
    assert_eq!(folder.files(), [&others[..], &["shop.cobuy"]].concat());
}

#[test]
fn a_shop_file_cut_anywhere_is_refused() {
    let folder = Folder::with_shop(&[]);
    let whole = folder.bytes("shop.cobuy");
    let lengths = [
        0,
        1,
        8,
        63,
        64,
        95,
        96,
        500,
        whole.len() - 33,
        whole.len() - 1,
    ];
    for length in lengths {
        folder.write("shop.cobuy", &whole[..length]);
        let message = folder.also_bought(&["tea"]).failed(1);
        assert!(
            message.contains("`shop.cobuy` is not a model file"),
            "{length}: {message}"
        );
    }
    folder.write("shop.cobuy", [&whole[..], b"\0"].concat());
    folder.also_bought(&["tea"]).failed(1);
}

#[test]
fn a_shop_file_with_any_byte_changed_is_refused_by_every_subcommand() {
    let folder = Folder::with_shop(&[]);
    let whole = folder.bytes("shop.cobuy");
    for number in numbers(1).take(60) {
        let at = number as usize % whole.len();
        let mut damaged = whole.clone();
        damaged[at] ^= 1 << (number >> 29);
        folder.write("shop.cobuy", &damaged);
        for arguments in [
            &["inspect", "shop.cobuy"][..],
            &["also-bought", "shop.cobuy", "tea"],
            &["export", "shop.cobuy", "--all"],
        ] {
            let message = folder.run(arguments).failed(1);
            assert!(
                message.contains("`shop.cobuy` is not a model file"),
                "{at}: {message}"
            );
        }
    }
}

#[test]
fn a_file_of_a_newer_version_is_said_to_be_one() {
    let folder = Folder::with_shop(&[]);
    let mut newer = folder.bytes("shop.cobuy");
    newer[8] = 2; // the format's major version
    folder.write("shop.cobuy", newer);
    let message = folder.also_bought(&["tea"]).failed(1);
    assert!(message.contains("a newer cobuy wrote it"), "{message}");
}

#[test]
fn what_is_no_shop_file_at_all_is_refused_by_its_path() {
    let folder = Folder::new();
    folder.write("orders.csv", std::fs::read(orders()).unwrap());
    folder.write("empty.cobuy", "");
    std::fs::create_dir(folder.path("folder.cobuy")).unwrap();
    for (name, said) in [
        ("orders.csv", "it does not start as a cobuy model does"),
        ("empty.cobuy", "it has 0 bytes"),
        ("folder.cobuy", "is a directory"),
        ("nowhere.cobuy", "cannot read"),
    ] {
        let message = folder.run(&["also-bought", name, "tea"]).failed(1);
        assert!(
            message.contains(said) && message.contains(name),
            "{message}"
        );
        assert_eq!(folder.run(&["inspect", name]).failed(1), message);
    }
}

#[test]
fn a_shop_is_not_saved_over_a_folder() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("shop.cobuy")).unwrap();
    let ran = folder.fit(orders(), &["-q"]);
    assert!(
        ran.failed(1)
            .contains("cannot write `shop.cobuy`: is a directory")
    );
    assert_eq!(folder.files(), ["shop.cobuy"]);
}

#[test]
fn recommend_answers_customers_and_baskets_with_names_sources_and_reasons() {
    let folder = with_goods();
    let basket = folder.run(&[
        "recommend",
        "shop.cobuy",
        "--basket",
        "tea",
        "--basket",
        "lantern",
        "-n",
        "2",
    ]);
    assert_eq!(
        basket.done(),
        "item    name           score  source       reason\n\
         teapot  Clay teapot    0.894  also_bought  bought with `Black tea` by 8 customers, 4.0 times chance\n\
         cup     Stoneware cup  0.800  also_bought  bought with `Black tea` by 8 customers, 3.2 times chance\n"
    );
    let two = folder.run(&[
        "recommend",
        "shop.cobuy",
        "c20",
        "nobody",
        "-n",
        "3",
        "--format",
        "csv",
    ]);
    let two = two.done();
    let lines: Vec<&str> = two.lines().collect();
    assert_eq!(lines.len(), 7);
    assert_eq!(lines[0], "customer,rank,item,name,score,source,reason");
    assert!(
        lines[4].starts_with("nobody,1,milk,Fresh milk,36,popular,"),
        "{}",
        lines[4]
    );
    let all = folder.run(&[
        "recommend",
        "shop.cobuy",
        "--all",
        "-n",
        "1",
        "--format",
        "json",
    ]);
    assert_eq!(all.done().lines().count(), 41);
    let short = folder.run(&["recommend", "shop.cobuy", "--basket", "tea", "-n", "50"]);
    assert!(
        short
            .err
            .contains("items were bought in orders that count and not in the basket"),
        "{}",
        short.err
    );
}

#[test]
fn popular_and_explain_answer() {
    let folder = with_goods();
    let popular = folder.run(&["popular", "shop.cobuy", "--category", "drinks", "-n", "1"]);
    let popular = popular.done();
    assert!(popular.contains("milk  Fresh milk     36"), "{popular}");
    let unknown = folder
        .run(&["popular", "shop.cobuy", "--category", "drink"])
        .failed(1);
    assert!(unknown.contains("did you mean `drinks`?"), "{unknown}");
    let why = folder
        .run(&["explain", "shop.cobuy", "cup", "--basket", "tea"])
        .done();
    assert_eq!(
        why,
        "`cup` is number 2, from also_bought\n  0.8000  with `Black tea`: 8 bought both, 3.2 times chance\n"
    );
    let out = folder.run(&[
        "explain",
        "shop.cobuy",
        "tea",
        "--basket",
        "tea",
        "--format",
        "json",
    ]);
    assert_eq!(out.json()["kept_out"]["stage"], "owned");
}

#[test]
fn the_doctor_reads_orders_and_shops_and_is_strict_where_asked() {
    let folder = with_goods();
    let of_orders = folder
        .run(&["doctor", orders().to_str().unwrap(), "--items", &goods()])
        .done();
    let of_shop = folder.run(&["doctor", "shop.cobuy"]).done();
    assert_eq!(of_orders, of_shop);
    assert!(of_orders.contains("names no customer"), "{of_orders}");
    let strict = folder.run(&["doctor", "shop.cobuy", "--strict", "--format", "json"]);
    assert_eq!(strict.code, 1);
    assert!(strict.err.contains("--strict"));
    let findings: Value = serde_json::from_str(&strict.out).unwrap();
    assert!(!findings["findings"].as_array().unwrap().is_empty());
    let clean = folder.write(
        "clean.csv",
        "order_id,customer_id,item_id\n1,ann,tea\n2,bo,tea\n",
    );
    folder
        .run(&["doctor", clean.to_str().unwrap(), "--strict"])
        .done();
}

#[test]
fn a_history_changes_in_its_file() {
    let folder = with_goods();
    let before = folder.bytes("shop.cobuy");
    let more = folder.write(
        "more.csv",
        "order_id,customer_id,item_id,quantity,price,ordered_at,status,channel\n\
         9001,new,tea,1,4.50,2024-06-01,delivered,web\n9001,new,cup,1,6.50,2024-06-01,delivered,web\n",
    );
    folder
        .run(&["append", "shop.cobuy", more.to_str().unwrap(), "-q"])
        .done();
    assert_ne!(folder.bytes("shop.cobuy"), before);
    let again = folder
        .run(&["append", "shop.cobuy", more.to_str().unwrap()])
        .failed(1);
    assert!(
        again.contains("`9001` is known already") && again.contains("--replace"),
        "{again}"
    );
    folder
        .run(&[
            "append",
            "shop.cobuy",
            more.to_str().unwrap(),
            "--replace",
            "-q",
        ])
        .done();
    folder
        .run(&["retract", "shop.cobuy", "9001", "-q", "-o", "other.cobuy"])
        .done();
    assert_eq!(folder.bytes("other.cobuy"), before);
    let receipt = folder
        .run(&["forget", "shop.cobuy", "new", "-q", "--format", "json"])
        .json();
    assert_eq!(
        (&receipt["orders"], &receipt["lines"]),
        (&Value::from(1), &Value::from(2))
    );
    assert_eq!(folder.bytes("shop.cobuy"), before);
    for (arguments, what) in [
        (["forget", "shop.cobuy", "nobody"], "no customer `nobody`"),
        (["retract", "shop.cobuy", "9999"], "no order `9999`"),
    ] {
        assert!(folder.run(&arguments).failed(3).contains(what));
        assert_eq!(folder.bytes("shop.cobuy"), before);
    }
}

#[test]
fn a_configuration_says_what_is_said_every_time_and_options_win() {
    let folder = Folder::new();
    let config = folder.write(
        "shop.toml",
        "ignore = [\"milk\"]\nfulfilled = [\"delivered\"]\n[orders]\ncolumns = { channel = \"channel\" }\n",
    );
    let config = config.to_str().unwrap();
    let told = folder
        .fit(orders(), &["--config", config, "--format", "json"])
        .json();
    assert_eq!(told["ignored_items"], 1);
    let more = [
        "--config",
        config,
        "--fulfilled",
        "delivered",
        "--fulfilled",
        "pending",
        "--format",
        "json",
    ];
    let wider = folder.fit(orders(), &more).json();
    assert!(wider["fulfilled_orders"].as_u64() > told["fulfilled_orders"].as_u64());
    folder.write("shop.toml", "ignor = []\n");
    assert!(
        folder
            .fit(orders(), &["--config", config])
            .failed(1)
            .contains("did you mean `ignore`?")
    );
}

#[test]
fn standard_input_and_several_files_are_read_as_one() {
    let folder = Folder::with_shop(&[]);
    let whole = folder.bytes("shop.cobuy");
    let text = std::fs::read_to_string(orders()).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let at = rows.find("\n1050,").unwrap() + 1;
    folder.write("a.csv", format!("{header}\n{}", &rows[..at]));
    folder.write("b.csv", format!("{header}\n{}", &rows[at..]));
    folder
        .run(&["fit", "a.csv", "b.csv", "-q", "-o", "two.cobuy"])
        .done();
    assert_eq!(folder.bytes("two.cobuy"), whole);
    folder
        .shell("cat a.csv | cobuy fit - b.csv -q -o piped.cobuy")
        .done();
    assert_eq!(folder.bytes("piped.cobuy"), whole);
}

#[test]
fn lists_fade_follow_and_count_groups_as_one_where_asked() {
    let folder = Folder::new();
    let goods = goods();
    for options in [
        &["--half-life", "30"][..],
        &["--measure", "confidence", "--within-days", "14"],
        &["--items", &goods, "--by-group"],
        &["--as-of", "2024-05-01"],
    ] {
        folder.fit(orders(), options).done();
        folder.also_bought(&["tea"]).done();
    }
    let half = folder.fit(orders(), &["--half-life", "0"]).failed(1);
    assert!(half.contains("`half_life` is 0"), "{half}");
}

#[cfg(unix)]
#[test]
fn changes_that_overlap_lose_none() {
    let folder = with_goods();
    let forget = ["c20", "c29", "c21", "c22"].map(|customer| {
        folder
            .command(&["forget", "shop.cobuy", customer, "-q"])
            .spawn()
            .unwrap()
    });
    for mut one in forget {
        assert!(one.wait().unwrap().success());
    }
    for customer in ["c20", "c29", "c21", "c22"] {
        folder.run(&["forget", "shop.cobuy", customer]).failed(3);
    }
}

#[test]
fn append_takes_what_is_said_anew_and_refuses_what_was_settled() {
    let folder = with_goods();
    let more = folder.write(
        "more.csv",
        "order_id,customer_id,item_id,quantity,price,ordered_at,status,channel\n\
         9001,new,tea,1,4.50,2024-06-01,beamed,web\n",
    );
    let more = more.to_str().unwrap();
    let unknown = folder.run(&["append", "shop.cobuy", more]).failed(1);
    assert!(unknown.contains("`beamed`"), "{unknown}");
    let zone = folder
        .run(&["append", "shop.cobuy", more, "--time-zone", "Asia/Tokyo"])
        .failed(1);
    assert!(zone.contains("time_zone"), "{zone}");
    folder
        .run(&[
            "append",
            "shop.cobuy",
            more,
            "--unfulfilled",
            "beamed",
            "--ignore",
            "milk",
        ])
        .done();
    let popular = folder.run(&["popular", "shop.cobuy", "-n", "50"]).done();
    assert!(!popular.contains("milk"), "{popular}");
}

#[test]
fn what_may_be_suggested_is_said_alike_of_every_question() {
    let folder = with_goods();
    let filled = folder
        .also_bought(&["lantern", "-n", "3", "--fallback"])
        .done();
    assert_eq!(filled.lines().count(), 4, "{filled}");
    let explain = |options: &[&str]| {
        let asked = [
            "explain",
            "shop.cobuy",
            "tea",
            "--basket",
            "tea",
            "--format",
            "json",
        ];
        folder.run(&[&asked, options].concat()).json()["kept_out"]["stage"].clone()
    };
    assert_eq!(explain(&[]), "owned");
    assert_ne!(explain(&["--keep-owned"]), "owned");
    assert_eq!(
        explain(&["--keep-owned", "--no-fallback"]),
        "never_together"
    );
}
