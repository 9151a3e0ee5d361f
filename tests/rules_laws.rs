//! What holds of every rule, whatever it says: both forms read back, no text is too much.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use cobuy::{Formula, Rule};
use serde_json::{Value, json};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

#[path = "rules/corpus.rs"]
#[allow(dead_code)]
mod corpus;
mod random;

use random::Random;

/// How many trees go through both forms, and over how many threads.
const TREES: usize = 100_000;
const THREADS: usize = 4;

/// How long texts are mutated.
const MUTATING: Duration = Duration::from_secs(60);

/// No text takes longer to read, as a release is built; JSON, which says the same in up to four times as many
/// letters, in proportion. In a debug build they are given ten times as long.
const LONGEST: Duration = Duration::from_millis(if cfg!(debug_assertions) { 100 } else { 10 });

/// Keeps tests that measure time from those that take it.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

// ---- Trees ----

#[derive(Clone, Copy, PartialEq)]
enum Type {
    Number,
    Text,
    Flag,
    Time,
    Elapsed,
    Duration,
    Anniversary,
}

const COMPARED: [Type; 6] = [
    Type::Number,
    Type::Text,
    Type::Flag,
    Type::Time,
    Type::Elapsed,
    Type::Duration,
];
const KEPT: [Type; 4] = [Type::Number, Type::Text, Type::Flag, Type::Time];

/// What names and texts are made of.
const PIECES: [&str; 48] = [
    "a",
    "Z",
    "_",
    "x1",
    "9",
    "0",
    " ",
    "  ",
    ".",
    "..",
    "'",
    "''",
    "`",
    "``",
    "\"",
    "\\",
    "\\n",
    "%",
    "(",
    ")",
    ",",
    "=",
    "--",
    "/*",
    "{",
    "}",
    "$",
    "ß",
    "Ω",
    "İ",
    "é",
    "e\u{301}",
    "中",
    "👩‍🍼",
    "\u{a0}",
    "\u{200d}",
    "and",
    "or",
    "not",
    "in",
    "true",
    "null",
    "date",
    "where",
    "as",
    "90d",
    "1e5",
    "customer",
];
const WORDS: [&str; 30] = [
    "and", "or", "not", "in", "between", "under", "contains", "within", "is", "of", "where", "as",
    "has", "no", "since", "before", "ago", "any", "true", "false", "date", "count", "last", "next",
    "segment", "template", "orders", "missing", "events", "status",
];
const SOURCES: [&str; 12] = [
    "orders",
    "purchases",
    "returns",
    "cancellations",
    "views",
    "searches",
    "carts",
    "wishlist",
    "visits",
    "emails",
    "coupons",
    "referrals",
];
const UNITS: [&str; 5] = ["h", "d", "w", "mo", "y"];

/// Makes trees in their JSON form, right in their types.
struct Trees<'a> {
    random: &'a mut Random,
    /// How many parts there may still be, roughly.
    parts: usize,
    /// Whether they nest as deep as they may.
    deep: bool,
    /// What rows around are called.
    bound: Vec<Option<String>>,
}

