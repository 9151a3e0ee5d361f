//! How factors are learnt.

use crate::error::{Error, Result};
use crate::machine::Instructions;
use crate::models::model::{whole, within};
use crate::near::near;
use crate::parallel::thread_count;

/// The numbers that factors are learnt with. See [`Factors`](crate::Factors).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Softmax {
    /// How many numbers a vector has, 1 to 1,024. Default: 128.
    pub dimensions: u32,
    /// What cosines are divided by, 0.02 to 10: the lower, the more the nearest items count. Default: 0.1.
    pub temperature: f64,
    /// From 0 to 2: what a customer of `d` items bought weighs `d^-customer_exponent`. Default: 0.25.
    pub customer_exponent: f64,
    /// From 0 to 4: a customer's item that `r` others were bought after weighs `(1 + r)^-recency_exponent`, times
    /// what makes the mean 1; those of one time weigh the same. Above 0 it needs times. Default: 0.
    pub recency_exponent: f64,
    /// How far a step goes at most, 0.00001 to 1. Default: 0.03.
    pub learning_rate: f64,
    /// How many steps, 1 to 100,000. Default: 800.
    pub steps: u32,
    /// How many customers a step looks at, 1 to 65,536. Default: 2,048.
    pub batch: u32,
    /// How many items, drawn for each step, what they bought is told apart from, 1 to 65,536. Default: 4,096.
    pub sample: u32,
    /// What is drawn follows from it, 0 to 2^53. Default: 1.
    pub seed: u64,
}

impl Default for Softmax {
    fn default() -> Self {
        Softmax {
            dimensions: 128,
            temperature: 0.1,
            customer_exponent: 0.25,
            recency_exponent: 0.0,
            learning_rate: 0.03,
            steps: 800,
            batch: 2_048,
            sample: 4_096,
            seed: 1,
        }
    }
}

impl Softmax {
    /// All numbers, by the names that they have in every face.
    pub fn numbers(self) -> Vec<(&'static str, f64)> {
        vec![
            ("dimensions", f64::from(self.dimensions)),
            ("temperature", self.temperature),
            ("customer_exponent", self.customer_exponent),
            ("recency_exponent", self.recency_exponent),
            ("learning_rate", self.learning_rate),
            ("steps", f64::from(self.steps)),
            ("batch", f64::from(self.batch)),
            ("sample", f64::from(self.sample)),
            ("seed", self.seed as f64),
        ]
    }

    /// The same with another number.
    ///
    /// # Errors
    /// [`Error::Setting`] for what is to be a whole number and is none; [`Error::UnknownName`] for a name that
    /// none has.
    pub fn with(mut self, name: &str, value: f64) -> Result<Softmax> {
        match name {
            "dimensions" => self.dimensions = small("dimensions", value)?,
            "temperature" => self.temperature = value,
            "customer_exponent" => self.customer_exponent = value,
            "recency_exponent" => self.recency_exponent = value,
            "learning_rate" => self.learning_rate = value,
            "steps" => self.steps = small("steps", value)?,
            "batch" => self.batch = small("batch", value)?,
            "sample" => self.sample = small("sample", value)?,
            "seed" => self.seed = whole("seed", value)?,
            _ => {
                let names = Softmax::default().numbers().into_iter().map(|it| it.0);
                return Err(Error::UnknownName {
                    what: "number of factors",
                    name: crate::text::shown(name),
                    near: near(name, names),
                });
            }
        }
        Ok(self)
    }

    /// Refuses numbers that cannot be.
    pub(crate) fn check(self) -> Result<()> {
        within("dimensions", f64::from(self.dimensions), 1.0..=1024.0)?;
        within("temperature", self.temperature, 0.02..=10.0)?;
        within("customer_exponent", self.customer_exponent, 0.0..=2.0)?;
        within("recency_exponent", self.recency_exponent, 0.0..=4.0)?;
        within("learning_rate", self.learning_rate, 1e-5..=1.0)?;
        within("steps", f64::from(self.steps), 1.0..=1e5)?;
        within("batch", f64::from(self.batch), 1.0..=65_536.0)?;
        within("sample", f64::from(self.sample), 1.0..=65_536.0)?;
        within("seed", self.seed as f64, 0.0..=MOST_SEED)
    }
}

/// A whole number; one that is too large becomes the largest, to be refused by its range.
fn small(name: &'static str, value: f64) -> Result<u32> {
    Ok(u32::try_from(whole(name, value)?).unwrap_or(u32::MAX))
}

/// Whole numbers up to here are told apart as f64.
const MOST_SEED: f64 = 9_007_199_254_740_992.0;

/// How factors are to be learnt. Made by [`Factors::params`](crate::Factors::params).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FactorsParams {
    /// The numbers that they are learnt with.
    pub softmax: Softmax,
    /// How many threads fit and answer in batches; `None` for all cores.
    pub threads: Option<usize>,
    /// How many bytes a fit may use besides what it learns from; `None`: as many as there are.
    pub memory_limit: Option<u64>,
    /// Which instructions of the processor are used; `None` for the widest that it has.
    pub instructions: Option<Instructions>,
}

impl FactorsParams {
    /// The numbers that they are learnt with. Default: [`Softmax::default`].
    pub fn softmax(mut self, softmax: Softmax) -> Self {
        self.softmax = softmax;
        self
    }

    /// Another of the [`Softmax::numbers`].
    ///
    /// # Errors
    /// As [`Softmax::with`].
    pub fn number(mut self, name: &str, value: f64) -> Result<Self> {
        self.softmax = self.softmax.with(name, value)?;
        Ok(self)
    }

    /// How many threads fit and answer in batches. Default: all cores. Results are the same for any.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// How many bytes a fit may use at most, besides what it learns from. It ends with [`Error::Setting`], which
    /// tells how many it needs, before it begins. Default: no limit.
    pub fn memory_limit(mut self, bytes: u64) -> Self {
        self.memory_limit = Some(bytes);
        self
    }

    /// Which instructions of the processor are used, for those who measure and test: results are the same for
    /// any. Default: the widest that it has.
    pub fn instructions(mut self, instructions: Instructions) -> Self {
        self.instructions = Some(instructions);
        self
    }

    /// Refuses settings that cannot be, as a fit would.
    ///
    /// # Errors
    /// [`Error::Setting`] for a number outside of its range, and `threads` or a `memory_limit` of 0.
    pub fn check(&self) -> Result<()> {
        self.softmax.check()?;
        if self.memory_limit == Some(0) {
            let must = "it must be at least 1 byte";
            return Err(Error::setting("memory_limit", 0, must));
        }
        thread_count(self.threads).map(|_| ())
    }
}
