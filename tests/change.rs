//! Laws of a history that changes: what was taken away leaves no trace, and what came later none
//! before it.

#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use cobuy::history::Duplicates;
use cobuy::{
    AlsoBought, Engine, History, Input, Instant, OrderLine, Settings, TableName, Tables, Watch,
};
use proptest::prelude::*;

const HEADER: &str =
    "order_id,customer_id,item_id,quantity,price,ordered_at,status,channel,return_of,size";
const EVENTS: &str = "customer_id,kind,at,item_id,price,query,page";

/// A row of orders: its order, whose it is (blank for nobody) and the rest of it.
#[derive(Clone, Debug)]
struct Told {
    order: u32,
    day: u32,
    text: String,
}

/// A shop's rows: orders of one customer each, events, customers, items.
#[derive(Clone, Debug)]
struct Shop {
    /// The customer of each order; 0 for nobody.
    owners: Vec<u32>,
    rows: Vec<Told>,
    /// Customer (0: nobody), day, text.
    events: Vec<(u32, u32, String)>,
    people: Vec<u32>,
    drop: bool,
}

fn name(customer: u32) -> String {
    match customer {
        0 => String::new(),
        customer => format!("c{customer}"),
    }
}

fn at(day: u32) -> String {
    match day {
        0 => String::new(),
        day => format!("2024-01-{day:02}"),
    }
}

prop_compose! {
    fn shop()(owners in prop::collection::vec(0u32..5, 2..9), drop in any::<bool>())
        (rows in prop::collection::vec(row(owners.len() as u32), 2..30),
         events in prop::collection::vec((0u32..5, 1u32..28, 0u32..6, 0usize..3), 0..12),
         people in prop::collection::btree_set(1u32..7, 0..5),
         owners in Just(owners), drop in Just(drop)) -> Shop {
        let rows = rows
            .into_iter()
            .map(|(order, item, quantity, day, size, blank, mut return_of)| {
                if quantity >= 0 || return_of as usize >= owners.len() {
                    return_of = 99;
                }
                let returned = if return_of == 99 { String::new() } else { format!("o{return_of}") };
                // A blank customer takes what the order's other rows say, so only some are blank.
                let owner = if blank { String::new() } else { name(owners[order as usize]) };
                let status = if order % 4 == 3 { "cancelled" } else { "paid" };
                let text = format!(
                    "o{order},{owner},i{item},{quantity},2.5,{},{status},web,{returned},{size}",
                    at(day)
                );
                Told { order, day, text }
            })
            .collect();
        let events = events
            .into_iter()
            .map(|(who, day, item, kind)| {
                let kind = ["view", "wishlist_add", "search"][kind];
                (who, day, format!("{},{kind},{},e{item},1.5,q{item},{item}", name(who), at(day)))
            })
            .collect();
        Shop { owners, rows, events, people: people.into_iter().collect(), drop }
    }
}

type Row = (u32, u32, i32, u32, &'static str, bool, u32);

fn row(orders: u32) -> impl Strategy<Value = Row> {
    let size = prop::sample::select(vec!["1", "2", "XL", "", "2024-01-01", "true"]);
    (
        0..orders,
        0u32..6,
        -2i32..4,
        0u32..28,
        size,
        prop::bool::weighted(0.2),
        0u32..9,
    )
}

fn csv<'a>(header: &str, rows: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = format!("{header}\n");
    for row in rows {
        text.push_str(row);
        text.push('\n');
    }
    text
}

impl Shop {
    fn settings(&self) -> Settings {
        Settings {
            duplicates: if self.drop {
                Duplicates::Drop
            } else {
                Duplicates::Keep
            },
            ..Settings::default()
        }
    }

    fn tables(
        &self,
        order: impl Fn(&Told) -> bool,
        event: impl Fn(u32, u32) -> bool,
        person: impl Fn(u32) -> bool,
    ) -> Option<Tables<'static>> {
        let rows: Vec<&str> = self
            .rows
            .iter()
            .filter(|&r| order(r))
            .map(|r| &r.text[..])
            .collect();
        if rows.is_empty() {
            return None;
        }
        let orders = csv(HEADER, rows);
        let mut tables = Tables::new(self.settings())
            .read(TableName::Orders, Input::bytes(orders.as_bytes(), "orders"))
            .unwrap();
        let events: Vec<&str> = self
            .events
            .iter()
            .filter(|(who, day, _)| event(*who, *day))
            .map(|(.., text)| &text[..])
            .collect();
        if !events.is_empty() {
            let text = csv(EVENTS, events);
            tables = tables
                .read(TableName::Events, Input::bytes(text.as_bytes(), "events"))
                .unwrap();
        }
        let people: Vec<String> = self
            .people
            .iter()
            .filter(|&&who| person(who))
            .map(|&who| format!("{},{}", name(who), 20 + who))
            .collect();
        if !people.is_empty() {
            let text = csv("customer_id,age", people.iter().map(String::as_str));
            tables = tables
                .read(
                    TableName::Customers,
                    Input::bytes(text.as_bytes(), "customers"),
                )
                .unwrap();
        }
        Some(tables)
    }

    fn all(&self) -> History {
        let tables = self.tables(|_| true, |_, _| true, |_| true).unwrap();
        tables.history().unwrap()
    }

    /// Whether a row's order names the customer on some row.
    fn owner(&self, row: &Told) -> u32 {
        let owner = self.owners[row.order as usize];
        let named = self.rows.iter().any(|other| {
            other.order == row.order && other.text.contains(&format!(",{},", name(owner)))
        });
        if owner != 0 && named { owner } else { 0 }
    }
}

