//! The tree of a rule: what both forms say, text and JSON.

use std::fmt;

/// Where a part of a rule stands in its text, in bytes. Two trees that differ in this alone are
/// equal.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct At {
    pub start: u32,
    pub end: u32,
}

impl PartialEq for At {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What is true, false or unknown of a subject.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    /// Two or more.
    All(Vec<Condition>),
    /// Two or more.
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Has(Box<Selector>),
    No(Box<Selector>),
    InSegment(At, String),
    Template(At, Template),
    Compare(Comparison, Box<(Operand, Operand)>),
    /// Both bounds included.
    Between(Box<[Operand; 3]>),
    /// Among these, of which there is at least one.
    In(Box<Operand>, Vec<(At, Literal)>),
    Under(Box<Operand>, String),
    Contains(Box<Operand>, String),
    Within(Box<Operand>, Direction, Duration),
    Missing(Box<Operand>),
    Known(Box<Operand>),
    IsTrue(Box<Operand>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Comparison {
    pub(crate) const ALL: [Comparison; 6] = [
        Comparison::Eq,
        Comparison::Ne,
        Comparison::Lt,
        Comparison::Le,
        Comparison::Gt,
        Comparison::Ge,
    ];

    pub(crate) fn sign(self) -> &'static str {
        match self {
            Comparison::Eq => "=",
            Comparison::Ne => "!=",
            Comparison::Lt => "<",
            Comparison::Le => "<=",
            Comparison::Gt => ">",
            Comparison::Ge => ">=",
        }
    }

    /// Its key in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Comparison::Eq => "eq",
            Comparison::Ne => "ne",
            Comparison::Lt => "lt",
            Comparison::Le => "le",
            Comparison::Gt => "gt",
            Comparison::Ge => "ge",
        }
    }

    /// The same with its sides changed round.
    pub(crate) fn turned(self) -> Self {
        match self {
            Comparison::Eq | Comparison::Ne => self,
            Comparison::Lt => Comparison::Gt,
            Comparison::Le => Comparison::Ge,
            Comparison::Gt => Comparison::Lt,
            Comparison::Ge => Comparison::Le,
        }
    }

    /// Whether it holds of two values in this order.
    pub(crate) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Comparison::Eq => order.is_eq(),
            Comparison::Ne => order.is_ne(),
            Comparison::Lt => order.is_lt(),
            Comparison::Le => order.is_le(),
            Comparison::Gt => order.is_gt(),
            Comparison::Ge => order.is_ge(),
        }
    }
}

/// Whether a window lies before "now" or behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Last,
    Next,
}

impl Direction {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Direction::Last => "last",
            Direction::Next => "next",
        }
    }
}

/// What has a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Operand {
    pub at: At,
    pub term: Term,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Term {
    /// A name, its parts joined by dots.
    Field(String),
    Value(Literal),
    Duration(Duration),
    Aggregate(Aggregate),
    Call(Function, Vec<Operand>),
    Arithmetic(Arithmetic, Box<(Operand, Operand)>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    /// Finite, and never minus zero.
    Number(f64),
    Text(String),
    Flag(bool),
    Date(Date),
}

/// A point in time, as a rule writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Date {
    /// The midnight that begins a day of the shop's zone; year, month, day.
    Day(i16, i8, i8),
    /// Microseconds in UTC.
    Instant(i64),
}

/// A step of time: hours are exact, the others are steps of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Duration {
    pub count: u32,
    pub unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    Hours,
    Days,
    Weeks,
    Months,
    Years,
}

impl Unit {
    pub(crate) const ALL: [Unit; 5] = [
        Unit::Hours,
        Unit::Days,
        Unit::Weeks,
        Unit::Months,
        Unit::Years,
    ];

    pub(crate) fn sign(self) -> &'static str {
        match self {
            Unit::Hours => "h",
            Unit::Days => "d",
            Unit::Weeks => "w",
            Unit::Months => "mo",
            Unit::Years => "y",
        }
    }

    /// The unit that it is a multiple of, and how many of it: days are no multiple of hours where
    /// clocks change.
    fn steps(self) -> (Unit, u64) {
        match self {
            Unit::Hours => (Unit::Hours, 1),
            Unit::Days => (Unit::Days, 1),
            Unit::Weeks => (Unit::Days, 7),
            Unit::Months => (Unit::Months, 1),
            Unit::Years => (Unit::Months, 12),
        }
    }
}

impl Duration {
    /// Longer ones lead out of every calendar.
    pub(crate) const MOST: u32 = 1_000_000;

    /// Whether it is longer than another, where that holds at every instant.
    pub(crate) fn is_longer_than(self, other: Duration) -> bool {
        let (unit, steps) = self.unit.steps();
        let (other_unit, other_steps) = other.unit.steps();
        unit == other_unit && u64::from(self.count) * steps > u64::from(other.count) * other_steps
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, self.unit.sign())
    }
}

/// A number, a value or an instant out of many rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Aggregate {
    pub function: AggregateFunction,
    /// What of each row; `None` where rows themselves are meant.
    pub expression: Option<Box<Operand>>,
    pub of: Box<Selector>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AggregateFunction {
    Count,
    Recency,
    Sum,
    Avg,
    Min,
    Max,
    Distinct,
    First,
    Last,
}

