//! Reports and the other sealed payloads. Pure: no I/O. Phone and desk share this crate; the server, which cannot
//! decrypt them, does not link it.
//!
//! # Layout
//! - [`report`]: the report and its encoding
//! - [`answers`]: the answers of a report as a tree, from and to a filling
//! - [`packing`]: what a report says as bits, by its definition; `unpacking` reads it, over `packer` and `coder`
//! - [`close`]: the record that ends a phone's chain
//! - [`review`]: a desk's reviews and corrections
//! - [`coding`]: a desk's coding of free texts
//! - [`letter`]: letters from desks to phones, and their acknowledgement
//! - [`register`]: the register that desks share
//! - [`mission`]: the mission's settings in the bundle

pub mod answers;
pub mod close;
mod coder;
pub mod coding;
pub mod letter;
pub mod mission;
mod packer;
pub mod packing;
pub mod register;
pub mod report;
pub mod review;
mod unpacking;

pub use answers::{AnswerError, AnswerTree};
pub use close::ChainClose;
pub use coding::Coding;
pub use letter::{Letter, LetterOpened, LetterSent, MAX_TOLD};
pub use mission::Mission;
pub use packing::ReportContent;
pub use register::Register;
pub use report::{Report, ReportError};
pub use review::{Correction, Review};
pub use unpacking::MAX_TEXT;
