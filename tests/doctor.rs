//! The doctor: every finding on a small shop where it can be seen by eye, and on real ones.

#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use cobuy::history::{DoctorParams, Duplicates, Finding, OnError};
use cobuy::{History, Input, OrderLine, Reader, Report, Settings, Severity, TableName, Tables};
use flate2::read::GzDecoder;
use std::fs::File;
use std::io::Read;

mod data;
use data::data;

const HEADER: &str = "order_id,customer_id,item_id,quantity,price,cost,ordered_at,status\n";

/// A shop where nothing is odd: two customers, three items that both bought.
const PLAIN: &str = "\
1,ann,tea1,1,4,2,2024-01-02 09:10,paid
1,ann,cup2,2,5,3,2024-01-02 09:10,paid
2,bo,tea1,1,4,2,2024-01-03 10:20,paid
2,bo,cup2,1,5,3,2024-01-03 10:20,paid
3,ann,milk3,1,2,1,2024-01-04 11:30,paid
4,bo,milk3,1,2,1,2024-01-05 12:40,paid
";

fn tables() -> Tables<'static> {
    Tables::new(Settings::default())
}

fn read<'a>(tables: Tables<'a>, table: TableName, text: &str) -> Tables<'a> {
    let name = format!("{table}.csv");
    tables
        .read(table, Input::bytes(text.as_bytes(), name))
        .unwrap()
}

/// The plain shop with more rows.
fn with(rows: &str) -> Tables<'static> {
    read(
        tables(),
        TableName::Orders,
        &format!("{HEADER}{PLAIN}{rows}"),
    )
}

fn doctor(tables: Tables<'_>) -> Report {
    tables.history().unwrap().doctor()
}

/// The report on orders alone, in columns of their own.
fn orders(text: &str) -> Report {
    doctor(read(tables(), TableName::Orders, text))
}

/// The finding, which the report must hold with that count.
#[track_caller]
fn found<'a>(report: &'a Report, code: &str, count: u64, of: u64) -> &'a Finding {
    let found = report.finding(code);
    let found = found.unwrap_or_else(|| panic!("{code} was not found:\n{report}"));
    assert_eq!((found.count, found.of), (count, of), "{found}");
    assert!(found.examples.len() <= 5, "{found}");
    found
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(|found| found.code).collect()
}

#[test]
fn nothing_is_odd_in_a_plain_shop() {
    let report = doctor(with(""));
    assert_eq!(codes(&report), [""; 0], "{report}");
    assert!(report.is_clean());
    assert_eq!(report.worst(), None);
    assert_eq!(
        report.to_string(),
        "6 rows, 4 orders, 2 customers, 3 items, 2024-01-02 to 2024-01-05\nnothing odd was found\n"
    );
}

#[test]
fn what_a_shop_does_not_tell_is_noted() {
    let report = orders("order_id,customer_id,item_id\n1,ann,tea\n2,bo,tea\n");
    assert_eq!(codes(&report), ["no_statuses", "no_times", "no_prices"]);
    assert!(report.is_clean());
    assert_eq!(report.worst(), Some(Severity::Info));
    let lines = ["1", "2"].map(|order| OrderLine {
        customer_id: None,
        ..OrderLine::new(order, "", "tea")
    });
    let nobody = History::from_orders(lines, &Settings::default()).unwrap();
    found(&nobody.doctor(), "no_customers", 2, 2);
    assert!(nobody.doctor().is_clean());
}

#[test]
fn rows_without_a_customer() {
    let report = doctor(with(
        "5,,tea1,1,4,2,2024-01-06 09:00,paid\n6,,tea1,1,4,2,2024-01-06 09:30,paid\n\
         6,,cup2,1,5,3,2024-01-06 09:30,paid\n",
    ));
    let found = found(&report, "rows_without_customer", 3, 9);
    assert_eq!(found.severity, Severity::Warning);
    assert_eq!(found.what, "3 of 9 rows (33.3 %) name no customer.");
    assert_eq!(found.examples, ["order `6`, 2 rows", "order `5`, 1 row"]);
    assert!(!report.is_clean());
}

