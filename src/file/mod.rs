//! The model file: a header, a table of sections, the sections, and the file's identity.
//!
//! ```text
//!  0  magic, 8 bytes: 89 "CBY" 0D 0A 1A 0A   (catches transfers that change text)
//!  8  u16 major version, u16 minor version   (another major is refused)
//! 12  u32 number of sections, at most 64
//! 16  u64 length of the file
//! 24  32 bytes of zero
//! 56  u64 xxh3 of the bytes before and of the table
//! 64  table, 48 bytes a section:
//!       u32 kind, u16 element type, u16 flags (1: may be left unread by a version that does not
//!       know the kind), u64 offset, u64 length in bytes,
//!       u64 xxh3 of the section, u64 number of elements, u64 of zero
//!  ..  sections in the table's order, each starting at a multiple of 64, zeros between
//!  ..  the last 32 bytes: BLAKE3 of everything before them, which is the model's id
//! ```
//!
//! All numbers are little-endian. Every byte is covered by a checksum or must be zero, and the lengths
//! must add up to the file's own. Lengths are checked before memory is asked for, everything before
//! anything is handed out. A checksum finds damage, it does not prove who wrote the file.
//!
//! Format 1.0 has the lists, and a shop's items and who bought them. 1.1 adds times, customers and the
//! history as told; 1.2 the customer of each row of the table of customers. A file has the lowest
//! version that knows all of its sections.

use crate::error::Result;
use std::io::{self, Write};
use std::path::Path;

pub(crate) mod atomic;
mod damage;
mod kind;
mod layout;
mod lock;
pub(crate) mod meta;
mod read;
mod write;

pub(crate) use damage::{Checked, Damage, damage};
pub(crate) use kind::{Kind, TablePart};
pub(crate) use layout::Elements;
pub use lock::{Change, change};
pub(crate) use read::{Loaded, Refused, load};
pub(crate) use write::write;

/// Writes a file so that its path holds the old content or the new, whatever happens between. A model
/// file is never replaced.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io); the file that was there stays.
pub fn replace(
    path: impl AsRef<Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let content = atomic::Content::Other;
    atomic::save(path.as_ref(), content, |to| write(to), |_, ()| Ok(()))
}

/// Whether a model may be saved at a path, to be asked before the work is done: its folder is there,
/// and the path is free or holds a model.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) with what is in the way.
pub fn check_model_path(path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    atomic::check_target(path, atomic::Content::Model)
        .map(|_| ())
        .map_err(|source| crate::Error::Io {
            doing: "write",
            path: path.display().to_string(),
            source,
        })
}

/// Whether a path holds what begins as a model file does. What cannot be read is none.
pub fn is_model(path: impl AsRef<Path>) -> bool {
    let path = path.as_ref();
    let mut start = [0; layout::MAGIC.len()];
    let plain = std::fs::metadata(path).is_ok_and(|about| about.is_file());
    let read = |mut file: std::fs::File| io::Read::read_exact(&mut file, &mut start);
    plain && std::fs::File::open(path).and_then(read).is_ok() && start == layout::MAGIC
}

/// What a model file is identified by: the BLAKE3 hash of its content, in hexadecimal.
pub type ModelId = String;
