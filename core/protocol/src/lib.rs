//! What travels between phone, server and desk, byte by byte. Pure: no I/O, no clock. `docs/formats.md` specifies it
//! for other implementations.
//!
//! # Layout
//! - [`cbor`], [`cose`]: the only encodings; strict, deterministic
//! - [`ids`], [`keys`]: names and keys
//! - [`certificate`], [`enrolment`], [`standing`]: who is who; [`authority`]: who may say so, and where in the log; [`handover`]: keys
//!   from desk to desk
//! - [`bundle`], [`published`]: the signed description of a mission, and how it travels; [`root`]: who signs it where several people do
//! - [`envelope`], [`seal`]: a report under way; [`blob`], [`permit`]: its attachments
//! - [`merkle`], [`receipt`]: the server's log and its proofs; [`checkpoint`], [`submission`]: its head for witnesses, and what they are asked
//! - [`witnesses`]: who those are in a mission, and how many must cosign
//! - [`notice`]: what the coordinators have read
//! - [`statement`]: the figures of the statement, as several desks sign them
//! - [`exported`]: the log in a file; [`comparison`]: two of them, and who signed both
//! - [`routes`], [`wire`]: paths and bodies of HTTP requests
//! - [`reason`]: what helps where something was not done
//! - [`sync`]: what a phone does next, as a pure function

#![deny(clippy::wildcard_enum_match_arm)]

pub mod authority;
pub mod blob;
pub mod bundle;
pub mod cbor;
pub mod certificate;
pub mod checkpoint;
pub mod comparison;
pub mod cose;
pub mod courier;
pub mod enrolment;
pub mod envelope;
pub mod exported;
pub mod handover;
pub mod ids;
mod inflate;
pub mod keys;
pub mod merkle;
pub mod notice;
pub mod permit;
pub mod published;
pub mod reason;
pub mod receipt;
pub mod root;
pub mod routes;
pub mod seal;
pub mod standing;
pub mod statement;
pub mod submission;
pub mod sync;
pub mod wire;
pub mod witnesses;

/// The version that selects every algorithm and format here. Nothing is negotiated.
pub const VERSION: u8 = 1;
