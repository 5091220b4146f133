//! What the writer does: everything that waits goes into one commit, with one signature and one receipt each.

use crate::accept::{Accepted, AcceptedKind, may_enrol, may_send, refusal, unlisted};
use crate::documents::{ServerIdentity, load_documents};
use crate::rate_limit::{FULL_AFTER_MS, RateLimiter};
use crate::sequencer::{
    Committed, GROUP, Judged, LogState, Now, PermitError, SignedHead, Unavailable, WriterJob, read, write,
};
use crate::storage::{LogError, LoggedObject, MaterialKind, Storage, with_causes};
use baqylau_protocol::envelope::Envelope;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::permit::{MAX_TOKENS, UploadPermit};
use baqylau_protocol::receipt::{Receipt, TreeHead, leaf_hash};
use baqylau_protocol::standing::Standings;
use baqylau_protocol::wire::{Refusal, RefusalCode, Verdict};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::{mpsc, oneshot};

pub(crate) struct Writer {
    pub(crate) storage: Box<dyn Storage>,
    pub(crate) mission: MissionId,
    pub(crate) whose: ServerIdentity,
    pub(crate) key: SigningKey,
    pub(crate) log: Arc<LogState>,
    pub(crate) quotas: RateLimiter,
    pub(crate) now: Now,
}

/// Most tokens that open one attachment of a device: those of a few permits, since a phone that lost its outbox signs anew.
const MOST_TOKENS: u64 = 4 * MAX_TOKENS as u64;

/// The verdicts on a request, and whether anything of it was new.
type Stored = (Vec<Verdict>, bool);
type Pending = (Vec<Judged>, oneshot::Sender<Result<Committed, Unavailable>>);

impl Writer {
    pub(crate) fn run(&mut self, mut inbox: mpsc::Receiver<WriterJob>) {
        while let Some(job) = inbox.blocking_recv() {
            let mut group: Vec<Pending> = Vec::new();
            let mut objects = 0;
            let mut next = Some(job);
            // Whatever waits by now goes into the same commit.
            while let Some(job) = next {
                match job {
                    WriterJob::Append(judged, reply) => {
                        objects += judged.len();
                        group.push((judged, reply));
                    }
                    WriterJob::Publish(what, reply) => {
                        let done = what.carry_out(&mut *self.storage, &self.whose, &self.log);
                        let _ = reply.send(done);
                    }
                    WriterJob::Notice(notice, reply) => {
                        // As a permit.
                        self.commit(std::mem::take(&mut group));
                        objects = 0;
                        let _ = reply.send(notice.keep(&mut *self.storage, self.mission, &self.log));
                    }
                    WriterJob::Permit(permit, hash, reply) => {
                        // Each is an fsync of its own: they keep no report waiting.
                        self.commit(std::mem::take(&mut group));
                        objects = 0;
                        let _ = reply.send(self.permit(&permit, hash));
                    }
                    WriterJob::Probe(reply) => {
                        let probed = self.storage.probe(self.mission, (self.now)());
                        if let Err(e) = &probed {
                            report("healthz", e);
                        }
                        let _ = reply.send(probed);
                    }
                }
                next = if objects < GROUP { inbox.try_recv().ok() } else { None };
            }
            self.commit(group);
        }
    }

    /// Lets one attachment of an envelope of the log be uploaded: one that the envelope itself names, with this length. What is permitted
    /// already costs no quota; further tokens do, since each has room for the whole file.
    fn permit(&mut self, permit: &UploadPermit, hash: Hash) -> Result<(), PermitError> {
        let failed = |e| PermitError::Failed(report("permit", &e));
        let (mission, device, now) = (self.mission, permit.device, (self.now)());
        let state = read(&self.log.devices).get(&device).cloned().ok_or(PermitError::Unknown)?;
        let logged = self.storage.object(mission, device, permit.envelope).map_err(failed)?;
        let header = logged.filter(|bytes| Hash::of(bytes) == permit.envelope);
        let header = header.and_then(|bytes| Envelope::untrusted_header(&bytes)).ok_or(PermitError::Unknown)?;
        let blob = header.blobs.into_iter().flatten().find(|b| b.hash == hash && permit.length(hash) == Some(b.length));
        let may_send = may_send(&read(&self.log.standings), device, header.seq).is_ok();
        let blob = blob.filter(|_| may_send).ok_or(PermitError::Unknown)?;
        let known = self.storage.permitted(mission, device, hash).map_err(failed)?;
        let is_new = |token: &&Hash| !known.iter().any(|k| k.token == **token && k.length == blob.length);
        let fresh = permit.tokens.iter().filter(is_new).count() as u64;
        let cost = if known.is_empty() { blob.length } else { blob.length.saturating_mul(fresh) };
        let crowded = known.len() as u64 + fresh > MOST_TOKENS;
        if crowded || !self.quotas.take_attachments(state.subject, cost, now) {
            return Err(PermitError::Quota);
        }
        let one = UploadPermit { blobs: vec![blob], ..permit.clone() };
        self.storage.permit(mission, &one, now).map_err(failed)
    }

