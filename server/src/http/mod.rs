//! The paths. Bodies are CBOR; what a body means is in `docs/formats.md`.

mod attachments;
mod letters;
mod notices;
mod proofs;
mod publishing;

use crate::accept::{Acceptance, AcceptedKind, DeviceState};
use crate::auth::DeskAuth;
use crate::blobs::Blobs;
use crate::body::WholeBody;
use crate::cosigned::Cosigned;
use crate::crowd::{Connection, Connections};
use crate::health::Health;
use crate::reader::LogReader;
use crate::sequencer::{Busy, Committed, Judged, LogState, Now, Sequencer, Unavailable, read};
use crate::storage::{LogError, LoggedObject, with_causes};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use baqylau_protocol::cbor;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, MissionRoot};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::routes;
use baqylau_protocol::wire::{
    Damaged, LogEntry, LogPage, MAX_BATCH, MAX_REQUEST, MEDIA_TYPE, Refusal, RefusalCode, Upload, Verdict, Verdicts,
};
use minicbor::bytes::ByteArray;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The most bytes of a page of the log.
const PAGE_BYTES: usize = 2 << 20;

/// Shared by all handlers, for as long as the server runs.
pub struct App {
    pub(crate) mission: MissionId,
    pub(crate) root: MissionRoot,
    pub(crate) sequencer: Sequencer,
    pub(crate) log: Arc<LogState>,
    /// Reads; the sequencer has a connection of its own for writing.
    pub(crate) reader: LogReader,
    pub(crate) auth: DeskAuth,
    pub(crate) health: Health,
    pub(crate) blobs: Blobs,
    /// Signs that an attachment is whole.
    pub(crate) receipts: SigningKey,
    pub(crate) now: Now,
    pub(crate) crowd: Arc<Connections>,
    pub(crate) cosigned: Arc<Cosigned>,
}

type AppState = State<Arc<App>>;

/// The paths.
pub fn router(app: Arc<App>) -> Router {
    let desks = Router::new()
        .route(routes::LOG, get(log))
        .route(routes::BLOB, get(attachments::read))
        .route(routes::METRICS, get(metrics))
        // Over these paths only: one that there is not gives 404 to everybody.
        .route_layer(from_fn_with_state(app.clone(), desks_only));
    Router::new()
        .merge(desks)
        .route("/healthz", get(healthz))
        .route(routes::BUNDLE, get(bundle).post(publishing::bundle))
        .route(routes::BUNDLE_BEFORE, post(publishing::earlier_bundle))
        .route(routes::PART, get(part))
        .route(routes::CONSISTENCY, get(proofs::consistency))
        .route(routes::CHECKPOINT, get(proofs::checkpoint))
        .route(routes::TILE, get(proofs::tile))
        .route(routes::LETTERS, get(letters::letters))
        .route(routes::NOTICES, post(notices::publish))
        .route(routes::ROWS, get(notices::rows))
        .route(routes::BLOB, post(attachments::permit))
        .route(routes::BLOB_CHUNK, post(attachments::chunk))
        .route(routes::OBJECTS, post(objects))
        .route(routes::CHALLENGE, get(challenge))
        // No handler takes a body that is not read by `body`, which has the limit of each path.
        .layer(DefaultBodyLimit::disable())
        .with_state(app)
}

fn cbor_body(bytes: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, MEDIA_TYPE)], Body::from(bytes)).into_response()
}

fn busy(_: Busy) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "30")], "busy; try again later\n").into_response()
}

fn unavailable() -> Response {
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [(RETRY_AFTER, "60")],
        "the server cannot store now; nothing is lost, try again later\n",
    )
        .into_response()
}

/// Logs why a kind of request failed, never what it holds.
fn failed(request: &'static str, cause: &(dyn std::error::Error + 'static)) -> Response {
    let code = cause.downcast_ref().map_or("other", LogError::code);
    tracing::error!(request, code, cause = %with_causes(cause), "the storage failed");
    unavailable()
}

