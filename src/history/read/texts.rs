//! Rows of a program's own: texts under named columns.

use super::Reader;
use super::header::Header;
use super::rows::{Form, Taking};
use crate::error::Result;
use crate::history::reading::Reading;
use crate::history::settings::Settings;
use crate::history::told::Told;
use crate::history::told::schema::TableName;
use crate::watch::Watch;
use std::borrow::Cow;

/// Rows of a table from a program: texts under named columns, as a CSV file would hold them.
///
/// ```
/// use cobuy::{OrderLine, Settings, TableName, Tables, TextRows};
/// let goods = [["tea", "drinks/hot"], ["cup", "kitchen"]];
/// let items = TextRows::new(["item_id", "category"], goods.map(|row| row.map(Some)));
/// let history = Tables::new(Settings::default())
///     .order_lines([OrderLine::new("1", "ann", "tea")])?
///     .read(TableName::Items, items)?
///     .history()?;
/// assert_eq!(history.item("tea").and_then(|item| item.category()), Some("drinks/hot"));
/// # Ok::<(), cobuy::Error>(())
/// ```
pub struct TextRows<'a> {
    names: Vec<String>,
    rows: Box<dyn Iterator<Item = Vec<Option<Cow<'a, str>>>> + 'a>,
}

impl<'a> TextRows<'a> {
    /// Rows under columns called `names`; `None` is what the row does not tell.
    pub fn new<Row, Text>(
        names: impl IntoIterator<Item = impl Into<String>>,
        rows: impl IntoIterator<Item = Row, IntoIter: 'a>,
    ) -> Self
    where
        Row: IntoIterator<Item = Option<Text>> + 'a,
        Text: Into<Cow<'a, str>>,
    {
        let row = |row: Row| row.into_iter().map(|text| text.map(Into::into)).collect();
        TextRows {
            names: names.into_iter().map(Into::into).collect(),
            rows: Box::new(rows.into_iter().map(row)),
        }
    }

    pub(super) fn read(
        self,
        reader: &Reader,
        table: TableName,
        settings: &Settings,
        watch: Watch<'_>,
    ) -> Result<(Told, Reading)> {
        let name = format!("the {table}");
        let header = Header::new(table, self.names, &reader.columns, &name)?;
        let mut taking = Taking::new(table, reader, settings, &header, &name)?;
        let mut place = 0;
        for row in self.rows {
            if u64::is_multiple_of(place, 1024) {
                watch.check()?;
            }
            place += 1;
            let problem = match row.len() == header.names.len() {
                true => {
                    let get = |column: usize| row[column].as_deref();
                    let nul = |text: &Option<Cow<'_, str>>| {
                        text.as_ref().is_some_and(|text| text.contains('\0'))
                    };
                    match row.iter().position(nul) {
                        Some(column) => Err((Some(column), NUL.to_owned())),
                        None => taking.take(place, get, |_| Form::Text)?,
                    }
                }
                false => Err((None, wrong_width(row.len(), header.names.len()))),
            };
            if let Err(problem) = problem {
                taking.refuse(place, problem)?;
            }
        }
        taking.finish(place)
    }
}

/// What is said of a text that holds a NUL.
pub(super) const NUL: &str = "the row holds a NUL byte, which no text does";

pub(super) fn wrong_width(fields: usize, names: usize) -> String {
    format!("the row has {fields} fields, but the header has {names}")
}
