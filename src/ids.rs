//! Indices into a shop's tables, and an index with its score.
//!
//! An index is the rank of the id's bytes among all ids of its kind, so it depends on which ids
//! there are and never on the order of rows. Text ids become indices in [`History`](crate::History)
//! and become text again in [`Engine`](crate::Engine); nothing between the two sees a label.

use serde::{Deserialize, Serialize};

/// How many customers, items, orders or lines one shop may have: 2^31 - 1.
///
/// The limit keeps every index inside a signed 32-bit integer, which is what SciPy shares without
/// copying.
pub const MAX_IDS: usize = (1 << 31) - 1;

macro_rules! index {
    ($name:ident, $what:literal) => {
        #[doc = concat!("The index of ", $what, ": its rank by id. See the [module](self).")]
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub struct $name(u32);

        impl $name {
            /// The index, or `None` past the limit of [`MAX_IDS`].
            pub const fn new(index: usize) -> Option<Self> {
                if index < MAX_IDS {
                    Some(Self(index as u32))
                } else {
                    None
                }
            }

            /// As a position in a slice.
            pub const fn position(self) -> usize {
                self.0 as usize
            }

            /// As a number.
            pub const fn get(self) -> u32 {
                self.0
            }

            /// For indices that come out of a table already checked against [`MAX_IDS`].
            #[allow(dead_code)]
            pub(crate) const fn checked(index: u32) -> Self {
                Self(index)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

index!(ItemIx, "an item");
index!(CustomerIx, "a customer");

/// Something and how well it scored. Lists of it run best first, equal scores by index.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Scored<T> {
    /// What was scored.
    pub id: T,
    /// Its score; what it means is said where the list is made.
    pub score: f32,
}