fn bad(reason: impl ToString) -> Response {
    (StatusCode::BAD_REQUEST, reason.to_string() + "\n").into_response()
}

async fn objects(State(app): AppState, body: WholeBody<MAX_REQUEST>) -> Response {
    let upload: Upload = match cbor::decode_request(body.bytes()) {
        Ok(upload) => upload,
        Err(e) => return bad(e),
    };
    let known = upload.known;
    let judged = app.judge(upload);
    let answer = match app.sequencer.append(judged) {
        Ok(answer) => answer,
        Err(e) => return busy(e),
    };
    match answer.await {
        Ok(Ok(Committed { verdicts, size, fresh })) => {
            // What was in the log before anybody may have copied.
            if fresh {
                body.0.know();
            }
            let stored = verdicts.iter().any(|v| matches!(v, Verdict::Stored(_)));
            let proof = known.filter(|_| stored).and_then(|known| read(&app.log.tree).consistency(known, size));
            cbor_body(cbor::encode(&Verdicts { verdicts, proof }))
        }
        // The writer has logged why.
        Ok(Err(Unavailable)) => unavailable(),
        Err(gone) => failed("objects", &gone),
    }
}

impl App {
    /// Judges objects in order; an enrolment counts for the envelopes behind it.
    /// What may change until it is written is looked at again by the writer.
    fn judge(&self, upload: Upload) -> Vec<Judged> {
        let manifest = read(&self.log.manifest).clone();
        let Some(manifest) = manifest else {
            let reason = "the mission is not published here yet".to_owned();
            let refused = |_| Err(Refusal { code: RefusalCode::UnknownDevice, reason: reason.clone() });
            return upload.objects.into_iter().map(refused).collect();
        };
        let (now, place) = ((self.now)(), read(&self.log.tree).len() as u64);
        let standings = read(&self.log.standings);
        let mut fresh: HashMap<DeviceId, DeviceState> = HashMap::new();
        let mut out = Vec::with_capacity(upload.objects.len());
        for object in upload.objects {
            let lookup = |id: DeviceId| {
                let devices = read(&self.log.devices);
                devices.get(&id).or_else(|| fresh.get(&id)).cloned()
            };
            let judge = Acceptance {
                mission: self.mission,
                manifest: &manifest.0,
                place,
                standings: &standings,
                now,
                device: &lookup,
            };
            let judged = judge.judge(object.into());
            if let Ok(good) = &judged
                && let AcceptedKind::Enrolment(device, _) = &good.kind
            {
                fresh.insert(good.device, device.clone());
            }
            out.push(judged);
        }
        out
    }
}

/// Whether objects can be stored; where they cannot, a word for why.
async fn healthz(State(app): AppState) -> Response {
    match app.health.look(&app.sequencer).await {
        Ok(()) => "ok\n".into_response(),
        Err(code) => (StatusCode::SERVICE_UNAVAILABLE, format!("{code}\n")).into_response(),
    }
}

async fn bundle(State(app): AppState, headers: HeaderMap) -> Response {
    let manifest = read(&app.log.manifest).clone();
    let Some(manifest) = manifest else {
        return (StatusCode::NOT_FOUND, "the mission is not published here yet\n").into_response();
    };
    let etag = format!("\"{}\"", Hash::of(&manifest.1));
    if headers.get(IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == etag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(ETAG, etag)]).into_response();
    }
    ([(CONTENT_TYPE, MEDIA_TYPE.to_owned()), (ETAG, etag)], manifest.1.clone()).into_response()
}

async fn part(State(app): AppState, Path(hash): Path<String>) -> Response {
    let Some(hash) = Hash::from_hex(&hash) else { return bad("not a SHA-256 in hexadecimal") };
    match app.reader.part(hash).await {
        Ok(Some(packed)) => ([(CACHE_CONTROL, "public, max-age=31536000, immutable")], packed).into_response(),
        Ok(None) => (StatusCode::NOT_FOUND, "no such part\n").into_response(),
        Err(cause) => failed("part", &cause),
    }
}