impl Trees<'_> {
    fn text(&mut self) -> String {
        match self.random.below(4) {
            0 => self.random.of(&WORDS).to_owned(),
            _ => {
                let count = self.random.below(5);
                (0..count).map(|_| self.random.of(&PIECES)).collect()
            }
        }
    }

    fn name(&mut self) -> String {
        match self.random.below(3) {
            0 => (*self
                .random
                .of(&["a", "amount", "rfm.segment", "p_alive", "größe"]))
            .to_owned(),
            1 => {
                let count = 1 + self.random.below(4);
                (0..count).map(|_| self.random.of(&PIECES)).collect()
            }
            _ => self.random.of(&WORDS).to_owned(),
        }
    }

    fn field_name(&mut self) -> String {
        let name = self.name();
        let bound = self.bound.iter().flatten().cloned().collect::<Vec<_>>();
        match bound.len() {
            0 => name,
            _ if self.random.once_in(2) => name,
            count => format!("{}.{name}", bound[self.random.below(count)]),
        }
    }

    fn number(&mut self) -> f64 {
        let number = match self.random.below(8) {
            0 => 0.1 + 0.2,
            1 => f64::from_bits(self.random.number()),
            2 => (self.random.number() as f64) * 3.0,
            3 => self
                .random
                .of(&[f64::MAX, f64::MIN_POSITIVE, 5e-324, 9e15, 1e21]),
            4 => self.random.below(1000) as f64 / 100.0,
            _ => self.random.below(1000) as f64,
        };
        let signed = if self.random.once_in(4) {
            -number
        } else {
            number
        };
        if signed.is_finite() && signed != 0.0 {
            signed
        } else {
            0.0
        }
    }

    fn date(&mut self) -> Value {
        let year = match self.random.below(4) {
            0 => 1 + self.random.below(9998),
            _ => 2020 + self.random.below(8),
        };
        let (month, day) = (1 + self.random.below(12), 1 + self.random.below(28));
        let day = format!("{year:04}-{month:02}-{day:02}");
        let (hour, minute) = (self.random.below(24), self.random.below(60));
        let date = match self.random.below(4) {
            0 => format!("{day}T{hour:02}:{minute:02}:00Z"),
            1 => format!(
                "{day}T{hour:02}:{minute:02}:59.00000{}Z",
                1 + self.random.below(9)
            ),
            _ => day,
        };
        json!({ "date": date })
    }

    fn duration(&mut self) -> (usize, usize) {
        let count = match self.random.below(8) {
            0 => 1_000_000,
            _ => 1 + self.random.below(400),
        };
        (count, self.random.below(5))
    }

    fn written((count, unit): (usize, usize)) -> String {
        format!("{count}{}", UNITS[unit])
    }

    /// Two durations, the shorter first where that can be said.
    fn ordered_durations(&mut self) -> (String, String) {
        let (one, other) = (self.duration(), self.duration());
        let steps = |(count, unit): (usize, usize)| count * [1, 1, 7, 1, 12][unit];
        match steps(one) <= steps(other) {
            true => (Self::written(one), Self::written(other)),
            false => (Self::written(other), Self::written(one)),
        }
    }

    /// A value of a type that has values.
    fn literal(&mut self, of: Type) -> Value {
        match of {
            Type::Text => json!(self.text()),
            Type::Flag => json!(self.random.once_in(2)),
            Type::Time => self.date(),
            _ => number(self.number()),
        }
    }

    fn point(&mut self) -> Value {
        match self.random.below(3) {
            0 => self.date(),
            1 => json!({"ago": Self::written(self.duration())}),
            _ => json!({"field": format!("{}.at", self.name())}),
        }
    }

    fn window(&mut self) -> Value {
        match self.random.below(7) {
            0 | 1 => json!({"last": Self::written(self.duration())}),
            2 => json!({"first": Self::written(self.duration())}),
            3 => json!({"since": self.point()}),
            4 => json!({"before": self.point()}),
            5 => {
                let (near, far) = self.ordered_durations();
                json!({"between": [{"ago": far}, {"ago": near}]})
            }
            _ => {
                let (from, to) = self.ordered_dates();
                let ends = [json!({"ago": "5d"}), json!({"field": "w.at"}), to];
                let end = &ends[self.random.below(3)];
                json!({"between": [from, end]})
            }
        }
    }

    fn ordered_dates(&mut self) -> (Value, Value) {
        let (one, other) = (self.date(), self.date());
        match one["date"].as_str() <= other["date"].as_str() {
            true => (one, other),
            false => (other, one),
        }
    }

    /// Rows, with what is made of each of them; both at most this high.
    fn rows(&mut self, left: usize, what: Option<&[Type]>) -> (Value, Option<Value>) {
        let mut rows = serde_json::Map::new();
        let mut source = json!(self.random.of(&SOURCES));
        if self.random.once_in(6) {
            source = json!({"events": self.text()});
        }
        let has_status = source == "orders" || source == "purchases";
        rows.insert("source".to_owned(), source);
        if has_status && self.random.once_in(2) {
            rows.insert("status".to_owned(), json!("any"));
        }
        if self.random.once_in(2) {
            rows.insert("window".to_owned(), self.window());
        }
        let mut bound = None;
        if self.random.once_in(2) {
            // No other row around is called the same, nor is any field.
            let name = format!("{}w{}", self.name(), self.bound.len());
            rows.insert("as".to_owned(), json!(name));
            bound = Some(name);
        }
        self.bound.push(bound);
        if left > 3 && self.random.below(3) > 0 {
            rows.insert("where".to_owned(), self.condition(left - 1));
        }
        let what = what.map(|types| {
            let of = types[self.random.below(types.len())];
            self.operand(left, of)
        });
        self.bound.pop();
        (Value::Object(rows), what)
    }

    fn aggregate(&mut self, left: usize, of: Type) -> Value {
        let (functions, types): (&[&str], &[Type]) = match (of, self.random.below(3)) {
            (Type::Elapsed, _) => (&["recency"], &[]),
            (Type::Number, 0) => (&["count"], &[]),
            (Type::Number, 1) => (&["sum", "avg"], &[Type::Number]),
            (Type::Number, _) => (&["distinct"], &KEPT),
            (Type::Time, 0) => (&["min", "max"], &[Type::Time]),
            _ => (&["first", "last"], std::slice::from_ref(&KEPT[kept(of)])),
        };
        let function = self.random.of(functions);
        let what = (!types.is_empty()).then_some(types);
        let (rows, what) = self.rows(left - 1, what);
        match what {
            Some(what) => json!({"agg": {"fn": function, "expr": what, "of": rows}}),
            None => json!({"agg": {"fn": function, "of": rows}}),
        }
    }

    /// At most `left` high.
    fn operand(&mut self, left: usize, of: Type) -> Value {
        self.parts = self.parts.saturating_sub(1);
        let high = left > 3 && self.parts > 0;
        let kind = match self.deep && left > 4 {
            true => self.random.below(3),
            false => self.random.below(4),
        };
        match (of, kind) {
            (Type::Duration, _) => json!({"duration": Self::written(self.duration())}),
            (Type::Anniversary, _) if left > 1 => {
                json!({"call": {"fn": "anniversary", "args": [self.operand(left - 1, Type::Time)]}})
            }
            (Type::Number, 0) if high => {
                let sign = self.random.of(&["add", "sub", "mul", "div"]);
                let (one, other) = self.sides(left, of);
                json!({ sign: [one, other] })
            }
            (Type::Number, 1) if high && self.random.once_in(3) => {
                let (one, other) = self.sides(left, of);
                json!({"call": {"fn": "drop", "args": [one, other]}})
            }
            (Type::Number | Type::Text | Type::Flag | Type::Time | Type::Elapsed, 1 | 2)
                if high =>
            {
                self.aggregate(left, of)
            }
            (Type::Number | Type::Text | Type::Flag | Type::Time, 0 | 3)
                if self.random.once_in(2) =>
            {
                json!({"value": self.literal(of)})
            }
            _ => json!({"field": self.field_name()}),
        }
    }

    /// Two numbers, of which one is low: so that trees are deep rather than wide.
    fn sides(&mut self, left: usize, of: Type) -> (Value, Value) {
        let heights = if self.random.once_in(2) {
            (left - 1, 2)
        } else {
            (2, left - 1)
        };
        (self.operand(heights.0, of), self.operand(heights.1, of))
    }

    fn conditions(&mut self, left: usize) -> Value {
        let count = 2 + self.random.below(3);
        let high = self.random.below(count);
        let heights = (0..count).map(|at| if at == high { left } else { left.min(4) });
        let parts = heights.map(|left| self.condition(left)).collect();
        Value::Array(parts)
    }

    /// At most `left` high, which is at least 2.
    fn condition(&mut self, left: usize) -> Value {
        self.parts = self.parts.saturating_sub(1);
        let below = left - 1;
        let kind = match left > 3 && self.parts > 0 {
            true if self.deep && left > 4 => 10 + self.random.below(7),
            true => self.random.below(17),
            false => self.random.below(10),
        };
        match kind {
            0 => json!({"is_true": {"field": self.field_name()}}),
            1 => json!({"in_segment": self.text()}),
            2 => {
                let mut with = serde_json::Map::new();
                for _ in 0..self.random.below(4) {
                    let of = KEPT[self.random.below(4)];
                    with.insert(self.name(), self.literal(of));
                }
                match with.is_empty() {
                    true => json!({"template": {"name": self.text()}}),
                    false => json!({"template": {"name": self.text(), "with": with}}),
                }
            }
            3 | 4 | 16 => self.compared(below),
            5 => self.between(below),
            6 => {
                let of = KEPT[self.random.below(4)];
                let value = self.operand(below, of);
                let count = 1 + self.random.below(4);
                let list: Vec<Value> = (0..count).map(|_| self.literal(of)).collect();
                json!({"in": [value, list]})
            }
            7 => {
                let key = self.random.of(&["under", "contains"]);
                let value = self.operand(below, Type::Text);
                json!({ key: [value, self.text()] })
            }
            8 => {
                let of = [Type::Time, Type::Anniversary][self.random.below(2)];
                let value = self.operand(below, of);
                let key = self.random.of(&["last", "next"]);
                json!({"within": [value, {key: Self::written(self.duration())}]})
            }
            9 => {
                let key = self.random.of(&["missing", "known"]);
                let of = COMPARED[self.random.below(6)];
                json!({ key: self.operand(below, of) })
            }
            10 => json!({"all": self.conditions(below)}),
            11 => json!({"any": self.conditions(below)}),
            12 | 13 => json!({"not": self.condition(below)}),
            _ => {
                let key = self.random.of(&["has", "no"]);
                json!({ key: self.rows(below - 1, None).0 })
            }
        }
    }

    fn compared(&mut self, below: usize) -> Value {
        let of = COMPARED[self.random.below(6)];
        let signs: &[&str] = match of {
            Type::Text | Type::Flag => &["eq", "ne"],
            _ => &["eq", "ne", "lt", "le", "gt", "ge"],
        };
        let sign = self.random.of(signs);
        let other = match of {
            Type::Elapsed => [Type::Elapsed, Type::Duration][self.random.below(2)],
            Type::Duration => Type::Elapsed,
            of => of,
        };
        let heights = if self.random.once_in(2) {
            (below, below.min(3))
        } else {
            (below.min(3), below)
        };
        let (one, other) = (self.operand(heights.0, of), self.operand(heights.1, other));
        json!({ sign: [one, other] })
    }

    fn between(&mut self, below: usize) -> Value {
        match self.random.below(4) {
            0 => {
                let value = self.operand(below, Type::Elapsed);
                let (low, high) = self.ordered_durations();
                json!({"between": [value, {"duration": low}, {"duration": high}]})
            }
            1 => {
                let value = self.operand(below, Type::Time);
                let (low, high) = self.ordered_dates();
                json!({"between": [value, {"value": low}, {"value": high}]})
            }
            2 => {
                let value = self.operand(below, Type::Number);
                let (one, other) = (self.number(), self.number());
                let (low, high) = (number(one.min(other)), number(one.max(other)));
                json!({"between": [value, {"value": low}, {"value": high}]})
            }
            _ => {
                let of = [Type::Number, Type::Time][self.random.below(2)];
                let value = self.operand(below.min(3), of);
                let low = json!({"field": self.field_name()});
                json!({"between": [value, low, self.operand(below, of)]})
            }
        }
    }
}

