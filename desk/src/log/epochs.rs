//! A new log in the place of one that was lost or put back from an old copy. It begins with what the root vouches for; what this desk has
//! beyond that it hands to the new log, in the old order.

use crate::error::DeskError;
use crate::faults::LogFault;
use crate::log::courier::batches;
use crate::log::heads::HEAD;
use crate::log::link::ServerLink;
use crate::log::pull::LogPull;
use crate::store::{DeskStore, VerifiedStore};
use baqylau_protocol::ids::Hash;
use baqylau_protocol::receipt::TreeHead;
use baqylau_protocol::wire::Verdict;

/// Setting: the epoch of the log that is here.
const EPOCH: &str = "epoch";

/// Takes the log here back to what the manifest vouches for, where it names a later log than the one that is here. What lies beyond is
/// kept, to be handed over; of a log that does not begin so, everything. Gives whether anything changed.
pub(crate) fn begin_epoch(known: VerifiedStore<'_>) -> Result<bool, DeskError> {
    let manifest = known.manifest()?;
    let here = known.store.setting(EPOCH)?.and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes);
    let Some(kept) = manifest.log.kept_since(here) else { return Ok(false) };
    // A log that is shorter, or parted from what is vouched for, is pulled anew.
    let size = if known.store.tree(kept.size)?.root_at(kept.size) == Some(kept.root) { kept.size } else { 0 };
    let head = known.store.setting(HEAD)?;
    let head = head.and_then(|head| TreeHead::open(&head, &manifest.log.keys(), manifest.mission).ok());
    let beyond = head.is_some_and(|head| head.size > size).then_some(HEAD);
    known.store.strand(size, (EPOCH, &manifest.log.epoch.to_be_bytes()), beyond)?;
    Ok(true)
}

impl LogPull<'_> {
    pub(super) fn send_stranded(&self) -> Result<usize, DeskError> {
        send_stranded(&self.link, self.own.known.store)
    }
}

/// Hands what the log before had, and nobody vouched for, to the log of now, in the old order. What it refuses is kept, and counts nowhere.
/// Gives how much it took.
pub(crate) fn send_stranded(link: &ServerLink<'_>, store: &DeskStore) -> Result<usize, DeskError> {
    let mut taken = 0;
    store.forget_stranded_here()?;
    let waiting = store.stranded()?;
    for batch in batches(waiting.into_iter().map(Into::into).collect()) {
        let verdicts = link.log_all(batch)?;
        let stored = verdicts.into_iter().filter(|(_, verdict)| matches!(verdict, Verdict::Stored(_)));
        let stored: Vec<Hash> = stored.map(|(hash, _)| hash).collect();
        store.unstrand(&stored)?;
        taken += stored.len();
    }
    Ok(taken)
}

/// What may be vouched for here: the log up to a size, or as far as it has no gap. Gives size and root.
pub(crate) fn vouchable(known: VerifiedStore<'_>, size: Option<u64>) -> Result<(u64, Hash), DeskError> {
    let whole = known.store.gaps()?.first().map_or_else(|| known.store.cursor(), |gap| Ok(gap.index))?;
    let size = size.unwrap_or(whole);
    let root = known.store.tree(size)?.root_at(size).filter(|_| size <= whole);
    Ok((size, root.ok_or(LogFault::Withheld { signed: size, here: whole })?))
}
