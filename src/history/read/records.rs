//! Records of a CSV text, one at a time, each of bounded size.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use std::io::{self, BufRead};

/// The longest record that is read. A quote that is never closed ends here, not in memory.
pub(crate) const LONGEST: usize = 1 << 20;
/// The most fields a record may have.
pub(crate) const MOST_FIELDS: usize = 10_000;

/// Reads records into a buffer of its own.
pub(crate) struct Records<'a> {
    text: Box<dyn BufRead + 'a>,
    reader: Reader,
    bytes: Vec<u8>,
    length: usize,
    ends: Vec<usize>,
    fields: usize,
    /// The line that is read now, from 1.
    line: u64,
    /// The line that the last record starts on.
    pub start_line: u64,
}

/// What came next.
pub(crate) enum Next {
    Record,
    TooLong,
    TooManyFields,
    /// The text ended inside of quotes.
    OpenQuote,
    End,
}

impl<'a> Records<'a> {
    pub(crate) fn new(text: Box<dyn BufRead + 'a>, delimiter: u8) -> Self {
        Records {
            text,
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            bytes: vec![0; 1 << 12],
            length: 0,
            ends: vec![0; 64],
            fields: 0,
            line: 1,
            start_line: 1,
        }
    }

    /// Reads the next record.
    pub(crate) fn next(&mut self) -> io::Result<Next> {
        self.skip_line_ends()?;
        self.start_line = self.line;
        (self.length, self.fields) = (0, 0);
        let mut too_much = None;
        let mut ended_line = false;
        loop {
            let input = self.text.fill_buf()?;
            let at_end = input.is_empty();
            // A last line without its end gets one: what then still waits is inside of quotes.
            let input: &[u8] = if at_end && !ended_line { b"\n" } else { input };
            let ended = input.is_empty();
            let (result, read, written, fields) = self.reader.read_record(
                input,
                &mut self.bytes[self.length..],
                &mut self.ends[self.fields..],
            );
            let line_ends = input[..read].iter().filter(|&&byte| byte == b'\n').count();
            if at_end {
                ended_line |= read > 0;
            } else {
                self.line += line_ends as u64;
                self.text.consume(read);
            }
            self.length += written;
            self.fields += fields;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.bytes.len() < LONGEST => {
                    self.bytes.resize(self.bytes.len() * 2, 0);
                }
                ReadRecordResult::OutputFull => {
                    // Read on to the record's end, over what was read of it.
                    too_much = Some(Next::TooLong);
                    self.length = 0;
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() < MOST_FIELDS => {
                    let more = (self.ends.len() * 2).min(MOST_FIELDS);
                    self.ends.resize(more, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    too_much = too_much.or(Some(Next::TooManyFields));
                    self.fields = 0;
                }
                ReadRecordResult::Record if ended => return Ok(Next::OpenQuote),
                ReadRecordResult::Record => return Ok(too_much.unwrap_or(Next::Record)),
                ReadRecordResult::End => return Ok(too_much.unwrap_or(Next::End)),
            }
        }
    }

    /// Leaves out line ends in front of a record, so that its first line is known.
    fn skip_line_ends(&mut self) -> io::Result<()> {
        loop {
            let input = self.text.fill_buf()?;
            let blank = input
                .iter()
                .take_while(|&&byte| byte == b'\n' || byte == b'\r')
                .count();
            if blank == 0 {
                return Ok(());
            }
            self.line += input[..blank].iter().filter(|&&byte| byte == b'\n').count() as u64;
            self.text.consume(blank);
        }
    }

    /// The lines that the last record stands on, first and last.
    pub(crate) fn lines(&self) -> (u64, u64) {
        (self.start_line, self.line.max(self.start_line + 1) - 1)
    }

    /// How many fields the last record has.
    pub(crate) fn len(&self) -> usize {
        self.fields
    }

    /// The last record's text, its fields one behind the other, or where it stops being UTF-8: the
    /// number of the field and the byte.
    pub(crate) fn text(&self) -> Result<Fields<'_>, (usize, u8)> {
        let ends = &self.ends[..self.fields];
        match std::str::from_utf8(&self.bytes[..self.length]) {
            Ok(text) => Ok(Fields { text, ends }),
            Err(problem) => {
                let at = problem.valid_up_to();
                let field = ends.iter().position(|&end| at < end).unwrap_or(0);
                Err((field, self.bytes[at]))
            }
        }
    }
}

/// The fields of a record.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'r> {
    text: &'r str,
    ends: &'r [usize],
}

impl<'r> Fields<'r> {
    /// A field; `None` where a character straddles its border, which no UTF-8 file can hold.
    pub(crate) fn get(&self, field: usize) -> Option<&'r str> {
        let start = match field {
            0 => 0,
            _ => self.ends[field - 1],
        };
        self.text.get(start..self.ends[field])
    }

    /// The whole record's text, without its delimiters.
    pub(crate) fn all(&self) -> &'r str {
        self.text
    }
}
