//! The index door: indices in, arrays out.

use crate::arrays::{Matrix, filter, items};
use crate::run::{long, short};
use cobuy::tune::{Choice, Validation, auto};
use cobuy::{AlsoBought, AlsoBoughtParams, Model, Preset, Watch};
use numpy::{IntoPyArray, PyArray1, PyArray2, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::path::PathBuf;
use std::sync::Arc;

/// A fitted model: item x item lists, immutable.
#[pyclass(frozen, module = "cobuy._core")]
pub struct AlsoBoughtModel(Arc<AlsoBought>);

type Arrays<'py> = (Bound<'py, PyArray2<i32>>, Bound<'py, PyArray2<f32>>);
type Column<'py, T> = Bound<'py, PyArray1<T>>;
type Columns<'py> = (
    Column<'py, i64>,
    Column<'py, i32>,
    Column<'py, f32>,
    Column<'py, i32>,
);

/// How a model is to be learnt, or was, by the names of the package's settings.
#[derive(FromPyObject, IntoPyObject)]
#[pyo3(from_item_all)]
pub struct ModelSettings {
    model: String,
    measure: String,
    /// The numbers of the measure or the model that were given, by name; of what is fitted all.
    numbers: Vec<(String, f64)>,
    neighbours: usize,
    kept: String,
    min_customers: u32,
    shrinkage: f64,
    half_life: Option<f64>,
    within_days: Option<f64>,
    threads: Option<usize>,
    memory_limit: Option<u64>,
}

impl ModelSettings {
    pub fn of(settings: &AlsoBoughtParams) -> Self {
        let numbers = settings.numbers().into_iter();
        ModelSettings {
            model: settings.model.name().to_owned(),
            measure: settings.measure.name().to_owned(),
            numbers: numbers.map(|(name, it)| (name.to_owned(), it)).collect(),
            neighbours: settings.neighbours,
            kept: settings.kept.name().to_owned(),
            min_customers: settings.min_customers,
            shrinkage: settings.shrinkage,
            half_life: settings.half_life,
            within_days: settings.within_days,
            threads: settings.threads,
            memory_limit: settings.memory_limit,
        }
    }

    /// Whether the model is to be picked by the data.
    pub fn is_auto(&self) -> bool {
        self.model == "auto"
    }

    /// The settings; where the model is to be picked, those that all have.
    pub fn params(self) -> cobuy::Result<AlsoBoughtParams> {
        let model = match self.is_auto() {
            true => Model::default(),
            false => Model::named(&self.model)?,
        };
        let mut params = AlsoBought::params()
            .model(model)
            .measure(self.measure.parse()?);
        for (name, number) in &self.numbers {
            params = params.number(name, *number)?;
        }
        params = params
            .neighbours(self.neighbours)
            .kept(self.kept.parse()?)
            .min_customers(self.min_customers)
            .shrinkage(self.shrinkage);
        params.half_life = self.half_life;
        params.within_days = self.within_days;
        params.threads = self.threads;
        params.memory_limit = self.memory_limit;
        Ok(params)
    }
}

/// The model that was picked: its settings, why, and what each that was compared came to.
#[derive(IntoPyObject)]
pub struct Picked {
    settings: ModelSettings,
    reason: String,
    candidates: Vec<(&'static str, Option<f64>)>,
}

impl Picked {
    pub fn of(choice: Choice) -> Self {
        let candidates = choice.candidates.iter();
        Picked {
            settings: ModelSettings::of(&choice.params),
            candidates: candidates.map(|it| (it.name, it.value)).collect(),
            reason: choice.reason,
        }
    }
}

/// The settings as the core has them.
pub fn params(py: Python<'_>, settings: ModelSettings) -> PyResult<AlsoBoughtParams> {
    short(py, || settings.params())
}

/// The numbers of a preset, which is a point in the measure power.
#[pyfunction]
pub fn _preset(py: Python<'_>, name: &str) -> PyResult<Vec<(&'static str, f64)>> {
    let measure = short(py, || name.parse::<Preset>().map(Preset::measure))?;
    Ok(measure.numbers())
}

impl AlsoBoughtModel {
    /// The model, for work that outlasts a hold of the interpreter.
    pub fn shared(&self) -> Arc<AlsoBought> {
        self.0.clone()
    }
}

#[pymethods]
impl AlsoBoughtModel {
    /// Fits a customers x items matrix, as of the last of the times.
    #[staticmethod]
    fn fit(
        py: Python<'_>,
        matrix: Matrix<'_>,
        settings: ModelSettings,
        times: Option<Matrix<'_>>,
    ) -> PyResult<Self> {
        let matrix = matrix.owned()?;
        let times = times.map(|times| times.owned()).transpose()?;
        let params = params(py, settings)?;
        let model = long(py, None, |watch| {
            let purchases = matrix.purchases(watch)?;
            let Some(times) = &times else {
                return params.fit_watched(&purchases, watch);
            };
            let timeline = times.timeline()?;
            params.fit_timed(&purchases, &timeline, timeline.as_of(), watch)
        })?;
        Ok(AlsoBoughtModel(Arc::new(model)))
    }

