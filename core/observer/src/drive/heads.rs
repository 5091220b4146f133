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
    fn compare_head(
        &self,
        outbox: &mut Outbox,
        manifest: &Manifest,
        bytes: &[u8],
        proof: Option<&[Hash]>,
    ) -> Result<(), Error> {
        let Ok(head) = TreeHead::open(bytes, &[manifest.log.key], self.mission) else { return Ok(()) };
        let kept = outbox.setting(names::HEAD)?;
        let known = known_log(kept.as_deref(), manifest);
        // A made-up size at first contact must not stand against every honest one.
        if head.size > known.map_or(0, |known| known.0).saturating_add(MOST_GROWTH) {
            return outbox.set(&[(names::UNPROVED, bytes)], &[]);
        }
        let Some(known) = known else { return outbox.keep_head(Some(bytes)) };
        if let Some(kept) = kept
            && TreeHead::contradict(&kept, bytes, &[manifest.log.key], self.mission)
        {
            return outbox.add_evidence(&kept, bytes);
        }
        let seen = (head.size, head.root);
        let (old, new) = if known.0 <= seen.0 { (known, seen) } else { (seen, known) };
        // Of one size the roots are compared, which needs no proof.
        let proof = if old.0 == new.0 { Some(&[][..]) } else { proof };
        if proof.is_none_or(|proof| !is_consistent(old, new, proof)) {
            return outbox.set(&[(names::UNPROVED, bytes)], &[]);
        }
        outbox.keep_head(Some(bytes).filter(|_| seen.0 > known.0))
    }

    /// Looks whether a head that came by hand contradicts the one that was kept. Without a server nothing else is proved or asked.
    pub(crate) fn compare_by_hand(&self, outbox: &mut Outbox, bytes: &[u8]) -> Result<(), Error> {
        let Some(kept) = outbox.setting(names::HEAD)? else { return Ok(()) };
        let manifest = self.manifest_in(outbox)?;
        match TreeHead::contradict(&kept, bytes, &[manifest.log.key], self.mission) {
            true => outbox.add_evidence(&kept, bytes),
            false => Ok(()),
        }
    }

    /// The size of the last head that was kept: the server proves that its log goes on from there.
    pub(super) fn known_size(&self) -> Result<Option<u64>, Error> {
        let outbox = lock(&self.outbox)?;
        let Ok(manifest) = self.manifest_in(&outbox) else { return Ok(None) };
        Ok(known_log(outbox.setting(names::HEAD)?.as_deref(), &manifest).map(|known| known.0))
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
