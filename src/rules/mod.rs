//! One expression language over a shop's customers and over its goods: a rule says whom a segment means,
//! and which goods may be suggested.
//!
//! A [`Rule`] is true, false or unknown; a [`Formula`] has a number as its value. Both have two forms that
//! say the same: a text, and JSON for programs. What they name is checked when they meet a shop.
//!
//! ```
//! use cobuy::Rule;
//! let rule = Rule::parse("count(orders in last 90d)>=2 and not (country in('PL','DE'))")?;
//! assert_eq!(rule.to_string(), "count(orders in last 90d) >= 2 and country not in ('PL', 'DE')");
//! let json = r#"{"version":1,"rule":{"all":[{"ge":[{"agg":{"fn":"count","of":{"source":"orders","window":{"last":"90d"}}}},{"value":2}]},{"not":{"in":[{"field":"country"},["PL","DE"]]}}]}}"#;
//! assert_eq!(rule.to_json(), json);
//! assert_eq!(Rule::from_json(json)?, rule);
//! # Ok::<(), cobuy::Error>(())
//! ```
//!
//! # Grammar
//!
//! ```text
//! rule       = or ;
//! or         = and { "or" and } ;
//! and        = not { "and" not } ;
//! not        = "not" not | primary ;
//! primary    = "in" "segment" text | ("has"|"no") "(" rows ")" | template | "(" or ")" | comparison ;
//! comparison = sum ( cmp sum | [ "not" ] "between" sum "and" sum | [ "not" ] "in" "(" value {"," value} ")"
//!            | "under" text | "contains" text | "within" ("last"|"next") duration
//!            | "is" ("missing"|"known") ) | field ;
//! sum        = product { ("+"|"-") product } ;   product = unit { ("*"|"/") unit } ;
//! unit       = value | duration | field | call | aggregate | "(" sum ")" ;
//! value      = number | percent | text | date | "true" | "false" ;
//! call       = "anniversary" "(" sum ")" | "drop" "(" sum "," sum ")" ;
//! aggregate  = ("count"|"recency") "(" rows ")"
//!            | ("sum"|"avg"|"min"|"max"|"distinct"|"first"|"last") "(" sum "of" rows ")" ;
//! rows       = source [ "any" "status" ] [ window ] [ "as" name ] [ "where" or ] ;
//! window     = "in" ("last"|"first") duration | "between" point "and" point | "since" point | "before" point ;
//! point      = date | duration "ago" | field ;
//! duration   = integer ("h"|"d"|"w"|"mo"|"y") ;
//! source     = "orders"|"purchases"|"returns"|"cancellations"|"views"|"searches"|"carts"|"wishlist"|"visits"
//!            | "emails"|"coupons"|"referrals"|"events" "(" text ")" ;
//! template   = "template" "(" text {"," name "=" value} ")" ;
//! field      = name { "." name } ;
//! ```
//!
//! Words are lower case; a field called as one of them, or with spaces, stands in backticks. A text is
//! `'...'`, with `''` for a quote in it. A date is `date '2025-01-31'`, the midnight that begins a day of the
//! shop's zone, or `date '2025-01-31T10:00:00Z'`. `30%` is 0.3. A rule takes at most 64 KiB, nests at most
//! 40 levels and has at most 10,000 parts.
//!
//! # JSON
//!
//! A condition or an operand is an object of one key, which names what it is; unknown keys are refused.
//!
//! | text | JSON |
//! |---|---|
//! | `a and b`, `a or b`, `not a` | `{"all":[A,B]}`, `{"any":[A,B]}`, `{"not":A}` |
//! | `x = 1`, and `!=` `<` `<=` `>` `>=` | `{"eq":[X,{"value":1}]}`, and `ne` `lt` `le` `gt` `ge` |
//! | `x between 1 and 2` | `{"between":[X,{"value":1},{"value":2}]}` |
//! | `x in ('a', 2)` | `{"in":[X,["a",2]]}` |
//! | `x under 'a/b'`, `x contains 'a'` | `{"under":[X,"a/b"]}`, `{"contains":[X,"a"]}` |
//! | `x within last 7d` | `{"within":[X,{"last":"7d"}]}` |
//! | `x is missing`, `x is known`, `x` | `{"missing":X}`, `{"known":X}`, `{"is_true":X}` |
//! | `has(ROWS)`, `no(ROWS)` | `{"has":ROWS}`, `{"no":ROWS}` |
//! | `in segment 'vip'` | `{"in_segment":"vip"}` |
//! | `template('at_risk', days=90)` | `{"template":{"name":"at_risk","with":{"days":90}}}` |
//! | `x`, `1`, `'a'`, `true`, `90d` | `{"field":"x"}`, `{"value":1}`, `{"value":"a"}`, `{"value":true}`, `{"duration":"90d"}` |
//! | `date '2025-01-31'` | `{"value":{"date":"2025-01-31"}}`; in a list `{"date":"2025-01-31"}` |
//! | `x + y`, and `-` `*` `/` | `{"add":[X,Y]}`, and `sub` `mul` `div` |
//! | `drop(x, y)`, `anniversary(x)` | `{"call":{"fn":"drop","args":[X,Y]}}` |
//! | `count(ROWS)`, `sum(x of ROWS)` | `{"agg":{"fn":"count","of":ROWS}}`, `{"agg":{"fn":"sum","expr":X,"of":ROWS}}` |
//! | `orders any status WINDOW as w where A` | `{"source":"orders","status":"any","window":WINDOW,"as":"w","where":A}` |
//! | `events('x')` | `{"source":{"events":"x"}}` |
//! | `in last 90d`, `in first 90d` | `{"last":"90d"}`, `{"first":"90d"}` |
//! | `between P and Q`, `since P`, `before P` | `{"between":[P,Q]}`, `{"since":P}`, `{"before":P}` |
//! | `date '2025-01-31'`, `90d ago`, `w.at` as points | `{"date":"2025-01-31"}`, `{"ago":"90d"}`, `{"field":"w.at"}` |
//!
//! The envelope names the version: `{"version":1,"rule":A}`, of a formula `{"version":1,"formula":X}`. Templates
//! are read and written; no shop has any yet, so that asking for one is refused.
//!
//! # Meaning
//!
//! - **Missing is neither true nor false** (Kleene): a comparison with a missing value is unknown, `not` of
//!   it too, and what is unknown at the top does not count as a member. There is no null: ask `is missing`.
//!   A row whose `where` is unknown is not selected, so `has`, `no` and `count` are always known.
//! - **No rows**: `count`, `sum` and `distinct` are 0; `avg`, `min`, `max`, `first`, `last` and `recency` are
//!   missing. They skip missing values; the sum of missing values alone is missing. A division by zero is
//!   missing.
//! - **Time.** A rule is evaluated at the instant that the history calls "now". Windows hold their start
//!   and not their end, and nothing from "now" on: `last 90d` is from 90 days ago to now. `h` are exact
//!   hours; `d w mo y` are steps of the shop's calendar, clamped to the month's end. `recency(orders) > 1mo`
//!   compares instants: the last order was before a month ago. `in first 30d` counts from the first
//!   fulfilled order. An anniversary is within a window that its day touches; 29 February comes
//!   again on the 28th.
//! - **Comparing.** `=`, `in` and `under` are exact, `under` by whole parts of a path; `contains` folds
//!   case; both bounds of `between` belong to it. Money is in the shop's currency, and its sums are exact.
//! - **first, last** go by time, ties by order id, then item id, then the remaining values; rows without a
//!   time stand first.
//! - **Cost** is bounded. Rows within rows are as many as their product: an answer that would look at more
//!   than ten million rows of one customer is refused.
//! - **Names.** Inside of `where` a name is a column of the rows; `as w` names the row, for rules within;
//!   `customer.` is the customer.

