//! From JSON to a tree. A path says where.

use super::Json;
use crate::near::near;
use crate::rules::dates;
use crate::rules::problem::RuleProblem;
use crate::rules::text::near_sources;
use crate::rules::tree::{
    Aggregate, AggregateFunction, Arithmetic, At, Comparison, Condition, Date, Direction, Duration,
    Function, Literal, Operand, Point, Selector, Source, Template, Term, Unit, Window,
};
use crate::text::shown;

type Form<T> = Result<T, RuleProblem>;

fn problem(path: &str, problem: impl Into<String>) -> RuleProblem {
    RuleProblem::new(problem).on(path)
}

fn expected(path: &str, what: &str, found: &Json) -> RuleProblem {
    problem(
        path,
        format!("found {}, but expected {what}", found.found()),
    )
}

fn unknown(path: &str, what: &str, name: &str, known: &[&str]) -> RuleProblem {
    problem(path, format!("there is no {what} `{}`", shown(name)))
        .near(near(name, known.iter().copied()))
}

/// The one key of an object, with what it holds and the path to that.
fn tagged<'a>(json: &'a Json, path: &str, what: &str) -> Form<(&'a str, &'a Json, String)> {
    match json {
        Json::Object(entries) if entries.len() == 1 => {
            let (key, value) = &entries[0];
            Ok((key, value, format!("{path}.{}", shown(key))))
        }
        Json::Object(entries) => Err(problem(
            path,
            format!(
                "{what} is an object of one key, but this has {}",
                entries.len()
            ),
        )),
        other => Err(expected(path, what, other)),
    }
}

fn text<'a>(json: &'a Json, path: &str, what: &str) -> Form<&'a str> {
    match json {
        Json::Text(text) => Ok(text),
        other => Err(expected(path, what, other)),
    }
}

fn list<'a>(json: &'a Json, path: &str, what: &str) -> Form<&'a [Json]> {
    match json {
        Json::List(list) => Ok(list),
        other => Err(expected(path, what, other)),
    }
}

fn pair<'a>(json: &'a Json, path: &str, what: &str) -> Form<(&'a Json, &'a Json)> {
    match json {
        Json::List(list) if list.len() == 2 => Ok((&list[0], &list[1])),
        other => Err(expected(path, what, other)),
    }
}

/// The values of an object by key; keys that are not among `known` are refused.
fn entries<'a, const N: usize>(
    json: &'a Json,
    path: &str,
    what: &str,
    known: [&str; N],
) -> Form<[Option<&'a Json>; N]> {
    let Json::Object(entries) = json else {
        return Err(expected(path, what, json));
    };
    let mut found = [None; N];
    for (key, value) in entries {
        match known.iter().position(|known| known == key) {
            Some(place) => found[place] = Some(value),
            None => return Err(unknown(path, "key", key, &known)),
        }
    }
    Ok(found)
}

const CONDITIONS: [&str; 21] = [
    "all",
    "any",
    "not",
    "has",
    "no",
    "in_segment",
    "template",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "between",
    "in",
    "under",
    "contains",
    "within",
    "missing",
    "known",
    "is_true",
];
const OPERANDS: [&str; 9] = [
    "field", "value", "duration", "agg", "call", "add", "sub", "mul", "div",
];

pub(in crate::rules) fn condition(json: &Json, path: &str) -> Form<Condition> {
    let (key, value, path) = tagged(json, path, "a condition")?;
    let path = path.as_str();
    // Only what nests: the others would take more of the stack at each level.
    match key {
        "all" | "any" => conditions(key, value, path),
        "not" => condition(value, path).map(|part| Condition::Not(Box::new(part))),
        "has" => selector(value, path).map(|of| Condition::Has(Box::new(of))),
        "no" => selector(value, path).map(|of| Condition::No(Box::new(of))),
        _ => of_values(key, value, path),
    }
}

