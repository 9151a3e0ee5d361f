//! Data frames in, through Arrow's C stream: checked, copied, and then no longer Python's.
//!
//! Whatever has `__arrow_c_stream__` is a frame; nothing is imported to find that out.

use crate::table::stream;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, NullArray, RecordBatch, make_array};
use arrow_data::transform::MutableArrayData;
use arrow_schema::{ArrowError, DataType, SchemaRef};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use pyo3_arrow::PyRecordBatchReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// The columns and rows of a frame.
///
/// All is checked before it is trusted, and copied, since other threads may write to what the frame
/// shares with NumPy while the core reads.
pub fn batches(frame: &Bound<'_, PyAny>) -> PyResult<(SchemaRef, Vec<RecordBatch>)> {
    let py = frame.py();
    if frame.is_instance_of::<pyo3::types::PyType>() || !frame.hasattr("__arrow_c_stream__")? {
        return Err(no_frame(frame));
    }
    let reader = frame.extract::<PyRecordBatchReader>();
    let reader = reader.map_err(|problem| no_table(frame, problem))?;
    let mut reader = reader.into_reader()?;
    let schema = reader.schema();
    let mut batches = Vec::new();
    // A stream that gives other columns than it has announced makes its reader panic.
    let mut next = || catch_unwind(AssertUnwindSafe(|| reader.next()));
    loop {
        py.check_signals()?;
        let batch = next().map_err(|_| {
            PyValueError::new_err(
                "the frame cannot be read: its batches are not of the columns that it announces",
            )
        })?;
        match batch {
            Some(batch) => batches.push(owned(&batch.map_err(unreadable)?).map_err(unreadable)?),
            None => return Ok((schema, batches)),
        }
    }
}

/// A frame as the core would get it, so that a test can see it.
#[pyfunction]
pub fn _frame<'py>(py: Python<'py>, frame: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyCapsule>> {
    let (schema, batches) = batches(frame)?;
    stream(py, schema, batches)
}

fn no_frame(given: &Bound<'_, PyAny>) -> PyErr {
    let name = match given.get_type().fully_qualified_name() {
        Ok(name) => name.to_string(),
        Err(problem) => return problem,
    };
    PyTypeError::new_err(format!(
        "a frame must be a pandas (2.2 or newer), polars or pyarrow table, a DuckDB relation, or anything else with \
         `__arrow_c_stream__`, but this is {name}; of rows or columns in plain Python make one of these first, such as \
         pandas.DataFrame(...)"
    ))
}

/// A column is a stream too, but of values without names; what else went wrong is told as it is.
fn no_table(given: &Bound<'_, PyAny>, problem: PyErr) -> PyErr {
    let told = problem.value(given.py()).to_string();
    match told.contains("Unable to interpret C data struct as a Schema") {
        true => PyTypeError::new_err(format!(
            "a frame has columns with names, but this {} is a column alone; put it into a frame first",
            given.get_type()
        )),
        false => problem,
    }
}

fn unreadable(problem: ArrowError) -> PyErr {
    let told = match problem {
        ArrowError::CDataInterface(told) => told,
        // polars sends such a column with a buffer that it should not have.
        ArrowError::InvalidArgumentError(told) if told.contains("\"Null\"") => {
            format!("a column holds nothing and is of no type; give it one, such as text ({told})")
        }
        other => other.to_string(),
    };
    PyValueError::new_err(format!("the frame cannot be read: {told}"))
}

/// A batch that shares no memory with Python.
fn owned(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().map(|column| {
        // What holds nothing has nothing to check; some send it with buffers that it should not have.
        if *column.data_type() == DataType::Null {
            return Ok(Arc::new(NullArray::new(column.len())) as ArrayRef);
        }
        column.to_data().validate_full()?;
        copied(column)
    });
    RecordBatch::try_new(batch.schema(), columns.collect::<Result<_, _>>()?)
}

/// The same values in memory of their own.
fn copied(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let data = array.to_data();
    let mut copy = MutableArrayData::new(vec![&data], false, data.len());
    copy.try_extend(0, 0, data.len())?;
    let copy = make_array(copy.freeze());
    // Of these that was the outer part only: what it points to is shared as yet.
    Ok(match copy.data_type() {
        DataType::Utf8View => Arc::new(copy.as_string_view().gc()),
        DataType::Dictionary(..) => {
            let dictionary = copy.as_any_dictionary();
            dictionary.with_values(copied(dictionary.values())?)
        }
        _ => copy,
    })
}