async fn challenge(State(app): AppState) -> Response {
    cbor_body(cbor::encode(&ByteArray::from(app.auth.challenge((app.now)()))))
}

/// Refuses with 401 whoever is no desk in good standing; what stands behind it needs no check.
async fn desks_only(State(app): AppState, request: Request, next: Next) -> Response {
    let asks = request.uri().path_and_query().map_or("", |p| p.as_str());
    let header = request.headers().get(AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if app.auth.admits(header, asks, &app.log, (app.now)()) {
        if let Some(member) = request.extensions().get::<Arc<Connection>>() {
            member.know();
        }
        next.run(request).await
    } else {
        (StatusCode::UNAUTHORIZED, "sign a challenge with an enrolled desk\n").into_response()
    }
}

async fn log(State(app): AppState, RawQuery(query): RawQuery) -> Response {
    let Some((from, most)) = query.as_deref().and_then(asked_of_log) else {
        return bad("expected ?from=<index> or ?from=<index>&most=<entries>");
    };
    // The head is read before the page: what the page holds beyond it is covered by a later head.
    let head = read(&app.log.head).as_ref().map(|head| head.bytes.clone()).unwrap_or_default();
    match app.reader.page(from, most, PAGE_BYTES).await {
        Ok(entries) => {
            app.log.counters.pulled.fetch_add(entries.len() as u64, Ordering::Relaxed);
            let entries = entries.into_iter().zip(from..).map(|(e, index)| handed_out(e, index)).collect();
            cbor_body(cbor::encode(&LogPage { from, entries, head: head.into() }))
        }
        Err(cause) => failed("log", &cause),
    }
}

/// The first entry that is asked for, and how many at most.
fn asked_of_log(query: &str) -> Option<(u64, usize)> {
    let asked = query.strip_prefix("from=")?;
    let (from, most) = match asked.split_once("&most=") {
        Some((from, most)) => (from, most.parse::<usize>().ok()?.clamp(1, MAX_BATCH)),
        None => (asked, MAX_BATCH),
    };
    Some((from.parse().ok()?, most))
}

/// An entry as desks get it. What is damaged on this disk is told as such: the desk takes the rest, and waits for this one.
fn handed_out(entry: LoggedObject, index: u64) -> LogEntry {
    let LoggedObject { received, device, seq, hash, object, .. } = entry;
    if Hash::of(&object) == hash {
        return LogEntry { received, object: object.into(), damaged: None };
    }
    tracing::error!(index, %device, seq, "an object of the log is damaged on this disk; let its phone send everything again, let a desk hand everything back (`baqylau desk pull --again`), or put a copy of the database back");
    LogEntry { received, object: Vec::new().into(), damaged: Some(Damaged { hash, device, seq }) }
}

async fn metrics(State(app): AppState) -> String {
    let c = &app.log.counters;
    let rows = [
        ("baqylau_objects_stored_total", &c.stored),
        ("baqylau_objects_duplicate_total", &c.duplicates),
        ("baqylau_objects_refused_total", &c.refused),
        ("baqylau_commits_total", &c.commits),
        ("baqylau_objects_pulled_total", &c.pulled),
        ("baqylau_log_size", &c.log_size),
    ];
    let (connections, body_bytes, cut_off) = app.crowd.counts();
    let now = [
        ("baqylau_connections", connections),
        ("baqylau_body_bytes", body_bytes),
        ("baqylau_connections_cut_off_total", cut_off),
    ];
    let rows = rows.iter().map(|(name, value)| (*name, value.load(Ordering::Relaxed)));
    rows.chain(now).map(|(name, value)| format!("{name} {value}\n")).collect::<String>() + &app.cosigned.metrics()
}
