//! Carries out what the sync step says: HTTP, and one commit for every acknowledgement. One current-thread runtime a call; no
//! lock is held while the network is waited for.

use crate::bundle;
use crate::clock::Clock;
use crate::error::{Error, RefusalReason, words};
use crate::in_flight::InFlight;
use crate::listen::{Change, ChangeNotifier};
use crate::store::Outbox;
use crate::time::{Anchor, corrected};
use baqylau_http::reqwest::StatusCode;
use baqylau_http::reqwest::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use baqylau_http::{CallError, Client, HttpReply, ReplyError};
use baqylau_protocol::bundle::{BundlePart, Manifest};
use baqylau_protocol::cbor;
use baqylau_protocol::enrolment::Enrolment;
use baqylau_protocol::envelope::Envelope;
use baqylau_protocol::ids::{Hash, MissionId, PublicKey};
use baqylau_protocol::receipt::{Receipt, ReceiptError, TreeHead};
use baqylau_protocol::sync::{Action, Event, Failure, Stop, SyncInputs, SyncState, WaitingEnvelope, step};
use baqylau_protocol::wire::{MEDIA_TYPE, Refusal, RefusalCode, Upload, Verdict, Verdicts};
use minicbor::bytes::ByteVec;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Notify;

/// Where a server has the bundle; 404 says that nothing is published there.
const BUNDLE: &str = "/v1/bundle";

/// Ends a running call from another thread.
#[derive(Debug, Default)]
pub(crate) struct Interrupt {
    fired: AtomicU64,
    notify: Notify,
}

impl Interrupt {
    /// Ends every call that is under way; one that begins later runs.
    pub fn fire(&self) {
        self.fired.fetch_add(1, Ordering::SeqCst);
        self.notify.notify_waiters();
    }

    async fn fired_since(&self, began: u64) {
        loop {
            let mut heard = std::pin::pin!(self.notify.notified());
            heard.as_mut().enable();
            if self.fired.load(Ordering::SeqCst) != began {
                return;
            }
            heard.await;
        }
    }
}

/// How long a call may take, through all that it does, and what ends it before.
pub(crate) struct Limit {
    interrupt: Arc<Interrupt>,
    began: u64,
    until: tokio::time::Instant,
}

impl Limit {
    pub fn new(interrupt: &Arc<Interrupt>, budget: Duration) -> Self {
        let began = interrupt.fired.load(Ordering::SeqCst);
        let now = tokio::time::Instant::now();
        let until = now.checked_add(budget).unwrap_or_else(|| now + Duration::from_secs(86_400));
        Self { interrupt: interrupt.clone(), began, until }
    }

    /// Nothing when the time is up.
    async fn within<T>(&self, work: impl Future<Output = T>) -> Result<Option<T>, Error> {
        tokio::select! {
            done = work => Ok(Some(done)),
            () = self.interrupt.fired_since(self.began) => Err(Error::Interrupted),
            () = tokio::time::sleep_until(self.until) => Ok(None),
        }
    }
}

/// What the outbox holds under these names.
pub(crate) mod names {
    pub const ROOT: &str = "root";
    pub const SERVERS: &str = "servers";
    pub const TLS_ROOTS: &str = "tls_roots";
    pub const MANIFEST: &str = "manifest";
    pub const BUNDLE_REFUSED: &str = "bundle_refused";
    pub const ENROLMENT: &str = "enrolment";
    pub const ENROLMENT_RECEIPT: &str = "enrolment_receipt";
    pub const ENROLMENT_REFUSED: &str = "enrolment_refused";
    pub const ANCHOR: &str = "anchor";
    pub const FAILURES: &str = "failures";
    pub const LETTERS_FROM: &str = "letters_from";
    pub const LETTERS_WHOLE: &str = "letters_whole";
    pub const NOT_BEFORE: &str = "not_before";
}

pub(crate) struct SyncDriver {
    pub(crate) outbox: Arc<Mutex<Outbox>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) notifier: ChangeNotifier,
    in_flight: InFlight,
    pub(crate) http: Client,
    /// Where the attachments are.
    pub(crate) folder: PathBuf,
    pub(crate) servers: Vec<String>,
    pub(crate) root: PublicKey,
    pub(crate) mission: MissionId,
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SyncOutcome {
    pub stop: Stop,
    pub delivered: usize,
    pub refused: usize,
    pub carried: usize,
    pub letters: usize,
    pub bytes_sent: u64,
    pub attachment_bytes: u64,
    pub trouble: Option<Trouble>,
}

