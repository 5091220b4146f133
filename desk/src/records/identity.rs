//! This desk's own device in the mission: it enrols with a certificate that its issuer key makes, and has a chain as phones do.

use crate::error::DeskError;
use crate::store::VerifiedStore;
use crate::workspace::keys::DeskSecrets;
use baqylau_protocol::ids::DeviceId;
use baqylau_protocol::keys::SigningKey;

/// Setting: the receipt of the enrolment.
const RECEIPT: &str = "desk_receipt";

/// This desk's device. Needs no network and no folder.
#[derive(Clone, Copy)]
pub struct OwnDevice<'d> {
    /// Keeps the chain.
    pub known: VerifiedStore<'d>,
    /// Has the device's key and its enrolment.
    pub secrets: &'d DeskSecrets,
}

impl<'d> OwnDevice<'d> {
    /// The device.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.secrets.identity.device()
    }

    /// Whether this desk may sign: the one place where a reader is refused, before anything is written.
    ///
    /// # Errors
    /// It is a reader.
    pub fn may_sign(&self) -> Result<(), DeskError> {
        if self.secrets.reads_only() { Err(DeskError::Reader) } else { Ok(()) }
    }

    /// Signs what this desk says.
    ///
    /// # Errors
    /// As [`OwnDevice::may_sign`].
    pub(crate) fn key(&self) -> Result<&'d SigningKey, DeskError> {
        self.may_sign().map(|()| &self.secrets.device)
    }

    /// Whether a server proved once that it knows this desk.
    pub(crate) fn is_enrolled(&self) -> Result<bool, DeskError> {
        Ok(self.known.store.setting(RECEIPT)?.is_some())
    }

    /// Keeps the server's proof that it knows this desk.
    pub(crate) fn note_enrolled(&self, receipt: &[u8]) -> Result<(), DeskError> {
        self.known.store.set_setting(RECEIPT, receipt)
    }
}
