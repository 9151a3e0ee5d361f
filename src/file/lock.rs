//! One change of a file at a time: between reading it and writing it anew nobody else does.

use crate::error::{Error, Result};
use std::fs::File;
use std::path::Path;

/// Held while a file is changed. Whoever asks for it meanwhile waits.
#[derive(Debug)]
pub struct Change {
    _held: File,
}

/// Waits until nobody else changes a file, and keeps others from it until the guard is dropped.
///
/// Processes that only read a file need not ask: they find the old content or the new.
///
/// # Errors
/// [`Error::Io`] where there is no such file, or it cannot be locked.
pub fn change(path: impl AsRef<Path>) -> Result<Change> {
    let path = path.as_ref();
    let fail = |source| Error::Io {
        doing: "lock",
        path: path.display().to_string(),
        source,
    };
    loop {
        let held = File::open(path).map_err(fail)?;
        held.lock().map_err(fail)?;
        // Who held it before may have put another file in its place, which is then the one to hold.
        if is_still(path, &held).map_err(fail)? {
            return Ok(Change { _held: held });
        }
    }
}

#[cfg(unix)]
fn is_still(path: &Path, held: &File) -> std::io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (there, held) = (std::fs::metadata(path)?, held.metadata()?);
    Ok((there.dev(), there.ino()) == (held.dev(), held.ino()))
}

#[cfg(not(unix))]
fn is_still(_: &Path, _: &File) -> std::io::Result<bool> {
    Ok(true)
}
