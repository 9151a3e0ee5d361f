//! Trials in a file: a line each, so that a search goes on where it ended.
//!
//! JSON lines. The first says what is searched on what; each further one is a trial, in order, and is on disk
//! before the next trial begins. A line that was cut off, as a kill leaves it, is dropped.

use super::space::Space;
use super::{Trial, Tune};
use crate::error::{Error, Result};
use crate::text::{counted, shown};
use crate::tune::validation::Validation;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// How trials follow from a seed; another number where that changes.
const SEARCH: u32 = 1;

/// What is searched on what: the first line.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct About {
    cobuy_trials: u32,
    seed: u64,
    metric: String,
    keep_owned: bool,
    resamples: usize,
    confidence: f64,
    validation: String,
    data: String,
    searched: Vec<String>,
}

impl About {
    pub(super) fn of(tune: &Tune, spaces: &[Space], validation: &Validation<'_>) -> Self {
        let searched = spaces.iter().map(|space| {
            let start = &space.start;
            let mut words = start.in_words();
            words.push_str(&format!(
                " neighbours={} min_customers={}",
                start.neighbours, start.min_customers
            ));
            for (name, set) in [
                ("half_life", start.half_life.map(|days| days.to_string())),
                (
                    "within_days",
                    start.within_days.map(|days| days.to_string()),
                ),
                (
                    "memory_limit",
                    start.memory_limit.map(|bytes| bytes.to_string()),
                ),
            ] {
                if let Some(set) = set {
                    words.push_str(&format!(" {name}={set}"));
                }
            }
            for axis in &space.axes {
                words.push_str(&format!(
                    "; {} from {} to {}",
                    axis.name, axis.low, axis.high
                ));
            }
            words
        });
        About {
            cobuy_trials: SEARCH,
            seed: tune.seed,
            metric: tune.metric.to_string(),
            keep_owned: tune.keep_owned,
            resamples: tune.resamples,
            confidence: tune.confidence,
            validation: validation.in_words(),
            data: format!("{:016x}", validation.fingerprint()),
            searched: searched.collect(),
        }
    }

    /// What is told otherwise here than there.
    fn differs(&self, other: &About) -> Option<(&'static str, String, String)> {
        let all = |about: &About| {
            [
                ("version", about.cobuy_trials.to_string()),
                ("validation", about.validation.clone()),
                ("data", about.data.clone()),
                ("metric", about.metric.clone()),
                ("keep_owned", about.keep_owned.to_string()),
                ("resamples", about.resamples.to_string()),
                ("confidence", about.confidence.to_string()),
                ("searched", about.searched.join(" | ")),
                ("seed", about.seed.to_string()),
            ]
        };
        let pairs = all(self).into_iter().zip(all(other));
        let mut differ = pairs.filter(|(one, two)| one.1 != two.1);
        differ.next().map(|(one, two)| (one.0, one.1, two.1))
    }
}

/// A trial as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    trial: usize,
    /// Which of what is searched.
    of: usize,
    numbers: Map<String, Value>,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    customers: u64,
    fit_seconds: f64,
    error: Option<String>,
}

/// The file of a search, held by it alone.
pub(super) struct TrialsFile {
    path: PathBuf,
    file: File,
}

impl TrialsFile {
    /// Opens or begins a file; with the trials that it holds, and what is to be said of it.
    ///
    /// # Errors
    /// [`Error::Table`] where it holds anything else than trials of this search, or another search is at it;
    /// [`Error::Row`] for a damaged line; [`Error::Io`].
    pub(super) fn open(
        path: &Path,
        about: &About,
        spaces: &[Space],
    ) -> Result<(Self, Vec<Trial>, Option<String>)> {
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        if path.metadata().is_ok_and(|it| !it.is_file()) {
            return Err(refused(
                path,
                "it is no file; name one, or one that is not there yet",
            ));
        }
        let file = options.open(path).map_err(failed("open", path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let problem = "another search is writing its trials there; name another file";
                return Err(refused(path, problem));
            }
            Err(TryLockError::Error(problem)) => return Err(failed("lock", path)(problem)),
        }
        let mut held = TrialsFile {
            path: path.to_owned(),
            file,
        };
        let mut bytes = Vec::new();
        let mut from = (&held.file).take(MOST + 1);
        from.read_to_end(&mut bytes).map_err(failed("read", path))?;
        if bytes.len() as u64 > MOST {
            return Err(refused(
                path,
                "it is too long for a file of trials; name another file",
            ));
        }
        let first = held.line(about)?;
        let whole = bytes.iter().rposition(|&byte| byte == b'\n');
        let whole = whole.map_or(0, |last| last + 1);
        if whole == 0 && !first.as_bytes().starts_with(&bytes) {
            return Err(refused(path, NOT_TRIALS));
        }
        let trials = held.trials(&bytes[..whole], about, spaces)?;
        let torn = whole < bytes.len();
        held.keep(whole as u64)?;
        if whole == 0 {
            held.push_text(&first)?;
        }
        let warning = torn.then(|| {
            format!(
                "the last line of {} was cut off and was dropped; its trial is made again",
                path.display()
            )
        });
        Ok((held, trials, warning))
    }

