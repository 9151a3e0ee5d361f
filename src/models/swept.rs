//! Rows of a source that the kernel does not know, one swept after the other.

use crate::error::Result;
use crate::matrix::best::Best;
use crate::matrix::pairs::Pair;
use crate::matrix::product::{Chosen, Neighbours, Rows, ScoredRow};
use crate::matrix::sweep::{Source, Workspace};
use crate::parallel::{AHEAD, in_order};

/// Makes the rows of all items and keeps the best of each; a pair that scores 0 is none.
pub(super) fn swept(
    source: Source<'_>,
    rows: Rows<'_>,
    score: impl Fn(&Pair) -> f32 + Sync,
) -> Result<Neighbours> {
    /// Items a part of the work: enough to be worth handing out, few enough to stop soon.
    const PART: usize = 32;
    let items = rows.purchases.items();
    let space = Workspace::bytes(source) + (items * Best::EACH) as u64;
    let spaces = space.saturating_mul(rows.threads as u64);
    // Parts that wait for their turn.
    let waiting = (items.min(AHEAD * PART) as u64)
        .saturating_mul(rows.best as u64)
        .saturating_mul(Neighbours::EACH);
    // No more is met in windows than in whole rows.
    let most_of = |item| rows.most_of(item, rows.purchases.meetings_of(item as u32));
    let most = (0..items).map(most_of).sum();
    let budget = rows.budget(most, spaces.saturating_add(waiting));
    let mut all = Neighbours::with_room(budget)?;
    in_order(
        items.div_ceil(PART),
        rows.threads,
        "fitting",
        rows.watch,
        || Ok((Workspace::new(source)?, ScoredRow::new(items, rows)?)),
        |part, (space, row)| {
            let mut chosen = Chosen::default();
            for item in part * PART..((part + 1) * PART).min(items) {
                rows.watch.check()?;
                space.sweep(source, item as u32);
                for pair in space.pairs(item as u32) {
                    row.add(pair.other, score(&pair), pair.both);
                }
                row.choose(&mut chosen);
            }
            Ok(chosen)
        },
        |chosen| all.append(&chosen, budget),
    )?;
    Ok(all.shrunk())
}
