//! By what lists are learnt.

use crate::error::{Error, Result};
use crate::models::measure::Measure;
use crate::models::merged::Merged;
use crate::models::sequence::Sequence;
use crate::near::near;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// By what lists are learnt.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Model {
    /// The items nearest by a [`Measure`].
    #[default]
    Neighbourhood,
    /// Weights by a ridge regression: of two items that the same people buy, one is then enough.
    Ridge(Ridge),
    /// Weights by the whole regression at once, for small catalogues.
    ClosedForm(ClosedForm),
    /// The lists of a ridge and those of vectors learnt by a softmax, added up.
    Merged(Merged),
}

/// The numbers of a ridge regression per target, on the items whose candidates it is among: what each item
/// that a customer has adds to another, all others considered. What it does not weigh above zero is no
/// neighbour. Its rows are not counted anew: what a filter leaves of the kept neighbours is what there is.
///
/// For a target j and the items N, `(X_N' W X_N + diag(dropout g_ii + penalty)) b = X_N' W x_j` with
/// `W = diag(d_u^-customer_exponent)` and `g_ii` the diagonal of `X' W X`. A regression on all items is EASE
/// (Steck, WWW 2019), `dropout` what leaving out purchases at random comes to (Steck, "Autoencoders that don't
/// overfit towards the identity", NeurIPS 2020), and one on few SLIM (Ning, Karypis, ICDM 2011).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ridge {
    /// From 0 to 2: a customer (or order) of `d` items weighs `d^-customer_exponent`. Default: 0.6.
    pub customer_exponent: f64,
    /// From -1 to 2: the candidates of an item i are those j with the largest `g_ij n_j^-candidate_exponent`,
    /// as many as neighbours are kept. Default: 0.1.
    pub candidate_exponent: f64,
    /// From 0 to 1,000. Default: 5.
    pub dropout: f64,
    /// From 0.001 to a billion. Default: 25.
    pub penalty: f64,
    /// From -1 to 2: a weight is multiplied by `n_j^-target_exponent`. Default: 0.1.
    pub target_exponent: f64,
    /// How many steps of conjugate gradients from zero, 1 to 100; to stop early shrinks once more. Default: 4.
    pub steps: u32,
}

impl Default for Ridge {
    fn default() -> Self {
        Ridge {
            customer_exponent: 0.6,
            candidate_exponent: 0.1,
            dropout: 5.0,
            penalty: 25.0,
            target_exponent: 0.1,
            steps: 4,
        }
    }
}

/// The numbers of a regression on all items at once, for up to 8,192 items that were bought: what each adds to
/// another, all others considered, no item left out as a candidate. It takes the cube of their number, and a
/// quarter of a gibibyte for 8,192. What it does not weigh above zero is no neighbour, nor what nobody
/// bought both of. Its rows are not counted anew.
///
/// With `P = (X' W X + diag(dropout g_ii + penalty))^-1` and `W` as of a [`Ridge`], the weight of i for j is
/// `-P_ij / P_jj n_j^-target_exponent`: EASE (Steck, WWW 2019) where all but the penalty are 0, with `dropout`
/// EDLAE (Steck, NeurIPS 2020), with customers weighted and targets held back DAN (Park et al., SIGIR 2025).
/// Of items in a group none tells another: their rows of the solution are zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClosedForm {
    /// From 0 to 2: a customer (or order) of `d` items weighs `d^-customer_exponent`. Default: 0.6.
    pub customer_exponent: f64,
    /// From 0 to 1,000. Default: 2.
    pub dropout: f64,
    /// From 0.001 to a billion. Default: 50.
    pub penalty: f64,
    /// From -1 to 2: a weight is multiplied by `n_j^-target_exponent`. Default: 0.
    pub target_exponent: f64,
}

impl Default for ClosedForm {
    fn default() -> Self {
        ClosedForm {
            customer_exponent: 0.6,
            dropout: 2.0,
            penalty: 50.0,
            target_exponent: 0.0,
        }
    }
}

impl Model {
    /// The names of all models.
    pub const NAMES: [&str; 4] = ["neighbourhood", "ridge", "closed_form", "merged"];

