//! What was learnt. Models know indices only: no label, no file, no clock.

pub mod also_bought;
mod anew;
pub(crate) mod factors;
pub mod filter;
mod fit;
pub mod lists;
pub mod measure;
pub mod model;
mod params;
pub mod preset;
pub(crate) mod recommend;
mod ridge;
pub mod sequence;
pub(crate) mod sums;
mod swept;
mod timed;
