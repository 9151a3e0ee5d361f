// The README shows the CSV door.
#![cfg_attr(feature = "csv", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "csv"),
    doc = "What sells with what, from a shop's own orders, with the reason why."
)]

mod dice;
pub mod engine;
mod error;
pub mod evaluate;
mod facts;
pub mod file;
pub mod history;
pub mod ids;
mod machine;
pub mod matrix;
pub mod models;
mod near;
mod parallel;
mod pool;
mod powers;
pub mod rules;
pub mod segments;
pub mod text;
pub mod tune;
mod watch;

pub use engine::{
    Engine, EngineBuilder, Explanation, Query, Reason, Source, Suggestion, Suggestions, inspect,
};
pub use error::{Conflict, Error, Result};
#[cfg(feature = "config")]
pub use history::Config;
pub use history::{
    DoctorParams, Finding, History, Input, Instant, Money, OrderLine, Quantity, Reader, Receipt,
    Report, Settings, Severity, TableName, Tables, TextRows,
};
pub use ids::{CustomerIx, ItemIx, Scored};
pub use machine::Instructions;
pub use matrix::{Basis, Purchases, Timeline};
pub use models::also_bought::{AlsoBought, AlsoBoughtParams, Evidence, Neighbour};
pub use models::filter::Filter;
pub use models::kept::Kept;
pub use models::measure::{Counts, Measure};
pub use models::merged::Merged;
pub use models::model::{ClosedForm, Model, Ridge};
pub use models::preset::Preset;
pub use models::sequence::Sequence;
pub use models::softmax::{Beside, Factors, FactorsParams, Softmax};
pub use rules::{Formula, Rule, RuleProblem, Verdict};
pub use segments::{CustomerRule, Segments};
pub use watch::{Progress, Watch};
