//! From tokens to a tree: one expression parser by binding power (Pratt 1973), which knows neither
//! fields nor types.

use super::cursor::{Parser, Parsing};
use super::lexer::TokenKind;
use crate::rules::problem::RuleProblem;
use crate::rules::tree::{
    AggregateFunction, Arithmetic, At, Comparison, Condition, Function, Operand, Source, Term,
};
use crate::rules::words::is_reserved;

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
    pub kind: ParsedKind,
    pub height: usize,
    pub at: At,
}

pub(super) enum ParsedKind {
    /// With whether it stood in brackets, inside of which `and` and `or` end.
    Condition(Condition, bool),
    Operand(Operand),
}

/// How strongly what stands between two parts binds them.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARISON: u8 = 4;
pub(super) const SUM: u8 = 5;
const PRODUCT: u8 = 6;

impl Parser<'_> {
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
                "this is a condition, which is true or false, but a value is needed",
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
            return Err(self.no_function(word, start));
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

    fn no_function(&self, word: &str, at: At) -> RuleProblem {
        if word == "events" || Source::NAMED.iter().any(|source| source.name() == word) {
            let problem = format!("`{word}` are rows: count them, as in `count({word}...)`");
            return self.problem(at, problem);
        }
        let known = AggregateFunction::ALL.map(AggregateFunction::name);
        let known = known.into_iter().chain(Function::ALL.map(Function::name));
        let near = crate::near::near(word, known.chain(["has", "no", "template"]));
        let problem = format!("there is no function `{}`", crate::text::shown(word));
        self.problem(at, problem).near(near)
    }

    fn field(&mut self) -> Parsing<Parsed> {
        let start = self.peek().at;
        let name = self.field_name(VALUE)?;
        self.value(Term::Field(name), start)
    }
}

enum Operator {
    And,
    Or,
    Comparison,
    Arithmetic(Arithmetic),
}

pub(super) const VALUE: &str = "a value, such as a field, a number or a text in quotes";
