//! Reading what is asked of a value: compared, among, between, under, within.

use super::cursor::{Parser, Parsing};
use super::lexer::TokenKind;
use super::parser::{Parsed, ParsedKind, SUM};
use crate::rules::dates;
use crate::rules::problem::RuleProblem;
use crate::rules::tree::{At, Comparison, Condition, Direction, Literal, Operand, Term};

impl Parser<'_> {
    pub fn comparison(&mut self, left: Parsed) -> Parsing<Parsed> {
        let start = left.at;
        if let ParsedKind::Condition(..) = left.kind {
            return Err(self.chained(start));
        }
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

    /// What is wrong with a comparison of a condition.
    fn chained(&self, at: At) -> RuleProblem {
        let window = self.is_word("between")
            || self.is_word("in")
                && ["last", "first"]
                    .iter()
                    .any(|word| self.is_word_behind(word));
        let problem = match window {
            true => "this is true or false, and is in no window; a window stands before `where`",
            false => "comparisons do not chain: write `a < b and b < c`",
        };
        self.problem(at, problem)
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
