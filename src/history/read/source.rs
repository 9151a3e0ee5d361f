//! From a file to plain UTF-8 text: gzip undone, a byte order mark left out, encodings decoded.

use crate::error::{Error, Result};
use crate::near::near;
use crate::text::shown;
use crate::watch::Watch;
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const BUFFER: usize = 1 << 16;
/// How much of a text is looked at before it is read: its header, as a rule.
const PEEKED: u64 = 1 << 12;

/// A text to read, what to call it, and how far its file has been read.
pub(crate) struct Source<'a> {
    pub text: Box<dyn BufRead + 'a>,
    pub name: String,
    pub total_bytes: Option<u64>,
    pub bytes_read: Arc<AtomicU64>,
}

/// Opens a file.
pub(crate) fn open<'a>(
    path: &Path,
    encoding: Option<&str>,
    watch: Watch<'a>,
) -> Result<Source<'a>> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = name.to_string_lossy().into_owned();
    let fail = |source: io::Error| Error::Io {
        doing: "read",
        path: path.display().to_string(),
        source,
    };
    let file = File::open(path).map_err(fail)?;
    let about = file.metadata().map_err(fail)?;
    if about.is_dir() {
        return Err(fail(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    let total = about.is_file().then_some(about.len());
    plain_text(file, name, total, encoding, watch)
}

/// Undoes gzip and decodes, both where the first bytes or the caller say so.
pub(crate) fn plain_text<'a>(
    bytes: impl Read + 'a,
    name: String,
    total_bytes: Option<u64>,
    encoding: Option<&str>,
    watch: Watch<'a>,
) -> Result<Source<'a>> {
    let encoding = encoding.map(named_encoding).transpose()?;
    let bytes_read = Arc::new(AtomicU64::new(0));
    let counted = Counted {
        inner: bytes,
        count: Arc::clone(&bytes_read),
        watch,
    };
    let fail = |source: io::Error| Error::Io {
        doing: "read",
        path: name.clone(),
        source,
    };
    let (start, bytes) = peek(counted).map_err(fail)?;
    let unpacked: Box<dyn Read + 'a> = if start.starts_with(&[0x1f, 0x8b]) {
        Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, bytes)))
    } else {
        Box::new(bytes)
    };
    let (start, text) = peek(unpacked).map_err(fail)?;
    if let Some(problem) = foreign(&start, encoding.is_some()) {
        return Err(Error::Table {
            source_name: name,
            problem,
        });
    }
    let decoded: Box<dyn Read + 'a> = match encoding {
        Some(encoding) if encoding != UTF_8 => Box::new(Decoded::new(text, encoding)),
        _ if start.starts_with(b"\xef\xbb\xbf") => {
            let mut text = text;
            let mut mark = [0; 3];
            text.read_exact(&mut mark).map_err(fail)?;
            Box::new(text)
        }
        _ => Box::new(text),
    };
    Ok(Source {
        text: Box::new(BufReader::with_capacity(BUFFER, decoded)),
        name,
        total_bytes,
        bytes_read,
    })
}

fn named_encoding(name: &str) -> Result<&'static Encoding> {
    const USUAL: [&str; 12] = [
        "utf-8",
        "utf-16le",
        "utf-16be",
        "windows-1250",
        "windows-1251",
        "windows-1252",
        "iso-8859-1",
        "iso-8859-2",
        "iso-8859-15",
        "gbk",
        "shift_jis",
        "euc-kr",
    ];
    Encoding::for_label(name.as_bytes()).ok_or_else(|| Error::UnknownName {
        what: "encoding",
        name: shown(name),
        near: near(name, USUAL),
    })
}

/// What a file that is no text in a known encoding looks like.
fn foreign(start: &[u8], encoding_named: bool) -> Option<String> {
    let looks = match start {
        [b'P', b'K', 3, 4, ..] => "a zip archive or an Excel workbook; save it as CSV",
        [b'P', b'A', b'R', b'1', ..] => {
            "a Parquet file, which is read by its path, and not out of a stream"
        }
        [0xff, 0xfe, ..] if !encoding_named => "UTF-16; name it (encoding = utf-16le)",
        [0xfe, 0xff, ..] if !encoding_named => "UTF-16; name it (encoding = utf-16be)",
        _ => return None,
    };
    Some(format!("this looks like {looks}"))
}

/// A stream whose first bytes were put back.
type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

/// The first bytes of a stream, and the stream with them put back.
fn peek<R: Read>(mut stream: R) -> io::Result<(Vec<u8>, Whole<R>)> {
    let mut start = Vec::new();
    stream.by_ref().take(PEEKED).read_to_end(&mut start)?;
    Ok((start.clone(), Cursor::new(start).chain(stream)))
}

/// Counts what passes, and stops where that is asked for: also inside of an endless row.
struct Counted<'w, R> {
    inner: R,
    count: Arc<AtomicU64>,
    watch: Watch<'w>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.watch.check().map_err(io::Error::other)?;
        let read = self.inner.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Decodes to UTF-8 as it reads; what cannot be decoded is an error, never a replacement.
struct Decoded<R> {
    bytes: BufReader<R>,
    decoder: Decoder,
    /// Decoded text not yet given out: `text[given..filled]`.
    text: Vec<u8>,
    given: usize,
    filled: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    fn new(bytes: R, encoding: &'static Encoding) -> Self {
        Decoded {
            bytes: BufReader::with_capacity(BUFFER, bytes),
            decoder: encoding.new_decoder_with_bom_removal(),
            text: vec![0; BUFFER],
            given: 0,
            filled: 0,
            ended: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        while self.given == self.filled && !self.ended {
            let input = self.bytes.fill_buf()?;
            let last = input.is_empty();
            let (result, read, written) =
                self.decoder
                    .decode_to_utf8_without_replacement(input, &mut self.text, last);
            self.bytes.consume(read);
            (self.given, self.filled) = (0, written);
            match result {
                DecoderResult::Malformed(..) => {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        format!("the text is not valid {}", self.decoder.encoding().name()),
                    ));
                }
                DecoderResult::InputEmpty if last => self.ended = true,
                _ => {}
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let ready = &self.text[self.given..self.filled];
        let count = ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ready[..count]);
        self.given += count;
        Ok(count)
    }
}
