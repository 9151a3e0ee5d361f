//! What an order has once: its customer, status, channel and campaign.

use crate::history::labels::NONE;
use crate::history::rows::TextColumn;

/// Two rows of one order that disagree: what each says, and where.
pub(crate) struct Disagreement {
    /// Provisional number of the order.
    pub order: u32,
    pub column: &'static str,
    pub first: (String, usize),
    pub second: (String, usize),
}

/// Gives every row its order's value; returns the first conflict of each order and how many blank
/// rows were filled.
///
/// A blank says nothing: many exports tell what belongs to the order on its first line only.
pub(crate) fn once_per_order(
    orders: &TextColumn,
    column: &mut TextColumn,
    name: &'static str,
) -> (Vec<Disagreement>, u64) {
    if column.codes.is_empty() || column.interner.len() == 0 {
        return (Vec::new(), 0);
    }
    // What an order said first, and on which row.
    let mut told = vec![(NONE, 0u32); orders.interner.len()];
    let mut conflicts: Vec<Disagreement> = Vec::new();
    let mut in_conflict = vec![false; orders.interner.len()];
    for (row, (&order, &code)) in orders.codes.iter().zip(&column.codes).enumerate() {
        let (first, first_row) = told[order as usize];
        if code == NONE || code == first {
            continue;
        }
        if first == NONE {
            told[order as usize] = (code, row as u32);
        } else if !in_conflict[order as usize] {
            in_conflict[order as usize] = true;
            let shown = |code: u32| crate::text::shown(column.interner.get(code));
            conflicts.push(Disagreement {
                order,
                column: name,
                first: (shown(first), first_row as usize),
                second: (shown(code), row),
            });
        }
    }
    let mut filled = 0;
    for (&order, code) in orders.codes.iter().zip(&mut column.codes) {
        if *code == NONE && told[order as usize].0 != NONE {
            *code = told[order as usize].0;
            filled += 1;
        }
    }
    (conflicts, filled)
}
