//! The paths of a server, as its router has them and as they are asked for.

use crate::ids::{DeviceId, Hash};

/// Objects to be logged.
pub const OBJECTS: &str = "/v1/objects";
/// The bundle; 404 says that none is published.
pub const BUNDLE: &str = "/v1/bundle";
/// A part of a bundle.
pub const PART: &str = "/v1/parts/{hash}";
/// The roster.
pub const ROSTER: &str = "/v1/roster";
/// A nonce that a desk signs before it may read the log.
pub const CHALLENGE: &str = "/v1/challenge";
/// A page of the log.
pub const LOG: &str = "/v1/log";
/// The proof that the log only grew.
pub const CONSISTENCY: &str = "/v1/consistency";
/// The head of the log as a C2SP checkpoint, with the cosignatures of witnesses.
pub const CHECKPOINT: &str = "/v1/checkpoint";
/// A C2SP tile of the tree, full or partial.
pub const TILE: &str = "/v1/tile/{level}/{*index}";
/// Letters to a device.
pub const LETTERS: &str = "/v1/letters/{device}";
/// An attachment.
pub const BLOB: &str = "/v1/blobs/{hash}";
/// How much the server has of an attachment.
pub const BLOB_HAVE: &str = "/v1/blobs/{hash}/have";
/// The next bytes of an attachment.
pub const BLOB_CHUNK: &str = "/v1/blobs/{hash}/at/{place}";
/// Counters.
pub const METRICS: &str = "/v1/metrics";

/// A part of a bundle.
#[must_use]
pub fn part(hash: Hash) -> String {
    PART.replace("{hash}", &hash.to_string())
}

/// The page of the log from a place on.
#[must_use]
pub fn log(from: u64) -> String {
    format!("{LOG}?from={from}")
}

/// The proof that a log of `from` objects grew to one of `to`.
#[must_use]
pub fn consistency(from: u64, to: u64) -> String {
    format!("{CONSISTENCY}?from={from}&to={to}")
}

/// The letters to a device from a place in the log on.
#[must_use]
pub fn letters(device: DeviceId, from: u64) -> String {
    format!("{}?from={from}", LETTERS.replace("{device}", &device.to_string()))
}

/// An attachment from a byte on.
#[must_use]
pub fn blob(hash: Hash, from: u64) -> String {
    format!("{}?from={from}", BLOB.replace("{hash}", &hash.to_string()))
}

/// How much the server has of an attachment.
#[must_use]
pub fn blob_have(hash: Hash) -> String {
    BLOB_HAVE.replace("{hash}", &hash.to_string())
}

/// Where the bytes of an attachment from a place on are sent.
#[must_use]
pub fn blob_chunk(hash: Hash, place: u64) -> String {
    BLOB_CHUNK.replace("{hash}", &hash.to_string()).replace("{place}", &place.to_string())
}
