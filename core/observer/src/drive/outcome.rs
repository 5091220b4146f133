//! What a run did, and what stopped it.

use crate::error::Error;
use baqylau_protocol::sync::{Failure, Stop};

/// Counts of a run, and why it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SyncOutcome {
    pub stop: Stop,
    pub delivered: usize,
    pub refused: usize,
    pub carried: usize,
    pub letters: usize,
    pub bytes_sent: u64,
    pub attachment_bytes: u64,
    pub trouble: Option<Trouble>,
}

impl Default for SyncOutcome {
    fn default() -> Self {
        Self {
            stop: Stop::Done,
            delivered: 0,
            refused: 0,
            carried: 0,
            letters: 0,
            bytes_sent: 0,
            attachment_bytes: 0,
            trouble: None,
        }
    }
}

/// What kept something from being delivered, or from being noted as delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It cannot be reached: no network, or nobody listens there.
    Unreachable,
    /// It is reached and does not answer.
    Silent,
    /// Who answers is not the mission's server.
    Foreign,
    /// It answers that it is busy.
    Busy,
    /// It is the mission's, and the coordinators have not published the mission there yet.
    Unpublished,
    /// The disk is full: what the server said could not be noted here. It is asked for again.
    Full,
}

impl Trouble {
    pub(super) fn of(failure: Failure) -> Option<Self> {
        match failure {
            Failure::Offline => Some(Self::Unreachable),
            Failure::Silent => Some(Self::Silent),
            Failure::Untrusted => Some(Self::Foreign),
            Failure::Busy(_) => Some(Self::Busy),
            Failure::NotPublished => Some(Self::Unpublished),
            Failure::Nonsense => None,
        }
    }
}

/// Ends a step: the network, which is tried again, or the store, which is an error of the call.
pub(crate) enum StepError {
    Network(Failure),
    Store(Error),
}

impl From<Failure> for StepError {
    fn from(failure: Failure) -> Self {
        Self::Network(failure)
    }
}

impl From<Error> for StepError {
    fn from(e: Error) -> Self {
        Self::Store(e)
    }
}
