//! What is wrong with a rule, and where.

use crate::error::did_you_mean;
use crate::rules::tree::At;
use std::fmt;

/// What is wrong with a rule: where, what was expected, and what may have been meant.
///
/// Its text holds the line of the rule with a caret under the place:
///
/// ```
/// let problem = cobuy::Rule::parse("price <= 20 and brnd = = 'x'").err().map(|problem| problem.to_string());
/// assert_eq!(
///     problem.as_deref(),
///     Some(
///         "line 1, column 24: found `=`, but expected a value, such as a field, a number or a text in quotes
///   price <= 20 and brnd = = 'x'
///                          ^"
///     )
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleProblem {
    /// What is wrong, and the way out.
    pub problem: String,
    /// Names like the one that is not known, nearest first.
    pub near: Vec<String>,
    /// Where in the text; of a rule that was read from JSON, in the text that it is written as. `None` where
    /// the JSON itself cannot be read, and where the whole of it is meant.
    pub place: Option<Place>,
    /// Where in the JSON that cannot be read, as a path: `$.rule.all[1].eq`.
    pub path: Option<String>,
}

/// A place in the text of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// How many characters it takes, at least 1.
    pub width: usize,
    /// The text of that line.
    pub text: String,
}

impl RuleProblem {
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        RuleProblem {
            problem: problem.into(),
            near: Vec::new(),
            place: None,
            path: None,
        }
    }

    pub(crate) fn near(mut self, near: Vec<String>) -> Self {
        self.near = near;
        self
    }

    /// At a place of a text.
    pub(crate) fn at(mut self, text: &str, at: At) -> Self {
        self.place = Some(Place::of(text, at));
        self
    }

    /// At a path of a JSON form.
    pub(crate) fn on(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }
}

impl Place {
    fn of(text: &str, at: At) -> Self {
        let within = |place: u32| {
            let mut place = (place as usize).min(text.len());
            while !text.is_char_boundary(place) {
                place -= 1;
            }
            place
        };
        let (start, end) = (within(at.start), within(at.end));
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[start..]
            .find('\n')
            .map_or(text.len(), |length| start + length);
        Place {
            line: before.matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            width: text[start..end.clamp(start, line_end)]
                .chars()
                .count()
                .max(1),
            text: text[line_start..line_end].trim_end_matches('\r').to_owned(),
        }
    }

    /// The part of the line around the place, and where the place begins in it.
    fn excerpt(&self) -> (String, usize) {
        /// More does not fit on a terminal.
        const WIDEST: usize = 100;
        let first = match self.column - 1 + self.width.min(WIDEST / 2) <= WIDEST {
            true => 0,
            false => self.column - 1 - WIDEST / 2,
        };
        let shown = |letter: char| match super::words::is_hidden(letter) {
            true if letter == '\t' => ' ',
            true => '\u{fffd}',
            false => letter,
        };
        let letters = self.text.chars().skip(first).take(WIDEST).map(shown);
        let dots = if first > 0 { "…" } else { "" };
        let more = self.text.chars().nth(first + WIDEST).is_some();
        let text = format!(
            "{dots}{}{}",
            letters.collect::<String>(),
            if more { "…" } else { "" }
        );
        (text, self.column - 1 - first + dots.chars().count())
    }
}

impl fmt::Display for RuleProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "at {path}: ")?;
        }
        if let Some(place) = &self.place {
            write!(f, "line {}, column {}: ", place.line, place.column)?;
        }
        write!(f, "{}{}", self.problem, did_you_mean(&self.near))?;
        let Some(place) = &self.place else {
            return Ok(());
        };
        let (text, column) = place.excerpt();
        let width = place
            .width
            .min(text.chars().count().saturating_sub(column))
            .max(1);
        write!(
            f,
            "\n  {text}\n  {}{}",
            " ".repeat(column),
            "^".repeat(width)
        )
    }
}
