//! The mission server: takes in sealed objects, keeps them in an append-only log, proves that it has them, and hands them to
//! desks. It can neither read nor forge one.
//!
//! # Layout
//! - [`storage`]: where the log lies; SQLite by default. `reader`: how handlers read it; `health`: whether it stores
//! - [`sequencer`]: the way to the one writer; `writer`: group commits, the Merkle tree, receipts
//! - [`accept`]: which objects are taken in
//! - [`auth`]: who may read
//! - [`publish`]: what is signed offline and replaces what was there; `documents`: how it is loaded at the start
//! - [`notices`]: what desks have read, handed to phones
//! - [`beginning`]: a new log in the place of one that was lost
//! - `witnesses`, `submitter`: shows the head to witnesses; `cosigned`: what they signed
//! - [`http`]: the paths; `listen`: TLS and connections; `crowd`, `body`: what they may cost

pub mod accept;
pub mod auth;
pub mod beginning;
pub mod blobs;
mod body;
mod cosigned;
mod crowd;
mod documents;
mod health;
pub mod http;
mod listen;
pub mod notices;
pub mod publish;
mod rate_limit;
mod reader;
pub mod sequencer;
pub mod storage;
mod submitter;
mod witnesses;
mod writer;

pub use crowd::Limits;
pub use listen::{OpenedServer, RunningServer, ServeError, ServerConfig, TlsFiles, open, start};
pub use witnesses::{NoWitness, WitnessAddress, WitnessList, parse_witnesses};
