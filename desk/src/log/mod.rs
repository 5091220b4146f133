//! From the server's log, or a courier, into the store, and back to the peers.

pub mod attachments;
pub mod audit;
pub mod audited_attachments;
pub(crate) mod bundles;
pub mod courier;
pub(crate) mod earlier_bundles;
pub(crate) mod epochs;
pub(crate) mod handover;
pub mod heads;
pub(crate) mod lacking;
pub(crate) mod link;
pub(crate) mod notice;
pub mod overdue;
pub(crate) mod pages;
pub(crate) mod peers;
pub mod proof;
pub mod pull;
pub mod recheck;
pub(crate) mod repair;
pub(crate) mod suspicions;
pub mod undone;
pub mod verify;
pub mod witnessed;
