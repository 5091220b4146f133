//! What reports say that their phones had seen of the log, compared with the log here. A phone's word is no evidence, and what does not go
//! with it is worth a look.

use crate::error::DeskError;
use crate::faults::{SuspectedOf, Suspicion};
use crate::parallel::CHUNK;
use crate::store::{DeskStore, PulledEnvelope, VerifiedStore};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::merkle::MerkleTree;
use baqylau_report::Report;
use minicbor::{Decode, Encode};
use std::collections::HashMap;

/// Setting: how far reports were compared, and what did not go with the log.
const SUSPICIONS: &str = "suspicions";
/// How many reports of one phone are named: what it says of the log it says in each.
const OF_ONE_PHONE: usize = 4;
/// How many are named at all.
const NAMED: usize = 200;
/// How much a clock may go back, in milliseconds, before somebody asks why.
const CLOCK_SLACK: u64 = 60_000;

/// How far a time of receipt may be ahead of the desk's clock, in milliseconds.
const AHEAD: u64 = 3_600_000;

/// What the setting holds.
#[derive(Default, Encode, Decode)]
struct SeenCompared {
    /// Of which rewriting of the log here: another one, and all is compared anew.
    #[n(0)]
    rewritten: i64,
    /// The first place that was not looked at.
    #[n(1)]
    next: u64,
    /// What does not go with the log.
    #[n(2)]
    open: Vec<OpenClaim>,
    /// What was dated ahead when it was pulled.
    #[n(3)]
    ahead: Vec<Suspicion>,
}

impl SeenCompared {
    /// Everything that is told.
    fn told(self) -> Vec<Suspicion> {
        self.ahead.into_iter().chain(self.open.into_iter().map(|open| open.suspicion)).collect()
    }

    /// Notes what had not come yet by the desk's clock.
    fn note_ahead(&mut self, (report, device, seq, place): (Hash, DeviceId, u64, u64), received: i64, now: i64) {
        let ms = u64::try_from(received.saturating_sub(now)).unwrap_or_default();
        if self.ahead.iter().any(|ahead| ahead.place == place) {
            return;
        }
        let same = self.ahead.iter().filter(|ahead| ahead.device == device).count();
        if ms > AHEAD && same < OF_ONE_PHONE && self.ahead.len() < NAMED {
            self.ahead.push(Suspicion { report, device, seq, place, of: SuspectedOf::DatedAhead { ms } });
        }
    }
}

/// A report that does not go with the log here.
#[derive(Encode, Decode)]
struct OpenClaim {
    #[n(0)]
    suspicion: Suspicion,
    #[n(1)]
    claim: SeenClaim,
}

/// What a report says that its phone had seen.
#[derive(Clone, Copy, Encode, Decode)]
struct SeenClaim {
    /// How many objects.
    #[n(0)]
    size: u64,
    /// The root over them.
    #[n(1)]
    root: Hash,
    /// When the server received the report.
    #[n(2)]
    received: i64,
}

impl DeskStore {
    /// Reports whose phones say that they had seen another log, as the last pull found them: the first 200, and four of a phone.
    ///
    /// # Errors
    /// The database fails.
    pub fn suspicions(&self) -> Result<Vec<Suspicion>, DeskError> {
        Ok(self.seen_compared()?.told())
    }

    fn seen_compared(&self) -> Result<SeenCompared, DeskError> {
        let kept = self.setting(SUSPICIONS)?;
        kept.map_or_else(
            || Ok(SeenCompared::default()),
            |bytes| cbor::decode_request(&bytes).map_err(|e| self.damaged(e)),
        )
    }
}

