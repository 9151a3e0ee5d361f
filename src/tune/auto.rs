//! Which model suits the data: the usual ones as they are, judged quickly.

use super::customers;
use super::objective::Objective;
use super::space::{in_order, named};
use super::validation::{FEW, Validation};
use crate::error::{Error, Result};
use crate::evaluate::{Bootstrap, Evaluation};
use crate::models::also_bought::AlsoBoughtParams;
use crate::models::kept::Kept;
use crate::models::measure::Measure;
use crate::models::model::Model;
use crate::watch::Watch;

/// Beyond so many items the closed form takes longer than a quick look ought to.
const MOST_ITEMS: usize = 4_096;

/// The models that are compared, the simplest first: which lists are the cheapest to learn and the easiest to
/// explain.
fn compared(
    base: &AlsoBoughtParams,
    validation: &Validation<'_>,
) -> Result<Vec<(&'static str, AlsoBoughtParams)>> {
    let mut names = vec!["cosine", "power", "ridge"];
    if validation.items() <= MOST_ITEMS {
        names.push("closed_form");
    }
    let known = names.into_iter().map(|name| Ok((name, named(name, base)?)));
    let mut all = known.collect::<Result<Vec<_>>>()?;
    if validation.knows_order() {
        all.push(("ridge in order", in_order(named("ridge", base)?)?));
    }
    Ok(all)
}

/// What suits the data, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The settings that were picked, to be fitted on all of the data.
    pub params: AlsoBoughtParams,
    /// Why, in words.
    pub reason: String,
    /// All that were compared, the simplest first: what is popular, then the models. Empty where too few
    /// customers can be judged.
    pub candidates: Vec<Candidate>,
}

/// What one model came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The name of the model or measure; `popular` is what needs no learning, `ridge in order` counts a
    /// [`Sequence`](crate::Sequence).
    pub name: &'static str,
    /// The mean of the metric; `None` where it failed.
    pub value: Option<f64>,
    /// How many seconds the fit took.
    pub seconds: f64,
    /// Why it failed.
    pub error: Option<String>,
}

/// Compares the usual models with their default numbers, and else as `base` has it, by NDCG@20 of what was held
/// out, and picks the simplest of which the best is not surely better: where the interval of their difference,
/// by the paired [`Bootstrap`] over customers, holds 0. Where fewer than 50 customers can be judged it is
/// the cosine.
///
/// # Errors
/// [`Error::Setting`] where `base` says of itself by what it learns, and as [`AlsoBoughtParams::check`];
/// [`Error::Cancelled`]; that of the first model where all failed.
///
/// ```
/// use cobuy::evaluate::{LeaveOut, Split};
/// use cobuy::tune::{Validation, auto};
/// use cobuy::{AlsoBought, Purchases, Watch};
/// let purchases = Purchases::from_csr((2, 3), &[0, 2, 5], &[0, 1, 0, 1, 2], |_| 1.0)?;
/// let split = Split::leave_out(&purchases, None, LeaveOut::default())?;
/// let choice = auto(&AlsoBought::params(), &Validation::matrix(&split), Watch::new())?;
/// assert_eq!(choice.params, AlsoBought::params());
/// assert!(choice.reason.starts_with("cosine: "));
/// # Ok::<(), cobuy::Error>(())
/// ```
pub fn auto(
    base: &AlsoBoughtParams,
    validation: &Validation<'_>,
    watch: Watch<'_>,
) -> Result<Choice> {
    check_auto(base)?;
    let objective = Objective::default();
    let measuring = objective.params(false, base.threads);
    let quiet = watch.silent();
    let few = |judged: u64| Choice {
        params: base.clone(),
        reason: format!(
            "cosine: {} can be judged, too few to compare models by",
            customers(judged)
        ),
        candidates: Vec::new(),
    };
    let all = compared(base, validation)?;
    let total = all.len() as u64 + 1;
    watch.tell("comparing", 0, Some(total));
    let popular = match validation.judge_popular(&measuring, quiet) {
        Ok(evaluation) => evaluation,
        // Nobody has anything to be judged by.
        Err(Error::Matrix { .. }) => return Ok(few(0)),
        Err(problem) => return Err(problem),
    };
    let judged = popular.counted().judged;
    if judged < FEW {
        return Ok(few(judged));
    }
    let mut compared = Compared {
        objective,
        candidates: vec![Candidate {
            name: "popular",
            value: Some(objective.of(&popular)?),
            seconds: 0.0,
            error: None,
        }],
        judged: Vec::new(),
    };
    for (done, (name, params)) in (1..).zip(all) {
        watch.tell("comparing", done, Some(total));
        match validation.judge(&measuring, &params, quiet) {
            Ok(evaluation) => compared.push(name, params, evaluation)?,
            Err(problem @ (Error::MemoryLimit { .. } | Error::OutOfMemory { .. })) => {
                compared.candidates.push(Candidate {
                    name,
                    value: None,
                    seconds: 0.0,
                    error: Some(problem.to_string()),
                });
            }
            Err(problem) => return Err(problem),
        }
    }
    watch.tell("comparing", total, Some(total));
    compared.choice(validation, base, quiet)
}

