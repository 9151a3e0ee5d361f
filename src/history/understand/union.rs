//! One index for the ids that several tables name.

use crate::error::Result;
use crate::history::labels::{Interner, Labels};
use crate::history::told::TextColumn;

/// The distinct texts of some columns (on some of their rows, or on all), sorted, and for each column
/// the rank of its codes among them.
pub(crate) fn union<'a>(
    columns: impl Iterator<Item = (&'a TextColumn, Option<&'a [u32]>)> + Clone,
) -> Result<(Labels, Vec<Vec<u32>>)> {
    let mut found: Vec<(Labels, Vec<u32>)> = columns
        .map(|(column, rows)| match rows {
            Some(rows) => column.labels(rows),
            None => column.interner.finish(&vec![true; column.interner.len()]),
        })
        .collect();
    if let [(labels, rank)] = &mut found[..] {
        return Ok((std::mem::take(labels), vec![std::mem::take(rank)]));
    }
    let mut all = Interner::default();
    for label in found.iter().flat_map(|(labels, _)| labels.iter()) {
        all.intern(label)?;
    }
    let (union, _) = all.finish(&vec![true; all.len()]);
    let ranks = found.into_iter().map(|(labels, mut rank)| {
        let places: Vec<u32> = labels
            .iter()
            .map(|label| union.find(label).map_or(u32::MAX, |place| place as u32))
            .collect();
        for rank in &mut rank {
            *rank = places.get(*rank as usize).copied().unwrap_or(u32::MAX);
        }
        rank
    });
    let ranks = ranks.collect();
    Ok((union, ranks))
}
