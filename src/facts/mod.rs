//! What rules may name of an item and of a customer, with its type and its value: the same whether a rule is
//! over goods or over customers.

mod cells;
mod customers;
mod items;

pub(crate) use cells::{cell, money, pieces, time, type_of};
pub(crate) use customers::{CustomerFact, Customers};
pub(crate) use items::{ItemFact, Items};
