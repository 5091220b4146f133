//! The observer's core for Kotlin, Swift and Python: [`ObserverCore`] with flat records. Every call blocks; run it where the
//! language keeps blocking work (`Dispatchers.IO`, an actor, a thread). Nothing is decided here.
//!
//! # Layout
//! - `core`: the object
//! - `answers`: answers, and what a visit is told
//! - `views`: what a screen draws
//! - `phone`: what the phone provides: keys, bytes, ears
//! - `mirror`: how records and enums follow those of the core
//! - `errors`: the few errors to act on; `reasons`: what did not fit

#[macro_use]
mod mirror;
mod answers;
mod core;
mod errors;
mod phone;
mod reasons;
mod views;

pub use answers::{Answer, Key, Missing, Outcome, Position, VisitUpdate};
pub use core::{CourierScanner, ObserverCore, file_vault, panic_on_purpose, read_invite, salvage, store_exists, wipe};
pub use errors::{BaqylauError, ErrorSort, ForeignError, ReasonClass, sort_of_error};
pub use phone::{ByteSource, Change, ChangeListener, KeyVault, Phone, Policy};
pub use reasons::{AnswerExpectation, InvalidReason};
pub use views::*;

uniffi::setup_scaffolding!();
