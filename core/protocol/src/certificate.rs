//! Certificates for one-use invite keys, and the invite that carries one to a phone.

use crate::cbor;
use crate::cose::{self, CoseError, ObjectType, Unverified};
use crate::ids::{DeviceId, Hash, MissionId, MissionRoot, PublicKey, SubjectId};
use crate::keys::SigningKey;
use data_encoding::BASE64URL_NOPAD;
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};
use std::fmt;

/// Rights of a device: a phone signs reports, a desk reads them and writes letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// May send reports.
    #[n(0)]
    Observer,
    /// May read the log, review, correct and write letters.
    #[n(1)]
    Desk,
}

/// Binds an invite key to a subject. Signed by the mission's issuer; contains no name.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Certificate {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The only mission in which it is valid.
    #[n(1)]
    pub mission: MissionId,
    /// The person the invite was issued to, under a pseudonym.
    #[n(2)]
    pub subject: SubjectId,
    /// Given to the device that enrols with it.
    #[n(3)]
    pub role: Role,
    /// Public half of the invite's one-use key.
    #[n(4)]
    pub key: PublicKey,
    /// Last moment of enrolment, in milliseconds since 1970.
    #[n(5)]
    pub expires: i64,
    /// [`Invite::holder`]: fixes what the invite says about its holder without revealing it.
    #[n(6)]
    pub holder: Hash,
}

impl Certificate {
    /// Signs with the issuer's key; returns the `COSE_Sign1` bytes.
    #[must_use]
    pub fn sign(&self, issuer: &SigningKey) -> Vec<u8> {
        cose::sign(ObjectType::Certificate, issuer, &[], &cbor::encode(self))
    }

    /// Verifies and decodes a certificate that one of the keys signed, and says which. Its expiry is not checked here.
    ///
    /// # Errors
    /// [`CertificateError`] if none of them signed it, it is for another mission, or it is malformed.
    pub fn open(
        bytes: &[u8],
        issuers: &[PublicKey],
        mission: MissionId,
    ) -> Result<(Self, PublicKey), CertificateError> {
        let unverified = Unverified::parse(ObjectType::Certificate, bytes)?;
        let verified = issuers.iter().find_map(|issuer| Some((unverified.verify(issuer, &[]).ok()?, *issuer)));
        let (payload, issuer) = verified.ok_or(CoseError::Signature(ObjectType::Certificate))?;
        let certificate: Self = cbor::decode(payload, "certificate").map_err(CoseError::from)?;
        if certificate.mission != mission {
            return Err(CertificateError::Mission { found: certificate.mission });
        }
        Ok((certificate, issuer))
    }
}

/// Why a certificate or an enrolment with it is rejected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not signed by the issuer, or malformed.
    #[error("the certificate was rejected: {0}")]
    Cose(#[from] CoseError),
    /// Issued for another mission.
    #[error("the certificate belongs to mission {found}, not to this one")]
    Mission {
        /// The mission named in it.
        found: MissionId,
    },
    /// The enrolment arrived after [`Certificate::expires`].
    #[error("the invite has expired; ask the coordinators for a new one")]
    Expired,
}

/// Everything a phone needs to enrol without trusting the server: as text or a QR code.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Invite {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The mission's Ed25519 root key; its hash is the mission's id.
    #[n(1)]
    pub root: MissionRoot,
    /// Server URLs, in the order in which to try them.
    #[n(2)]
    pub servers: Vec<String>,
    /// Trusted TLS roots (X.509, DER). No others are trusted.
    #[n(3)]
    pub tls_roots: Vec<ByteVec>,
    /// Secret 32-byte seed of the one-use invite key.
    #[n(4)]
    pub seed: ByteArray<32>,
    /// The signed [`Certificate`] of the invite key.
    #[n(5)]
    pub certificate: ByteVec,
    /// The observer's name, shown on the phone. Only phone and desk know it.
    #[n(6)]
    pub name: String,
    /// The team's code, for example `T047`.
    #[n(7)]
    pub team: String,
    /// The person's role in the mission, for example `sto`.
    #[n(8)]
    pub role: String,
    /// The device that the new one replaces, if any.
    #[n(9)]
    pub replaces: Option<DeviceId>,
}

/// Why a text cannot be read as an invite.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// The text does not start with `BAQYLAU1:`.
    #[error("this is not a Baqylau invite; scan the QR code that the coordinators gave you")]
    NotOne,
    /// The text is cut off or altered; the string says where decoding failed.
    #[error("the invite is damaged ({0}); scan it again, or ask for a new one")]
    Damaged(String),
}

const PREFIX: &str = "BAQYLAU1:";

impl Invite {
    /// SHA-256 over everything but the certificate. It covers the secret seed, so it reveals nothing about the holder.
    #[must_use]
    pub fn holder(&self) -> Hash {
        Hash::of(&cbor::encode(&Self { certificate: Vec::new().into(), ..self.clone() }))
    }

    /// Text of the QR code: `BAQYLAU1:` and base64url without padding.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&cbor::encode(self)))
    }

    /// Decodes the text of a QR code and checks that the certificate is for this invite. Its signature is verified
    /// later, with the bundle.
    ///
    /// # Errors
    /// [`InviteError`] if the text is not an invite, or is damaged.
    pub fn from_text(text: &str) -> Result<Self, InviteError> {
        let body = text.trim().strip_prefix(PREFIX).ok_or(InviteError::NotOne)?;
        let bytes = BASE64URL_NOPAD.decode(body.as_bytes()).map_err(|e| InviteError::Damaged(e.to_string()))?;
        let invite: Self = cbor::decode(&bytes, "invite").map_err(|e| InviteError::Damaged(e.to_string()))?;
        // Whether the issuer signed it is seen when the bundle is here; that it says this is seen now.
        let certificate = Unverified::parse(ObjectType::Certificate, &invite.certificate).ok();
        let certificate: Option<Certificate> =
            certificate.and_then(|c| cbor::decode(c.untrusted(), "certificate").ok());
        let key = SigningKey::from_seed(*invite.seed).public();
        if certificate.is_some_and(|c| c.holder == invite.holder() && c.key == key) {
            Ok(invite)
        } else {
            Err(InviteError::Damaged("its certificate belongs to another invite".into()))
        }
    }

    /// The mission that the invite is for, derived from its root key.
    #[must_use]
    pub fn mission(&self) -> MissionId {
        MissionId::of(self.root)
    }
}

/// Reveals neither the seed nor the holder.
impl fmt::Debug for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invite(to {})", self.mission())
    }
}