impl Default for SyncOutcome {
    fn default() -> Self {
        Self {
            stop: Stop::Done,
            delivered: 0,
            refused: 0,
            carried: 0,
            letters: 0,
            bytes_sent: 0,
            attachment_bytes: 0,
            trouble: None,
        }
    }
}

/// Why the server was not heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It cannot be reached: no network, or nobody listens there.
    Unreachable,
    /// It is reached and does not answer.
    Silent,
    /// Who answers is not the mission's server.
    Foreign,
    /// It answers that it is busy.
    Busy,
}

impl Trouble {
    fn of(failure: Failure) -> Option<Self> {
        match failure {
            Failure::Offline => Some(Self::Unreachable),
            Failure::Silent => Some(Self::Silent),
            Failure::Untrusted => Some(Self::Foreign),
            Failure::Busy(_) => Some(Self::Busy),
            Failure::Nonsense | Failure::NotPublished => None,
        }
    }
}

impl SyncDriver {
    pub fn new(
        outbox: Arc<Mutex<Outbox>>,
        clock: Arc<dyn Clock>,
        folder: PathBuf,
        (bell, flight): (ChangeNotifier, InFlight),
    ) -> Result<Self, Error> {
        let (root, servers, tls_roots) = {
            let outbox = lock(&outbox)?;
            let get =
                |name| outbox.setting(name)?.ok_or_else(|| Error::invalid("invite", "enrol with an invite first"));
            (get(names::ROOT)?, get(names::SERVERS)?, get(names::TLS_ROOTS)?)
        };
        let internal = |e: minicbor::decode::Error| Error::Internal(e.to_string());
        let servers: Vec<String> = minicbor::decode(&servers).map_err(internal)?;
        let tls_roots: Vec<ByteVec> = minicbor::decode(&tls_roots).map_err(internal)?;
        let root = PublicKey::from_slice(&root).ok_or_else(|| Error::Internal("root key".into()))?;
        let tls_roots: Vec<Vec<u8>> = tls_roots.into_iter().map(Into::into).collect();
        let http = baqylau_http::client(&tls_roots).map_err(|e| Error::invalid("invite", e.to_string()))?;
        Ok(Self {
            outbox,
            clock,
            notifier: bell,
            in_flight: flight,
            http,
            folder,
            servers,
            root,
            mission: MissionId::of(&root),
        })
    }

    /// Runs until nothing waits, something must be waited for, the time is up, or it is interrupted.
    pub fn run(&self, limit: &Limit, now: bool) -> Result<SyncOutcome, Error> {
        let mut outcome = SyncOutcome::default();
        match runtime()?.block_on(limit.within(self.steps(now, &mut outcome)))? {
            Some(done) => done?,
            // What was acknowledged counts; the rest may go on at once.
            None => {
                outcome.trouble = outcome.trouble.or(Some(Trouble::Silent));
                outcome.stop = Stop::Wait { until: self.now()? };
            }
        }
        Ok(outcome)
    }

    /// Fetches the bundle only, before there is an enrolment to send.
    pub fn fetch_bundle(&self, limit: &Limit) -> Result<(), Error> {
        match runtime()?.block_on(limit.within(self.bundle()))? {
            Some(Ok(_)) => match lock(&self.outbox)?.setting(names::BUNDLE_REFUSED)? {
                Some(reason) if !reason.is_empty() => {
                    Err(Error::refused(RefusalReason::NotGenuine, String::from_utf8_lossy(&reason)))
                }
                _ => Ok(()),
            },
            Some(Err(StepError::Store(e))) => Err(e),
            Some(Err(StepError::Network(Failure::Untrusted))) => Err(Error::refused(
                RefusalReason::NotGenuine,
                "who answers is not this mission's server; try another network, or ask the coordinators for a new invite",
            )),
            Some(Err(StepError::Network(Failure::NotPublished))) => Err(Error::refused(
                RefusalReason::NotPublished,
                "the mission is not published yet; ask the coordinators to publish it, then enrol again",
            )),
            Some(Err(StepError::Network(Failure::Busy(_)))) => {
                Err(Error::refused(RefusalReason::Later, "the mission's server is busy; try again in some minutes"))
            }
            Some(Err(StepError::Network(Failure::Nonsense))) => Err(Error::refused(
                RefusalReason::Unfit,
                "the mission's server answers, but not with a bundle; tell the coordinators, and try again later",
            )),
            Some(Err(StepError::Network(Failure::Offline | Failure::Silent))) | None => Err(Error::refused(
                RefusalReason::NoAnswer,
                "the mission's server does not answer; try again with a connection",
            )),
        }
    }

