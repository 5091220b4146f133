//! Few errors, each one something that a shell can act on. They carry names, never answers.

use baqylau_forms::fill::FillError;
use baqylau_protocol::bundle::BundleError;
use baqylau_protocol::certificate::InviteError;
use baqylau_protocol::envelope::EnvelopeError;
use baqylau_sqlite::StorageError;

/// Why a call did not do what it should. What was saved before is safe in every case.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store is locked, or the PIN was wrong.
    #[error("{}", locked(*attempts_left))]
    Locked {
        /// How many more tries there are.
        attempts_left: u32,
    },
    /// Something handed in does not fit.
    #[error("{place}: {remedy}")]
    Invalid {
        /// What does not fit: a question, an invite, a visit.
        place: String,
        /// What to do.
        remedy: String,
    },
    /// Somebody said no: the server, or a signature that does not verify.
    #[error("{reason}")]
    Refused {
        /// Why, in words for the observer.
        reason: String,
    },
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The call was interrupted.
    #[error("interrupted; nothing is lost")]
    Interrupted,
    /// A fault of this program.
    #[error("internal: {0}")]
    Internal(String),
}

fn locked(attempts_left: u32) -> String {
    match attempts_left {
        0 => "locked for good after too many wrong PINs. What was signed is still delivered; ask the coordinators for a new invite"
            .into(),
        left => format!("locked, or a wrong PIN; {left} attempts left"),
    }
}

impl Error {
    pub(crate) fn invalid(place: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Invalid { place: place.into(), remedy: remedy.into() }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(e: rusqlite::Error) -> Self {
        Self::Storage(e.into())
    }
}

impl From<FillError> for Error {
    fn from(e: FillError) -> Self {
        let place = match &e {
            FillError::NoSuchKey => "question".to_owned(),
            FillError::Hidden { name }
            | FillError::ReadOnly { name }
            | FillError::WrongKind { name, .. }
            | FillError::NotOffered { name }
            | FillError::Exclusive { name, .. }
            | FillError::NoSuchMissing { name }
            | FillError::TooMuch { name, .. } => name.clone(),
        };
        Self::invalid(place, e.to_string())
    }
}

impl From<InviteError> for Error {
    fn from(e: InviteError) -> Self {
        Self::invalid("invite", e.to_string())
    }
}

impl From<BundleError> for Error {
    fn from(e: BundleError) -> Self {
        Self::Refused { reason: e.to_string() }
    }
}

impl From<EnvelopeError> for Error {
    fn from(e: EnvelopeError) -> Self {
        match e {
            EnvelopeError::TooLarge { .. } => Self::invalid("report", e.to_string()),
            other => Self::Refused { reason: other.to_string() },
        }
    }
}
