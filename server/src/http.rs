//! The paths. Bodies are CBOR; what a body means is in `docs/formats.md`.

use crate::accept::{Device, Judge};
use crate::blobs::{BlobError, Blobs};
use crate::desks::Gate;
use crate::limits::Buckets;
use crate::sequencer::{Busy, Judged, Now, Publish, Sequencer, Shared};
use crate::storage::{Entry, Storage};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, RawQuery, Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use baqylau_protocol::blob::CHUNK;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, PublicKey};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::receipt::Kept;
use baqylau_protocol::roster::Roster;
use baqylau_protocol::wire::{
    Code, Damaged, Have, Letters, LogEntry, LogPage, MAX_BATCH, MAX_REQUEST, MEDIA_TYPE, Refusal, Upload, Verdicts,
};
use baqylau_sqlite::StorageError;
use minicbor::bytes::{ByteArray, ByteVec};
use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

/// The most bytes of a page of the log.
const PAGE_BYTES: usize = 2 << 20;
/// The most bytes of a published bundle.
const MAX_BUNDLE: usize = 32 << 20;
/// The most bytes of an attachment in one answer.
const BLOB_BYTES: u64 = 1 << 20;
/// The most letters of one answer.
const MAX_LETTERS: usize = 64;

/// What the handlers share.
pub struct App {
    pub(crate) mission: MissionId,
    pub(crate) root: PublicKey,
    pub(crate) sequencer: Sequencer,
    pub(crate) shared: Arc<Shared>,
    /// A connection for reading; the sequencer has its own for writing.
    pub(crate) reader: Mutex<Box<dyn Storage>>,
    pub(crate) gate: Gate,
    pub(crate) buckets: Buckets,
    pub(crate) blobs: Blobs,
    /// Signs that an attachment is whole.
    pub(crate) receipts: SigningKey,
    pub(crate) now: Now,
}

type AppState = State<Arc<App>>;

