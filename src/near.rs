//! "Did you mean": the known names nearest to one that is not known.

/// At most three of `known` that a slip of the finger could have meant, nearest first.
///
/// Nearness is the optimal string alignment distance (Damerau 1964) with case folded; up to a third
/// of the name's letters may differ. Names that only differ by case or outer space come first.
pub(crate) fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    /// Longer names are no slips, and the distance takes time quadratic in the length.
    const LONGEST: usize = 100;
    let wanted = name.trim().to_lowercase();
    let length = wanted.chars().count();
    if length == 0 || length > LONGEST {
        return Vec::new();
    }
    let allowed = (length / 3).max(1);
    let mut found: Vec<(usize, &str)> = known
        .into_iter()
        .filter(|candidate| candidate.len() <= 4 * LONGEST)
        .filter_map(|candidate| {
            let folded = candidate.trim().to_lowercase();
            if folded.chars().count().abs_diff(length) > allowed {
                return None;
            }
            let distance = strsim::osa_distance(&wanted, &folded);
            (distance <= allowed).then_some((distance, candidate))
        })
        .collect();
    found.sort();
    found
        .into_iter()
        .take(3)
        .map(|(_, candidate)| candidate.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn a_slip_finds_its_name_and_a_stranger_finds_none() {
        let known = ["customer_id", "order_id", "item_id"];
        assert_eq!(near("custmer_id", known), ["customer_id"]);
        assert_eq!(near("ITEM_ID", known), ["item_id"]);
        assert!(near("colour", known).is_empty());
        assert!(near("", known).is_empty());
    }
}
