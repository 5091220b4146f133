//! The device that a desk signs as. It is made with the folder and kept with the keys, so that a desk whose store is lost is still the
//! desk that the root lists.

use crate::error::DeskError;
use baqylau_protocol::VERSION;
use baqylau_protocol::certificate::{Certificate, Role};
use baqylau_protocol::enrolment::Enrolment;
use baqylau_protocol::ids::{DeviceId, Hash, MissionId, SubjectId};
use baqylau_protocol::keys::{BoxKey, ReadingKey, SigningKey, random};
use baqylau_protocol::seal::SharedKey;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// The enrolment of a desk's device, and what only that device knows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskIdentity {
    /// As it is sent to every server; its hash names the device.
    pub(crate) enrolment: Vec<u8>,
    /// What it seals to the other desks with.
    pub(crate) shared: [u8; 32],
    /// SHA-256 of the encapsulation that carries it.
    pub(crate) shared_id: [u8; 32],
    /// X25519: what other desks seal to this one.
    pub(crate) box_key: [u8; 32],
}

impl Drop for DeskIdentity {
    fn drop(&mut self) {
        self.shared.zeroize();
        self.box_key.zeroize();
    }
}

impl DeskIdentity {
    /// Enrols a device with a certificate of its own, which does not expire: the root says until when a desk is one.
    ///
    /// # Errors
    /// The reading key is none.
    pub(crate) fn new(
        mission: MissionId,
        issuer: &SigningKey,
        reading: &ReadingKey,
        device: &SigningKey,
    ) -> Result<Self, DeskError> {
        let (invite, own) = (SigningKey::generate(), BoxKey::generate());
        let (shared, encapsulation) =
            SharedKey::encapsulate(reading, mission).map_err(|e| DeskError::making("enrolment", e))?;
        let certificate = Certificate {
            v: VERSION,
            mission,
            subject: SubjectId(random()),
            role: Role::Desk,
            key: invite.public(),
            expires: i64::MAX,
            holder: Hash(random()),
        };
        let enrolment = Enrolment {
            v: VERSION,
            mission,
            certificate: certificate.sign(issuer).into(),
            device_key: device.public(),
            box_key: own.public().into(),
            reading_key: reading.number,
            encapsulation: encapsulation.into(),
            nonce: random().into(),
            replaces: None,
        };
        let (key, id) = shared.to_parts();
        Ok(Self { enrolment: enrolment.sign(device, &invite), shared: *key, shared_id: id.0, box_key: *own.to_bytes() })
    }

    /// The hash of the enrolment: the first `prev` of the chain.
    pub(crate) fn first(&self) -> Hash {
        Hash::of(&self.enrolment)
    }

    /// The device.
    pub(crate) fn device(&self) -> DeviceId {
        DeviceId::of(self.first())
    }

    /// `None` where the kept bytes are no key.
    pub(crate) fn box_key(&self) -> Option<BoxKey> {
        BoxKey::from_bytes(&self.box_key)
    }

    pub(crate) fn shared(&self) -> SharedKey {
        SharedKey::from_parts(self.shared, Hash(self.shared_id))
    }
}
