//! Why a call was not done, for shells: flat, so that every language matches it exhaustively.

use crate::errors::ReasonClass;
use baqylau_forms::fill::{Expected, FillError};
use baqylau_forms::numeral::NumeralError;
use baqylau_forms::zone::LocalError;
use baqylau_observer::InvalidReason as Invalid;
use baqylau_protocol::certificate::InviteError;
use baqylau_protocol::courier::CourierError;

/// What does not fit in a call, or is missing for it. Nothing was changed. A shell has words for each.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr, uniffi::Enum)]
#[strum(serialize_all = "kebab-case")]
pub enum InvalidReason {
    /// The text is no invite.
    #[strum(serialize = "invite")]
    NoInvite,
    /// The invite is cut off or altered.
    #[strum(serialize = "invite")]
    InviteDamaged,
    /// The invite's key is not that of its certificate, or its addresses cannot be used.
    InviteUnusable,
    /// There is a store in the folder already.
    StoreExists,
    /// There is no store in the folder.
    NoStore,
    /// The store was wiped while it was open.
    Wiped,
    /// Nothing of the damaged `main.db` can be read. It was left as it is.
    MainLost,
    /// Both copies of the lock are damaged.
    LockDamaged,
    /// The PIN is too short.
    PinTooShort {
        /// The fewest characters.
        least: u64,
    },
    /// The face or finger was not allowed to open this store.
    BiometricOff,
    /// The store was made, and its enrolment was not signed yet: that needs the PIN once.
    EnrolmentUnsigned,
    /// The phone has not enrolled yet: that needs a connection once.
    NotEnrolled,
    /// The mission's bundle has not come yet.
    NoMission,
    /// The phone's work was closed.
    WorkClosed,
    /// No visit has this code.
    NoSuchVisit {
        /// The visit's code.
        code: String,
    },
    /// A visit has this code already.
    VisitCodeTaken {
        /// The visit's code.
        code: String,
    },
    /// The visit's key on this phone is damaged.
    VisitDamaged {
        /// The visit's code.
        code: String,
    },
    /// The visit's key was forgotten, as the mission wants it some days after delivery.
    VisitForgotten,
    /// The mission has no place of this code.
    NoSuchPlace {
        /// The place's code.
        code: String,
    },
    /// The mission takes no place that is not in its list.
    PlaceNotListed,
    /// The departure is before the arrival.
    DepartureBeforeArrival,
    /// The mission has no checklist of this name.
    NoSuchChecklist {
        /// The checklist's name.
        checklist: String,
    },
    /// The checklist is filled in once in a visit, and was signed.
    ChecklistSigned {
        /// The checklist's name.
        checklist: String,
    },
    /// The checklist is for other places than the visit's.
    OtherPlaceLevel {
        /// The checklist's name.
        checklist: String,
        /// Names of the levels that it is for.
        levels: Vec<String>,
    },
    /// There is no draft of this number.
    NoSuchDraft,
    /// The draft was signed.
    DraftSigned,
    /// The draft has the newest version of its checklist.
    NoNewerVersion,
    /// There is no section of this number.
    NoSuchSection,
    /// There is no question of this number.
    NoSuchQuestion,
    /// The text is no answer to the question.
    NotAnAnswer {
        /// The question's name.
        question: String,
        /// What it takes.
        expected: AnswerExpectation,
    },
    /// The question is hidden by an answer before it.
    #[strum(serialize = "answer")]
    Hidden {
        /// The question's name.
        question: String,
    },
    /// The value is computed or fixed.
    #[strum(serialize = "answer")]
    ReadOnly {
        /// The question's name.
        question: String,
    },
    /// The choice is not offered.
    #[strum(serialize = "answer")]
    NotOffered {
        /// The question's name.
        question: String,
    },
    /// A choice that excludes others was combined with others.
    #[strum(serialize = "answer")]
    Exclusive {
        /// The question's name.
        question: String,
        /// The name of the choice that excludes others.
        choice: String,
    },
    /// The missing value is not offered.
    #[strum(serialize = "answer")]
    MissingNotOffered {
        /// The question's name.
        question: String,
    },
    /// The text is too long.
    #[strum(serialize = "answer")]
    TooLong {
        /// The question's name.
        question: String,
        /// The most bytes of UTF-8.
        limit: u64,
    },
    /// The expression cannot be used.
    Expression {
        /// Its faults, in English: for whoever writes checklists.
        faults: String,
    },
    /// An answer is impossible.
    Impossible {
        /// The question's name.
        question: String,
        /// The checklist's words for it, in the observer's language.
        text: String,
    },
    /// A required question has no answer, and no reason was given.
    Unanswered {
        /// The question's name.
        question: String,
    },
    /// An answer is unlikely, or no longer offered, and was not confirmed.
    Unconfirmed {
        /// The question's name.
        question: String,
    },
    /// A number would give a repeat more rows than there may be.
    TooManyRows {
        /// The question's name.
        question: String,
        /// The most rows.
        most: u64,
    },
    /// The report is larger than an envelope may be.
    ReportTooLarge {
        /// Bytes that it has.
        found: u64,
        /// The most bytes.
        limit: u64,
    },
    /// There is no report of this number.
    NoSuchReport,
    /// A later report supersedes the one that was to be amended.
    Superseded {
        /// The number of the later report.
        by: i64,
    },
    /// An amendment without a reason.
    NoReason,
    /// The draft amends no report.
    NoAmendment,
    /// The report that the draft amends is not on this phone any more.
    AmendedReportGone,
    /// Drafts are open where all must be signed.
    OpenDrafts {
        /// How many.
        count: u64,
    },
    /// There is no letter of this number.
    NoSuchLetter,
    /// The letter asks about no report.
    LetterWithoutReport,
    /// The question takes no file.
    TakesNoFile {
        /// The question's name.
        question: String,
    },
    /// The question takes no file of this kind.
    MediaNotTaken {
        /// The question's name.
        question: String,
        /// The media type that was handed in.
        media: String,
        /// Media types that are taken.
        taken: Vec<String>,
    },
    /// The file is not what its media type says, or was cut off.
    FileDamaged {
        /// The question's name.
        question: String,
    },
    /// The recording has a track beside picture and sound, which may tell where it was made.
    ForeignTrack {
        /// The question's name.
        question: String,
        /// The four characters that name the kind of the track.
        track: String,
    },
    /// The file is too large.
    FileTooLarge {
        /// The question's name.
        question: String,
        /// The most bytes of an attachment.
        limit: u64,
    },
    /// The draft has no attachment of this name.
    NoSuchAttachment {
        /// The file's name.
        name: String,
    },
    /// The attachment on this phone was altered or cut off.
    AttachmentDamaged {
        /// The file's name.
        name: String,
    },
    /// The file is no courier file, or it was cut off.
    #[strum(serialize = "courier")]
    CourierDamaged,
    /// The courier file has more than a phone takes at once.
    #[strum(serialize = "courier")]
    CourierTooLarge,
    /// The courier file is of another mission.
    #[strum(serialize = "courier")]
    CourierOfOtherMission,
    /// The scanned code is no part of a courier file.
    #[strum(serialize = "courier")]
    CourierFrame,
    /// The scanned codes are parts of different files, or were misread.
    #[strum(serialize = "courier")]
    CourierMixed,
    /// No carried report names the attachment.
    AttachmentUnnamed,
}

