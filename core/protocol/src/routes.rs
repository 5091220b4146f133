//! The paths of a server, as its router has them and as they are asked for.

use crate::ids::{DeviceId, Hash, RowLabel};

/// Objects to be logged.
pub const OBJECTS: &str = "/v1/objects";
/// The bundle; 404 says that none is published.
pub const BUNDLE: &str = "/v1/bundle";
/// Bundles that were published before this server had the mission, or never reached it.
pub const BUNDLE_BEFORE: &str = "/v1/bundle/before";
/// A part of a bundle, or a manifest that was published, by its hash.
pub const PART: &str = "/v1/parts/{hash}";
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
/// Notices of what desks have read: where they publish them.
pub const NOTICES: &str = "/v1/notices";
/// What each desk has read of the phone with this label.
pub const ROWS: &str = "/v1/notices/{label}";
/// An attachment of a device: what desks read, and where a permit is shown.
pub const BLOB: &str = "/v1/blobs/{device}/{hash}";
/// The next bytes of an attachment.
pub const BLOB_CHUNK: &str = "/v1/blobs/{device}/{hash}/at/{place}";
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

/// At most so many entries of the log from a place on.
#[must_use]
pub fn log_part(from: u64, most: usize) -> String {
    format!("{LOG}?from={from}&most={most}")
}

/// The proof that a log of `from` objects grew to one of `to`.
#[must_use]
pub fn consistency(from: u64, to: u64) -> String {
    format!("{CONSISTENCY}?from={from}&to={to}")
}

/// The latest head that at least so many witnesses cosigned; 404 says that there is none.
#[must_use]
pub fn cosigned(witnesses: usize) -> String {
    format!("{CHECKPOINT}?cosigned={witnesses}")
}

/// The letters to a device from a place in the log on, with the proof that the log goes on from the `known` size.
#[must_use]
pub fn letters(device: DeviceId, from: u64, known: Option<u64>) -> String {
    let known = known.map(|known| format!("&known={known}")).unwrap_or_default();
    format!("{}?from={from}{known}", LETTERS.replace("{device}", &device.to_string()))
}

/// What each desk has read of a phone.
#[must_use]
pub fn rows(label: RowLabel) -> String {
    ROWS.replace("{label}", &label.to_string())
}

fn of_device(path: &str, device: DeviceId, hash: Hash) -> String {
    path.replace("{device}", &device.to_string()).replace("{hash}", &hash.to_string())
}

/// An attachment from a byte on.
#[must_use]
pub fn blob(device: DeviceId, hash: Hash, from: u64) -> String {
    format!("{}?from={from}", blob_permit(device, hash))
}

/// Where the permit for an attachment is shown; the answer says how much of it the server has.
#[must_use]
pub fn blob_permit(device: DeviceId, hash: Hash) -> String {
    of_device(BLOB, device, hash)
}

/// Where the bytes of an attachment from a place on are sent.
#[must_use]
pub fn blob_chunk(device: DeviceId, hash: Hash, place: u64) -> String {
    of_device(BLOB_CHUNK, device, hash).replace("{place}", &place.to_string())
}