/// A condition that is asked of values.
fn of_values(key: &str, value: &Json, path: &str) -> Form<Condition> {
    let boxed = |value| operand(value, path).map(Box::new);
    let side = |place: usize| format!("{path}[{place}]");
    if let Some(by) = Comparison::ALL.into_iter().find(|by| by.name() == key) {
        let (left, right) = pair(value, path, "a list of two operands")?;
        let sides = (operand(left, &side(0))?, operand(right, &side(1))?);
        return Ok(Condition::Compare(by, Box::new(sides)));
    }
    Ok(match key {
        "in_segment" => {
            let name = text(value, path, "the name of a segment")?;
            Condition::InSegment(At::default(), name.to_owned())
        }
        "template" => Condition::Template(At::default(), template(value, path)?),
        "between" => match value {
            Json::List(parts) if parts.len() == 3 => Condition::Between(Box::new([
                operand(&parts[0], &side(0))?,
                operand(&parts[1], &side(1))?,
                operand(&parts[2], &side(2))?,
            ])),
            other => return Err(expected(path, "a list of three operands", other)),
        },
        "in" => {
            let (left, values) = pair(value, path, "a list of an operand and a list of values")?;
            let left = Box::new(operand(left, &side(0))?);
            Condition::In(left, literals(values, &side(1))?)
        }
        "under" | "contains" => {
            let (left, right) = pair(value, path, "a list of an operand and a text")?;
            let left = Box::new(operand(left, &side(0))?);
            let right = text(right, &side(1), "a text")?.to_owned();
            match key {
                "under" => Condition::Under(left, right),
                _ => Condition::Contains(left, right),
            }
        }
        "within" => {
            let (left, window) = pair(value, path, "a list of an operand and a window")?;
            let left = Box::new(operand(left, &side(0))?);
            let (direction, length, path) = tagged(window, &side(1), "a window")?;
            let direction = match direction {
                "last" => Direction::Last,
                "next" => Direction::Next,
                other => return Err(unknown(&path, "window", other, &["last", "next"])),
            };
            Condition::Within(left, direction, duration(length, &path)?)
        }
        "missing" => Condition::Missing(boxed(value)?),
        "known" => Condition::Known(boxed(value)?),
        "is_true" => match boxed(value)? {
            field if matches!(field.term, Term::Field(_)) => Condition::IsTrue(field),
            _ => return Err(problem(path, "`is_true` is asked of a field only")),
        },
        other => {
            return Err(unknown(path, "condition", other, &CONDITIONS));
        }
    })
}

fn conditions(key: &str, value: &Json, path: &str) -> Form<Condition> {
    let parts = list(value, path, "a list of conditions")?;
    let read = |(place, part)| condition(part, &format!("{path}[{place}]"));
    let mut parts = parts
        .iter()
        .enumerate()
        .map(read)
        .collect::<Form<Vec<_>>>()?;
    match (parts.len(), key) {
        (0, _) => Err(problem(
            path,
            format!("`{key}` of no conditions means nothing: leave it out"),
        )),
        // One condition is what it is by itself.
        (1, _) => parts
            .pop()
            .ok_or_else(|| problem(path, "a condition is needed")),
        (_, "all") => Ok(Condition::All(parts)),
        _ => Ok(Condition::Any(parts)),
    }
}

pub(in crate::rules) fn operand(json: &Json, path: &str) -> Form<Operand> {
    let (key, value, path) = tagged(json, path, "an operand")?;
    let path = path.as_str();
    let term = match key {
        "field" => Term::Field(name(value, path)?),
        "value" => Term::Value(literal(value, path)?),
        "duration" => Term::Duration(duration(value, path)?),
        "agg" => Term::Aggregate(aggregate(value, path)?),
        "call" => call(value, path)?,
        other => {
            let Some(sign) = Arithmetic::ALL
                .into_iter()
                .find(|sign| sign.name() == other)
            else {
                return Err(unknown(path, "operand", other, &OPERANDS));
            };
            let (left, right) = pair(value, path, "a list of two operands")?;
            let left = operand(left, &format!("{path}[0]"))?;
            let right = operand(right, &format!("{path}[1]"))?;
            Term::Arithmetic(sign, Box::new((left, right)))
        }
    };
    Ok(Operand {
        at: At::default(),
        term,
    })
}

