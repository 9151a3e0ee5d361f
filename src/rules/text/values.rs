//! Reading names and values.

use super::cursor::{Parser, Parsing};
use super::lexer::TokenKind;
use crate::rules::dates;
use crate::rules::tree::{At, Duration, Literal};
use crate::rules::words::is_reserved;

impl Parser<'_> {
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
}
