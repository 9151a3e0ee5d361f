//! Which settings suggest best, by what customers bought last.
//!
//! A [`Validation`] is a cut of the data, made once; a [`Tune`] learns by one choice of settings after the other
//! from what is left, and judges each by what was held out, with the code of [`evaluate`](crate::evaluate). [`auto`]
//! compares the models as they are, on few customers, and says which it would take and why.
//!
//! - **What is held out** decides what is found. It must be the tail of each customer's history, by time: a
//!   random cut puts settings in another order than the future does. Where no time is told, a draw is all there
//!   is, and the result carries a warning.
//! - **What is tried.** First each model as it is by default, so that the best is never worse than that; then a few
//!   draws; then where most is to be gained by a Gaussian process of what was tried (Jones, Schonlau, Welch 1998;
//!   Snoek, Larochelle, Adams 2012; the formulas stand in `src/tune/surrogate.rs`). The bounds stand in `src/tune/space.rs`.
//!   Where it is known in what order customers bought, the numbers of a [`Sequence`](crate::Sequence) are searched as
//!   well, from a second beginning with the order counting.
//! - **The same again.** The settings of a trial follow from the seed and the values of the trials before it,
//!   and values do not depend on threads: a search gives the same trials on any number of them, and
//!   where it was interrupted and went on. Nothing depends on the clock.
//! - **What it means.** The best of many is too good on what it was chosen by. Judge it by something that the
//!   search did not see.
//!
//! ```
//! use cobuy::evaluate::{LeaveOut, Split};
//! use cobuy::tune::{Tune, Validation, named};
//! use cobuy::{AlsoBought, Basis, Purchases, Timeline, Watch};
//! let (starts, items) = ([0, 3, 6, 9], [0, 1, 2, 0, 1, 2, 0, 1, 3]);
//! let purchases = Purchases::from_csr((3, 4), &starts, &items, |_| 1.0)?;
//! let bought = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 3)];
//! let events = bought.map(|(row, item)| (row, item, i64::from(item)));
//! let timeline = Timeline::from_events(Basis::Customer, 3, 4, events)?;
//! let split = Split::leave_out(&purchases, Some(&timeline), LeaveOut::default())?;
//! let ridge = named("ridge", &AlsoBought::params().neighbours(100))?;
//! let tuning = Tune::default()
//!     .search([ridge])
//!     .fix("steps", 4.0)
//!     .metric("recall@2".parse()?)
//!     .trials(5)
//!     .run(&Validation::matrix(&split), Watch::new())?;
//! let model = tuning.best().params.fit_timed(&purchases, &timeline, timeline.as_of(), Watch::new())?;
//! println!("{tuning}{}", model.items());
//! # Ok::<(), cobuy::Error>(())
//! ```

mod auto;
mod objective;
mod search;
mod space;
mod surrogate;
mod trials;
mod tuning;
mod validation;

pub use auto::{Candidate, Choice, auto, check_auto};
pub use objective::Objective;
pub use space::named;
pub use tuning::{Trial, Tuning};
pub use validation::Validation;

use crate::error::{Error, Result};
use crate::evaluate::{Bootstrap, EvaluateParams};
use crate::models::also_bought::AlsoBoughtParams;
use crate::text::counted;
use crate::watch::Watch;
use search::Tried;
use space::Space;
use std::path::PathBuf;
use trials::{About, TrialsFile};

/// What is searched, and how. See the [module](self).
#[derive(Clone, Debug, PartialEq)]
pub struct Tune {
    /// Where each search begins; empty: power and ridge, with their defaults.
    pub searched: Vec<AlsoBoughtParams>,
    /// Numbers that are not searched.
    pub fixed: Vec<(String, f64)>,
    /// How many choices of settings are tried at most.
    pub trials: usize,
    /// What draws follow from.
    pub seed: u64,
    /// What is made as large as can be.
    pub metric: Objective,
    /// Whether what a customer owns may be suggested, and counts where it is bought again.
    pub keep_owned: bool,
    /// How often customers are drawn anew for the interval of each value; 0 for none.
    pub resamples: usize,
    /// The share of the means that an interval holds.
    pub confidence: f64,
    /// How many threads measure; `None` for all cores. A model is fitted with its own.
    pub threads: Option<usize>,
    /// Where trials are kept, to go on from.
    pub trials_file: Option<PathBuf>,
}

