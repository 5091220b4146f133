//! This desk's own device in the mission: it enrols with a certificate that its issuer key makes, and has a chain as phones do.

use crate::error::DeskError;
use crate::store::VerifiedStore;
use crate::workspace::keys::DeskSecrets;
use baqylau_forms::zone::DAY_MS;
use baqylau_protocol::VERSION;
use baqylau_protocol::certificate::{Certificate, Role};
use baqylau_protocol::enrolment::Enrolment;
use baqylau_protocol::ids::{DeviceId, Hash, SubjectId};
use baqylau_protocol::keys::{BoxKey, SigningKey, random};
use baqylau_protocol::seal::SharedKey;

/// Settings of the store.
mod names {
    pub const ENROLMENT: &str = "desk_enrolment";
    pub const SHARED: &str = "desk_shared";
    pub const RECEIPT: &str = "desk_receipt";
}

/// The device that a desk signs as, with the key that it shares with the other desks.
pub(crate) struct Identity {
    pub device: DeviceId,
    /// The hash of the enrolment: the first `prev` of the chain.
    pub first: Hash,
    pub shared: SharedKey,
}

/// This desk's device. Needs no network and no folder.
#[derive(Clone, Copy)]
pub struct OwnDevice<'d> {
    /// Keeps the enrolment and the chain.
    pub known: VerifiedStore<'d>,
    /// Has the device's key, and that of the issuer, who certifies it.
    pub secrets: &'d DeskSecrets,
}

impl OwnDevice<'_> {
    /// The identity, made the first time it is needed. Needs no network.
    pub(crate) fn identity(&self, now: i64) -> Result<Identity, DeskError> {
        let known = self.known.store.setting(names::ENROLMENT)?.zip(self.known.store.setting(names::SHARED)?);
        if let Some((enrolment, shared)) = known
            && let Some((key, id)) = shared.split_at_checked(32)
            && let (Ok(key), Ok(id)) = (key.try_into(), id.try_into())
        {
            let first = Hash::of(&enrolment);
            return Ok(Identity { device: DeviceId::of(first), first, shared: SharedKey::from_parts(key, Hash(id)) });
        }
        let (invite, manifest) = (SigningKey::generate(), self.known.manifest()?);
        let (shared, encapsulation) = SharedKey::encapsulate(&manifest.reading, self.known.trust.mission())
            .map_err(|e| DeskError::making("enrolment", e))?;
        let expires = now + 365 * DAY_MS;
        let mission = self.known.trust.mission();
        let certificate = Certificate {
            v: VERSION,
            mission,
            subject: SubjectId(random()),
            role: Role::Desk,
            key: invite.public(),
            expires,
            holder: Hash(random()),
        };
        let enrolment = Enrolment {
            v: VERSION,
            mission,
            certificate: self.secrets.certify(&certificate).into(),
            device_key: self.secrets.device.public(),
            box_key: BoxKey::generate().public().into(),
            reading_key: manifest.reading.number,
            encapsulation: encapsulation.into(),
            nonce: random().into(),
            replaces: None,
        };
        let enrolment = enrolment.sign(&self.secrets.device, &invite);
        let (key, id) = shared.to_parts();
        self.known.store.set_setting(names::SHARED, &[&key[..], &id.0].concat())?;
        self.known.store.set_setting(names::ENROLMENT, &enrolment)?;
        let first = Hash::of(&enrolment);
        Ok(Identity { device: DeviceId::of(first), first, shared })
    }

    /// The device, when it has signed something or pulled.
    ///
    /// # Errors
    /// The database fails.
    pub fn device(&self) -> Result<Option<DeviceId>, DeskError> {
        Ok(self.known.store.setting(names::ENROLMENT)?.map(|enrolment| DeviceId::of(Hash::of(&enrolment))))
    }

    /// Whether a server proved once that it knows this desk.
    pub(crate) fn is_enrolled(&self) -> Result<bool, DeskError> {
        Ok(self.known.store.setting(names::RECEIPT)?.is_some())
    }

    /// The enrolment that this desk signed; every server gets the same.
    pub(crate) fn enrolment(&self) -> Result<Vec<u8>, DeskError> {
        Ok(self.known.store.setting(names::ENROLMENT)?.unwrap_or_default())
    }

    /// Keeps the server's proof that it knows this desk.
    pub(crate) fn note_enrolled(&self, receipt: &[u8]) -> Result<(), DeskError> {
        self.known.store.set_setting(names::RECEIPT, receipt)
    }
}
