//! A phone's enrolment: made and signed on the phone, without the desk and without trusting the server.

use crate::cbor;
use crate::certificate::{Certificate, CertificateError, Role};
use crate::cose::{self, CoseError, ObjectType, Unverified};
use crate::ids::{DeviceId, Hash, MissionId, PublicKey, SubjectId};
use crate::keys::{KEM_SEALED, SigningKey};
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};

/// A device's statement about itself, signed by the device key and countersigned by the invite key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Enrolment {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The mission that the certificate is for.
    #[n(1)]
    pub mission: MissionId,
    /// [`Certificate`] of the invite key, as signed by the issuer.
    #[n(2)]
    pub certificate: ByteVec,
    /// Ed25519 key that signs the device's envelopes.
    #[n(3)]
    pub device_key: PublicKey,
    /// X25519 key of the device; desks seal letters to it.
    #[n(4)]
    pub box_key: ByteArray<32>,
    /// [`crate::keys::ReadingKey::number`] of the key that the encapsulation is for.
    #[n(5)]
    pub reading_key: u32,
    /// X-Wing encapsulation (1120 bytes); phone and desk derive their pre-shared key from it.
    #[n(6)]
    pub encapsulation: ByteArray<KEM_SEALED>,
    /// 16 random bytes: two enrolments with the same invite never have the same hash.
    #[n(7)]
    pub nonce: ByteArray<16>,
    /// The device that this one replaces, as named by the invite.
    #[n(8)]
    pub replaces: Option<DeviceId>,
}

/// A verified enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// SHA-256 of the signed enrolment: the first `prev` of the device's chain.
    pub hash: Hash,
    /// First 16 bytes of `hash`.
    pub device: DeviceId,
    /// The person to whom the invite was issued.
    pub subject: SubjectId,
    /// Public key of the invite; two devices with the same one are contested.
    pub invite: PublicKey,
    /// From the certificate: what the device is allowed to do.
    pub role: Role,
    /// Signed the certificate.
    pub issuer: PublicKey,
    /// End of the invite, in milliseconds since 1970; see [`Enrolled::in_time`].
    pub expires: i64,
    /// The decoded statement; its `certificate` has been verified.
    pub enrolment: Enrolment,
}

impl Enrolment {
    /// Signs with the device key, then with the invite key: the object that is uploaded and logged.
    #[must_use]
    pub fn sign(&self, device: &SigningKey, invite: &SigningKey) -> Vec<u8> {
        let inner = cose::sign(ObjectType::Enrolment, device, &[], &cbor::encode(self));
        cose::sign(ObjectType::Enrolled, invite, &[], &inner)
    }
}

impl Enrolled {
    /// Verifies an enrolment: one of the issuers certified the invite key, the invite key signed, the device key signed.
    /// The expiry is not checked here: the caller knows when the object arrived, see [`Enrolled::in_time`].
    ///
    /// # Errors
    /// [`CertificateError`] if a signature does not verify, the mission differs, or the object is malformed.
    pub fn open(bytes: &[u8], issuers: &[PublicKey], mission: MissionId) -> Result<Self, CertificateError> {
        let outer = Unverified::parse(ObjectType::Enrolled, bytes)?;
        let inner = Unverified::parse(ObjectType::Enrolment, outer.untrusted())?;
        let enrolment: Enrolment = cbor::decode(inner.untrusted(), "enrolment").map_err(CoseError::from)?;
        let (certificate, issuer) = Certificate::open(&enrolment.certificate, issuers, mission)?;
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
            issuer,
            expires: certificate.expires,
            enrolment,
        })
    }

    /// Checks that the enrolment was received (milliseconds since 1970) no later than its invite's end.
    ///
    /// # Errors
    /// [`CertificateError::Expired`] if it was received later.
    pub fn in_time(&self, received: i64) -> Result<(), CertificateError> {
        if received <= self.expires { Ok(()) } else { Err(CertificateError::Expired) }
    }
}