#[test]
fn what_is_rarer_than_tolerated_is_no_warning() {
    let history = with("5,,tea1,1,4,2,2024-01-06 09:00,paid\n")
        .history()
        .unwrap();
    let severity = |tolerated| {
        let params = DoctorParams {
            tolerated,
            ..DoctorParams::default()
        };
        history.doctor_with(&params).worst()
    };
    assert_eq!(severity(0.1), Some(Severity::Warning));
    assert_eq!(severity(0.2), Some(Severity::Info));
}

#[test]
fn orders_that_do_not_count() {
    let report = doctor(with(
        "5,ann,tea1,1,4,2,2024-01-06 09:00,pending\n6,bo,tea1,1,4,2,2024-01-07 09:00,on-hold\n\
         7,bo,tea1,1,4,2,2024-01-08 09:00,cancelled\n8,bo,tea1,1,4,2,2024-01-09 09:00,on-hold\n",
    ));
    let unfulfilled = found(&report, "orders_unfulfilled", 3, 8);
    assert_eq!(
        unfulfilled.examples,
        ["`on-hold`, 2 orders", "`pending`, 1 order"]
    );
    found(&report, "orders_cancelled", 1, 8);
    assert!(report.is_clean());
    let none = orders("order_id,customer_id,item_id,status\n1,ann,tea,pending\n");
    found(&none, "nothing_counts", 1, 1);
    assert_eq!(none.worst(), Some(Severity::Problem));
}

#[test]
fn prices() {
    let report = doctor(with(
        "5,ann,tea1,1,0,,2024-01-06 09:00,paid\n5,ann,cup2,1,-1,,2024-01-06 09:00,paid\n\
         6,bo,tea1,1,,,2024-01-07 09:00,paid\n6,bo,tea1,-1,0,,2024-01-07 10:00,paid\n",
    ));
    let price = found(&report, "price_not_positive", 3, 9);
    assert_eq!(
        price.examples,
        ["item `tea1`, 2 rows", "item `cup2`, 1 row"]
    );
    assert!(price.effect.contains("2 of them count"), "{price}");
    found(&report, "price_missing", 1, 10);
}

#[test]
fn returns_that_match_nothing() {
    let report = doctor(with(
        "5,ann,tea1,-1,4,2,2024-01-06 09:00,paid\n6,bo,new4,-1,4,2,2024-01-07 09:00,paid\n\
         7,,tea1,-1,4,2,2024-01-07 09:00,paid\n8,ann,tea1,-1,4,2,2024-01-01 09:00,paid\n\
         9,bo,new4,-1,4,2,2024-01-07 09:00,paid\n",
    ));
    let returns = found(&report, "returns_unmatched", 4, 5);
    assert_eq!(
        returns.examples,
        [
            "2 of items that the customer never bought",
            "1 without a customer",
            "1 of items bought only later"
        ]
    );
}

#[test]
fn giant_orders() {
    let rows = |order: u32, items: u32| -> String {
        let row = |item| format!("{order},ann,x{item},1,4,2,2024-01-06 09:00,paid\n");
        (0..items).map(row).collect()
    };
    let report = doctor(with(&rows(5, 60)));
    let giant = found(&report, "giant_orders", 1, 5);
    assert_eq!(giant.examples, ["order `5`, 60 items"]);
    assert!(giant.effect.starts_with("99.9 % of all pairs"), "{giant}");
    assert!(doctor(with(&rows(5, 49))).finding("giant_orders").is_none());
    let all: String = (5..20).map(|order| rows(order, 60)).collect();
    assert!(doctor(with(&all)).finding("giant_orders").is_none());
    let all: String = (5..20).map(|order| rows(order, 501)).collect();
    found(&doctor(with(&all)), "giant_orders", 15, 19);
}

#[test]
fn rows_told_twice() {
    let twice = "1,ann,tea1,1,4,2,2024-01-02 09:10,paid\n2,bo,tea1,1,4,2,2024-01-03 10:20,paid\n";
    let rows = format!("{twice}2,bo,tea1,1,4,2,2024-01-03 10:20,paid\n");
    let report = doctor(with(&rows));
    let repeated = found(&report, "duplicate_rows", 3, 9);
    assert_eq!(repeated.examples, ["order `2`, 2 rows", "order `1`, 1 row"]);
    let settings = Settings {
        duplicates: Duplicates::Drop,
        ..Settings::default()
    };
    let text = format!("{HEADER}{PLAIN}{rows}");
    let report = doctor(read(Tables::new(settings), TableName::Orders, &text));
    assert_eq!(
        found(&report, "duplicate_rows", 3, 9).severity,
        Severity::Info
    );
}

