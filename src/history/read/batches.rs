//! Tables from Arrow record batches, those of Parquet files among them.

use super::Reader;
use super::arrow::{ArrowCells, CellKind, check, parts};
use super::header::Header;
use super::rows::{Form, Taking};
use super::texts::NUL;
use crate::error::{Error, Result};
use crate::history::reading::Reading;
use crate::history::settings::Settings;
use crate::history::told::Told;
use crate::history::told::schema::TableName;
use crate::text::shown;
use crate::watch::Watch;
use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};

/// Batches of one schema, and what to call them in messages.
pub(super) struct Batches<'a> {
    pub schema: SchemaRef,
    pub batches: Box<dyn Iterator<Item = Result<RecordBatch>> + 'a>,
    pub name: String,
}

/// The batches of a Parquet file.
#[cfg(feature = "parquet")]
pub(super) fn of_parquet<'w>(path: &std::path::Path, watch: Watch<'w>) -> Result<Batches<'w>> {
    let batches = super::parquet::open(path, watch)?;
    let name = path.file_name().unwrap_or(path.as_os_str());
    Ok(Batches {
        schema: batches.schema().clone(),
        name: name.to_string_lossy().into_owned(),
        batches: Box::new(batches),
    })
}

/// Refuses a batch of other columns than were told: its cells would be taken for those of others.
fn check_columns(batch: &RecordBatch, schema: &Schema, name: &str) -> Result<()> {
    let told = |schema: &Schema, at: usize| match schema.fields().get(at) {
        Some(field) => format!("`{}` of type {}", shown(field.name()), field.data_type()),
        None => "nothing".to_owned(),
    };
    let own = batch.schema();
    let most = schema.fields().len().max(own.fields().len());
    let other = (0..most).find(
        |&at| match (schema.fields().get(at), own.fields().get(at)) {
            (Some(one), Some(other)) => {
                one.name() != other.name() || one.data_type() != other.data_type()
            }
            _ => true,
        },
    );
    match other {
        None => Ok(()),
        Some(at) => Err(Error::Table {
            source_name: name.to_owned(),
            problem: format!(
                "column {} of a batch is {} where the schema has {}; give batches of the one schema",
                at + 1,
                told(&own, at),
                told(schema, at)
            ),
        }),
    }
}

/// Reads the rows of all batches. A row's place is its number, from 1.
pub(super) fn read(
    batches: Batches<'_>,
    reader: &Reader,
    table: TableName,
    settings: &Settings,
    watch: Watch<'_>,
) -> Result<(Told, Reading)> {
    let name = &batches.name;
    check(&batches.schema, name)?;
    let names = batches.schema.fields().iter();
    let names = names.map(|field| field.name().trim().to_owned()).collect();
    let header = Header::new(table, names, &reader.columns, name)?;
    let mut taking = Taking::new(table, reader, settings, &header, name)?;
    let mut place = 0;
    for batch in batches.batches {
        let batch = batch?;
        check_columns(&batch, &batches.schema, name)?;
        for part in parts(&batch) {
            watch.check()?;
            let cells = ArrowCells::new(&part, name)?;
            let form = |column: usize| match cells.kind(column) {
                CellKind::Number => Form::Number,
                CellKind::Time => Form::Time,
                CellKind::Text | CellKind::Flag | CellKind::Nothing => Form::Text,
            };
            let texts = (0..cells.columns()).filter(|&at| cells.kind(at) == CellKind::Text);
            let texts: Vec<usize> = texts.collect();
            for row in 0..cells.rows() {
                place += 1;
                let get = |column: usize| cells.get(column, row);
                let nul = |&column: &usize| get(column).is_some_and(|text| text.contains('\0'));
                let taken = match texts.iter().copied().find(|column| nul(column)) {
                    Some(column) => Err((Some(column), NUL.to_owned())),
                    None => taking.take(place, get, form)?,
                };
                if let Err(problem) = taken {
                    taking.refuse(place, problem)?;
                }
            }
        }
    }
    taking.finish(place)
}
