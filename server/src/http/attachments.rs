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
use baqylau_sqlite::StorageError;
use std::sync::{Arc, PoisonError};

/// The most bytes of an attachment in one answer.
const BLOB_BYTES: u64 = 1 << 20;

/// Nobody need sign for an attachment: only those are taken that a logged envelope names, and only the bytes that it names.
pub(super) async fn have(State(app): AppState, Path(hash): Path<String>) -> Response {
    let Some(hash) = Hash::from_hex(&hash) else { return bad("not a SHA-256 in hexadecimal") };
    app.on_disk(move |app| match app.blob_length(hash) {
        Ok(Some(length)) => {
            app.blobs.have(hash, length).map_or_else(|e| failed("attachment", &e), |have| app.have(hash, length, have))
        }
        Ok(None) => (StatusCode::NOT_FOUND, "no envelope names this attachment\n").into_response(),
        Err(cause) => failed("attachment", &cause),
    })
    .await
}

pub(super) async fn chunk(
    State(app): AppState,
    Path((hash, place)): Path<(String, u64)>,
    chunk: WholeBody<CHUNK>,
) -> Response {
    let Some(hash) = Hash::from_hex(&hash) else { return bad("not a SHA-256 in hexadecimal") };
    app.on_disk(move |app| match app.blob_length(hash) {
        Ok(Some(length)) => match app.blobs.append(hash, length, place, chunk.bytes()) {
            Ok(have) => app.have(hash, length, have),
            Err(e @ BlobError::TooLong) => (StatusCode::CONFLICT, e.to_string() + "\n").into_response(),
            Err(BlobError::Io(cause)) => failed("attachment", &cause),
        },
        Ok(None) => (StatusCode::NOT_FOUND, "no envelope names this attachment\n").into_response(),
        Err(cause) => failed("attachment", &cause),
    })
    .await
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
    fn blob_length(&self, hash: Hash) -> Result<Option<u64>, StorageError> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner).blob(self.mission, hash)
    }

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
