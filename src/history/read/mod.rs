//! Files of orders. Each format has a file here and ends in the same builder of rows.

#[cfg(feature = "arrow")]
#[cfg_attr(not(test), expect(dead_code))]
pub(crate) mod arrow;
pub(super) mod csv;
mod fields;
mod header;
#[cfg(feature = "parquet")]
#[cfg_attr(not(test), expect(dead_code))]
pub(crate) mod parquet;
mod records;
mod source;
