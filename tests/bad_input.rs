//! Files that a text of cases cannot hold: bytes that are no text, packed and cut files, endless rows.

#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use cobuy::history::OnError;
use cobuy::{Error, History, Input, Reader, Result, Settings};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Cursor, Read, Write};

const ORDERS: &str = "order_id,customer_id,item_id\n1,ann,tea\n1,ann,cup\n2,bo,thé\n";

fn read_as(reader: &Reader, bytes: impl Read) -> Result<History> {
    History::read(
        Input::bytes(bytes, "orders.csv"),
        reader,
        &Settings::default(),
    )
}

fn read(bytes: &[u8]) -> Result<History> {
    read_as(&Reader::new(), bytes)
}

/// What is said of bytes that cannot be read.
fn refusal(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().to_string()
}

/// Whether the history is that of [`ORDERS`].
fn is_whole(history: &History) -> bool {
    history.summary().rows == 3 && history.items().iter().eq(["cup", "tea", "thé"])
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// UTF-16, least byte first.
fn utf_16le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Bytes without any order, the same in every run.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn a_binary_file_is_refused() {
    let message = refusal(&noise(5000));
    assert!(message.contains("the file is binary, or its encoding must be named"));
}

#[test]
fn a_nul_byte_in_a_row_is_refused_with_its_line() {
    let message = refusal(b"order_id,customer_id,item_id\n1,ann,tea\n2,bo,c\0up\n");
    assert!(
        message.contains("line 3") && message.contains("NUL"),
        "{message}"
    );
}

#[test]
fn text_in_another_encoding_is_refused_with_line_and_column() {
    let message = refusal(b"order_id,customer_id,item_id\n1,ann,tea\n2,bo,th\xe9\n");
    assert!(
        message.contains("line 3, column `item_id`: byte 0xE9"),
        "{message}"
    );
    assert!(message.contains("encoding ="), "{message}");
}

#[test]
fn a_character_cut_by_a_field_s_end_is_refused() {
    let message = refusal(b"order_id,customer_id,item_id\n1,ann\xc3,\xa9tea\n");
    assert!(message.contains("line 2, column"), "{message}");
}

#[test]
fn a_named_encoding_is_read() {
    let text = b"order_id,customer_id,item_id\n1,ann,tea\n1,ann,cup\n2,bo,th\xe9\n";
    let history = read_as(&Reader::new().encoding("windows-1252"), &text[..]);
    assert!(is_whole(&history.unwrap()));
}

#[test]
fn bytes_that_are_no_text_of_the_named_encoding_are_refused_and_not_replaced() {
    let text = b"order_id,customer_id,item_id\n1,ann,te\x81\x00a\n";
    let problem = read_as(&Reader::new().encoding("shift_jis"), &text[..]);
    assert!(
        problem
            .unwrap_err()
            .to_string()
            .contains("not valid Shift_JIS")
    );
}

#[test]
fn utf_16_is_refused_with_its_name_and_read_where_it_is_named() {
    for (label, mark, bytes) in [
        ("utf-16le", [0xff, 0xfe], utf_16le(ORDERS)),
        (
            "utf-16be",
            [0xfe, 0xff],
            ORDERS.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        ),
    ] {
        let marked = [&mark[..], &bytes].concat();
        let message = refusal(&marked);
        assert!(
            message.contains("UTF-16") && message.contains(label),
            "{message}"
        );
        let named = Reader::new().encoding(label);
        assert!(is_whole(&read_as(&named, &marked[..]).unwrap()));
        assert!(is_whole(&read_as(&named, &bytes[..]).unwrap()));
    }
}

#[test]
fn utf_16_that_is_cut_in_a_character_is_refused() {
    let bytes = utf_16le(ORDERS);
    let cut = &bytes[..bytes.len() - 1];
    let problem = read_as(&Reader::new().encoding("utf-16le"), cut);
    assert!(
        problem
            .unwrap_err()
            .to_string()
            .contains("not valid UTF-16LE")
    );
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_column_s_name() {
    for header in [
        "order_id,customer_id,item_id",
        "\"order_id\",\"customer_id\",\"item_id\"",
    ] {
        let text = format!("\u{feff}{header}\n1,ann,tea\n1,ann,cup\n2,bo,thé\n");
        let history = read(text.as_bytes()).unwrap();
        assert!(is_whole(&history));
        assert_eq!(
            history.summary().columns[0],
            ("order_id", "order_id".to_owned())
        );
    }
}

#[test]
fn a_file_of_a_byte_order_mark_alone_is_empty() {
    assert!(refusal("\u{feff}".as_bytes()).contains("the file is empty"));
}

#[test]
fn line_ends_of_every_system_are_read_and_the_last_may_be_left_out() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ORDERS.replace('\n', end);
        assert!(is_whole(&read(text.as_bytes()).unwrap()), "{end:?}");
        assert!(
            is_whole(&read(text.trim_end().as_bytes()).unwrap()),
            "{end:?}"
        );
    }
}

#[test]
fn gzip_is_recognised_in_one_piece_or_several() {
    assert!(is_whole(&read(&gzip(ORDERS.as_bytes())).unwrap()));
    let (head, tail) = ORDERS.as_bytes().split_at(40);
    assert!(is_whole(&read(&[gzip(head), gzip(tail)].concat()).unwrap()));
}

#[test]
fn gzip_of_nothing_is_an_empty_file() {
    assert!(refusal(&gzip(b"")).contains("the file is empty"));
}

