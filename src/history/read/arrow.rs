//! Cells of Arrow record batches, as the texts that a CSV file would hold.
//!
//! A frame is read by the one path that reads texts, so that every door gives the same history. What
//! stands here only writes values down: decimals without exponents, times in their ISO form, instants
//! in UTC with a `Z`. Whole fractions keep their `.0`, as pandas writes integers with gaps.

use crate::error::{Error, Result};
use crate::text::shown;
use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{
    Array, ArrowPrimitiveType, DictionaryArray, LargeStringArray, PrimitiveArray, RecordBatch,
    StringArray, StringViewArray,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use std::fmt::Write;
use texts::{Times, write_date, write_decimal, write_float, write_half, write_time};

mod texts;

/// How many rows are made texts of at a time: enough to be fast, few enough to stay small.
pub(crate) const ROWS: usize = 8192;

/// The cells of one batch.
pub(crate) struct ArrowCells {
    names: Vec<String>,
    columns: Vec<Cells>,
    kinds: Vec<CellKind>,
    rows: usize,
}

/// What an Arrow type says of its texts, whatever form the caller named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CellKind {
    /// Texts, to be read as those of a CSV file are.
    Text,
    /// Numbers, whose decimal point is a point.
    Number,
    /// Times in ISO form.
    Time,
    /// `true` and `false`.
    Flag,
    /// Nothing is told on any row.
    Nothing,
}

enum Cells {
    Short(StringArray),
    Long(LargeStringArray),
    View(StringViewArray),
    /// One text behind the other.
    Written {
        text: String,
        ends: Vec<usize>,
        nulls: Option<NullBuffer>,
    },
    /// A text for each distinct value, and which of them a row has.
    Coded {
        values: Box<Cells>,
        codes: Vec<Option<usize>>,
    },
    Nothing,
}

/// The batch in parts of at most [`ROWS`] rows; nothing is copied.
pub(crate) fn parts(batch: &RecordBatch) -> impl Iterator<Item = RecordBatch> + '_ {
    (0..batch.num_rows())
        .step_by(ROWS)
        .map(|start| batch.slice(start, ROWS.min(batch.num_rows() - start)))
}

/// Refuses columns whose values are no cells, so that this is known before the first row is.
pub(crate) fn check(schema: &Schema, source_name: &str) -> Result<()> {
    let mut fields = schema.fields().iter();
    fields.try_for_each(|field| kind(field.data_type(), field, source_name).map(|_| ()))
}

impl ArrowCells {
    /// Writes down what the batch holds. Texts are not copied.
    ///
    /// # Errors
    /// [`Error::Table`] for a column of a type that no cell of a table can hold.
    pub(crate) fn new(batch: &RecordBatch, source_name: &str) -> Result<Self> {
        let schema = batch.schema();
        let mut cells = ArrowCells {
            names: Vec::new(),
            columns: Vec::new(),
            kinds: Vec::new(),
            rows: batch.num_rows(),
        };
        for (field, array) in schema.fields().iter().zip(batch.columns()) {
            let kind = kind(array.data_type(), field, source_name)?;
            let column = read(array).ok_or_else(|| refused(array.data_type(), field, source_name));
            cells.names.push(field.name().clone());
            cells.kinds.push(kind);
            cells.columns.push(column?);
        }
        Ok(cells)
    }

    /// The columns' names, as they are: also empty ones, and the same one twice.
    #[cfg(test)]
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns there are.
    pub(crate) fn columns(&self) -> usize {
        self.columns.len()
    }

    /// The text of a cell; `None` where nothing is told.
    pub(crate) fn get(&self, column: usize, row: usize) -> Option<&str> {
        self.columns.get(column)?.get(row)
    }

    /// What the column's type says of its texts.
    pub(crate) fn kind(&self, column: usize) -> CellKind {
        self.kinds.get(column).copied().unwrap_or(CellKind::Text)
    }
}

