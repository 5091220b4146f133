//! Figures from reports. Pure: no I/O. A figure is data: which checklist, what counts, out of what, and what was published.
//!
//! # Layout
//! - [`figure`]: figures as data, checked against the checklists
//! - [`mod@compute`]: the numbers
//! - [`message`]: texts whose words depend on a number
//! - [`sentence`]: the sentences of the statement, with their numbers
//! - [`sample`]: estimates for all places, where a sample was drawn

pub mod compute;
pub mod figure;
pub mod message;
pub mod sample;
pub mod sentence;

pub use compute::{Computed, Contribution, FigureInput, Observation, Rules, compute, contribute, total};
pub use figure::{CompiledFigure, Figure, FigureError, Unit};
pub use sentence::Sentence;
