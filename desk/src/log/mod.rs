//! From the server's log, or a courier, into the store, and back to the peers.

pub mod attachments;
pub mod courier;
pub mod faults;
pub(crate) mod link;
pub(crate) mod pages;
pub(crate) mod peers;
pub mod proof;
pub mod pull;
pub(crate) mod repair;
pub mod rosters;
pub mod undone;
pub mod verify;