impl Default for Tune {
    fn default() -> Self {
        let bootstrap = Bootstrap::default();
        Tune {
            searched: Vec::new(),
            fixed: Vec::new(),
            trials: 40,
            seed: 0,
            metric: Objective::default(),
            keep_owned: false,
            resamples: bootstrap.resamples,
            confidence: bootstrap.confidence,
            threads: None,
            trials_file: None,
        }
    }
}

/// More trials than anybody waits for.
const MOST_TRIALS: usize = 10_000;

impl Tune {
    /// What is searched: of each, the numbers of its model or measure, from those that it has; all else stays.
    /// [`named`] makes them. Default: power and ridge.
    pub fn search(mut self, searched: impl IntoIterator<Item = AlsoBoughtParams>) -> Self {
        self.searched = searched.into_iter().collect();
        self
    }

    /// A number that is not searched, but is this, in all models that have it.
    pub fn fix(mut self, number: &str, value: f64) -> Self {
        self.fixed.push((number.to_owned(), value));
        self
    }

    /// How many choices of settings are tried at most; fewer where there are no more. Default: 40. A search with more
    /// trials begins with those of one with fewer.
    pub fn trials(mut self, trials: usize) -> Self {
        self.trials = trials;
        self
    }

    /// What draws follow from. Default: 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// What is made as large as can be. Default: `ndcg@20`.
    pub fn metric(mut self, metric: Objective) -> Self {
        self.metric = metric;
        self
    }

    /// Whether what a customer owns may be suggested, and counts where it is bought again. Default: no.
    pub fn keep_owned(mut self, keep_owned: bool) -> Self {
        self.keep_owned = keep_owned;
        self
    }

