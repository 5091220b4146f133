//! What desks publish. The signatures are all the authority it takes, and they are looked at first: before the rest of a bundle is
//! read, decoded or inflated.

use super::{App, AppState, bad, busy, unavailable};
use crate::body::{BodyError, IncomingBody, WholeBody};
use crate::publish::{Publication, PublicationError};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor::{MAX_BYTES, Malformed};
use baqylau_protocol::ids::Hash;
use baqylau_protocol::published;
use baqylau_protocol::roster::Roster;
use baqylau_sqlite::StorageError;
use std::ops::Range;
use std::sync::{Arc, PoisonError};

/// The most bytes of a published bundle.
const MAX_BUNDLE: usize = 32 << 20;
/// The longest head of a published bundle: what stands before the manifest.
const HEAD: usize = 6;

/// Why a bundle is not published.
enum Refused {
    Bad(String),
    Conflict(String),
    Body(BodyError),
    Unavailable,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Bad(reason) => bad(reason),
            Self::Conflict(reason) => conflict(reason),
            Self::Body(e) => e.into_response(),
            Self::Unavailable => unavailable(),
        }
    }
}

impl From<Malformed> for Refused {
    fn from(e: Malformed) -> Self {
        Self::Bad(e.to_string())
    }
}

impl From<BodyError> for Refused {
    fn from(e: BodyError) -> Self {
        Self::Body(e)
    }
}

pub(super) async fn bundle(State(app): AppState, mut body: IncomingBody) -> Response {
    match read_bundle(&app, &mut body).await {
        Ok(what) => published(&app, what).await,
        Err(refused) => {
            if body.is_known() {
                body.drain(MAX_BUNDLE).await;
            }
            refused.into_response()
        }
    }
}

async fn read_bundle(app: &Arc<App>, body: &mut IncomingBody) -> Result<Publication, Refused> {
    let (manifest, place) = signed_manifest(app, body).await?;
    let limit = place.end.saturating_add(published::longest_parts(&manifest)).min(MAX_BUNDLE);
    let bytes = body.read(usize::MAX, limit).await?;
    let signed = bytes[place.clone()].to_vec();
    let packed = published::parts(&bytes[place.end..], &manifest)?;
    let packed: Vec<Vec<u8>> = packed.into_iter().map(<[u8]>::to_vec).collect();
    let checked = app.clone();
    let unpacked = tokio::task::spawn_blocking(move || checked.unpacked(manifest, signed, packed)).await;
    unpacked.unwrap_or(Err(Refused::Unavailable))
}

/// Reads as far as the manifest goes, and verifies it.
async fn signed_manifest(app: &App, body: &mut IncomingBody) -> Result<(Manifest, Range<usize>), Refused> {
    let bad = |reason: String| Refused::Bad(reason);
    let start = body.read(HEAD, MAX_BUNDLE).await?;
    let place = published::manifest(start)?;
    let place = place.ok_or_else(|| bad("expected a manifest and its packed parts".into()))?;
    let bytes = body.read(place.end, MAX_BUNDLE).await?;
    let signed = bytes.get(place.clone()).ok_or(BodyError::Broken)?.to_vec();
    let manifest = Manifest::open(&signed, &app.root).map_err(|e| bad(e.to_string()))?;
    body.know();
    // Looked at again where it is written; here so that an old one is not unpacked.
    let known = app.log.manifest.read().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(known) = known {
        manifest.succeeds(&signed, &known.0, &known.1).map_err(|e| Refused::Conflict(e.to_string()))?;
    }
    Ok((manifest, place))
}

impl App {
    /// A bundle whose parts are what the manifest names, each here or with it.
    fn unpacked(&self, manifest: Manifest, signed: Vec<u8>, packed: Vec<Vec<u8>>) -> Result<Publication, Refused> {
        let mut parts: Vec<(Hash, Vec<u8>)> = Vec::new();
        for packed in packed {
            let Some((part, _)) = manifest.unpack(&packed) else {
                return Err(Refused::Bad("a part that the manifest does not name, or a damaged one".into()));
            };
            parts.push((part.hash, packed));
        }
        match self.lacking(&manifest, &parts) {
            Ok(None) => Ok(Publication::Manifest(Box::new(manifest), signed, parts)),
            Ok(Some(name)) => {
                Err(Refused::Bad(format!("the part {name} of the bundle is missing; send it with the manifest")))
            }
            Err(cause) => {
                tracing::error!(request = "bundle", %cause, "the storage failed");
                Err(Refused::Unavailable)
            }
        }
    }

    /// A part that is neither here nor with the manifest. One that is damaged on this disk is not here.
    fn lacking(&self, manifest: &Manifest, sent: &[(Hash, Vec<u8>)]) -> Result<Option<String>, StorageError> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        for part in manifest.parts.iter().filter(|p| sent.iter().all(|(hash, _)| *hash != p.hash)) {
            let here = match reader.part(self.mission, part.hash) {
                Err(StorageError::Damaged { .. }) => None,
                found => found?,
            };
            if here.and_then(|packed| manifest.unpack(&packed).map(|(found, _)| found.hash)) != Some(part.hash) {
                return Ok(Some(part.name.clone()));
            }
        }
        Ok(None)
    }
}

pub(super) async fn roster(State(app): AppState, body: WholeBody<MAX_BYTES>) -> Response {
    let Some(manifest) = app.log.manifest.read().unwrap_or_else(PoisonError::into_inner).clone() else {
        return bad("the mission is not published here yet");
    };
    match Roster::open(body.bytes(), &manifest.0.issuer, app.mission) {
        Ok(roster) => published(&app, Publication::Roster(roster, body.bytes().to_vec())).await,
        Err(e) => bad(e),
    }
}

fn conflict(reason: impl ToString) -> Response {
    (StatusCode::CONFLICT, reason.to_string() + "\n").into_response()
}

async fn published(app: &App, what: Publication) -> Response {
    match app.sequencer.publish(what) {
        Ok(done) => match done.await {
            Ok(Ok(())) => StatusCode::NO_CONTENT.into_response(),
            Ok(Err(PublicationError::Conflict(reason))) => conflict(reason),
            _ => unavailable(),
        },
        Err(e) => busy(e),
    }
}