fn name(json: &Json, path: &str) -> Form<String> {
    match text(json, path, "a name")? {
        "" => Err(problem(path, "a name needs a letter")),
        name => Ok(name.to_owned()),
    }
}

fn literal(json: &Json, path: &str) -> Form<Literal> {
    match json {
        Json::Number(number) => Ok(Literal::Number(*number)),
        Json::Text(text) => Ok(Literal::Text(text.clone())),
        Json::Flag(flag) => Ok(Literal::Flag(*flag)),
        Json::Object(_) => {
            let [day] = entries(json, path, "a value", ["date"])?;
            let day = day.ok_or_else(|| problem(path, "a value is no empty object"))?;
            Ok(Literal::Date(date(day, &format!("{path}.date"))?))
        }
        Json::Null => Err(problem(path, "there is no null: ask `missing` or `known`")),
        other => Err(expected(path, "a value", other)),
    }
}

fn literals(json: &Json, path: &str) -> Form<Vec<(At, Literal)>> {
    let values = list(json, path, "a list of values")?;
    if values.is_empty() {
        return Err(problem(
            path,
            "nothing is among no values: list at least one",
        ));
    }
    let read = |(place, value)| {
        let value = literal(value, &format!("{path}[{place}]"))?;
        Ok((At::default(), value))
    };
    values.iter().enumerate().map(read).collect()
}

fn date(json: &Json, path: &str) -> Form<Date> {
    dates::read(text(json, path, "a date")?).map_err(|wrong| problem(path, wrong))
}

fn duration(json: &Json, path: &str) -> Form<Duration> {
    let text = text(json, path, "a duration such as \"90d\"")?;
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (count, sign) = text.split_at(digits);
    let unit = Unit::ALL.into_iter().find(|unit| unit.sign() == sign);
    let plain = !count.starts_with('0') || count == "0";
    let count = count
        .parse::<u32>()
        .ok()
        .filter(|&count| plain && count <= Duration::MOST);
    match (count, unit) {
        (Some(count), Some(unit)) => Ok(Duration { count, unit }),
        _ if sign == "m" => Err(problem(
            path,
            "`m` may mean minutes or months: write `mo` for months",
        )),
        _ => Err(problem(
            path,
            format!(
                "`{}` is no duration: whole numbers of h, d, w, mo or y, such as 90d",
                shown(text)
            ),
        )),
    }
}

fn call(json: &Json, path: &str) -> Form<Term> {
    let [function, arguments] = entries(json, path, "a call", ["fn", "args"])?;
    let function = needed(function, path, "fn")?;
    let named = text(function, path, "the name of a function")?;
    let function = Function::ALL.into_iter().find(|of| of.name() == named);
    let function = function
        .ok_or_else(|| unknown(path, "function", named, &Function::ALL.map(Function::name)))?;
    let arguments = list(needed(arguments, path, "args")?, path, "a list of operands")?;
    if arguments.len() != function.arguments() {
        return Err(problem(
            path,
            format!(
                "`{named}` is given {} values, but takes {}",
                arguments.len(),
                function.arguments()
            ),
        ));
    }
    let read = |(place, argument)| operand(argument, &format!("{path}.args[{place}]"));
    let arguments = arguments
        .iter()
        .enumerate()
        .map(read)
        .collect::<Form<_>>()?;
    Ok(Term::Call(function, arguments))
}

fn needed<'a>(value: Option<&'a Json>, path: &str, key: &str) -> Form<&'a Json> {
    value.ok_or_else(|| problem(path, format!("the key `{key}` is missing")))
}

