//! One file a subcommand, and what several of them share.

pub mod also_bought;
mod answer;
pub mod change;
pub mod doctor;
pub mod eval;
pub mod explain;
pub mod export;
pub mod fit;
pub mod inspect;
pub mod popular;
pub mod recommend;
pub mod rule;
pub mod tune;