#[test]
fn items_that_are_no_goods() {
    let text = "order_id,customer_id,item_id,price,Description\n\
                1,ann,tea1,4,Black tea\n1,ann,101,4,Standard delivery\n2,bo,tea1,4,Black tea\n\
                2,bo,101,3,Standard delivery\n3,bo,102,30,Delivery van\n3,bo,103,20,Gift card\n\
                4,ann,102,0,postage\n4,ann,P & P,3,Postage and packing\n";
    let report = orders(text);
    let fees = found(&report, "no_goods", 3, 5);
    assert_eq!(
        fees.examples,
        [
            "`101`, 2 customers, 2 orders: `Standard delivery`",
            "`103`, 1 customer, 1 order: `Gift card`",
            "`P & P`, 1 customer, 1 order: `Postage and packing`"
        ]
    );
    let paste = fees.paste.as_ref().unwrap();
    assert_eq!(paste.toml, r#"ignore = ["101", "103", "P & P"]"#);
    assert_eq!(paste.flags, "--ignore 101 --ignore 103 --ignore 'P & P'");
    let pasted: Settings = toml::from_str(&paste.toml).unwrap();
    let after = doctor(read(Tables::new(pasted), TableName::Orders, text));
    assert!(after.finding("no_goods").is_none(), "{after}");
    // What is ignored already stays in the list.
    let some: Settings = toml::from_str("ignore = ['103']").unwrap();
    let more = doctor(read(Tables::new(some), TableName::Orders, text));
    let more = found(&more, "no_goods", 2, 5).paste.as_ref().unwrap();
    assert_eq!(more.toml, r#"ignore = ["103", "101", "P & P"]"#);
}

#[test]
fn a_name_in_the_orders_may_be_the_customer_s() {
    let report = orders("order_id,customer_id,item_id,name\n1,ann,postage,Ann Smith\n");
    assert_eq!(
        found(&report, "no_goods", 1, 1).examples,
        ["`postage`, 1 customer, 1 order"]
    );
}

#[test]
fn ids_and_prices_tell_what_is_no_goods() {
    let mut rows = String::new();
    for order in 0..20 {
        let price = [1, 300][order % 2];
        rows += &format!("{order},c{order},M,{price}\n{order},c{order},TEA,5\n");
        rows += &format!("{order},c{order},PADS,0.01\n{order},c{order},a{order},5\n");
        rows += &format!("{order},c{order},b{order},5\n{order},c{order},d{order},5\n");
    }
    let header = "order_id,customer_id,item_id,price\n";
    let report = orders(&format!("{header}{rows}"));
    let fees = found(&report, "no_goods", 2, 63).paste.as_ref().unwrap();
    assert_eq!(fees.toml, r#"ignore = ["M", "PADS"]"#);
    // A category says that they are goods, however their prices range.
    let items = "item_id,category\nM,made to measure\n";
    let shop = read(tables(), TableName::Orders, &format!("{header}{rows}"));
    let report = doctor(read(shop, TableName::Items, items));
    found(&report, "no_goods", 1, 63);
}

#[test]
fn items_of_one_customer() {
    let report = doctor(with(
        "5,ann,new4,1,4,2,2024-01-06 09:00,paid\n6,ann,new4,1,4,2,2024-01-07 09:00,paid\n",
    ));
    let single = found(&report, "items_of_one_customer", 1, 4);
    assert_eq!(single.examples, ["item `new4`, 2 orders"]);
    assert!(report.is_clean());
}

#[test]
fn customers_of_many_orders() {
    let many = |id: &str, orders: u32| -> String {
        let row = |order| format!("{id}{order},{id},tea1,1,4,2,2024-01-06 09:00,paid\n");
        (0..orders).map(row).collect()
    };
    let report = doctor(with(&many("shop", 200)));
    let found_many = found(&report, "customers_of_many_orders", 1, 3);
    assert_eq!(
        found_many.examples,
        ["customer `shop`, 200 orders of 1 item"]
    );
    let fewer = doctor(with(&many("shop", 199)));
    assert!(fewer.finding("customers_of_many_orders").is_none());
}

#[test]
fn guests_under_one_id() {
    let zero = |orders: u32| -> String {
        let row = |order| format!("g{order},0,tea1,1,4,2,2024-01-06 09:00,paid\n");
        (0..orders).map(row).collect()
    };
    let report = doctor(with(&zero(20)));
    let guests = found(&report, "guest_ids", 20, 24);
    assert_eq!(guests.severity, Severity::Problem);
    assert_eq!(guests.examples, ["customer `0`, 20 orders"]);
    assert_eq!(guests.paste.as_ref().unwrap().toml, r#"missing = ["0"]"#);
    // The first of customers who are numbered from 0.
    assert!(doctor(with(&zero(9))).finding("guest_ids").is_none());
    let report = doctor(with("5,Guest,tea1,1,4,2,2024-01-06 09:00,paid\n"));
    found(&report, "guest_ids", 1, 5);
}

#[test]
fn times_that_cannot_be() {
    let early = doctor(with("5,ann,tea1,1,4,2,1970-01-01 00:00,paid\n"));
    let early = found(&early, "times_far_off", 1, 5);
    assert_eq!(early.examples, ["order `5`, 1970-01-01"]);
    let many: String = (1..20)
        .map(|day| format!("x{day},ann,tea1,1,4,2,2024-02-{day:02} 09:00,paid\n"))
        .collect();
    assert!(doctor(with(&many)).finding("times_far_off").is_none());
    let late = doctor(with(&format!(
        "{many}y,bo,tea1,1,4,2,2204-02-01 09:00,paid\n"
    )));
    let late = found(&late, "times_far_off", 1, 24);
    assert_eq!(late.examples, ["order `y`, 2204-02-01"]);
    let blank = doctor(with("5,ann,tea1,1,4,2,,paid\n"));
    assert_eq!(
        found(&blank, "rows_without_time", 1, 7).examples,
        ["order `5`"]
    );
}

#[test]
fn times_without_a_clock() {
    let days =
        "order_id,customer_id,item_id,ordered_at\n1,ann,tea,2024-01-02\n2,bo,tea,2024-07-02\n";
    found(&orders(days), "times_at_midnight", 2, 2);
    let settings = Settings {
        time_zone: "Europe/Berlin".to_owned(),
        ..Settings::default()
    };
    let berlin = doctor(read(Tables::new(settings), TableName::Orders, days));
    found(&berlin, "times_at_midnight", 2, 2);
    let hours = orders(&format!("{days}3,bo,tea,2024-07-02 10:00\n"));
    assert!(hours.finding("times_at_midnight").is_none());
}

#[test]
fn rows_without_a_currency() {
    let report = orders("order_id,customer_id,item_id,currency\n1,ann,tea,EUR\n2,bo,tea,\n");
    let blank = found(&report, "currency_missing", 1, 2);
    assert_eq!(
        blank.effect,
        "They are taken to be in EUR, as the others are."
    );
    let told = orders("order_id,customer_id,item_id,currency\n1,ann,tea,EUR\n2,bo,tea,EUR\n");
    assert!(told.finding("currency_missing").is_none());
}

#[test]
fn ids_that_differ_by_case_or_space() {
    let report = doctor(with(
        "x1,ANN,Tea1,1,4,2,2024-01-06 09:00,paid\nX1,bo,tea 1,1,4,2,2024-01-07 09:00,paid\n\
         5,bo,CUP2,1,4,2,2024-01-07 09:00,paid\n",
    ));
    let items = found(&report, "item_ids_alike", 2, 6);
    assert_eq!(
        items.examples,
        ["`Tea1` and `tea 1` and `tea1`", "`CUP2` and `cup2`"]
    );
    let customers = found(&report, "customer_ids_alike", 1, 3);
    assert_eq!(customers.examples, ["`ANN` and `ann`"]);
    assert_eq!(
        found(&report, "order_ids_alike", 1, 7).examples,
        ["`X1` and `x1`"]
    );
}

#[test]
fn costs() {
    let report = doctor(with(
        "5,ann,tea1,1,4,,2024-01-06 09:00,paid\n6,bo,cup2,1,5,7.5,2024-01-07 09:00,paid\n",
    ));
    found(&report, "costs_missing", 1, 8);
    let loss = found(&report, "sold_at_a_loss", 1, 7);
    assert_eq!(loss.examples, ["item `cup2`, 1 row, cost 7.50, price 5.00"]);
    let none = orders("order_id,customer_id,item_id,price\n1,ann,tea,4\n");
    found(&none, "no_costs", 1, 1);
}

#[test]
fn the_share_of_the_items_on_top() {
    let mut rows = String::from("order_id,customer_id,item_id,price\n");
    for order in 0..10 {
        rows += &format!("{order},c{order},hit,9\n{order},c{order},item{order},1\n");
    }
    let report = orders(&rows);
    let top = found(&report, "top_items", 11, 20);
    assert_eq!(
        top.what,
        "The top 10 % of items (2) make 55.0 % of lines sold and 91.0 % of revenue; \
         the top 1 % (1) 50.0 % and 90.0 % of revenue."
    );
    assert_eq!(top.examples[0], "item `hit`, 10 lines");
}

#[test]
fn tables_that_do_not_fit_the_orders() {
    let items = "item_id,stock\ntea1,0\ncup2,-2\nvase9,0\n";
    let shop = read(with(""), TableName::Items, items);
    let report = doctor(read(
        shop,
        TableName::Customers,
        "customer_id,age\nann,30\ncy,40\n",
    ));
    assert_eq!(
        found(&report, "items_not_in_table", 1, 3).examples,
        ["item `milk3`, 2 orders"]
    );
    assert_eq!(
        found(&report, "items_never_sold", 1, 3).examples,
        ["item `vase9`"]
    );
    let people = found(&report, "customers_not_in_table", 1, 2);
    assert!(!people.to_string().contains("bo`"), "{people}");
    found(&report, "nothing_in_stock", 3, 3);
    assert_eq!(
        found(&report, "stock_below_zero", 1, 3).examples,
        ["item `cup2`, -2"]
    );
    let fits = "item_id,stock\ntea1,0\ncup2,2\nmilk3,1\n";
    let report = doctor(read(with(""), TableName::Items, fits));
    assert_eq!(codes(&report), [""; 0], "{report}");
}

#[test]
fn events_that_lead_nowhere() {
    let events = "customer_id,kind,at,item_id\n\
                  ann,Views,2024-01-01,tea1\nann,views,2024-01-01,tea1\nann,review,2024-01-01,tea1\n\
                  bo,view,2024-01-01,ghost7\nann,wishlist_remove,2024-01-01,cup2\n\
                  bo,wishlist_add,2024-01-01,cup2\nbo,wishlist_remove,2024-01-02,cup2\n\
                  bo,wishlist_remove,2024-01-03,cup2\n";
    let report = doctor(read(with(""), TableName::Events, events));
    assert_eq!(
        found(&report, "event_kinds_near_known", 2, 8).examples,
        [
            "`Views`, 1 event: did you mean `view`?",
            "`views`, 1 event: did you mean `view`?"
        ]
    );
    assert_eq!(
        found(&report, "events_of_unknown_items", 1, 8).examples,
        ["item `ghost7`, 1 event"]
    );
    found(&report, "wishes_removed_never_added", 2, 3);
}

#[test]
fn rows_that_could_not_be_read_are_shown_without_what_they_hold() {
    let text = format!(
        "{HEADER}{PLAIN}5,bo,tea1,Ann Smith,4,2,2024-01-06 09:00,paid\n\
                        1,Bo Jones,tea1,1,4,2,2024-01-06 09:00,paid\n"
    );
    let reader = Reader::new().on_error(OnError::Skip);
    let input = Input::bytes(text.as_bytes(), "orders.csv");
    let shop = tables().read_as(TableName::Orders, input, &reader).unwrap();
    let report = doctor(shop);
    // The order that names two customers goes with all its rows.
    let skipped = found(&report, "rows_left_out", 4, 8);
    assert_eq!(
        skipped.examples,
        [
            "orders.csv, line 8, column `quantity`",
            "orders.csv, order `1`"
        ]
    );
    assert!(!report.to_string().contains("Smith") && !report.to_string().contains("Jones"));
}

#[test]
fn variants_without_a_group() {
    let rows = "5,ann,1500A,1,4,2,2024-01-06 09:00,paid\n6,bo,1500B,1,4,2,2024-01-06 09:00,paid\n\
                7,ann,1600A,1,4,2,2024-01-06 09:00,paid\n8,bo,1600a,1,4,2,2024-01-06 09:00,paid\n";
    let report = doctor(with(rows));
    let variants = found(&report, "variants_without_group", 2, 7);
    assert_eq!(variants.examples, ["`1500...`, 2 items"]);
    let settings: Settings = toml::from_str("groups = { mug = ['1500A', '1500B'] }").unwrap();
    let text = format!("{HEADER}{PLAIN}{rows}");
    let grouped = doctor(read(Tables::new(settings), TableName::Orders, &text));
    assert!(grouped.finding("variants_without_group").is_none());
}

#[test]
fn an_order_id_used_twice() {
    let report = doctor(with("4,bo,tea1,1,4,2,2024-02-05 12:40,paid\n"));
    let long = found(&report, "orders_of_long_span", 1, 4);
    assert_eq!(long.examples, ["order `4`, 31 days"]);
    // What comes back later is no second order.
    let back = doctor(with("4,bo,milk3,-1,2,1,2024-02-05 12:40,paid\n"));
    assert!(back.finding("orders_of_long_span").is_none(), "{back}");
}

/// A shop with a problem, a warning and a note.
fn odd_shop() -> Tables<'static> {
    with(
        "5,guest,tea1,1,4,2,2024-01-06 09:00,paid\n5,guest,postage,1,3,1,2024-01-06 09:00,paid\n\
         6,bo,new4,1,4,2,2024-01-06 09:00,pending\n",
    )
}

#[test]
fn the_text_is_for_the_owner_worst_first() {
    let report = doctor(odd_shop());
    let expected = "\
9 rows, 6 orders, 3 customers, 5 items, 2024-01-02 to 2024-01-06
1 problem, 1 warning, 2 notes

problem  1 of 5 orders (20.0 %) is of a customer whose id looks like no one's.
         All guests count as one person who bought everything, which pairs what nobody bought
         together.
         If these are guests, say that the id means nobody:
         e.g. customer `guest`, 1 order
           missing = [\"guest\"]
           --missing guest

warning  1 of 5 items (20.0 %) looks like postage, fees or corrections, not goods.
         1 order holds them: they are suggested beside goods, and goods beside them.
         Look the list over, then ignore what is no goods: its lines are kept and count for
         nothing.
         e.g. `postage`, 1 customer, 1 order
           ignore = [\"postage\"]
           --ignore postage

note     1 of 6 orders (16.7 %) is of a status that does not count.
         They count for nothing, and neither do their returns.
         e.g. `pending`, 1 order

note     1 of 4 items (25.0 %) was bought by one customer only.
         Their lists rest on one person's purchases; min_customers = 2 leaves them short or empty
         instead.
         e.g. item `postage`, 1 order
";
    assert_eq!(report.to_string(), expected, "{report}");
}

#[test]
fn the_json_form_holds_what_the_text_does() {
    let report = serde_json::to_value(doctor(odd_shop())).unwrap();
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(
        keys(&report),
        ["customers", "findings", "items", "orders", "rows", "span"]
    );
    assert_eq!(report["span"][0], "2024-01-02T09:10:00Z");
    let fees = &report["findings"][1];
    let expected = [
        "code", "count", "effect", "examples", "of", "paste", "severity", "way_out", "what",
    ];
    assert_eq!(keys(fees), expected);
    assert_eq!(
        (&fees["code"], &fees["severity"]),
        (&"no_goods".into(), &"warning".into())
    );
    assert_eq!(fees["paste"]["flags"], "--ignore postage");
    assert!(report["findings"][2]["paste"].is_null());
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let rows = "\
5,,Tea1,1,0,,2024-01-06 09:00,paid\n5,,Tea1,1,0,,2024-01-06 09:00,paid\n6,0,postage,1,9,,,paid\n\
7,GUEST,shipping,-1,9,1,1970-01-01,pending\n8,bo,1500a,1,2,7,2024-01-06 09:00,cancelled\n\
9,bo,1500b,1,2,7,2024-05-06 09:00,paid\n9,bo,1500c,1,2,7,2024-01-06 09:00,paid\n";
    let text = format!("{PLAIN}{rows}");
    let mut rows: Vec<&str> = text.lines().collect();
    let report = |rows: &[&str]| orders(&format!("{HEADER}{}\n", rows.join("\n")));
    let first = report(&rows);
    assert!(first.findings.len() > 8, "{first}");
    for _ in 0..rows.len() {
        rows.rotate_left(1);
        let half = rows.len() / 2;
        rows[..half].reverse();
        let again = report(&rows);
        assert_eq!(again, first);
        assert_eq!(again.to_string(), first.to_string());
    }
}

#[test]
fn online_retail_has_its_known_figures() {
    let Some(path) = data("online_retail/online_retail.csv.gz") else {
        return;
    };
    let report = History::read_csv(path).unwrap().doctor();
    println!("{report}");
    found(&report, "rows_without_customer", 135_080, 541_909);
    found(&report, "price_not_positive", 2_517, 541_909);
    found(&report, "duplicate_rows", 5_268, 541_909);
    found(&report, "item_ids_alike", 112, 4_070);
    let returns = found(&report, "returns_unmatched", 3_055, 10_624);
    assert_eq!(
        returns.examples[..3],
        [
            "1,719 without a customer",
            "948 of items that the customer never bought",
            "358 of items bought only later"
        ]
    );
    let fees = found(&report, "no_goods", 21, 4_070);
    assert_eq!(
        fees.examples[0],
        "`POST`, 327 customers, 1,118 orders: `POSTAGE`"
    );
    let ignore: Settings = toml::from_str(&fees.paste.as_ref().unwrap().toml).unwrap();
    let expected = [
        "POST",
        "DOT",
        "M",
        "C2",
        "23444",
        "23574",
        "BANK CHARGES",
        "gift_0001_20",
        "gift_0001_10",
        "gift_0001_30",
        "PADS",
        "gift_0001_50",
        "B",
        "gift_0001_40",
        "AMAZONFEE",
        "S",
        "22016",
        "23595",
        "m",
        "CRUK",
        "D",
    ];
    assert_eq!(ignore.ignore, expected);
    assert!(
        report
            .to_string()
            .lines()
            .all(|line| line.chars().count() <= 100)
    );
}

/// Olist's orders joined with their items, its statuses and times as they are.
fn olist() -> Option<String> {
    let text = |file: &str| -> Option<String> {
        let mut text = String::new();
        let file = File::open(data(&format!("olist/olist_{file}_dataset.csv.gz"))?).unwrap();
        GzDecoder::new(file).read_to_string(&mut text).unwrap();
        Some(text)
    };
    let (orders, items) = (text("orders")?, text("order_items")?);
    let cells = |line: &str| -> Vec<String> {
        line.trim_end()
            .split(',')
            .map(|cell| cell.trim_matches('"').to_owned())
            .collect()
    };
    let orders: std::collections::HashMap<String, Vec<String>> = orders
        .lines()
        .skip(1)
        .map(|line| (cells(line)[0].clone(), cells(line)))
        .collect();
    let mut joined = String::from("order_id,customer_id,status,ordered_at,item_id,price\n");
    for line in items.lines().skip(1) {
        let item = cells(line);
        if let Some(order) = orders.get(&item[0]) {
            joined += &format!(
                "{},{},{},{},{},{}\n",
                item[0], order[1], order[2], order[3], item[2], item[5]
            );
        }
    }
    Some(joined)
}

#[test]
fn olist_is_told_by_its_statuses() {
    let Some(text) = olist() else { return };
    let reader = Reader::new().time_format("%m/%d/%Y %H:%M");
    let input = Input::bytes(text.as_bytes(), "olist");
    let shop = tables().read_as(TableName::Orders, input, &reader).unwrap();
    let report = doctor(shop);
    println!("{report}");
    let unfulfilled = report.finding("orders_unfulfilled").unwrap();
    assert_eq!(unfulfilled.examples[0], "`processing`, 20 orders");
    assert!(report.finding("no_goods").is_none());
    assert!(report.finding("rows_without_customer").is_none());
}
