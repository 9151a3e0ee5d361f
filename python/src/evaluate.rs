//! How good suggestions are: matrices, shops and lists in, figures out.

use crate::also_bought::{AlsoBoughtModel, ModelSettings, params};
use crate::arrays::{Matrix, OwnedMatrix, micros};
use crate::errors::exception;
use crate::run::{Teller, long};
use crate::shop::{History, as_json, basis_of};
use crate::table::{ArrowTable, integers, numbers, texts};
use cobuy::evaluate::{
    Bootstrap, ByTime, EvaluateParams, Figure, Figures, GroupBy, LeaveOut, ShopModel, ShopSplit,
    Split, Truth, Values,
};
use cobuy::{Basis, Watch};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::sync::Arc;

/// What was measured, with its means.
#[pyclass(frozen, module = "cobuy._core")]
pub struct Evaluation {
    evaluation: Arc<cobuy::evaluate::Evaluation>,
    figures: Figures,
}

/// How it is measured, and how sure it is to be.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Measuring {
    k: Vec<usize>,
    keep_owned: bool,
    threads: Option<usize>,
    /// `purchases`, `orders`, `column` with its name, or `labels`.
    group_by: Option<(String, Option<String>)>,
    groups: usize,
    labels: Vec<String>,
    resamples: usize,
    confidence: f64,
    seed: u64,
}

impl Measuring {
    fn params(&self) -> EvaluateParams {
        let mut params = EvaluateParams::default()
            .k(self.k.iter().copied())
            .keep_owned(self.keep_owned);
        params.threads = self.threads;
        params.group_by = self
            .group_by
            .as_ref()
            .map(|(kind, name)| match (&kind[..], name) {
                ("purchases", _) => GroupBy::Purchases(self.groups),
                ("orders", _) => GroupBy::Orders(self.groups),
                ("column", Some(name)) => GroupBy::Column(name.clone()),
                _ => GroupBy::Labels(self.labels.clone()),
            });
        params
    }

    fn bootstrap(&self) -> Option<Bootstrap> {
        (self.resamples > 0).then_some(Bootstrap {
            resamples: self.resamples,
            confidence: self.confidence,
            seed: self.seed,
            threads: self.threads,
        })
    }

    /// Refuses what cannot be, before the work is done.
    fn check(&self, py: Python<'_>) -> PyResult<(EvaluateParams, Option<Bootstrap>)> {
        let (params, bootstrap) = (self.params(), self.bootstrap());
        params.check().map_err(|error| exception(py, error))?;
        let checked = bootstrap.as_ref().map_or(Ok(()), Bootstrap::check);
        checked.map_err(|error| exception(py, error))?;
        Ok((params, bootstrap))
    }
}

/// What is held out.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Splitting {
    /// `given`, `leave_out` or `time`.
    kind: String,
    share: f64,
    seed: u64,
    /// Days, or the text of an instant.
    cut: Option<Cut>,
    horizon: f64,
    origins: usize,
}

#[derive(FromPyObject)]
enum Cut {
    Days(f64),
    Instant(String),
}

impl Splitting {
    /// Refuses a cut that a matrix cannot have.
    pub fn check_days(&self) -> PyResult<()> {
        let Some(Cut::Instant(text)) = &self.cut else {
            return Ok(());
        };
        let message = format!(
            "`cut` is '{text}', but of a matrix it must be a number of days, as `times` are"
        );
        Err(PyValueError::new_err(message))
    }

    /// Refuses a cut that a shop cannot have.
    pub fn check_instant(&self) -> PyResult<()> {
        let Some(Cut::Days(days)) = self.cut else {
            return Ok(());
        };
        let message =
            format!("`cut` is {days}, but of a shop it must be an instant, such as \"2024-06-01\"");
        Err(PyValueError::new_err(message))
    }

    /// A matrix in two.
    pub fn of_matrix(
        &self,
        data: &OwnedMatrix,
        test: Option<&OwnedMatrix>,
        times: Option<&OwnedMatrix>,
        watch: Watch<'_>,
    ) -> cobuy::Result<Split> {
        let purchases = data.purchases(watch)?;
        let timeline = times.map(OwnedMatrix::timeline).transpose()?;
        match (&self.kind[..], test, &timeline, &self.cut) {
            ("given", Some(test), None, _) => Split::given(purchases, test.pattern(watch)?),
            ("given", Some(test), Some(timeline), _) => {
                let last = timeline.all().1.iter().max().copied().unwrap_or(0);
                let split = Split::given(purchases, test.pattern(watch)?)?;
                split.with_times(timeline.clone(), last.saturating_add(1))
            }
            ("time", _, Some(timeline), Some(Cut::Days(cut))) => Split::time(
                &purchases,
                timeline,
                micros("cut", *cut)?,
                micros("horizon", self.horizon)?,
            ),
            _ => Split::leave_out(&purchases, timeline.as_ref(), self.leave_out()),
        }
    }

