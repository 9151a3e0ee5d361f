//! Tables for people, JSON and CSV for programs.

use crate::Failure;
use clap::ValueEnum;
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// How an answer is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// For programs and spreadsheets.
    Csv,
}

/// How an answer that is no list is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people.
    Table,
    /// For programs.
    Json,
}

/// Rows under named columns.
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

struct Column {
    name: &'static str,
    /// Numbers stand right.
    number: bool,
}

impl Table {
    /// Columns in any order, each with whether it holds numbers.
    pub fn of(columns: impl IntoIterator<Item = (&'static str, bool)>) -> Self {
        let columns = columns.into_iter();
        Table {
            columns: columns
                .map(|(name, number)| Column { name, number })
                .collect(),
            rows: Vec::new(),
        }
    }

    pub fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    /// As aligned columns; control characters, which would move what follows, as a sign that one is
    /// there.
    pub fn write_table(mut self, to: &mut dyn Write) -> io::Result<()> {
        for cell in self.rows.iter_mut().flatten() {
            *cell = cell.replace(char::is_control, "\u{fffd}");
        }
        let width = |at: usize| {
            let cells = self.rows.iter().map(|row| row[at].width());
            cells
                .chain([self.columns[at].name.width()])
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let mut write_row = |cells: &mut dyn Iterator<Item = &str>| {
            let mut line = String::new();
            for ((cell, column), width) in cells.zip(&self.columns).zip(&widths) {
                let gap = " ".repeat(width.saturating_sub(cell.width()));
                match column.number {
                    true => line.extend([&gap, cell, "  "]),
                    false => line.extend([cell, &gap, "  "]),
                }
            }
            writeln!(to, "{}", line.trim_end())
        };
        write_row(&mut self.columns.iter().map(|column| column.name))?;
        for row in &self.rows {
            write_row(&mut row.iter().map(String::as_str))?;
        }
        Ok(())
    }

    /// As RFC 4180 with a header.
    pub fn write_csv(&self, to: &mut dyn Write) -> io::Result<()> {
        write_csv_row(to, self.columns.iter().map(|column| column.name))?;
        for row in &self.rows {
            write_csv_row(to, row.iter().map(String::as_str))?;
        }
        Ok(())
    }
}

/// One line of CSV.
pub fn write_csv_row<'a>(
    to: &mut dyn Write,
    fields: impl Iterator<Item = &'a str>,
) -> io::Result<()> {
    for (at, field) in fields.enumerate() {
        if at > 0 {
            to.write_all(b",")?;
        }
        if field.contains([',', '"', '\r', '\n']) {
            write!(to, "\"{}\"", field.replace('"', "\"\""))?;
        } else {
            to.write_all(field.as_bytes())?;
        }
    }
    to.write_all(b"\n")
}

/// As one line of JSON.
pub fn write_json(to: &mut dyn Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *to, value).map_err(io::Error::from)?;
    to.write_all(b"\n")
}

/// Standard output, written in large pieces.
pub fn stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut to = io::BufWriter::new(io::stdout().lock());
    write(&mut to)?;
    to.flush()?;
    Ok(())
}

/// A share as people read it: `0.1234`.
pub fn share(value: f64) -> String {
    format!("{value:.4}")
}

/// A lift or a score as people read it.
pub fn ratio(value: f64) -> String {
    match value {
        large if large.abs() >= 100.0 => format!("{large:.0}"),
        middle if middle.abs() >= 10.0 => format!("{middle:.1}"),
        small if small.abs() >= 0.01 || small == 0.0 => format!("{small:.3}"),
        // Three digits of what is left.
        tiny if tiny.abs() >= 1e-9 => {
            let places = 2 - tiny.abs().log10().floor() as i32;
            format!("{tiny:.*}", places.unsigned_abs() as usize)
        }
        tiny => format!("{tiny:.2e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::ratio;

    #[test]
    fn ratios_keep_what_they_tell() {
        for (value, told) in [
            (123.4, "123"),
            (12.34, "12.3"),
            (1.2345, "1.234"),
            (0.0474, "0.047"),
            (0.01, "0.010"),
            (0.001_234_5, "0.00123"),
            (0.000_45, "0.000450"),
            (1.5e-12, "1.50e-12"),
            (0.0, "0.000"),
        ] {
            assert_eq!(ratio(value), told);
        }
    }
}
