//! The small part of a model file: settings and counts, as bincode.
//!
//! bincode is unmaintained (RUSTSEC-2025-0141) and can be made to ask for endless memory where it is
//! called without a limit, so this is the only place that calls it: on at most 64 KiB, whose checksum
//! fits, and with every byte accounted for. Large arrays are sections of their own.

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The most bytes the settings may take.
const LIMIT: usize = 65_536;

fn config() -> Configuration<LittleEndian, Fixint, Limit<LIMIT>> {
    bincode::config::legacy().with_limit::<LIMIT>()
}

/// As bytes; the problem where they would be too many.
pub(crate) fn encode(meta: &impl Serialize) -> Result<Vec<u8>, String> {
    let bytes =
        bincode::serde::encode_to_vec(meta, config()).map_err(|problem| problem.to_string())?;
    if bytes.len() > LIMIT {
        return Err(format!("{} bytes are more than {LIMIT}", bytes.len()));
    }
    Ok(bytes)
}

/// From exactly these bytes.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    if bytes.len() > LIMIT {
        return Err(format!("{} bytes are more than {LIMIT}", bytes.len()));
    }
    match bincode::serde::decode_from_slice(bytes, config()) {
        Ok((meta, used)) if used == bytes.len() => Ok(meta),
        Ok((_, used)) => Err(format!(
            "{} of {} bytes mean nothing",
            bytes.len() - used,
            bytes.len()
        )),
        Err(problem) => Err(problem.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_that_lie_are_refused_without_memory() {
        let mut bytes = encode(&vec!["tea".to_owned()]).unwrap_or_default();
        assert_eq!(decode::<Vec<String>>(&bytes), Ok(vec!["tea".to_owned()]));
        for length in [1u64 << 20, 1 << 45, 1 << 61, u64::MAX] {
            bytes[..8].copy_from_slice(&length.to_le_bytes());
            assert!(decode::<Vec<String>>(&bytes).is_err());
        }
        assert!(decode::<u64>(&[0; 9]).is_err());
    }
}
