//! `COSE_Sign1` (RFC 9052, section 4.2) with Ed25519, in exactly one encoding.
//!
//! The protected header is always `{1: -8, 16: type}`, the unprotected header empty, the tag 18. A message can thus be
//! parsed by its layout, and no algorithm can be negotiated.

use crate::cbor::{self, Malformed};
use crate::ids::{PublicKey, Signature};
use crate::keys::SigningKey;
use minicbor::bytes::ByteSlice;
use minicbor::{Decoder, Encoder};
use std::fmt;

/// Type of a signed object. The numbers are content formats from the experimental range (RFC 7252, section 12.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum ObjectType {
    /// Inner signature of a report.
    Report = 65001,
    /// Outer signature of an envelope.
    Envelope = 65002,
    /// [`crate::bundle::Manifest`], by the root key.
    Manifest = 65003,
    /// [`crate::certificate::Certificate`], by the issuer.
    Certificate = 65004,
    /// [`crate::enrolment::Enrolment`], by the device key.
    Enrolment = 65005,
    /// A signed enrolment, countersigned by the invite key.
    Enrolled = 65006,
    /// [`crate::receipt::TreeHead`], by a receipt key.
    TreeHead = 65007,
    /// [`crate::standing::StandingRecord`], by a desk's device key.
    Standing = 65008,
    /// [`crate::wire::ReadRequest`], by a desk's device key.
    Request = 65009,
    /// Inner signature of the record that closes a chain.
    Close = 65010,
    /// Inner signature of a desk's review of a report.
    Review = 65011,
    /// Inner signature of a desk's correction of an answer.
    Correction = 65012,
    /// Inner signature of a letter from a desk to a phone.
    Letter = 65013,
    /// Inner signature of a phone's acknowledgement of letters.
    Seen = 65014,
    /// [`crate::receipt::AttachmentProof`], by a receipt key.
    Kept = 65015,
    /// Inner signature of a desk's notice to the others about letters it wrote.
    Sent = 65016,
    /// Inner signature of a desk's notice to the others about people, invites and moves.
    Register = 65017,
    /// Inner signature of a desk's coding of a free text.
    Coding = 65018,
    /// [`crate::permit::UploadPermit`], by the device of an envelope.
    Permit = 65019,
    /// Inner signature of keys that a desk hands to another one.
    Keys = 65020,
    /// [`crate::notice::ReadNotice`], by a desk's device key.
    Notice = 65021,
    /// [`crate::statement::StatedFigures`], by the device keys of desks, each signature apart.
    Statement = 65022,
}

impl ObjectType {
    /// The types that an envelope may contain.
    pub const SEALED: [Self; 10] = [
        Self::Report,
        Self::Close,
        Self::Review,
        Self::Correction,
        Self::Letter,
        Self::Seen,
        Self::Sent,
        Self::Register,
        Self::Coding,
        Self::Keys,
    ];

    /// The type with this number, if an envelope may contain it.
    #[must_use]
    pub fn sealed(number: u16) -> Option<Self> {
        Self::SEALED.into_iter().find(|kind| *kind as u16 == number)
    }
}

/// Why a signed object is rejected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CoseError {
    /// Not a `COSE_Sign1` object in the one permitted encoding.
    #[error("not a signed object: {0}")]
    Malformed(#[from] Malformed),
    /// Well-formed, but of another type.
    #[error("the signed object is not of type {expected:?}")]
    Type {
        /// The type that was expected.
        expected: ObjectType,
    },
    /// Altered, or not signed by the expected key.
    #[error("the signature of the {0:?} is invalid: the object was altered, or signed with another key")]
    Signature(ObjectType),
}

fn protected(kind: ObjectType) -> [u8; 7] {
    let [high, low] = (kind as u16).to_be_bytes();
    [0xa2, 0x01, 0x27, 0x10, 0x19, high, low]
}

/// `Sig_structure`: `["Signature1", protected, external_aad, payload]`.
fn to_be_signed(kind: ObjectType, aad: &[u8], payload: &[u8]) -> Vec<u8> {
    let protected = protected(kind);
    let bytes = |b| <&ByteSlice>::from(b);
    cbor::encode(&("Signature1", bytes(&protected[..]), bytes(aad), bytes(payload)))
}

/// Signs a payload. `aad` is covered by the signature, but not contained in the result.
#[must_use]
pub fn sign(kind: ObjectType, key: &SigningKey, aad: &[u8], payload: &[u8]) -> Vec<u8> {
    let signature = detached(kind, key, aad, payload);
    let mut out = vec![0xd2, 0x84, 0x47];
    out.extend_from_slice(&protected(kind));
    out.push(0xa0);
    let mut encoder = Encoder::new(&mut out);
    let written = encoder.bytes(payload).and_then(|e| e.bytes(&signature.0));
    written.expect("writing to memory does not fail");
    out
}

