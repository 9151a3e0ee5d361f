//! Factors: vectors of customers and items.

use crate::also_bought::AlsoBoughtModel;
use crate::arrays::{Matrix, filter};
use crate::run::{long, short};
use cobuy::{Basis, Beside, Factors, FactorsParams, Timeline, Watch};
use numpy::{IntoPyArray, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, ToPyArray};
use pyo3::prelude::*;
use std::sync::Arc;

/// Fitted factors, immutable.
#[pyclass(frozen, module = "cobuy._core")]
pub struct FactorsModel(Arc<Factors>);

type Arrays<'py> = (Bound<'py, PyArray2<i32>>, Bound<'py, PyArray2<f32>>);

/// Numbers by name, threads and a memory limit.
#[derive(FromPyObject, IntoPyObject)]
#[pyo3(from_item_all)]
pub struct FactorsSettings {
    numbers: Vec<(String, f64)>,
    threads: Option<usize>,
    memory_limit: Option<u64>,
}

impl FactorsSettings {
    fn of(params: &FactorsParams) -> Self {
        let numbers = params.softmax.numbers().into_iter();
        FactorsSettings {
            numbers: numbers.map(|(name, it)| (name.to_owned(), it)).collect(),
            threads: params.threads,
            memory_limit: params.memory_limit,
        }
    }

    fn params(self) -> cobuy::Result<FactorsParams> {
        let mut params = Factors::params();
        for (name, number) in &self.numbers {
            params = params.number(name, *number)?;
        }
        params.threads = self.threads;
        params.memory_limit = self.memory_limit;
        Ok(params)
    }
}

/// Purchases with their times: rows, items, and a number each that rises with time.
type Events<'py> = (
    PyReadonlyArray1<'py, i64>,
    PyReadonlyArray1<'py, i64>,
    PyReadonlyArray1<'py, i64>,
);

#[pymethods]
impl FactorsModel {
    /// Fits a customers x items matrix.
    #[staticmethod]
    fn fit(
        py: Python<'_>,
        matrix: Matrix<'_>,
        settings: FactorsSettings,
        events: Option<Events<'_>>,
        tell: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let matrix = matrix.owned()?;
        let params = short(py, || settings.params())?;
        let events: Option<Vec<(u32, u32, i64)>> = events.map(|(rows, items, times)| {
            // The package has checked both against the shape.
            let places = rows
                .as_array()
                .to_vec()
                .into_iter()
                .zip(items.as_array().to_vec());
            let events = places.zip(times.as_array().to_vec());
            events
                .map(|((row, item), time)| (row as u32, item as u32, time))
                .collect()
        });
        let factors = long(py, tell, |watch| {
            let purchases = matrix.purchases(watch)?;
            let (rows, items) = (purchases.rows(), purchases.items());
            let timeline = match events {
                Some(events) => Some(Timeline::from_events(Basis::Customer, rows, items, events)?),
                None => None,
            };
            params.fit_watched(&purchases, timeline.as_ref(), watch)
        })?;
        Ok(FactorsModel(Arc::new(factors)))
    }

    /// From vectors of customers and items.
    #[staticmethod]
    fn from_parts(
        py: Python<'_>,
        settings: FactorsSettings,
        users: PyReadonlyArray2<'_, f32>,
        items: PyReadonlyArray2<'_, f32>,
    ) -> PyResult<Self> {
        let (users, items) = (users.to_owned_array(), items.to_owned_array());
        let factors = short(py, || {
            Factors::from_parts(settings.params()?, users.view(), items.view())
        })?;
        Ok(FactorsModel(Arc::new(factors)))
    }

    #[allow(clippy::type_complexity)]
    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(
        Bound<'py, PyAny>,
        (
            FactorsSettings,
            Bound<'py, PyArray2<f32>>,
            Bound<'py, PyArray2<f32>>,
        ),
    )> {
        let (py, own) = (slf.py(), slf.get());
        let from_parts = slf.get_type().getattr("from_parts")?;
        Ok((from_parts, (own.settings(), own.users(py), own.items(py))))
    }

    /// The items that each row of a matrix will likeliest buy.
    #[allow(clippy::too_many_arguments)]
    fn recommend<'py>(
        &self,
        py: Python<'py>,
        customers: Option<PyReadonlyArray1<'py, i64>>,
        matrix: Matrix<'py>,
        n: usize,
        exclude: Option<PyReadonlyArray1<'py, i64>>,
        only: Option<PyReadonlyArray1<'py, i64>>,
        keep_owned: bool,
        beside: Option<(Py<AlsoBoughtModel>, f64, f64)>,
    ) -> PyResult<Arrays<'py>> {
        let matrix = matrix.owned()?;
        let filter = filter(py, exclude, only, self.0.items().nrows())?;
        let customers = customers.map(|ids| -> Vec<u32> {
            let index = |&id: &i64| u32::try_from(id).unwrap_or(u32::MAX);
            ids.as_array().iter().map(index).collect()
        });
        let model =
            beside.map(|(model, share, temperature)| (model.get().shared(), share, temperature));
        let answer = |watch: Watch<'_>| {
            let histories = matrix.pattern(watch)?;
            let beside = model.as_ref().map(|(model, share, temperature)| Beside {
                model,
                share: *share,
                temperature: *temperature,
            });
            let customers = customers.as_deref();
            self.0
                .recommend_pattern(customers, &histories, n, &filter, keep_owned, beside, watch)
        };
        let (best, scores) = match matrix.rows() {
            0..=8 => short(py, || answer(Watch::new()))?,
            _ => long(py, None, answer)?,
        };
        Ok((best.into_pyarray(py), scores.into_pyarray(py)))
    }

    /// The customers' vectors.
    fn users<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray2<f32>> {
        self.0.users().to_pyarray(py)
    }

    /// The items' vectors.
    fn items<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray2<f32>> {
        self.0.items().to_pyarray(py)
    }

    /// How many customers and items.
    #[getter]
    fn shape(&self) -> (usize, usize) {
        (self.0.users().nrows(), self.0.items().nrows())
    }

    /// The settings, as a fit takes them.
    #[getter]
    fn settings(&self) -> FactorsSettings {
        FactorsSettings::of(self.0.settings())
    }
}
