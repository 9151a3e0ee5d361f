//! From a tree to a plan: every name is looked up, every type compared.

use super::clock::{Clock, EARLIEST};
use super::evaluate::folded;
use super::plan::{Constant, Edge, Expr, ExprKind, Rows, Stretch, Test, Whose};
use super::problem::RuleProblem;
use super::tree::{
    Aggregate, AggregateFunction, At, Comparison, Condition, Function, Literal, Operand, Point,
    Selector, Source, Term, Window,
};
use super::types::{Schema, Type};
use crate::near::near;
use crate::text::shown;
use std::fmt;

type Checking<T> = Result<T, RuleProblem>;

/// A part of a rule for a message, shortened: most are never written.
pub(super) struct Told<T>(pub T);

impl<T: fmt::Display> fmt::Display for Told<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.0.to_string()))
    }
}

/// Checks trees that were read from one text.
pub(crate) struct Checker<'a, S: Schema> {
    schema: &'a S,
    clock: &'a Clock,
    text: &'a str,
    /// The selectors around the place that is checked, the outermost first.
    scopes: Vec<(Source, Option<String>)>,
}

/// Prefixes that mean something, and so name no row.
const SUBJECTS: [&str; 2] = ["customer", "context"];

impl<'a, S: Schema> Checker<'a, S> {
    pub(crate) fn new(schema: &'a S, clock: &'a Clock, text: &'a str) -> Self {
        Checker {
            schema,
            clock,
            text,
            scopes: Vec::new(),
        }
    }

    fn problem(&self, at: At, problem: impl Into<String>) -> RuleProblem {
        RuleProblem::new(problem).at(self.text, at)
    }

    pub(crate) fn condition(&mut self, condition: &Condition) -> Checking<Test<S::Fact>> {
        Ok(match condition {
            Condition::All(parts) => Test::All(self.conditions(parts)?),
            Condition::Any(parts) => Test::Any(self.conditions(parts)?),
            Condition::Not(part) => Test::Not(Box::new(self.condition(part)?)),
            Condition::Has(of) => Test::Has(Box::new(self.rows(of)?)),
            Condition::No(of) => Test::No(Box::new(self.rows(of)?)),
            Condition::InSegment(at, name) => self.segment(*at, name)?,
            // What it stands for is checked when it meets a shop.
            Condition::Template(..) if !self.schema.is_of_shop() => Test::All(Vec::new()),
            Condition::Template(at, template) => {
                let problem = format!("there is no template `{}`", shown(&template.name));
                return Err(self.problem(*at, problem));
            }
            Condition::Compare(by, sides) => {
                let left = self.expr(&sides.0)?;
                let right = self.other_side(left.of, &sides.1)?;
                self.same_row(&left, &right, sides)?;
                self.comparable(*by, (&sides.0, left.of), (sides.1.at, &sides.1, right.of))?;
                Test::Compare(*by, Box::new((left, right)))
            }
            Condition::Between(parts) => self.between(parts)?,
            Condition::In(value, list) => self.listed(value, list)?,
            Condition::Under(value, path) => {
                self.path(value, path)?;
                Test::Under(self.needed(value, &[Type::Text], "`under`")?, path.clone())
            }
            Condition::Contains(value, part) => {
                let value = self.needed(value, &[Type::Text], "`contains`")?;
                Test::Contains(value, folded(part))
            }
            Condition::Within(value, direction, duration) => {
                self.now(value.at)?;
                let value = self.needed(value, &[Type::Time, Type::Anniversary], "`within`")?;
                Test::Within(value, *direction, *duration)
            }
            Condition::Missing(value) => Test::Missing(self.expr(value)?),
            Condition::Known(value) => Test::Known(self.expr(value)?),
            Condition::IsTrue(value) => Test::IsTrue(self.flag(value)?),
        })
    }

    /// The right side of a comparison; names that there are not may be texts without their quotes.
    fn other_side(&mut self, left: Type, right: &Operand) -> Checking<Expr<S::Fact>> {
        let names = matches!(right.term, Term::Field(_) | Term::Arithmetic(..));
        self.expr(right).map_err(|mut problem| {
            if left == Type::Text && names && problem.near.is_empty() {
                problem
                    .problem
                    .push_str("; a text stands in quotes: 'like this'");
            }
            problem
        })
    }

