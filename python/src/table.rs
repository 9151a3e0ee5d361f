//! Tables out: columns that any package of data frames takes without a copy, through Arrow's C stream.

use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::{Float32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float32Array, Float64Array, Int64Array, LargeStringArray,
    RecordBatch, RecordBatchIterator, RecordBatchOptions, TimestampMicrosecondArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDateTime, PyDelta, PyList, PyTzInfo};
use std::sync::Arc;

/// A table made by the core: immutable columns of one length.
#[pyclass(frozen, module = "cobuy._core")]
pub struct ArrowTable(RecordBatch);

/// Texts; of 64-bit offsets, since the lists of a large shop have more than 2 GiB of them.
pub fn texts<S: AsRef<str>>(values: impl IntoIterator<Item = Option<S>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<LargeStringArray>())
}

/// Whole numbers.
pub fn integers(values: impl IntoIterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<Int64Array>())
}

/// Numbers.
pub fn numbers(values: impl IntoIterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<Float64Array>())
}

/// Numbers of half the width, as scores are.
pub fn scores(values: impl IntoIterator<Item = Option<f32>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<Float32Array>())
}

/// True and false.
pub fn flags(values: impl IntoIterator<Item = Option<bool>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<BooleanArray>())
}

/// Instants, in microseconds since 1970.
pub fn instants(values: impl IntoIterator<Item = Option<i64>>) -> ArrayRef {
    let instants = values.into_iter().collect::<TimestampMicrosecondArray>();
    Arc::new(instants.with_timezone("UTC"))
}

/// A column as the tests make it, by the name of its kind.
#[derive(FromPyObject)]
pub struct Given<'py>(String, String, Bound<'py, PyAny>);

impl ArrowTable {
    /// A table of these columns, which must be of one length.
    pub fn new<'a>(columns: impl IntoIterator<Item = (&'a str, ArrayRef)>) -> PyResult<Self> {
        let mut fields = Vec::new();
        let mut arrays = Vec::new();
        for (name, array) in columns {
            fields.push(Field::new(name, array.data_type().clone(), true));
            arrays.push(array);
        }
        let rows = arrays.first().map_or(0, |array| array.len());
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let schema = Arc::new(Schema::new(fields));
        let batch = RecordBatch::try_new_with_options(schema, arrays, &options);
        batch.map(ArrowTable).map_err(refused)
    }
}

/// Batches as Arrow's C stream.
pub fn stream(
    py: Python<'_>,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
) -> PyResult<Bound<'_, PyCapsule>> {
    let reader = RecordBatchIterator::new(batches.into_iter().map(Ok), schema);
    let stream = FFI_ArrowArrayStream::new(Box::new(reader));
    PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
}

fn refused(problem: ArrowError) -> PyErr {
    PyValueError::new_err(problem.to_string())
}

#[pymethods]
impl ArrowTable {
    /// From columns in plain Python: name, kind and values each.
    #[staticmethod]
    fn from_columns(columns: Vec<Given<'_>>) -> PyResult<Self> {
        let mut made = Vec::new();
        for Given(name, kind, values) in &columns {
            let array = match kind.as_str() {
                "text" => texts(values.extract::<Vec<Option<String>>>()?),
                "integer" => integers(values.extract::<Vec<_>>()?),
                "number" => numbers(values.extract::<Vec<_>>()?),
                "score" => scores(values.extract::<Vec<_>>()?),
                "flag" => flags(values.extract::<Vec<_>>()?),
                "instant" => instants(values.extract::<Vec<_>>()?),
                _ => {
                    return Err(PyValueError::new_err(format!(
                        "no kind of column is {kind}"
                    )));
                }
            };
            made.push((name.as_str(), array));
        }
        ArrowTable::new(made)
    }

    /// The table as a stream of one batch, which shares the memory of this one; other types than
    /// its own are left to those who ask for them to make, as the interface allows.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        stream(py, self.0.schema(), vec![self.0.clone()])
    }

    fn __len__(&self) -> usize {
        self.0.num_rows()
    }

    /// How many rows there are.
    #[getter]
    fn num_rows(&self) -> usize {
        self.0.num_rows()
    }

    /// The columns' names.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        let schema = self.0.schema();
        let names = schema.fields().iter().map(|field| field.name().clone());
        names.collect()
    }

    /// Each column's kind: text, integer, number, score, flag or instant.
    #[getter]
    fn column_kinds(&self) -> Vec<&'static str> {
        let columns = self.0.columns().iter();
        columns.map(|column| kind(column.data_type())).collect()
    }

    /// A column's values, or those of the rows from `start` to before `stop`.
    #[pyo3(signature = (name, start=0, stop=None))]
    fn column<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        start: usize,
        stop: Option<usize>,
    ) -> PyResult<Bound<'py, PyList>> {
        let column = self.0.column_by_name(name);
        let column = column.ok_or_else(|| PyKeyError::new_err(name.to_owned()))?;
        let stop = stop.unwrap_or(column.len()).min(column.len());
        let start = start.min(stop);
        values(py, &column.slice(start, stop - start))
    }
}

fn kind(of: &DataType) -> &'static str {
    match of {
        DataType::Int64 => "integer",
        DataType::Float64 => "number",
        DataType::Float32 => "score",
        DataType::Boolean => "flag",
        DataType::Timestamp(TimeUnit::Microsecond, _) => "instant",
        _ => "text",
    }
}

/// A column as Python has it.
fn values<'py>(py: Python<'py>, column: &dyn Array) -> PyResult<Bound<'py, PyList>> {
    match kind(column.data_type()) {
        "integer" => PyList::new(py, column.as_primitive::<Int64Type>()),
        "number" => PyList::new(py, column.as_primitive::<Float64Type>()),
        "score" => PyList::new(py, column.as_primitive::<Float32Type>()),
        "flag" => PyList::new(py, column.as_boolean()),
        "instant" => {
            let epoch = PyDateTime::new(py, 1970, 1, 1, 0, 0, 0, 0, Some(&*PyTzInfo::utc(py)?))?;
            let instants = column.as_primitive::<TimestampMicrosecondType>();
            let instants = instants.iter().map(|micros| {
                let Some(micros) = micros else {
                    return Ok(None);
                };
                let (days, micros) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
                let (seconds, micros) = ((micros / SECOND) as i32, (micros % SECOND) as i32);
                let since = PyDelta::new(py, i32::try_from(days)?, seconds, micros, false)?;
                epoch.add(since).map(Some)
            });
            PyList::new(py, instants.collect::<PyResult<Vec<_>>>()?)
        }
        _ => PyList::new(py, column.as_string::<i64>()),
    }
}

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