    /// A shop's history in two.
    pub fn of_shop<'a>(
        &self,
        history: &cobuy::History,
        test: Option<&'a cobuy::History>,
    ) -> cobuy::Result<ShopSplit<'a>> {
        Ok(match (&self.kind[..], test) {
            ("given", Some(test)) => ShopSplit::Given(test),
            ("leave_out", _) => ShopSplit::LeaveOut(self.leave_out()),
            _ => {
                let by = ByTime {
                    horizon: self.horizon,
                    origins: self.origins,
                    cut: None,
                };
                ShopSplit::Time(match &self.cut {
                    Some(Cut::Instant(cut)) => by.cut_at(history, cut)?,
                    _ => by,
                })
            }
        })
    }

    fn leave_out(&self) -> LeaveOut {
        LeaveOut {
            share: self.share,
            seed: self.seed,
        }
    }
}

/// What purchases are worth.
#[derive(FromPyObject)]
pub enum Worth<'py> {
    ByItem(PyReadonlyArray1<'py, f64>),
    ByPlace(Matrix<'py>),
}

pub fn values(py: Python<'_>, worth: Option<Worth<'_>>) -> PyResult<Values> {
    match worth {
        None => Ok(Values::None),
        Some(Worth::ByItem(values)) => Ok(Values::ByItem(values.as_array().to_vec())),
        Some(Worth::ByPlace(matrix)) => {
            let values = matrix.owned()?.values();
            values.map_err(|error| exception(py, error))
        }
    }
}

impl Evaluation {
    fn of(
        evaluation: cobuy::evaluate::Evaluation,
        bootstrap: Option<&Bootstrap>,
        watch: Watch<'_>,
    ) -> cobuy::Result<Self> {
        Ok(Evaluation {
            figures: evaluation.figures(bootstrap, watch)?,
            evaluation: Arc::new(evaluation),
        })
    }
}

/// Measures lists of any tool against what was bought.
#[pyfunction]
pub fn evaluate_lists(
    py: Python<'_>,
    lists: PyReadonlyArray2<'_, i32>,
    truth: Matrix<'_>,
    before: Option<Matrix<'_>>,
    worth: Option<Worth<'_>>,
    measuring: Measuring,
    tell: Option<Teller>,
) -> PyResult<Evaluation> {
    let (params, bootstrap) = measuring.check(py)?;
    let lists = lists.as_array().to_owned();
    let (truth, before) = (
        truth.owned()?,
        before.map(|before| before.owned()).transpose()?,
    );
    let values = values(py, worth)?;
    long(py, tell, |watch| {
        let truth = truth.pattern(watch)?;
        let before = before.map(|before| before.pattern(watch)).transpose()?;
        let mut told = Truth::new(&truth).values(&values);
        if let Some(before) = &before {
            told = told.before(before);
        }
        let evaluation = params.lists(lists.view(), told, watch)?;
        Evaluation::of(evaluation, bootstrap.as_ref(), watch)
    })
}

/// Measures a model of a matrix: one that is fitted already, or settings that are to be.
#[pyfunction]
#[allow(clippy::too_many_arguments)] // as many as Python names
pub fn evaluate_matrix(
    py: Python<'_>,
    model: Option<PyRef<'_, AlsoBoughtModel>>,
    settings: ModelSettings,
    data: Matrix<'_>,
    test: Option<Matrix<'_>>,
    times: Option<Matrix<'_>>,
    splitting: Splitting,
    worth: Option<Worth<'_>>,
    measuring: Measuring,
    tell: Option<Teller>,
) -> PyResult<Evaluation> {
    let (evaluating, bootstrap) = measuring.check(py)?;
    let params = params(py, settings)?;
    let model = model.map(|model| model.shared());
    let (data, test) = (data.owned()?, test.map(|test| test.owned()).transpose()?);
    let times = times.map(|times| times.owned()).transpose()?;
    let values = values(py, worth)?;
    splitting.check_days()?;
    long(py, tell, |watch| {
        let split = splitting.of_matrix(&data, test.as_ref(), times.as_ref(), watch)?;
        let split = split.with_values(values)?;
        let evaluation = match &model {
            Some(model) => evaluating.fitted(model, &split, watch)?,
            None => evaluating.fit(&params, &split, watch)?,
        };
        Evaluation::of(evaluation, bootstrap.as_ref(), watch)
    })
}

/// Measures what a shop would have answered.
#[pyfunction]
#[allow(clippy::too_many_arguments)] // as many as Python names
pub fn evaluate_shop(
    py: Python<'_>,
    history: PyRef<'_, History>,
    settings: ModelSettings,
    basis: &str,
    by_group: bool,
    fallback: bool,
    test: Option<PyRef<'_, History>>,
    splitting: Splitting,
    measuring: Measuring,
    tell: Option<Teller>,
) -> PyResult<Evaluation> {
    let (evaluating, bootstrap) = measuring.check(py)?;
    let basis: Basis = basis_of(basis)?;
    let model = ShopModel {
        also_bought: params(py, settings)?,
        basis,
        by_group,
        fallback,
    };
    let (history, test) = (history.0.clone(), test.map(|test| test.0.clone()));
    splitting.check_instant()?;
    long(py, tell, |watch| {
        let split = splitting.of_shop(&history, test.as_deref())?;
        let evaluation = evaluating.shop(&model, &history, &split, watch)?;
        Evaluation::of(evaluation, bootstrap.as_ref(), watch)
    })
}

impl OwnedMatrix {
    /// As what purchases are worth.
    fn values(&self) -> cobuy::Result<Values> {
        let (shape, starts, indices) = self.parts();
        Values::from_csr(shape, starts, indices, |at| self.value(at))
    }
}

fn table(figures: &[Figure]) -> PyResult<ArrowTable> {
    let all = || figures.iter();
    ArrowTable::new([
        ("group", texts(all().map(|it| it.group.as_deref()))),
        ("metric", texts(all().map(|it| Some(it.metric)))),
        ("k", integers(all().map(|it| Some(it.k as i64)))),
        ("value", numbers(all().map(|it| Some(it.value)))),
        ("low", numbers(all().map(|it| it.low))),
        ("high", numbers(all().map(|it| it.high))),
        (
            "customers",
            integers(all().map(|it| Some(it.customers as i64))),
        ),
    ])
}

type Column<'py, T> = Bound<'py, PyArray1<T>>;

#[pymethods]
impl Evaluation {
    /// All figures, and who was judged, as JSON and in words.
    fn figures(&self) -> PyResult<(String, String)> {
        Ok((as_json(&self.figures)?, self.figures.to_string()))
    }

    /// All figures as a table.
    fn table(&self) -> PyResult<ArrowTable> {
        table(&self.figures.figures)
    }

    /// The customer and the cut of each row.
    fn rows<'py>(&self, py: Python<'py>) -> (Column<'py, i64>, Column<'py, i64>) {
        let wide =
            |values: &[u32]| -> Vec<i64> { values.iter().map(|&value| i64::from(value)).collect() };
        (
            wide(self.evaluation.customers()).into_pyarray(py),
            wide(self.evaluation.origin_of()).into_pyarray(py),
        )
    }

    /// The value of each metric and k, by row.
    fn values<'py>(&self, py: Python<'py>) -> Vec<(String, Column<'py, f64>)> {
        let columns = self.evaluation.columns().iter();
        let column = columns.filter_map(|&(metric, k)| {
            let values: Vec<f64> = self.evaluation.of(metric, k)?.collect();
            Some((format!("{metric}@{k}"), values.into_pyarray(py)))
        });
        column.collect()
    }

    /// Each group's own evaluation, with its name.
    fn groups(&self) -> Vec<(String, Evaluation)> {
        let of = |(name, evaluation): (String, cobuy::evaluate::Evaluation)| {
            let own = self.figures.figures.iter();
            let own = own.filter(|figure| figure.group.as_ref() == Some(&name));
            let figures = Figures {
                figures: own
                    .map(|figure| Figure {
                        group: None,
                        ..figure.clone()
                    })
                    .collect(),
                counted: *evaluation.counted(),
                ..self.figures.clone()
            };
            let evaluation = Arc::new(evaluation);
            (
                name,
                Evaluation {
                    evaluation,
                    figures,
                },
            )
        };
        self.evaluation.groups().into_iter().map(of).collect()
    }

    /// How it differs from another evaluation of the same customers, as a table.
    fn compare(
        &self,
        py: Python<'_>,
        other: PyRef<'_, Evaluation>,
        resamples: usize,
        confidence: f64,
        seed: u64,
    ) -> PyResult<ArrowTable> {
        let (one, other) = (self.evaluation.clone(), other.evaluation.clone());
        let bootstrap = Bootstrap {
            resamples,
            confidence,
            seed,
            threads: None,
        };
        let all = long(py, None, |watch| one.compare(&other, &bootstrap, watch))?;
        let all = || all.iter();
        ArrowTable::new([
            ("metric", texts(all().map(|it| Some(it.metric.name())))),
            ("k", integers(all().map(|it| Some(it.k as i64)))),
            ("difference", numbers(all().map(|it| Some(it.difference)))),
            ("low", numbers(all().map(|it| Some(it.low)))),
            ("high", numbers(all().map(|it| Some(it.high)))),
            ("other_side", numbers(all().map(|it| Some(it.other_side)))),
        ])
    }
}
