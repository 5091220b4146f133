//! Each reason of the core as a flat one.

use super::InvalidReason;
use baqylau_forms::fill::FillError;
use baqylau_observer::InvalidReason as Invalid;
use baqylau_protocol::certificate::InviteError;
use baqylau_protocol::courier::CourierError;

impl From<Invalid> for InvalidReason {
    fn from(it: Invalid) -> Self {
        match it {
            Invalid::Invite(InviteError::NotOne) => Self::NoInvite,
            Invalid::Invite(InviteError::Damaged(_)) => Self::InviteDamaged,
            Invalid::InviteUnusable => Self::InviteUnusable,
            Invalid::StoreExists => Self::StoreExists,
            Invalid::NoStore => Self::NoStore,
            Invalid::Wiped => Self::Wiped,
            Invalid::MainLost => Self::MainLost,
            Invalid::LockDamaged => Self::LockDamaged,
            Invalid::PinTooShort { least } => Self::PinTooShort { least: least as u64 },
            Invalid::PinTaken => Self::PinTaken,
            Invalid::DuressOff => Self::DuressOff,
            Invalid::NoProxy => Self::NoProxy,
            Invalid::BiometricOff => Self::BiometricOff,
            Invalid::EnrolmentUnsigned => Self::EnrolmentUnsigned,
            Invalid::NotEnrolled => Self::NotEnrolled,
            Invalid::NoMission => Self::NoMission,
            Invalid::WorkClosed => Self::WorkClosed,
            Invalid::NoSuchVisit { code } => Self::NoSuchVisit { code },
            Invalid::VisitCodeTaken { code } => Self::VisitCodeTaken { code },
            Invalid::VisitDamaged { code } => Self::VisitDamaged { code },
            Invalid::VisitForgotten => Self::VisitForgotten,
            Invalid::NoSuchPlace { code } => Self::NoSuchPlace { code },
            Invalid::PlaceNotListed => Self::PlaceNotListed,
            Invalid::DepartureBeforeArrival => Self::DepartureBeforeArrival,
            Invalid::NoSuchChecklist { checklist } => Self::NoSuchChecklist { checklist },
            Invalid::ChecklistSigned { checklist } => Self::ChecklistSigned { checklist },
            Invalid::OtherPlaceLevel { checklist, levels } => Self::OtherPlaceLevel { checklist, levels },
            Invalid::NoSuchDraft => Self::NoSuchDraft,
            Invalid::DraftSigned => Self::DraftSigned,
            Invalid::NoNewerVersion => Self::NoNewerVersion,
            Invalid::NoSuchSection => Self::NoSuchSection,
            Invalid::NoSuchQuestion => Self::NoSuchQuestion,
            Invalid::NotAnAnswer { question, expected } => Self::NotAnAnswer { question, expected: expected.into() },
            Invalid::Answer(e) => e.into(),
            it @ Invalid::Expression { .. } => Self::Expression { faults: it.to_string() },
            Invalid::Impossible { question, text } => Self::Impossible { question, text },
            Invalid::Unanswered { question } => Self::Unanswered { question },
            Invalid::Unconfirmed { question } => Self::Unconfirmed { question },
            Invalid::TooManyRows { question, most } => Self::TooManyRows { question, most: most as u64 },
            Invalid::ReportTooLarge { found, limit } => {
                Self::ReportTooLarge { found: found as u64, limit: limit as u64 }
            }
            Invalid::NoSuchReport => Self::NoSuchReport,
            Invalid::Superseded { by } => Self::Superseded { by },
            Invalid::NoReason => Self::NoReason,
            Invalid::NoAmendment => Self::NoAmendment,
            Invalid::AmendedReportGone => Self::AmendedReportGone,
            Invalid::OpenDrafts { count } => Self::OpenDrafts { count: count as u64 },
            Invalid::NoSuchLetter => Self::NoSuchLetter,
            Invalid::LetterWithoutReport => Self::LetterWithoutReport,
            Invalid::TakesNoFile { question } => Self::TakesNoFile { question },
            Invalid::MediaNotTaken { question, media, taken } => Self::MediaNotTaken { question, media, taken },
            Invalid::FileDamaged { question } => Self::FileDamaged { question },
            Invalid::ForeignTrack { question, track } => Self::ForeignTrack { question, track },
            Invalid::FileTooLarge { question, limit } => Self::FileTooLarge { question, limit },
            Invalid::NoSuchAttachment { name } => Self::NoSuchAttachment { name },
            Invalid::AttachmentDamaged { name } => Self::AttachmentDamaged { name },
            Invalid::Courier(e) => e.into(),
            Invalid::AttachmentUnnamed => Self::AttachmentUnnamed,
        }
    }
}

impl From<FillError> for InvalidReason {
    fn from(it: FillError) -> Self {
        match it {
            FillError::NoSuchKey => Self::NoSuchQuestion,
            FillError::Hidden { name } => Self::Hidden { question: name },
            FillError::ReadOnly { name } => Self::ReadOnly { question: name },
            FillError::WrongKind { name, expected } => Self::NotAnAnswer { question: name, expected: expected.into() },
            FillError::NotOffered { name } => Self::NotOffered { question: name },
            FillError::Exclusive { name, choice } => Self::Exclusive { question: name, choice },
            FillError::NoSuchMissing { name } => Self::MissingNotOffered { question: name },
            FillError::TooLong { name, limit } => Self::TooLong { question: name, limit: limit as u64 },
            FillError::TooManyRows { name, limit } => Self::TooManyRows { question: name, most: limit as u64 },
        }
    }
}

impl From<CourierError> for InvalidReason {
    fn from(it: CourierError) -> Self {
        match it {
            CourierError::Malformed(_) => Self::CourierDamaged,
            CourierError::TooMuch { .. } => Self::CourierTooLarge,
            CourierError::Mission { .. } => Self::CourierOfOtherMission,
            CourierError::Frame => Self::CourierFrame,
            CourierError::Mixed => Self::CourierMixed,
        }
    }
}