/// Which of the types of kept values one is.
fn kept(of: Type) -> usize {
    KEPT.iter().position(|kept| *kept == of).unwrap_or(0)
}

/// A number as rules write it in JSON.
fn number(number: f64) -> Value {
    match number.fract() == 0.0 && number.abs() < 9e15 {
        true => json!(number as i64),
        false => json!(number),
    }
}

fn random_tree(random: &mut Random) -> (Value, bool) {
    let deep = random.once_in(16);
    let high = match random.below(4) {
        _ if deep => 40,
        0 => 20,
        _ => 7,
    };
    let parts = if deep { 200 } else { 1 + random.below(40) };
    let of_rule = random.below(8) > 0;
    let mut trees = Trees {
        random,
        parts,
        deep,
        bound: Vec::new(),
    };
    match of_rule {
        true => (trees.condition(high), true),
        false => (trees.operand(high, Type::Number), false),
    }
}

macro_rules! round_trips {
    ($name:ident, $of:ident, $key:literal) => {
        fn $name(tree: &Value) -> String {
            let given = json!({"version": 1, $key: tree}).to_string();
            let read = $of::from_json(&given).unwrap_or_else(|problem| panic!("{given}\n{problem}"));
            let (text, json) = (read.to_string(), read.to_json());
            let told: Value = serde_json::from_str(&json).unwrap();
            assert_eq!(told[$key], *tree, "{given}");
            let of_text = $of::parse(&text).unwrap_or_else(|problem| panic!("{text}\n{problem}"));
            let of_json = $of::from_json(&json).unwrap_or_else(|problem| panic!("{json}\n{problem}"));
            assert_eq!(of_text, read, "{text}");
            assert_eq!(of_json, read, "{json}");
            assert_eq!(of_text.to_string(), text);
            assert_eq!(of_text.to_json(), json);
            text
        }
    };
}

