//! A table's header: what each of its columns is taken for.

use crate::error::{Error, Result};
use crate::history::told::schema::{Column, Need, TableName};
use crate::near::near;
use crate::text::shown;

/// What each column of a header was taken for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Header {
    /// By column of the file.
    pub meaning: Vec<Meaning>,
    /// The header's names, trimmed.
    pub names: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// By place among the table's known columns.
    Known(usize),
    /// The shop's own column.
    Own,
    /// A column without a name, such as the index that pandas writes first. It is left out.
    Nameless,
}

impl Header {
    /// Takes a table's header, where `columns` names what a known column is called in it (`None`: it
    /// has none for it).
    pub(crate) fn new(
        table: TableName,
        names: Vec<String>,
        columns: &[(String, Option<String>)],
        source_name: &str,
    ) -> Result<Header> {
        let refuse = |problem: String| Error::Table {
            source_name: source_name.to_owned(),
            problem,
        };
        for (at, name) in names.iter().enumerate() {
            if !name.is_empty() && names[..at].contains(name) {
                return Err(refuse(format!(
                    "the header names column `{}` twice",
                    shown(name)
                )));
            }
        }
        let named = named_columns(table, &names, columns)?;
        let mut places: Vec<Option<usize>> = vec![None; names.len()];
        for (place, known) in table.known().iter().enumerate() {
            let said = named.iter().find(|(named, _)| *named == place);
            let column = match said {
                Some(&(_, column)) => column,
                None => recognise(known, &names, &named).map_err(refuse)?,
            };
            match (column, known.need) {
                (Some(column), _) => places[column] = Some(place),
                (None, Need::Always) => return Err(refuse(missing_column(table, known, &names))),
                (None, Need::Named) if said.is_none() => {
                    return Err(refuse(missing_column(table, known, &names)));
                }
                (None, _) => {}
            }
        }
        let meaning = places
            .into_iter()
            .zip(&names)
            .map(|(place, name)| match place {
                Some(place) => Meaning::Known(place),
                None if is_nameless(name) => Meaning::Nameless,
                None => Meaning::Own,
            })
            .collect();
        Ok(Header { meaning, names })
    }

    /// How many of these names would be recognised; for guessing a delimiter.
    pub(crate) fn recognised<'a>(table: TableName, names: impl Iterator<Item = &'a str>) -> usize {
        let known = |name: &String| table.known().iter().any(|column| is_called(column, name));
        names.map(plain).filter(known).count()
    }
}