    /// Refuses a column compared with itself, which was to be another row's.
    fn same_row(
        &self,
        left: &Expr<S::Fact>,
        right: &Expr<S::Fact>,
        sides: &(Operand, Operand),
    ) -> Checking<()> {
        match (&left.kind, &right.kind) {
            (ExprKind::Field(one @ Whose::Row(level), _), ExprKind::Field(other, _))
                if one == other && *level > 0 && sides.0 == sides.1 && self.schema.is_of_shop() =>
            {
                let problem = format!(
                    "`{}` is the same on both sides: name the outer row by `as w`, and its column `w.{}`",
                    sides.0, sides.1
                );
                Err(self.problem(sides.1.at, problem))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a path that nothing lies under.
    fn path(&self, value: &Operand, path: &str) -> Checking<()> {
        let whole = !path.is_empty() && !path.starts_with('/') && !path.ends_with('/');
        match whole || !self.schema.is_of_shop() {
            true => Ok(()),
            false => Err(self.problem(
                value.at,
                format!(
                    "nothing lies under `{}`: a path begins and ends with a name",
                    shown(path)
                ),
            )),
        }
    }

    fn conditions(&mut self, parts: &[Condition]) -> Checking<Vec<Test<S::Fact>>> {
        parts.iter().map(|part| self.condition(part)).collect()
    }

    fn segment(&self, at: At, name: &str) -> Checking<Test<S::Fact>> {
        if let Some(place) = self.schema.segment(name) {
            return Ok(Test::Segment(place));
        }
        let names = self.schema.segments();
        let near = near(name, names.iter().map(String::as_str));
        let problem = format!("there is no segment `{}`", shown(name));
        Err(self.problem(at, problem).near(near))
    }

    fn flag(&mut self, value: &Operand) -> Checking<Expr<S::Fact>> {
        let checked = self.expr(value)?;
        match checked.of {
            Type::Flag | Type::Any => Ok(checked),
            of => Err(self.problem(
                value.at,
                format!(
                    "`{}` is {of}, not true or false: compare it with something",
                    Told(value)
                ),
            )),
        }
    }

    /// A value of one of some types.
    fn needed(&mut self, value: &Operand, types: &[Type], what: &str) -> Checking<Expr<S::Fact>> {
        let checked = self.expr(value)?;
        if checked.of == Type::Any || types.contains(&checked.of) {
            return Ok(checked);
        }
        let wanted = types.first().copied().unwrap_or(Type::Any);
        let (told, of) = (Told(value), checked.of);
        let problem = format!("`{told}` is {of}, but {what} needs {wanted}");
        Err(self.problem(value.at, problem))
    }

    fn between(&mut self, parts: &[Operand; 3]) -> Checking<Test<S::Fact>> {
        let [value, low, high] = parts;
        let checked = [self.expr(value)?, self.expr(low)?, self.expr(high)?];
        for (bound, of) in [(low, checked[1].of), (high, checked[2].of)] {
            self.comparable(
                Comparison::Le,
                (value, checked[0].of),
                (bound.at, bound, of),
            )?;
        }
        Ok(Test::Between(Box::new(checked)))
    }

    fn listed(&mut self, value: &Operand, list: &[(At, Literal)]) -> Checking<Test<S::Fact>> {
        let checked = self.expr(value)?;
        let mut constants = Vec::with_capacity(list.len());
        for (at, literal) in list {
            let (constant, of) = self.constant(literal);
            self.comparable(Comparison::Eq, (value, checked.of), (*at, literal, of))?;
            constants.push(constant);
        }
        Ok(Test::In(checked, constants))
    }

    /// Whether two sides can be compared.
    fn comparable(
        &self,
        by: Comparison,
        (left, left_of): (&Operand, Type),
        (at, right, right_of): (At, &dyn std::fmt::Display, Type),
    ) -> Checking<()> {
        let equality = matches!(by, Comparison::Eq | Comparison::Ne);
        let (left, right) = (Told(left), Told(right));
        let problem = match (left_of, right_of) {
            (Type::Anniversary, _) | (_, Type::Anniversary) => {
                "an anniversary comes every year: ask `within next` or `within last`".to_owned()
            }
            (Type::Any, _) | (_, Type::Any) => return Ok(()),
            (Type::Number, Type::Number) | (Type::Time, Type::Time) => return Ok(()),
            (Type::Elapsed, Type::Elapsed | Type::Duration) => return Ok(()),
            (Type::Duration, Type::Elapsed) => return Ok(()),
            (Type::Text, Type::Text) | (Type::Flag, Type::Flag) if equality => return Ok(()),
            (Type::Text, Type::Text) => {
                "texts have no order: compare them by `=`, `!=`, `in`, `under` or `contains`".to_owned()
            }
            (Type::Flag, Type::Flag) => "true and false have no order: use `=` or `!=`".to_owned(),
            (Type::Duration, Type::Duration) => {
                "two durations: compare one with how long ago something was, as in `recency(orders)`".to_owned()
            }
            (Type::Text, Type::Number) if !equality => format!(
                "`{left}` is a text, but `{right}` is a number; where all its values are numbers, the shop can \
                 say so (types: `number`)"
            ),
            (Type::Elapsed, Type::Number) => {
                format!("`{left}` is how long ago something was, but `{right}` is a number: write {right}d for days")
            }
            (Type::Text, Type::Number) => {
                format!("`{left}` is a text, but `{right}` is a number: put it in quotes")
            }
            (Type::Time, Type::Text) => {
                format!("`{left}` is a time, but {right} is a text: write date {right}")
            }
            (Type::Time, Type::Duration) => format!(
                "`{left}` is a time, but `{right}` is a duration: ask `{left} within last {right}`"
            ),
            (left_of, right_of) => format!("`{left}` is {left_of}, but `{right}` is {right_of}"),
        };
        Err(self.problem(at, problem))
    }

    fn constant(&self, literal: &Literal) -> (Constant, Type) {
        match literal {
            Literal::Number(number) => (Constant::Number(*number), Type::Number),
            Literal::Text(text) => (Constant::Text(text.clone()), Type::Text),
            Literal::Flag(flag) => (Constant::Flag(*flag), Type::Flag),
            Literal::Date(date) => (Constant::Time(self.clock.instant(*date)), Type::Time),
        }
    }

    /// "Now", which not every shop has.
    fn now(&self, at: At) -> Checking<i64> {
        self.clock.now().ok_or_else(|| {
            let problem = "the shop tells no times, so there is no \"now\" to count from; name an instant \
                           (as_of)";
            self.problem(at, problem)
        })
    }

    pub(crate) fn expr(&mut self, operand: &Operand) -> Checking<Expr<S::Fact>> {
        let (kind, of) = match &operand.term {
            Term::Field(name) => {
                let (whose, fact, of) = self.field(operand.at, name)?;
                (ExprKind::Field(whose, fact), of)
            }
            Term::Value(literal) => {
                let (constant, of) = self.constant(literal);
                (ExprKind::Constant(constant), of)
            }
            Term::Duration(duration) => {
                let now = self.now(operand.at)?;
                (
                    ExprKind::Ago(self.clock.moved(now, *duration, true)),
                    Type::Duration,
                )
            }
            Term::Aggregate(aggregate) => self.aggregate(operand.at, aggregate)?,
            Term::Call(Function::Anniversary, arguments) => {
                let of = self.needed(&arguments[0], &[Type::Time], "`anniversary`")?;
                (ExprKind::Anniversary(Box::new(of)), Type::Anniversary)
            }
            Term::Call(Function::Drop, arguments) => {
                let before = self.needed(&arguments[0], &[Type::Number], "`drop`")?;
                let after = self.needed(&arguments[1], &[Type::Number], "`drop`")?;
                (ExprKind::Drop(Box::new((before, after))), Type::Number)
            }
            Term::Arithmetic(sign, sides) => {
                let what = format!("`{}`", sign.sign());
                let left = self.needed(&sides.0, &[Type::Number], &what)?;
                let right = self.needed(&sides.1, &[Type::Number], &what)?;
                (
                    ExprKind::Arithmetic(*sign, Box::new((left, right))),
                    Type::Number,
                )
            }
        };
        Ok(Expr { kind, of })
    }

    fn aggregate(&mut self, at: At, aggregate: &Aggregate) -> Checking<(ExprKind<S::Fact>, Type)> {
        let function = aggregate.function;
        let name = format!("`{}`", function.name());
        if function == AggregateFunction::Recency {
            self.now(at)?;
        }
        let mut of = Type::Number;
        let expression = match &aggregate.expression {
            None => None,
            Some(what) => {
                self.enter(&aggregate.of)?;
                let types = match function {
                    AggregateFunction::Sum | AggregateFunction::Avg => &[Type::Number][..],
                    AggregateFunction::Min | AggregateFunction::Max => &[Type::Number, Type::Time],
                    _ => &[Type::Number, Type::Text, Type::Flag, Type::Time],
                };
                let checked = self.needed(what, types, &name);
                self.scopes.pop();
                let checked = checked?;
                of = checked.of;
                Some(Box::new(checked))
            }
        };
        let of = match function {
            AggregateFunction::Recency => Type::Elapsed,
            AggregateFunction::Count
            | AggregateFunction::Sum
            | AggregateFunction::Avg
            | AggregateFunction::Distinct => Type::Number,
            _ => of,
        };
        let rows = Box::new(self.rows(&aggregate.of)?);
        Ok((ExprKind::Aggregate(function, expression, rows), of))
    }

    /// Goes into the brackets of a selector.
    fn enter(&mut self, of: &Selector) -> Checking<()> {
        if let Some((problem, near)) = self.schema.without_rows(&of.source) {
            return Err(self.problem(of.at, problem).near(near));
        }
        let takes_status = matches!(of.source, Source::Orders | Source::Purchases);
        if of.any_status && !takes_status {
            let problem = "`any status` is said of `orders` and `purchases` only";
            return Err(self.problem(of.at, problem));
        }
        if let Some((at, name)) = &of.bind {
            let columns = self.schema.row_names(&of.source);
            let heads = columns.iter().filter_map(|column| column.split('.').next());
            let taken = SUBJECTS.into_iter().chain(heads).any(|taken| taken == name);
            let bound = self
                .scopes
                .iter()
                .any(|(_, bound)| bound.as_ref() == Some(name));
            if taken || bound {
                let problem = format!(
                    "`{}` names something already: call the row otherwise",
                    shown(name)
                );
                return Err(self.problem(*at, problem));
            }
        }
        let name = of.bind.as_ref().map(|(_, name)| name.clone());
        self.scopes.push((of.source.clone(), name));
        Ok(())
    }

    fn rows(&mut self, of: &Selector) -> Checking<Rows<S::Fact>> {
        // A window stands outside of the row that the selector binds.
        let window = of.window.as_ref().map(|window| self.stretch(of.at, window));
        let window = window.transpose()?;
        self.enter(of)?;
        let filter = of
            .filter
            .as_ref()
            .map(|filter| self.condition(filter))
            .transpose();
        self.scopes.pop();
        Ok(Rows {
            source: of.source.clone(),
            any_status: of.any_status,
            window,
            filter: filter?,
        })
    }

    fn stretch(&mut self, at: At, window: &Window) -> Checking<Stretch<S::Fact>> {
        let now = self.now(at)?;
        Ok(match window {
            Window::First(duration) => Stretch::First(*duration),
            Window::Last(duration) => {
                let from = self.clock.moved(now, *duration, true);
                Stretch::Between(Edge::At(from), Edge::At(now))
            }
            Window::Since(from) => Stretch::Between(self.edge(from, now)?, Edge::At(now)),
            Window::Before(to) => Stretch::Between(Edge::Open, self.edge(to, now)?),
            // What ends before it starts, as it may at some instants, holds nothing.
            Window::Between(from, to) => {
                Stretch::Between(self.edge(from, now)?, self.edge(to, now)?)
            }
        })
    }

    fn edge(&mut self, point: &Point, now: i64) -> Checking<Edge<S::Fact>> {
        Ok(match point {
            Point::Date(date) => Edge::At(self.clock.instant(*date)),
            Point::Ago(duration) => Edge::At(self.clock.moved(now, *duration, true).max(EARLIEST)),
            Point::Field(at, name) => {
                let (whose, fact, of) = self.field(*at, name)?;
                if !matches!(of, Type::Time | Type::Any) {
                    let problem = format!("`{}` is {of}, but a window needs a time", shown(name));
                    return Err(self.problem(*at, problem));
                }
                let kind = ExprKind::Field(whose, fact);
                Edge::Field(Expr { kind, of })
            }
        })
    }

    /// Whose field a name is.
    fn field(&self, at: At, name: &str) -> Checking<(Whose, S::Fact, Type)> {
        for (level, (source, bound)) in self.scopes.iter().enumerate().rev() {
            let Some(bound) = bound else { continue };
            if name == bound {
                let problem =
                    format!("`{bound}` is a row: name one of its columns, such as `{bound}.at`");
                return Err(self.problem(at, problem));
            }
            let prefix = format!("{bound}.");
            if let Some(rest) = name.strip_prefix(&prefix) {
                return match self.schema.row_field(source, rest) {
                    Some((fact, of)) => Ok((Whose::Row(level), fact, of)),
                    None => Err(self.no_column(at, source, rest, &prefix)),
                };
            }
        }
        if let Some(rest) = name.strip_prefix("customer.")
            && self.schema.subject() == "customer"
        {
            return self.of_subject(at, rest, "customer.");
        }
        match self.scopes.last() {
            None => self.of_subject(at, name, ""),
            Some((source, _)) => match self.schema.row_field(source, name) {
                Some((fact, of)) => Ok((Whose::Row(self.scopes.len() - 1), fact, of)),
                None => Err(self.no_column(at, source, name, "")),
            },
        }
    }

    fn of_subject(&self, at: At, name: &str, prefix: &str) -> Checking<(Whose, S::Fact, Type)> {
        if let Some((fact, of)) = self.schema.field(name) {
            return Ok((Whose::Subject, fact, of));
        }
        let subject = self.schema.subject();
        let mut problem = format!("{subject}s have no field `{}`", shown(name));
        let rows = Source::NAMED.iter().any(|source| source.name() == name);
        let hint = match name.to_lowercase().as_str() {
            "null" | "none" | "nil" => Some("ask `is missing` or `is known`".to_owned()),
            _ if rows => Some(format!("these are rows; count them, as in `count({name})`")),
            _ => self.schema.hint(name),
        };
        if let Some(hint) = hint {
            problem.push_str(&format!(": {hint}"));
        }
        let names = self.schema.names();
        Err(self
            .problem(at, problem + &listed(&names, name))
            .near(prefixed(name, &names, prefix)))
    }

    fn no_column(&self, at: At, source: &Source, name: &str, prefix: &str) -> RuleProblem {
        let mut problem = format!("{} have no column `{}`", source.name(), shown(name));
        if let Some(hint) = self.schema.row_hint(source, name) {
            problem.push_str(&format!(": {hint}"));
        }
        if self.schema.subject() == "customer" && self.schema.field(name).is_some() {
            problem.push_str(&format!(
                "; the customer's own is `customer.{}`",
                shown(name)
            ));
        }
        let names = self.schema.row_names(source);
        self.problem(at, problem + &listed(&names, name))
            .near(prefixed(name, &names, prefix))
    }
}

/// Names like one that there is not, behind a prefix.
fn prefixed(name: &str, names: &[String], prefix: &str) -> Vec<String> {
    let near = near(name, names.iter().map(String::as_str));
    near.into_iter()
        .map(|name| format!("{prefix}{name}"))
        .collect()
}

/// What names there are, where none is like the one that is not known.
fn listed(names: &[String], name: &str) -> String {
    /// More is no help.
    const MOST: usize = 20;
    if names.is_empty() || !near(name, names.iter().map(String::as_str)).is_empty() {
        return String::new();
    }
    let shown: Vec<String> = names
        .iter()
        .take(MOST)
        .map(|name| format!("`{}`", shown(name)))
        .collect();
    let more = if names.len() > MOST { ", ..." } else { "" };
    format!("; there are {}{more}", shown.join(", "))
}
