//! Where the parser stands in the tokens, and how much it may still read.

use super::lexer::{Token, TokenKind, tokens};
use crate::rules::problem::RuleProblem;
use crate::rules::tree::{At, DEEPEST, MOST_PARTS};
use crate::rules::words::is_reserved;

pub(super) type Parsing<T> = Result<T, RuleProblem>;

/// How many more brackets than levels there may be: some say nothing.
const SPARE: usize = 8;

pub(super) struct Parser<'a> {
    pub text: &'a str,
    tokens: Vec<Token>,
    pub place: usize,
    depth: usize,
    parts: usize,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a str) -> Parsing<Self> {
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

    pub fn peek_behind(&self) -> &TokenKind {
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

    /// Whether a word stands behind the next token.
    pub fn is_word_behind(&self, word: &str) -> bool {
        matches!(self.peek_behind(), TokenKind::Word(behind) if behind == word)
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

    pub fn end(&self) -> Parsing<()> {
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
}

/// A word of the language that is not written in lower case, as it is to be written.
fn in_upper_case(kind: &TokenKind) -> Option<String> {
    let TokenKind::Word(word) = kind else {
        return None;
    };
    let lower = word.to_lowercase();
    (*word != lower && is_reserved(&lower)).then_some(lower)
}

fn too_deep() -> String {
    format!("the rule nests deeper than {DEEPEST} levels; say it in fewer steps")
}
