//! CSV files, written row by row. No value of this shop needs quotes.

use super::clock;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// How much is held before it goes to the file.
const HELD: usize = 1 << 18;

pub struct Sheet {
    file: File,
    held: Vec<u8>,
    rows: u64,
}

impl Sheet {
    pub fn create(folder: &Path, name: &str, header: &str) -> io::Result<Sheet> {
        let mut held = Vec::with_capacity(HELD + (1 << 12));
        held.extend_from_slice(header.as_bytes());
        held.push(b'\n');
        let file = File::create(folder.join(name))?;
        Ok(Sheet {
            file,
            held,
            rows: 0,
        })
    }

    pub fn text(&mut self, text: &str) -> &mut Sheet {
        self.held.extend_from_slice(text.as_bytes());
        self.blank()
    }

    /// A value that is not told; also the end of any other.
    pub fn blank(&mut self) -> &mut Sheet {
        self.held.push(b',');
        self
    }

    pub fn number(&mut self, number: i64) -> &mut Sheet {
        push_number(&mut self.held, number);
        self.blank()
    }

    /// A letter and the digits of a number, at least seven of them.
    pub fn id(&mut self, letter: u8, number: u64) -> &mut Sheet {
        push_id(&mut self.held, letter, number);
        self.blank()
    }

    pub fn money(&mut self, cents: i64) -> &mut Sheet {
        push_money(&mut self.held, cents);
        self.blank()
    }

    pub fn flag(&mut self, flag: bool) -> &mut Sheet {
        self.text(if flag { "true" } else { "false" })
    }

    pub fn date(&mut self, day: i64) -> &mut Sheet {
        clock::push_date(&mut self.held, day);
        self.blank()
    }

    pub fn time(&mut self, at: i64) -> &mut Sheet {
        clock::push_time(&mut self.held, at);
        self.blank()
    }

    /// The end of a row.
    pub fn end(&mut self) -> io::Result<()> {
        if let Some(last) = self.held.last_mut() {
            *last = b'\n';
        }
        self.rows += 1;
        if self.held.len() >= HELD {
            self.file.write_all(&self.held)?;
            self.held.clear();
        }
        Ok(())
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes what is held. Without it the end of the file would be missing.
    pub fn close(mut self) -> io::Result<()> {
        self.file.write_all(&self.held)
    }
}

pub fn push_number(text: &mut Vec<u8>, number: i64) {
    if number < 0 {
        text.push(b'-');
    }
    let mut digits = [0; 20];
    let mut place = digits.len();
    let mut left = number.unsigned_abs();
    loop {
        place -= 1;
        digits[place] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    text.extend_from_slice(&digits[place..]);
}

pub fn push_id(text: &mut Vec<u8>, letter: u8, number: u64) {
    text.push(letter);
    let mut bound = 1_000_000;
    while bound > 1 && number < bound {
        text.push(b'0');
        bound /= 10;
    }
    push_number(text, number as i64);
}

pub fn push_money(text: &mut Vec<u8>, cents: i64) {
    if cents < 0 {
        text.push(b'-');
    }
    let cents = cents.unsigned_abs();
    push_number(text, (cents / 100) as i64);
    text.push(b'.');
    text.push(b'0' + (cents / 10 % 10) as u8);
    text.push(b'0' + (cents % 10) as u8);
}
