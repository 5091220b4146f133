//! Why the desk did not do what it should, as Python gets it.

use baqylau_desk::{DeskError as Fault, ReasonClass as Class};

/// Whether time, a person, or nothing helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ReasonClass {
    /// Nothing: it stays so.
    Final,
    /// Time: the same call may succeed later.
    Retry,
    /// The person: `reason` says what to do.
    Act,
}

impl From<Class> for ReasonClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Final => Self::Final,
            Class::Retry => Self::Retry,
            Class::Act => Self::Act,
        }
    }
}

/// Why the desk did not do what it should: what sort, the stable code of `docs/errors.md`, what helps, and English words.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum DeskError {
    /// A file, the passphrase, the store, or the mission's tables.
    #[error("{reason}")]
    Folder {
        /// The stable code.
        code: String,
        /// Decides whether calling again is of use.
        helps: ReasonClass,
        /// English words for a person, with the remedy.
        reason: String,
    },
    /// The server does not answer, or refuses.
    #[error("{reason}")]
    Server {
        /// The stable code.
        code: String,
        /// Decides whether calling again is of use.
        helps: ReasonClass,
        /// English words for a person, with the remedy.
        reason: String,
    },
    /// The server's log does not verify: do not trust it.
    #[error("{reason}")]
    Log {
        /// The stable code.
        code: String,
        /// Decides whether calling again is of use.
        helps: ReasonClass,
        /// English words for a person, with the remedy.
        reason: String,
    },
    /// An argument of the call names what is not there, or does not fit.
    #[error("{reason}")]
    Input {
        /// The stable code.
        code: String,
        /// Decides whether calling again is of use.
        helps: ReasonClass,
        /// English words for a person, with the remedy.
        reason: String,
    },
}

impl From<Fault> for DeskError {
    fn from(e: Fault) -> Self {
        let (code, helps, reason) = (e.code().to_owned(), e.class().into(), e.to_string());
        match e {
            Fault::File { .. }
            | Fault::Source { .. }
            | Fault::Passphrase { .. }
            | Fault::PassphraseTooShort { .. }
            | Fault::Tables { .. }
            | Fault::NoBundle
            | Fault::DeskTooOld { .. }
            | Fault::BundleWaits { .. }
            | Fault::WaitingBundleOld { .. }
            | Fault::NoServer
            | Fault::BadAddress { .. }
            | Fault::BadProxy { .. }
            | Fault::Making { .. }
            | Fault::Storage(_) => Self::Folder { code, helps, reason },
            Fault::Server { .. }
            | Fault::Unreachable { .. }
            | Fault::Conflict { .. }
            | Fault::Missing
            | Fault::Stranger { .. }
            | Fault::Locked { .. }
            | Fault::Unpublished { .. }
            | Fault::Client(_)
            | Fault::System(_)
            | Fault::AttachmentTooLarge { .. }
            | Fault::AttachmentDamaged
            | Fault::Refused { .. } => Self::Server { code, helps, reason },
            Fault::Log(_) | Fault::Shrunk { .. } => Self::Log { code, helps, reason },
            Fault::Courier(_)
            | Fault::NotHere(_)
            | Fault::EmptyText { .. }
            | Fault::Answer(_)
            | Fault::Unchanged { .. }
            | Fault::Internal { .. }
            | Fault::Revoked { .. }
            | Fault::IsDesk { .. }
            | Fault::KnownReceiptKey
            | Fault::Unlisted
            | Fault::Reader
            | Fault::VisitCode { .. }
            | Fault::SeveralPlaces { .. }
            | Fault::NotATime { .. }
            | Fault::UnknownDecision { .. }
            | Fault::NotAHash { .. }
            | Fault::ReportUnfit { .. }
            | Fault::PaperDamaged => Self::Input { code, helps, reason },
        }
    }
}