round_trips!(rule_round_trips, Rule, "rule");
round_trips!(formula_round_trips, Formula, "formula");

#[test]
fn a_hundred_thousand_trees_read_back_in_both_forms() {
    let _alone = alone();
    let part = |seed: usize| {
        let mut random = Random(0xc0b0 + seed as u64);
        let (mut longest, mut deepest) = (0, 0);
        for _ in 0..TREES / THREADS {
            let (tree, of_rule) = random_tree(&mut random);
            let text = match of_rule {
                true => rule_round_trips(&tree),
                false => formula_round_trips(&tree),
            };
            longest = longest.max(text.len());
            deepest = deepest.max(height(&tree));
        }
        (longest, deepest)
    };
    let found = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|seed| scope.spawn(move || part(seed)))
            .collect();
        let found = threads.into_iter().map(|thread| thread.join().unwrap());
        found.fold((0, 0), |one, other| {
            (one.0.max(other.0), one.1.max(other.1))
        })
    });
    println!(
        "the longest took {} bytes, the deepest nested {} in JSON",
        found.0, found.1
    );
    assert!(
        found.0 > 4000 && found.1 > 50,
        "the trees are too plain: {found:?}"
    );
}

/// How deep objects nest.
fn height(json: &Value) -> usize {
    match json {
        Value::Object(entries) => 1 + entries.values().map(height).max().unwrap_or(0),
        Value::Array(list) => list.iter().map(height).max().unwrap_or(0),
        _ => 0,
    }
}