/// Histories that are equal have to be so in all that follows from them.
fn same(a: &History, b: &History) {
    assert!(a == b, "{}\n{}", a.summary(), b.summary());
    assert!(a.items().iter().eq(b.items().iter()));
    assert!(a.customers().iter().eq(b.customers().iter()));
    let (one, other) = (a.summary(), b.summary());
    assert_eq!(
        (&one.returns, one.span, one.as_of),
        (&other.returns, other.span, other.as_of)
    );
    assert_eq!(one.own_columns, other.own_columns);
    let lines = |history: &History| -> Vec<String> {
        history
            .lines()
            .map(|l| format!("{:?}", (l.order_id(), l.item_id(), l.left(), l.own("size"))))
            .collect()
    };
    assert_eq!(lines(a), lines(b));
    let fit = |history: &History| {
        let params = AlsoBought::params().threads(1);
        Engine::builder(history).also_bought(params).fit().unwrap()
    };
    assert!(fit(a) == fit(b));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// `forget(c)` equals never having seen c.
    #[test]
    fn forgetting_a_customer_leaves_what_never_saw_them(shop in shop(), who in 1u32..5) {
        let history = shop.all();
        let without = shop.tables(
            |row| shop.owner(row) != who,
            |other, _| other != who,
            |other| other != who,
        );
        match (history.forget(&name(who), Watch::new()), without) {
            (Ok((left, receipt)), Some(without)) => {
                same(&left, &without.history().unwrap());
                prop_assert_eq!(receipt.lines, history.summary().rows - left.summary().rows);
                prop_assert!(left.customer(&name(who)).is_none());
            }
            (Err(_), Some(_)) => prop_assert!(history.customer(&name(who)).is_none()),
            (Ok(_), None) => prop_assert!(false, "nothing was left and no error"),
            (Err(_), None) => {}
        }
    }

    /// `append` then `retract` leaves what was there, and `append` equals reading all at once.
    #[test]
    fn appending_and_retracting_leaves_what_was_there(shop in shop(), cut in 1u32..8) {
        let early = shop.tables(|row| row.order < cut, |_, _| true, |_| true);
        let late = shop.tables(|row| row.order >= cut, |_, _| false, |_| false);
        if let (Some(early), Some(late)) = (early, late) {
            let early = early.history().unwrap();
            let all = early.append(late, Watch::new()).unwrap();
            same(&all, &shop.all());
            let gone: Vec<&str> = all
                .orders()
                .iter()
                .filter(|id| early.orders().find(id).is_none())
                .collect();
            same(&all.retract(gone, Watch::new()).unwrap(), &early);
        }
    }

    /// `upsert` of orders is `retract` and `append`.
    #[test]
    fn upserting_is_retracting_and_appending(shop in shop(), order in 0u32..8) {
        let history = shop.all();
        let one = || shop.tables(|row| row.order == order, |_, _| false, |_| false);
        if let Some(again) = one() {
            same(&history.upsert(again, Watch::new()).unwrap(), &history);
            let known = history.append(one().unwrap(), Watch::new()).unwrap_err().to_string();
            prop_assert!(known.contains("is known already"), "{known}");
        }
    }

    /// `as_of(t)` never changes when later rows are added.
    #[test]
    fn what_comes_later_never_changes_what_was(shop in shop(), day in 1u32..28) {
        let instant: Instant = at(day).parse().unwrap();
        let before = shop.tables(
            |row| row.day == 0 || row.day < day,
            |_, when| when < day,
            |_| true,
        );
        let all = shop.all().as_of(instant, Watch::new());
        if let (Some(before), Ok(all)) = (before, all) {
            let before = before.history().unwrap().as_of(instant, Watch::new());
            if let Ok(before) = before {
                same(&all, &before);
                prop_assert_eq!(all.summary().as_of, Some(instant));
            }
        }
    }
}

