//! Heads of the log are compared: who saw two logs that cannot be one has the proof of it, whatever the server says later.

use super::{SyncDriver, lock};
use crate::error::Error;
use crate::store::{Outbox, names};
use crate::time::MOST_GROWTH;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::merkle::is_consistent;
use baqylau_protocol::receipt::TreeHead;
use baqylau_protocol::wire::Verdict;
use std::sync::PoisonError;

impl SyncDriver {
    /// Compares the heads of the receipts in an answer with the last that was kept. `proof` leads from the smaller to the larger.
    pub(super) fn compare_heads(&self, verdicts: &[Verdict], proof: Option<&[Hash]>) -> Result<(), Error> {
        let mut outbox = lock(&self.outbox)?;
        let mut heads: Vec<&[u8]> = verdicts.iter().filter_map(signed_head).collect();
        heads.dedup();
        if heads.is_empty() {
            return Ok(());
        }
        let manifest = self.manifest_in(&outbox)?;
        for bytes in heads {
            self.compare_head(&mut outbox, &manifest, bytes, proof)?;
        }
        Ok(())
    }

    /// One that the key of the mission's log did not sign says nothing.
    pub(crate) fn compare_head(
        &self,
        outbox: &mut Outbox,
        manifest: &Manifest,
        bytes: &[u8],
        proof: Option<&[Hash]>,
    ) -> Result<Comparison, Error> {
        let kept = outbox.setting(names::HEAD)?;
        let comparison = compare(kept.as_deref(), manifest, bytes, proof);
        match comparison {
            Comparison::Proved { larger } => {
                self.note_compared(bytes);
                outbox.keep_head(Some(bytes).filter(|_| larger))?;
            }
            Comparison::NotCompared => outbox.set(&[(names::UNPROVED, bytes)], &[])?,
            Comparison::Contradicted => outbox.add_evidence(&kept.unwrap_or_default(), bytes)?,
            Comparison::Foreign => {}
        }
        Ok(comparison)
    }

    /// Compares a head that came by hand with the kept one, as far as that goes without a server. The first that a phone sees is kept.
    /// What is not proved says nothing of the server: a courier brings no proofs.
    pub(crate) fn compare_by_hand(&self, outbox: &mut Outbox, bytes: &[u8]) -> Result<Comparison, Error> {
        let kept = outbox.setting(names::HEAD)?;
        let comparison = compare(kept.as_deref(), &self.manifest_in(outbox)?, bytes, None);
        match comparison {
            Comparison::Proved { larger: true } => outbox.keep_head(Some(bytes))?,
            Comparison::Contradicted => outbox.add_evidence(&kept.unwrap_or_default(), bytes)?,
            Comparison::Proved { larger: false } | Comparison::NotCompared | Comparison::Foreign => {}
        }
        Ok(comparison)
    }

    fn note_compared(&self, head: &[u8]) {
        self.compared.lock().unwrap_or_else(PoisonError::into_inner).insert(Hash::of(head));
    }

    /// Whether a signed head was proved in this run to be of the log that the phone knows.
    pub(super) fn is_compared(&self, head: &[u8]) -> bool {
        self.compared.lock().unwrap_or_else(PoisonError::into_inner).contains(&Hash::of(head))
    }

    /// The size of the last head that was kept: the server proves that its log goes on from there.
    pub(crate) fn known_size(&self) -> Result<Option<u64>, Error> {
        let outbox = lock(&self.outbox)?;
        let Ok(manifest) = self.manifest_in(&outbox) else { return Ok(None) };
        Ok(known_log(outbox.setting(names::HEAD)?.as_deref(), &manifest).map(|known| known.0))
    }
}

/// What comparing a signed head with the kept one came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// Both are of one log; `larger` when this one is the first or goes on from the kept one.
    Proved { larger: bool },
    /// Nothing proves it, and nothing speaks against it.
    NotCompared,
    /// One size, two roots.
    Contradicted,
    /// The key of the mission's log did not sign it.
    Foreign,
}

/// `proof` leads from the smaller to the larger of the two.
fn compare(kept: Option<&[u8]>, manifest: &Manifest, bytes: &[u8], proof: Option<&[Hash]>) -> Comparison {
    let Ok(head) = TreeHead::open(bytes, &[manifest.log.key], manifest.mission) else { return Comparison::Foreign };
    let known = known_log(kept, manifest);
    // A made-up size at first contact must not stand against every honest one.
    if head.size > known.map_or(0, |known| known.0).saturating_add(MOST_GROWTH) {
        return Comparison::NotCompared;
    }
    let Some(known) = known else { return Comparison::Proved { larger: true } };
    if kept.is_some_and(|kept| TreeHead::contradict(kept, bytes, &[manifest.log.key], manifest.mission)) {
        return Comparison::Contradicted;
    }
    let seen = (head.size, head.root);
    let (old, new) = if known.0 <= seen.0 { (known, seen) } else { (seen, known) };
    // Of one size the roots are compared, which needs no proof.
    let proof = if old.0 == new.0 { Some(&[][..]) } else { proof };
    match proof.is_some_and(|proof| is_consistent(old, new, proof)) {
        true => Comparison::Proved { larger: seen.0 > known.0 },
        false => Comparison::NotCompared,
    }
}

/// Size and root of the log as it is known: by the head that was kept, or by what the desks vouch for where a new log began since.
fn known_log(kept: Option<&[u8]>, manifest: &Manifest) -> Option<(u64, Hash)> {
    let head = kept.and_then(|kept| TreeHead::open(kept, &manifest.log.keys(), manifest.mission).ok());
    let vouched = manifest.log.before.last().map(|head| (head.size, head.root));
    head.map(|head| (head.size, head.root)).or(vouched)
}

fn signed_head(verdict: &Verdict) -> Option<&[u8]> {
    match verdict {
        Verdict::Stored(receipt) => Some(&receipt.head),
        Verdict::Refused(_) => None,
    }
}