/// Whether a name is none: empty, or what pandas calls an index that has no name.
fn is_nameless(name: &str) -> bool {
    let level = name
        .strip_prefix("__index_level_")
        .and_then(|rest| rest.strip_suffix("__"));
    name.is_empty() || level.is_some_and(|level| level.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A name without case and without what is no letter or digit.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether a plain name is a column's, or one of its spellings.
fn is_called(column: &Column, plain_name: &str) -> bool {
    plain(column.name) == plain_name || column.spellings.contains(&plain_name)
}

/// `columns` as places and positions, refusing names that are neither.
fn named_columns(
    table: TableName,
    names: &[String],
    columns: &[(String, Option<String>)],
) -> Result<Vec<(usize, Option<usize>)>> {
    let mut named: Vec<(usize, Option<usize>)> = Vec::new();
    for (known, column) in columns {
        let place = table.column(known)?;
        if named.iter().any(|(named, _)| *named == place) {
            return Err(Error::setting(
                "columns",
                known,
                "a column can be named only once",
            ));
        }
        let position = match column {
            None => None,
            Some(column) => Some(names.iter().position(|name| name == column).ok_or_else(
                || Error::UnknownName {
                    what: "column in the file called",
                    name: shown(column),
                    near: near(column, names.iter().map(String::as_str)),
                },
            )?),
        };
        if position.is_some() && named.iter().any(|(_, taken)| *taken == position) {
            let column = column.as_deref().unwrap_or_default();
            return Err(Error::setting(
                "columns",
                column,
                "one column can mean only one thing",
            ));
        }
        named.push((place, position));
    }
    Ok(named)
}

/// The column of the header that a known column's name or spelling stands for, where it is one.
fn recognise(
    known: &Column,
    names: &[String],
    named: &[(usize, Option<usize>)],
) -> std::result::Result<Option<usize>, String> {
    let free = |at: usize| !named.iter().any(|(_, taken)| *taken == Some(at));
    let mut found: Vec<usize> = (0..names.len())
        .filter(|&at| free(at) && is_called(known, &plain(&names[at])))
        .collect();
    // The name itself goes before its spellings.
    if let Some(&exact) = found.iter().find(|&&at| names[at] == known.name) {
        found = vec![exact];
    }
    match found[..] {
        [] => Ok(None),
        [column] => Ok(Some(column)),
        [first, second, ..] => Err(format!(
            "both `{}` and `{}` may be the column `{}`; name the one to take (columns: {}={})",
            names[first], names[second], known.name, known.name, names[first],
        )),
    }
}

fn missing_column(table: TableName, known: &Column, names: &[String]) -> String {
    let mut likely: Vec<String> = Vec::new();
    for spelling in std::iter::once(known.name).chain(known.spellings.iter().copied()) {
        for name in near(spelling, names.iter().map(String::as_str)) {
            if !likely.contains(&name) {
                likely.push(name);
            }
        }
    }
    likely.truncate(2);
    let header = match Header::recognised(table, names.iter().map(String::as_str)) {
        0 => "; does the file have a header line, and is it parted by the right delimiter?",
        _ => "",
    };
    let without = match known.need {
        Need::Named => format!(
            ", or leave it empty for {table} without customers (columns: {}=)",
            known.name
        ),
        _ => String::new(),
    };
    format!(
        "no column is recognised as `{}` among {}{}; name it (columns: {}=NAME){without}{header}",
        known.name,
        list(names),
        crate::error::did_you_mean(&likely).trim_end_matches('?'),
        known.name,
    )
}

fn list(names: &[String]) -> String {
    const MOST: usize = 12;
    let mut text = names
        .iter()
        .take(MOST)
        .map(|name| format!("`{}`", shown(name)))
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > MOST {
        text.push_str(&format!(" and {} more", names.len() - MOST));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str], columns: &[(&str, Option<&str>)]) -> Result<Header> {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        let columns: Vec<_> = columns
            .iter()
            .map(|(role, name)| ((*role).to_owned(), name.map(str::to_owned)))
            .collect();
        Header::new(TableName::Orders, names, &columns, "orders.csv")
    }

    fn roles(names: &[&str], columns: &[(&str, Option<&str>)]) -> Vec<Option<&'static str>> {
        header(names, columns).map_or_else(
            |_| Vec::new(),
            |header| {
                header
                    .meaning
                    .iter()
                    .map(|meaning| match meaning {
                        Meaning::Known(place) => Some(TableName::Orders.known()[*place].name),
                        Meaning::Own | Meaning::Nameless => None,
                    })
                    .collect()
            },
        )
    }

    fn message(names: &[&str], columns: &[(&str, Option<&str>)]) -> String {
        header(names, columns)
            .err()
            .map_or_else(String::new, |problem| problem.to_string())
    }

    #[test]
    fn usual_spellings_are_recognised() {
        assert_eq!(
            roles(
                &[
                    "InvoiceNo",
                    "StockCode",
                    "Description",
                    "Quantity",
                    "InvoiceDate",
                    "UnitPrice",
                    "CustomerID"
                ],
                &[]
            ),
            [
                Some("order_id"),
                Some("item_id"),
                None,
                Some("quantity"),
                Some("ordered_at"),
                Some("price"),
                Some("customer_id")
            ]
        );
        assert_eq!(
            roles(&["user_id", "product_id", "Order No.", "datetime"], &[]),
            [
                Some("customer_id"),
                Some("item_id"),
                Some("order_id"),
                Some("ordered_at")
            ]
        );
    }

    #[test]
    fn a_named_column_frees_its_spellings() {
        assert_eq!(
            roles(
                &["order_id", "sku", "product_id", "user", "Client"],
                &[("item_id", Some("sku")), ("customer_id", Some("Client"))]
            ),
            [
                Some("order_id"),
                Some("item_id"),
                None,
                None,
                Some("customer_id")
            ]
        );
        let without = roles(&["order_id", "item_id"], &[("customer_id", None)]);
        assert_eq!(without, [Some("order_id"), Some("item_id")]);
    }

    #[test]
    fn what_is_ambiguous_or_unknown_is_refused_with_the_way_out() {
        let two = message(&["order_id", "user_id", "sku", "product_id"], &[]);
        assert!(
            two.contains("both `sku` and `product_id` may be the column `item_id`"),
            "{two}"
        );
        let missing = message(&["order_id", "custmer_id", "item_id"], &[]);
        assert!(missing.contains("did you mean `custmer_id`"), "{missing}");
        let role = message(&["a"], &[("custmer_id", Some("a"))]);
        assert!(role.contains("did you mean `customer_id`?"), "{role}");
        let name = message(&["Client", "order_id"], &[("customer_id", Some("Clint"))]);
        assert!(name.contains("did you mean `Client`?"), "{name}");
        let twice = message(&["item_id", "item_id"], &[]);
        assert!(twice.contains("`item_id` twice"), "{twice}");
        assert!(message(&["item_id"], &[("order_id", None)]).contains("`order_id`"));
    }
}
