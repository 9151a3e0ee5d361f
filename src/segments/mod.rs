//! Rules over customers: who is in a segment, and why.
//!
//! ```
//! use cobuy::{History, OrderLine, Rule, Segments, Settings};
//! let lines = [
//!     OrderLine::new("1", "ann", "tea").price("600".parse()?),
//!     OrderLine::new("2", "bo", "cup").price("20".parse()?),
//! ];
//! let history = History::from_orders(lines, &Settings::default())?;
//! let segments = Segments::new([("vip", Rule::parse("sum(amount of orders) > 500")?)])?;
//! let rule = Rule::parse("in segment 'vip' and has(purchases where product = 'tea')")?;
//! let asked = segments.ask(&history, &rule)?;
//! assert_eq!(asked.holds("ann")?, Some(true));
//! assert_eq!(asked.holds("bo")?, Some(false));
//! println!("{}", asked.explain("bo")?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The language is that of [`rules`](crate::rules). "Now" is the history's `as_of`, and the calendar that
//! of its time zone. Nothing is hidden from a rule: to ask as of another instant, make that history first
//! ([`History::as_of`]).
//!
//! A **customer** has `customer_id` and the columns of the table of customers. Of the **rows** each has
//! `at`, its time, and these columns, as far as the shop tells what they are made of:
//!
//! - `purchases` are lines of fulfilled orders of which something is left after returns: `product`, `price`,
//!   `quantity` (what is left), `amount`, `discount`, `discount_share` (of the amount before the discount),
//!   `cost`, `margin`, what the order has once (`order_id`, `channel`, `campaign`, `status`,
//!   `ordered_at`), and the shop's own columns of orders. `at` is the order's instant. Of a line that came
//!   back in part, amount and discount are as told times left / quantity, rounded to ten-thousandths,
//!   halves away from zero. A line that tells no discount has none taken off.
//! - `orders` are fulfilled orders with such a line. `quantity`, `amount`, `discount` and `margin` are sums
//!   over those lines, missing where one of them is; `items` is how many distinct items they hold. A column
//!   of the shop's own is the one value that its lines told, whatever came back of them; missing where two
//!   differ.
//! - `purchases any status` and `orders any status` are as told, whatever the status and whatever came
//!   back.
//! - `returns` are rows that came back, of orders that count, matched or not; columns as those of
//!   purchases, quantity and amount positive, and `return_of`. `at` is the row's own time.
//! - `cancellations` are orders that were called off, as `orders any status` tells them.
//! - **events** by their kind: `views`, `searches`, `carts`, `visits`, `emails`, `coupons`, `referrals`,
//!   `events('x')`. `wishlist` is what was added and not removed at that instant or later; what names
//!   no item is never removed. `kind`, `product`, `value`, `price` (then), `query`, and the shop's own.
//!
//! Items that the shop ignores are in none of the rows that are made of orders. A row about an item has
//! its `category`, `brand`, `name`, `group` and own columns, and all that is told of it behind `product.`:
//! `product.category`, `product.price` (now), `product.cost`, `product.margin`, `product.stock`,
//! `product.in_stock`. Of columns with one name, those named here go first, then the shop's own columns of
//! the row, then the item's.
//!
//! Rows stand by time, those without one first; then by order id, item id and remaining values.
//!
//! `in segment` is unknown where the segment's rule is.

mod columns;
mod facts;
mod fields;
mod graph;
mod lines;
mod rows;

use crate::error::{Error, Result};
use crate::history::{History, zone};
use crate::rules::{Clock, Evaluation, MOST_ROWS, Rule, RuleProblem, Test, Verdict, explain};
use crate::text::{grouped, shown};
use crate::watch::Watch;
use facts::{Fact, People};
use graph::of_segment;
use rows::Person;
use std::collections::BTreeMap;

/// Rules over customers by name, which other rules may ask for: `in segment 'vip'`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Segments {
    /// Sorted.
    names: Vec<String>,
    rules: Vec<Rule>,
    /// Places, each behind those that it asks for.
    order: Vec<usize>,
}

impl Segments {
    /// Named rules, in any order.
    ///
    /// # Errors
    /// [`Error::Rule`] where a rule asks for a segment that there is not, where segments ask for each
    /// other in a circle, and for a name that is given twice.
    pub fn new<N: Into<String>>(rules: impl IntoIterator<Item = (N, Rule)>) -> Result<Self> {
        let mut named = BTreeMap::new();
        for (name, rule) in rules {
            let name = name.into();
            if named.contains_key(&name) {
                let problem = format!("there are two segments `{}`", shown(&name));
                return Err(Error::rule(RuleProblem::new(problem)));
            }
            named.insert(name, rule);
        }
        let (names, rules): (Vec<String>, Vec<Rule>) = named.into_iter().unzip();
        let order = graph::in_order(&names, &rules)?;
        Ok(Segments {
            names,
            rules,
            order,
        })
    }

