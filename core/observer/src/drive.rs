//! Carries out what the sync step says. No lock is held while the network is waited for.
//!
//! # Layout
//! - `http`: asking the servers
//! - `fetch`: the bundle; `unverified`: the same, where the servers' authority was replaced while this phone was away
//! - `commit`: what an acknowledgement changes
//! - `heads`: whether heads are of one log; `compare_again`: of those that could not be compared before
//! - `runtime`: how long a call may take, and what it runs on
//! - `outcome`: what a run did, and what stopped it

mod commit;
mod compare_again;
mod fetch;
mod heads;
mod http;
mod outcome;
mod runtime;
mod unverified;

pub(crate) use heads::Comparison;
pub(crate) use http::{body, failure, unanswered};
pub use outcome::Trouble;
pub(crate) use outcome::{StepError, SyncOutcome};
pub(crate) use runtime::{Interrupt, Limit};

use crate::clock::Clock;
use crate::error::{Error, RefusalReason};
use crate::in_flight::InFlight;
use crate::listen::{Change, ChangeNotifier};
use crate::reason::{BundleRefusal, InvalidReason};
use crate::store::{Number, Outbox, names};
use crate::time::corrected;
use baqylau_http::{Client, Deadlines, SocksProxy, Transport, UnverifiedClient};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::cose::{self, ObjectType, Unverified};
use baqylau_protocol::enrolment::Enrolment;
use baqylau_protocol::envelope::Envelope;
use baqylau_protocol::ids::{Hash, MissionId, MissionRoot, PublicKey};
use baqylau_protocol::sync::{
    Action, Event, FIRST_REFUSAL_MS, Failure, Stop, SyncInputs, SyncState, WaitingEnvelope, step,
};
use baqylau_sqlite::StorageError;
use minicbor::bytes::ByteVec;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) struct SyncDriver {
    pub(crate) outbox: Arc<Mutex<Outbox>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) notifier: ChangeNotifier,
    in_flight: InFlight,
    /// The hashes of signed heads that were proved in this run to be of the log that the phone knows.
    compared: Mutex<BTreeSet<Hash>>,
    /// Trusts the TLS roots of the newest manifest.
    http: Mutex<Client>,
    /// For manifest and parts, from servers whose authority is none that this phone knows; none where there is no network to ask.
    unverified: Option<UnverifiedClient>,
    proxy: Option<SocksProxy>,
    /// Where the attachments are.
    pub(crate) folder: PathBuf,
    pub(crate) servers: Vec<String>,
    pub(crate) root: MissionRoot,
    pub(crate) mission: MissionId,
}

impl SyncDriver {
    pub fn new(
        outbox: Arc<Mutex<Outbox>>,
        clock: Arc<dyn Clock>,
        (folder, transport): (PathBuf, Option<Arc<dyn Transport>>),
        (bell, flight): (ChangeNotifier, InFlight),
    ) -> Result<Self, Error> {
        let (root, servers, tls_roots, proxy) = {
            let outbox = lock(&outbox)?;
            let get = |name| outbox.setting(name)?.ok_or(Error::Invalid(InvalidReason::NoStore));
            (get(names::ROOT)?, get(names::SERVERS)?, get(names::TLS_ROOTS)?, outbox.proxy()?)
        };
        let internal = |e: minicbor::decode::Error| Error::Internal(e.to_string());
        let servers: Vec<String> = minicbor::decode(&servers).map_err(internal)?;
        let root = MissionRoot::from_slice(&root).ok_or_else(|| Error::Internal("root key".into()))?;
        let (http, unverified) = match transport {
            Some(transport) => (Client::over(transport, Deadlines::default()), None),
            None => {
                let unverified = UnverifiedClient::through(proxy.as_ref(), Deadlines::default());
                let unverified = unverified.map_err(|e| Error::Internal(e.to_string()))?;
                (trusting(&tls_roots, proxy.as_ref())?, Some(unverified))
            }
        };
        Ok(Self {
            outbox,
            clock,
            notifier: bell,
            in_flight: flight,
            compared: Mutex::default(),
            http: Mutex::new(http),
            unverified,
            proxy,
            folder,
            servers,
            root,
            mission: MissionId::of(root),
        })
    }

    /// Trusts the authorities of the newest manifest from now on.
    pub(super) fn follow_manifest(&self) -> Result<(), Error> {
        if self.unverified.is_some() {
            let roots = lock(&self.outbox)?.setting(names::TLS_ROOTS)?.unwrap_or_default();
            *self.http.lock().unwrap_or_else(PoisonError::into_inner) = trusting(&roots, self.proxy.as_ref())?;
        }
        Ok(())
    }

