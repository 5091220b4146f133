//! The mission server: takes in sealed objects, keeps them in an append-only log, proves that it has them, and hands them to
//! desks. It can neither read nor forge one.
//!
//! # Layout
//! - [`storage`]: where the log lies; SQLite by default
//! - [`sequencer`]: the one writer: group commits, the Merkle tree, receipts
//! - [`accept`]: which objects are taken in
//! - [`desks`]: who may read
//! - [`http`]: the paths; `listen`: TLS and connections

pub mod accept;
pub mod blobs;
pub mod desks;
pub mod http;
mod limits;
mod listen;
pub mod sequencer;
pub mod storage;

pub use listen::{Config, Running, ServeError, TlsFiles, start};
