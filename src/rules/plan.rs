//! A rule whose names and types were checked against a schema: what is evaluated.

use super::tree::{AggregateFunction, Arithmetic, Comparison, Direction, Duration, Source};
use super::types::Type;

/// A condition, its names resolved to the schema's facts.
#[derive(Clone, Debug)]
pub(crate) enum Test<F> {
    All(Vec<Test<F>>),
    Any(Vec<Test<F>>),
    Not(Box<Test<F>>),
    Has(Box<Rows<F>>),
    No(Box<Rows<F>>),
    Segment(usize),
    Compare(Comparison, Box<(Expr<F>, Expr<F>)>),
    Between(Box<[Expr<F>; 3]>),
    In(Expr<F>, Vec<Constant>),
    Under(Expr<F>, String),
    /// With case folded.
    Contains(Expr<F>, String),
    Within(Expr<F>, Direction, Duration),
    Missing(Expr<F>),
    Known(Expr<F>),
    IsTrue(Expr<F>),
}

/// What has a value.
#[derive(Clone, Debug)]
pub(crate) struct Expr<F> {
    pub kind: ExprKind<F>,
    pub of: Type,
}

#[derive(Clone, Debug)]
pub(crate) enum ExprKind<F> {
    Field(Whose, F),
    Constant(Constant),
    /// The instant that lies so far before "now".
    Ago(i64),
    Aggregate(AggregateFunction, Option<Box<Expr<F>>>, Box<Rows<F>>),
    Anniversary(Box<Expr<F>>),
    Drop(Box<(Expr<F>, Expr<F>)>),
    Arithmetic(Arithmetic, Box<(Expr<F>, Expr<F>)>),
}

/// Whose field it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Subject,
    /// The row of the selector that so many others enclose.
    Row(usize),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Constant {
    Number(f64),
    Text(String),
    Flag(bool),
    Time(i64),
}

/// Rows of the subject.
#[derive(Clone, Debug)]
pub(crate) struct Rows<F> {
    pub source: Source,
    pub any_status: bool,
    pub window: Option<Stretch<F>>,
    pub filter: Option<Test<F>>,
}

/// A window, as far as it can be known before the subject is.
#[derive(Clone, Debug)]
pub(crate) enum Stretch<F> {
    /// From the first on and up to, but not with, the second; `None`: unbounded.
    Between(Edge<F>, Edge<F>),
    /// From the first fulfilled order on.
    First(Duration),
}

#[derive(Clone, Debug)]
pub(crate) enum Edge<F> {
    /// No bound.
    Open,
    At(i64),
    /// The time of a bound row; where it is missing, nothing is selected.
    Field(Expr<F>),
}
