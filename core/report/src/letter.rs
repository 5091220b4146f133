//! Letters from a desk to a phone (payload of type 65013), a phone's word that they arrived (65014), and a desk's word to the
//! others on what it wrote (65016).

use crate::report::RecordedMoment;
use baqylau_protocol::cbor::{self, Malformed};
use baqylau_protocol::ids::{DeviceId, Hash};
use minicbor::bytes::ByteVec;
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
    pub at: RecordedMoment,
    /// The report that is asked about, where it is handed over to a phone that did not sign it: [`crate::Report`] in CBOR.
    #[n(5)]
    pub copy: Option<ByteVec>,
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
pub struct LetterOpened {
    /// [`baqylau_protocol::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The envelopes of the letters.
    #[n(1)]
    pub letters: Vec<Hash>,
}

/// What a desk tells the others of letters that it wrote: they are sealed to phones, and no desk can read them again.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LetterSent {
    /// [`baqylau_protocol::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The phones, and the envelopes of the letters to them.
    #[n(1)]
    pub letters: Vec<(DeviceId, Hash)>,
    /// What they say, without the copy.
    #[n(2)]
    pub letter: Letter,
    /// Whether the report is handed over: these phones may supersede it.
    #[n(3)]
    pub handed: bool,
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

impl LetterOpened {
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

impl LetterSent {
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
        cbor::decode(bytes, "sent")
    }
}
