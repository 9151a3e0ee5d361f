//! From tokens to a tree: one expression parser by binding power (Pratt 1973), which knows neither
//! fields nor types.

use super::dates;
use super::lexer::{Token, TokenKind, tokens};
use super::problem::RuleProblem;
use super::tree::{
    AggregateFunction, Arithmetic, At, Comparison, Condition, DEEPEST, Direction, Duration,
    Function, Literal, MOST_PARTS, Operand, Term,
};
use super::words::is_reserved;

pub(super) type Parsing<T> = Result<T, RuleProblem>;

/// Reads a condition.
pub(crate) fn condition(text: &str) -> Parsing<Condition> {
    let mut parser = Parser::new(text)?;
    let parsed = parser.expression(0)?;
    parser.end()?;
    parser.as_condition(parsed).map(|(condition, _)| condition)
}

/// Reads an expression that has a value.
pub(crate) fn operand(text: &str) -> Parsing<Operand> {
    let mut parser = Parser::new(text)?;
    let parsed = parser.expression(0)?;
    parser.end()?;
    parser.as_operand(parsed).map(|(operand, _)| operand)
}

/// What was read, and how deep it nests.
pub(super) struct Parsed {
    kind: ParsedKind,
    height: usize,
    at: At,
}

enum ParsedKind {
    /// With whether it stood in brackets, inside of which `and` and `or` end.
    Condition(Condition, bool),
    Operand(Operand),
}

/// How strongly what stands between two parts binds them.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARISON: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;

/// How many more brackets than levels there may be: some say nothing.
const SPARE: usize = 8;

