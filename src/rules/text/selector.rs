//! Reading what stands in the brackets of `has`, `count`, `sum` and the like.

use super::cursor::{Parser, Parsing};
use super::lexer::TokenKind;
use super::parser::Parsed;
use crate::near::near;
use crate::rules::dates;
use crate::rules::json::MOST_KEYS;
use crate::rules::tree::{
    Aggregate, AggregateFunction, Condition, Literal, Point, Selector, Source, Template, Term,
    Window,
};
use crate::text::shown;

impl Parser<'_> {
    pub(super) fn aggregate(&mut self, function: AggregateFunction) -> Parsing<Parsed> {
        let start = self.advance().at;
        let (expression, (of, height), below) = match function.is_of_rows() {
            true => (None, self.selector_in_brackets()?, 0),
            false => {
                self.need_sign("(", "")?;
                let what = self.expression(0)?;
                let (what, below) = self.as_operand(what)?;
                let form = format!(
                    "and where from, as in `{}(amount of orders)`",
                    function.name()
                );
                self.need_word("of", &form)?;
                let of = self.deeper(Self::selector)?;
                self.need_sign(")", "at the end of the rows")?;
                (Some(Box::new(what)), of, below)
            }
        };
        let height = self.part(start, height.max(below))?;
        let aggregate = Aggregate {
            function,
            expression,
            of: Box::new(of),
        };
        Ok(self.operand(Term::Aggregate(aggregate), start, height))
    }

    pub(super) fn selector_in_brackets(&mut self) -> Parsing<(Selector, usize)> {
        self.need_sign("(", "and the rows, as in `has(orders in last 90d)`")?;
        let of = self.deeper(Self::selector)?;
        self.need_sign(")", "at the end of the rows")?;
        Ok(of)
    }

    /// Rows, and how deep they nest.
    fn selector(&mut self) -> Parsing<(Selector, usize)> {
        let start = self.peek().at;
        let source = self.source()?;
        let at = self.since(start);
        let any_status = self.take_word("any");
        if any_status {
            self.need_word("status", "behind `any`")?;
        }
        let window = self.window()?;
        let bind = match self.take_word("as") {
            true => {
                let at = self.peek().at;
                Some((at, self.name("a name for the row")?))
            }
            false => None,
        };
        let (mut filter, mut height) = (None, 0);
        if self.take_word("where") {
            let parsed = self.expression(0)?;
            let (condition, below) = self.as_condition(parsed)?;
            (filter, height) = (Some(condition), below);
        }
        if !self.is_sign(")") {
            return Err(self.expected(
                "`)`, a window (`in last 90d`, `between`, `since`, `before`), `as` or `where`, in this order",
            ));
        }
        let selector = Selector {
            at,
            source,
            any_status,
            window,
            bind,
            filter,
        };
        Ok((selector, self.part(start, height)?))
    }

    fn source(&mut self) -> Parsing<Source> {
        let token = self.peek().clone();
        let word = match token.kind {
            TokenKind::Word(word) => word,
            _ => return Err(self.expected("rows, such as `orders`, `purchases` or `views`")),
        };
        self.advance();
        if word == "events" {
            self.need_sign("(", "and a kind, as in `events('service')`")?;
            let (_, kind) = self.text("the kind of events in quotes")?;
            self.need_sign(")", "behind the kind of events")?;
            return Ok(Source::Events(kind));
        }
        let found = Source::NAMED
            .into_iter()
            .find(|source| source.name() == word);
        found.ok_or_else(|| {
            let problem = format!("there are no rows called `{}`", shown(&word));
            self.problem(token.at, problem).near(near_sources(&word))
        })
    }

    fn window(&mut self) -> Parsing<Option<Window>> {
        let start = self.peek().at;
        let window = if self.take_word("in") {
            let (last, first) = (self.take_word("last"), self.take_word("first"));
            match (last, first) {
                (true, _) => Window::Last(self.duration()?),
                (_, true) => Window::First(self.duration()?),
                _ => {
                    return Err(
                        self.expected("`last` or `first` and a duration, as in `in last 90d`")
                    );
                }
            }
        } else if self.take_word("between") {
            let from = self.point()?;
            self.need_word("and", "and the end of the window")?;
            Window::Between(from, self.point()?)
        } else if self.take_word("since") {
            Window::Since(self.point()?)
        } else if self.take_word("before") {
            Window::Before(self.point()?)
        } else {
            return Ok(None);
        };
        match window_problem(&window) {
            Some(problem) => Err(self.problem(self.since(start), problem)),
            None => Ok(Some(window)),
        }
    }

    fn point(&mut self) -> Parsing<Point> {
        let token = self.peek().clone();
        match token.kind {
            TokenKind::Duration(duration) => {
                self.advance();
                self.need_word("ago", "behind the duration")?;
                Ok(Point::Ago(duration))
            }
            TokenKind::Word(word) if word == "date" && !self.is_behind(".") => {
                match self.literal()? {
                    Literal::Date(date) => Ok(Point::Date(date)),
                    _ => Err(self.problem(token.at, "a date is needed")),
                }
            }
            TokenKind::Word(_) | TokenKind::Quoted(_) => {
                let name = self.field_name(POINT)?;
                match name.contains('.') {
                    true => Ok(Point::Field(self.since(token.at), name)),
                    false => Err(self.problem(
                        self.since(token.at),
                        format!("expected {POINT}: name the row with `as`, then its time"),
                    )),
                }
            }
            _ => Err(self.expected(POINT)),
        }
    }

    pub(super) fn template(&mut self) -> Parsing<Parsed> {
        let start = self.advance().at;
        self.need_sign("(", "")?;
        let (at, name) = self.text("the name of a template in quotes")?;
        let mut with: Vec<(String, Literal)> = Vec::new();
        while self.take_sign(",") {
            let here = self.peek().at;
            let parameter = self.name("the name of a parameter")?;
            self.need_sign("=", "and a value behind the parameter")?;
            if with.iter().any(|(known, _)| *known == parameter) {
                let problem = format!("the parameter `{}` is given twice", shown(&parameter));
                return Err(self.problem(here, problem));
            }
            if with.len() == MOST_KEYS {
                let problem = format!("a template takes at most {MOST_KEYS} parameters");
                return Err(self.problem(here, problem));
            }
            with.push((parameter, self.literal()?));
        }
        self.need_sign(")", "at the end of the template")?;
        // The order in which parameters are given says nothing.
        with.sort_by(|(a, _), (b, _)| a.cmp(b));
        let template = Template { name, with };
        self.made(Condition::Template(at, template), start, start, 0)
    }
}

const POINT: &str =
    "a point in time: date '2025-01-31', `90d ago`, or a bound row's time such as `w.at`";

/// What is wrong with a window whatever the time.
fn window_problem(window: &Window) -> Option<&'static str> {
    let empty = "the window holds nothing: its duration is zero";
    match window {
        Window::Last(duration) | Window::First(duration) => (duration.count == 0).then_some(empty),
        Window::Between(from, to) => {
            let backwards = match (from, to) {
                (Point::Ago(from), Point::Ago(to)) => to.is_longer_than(*from),
                (Point::Date(from), Point::Date(to)) => dates::is_after(*from, *to),
                _ => false,
            };
            backwards.then_some("the window ends before it starts: the earlier point comes first")
        }
        Window::Since(_) | Window::Before(_) => None,
    }
}

/// Names of rows like one that is not known; in the singular too.
pub(in crate::rules) fn near_sources(word: &str) -> Vec<String> {
    let names = Source::NAMED.iter().map(Source::name).chain(["events"]);
    near(word, names)
}
