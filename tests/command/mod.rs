//! The command, run in a folder of its own: what the tests of the command line share.

#![allow(dead_code)]

use serde_json::Value;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

pub const COBUY: &str = env!("CARGO_BIN_EXE_cobuy");

/// The corner shop's orders; `datasets/corner_shop/README.md` says what they hold.
pub fn orders() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/corner_shop/orders.csv")
}

/// The corner shop's table of items.
pub fn goods() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/corner_shop/items.csv");
    path.to_str().unwrap().to_owned()
}

/// A folder with the corner shop and its goods in `shop.cobuy`.
pub fn with_goods() -> Folder {
    Folder::with_shop(&["--items", &goods()])
}

/// A folder to run the command in.
pub struct Folder(pub TempDir);

/// What a run of the command left.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Folder {
    pub fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    /// A folder with the corner shop in `shop.cobuy`, fitted with these options.
    pub fn with_shop(options: &[&str]) -> Self {
        let folder = Folder::new();
        folder.fit(orders(), options).done();
        folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name)
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// The names of all files, hidden ones too.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
        let mut names: Vec<String> = entries
            .map(|entry| name(entry).into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    pub fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(COBUY);
        command.current_dir(self.0.path()).args(arguments);
        command
    }

    pub fn run(&self, arguments: &[impl AsRef<OsStr>]) -> Ran {
        Ran::from(self.command(arguments).output().unwrap())
    }

    /// Runs with this on standard input.
    pub fn run_with(&self, input: &str, arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut running = pipes.stderr(Stdio::piped()).spawn().unwrap();
        let mut to = running.stdin.take().unwrap();
        // It may have read enough before the end.
        let _ = to.write_all(input.as_bytes());
        drop(to);
        Ran::from(running.wait_with_output().unwrap())
    }

    /// Fits a file of orders into `shop.cobuy`.
    pub fn fit(&self, orders: impl AsRef<Path>, options: &[&str]) -> Ran {
        let fit = ["fit", "-o", "shop.cobuy"].map(OsStr::new);
        let options = options.iter().map(OsStr::new);
        let arguments: Vec<&OsStr> = fit
            .into_iter()
            .chain([orders.as_ref().as_os_str()])
            .chain(options)
            .collect();
        self.run(&arguments)
    }

    /// Fits a text of orders.
    pub fn fit_text(&self, orders: &str, options: &[&str]) -> Ran {
        self.fit(self.write("orders.csv", orders), options)
    }

    /// Asks `shop.cobuy`.
    pub fn also_bought(&self, arguments: &[&str]) -> Ran {
        self.run(&[&["also-bought", "shop.cobuy"], arguments].concat())
    }

    /// The items that go with one, best first.
    pub fn near(&self, arguments: &[&str]) -> Vec<String> {
        let answer = self
            .also_bought(&[&["--format", "json"], arguments].concat())
            .json();
        let items = answer["items"].as_array().unwrap();
        items
            .iter()
            .map(|near| near["item"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Runs a line of shell in the folder, where `cobuy` is the command.
    #[cfg(unix)]
    pub fn shell(&self, line: &str) -> Ran {
        let folder = Path::new(COBUY).parent().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
        let mut shell = Command::new("sh");
        shell
            .current_dir(self.0.path())
            .env("PATH", std::env::join_paths(paths).unwrap());
        Ran::from(shell.args(["-c", line]).output().unwrap())
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// The output of a run that must have succeeded.
    pub fn done(self) -> String {
        assert_eq!(self.code, 0, "{}", self.err);
        self.out
    }

    pub fn json(self) -> Value {
        serde_json::from_str(&self.done()).unwrap()
    }

    /// What was said by a run that must have ended with this code.
    pub fn code_is(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        self.err
    }

    /// What was said by a run that must have failed with this code, and said it on standard error.
    pub fn failed(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert_eq!(self.out, "");
        assert!(self.err.starts_with("error: "), "{}", self.err);
        self.err
    }
}
