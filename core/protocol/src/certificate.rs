//! Certificates for one-use invite keys, and the invite that carries one to a phone.

use crate::cbor;
use crate::cose::{self, CoseError, ObjectType};
use crate::ids::{DeviceId, Hash, MissionId, PublicKey, SubjectId};
use crate::keys::SigningKey;
use data_encoding::BASE64URL_NOPAD;
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};
use std::fmt;

/// What a device may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// Sends reports.
    #[n(0)]
    Observer,
    /// Pulls and reviews.
    #[n(1)]
    Desk,
}

/// Says that an invite key speaks for a subject. Signed by the mission's issuer. Names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Certificate {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The mission.
    #[n(1)]
    pub mission: MissionId,
    /// Whom it is for.
    #[n(2)]
    pub subject: SubjectId,
    /// What the device may do.
    #[n(3)]
    pub role: Role,
    /// The invite's public key.
    #[n(4)]
    pub key: PublicKey,
    /// When the invite ends, in milliseconds since 1970.
    #[n(5)]
    pub expires: i64,
    /// [`Invite::holder`]: what the invite says of its holder cannot be changed, and nobody can guess it from here.
    #[n(6)]
    pub holder: Hash,
}

impl Certificate {
    /// Signs it as the issuer.
    #[must_use]
    pub fn sign(&self, issuer: &SigningKey) -> Vec<u8> {
        cose::sign(ObjectType::Certificate, issuer, &[], &cbor::encode(self))
    }

    /// Verifies one.
    ///
    /// # Errors
    /// Not by this issuer, of another mission, or malformed.
    pub fn open(bytes: &[u8], issuer: &PublicKey, mission: MissionId) -> Result<Self, CertificateError> {
        let payload = cose::open(ObjectType::Certificate, bytes, issuer, &[])?;
        let certificate: Self = cbor::decode(payload, "certificate").map_err(CoseError::from)?;
        if certificate.mission != mission {
            return Err(CertificateError::Mission { found: certificate.mission });
        }
        Ok(certificate)
    }
}

/// Why a certificate is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not signed by the issuer, or malformed.
    #[error("the certificate is refused: {0}")]
    Cose(#[from] CoseError),
    /// Of another mission.
    #[error("the certificate is for the mission {found}, not for this one")]
    Mission {
        /// Which.
        found: MissionId,
    },
    /// Too late.
    #[error("the invite expired; ask the coordinators for a new one")]
    Expired,
}

/// What a QR code brings to a phone: everything to enrol without trusting the server.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Invite {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The mission's root key; its hash is the mission's id.
    #[n(1)]
    pub root: PublicKey,
    /// The servers' addresses, in the order in which to try them.
    #[n(2)]
    pub servers: Vec<String>,
    /// The roots that TLS trusts, DER. No others are trusted.
    #[n(3)]
    pub tls_roots: Vec<ByteVec>,
    /// The seed of the one-use invite key.
    #[n(4)]
    pub seed: ByteArray<32>,
    /// The certificate for it.
    #[n(5)]
    pub certificate: ByteVec,
    /// The observer's name, shown on the phone. Known to phone and desk only.
    #[n(6)]
    pub name: String,
    /// The team's code, as `T047`.
    #[n(7)]
    pub team: String,
    /// The person's role in the mission, as `sto`.
    #[n(8)]
    pub role: String,
    /// The phone that the new one replaces.
    #[n(9)]
    pub replaces: Option<DeviceId>,
}

/// Why a text is no invite.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// It does not start as one.
    #[error("this is no Baqylau invite; scan the QR code that the coordinators gave you")]
    NotOne,
    /// It was damaged on the way.
    #[error("the invite is damaged ({0}); scan it again, or ask for a new one")]
    Damaged(String),
}

const PREFIX: &str = "BAQYLAU1:";

impl Invite {
    /// A digest of everything but the certificate. The seed is in it, which no server ever sees.
    #[must_use]
    pub fn holder(&self) -> Hash {
        Hash::of(&cbor::encode(&Self { certificate: Vec::new().into(), ..self.clone() }))
    }

    /// The text in the QR code: `BAQYLAU1:` and base64url.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&cbor::encode(self)))
    }

    /// Reads the text of a QR code.
    ///
    /// # Errors
    /// It is no invite, or a damaged one.
    pub fn from_text(text: &str) -> Result<Self, InviteError> {
        let body = text.trim().strip_prefix(PREFIX).ok_or(InviteError::NotOne)?;
        let bytes = BASE64URL_NOPAD.decode(body.as_bytes()).map_err(|e| InviteError::Damaged(e.to_string()))?;
        let invite: Self = cbor::decode(&bytes, "invite").map_err(|e| InviteError::Damaged(e.to_string()))?;
        // Whether the issuer signed it is seen when the bundle is here; that it says this is seen now.
        let certificate = cose::Unverified::parse(ObjectType::Certificate, &invite.certificate).ok();
        let certificate: Option<Certificate> =
            certificate.and_then(|c| cbor::decode(c.untrusted(), "certificate").ok());
        let key = SigningKey::from_seed(*invite.seed).public();
        if certificate.is_some_and(|c| c.holder == invite.holder() && c.key == key) {
            Ok(invite)
        } else {
            Err(InviteError::Damaged("its certificate is for another".into()))
        }
    }

    /// The mission it is for.
    #[must_use]
    pub fn mission(&self) -> MissionId {
        MissionId::of(&self.root)
    }
}

/// Shows neither the seed nor who it is for.
impl fmt::Debug for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invite(to {})", self.mission())
    }
}
