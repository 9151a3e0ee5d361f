//! Files of orders. Each format has a file here and ends in the same builder of rows.

pub(super) mod csv;
mod fields;
mod header;
mod records;
mod source;