/// The paths.
pub fn router(app: Arc<App>) -> Router {
    let desks = Router::new()
        .route("/v1/log", get(log))
        .route("/v1/blobs/{hash}", get(blob))
        .route("/v1/metrics", get(metrics))
        .route("/v1/roster", get(roster))
        .layer(from_fn_with_state(app.clone(), desks_only));
    Router::new()
        .merge(desks)
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/v1/bundle", get(bundle).post(publish_bundle).layer(DefaultBodyLimit::max(MAX_BUNDLE)))
        .route("/v1/parts/{hash}", get(part))
        .route("/v1/roster", post(publish_roster))
        .route("/v1/letters/{device}", get(letters))
        .route("/v1/blobs/{hash}/have", get(blob_have))
        .route("/v1/blobs/{hash}/at/{place}", post(blob_chunk).layer(DefaultBodyLimit::max(CHUNK)))
        .route("/v1/objects", post(objects))
        .route("/v1/challenge", get(challenge))
        .layer(DefaultBodyLimit::max(MAX_REQUEST))
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

fn bad(reason: impl ToString) -> Response {
    (StatusCode::BAD_REQUEST, reason.to_string() + "\n").into_response()
}

async fn objects(State(app): AppState, body: Bytes) -> Response {
    let upload: Upload = match cbor::decode_request(&body) {
        Ok(upload) => upload,
        Err(e) => return bad(e),
    };
    if upload.objects.len() > MAX_BATCH {
        return bad(format!("{} objects, the limit is {MAX_BATCH}", upload.objects.len()));
    }
    let judged = app.judge(upload);
    let answer = match app.sequencer.append(judged) {
        Ok(answer) => answer,
        Err(e) => return busy(e),
    };
    match answer.await {
        Ok(Ok(verdicts)) => cbor_body(cbor::encode(&Verdicts { verdicts })),
        _ => unavailable(),
    }
}

impl App {
    /// Judges objects in order; an enrolment counts for the envelopes behind it.
    fn judge(&self, upload: Upload) -> Vec<Judged> {
        let manifest = self.shared.manifest.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(manifest) = manifest else {
            let reason = "the mission is not published here yet".to_owned();
            let refused = |_| Err(Refusal { code: Code::UnknownDevice, reason: reason.clone() });
            return upload.objects.into_iter().map(refused).collect();
        };
        let now = (self.now)();
        let mut fresh: HashMap<DeviceId, Device> = HashMap::new();
        let mut out = Vec::with_capacity(upload.objects.len());
        for object in upload.objects {
            let lookup = |id: DeviceId| {
                let devices = self.shared.devices.read().unwrap_or_else(PoisonError::into_inner);
                devices.get(&id).or_else(|| fresh.get(&id)).cloned()
            };
            let judge = Judge {
                mission: self.mission,
                issuer: manifest.0.issuer,
                enrolment_ends: manifest.0.expires,
                now,
                device: &lookup,
            };
            let mut judged = judge.judge(object.into());
            if let Ok(good) = &judged {
                if let Some(device) = &good.enrolled {
                    fresh.insert(good.device, device.clone());
                }
                let attachments = good.blobs.iter().fold(0u64, |sum, b| sum.saturating_add(b.length));
                if !self.buckets.take(good.subject, attachments, now) {
                    let reason = "this observer's devices send too much; it is tried again later".to_owned();
                    judged = Err(Refusal { code: Code::Quota, reason });
                }
            }
            out.push(judged);
        }
        out
    }
}

async fn bundle(State(app): AppState, headers: HeaderMap) -> Response {
    let manifest = app.shared.manifest.read().unwrap_or_else(PoisonError::into_inner).clone();
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
    let found = app.reader.lock().unwrap_or_else(PoisonError::into_inner).part(app.mission, hash);
    match found {
        Ok(Some(packed)) => ([(CACHE_CONTROL, "public, max-age=31536000, immutable")], packed).into_response(),
        Ok(None) => (StatusCode::NOT_FOUND, "no such part\n").into_response(),
        Err(_) => unavailable(),
    }
}

async fn roster(State(app): AppState) -> Response {
    match &*app.shared.roster.read().unwrap_or_else(PoisonError::into_inner) {
        Some((_, bytes)) => cbor_body(bytes.clone()),
        None => (StatusCode::NOT_FOUND, "there is no roster yet\n").into_response(),
    }
}

/// The root's signature is all the authority it takes.
async fn publish_bundle(State(app): AppState, body: Bytes) -> Response {
    let Ok((bytes, packed)) = minicbor::decode::<(ByteVec, Vec<ByteVec>)>(&body) else {
        return bad("expected a manifest and its packed parts");
    };
    let manifest = match Manifest::open(&bytes, &app.root) {
        Ok(manifest) => manifest,
        Err(e) => return bad(e),
    };
    let known = app.shared.manifest.read().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(known) = &known
        && let Err(e) = manifest.succeeds(&bytes, &known.0, &known.1)
    {
        return (StatusCode::CONFLICT, e.to_string() + "\n").into_response();
    }
    let mut parts = Vec::new();
    for packed in packed {
        let Some(part) = manifest.parts.iter().find(|p| p.unpack(&packed).is_ok()) else {
            return bad("a part that the manifest does not name, or a damaged one");
        };
        parts.push((part.hash, packed.into()));
    }
    let lacking = {
        let mut reader = app.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |hash: Hash| parts.iter().any(|(h, _)| *h == hash);
        let mut lacking = manifest.parts.iter().filter(|p| !known(p.hash));
        lacking.find(|p| !matches!(reader.part(app.mission, p.hash), Ok(Some(_)))).map(|p| p.name.clone())
    };
    if let Some(name) = lacking {
        return bad(format!("the part {name} of the bundle is missing; send it with the manifest"));
    }
    published(&app, Publish::Manifest(Box::new(manifest), bytes.into(), parts)).await
}

async fn publish_roster(State(app): AppState, body: Bytes) -> Response {
    let Some(manifest) = app.shared.manifest.read().unwrap_or_else(PoisonError::into_inner).clone() else {
        return bad("the mission is not published here yet");
    };
    let roster = match Roster::open(&body, &manifest.0.issuer, app.mission) {
        Ok(roster) => roster,
        Err(e) => return bad(e),
    };
    let known =
        app.shared.roster.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(|(r, b)| (r.version, b.clone()));
    if let Some((version, bytes)) = known
        && (roster.version != version + 1 || roster.prev != Some(Hash::of(&bytes)))
        && body.as_ref() != bytes.as_slice()
    {
        let reason = format!("the roster is not the successor of version {version}; pull first\n");
        return (StatusCode::CONFLICT, reason).into_response();
    }
    published(&app, Publish::Roster(roster, body.to_vec())).await
}

async fn published(app: &App, what: Publish) -> Response {
    match app.sequencer.publish(what) {
        Ok(done) => match done.await {
            Ok(Ok(())) => StatusCode::NO_CONTENT.into_response(),
            _ => unavailable(),
        },
        Err(e) => busy(e),
    }
}

async fn challenge(State(app): AppState) -> Response {
    cbor_body(cbor::encode(&ByteArray::from(app.gate.challenge((app.now)()))))
}

/// What only desks may read.
async fn desks_only(State(app): AppState, request: Request, next: Next) -> Response {
    let asks = request.uri().path_and_query().map_or("", |p| p.as_str());
    let header = request.headers().get(AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if app.gate.admits(header, asks, &app.shared, (app.now)()) {
        next.run(request).await
    } else {
        (StatusCode::UNAUTHORIZED, "sign a challenge with an enrolled desk\n").into_response()
    }
}

/// Letters are sealed to the phone, whose id nobody but phone, server and desks knows: a locked phone, which cannot sign, fetches
/// them too.
async fn letters(State(app): AppState, Path(device): Path<String>, RawQuery(query): RawQuery) -> Response {
    let Some(device) = DeviceId::from_hex(&device) else { return bad("not a device in hexadecimal") };
    let from = query.as_deref().and_then(|q| q.strip_prefix("from=")).and_then(|n| n.parse::<u64>().ok());
    let Some(from) = from else { return bad("expected ?from=<index>") };
    let mut reader = app.reader.lock().unwrap_or_else(PoisonError::into_inner);
    let mut read = || {
        let found = reader.letters(app.mission, device, from, MAX_LETTERS)?;
        let mut writers: Vec<DeviceId> = found.iter().map(|(_, e)| e.device).collect();
        writers.sort_unstable();
        writers.dedup();
        let mut desks = Vec::new();
        for writer in writers {
            desks.extend(reader.enrolment(app.mission, writer)?.map(ByteVec::from));
        }
        // One that is damaged on this disk is none; the log's readers are told of it.
        let whole = found.into_iter().filter(|(_, e)| Hash::of(&e.object) == e.hash);
        let letters = whole.map(|(index, e)| (index, e.object.into())).collect();
        Ok::<_, StorageError>(Letters { letters, desks })
    };
    match read() {
        Ok(letters) => cbor_body(cbor::encode(&letters)),
        Err(_) => unavailable(),
    }
}

/// Nobody need sign for an attachment: only those are taken that a logged envelope names, and only the bytes that it names.
async fn blob_have(State(app): AppState, Path(hash): Path<String>) -> Response {
    let Some(hash) = Hash::from_hex(&hash) else { return bad("not a SHA-256 in hexadecimal") };
    app.on_disk(move |app| match app.blob_length(hash) {
        Ok(Some(length)) => app.blobs.have(hash).map_or_else(|_| unavailable(), |have| app.have(hash, length, have)),
        Ok(None) => (StatusCode::NOT_FOUND, "no envelope names this attachment\n").into_response(),
        Err(_) => unavailable(),
    })
    .await
}

async fn blob_chunk(State(app): AppState, Path((hash, place)): Path<(String, u64)>, chunk: Bytes) -> Response {
    let Some(hash) = Hash::from_hex(&hash) else { return bad("not a SHA-256 in hexadecimal") };
    app.on_disk(move |app| match app.blob_length(hash) {
        Ok(Some(length)) => match app.blobs.append(hash, length, place, &chunk) {
            Ok(have) => app.have(hash, length, have),
            Err(e @ (BlobError::TooLong | BlobError::Hash)) => {
                (StatusCode::CONFLICT, e.to_string() + "\n").into_response()
            }
            Err(BlobError::Io(_)) => unavailable(),
        },
        Ok(None) => (StatusCode::NOT_FOUND, "no envelope names this attachment\n").into_response(),
        Err(_) => unavailable(),
    })
    .await
}

async fn blob(State(app): AppState, Path(hash): Path<String>, RawQuery(query): RawQuery) -> Response {
    let Some(hash) = Hash::from_hex(&hash) else { return bad("not a SHA-256 in hexadecimal") };
    let from = query.as_deref().and_then(|q| q.strip_prefix("from=")).and_then(|n| n.parse::<u64>().ok());
    let Some(from) = from else { return bad("expected ?from=<byte>") };
    app.on_disk(move |app| match app.blobs.read(hash, from, BLOB_BYTES) {
        Ok(Some(bytes)) => bytes.into_response(),
        Ok(None) => (StatusCode::NOT_FOUND, "the attachment is not here, or not whole yet\n").into_response(),
        Err(_) => unavailable(),
    })
    .await
}

impl App {
    fn blob_length(&self, hash: Hash) -> Result<Option<u64>, StorageError> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner).blob(self.mission, hash)
    }

    fn have(&self, hash: Hash, length: u64, (bytes, whole): (u64, bool)) -> Response {
        let kept = || Kept { v: baqylau_protocol::VERSION, mission: self.mission, hash, length }.sign(&self.receipts);
        cbor_body(cbor::encode(&Have { bytes, proof: whole.then(|| kept().into()) }))
    }

    /// Files are read and written beside the threads that answer.
    async fn on_disk(self: Arc<Self>, f: impl FnOnce(&Self) -> Response + Send + 'static) -> Response {
        tokio::task::spawn_blocking(move || f(&self)).await.unwrap_or_else(|_| unavailable())
    }
}