// ---- Time ----

/// What `read` gives, in time.
fn in_time<T>(what: &str, read: impl Fn() -> T) -> T {
    // The longest text has 64 KiB.
    let longest = LONGEST * what.len().div_ceil(1 << 16).max(1) as u32;
    let start = Instant::now();
    let given = read();
    let mut fastest = start.elapsed();
    // A busy machine is no fault of a text.
    for _ in 0..50 {
        if fastest <= longest {
            return given;
        }
        std::thread::sleep(longest);
        let start = Instant::now();
        read();
        fastest = fastest.min(start.elapsed());
    }
    assert!(
        fastest <= longest,
        "{fastest:?} for {} bytes: {}",
        what.len(),
        what.chars().take(500).collect::<String>()
    );
    given
}

#[test]
fn the_longest_rules_are_read_in_time() {
    let _alone = alone();
    let up_to = |most: usize, part: &dyn Fn(usize) -> String, between: &str| {
        let mut text = part(0);
        for place in 1.. {
            let next = part(place);
            if text.len() + between.len() + next.len() > most {
                break;
            }
            text.push_str(between);
            text.push_str(&next);
        }
        text
    };
    let most = (1 << 16) - 100;
    let list = |part: &dyn Fn(usize) -> String| format!("a in ({})", up_to(most, part, ", "));
    let repeated = |part: &str, count: usize, between: &str| vec![part; count].join(between);
    let nested = |open: &str, inside: &str, close: &str, depth: usize| {
        format!("{}{inside}{}", open.repeat(depth), close.repeat(depth))
    };
    let longest = [
        list(&|place| format!("'item-{place}'")),
        list(&|place| place.to_string()),
        list(&|_| "1".to_owned()),
        list(&|_| "date '2025-01-31'".to_owned()),
        list(&|_| "date '2025-01-31T10:00:00Z'".to_owned()),
        list(&|_| "''''".to_owned()),
        format!("a = '{}'", "x".repeat(most)),
        format!("a = '{}'", "''".repeat(most / 2)),
        format!("`{}` = 1", "``".repeat(most / 2)),
        format!("a = 1{}", "0".repeat(299)),
        format!("a = 0.{}", "3".repeat(most)),
        format!("{}a", " ".repeat(most)),
        format!("{}a", "\n".repeat(most)),
        up_to(most, &|_| "a".to_owned(), ".") + " = 1",
        repeated("a", 5000, " and "),
        repeated("a = 1", 2500, " and "),
        repeated("(a or b)", 2500, " and "),
        repeated("has(orders in last 1d)", 2400, " or "),
        repeated("no(orders between 2mo ago and 1mo ago)", 1500, " or "),
        repeated("in segment 'x'", 3200, " or "),
        repeated("template('x', a=1)", 2800, " or "),
        repeated("a between 1 and 2", 2000, " and "),
        repeated("count(orders) = 1", 2000, " and "),
        repeated("a is missing", 3333, " or "),
        format!("{} > 0", repeated("a", 38, " + ")),
        nested("not ", "a = 1", "", 38),
        nested("(", "a", ")", 47),
        nested("has(orders where ", "a", ")", 18),
        nested("drop(1, ", "a", ")", 36) + " > 0",
        nested("count(orders where ", "a", ") > 0", 12),
    ];
    for text in &longest {
        let rule = in_time(text, || Rule::parse(text))
            .unwrap_or_else(|problem| panic!("{:.200}\n{:.500}", text, problem.to_string()));
        let json = rule.to_json();
        let again = in_time(&json, || Rule::from_json(&json)).unwrap();
        assert_eq!(again, rule);
        let printed = in_time(text, || rule.to_string());
        assert_eq!(Rule::parse(&printed).unwrap(), rule);
        in_time(text, || rule.version());
        in_time(text, || rule.fields());
    }
}