impl AggregateFunction {
    pub(crate) const ALL: [AggregateFunction; 9] = [
        AggregateFunction::Count,
        AggregateFunction::Recency,
        AggregateFunction::Sum,
        AggregateFunction::Avg,
        AggregateFunction::Min,
        AggregateFunction::Max,
        AggregateFunction::Distinct,
        AggregateFunction::First,
        AggregateFunction::Last,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            AggregateFunction::Count => "count",
            AggregateFunction::Recency => "recency",
            AggregateFunction::Sum => "sum",
            AggregateFunction::Avg => "avg",
            AggregateFunction::Min => "min",
            AggregateFunction::Max => "max",
            AggregateFunction::Distinct => "distinct",
            AggregateFunction::First => "first",
            AggregateFunction::Last => "last",
        }
    }

    /// Whether it takes rows alone, without an expression.
    pub(crate) fn is_of_rows(self) -> bool {
        matches!(self, AggregateFunction::Count | AggregateFunction::Recency)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    /// The days of the years on which a date comes again.
    Anniversary,
    /// By what share the second number is below the first.
    Drop,
}

impl Function {
    pub(crate) const ALL: [Function; 2] = [Function::Anniversary, Function::Drop];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Function::Anniversary => "anniversary",
            Function::Drop => "drop",
        }
    }

    pub(crate) fn arguments(self) -> usize {
        match self {
            Function::Anniversary => 1,
            Function::Drop => 2,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Sub,
    Mul,
    Div,
}

impl Arithmetic {
    pub(crate) const ALL: [Arithmetic; 4] = [
        Arithmetic::Add,
        Arithmetic::Sub,
        Arithmetic::Mul,
        Arithmetic::Div,
    ];

    pub(crate) fn sign(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Sub => "-",
            Arithmetic::Mul => "*",
            Arithmetic::Div => "/",
        }
    }

    /// Its key in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Arithmetic::Add => "add",
            Arithmetic::Sub => "sub",
            Arithmetic::Mul => "mul",
            Arithmetic::Div => "div",
        }
    }

    /// The value; `None` where there is none, as of a division by zero.
    pub(crate) fn of(self, left: f64, right: f64) -> Option<f64> {
        let value = match self {
            Arithmetic::Add => left + right,
            Arithmetic::Sub => left - right,
            Arithmetic::Mul => left * right,
            Arithmetic::Div => left / right,
        };
        value.is_finite().then_some(value)
    }
}

/// Rows of what a customer did.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Selector {
    pub at: At,
    pub source: Source,
    /// As told, before status and returns.
    pub any_status: bool,
    pub window: Option<Window>,
    /// What the row is called inside.
    pub bind: Option<(At, String)>,
    pub filter: Option<Condition>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Orders,
    Purchases,
    Returns,
    Cancellations,
    Views,
    Searches,
    Carts,
    Wishlist,
    Visits,
    Emails,
    Coupons,
    Referrals,
    /// Events of a kind.
    Events(String),
}

impl Source {
    /// All that are named by a word alone.
    pub(crate) const NAMED: [Source; 12] = [
        Source::Orders,
        Source::Purchases,
        Source::Returns,
        Source::Cancellations,
        Source::Views,
        Source::Searches,
        Source::Carts,
        Source::Wishlist,
        Source::Visits,
        Source::Emails,
        Source::Coupons,
        Source::Referrals,
    ];

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Source::Orders => "orders",
            Source::Purchases => "purchases",
            Source::Returns => "returns",
            Source::Cancellations => "cancellations",
            Source::Views => "views",
            Source::Searches => "searches",
            Source::Carts => "carts",
            Source::Wishlist => "wishlist",
            Source::Visits => "visits",
            Source::Emails => "emails",
            Source::Coupons => "coupons",
            Source::Referrals => "referrals",
            Source::Events(_) => "events",
        }
    }

    /// The kind of the events that it is made of; `None` for what is made of orders.
    pub(crate) fn kind(&self) -> Option<&str> {
        match self {
            Source::Orders | Source::Purchases | Source::Returns | Source::Cancellations => None,
            Source::Views => Some("view"),
            Source::Searches => Some("search"),
            Source::Carts => Some("cart"),
            Source::Wishlist => Some("wishlist_add"),
            Source::Visits => Some("visit"),
            Source::Emails => Some("email"),
            Source::Coupons => Some("coupon"),
            Source::Referrals => Some("referral"),
            Source::Events(kind) => Some(kind),
        }
    }
}

/// A stretch of time, from its start on and up to, but not with, its end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Window {
    Last(Duration),
    /// From the customer's first fulfilled order on.
    First(Duration),
    Between(Point, Point),
    Since(Point),
    Before(Point),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Point {
    Date(Date),
    Ago(Duration),
    /// A time of a bound row.
    Field(At, String),
}

/// A rule that is kept elsewhere, with values for its parameters.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template {
    pub name: String,
    /// By name, each once.
    pub with: Vec<(String, Literal)>,
}

/// How deep the parts of a rule may nest, and how many of them there may be: so that every walk over a
/// tree ends soon and fits on the stack.
pub(crate) const DEEPEST: usize = 40;
pub(crate) const MOST_PARTS: usize = 10_000;
