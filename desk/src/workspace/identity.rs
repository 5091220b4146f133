//! This desk's own device in the mission: it enrols with a certificate that its issuer key makes, and has a chain as phones do.

use crate::error::DeskError;
use crate::log::link::block;
use crate::log::pull::PullOutcome;
use crate::log::undone::ServerRefusal;
use crate::workspace::Desk;
use baqylau_forms::zone::DAY_MS;
use baqylau_protocol::VERSION;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::enrolment::Enrolment;
use baqylau_protocol::ids::{DeviceId, Hash, SubjectId};
use baqylau_protocol::keys::{BoxKey, SigningKey, random};
use baqylau_protocol::seal::SharedKey;
use std::fmt;

/// Settings of the store.
mod names {
    pub const ENROLMENT: &str = "desk_enrolment";
    pub const SHARED: &str = "desk_shared";
    pub const RECEIPT: &str = "desk_receipt";
}

/// Something that this desk signed and the server refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnsentRecord {
    /// Its number in the desk's chain.
    pub seq: u64,
    /// Why.
    pub why: ServerRefusal,
}

impl fmt::Display for UnsentRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seq, why } = self;
        write!(
            f,
            "record {seq} of this desk was not taken: {why}. It is kept, and the next pull sends it again; if that goes on, ask \
             whoever runs the server, and see whether this desk was revoked"
        )
    }
}

/// What this desk signs and seals as.
pub(crate) struct Identity {
    pub device: DeviceId,
    /// The hash of the enrolment: the first `prev` of the chain.
    pub first: Hash,
    pub shared: SharedKey,
}

impl Desk {
    /// The identity, made the first time it is needed. Needs no network.
    pub(crate) fn identity(&self, now: i64) -> Result<Identity, DeskError> {
        let known = self.store.setting(names::ENROLMENT)?.zip(self.store.setting(names::SHARED)?);
        if let Some((enrolment, shared)) = known
            && let Some((key, id)) = shared.split_at_checked(32)
            && let (Ok(key), Ok(id)) = (key.try_into(), id.try_into())
        {
            let first = Hash::of(&enrolment);
            return Ok(Identity { device: DeviceId::of(first), first, shared: SharedKey::from_parts(key, Hash(id)) });
        }
        let (invite, manifest) = (SigningKey::generate(), self.manifest()?);
        let (shared, encapsulation) =
            SharedKey::encapsulate(&manifest.reading, self.mission()).map_err(|e| DeskError::making("enrolment", e))?;
        let expires = now + 365 * DAY_MS;
        let enrolment = Enrolment {
            v: VERSION,
            mission: self.mission(),
            certificate: self.certificate(SubjectId(random()), &invite, Role::Desk, expires, Hash(random())).into(),
            device_key: self.device.public(),
            box_key: BoxKey::generate().public().into(),
            reading_key: manifest.reading.number,
            encapsulation: encapsulation.into(),
            nonce: random().into(),
            replaces: None,
        };
        let enrolment = enrolment.sign(&self.device, &invite);
        let (key, id) = shared.to_parts();
        self.store.set_setting(names::SHARED, &[&key[..], &id.0].concat())?;
        self.store.set_setting(names::ENROLMENT, &enrolment)?;
        let first = Hash::of(&enrolment);
        Ok(Identity { device: DeviceId::of(first), first, shared })
    }

    /// This desk's device, when it has signed something or pulled.
    pub(crate) fn own_device(&self) -> Result<Option<DeviceId>, DeskError> {
        Ok(self.store.setting(names::ENROLMENT)?.map(|enrolment| DeviceId::of(Hash::of(&enrolment))))
    }

    /// The identity, known to the server.
    pub(crate) fn enrolled(&self, now: i64) -> Result<DeviceId, DeskError> {
        let identity = self.identity(now)?;
        if self.store.setting(names::RECEIPT)?.is_none() {
            block(async { self.link()?.enrol().await })?;
        }
        Ok(identity.device)
    }

    /// The enrolment that this desk signed; every server gets the same.
    pub(crate) fn stored_enrolment(&self) -> Result<Vec<u8>, DeskError> {
        Ok(self.store.setting(names::ENROLMENT)?.unwrap_or_default())
    }

    /// Keeps the server's proof that it knows this desk.
    pub(crate) fn note_enrolled(&self, receipt: &[u8]) -> Result<(), DeskError> {
        self.store.set_setting(names::RECEIPT, receipt)
    }

    /// Sends what this desk signed and the server has not yet; gives how many it took. Each receipt is kept at once. What it refuses
    /// keeps nothing else waiting.
    pub(crate) fn send_records(&self, pulled: &mut PullOutcome) -> Result<usize, DeskError> {
        let mut sent = 0;
        for (seq, bytes) in self.store.waiting_records()? {
            match block(async { self.link()?.log(bytes).await }) {
                Ok(receipt) => {
                    self.store.receipt_record(seq, &receipt)?;
                    sent += 1;
                }
                Err(DeskError::Refused { why, .. }) => pulled.unsent.push(UnsentRecord { seq, why }),
                Err(e) => return Err(e),
            }
        }
        Ok(sent)
    }
}
