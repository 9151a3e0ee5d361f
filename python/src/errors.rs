//! The core's errors as Python's.

use cobuy::Error;
use pyo3::exceptions::{
    PyIndexError, PyKeyboardInterrupt, PyMemoryError, PyOSError, PyRuntimeError, PyValueError,
};
use pyo3::prelude::*;

/// The exception that stands for an error: Python's own where there is one, else the package's.
pub fn exception(py: Python<'_>, error: Error) -> PyErr {
    let message = error.to_string();
    match error {
        Error::UnknownItem { .. } => ours(py, "UnknownItemError", (message,)),
        Error::UnknownOrder { .. } => ours(py, "UnknownOrderError", (message,)),
        Error::UnknownCustomer { .. } => ours(py, "UnknownCustomerError", (message,)),
        Error::Row {
            source_name,
            line,
            column,
            ..
        } => ours(py, "DataError", (message, source_name, line, column)),
        Error::Table { source_name, .. } => ours(py, "DataError", (message, source_name)),
        Error::Conflict(conflict) => {
            let (line, column) = (conflict.second.1, conflict.column);
            ours(
                py,
                "DataError",
                (message, conflict.source_name, line, column),
            )
        }
        Error::Rule(problem) => {
            let place = problem.place.map(|place| (place.line, place.column));
            let (line, column) = place.unzip();
            let (near, path) = (problem.near, problem.path);
            let told = (message, problem.problem, line, column, near, path);
            ours(py, "RuleError", told)
        }
        Error::ModelFile { .. } => ours(py, "ModelFileError", (message,)),
        Error::Index { .. } => PyIndexError::new_err(message),
        Error::Io { path, source, .. } => match source.raw_os_error() {
            Some(code) => {
                let said = source.to_string();
                let said = said
                    .trim_end_matches(&format!(" (os error {code})"))
                    .to_owned();
                PyOSError::new_err((code, said, path))
            }
            None => PyOSError::new_err(message),
        },
        Error::OutOfMemory { .. } | Error::MemoryLimit { .. } => PyMemoryError::new_err(message),
        Error::Threads { .. } => PyRuntimeError::new_err(message),
        Error::Cancelled => PyKeyboardInterrupt::new_err(message),
        _ => PyValueError::new_err(message),
    }
}

/// What went wrong inside of the core, which is a defect of ours and never the caller's.
pub fn internal(py: Python<'_>, panic: &(dyn std::any::Any + Send)) -> PyErr {
    let told = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    let message = format!("internal error, please report it: {told}");
    ours(py, "InternalError", (message,))
}

/// An exception of the package's own.
fn ours<'py>(py: Python<'py>, name: &str, arguments: impl pyo3::call::PyCallArgs<'py>) -> PyErr {
    let made = py
        .import("cobuy._errors")
        .and_then(|errors| errors.getattr(name))
        .and_then(|class| class.call1(arguments));
    match made {
        Ok(exception) => PyErr::from_value(exception),
        Err(problem) => problem,
    }
}
