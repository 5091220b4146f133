//! The coordinators' workstation: makes the mission, pulls what the server has, verifies and opens it, and computes the figures.
//! The only place besides the phone where answers are readable.
//!
//! # Layout
//! From the handle down; each knows only what stands below it.
//!
//! - [`Desk`]: a mission's folder, open; gives out the parts
//! - [`export`]: the answers as tables
//! - [`statement`]: the figures at one head of the log, as several desks sign them
//! - [`recovery`]: a damaged store made anew
//! - [`log`]: from the server's log or a courier into the store, verified; what desks publish to each other
//! - [`records`]: what a desk signs: decisions, corrections, letters, codes, paper forms
//! - [`index`]: what is kept of each report, grown with the log; tables of reports, figures, flags, estimates
//! - [`evaluation`]: one report, read again under its own checklist and with what desks corrected
//! - [`adjudication`]: which reports count, by one definition
//! - [`people`]: invites, and what is decided about devices
//! - [`workspace`]: a mission's folder on the disk: tables, keys, passphrase, the bundle
//! - [`store`]: the desk's encrypted database, and the public keys that what is in it is verified with
//! - [`tables`]: the mission's tables, read and checked
//! - [`error`], [`faults`], [`files`]: why something was not done

#![deny(clippy::wildcard_enum_match_arm)]

pub mod adjudication;
mod desk;
pub mod error;
pub mod evaluation;
pub mod export;
pub mod faults;
pub mod files;
pub mod index;
pub mod log;
mod parallel;
pub mod people;
pub mod records;
pub mod recovery;
pub mod statement;
pub mod store;
pub mod tables;
pub mod workspace;

pub use baqylau_protocol::reason::ReasonClass;
pub use desk::{Desk, RotatedKeys};
pub use error::DeskError;