    /// Fits the model that suits a matrix; with the settings that were picked, and why.
    #[staticmethod]
    fn fit_auto(
        py: Python<'_>,
        matrix: Matrix<'_>,
        times: Option<Matrix<'_>>,
        settings: ModelSettings,
    ) -> PyResult<(Self, Picked)> {
        let matrix = matrix.owned()?;
        let times = times.map(|times| times.owned()).transpose()?;
        let base = params(py, settings)?;
        let (model, choice) = long(py, None, |watch| {
            let purchases = matrix.purchases(watch)?;
            let timeline = times.map(|times| times.timeline()).transpose()?;
            let validation = Validation::quick(&purchases, timeline.as_ref())?;
            let choice = auto(&base, &validation, watch)?;
            let picked = &choice.params;
            // What counts the order needs times.
            let model = match &timeline {
                Some(timeline) => picked.fit_timed(&purchases, timeline, timeline.as_of(), watch),
                None => picked.fit_watched(&purchases, watch),
            };
            Ok((model?, choice))
        })?;
        Ok((AlsoBoughtModel(Arc::new(model)), Picked::of(choice)))
    }

    /// Opens a saved model.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let model = long(py, None, |_| AlsoBought::open(&path))?;
        Ok(AlsoBoughtModel(Arc::new(model)))
    }

    /// From the bytes of a model file.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, bytes: &[u8]) -> PyResult<Self> {
        let model = short(py, || AlsoBought::from_bytes(bytes))?;
        Ok(AlsoBoughtModel(Arc::new(model)))
    }

    /// The bytes of a model file.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = short(py, || self.0.to_bytes())?;
        Ok(PyBytes::new(py, &bytes))
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        let from_bytes = slf.get_type().getattr("from_bytes")?;
        Ok((from_bytes, (slf.get().to_bytes(slf.py())?,)))
    }

    /// Saves the model and returns its id.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<String> {
        short(py, || self.0.save(&path))
    }

    /// The nearest items of each of `ids`.
    fn similar_items<'py>(
        &self,
        py: Python<'py>,
        ids: PyReadonlyArray1<'py, i64>,
        n: usize,
        exclude: Option<PyReadonlyArray1<'py, i64>>,
        only: Option<PyReadonlyArray1<'py, i64>>,
    ) -> PyResult<Arrays<'py>> {
        let ids = items(&ids, self.0.items())?;
        let filter = filter(py, exclude, only, self.0.items())?;
        let (near, scores) = short(py, || self.0.similar_rows(&ids, n, &filter))?;
        Ok((near.into_pyarray(py), scores.into_pyarray(py)))
    }

    /// The items that go best with each row of a matrix.
    #[allow(clippy::too_many_arguments)] // as many as Python names
    fn recommend<'py>(
        &self,
        py: Python<'py>,
        matrix: Matrix<'py>,
        n: usize,
        exclude: Option<PyReadonlyArray1<'py, i64>>,
        only: Option<PyReadonlyArray1<'py, i64>>,
        keep_owned: bool,
        times: Option<Matrix<'py>>,
    ) -> PyResult<Arrays<'py>> {
        let matrix = matrix.owned()?;
        let times = times.map(|times| times.owned()).transpose()?;
        let filter = filter(py, exclude, only, self.0.items())?;
        /// So few purchases take no longer than it takes to start another thread.
        const FEW: usize = 2_000;
        let answer = |watch: Watch<'_>| match &times {
            None => {
                let histories = matrix.pattern(watch)?;
                self.0
                    .recommend_pattern(&histories, n, &filter, keep_owned, watch)
            }
            Some(times) => {
                let (histories, timeline) = (matrix.purchases(watch)?, times.timeline()?);
                self.0
                    .recommend_timed(&histories, &timeline, n, &filter, keep_owned, watch)
            }
        };
        let (best, scores) = match matrix.rows() + matrix.stored() {
            0..=FEW => short(py, || answer(Watch::new()))?,
            _ => long(py, None, answer)?,
        };
        Ok((best.into_pyarray(py), scores.into_pyarray(py)))
    }

    /// All lists: row pointers, items, scores, and how many customers bought both.
    fn lists<'py>(&self, py: Python<'py>) -> Columns<'py> {
        let lists = self.0.lists();
        let signed = |values: &[u32]| -> Vec<i32> { values.iter().map(|&v| v as i32).collect() };
        let columns = lists.all();
        let starts: Vec<i64> = lists.starts().iter().map(|&start| start as i64).collect();
        (
            starts.into_pyarray(py),
            signed(columns.items).into_pyarray(py),
            PyArray1::from_slice(py, columns.scores),
            signed(columns.both).into_pyarray(py),
        )
    }

    /// How many customers bought each item.
    fn item_counts<'py>(&self, py: Python<'py>) -> Column<'py, i64> {
        let counts: Vec<i64> = self
            .0
            .totals()
            .iter()
            .map(|&total| i64::from(total))
            .collect();
        counts.into_pyarray(py)
    }

    /// How many items there are.
    #[getter]
    fn items(&self) -> usize {
        self.0.items()
    }

    /// How many customers bought anything.
    #[getter]
    fn customers(&self) -> u32 {
        self.0.buyers()
    }

    /// The settings, as a fit takes them.
    #[getter]
    fn settings(&self) -> ModelSettings {
        ModelSettings::of(self.0.settings())
    }
}
