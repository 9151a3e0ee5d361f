//! From text to tokens.

use crate::near::near;
use crate::rules::problem::RuleProblem;
use crate::rules::tree::{At, Duration, Unit};
use crate::rules::words::{code_point, goes_on_name, is_hidden, starts_name};

/// A text longer than this is no rule. Evaluating costs in proportion, and errors quote it.
pub(crate) const LONGEST: usize = 1 << 16;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub at: At,
    pub kind: TokenKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    /// A name or a word of the language.
    Word(String),
    /// A name in backticks: never a word of the language.
    Quoted(String),
    Text(String),
    Number(f64),
    Duration(Duration),
    /// `(`, `<=`, `+`, ...
    Sign(&'static str),
    End,
}

impl TokenKind {
    /// For a message.
    pub(crate) fn found(&self) -> String {
        match self {
            TokenKind::Word(word) => format!("found `{}`", crate::text::shown(word)),
            TokenKind::Quoted(name) => format!("found the name `{}`", crate::text::shown(name)),
            TokenKind::Text(text) => format!("found the text '{}'", crate::text::shown(text)),
            TokenKind::Number(number) => format!("found `{number}`"),
            TokenKind::Duration(duration) => format!("found `{duration}`"),
            TokenKind::Sign(sign) => format!("found `{sign}`"),
            TokenKind::End => "the rule ends".to_owned(),
        }
    }
}

/// That a text is short enough to be read.
pub(crate) fn fits(text: &str) -> Result<(), RuleProblem> {
    match text.len() <= LONGEST {
        true => Ok(()),
        false => Err(RuleProblem::new(format!(
            "the rule takes {} bytes, but at most {} are read; a long list of items belongs into `only`",
            text.len(),
            LONGEST
        ))),
    }
}

/// All tokens of a text, the last of which is [`TokenKind::End`].
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, RuleProblem> {
    fits(text)?;
    let mut lexer = Lexer { text, place: 0 };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next()?;
        let last = token.kind == TokenKind::End;
        tokens.push(token);
        if last {
            return Ok(tokens);
        }
    }
}

/// Whole numbers up to this one are all kept.
const WHOLE: f64 = 9_007_199_254_740_992.0;

struct Lexer<'a> {
    text: &'a str,
    place: usize,
}

/// Signs, the longer ones first.
const SIGNS: [&str; 14] = [
    "!=", "<=", ">=", "(", ")", ",", ".", "=", "<", ">", "+", "-", "*", "/",
];

