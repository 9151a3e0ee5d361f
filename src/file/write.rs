//! Writing a model file.

use super::kind::Kind;
use super::layout::{ENTRY, Elements, HASHED, HEADER, IDENTITY, MAGIC, MAJOR, aligned};
use std::io::{self, Write};
use xxhash_rust::xxh3::Xxh3;

/// Writes a model file of these sections and returns its identity.
pub(crate) fn write(
    sections: &[(Kind, Elements<'_>)],
    to: &mut impl Write,
) -> io::Result<[u8; 32]> {
    let mut table = Vec::with_capacity(sections.len() * ENTRY);
    let mut offset = (HEADER + sections.len() * ENTRY) as u64;
    let too_long = || io::Error::new(io::ErrorKind::FileTooLarge, "the file would be too long");
    let mut gaps = Vec::with_capacity(sections.len());
    for (kind, elements) in sections {
        let mut hash = Xxh3::new();
        elements.pieces().for_each(|piece| hash.update(piece));
        let start = aligned(offset).ok_or_else(too_long)?;
        gaps.push((start - offset) as usize);
        let length = elements.bytes();
        table.extend_from_slice(&kind.code().to_le_bytes());
        table.extend_from_slice(&elements.element().code().to_le_bytes());
        table.extend_from_slice(&0u16.to_le_bytes());
        let count = length / elements.element().bytes();
        for number in [start, length, hash.digest(), count, 0] {
            table.extend_from_slice(&number.to_le_bytes());
        }
        offset = start.checked_add(length).ok_or_else(too_long)?;
    }
    let length = offset.checked_add(IDENTITY as u64).ok_or_else(too_long)?;

    let mut header = Vec::with_capacity(HEADER);
    header.extend_from_slice(&MAGIC);
    header.extend_from_slice(&MAJOR.to_le_bytes());
    header.extend_from_slice(&minor(sections).to_le_bytes());
    header.extend_from_slice(&(sections.len() as u32).to_le_bytes());
    header.extend_from_slice(&length.to_le_bytes());
    header.resize(HASHED, 0);
    let mut hash = Xxh3::new();
    hash.update(&header);
    hash.update(&table);
    header.extend_from_slice(&hash.digest().to_le_bytes());

    let mut to = Hashed {
        to,
        hash: blake3::Hasher::new(),
    };
    to.write_all(&header)?;
    to.write_all(&table)?;
    for ((_, elements), gap) in sections.iter().zip(gaps) {
        to.write_all(&[0; super::layout::ALIGN as usize][..gap])?;
        for piece in elements.pieces() {
            to.write_all(piece)?;
        }
    }
    let identity = *to.hash.finalize().as_bytes();
    to.to.write_all(&identity)?;
    Ok(identity)
}

/// The lowest minor version that knows all of these sections: files that need nothing new stay
/// readable for older versions.
fn minor(sections: &[(Kind, Elements<'_>)]) -> u16 {
    let since = sections.iter().map(|(kind, _)| kind.since());
    since.max().unwrap_or(0)
}

/// Hashes what passes.
struct Hashed<'a, W> {
    to: &'a mut W,
    hash: blake3::Hasher,
}

impl<W: Write> Write for Hashed<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
