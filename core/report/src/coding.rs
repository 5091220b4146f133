//! A desk's coding of a free text (payload of type 65018): codes, a translation, whether it may be quoted. The text
//! itself stays unchanged.

use crate::report::RecordedMoment;
use baqylau_protocol::cbor::{self, Malformed};
use baqylau_protocol::ids::Hash;
use minicbor::{Decode, Encode};

/// A desk's coding of one text. The latest in the log applies.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Coding {
    /// [`baqylau_protocol::VERSION`].
    #[n(0)]
    pub v: u8,
    /// Hash of the envelope that contains the report.
    #[n(1)]
    pub report: Hash,
    /// The question's index in the report's checklist.
    #[n(2)]
    pub node: u32,
    /// Row numbers of the enclosing repeats, outermost first; empty outside repeats.
    #[n(3)]
    pub rows: Vec<u32>,
    /// Codes from the mission's codebook.
    #[n(4)]
    pub codes: Vec<String>,
    /// Translation into the language of the statement.
    #[n(5)]
    pub translation: Option<String>,
    /// Whether the statement may quote the text: nobody is named in it or can be identified by it.
    #[n(6)]
    pub quotable: bool,
    /// Time of coding by the desk's clock.
    #[n(7)]
    pub at: RecordedMoment,
}

baqylau_forms::redacted_debug! { Coding: v, report, node, rows }

impl Coding {
    /// Encodes the payload as deterministic CBOR.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Decodes the payload.
    ///
    /// # Errors
    /// [`Malformed`] if it is not a coding, or of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, "coding")
    }
}
