//! A new log in the place of one that was lost or put back from an old copy. It begins with what the root vouches for; what this desk has
//! beyond that it hands to the new log, in the old order.

use crate::error::DeskError;
use crate::faults::LogFault;
use crate::log::courier::batches;
use crate::log::heads::HEAD;
use crate::log::pull::LogPull;
use crate::store::VerifiedStore;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::merkle::MerkleTree;
use baqylau_protocol::receipt::{TreeHead, leaf_hash};
use baqylau_protocol::wire::Verdict;

/// Setting: the epoch of the log that is here.
const EPOCH: &str = "epoch";

/// Takes the log here back to what the manifest vouches for, where it names a later log than the one that is here. What lies beyond is
/// kept, to be handed over. Gives whether anything changed.
pub(crate) fn begin_epoch(known: VerifiedStore<'_>) -> Result<bool, DeskError> {
    let manifest = known.manifest()?;
    let here = known.store.setting(EPOCH)?.and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes);
    let Some(kept) = manifest.log.kept_since(here) else { return Ok(false) };
    let mut tree = MerkleTree::default();
    known.store.leaves()?.iter().for_each(|(hash, received)| tree.push(leaf_hash(*hash, *received)));
    if !kept.holds(&tree) {
        return Err(LogFault::Vouched { size: kept.size }.into());
    }
    let head = known.store.setting(HEAD)?;
    let head = head.and_then(|head| TreeHead::open(&head, &manifest.log.keys(), manifest.mission).ok());
    let beyond = head.is_some_and(|head| head.size > kept.size).then_some(HEAD);
    known.store.strand(kept.size, (EPOCH, &manifest.log.epoch.to_be_bytes()), beyond)?;
    Ok(true)
}

impl LogPull<'_> {
    /// Hands what the log before had, and nobody vouched for, to the log of now. What it refuses is kept, and counts nowhere. Gives how much
    /// it took.
    pub(super) fn send_stranded(&self) -> Result<usize, DeskError> {
        let mut taken = 0;
        let waiting = self.own.known.store.stranded()?;
        for batch in batches(waiting.into_iter().map(Into::into).collect()) {
            for (hash, verdict) in self.link.log_all(batch)? {
                if matches!(verdict, Verdict::Stored(_)) {
                    self.own.known.store.unstrand(hash)?;
                    taken += 1;
                }
            }
        }
        Ok(taken)
    }
}

/// What may be vouched for here: the log up to a size, or as far as it has no gap. Gives size and root.
pub(crate) fn vouchable(known: VerifiedStore<'_>, size: Option<u64>) -> Result<(u64, Hash), DeskError> {
    let whole = known.store.gaps()?.first().map_or_else(|| known.store.cursor(), |gap| Ok(gap.index))?;
    let size = size.unwrap_or(whole);
    let mut tree = MerkleTree::default();
    known.store.leaves()?.iter().for_each(|(hash, received)| tree.push(leaf_hash(*hash, *received)));
    let root = tree.root_at(size).filter(|_| size <= whole);
    Ok((size, root.ok_or(LogFault::Withheld { signed: size, here: whole })?))
}
