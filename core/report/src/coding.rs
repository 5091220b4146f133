//! What a desk says of a text that somebody typed (payload of type 65018): codes, a translation, whether it may be quoted. The text
//! itself stays as it is.

use crate::report::RecordedMoment;
use baqylau_protocol::cbor::{self, Malformed};
use baqylau_protocol::ids::Hash;
use minicbor::{Decode, Encode};

/// What a desk says of one text. The last in the log holds.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Coding {
    /// [`baqylau_protocol::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The envelope of the report.
    #[n(1)]
    pub report: Hash,
    /// The question's position in the report's checklist.
    #[n(2)]
    pub node: u32,
    /// The positions of the rows it is in, outermost first.
    #[n(3)]
    pub rows: Vec<u32>,
    /// Codes of the mission's codebook.
    #[n(4)]
    pub codes: Vec<String>,
    /// The text in the language of the statement.
    #[n(5)]
    pub translation: Option<String>,
    /// Whether the statement may quote it: it names nobody and can be traced to nobody.
    #[n(6)]
    pub quotable: bool,
    /// When, by the desk's clock.
    #[n(7)]
    pub at: RecordedMoment,
}

impl Coding {
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
        cbor::decode(bytes, "coding")
    }
}
