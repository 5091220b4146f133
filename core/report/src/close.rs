//! The record that closes a chain: the payload of type 65010.

use crate::report::RecordedMoment;
use baqylau_protocol::cbor::{self, Malformed};
use minicbor::{Decode, Encode};

/// The record that ends a device's chain. It reveals a tail that was withheld: a chain alone cannot be told from one
/// whose last envelopes are missing.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ChainClose {
    /// [`baqylau_protocol::VERSION`].
    #[n(0)]
    pub v: u8,
    /// `seq` of the envelope that contains this record: the last of the chain.
    #[n(1)]
    pub last: u64,
    /// Time of closing by the phone's wall clock.
    #[n(2)]
    pub at: RecordedMoment,
}

impl ChainClose {
    /// Encodes the payload as deterministic CBOR.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Decodes the payload.
    ///
    /// # Errors
    /// [`Malformed`] if it is not such a record, or of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, "close")
    }
}
