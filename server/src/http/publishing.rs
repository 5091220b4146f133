//! What desks publish. The signatures are all the authority it takes, and they are looked at first: before the rest of a bundle is
//! read, decoded or inflated.

use super::{App, AppState, bad, busy, failed, unavailable};
use crate::body::{BodyError, IncomingBody, NotSigned};
use crate::publish::{Publication, PublicationError, PublishedAs};
use crate::sequencer::{Unavailable, read};
use crate::storage::Cause;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor::Malformed;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::published;
use std::ops::Range;
use std::sync::Arc;

/// The most bytes of a published bundle.
const MAX_BUNDLE: usize = 32 << 20;

/// Why a bundle is not published.
enum Refused {
    Bad(String),
    Conflict(String),
    Body(BodyError),
    Unavailable(Cause),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Bad(reason) => bad(reason),
            Self::Conflict(reason) => conflict(reason),
            Self::Body(e) => e.into_response(),
            Self::Unavailable(cause) => failed("bundle", &*cause),
        }
    }
}

impl From<Malformed> for Refused {
    fn from(e: Malformed) -> Self {
        Self::Bad(e.to_string())
    }
}

impl From<NotSigned> for Refused {
    fn from(e: NotSigned) -> Self {
        match e {
            NotSigned::Body(e) => Self::Body(e),
            NotSigned::Malformed(e) => e.into(),
        }
    }
}

impl From<BodyError> for Refused {
    fn from(e: BodyError) -> Self {
        Self::Body(e)
    }
}

pub(super) async fn bundle(State(app): AppState, body: IncomingBody) -> Response {
    publish(app, body, PublishedAs::Current).await
}

pub(super) async fn earlier_bundle(State(app): AppState, body: IncomingBody) -> Response {
    publish(app, body, PublishedAs::Earlier).await
}

async fn publish(app: Arc<App>, mut body: IncomingBody, as_what: PublishedAs) -> Response {
    match read_bundle(&app, &mut body, as_what).await {
        Ok(what) => published(&app, what).await,
        Err(refused) => {
            // Who reads the answer first has to send all of it. The root signed what does not follow, too.
            if body.is_known() || matches!(refused, Refused::Conflict(_)) {
                body.drain(MAX_BUNDLE).await;
            }
            refused.into_response()
        }
    }
}

async fn read_bundle(app: &Arc<App>, body: &mut IncomingBody, as_what: PublishedAs) -> Result<Publication, Refused> {
    let (manifest, place) = signed_manifest(app, body, as_what).await?;
    let limit = place.end.saturating_add(published::longest_parts(&manifest)).min(MAX_BUNDLE);
    let bytes = body.read(usize::MAX, limit).await?;
    let signed = bytes[place.clone()].to_vec();
    let packed = published::parts(&bytes[place.end..], &manifest)?;
    let packed: Vec<Vec<u8>> = packed.into_iter().map(<[u8]>::to_vec).collect();
    let unpacked = tokio::task::spawn_blocking(move || unpack(manifest, signed, packed)).await;
    let (manifest, signed, parts) = unpacked.unwrap_or_else(|e| Err(Refused::Unavailable(e.into())))?;
    match app.reader.lacking(&manifest, &parts).await {
        Ok(None) => Ok(Publication { manifest, bytes: signed, parts, as_what }),
        Ok(Some(name)) => {
            Err(Refused::Bad(format!("the part {name} of the bundle is missing; send it with the manifest")))
        }
        Err(cause) => Err(Refused::Unavailable(cause.into())),
    }
}

/// Reads as far as the manifest goes, and verifies it.
async fn signed_manifest(
    app: &App,
    body: &mut IncomingBody,
    as_what: PublishedAs,
) -> Result<(Manifest, Range<usize>), Refused> {
    let (signed, place) = body.signed(MAX_BUNDLE).await?;
    let manifest = Manifest::open(&signed, app.root).map_err(|e| Refused::Bad(e.to_string()))?;
    // Looked at again where it is written; here so that an old one is not unpacked.
    let known = read(&app.log.manifest).clone();
    if let Some(known) = known.as_ref().filter(|_| as_what == PublishedAs::Current) {
        manifest.succeeds(&signed, &known.0, &known.1).map_err(|e| Refused::Conflict(e.to_string()))?;
    }
    // What is published anybody may have fetched.
    if known.is_none_or(|known| known.0.version < manifest.version) {
        body.know();
    }
    Ok((manifest, place))
}

type Unpacked = (Manifest, Vec<u8>, Vec<(Hash, Vec<u8>)>);

/// A bundle whose parts are what the manifest names.
fn unpack(manifest: Manifest, signed: Vec<u8>, packed: Vec<Vec<u8>>) -> Result<Unpacked, Refused> {
    let mut parts: Vec<(Hash, Vec<u8>)> = Vec::new();
    for packed in packed {
        let Some(part) = manifest.part_of(&packed) else {
            return Err(Refused::Bad("a part that the manifest does not name, or a damaged one".into()));
        };
        parts.push((part.hash, packed));
    }
    Ok((manifest, signed, parts))
}

fn conflict(reason: impl ToString) -> Response {
    (StatusCode::CONFLICT, reason.to_string() + "\n").into_response()
}

async fn published(app: &App, what: Publication) -> Response {
    match app.sequencer.publish(what) {
        Ok(done) => match done.await {
            Ok(Ok(())) => StatusCode::NO_CONTENT.into_response(),
            Ok(Err(PublicationError::Conflict(reason))) => conflict(reason),
            // The writer has logged why.
            Ok(Err(PublicationError::Failed(Unavailable))) => unavailable(),
            Err(gone) => failed("publication", &gone),
        },
        Err(e) => busy(e),
    }
}
