//! Keys that all desks hold, from the desk that made them to each of the others: in an envelope that is sealed to its device.

use crate::bundle::{MAX_NAMED, Manifest};
use crate::cbor::{self, Malformed};
use crate::keys::{ReadingSecret, SigningKey};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use std::fmt;
use zeroize::Zeroize;

/// The secrets of a mission's desks. None of them is believed because it came: a manifest names its public half.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct KeyHandover {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// Seed of the issuer's key; a reader gets none.
    #[n(1)]
    pub issuer: Option<ByteArray<32>>,
    /// Number and secret bytes ([`ReadingSecret::to_bytes`]) of each reading key, by ascending number. At most [`MAX_NAMED`].
    #[cbor(n(2), decode_with = "cbor::at_most::<_, _, MAX_NAMED>")]
    pub reading: Vec<(u32, ByteArray<64>)>,
}

impl KeyHandover {
    /// Of these keys.
    #[must_use]
    pub fn new(issuer: Option<&SigningKey>, reading: &[ReadingSecret]) -> Self {
        let reading = reading.iter().map(|key| (key.number, (*key.to_bytes()).into())).collect();
        Self { v: crate::VERSION, issuer: issuer.map(|key| (*key.seed()).into()), reading }
    }

    /// Deterministic CBOR, to be sealed.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// # Errors
    /// It is malformed.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, "keys")
    }

    /// The issuer's key, where the manifest lists it without an end.
    #[must_use]
    pub fn issuer(&self, manifest: &Manifest) -> Option<SigningKey> {
        let key = SigningKey::from_seed(*self.issuer?);
        manifest.issuers.iter().any(|term| term.key == key.public() && term.until.is_none()).then_some(key)
    }

    /// The reading keys whose public halves the manifest names.
    #[must_use]
    pub fn reading(&self, manifest: &Manifest) -> Vec<ReadingSecret> {
        let keys = self.reading.iter().filter_map(|(number, bytes)| ReadingSecret::from_bytes(*number, bytes));
        keys.filter(|key| manifest.reading.contains(&key.public())).collect()
    }
}

impl Drop for KeyHandover {
    fn drop(&mut self) {
        self.issuer.iter_mut().for_each(|seed| seed.zeroize());
        self.reading.iter_mut().for_each(|(_, bytes)| bytes.zeroize());
    }
}

/// Reveals nothing.
impl fmt::Debug for KeyHandover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyHandover({} reading keys)", self.reading.len())
    }
}