    async fn steps(&self, now: bool, outcome: &mut SyncOutcome) -> Result<(), Error> {
        let mut state = SyncState::default();
        let mut events = vec![Event::Begin(self.known(now)?)];
        while let Some(event) = events.pop() {
            let (next, actions) = step(state, event, self.now()?, self.clock.jitter());
            state = next;
            for action in actions {
                match self.act(action, outcome).await {
                    Ok(Some(event)) => events.push(event),
                    Ok(None) => {}
                    Err(StepError::Network(failure)) => {
                        outcome.trouble = outcome.trouble.or(Trouble::of(failure));
                        events.push(Event::Failed(failure));
                    }
                    Err(StepError::Store(e)) => return Err(e),
                }
            }
        }
        Ok(())
    }

    fn known(&self, now: bool) -> Result<SyncInputs, Error> {
        // An observer who asks has everything tried.
        let at = if now { None } else { Some(self.now()?) };
        let outbox = lock(&self.outbox)?;
        // Its own first, then what it carries for others.
        let queue = outbox.queue(at)?.into_iter().chain(outbox.relay_queue(at)?);
        let queue = queue.map(|q| WaitingEnvelope { id: q.seq, bytes: q.bytes, urgent: q.urgent });
        Ok(SyncInputs {
            enrolled: outbox.setting(names::ENROLMENT_RECEIPT)?.is_some(),
            queue: queue.collect(),
            failures: u32::try_from(outbox.number(names::FAILURES)?).unwrap_or(0),
            not_before: outbox.number(names::NOT_BEFORE)?,
            now,
        })
    }

    fn now(&self) -> Result<i64, Error> {
        let anchor = lock(&self.outbox)?.anchor()?;
        Ok(corrected(&*self.clock, anchor.as_ref(), self.manifest()?.map_or(0, |(m, _)| m.issued)))
    }

    async fn act(&self, action: Action, outcome: &mut SyncOutcome) -> Result<Option<Event>, StepError> {
        match action {
            Action::FetchBundle => self.bundle().await.map(Some),
            Action::SendEnrolment => {
                let enrolment = lock(&self.outbox)?.setting(names::ENROLMENT)?;
                let enrolment = enrolment.ok_or_else(|| Error::invalid("enrolment", "unlock the app once to enrol"))?;
                let hash = Hash::of(&enrolment);
                let mut verdicts = self.upload(vec![enrolment.into()], outcome).await?;
                let verdict = verdicts.pop().ok_or(StepError::Network(Failure::Nonsense))?;
                Ok(Some(Event::Enrolment(self.proven(hash, verdict)?)))
            }
            Action::SendAgain => {
                lock(&self.outbox)?.send_again()?;
                Ok(None)
            }
            Action::CommitEnrolment(verdict) => {
                self.commit_enrolment(verdict)?;
                self.notifier.notify(Change::Delivery);
                Ok(None)
            }
            Action::Upload(ids) => {
                let objects = ids.iter().map(|id| self.checked(*id)).collect::<Result<Vec<_>, _>>()?;
                let hashes: Vec<Hash> = objects.iter().map(|o| Hash::of(o)).collect();
                let _under_way = self.in_flight.begin(&ids);
                self.notifier.notify(Change::Delivery);
                let verdicts = self.upload(objects, outcome).await?;
                let verdicts = hashes.into_iter().chain(std::iter::repeat(Hash([0; 32]))).zip(verdicts);
                let verdicts = verdicts.map(|(hash, verdict)| self.proven(hash, verdict));
                Ok(Some(Event::Uploaded(verdicts.collect::<Result<_, _>>()?)))
            }
            Action::SendAttachments => self.attachments(outcome).await.map(Some),
            Action::FetchLetters => self.letters(outcome).await.map(Some),
            Action::Commit(id, verdict) => {
                self.commit(id, verdict, outcome)?;
                self.notifier.notify(Change::Delivery);
                Ok(None)
            }
            Action::Pause { failures, not_before } => {
                let (failures, not_before) = (i64::from(failures).to_be_bytes(), not_before.to_be_bytes());
                let settings = [(names::FAILURES, &failures[..]), (names::NOT_BEFORE, &not_before[..])];
                lock(&self.outbox)?.set(&settings, &[])?;
                Ok(None)
            }
            Action::Stop(stop) => {
                outcome.stop = stop;
                Ok(None)
            }
        }
    }

