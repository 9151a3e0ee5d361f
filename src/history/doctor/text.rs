//! The report as a text for the shop's owner.

use super::{Finding, Report, Severity};
use crate::history::summary::sizes;
use crate::text::counted;
use std::fmt;

/// Columns of a line.
const WIDTH: usize = 98;

/// Columns before each text.
const INDENT: usize = 9;

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Severity::Info => "note",
            Severity::Warning => "warning",
            Severity::Problem => "problem",
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = counted(self.rows, "row", "rows");
        let sizes = sizes([self.orders, self.customers, self.items], self.span);
        write!(f, "{rows}, {sizes}")?;
        let of = |severity: Severity, one: &str, more: &str| {
            let found = self.findings.iter().filter(|it| it.severity == severity);
            match found.count() as u64 {
                0 => None,
                count => Some(counted(count, one, more)),
            }
        };
        let found: Vec<String> = [
            of(Severity::Problem, "problem", "problems"),
            of(Severity::Warning, "warning", "warnings"),
            of(Severity::Info, "note", "notes"),
        ]
        .into_iter()
        .flatten()
        .collect();
        match found.is_empty() {
            true => writeln!(f, "\nnothing odd was found")?,
            false => writeln!(f, "\n{}", found.join(", "))?,
        }
        self.findings.iter().try_for_each(|it| write!(f, "\n{it}"))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut head = format!("{:INDENT$}", self.severity);
        let texts = [&self.what, &self.effect, &self.way_out];
        for text in texts.into_iter().filter(|text| !text.is_empty()) {
            let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            write_wrapped(f, &head, &words)?;
            head = " ".repeat(INDENT);
        }
        if !self.examples.is_empty() {
            let mut examples = self.examples.clone();
            let last = examples.len() - 1;
            examples[..last].iter_mut().for_each(|it| it.push(';'));
            write_wrapped(f, &format!("{:INDENT$}e.g. ", ""), &examples)?;
        }
        for paste in self
            .paste
            .iter()
            .flat_map(|paste| [&paste.toml, &paste.flags])
        {
            for line in paste.lines() {
                writeln!(f, "{:INDENT$}  {line}", "")?;
            }
        }
        Ok(())
    }
}

/// Parts in lines, the later ones indented as far as the first. A part is broken only where it is
/// longer than a line.
fn write_wrapped(f: &mut fmt::Formatter<'_>, head: &str, parts: &[String]) -> fmt::Result {
    let indent = head.chars().count();
    let mut line = head.to_owned();
    let mut width = indent;
    let broken = |part: &String| -> Vec<String> {
        match indent + part.chars().count() > WIDTH {
            true => part.split(' ').map(str::to_owned).collect(),
            false => vec![part.clone()],
        }
    };
    for part in parts.iter().flat_map(broken) {
        let long = part.chars().count();
        if width > indent && width + 1 + long > WIDTH {
            writeln!(f, "{}", line.trim_end())?;
            line = " ".repeat(indent);
            width = indent;
        } else if width > indent {
            line.push(' ');
            width += 1;
        }
        line.push_str(&part);
        width += long;
    }
    writeln!(f, "{}", line.trim_end())
}
