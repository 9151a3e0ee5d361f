//! The settings and counts at the head of a model file, as format 1 writes them.
//!
//! What is written is a type of its own: a setting that is added to the library does not change how
//! older files are read.

use super::{About, Stored};
use crate::error::Error;
use crate::file::meta;
use crate::history::{Instant, ReturnCounts};
use crate::matrix::Basis;
use crate::models::also_bought::{AlsoBought, AlsoBoughtParams};
use crate::models::kept::Kept;
use crate::models::measure::Measure;
use crate::models::model::Model;
use serde::{Deserialize, Serialize};

/// What stands at the head of a file.
#[derive(Debug)]
pub(super) struct Head {
    pub stored: Stored,
    /// The version of cobuy that wrote it.
    pub written_by: String,
    pub params: AlsoBoughtParams,
    pub basis: Basis,
    pub items: u64,
    pub buyers: u32,
    pub about: Option<About>,
}

/// The head as written. Names stand for what has a few values; the order of fields is the format.
#[derive(Serialize, Deserialize)]
struct Head1 {
    stored: String,
    written_by: String,
    measure: String,
    neighbours: u64,
    min_customers: u32,
    basis: String,
    items: u64,
    buyers: u32,
    about: Option<About1>,
}

/// What a shop was fitted on, as written.
#[derive(Serialize, Deserialize)]
struct About1 {
    /// Rows, orders, fulfilled orders, customers, items.
    counts: [u64; 5],
    /// Rows, matched, partly, no customer, never bought, only later, nothing left, no such order.
    returns: [u64; 8],
    span: Option<(i64, i64)>,
}

/// What times lists depend on, as format 1.1 writes it.
#[derive(Serialize, Deserialize)]
pub(super) struct Times1 {
    pub half_life: Option<f64>,
    pub within_days: Option<f64>,
    pub as_of: Option<i64>,
    pub bits: u32,
}

impl Times1 {
    /// `None` for lists that do not depend on times.
    pub(super) fn of(model: &AlsoBought) -> Option<Self> {
        let (half_life, within_days) = (model.params.half_life, model.params.within_days);
        let times = Times1 {
            half_life,
            within_days,
            as_of: model.as_of,
            bits: model.bits,
        };
        half_life.or(within_days).map(|_| times)
    }

    pub(super) fn encode(&self) -> Result<Vec<u8>, String> {
        meta::encode(self)
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, String> {
        meta::decode(bytes)
    }
}

/// Another model than a neighbourhood, the numbers of a model or a measure that has any, and which neighbours
/// are kept, as format 1.3 writes them.
#[derive(Serialize, Deserialize)]
pub(super) struct Model3 {
    model: String,
    /// [`AlsoBoughtParams::numbers`].
    numbers: Vec<(String, f64)>,
    shrinkage: f64,
    kept: String,
}

impl Model3 {
    /// `None` for a measure that its name tells all of, with the lists kept as ever.
    pub(super) fn of(params: &AlsoBoughtParams) -> Option<Self> {
        let numbers = params.numbers();
        let plain = numbers.is_empty() && params.shrinkage == 0.0 && params.kept == Kept::Source;
        (!plain).then(|| Model3 {
            model: params.model.name().to_owned(),
            numbers: numbers
                .into_iter()
                .map(|(name, it)| (name.to_owned(), it))
                .collect(),
            shrinkage: params.shrinkage,
            kept: params.kept.name().to_owned(),
        })
    }

    /// Sets what was written: all numbers that there are, and no others.
    pub(super) fn set(self, params: &mut AlsoBoughtParams) -> Result<(), String> {
        let refused = |problem: Error| problem.to_string();
        params.model = Model::named(&self.model).map_err(refused)?;
        params.shrinkage = self.shrinkage;
        params.kept = self.kept.parse().map_err(refused)?;
        let known = params.numbers();
        let names = known.iter().map(|(name, _)| *name);
        if !names.eq(self.numbers.iter().map(|(name, _)| &name[..])) {
            return Err("its numbers are not those of the model".to_owned());
        }
        for (name, number) in &self.numbers {
            *params = params.clone().number(name, *number).map_err(refused)?;
        }
        Ok(())
    }

    pub(super) fn encode(&self) -> Result<Vec<u8>, String> {
        meta::encode(self)
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, String> {
        meta::decode(bytes)
    }
}

impl Head {
    pub(super) fn encode(&self) -> Result<Vec<u8>, String> {
        meta::encode(&Head1 {
            stored: self.stored.name().to_owned(),
            written_by: self.written_by.clone(),
            measure: self.params.measure.name().to_owned(),
            neighbours: self.params.neighbours as u64,
            min_customers: self.params.min_customers,
            basis: self.basis.name().to_owned(),
            items: self.items,
            buyers: self.buyers,
            about: self.about.as_ref().map(About1::of),
        })
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Head, String> {
        let head: Head1 = meta::decode(bytes)?;
        let unknown = |what: &str, name: &str| format!("there is no {what} `{name}`");
        let measure = Measure::ALL
            .into_iter()
            .find(|known| known.name() == head.measure);
        let basis = Basis::ALL
            .into_iter()
            .find(|known| known.name() == head.basis);
        let stored = Stored::ALL
            .into_iter()
            .find(|known| known.name() == head.stored);
        Ok(Head {
            stored: stored.ok_or_else(|| unknown("kind of model", &head.stored))?,
            written_by: head.written_by,
            params: AlsoBoughtParams {
                measure: measure.ok_or_else(|| unknown("measure", &head.measure))?,
                neighbours: usize::try_from(head.neighbours).unwrap_or(usize::MAX),
                min_customers: head.min_customers,
                ..AlsoBoughtParams::default()
            },
            basis: basis.ok_or_else(|| unknown("basis", &head.basis))?,
            items: head.items,
            buyers: head.buyers,
            about: head.about.map(About1::about),
        })
    }
}

impl About1 {
    fn of(about: &About) -> Self {
        let returns = &about.returns;
        About1 {
            counts: [
                about.rows,
                about.orders,
                about.fulfilled_orders,
                about.customers,
                about.items,
            ],
            returns: [
                returns.rows,
                returns.matched,
                returns.partly,
                returns.no_customer,
                returns.never_bought,
                returns.only_later,
                returns.nothing_left,
                returns.no_such_order,
            ],
            span: about.span.map(|(first, last)| (first.0, last.0)),
        }
    }

    fn about(self) -> About {
        let [rows, orders, fulfilled_orders, customers, items] = self.counts;
        let [
            return_rows,
            matched,
            partly,
            no_customer,
            never_bought,
            only_later,
            nothing_left,
            no_such_order,
        ] = self.returns;
        let span = self
            .span
            .map(|(first, last)| (Instant(first), Instant(last)));
        About {
            rows,
            orders,
            fulfilled_orders,
            customers,
            items,
            returns: ReturnCounts {
                rows: return_rows,
                matched,
                partly,
                no_customer,
                never_bought,
                only_later,
                nothing_left,
                no_such_order,
            },
            span,
            as_of: span.map(|(_, last)| last.just_after()),
        }
    }
}