    pub(crate) fn manifest(&self) -> Result<Option<(Manifest, Vec<u8>)>, Error> {
        let Some(bytes) = lock(&self.outbox)?.setting(names::MANIFEST)? else { return Ok(None) };
        Ok(Some((Manifest::open(&bytes, &self.root)?, bytes)))
    }

    /// The bytes of an envelope, verified: a store can hand out what was damaged or swapped.
    fn checked(&self, seq: i64) -> Result<ByteVec, Error> {
        let outbox = lock(&self.outbox)?;
        if seq < 0 {
            return Ok(outbox.relayed_bytes(seq)?.1.into());
        }
        let (hash, bytes) = outbox.bytes(seq)?;
        let enrolment = outbox.setting(names::ENROLMENT)?.unwrap_or_default();
        drop(outbox);
        let key = device_key(&enrolment).ok_or_else(|| Error::Internal("the enrolment does not read".into()))?;
        let envelope = Envelope::parse(&bytes, self.mission)?;
        envelope.verify(&key)?;
        let in_order = envelope.header.seq == u64::try_from(seq).unwrap_or(0) && envelope.hash == hash;
        if in_order {
            Ok(bytes.into())
        } else {
            Err(Error::Internal(format!("envelope {seq} is not where it belongs")))
        }
    }

    /// Asks for the bundle and its parts. What is refused is noted and shown; what was there before stays.
    async fn bundle(&self) -> Result<Event, StepError> {
        let known = self.manifest()?;
        let etag = known.as_ref().map(|(_, bytes)| format!("\"{}\"", Hash::of(bytes)));
        let response = self.get(BUNDLE, etag.as_deref()).await?;
        if response.status() == StatusCode::NOT_MODIFIED {
            let mut outbox = lock(&self.outbox)?;
            // Written only when it changes: a full disk keeps nothing from being sent.
            if outbox.setting(names::BUNDLE_REFUSED)?.is_some() {
                outbox.set(&[(names::BUNDLE_REFUSED, b"")], &[])?;
            }
            return Ok(Event::BundleDone);
        }
        let named = response.headers().get(ETAG).is_some();
        let bytes = body(response, cbor::MAX_BYTES).await?;
        let Some(manifest) = bundle::accept(&mut *lock(&self.outbox)?, &self.root, &bytes)? else {
            return if named { Ok(Event::BundleDone) } else { Err(StepError::Network(Failure::Nonsense)) };
        };
        let mut parts = Vec::new();
        for part in &manifest.parts {
            if lock(&self.outbox)?.part(part.hash)?.is_none() {
                parts.push((part.hash, self.part(part).await?));
            }
        }
        bundle::store(&mut *lock(&self.outbox)?, &manifest, &bytes, &parts)?;
        Ok(Event::BundleDone)
    }

    async fn part(&self, part: &BundlePart) -> Result<Vec<u8>, StepError> {
        let response = self.get(&format!("/v1/parts/{}", part.hash), None).await?;
        let packed = body(response, part.longest()).await?;
        match part.unpack(&packed) {
            Ok(_) => Ok(packed),
            Err(e) => {
                lock(&self.outbox)?.set(&[(names::BUNDLE_REFUSED, e.to_string().as_bytes())], &[])?;
                Err(StepError::Network(Failure::Nonsense))
            }
        }
    }