mod check;
mod clock;
mod dates;
mod evaluate;
mod explain;
mod json;
mod names;
mod plan;
mod problem;
mod text;
mod tree;
mod types;
mod words;

pub use explain::{ClauseValue, Verdict};
pub use problem::{Place, RuleProblem};

pub(crate) use check::Checker;
pub(crate) use clock::Clock;
pub(crate) use evaluate::{Evaluation, MOST_ROWS, Value, World, contains, is_under, mean};
pub(crate) use explain::explain;
pub(crate) use plan::{Constant, Expr, ExprKind, Test, Whose};
pub(crate) use tree::{Arithmetic, Comparison, Source};
pub(crate) use types::{Schema, Type};

use crate::error::{Error, Result};
use json::Json;
use names::Names;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use tree::{At, Condition, Operand};
use types::Anything;

/// The version of the JSON form that this version reads and writes.
const VERSION: u64 = 1;

/// A condition over customers or goods. See the [module](self).
///
/// Two rules are equal where their trees are, however they were written.
#[derive(Clone)]
pub struct Rule {
    tree: Condition,
    /// As it was written, for messages.
    written: String,
}

/// An expression with a number as its value, such as `margin / price`. See the [module](self).
#[derive(Clone)]
pub struct Formula {
    tree: Operand,
    /// As it was written, for messages.
    written: String,
}