/// The signature of [`sign`] alone.
pub(crate) fn detached(kind: ObjectType, key: &SigningKey, aad: &[u8], payload: &[u8]) -> Signature {
    key.sign(&to_be_signed(kind, aad, payload))
}

/// Whether `key` made a signature that stands apart from its payload.
pub(crate) fn is_signed(kind: ObjectType, key: &PublicKey, payload: &[u8], signature: &Signature) -> bool {
    key.verify(&to_be_signed(kind, &[], payload), signature)
}

/// Whether bytes begin with the header of this type. Nothing is verified.
#[must_use]
pub fn is(kind: ObjectType, bytes: &[u8]) -> bool {
    bytes.get(3..10) == Some(&protected(kind)[..])
}

/// The bytes that every object of this type begins with.
#[must_use]
pub fn start(kind: ObjectType) -> [u8; 10] {
    let mut start = [0xd2, 0x84, 0x47, 0, 0, 0, 0, 0, 0, 0];
    start[3..].copy_from_slice(&protected(kind));
    start
}

/// Bytes that signing adds to a payload of `payload` bytes.
#[must_use]
pub fn overhead(payload: usize) -> usize {
    11 + head_length(payload) + 66
}

/// Bytes of the CBOR head of a byte string of `length` bytes.
#[must_use]
pub fn head_length(length: usize) -> usize {
    match length {
        0..=23 => 1,
        24..=0xff => 2,
        0x100..=0xffff => 3,
        _ => 5,
    }
}

/// A parsed, not yet verified signed object.
#[derive(Clone, Copy)]
pub struct Unverified<'b> {
    kind: ObjectType,
    payload: &'b [u8],
    signature: Signature,
}

impl fmt::Debug for Unverified<'_> {
    /// Without the payload: of what was sealed it is plain.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unverified").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl<'b> Unverified<'b> {
    /// Parses a signed object of the given type.
    ///
    /// # Errors
    /// [`CoseError::Malformed`] if it is not in the one permitted encoding, [`CoseError::Type`] if it is of another
    /// type.
    pub fn parse(kind: ObjectType, bytes: &'b [u8]) -> Result<Self, CoseError> {
        if bytes.len() > cbor::MAX_BYTES {
            return Err(Malformed::TooLong { found: bytes.len(), limit: cbor::MAX_BYTES }.into());
        }
        let shape = |detail: String| Malformed::Shape { what: "signed object", detail };
        let rest = bytes
            .strip_prefix(&[0xd2, 0x84, 0x47])
            .ok_or_else(|| shape("it does not start with the header of one".into()))?;
        let rest = rest.strip_prefix(&protected(kind)).ok_or(CoseError::Type { expected: kind })?;
        let rest = rest.strip_prefix(&[0xa0]).ok_or_else(|| shape("the unprotected header is not empty".into()))?;
        let mut decoder = Decoder::new(rest);
        let mut part = || decoder.bytes().map_err(|e| shape(e.to_string()));
        let (payload, signature) = (part()?, part()?);
        let signature =
            Signature::from_slice(signature).ok_or_else(|| shape("the signature does not have 64 bytes".into()))?;
        // The shortest form, and nothing behind: the only length these two can have.
        if bytes.len() != payload.len() + overhead(payload.len()) {
            return Err(shape("not in the shortest form, or bytes after the end".into()).into());
        }
        Ok(Self { kind, payload, signature })
    }

    /// The unverified payload: only for finding the key to verify it with.
    #[must_use]
    pub fn untrusted(&self) -> &'b [u8] {
        self.payload
    }

    /// Returns the payload if `key` signed it with this `aad`.
    ///
    /// # Errors
    /// [`CoseError::Signature`] otherwise.
    pub fn verify(&self, key: &PublicKey, aad: &[u8]) -> Result<&'b [u8], CoseError> {
        if key.verify(&to_be_signed(self.kind, aad, self.payload), &self.signature) {
            Ok(self.payload)
        } else {
            Err(CoseError::Signature(self.kind))
        }
    }
}

/// Parses and verifies in one step; returns the payload.
///
/// # Errors
/// [`CoseError`] if it is malformed, of another type, or not signed by `key`.
pub fn open<'b>(kind: ObjectType, bytes: &'b [u8], key: &PublicKey, aad: &[u8]) -> Result<&'b [u8], CoseError> {
    Unverified::parse(kind, bytes)?.verify(key, aad)
}