    /// Sends to the first server that answers with sense.
    async fn upload(&self, objects: Vec<ByteVec>, outcome: &mut SyncOutcome) -> Result<Vec<Verdict>, StepError> {
        let request = cbor::encode(&Upload { objects });
        let mut last = Failure::Offline;
        for server in &self.servers {
            outcome.bytes_sent += request.len() as u64;
            match self.upload_to(server, request.clone()).await {
                Ok(verdicts) => return Ok(verdicts),
                Err(Sending::Unanswered(e)) => last = unanswered(last, e),
                Err(Sending::Failed(failure)) => last = failure,
            }
        }
        Err(StepError::Network(last))
    }

    async fn upload_to(&self, server: &str, request: Vec<u8>) -> Result<Vec<Verdict>, Sending> {
        let call = self.http.post(format!("{server}/v1/objects")).header(CONTENT_TYPE, MEDIA_TYPE);
        let response = call.body(request).send().await.map_err(Sending::Unanswered)?;
        if !response.status().is_success() {
            return Err(Sending::Failed(failure(&response)));
        }
        let bytes = body(response, cbor::MAX_BYTES).await.map_err(Sending::Failed)?;
        let verdicts: Verdicts = cbor::decode(&bytes, "verdicts").map_err(|_| Sending::Failed(Failure::Nonsense))?;
        Ok(verdicts.verdicts.into_iter().map(without_server_text).collect())
    }

    pub(crate) async fn get(&self, path: &str, etag: Option<&str>) -> Result<HttpReply, StepError> {
        let mut last = Failure::Offline;
        for server in &self.servers {
            let mut call = self.http.get(format!("{server}{path}"));
            if let Some(etag) = etag {
                call = call.header(IF_NONE_MATCH, etag);
            }
            match call.send().await {
                Ok(r) if r.status().is_success() || r.status() == StatusCode::NOT_MODIFIED => return Ok(r),
                Ok(response) if path == BUNDLE && response.status() == StatusCode::NOT_FOUND => {
                    last = Failure::NotPublished;
                }
                Ok(response) => last = failure(&response),
                Err(e) => last = unanswered(last, e),
            }
        }
        Err(StepError::Network(last))
    }

    /// A receipt that proves nothing is a refusal that the observer sees; it is tried again later.
    fn proven(&self, object: Hash, verdict: Verdict) -> Result<Verdict, Error> {
        let Verdict::Stored(receipt) = &verdict else { return Ok(verdict) };
        Ok(match self.prove(&*lock(&self.outbox)?, object, receipt)? {
            Ok(_) => verdict,
            Err(e) => {
                let reason = format!("the server's receipt proves nothing: {e}");
                Verdict::Refused(Refusal { code: RefusalCode::Quota, reason })
            }
        })
    }

    pub(crate) fn prove(
        &self,
        outbox: &Outbox,
        object: Hash,
        receipt: &Receipt,
    ) -> Result<Result<TreeHead, ReceiptError>, Error> {
        let manifest = outbox.setting(names::MANIFEST)?.unwrap_or_default();
        let keys = Manifest::open(&manifest, &self.root)?.receipt_keys;
        Ok(receipt.verify(object, &keys, self.mission))
    }

    /// What the phone knows of the log after a head that a receipt proved.
    pub(crate) fn anchor_after(&self, outbox: &Outbox, head: &TreeHead) -> Result<Option<Anchor>, Error> {
        let manifest = Manifest::open(&outbox.setting(names::MANIFEST)?.unwrap_or_default(), &self.root)?;
        Ok(Anchor::after(outbox.anchor()?, head, &*self.clock, &manifest))
    }

    /// Only a verified receipt makes a report delivered; it is verified once more against the envelope that it is stored for.
    fn commit(&self, seq: i64, verdict: Verdict, outcome: &mut SyncOutcome) -> Result<(), StepError> {
        match verdict {
            Verdict::Stored(receipt) if seq < 0 => {
                lock(&self.outbox)?.relayed_receipted(seq, &cbor::encode(&receipt))?;
                outcome.carried += 1;
            }
            Verdict::Refused(refusal) if seq < 0 => {
                let now = self.now()?;
                lock(&self.outbox)?.relayed_refused(seq, refusal.code, now)?;
            }
            Verdict::Stored(receipt) => {
                let mut outbox = lock(&self.outbox)?;
                let (hash, _) = outbox.bytes(seq)?;
                let head =
                    self.prove(&outbox, hash, &receipt)?.map_err(|e| Error::refused(RefusalReason::NotGenuine, e))?;
                let anchor = self.anchor_after(&outbox, &head)?;
                outbox.receipted(seq, &cbor::encode(&receipt), anchor.as_ref())?;
                outcome.delivered += 1;
            }
            Verdict::Refused(refusal) => {
                let now = self.now()?;
                lock(&self.outbox)?.refused(seq, refusal.code, &refusal.reason, now)?;
                outcome.refused += 1;
            }
        }
        Ok(())
    }

