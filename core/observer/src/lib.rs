//! The observer's phone: its encrypted store, its keys, its HTTP, and [`ObserverApp`], the one door that a shell uses.
//!
//! # Layout
//! - [`app`]: `ObserverApp` and the records it gives
//! - [`vault`], [`lock`]: keys that the phone's hardware keeps, and the PIN
//! - `store`: the encrypted databases
//! - `drive`: carries out what the sync step says, over HTTP; `upload` sends attachments, `mail` fetches letters,
//!   `reading` what the coordinators have read; `in_flight` knows what is under way
//! - [`clock`]: time, injected
//! - [`listen`]: who is told of changes

#![deny(clippy::wildcard_enum_match_arm)]

pub mod app;
mod bundle;
pub mod clock;
mod drive;
pub mod error;
mod exif;
mod in_flight;
pub mod listen;
pub mod lock;
mod mail;
mod reading;
mod reason;
mod scrub;
mod store;
mod time;
mod upload;
pub mod vault;

pub use app::ObserverApp;
pub use baqylau_sqlite::StorageError;
pub use error::{Error, RefusalReason};
pub use reason::{BundleRefusal, InvalidReason, ReasonClass};
pub use store::{MAIN_SCHEMA, OUTBOX_SCHEMA};
