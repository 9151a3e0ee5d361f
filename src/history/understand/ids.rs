//! From the texts of an id column to ids.

use crate::error::Result;
use crate::history::labels::{Interner, NONE};
use crate::history::settings::Settings;
use crate::history::told::TextColumn;
use crate::text::counted;
use crate::text::shown;

/// Texts that other programs write where nothing was told.
const USUAL_MISSING: [&str; 12] = [
    "NULL", "null", "Null", "NaN", "nan", "NA", "N/A", "n/a", "#N/A", "<NA>", "None", "\\N",
];

/// How an id column is written.
#[derive(PartialEq)]
enum Written {
    Texts,
    /// `17850.0`: whole numbers that passed through a float column.
    WholeFloats,
    /// Decimals with a fraction; an example.
    Fractions(u32),
}

/// What is wrong with an id column that may mean "nothing told" by a text such as `NULL`, unless it
/// was said that nothing but what is listed does.
pub(crate) fn usual_missing(
    name: &str,
    column: &TextColumn,
    settings: &Settings,
) -> Option<String> {
    let said = |missing: &Vec<String>| missing.iter().all(|word| word.is_empty());
    if settings.missing.as_ref().is_some_and(said) {
        return None;
    }
    let codes = 0..column.interner.len() as u32;
    let code = codes
        .into_iter()
        .find(|&code| USUAL_MISSING.contains(&column.interner.get(code)))?;
    let text = column.interner.get(code);
    let rows = column.codes.iter().filter(|&&other| other == code).count();
    Some(format!(
        "column `{name}` holds `{text}` in {}, which may be an id or mean that none was told; say \
         which (missing = {text}, or missing = '' if it is an id)",
        counted(rows as u64, "row", "rows"),
    ))
}

/// A column of whole decimals such as `17850.0` as the integers they were, with a note that says so;
/// `None` where it holds none; other decimals are refused.
pub(crate) fn whole_floats(
    name: &str,
    column: &TextColumn,
) -> Result<std::result::Result<Option<(TextColumn, String)>, String>> {
    match written(&column.interner) {
        Written::Texts => Ok(Ok(None)),
        Written::WholeFloats => {
            let example = column.interner.iter().filter(|id| id.contains('.')).min();
            let note = format!(
                "`{name}` holds whole decimals such as `{}`; they are read as integers",
                shown(example.unwrap_or_default())
            );
            let mut whole = TextColumn::default();
            let mut number = Vec::with_capacity(column.interner.len());
            for id in column.interner.iter() {
                let point = id.find('.').unwrap_or(id.len());
                number.push(whole.interner.intern(&id[..point])?);
            }
            let code = |&code: &u32| number.get(code as usize).copied().unwrap_or(NONE);
            whole.codes = column.codes.iter().map(code).collect();
            Ok(Ok(Some((whole, note))))
        }
        Written::Fractions(example) => Ok(Err(format!(
            "column `{name}` holds decimals such as `{}`, which are no ids; if they are, say that the column \
             is text (types: {name}=text)",
            shown(column.interner.get(example)),
        ))),
    }
}

fn written(interner: &Interner) -> Written {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut any_point = false;
    let mut all_points = true;
    let mut fraction = None;
    for (code, id) in interner.iter().enumerate() {
        let unsigned = id.strip_prefix('-').unwrap_or(id);
        match unsigned.split_once('.') {
            Some((whole, behind)) if digits(whole) && digits(behind) => {
                any_point = true;
                if behind.bytes().any(|byte| byte != b'0') {
                    fraction = Some(code as u32);
                }
            }
            None if digits(unsigned) => all_points = false,
            _ => return Written::Texts,
        }
    }
    match fraction {
        None if any_point => Written::WholeFloats,
        Some(code) if all_points => Written::Fractions(code),
        _ => Written::Texts,
    }
}