/// Compares what came since with the tree of what is here, and what did not go with it once more.
pub(crate) fn compare_seen(known: VerifiedStore<'_>, tree: &MerkleTree, now: i64) -> Result<Vec<Suspicion>, DeskError> {
    let (store, rewritten) = (known.store, known.store.rewritten()?);
    let before = store.seen_compared()?;
    let mut compared = match before.rewritten == rewritten {
        true => before,
        false => SeenCompared { rewritten, ..SeenCompared::default() },
    };
    let mut open = Vec::new();
    for claim in std::mem::take(&mut compared.open) {
        if let Some(of) = suspected(store, tree, claim.suspicion.place, claim.claim)? {
            open.push(OpenClaim { suspicion: Suspicion { of, ..claim.suspicion }, claim: claim.claim });
        }
    }
    compared.open = open;
    let next = compared.next;
    for enrolled in store.devices()?.iter().filter(|enrolled| enrolled.index >= next) {
        compared.note_ahead((enrolled.hash, enrolled.device, 0, enrolled.index), enrolled.received, now);
    }
    let mut claims = SeenClaims { known, manifest: known.manifest()?, epochs: HashMap::new() };
    loop {
        let chunk = store.envelopes_from(compared.next, CHUNK)?;
        let Some(last) = chunk.last() else { break };
        compared.next = last.index + 1;
        for envelope in &chunk {
            let who = (envelope.hash, envelope.device, envelope.seq, envelope.index);
            compared.note_ahead(who, envelope.received, now);
            let Some(claim) = claims.of(envelope)? else { continue };
            let Some(of) = suspected(store, tree, envelope.index, claim)? else { continue };
            let same = compared.open.iter().filter(|open| open.suspicion.device == envelope.device).count();
            if same < OF_ONE_PHONE && compared.open.len() < NAMED {
                let PulledEnvelope { hash: report, device, seq, index: place, .. } = *envelope;
                compared.open.push(OpenClaim { suspicion: Suspicion { report, device, seq, place, of }, claim });
            }
        }
    }
    store.set_setting(SUSPICIONS, &cbor::encode(&compared))?;
    Ok(compared.told())
}

/// What a claim makes one look for; `None` where it goes with the log here.
fn suspected(
    store: &DeskStore,
    tree: &MerkleTree,
    place: u64,
    claim: SeenClaim,
) -> Result<Option<SuspectedOf>, DeskError> {
    let (seen, here) = (claim.size, tree.len() as u64);
    let Some(root) = tree.root_at(seen) else { return Ok(Some(SuspectedOf::Withheld { seen, here })) };
    if root != claim.root {
        let before = place < seen;
        return Ok(Some(if before { SuspectedOf::PutBefore { seen } } else { SuspectedOf::OtherLog { seen } }));
    }
    let Some(last) = seen.checked_sub(1) else { return Ok(None) };
    let later = store.received_at(last)?.filter(|last| *last > claim.received);
    let ms = later.map_or(0, |last| last.abs_diff(claim.received));
    Ok((ms > CLOCK_SLACK).then_some(SuspectedOf::SetBack { ms }))
}

/// Reads claims.
struct SeenClaims<'d> {
    known: VerifiedStore<'d>,
    manifest: Manifest,
    /// Which log phones knew that had some bundle.
    epochs: HashMap<Hash, u32>,
}

impl SeenClaims<'_> {
    /// What a report says; `None` where it says nothing that this log could have shown to it.
    fn of(&mut self, envelope: &PulledEnvelope) -> Result<Option<SeenClaim>, DeskError> {
        let opened = envelope.plain.as_ref().ok().filter(|opened| opened.kind == ObjectType::Report);
        let Some(report) = opened.and_then(|opened| Report::decode(&opened.bytes).ok()) else { return Ok(None) };
        let Some((size, root)) = report.clock.seen else { return Ok(None) };
        // Behind what was kept of it, a log that was replaced was another one.
        let epoch = self.epoch(report.bundle)?;
        let kept = self.manifest.log.kept_since(epoch);
        let here = kept.is_none_or(|kept| size <= kept.size);
        Ok(here.then_some(SeenClaim { size, root, received: envelope.received }))
    }

    fn epoch(&mut self, bundle: Hash) -> Result<u32, DeskError> {
        if self.manifest.log.before.is_empty() {
            return Ok(self.manifest.log.epoch);
        }
        if let Some(epoch) = self.epochs.get(&bundle) {
            return Ok(*epoch);
        }
        let manifest = self.known.store.bundle(bundle)?;
        let epoch = manifest.map_or(Ok(0), |bytes| self.known.open_manifest(&bytes).map(|m| m.log.epoch))?;
        self.epochs.insert(bundle, epoch);
        Ok(epoch)
    }
}
