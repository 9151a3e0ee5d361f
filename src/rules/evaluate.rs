//! A plan evaluated for one subject: Kleene's logic of three values (Kleene 1938), plainly.

use super::clock::{Clock, EARLIEST, LATEST};
use super::plan::{Constant, Edge, Expr, ExprKind, Rows, Stretch, Test, Whose};
use super::tree::{AggregateFunction, Comparison, Direction, Duration, Source};
use std::cmp::Ordering;

/// Rows within rows are as many as their product. An evaluation looks at no more of them.
pub(crate) const MOST_ROWS: u64 = 10_000_000;

/// A value that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Number(f64),
    /// So many parts of a whole that has as many: money and quantities, whose sums are exact.
    Fixed(i64, i64),
    Text(&'a str),
    Flag(bool),
    Time(i64),
    /// The instant since which time has passed.
    Since(i64),
}

impl Value<'_> {
    pub(crate) fn number(self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(number),
            Value::Fixed(parts, one) => Some(parts as f64 / one as f64),
            _ => None,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn time(self) -> Option<i64> {
        match self {
            Value::Time(at) => Some(at),
            _ => None,
        }
    }

    /// How it compares with another of its type.
    pub(crate) fn compare(self, other: Value<'_>) -> Option<Ordering> {
        match (self, other) {
            (Value::Text(one), Value::Text(other)) => Some(one.cmp(other)),
            (Value::Flag(one), Value::Flag(other)) => Some(one.cmp(&other)),
            (Value::Time(one), Value::Time(other)) => Some(one.cmp(&other)),
            // What was earlier is longer ago.
            (Value::Since(one), Value::Since(other)) => Some(other.cmp(&one)),
            (one, other) => one.number()?.partial_cmp(&other.number()?),
        }
    }
}

impl Constant {
    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Constant::Number(number) => Value::Number(*number),
            Constant::Text(text) => Value::Text(text),
            Constant::Flag(flag) => Value::Flag(*flag),
            Constant::Time(at) => Value::Time(*at),
        }
    }
}

/// What is known of one subject.
pub(crate) trait World<F> {
    /// A row of the subject.
    type Row: Copy;

    /// A field of the subject; `None` where it is missing.
    fn value(&self, fact: &F) -> Option<Value<'_>>;

    /// Rows in their one order: by time, those without one first; then by order, item and remaining
    /// values.
    fn rows(&self, source: &Source, any_status: bool) -> Vec<Self::Row>;

    /// When a row was.
    fn at(&self, row: Self::Row) -> Option<i64>;

    /// A field of a row.
    fn of_row(&self, row: Self::Row, fact: &F) -> Option<Value<'_>>;

    /// When the first fulfilled order was.
    fn first_order(&self) -> Option<i64>;

    /// Whether the subject is in a segment; `None` where that is unknown.
    fn in_segment(&self, place: usize) -> Option<bool>;
}

/// One subject, being asked. `rows` are those of the selectors around the place.
pub(crate) struct Evaluation<'a, F, W: World<F>> {
    pub world: &'a W,
    pub clock: &'a Clock,
    rows: Vec<W::Row>,
    /// How many rows were looked at.
    looked_at: u64,
    facts: std::marker::PhantomData<F>,
}

