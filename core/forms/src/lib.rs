//! Checklists as data, and the state of one being filled in. Pure: no I/O, no clock, no randomness.
//!
//! # Layout
//! - [`definition`]: what a checklist is, as it is signed and shipped
//! - [`value`]: answers and the typed missing values
//! - [`expr`]: the expression language (XLSForm's XPath subset)
//! - [`form`]: a definition compiled: names resolved, rules ordered, every fault found
//! - [`fill`]: a form being filled: set, clear, repeat, view, issues
//! - [`places`]: the tree of places, its cascade and search

pub mod closest;
pub mod definition;
pub mod expr;
pub mod fill;
pub mod form;
mod nearest;
pub mod num;
pub mod places;
pub mod value;

pub use definition::Definition;
pub use fill::Filling;
pub use form::Form;
pub use places::Places;
pub use value::{Answer, Missing};