/// Refuses settings of which the choice is the picked model's, as [`auto`] would: to be asked before the work is
/// done.
///
/// # Errors
/// As [`auto`].
pub fn check_auto(base: &AlsoBoughtParams) -> Result<()> {
    let own = AlsoBoughtParams {
        model: Model::Neighbourhood,
        measure: Measure::default(),
        kept: Kept::default(),
        shrinkage: 0.0,
        half_life: None,
        within_days: None,
        ..base.clone()
    };
    let must = "with the model auto it must be left out";
    if base.model != own.model {
        return Err(Error::setting("model", base.model.name(), must));
    }
    if base.measure != own.measure {
        return Err(Error::setting("measure", base.measure, must));
    }
    if base.kept != own.kept {
        return Err(Error::setting("kept", base.kept, must));
    }
    let days = [
        (
            "shrinkage",
            (base.shrinkage != 0.0).then_some(base.shrinkage),
        ),
        ("half_life", base.half_life),
        ("within_days", base.within_days),
    ];
    match days.into_iter().find_map(|(name, set)| Some((name, set?))) {
        Some((name, set)) => Err(Error::setting(name, set, must)),
        None => base.check(),
    }
}

/// Models that were judged on the same customers.
struct Compared {
    objective: Objective,
    candidates: Vec<Candidate>,
    judged: Vec<Judged>,
}

struct Judged {
    name: &'static str,
    params: AlsoBoughtParams,
    value: f64,
    evaluation: Evaluation,
}

impl Compared {
    fn push(
        &mut self,
        name: &'static str,
        params: AlsoBoughtParams,
        evaluation: Evaluation,
    ) -> Result<()> {
        let value = self.objective.of(&evaluation)?;
        self.candidates.push(Candidate {
            name,
            value: Some(value),
            seconds: evaluation.took().fit.unwrap_or(0.0),
            error: None,
        });
        self.judged.push(Judged {
            name,
            params,
            value,
            evaluation,
        });
        Ok(())
    }

    /// The simplest of which the best is not surely better.
    fn choice(
        self,
        validation: &Validation<'_>,
        base: &AlsoBoughtParams,
        watch: Watch<'_>,
    ) -> Result<Choice> {
        let best = self.judged.iter().reduce(
            |best, next| {
                if next.value > best.value { next } else { best }
            },
        );
        let Some(best) = best else {
            let failed = self.candidates.iter().find_map(|it| it.error.as_deref());
            return Err(Error::matrix(format!(
                "no model could be learnt: {}",
                failed.unwrap_or("none was tried")
            )));
        };
        let bootstrap = Bootstrap {
            threads: base.threads,
            ..Bootstrap::default()
        };
        let mut picked = best;
        for simpler in self.judged.iter().take_while(|it| it.name != best.name) {
            if !self.is_apart(best, simpler, &bootstrap, watch)? {
                picked = simpler;
                break;
            }
        }
        Ok(Choice {
            reason: self.reason(picked, best, validation),
            params: picked.params.clone(),
            candidates: self.candidates,
        })
    }

    /// Whether the best is surely better than another.
    fn is_apart(
        &self,
        best: &Judged,
        other: &Judged,
        bootstrap: &Bootstrap,
        watch: Watch<'_>,
    ) -> Result<bool> {
        let all = best
            .evaluation
            .compare(&other.evaluation, bootstrap, watch)?;
        let Objective { metric, k } = self.objective;
        let of = |it: &&crate::evaluate::Difference| (it.metric, it.k) == (metric, k);
        Ok(all.iter().find(of).is_some_and(|it| it.low > 0.0))
    }

    /// `ridge: ndcg@20 0.1200 against 0.0800 of cosine ...`.
    fn reason(&self, picked: &Judged, best: &Judged, validation: &Validation<'_>) -> String {
        let objective = self.objective;
        let mut others: Vec<String> = Vec::new();
        for candidate in self.candidates.iter().rev() {
            match (candidate.value, &candidate.error) {
                _ if candidate.name == picked.name => {}
                (Some(value), _) => {
                    others.push(format!("{value:.4} of {}", in_words(candidate.name)))
                }
                (None, Some(problem)) => {
                    others.push(format!("{} failed ({problem})", candidate.name))
                }
                (None, None) => {}
            }
        }
        let judged = customers(picked.evaluation.counted().judged);
        let what = match validation.is_drawn() {
            true => "on a draw of the histories",
            false => "on the last part of the histories",
        };
        let mut reason = format!(
            "{}: {objective} {:.4} against {}, {what} of {judged}",
            picked.name,
            picked.value,
            others.join(", ")
        );
        if picked.name != best.name {
            reason.push_str(&format!(
                "; {} is not surely better, and {} is simpler",
                best.name, picked.name
            ));
        }
        let popular = self.candidates.iter().find(|it| it.name == "popular");
        if popular
            .and_then(|it| it.value)
            .is_some_and(|value| value >= picked.value)
        {
            let what = match validation.is_of_shop() {
                true => "what is popular",
                false => "what most bought",
            };
            reason.push_str(&format!("; {what} alone is no worse"));
        }
        if validation.is_drawn() {
            reason.push_str("; no time says what came last, so what is held out was drawn");
        }
        reason
    }
}

fn in_words(name: &'static str) -> &'static str {
    match name {
        "popular" => "what is popular",
        other => other,
    }
}
