//! A report: what a finished draft says. Pure: no I/O. Phone and desk share it; the server, which cannot read one, does not
//! link it.
//!
//! # Layout
//! - [`report`]: the report and its bytes
//! - [`answers`]: answers of a filling to CBOR and back
//! - [`close`]: the record that ends a phone's chain
//! - [`review`]: what a desk signs about reports
//! - [`coding`]: what a desk says of a text
//! - [`letter`]: what a desk sends to a phone
//! - [`register`]: what desks tell each other of people
//! - [`mission`]: the parts of a bundle that both sides read

pub mod answers;
pub mod close;
pub mod coding;
pub mod letter;
pub mod mission;
pub mod register;
pub mod report;
pub mod review;

pub use answers::{AnswerError, AnswerTree};
pub use close::ChainClose;
pub use coding::Coding;
pub use letter::{Letter, LetterOpened, LetterSent};
pub use mission::Mission;
pub use register::Register;
pub use report::{Report, ReportError};
pub use review::{Correction, Review};
