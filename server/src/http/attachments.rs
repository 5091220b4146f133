//! Attachments: a permit that is shown, the next chunk, and what desks fetch.

use super::{App, AppState, bad, busy, cbor_body, failed, unavailable};
use crate::blobs::{BlobError, BlobPlace, BlobUpload};
use crate::body::WholeBody;
use crate::sequencer::{self, PermitError};
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{AUTHORIZATION, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use baqylau_protocol::blob::{CHUNK, MAX_BLOB};
use baqylau_protocol::cbor::{self, MAX_BYTES};
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::permit::{UploadPermit, UploadToken};
use baqylau_protocol::receipt::AttachmentProof;
use baqylau_protocol::wire::UploadProgress;
use std::sync::Arc;

/// The most bytes of an attachment in one answer.
const BLOB_BYTES: u64 = 1 << 20;

/// Takes a permit, and says how much is here. Whoever has no token that the device signed learns nothing: not even whether there is
/// such a device, or such an attachment.
pub(super) async fn permit(
    State(app): AppState,
    Path((device, hash)): Path<(String, String)>,
    headers: HeaderMap,
    body: WholeBody<MAX_BYTES>,
) -> Response {
    let Some((place, token)) = asked(&device, &hash, &headers) else { return nobody() };
    match opened(&app, place, &token).await {
        Ok(Some(upload)) => {
            body.0.know();
            return app.have_on_disk(upload).await;
        }
        Ok(None) => {}
        Err(answer) => return answer,
    }
    let key = sequencer::read(&app.log.devices).get(&place.device).map(|d| d.key);
    let permit = key.and_then(|key| UploadPermit::open(body.bytes(), &key).ok());
    let Some(permit) = permit.filter(|p| allows(p, &app, place, &token)) else { return nobody() };
    body.0.know();
    match app.sequencer.permit(permit, place.hash) {
        Ok(done) => match done.await {
            Ok(Ok(())) => {}
            Ok(Err(PermitError::Unknown)) => return nobody(),
            Ok(Err(e @ PermitError::Quota)) => {
                return (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "60")], format!("{e}\n")).into_response();
            }
            // The writer has logged why.
            Ok(Err(PermitError::Failed(_))) => return unavailable(),
            Err(gone) => return failed("permit", &gone),
        },
        Err(e) => return busy(e),
    }
    match opened(&app, place, &token).await {
        Ok(Some(upload)) => app.have_on_disk(upload).await,
        Ok(None) => nobody(),
        Err(answer) => answer,
    }
}

pub(super) async fn chunk(
    State(app): AppState,
    Path((device, hash, at)): Path<(String, String, u64)>,
    headers: HeaderMap,
    chunk: WholeBody<CHUNK>,
) -> Response {
    let Some((place, token)) = asked(&device, &hash, &headers) else { return nobody() };
    let upload = match opened(&app, place, &token).await {
        Ok(Some(upload)) => upload,
        Ok(None) => return nobody(),
        Err(answer) => return answer,
    };
    chunk.0.know();
    app.on_disk(move |app| match app.blobs.append(upload, at, chunk.bytes()) {
        Ok(have) => app.have(upload, have),
        Err(e @ BlobError::TooLong) => (StatusCode::CONFLICT, e.to_string() + "\n").into_response(),
        Err(BlobError::Io(cause)) => failed("attachment", &cause),
    })
    .await
}

/// One answer for everything that is not permitted, so that it tells nothing.
fn nobody() -> Response {
    (StatusCode::NOT_FOUND, format!("{}\n", PermitError::Unknown)).into_response()
}

/// What is asked for, and with which token.
fn asked(device: &str, hash: &str, headers: &HeaderMap) -> Option<(BlobPlace, UploadToken)> {
    let token = UploadToken::from_header(headers.get(AUTHORIZATION)?.to_str().ok()?)?;
    Some((BlobPlace { device: DeviceId::from_hex(device)?, hash: Hash::from_hex(hash)? }, token))
}

/// Whether a permit, which its device signed, allows just this.
fn allows(permit: &UploadPermit, app: &App, place: BlobPlace, token: &UploadToken) -> bool {
    permit.mission == app.mission
        && permit.device == place.device
        && permit.blobs.iter().all(|blob| (1..=MAX_BLOB).contains(&blob.length))
        && permit.length(place.hash).is_some()
        && permit.tokens.contains(&token.hash())
}

/// The upload that a token opens.
async fn opened(app: &App, place: BlobPlace, token: &UploadToken) -> Result<Option<BlobUpload>, Response> {
    let permitted = app.reader.permitted(place.device, place.hash).await;
    let permitted = permitted.map_err(|cause| failed("attachment", &cause))?;
    let token = token.hash();
    let found = permitted.into_iter().find(|p| p.token == token);
    Ok(found.map(|p| BlobUpload::new(place, token, p.length)))
}

pub(super) async fn read(
    State(app): AppState,
    Path((device, hash)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(hash) = Hash::from_hex(&hash) else { return bad("not a SHA-256 in hexadecimal") };
    let Some(device) = DeviceId::from_hex(&device) else { return bad("not a device in hexadecimal") };
    let from = query.as_deref().and_then(|q| q.strip_prefix("from=")).and_then(|n| n.parse::<u64>().ok());
    let Some(from) = from else { return bad("expected ?from=<byte>") };
    app.on_disk(move |app| match app.blobs.read(BlobPlace { device, hash }, from, BLOB_BYTES) {
        Ok(Some(bytes)) => bytes.into_response(),
        Ok(None) => (StatusCode::NOT_FOUND, "the attachment is not here, or not whole yet\n").into_response(),
        Err(cause) => failed("attachment", &cause),
    })
    .await
}

impl App {
    fn have(&self, upload: BlobUpload, (bytes, whole): (u64, bool)) -> Response {
        let kept = || {
            let (BlobPlace { device, hash }, length) = (upload.place, upload.length);
            let proof = AttachmentProof { v: baqylau_protocol::VERSION, mission: self.mission, hash, length, device };
            proof.sign(&self.receipts)
        };
        cbor_body(cbor::encode(&UploadProgress { bytes, proof: whole.then(|| kept().into()) }))
    }

    async fn have_on_disk(self: Arc<Self>, upload: BlobUpload) -> Response {
        self.on_disk(move |app| match app.blobs.have(upload) {
            Ok(have) => app.have(upload, have),
            Err(cause) => failed("attachment", &cause),
        })
        .await
    }

    /// Files are read and written beside the threads that answer.
    async fn on_disk(self: Arc<Self>, f: impl FnOnce(&Self) -> Response + Send + 'static) -> Response {
        tokio::task::spawn_blocking(move || f(&self)).await.unwrap_or_else(|e| failed("attachment", &e))
    }
}
