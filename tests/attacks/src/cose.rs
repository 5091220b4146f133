//! Signed objects: section 3 of `docs/formats.md`.

use crate::cbor::{Value, head, list};
use crate::{Hash, random};
use ring::signature::{Ed25519KeyPair, KeyPair};

/// A report, in an envelope.
pub const REPORT: u16 = 65001;
/// An envelope.
pub const ENVELOPE: u16 = 65002;
/// A manifest.
pub const MANIFEST: u16 = 65003;
/// A certificate.
pub const CERTIFICATE: u16 = 65004;
/// An enrolment, inner and outer.
pub const ENROLMENT: [u16; 2] = [65005, 65006];
/// A tree head.
pub const HEAD: u16 = 65007;
/// A record of standings.
pub const STANDINGS: u16 = 65008;
/// A request to read.
pub const REQUEST: u16 = 65009;
/// A review, in an envelope.
pub const REVIEW: u16 = 65011;
/// A letter, in an envelope.
pub const LETTER: u16 = 65013;
/// A permit for attachments.
pub const PERMIT: u16 = 65019;

/// A key that signs.
pub struct Key {
    seed: Hash,
    pair: Ed25519KeyPair,
}

impl Key {
    /// The key of a seed.
    ///
    /// # Panics
    /// Never: every 32 bytes are a seed.
    #[must_use]
    pub fn of(seed: Hash) -> Self {
        Self { seed, pair: Ed25519KeyPair::from_seed_unchecked(&seed).expect("every 32 bytes are a seed") }
    }

    /// A key of its own.
    #[must_use]
    pub fn new() -> Self {
        Self::of(random())
    }

    /// The seed.
    #[must_use]
    pub fn seed(&self) -> Hash {
        self.seed
    }

    /// The public half.
    ///
    /// # Panics
    /// Never: it has 32 bytes.
    #[must_use]
    pub fn public(&self) -> Hash {
        self.pair.public_key().as_ref().try_into().expect("32 bytes")
    }

    /// An object of a type with a payload. `aad` is signed and stands elsewhere.
    #[must_use]
    pub fn sign(&self, kind: u16, aad: &[u8], payload: &[u8]) -> Vec<u8> {
        let protected = protected(kind);
        let signed = list(["Signature1".into(), protected.as_slice().into(), aad.into(), payload.into()]);
        let signature = self.pair.sign(&signed.encode());
        let parts: [&[u8]; 6] = [
            &[0xd2, 0x84, 0x47],
            &protected,
            &[0xa0],
            &Value::from(payload).encode(),
            &head(2, 64),
            signature.as_ref(),
        ];
        parts.concat()
    }

    /// The same of a map or an array.
    #[must_use]
    pub fn sign_value(&self, kind: u16, payload: &Value) -> Vec<u8> {
        self.sign(kind, &[], &payload.encode())
    }
}

impl Default for Key {
    fn default() -> Self {
        Self::new()
    }
}

fn protected(kind: u16) -> [u8; 7] {
    let [high, low] = kind.to_be_bytes();
    [0xa2, 0x01, 0x27, 0x10, 0x19, high, low]
}

/// What a signed object says, whoever signed it.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn payload(object: &[u8]) -> Value {
    let inner = object.get(11..object.len() - 66).expect("a signed object");
    let Some(Value::Bytes(payload)) = Value::decode(inner) else { panic!("no payload: {inner:02x?}") };
    Value::decode(&payload).expect("a payload in CBOR")
}