pub(super) struct Parser<'a> {
    pub text: &'a str,
    tokens: Vec<Token>,
    place: usize,
    depth: usize,
    parts: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Parsing<Self> {
        Ok(Parser {
            text,
            tokens: tokens(text)?,
            place: 0,
            depth: 0,
            parts: 0,
        })
    }

    // Tokens.

    pub fn peek(&self) -> &Token {
        // The last token ends the text, and is never passed.
        &self.tokens[self.place.min(self.tokens.len() - 1)]
    }

    fn peek_behind(&self) -> &TokenKind {
        &self.tokens[(self.place + 1).min(self.tokens.len() - 1)].kind
    }

    pub fn advance(&mut self) -> Token {
        let token = self.peek().clone();
        self.place = (self.place + 1).min(self.tokens.len() - 1);
        token
    }

    /// Whether a sign stands behind the next token.
    pub fn is_behind(&self, sign: &str) -> bool {
        matches!(self.peek_behind(), TokenKind::Sign(behind) if *behind == sign)
    }

    pub fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek().kind, TokenKind::Sign(here) if here == sign)
    }

    pub fn is_word(&self, word: &str) -> bool {
        matches!(&self.peek().kind, TokenKind::Word(here) if here == word)
    }

    pub fn take_sign(&mut self, sign: &str) -> bool {
        let there = self.is_sign(sign);
        if there {
            self.advance();
        }
        there
    }

    pub fn take_word(&mut self, word: &str) -> bool {
        let there = self.is_word(word);
        if there {
            self.advance();
        }
        there
    }

    pub fn need_sign(&mut self, sign: &str, why: &str) -> Parsing<()> {
        match self.take_sign(sign) {
            true => Ok(()),
            false => Err(self.expected(&format!("`{sign}` {why}"))),
        }
    }

    pub fn need_word(&mut self, word: &str, why: &str) -> Parsing<()> {
        match self.take_word(word) {
            true => Ok(()),
            false => Err(self.expected(&format!("`{word}` {why}"))),
        }
    }

    pub fn problem(&self, at: At, problem: impl Into<String>) -> RuleProblem {
        RuleProblem::new(problem).at(self.text, at)
    }

    /// That something else was expected where the parser stands.
    pub fn expected(&self, what: &str) -> RuleProblem {
        let token = self.peek();
        let mut problem = format!("{}, but expected {what}", token.kind.found());
        let before = self
            .place
            .checked_sub(1)
            .map(|place| &self.tokens[place].kind);
        let word = before
            .into_iter()
            .chain([&token.kind])
            .find_map(in_upper_case);
        if let Some(lower) = word {
            problem.push_str(&format!(
                "; words of the language are lower case: `{lower}`"
            ));
        }
        match (before, &token.kind, self.peek_behind()) {
            (Some(TokenKind::Number(_)), TokenKind::Sign(","), _) => {
                problem.push_str("; numbers are written without separators");
            }
            (_, TokenKind::Sign("."), TokenKind::Number(_)) => {
                problem.push_str("; a number begins with a digit, as in `0.5`");
            }
            _ => {}
        }
        let before = self
            .place
            .checked_sub(1)
            .map(|place| &self.tokens[place].kind);
        match (before, &token.kind, self.peek_behind()) {
            (Some(TokenKind::Number(_)), TokenKind::Sign(","), _) => {
                problem.push_str("; numbers are written without separators");
            }
            (_, TokenKind::Sign("."), TokenKind::Number(_)) => {
                problem.push_str("; a number begins with a digit, as in `0.5`");
            }
            _ => {}
        }
        self.problem(token.at, problem)
    }

    /// From where a part began to where the parser stands.
    pub fn since(&self, start: At) -> At {
        let before = self
            .place
            .checked_sub(1)
            .and_then(|place| self.tokens.get(place));
        At {
            start: start.start,
            end: before.map_or(start.end, |token| token.at.end),
        }
    }

    fn end(&self) -> Parsing<()> {
        match self.peek().kind {
            TokenKind::End => Ok(()),
            TokenKind::Sign(")") => Err(self.problem(
                self.peek().at,
                "this bracket closes nothing: there is no open one before it",
            )),
            _ => Err(self.expected("`and`, `or` or the rule's end")),
        }
    }

    // Limits.

    pub fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsing<T>) -> Parsing<T> {
        if self.depth == DEEPEST + SPARE {
            return Err(self.problem(self.peek().at, too_deep()));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// One more part, over others that nest this deep.
    pub fn part(&mut self, at: At, below: usize) -> Parsing<usize> {
        self.parts += 1;
        if below >= DEEPEST {
            return Err(self.problem(at, too_deep()));
        }
        if self.parts > MOST_PARTS {
            let problem = format!("the rule has more than {MOST_PARTS} parts");
            return Err(self.problem(at, problem));
        }
        Ok(below + 1)
    }

    // Expressions.

    pub fn expression(&mut self, least: u8) -> Parsing<Parsed> {
        let mut left = self.deeper(Self::first)?;
        while let Some((power, operator)) = self.operator() {
            if power < least {
                break;
            }
            left = match operator {
                Operator::And => self.joined(left, AND)?,
                Operator::Or => self.joined(left, OR)?,
                Operator::Arithmetic(sign) => self.arithmetic(left, sign, power)?,
                Operator::Comparison => self.comparison(left)?,
            };
        }
        Ok(left)
    }

    /// What binds to the left where the parser stands.
    fn operator(&self) -> Option<(u8, Operator)> {
        match &self.peek().kind {
            TokenKind::Word(word) => match word.as_str() {
                "and" => Some((AND, Operator::And)),
                "or" => Some((OR, Operator::Or)),
                "not" | "in" | "between" | "under" | "contains" | "within" | "is" => {
                    Some((COMPARISON, Operator::Comparison))
                }
                _ => None,
            },
            TokenKind::Sign(sign) => {
                let arithmetic = Arithmetic::ALL.into_iter().find(|of| of.sign() == *sign);
                let compares = Comparison::ALL.into_iter().any(|of| of.sign() == *sign);
                match arithmetic {
                    Some(of @ (Arithmetic::Add | Arithmetic::Sub)) => {
                        Some((SUM, Operator::Arithmetic(of)))
                    }
                    Some(of) => Some((PRODUCT, Operator::Arithmetic(of))),
                    None => compares.then_some((COMPARISON, Operator::Comparison)),
                }
            }
            _ => None,
        }
    }

    /// Conditions joined by `and` or by `or`, as one part however many they are.
    fn joined(&mut self, left: Parsed, power: u8) -> Parsing<Parsed> {
        let word = self.advance();
        let right = self.expression(power + 1)?;
        let (start, open) = (
            left.at,
            !matches!(left.kind, ParsedKind::Condition(_, true)),
        );
        let (left, left_height) = self.as_condition(left)?;
        let (right, right_height) = self.as_condition(right)?;
        let (condition, below) = match (left, power) {
            (Condition::All(mut parts), AND) if open => {
                parts.push(right);
                (Condition::All(parts), right_height.max(left_height - 1))
            }
            (Condition::Any(mut parts), OR) if open => {
                parts.push(right);
                (Condition::Any(parts), right_height.max(left_height - 1))
            }
            (left, AND) => (
                Condition::All(vec![left, right]),
                left_height.max(right_height),
            ),
            (left, _) => (
                Condition::Any(vec![left, right]),
                left_height.max(right_height),
            ),
        };
        self.made(condition, start, word.at, below)
    }

    fn arithmetic(&mut self, left: Parsed, sign: Arithmetic, power: u8) -> Parsing<Parsed> {
        let start = left.at;
        let at = self.advance().at;
        let right = self.expression(power + 1)?;
        let (left, left_height) = self.as_operand(left)?;
        let (right, right_height) = self.as_operand(right)?;
        let height = self.part(at, left_height.max(right_height))?;
        let term = Term::Arithmetic(sign, Box::new((left, right)));
        Ok(self.operand(term, start, height))
    }

    /// A condition that was just read, and began at `start`.
    pub fn made(&mut self, made: Condition, start: At, at: At, below: usize) -> Parsing<Parsed> {
        Ok(Parsed {
            height: self.part(at, below)?,
            at: self.since(start),
            kind: ParsedKind::Condition(made, false),
        })
    }

    /// A term that was just read, and began at `start`.
    pub fn operand(&self, term: Term, start: At, height: usize) -> Parsed {
        let at = self.since(start);
        Parsed {
            height,
            at,
            kind: ParsedKind::Operand(Operand { at, term }),
        }
    }

    pub fn as_condition(&self, parsed: Parsed) -> Parsing<(Condition, usize)> {
        match parsed.kind {
            ParsedKind::Condition(condition, _) => Ok((condition, parsed.height)),
            ParsedKind::Operand(operand) if matches!(operand.term, Term::Field(_)) => {
                Ok((Condition::IsTrue(Box::new(operand)), parsed.height + 1))
            }
            ParsedKind::Operand(_) => Err(self.problem(
                parsed.at,
                "this is a value, but a condition is needed: compare it, as in `... > 0`",
            )),
        }
    }

    pub fn as_operand(&self, parsed: Parsed) -> Parsing<(Operand, usize)> {
        match parsed.kind {
            ParsedKind::Operand(operand) => Ok((operand, parsed.height)),
            ParsedKind::Condition(..) => Err(self.problem(
                parsed.at,
                "this is a condition, which is true or false, but a value is needed; comparisons do not \
                 chain: write `a < b and b < c`",
            )),
        }
    }

    /// What an expression begins with.
    fn first(&mut self) -> Parsing<Parsed> {
        let token = self.peek().clone();
        match token.kind {
            TokenKind::Sign("(") => self.in_brackets(),
            TokenKind::Sign("-") => self.negative(),
            TokenKind::Number(_) | TokenKind::Text(_) => {
                let value = self.literal()?;
                self.value(Term::Value(value), token.at)
            }
            TokenKind::Duration(duration) => {
                self.advance();
                self.value(Term::Duration(duration), token.at)
            }
            TokenKind::Quoted(_) => self.field(),
            TokenKind::Word(word) => self.word(&word, token.at),
            TokenKind::Sign(_) | TokenKind::End => Err(self.expected(VALUE)),
        }
    }

    fn value(&mut self, term: Term, start: At) -> Parsing<Parsed> {
        let height = self.part(start, 0)?;
        Ok(self.operand(term, start, height))
    }

    fn in_brackets(&mut self) -> Parsing<Parsed> {
        let open = self.advance().at;
        let mut parsed = self.expression(0)?;
        if !self.take_sign(")") {
            let problem = match self.peek().kind {
                TokenKind::End => self.problem(open, "this bracket is never closed"),
                _ => self.expected("`)`, `and` or `or`"),
            };
            return Err(problem);
        }
        parsed.at = self.since(open);
        if let ParsedKind::Condition(_, closed) = &mut parsed.kind {
            *closed = true;
        }
        Ok(parsed)
    }

    fn negative(&mut self) -> Parsing<Parsed> {
        let start = self.peek().at;
        match self.peek_behind() {
            TokenKind::Number(_) => {
                let value = self.literal()?;
                self.value(Term::Value(value), start)
            }
            _ => {
                let problem = "a minus stands before a number or between two values: write `0 - x`";
                Err(self.problem(start, problem))
            }
        }
    }

    fn word(&mut self, word: &str, start: At) -> Parsing<Parsed> {
        let (calls, names) = match self.peek_behind() {
            TokenKind::Sign("(") => (true, false),
            TokenKind::Text(_) => (false, word == "date"),
            _ => (false, false),
        };
        match word {
            "not" => {
                self.advance();
                let below = self.expression(NOT)?;
                let (below, height) = self.as_condition(below)?;
                self.made(Condition::Not(Box::new(below)), start, start, height)
            }
            "in" => self.in_segment(),
            "has" | "no" => self.has(word == "has"),
            "true" | "false" => {
                let value = self.literal()?;
                self.value(Term::Value(value), start)
            }
            "date" if names => {
                let value = self.literal()?;
                self.value(Term::Value(value), start)
            }
            "template" if calls => self.template(),
            _ if calls && !is_reserved(word) => self.call(word, start),
            _ => self.field(),
        }
    }

    fn in_segment(&mut self) -> Parsing<Parsed> {
        let start = self.advance().at;
        self.need_word("segment", "and a name, or a value before `in`")?;
        let (at, name) = self.text("the name of a segment in quotes")?;
        self.made(Condition::InSegment(at, name), start, start, 0)
    }

    fn has(&mut self, has: bool) -> Parsing<Parsed> {
        let start = self.advance().at;
        let (selector, height) = self.selector_in_brackets()?;
        let selector = Box::new(selector);
        let made = match has {
            true => Condition::Has(selector),
            false => Condition::No(selector),
        };
        self.made(made, start, start, height)
    }

    /// A function or an aggregate of rows.
    fn call(&mut self, word: &str, start: At) -> Parsing<Parsed> {
        if let Some(function) = AggregateFunction::ALL
            .into_iter()
            .find(|of| of.name() == word)
        {
            return self.aggregate(function);
        }
        let Some(function) = Function::ALL.into_iter().find(|of| of.name() == word) else {
            let known = AggregateFunction::ALL.map(AggregateFunction::name);
            let known = known.into_iter().chain(Function::ALL.map(Function::name));
            let near = crate::near::near(word, known.chain(["has", "no", "template", "events"]));
            let problem = format!("there is no function `{}`", crate::text::shown(word));
            return Err(self.problem(start, problem).near(near));
        };
        self.advance();
        self.need_sign("(", "")?;
        let (mut arguments, mut below) = (Vec::new(), 0);
        loop {
            let argument = self.expression(SUM)?;
            let (argument, height) = self.as_operand(argument)?;
            arguments.push(argument);
            below = below.max(height);
            if !self.take_sign(",") {
                break;
            }
        }
        self.need_sign(")", "at the end of what the function is given")?;
        if arguments.len() != function.arguments() {
            let problem = format!(
                "`{word}` is given {} values, but takes {}",
                arguments.len(),
                function.arguments()
            );
            return Err(self.problem(start, problem));
        }
        let height = self.part(start, below)?;
        Ok(self.operand(Term::Call(function, arguments), start, height))
    }

    fn field(&mut self) -> Parsing<Parsed> {
        let start = self.peek().at;
        let name = self.field_name(VALUE)?;
        self.value(Term::Field(name), start)
    }

    /// A name, its parts joined by dots.
    pub fn field_name(&mut self, what: &str) -> Parsing<String> {
        let mut name = self.name(what)?;
        while self.take_sign(".") {
            name.push('.');
            name.push_str(&self.name("a name behind the dot")?);
        }
        Ok(name)
    }

    pub fn name(&mut self, what: &str) -> Parsing<String> {
        match self.peek().kind.clone() {
            TokenKind::Quoted(name) => {
                self.advance();
                Ok(name)
            }
            TokenKind::Word(word) if !is_reserved(&word) => {
                self.advance();
                Ok(word)
            }
            TokenKind::Word(word) => Err(self.expected(&format!(
                "{what} (a field called `{word}` is written in backticks)"
            ))),
            _ => Err(self.expected(what)),
        }
    }

    pub fn text(&mut self, what: &str) -> Parsing<(At, String)> {
        let token = self.peek().clone();
        match token.kind {
            TokenKind::Text(text) => {
                self.advance();
                Ok((token.at, text))
            }
            _ => Err(self.expected(what)),
        }
    }

    pub fn duration(&mut self) -> Parsing<Duration> {
        match self.peek().kind {
            TokenKind::Duration(duration) => {
                self.advance();
                Ok(duration)
            }
            _ => Err(self.expected("a duration such as 90d, 12mo or 1y")),
        }
    }

    /// A number, a text, `true`, `false` or a date.
    pub fn literal(&mut self) -> Parsing<Literal> {
        let place = self.place;
        let token = self.advance();
        match token.kind {
            TokenKind::Text(text) => Ok(Literal::Text(text)),
            TokenKind::Number(number) => Ok(Literal::Number(number)),
            TokenKind::Sign("-") => match self.peek().kind {
                TokenKind::Number(number) => {
                    self.advance();
                    // A zero has no sign.
                    Ok(Literal::Number(0.0 - number))
                }
                _ => Err(self.expected("a number behind the minus")),
            },
            TokenKind::Word(word) if word == "true" => Ok(Literal::Flag(true)),
            TokenKind::Word(word) if word == "false" => Ok(Literal::Flag(false)),
            TokenKind::Word(word) if word == "date" => {
                let (at, text) = self.text("the date in quotes, such as date '2025-01-31'")?;
                let date = dates::read(&text).map_err(|problem| self.problem(at, problem))?;
                Ok(Literal::Date(date))
            }
            _ => {
                self.place = place;
                Err(self.expected("a number, a text in quotes, true, false or a date"))
            }
        }
    }

    fn comparison(&mut self, left: Parsed) -> Parsing<Parsed> {
        let start = left.at;
        let (left, left_height) = self.as_operand(left)?;
        let token = self.advance();
        if let TokenKind::Sign(sign) = token.kind {
            let by = Comparison::ALL.into_iter().find(|of| of.sign() == sign);
            let by = by.unwrap_or(Comparison::Eq);
            let right = self.expression(SUM)?;
            let (right, height) = self.as_operand(right)?;
            let made = Condition::Compare(by, Box::new((left, right)));
            return self.made(made, start, token.at, left_height.max(height));
        }
        let negated = matches!(&token.kind, TokenKind::Word(word) if word == "not");
        if negated && !self.is_word("in") && !self.is_word("between") {
            return Err(self.expected("`in` or `between` behind `not`; or put `not` in front"));
        }
        let word = match negated {
            true => self.advance().kind,
            false => token.kind,
        };
        let word = match &word {
            TokenKind::Word(word) => word.as_str(),
            _ => "",
        };
        let left = Box::new(left);
        let (made, height) = match word {
            "between" => self.between(*left, left_height)?,
            "in" => (Condition::In(left, self.listed()?), left_height),
            "under" => {
                let (_, path) = self.text("a path in quotes, such as 'toys/wood'")?;
                (Condition::Under(left, path), left_height)
            }
            "contains" => {
                let (_, part) = self.text("the text to look for in quotes")?;
                (Condition::Contains(left, part), left_height)
            }
            "within" => {
                let direction = self.direction()?;
                (
                    Condition::Within(left, direction, self.duration()?),
                    left_height,
                )
            }
            _ => match (self.take_word("missing"), self.take_word("known")) {
                (true, _) => (Condition::Missing(left), left_height),
                (_, true) => (Condition::Known(left), left_height),
                _ => return Err(self.expected("`missing` or `known`; compare with `=`")),
            },
        };
        let parsed = self.made(made, start, token.at, height)?;
        match (negated, parsed.kind) {
            (true, ParsedKind::Condition(made, _)) => self.made(
                Condition::Not(Box::new(made)),
                start,
                token.at,
                parsed.height,
            ),
            (_, kind) => Ok(Parsed { kind, ..parsed }),
        }
    }

    fn between(&mut self, value: Operand, height: usize) -> Parsing<(Condition, usize)> {
        let low = self.expression(SUM)?;
        let (low, low_height) = self.as_operand(low)?;
        self.need_word("and", "and the upper bound of `between`")?;
        let high = self.expression(SUM)?;
        let (high, high_height) = self.as_operand(high)?;
        let at = At {
            start: low.at.start,
            end: high.at.end,
        };
        let backwards = match (&low.term, &high.term) {
            (Term::Value(Literal::Number(low)), Term::Value(Literal::Number(high))) => low > high,
            (Term::Duration(low), Term::Duration(high)) => low.is_longer_than(*high),
            (Term::Value(Literal::Date(low)), Term::Value(Literal::Date(high))) => {
                dates::is_after(*low, *high)
            }
            _ => false,
        };
        if backwards {
            return Err(self.problem(
                at,
                "nothing lies between these: the first is above the second",
            ));
        }
        let height = height.max(low_height).max(high_height);
        Ok((Condition::Between(Box::new([value, low, high])), height))
    }

    fn listed(&mut self) -> Parsing<Vec<(At, Literal)>> {
        self.need_sign("(", "and the values, as in `in ('a', 'b')`")?;
        let mut values = Vec::new();
        loop {
            let start = self.peek().at;
            let value = self.literal()?;
            values.push((self.since(start), value));
            if !self.take_sign(",") {
                self.need_sign(")", "or `,` behind a value of the list")?;
                return Ok(values);
            }
        }
    }

    fn direction(&mut self) -> Parsing<Direction> {
        match (self.take_word("last"), self.take_word("next")) {
            (true, _) => Ok(Direction::Last),
            (_, true) => Ok(Direction::Next),
            _ => Err(self.expected("`last` or `next` and a duration, as in `within last 7d`")),
        }
    }
}

/// A word of the language that is not written in lower case, as it is to be written.
fn in_upper_case(kind: &TokenKind) -> Option<String> {
    let TokenKind::Word(word) = kind else {
        return None;
    };
    let lower = word.to_lowercase();
    (*word != lower && is_reserved(&lower)).then_some(lower)
}

enum Operator {
    And,
    Or,
    Comparison,
    Arithmetic(Arithmetic),
}

const VALUE: &str = "a value, such as a field, a number or a text in quotes";

fn too_deep() -> String {
    format!("the rule nests deeper than {DEEPEST} levels; say it in fewer steps")
}
