//! A phone's enrolment: made and signed on the phone, without the desk and without trusting the server.

use crate::cbor;
use crate::certificate::{Certificate, CertificateError, Role};
use crate::cose::{self, CoseError, ObjectType, Unverified};
use crate::ids::{DeviceId, Hash, MissionId, PublicKey, SubjectId};
use crate::keys::{KEM_SEALED, SigningKey};
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};

/// What a device says of itself. Signed by the device key, countersigned by the invite key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Enrolment {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The mission.
    #[n(1)]
    pub mission: MissionId,
    /// The signed certificate of the invite key.
    #[n(2)]
    pub certificate: ByteVec,
    /// The device's signing key.
    #[n(3)]
    pub device_key: PublicKey,
    /// The device's X25519 key, to which the desk seals back.
    #[n(4)]
    pub box_key: ByteArray<32>,
    /// The number of the reading key that the encapsulation is for.
    #[n(5)]
    pub reading_key: u32,
    /// X-Wing encapsulation; both sides derive the pre-shared key from it.
    #[n(6)]
    pub encapsulation: ByteArray<KEM_SEALED>,
    /// Makes two enrolments with one invite differ.
    #[n(7)]
    pub nonce: ByteArray<16>,
    /// The device that this one replaces.
    #[n(8)]
    pub replaces: Option<DeviceId>,
}

/// A verified enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// The hash of its bytes: the first `prev` of the device's chain.
    pub hash: Hash,
    /// The device.
    pub device: DeviceId,
    /// Whom it belongs to.
    pub subject: SubjectId,
    /// The key of the invite that it used.
    pub invite: PublicKey,
    /// What it may do.
    pub role: Role,
    /// When its invite ends.
    pub expires: i64,
    /// What it said.
    pub enrolment: Enrolment,
}

impl Enrolment {
    /// Signs with both keys: the object that is sent and logged.
    #[must_use]
    pub fn sign(&self, device: &SigningKey, invite: &SigningKey) -> Vec<u8> {
        let inner = cose::sign(ObjectType::Enrolment, device, &[], &cbor::encode(self));
        cose::sign(ObjectType::Enrolled, invite, &[], &inner)
    }
}

impl Enrolled {
    /// Verifies an enrolment: the issuer certified the invite key, the invite key signed, the device key signed.
    /// Whether it was in time is for the caller, who knows when it arrived.
    ///
    /// # Errors
    /// Forged, of another mission, or malformed.
    pub fn open(bytes: &[u8], issuer: &PublicKey, mission: MissionId) -> Result<Self, CertificateError> {
        let outer = Unverified::parse(ObjectType::Enrolled, bytes)?;
        let inner = Unverified::parse(ObjectType::Enrolment, outer.untrusted())?;
        let enrolment: Enrolment = cbor::decode(inner.untrusted(), "enrolment").map_err(CoseError::from)?;
        let certificate = Certificate::open(&enrolment.certificate, issuer, mission)?;
        if enrolment.mission != mission {
            return Err(CertificateError::Mission { found: enrolment.mission });
        }
        outer.verify(&certificate.key, &[])?;
        inner.verify(&enrolment.device_key, &[])?;
        let hash = Hash::of(bytes);
        Ok(Self {
            hash,
            device: DeviceId::of(hash),
            subject: certificate.subject,
            invite: certificate.key,
            role: certificate.role,
            expires: certificate.expires,
            enrolment,
        })
    }

    /// Refuses an enrolment that arrived after its invite ended.
    ///
    /// # Errors
    /// It is too late.
    pub fn in_time(&self, received: i64) -> Result<(), CertificateError> {
        if received <= self.expires { Ok(()) } else { Err(CertificateError::Expired) }
    }
}
