//! The signed head that the log here led to, and those that contradict it.

use crate::error::DeskError;
use crate::faults::{Contradiction, LogFault, StorageError};
use crate::store::VerifiedStore;
use crate::workspace::Workspace;
use baqylau_protocol::receipt::TreeHead;

/// The setting that holds the last head that the log here led to.
const HEAD: &str = "head";

/// The heads in the store.
#[derive(Clone, Copy)]
pub struct SignedHeads<'d> {
    /// Has the keys that the servers sign with.
    pub workspace: &'d Workspace,
    /// Keeps them.
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

    /// The same, opened.
    pub(crate) fn verified(&self) -> Result<Option<TreeHead>, DeskError> {
        let Some(bytes) = self.known.store.setting(HEAD)? else { return Ok(None) };
        let head = self.open(&bytes)?;
        head.map(Some).ok_or_else(|| StorageError::Damaged { path: self.workspace.store() }.into())
    }

    /// Opens a head; `None` where no server of the mission signed it.
    pub(crate) fn open(&self, bytes: &[u8]) -> Result<Option<TreeHead>, DeskError> {
        Ok(TreeHead::open(bytes, &self.workspace.receipt_keys()?, self.known.trust.mission()).ok())
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