    fn trials(&self, bytes: &[u8], about: &About, spaces: &[Space]) -> Result<Vec<Trial>> {
        let text = std::str::from_utf8(bytes).map_err(|_| refused(&self.path, NOT_TRIALS))?;
        let mut lines = text.lines();
        let Some(first) = lines.next() else {
            return Ok(Vec::new());
        };
        let there: About =
            serde_json::from_str(first).map_err(|_| refused(&self.path, NOT_TRIALS))?;
        if let Some((what, there, here)) = there.differs(about) {
            return Err(refused(
                &self.path,
                &format!(
                    "it holds trials of another search: `{what}` is {there} there, but {here} here; search with the \
                     same, or name another file"
                ),
            ));
        }
        let trial = |(at, line): (usize, &str)| {
            trial(at, line, spaces).map_err(|problem| Error::Row {
                source_name: self.path.display().to_string(),
                line: at as u64 + 2,
                column: None,
                problem: format!("{problem}; take the line out, with those after it"),
            })
        };
        lines.enumerate().map(trial).collect()
    }

    /// Cuts off what comes after so many bytes, and goes on there.
    fn keep(&mut self, bytes: u64) -> Result<()> {
        self.file
            .set_len(bytes)
            .and_then(|()| self.file.seek(SeekFrom::Start(bytes)))
            .map(|_| ())
            .map_err(failed("write", &self.path))
    }

    /// Appends a trial, and is not done before it is on disk.
    pub(super) fn push(&mut self, of: usize, trial: &Trial) -> Result<()> {
        let numbers = trial.params.numbers().into_iter();
        let text = self.line(&Line {
            trial: trial.number,
            of,
            numbers: numbers
                .map(|(name, number)| (name.to_owned(), Value::from(number)))
                .collect(),
            value: trial.value,
            low: trial.low,
            high: trial.high,
            customers: trial.customers,
            fit_seconds: trial.seconds,
            error: trial.error.clone(),
        })?;
        self.push_text(&text)
    }

    fn push_text(&mut self, text: &str) -> Result<()> {
        self.file
            .write_all(text.as_bytes())
            .and_then(|()| self.file.sync_data())
            .map_err(failed("write", &self.path))
    }

    fn line(&self, of: &impl Serialize) -> Result<String> {
        let text = serde_json::to_string(of).map_err(std::io::Error::from);
        Ok(text.map_err(failed("write", &self.path))? + "\n")
    }
}

/// More than any search writes.
const MOST: u64 = 1 << 28;

const NOT_TRIALS: &str = "it holds something else than the trials of a search; name another file";

/// A trial from its line.
fn trial(at: usize, line: &str, spaces: &[Space]) -> std::result::Result<Trial, String> {
    let line: Line = serde_json::from_str(line).map_err(|problem| problem.to_string())?;
    if line.trial != at {
        return Err(format!(
            "it is trial {}, but trial {at} belongs here",
            line.trial
        ));
    }
    let space = spaces.get(line.of);
    let space = space.ok_or_else(|| {
        let count = counted(spaces.len() as u64, "model is", "models are");
        format!("it is of model {}, but {count} searched", line.of)
    })?;
    let mut params = space.start.clone();
    for (name, number) in &line.numbers {
        let number = number.as_f64();
        let number = number.ok_or_else(|| format!("`{}` is no number", shown(name)))?;
        params = params.number(name, number).map_err(|it| it.to_string())?;
    }
    params.check().map_err(|it| it.to_string())?;
    if line.value.is_some() == line.error.is_some() {
        return Err("it needs a value or an error, and not both".to_owned());
    }
    // Every metric is a share, but for some that are means of logarithms.
    if line
        .value
        .is_some_and(|value| !(0.0..=1e3).contains(&value))
    {
        return Err("its value is none that a metric has".to_owned());
    }
    Ok(Trial {
        number: at,
        of: line.of,
        params,
        value: line.value,
        low: line.low,
        high: line.high,
        customers: line.customers,
        seconds: line.fit_seconds,
        error: line.error,
    })
}

fn refused(path: &Path, problem: &str) -> Error {
    Error::Table {
        source_name: path.display().to_string(),
        problem: problem.to_owned(),
    }
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.display().to_string();
    move |source| Error::Io {
        doing,
        path,
        source,
    }
}
