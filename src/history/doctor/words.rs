//! Counts and shares in words, and settings written so that they can be pasted.

use super::Paste;
use crate::text::grouped;

/// The heaviest, ties by index; those of weight zero left out.
pub(super) fn most(
    weights: impl IntoIterator<Item = (usize, u64)>,
    count: usize,
) -> Vec<(usize, u64)> {
    let mut best: Vec<(usize, u64)> = Vec::with_capacity(count + 1);
    for (index, weight) in weights.into_iter().filter(|&(_, weight)| weight > 0) {
        let before = |&(at, other): &(usize, u64)| (other, index) > (weight, at);
        let place = best.partition_point(before);
        if place < count {
            best.insert(place, (index, weight));
            best.truncate(count);
        }
    }
    best
}

/// Of some weights by index, those with their places.
pub(super) fn placed<'a>(weights: &'a [u32]) -> impl Iterator<Item = (usize, u64)> + 'a {
    weights.iter().map(|&weight| u64::from(weight)).enumerate()
}

/// A part of something: `135,080 of 541,909 rows (24.9 %)`.
pub(super) fn part(count: u64, of: u64, one: &str, more: &str) -> String {
    match (count, of) {
        (1, 1) => format!("The only {one}"),
        _ if count == of => format!("All {} {more}", grouped(of)),
        _ => format!(
            "{} of {} {more} ({})",
            grouped(count),
            grouped(of),
            percent(count as f64, of as f64)
        ),
    }
}

/// A share: `24.9 %`.
pub(super) fn percent(count: f64, of: f64) -> String {
    let share = if of > 0.0 { 100.0 * count / of } else { 0.0 };
    match share {
        share if share > 0.0 && share < 0.05 => "under 0.1 %".to_owned(),
        share if (99.95..100.0).contains(&share) => "over 99.9 %".to_owned(),
        share => format!("{share:.1} %"),
    }
}

/// The word that goes with a count.
pub(super) fn verb<'a>(count: u64, one: &'a str, more: &'a str) -> &'a str {
    if count == 1 { one } else { more }
}

/// Pairs among things: what an order or a customer of so many items adds to those bought together.
pub(super) fn pairs(items: u32) -> f64 {
    f64::from(items) * (f64::from(items) - 1.0) / 2.0
}

/// The middle of the weights that are not zero; 0 where there are none.
pub(super) fn median(weights: &[u32]) -> u32 {
    let mut told: Vec<u32> = weights.iter().copied().filter(|&w| w > 0).collect();
    let middle = told.len() / 2;
    match told.is_empty() {
        true => 0,
        false => *told.select_nth_unstable(middle).1,
    }
}

/// A setting that lists texts, in lines that are not too long.
pub(super) fn paste(setting: &str, values: &[&str]) -> Paste {
    let lines = |first: String, parts: Vec<String>, between: &str, broken: &str| {
        /// Longer lines are broken.
        const WIDTH: usize = 80;
        let mut text = first;
        let mut width = text.chars().count();
        for (at, part) in parts.into_iter().enumerate() {
            let long = part.chars().count();
            if at > 0 && width + long > WIDTH {
                text.push_str(broken);
                width = 2;
            } else if at > 0 {
                text.push_str(between);
                width += between.len();
            }
            text.push_str(&part);
            width += long;
        }
        text
    };
    let toml = values.iter().map(|value| toml_text(value)).collect();
    let flags = values.iter().map(|value| {
        let value = shell_word(value);
        // A value that starts like a flag needs the `=`.
        let between = if value.starts_with('-') { "=" } else { " " };
        format!("--{setting}{between}{value}")
    });
    Paste {
        toml: lines(format!("{setting} = ["), toml, ", ", ",\n  ") + "]",
        flags: lines(String::new(), flags.collect(), " ", " \\\n  "),
    }
}

/// A text as TOML writes it.
fn toml_text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            _ if letter.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(letter))),
            _ => quoted.push(letter),
        }
    }
    quoted + "\""
}

/// A text as one word of a shell's line.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+,".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_come_first_and_ties_by_index() {
        let weights = [(0, 1), (1, 3), (2, 0), (3, 3), (4, 2)];
        assert_eq!(most(weights, 3), [(1, 3), (3, 3), (4, 2)]);
        assert_eq!(most(weights.into_iter().rev(), 3), [(1, 3), (3, 3), (4, 2)]);
        assert_eq!(median(&[0, 5, 1, 0, 3]), 3);
        assert_eq!(median(&[0]), 0);
    }

    #[test]
    fn shares_never_round_to_nothing_or_all() {
        assert_eq!(part(1, 3, "row", "rows"), "1 of 3 rows (33.3 %)");
        assert_eq!(
            part(1, 9_999, "row", "rows"),
            "1 of 9,999 rows (under 0.1 %)"
        );
        assert_eq!(percent(9_999.0, 10_000.0), "over 99.9 %");
        assert_eq!(part(2, 2, "row", "rows"), "All 2 rows");
        assert_eq!(part(1, 1, "row", "rows"), "The only row");
    }

    #[test]
    fn what_is_pasted_is_quoted() {
        let Paste { toml, flags } = paste("ignore", &["POST", "BANK CHARGES", "a\"b'c", "-1"]);
        assert_eq!(toml, r#"ignore = ["POST", "BANK CHARGES", "a\"b'c", "-1"]"#);
        assert_eq!(
            flags,
            r#"--ignore POST --ignore 'BANK CHARGES' --ignore 'a"b'\''c' --ignore=-1"#
        );
    }
}