    /// Keeps the trials in a file as they are made, a line of JSON each, and goes on from those that it holds: the
    /// trials are then those of a search that was never interrupted.
    pub fn trials_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.trials_file = Some(path.into());
        self
    }

    /// Refuses what cannot be: to be asked before the work is done.
    ///
    /// # Errors
    /// [`Error::Setting`] for `trials` of 0 or beyond 10,000, a metric of 0 suggestions, fixed numbers that
    /// cannot be, and as [`AlsoBoughtParams::check`], [`Bootstrap::check`] and [`EvaluateParams::check`];
    /// [`Error::UnknownName`] for a fixed number that nothing searched has.
    pub fn check(&self) -> Result<()> {
        self.spaces(true).map(|_| ())
    }

    /// The spaces of what is searched, where it is known or not in what order customers bought.
    fn spaces(&self, order: bool) -> Result<Vec<Space>> {
        if !(1..=MOST_TRIALS).contains(&self.trials) {
            let must = format!("it must be from 1 to {MOST_TRIALS}");
            return Err(Error::setting("trials", self.trials, must));
        }
        self.measuring().check()?;
        self.bootstrap().as_ref().map_or(Ok(()), Bootstrap::check)?;
        let usual = || -> Result<Vec<AlsoBoughtParams>> {
            let base = AlsoBoughtParams::default();
            space::USUAL.iter().map(|name| named(name, &base)).collect()
        };
        let starts = match self.searched.is_empty() {
            true => usual()?,
            false => self.searched.clone(),
        };
        space::check_fixed(&starts, &self.fixed)?;
        let mut spaces: Vec<Space> = Vec::new();
        for start in &starts {
            let space = Space::new(start, &self.fixed, order)?;
            if spaces.iter().all(|known| known.start != space.start) {
                spaces.push(space);
            }
        }
        Ok(spaces)
    }

    fn measuring(&self) -> EvaluateParams {
        self.metric.params(self.keep_owned, self.threads)
    }

    fn bootstrap(&self) -> Option<Bootstrap> {
        (self.resamples > 0).then_some(Bootstrap {
            resamples: self.resamples,
            confidence: self.confidence,
            seed: self.seed,
            threads: self.threads,
        })
    }

    /// Searches.
    ///
    /// A trial whose settings ask for too much memory, or cannot be, is kept with its error, and the search goes
    /// on.
    ///
    /// # Errors
    /// As [`Tune::check`]; [`Error::Matrix`] where nobody can be judged; of a trials file [`Error::Table`] where
    /// it is of another search, [`Error::Row`] where it is damaged, and [`Error::Io`]; the error of the first trial
    /// where all failed; [`Error::Cancelled`]: the trials that were made are in the file.
    pub fn run(&self, validation: &Validation<'_>, watch: Watch<'_>) -> Result<Tuning> {
        self.run_telling(validation, watch, |_| {})
    }

    /// As [`Tune::run`]; `tell` is called with all that is known, first with what a trials file held, then after each
    /// trial.
    ///
    /// # Errors
    /// As [`Tune::run`].
    pub fn run_telling(
        &self,
        validation: &Validation<'_>,
        watch: Watch<'_>,
        mut tell: impl FnMut(&Tuning),
    ) -> Result<Tuning> {
        let spaces = self.spaces(validation.knows_order())?;
        let mut tuning = Tuning::new(self.metric, self.resamples > 0, self.confidence);
        let mut file = None;
        if let Some(path) = &self.trials_file {
            let about = About::of(self, &spaces, validation);
            let (held, trials, warning) = TrialsFile::open(path, &about, &spaces)?;
            tuning.kept = trials.len();
            tuning.trials = trials;
            tuning.trials.truncate(self.trials);
            tuning.warnings.extend(warning);
            file = Some(held);
        }
        tell(&tuning);
        while tuning.trials.len() < self.trials {
            watch.check()?;
            watch.tell(
                "tuning",
                tuning.trials.len() as u64,
                Some(self.trials as u64),
            );
            let tried: Vec<Tried> = tuning.trials.iter().map(Trial::tried).collect();
            let Some((of, params)) = search::next(&spaces, &tried, self.seed, watch)? else {
                break;
            };
            let number = tuning.trials.len();
            let trial = self.trial(number, of, params, validation, watch.silent())?;
            if let Some(file) = &mut file {
                file.push(of, &trial)?;
            }
            tuning.trials.push(trial);
            tell(&tuning);
        }
        watch.tell("tuning", self.trials as u64, Some(self.trials as u64));
        let judged = tuning.trials.iter().map(|trial| trial.customers).max();
        tuning
            .warnings
            .extend(validation.warnings(judged.unwrap_or(0)));
        tuning.finished()
    }

    fn trial(
        &self,
        number: usize,
        of: usize,
        params: AlsoBoughtParams,
        validation: &Validation<'_>,
        watch: Watch<'_>,
    ) -> Result<Trial> {
        let mut trial = Trial {
            number,
            of,
            params,
            value: None,
            low: None,
            high: None,
            customers: 0,
            seconds: 0.0,
            error: None,
        };
        let evaluation = match validation.judge(&self.measuring(), &trial.params, watch) {
            Ok(evaluation) => evaluation,
            Err(
                problem @ (Error::MemoryLimit { .. }
                | Error::OutOfMemory { .. }
                | Error::Setting { .. }),
            ) => {
                trial.error = Some(problem.to_string());
                return Ok(trial);
            }
            Err(problem) => return Err(problem),
        };
        trial.value = Some(self.metric.of(&evaluation)?);
        trial.customers = evaluation.counted().judged;
        trial.seconds = evaluation.took().fit.unwrap_or(0.0);
        if let Some(bootstrap) = self.bootstrap() {
            let Objective { metric, k } = self.metric;
            let ends = evaluation.interval_of(metric, k, &bootstrap, watch)?;
            (trial.low, trial.high) = ends.unzip();
        }
        Ok(trial)
    }
}

/// `5,000 customers`.
fn customers(count: u64) -> String {
    counted(count, "customer", "customers")
}