impl Cells {
    fn get(&self, row: usize) -> Option<&str> {
        match self {
            Cells::Short(texts) => {
                (row < texts.len() && texts.is_valid(row)).then(|| texts.value(row))
            }
            Cells::Long(texts) => {
                (row < texts.len() && texts.is_valid(row)).then(|| texts.value(row))
            }
            Cells::View(texts) => {
                (row < texts.len() && texts.is_valid(row)).then(|| texts.value(row))
            }
            Cells::Written { text, ends, nulls } => {
                let end = *ends.get(row)?;
                let start = row.checked_sub(1).map_or(0, |before| ends[before]);
                match nulls {
                    Some(nulls) if nulls.is_null(row) => None,
                    _ => text.get(start..end),
                }
            }
            Cells::Coded { values, codes } => values.get((*codes.get(row)?)?),
            Cells::Nothing => None,
        }
    }
}

/// What a type's texts are; refuses types that no cell can hold.
fn kind(of: &DataType, field: &Field, source_name: &str) -> Result<CellKind> {
    Ok(match of {
        DataType::Null => CellKind::Nothing,
        DataType::Boolean => CellKind::Flag,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => CellKind::Text,
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => CellKind::Time,
        number if number.is_numeric() => CellKind::Number,
        DataType::Dictionary(_, values) => kind(values, field, source_name)?,
        _ => return Err(refused(of, field, source_name)),
    })
}

fn refused(of: &DataType, field: &Field, source_name: &str) -> Error {
    let way_out = match of {
        DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_) => "bytes are no text: cast it to text if they are",
        DataType::Duration(_) | DataType::Interval(_) => {
            "cast it to a number, in the unit that you want it in"
        }
        DataType::Time32(_) | DataType::Time64(_) => {
            "a time of day is no instant: cast it to text, or put it together with its day"
        }
        _ => "a cell holds one value: cast it to text or a number, or leave the column out",
    };
    Error::Table {
        source_name: source_name.to_owned(),
        problem: format!(
            "the column `{}` is of the type {}, which is not read; {way_out}",
            shown(field.name()),
            shown(&of.to_string())
        ),
    }
}

/// A column's cells; `None` for a type that has none.
fn read(array: &dyn Array) -> Option<Cells> {
    let any = array.as_any();
    Some(match array.data_type() {
        DataType::Null => Cells::Nothing,
        DataType::Utf8 => Cells::Short(any.downcast_ref::<StringArray>()?.clone()),
        DataType::LargeUtf8 => Cells::Long(any.downcast_ref::<LargeStringArray>()?.clone()),
        DataType::Utf8View => Cells::View(any.downcast_ref::<StringViewArray>()?.clone()),
        DataType::Boolean => {
            let flags = array.as_boolean_opt()?;
            write(array, |text, row| plain(text, flags.value(row)))
        }
        DataType::Int8 => whole::<Int8Type>(array)?,
        DataType::Int16 => whole::<Int16Type>(array)?,
        DataType::Int32 => whole::<Int32Type>(array)?,
        DataType::Int64 => whole::<Int64Type>(array)?,
        DataType::UInt8 => whole::<UInt8Type>(array)?,
        DataType::UInt16 => whole::<UInt16Type>(array)?,
        DataType::UInt32 => whole::<UInt32Type>(array)?,
        DataType::UInt64 => whole::<UInt64Type>(array)?,
        DataType::Float16 => each::<Float16Type>(array, write_half)?,
        DataType::Float32 => each::<Float32Type>(array, |text, value| {
            write_float(text, value, value.fract() == 0.0)
        })?,
        DataType::Float64 => each::<Float64Type>(array, |text, value| {
            write_float(text, value, value.fract() == 0.0)
        })?,
        DataType::Decimal32(_, scale) => decimals::<Decimal32Type>(array, *scale)?,
        DataType::Decimal64(_, scale) => decimals::<Decimal64Type>(array, *scale)?,
        DataType::Decimal128(_, scale) => decimals::<Decimal128Type>(array, *scale)?,
        DataType::Decimal256(_, scale) => decimals::<Decimal256Type>(array, *scale)?,
        DataType::Date32 => each::<Date32Type>(array, |text, day| write_date(text, day.into()))?,
        DataType::Date64 => {
            let times = Times {
                per_second: 1_000,
                utc: false,
            };
            each::<Date64Type>(array, |text, value| match value.rem_euclid(86_400_000) {
                0 => write_date(text, value.div_euclid(86_400_000)),
                _ => write_time(text, value, times),
            })?
        }
        DataType::Timestamp(unit, zone) => {
            let utc = zone.as_ref().is_some_and(|zone| !zone.is_empty());
            match unit {
                TimeUnit::Second => times::<TimestampSecondType>(array, 1, utc)?,
                TimeUnit::Millisecond => times::<TimestampMillisecondType>(array, 1_000, utc)?,
                TimeUnit::Microsecond => times::<TimestampMicrosecondType>(array, 1_000_000, utc)?,
                TimeUnit::Nanosecond => {
                    times::<TimestampNanosecondType>(array, 1_000_000_000, utc)?
                }
            }
        }
        DataType::Dictionary(keys, _) => match **keys {
            DataType::Int8 => coded::<Int8Type>(array)?,
            DataType::Int16 => coded::<Int16Type>(array)?,
            DataType::Int32 => coded::<Int32Type>(array)?,
            DataType::Int64 => coded::<Int64Type>(array)?,
            DataType::UInt8 => coded::<UInt8Type>(array)?,
            DataType::UInt16 => coded::<UInt16Type>(array)?,
            DataType::UInt32 => coded::<UInt32Type>(array)?,
            DataType::UInt64 => coded::<UInt64Type>(array)?,
            _ => return None,
        },
        _ => return None,
    })
}