fn aggregate(json: &Json, path: &str) -> Form<Aggregate> {
    let [function, expression, of] = entries(json, path, "an aggregate", ["fn", "expr", "of"])?;
    let named = text(
        needed(function, path, "fn")?,
        path,
        "the name of an aggregate",
    )?;
    let function = AggregateFunction::ALL
        .into_iter()
        .find(|of| of.name() == named);
    let function = function.ok_or_else(|| {
        unknown(
            path,
            "aggregate",
            named,
            &AggregateFunction::ALL.map(AggregateFunction::name),
        )
    })?;
    let expression = match (function.is_of_rows(), expression) {
        (true, None) => None,
        (true, Some(_)) => {
            return Err(problem(
                path,
                format!("`{named}` takes rows alone, no `expr`"),
            ));
        }
        (false, what) => {
            let what = needed(what, path, "expr")?;
            Some(Box::new(operand(what, &format!("{path}.expr"))?))
        }
    };
    let of = selector(needed(of, path, "of")?, &format!("{path}.of"))?;
    Ok(Aggregate {
        function,
        expression,
        of: Box::new(of),
    })
}

fn selector(json: &Json, path: &str) -> Form<Selector> {
    let known = ["source", "status", "window", "as", "where"];
    let [from, status, window_, bind, filter] = entries(json, path, "rows", known)?;
    let any_status = match status {
        None => false,
        Some(Json::Text(status)) if status == "any" => true,
        Some(_) => return Err(problem(path, "`status` can only be \"any\"")),
    };
    let bind = bind.map(|bind| name(bind, path)).transpose()?;
    let filter = filter
        .map(|of| condition(of, &format!("{path}.where")))
        .transpose()?;
    Ok(Selector {
        at: At::default(),
        source: source(needed(from, path, "source")?, path)?,
        any_status,
        window: window_
            .map(|of| window(of, &format!("{path}.window")))
            .transpose()?,
        bind: bind.map(|name| (At::default(), name)),
        filter,
    })
}

fn source(json: &Json, path: &str) -> Form<Source> {
    if let Json::Object(_) = json {
        let [kind] = entries(json, path, "rows", ["events"])?;
        let kind = text(needed(kind, path, "events")?, path, "a kind of events")?;
        return Ok(Source::Events(kind.to_owned()));
    }
    let named = text(json, path, "the name of rows")?;
    let found = Source::NAMED
        .into_iter()
        .find(|source| source.name() == named);
    found.ok_or_else(|| {
        let problem = problem(path, format!("there are no rows called `{}`", shown(named)));
        problem.near(near_sources(named))
    })
}

fn window(json: &Json, path: &str) -> Form<Window> {
    let (key, value, path) = tagged(json, path, "a window")?;
    let path = path.as_str();
    Ok(match key {
        "last" => Window::Last(duration(value, path)?),
        "first" => Window::First(duration(value, path)?),
        "since" => Window::Since(point(value, path)?),
        "before" => Window::Before(point(value, path)?),
        "between" => {
            let (from, to) = pair(value, path, "a list of two points")?;
            Window::Between(
                point(from, &format!("{path}[0]"))?,
                point(to, &format!("{path}[1]"))?,
            )
        }
        other => {
            let known = ["last", "first", "between", "since", "before"];
            return Err(unknown(path, "window", other, &known));
        }
    })
}

fn point(json: &Json, path: &str) -> Form<Point> {
    let (key, value, path) = tagged(json, path, "a point in time")?;
    match key {
        "date" => Ok(Point::Date(date(value, &path)?)),
        "ago" => Ok(Point::Ago(duration(value, &path)?)),
        "field" => Ok(Point::Field(At::default(), name(value, &path)?)),
        other => Err(unknown(
            &path,
            "point in time",
            other,
            &["date", "ago", "field"],
        )),
    }
}

fn template(json: &Json, path: &str) -> Form<Template> {
    let [named, with] = entries(json, path, "a template", ["name", "with"])?;
    let named = text(needed(named, path, "name")?, path, "the name of a template")?;
    let mut values = Vec::new();
    match with {
        None => {}
        Some(Json::Object(entries)) => {
            for (key, value) in entries {
                let path = format!("{path}.with.{}", shown(key));
                values.push((name(&Json::text(key), &path)?, literal(value, &path)?));
            }
        }
        Some(other) => return Err(expected(path, "parameters by name", other)),
    }
    values.sort_by(|(a, _): &(String, Literal), (b, _)| a.cmp(b));
    Ok(Template {
        name: named.to_owned(),
        with: values,
    })
}