    /// Counts what came before the server started.
    pub(crate) fn recount(&mut self) -> Result<(), LogError> {
        let devices = read(&self.log.devices);
        let now = (self.now)();
        let since = now.saturating_sub(FULL_AFTER_MS);
        let quotas = &mut self.quotas;
        self.storage.since(self.mission, since, &mut |came| {
            let Some(device) = devices.get(&came.device) else { return };
            // Taken in under a clock that was ahead, it is of now.
            let received = came.received.min(now);
            match came.kind {
                MaterialKind::Object => quotas.note_object(device.subject, came.bytes, received),
                MaterialKind::Attachment => quotas.note_attachment(device.subject, came.bytes, received),
            }
        })
    }

    fn commit(&mut self, group: Vec<Pending>) {
        if group.is_empty() {
            return;
        }
        match self.store(&group) {
            Ok((size, stored)) => {
                for ((_, reply), (verdicts, fresh)) in group.into_iter().zip(stored) {
                    let _ = reply.send(Ok(Committed { verdicts, size, fresh }));
                }
            }
            Err(e) => {
                let failed = report("objects", &e);
                group.into_iter().for_each(|(_, reply)| drop(reply.send(Err(failed.clone()))));
            }
        }
    }

    /// Stores what is new in one transaction, then makes a receipt for everything that is good. Gives the size of their head with them.
    fn store(&mut self, group: &[Pending]) -> Result<(u64, Vec<Stored>), LogError> {
        let now = (self.now)();
        let first = read(&self.log.tree).len();
        let mut fresh: Vec<LoggedObject> = Vec::new();
        let mut ruled = Ruled::default();
        let mut mended = false;
        for good in group.iter().flat_map(|(judged, _)| judged).filter_map(|j| j.as_ref().ok()) {
            if ruled.seen.contains_key(&good.hash) {
                self.log.counters.duplicates.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            if let Some(place) = self.storage.find(self.mission, good.device, good.seq, good.hash)? {
                self.log.counters.duplicates.fetch_add(1, Ordering::Relaxed);
                if self.storage.mend(self.mission, place.index, &good.object)? {
                    mended |= good.seq == 0;
                    tracing::warn!(index = place.index, device = %good.device, "a damaged object came again and is whole now");
                }
                ruled.take(good, (place.index, place.received));
                continue;
            }
            let place = (first + fresh.len()) as u64;
            if let Err(refusal) = self.may_log(good, &mut ruled, place, now) {
                ruled.refused.insert(good.hash, refusal);
                continue;
            }
            ruled.take(good, (place, now));
            let (device, seq, recipient, hash) = (good.device, good.seq, good.recipient, good.hash);
            fresh.push(LoggedObject { received: now, device, seq, recipient, hash, object: good.object.clone() });
        }
        if !fresh.is_empty() {
            self.storage.append(self.mission, first as u64, &fresh)?;
            let mut tree = write(&self.log.tree);
            fresh.iter().for_each(|e| tree.push(leaf_hash(e.hash, e.received)));
            drop(tree);
            self.log.counters.stored.fetch_add(fresh.len() as u64, Ordering::Relaxed);
            self.log.counters.commits.fetch_add(1, Ordering::Relaxed);
        }
        self.admit(group, &mut ruled);
        if mended {
            load_documents(&mut *self.storage, &self.whose, &self.log)?;
        }
        let head = self.sign_head();
        let is_fresh = |judged: &Judged| {
            let place = judged.as_ref().ok().and_then(|good| ruled.seen.get(&good.hash));
            place.is_some_and(|(index, _)| *index >= first as u64)
        };
        let stored = |judged: &[Judged]| {
            let verdicts = judged.iter().map(|j| self.verdict(j, &ruled, &head.bytes)).collect();
            (verdicts, judged.iter().any(is_fresh))
        };
        Ok((head.size, group.iter().map(|(judged, _)| stored(judged)).collect()))
    }

    /// Whether an object that is not in the log yet may go into it, at this place. Bundle, standings and other objects may have come since
    /// it was judged; each counts from the moment it is published or logged. What is in the log costs no quota.
    fn may_log(&mut self, good: &Accepted, ruled: &mut Ruled, place: u64, now: i64) -> Result<(), Refusal> {
        let manifest = read(&self.log.manifest).clone();
        let manifest = manifest.as_ref().map(|published| &published.0);
        let unpublished = || refusal(RefusalCode::UnknownDevice, "the mission is not published here yet");
        match &good.kind {
            AcceptedKind::Enrolment(_, issuer) => may_enrol(manifest.ok_or_else(unpublished)?, *issuer, place, now)?,
            AcceptedKind::Envelope | AcceptedKind::Standing(_) => {
                let enrolled = ruled.enrolled.contains(&good.device);
                if !enrolled && !read(&self.log.devices).contains_key(&good.device) {
                    return Err(refusal(RefusalCode::UnknownDevice, "its enrolment was not taken; it enrols again"));
                }
                match &ruled.standings {
                    Some(standings) => may_send(standings, good.device, good.seq)?,
                    None => may_send(&read(&self.log.standings), good.device, good.seq)?,
                }
            }
        }
        let record = match &good.kind {
            AcceptedKind::Standing(record) => Some((record, manifest.ok_or_else(unpublished)?)),
            AcceptedKind::Envelope | AcceptedKind::Enrolment(..) => None,
        };
        if record.is_some_and(|(record, manifest)| !manifest.is_desk_at(record.desk, place)) {
            return Err(unlisted());
        }
        if !self.quotas.take_object(good.subject, good.object.len() as u64, now) {
            let reason = "this observer's devices send too much; it is tried again later";
            return Err(refusal(RefusalCode::Quota, reason));
        }
        if let Some((record, manifest)) = record {
            let standings = ruled.standings.get_or_insert_with(|| read(&self.log.standings).clone());
            standings.apply(place, record, manifest);
        }
        Ok(())
    }

    /// Enrolments and decisions count from the moment they are durable.
    fn admit(&self, group: &[Pending], ruled: &mut Ruled) {
        let good = group.iter().flat_map(|(judged, _)| judged).filter_map(|j| j.as_ref().ok());
        for good in good.filter(|g| ruled.seen.contains_key(&g.hash)) {
            if let AcceptedKind::Enrolment(device, _) = &good.kind {
                write(&self.log.devices).entry(good.device).or_insert_with(|| device.clone());
            }
        }
        if let Some(standings) = ruled.standings.take() {
            *write(&self.log.standings) = standings;
        }
    }

    fn verdict(&self, judged: &Judged, ruled: &Ruled, head: &[u8]) -> Verdict {
        let place = judged.as_ref().map_err(Clone::clone).and_then(|good| ruled.place(good));
        match place {
            Err(refusal) => {
                self.log.counters.refused.fetch_add(1, Ordering::Relaxed);
                Verdict::Refused(refusal)
            }
            Ok((index, received)) => {
                let path = usize::try_from(index).ok().and_then(|i| read(&self.log.tree).path(i)).unwrap_or_default();
                Verdict::Stored(Receipt { head: head.to_vec().into(), index, received, path })
            }
        }
    }

    pub(crate) fn sign_head(&mut self) -> SignedHead {
        let (size, root) = {
            let tree = read(&self.log.tree);
            (tree.len() as u64, tree.root())
        };
        let (v, mission, time) = (baqylau_protocol::VERSION, self.mission, (self.now)());
        let bytes = TreeHead { v, mission, size, root, time }.sign(&self.key);
        let head = SignedHead { size, root, bytes };
        self.log.counters.log_size.store(size, Ordering::Relaxed);
        *write(&self.log.head) = Some(head.clone());
        head
    }
}

/// Verdicts on the objects of one commit, by hash: in the log when it is done, or refused.
#[derive(Default)]
struct Ruled {
    /// Index and time of receipt of those that are in the log when it is done.
    seen: HashMap<Hash, (u64, i64)>,
    /// The devices whose enrolments are among them.
    enrolled: HashSet<DeviceId>,
    refused: HashMap<Hash, Refusal>,
    /// What holds of devices when it is done, where something was decided in it.
    standings: Option<Standings>,
}

impl Ruled {
    fn take(&mut self, good: &Accepted, place: (u64, i64)) {
        self.seen.insert(good.hash, place);
        if matches!(good.kind, AcceptedKind::Enrolment(..)) {
            self.enrolled.insert(good.device);
        }
    }

    fn place(&self, good: &Accepted) -> Result<(u64, i64), Refusal> {
        let refused = || self.refused.get(&good.hash).cloned();
        let unknown = || refusal(RefusalCode::UnknownDevice, "it was not taken; it is tried again later");
        self.seen.get(&good.hash).copied().ok_or_else(|| refused().unwrap_or_else(unknown))
    }
}

/// Logs why a kind of request failed, never what it holds.
pub(crate) fn report(request: &'static str, e: &LogError) -> Unavailable {
    tracing::error!(request, code = e.code(), cause = %with_causes(e), "the storage failed");
    Unavailable
}
