//! From a tree to its one text: the normal form, which reads back as the same tree.

use crate::rules::tree::{
    Aggregate, Arithmetic, Condition, Literal, Operand, Point, Selector, Source, Template, Term,
    Window,
};
use crate::rules::words::is_plain;
use std::fmt::{self, Display, Formatter};

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Condition::All(parts) => joined(f, parts, " and ", |part| {
                matches!(part, Condition::All(_) | Condition::Any(_))
            }),
            Condition::Any(parts) => {
                joined(f, parts, " or ", |part| matches!(part, Condition::Any(_)))
            }
            Condition::Not(part) => negated(f, part),
            Condition::Has(of) => write!(f, "has({of})"),
            Condition::No(of) => write!(f, "no({of})"),
            Condition::InSegment(_, name) => write!(f, "in segment {}", Quoted(name)),
            Condition::Template(_, template) => template.fmt(f),
            Condition::Compare(by, sides) => write!(f, "{} {} {}", sides.0, by.sign(), sides.1),
            Condition::Between(parts) => between(f, parts, ""),
            Condition::In(value, list) => listed(f, value, list, ""),
            Condition::Under(value, path) => write!(f, "{value} under {}", Quoted(path)),
            Condition::Contains(value, part) => write!(f, "{value} contains {}", Quoted(part)),
            Condition::Within(value, direction, duration) => {
                write!(f, "{value} within {} {duration}", direction.name())
            }
            Condition::Missing(value) => write!(f, "{value} is missing"),
            Condition::Known(value) => write!(f, "{value} is known"),
            Condition::IsTrue(value) => value.fmt(f),
        }
    }
}

fn joined(
    f: &mut Formatter<'_>,
    parts: &[Condition],
    word: &str,
    in_brackets: impl Fn(&Condition) -> bool,
) -> fmt::Result {
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            f.write_str(word)?;
        }
        match in_brackets(part) {
            true => write!(f, "({part})")?,
            false => part.fmt(f)?,
        }
    }
    Ok(())
}

fn negated(f: &mut Formatter<'_>, part: &Condition) -> fmt::Result {
    match part {
        Condition::Between(parts) => between(f, parts, "not "),
        Condition::In(value, list) => listed(f, value, list, "not "),
        Condition::All(_) | Condition::Any(_) => write!(f, "not ({part})"),
        part => write!(f, "not {part}"),
    }
}

fn between(f: &mut Formatter<'_>, [value, low, high]: &[Operand; 3], not: &str) -> fmt::Result {
    write!(f, "{value} {not}between {low} and {high}")
}

fn listed(
    f: &mut Formatter<'_>,
    value: &Operand,
    list: &[(crate::rules::tree::At, Literal)],
    not: &str,
) -> fmt::Result {
    write!(f, "{value} {not}in (")?;
    for (place, (_, literal)) in list.iter().enumerate() {
        let comma = if place > 0 { ", " } else { "" };
        write!(f, "{comma}{literal}")?;
    }
    f.write_str(")")
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.term {
            Term::Field(name) => Name(name).fmt(f),
            Term::Value(literal) => literal.fmt(f),
            Term::Duration(duration) => duration.fmt(f),
            Term::Aggregate(aggregate) => aggregate.fmt(f),
            Term::Call(function, arguments) => {
                write!(f, "{}(", function.name())?;
                for (place, argument) in arguments.iter().enumerate() {
                    let comma = if place > 0 { ", " } else { "" };
                    write!(f, "{comma}{argument}")?;
                }
                f.write_str(")")
            }
            Term::Arithmetic(sign, sides) => {
                let binds = |of: &Operand| match of.term {
                    Term::Arithmetic(Arithmetic::Add | Arithmetic::Sub, _) => 1,
                    Term::Arithmetic(..) => 2,
                    _ => 3,
                };
                let here = binds(self);
                side(f, &sides.0, binds(&sides.0) < here)?;
                write!(f, " {} ", sign.sign())?;
                side(f, &sides.1, binds(&sides.1) <= here)
            }
        }
    }
}

fn side(f: &mut Formatter<'_>, side: &Operand, in_brackets: bool) -> fmt::Result {
    match in_brackets {
        true => write!(f, "({side})"),
        false => side.fmt(f),
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Number(number) => number.fmt(f),
            Literal::Text(text) => Quoted(text).fmt(f),
            Literal::Flag(flag) => flag.fmt(f),
            Literal::Date(date) => write!(f, "date '{}'", date.written()),
        }
    }
}

impl Display for Aggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.expression {
            None => write!(f, "{}({})", self.function.name(), self.of),
            Some(what) => write!(f, "{}({what} of {})", self.function.name(), self.of),
        }
    }
}

impl Display for Selector {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Events(kind) => write!(f, "events({})", Quoted(kind))?,
            named => f.write_str(named.name())?,
        }
        if self.any_status {
            f.write_str(" any status")?;
        }
        match &self.window {
            None => {}
            Some(Window::Last(duration)) => write!(f, " in last {duration}")?,
            Some(Window::First(duration)) => write!(f, " in first {duration}")?,
            Some(Window::Between(from, to)) => write!(f, " between {from} and {to}")?,
            Some(Window::Since(from)) => write!(f, " since {from}")?,
            Some(Window::Before(to)) => write!(f, " before {to}")?,
        }
        if let Some((_, name)) = &self.bind {
            write!(f, " as {}", Part(name))?;
        }
        match &self.filter {
            Some(condition) => write!(f, " where {condition}"),
            None => Ok(()),
        }
    }
}

impl Display for Point {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Point::Date(date) => write!(f, "date '{}'", date.written()),
            Point::Ago(duration) => write!(f, "{duration} ago"),
            Point::Field(_, name) => Name(name).fmt(f),
        }
    }
}

impl Display for Template {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "template({}", Quoted(&self.name))?;
        for (name, value) in &self.with {
            write!(f, ", {}={value}", Part(name))?;
        }
        f.write_str(")")
    }
}

/// A text in quotes.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0.replace('\'', "''"))
    }
}

/// A name whose parts are joined by dots, in backticks where it needs them.
pub(super) struct Name<'a>(pub &'a str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.split('.').any(str::is_empty) {
            return write!(f, "`{}`", self.0.replace('`', "``"));
        }
        for (place, part) in self.0.split('.').enumerate() {
            let dot = if place > 0 { "." } else { "" };
            write!(f, "{dot}{}", Part(part))?;
        }
        Ok(())
    }
}

/// A name of one part.
struct Part<'a>(&'a str);

impl Display for Part<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match is_plain(self.0) {
            true => f.write_str(self.0),
            false => write!(f, "`{}`", self.0.replace('`', "``")),
        }
    }
}
