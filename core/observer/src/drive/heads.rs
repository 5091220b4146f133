//! Heads of the log are compared: who saw two logs that cannot be one has the proof of it, whatever the server says later.

use super::{SyncDriver, lock};
use crate::error::Error;
use crate::store::{Outbox, names};
use crate::time::MOST_GROWTH;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::{Hash, PublicKey};
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
        let manifest = outbox.setting(names::MANIFEST)?.unwrap_or_default();
        let keys = Manifest::open(&manifest, &self.root)?.receipt_keys;
        for bytes in heads {
            self.compare_head(&mut outbox, &keys, bytes, proof)?;
        }
        Ok(())
    }

    /// One that no receipt key signed says nothing.
    fn compare_head(
        &self,
        outbox: &mut Outbox,
        keys: &[PublicKey],
        bytes: &[u8],
        proof: Option<&[Hash]>,
    ) -> Result<(), Error> {
        let open = |bytes: &[u8]| TreeHead::open(bytes, keys, self.mission).ok();
        let Some(head) = open(bytes) else { return Ok(()) };
        let kept = outbox.setting(names::HEAD)?;
        let known = kept.as_deref().and_then(open);
        // A made-up size at first contact must not stand against every honest one.
        if head.size > known.as_ref().map_or(0, |known| known.size).saturating_add(MOST_GROWTH) {
            return outbox.set(&[(names::UNPROVED, bytes)], &[]);
        }
        let Some((known, kept)) = known.zip(kept) else { return outbox.keep_head(Some(bytes)) };
        let (old, new) = if known.size <= head.size { (&known, &head) } else { (&head, &known) };
        if old.contradicts(new) {
            return outbox.add_evidence(&kept, bytes);
        }
        // Of one size the roots are compared, which needs no proof.
        let proof = if old.size == new.size { Some(&[][..]) } else { proof };
        if proof.is_none_or(|proof| !is_consistent((old.size, old.root), (new.size, new.root), proof)) {
            return outbox.set(&[(names::UNPROVED, bytes)], &[]);
        }
        outbox.keep_head(Some(bytes).filter(|_| head.size > known.size))
    }

    /// Looks whether a head that came by hand contradicts the one that was kept. Without a server nothing else is proved or asked.
    pub(crate) fn compare_by_hand(&self, outbox: &mut Outbox, head: &TreeHead, bytes: &[u8]) -> Result<(), Error> {
        let Some(kept) = outbox.setting(names::HEAD)? else { return Ok(()) };
        let manifest = Manifest::open(&outbox.setting(names::MANIFEST)?.unwrap_or_default(), &self.root)?;
        let known = TreeHead::open(&kept, &manifest.receipt_keys, self.mission).ok();
        match known.is_some_and(|known| known.contradicts(head)) {
            true => outbox.add_evidence(&kept, bytes),
            false => Ok(()),
        }
    }

    /// The size of the last head that was kept: the server proves that its log goes on from there.
    pub(super) fn known_size(&self) -> Result<Option<u64>, Error> {
        let outbox = lock(&self.outbox)?;
        let Some(kept) = outbox.setting(names::HEAD)? else { return Ok(None) };
        let manifest = outbox.setting(names::MANIFEST)?.unwrap_or_default();
        let keys = Manifest::open(&manifest, &self.root).map(|manifest| manifest.receipt_keys).unwrap_or_default();
        Ok(TreeHead::open(&kept, &keys, self.mission).ok().map(|head| head.size))
    }
}

fn signed_head(verdict: &Verdict) -> Option<&[u8]> {
    match verdict {
        Verdict::Stored(receipt) => Some(&receipt.head),
        Verdict::Refused(_) => None,
    }
}

/// Whether two signed heads are of one log and cannot be: one size, two roots.
pub(crate) fn contradict(one: &[u8], other: &[u8], manifest: &Manifest) -> bool {
    let open = |bytes: &[u8]| TreeHead::open(bytes, &manifest.receipt_keys, manifest.mission).ok();
    open(one).zip(open(other)).is_some_and(|(one, other)| one.contradicts(&other))
}
