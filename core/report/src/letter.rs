//! Letters from a desk to a phone (payload of type 65013), and a phone's word that they arrived (65014).

use crate::report::At;
use baqylau_protocol::cbor::{self, Malformed};
use baqylau_protocol::ids::Hash;
use minicbor::{Decode, Encode};

/// A message to an observer, or a question about a report.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Letter {
    /// [`baqylau_protocol::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The words.
    #[n(1)]
    pub text: String,
    /// The envelope of the report that is asked about.
    #[n(2)]
    pub report: Option<Hash>,
    /// The questions of that report to look at again.
    #[n(3)]
    pub questions: Vec<Question>,
    /// When, by the desk's clock.
    #[n(4)]
    pub at: At,
}

/// A question of a report.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Question {
    /// Its position in the report's checklist.
    #[n(0)]
    pub node: u32,
    /// The positions of the rows it is in, outermost first.
    #[n(1)]
    pub rows: Vec<u32>,
}

/// Says that letters were opened on the phone: proof of delivery.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Seen {
    /// [`baqylau_protocol::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The envelopes of the letters.
    #[n(1)]
    pub letters: Vec<Hash>,
}

impl Letter {
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
        cbor::decode(bytes, "letter")
    }
}

impl Seen {
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
        cbor::decode(bytes, "seen")
    }
}