async fn log(State(app): AppState, RawQuery(query): RawQuery) -> Response {
    let from = query.as_deref().and_then(|q| q.strip_prefix("from=")).and_then(|n| n.parse::<u64>().ok());
    let Some(from) = from else { return bad("expected ?from=<index>") };
    // The head is read before the page: what the page holds beyond it is covered by a later head.
    let head = app.shared.head.read().unwrap_or_else(PoisonError::into_inner).clone();
    let page = app.reader.lock().unwrap_or_else(PoisonError::into_inner).page(app.mission, from, MAX_BATCH, PAGE_BYTES);
    match page {
        Ok(entries) => {
            app.shared.counters.pulled.fetch_add(entries.len() as u64, Ordering::Relaxed);
            let entries = entries.into_iter().zip(from..).map(|(e, index)| handed_out(e, index)).collect();
            cbor_body(cbor::encode(&LogPage { from, entries, head: head.into() }))
        }
        Err(_) => unavailable(),
    }
}

/// An entry as desks get it. What is damaged on this disk is told as such: the desk takes the rest, and waits for this one.
fn handed_out(entry: Entry, index: u64) -> LogEntry {
    let Entry { received, device, seq, hash, object, .. } = entry;
    if Hash::of(&object) == hash {
        return LogEntry { received, object: object.into(), damaged: None };
    }
    tracing::error!(index, %device, seq, "an object of the log is damaged on this disk; let its phone send everything again, or put a copy of the database back");
    LogEntry { received, object: Vec::new().into(), damaged: Some(Damaged { hash, device, seq }) }
}

async fn metrics(State(app): AppState) -> String {
    let c = &app.shared.counters;
    let rows = [
        ("baqylau_objects_stored_total", &c.stored),
        ("baqylau_objects_duplicate_total", &c.duplicates),
        ("baqylau_objects_refused_total", &c.refused),
        ("baqylau_commits_total", &c.commits),
        ("baqylau_objects_pulled_total", &c.pulled),
        ("baqylau_log_size", &c.log_size),
    ];
    rows.iter().map(|(name, value)| format!("{name} {}\n", value.load(Ordering::Relaxed))).collect()
}
