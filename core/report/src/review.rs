//! What a desk signs about reports: judgements (payload of type 65011) and corrections (65012). They travel like reports, so that
//! all desks of a mission come to the same figures.

use crate::report::RecordedMoment;
use baqylau_protocol::cbor::{self, Malformed};
use baqylau_protocol::ids::Hash;
use minicbor::{Decode, Encode};

/// What a desk decided of a report. The last in the log holds.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Review {
    /// [`baqylau_protocol::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The envelope of the report.
    #[n(1)]
    pub report: Hash,
    /// What was decided.
    #[n(2)]
    pub state: ReviewState,
    /// Why.
    #[n(3)]
    pub reason: String,
    /// When, by the desk's clock.
    #[n(4)]
    pub at: RecordedMoment,
}

/// What a desk decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum ReviewState {
    /// It counts: a proposal, one of a fork or of competing amendments too.
    #[n(0)]
    Accepted,
    /// The observer was asked; it counts as before.
    #[n(1)]
    Queried,
    /// It counts nowhere.
    #[n(2)]
    Excluded,
}

/// An answer that a desk corrects, because observers fly home. Raw figures and exports leave it out.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Correction {
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
    /// What stood there, in the notation of answer files; absent when nothing did.
    #[n(4)]
    pub old: Option<String>,
    /// What shall stand there; absent when the answer is taken away.
    #[n(5)]
    pub new: Option<String>,
    /// Why.
    #[n(6)]
    pub reason: String,
    /// Where the desk has it from: a call, the paper form.
    #[n(7)]
    pub source: String,
    /// When, by the desk's clock.
    #[n(8)]
    pub at: RecordedMoment,
}

impl Review {
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
        cbor::decode(bytes, "review")
    }
}

impl Correction {
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
        cbor::decode(bytes, "correction")
    }
}
