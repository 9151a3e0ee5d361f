//! Rules by arguments.

use crate::Failure;
use cobuy::{Error, Rule};
use std::io::Read;

/// A rule as it is written, from standard input for `-`; what begins with `{` is JSON.
pub fn rule(written: &str) -> Result<Rule, Failure> {
    let read;
    let text = match written {
        "-" => {
            read = standard_input()?;
            read.as_str()
        }
        written => written,
    };
    Ok(Rule::read(text)?)
}

fn standard_input() -> Result<String, Failure> {
    /// More than any rule takes.
    const MOST: u64 = 1 << 20;
    let mut text = String::new();
    let read = std::io::stdin().take(MOST).read_to_string(&mut text);
    read.map_err(|source| Error::Io {
        doing: "read",
        path: "standard input".to_owned(),
        source,
    })?;
    // Some editors begin a file with a mark.
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}
