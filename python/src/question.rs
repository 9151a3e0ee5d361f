//! Questions in, by the names of the package's arguments.

use cobuy::{Engine, Query};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// What is asked, by the names of the package's arguments.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Question {
    /// "also_bought", "basket", "customer" or "popular".
    about: String,
    /// The item, the basket's items, the customer, or the category where there is one.
    ids: Vec<String>,
    n: usize,
    exclude: Vec<String>,
    only: Option<Vec<String>>,
    keep_owned: bool,
    /// Left to the core where nothing is said.
    fallback: Option<bool>,
    /// Rules over goods, as texts.
    filters: Vec<String>,
    boost: Option<String>,
    /// Whom `customer.` means.
    whose: Option<String>,
}

impl Question {
    /// The core's question.
    pub fn query<'a>(&self, engine: &'a Engine) -> PyResult<Query<'a>> {
        let first = self.ids.first().map_or("", String::as_str);
        let query = match self.about.as_str() {
            "also_bought" => engine.also_bought(first),
            "basket" => engine.for_basket(&self.ids),
            "customer" => engine.for_customer(first),
            "popular" => engine.popular(self.ids.first().map(String::as_str)),
            other => {
                return Err(PyValueError::new_err(format!(
                    "nothing is known about {other}"
                )));
            }
        };
        let query = query
            .n(self.n)
            .exclude(&self.exclude)
            .keep_owned(self.keep_owned);
        let query = match self.fallback {
            Some(fallback) => query.fallback(fallback),
            None => query,
        };
        let query = match &self.only {
            Some(only) => query.only(only),
            None => query,
        };
        let query = self.filters.iter().fold(query, Query::filter);
        let query = match &self.boost {
            Some(boost) => query.boost(boost),
            None => query,
        };
        Ok(match &self.whose {
            Some(customer) => query.customer(customer),
            None => query,
        })
    }
}