    /// The model's name, the same in every face.
    pub fn name(self) -> &'static str {
        match self {
            Model::Neighbourhood => "neighbourhood",
            Model::Ridge(_) => "ridge",
            Model::ClosedForm(_) => "closed_form",
            Model::Merged(_) => "merged",
        }
    }

    /// The model of that name, with its default numbers.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    pub fn named(name: &str) -> Result<Model> {
        match name {
            "neighbourhood" => Ok(Model::Neighbourhood),
            "ridge" => Ok(Model::Ridge(Ridge::default())),
            "closed_form" => Ok(Model::ClosedForm(ClosedForm::default())),
            "merged" => Ok(Model::Merged(Merged::default())),
            _ => Err(Error::UnknownName {
                what: "model",
                name: crate::text::shown(name),
                near: near(name, Model::NAMES),
            }),
        }
    }

    /// The numbers of the model, by the names that they have in every face.
    pub fn numbers(self) -> Vec<(&'static str, f64)> {
        match self {
            Model::Neighbourhood => Vec::new(),
            Model::Ridge(ridge) => vec![
                ("customer_exponent", ridge.customer_exponent),
                ("candidate_exponent", ridge.candidate_exponent),
                ("dropout", ridge.dropout),
                ("penalty", ridge.penalty),
                ("target_exponent", ridge.target_exponent),
                ("steps", f64::from(ridge.steps)),
            ],
            Model::ClosedForm(numbers) => vec![
                ("customer_exponent", numbers.customer_exponent),
                ("dropout", numbers.dropout),
                ("penalty", numbers.penalty),
                ("target_exponent", numbers.target_exponent),
            ],
            Model::Merged(merged) => merged.numbers(),
        }
    }

    /// The same model with another number.
    ///
    /// # Errors
    /// [`Error::Setting`] for `steps` that are no whole number, and where it has no number of that name;
    /// [`Error::UnknownName`] where none has.
    pub fn with(mut self, name: &str, value: f64) -> Result<Model> {
        let known = self.numbers().iter().any(|(number, _)| *number == name);
        if let (Model::Merged(merged), true) = (self, known) {
            return merged.with(name, value).map(Model::Merged);
        }
        let place = match (&mut self, name) {
            (Model::Ridge(ridge), "steps") => {
                ridge.steps = steps(value)?;
                return Ok(self);
            }
            (Model::Ridge(ridge), "customer_exponent") => &mut ridge.customer_exponent,
            (Model::Ridge(ridge), "candidate_exponent") => &mut ridge.candidate_exponent,
            (Model::Ridge(ridge), "dropout") => &mut ridge.dropout,
            (Model::Ridge(ridge), "penalty") => &mut ridge.penalty,
            (Model::Ridge(ridge), "target_exponent") => &mut ridge.target_exponent,
            (Model::ClosedForm(numbers), "customer_exponent") => &mut numbers.customer_exponent,
            (Model::ClosedForm(numbers), "dropout") => &mut numbers.dropout,
            (Model::ClosedForm(numbers), "penalty") => &mut numbers.penalty,
            (Model::ClosedForm(numbers), "target_exponent") => &mut numbers.target_exponent,
            _ => {
                let is = format!("the model is {}", self.name());
                return Err(no_such_number(name, value, &is));
            }
        };
        *place = value;
        Ok(self)
    }

    /// Refuses numbers that cannot be.
    pub(crate) fn check(self) -> Result<()> {
        if let Model::Merged(merged) = self {
            return merged.check();
        }
        for (name, value) in self.numbers() {
            let range = match name {
                "customer_exponent" => 0.0..=2.0,
                "dropout" => 0.0..=1e3,
                "penalty" => 1e-3..=1e9,
                "steps" => 1.0..=100.0,
                _ => -1.0..=2.0,
            };
            within(name, value, range)?;
        }
        Ok(())
    }
}

/// That what `is` has no number of that name, and what has one.
pub(super) fn no_such_number(name: &str, value: f64, is: &str) -> Error {
    let measures = Measure::ALL.into_iter().flat_map(|measure| {
        let of = move |(number, _)| (number, format!("the measure {measure}"));
        measure.numbers().into_iter().map(of)
    });
    let models = Model::NAMES
        .into_iter()
        .filter_map(|name| Model::named(name).ok());
    let models = models.flat_map(|model| {
        let of = move |(number, _)| (number, format!("the model {}", model.name()));
        model.numbers().into_iter().map(of)
    });
    let sequence = Sequence::NAMES.into_iter().flat_map(|number| {
        let with = ["the measure power", "the model ridge", "the model merged"];
        with.map(|with| (number, with.to_owned()))
    });
    let all: Vec<(&'static str, String)> = measures.chain(models).chain(sequence).collect();
    let goes: Vec<&str> = all
        .iter()
        .filter(|it| it.0 == name)
        .map(|it| &it.1[..])
        .collect();
    // Some go with several.
    let names: BTreeSet<&str> = all.iter().map(|(number, _)| *number).collect();
    match all.iter().find(|(number, _)| *number == name) {
        Some((number, _)) => {
            let must = format!("it goes with {}, and {is}", goes.join(" and "));
            Error::setting(number, value, must)
        }
        None => Error::UnknownName {
            what: "number of a measure or model",
            name: crate::text::shown(name),
            near: near(name, names),
        },
    }
}

/// Refuses what is not within a range, NaN included.
pub(super) fn within(name: &'static str, value: f64, range: RangeInclusive<f64>) -> Result<()> {
    if range.contains(&value) {
        return Ok(());
    }
    let must = format!("it must be from {} to {}", range.start(), range.end());
    Err(Error::setting(name, value, must))
}

fn steps(value: f64) -> Result<u32> {
    within("steps", value, 1.0..=100.0)?;
    whole("steps", value).map(|steps| steps as u32)
}

/// A whole number from 0 on; one that is too large becomes the largest, to be refused by its range.
pub(super) fn whole(name: &'static str, value: f64) -> Result<u64> {
    match value >= 0.0 && value.fract() == 0.0 {
        true => Ok(value as u64),
        false => Err(Error::setting(name, value, "it must be a whole number")),
    }
}
