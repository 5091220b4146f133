//! What proves that the log only grew: consistency proofs, and the head and tiles as C2SP's tlog-checkpoint and tlog-tiles have them.

use super::{AppState, bad, cbor_body};
use crate::sequencer::read;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use baqylau_protocol::cbor;
use baqylau_protocol::checkpoint::{Checkpoint, origin};
use baqylau_protocol::wire::ConsistencyProof;
use serde::Deserialize;

/// Hashes in a full tile.
const TILE_WIDTH: usize = 256;

#[derive(Deserialize)]
pub(super) struct Range {
    from: u64,
    to: u64,
}

pub(super) async fn consistency(State(app): AppState, range: Result<Query<Range>, QueryRejection>) -> Response {
    let Ok(Query(Range { from, to })) = range else { return bad("expected ?from=<size>&to=<size>") };
    match read(&app.log.tree).consistency(from, to) {
        Some(hashes) => cbor_body(cbor::encode(&ConsistencyProof { hashes })),
        None => {
            (StatusCode::NOT_FOUND, "the log is not as large as that, or does not shrink like that\n").into_response()
        }
    }
}

/// The head; or, with `?cosigned=<n>`, the latest one that so many witnesses cosigned.
pub(super) async fn checkpoint(State(app): AppState, RawQuery(query): RawQuery) -> Response {
    let needed = match query.as_deref().map(|query| query.strip_prefix("cosigned=").and_then(number)) {
        None => 0,
        Some(Some(needed)) => needed,
        Some(None) => return bad("expected nothing, or ?cosigned=<number of witnesses>"),
    };
    let as_text = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-cache")];
    if needed > 0 {
        return match app.cosigned.latest(needed) {
            Some(note) => (as_text, note).into_response(),
            None => (StatusCode::NOT_FOUND, "no head has so many cosignatures yet\n").into_response(),
        };
    }
    let head = read(&app.log.head).as_ref().map(|head| (head.size, head.root));
    let Some((size, root)) = head else { return StatusCode::NOT_FOUND.into_response() };
    let note = Checkpoint { origin: origin(app.mission, &app.receipts.public()), size, root }.sign(&app.receipts);
    (as_text, note + &app.cosigned.on(size, root)).into_response()
}

pub(super) async fn tile(State(app): AppState, Path((level, index)): Path<(u32, String)>) -> Response {
    let Some((index, width)) = tile_index(&index) else { return bad("not the index of a tile") };
    let tree = read(&app.log.tree);
    let Some(hashes) = tree.tile(level, index, width) else {
        return (StatusCode::NOT_FOUND, "the log has no such tile yet\n").into_response();
    };
    let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
    let cached = (CACHE_CONTROL, "public, max-age=31536000, immutable");
    ([(CONTENT_TYPE, "application/octet-stream"), cached], bytes).into_response()
}

/// The index and width of `x001/x234/067.p/112`.
fn tile_index(path: &str) -> Option<(u64, usize)> {
    let (path, width) = match path.split_once(".p/") {
        Some((path, width)) => (path, Some(width)),
        None => (path, None),
    };
    let width = match width {
        Some(width) => number(width).filter(|w| (1..TILE_WIDTH).contains(w) && w.to_string() == width)?,
        None => TILE_WIDTH,
    };
    let mut index = 0u64;
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        let digits = if parts.peek().is_some() { part.strip_prefix('x')? } else { part };
        let digits = Some(digits).filter(|d| d.len() == 3).and_then(number)?;
        index = index.checked_mul(1000)?.checked_add(u64::try_from(digits).ok()?)?;
    }
    Some((index, width))
}

/// Digits only: no sign.
fn number(text: &str) -> Option<usize> {
    Some(text).filter(|t| t.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
}