    fn commit_enrolment(&self, verdict: Verdict) -> Result<(), StepError> {
        match verdict {
            Verdict::Stored(receipt) => {
                let mut outbox = lock(&self.outbox)?;
                let hash = Hash::of(&outbox.setting(names::ENROLMENT)?.unwrap_or_default());
                let head =
                    self.prove(&outbox, hash, &receipt)?.map_err(|e| Error::refused(RefusalReason::NotGenuine, e))?;
                let anchor = self.anchor_after(&outbox, &head)?.map(|anchor| cbor::encode(&anchor));
                let receipt = cbor::encode(&receipt);
                let mut settings = vec![(names::ENROLMENT_RECEIPT, &receipt[..]), (names::ENROLMENT_REFUSED, b"")];
                settings.extend(anchor.as_ref().map(|anchor| (names::ANCHOR, &anchor[..])));
                outbox.set(&settings, &[])?;
            }
            Verdict::Refused(refusal) => {
                lock(&self.outbox)?.set(&[(names::ENROLMENT_REFUSED, &cbor::encode(&refusal))], &[])?;
            }
        }
        Ok(())
    }
}

/// What the server says in words is signed by nobody and reaches no observer: a code has words of ours.
fn without_server_text(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Refused(Refusal { code, .. }) => Verdict::Refused(Refusal { code, reason: words(code).into() }),
        stored @ Verdict::Stored(_) => stored,
    }
}

/// One a call; it leaves no thread behind.
fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(|e| Error::Internal(e.to_string()))
}

/// What stops a step.
pub(crate) enum StepError {
    Network(Failure),
    Store(Error),
}

impl From<Failure> for StepError {
    fn from(failure: Failure) -> Self {
        Self::Network(failure)
    }
}

impl From<Error> for StepError {
    fn from(e: Error) -> Self {
        Self::Store(e)
    }
}

pub(crate) fn lock(outbox: &Mutex<Outbox>) -> Result<MutexGuard<'_, Outbox>, Error> {
    outbox
        .lock()
        .map_err(|_| Error::Internal("an earlier call broke off inside the outbox; open the store again".into()))
}

/// Why envelopes were not taken.
enum Sending {
    Unanswered(CallError),
    Failed(Failure),
}

pub(crate) fn failure(response: &HttpReply) -> Failure {
    response.busy().map_or(Failure::Nonsense, Failure::Busy)
}

/// How asking several servers failed, after one more of them did not answer: what tells most is kept.
pub(crate) fn unanswered(last: Failure, e: CallError) -> Failure {
    match (e, last) {
        (CallError::Foreign, _) => Failure::Untrusted,
        (CallError::Silent, Failure::Offline) => Failure::Silent,
        _ => last,
    }
}

pub(crate) async fn body(response: HttpReply, limit: usize) -> Result<Vec<u8>, Failure> {
    response.body(limit).await.map_err(|e| match e {
        ReplyError::TooLong => Failure::Nonsense,
        ReplyError::Broken => Failure::Offline,
        ReplyError::Silent => Failure::Silent,
    })
}

/// The device key of an enrolment that this phone made.
fn device_key(enrolment: &[u8]) -> Option<PublicKey> {
    use baqylau_protocol::cose::{ObjectType, Unverified};
    let outer = Unverified::parse(ObjectType::Enrolled, enrolment).ok()?;
    let inner = Unverified::parse(ObjectType::Enrolment, outer.untrusted()).ok()?;
    cbor::decode::<Enrolment>(inner.untrusted(), "enrolment").ok().map(|e| e.device_key)
}
