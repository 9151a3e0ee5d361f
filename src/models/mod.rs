//! What was learnt. Models know indices only: no label, no file, no clock.

pub mod also_bought;
mod anew;
mod closed_form;
pub mod filter;
mod fit;
pub mod kept;
pub mod lists;
pub mod measure;
mod merge;
pub mod merged;
pub mod model;
mod params;
pub mod preset;
pub(crate) mod recommend;
mod ridge;
pub(crate) mod scales;
pub mod sequence;
pub mod softmax;
pub(crate) mod sums;
mod swept;
mod timed;
