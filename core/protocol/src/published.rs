//! What desks publish, on its way to the server: a bundle as `[manifest, [* packed part]]`, a read notice as `[notice, rows]`. The signed
//! object stands first, so that whoever reads it knows who signed it before anything that follows is read, decoded or inflated.

use crate::bundle::Manifest;
use crate::cbor::{self, Malformed};
use crate::notice::{MAX_ROWS, ROW, ReadNotice, ReadTable};
use minicbor::Decoder;
use minicbor::bytes::ByteSlice;
use std::ops::Range;

/// Where the signed object lies in what begins a published body; `None` when the bytes are too few to tell.
///
/// # Errors
/// It does not begin as one, or the signed object is longer than any object.
pub fn signed(start: &[u8]) -> Result<Option<Range<usize>>, Malformed> {
    let shape = |detail: &str| Malformed::Shape { what: "published body", detail: detail.into() };
    let expected = || shape("expected a signed object and what it names");
    let [0x82, rest @ ..] = start else { return if start.is_empty() { Ok(None) } else { Err(expected()) } };
    let width = match rest.first() {
        None => return Ok(None),
        Some(0x40..=0x57) => 0,
        Some(0x58) => 1,
        Some(0x59) => 2,
        Some(0x5a) => 4,
        Some(_) => return Err(expected()),
    };
    let Some(length) = rest.get(1..=width) else { return Ok(None) };
    let length = match width {
        0 => usize::from(rest[0] & 0x1f),
        _ => length.iter().fold(0usize, |n, b| n << 8 | usize::from(*b)),
    };
    if length > cbor::MAX_BYTES {
        return Err(Malformed::TooLong { found: length, limit: cbor::MAX_BYTES });
    }
    let first = 2 + width;
    Ok(Some(first..first + length))
}

/// The most bytes that may follow a manifest: all its parts, packed.
#[must_use]
pub fn longest_parts(manifest: &Manifest) -> usize {
    manifest.parts.iter().fold(9, |sum, part| sum.saturating_add(part.longest()).saturating_add(9))
}

/// The packed parts that follow a manifest, where they lie.
///
/// # Errors
/// They are no list of byte strings, or more than the manifest names, or something follows.
pub fn parts<'b>(bytes: &'b [u8], manifest: &Manifest) -> Result<Vec<&'b [u8]>, Malformed> {
    let shape = |detail: String| Malformed::Shape { what: "published bundle", detail };
    let mut d = Decoder::new(bytes);
    let count =
        d.array().map_err(|e| shape(e.to_string()))?.ok_or_else(|| shape("a list of indefinite length".into()))?;
    let named = manifest.parts.len();
    if count > named as u64 {
        return Err(shape(format!("{count} parts, but the manifest names {named}")));
    }
    let parts = (0..count).map(|_| d.bytes()).collect::<Result<Vec<_>, _>>().map_err(|e| shape(e.to_string()))?;
    if d.position() == bytes.len() { Ok(parts) } else { Err(shape("bytes after the end".into())) }
}

/// The most bytes that may follow a notice: its rows.
#[must_use]
pub fn longest_rows(notice: &ReadNotice) -> usize {
    usize::try_from(notice.rows).unwrap_or(MAX_ROWS).min(MAX_ROWS).saturating_mul(ROW).saturating_add(9)
}

/// The rows that follow a notice.
///
/// # Errors
/// They are no byte string, or something follows.
pub fn rows(bytes: &[u8]) -> Result<&[u8], Malformed> {
    let shape = |detail: String| Malformed::Shape { what: "published notice", detail };
    let mut d = Decoder::new(bytes);
    let rows = d.bytes().map_err(|e| shape(e.to_string()))?;
    if d.position() == bytes.len() { Ok(rows) } else { Err(shape("bytes after the end".into())) }
}

/// A notice with its rows, as they are published.
#[must_use]
pub fn notice(notice: &[u8], table: &ReadTable) -> Vec<u8> {
    cbor::encode(&(<&ByteSlice>::from(notice), <&ByteSlice>::from(table.as_bytes())))
}
