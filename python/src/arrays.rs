//! NumPy arrays in, checked and copied.

use cobuy::matrix::Pattern;
use cobuy::{Basis, Filter, Purchases, Timeline, Watch};
use numpy::{PyArray1, PyArrayMethods, PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;

/// Positions of 32 or 64 bits, as SciPy has them.
pub enum Positions<'py> {
    /// The usual.
    Narrow(PyReadonlyArray1<'py, i32>),
    /// Of large matrices, or made by hand.
    Wide(PyReadonlyArray1<'py, i64>),
}

impl<'a, 'py> FromPyObject<'a, 'py> for Positions<'py> {
    type Error = PyErr;

    /// The type is asked for, not tried out: an extraction that fails words its message, and a signal
    /// that arrives meanwhile would be lost.
    fn extract(array: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        Ok(match array.cast::<PyArray1<i32>>() {
            Ok(narrow) => Positions::Narrow(narrow.to_owned().readonly()),
            Err(_) => Positions::Wide(array.extract()?),
        })
    }
}

impl Positions<'_> {
    /// As the core's type; refuses what it cannot hold, negative numbers among them.
    fn copied<T: TryFrom<i64>>(&self, what: &str) -> PyResult<Vec<T>> {
        let refuse = |value: i64| {
            PyValueError::new_err(format!(
                "the matrix is damaged: {value} stands among its {what}"
            ))
        };
        let fit = |value: i64| T::try_from(value).map_err(|_| refuse(value));
        match self {
            Positions::Narrow(array) => array
                .as_array()
                .iter()
                .map(|&value| fit(i64::from(value)))
                .collect(),
            Positions::Wide(array) => array.as_array().iter().map(|&value| fit(value)).collect(),
        }
    }
}

/// A customers x items matrix as compressed sparse rows; without values every place is a one.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Matrix<'py> {
    shape: (usize, usize),
    indptr: Positions<'py>,
    indices: Positions<'py>,
    data: Option<PyReadonlyArray1<'py, f64>>,
}

/// A matrix that the interpreter has no more part in.
pub struct OwnedMatrix {
    shape: (usize, usize),
    starts: Vec<usize>,
    indices: Vec<u32>,
    data: Option<Vec<f64>>,
}

impl Matrix<'_> {
    /// Copies the arrays: another thread may write to them while the core reads.
    pub fn owned(&self) -> PyResult<OwnedMatrix> {
        let indices: Vec<u32> = self.indices.copied("column indices")?;
        let data = self.data.as_ref().map(|data| data.as_array().to_vec());
        if let Some(data) = &self.data
            && data.len() != indices.len()
        {
            return Err(PyValueError::new_err(format!(
                "the matrix is damaged: it has {} values for {} places",
                data.len(),
                indices.len()
            )));
        }
        Ok(OwnedMatrix {
            shape: self.shape,
            starts: self.indptr.copied("row pointers")?,
            indices,
            data,
        })
    }
}

impl OwnedMatrix {
    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.shape.0
    }

    /// Its shape, row pointers and column indices.
    pub fn parts(&self) -> ((usize, usize), &[usize], &[u32]) {
        (self.shape, &self.starts, &self.indices)
    }

    /// The value at a stored place.
    pub fn value(&self, at: usize) -> f64 {
        self.data.as_ref().map_or(1.0, |data| data[at])
    }

    /// How many values it has.
    pub fn stored(&self) -> usize {
        self.indices.len()
    }

    /// What each row holds.
    pub fn pattern(&self, watch: Watch<'_>) -> cobuy::Result<Pattern> {
        let (shape, starts, indices) = (self.shape, &self.starts, &self.indices);
        match &self.data {
            None => Purchases::pattern_of_csr(shape, starts, indices, |_| 1.0, watch),
            Some(data) => Purchases::pattern_of_csr(shape, starts, indices, |at| data[at], watch),
        }
    }

    /// As times in days.
    pub fn timeline(&self) -> cobuy::Result<Timeline> {
        let (shape, starts, indices) = self.parts();
        Purchases::from_csr(shape, starts, indices, |_| 1.0)?; // refuses what is no matrix
        let mut events = Vec::with_capacity(indices.len());
        for (row, range) in (0u32..).zip(starts.windows(2)) {
            let places = (range[0]..range[1]).zip(&indices[range[0]..range[1]]);
            for (at, &item) in places {
                events.push((row, item, micros("times", self.value(at))?));
            }
        }
        Timeline::from_events(Basis::Customer, shape.0, shape.1, events)
    }

    /// As purchases.
    pub fn purchases(&self, watch: Watch<'_>) -> cobuy::Result<Purchases> {
        let (shape, starts, indices) = (self.shape, &self.starts, &self.indices);
        match &self.data {
            None => Purchases::from_csr_watched(shape, starts, indices, |_| 1.0, watch),
            Some(data) => Purchases::from_csr_watched(shape, starts, indices, |at| data[at], watch),
        }
    }
}

const DAY: f64 = 86_400_000_000.0;

/// More days than a 64-bit number of microseconds holds.
const MOST: f64 = 1e8;

/// Days as microseconds.
pub fn micros(name: &'static str, days: f64) -> cobuy::Result<i64> {
    if days.abs() <= MOST {
        return Ok((days * DAY).round() as i64);
    }
    Err(cobuy::Error::Setting {
        name,
        value: days.to_string(),
        must: format!("it must be a number of days from -{MOST} to {MOST}"),
    })
}

/// Item indices; the package has checked their type, the core checks their range.
pub fn items(array: &PyReadonlyArray1<'_, i64>, count: usize) -> PyResult<Vec<u32>> {
    array
        .as_array()
        .iter()
        .map(|&index| match u32::try_from(index) {
            Ok(item) if (item as usize) < count => Ok(item),
            _ => Err(PyIndexError::new_err(format!(
                "item index {index} is out of range: there are {count} items"
            ))),
        })
        .collect()
}

/// The filter of `exclude=` and `only=`.
pub fn filter(
    py: Python<'_>,
    exclude: Option<PyReadonlyArray1<'_, i64>>,
    only: Option<PyReadonlyArray1<'_, i64>>,
    count: usize,
) -> PyResult<Filter> {
    let exception = |error| crate::errors::exception(py, error);
    let mut filter = Filter::all();
    if let Some(exclude) = exclude {
        filter = filter
            .exclude(&items(&exclude, count)?, count)
            .map_err(exception)?;
    }
    if let Some(only) = only {
        filter = filter
            .only(&items(&only, count)?, count)
            .map_err(exception)?;
    }
    Ok(filter)
}
