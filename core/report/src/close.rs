//! The record that closes a chain: the payload of type 65010.

use crate::report::RecordedMoment;
use baqylau_protocol::cbor::{self, Malformed};
use minicbor::{Decode, Encode};

/// A phone's last word: nothing follows it in its chain. With it a tail that was kept back shows, which a chain alone cannot tell
/// from work that went no further.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ChainClose {
    /// [`baqylau_protocol::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The number of the envelope that this record is in: the last of the chain.
    #[n(1)]
    pub last: u64,
    /// When, by the phone's wall clock.
    #[n(2)]
    pub at: RecordedMoment,
}

impl ChainClose {
    /// Its bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Reads one.
    ///
    /// # Errors
    /// It is none.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, "close")
    }
}
