//! Where the public data sets are that tests use where they are there.

use std::path::{Path, PathBuf};

/// Where a file of the data is, or `None` where it may be missing and is.
pub fn data(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("COBUY_DATASETS").map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/datasets");
    let path = folder.unwrap_or_else(beside).join(file);
    if path.exists() {
        return Some(path);
    }
    let required = std::env::var_os("COBUY_REQUIRE_DATA").is_some_and(|value| value == "1");
    assert!(
        !required,
        "`{}` is missing, but COBUY_REQUIRE_DATA is 1",
        path.display()
    );
    println!("skipped: there is no `{}`", path.display());
    None
}