#[test]
fn what_is_not_there_cannot_be_taken_away() {
    let lines = [
        OrderLine::new("1001", "ann", "tea"),
        OrderLine::new("1002", "bo", "cup"),
    ];
    let history = History::from_orders(lines, &Settings::default()).unwrap();
    let retract = |id: &str| history.retract([id], Watch::new()).unwrap_err().to_string();
    assert_eq!(
        retract("1003"),
        "there is no order `1003`; did you mean `1001` or `1002`?"
    );
    let forget = history.forget("cy", Watch::new()).unwrap_err().to_string();
    assert_eq!(forget, "there is no customer `cy`");
    let (left, receipt) = history.forget("ann", Watch::new()).unwrap();
    assert_eq!((receipt.orders, receipt.lines, receipt.items), (1, 1, 1));
    let last = left
        .retract(["1002"], Watch::new())
        .unwrap_err()
        .to_string();
    assert!(last.contains("no order would be left"), "{last}");
}

#[test]
fn rows_of_items_and_customers_replace_those_of_the_same_id() {
    let tables = || Tables::new(Settings::default());
    let items = |text: &'static str| Input::bytes(text.as_bytes(), "items.csv");
    let history = tables()
        .order_lines([OrderLine::new("1", "ann", "tea")])
        .unwrap()
        .read(TableName::Items, items("item_id,price\ntea,4\ncup,5\n"))
        .unwrap()
        .history()
        .unwrap();
    let more = tables()
        .read(TableName::Items, items("item_id,price\ntea,4.5\n"))
        .unwrap();
    let history = history.append(more, Watch::new()).unwrap();
    let price = |id: &str| {
        history
            .item(id)
            .and_then(|item| item.price())
            .unwrap()
            .to_string()
    };
    assert_eq!(
        (price("tea"), price("cup")),
        ("4.50".to_owned(), "5.00".to_owned())
    );
}

#[test]
fn ids_of_whole_decimals_are_known_again_as_the_integers_they_are() {
    let read = |table, text: &'static str| {
        let input = Input::bytes(text.as_bytes(), "rows");
        Tables::new(Settings::default()).read(table, input).unwrap()
    };
    let orders = "order_id,customer_id,item_id\n1.0,7.0,tea\n2.0,8.0,cup\n";
    let history = read(TableName::Orders, orders).history().unwrap();
    let again = read(TableName::Orders, "order_id,customer_id,item_id\n1,7,pot\n");
    let changed = history.upsert(again, Watch::new()).unwrap();
    assert!(changed.orders().iter().eq(["1", "2"]));
    assert!(changed.items().iter().eq(["cup", "pot"]));
    // A column of texts stays one: `1.0` is another order than `1`.
    let texts = "order_id,customer_id,item_id\n1,7,tea\nA2,8,cup\n";
    let texts = read(TableName::Orders, texts).history().unwrap();
    let other = read(
        TableName::Orders,
        "order_id,customer_id,item_id\n1.0,7,pot\n",
    );
    let changed = texts.upsert(other, Watch::new()).unwrap();
    assert!(changed.orders().iter().eq(["1", "1.0", "A2"]));
    // The same shop by a frame with gaps and by a file without.
    let plain = read(
        TableName::Orders,
        "order_id,customer_id,item_id\n1,7,tea\n2,8,cup\n",
    );
    assert!(plain.history().unwrap() == history);
}

#[test]
fn settings_that_rows_were_read_with_stay() {
    let lines = [OrderLine::new("1", "ann", "tea").ordered_at(Instant(0))];
    let history = History::from_orders(lines, &Settings::default()).unwrap();
    let warsaw = Settings {
        time_zone: "Europe/Warsaw".to_owned(),
        ..Settings::default()
    };
    let more = Tables::new(warsaw.clone())
        .order_lines([OrderLine::new("2", "bo", "cup")])
        .unwrap();
    let refused = history.append(more, Watch::new()).unwrap_err().to_string();
    assert!(
        refused.contains("other settings") && refused.contains("History::more"),
        "{refused}"
    );
    let refused = history.under(warsaw, Watch::new()).unwrap_err().to_string();
    assert!(refused.contains("time_zone"), "{refused}");
    let ignoring = Settings {
        ignore: vec!["tea".to_owned()],
        ..Settings::default()
    };
    let ignoring = history.under(ignoring, Watch::new()).unwrap();
    assert_eq!(ignoring.summary().ignored_items, 1);
    let more = ignoring
        .more()
        .order_lines([OrderLine::new("2", "bo", "cup")])
        .unwrap();
    assert_eq!(
        ignoring.append(more, Watch::new()).unwrap().summary().rows,
        2
    );
}

#[test]
fn nothing_that_was_told_is_in_what_is_printed_for_a_programmer() {
    let lines = [OrderLine::new("1", "secret", "tea").own("note", "private")];
    let history = History::from_orders(lines, &Settings::default()).unwrap();
    let engine = Engine::builder(&history).fit().unwrap();
    let customer = history.customer("secret").unwrap();
    let line = history.lines().next().unwrap();
    let told = format!("{history:?} {engine:?} {customer:?} {line:?}");
    assert!(
        !told.contains("secret") && !told.contains("private"),
        "{told}"
    );
}
