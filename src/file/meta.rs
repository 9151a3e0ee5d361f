//! The small part of a model file: settings and counts, as bincode.
//!
//! bincode is unmaintained (RUSTSEC-2025-0141) and can be made to ask for endless memory where it is
//! called without a limit, so this is the only place that calls it: on at most 16 MiB, whose checksum
//! fits, and with every byte accounted for. Large arrays are sections of their own.

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The most bytes the settings may take. A shop may name many items to ignore, and many groups.
const LIMIT: usize = 1 << 24;

fn config<const MOST: usize>() -> Configuration<LittleEndian, Fixint, Limit<MOST>> {
    bincode::config::legacy().with_limit::<MOST>()
}

/// As bytes; the problem where they would be too many.
pub(crate) fn encode(meta: &impl Serialize) -> Result<Vec<u8>, String> {
    let bytes = bincode::serde::encode_to_vec(meta, config::<LIMIT>())
        .map_err(|problem| problem.to_string())?;
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
    // A length that lies may ask for as much memory as the limit, so that is kept near to the bytes.
    match bytes.len() {
        0..=1024 => decode_within::<T, 1024>(bytes),
        1025..=4096 => decode_within::<T, 4096>(bytes),
        4097..=16_384 => decode_within::<T, 16_384>(bytes),
        16_385..=65_536 => decode_within::<T, 65_536>(bytes),
        65_537..=1_048_576 => decode_within::<T, 1_048_576>(bytes),
        _ => decode_within::<T, LIMIT>(bytes),
    }
}

fn decode_within<T: DeserializeOwned, const MOST: usize>(bytes: &[u8]) -> Result<T, String> {
    match bincode::serde::decode_from_slice(bytes, config::<MOST>()) {
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
        for length in [1u64 << 24, 1 << 45, 1 << 61, u64::MAX] {
            bytes[..8].copy_from_slice(&length.to_le_bytes());
            assert!(decode::<Vec<String>>(&bytes).is_err());
        }
        assert!(decode::<u64>(&[0; 9]).is_err());
    }
}
