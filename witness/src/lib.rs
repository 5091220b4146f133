//! A witness of logs (c2sp.org/tlog-witness): remembers the largest head of each log that it was given, and cosigns another only when
//! the log proves that it goes on from there. So nobody can be shown two logs under the same witness.
//!
//! # Layout
//! - [`logs`]: which logs it knows, and their keys
//! - [`key`]: the witness's own key, made at the first start
//! - [`store`]: the heads that it cosigned; what is signed is durable before
//! - [`witness`]: the one decision, from the body of a request to a cosignature or a refusal
//! - `http`: the status of each; [`listen`]: connections, and what they may cost

pub mod key;
pub mod listen;
pub mod logs;
pub mod store;
pub mod witness;

mod http;

pub use listen::{RunningWitness, WitnessConfig, WitnessStartError, start};
pub use store::WITNESS_SCHEMA;