macro_rules! forms {
    ($name:ident, $key:literal, $read:path, $of_json:path, $to_json:path) => {
        impl $name {
            /// Reads the text form.
            ///
            /// # Errors
            /// [`Error::Rule`] with line, column and what was expected.
            pub fn parse(text: &str) -> Result<Self> {
                let tree = $read(text).map_err(Error::rule)?;
                fits(text, &tree).map_err(Error::rule)?;
                let read = $name {
                    tree,
                    written: text.to_owned(),
                };
                read.check_types()?;
                Ok(read)
            }

            /// Reads either form: what begins with `{` is JSON.
            ///
            /// # Errors
            #[doc = concat!("As [`", stringify!($name), "::parse`] and [`", stringify!($name), "::from_json`].")]
            pub fn read(written: &str) -> Result<Self> {
                match written.trim_start().starts_with('{') {
                    true => $name::from_json(written),
                    false => $name::parse(written),
                }
            }

            /// Reads the JSON form.
            ///
            /// # Errors
            /// [`Error::Rule`] with the path in the JSON: for what is no JSON, an unknown key, a newer
            /// version.
            pub fn from_json(json: &str) -> Result<Self> {
                let json = read_json(json).and_then(|json| opened(&json, $key));
                let tree = json.and_then(|json| $of_json(&json, concat!("$.", $key)));
                let tree = tree.map_err(Error::rule)?;
                // What can be written can be read: limits are those of the text.
                let read = $name::parse(&tree.to_string())?;
                match read.tree == tree {
                    true => Ok(read),
                    false => Err(Error::rule(RuleProblem::new(
                        "the JSON says what no text can say",
                    ))),
                }
            }

            /// The JSON form, in its one spelling.
            pub fn to_json(&self) -> String {
                let version = Json::Number(VERSION as f64);
                let envelope = vec![
                    ("version".to_owned(), version),
                    ($key.to_owned(), $to_json(&self.tree)),
                ];
                // Texts and finite numbers can always be written.
                serde_json::to_string(&Json::Object(envelope)).unwrap_or_default()
            }

            /// The version of what it says: BLAKE3 of its JSON form, in hexadecimal.
            pub fn version(&self) -> String {
                blake3::hash(self.to_json().as_bytes()).to_hex().to_string()
            }
        }

        impl fmt::Display for $name {
            /// The one spelling of its text, which reads back as the same.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.tree.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl From<&$name> for String {
            fn from(form: &$name) -> String {
                form.to_string()
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.tree == other.tree
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                $name::parse(text)
            }
        }

        impl Serialize for $name {
            /// As its text.
            fn serialize<S: serde::Serializer>(
                &self,
                to: S,
            ) -> std::result::Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
    };
}

forms!(
    Rule,
    "rule",
    text::condition,
    json::condition,
    json::of_condition
);
forms!(
    Formula,
    "formula",
    text::operand,
    json::operand,
    json::of_operand
);

impl Rule {
    /// The names of the fields it asks for, each once: of rows as `orders.amount`.
    pub fn fields(&self) -> Vec<String> {
        let mut names = Names::default();
        names.of_condition(&self.tree);
        names.found.into_iter().collect()
    }

    /// Compares types as far as they are known without a shop.
    fn check_types(&self) -> Result<()> {
        self.plan(&Anything, &no_clock()).map(|_| ())
    }

    /// Looks up names and compares types.
    pub(crate) fn plan<S: Schema>(&self, schema: &S, clock: &Clock) -> Result<Test<S::Fact>> {
        let mut checker = Checker::new(schema, clock, &self.written);
        checker.condition(&self.tree).map_err(Error::rule)
    }

    pub(crate) fn tree(&self) -> &Condition {
        &self.tree
    }

    /// The names of the segments that it asks for, and where each first stands.
    pub(crate) fn segments(&self) -> BTreeMap<String, At> {
        let mut names = Names::default();
        names.of_condition(&self.tree);
        names.segments
    }

    /// What is wrong at a place of it.
    pub(crate) fn problem(&self, at: At, problem: impl Into<String>) -> RuleProblem {
        RuleProblem::new(problem).at(&self.written, at)
    }
}

impl Formula {
    /// The names of the fields it asks for, each once: of rows as `orders.amount`.
    pub fn fields(&self) -> Vec<String> {
        let mut names = Names::default();
        names.of_operand(&self.tree);
        names.found.into_iter().collect()
    }

    /// Compares types as far as they are known without a shop.
    fn check_types(&self) -> Result<()> {
        self.plan(&Anything, &no_clock()).map(|_| ())
    }

    /// Looks up names and compares types.
    pub(crate) fn plan<S: Schema>(&self, schema: &S, clock: &Clock) -> Result<Expr<S::Fact>> {
        let mut checker = Checker::new(schema, clock, &self.written);
        let plan = checker.expr(&self.tree).map_err(Error::rule)?;
        match plan.of {
            Type::Number | Type::Any => Ok(plan),
            of => {
                let problem = format!(
                    "`{}` is {of}, but a number is needed",
                    check::Told(&self.tree)
                );
                let problem = RuleProblem::new(problem).at(&self.written, self.tree.at);
                Err(Error::rule(problem))
            }
        }
    }
}

/// A clock for rules that meet no shop.
fn no_clock() -> Clock {
    Clock::new(Some(0), jiff::tz::TimeZone::UTC)
}

/// That the one spelling of a rule can be read back, though it takes more spaces.
fn fits(text: &str, tree: &impl fmt::Display) -> std::result::Result<(), RuleProblem> {
    /// No text grows to four times its length.
    const SHORT: usize = text::LONGEST / 4;
    if text.len() <= SHORT {
        return Ok(());
    }
    text::fits(&tree.to_string())
}

fn read_json(text: &str) -> std::result::Result<Json, RuleProblem> {
    /// JSON says in four times as many letters what a text says.
    const LONGEST: usize = 4 * text::LONGEST;
    if text.len() > LONGEST {
        return Err(RuleProblem::new(format!(
            "the JSON takes {} bytes, but at most {LONGEST} are read",
            text.len()
        )));
    }
    serde_json::from_str(text)
        .map_err(|problem| RuleProblem::new(format!("no JSON of a rule: {problem}")))
}

/// What the envelope holds.
fn opened(json: &Json, key: &str) -> std::result::Result<Json, RuleProblem> {
    let known = ["version", key];
    let Json::Object(entries) = json else {
        let problem = format!(
            "found {}, but expected {{\"version\":1,\"{key}\":{{...}}}}",
            json.found()
        );
        return Err(RuleProblem::new(problem).on("$"));
    };
    let value = |name: &str| {
        entries
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    };
    // First of all: a newer version may have keys that this one does not know.
    if let Some(Json::Number(version)) = value("version")
        && *version > VERSION as f64
    {
        let problem = format!(
            "it is of version {version}, and this cobuy reads up to version {VERSION}: use a newer cobuy"
        );
        return Err(RuleProblem::new(problem).on("$.version"));
    }
    for (name, _) in entries {
        if !known.contains(&name.as_str()) {
            let problem =
                RuleProblem::new(format!("there is no key `{}`", crate::text::shown(name)));
            return Err(problem.near(crate::near::near(name, known)).on("$"));
        }
    }
    match value("version") {
        Some(Json::Number(version)) if *version == VERSION as f64 => {}
        _ => {
            let problem = "the key `version` is needed, and holds 1";
            return Err(RuleProblem::new(problem).on("$.version"));
        }
    }
    let needed = || RuleProblem::new(format!("the key `{key}` is missing")).on("$");
    value(key).cloned().ok_or_else(needed)
}
