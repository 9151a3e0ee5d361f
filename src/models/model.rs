//! By what lists are learnt.

use crate::error::{Error, Result};
use crate::models::measure::Measure;
use crate::models::softmax::Softmax;
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

/// The numbers of lists that are added up: those of a [`Ridge`], and of the items bought along with each item
/// those nearest to it by the vectors of [`Factors`](crate::Factors), by `exp(cosine / list_temperature)`. Both are
/// divided by the mean deviation of the scores that they give to a customer, and the best of the sums kept. It
/// suggests better than a ridge alone, and takes minutes; its lists are kept, explained and asked as any other's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Merged {
    /// What the ridge is learnt with. Its numbers have the names that they have there.
    pub ridge: Ridge,
    /// What the vectors are learnt with: `dimensions`, `temperature`, `learning_rate`, `batch`, `sample` and `seed`
    /// by these names, its customer exponent as `factor_exponent`, its steps as `factor_steps`.
    pub softmax: Softmax,
    /// How much of the sum is of the vectors' lists, 0 to 1: 0 is the ridge alone. Default: 0.25.
    pub factor_share: f64,
    /// What differences of items' cosines are divided by, 0.02 to 10. Default: 0.1.
    pub list_temperature: f64,
}

impl Default for Merged {
    fn default() -> Self {
        Merged {
            ridge: Ridge::default(),
            softmax: Softmax::default(),
            factor_share: 0.25,
            list_temperature: 0.1,
        }
    }
}

impl Merged {
    /// The numbers of the vectors by their names here, and by those that they have there.
    const OF_SOFTMAX: [(&str, &str); 8] = [
        ("dimensions", "dimensions"),
        ("temperature", "temperature"),
        ("factor_exponent", "customer_exponent"),
        ("learning_rate", "learning_rate"),
        ("factor_steps", "steps"),
        ("batch", "batch"),
        ("sample", "sample"),
        ("seed", "seed"),
    ];

    fn numbers(self) -> Vec<(&'static str, f64)> {
        let mut all = Model::Ridge(self.ridge).numbers();
        all.push(("factor_share", self.factor_share));
        all.push(("list_temperature", self.list_temperature));
        let own = self.softmax.numbers();
        let value = |there: &str| own.iter().find(|(name, _)| *name == there);
        let named = Merged::OF_SOFTMAX.iter();
        all.extend(named.filter_map(|(name, there)| value(there).map(|it| (*name, it.1))));
        all
    }

    fn with(mut self, name: &str, value: f64) -> Result<Merged> {
        let of_softmax = Merged::OF_SOFTMAX.iter().find(|(own, _)| *own == name);
        match (name, of_softmax) {
            ("factor_share", _) => self.factor_share = value,
            ("list_temperature", _) => self.list_temperature = value,
            (_, Some((own, there))) => {
                let renamed = |problem| match problem {
                    Error::Setting { value, must, .. } => Error::setting(own, value, must),
                    other => other,
                };
                self.softmax = self.softmax.with(there, value).map_err(renamed)?;
            }
            _ => {
                if let Model::Ridge(ridge) = Model::Ridge(self.ridge).with(name, value)? {
                    self.ridge = ridge;
                }
            }
        }
        Ok(self)
    }

    fn check(self) -> Result<()> {
        Model::Ridge(self.ridge).check()?;
        within("factor_share", self.factor_share, 0.0..=1.0)?;
        within("list_temperature", self.list_temperature, 0.02..=10.0)?;
        if self.softmax.recency_exponent != 0.0 {
            let must = "lists are merged without times: it must be 0";
            return Err(Error::setting(
                "recency_exponent",
                self.softmax.recency_exponent,
                must,
            ));
        }
        self.softmax.check().map_err(|problem| match problem {
            Error::Setting { name, value, must } => {
                let named = Merged::OF_SOFTMAX.iter().find(|(_, there)| *there == name);
                Error::setting(named.map_or(name, |(own, _)| own), value, must)
            }
            other => other,
        })
    }
}

impl Model {
    /// The names of all models.
    pub const NAMES: [&str; 3] = ["neighbourhood", "ridge", "merged"];

    /// The model's name, the same in every face.
    pub fn name(self) -> &'static str {
        match self {
            Model::Neighbourhood => "neighbourhood",
            Model::Ridge(_) => "ridge",
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
        let ridge = match self {
            Model::Neighbourhood => return Ok(()),
            Model::Merged(merged) => return merged.check(),
            Model::Ridge(ridge) => ridge,
        };
        let exponent = -1.0..=2.0;
        within("customer_exponent", ridge.customer_exponent, 0.0..=2.0)?;
        within(
            "candidate_exponent",
            ridge.candidate_exponent,
            exponent.clone(),
        )?;
        within("dropout", ridge.dropout, 0.0..=1e3)?;
        within("penalty", ridge.penalty, 1e-3..=1e9)?;
        within("target_exponent", ridge.target_exponent, exponent)?;
        steps(f64::from(ridge.steps)).map(|_| ())
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
    let all: Vec<(&'static str, String)> = measures.chain(models).collect();
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
