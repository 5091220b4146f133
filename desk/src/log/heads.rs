//! The signed head that the log here led to, and those that contradict it.

use crate::error::DeskError;
use crate::faults::{Contradiction, LogFault, StorageError};
use crate::store::{LogObject, VerifiedStore};
use crate::workspace::Workspace;
use baqylau_protocol::exported::{ExportedEntry, ExportedLog};
use baqylau_protocol::receipt::TreeHead;

/// The setting that holds the last head that the log here led to.
pub(crate) const HEAD: &str = "head";

/// The heads in the store.
#[derive(Clone, Copy)]
pub struct SignedHeads<'d> {
    /// Where the store lies, for whoever has to put it right.
    pub workspace: &'d Workspace,
    /// Keeps them, and has the manifest that names their keys.
    pub known: VerifiedStore<'d>,
}

impl SignedHeads<'_> {
    /// The last head that the log here led to: how large the log was, and the bytes that the server signed.
    ///
    /// # Errors
    /// The store is damaged.
    pub fn last(&self) -> Result<Option<(u64, Vec<u8>)>, DeskError> {
        Ok(self.verified()?.map(|head| head.size).zip(self.known.store.setting(HEAD)?))
    }

    /// The log as far as the last head covers it, to be verified by anybody; `None` where the log here led to no head yet.
    ///
    /// # Errors
    /// No bundle is here, or the store is damaged.
    pub fn export(&self) -> Result<Option<ExportedLog>, DeskError> {
        let Some((size, head)) = self.last()? else { return Ok(None) };
        let manifest = self.known.store.manifest()?.ok_or(DeskError::NoBundle)?;
        let entry = |o: LogObject| {
            let hash = o.is_gap().then_some(o.hash);
            ExportedEntry { received: o.received, object: o.bytes.into(), hash }
        };
        let covered = self.known.store.objects()?.into_iter().take_while(|(index, _)| *index < size);
        let entries = covered.map(|(_, o)| entry(o)).collect();
        Ok(Some(ExportedLog::new(self.known.trust.root, manifest, entries, head)))
    }

    /// The last head that the log here led to, opened.
    pub(crate) fn verified(&self) -> Result<Option<TreeHead>, DeskError> {
        let Some(bytes) = self.known.store.setting(HEAD)? else { return Ok(None) };
        let manifest = self.known.manifest()?;
        let head = TreeHead::open(&bytes, &manifest.log.keys(), manifest.mission).ok();
        head.map(Some).ok_or_else(|| StorageError::Damaged { path: self.workspace.store() }.into())
    }

    /// Opens a head that came now; `None` where the key of the mission's log did not sign it.
    pub(crate) fn open(&self, bytes: &[u8]) -> Result<Option<TreeHead>, DeskError> {
        let manifest = self.known.manifest()?;
        Ok(TreeHead::open(bytes, &[manifest.log.key], manifest.mission).ok())
    }

    pub(crate) fn note(&self, bytes: &[u8]) -> Result<(), DeskError> {
        self.known.store.set_setting(HEAD, bytes)
    }

    /// Keeps a head of some size that contradicts the log here, and gives what to say of it: that the log went back, where a larger one
    /// was verified and kept, or what else is wrong.
    pub(crate) fn contradicted(
        &self,
        head: &[u8],
        signed: u64,
        (why, otherwise): (Contradiction, LogFault),
    ) -> Result<DeskError, DeskError> {
        if let Some(kept) = self.verified()?.filter(|kept| kept.size > signed) {
            let pulled = kept.size;
            self.known.store.add_evidence(head, Contradiction::WentBack { signed, pulled })?;
            return Ok(DeskError::Shrunk { signed, pulled });
        }
        self.known.store.add_evidence(head, why)?;
        Ok(otherwise.into())
    }
}
