//! The coordinators' workstation: makes the mission, pulls what the server has, verifies and opens it, and computes the figures.
//! The only place besides the phone where answers are readable.
//!
//! # Layout
//! - [`source`]: the mission's tables, read and checked
//! - [`keys`]: the desk's keys, under a passphrase
//! - [`folder`]: a mission's folder: new, build, invite, revoke; `rosters`, `converge`: with other desks
//! - [`store`]: the desk's encrypted database
//! - [`pull`], [`verify`], [`proof`]: from the server's log into the store, and once more
//! - [`status`], [`judge`]: which reports count, by one definition
//! - [`ledger`], [`entry`]: what pages keep of each report, grown with the log
//! - [`board`], [`flags`]: all reports in lines, the figures, what is odd; `versions`: of older versions
//! - [`estimate`]: figures of a sample, for all places
//! - [`records`], [`paper`]: what a desk signs: decisions, corrections, letters, codes, paper forms
//! - [`preview`]: what a correction does, before it is signed
//! - [`rescue`]: a damaged store, another passphrase
//! - [`export`]: the answers as tables; [`handout`]: folders that are handed out

pub mod attachments;
pub mod board;
mod converge;
mod cores;
mod corrections;
pub mod courier;
pub mod devices;
pub mod entry;
pub mod error;
pub mod estimate;
mod evaluate;
pub mod expected;
pub mod export;
pub mod filter;
mod fingerprint;
pub mod flags;
pub mod folder;
pub mod handout;
mod identity;
pub mod judge;
pub mod keys;
pub mod ledger;
pub mod letters;
mod mend;
mod pages;
pub mod paper;
pub mod people;
pub mod preview;
pub mod proof;
pub mod pull;
pub mod records;
pub mod rescue;
mod rosters;
pub mod source;
mod standings;
pub mod status;
pub mod store;
pub mod verify;
mod versions;

pub use error::DeskError;
pub use folder::Desk;