/// Writes the text of each row that has a value.
fn write(array: &dyn Array, mut one: impl FnMut(&mut String, usize)) -> Cells {
    let nulls = array.logical_nulls();
    let mut text = String::with_capacity(array.len().saturating_mul(8));
    let mut ends = Vec::with_capacity(array.len());
    for row in 0..array.len() {
        if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) {
            one(&mut text, row);
        }
        ends.push(text.len());
    }
    Cells::Written { text, ends, nulls }
}

fn plain(text: &mut String, value: impl std::fmt::Display) {
    // Writing to a text cannot fail.
    let _ = write!(text, "{value}");
}

fn each<T: ArrowPrimitiveType>(
    array: &dyn Array,
    one: impl Fn(&mut String, T::Native),
) -> Option<Cells> {
    let values: &PrimitiveArray<T> = array.as_primitive_opt()?;
    Some(write(array, |text, row| one(text, values.value(row))))
}

fn whole<T: ArrowPrimitiveType<Native: std::fmt::Display>>(array: &dyn Array) -> Option<Cells> {
    each::<T>(array, plain)
}

fn decimals<T: DecimalType<Native: std::fmt::Display>>(
    array: &dyn Array,
    scale: i8,
) -> Option<Cells> {
    each::<T>(array, |text, value| write_decimal(text, value, scale))
}

fn times<T: ArrowPrimitiveType<Native = i64>>(
    array: &dyn Array,
    per_second: i64,
    utc: bool,
) -> Option<Cells> {
    let times = Times { per_second, utc };
    each::<T>(array, |text, value| write_time(text, value, times))
}

/// Each distinct value is written once.
fn coded<K: ArrowDictionaryKeyType>(array: &dyn Array) -> Option<Cells>
where
    K::Native: TryInto<usize>,
{
    let array = array.as_any().downcast_ref::<DictionaryArray<K>>()?;
    let codes = array.keys().iter();
    Some(Cells::Coded {
        values: Box::new(read(array.values())?),
        codes: codes.map(|code| code?.try_into().ok()).collect(),
    })
}

#[cfg(test)]
mod tests;