    /// The client of now; a connection that it keeps is shared.
    pub(crate) fn http(&self) -> Client {
        self.http.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs until nothing waits, something must be waited for, the time is up, or it is interrupted.
    pub fn run(&self, limit: &Limit, now: bool) -> Result<SyncOutcome, Error> {
        let mut outcome = SyncOutcome::default();
        match runtime::run(limit, self.steps(now, &mut outcome))? {
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
        match runtime::run(limit, self.bundle())? {
            Some(Ok(_)) => match lock(&self.outbox)?.setting(names::BUNDLE_REFUSED)? {
                Some(reason) if !reason.is_empty() => {
                    let why = BundleRefusal::of(&reason);
                    Err(Error::refused(why.into(), why))
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
        match self.compare_again(now, outcome).await {
            // What could not be compared waits for the next run, and keeps nothing else waiting.
            Err(StepError::Network(_)) | Ok(()) => {}
            Err(StepError::Store(Error::Storage(StorageError::Full))) => outcome.trouble = Some(Trouble::Full),
            Err(StepError::Store(e)) => return Err(e),
        }
        self.round(now, outcome).await?;
        // A server that lost its log is offered everything in the same run, once: what it says of itself is not signed.
        if outcome.stop == Stop::Done && lock(&self.outbox)?.offers_again()? {
            self.round(now, outcome).await?;
        }
        // What could not be written is asked for again.
        if outcome.stop == Stop::Done && outcome.trouble == Some(Trouble::Full) {
            outcome.stop = Stop::Wait { until: self.now()? + FIRST_REFUSAL_MS };
        }
        Ok(())
    }

    async fn round(&self, now: bool, outcome: &mut SyncOutcome) -> Result<(), Error> {
        let mut state = SyncState::default();
        let mut events = vec![Event::Begin(self.known(now)?)];
        while let Some(event) = events.pop() {
            let (next, actions) = step(state, event, self.now()?, self.clock.jitter());
            state = next;
            for action in actions {
                let (unwritten, offers) = (unwritten(&action), action == Action::SendAgain);
                match self.act(action, now, outcome).await {
                    Ok(Some(event)) => events.push(event),
                    Ok(None) => {}
                    Err(StepError::Network(failure)) => {
                        outcome.trouble = outcome.trouble.or(Trouble::of(failure));
                        events.push(Event::Failed(failure));
                    }
                    // What the server has, it has: what cannot be noted here keeps nothing from leaving.
                    Err(StepError::Store(Error::Storage(StorageError::Full))) if self.manifest()?.is_some() => {
                        outcome.trouble = Some(Trouble::Full);
                        events.extend(unwritten);
                        if offers {
                            break;
                        }
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
        let queue = queue.map(|q| WaitingEnvelope { id: q.number.stored(), bytes: q.bytes, urgent: q.urgent });
        let (failures, not_before) = outbox.paused()?;
        Ok(SyncInputs {
            enrolled: outbox.setting(names::ENROLMENT_RECEIPT)?.is_some(),
            queue: queue.collect(),
            failures,
            not_before,
            now,
        })
    }

    pub(crate) fn now(&self) -> Result<i64, Error> {
        let anchor = lock(&self.outbox)?.anchor()?;
        Ok(corrected(&*self.clock, anchor.as_ref(), self.manifest()?.map_or(0, |(m, _)| m.issued)))
    }

    async fn act(&self, action: Action, now: bool, outcome: &mut SyncOutcome) -> Result<Option<Event>, StepError> {
        match action {
            Action::FetchBundle => self.bundle().await.map(Some),
            Action::SendEnrolment => {
                let enrolment = lock(&self.outbox)?.setting(names::ENROLMENT)?;
                let enrolment = enrolment.ok_or(Error::Invalid(InvalidReason::EnrolmentUnsigned))?;
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
                let numbers: Vec<Number> = ids.into_iter().map(Number::of).collect();
                let objects = numbers.iter().map(|number| self.checked(*number)).collect::<Result<Vec<_>, _>>()?;
                let hashes: Vec<Hash> = objects.iter().map(|o| Hash::of(o)).collect();
                let _under_way = self.in_flight.begin(&numbers);
                self.notifier.notify(Change::Delivery);
                let verdicts = self.upload(objects, outcome).await?;
                let verdicts = hashes.into_iter().chain(std::iter::repeat(Hash([0; 32]))).zip(verdicts);
                let verdicts = verdicts.map(|(hash, verdict)| self.proven(hash, verdict));
                Ok(Some(Event::Uploaded(verdicts.collect::<Result<_, _>>()?)))
            }
            Action::SendAttachments => self.attachments(now, outcome).await.map(Some),
            Action::FetchLetters => self.letters(now, outcome).await.map(Some),
            Action::FetchRows => self.rows(now, outcome).await.map(Some),
            Action::Commit(id, verdict) => {
                self.commit(Number::of(id), verdict, outcome)?;
                self.notifier.notify(Change::Delivery);
                Ok(None)
            }
            Action::Pause { failures, not_before } => {
                lock(&self.outbox)?.pause(failures, not_before)?;
                Ok(None)
            }
            Action::Stop(stop) => {
                outcome.stop = stop;
                Ok(None)
            }
        }
    }

    /// The manifest that an outbox keeps.
    pub(crate) fn manifest_in(&self, outbox: &Outbox) -> Result<Manifest, Error> {
        Ok(Manifest::open(&outbox.setting(names::MANIFEST)?.unwrap_or_default(), self.root)?)
    }

    pub(crate) fn manifest(&self) -> Result<Option<(Manifest, Vec<u8>)>, Error> {
        let Some(bytes) = lock(&self.outbox)?.setting(names::MANIFEST)? else { return Ok(None) };
        Ok(Some((Manifest::open(&bytes, self.root)?, bytes)))
    }

    /// The bytes of an envelope, verified: a store can hand out what was damaged or swapped.
    fn checked(&self, number: Number) -> Result<ByteVec, Error> {
        let outbox = lock(&self.outbox)?;
        let (hash, bytes) = outbox.bytes(number)?;
        let Number::Own(seq) = number else { return Ok(bytes.into()) };
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
}

/// A client that trusts these roots, as the outbox keeps them.
fn trusting(roots: &[u8], proxy: Option<&SocksProxy>) -> Result<Client, Error> {
    let roots: Vec<ByteVec> = minicbor::decode(roots).map_err(|e| Error::Internal(e.to_string()))?;
    let roots: Vec<Vec<u8>> = roots.into_iter().map(Into::into).collect();
    Client::through(proxy, &roots, Deadlines::default()).map_err(|_| InvalidReason::InviteUnusable.into())
}

/// What follows an action whose outcome a full disk did not take.
fn unwritten(action: &Action) -> Option<Event> {
    match action {
        Action::FetchBundle => Some(Event::BundleDone),
        Action::SendAttachments => Some(Event::AttachmentsDone),
        Action::FetchLetters => Some(Event::LettersDone),
        Action::FetchRows => Some(Event::RowsDone),
        // These only send, and write nothing.
        Action::SendEnrolment | Action::Upload(_) => Some(Event::Failed(Failure::Nonsense)),
        // The server must not know the phone again before it is noted that it lost what the phone had sent.
        Action::SendAgain => Some(Event::Failed(Failure::Nonsense)),
        Action::CommitEnrolment(_) | Action::Commit(..) | Action::Pause { .. } | Action::Stop(_) => None,
    }
}

pub(crate) fn lock(outbox: &Mutex<Outbox>) -> Result<MutexGuard<'_, Outbox>, Error> {
    outbox
        .lock()
        .map_err(|_| Error::Internal("an earlier call broke off inside the outbox; open the store again".into()))
}

/// The device key of an enrolment that this phone made.
fn device_key(enrolment: &[u8]) -> Option<PublicKey> {
    let outer = Unverified::parse(ObjectType::Enrolled, enrolment).ok()?;
    let inner = Unverified::parse(ObjectType::Enrolment, outer.untrusted()).ok()?;
    cbor::decode::<Enrolment>(inner.untrusted(), "enrolment").ok().map(|e| e.device_key)
}

/// Whether an enrolment is one that this phone made with its invite: both signatures verify.
pub(crate) fn is_own_enrolment(enrolment: &[u8], invite: &PublicKey) -> bool {
    let verify = || {
        let inner = cose::open(ObjectType::Enrolled, enrolment, invite, &[]).ok()?;
        cose::open(ObjectType::Enrolment, inner, &device_key(enrolment)?, &[]).ok()
    };
    verify().is_some()
}