impl<'a, F: 'a, W: World<F>> Evaluation<'a, F, W> {
    pub(crate) fn new(world: &'a W, clock: &'a Clock) -> Self {
        Evaluation {
            world,
            clock,
            rows: Vec::new(),
            looked_at: 0,
            facts: std::marker::PhantomData,
        }
    }

    /// Whether more rows were looked at than may be: then the answer is none.
    pub(crate) fn is_overrun(&self) -> bool {
        self.looked_at > MOST_ROWS
    }

    /// Whether a condition holds; `None`: unknown.
    pub(crate) fn test(&mut self, test: &'a Test<F>) -> Option<bool> {
        match test {
            Test::All(parts) => self.every(parts, true),
            Test::Any(parts) => self.every(parts, false),
            Test::Not(part) => self.test(part).map(|holds| !holds),
            Test::Has(rows) => Some(!self.selected(rows).is_empty()),
            Test::No(rows) => Some(self.selected(rows).is_empty()),
            Test::Segment(place) => self.world.in_segment(*place),
            Test::Compare(by, sides) => self.compare(*by, &sides.0, &sides.1),
            Test::Between(parts) => {
                let [value, low, high] = &**parts;
                let above = self.compare(Comparison::Ge, value, low);
                and(above, self.compare(Comparison::Le, value, high))
            }
            Test::In(value, list) => {
                let value = self.value(value)?;
                let equal =
                    |one: &Constant| value.compare(one.value()).is_some_and(Ordering::is_eq);
                Some(list.iter().any(equal))
            }
            Test::Under(value, path) => Some(is_under(self.value(value)?.text()?, path)),
            Test::Contains(value, part) => Some(contains(self.value(value)?.text()?, part)),
            Test::Within(value, direction, duration) => self.within(value, *direction, *duration),
            Test::Missing(value) => Some(self.value(value).is_none()),
            Test::Known(value) => Some(self.value(value).is_some()),
            Test::IsTrue(value) => match self.value(value)? {
                Value::Flag(flag) => Some(flag),
                _ => None,
            },
        }
    }

    /// All of some conditions, or any of them.
    fn every(&mut self, parts: &'a [Test<F>], all: bool) -> Option<bool> {
        let mut verdict = Some(all);
        for part in parts {
            match self.test(part) {
                Some(holds) if holds != all => return Some(holds),
                Some(_) => {}
                None => verdict = None,
            }
        }
        verdict
    }

    fn compare(&mut self, by: Comparison, left: &'a Expr<F>, right: &'a Expr<F>) -> Option<bool> {
        let left = self.value(left)?;
        let order = left.compare(self.value(right)?)?;
        Some(by.holds(order))
    }

    fn within(
        &mut self,
        value: &'a Expr<F>,
        direction: Direction,
        duration: Duration,
    ) -> Option<bool> {
        let (from, to) = self.clock.window(direction, duration)?;
        match &value.kind {
            ExprKind::Anniversary(of) => {
                let first = self.value(of)?.time()?;
                Some(self.clock.comes_again(first, from, to))
            }
            _ => {
                let at = self.value(value)?.time()?;
                Some(from <= at && at < to)
            }
        }
    }

    /// A value; `None` where it is missing.
    pub(crate) fn value(&mut self, expr: &'a Expr<F>) -> Option<Value<'a>> {
        match &expr.kind {
            ExprKind::Field(Whose::Subject, fact) => self.world.value(fact),
            ExprKind::Field(Whose::Row(level), fact) => {
                let row = *self.rows.get(*level)?;
                self.world.of_row(row, fact)
            }
            ExprKind::Constant(constant) => Some(constant.value()),
            ExprKind::Ago(instant) => Some(Value::Since(*instant)),
            ExprKind::Aggregate(function, what, rows) => {
                self.aggregate(*function, what.as_deref(), rows).0
            }
            ExprKind::Anniversary(of) => self.value(of),
            ExprKind::Drop(sides) => {
                let before = self.value(&sides.0)?.number()?;
                let after = self.value(&sides.1)?.number()?;
                finite((before - after) / before)
            }
            ExprKind::Arithmetic(sign, sides) => {
                let left = self.value(&sides.0)?.number()?;
                let right = self.value(&sides.1)?.number()?;
                sign.of(left, right).map(Value::Number)
            }
        }
    }

    /// The rows of a selector that are in its window and of which its condition holds.
    pub(crate) fn selected(&mut self, of: &'a Rows<F>) -> Vec<W::Row> {
        let Some((from, to)) = self.bounds(of.window.as_ref()) else {
            return Vec::new();
        };
        let unbounded = of.window.is_none();
        if self.is_overrun() {
            return Vec::new();
        }
        let mut selected = self.world.rows(&of.source, of.any_status);
        self.looked_at += selected.len() as u64;
        selected.retain(|&row| {
            let within = |at: i64| from <= at && at < to;
            unbounded || self.world.at(row).is_some_and(within)
        });
        if let Some(filter) = &of.filter {
            selected.retain(|&row| {
                self.rows.push(row);
                let holds = self.test(filter) == Some(true);
                self.rows.pop();
                holds
            });
        }
        selected
    }

    /// A window's bounds, clipped at "now"; `None` where it holds nothing.
    fn bounds(&mut self, window: Option<&'a Stretch<F>>) -> Option<(i64, i64)> {
        let (from, to) = match window {
            None => return Some((EARLIEST, LATEST)),
            Some(Stretch::Between(from, to)) => {
                (self.edge(from, EARLIEST)?, self.edge(to, LATEST)?)
            }
            Some(Stretch::First(duration)) => {
                let first = self.world.first_order()?;
                (first, self.clock.moved(first, *duration, false))
            }
        };
        let now = self.clock.now().unwrap_or(LATEST);
        Some((from, to.min(now)))
    }

    fn edge(&mut self, edge: &'a Edge<F>, open: i64) -> Option<i64> {
        match edge {
            Edge::Open => Some(open),
            Edge::At(at) => Some(*at),
            Edge::Field(expr) => self.value(expr)?.time(),
        }
    }

    /// An aggregate, how many rows it is of, and how many of them it skips since their value is
    /// missing.
    pub(crate) fn aggregate(
        &mut self,
        function: AggregateFunction,
        what: Option<&'a Expr<F>>,
        rows: &'a Rows<F>,
    ) -> (Option<Value<'a>>, usize, usize) {
        let selected = self.selected(rows);
        let count = selected.len();
        let Some(what) = what else {
            let times = || selected.iter().filter_map(|&row| self.world.at(row));
            let value = match function {
                AggregateFunction::Recency => times().max().map(Value::Since),
                _ => Some(Value::Number(count as f64)),
            };
            return (value, count, 0);
        };
        let mut values = Vec::with_capacity(count);
        for row in selected {
            self.rows.push(row);
            values.push(self.value(what));
            self.rows.pop();
        }
        let known: Vec<Value<'a>> = values.iter().copied().flatten().collect();
        let value = match function {
            AggregateFunction::First => known.first().copied(),
            AggregateFunction::Last => known.last().copied(),
            AggregateFunction::Min => extreme(&known, Ordering::Less),
            AggregateFunction::Max => extreme(&known, Ordering::Greater),
            AggregateFunction::Distinct => Some(Value::Number(distinct(known.clone()) as f64)),
            AggregateFunction::Sum if count == 0 => Some(Value::Number(0.0)),
            AggregateFunction::Sum => {
                sum(known.iter().copied()).and_then(|(sum, one)| finite(sum / one))
            }
            _ => mean(known.iter().copied()),
        };
        (value, count, count - known.len())
    }
}

