//! What an order has once: its customer, status, channel and campaign.

use crate::history::labels::NONE;
use crate::history::told::TextColumn;

/// Two rows of one order that disagree: what each says, and where.
pub(crate) struct Disagreement {
    /// Provisional number of the order.
    pub order: u32,
    pub column: &'static str,
    pub first: (String, usize),
    pub second: (String, usize),
}

/// What an order has once, on every one of its rows.
pub(crate) struct Once {
    /// The first conflict of each order.
    pub conflicts: Vec<Disagreement>,
    /// The column's codes with blanks filled from the order's other rows; `None` where there was
    /// nothing to fill.
    pub codes: Option<Vec<u32>>,
    /// How many blank rows were filled.
    pub filled: u64,
}

/// Gives every row its order's value.
///
/// A blank says nothing: many exports tell what belongs to the order on its first line only.
pub(crate) fn once_per_order(orders: &TextColumn, column: &TextColumn, name: &'static str) -> Once {
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
    let rows = || orders.codes.iter().zip(&column.codes);
    let fills = |(&order, &code): (&u32, &u32)| code == NONE && told[order as usize].0 != NONE;
    let filled = rows().filter(|&row| fills(row)).count() as u64;
    let value = |(&order, &code): (&u32, &u32)| match code {
        NONE => told[order as usize].0,
        code => code,
    };
    Once {
        conflicts,
        codes: (filled > 0).then(|| rows().map(value).collect()),
        filled,
    }
}
