//! How lists of two models are added up: the numbers of the model merged.

use crate::error::{Error, Result};
use crate::models::model::{Model, Ridge, within};
use crate::models::softmax::Softmax;

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

    pub(super) fn numbers(self) -> Vec<(&'static str, f64)> {
        let mut all = Model::Ridge(self.ridge).numbers();
        all.push(("factor_share", self.factor_share));
        all.push(("list_temperature", self.list_temperature));
        let own = self.softmax.numbers();
        let value = |there: &str| own.iter().find(|(name, _)| *name == there);
        let named = Merged::OF_SOFTMAX.iter();
        all.extend(named.filter_map(|(name, there)| value(there).map(|it| (*name, it.1))));
        all
    }

    pub(super) fn with(mut self, name: &str, value: f64) -> Result<Merged> {
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

    pub(super) fn check(self) -> Result<()> {
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
