//! The coordinators' workstation: makes the mission, pulls what the server has, verifies and opens it, and computes the figures.
//! The only place besides the phone where answers are readable.
//!
//! # Layout
//! - [`source`]: the mission's tables, read and checked
//! - [`keys`]: the desk's keys, under a passphrase
//! - [`folder`]: a mission's folder: new, build, invite, revoke
//! - [`store`]: the desk's encrypted database
//! - [`pull`], [`verify`]: from the server's log into the store
//! - [`status`]: which reports count, by one definition
//! - [`board`]: all reports in lines, for pages
//! - [`tabulate`], [`export`]: the figures, and the answers as tables

pub mod attachments;
pub mod board;
mod converge;
mod corrections;
pub mod courier;
pub mod devices;
pub mod error;
mod evaluate;
pub mod export;
pub mod folder;
mod identity;
pub mod keys;
pub mod letters;
pub mod people;
pub mod pull;
pub mod records;
pub mod source;
pub mod status;
pub mod store;
pub mod tabulate;
pub mod verify;

pub use error::DeskError;
pub use folder::Desk;
