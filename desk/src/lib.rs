//! The coordinators' workstation: makes the mission, pulls what the server has, verifies and opens it, and computes the figures.
//! The only place besides the phone where answers are readable.
//!
//! # Layout
//! - [`workspace`]: a mission's folder with its keys and people: new, build, invite, revoke, recovery, another passphrase
//! - [`tables`]: the mission's tables, read and checked
//! - [`store`]: the desk's encrypted database
//! - [`log`]: from the server's log or a courier into the store, verified; what desks publish to each other
//! - [`adjudication`]: which reports count, by one definition
//! - [`index`]: what is kept of each report, grown with the log; tables of reports, figures, flags, estimates
//! - [`records`]: what a desk signs: decisions, corrections, letters, codes, paper forms
//! - [`export`]: the answers as tables
//! - [`error`], [`faults`]: why something was not done

#![deny(clippy::wildcard_enum_match_arm)]

pub mod adjudication;
pub mod error;
pub mod export;
pub mod faults;
pub mod files;
pub mod index;
pub mod log;
mod parallel;
pub mod records;
pub mod store;
pub mod tables;
pub mod workspace;

pub use baqylau_protocol::reason::ReasonClass;
pub use error::DeskError;
pub use workspace::Desk;
