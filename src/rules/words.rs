//! The words of the language.

/// Words that mean something wherever they stand, so that a field of that name needs backticks.
pub(crate) const RESERVED: [&str; 20] = [
    "and", "or", "not", "in", "between", "under", "contains", "within", "is", "of", "where", "as",
    "has", "no", "since", "before", "ago", "any", "true", "false",
];

pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// Whether a name may be written without backticks.
pub(crate) fn is_plain(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(starts_name) && letters.all(goes_on_name) && !is_reserved(name)
}

pub(crate) fn starts_name(letter: char) -> bool {
    (letter.is_alphabetic() || letter == '_') && !is_hidden(letter)
}

pub(crate) fn goes_on_name(letter: char) -> bool {
    (letter.is_alphanumeric() || letter == '_') && !is_hidden(letter)
}

/// Whether a character may not stand in a rule at all: what cannot be seen, or turns the reading
/// direction of what stands around it, so that a rule reads otherwise than it works. Joiners (U+200C,
/// U+200D) may: some languages are written with them.
pub(crate) fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// A character for a message: `U+0000`.
pub(crate) fn code_point(letter: char) -> String {
    format!("U+{:04X}", u32::from(letter))
}
