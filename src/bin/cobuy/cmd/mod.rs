//! One file a subcommand.

pub mod also_bought;
pub mod export;
pub mod fit;
pub mod inspect;
