//! Few errors, each one something that a shell can act on. They carry names, never answers.

use crate::reason::{BundleRefusal, InvalidReason, ReasonClass};
use baqylau_forms::fill::FillError;
use baqylau_protocol::bundle::BundleError;
use baqylau_protocol::certificate::{CertificateError, InviteError};
use baqylau_protocol::courier::{CourierError, CourierReadError};
use baqylau_protocol::envelope::{EnvelopeError, MAX_CLASS, class_bytes};
use baqylau_protocol::wire::RefusalCode;
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
    /// Something handed in does not fit, or is missing for the call.
    #[error(transparent)]
    Invalid(#[from] InvalidReason),
    /// Somebody said no: the server, or a signature that does not verify.
    #[error("{reason}")]
    Refused {
        /// Why, for a shell that has words of its own.
        why: RefusalReason,
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

/// Why somebody said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum RefusalReason {
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
    /// The mission's bundle is of a later version than this program reads: update the program.
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

impl RefusalReason {
    /// The stable code: the variant's name, in lower case with hyphens.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// The reason of a stable code.
    pub(crate) fn of(code: &str) -> Option<Self> {
        <Self as strum::VariantArray>::VARIANTS.iter().copied().find(|why| why.code() == code)
    }

    /// Whether time or the person helps, or nothing.
    #[must_use]
    pub fn class(self) -> ReasonClass {
        match self {
            Self::NoAnswer
            | Self::Later
            | Self::Syncing
            | Self::NotPublished
            | Self::NotTaken
            | Self::UnknownReason
            | Self::FileNotTaken => ReasonClass::Retry,
            Self::Expired
            | Self::Revoked
            | Self::AppTooOld
            | Self::KeyStore
            | Self::NothingUrgent
            | Self::Source
            | Self::FileLost => ReasonClass::Act,
            Self::OtherMission | Self::NotGenuine | Self::Unfit => ReasonClass::Final,
        }
    }
}

impl From<BundleRefusal> for RefusalReason {
    fn from(why: BundleRefusal) -> Self {
        match why {
            BundleRefusal::AppTooOld => Self::AppTooOld,
            BundleRefusal::OtherMission => Self::OtherMission,
            BundleRefusal::NotGenuine | BundleRefusal::Rollback | BundleRefusal::Fork | BundleRefusal::PartDamaged => {
                Self::NotGenuine
            }
        }
    }
}

impl From<RefusalCode> for RefusalReason {
    fn from(code: RefusalCode) -> Self {
        match code {
            RefusalCode::Mission => Self::OtherMission,
            RefusalCode::Signature => Self::NotGenuine,
            RefusalCode::Expired => Self::Expired,
            RefusalCode::Revoked => Self::Revoked,
            RefusalCode::UnknownDevice | RefusalCode::Quota => Self::Later,
            RefusalCode::Malformed | RefusalCode::Length => Self::NotTaken,
            RefusalCode::Later(_) => Self::UnknownReason,
        }
    }
}

/// What an observer is told of a refusal. The server's own words are signed by nobody.
pub(crate) fn words(code: RefusalCode) -> &'static str {
    match code {
        RefusalCode::Malformed => {
            "the server says that it cannot read it; it is tried again daily, and can go by courier"
        }
        RefusalCode::Mission => {
            "the server says that it is of another mission; it is tried again daily, and can go by courier"
        }
        RefusalCode::UnknownDevice => "the server does not know this phone; it enrols again by itself",
        RefusalCode::Signature => {
            "the server says that its signature is not this phone's; it is tried again daily, and can go by courier"
        }
        RefusalCode::Expired => {
            "the server says that the invite or the mission has expired; ask the coordinators, it is tried again daily"
        }
        RefusalCode::Revoked => {
            "the server says that this phone was revoked; ask the coordinators, it is tried again daily"
        }
        RefusalCode::Length => "the server says that it is too large; it is tried again daily, and can go by courier",
        RefusalCode::Quota => "the server takes no more from this observer now; it is tried again later",
        RefusalCode::Later(_) => {
            "the server says that it refuses it, for a reason that this program does not know: update the program; it is tried again daily, and can go by courier"
        }
    }
}

fn locked(attempts_left: u32) -> String {
    match attempts_left {
        0 => "locked for good after too many wrong PINs. What was signed is still delivered; ask the coordinators for a new invite"
            .into(),
        left => format!("locked, or a wrong PIN; {left} attempts left"),
    }
}

impl Error {
    pub(crate) fn refused(why: RefusalReason, reason: impl ToString) -> Self {
        Self::Refused { why, reason: reason.to_string() }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(e: rusqlite::Error) -> Self {
        Self::Storage(e.into())
    }
}

impl From<FillError> for Error {
    fn from(e: FillError) -> Self {
        InvalidReason::from(e).into()
    }
}

impl From<CourierError> for Error {
    fn from(e: CourierError) -> Self {
        InvalidReason::from(e).into()
    }
}

impl From<CourierReadError> for Error {
    fn from(e: CourierReadError) -> Self {
        match e {
            CourierReadError::File(e) => e.into(),
            CourierReadError::Source(e) => {
                Self::refused(RefusalReason::Source, format!("it could not be read to its end: {e}"))
            }
        }
    }
}

impl From<InviteError> for Error {
    fn from(e: InviteError) -> Self {
        InvalidReason::Invite(e).into()
    }
}

impl From<BundleError> for Error {
    fn from(e: BundleError) -> Self {
        Self::refused(BundleRefusal::from(&e).into(), e)
    }
}

impl From<CertificateError> for Error {
    fn from(e: CertificateError) -> Self {
        let why = match e {
            CertificateError::Mission { .. } => RefusalReason::OtherMission,
            CertificateError::Expired => RefusalReason::Expired,
            CertificateError::Cose(_) => RefusalReason::NotGenuine,
        };
        Self::refused(why, e)
    }
}

impl From<EnvelopeError> for Error {
    fn from(e: EnvelopeError) -> Self {
        match e {
            EnvelopeError::TooLarge { found } => {
                InvalidReason::ReportTooLarge { found, limit: class_bytes(MAX_CLASS) }.into()
            }
            EnvelopeError::Mission { .. } => Self::refused(RefusalReason::OtherMission, e),
            EnvelopeError::Cose(_)
            | EnvelopeError::Malformed(_)
            | EnvelopeError::Number { .. }
            | EnvelopeError::Length { .. }
            | EnvelopeError::Inflated { .. }
            | EnvelopeError::Seal(_)
            | EnvelopeError::Packing => Self::refused(RefusalReason::NotGenuine, e),
        }
    }
}
