//! Computes figures from reports. Pure: no I/O. A figure is data: the checklist, what is counted, the base, and the
//! published value.
//!
//! # Layout
//! - [`figure`]: figures as data, checked against the checklists
//! - [`mod@compute`]: the computation
//! - [`message`]: texts whose wording depends on a number
//! - [`mod@percentage`]: shares as text
//! - [`sentence`]: the sentences of the statement, with their numbers
//! - [`sample`]: estimates for all places from a sample

pub mod compute;
pub mod figure;
pub mod message;
pub mod percentage;
pub mod sample;
pub mod sentence;
mod tally;

pub use compute::{Computed, Contribution, FigureInput, Observation, Rules, compute, contribute, latest, total};
pub use figure::{CompiledFigure, Figure, FigureError, Unit};
pub use sentence::Sentence;
