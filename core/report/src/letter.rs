//! Letters from a desk to a phone (payload of type 65013), the phone's acknowledgement (65014), and the desk's notice
//! to the other desks (65016).

use crate::report::RecordedMoment;
use baqylau_protocol::VERSION;
use baqylau_protocol::cbor::{self, Malformed};
use baqylau_protocol::ids::{DeviceId, Hash};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// Most phones that one [`LetterSent`] names, at 52 bytes each: of more there are several. The text has as much room again.
pub const MAX_TOLD: usize = 10_000;

/// A message to an observer, or a query about a report.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Letter {
    /// [`baqylau_protocol::VERSION`].
    #[n(0)]
    pub v: u8,
    /// Plain text of the message.
    #[n(1)]
    pub text: String,
    /// Hash of the envelope that contains the report in question; `None` for a message.
    #[n(2)]
    pub report: Option<Hash>,
    /// Questions of that report that need a second look.
    #[n(3)]
    pub questions: Vec<Question>,
    /// Time of writing by the desk's clock.
    #[n(4)]
    pub at: RecordedMoment,
    /// The report in question as CBOR ([`crate::Report`]), if it is handed over to a phone that did not sign it.
    #[n(5)]
    pub copy: Option<ByteVec>,
}

baqylau_forms::redacted_debug! { Letter: v, report, questions, at }

/// A question of a report, and the row it is in.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Question {
    /// The question's index in the report's checklist.
    #[n(0)]
    pub node: u32,
    /// Row numbers of the enclosing repeats, outermost first; empty outside repeats.
    #[n(1)]
    pub rows: Vec<u32>,
}

/// A phone's acknowledgement that it decrypted letters: proof of delivery.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LetterOpened {
    /// [`baqylau_protocol::VERSION`].
    #[n(0)]
    pub v: u8,
    /// Hashes of the envelopes that contain the letters.
    #[n(1)]
    pub letters: Vec<Hash>,
}

/// A desk's notice to the others about letters it wrote. The letters are sealed to phones, so no desk can read them
/// again.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LetterSent {
    /// [`baqylau_protocol::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The recipients, each with the hash of the envelope sent to it.
    #[n(1)]
    pub letters: Vec<(DeviceId, Hash)>,
    /// The text they share, without the copy of a report.
    #[n(2)]
    pub letter: Letter,
    /// Whether the report was handed over: the recipients may supersede it.
    #[n(3)]
    pub handed: bool,
}

impl Letter {
    /// Encodes the payload as deterministic CBOR.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Decodes the payload.
    ///
    /// # Errors
    /// [`Malformed`] if it is not a letter, or of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, "letter")
    }
}

impl LetterOpened {
    /// Encodes the payload as deterministic CBOR.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Decodes the payload.
    ///
    /// # Errors
    /// [`Malformed`] if it is not an acknowledgement, or of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, "seen")
    }
}

impl LetterSent {
    /// The notices of one letter to any number of phones, of which each names [`MAX_TOLD`] at most; none where there is no phone.
    pub fn of(letters: &[(DeviceId, Hash)], letter: &Letter, handed: bool) -> impl Iterator<Item = Self> {
        letters.chunks(MAX_TOLD).map(move |some| {
            let letter = Letter { copy: None, ..letter.clone() };
            Self { v: VERSION, letters: some.to_vec(), letter, handed }
        })
    }

    /// Encodes the payload as deterministic CBOR.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Decodes the payload.
    ///
    /// # Errors
    /// [`Malformed`] if it is not such a notice, or of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, "sent")
    }
}