    /// The segments by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Rule)> {
        self.names.iter().map(String::as_str).zip(&self.rules)
    }

    /// Makes a rule ready to be asked of the customers of a history.
    ///
    /// # Errors
    /// [`Error::Rule`] with line and column for names that this shop does not have and for types that
    /// do not fit, in the rule and in the segments that it asks for.
    pub fn ask<'a>(&self, history: &'a History, rule: &Rule) -> Result<CustomerRule<'a>> {
        let as_of = history.summary().as_of.map(|as_of| as_of.0);
        let clock = Clock::new(as_of, zone(&history.settings().time_zone)?);
        let people = People {
            history,
            segments: &self.names,
        };
        let plan = rule.plan(&people, &clock)?;
        let mut before = Vec::new();
        for place in self.needed(rule) {
            let (name, rule) = (&self.names[place], &self.rules[place]);
            let plan = rule.plan(&people, &clock).map_err(|error| match error {
                Error::Rule(problem) => of_segment(name, *problem),
                error => error,
            })?;
            before.push((place, plan));
        }
        Ok(CustomerRule {
            history,
            clock,
            rule: rule.clone(),
            plan,
            before,
            segments: self.names.len(),
        })
    }

    /// The segments that a rule asks for, and those that they ask for, each behind its own.
    fn needed(&self, rule: &Rule) -> Vec<usize> {
        let mut needed = vec![false; self.names.len()];
        let mark = |rule: &Rule, needed: &mut [bool]| {
            for name in rule.segments().keys() {
                if let Ok(place) = self.names.binary_search(name) {
                    needed[place] = true;
                }
            }
        };
        mark(rule, &mut needed);
        for &place in self.order.iter().rev() {
            if needed[place] {
                mark(&self.rules[place], &mut needed);
            }
        }
        let order = self.order.iter().copied();
        order.filter(|&place| needed[place]).collect()
    }
}

/// A rule that was checked against a history, to be asked of its customers one by one.
pub struct CustomerRule<'a> {
    history: &'a History,
    clock: Clock,
    rule: Rule,
    plan: Test<Fact>,
    /// The segments to be told before it, in order.
    before: Vec<(usize, Test<Fact>)>,
    /// How many segments there are in all.
    segments: usize,
}

impl std::fmt::Debug for CustomerRule<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CustomerRule({})", self.rule)
    }
}

impl CustomerRule<'_> {
    /// Whether the rule holds of a customer; `None`: unknown, which does not count as a member.
    ///
    /// # Errors
    /// [`Error::UnknownCustomer`] for an id that no table names; [`Error::Rule`] where rows within rows
    /// are too many to look at.
    pub fn holds(&self, customer: &str) -> Result<Option<bool>> {
        self.holds_of(self.find(customer)?)
    }

    /// The ids of all customers of whom it holds, by index.
    ///
    /// # Errors
    /// As [`CustomerRule::holds`]; [`Error::Cancelled`].
    pub fn members(&self, watch: Watch<'_>) -> Result<Vec<&str>> {
        let mut members = Vec::new();
        for (customer, id) in self.history.customers().iter().enumerate() {
            watch.check()?;
            if self.holds_of(customer)? == Some(true) {
                members.push(id);
            }
        }
        Ok(members)
    }

    fn holds_of(&self, customer: usize) -> Result<Option<bool>> {
        let segments = self.segments_of(customer)?;
        let person = self.person(customer, &segments);
        let mut evaluation = Evaluation::new(&person, &self.clock);
        let holds = evaluation.test(&self.plan);
        self.within_bounds(&evaluation)?;
        Ok(holds)
    }

    /// Why it does or does not: each clause with its value and verdict.
    ///
    /// # Errors
    /// As [`CustomerRule::holds`].
    pub fn explain(&self, customer: &str) -> Result<Verdict> {
        let customer = self.find(customer)?;
        let segments = self.segments_of(customer)?;
        let person = self.person(customer, &segments);
        let mut evaluation = Evaluation::new(&person, &self.clock);
        let verdict = explain(self.rule.tree(), &self.plan, &mut evaluation);
        self.within_bounds(&evaluation)?;
        Ok(verdict)
    }

    /// Refuses an answer that would have taken too long.
    fn within_bounds<'p>(&self, evaluation: &Evaluation<'p, Fact, Person<'p>>) -> Result<()> {
        match evaluation.is_overrun() {
            false => Ok(()),
            true => Err(Error::rule(RuleProblem::new(format!(
                "`{}` looks at more than {} rows of one customer, rows within rows counted each time: give the \
                 inner ones a window, or say it in fewer steps",
                shown(&self.rule.to_string()),
                grouped(MOST_ROWS)
            )))),
        }
    }

    fn find(&self, customer: &str) -> Result<usize> {
        let found = self.history.customers().find(customer);
        found.ok_or_else(|| Error::UnknownCustomer {
            customer: shown(customer),
        })
    }

    fn person<'b>(&'b self, customer: usize, segments: &'b [Option<bool>]) -> Person<'b> {
        Person {
            history: self.history,
            customer,
            segments,
        }
    }

    /// In which of the segments that are asked for a customer is.
    fn segments_of(&self, customer: usize) -> Result<Vec<Option<bool>>> {
        let mut segments = vec![None; self.segments];
        for (place, plan) in &self.before {
            let person = self.person(customer, &segments);
            let mut evaluation = Evaluation::new(&person, &self.clock);
            let holds = evaluation.test(plan);
            self.within_bounds(&evaluation)?;
            segments[*place] = holds;
        }
        Ok(segments)
    }
}
