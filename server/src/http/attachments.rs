//! Attachments: how much is here, the next chunk, and what desks fetch.

use super::{App, AppState, bad, cbor_body, failed};
use crate::blobs::BlobError;
use crate::body::WholeBody;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use baqylau_protocol::blob::CHUNK;
use baqylau_protocol::cbor;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::receipt::AttachmentProof;
use baqylau_protocol::wire::UploadProgress;
use std::sync::Arc;

/// The most bytes of an attachment in one answer.
const BLOB_BYTES: u64 = 1 << 20;

/// Nobody need sign for an attachment: only those are taken that a logged envelope names, and only the bytes that it names.
pub(super) async fn have(State(app): AppState, Path(hash): Path<String>) -> Response {
    let (hash, length) = match named(&app, &hash).await {
        Ok(named) => named,
        Err(answer) => return answer,
    };
    app.on_disk(move |app| match app.blobs.have(hash, length) {
        Ok(have) => app.have(hash, length, have),
        Err(cause) => failed("attachment", &cause),
    })
    .await
}

pub(super) async fn chunk(
    State(app): AppState,
    Path((hash, place)): Path<(String, u64)>,
    chunk: WholeBody<CHUNK>,
) -> Response {
    let (hash, length) = match named(&app, &hash).await {
        Ok(named) => named,
        Err(answer) => return answer,
    };
    app.on_disk(move |app| match app.blobs.append(hash, length, place, chunk.bytes()) {
        Ok(have) => app.have(hash, length, have),
        Err(e @ BlobError::TooLong) => (StatusCode::CONFLICT, e.to_string() + "\n").into_response(),
        Err(BlobError::Io(cause)) => failed("attachment", &cause),
    })
    .await
}

/// The hash of an attachment and the length that an envelope says.
async fn named(app: &App, hash: &str) -> Result<(Hash, u64), Response> {
    let hash = Hash::from_hex(hash).ok_or_else(|| bad("not a SHA-256 in hexadecimal"))?;
    match app.reader.blob(hash).await {
        Ok(Some(length)) => Ok((hash, length)),
        Ok(None) => Err((StatusCode::NOT_FOUND, "no envelope names this attachment\n").into_response()),
        Err(cause) => Err(failed("attachment", &cause)),
    }
}

pub(super) async fn read(State(app): AppState, Path(hash): Path<String>, RawQuery(query): RawQuery) -> Response {
    let Some(hash) = Hash::from_hex(&hash) else { return bad("not a SHA-256 in hexadecimal") };
    let from = query.as_deref().and_then(|q| q.strip_prefix("from=")).and_then(|n| n.parse::<u64>().ok());
    let Some(from) = from else { return bad("expected ?from=<byte>") };
    app.on_disk(move |app| match app.blobs.read(hash, from, BLOB_BYTES) {
        Ok(Some(bytes)) => bytes.into_response(),
        Ok(None) => (StatusCode::NOT_FOUND, "the attachment is not here, or not whole yet\n").into_response(),
        Err(cause) => failed("attachment", &cause),
    })
    .await
}

impl App {
    fn have(&self, hash: Hash, length: u64, (bytes, whole): (u64, bool)) -> Response {
        let kept = || {
            AttachmentProof { v: baqylau_protocol::VERSION, mission: self.mission, hash, length }.sign(&self.receipts)
        };
        cbor_body(cbor::encode(&UploadProgress { bytes, proof: whole.then(|| kept().into()) }))
    }

    /// Files are read and written beside the threads that answer.
    async fn on_disk(self: Arc<Self>, f: impl FnOnce(&Self) -> Response + Send + 'static) -> Response {
        tokio::task::spawn_blocking(move || f(&self)).await.unwrap_or_else(|e| failed("attachment", &e))
    }
}
