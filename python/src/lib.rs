//! The binary half of the Python package: translation only.
//!
//! Every function here checks and copies its inputs, lets go of the interpreter, calls one function
//! of the core and turns the answer into Python's types.

mod also_bought;
mod arrays;
mod engine;
mod errors;
mod evaluate;
mod factors;
mod frames;
mod question;
mod rules;
mod run;
mod shop;
mod table;
mod tables;
mod tune;
mod views;

#[pyo3::pymodule]
mod _core {
    #[pymodule_export]
    use super::also_bought::{_preset, AlsoBoughtModel};
    #[pymodule_export]
    use super::engine::{ShopEngine, inspect};
    #[pymodule_export]
    use super::evaluate::{Evaluation, evaluate_lists, evaluate_matrix, evaluate_shop};
    #[pymodule_export]
    use super::factors::FactorsModel;
    #[pymodule_export]
    use super::frames::_frame;
    #[pymodule_export]
    use super::rules::{Formula, Rule};
    #[pymodule_export]
    use super::run::_panic;
    #[pymodule_export]
    use super::shop::History;
    #[pymodule_export]
    use super::table::ArrowTable;
    #[pymodule_export]
    use super::tune::{Tuning, tune_matrix, tune_shop};
    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
