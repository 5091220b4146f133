//! Checklists as data, and the state of one being filled in. Pure: no I/O, no clock, no randomness: both are injected.
//!
//! # Layout
//! - [`definition`]: what a checklist is, as it is signed and shipped
//! - [`value`]: answers and the typed missing values
//! - [`expr`]: the expression language (XLSForm's XPath subset)
//! - [`form`]: a definition compiled: names resolved, rules ordered, every fault found
//! - [`fill`]: a form being filled: set, clear, repeat, view, issues
//! - [`places`]: the tree of places, its cascade and search
//! - [`fold`](mod@fold): texts as a search compares them
//! - [`frequencies`]: which bytes follow which in a checklist's words
//! - [`numeral`]: numbers and positions as people type them
//! - [`distance`]: how far two positions are apart
//! - `redacted`: how types with answers are shown to a developer
//! - [`zone`]: the offset from UTC of a place, by the moment

pub mod closest;
pub mod definition;
pub mod distance;
pub mod expr;
pub mod fill;
pub mod fold;
pub mod form;
pub mod frequencies;
mod identity;
mod nearest;
pub mod num;
pub mod numeral;
pub mod places;
mod redacted;
pub mod value;
pub mod zone;

pub use definition::Definition;
pub use fill::Filling;
pub use form::Form;
pub use identity::ByIdentity;
pub use places::Places;
pub use value::{Answer, Missing};
pub use zone::Zone;