impl InvalidReason {
    /// The stable code of `docs/errors.md`.
    pub(crate) fn code(&self) -> &'static str {
        self.into()
    }

    /// What helps.
    pub(crate) fn class(&self) -> ReasonClass {
        let stays = matches!(
            self,
            Self::MainLost | Self::LockDamaged | Self::WorkClosed | Self::VisitForgotten | Self::DraftSigned
        );
        if stays { ReasonClass::Final } else { ReasonClass::Act }
    }
}

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

/// What a question takes.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum AnswerExpectation {
    /// One choice of its list.
    Choice,
    /// Choices of its list, each once.
    Choices,
    /// A whole number, in digits.
    Integer,
    /// A whole number of fewer digits.
    ShorterInteger,
    /// A decimal number.
    Decimal,
    /// A decimal number of fewer digits.
    ShorterDecimal,
    /// A number without separators: this one may be read in two ways.
    Unambiguous,
    /// A number between the ends of a range, on one of its steps.
    Step,
    /// A date.
    Date,
    /// A time of the day.
    Time,
    /// A date with a time.
    Moment,
    /// A time that there is: the clocks were put forward over this one.
    ExistingTime,
    /// An offset from UTC as well: the clocks were put back over this time.
    Offset,
    /// A latitude and a longitude.
    Position,
    /// A file.
    File,
    /// A confirmation.
    Acknowledgement,
    /// A text.
    Text,
    /// A value within the limits of its kind.
    Possible,
    /// Nothing.
    Nothing,
}

impl From<Expected> for AnswerExpectation {
    fn from(it: Expected) -> Self {
        match it {
            Expected::Choice => Self::Choice,
            Expected::Choices | Expected::EachChoiceOnce => Self::Choices,
            Expected::Integer | Expected::Numeral(NumeralError::Integer) => Self::Integer,
            Expected::Numeral(NumeralError::LongInteger) => Self::ShorterInteger,
            Expected::Decimal | Expected::Numeral(NumeralError::Decimal) => Self::Decimal,
            Expected::Numeral(NumeralError::LongDecimal) => Self::ShorterDecimal,
            Expected::Numeral(NumeralError::Ambiguous) => Self::Unambiguous,
            Expected::Step | Expected::PositiveStep => Self::Step,
            Expected::Date => Self::Date,
            Expected::Time => Self::Time,
            Expected::Moment | Expected::Local(LocalError::NoMoment) => Self::Moment,
            Expected::Local(LocalError::Skipped) => Self::ExistingTime,
            Expected::Local(LocalError::Twice(..)) => Self::Offset,
            Expected::Position | Expected::Numeral(NumeralError::Position) => Self::Position,
            Expected::File => Self::File,
            Expected::Acknowledgement => Self::Acknowledgement,
            Expected::Text => Self::Text,
            Expected::Possible | Expected::Computed => Self::Possible,
            Expected::Nothing => Self::Nothing,
        }
    }
}
