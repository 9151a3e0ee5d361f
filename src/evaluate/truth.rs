//! What lists are judged by.

use crate::error::{Error, Result};
use crate::matrix::Pattern;
use crate::matrix::build::check_parts;
use sprs::CsMatI;

/// What lists are judged by: what customers bought, row by row.
#[derive(Clone, Copy, Debug)]
pub struct Truth<'a> {
    pub(super) bought: &'a Pattern,
    pub(super) before: Option<&'a Pattern>,
    pub(super) values: &'a Values,
}

/// What purchases are worth: finite, and not below 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Values {
    /// Nobody tells.
    #[default]
    None,
    /// By item.
    ByItem(Vec<f64>),
    /// By customer and item; what is not stored is worth nothing.
    ByPlace(CsMatI<f64, u32, usize>),
}

impl Values {
    /// By customer and item, from the parts of a compressed sparse row matrix: `shape` (customers, items), `starts`
    /// of length customers + 1, `indices` below items in any order, and the value at each stored place. Values
    /// stored twice for one place are added up.
    ///
    /// # Errors
    /// [`Error::Matrix`] for parts that do not fit together.
    pub fn from_csr(
        shape: (usize, usize),
        starts: &[usize],
        indices: &[u32],
        value: impl Fn(usize) -> f64,
    ) -> Result<Values> {
        check_parts(shape, starts, indices)?;
        let (mut ends, mut items, mut worth) = (vec![0], Vec::new(), Vec::<f64>::new());
        for row in starts.windows(2) {
            let mut places: Vec<(u32, f64)> = (row[0]..row[1])
                .map(|at| (indices[at], value(at)))
                .collect();
            places.sort_by_key(|&(item, _)| item);
            for same in places.chunk_by(|one, next| one.0 == next.0) {
                items.push(same[0].0);
                worth.push(same.iter().map(|&(_, value)| value).sum());
            }
            ends.push(items.len());
        }
        CsMatI::try_new(shape, ends, items, worth)
            .map(Values::ByPlace)
            .map_err(|(.., problem)| Error::matrix(format!("the values are damaged: {problem}")))
    }

    /// Refuses values that cannot be, or are of other customers and items.
    pub(super) fn check(&self, shape: (usize, usize)) -> Result<()> {
        match self {
            Values::None => Ok(()),
            Values::ByItem(values) if values.len() != shape.1 => Err(Error::matrix(format!(
                "there are values of {} items, but purchases of {} items; tell one value an item",
                values.len(),
                shape.1
            ))),
            Values::ByItem(values) => check_values(values),
            Values::ByPlace(values) => {
                if !values.is_csr() {
                    let problem = "the values are stored by column: hand over `to_csr()` of them";
                    return Err(Error::matrix(problem));
                }
                same_shape("values", Some(values.shape()), shape)?;
                check_values(values.data())
            }
        }
    }

    /// What each of some items is worth that a customer bought.
    pub(super) fn of(&self, customer: u32, items: &[u32]) -> Vec<f64> {
        match self {
            Values::None => Vec::new(),
            Values::ByItem(values) => items.iter().map(|&item| values[item as usize]).collect(),
            Values::ByPlace(values) => {
                let row = values.outer_view(customer as usize);
                let value = |item: &u32| row.as_ref()?.get(*item as usize).copied();
                items
                    .iter()
                    .map(|item| value(item).unwrap_or(0.0))
                    .collect()
            }
        }
    }
}

static NO_VALUES: Values = Values::None;

impl<'a> Truth<'a> {
    /// What each row bought: of shape (rows, items), row-major. A row without any takes no part.
    pub fn new(bought: &'a Pattern) -> Self {
        Truth {
            bought,
            before: None,
            values: &NO_VALUES,
        }
    }

    /// What each row had bought before, of the same shape: repeats are told from what is new, and how popular
    /// items are.
    pub fn before(mut self, before: &'a Pattern) -> Self {
        self.before = Some(before);
        self
    }

    /// What purchases are worth.
    pub fn values(mut self, values: &'a Values) -> Self {
        self.values = values;
        self
    }

    pub(super) fn check(&self, rows: usize) -> Result<()> {
        let shape = self.bought.shape();
        if rows != shape.0 {
            return Err(Error::matrix(format!(
                "there are lists for {rows} rows, but the truth has {} rows; both need a row a customer, in one order",
                shape.0
            )));
        }
        for (what, pattern) in [
            ("truth", Some(self.bought)),
            ("purchases before", self.before),
        ] {
            if pattern.is_some_and(|pattern| !pattern.is_csr()) {
                return Err(Error::matrix(format!(
                    "the {what} are stored by column: hand over `to_csr()` of them"
                )));
            }
        }
        same_shape("purchases before", self.before.map(Pattern::shape), shape)?;
        self.values.check(shape)
    }
}

fn same_shape(what: &str, found: Option<(usize, usize)>, truth: (usize, usize)) -> Result<()> {
    match found {
        Some(found) if found != truth => Err(Error::matrix(format!(
            "the {what} are of {} rows and {} items, but the truth is of {} rows and {} items; both need one shape",
            found.0, found.1, truth.0, truth.1
        ))),
        _ => Ok(()),
    }
}

/// So that no sum of them is infinite.
const MOST_VALUE: f64 = 1e200;

fn check_values(values: &[f64]) -> Result<()> {
    match values
        .iter()
        .find(|value| !(0.0..=MOST_VALUE).contains(*value))
    {
        Some(value) => Err(Error::matrix(format!(
            "a value is {value}, but values are finite, not below 0 and at most {MOST_VALUE:e}; tell 0 where it is not known"
        ))),
        None => Ok(()),
    }
}
