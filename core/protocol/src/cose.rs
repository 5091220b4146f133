//! `COSE_Sign1` (RFC 9052, section 4.2) with Ed25519, in exactly one form.
//!
//! The protected header is always `{1: -8, 16: type}`, the unprotected one empty, the tag 18. So a message is parsed by its
//! layout, and there is nothing in it to negotiate.

use crate::cbor::{self, Malformed};
use crate::ids::{PublicKey, Signature};
use crate::keys::SigningKey;
use minicbor::bytes::ByteSlice;
use minicbor::{Decoder, Encoder};

/// What a signed object is. The numbers are content formats from the range for experiments (RFC 7252, section 12.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum ObjectType {
    /// The inner signature of a report.
    Report = 65001,
    /// The outer signature of an envelope.
    Envelope = 65002,
    /// A mission's manifest.
    Manifest = 65003,
    /// A certificate for an invite key.
    Certificate = 65004,
    /// An enrolment, signed by the device key.
    Enrolment = 65005,
    /// An enrolment, countersigned by the invite key.
    Enrolled = 65006,
    /// A tree head.
    TreeHead = 65007,
    /// The roster of devices.
    Roster = 65008,
    /// A request to read.
    Request = 65009,
    /// The inner signature of the record that closes a chain.
    Close = 65010,
    /// The inner signature of a desk's judgement on a report.
    Review = 65011,
    /// The inner signature of a desk's correction of an answer.
    Correction = 65012,
    /// The inner signature of a letter from a desk to a phone.
    Letter = 65013,
    /// The inner signature of a phone's word that letters arrived.
    Seen = 65014,
    /// A server's proof that it has an attachment.
    Kept = 65015,
    /// The inner signature of a desk's word to the others on letters that it wrote.
    Sent = 65016,
    /// The inner signature of a desk's word to the others on people, invites and moves.
    Register = 65017,
    /// The inner signature of a desk's word on a text.
    Coding = 65018,
}

impl ObjectType {
    /// What an envelope may hold.
    pub const SEALED: [Self; 9] = [
        Self::Report,
        Self::Close,
        Self::Review,
        Self::Correction,
        Self::Letter,
        Self::Seen,
        Self::Sent,
        Self::Register,
        Self::Coding,
    ];

    /// What an envelope may hold, by its number.
    #[must_use]
    pub fn sealed(number: u16) -> Option<Self> {
        Self::SEALED.into_iter().find(|kind| *kind as u16 == number)
    }
}

/// Why a signed object is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CoseError {
    /// Not a signed object of ours.
    #[error("not a signed object: {0}")]
    Malformed(#[from] Malformed),
    /// A signed object of another type.
    #[error("a signed object of another type than {expected:?}")]
    Type {
        /// The type that was expected.
        expected: ObjectType,
    },
    /// The signature is not by the key.
    #[error("the signature of the {0:?} does not verify: it was altered, or signed with another key")]
    Signature(ObjectType),
}

fn protected(kind: ObjectType) -> [u8; 7] {
    let [high, low] = (kind as u16).to_be_bytes();
    [0xa2, 0x01, 0x27, 0x10, 0x19, high, low]
}

/// What is signed: `["Signature1", protected, external_aad, payload]`.
fn to_be_signed(kind: ObjectType, aad: &[u8], payload: &[u8]) -> Vec<u8> {
    let protected = protected(kind);
    let bytes = |b| <&ByteSlice>::from(b);
    cbor::encode(&("Signature1", bytes(&protected[..]), bytes(aad), bytes(payload)))
}

/// Signs a payload; `aad` is signed with it and not carried.
#[must_use]
pub fn sign(kind: ObjectType, key: &SigningKey, aad: &[u8], payload: &[u8]) -> Vec<u8> {
    let signature = key.sign(&to_be_signed(kind, aad, payload));
    let mut out = vec![0xd2, 0x84, 0x47];
    out.extend_from_slice(&protected(kind));
    out.push(0xa0);
    let mut encoder = Encoder::new(&mut out);
    let written = encoder.bytes(payload).and_then(|e| e.bytes(&signature.0));
    written.expect("writing to memory does not fail");
    out
}

/// Whether bytes begin as a signed object of a type.
#[must_use]
pub fn is(kind: ObjectType, bytes: &[u8]) -> bool {
    bytes.get(3..10) == Some(&protected(kind)[..])
}

/// How many bytes signing adds to a payload of a length.
#[must_use]
pub fn overhead(payload: usize) -> usize {
    11 + head_length(payload) + 66
}

/// How many bytes the head of a byte string of a length takes.
#[must_use]
pub fn head_length(length: usize) -> usize {
    match length {
        0..=23 => 1,
        24..=0xff => 2,
        0x100..=0xffff => 3,
        _ => 5,
    }
}

/// A signed object taken apart, not yet verified.
#[derive(Debug, Clone, Copy)]
pub struct Unverified<'b> {
    kind: ObjectType,
    payload: &'b [u8],
    signature: Signature,
}

impl<'b> Unverified<'b> {
    /// Takes a signed object apart.
    ///
    /// # Errors
    /// It is none, or of another type.
    pub fn parse(kind: ObjectType, bytes: &'b [u8]) -> Result<Self, CoseError> {
        if bytes.len() > cbor::MAX_BYTES {
            return Err(Malformed::TooLong { found: bytes.len(), limit: cbor::MAX_BYTES }.into());
        }
        let shape = |detail: String| Malformed::Shape { what: "signed object", detail };
        let rest = bytes.strip_prefix(&[0xd2, 0x84, 0x47]).ok_or_else(|| shape("it does not start as one".into()))?;
        let rest = rest.strip_prefix(&protected(kind)).ok_or(CoseError::Type { expected: kind })?;
        let rest = rest.strip_prefix(&[0xa0]).ok_or_else(|| shape("an unprotected header".into()))?;
        let mut decoder = Decoder::new(rest);
        let mut part = || decoder.bytes().map_err(|e| shape(e.to_string()));
        let (payload, signature) = (part()?, part()?);
        let signature =
            Signature::from_slice(signature).ok_or_else(|| shape("a signature of another length".into()))?;
        // The shortest form, and nothing behind: the only length these two can have.
        if bytes.len() != payload.len() + overhead(payload.len()) {
            return Err(shape("not the shortest form, or bytes after the end".into()).into());
        }
        Ok(Self { kind, payload, signature })
    }

    /// The payload, before anybody vouched for it: only to find the key.
    #[must_use]
    pub fn untrusted(&self) -> &'b [u8] {
        self.payload
    }

    /// The payload, when the signature is by `key`.
    ///
    /// # Errors
    /// The signature does not verify.
    pub fn verify(&self, key: &PublicKey, aad: &[u8]) -> Result<&'b [u8], CoseError> {
        if key.verify(&to_be_signed(self.kind, aad, self.payload), &self.signature) {
            Ok(self.payload)
        } else {
            Err(CoseError::Signature(self.kind))
        }
    }
}

/// Parses and verifies in one step.
///
/// # Errors
/// It is no such object, or not signed by `key`.
pub fn open<'b>(kind: ObjectType, bytes: &'b [u8], key: &PublicKey, aad: &[u8]) -> Result<&'b [u8], CoseError> {
    Unverified::parse(kind, bytes)?.verify(key, aad)
}