/// What other languages write, and what it is called here.
const FOREIGN: [(&str, &str); 14] = [
    ("=<", "write `<=`"),
    ("=>", "write `>=`"),
    ("≤", "write `<=`"),
    ("≥", "write `>=`"),
    ("≠", "write `!=`"),
    ("==", "equality is written `=`"),
    ("<>", "inequality is written `!=`"),
    ("&&", "write `and`"),
    ("||", "write `or`"),
    ("&", "write `and`"),
    ("|", "write `or`"),
    ("!", "write `not`, or `!=`"),
    ("\"", "texts stand in single quotes: 'like this'"),
    ("%", "a percent sign follows a number: 30%"),
];

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.place..]
    }

    fn at(&self, start: usize) -> At {
        At {
            start: start as u32,
            end: self.place as u32,
        }
    }

    fn problem(&self, start: usize, problem: impl Into<String>) -> RuleProblem {
        RuleProblem::new(problem).at(self.text, self.at(start))
    }

    fn skip(&mut self, while_: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.place += rest.find(|letter| !while_(letter)).unwrap_or(rest.len());
    }

    fn next(&mut self) -> Result<Token, RuleProblem> {
        self.skip(|letter| matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{a0}'));
        let start = self.place;
        let Some(first) = self.rest().chars().next() else {
            return Ok(Token {
                at: self.at(start),
                kind: TokenKind::End,
            });
        };
        let kind = match first {
            '\'' => TokenKind::Text(self.quoted('\'', "the text")?),
            '`' => self.name_in_backticks()?,
            '0'..='9' => self.number()?,
            letter if starts_name(letter) => {
                self.skip(goes_on_name);
                TokenKind::Word(self.text[start..self.place].to_owned())
            }
            _ => TokenKind::Sign(self.sign(first)?),
        };
        Ok(Token {
            at: self.at(start),
            kind,
        })
    }

    fn sign(&mut self, first: char) -> Result<&'static str, RuleProblem> {
        let start = self.place;
        for (sign, way_out) in FOREIGN {
            if self.rest().starts_with(sign) && !self.rest().starts_with("!=") {
                self.place += sign.len();
                return Err(self.problem(start, format!("there is no `{sign}` here: {way_out}")));
            }
        }
        for sign in SIGNS {
            if self.rest().starts_with(sign) {
                self.place += sign.len();
                return Ok(sign);
            }
        }
        self.place += first.len_utf8();
        Err(self.problem(start, strange(first)))
    }

    fn name_in_backticks(&mut self) -> Result<TokenKind, RuleProblem> {
        let start = self.place;
        match self.quoted('`', "the name")? {
            name if name.is_empty() => Err(self.problem(start, "a name needs a letter")),
            name => Ok(TokenKind::Quoted(name)),
        }
    }

    /// What stands between two `quote`s; a doubled one stands for itself.
    fn quoted(&mut self, quote: char, what: &str) -> Result<String, RuleProblem> {
        let start = self.place;
        self.place += 1;
        let mut text = String::new();
        loop {
            let Some(letter) = self.rest().chars().next() else {
                self.place = start + 1;
                return Err(self.problem(
                    start,
                    format!("{what} that begins here never ends: a {quote} is missing"),
                ));
            };
            let here = self.place;
            self.place += letter.len_utf8();
            if is_hidden(letter) {
                return Err(self.problem(here, strange(letter)));
            }
            if letter == quote {
                if !self.rest().starts_with(quote) {
                    return Ok(text);
                }
                self.place += 1;
            }
            text.push(letter);
        }
    }

    /// A number, a percentage or a duration.
    fn number(&mut self) -> Result<TokenKind, RuleProblem> {
        let start = self.place;
        self.skip(|letter| letter.is_ascii_digit());
        let whole = &self.text[start..self.place];
        let mut fraction = "";
        let behind = self.rest().strip_prefix('.').unwrap_or_default();
        if behind.starts_with(|letter: char| letter.is_ascii_digit()) {
            self.place += 1;
            let from = self.place;
            self.skip(|letter| letter.is_ascii_digit());
            fraction = &self.text[from..self.place];
        }
        if whole.len() > 1 && whole.starts_with('0') {
            return Err(self.problem(
                start,
                "a number does not begin with zeros, and is written without separators; a code is a text \
                 in quotes",
            ));
        }
        let unit = self.place;
        self.skip(goes_on_name);
        match &self.text[unit..self.place] {
            "" => self.plain_number(start, whole, fraction),
            sign => self.duration(start, whole, fraction, sign),
        }
    }

    fn plain_number(
        &mut self,
        start: usize,
        whole: &str,
        fraction: &str,
    ) -> Result<TokenKind, RuleProblem> {
        let gap = self.rest().len() - self.rest().trim_start_matches(' ').len();
        let percent = self.rest()[gap..].starts_with('%');
        let mut digits = format!("{whole}.{fraction}0");
        if percent {
            self.place += gap + 1;
            // Moving the point in the text keeps 30% exactly what 0.3 is.
            let padded = format!("{whole:0>3}");
            let (front, behind) = padded.split_at(padded.len() - 2);
            digits = format!("{front}.{behind}{fraction}");
        }
        match digits.parse::<f64>() {
            // A number of fractions is the nearest there is; a whole one that is not kept is another.
            Ok(number)
                if number.is_finite()
                    && number >= WHOLE
                    && !percent
                    && format!("{number}") != whole =>
            {
                Err(self.problem(
                    start,
                    "a number keeps 15 digits, and this has more; an id is a text in quotes",
                ))
            }
            Ok(number) if number.is_finite() => Ok(TokenKind::Number(number)),
            _ => Err(self.problem(start, "the number is too large")),
        }
    }

    fn duration(
        &mut self,
        start: usize,
        whole: &str,
        fraction: &str,
        sign: &str,
    ) -> Result<TokenKind, RuleProblem> {
        let unit = Unit::ALL.into_iter().find(|unit| unit.sign() == sign);
        let Some(unit) = unit else {
            let problem = match sign {
                "m" => "`m` may mean minutes or months: write `mo` for months".to_owned(),
                "e" | "E" => "numbers are written without exponents".to_owned(),
                _ => format!(
                    "there is no unit `{}`; durations are whole numbers of h, d, w, mo or y",
                    crate::text::shown(sign)
                ),
            };
            let words = ["hours", "days", "weeks", "months", "years"];
            let sign_of = |word: &String| {
                let place = words.iter().position(|known| known == word)?;
                Some(Unit::ALL[place].sign().to_owned())
            };
            let near = near(sign, words).first().and_then(sign_of);
            return Err(self
                .problem(start, problem)
                .near(near.into_iter().collect()));
        };
        let count = whole
            .parse::<u32>()
            .ok()
            .filter(|&count| count <= Duration::MOST);
        match count {
            Some(count) if fraction.is_empty() => Ok(TokenKind::Duration(Duration { count, unit })),
            _ if fraction.is_empty() => Err(self.problem(
                start,
                format!("a duration has at most {} of a unit", Duration::MOST),
            )),
            _ => Err(self.problem(start, "a duration is a whole number of a unit")),
        }
    }
}

/// What is wrong with a character that means nothing.
fn strange(letter: char) -> String {
    match letter {
        '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' | '\u{201e}' => {
            format!("there is no `{letter}` here: texts stand in straight quotes: 'like this'")
        }
        letter if is_hidden(letter) => format!(
            "the character {} cannot be seen, and may not stand in a rule",
            code_point(letter)
        ),
        letter => format!("the character `{letter}` means nothing here"),
    }
}
