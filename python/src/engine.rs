//! A shop's answers: questions in, suggestions with their reasons out.

use crate::question::Question;
use crate::run::{Teller, long, short};
use crate::shop::{History, as_json};
use crate::table::{ArrowTable, integers, numbers, scores, texts};
use cobuy::{Engine, Query, Suggestion, Suggestions, Watch};
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;

/// A shop's answers.
#[pyclass(frozen, module = "cobuy._core")]
pub struct ShopEngine(pub Arc<Engine>);

/// An answer as JSON, and each reason in words.
type Told = (String, Vec<String>);

fn told(answer: &Suggestions) -> PyResult<Told> {
    let words = answer.items.iter().map(|item| item.reason.to_string());
    Ok((as_json(answer)?, words.collect()))
}

#[pymethods]
impl ShopEngine {
    /// Opens a shop's file.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let engine = long(py, None, |_| Engine::open(&path))?;
        Ok(ShopEngine(Arc::new(engine)))
    }

    /// Saves the shop's file and returns its id.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<String> {
        short(py, || self.0.save(&path))
    }

    /// The history it was fitted on.
    fn history(&self, py: Python<'_>) -> PyResult<History> {
        let history = long(py, None, |watch| self.0.history(watch))?;
        Ok(History(Arc::new(history)))
    }

    /// An engine with the same settings, learnt from another history.
    fn refit(&self, py: Python<'_>, history: &History) -> PyResult<Self> {
        let engine = long(py, None, |watch| self.0.refit(&history.0, watch))?;
        Ok(ShopEngine(Arc::new(engine)))
    }

    /// One answer.
    fn ask(&self, py: Python<'_>, question: Question) -> PyResult<Told> {
        let query = question.query(&self.0)?;
        told(&short(py, || query.suggest())?)
    }

    /// Several lists of one page, without repeats.
    fn page(&self, py: Python<'_>, questions: Vec<Question>) -> PyResult<Vec<Told>> {
        let queries = self.queries(&questions)?;
        let lists = short(py, || self.0.page(queries))?;
        lists.iter().map(told).collect()
    }

    /// Many answers as one table, with the name of each question as its first column, called `who`;
    /// and the names of those that are short, with the reason. `explain` adds the evidence, `boosted` what scores
    /// were multiplied by.
    fn ask_all(
        &self,
        py: Python<'_>,
        who: &str,
        questions: Vec<(String, Question)>,
        explain: bool,
        boosted: bool,
        tell: Option<Teller>,
    ) -> PyResult<(ArrowTable, Vec<(String, String)>)> {
        let (names, questions): (Vec<String>, Vec<Question>) = questions.into_iter().unzip();
        let queries = self.queries(&questions)?;
        // A few answers take less than a thread of their own does.
        let answers = match queries.len() {
            0..=16 => short(py, || self.0.answer_all(&queries, Some(1), Watch::new()))?,
            _ => long(py, tell, |watch| self.0.answer_all(&queries, None, watch))?,
        };
        let short = names.iter().zip(&answers);
        let short =
            short.filter_map(|(name, answer)| Some((name.clone(), answer.short_reason.clone()?)));
        let table = as_table(who, &names, &answers, explain, boosted)?;
        Ok((table, short.collect()))
    }

    /// Why an item is suggested, or what keeps it out, as JSON and in words.
    fn explain(
        &self,
        py: Python<'_>,
        question: Question,
        item: &str,
    ) -> PyResult<(String, String)> {
        let query = question.query(&self.0)?;
        let why = short(py, || query.explain(item))?;
        Ok((as_json(&why)?, why.to_string()))
    }

    /// Every item's list, as JSON: an object an item, one a line.
    fn all_also_bought(&self, py: Python<'_>, n: Option<usize>) -> PyResult<Vec<(String, String)>> {
        let lists = short(py, || {
            let lists = self.0.all_also_bought(n)?;
            Ok(lists
                .map(|(item, list)| (item.to_owned(), list))
                .collect::<Vec<_>>())
        })?;
        lists
            .into_iter()
            .map(|(item, list)| Ok((item, as_json(&list)?)))
            .collect()
    }

    /// The ids of all items, by index.
    fn items(&self) -> Vec<&str> {
        self.0.items().iter().collect()
    }

    /// The ids of all customers, by index.
    fn customers(&self) -> Vec<&str> {
        self.0.customers().iter().collect()
    }
}

impl ShopEngine {
    fn queries(&self, questions: &[Question]) -> PyResult<Vec<Query<'_>>> {
        questions
            .iter()
            .map(|question| question.query(&self.0))
            .collect()
    }
}

/// A row a suggestion.
fn as_table(
    who: &str,
    names: &[String],
    answers: &[Suggestions],
    explain: bool,
    boosted: bool,
) -> PyResult<ArrowTable> {
    let rows = || {
        names.iter().zip(answers).flat_map(|(name, answer)| {
            let items = answer.items.iter();
            items
                .zip(1i64..)
                .map(move |(item, rank)| (name, rank, item))
        })
    };
    let items = || rows().map(|(.., item)| item);
    let evidence = |of: fn(&cobuy::Evidence) -> f64| {
        numbers(items().map(move |item| item.reason.evidence().map(of)))
    };
    let mut columns = vec![
        (who, texts(rows().map(|(name, ..)| Some(name)))),
        ("rank", integers(rows().map(|(_, rank, _)| Some(rank)))),
        ("item", texts(items().map(|item| Some(&item.item)))),
        (
            "name",
            texts(items().map(|item: &Suggestion| item.name.as_deref())),
        ),
        ("score", scores(items().map(|item| Some(item.score)))),
    ];
    if boosted {
        columns.push(("boost", numbers(items().map(|item| item.boost))));
    }
    columns.extend([
        (
            "source",
            texts(items().map(|item| Some(item.source.name()))),
        ),
        (
            "reason",
            texts(items().map(|item| Some(item.reason.to_string()))),
        ),
    ]);
    if explain {
        let both = items().map(|item| Some(i64::from(item.reason.evidence()?.both)));
        columns.extend([
            (
                "with",
                texts(items().map(|item: &Suggestion| item.reason.with())),
            ),
            ("both", integers(both)),
            ("support", evidence(|evidence| evidence.support)),
            ("confidence", evidence(|evidence| evidence.confidence)),
            ("lift", evidence(|evidence| evidence.lift)),
        ]);
    }
    ArrowTable::new(columns)
}

/// Says what is inside a model file, as JSON.
#[pyfunction]
pub fn inspect(py: Python<'_>, path: PathBuf) -> PyResult<String> {
    as_json(&long(py, None, |_| cobuy::inspect(&path))?)
}
