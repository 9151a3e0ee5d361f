//! Rows: left out, without a customer, told twice.

use super::words::{part, placed, verb};
use super::{Finding, Look, Severity};
use crate::history::labels::NONE;
use crate::history::lines::LineTable;
use crate::history::settings::Duplicates;
use crate::history::told::schema::TableName;
use crate::text::{counted, shown};

pub(super) fn look(look: &Look<'_>) -> Vec<Finding> {
    let mut found = skipped(look);
    found.extend(without_customer(look));
    found.extend(duplicates(look));
    found
}

/// Rows that could not be read, by table.
fn skipped(look: &Look<'_>) -> Vec<Finding> {
    let told = look.history.summary();
    let orders = (
        TableName::Orders,
        told.rows,
        told.skipped,
        &told.skipped_rows,
    );
    let others = told.tables.iter();
    let others = others.map(|it| (it.table, it.rows, it.skipped, &it.skipped_rows));
    let found = |(table, rows, skipped, why): (TableName, u64, u64, &Vec<String>)| {
        let all = rows + skipped;
        let rows = part(skipped, all, "row", "rows");
        (skipped > 0).then(|| {
            Finding::new("rows_left_out", Severity::Warning, (skipped, all))
                .what(format!(
                    "{rows} of {table} could not be read and {} left out.",
                    verb(skipped, "was", "were")
                ))
                .effect("Results are those of a shop in which they never happened.")
                .way_out("Mend them in the export; the summary says what is wrong with each.")
                .examples(why.iter().map(|problem| place(problem)))
        })
    };
    std::iter::once(orders)
        .chain(others)
        .filter_map(found)
        .collect()
}

/// Where a row stands, without what it holds: that may be about a person.
fn place(problem: &str) -> String {
    let (place, why) = problem.split_once(": ").unwrap_or((problem, ""));
    // Orders that contradict themselves have no place of their own.
    let order = why.split_once(" has ").map(|(order, _)| order);
    match order.filter(|order| order.starts_with("order `")) {
        Some(order) => shown(&format!("{place}, {order}")),
        None => shown(place),
    }
}

fn without_customer(look: &Look<'_>) -> Option<Finding> {
    let history = look.history;
    let (count, of) = (history.summary.rows_without_customer, history.summary.rows);
    if count == 0 {
        return None;
    }
    let mut columns = history
        .readings
        .iter()
        .filter(|it| it.table == TableName::Orders);
    let column = columns.any(|it| it.columns.iter().any(|(known, _)| *known == "customer_id"));
    if count == of && !column {
        let finding = Finding::new("no_customers", Severity::Info, (count, of))
            .what("Orders name no customers.")
            .effect("What is bought in one order can be counted, not what one customer bought.")
            .way_out(
                "Export the column of customers, if there is one, for \"customers also bought\".",
            );
        return Some(finding);
    }
    let rows = |order: usize| match history.orders.customer[order] {
        NONE => history.orders.lines_of(order).len() as u64,
        _ => 0,
    };
    let finding = Finding::new("rows_without_customer", look.share(count, of), (count, of))
        .what(format!(
            "{} {} no customer.",
            part(count, of, "row", "rows"),
            verb(count, "names", "name")
        ))
        .effect("They count for what is bought in one order, not for \"customers also bought\".")
        .way_out(
            "Export some id of guests too, such as a hash of the e-mail address, if there is one.",
        )
        .most(
            (0..history.orders.len()).map(|o| (o, rows(o))),
            |o, rows| format!("order {}, {}", look.order(o), counted(rows, "row", "rows")),
        );
    Some(finding)
}

fn duplicates(look: &Look<'_>) -> Option<Finding> {
    let (count, of) = (
        look.history.summary.duplicate_rows,
        look.history.summary.rows,
    );
    if count == 0 {
        return None;
    }
    if look.history.settings.duplicates == Duplicates::Drop {
        let all = of + count;
        let finding = Finding::new("duplicate_rows", Severity::Info, (count, all))
            .what(format!(
                "{} repeated others and stand once.",
                part(count, all, "row", "rows")
            ))
            .effect("As was set: what was bought twice in the same words counts once.");
        return Some(finding);
    }
    let lines = &look.history.lines;
    let mut of_order = vec![0u32; look.history.orders.len()];
    for line in (1..lines.len()).filter(|&line| repeats(lines, line)) {
        of_order[lines.order[line] as usize] += 1;
    }
    let finding = Finding::new("duplicate_rows", look.share(count, of), (count, of))
        .what(format!(
            "{} {} another in every column.",
            part(count, of, "row", "rows"),
            verb(count, "equals", "equal")
        ))
        .effect("They double quantities and money, never the number of people or orders.")
        .way_out("If the export told them twice: duplicates = \"drop\". If an item was scanned twice, they stay.")
        .most(placed(&of_order), |order, rows| {
            format!("order {}, {}", look.order(order), counted(rows, "row", "rows"))
        });
    Some(finding)
}

/// Whether a line equals the one before it.
fn repeats(lines: &LineTable, line: usize) -> bool {
    let before = line - 1;
    let numbers = [&lines.at, &lines.price, &lines.discount, &lines.cost];
    let same = |column: &Option<std::sync::Arc<Vec<i64>>>| {
        column.as_ref().is_none_or(|c| c[line] == c[before])
    };
    lines.order[line] == lines.order[before]
        && lines.item[line] == lines.item[before]
        && lines.quantity[line] == lines.quantity[before]
        && numbers.into_iter().all(same)
        && lines.return_of(line) == lines.return_of(before)
        && lines
            .own
            .iter()
            .all(|(_, own)| own.get(line) == own.get(before))
}