#[test]
fn gzip_that_is_cut_anywhere_is_refused() {
    let packed = gzip(ORDERS.as_bytes());
    for length in 2..packed.len() {
        let problem = read(&packed[..length]).unwrap_err();
        assert!(matches!(problem, Error::Io { .. }), "{length}: {problem}");
    }
}

#[test]
fn gzip_with_any_bit_of_its_content_turned_over_is_refused() {
    let packed = gzip(ORDERS.as_bytes());
    // The first ten bytes hold a time and a system, which mean nothing here.
    for at in 10..packed.len() {
        let mut damaged = packed.clone();
        damaged[at] ^= 1;
        assert!(read(&damaged).is_err(), "byte {at}");
    }
}

#[test]
fn gzip_with_something_behind_it_is_refused() {
    let packed = [gzip(ORDERS.as_bytes()), b"more".to_vec()].concat();
    assert!(matches!(read(&packed).unwrap_err(), Error::Io { .. }));
}

#[test]
fn files_of_other_formats_are_called_by_their_names() {
    for (start, name) in [
        (&b"PK\x03\x04\x14\x00\x06\x00"[..], "Excel workbook"),
        (b"PAR1\x15\x04\x15\x10", "Parquet"),
    ] {
        let message = refusal(&[start, &noise(500)].concat());
        assert!(message.contains(name), "{message}");
    }
}

#[test]
fn a_row_of_ten_megabytes_is_refused_with_its_line() {
    let text = format!("{ORDERS}3,cy,{}\n4,dee,cup\n", "x".repeat(10 << 20));
    let message = refusal(text.as_bytes());
    assert!(
        message.contains("line 5") && message.contains("longer than"),
        "{message}"
    );
}

#[test]
fn a_row_of_ten_megabytes_may_be_left_out_and_the_next_is_read() {
    let text = format!("{ORDERS}3,cy,{}\n4,dee,cup\n", "x".repeat(10 << 20));
    let skip = Reader::new().on_error(OnError::Skip);
    let history = read_as(&skip, text.as_bytes()).unwrap();
    assert_eq!((history.summary().rows, history.summary().skipped), (4, 1));
    assert!(history.customers().find("dee").is_some());
}

#[test]
fn a_header_of_ten_megabytes_is_refused() {
    let message = refusal("x".repeat(10 << 20).as_bytes());
    assert!(message.contains("first line"), "{message}");
}

#[test]
fn a_row_of_a_million_fields_is_refused_with_its_line() {
    let text = format!("{ORDERS}{}\n", "x,".repeat(1_000_000));
    let message = refusal(text.as_bytes());
    assert!(
        message.contains("line 5") && message.contains("fields"),
        "{message}"
    );
}

#[test]
fn a_quote_that_is_never_closed_does_not_swallow_a_long_file() {
    let rows: String = (0..200_000)
        .map(|order| format!("{order},bo,cup\n"))
        .collect();
    let message = refusal(format!("{ORDERS}3,cy,\"cup\n{rows}").as_bytes());
    assert!(
        message.contains("line 5") && message.contains("quote"),
        "{message}"
    );
}

#[test]
fn a_folder_and_a_missing_file_are_refused_by_their_paths() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("nowhere.csv")] {
        let problem = History::read_csv(&path).unwrap_err();
        assert!(matches!(problem, Error::Io { doing: "read", .. }));
        assert!(problem.to_string().contains(&path.display().to_string()));
    }
}

#[test]
fn a_message_calls_a_file_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("march 2024.csv");
    std::fs::write(&path, "order_id,customer_id,item_id\n1,ann\n").unwrap();
    let message = History::read_csv(&path).unwrap_err().to_string();
    assert!(message.starts_with("march 2024.csv, line 2:"), "{message}");
}

/// Gives one byte at a time.
struct Dripping<'a>(&'a [u8]);

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.len().min(buffer.len()).min(1);
        self.0.read(&mut buffer[..count])
    }
}

#[test]
fn how_the_bytes_arrive_does_not_matter() {
    let text = ORDERS.replace(',', ";");
    let packed = gzip(ORDERS.as_bytes());
    for (bytes, delimiter) in [
        (ORDERS.as_bytes(), ','),
        (text.as_bytes(), ';'),
        (&packed, ','),
    ] {
        let csv = Reader::new().delimiter(delimiter);
        assert!(is_whole(&read_as(&csv, Dripping(bytes)).unwrap()));
    }
}

#[test]
fn a_delimiter_is_recognised_however_the_bytes_arrive() {
    let text = ORDERS.replace(',', ";");
    assert!(is_whole(&read(text.as_bytes()).unwrap()));
    let dripping = read_as(&Reader::new(), Dripping(text.as_bytes()));
    assert!(is_whole(&dripping.unwrap()));
}

/// Fails as a broken disk does.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is gone"))
    }
}

#[test]
fn a_disk_that_fails_is_an_error_even_where_bad_rows_are_skipped() {
    let rows: String = (10..20_000)
        .map(|order| format!("{order},bo,cup\n"))
        .collect();
    let text = format!("{ORDERS}{rows}");
    let bytes = Cursor::new(text).chain(Broken);
    let skip = Reader::new().on_error(OnError::Skip);
    let problem = read_as(&skip, bytes).unwrap_err();
    assert!(
        problem.to_string().contains("the disk is gone"),
        "{problem}"
    );
}