fn finite<'a>(number: f64) -> Option<Value<'a>> {
    number.is_finite().then_some(Value::Number(number))
}

fn and(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// A text with case folded: letter by letter, so that what a text contains does not hang on where it
/// stands, as the Greek sigma would.
pub(crate) fn folded(text: &str) -> String {
    let sigma = |letter| if letter == 'ς' { 'σ' } else { letter };
    text.chars()
        .flat_map(char::to_lowercase)
        .map(sigma)
        .collect()
}

/// Whether a text contains another, whose case is folded already, with case folded.
pub(crate) fn contains(text: &str, part: &str) -> bool {
    if !text.is_ascii() {
        return folded(text).contains(part);
    }
    // Short parts are searched for without making other texts; long ones would take the product of both
    // lengths.
    if part.len() > 64 {
        return text.to_ascii_lowercase().contains(part);
    }
    let mut places = text.as_bytes().windows(part.len().max(1));
    part.is_empty() || places.any(|place| place.eq_ignore_ascii_case(part.as_bytes()))
}

/// Whether a path is another or lies under it, by whole parts.
pub(crate) fn is_under(path: &str, above: &str) -> bool {
    path.strip_prefix(above)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The first of the values that no other is before, or behind.
fn extreme<'a>(values: &[Value<'a>], side: Ordering) -> Option<Value<'a>> {
    values
        .iter()
        .copied()
        .reduce(|best, value| match value.compare(best) {
            Some(order) if order == side => value,
            _ => best,
        })
}

fn distinct(mut values: Vec<Value<'_>>) -> usize {
    values.sort_by(|one, other| one.compare(*other).unwrap_or(Ordering::Equal));
    values.dedup_by(|one, other| one.compare(*other).is_some_and(Ordering::is_eq));
    values.len()
}

/// The mean of some numbers; `None` of none. Of money and quantities the sum is exact.
pub(crate) fn mean<'a>(values: impl Iterator<Item = Value<'a>> + Clone) -> Option<Value<'a>> {
    let (sum, one) = sum(values.clone())?;
    finite(sum / (one * values.count() as f64))
}

/// The sum of some values in so many parts of a whole, and how many parts that has; `None` of no
/// values. Of money and quantities it is exact before it becomes a number.
fn sum<'a>(mut values: impl Iterator<Item = Value<'a>> + Clone) -> Option<(f64, f64)> {
    let all = values.clone();
    let one = match values.next()? {
        Value::Fixed(_, one) => one,
        _ => 1,
    };
    let parts = all.clone().map(|value| match value {
        Value::Fixed(parts, of) if of == one => Some(i128::from(parts)),
        _ => None,
    });
    match parts.sum::<Option<i128>>() {
        Some(sum) => Some((sum as f64, one as f64)),
        None => Some((all.filter_map(Value::number).sum(), 1.0)),
    }
}
