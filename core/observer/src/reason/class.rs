//! What helps where a call was not done.

use super::{InvalidReason, ReasonClass};

impl InvalidReason {
    /// Whether the person or nothing helps; time helps against none of these.
    #[must_use]
    pub fn class(&self) -> ReasonClass {
        match self {
            Self::MainLost | Self::LockDamaged | Self::WorkClosed | Self::VisitForgotten | Self::DraftSigned => {
                ReasonClass::Final
            }
            Self::Invite(_)
            | Self::InviteUnusable
            | Self::StoreExists
            | Self::NoStore
            | Self::Wiped
            | Self::PinTooShort { .. }
            | Self::PinTaken
            | Self::DuressOff
            | Self::NoProxy
            | Self::BiometricOff
            | Self::EnrolmentUnsigned
            | Self::NotEnrolled
            | Self::NoMission
            | Self::NoSuchVisit { .. }
            | Self::VisitCodeTaken { .. }
            | Self::VisitDamaged { .. }
            | Self::NoSuchPlace { .. }
            | Self::PlaceNotListed
            | Self::DepartureBeforeArrival
            | Self::NoSuchChecklist { .. }
            | Self::ChecklistSigned { .. }
            | Self::OtherPlaceLevel { .. }
            | Self::NoSuchDraft
            | Self::NoNewerVersion
            | Self::NoSuchSection
            | Self::NoSuchQuestion
            | Self::NotAnAnswer { .. }
            | Self::Answer(_)
            | Self::Expression { .. }
            | Self::Impossible { .. }
            | Self::Unanswered { .. }
            | Self::Unconfirmed { .. }
            | Self::TooManyRows { .. }
            | Self::ReportTooLarge { .. }
            | Self::NoSuchReport
            | Self::Superseded { .. }
            | Self::NoReason
            | Self::NoAmendment
            | Self::AmendedReportGone
            | Self::OpenDrafts { .. }
            | Self::NoSuchLetter
            | Self::LetterWithoutReport
            | Self::TakesNoFile { .. }
            | Self::MediaNotTaken { .. }
            | Self::FileDamaged { .. }
            | Self::ForeignTrack { .. }
            | Self::FileTooLarge { .. }
            | Self::NoSuchAttachment { .. }
            | Self::AttachmentDamaged { .. }
            | Self::Courier(_)
            | Self::AttachmentUnnamed => ReasonClass::Act,
        }
    }
}
