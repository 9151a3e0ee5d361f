//! Which settings suggest best: matrices and shops in, trials out.

use crate::also_bought::ModelSettings;
use crate::arrays::Matrix;
use crate::errors::exception;
use crate::evaluate::{Splitting, Worth, values};
use crate::run::{Teller, long};
use crate::shop::{History, basis_of};
use crate::table::{ArrowTable, integers, numbers, texts};
use cobuy::evaluate::ShopModel;
use cobuy::tune::{Trial, Tune, Validation, named};
use cobuy::{AlsoBoughtParams, Watch};
use pyo3::prelude::*;
use std::path::PathBuf;

/// What is searched, and how.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Searching {
    models: Vec<Searched>,
    /// What models that are named have beside their numbers.
    base: ModelSettings,
    fixed: Vec<(String, f64)>,
    trials: usize,
    seed: u64,
    metric: String,
    /// How many customers are judged.
    customers: Option<usize>,
    keep_owned: bool,
    resamples: usize,
    confidence: f64,
    threads: Option<usize>,
    trials_file: Option<PathBuf>,
}

/// Where a search begins.
#[derive(FromPyObject)]
enum Searched {
    Name(String),
    Settings(ModelSettings),
}

impl Searching {
    fn tune(self) -> cobuy::Result<Tune> {
        let base = self.base.params()?;
        let start = |searched: Searched| -> cobuy::Result<AlsoBoughtParams> {
            match searched {
                Searched::Name(name) => named(&name, &base),
                Searched::Settings(settings) => settings.params(),
            }
        };
        let tune = Tune {
            searched: self
                .models
                .into_iter()
                .map(start)
                .collect::<cobuy::Result<_>>()?,
            fixed: self.fixed,
            trials: self.trials,
            seed: self.seed,
            metric: self.metric.parse()?,
            keep_owned: self.keep_owned,
            resamples: self.resamples,
            confidence: self.confidence,
            threads: self.threads,
            trials_file: self.trials_file,
        };
        tune.check()?;
        Ok(tune)
    }
}

/// What a search came to.
#[pyclass(frozen, module = "cobuy._core")]
pub struct Tuning(cobuy::tune::Tuning);

fn search(
    tune: &Tune,
    validation: Validation<'_>,
    customers: Option<usize>,
    watch: Watch<'_>,
) -> cobuy::Result<Tuning> {
    let validation = match customers {
        Some(customers) => validation.sample(customers, tune.seed)?,
        None => validation,
    };
    tune.run(&validation, watch).map(Tuning)
}

/// Searches by a matrix.
#[pyfunction]
#[allow(clippy::too_many_arguments)] // as many as Python names
pub fn tune_matrix(
    py: Python<'_>,
    searching: Searching,
    data: Matrix<'_>,
    test: Option<Matrix<'_>>,
    times: Option<Matrix<'_>>,
    splitting: Splitting,
    worth: Option<Worth<'_>>,
    tell: Option<Teller>,
) -> PyResult<Tuning> {
    let customers = searching.customers;
    let tune = searching.tune().map_err(|error| exception(py, error))?;
    let (data, test) = (data.owned()?, test.map(|test| test.owned()).transpose()?);
    let times = times.map(|times| times.owned()).transpose()?;
    let values = values(py, worth)?;
    splitting.check_days()?;
    long(py, tell, |watch| {
        let split = splitting.of_matrix(&data, test.as_ref(), times.as_ref(), watch)?;
        let split = split.with_values(values)?;
        search(&tune, Validation::matrix(&split), customers, watch)
    })
}

/// Searches by a shop's answers.
#[pyfunction]
#[allow(clippy::too_many_arguments)] // as many as Python names
pub fn tune_shop(
    py: Python<'_>,
    searching: Searching,
    history: PyRef<'_, History>,
    basis: &str,
    by_group: bool,
    fallback: bool,
    test: Option<PyRef<'_, History>>,
    splitting: Splitting,
    tell: Option<Teller>,
) -> PyResult<Tuning> {
    let customers = searching.customers;
    let tune = searching.tune().map_err(|error| exception(py, error))?;
    let model = ShopModel {
        basis: basis_of(basis)?,
        by_group,
        fallback,
        ..ShopModel::default()
    };
    let (history, test) = (history.0.clone(), test.map(|test| test.0.clone()));
    splitting.check_instant()?;
    long(py, tell, |watch| {
        let split = splitting.of_shop(&history, test.as_deref())?;
        let validation = Validation::shop(&model, &history, &split, watch)?;
        search(&tune, validation, customers, watch)
    })
}

#[pymethods]
impl Tuning {
    /// The settings of the best trial.
    fn best(&self) -> ModelSettings {
        ModelSettings::of(&self.0.best().params)
    }

    /// Which trial is the best, and its value.
    fn best_trial(&self) -> (usize, Option<f64>) {
        let best = self.0.best();
        (best.number, best.value)
    }

    /// The metric, how many trials a file held already, and what is to be said of the values.
    fn about(&self) -> (String, usize, Vec<String>) {
        let warnings = self.0.warnings.clone();
        (self.0.metric.to_string(), self.0.kept, warnings)
    }

    /// All trials in words, best first.
    fn words(&self) -> String {
        self.0.to_string()
    }

    /// All trials as a table, best first: a column for each number that any of them has.
    fn table(&self) -> PyResult<ArrowTable> {
        let trials = self.0.best_first();
        let all = || trials.iter();
        let mut names: Vec<&'static str> = Vec::new();
        for (name, _) in all().flat_map(|trial| trial.params.numbers()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let number = |trial: &&Trial, name: &str| {
            let mut all = trial.params.numbers().into_iter();
            all.find(|(known, _)| *known == name)
                .map(|(_, value)| value)
        };
        let of = names
            .iter()
            .map(|name| (*name, numbers(all().map(|trial| number(trial, name)))));
        let count = |count: usize| Some(count as i64);
        let before = [
            ("trial", integers(all().map(|it| count(it.number)))),
            ("model", texts(all().map(|it| Some(it.name())))),
        ];
        let after = [
            (
                "neighbours",
                integers(all().map(|it| count(it.params.neighbours))),
            ),
            ("value", numbers(all().map(|it| it.value))),
            ("low", numbers(all().map(|it| it.low))),
            ("high", numbers(all().map(|it| it.high))),
            (
                "customers",
                integers(all().map(|it| Some(it.customers as i64))),
            ),
            ("fit_seconds", numbers(all().map(|it| Some(it.seconds)))),
            ("error", texts(all().map(|it| it.error.as_deref()))),
        ];
        ArrowTable::new(before.into_iter().chain(of).chain(after))
    }
}