// ---- Mutations ----

/// Signs and words that mean something, or did in another language.
const TOKENS: [&str; 60] = [
    "(",
    ")",
    "((",
    "))",
    ",",
    ".",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "%",
    "'",
    "''",
    "`",
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ":",
    " and ",
    " or ",
    " not ",
    " in ",
    " between ",
    " under ",
    " contains ",
    " within ",
    " is ",
    " of ",
    " where ",
    " as ",
    " has(",
    " no(",
    " since ",
    " before ",
    " ago ",
    " any status ",
    " true ",
    " date '2025-01-31'",
    " 90d ",
    " 1mo ",
    " 0d ",
    "999999999999999999999",
    "0.1",
    "30%",
    "null",
    "\u{0}",
    "\u{202e}",
    "\u{feff}",
    "\u{a0}",
    "é",
    "👩‍🍼",
];

/// A text that is a little, or much, unlike one of `all`.
fn mutated(random: &mut Random, all: &[String]) -> String {
    let other = |random: &mut Random| all[random.below(all.len())].chars().collect::<Vec<_>>();
    let mut text = other(random);
    let times = 1 + random.below(4) * random.below(4);
    for _ in 0..times {
        if text.is_empty() {
            break;
        }
        let place = random.below(text.len());
        let end = (place + 1 + random.below(12)).min(text.len());
        match random.below(9) {
            0 => drop(text.drain(place..end)),
            1 => drop(text.remove(place)),
            2 | 3 => drop(text.splice(place..place, random.of(&TOKENS).chars())),
            4 => {
                let to = random.below(text.len());
                text.swap(place, to);
            }
            5 => {
                let other = other(random);
                let from = random.below(other.len() + 1);
                let to = from + random.below(other.len() - from + 1);
                drop(text.splice(place..end, other[from..to].iter().copied()));
            }
            6 => {
                // Now and then up to what is too long to be read.
                let most: usize = if random.once_in(40) { 70_000 } else { 4_096 };
                let piece = text[place..end].to_vec();
                let room = most.saturating_sub(text.len()) / piece.len();
                let count = random.below(room.max(1)).min(1 << random.below(17));
                drop(text.splice(place..place, piece.repeat(count)));
            }
            7 => text.truncate(place),
            _ => {
                // A byte turns into another, and what is no UTF-8 then into a sign for it.
                let mut bytes = text.iter().collect::<String>().into_bytes();
                let place = random.below(bytes.len());
                bytes[place] = random.number() as u8;
                text = String::from_utf8_lossy(&bytes).chars().collect();
            }
        }
    }
    text.into_iter().collect()
}

