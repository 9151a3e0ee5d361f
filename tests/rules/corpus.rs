//! The rules that are kept as data, beside this file.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    #[serde(rename = "rule")]
    pub rules: Vec<Good>,
    #[serde(rename = "formula")]
    pub formulas: Vec<Good>,
}

/// A rule or a formula in its forms.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Good {
    pub name: String,
    pub text: String,
    /// As it is printed, where that is another text.
    pub canonical: Option<String>,
    /// Without the envelope.
    pub json: String,
    pub fields: Option<Vec<String>>,
    pub version: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bad {
    pub bad: Vec<Refused>,
}

/// A text or a JSON that is refused, and what is said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    pub name: String,
    pub text: Option<String>,
    pub json: Option<String>,
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub width: Option<usize>,
    pub line_text: Option<String>,
    pub path: Option<String>,
    pub says: Vec<String>,
    #[serde(default)]
    pub near: Vec<String>,
}

pub fn rules() -> Rules {
    read("rules.toml")
}

pub fn bad() -> Vec<Refused> {
    read::<Bad>("bad.toml").bad
}

fn read<T: DeserializeOwned>(file: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/rules")
        .join(file);
    let text = std::fs::read_to_string(path).unwrap();
    toml::from_str(&text).unwrap_or_else(|problem| panic!("{file}: {problem}"))
}
