//! A desk's reviews (payload of type 65011) and corrections (65012) of reports. They travel like reports, so that all
//! desks of a mission compute the same figures.

use crate::report::RecordedMoment;
use baqylau_protocol::cbor::{self, Malformed};
use baqylau_protocol::ids::Hash;
use minicbor::{Decode, Encode};

/// A desk's decision about a report. The latest in the log applies.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Review {
    /// [`baqylau_protocol::VERSION`].
    #[n(0)]
    pub v: u8,
    /// Hash of the envelope that contains the report.
    #[n(1)]
    pub report: Hash,
    /// The decision.
    #[n(2)]
    pub state: ReviewState,
    /// Reason for the decision.
    #[n(3)]
    pub reason: String,
    /// Time of the decision by the desk's clock.
    #[n(4)]
    pub at: RecordedMoment,
}

baqylau_forms::redacted_debug! { Review: v, report, state, at }

/// A decision about a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum ReviewState {
    /// It is counted, even if it is a proposal, of a forked chain, or one of several competing amendments.
    #[n(0)]
    Accepted,
    /// The observer was queried; it is counted as before.
    #[n(1)]
    Queried,
    /// It is counted nowhere.
    #[n(2)]
    Excluded,
}

/// A desk's correction of an answer, for when observers can no longer amend. Raw figures and exports ignore it.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Correction {
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
    /// Previous answer in the notation of answer files; `None` if there was none.
    #[n(4)]
    pub old: Option<String>,
    /// Corrected answer in the same notation; `None` to remove it.
    #[n(5)]
    pub new: Option<String>,
    /// Reason for the correction.
    #[n(6)]
    pub reason: String,
    /// Where the desk learned it: a call, the paper form.
    #[n(7)]
    pub source: String,
    /// Time of the correction by the desk's clock.
    #[n(8)]
    pub at: RecordedMoment,
}

baqylau_forms::redacted_debug! { Correction: v, report, node, rows, at }

impl Review {
    /// Encodes the payload as deterministic CBOR.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Decodes the payload.
    ///
    /// # Errors
    /// [`Malformed`] if it is not a review, or of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, "review")
    }
}

impl Correction {
    /// Encodes the payload as deterministic CBOR.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Decodes the payload.
    ///
    /// # Errors
    /// [`Malformed`] if it is not a correction, or of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, "correction")
    }
}