macro_rules! stays {
    ($name:ident, $of:ident) => {
        /// That what is read, if it is, reads back; whether it is.
        fn $name(read: cobuy::Result<$of>, given: &str) -> bool {
            let rule = match read {
                Ok(rule) => rule,
                Err(problem) => {
                    let said = problem.to_string();
                    assert!(
                        !said.is_empty() && said.len() < 4000,
                        "{given:.500}\n{said:.500}"
                    );
                    return false;
                }
            };
            let (text, json) = (rule.to_string(), rule.to_json());
            let of_text = in_time(&text, || $of::parse(&text));
            let of_json = in_time(&json, || $of::from_json(&json));
            assert_eq!(of_text.as_ref().ok(), Some(&rule), "{given:.2000}");
            assert_eq!(of_json.as_ref().ok(), Some(&rule), "{given:.2000}");
            assert_eq!(of_text.map(|rule| rule.to_string()).ok(), Some(text));
            rule.fields();
            rule.version();
            true
        }
    };
}

stays!(rule_stays, Rule);
stays!(formula_stays, Formula);

#[test]
fn mutated_rules_are_refused_or_read_back_and_soon() {
    let _alone = alone();
    let all = corpus::rules();
    let (mut texts, mut jsons) = (Vec::new(), Vec::new());
    for (key, good) in [("rule", &all.rules), ("formula", &all.formulas)] {
        for case in good {
            texts.push(case.text.clone());
            jsons.push(format!("{{\"version\":1,\"{key}\":{}}}", case.json));
        }
    }
    for case in corpus::bad() {
        texts.extend(case.text);
        jsons.extend(case.json);
    }
    let mut random = Random(0xc0b0);
    let (mut tried, mut read) = (0_u64, 0_u64);
    let start = Instant::now();
    while start.elapsed() < MUTATING {
        for _ in 0..100 {
            tried += 1;
            let is_read = match random.below(5) {
                0 | 1 => {
                    let text = mutated(&mut random, &texts);
                    rule_stays(in_time(&text, || Rule::parse(&text)), &text)
                }
                2 | 3 => {
                    let json = mutated(&mut random, &jsons);
                    rule_stays(in_time(&json, || Rule::from_json(&json)), &json)
                }
                _ => {
                    let text = mutated(&mut random, &texts);
                    formula_stays(in_time(&text, || Formula::parse(&text)), &text)
                }
            };
            read += u64::from(is_read);
        }
    }
    println!("{tried} tried, {read} of them read");
    assert!(read > tried / 100, "only {read} of {tried} were read");
}
