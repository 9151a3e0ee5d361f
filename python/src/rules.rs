//! Rules and formulas: texts and JSON in, what they say out.

use crate::engine::ShopEngine;
use crate::run::{long, short};
use crate::shop::{History, as_json};
use cobuy::Verdict;
use pyo3::prelude::*;

/// A verdict as JSON and in words.
type Told = (String, String);

macro_rules! form {
    ($(#[$doc:meta])* $name:ident, { $($more:tt)* }) => {
        $(#[$doc])*
        #[pyclass(frozen, eq, module = "cobuy._core")]
        #[derive(PartialEq)]
        pub struct $name(pub cobuy::$name);

        #[pymethods]
        impl $name {
            /// Reads the text form.
            #[staticmethod]
            fn parse(py: Python<'_>, text: &str) -> PyResult<Self> {
                short(py, || cobuy::$name::parse(text)).map($name)
            }

            /// Reads the JSON form.
            #[staticmethod]
            fn from_json(py: Python<'_>, json: &str) -> PyResult<Self> {
                short(py, || cobuy::$name::from_json(json)).map($name)
            }

            /// The JSON form.
            fn to_json(&self) -> String {
                self.0.to_json()
            }

            /// The hash of the JSON form.
            #[getter]
            fn version(&self) -> String {
                self.0.version()
            }

            /// The names of the fields it asks for.
            #[getter]
            fn fields(&self) -> Vec<String> {
                self.0.fields()
            }

            fn __str__(&self) -> String {
                self.0.to_string()
            }

            $($more)*
        }
    };
}

form!(
    /// A condition over customers or goods.
    Rule,
    {
        /// Why it holds of a customer, or does not.
        fn explain_customer(
            &self,
            py: Python<'_>,
            history: &History,
            customer: &str,
            segments: Named,
        ) -> PyResult<Told> {
            let asked = |segments: cobuy::Segments| {
                segments.ask(&history.0, &self.0)?.explain(customer)
            };
            told(&short(py, || asked(core_segments(&segments)?))?)
        }

        /// Whether it holds of a customer.
        fn holds_customer(
            &self,
            py: Python<'_>,
            history: &History,
            customer: &str,
            segments: Named,
        ) -> PyResult<Option<bool>> {
            let asked = |segments: cobuy::Segments| {
                segments.ask(&history.0, &self.0)?.holds(customer)
            };
            short(py, || asked(core_segments(&segments)?))
        }

        /// The ids of all customers of whom it holds.
        fn members(
            &self,
            py: Python<'_>,
            history: &History,
            segments: Named,
        ) -> PyResult<Vec<String>> {
            long(py, None, |watch| {
                let segments = core_segments(&segments)?;
                let asked = segments.ask(&history.0, &self.0)?;
                Ok(asked.members(watch)?.into_iter().map(str::to_owned).collect())
            })
        }

        /// Why it holds of an item, or does not.
        fn explain_item(
            &self,
            py: Python<'_>,
            engine: &ShopEngine,
            item: &str,
            context: Vec<String>,
            customer: Option<&str>,
        ) -> PyResult<Told> {
            let explain = || engine.0.explain_rule(&self.0, item, &context, customer);
            told(&short(py, explain)?)
        }
    }
);

form!(
    /// An expression with a number as its value.
    Formula,
    {}
);

/// Rules by the names of their segments.
type Named = Vec<(String, Py<Rule>)>;

fn core_segments(named: &Named) -> cobuy::Result<cobuy::Segments> {
    let rules = named
        .iter()
        .map(|(name, rule)| (name, rule.get().0.clone()));
    cobuy::Segments::new(rules)
}

fn told(verdict: &Verdict) -> PyResult<Told> {
    Ok((as_json(verdict)?, verdict.to_string()))
}
