//! Writing a file so that its path holds the old content or the new, whatever happens between.
//!
//! A temporary file in the same folder is written, brought to disk, read back and renamed over the
//! target, and the folder is brought to disk. On any error the temporary file is removed and the old
//! one stays. Temporary files of processes that died are removed at the next save.

use super::layout::MAGIC;
use crate::error::{Error, Result};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// What a file holds. One of one kind never replaces one of the other: nobody loses orders to a
/// model that was saved over them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// A model: readable by its owner only, unless it replaces one that others may read.
    Model,
    /// Anything else: readable as other files are.
    Other,
}

/// Writes `path` with `write`; `verify` is given the finished file before it takes the path.
pub(crate) fn save<T>(
    path: &Path,
    content: Content,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<T>,
    verify: impl FnOnce(&Path, &T) -> Result<()>,
) -> Result<T> {
    let fail = |source: io::Error| Error::Io {
        doing: "write",
        path: path.display().to_string(),
        source,
    };
    let target = check_target(path, content).map_err(fail)?;
    let folder = folder_of(path);
    let name = path.file_name().ok_or_else(|| {
        fail(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the path names no file",
        ))
    })?;
    let name = name.to_string_lossy();
    remove_stale(folder, &name);
    let (file, temporary) = create(folder, &name, content).map_err(fail)?;
    let written = (|| {
        let mut to = BufWriter::with_capacity(1 << 20, file);
        let told = write(&mut to).map_err(fail)?;
        let file = to
            .into_inner()
            .map_err(|problem| fail(problem.into_error()))?;
        if let Some(permissions) = target {
            file.set_permissions(permissions).map_err(fail)?;
        }
        file.sync_all().map_err(fail)?;
        verify(&temporary, &told)?;
        fs::rename(&temporary, path).map_err(fail)?;
        Ok(told)
    })();
    match written {
        Ok(told) => {
            // The rename is only sure once the folder is on disk.
            #[cfg(unix)]
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(fail)?;
            Ok(told)
        }
        Err(problem) => {
            // Best effort: the error that is told is the first one.
            let _ = fs::remove_file(&temporary);
            Err(problem)
        }
    }
}

/// The permissions of a file that is there already; refuses what may not be replaced, and a folder
/// that is not there.
pub(crate) fn check_target(path: &Path, content: Content) -> io::Result<Option<fs::Permissions>> {
    let about = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(problem) if problem.kind() == io::ErrorKind::NotFound => {
            return fs::metadata(folder_of(path)).map(|_| None);
        }
        Err(problem) => return Err(problem),
    };
    if about.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    if about.is_symlink() {
        return Err(io::Error::other(
            "it is a symbolic link, which saving would replace; name the file it leads to",
        ));
    }
    if !about.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    let mut start = Vec::new();
    File::open(path)?
        .take(MAGIC.len() as u64)
        .read_to_end(&mut start)?;
    match (content, start == MAGIC) {
        (Content::Model, false) if !start.is_empty() => Err(io::Error::other(
            "it is no model file, and saving a model would replace it; name another path",
        )),
        (Content::Other, true) => Err(io::Error::other(
            "it is a model file, which this would replace; name another path",
        )),
        _ => Ok(Some(about.permissions())),
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A new file in `folder`.
fn create(folder: &Path, name: &str, content: Content) -> io::Result<(File, PathBuf)> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if content == Content::Model {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = content;
    loop {
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let temporary = folder.join(format!(".{name}.{}.{count}.tmp", std::process::id()));
        match options.open(&temporary) {
            Ok(file) => return Ok((file, temporary)),
            Err(problem) if problem.kind() == io::ErrorKind::AlreadyExists => {}
            Err(problem) => return Err(problem),
        }
    }
}

/// Removes temporary files of this target whose process is gone. Best effort.
fn remove_stale(folder: &Path, name: &str) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let file = entry.file_name();
        let Some(process) = file
            .to_str()
            .and_then(|file| {
                file.strip_prefix('.')?
                    .strip_prefix(name)?
                    .strip_prefix('.')
            })
            .and_then(|rest| rest.strip_suffix(".tmp")?.split_once('.'))
            .filter(|(_, count)| count.parse::<u64>().is_ok())
            .and_then(|(process, _)| process.parse::<u32>().ok())
        else {
            continue;
        };
        if process_is_gone(process) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether no such process runs; where that cannot be told, it is taken to run.
fn process_is_gone(process: u32) -> bool {
    let processes = Path::new("/proc");
    processes.join("self").exists() && !processes.join(process.to_string()).exists()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn text(path: &Path) -> String {
        String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
    }

    fn put(path: &Path, content: &'static [u8]) -> Result<()> {
        save(
            path,
            Content::Model,
            |to| to.write_all(content),
            |_, ()| Ok(()),
        )
    }

    #[test]
    fn a_failed_save_leaves_the_old_file_and_nothing_else() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("shop.cobuy");
        assert!(put(&path, b"\x89CBY\r\n\x1a\nold").is_ok());
        let full = |to: &mut BufWriter<File>| {
            to.write_all(b"half")?;
            Err::<(), _>(io::Error::from(io::ErrorKind::StorageFull))
        };
        assert!(matches!(
            save(&path, Content::Model, full, |_, _| Ok(())),
            Err(Error::Io { .. })
        ));
        let refused = |_: &Path, _: &()| Err(Error::Cancelled);
        assert!(save(&path, Content::Model, |to| to.write_all(b"bad"), refused).is_err());
        assert!(text(&path).ends_with("old"));
        assert_eq!(fs::read_dir(folder.path())?.count(), 1);
        assert!(put(&path, b"new").is_ok());
        assert_eq!(text(&path), "new");
        Ok(())
    }

    #[test]
    fn temporary_files_of_dead_processes_go_and_others_stay() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("shop.cobuy");
        let dead = folder.path().join(".shop.cobuy.4294967294.0.tmp");
        let alive = folder
            .path()
            .join(format!(".shop.cobuy.{}.x.tmp", std::process::id()));
        let other = folder.path().join(".other.cobuy.4294967294.0.tmp");
        for stray in [&dead, &alive, &other] {
            fs::write(stray, "")?;
        }
        assert!(put(&path, b"new").is_ok());
        assert!(!dead.exists() && alive.exists() && other.exists());
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_private_and_a_link_or_folder_is_refused() -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("shop.cobuy");
        assert!(put(&path, b"new").is_ok());
        assert_eq!(fs::metadata(&path)?.permissions().mode() & 0o777, 0o600);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link)?;
        assert!(put(&link, b"x").is_err());
        assert!(put(folder.path(), b"x").is_err());
        assert_eq!(text(&path), "new");
        Ok(())
    }

    #[test]
    fn a_model_replaces_models_only_and_nothing_else_does() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let (orders, shop) = (
            folder.path().join("orders.csv"),
            folder.path().join("shop.cobuy"),
        );
        fs::write(&orders, "order_id")?;
        assert!(put(&orders, b"x").is_err());
        assert_eq!(text(&orders), "order_id");
        assert!(put(&shop, &MAGIC).is_ok());
        let other = save(
            &shop,
            Content::Other,
            |to| to.write_all(b"x"),
            |_, ()| Ok(()),
        );
        assert!(other.is_err());
        assert!(put(&shop, &MAGIC).is_ok());
        Ok(())
    }
}
