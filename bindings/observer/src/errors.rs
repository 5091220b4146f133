//! Few errors, each one something to act on. They carry names, never answers.

use crate::reasons::InvalidReason;
use baqylau_observer::Error;
use baqylau_observer::vault::VaultError;
use baqylau_sqlite::StorageError;

/// Why a call did not do what it should. What was saved before is safe in every case.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum BaqylauError {
    /// The store is locked, or the PIN was wrong. With no attempts left only a new invite helps.
    #[error("locked; {attempts_left} attempts left")]
    Locked {
        /// How many more tries there are.
        attempts_left: u32,
    },
    /// Something handed in does not fit, or is missing for the call.
    #[error("{reason:?}")]
    Invalid {
        /// Closed: a shell has words for each.
        reason: InvalidReason,
    },
    /// Somebody said no: the server, a signature, the phone's key store, or a store of a later version.
    #[error("{reason}")]
    Refused {
        /// Why, for a shell that has words of its own.
        why: Why,
        /// Why, in words.
        reason: String,
    },
    /// The disk is full: free some space and do it again.
    #[error("the disk is full")]
    DiskFull,
    /// The disk or its folder is read-only: nothing is saved, what is there can be read and exported.
    #[error("the disk is read-only")]
    DiskReadOnly,
    /// The disk could not be read or written: close the core and open it again.
    #[error("the disk failed: {reason}")]
    DiskFailed {
        /// From the operating system, in English; for a log.
        reason: String,
    },
    /// The store is of a later version of the app: update the app.
    #[error("the store is of a later version")]
    NewerStore,
    /// The store is damaged: salvage it.
    #[error("damaged: {file}")]
    Damaged {
        /// Path of the damaged file.
        file: String,
    },
    /// The call was interrupted, or its time was up.
    #[error("interrupted")]
    Interrupted,
    /// A fault of this program: close the core, open it again, and report it.
    #[error("{reason}")]
    Internal {
        /// In English; for a log.
        reason: String,
    },
}

impl From<Error> for BaqylauError {
    fn from(e: Error) -> Self {
        match e {
            Error::Locked { attempts_left } => Self::Locked { attempts_left },
            Error::Invalid(reason) => Self::Invalid { reason: reason.into() },
            Error::Refused { why, reason } => Self::Refused { why: why.into(), reason },
            Error::Interrupted => Self::Interrupted,
            Error::Storage(StorageError::Full) => Self::DiskFull,
            Error::Storage(StorageError::Damaged { path }) => Self::Damaged { file: path.display().to_string() },
            Error::Storage(StorageError::Newer { .. }) => Self::NewerStore,
            Error::Storage(StorageError::ReadOnly) => Self::DiskReadOnly,
            Error::Storage(StorageError::Io(reason)) => Self::DiskFailed { reason },
            Error::Storage(StorageError::Other(e)) => Self::Internal { reason: e.to_string() },
            Error::Internal(reason) => Self::Internal { reason },
        }
    }
}

mirror! {
    /// Whether time or the person helps where something was not done, or nothing.
    ReasonClass of baqylau_observer::ReasonClass {
        /// Nothing: it stays so.
        Final,
        /// Time: the same call may succeed later.
        Retry,
        /// The person: the words say what to do.
        Act,
    }
}

/// A stable code of `docs/errors.md`, and what helps; every error has both.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ErrorSort {
    /// The code.
    pub code: String,
    /// Whether to try again, to act, or neither.
    pub helps: ReasonClass,
}

/// The code of an error, and what helps. In Python both are on the error.
#[uniffi::export]
pub fn sort_of_error(error: &BaqylauError) -> ErrorSort {
    let (code, helps) = match error {
        BaqylauError::Locked { .. } => ("locked", ReasonClass::Act),
        BaqylauError::Invalid { reason } => (reason.code(), reason.class()),
        BaqylauError::Refused { why, .. } => {
            let why = baqylau_observer::RefusalReason::from(*why);
            (why.code(), why.class().into())
        }
        BaqylauError::DiskFull => ("disk-full", ReasonClass::Act),
        BaqylauError::DiskReadOnly => ("disk-read-only", ReasonClass::Act),
        BaqylauError::DiskFailed { .. } => ("disk-failed", ReasonClass::Retry),
        BaqylauError::NewerStore => ("newer-store", ReasonClass::Act),
        BaqylauError::Damaged { .. } => ("damaged", ReasonClass::Act),
        BaqylauError::Interrupted => ("interrupted", ReasonClass::Retry),
        BaqylauError::Internal { .. } => ("internal", ReasonClass::Final),
    };
    ErrorSort { code: code.to_owned(), helps }
}

mirror! {
    /// Why somebody said no.
    Why of baqylau_observer::RefusalReason {
        /// Nobody answered.
        NoAnswer,
        /// It is of another mission.
        OtherMission,
        /// The invite or the mission has expired.
        Expired,
        /// The coordinators revoked this phone.
        Revoked,
        /// Not now: it is tried again by itself.
        Later,
        /// A signature or a receipt proves nothing.
        NotGenuine,
        /// It is faulty, or of a later version than this.
        Unfit,
        /// The mission's bundle is of a later version than this app reads: update the app.
        AppTooOld,
        /// The server says that it cannot read it, or that it is too large: it stays here, and is tried again by itself.
        NotTaken,
        /// The server refuses it for a reason that came with a later version: it stays here, and is tried again by itself.
        UnknownReason,
        /// The phone's key store does not do it.
        KeyStore,
        /// The server is the mission's, and the coordinators have not published the mission there yet.
        NotPublished,
        /// The mission has no checklist that goes before all others.
        NothingUrgent,
        /// A sync is under way on this thread, and told a listener, who began another.
        Syncing,
        /// What was to be attached could not be read to its end: its source failed.
        Source,
        /// The server does not take an attachment now: it stays on the phone, and is tried again by itself.
        FileNotTaken,
        /// The file of an attachment is not on this phone any more, or not whole.
        FileLost,
    }
}

/// Thrown by code of the shell that the core calls.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum ForeignError {
    /// It cannot or must not, and says why.
    #[error("{reason}")]
    Failed {
        /// In words for the observer.
        reason: String,
    },
}

/// Anything else that it throws.
impl From<uniffi::UnexpectedUniFFICallbackError> for ForeignError {
    fn from(e: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { reason: e.reason }
    }
}

impl From<ForeignError> for VaultError {
    fn from(e: ForeignError) -> Self {
        Self::Refused { reason: e.to_string() }
    }
}
