//! From a tree to JSON.

use super::Json;
use crate::rules::tree::{
    Aggregate, Condition, Date, Duration, Literal, Operand, Point, Selector, Source, Template,
    Term, Window,
};

pub(in crate::rules) fn of_condition(condition: &Condition) -> Json {
    let list = |parts: &[Condition]| Json::List(parts.iter().map(of_condition).collect());
    let (key, value) = match condition {
        Condition::All(parts) => ("all", list(parts)),
        Condition::Any(parts) => ("any", list(parts)),
        Condition::Not(part) => ("not", of_condition(part)),
        Condition::Has(of) => ("has", of_selector(of)),
        Condition::No(of) => ("no", of_selector(of)),
        Condition::InSegment(_, name) => ("in_segment", Json::text(name)),
        Condition::Template(_, template) => ("template", of_template(template)),
        Condition::Compare(by, sides) => (
            by.name(),
            Json::List(vec![of_operand(&sides.0), of_operand(&sides.1)]),
        ),
        Condition::Between(parts) => (
            "between",
            Json::List(parts.iter().map(of_operand).collect()),
        ),
        Condition::In(value, list) => {
            let list = list.iter().map(|(_, literal)| of_literal(literal));
            (
                "in",
                Json::List(vec![of_operand(value), Json::List(list.collect())]),
            )
        }
        Condition::Under(value, path) => (
            "under",
            Json::List(vec![of_operand(value), Json::text(path)]),
        ),
        Condition::Contains(value, part) => (
            "contains",
            Json::List(vec![of_operand(value), Json::text(part)]),
        ),
        Condition::Within(value, direction, duration) => {
            let window = Json::tagged(direction.name(), of_duration(*duration));
            ("within", Json::List(vec![of_operand(value), window]))
        }
        Condition::Missing(value) => ("missing", of_operand(value)),
        Condition::Known(value) => ("known", of_operand(value)),
        Condition::IsTrue(value) => ("is_true", of_operand(value)),
    };
    Json::tagged(key, value)
}

pub(in crate::rules) fn of_operand(operand: &Operand) -> Json {
    let list = |parts: &[Operand]| Json::List(parts.iter().map(of_operand).collect());
    match &operand.term {
        Term::Field(name) => Json::tagged("field", Json::text(name)),
        Term::Value(literal) => Json::tagged("value", of_literal(literal)),
        Term::Duration(duration) => Json::tagged("duration", of_duration(*duration)),
        Term::Aggregate(aggregate) => Json::tagged("agg", of_aggregate(aggregate)),
        Term::Call(function, arguments) => {
            let call = vec![
                ("fn".to_owned(), Json::text(function.name())),
                ("args".to_owned(), list(arguments)),
            ];
            Json::tagged("call", Json::Object(call))
        }
        Term::Arithmetic(sign, sides) => Json::tagged(
            sign.name(),
            Json::List(vec![of_operand(&sides.0), of_operand(&sides.1)]),
        ),
    }
}

fn of_duration(duration: Duration) -> Json {
    Json::text(duration.to_string())
}

fn of_date(date: Date) -> Json {
    Json::tagged("date", Json::text(date.written()))
}

fn of_literal(literal: &Literal) -> Json {
    match literal {
        Literal::Number(number) => Json::Number(*number),
        Literal::Text(text) => Json::text(text),
        Literal::Flag(flag) => Json::Flag(*flag),
        Literal::Date(date) => of_date(*date),
    }
}

fn of_aggregate(aggregate: &Aggregate) -> Json {
    let mut entries = vec![("fn".to_owned(), Json::text(aggregate.function.name()))];
    if let Some(what) = &aggregate.expression {
        entries.push(("expr".to_owned(), of_operand(what)));
    }
    entries.push(("of".to_owned(), of_selector(&aggregate.of)));
    Json::Object(entries)
}

fn of_selector(of: &Selector) -> Json {
    let source = match &of.source {
        Source::Events(kind) => Json::tagged("events", Json::text(kind)),
        named => Json::text(named.name()),
    };
    let mut entries = vec![("source".to_owned(), source)];
    if of.any_status {
        entries.push(("status".to_owned(), Json::text("any")));
    }
    if let Some(window) = &of.window {
        entries.push(("window".to_owned(), of_window(window)));
    }
    if let Some((_, name)) = &of.bind {
        entries.push(("as".to_owned(), Json::text(name)));
    }
    if let Some(condition) = &of.filter {
        entries.push(("where".to_owned(), of_condition(condition)));
    }
    Json::Object(entries)
}

fn of_window(window: &Window) -> Json {
    match window {
        Window::Last(duration) => Json::tagged("last", of_duration(*duration)),
        Window::First(duration) => Json::tagged("first", of_duration(*duration)),
        Window::Between(from, to) => {
            Json::tagged("between", Json::List(vec![of_point(from), of_point(to)]))
        }
        Window::Since(from) => Json::tagged("since", of_point(from)),
        Window::Before(to) => Json::tagged("before", of_point(to)),
    }
}

fn of_point(point: &Point) -> Json {
    match point {
        Point::Date(date) => of_date(*date),
        Point::Ago(duration) => Json::tagged("ago", of_duration(*duration)),
        Point::Field(_, name) => Json::tagged("field", Json::text(name)),
    }
}

fn of_template(template: &Template) -> Json {
    let mut entries = vec![("name".to_owned(), Json::text(&template.name))];
    if !template.with.is_empty() {
        let with = template.with.iter();
        let with = with.map(|(name, value)| (name.clone(), of_literal(value)));
        entries.push(("with".to_owned(), Json::Object(with.collect())));
    }
    Json::Object(entries)
}
