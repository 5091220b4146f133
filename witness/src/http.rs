//! The one path of a witness, and the status of each refusal.

use crate::witness::{CosignRefusal, Witness};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use baqylau_protocol::submission::{ADD_CHECKPOINT, SIZE_TYPE};
use std::sync::Arc;
use std::time::Duration;

/// The most bytes of a request. The largest that is taken has 132 KiB.
const MAX_BODY: usize = 1 << 20;
/// How long a body may take.
const BODY_DEADLINE: Duration = Duration::from_secs(20);

/// The paths: where checkpoints are taken, and whether anybody is there.
pub(crate) fn router(witness: Arc<Witness>) -> Router {
    let taken = Router::new().route(ADD_CHECKPOINT, post(add_checkpoint)).with_state(witness);
    taken.route("/healthz", get(|| async { "ok\n" }))
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: Body) -> Response {
    let body = match tokio::time::timeout(BODY_DEADLINE, to_bytes(body, MAX_BODY)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return (StatusCode::PAYLOAD_TOO_LARGE, "too long, or it broke off\n").into_response(),
        Err(_) => return (StatusCode::REQUEST_TIMEOUT, "too slow\n").into_response(),
    };
    let judged = tokio::task::spawn_blocking(move || witness.cosign(&body)).await;
    match judged {
        Ok(Ok(line)) => ([(CONTENT_TYPE, "text/plain; charset=utf-8")], line).into_response(),
        Ok(Err(refusal)) => refused(&refusal),
        Err(cause) => {
            tracing::error!(%cause, "a request broke off");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn refused(refusal: &CosignRefusal) -> Response {
    let words = format!("{refusal}\n");
    match refusal {
        CosignRefusal::Malformed => (StatusCode::BAD_REQUEST, words).into_response(),
        CosignRefusal::UnknownLog => (StatusCode::NOT_FOUND, words).into_response(),
        CosignRefusal::Unsigned => (StatusCode::FORBIDDEN, words).into_response(),
        CosignRefusal::Stale { known } => {
            (StatusCode::CONFLICT, [(CONTENT_TYPE, SIZE_TYPE)], format!("{known}\n")).into_response()
        }
        CosignRefusal::Forked { .. } => (StatusCode::CONFLICT, words).into_response(),
        CosignRefusal::Unproved { known } => {
            tracing::warn!(known, "a signed checkpoint came with a proof that does not lead to it; it is not cosigned");
            (StatusCode::UNPROCESSABLE_ENTITY, words).into_response()
        }
        CosignRefusal::Storage(cause) => {
            tracing::error!(%cause, "the store failed; nothing was cosigned");
            (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "60")], words).into_response()
        }
    }
}
