//! Why a call was not done, for shells: flat, so that every language matches it exhaustively.

mod convert;
mod expectation;

pub use expectation::AnswerExpectation;

use crate::errors::ReasonClass;

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
    /// Both copies of the lock are damaged, or older than the last guess of the PIN.
    LockDamaged,
    /// The PIN is too short.
    PinTooShort {
        /// The fewest characters.
        least: u64,
    },
    /// The PIN is the other one of the two already.
    PinTaken,
    /// The mission has no second PIN.
    DuressOff,
    /// The text is no address of a proxy.
    NoProxy,
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
        /// For a sentence.
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
        /// In English: for whoever writes checklists.
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

    /// Whether the person or nothing helps.
    pub(crate) fn class(&self) -> ReasonClass {
        let stays = matches!(
            self,
            Self::MainLost | Self::LockDamaged | Self::WorkClosed | Self::VisitForgotten | Self::DraftSigned
        );
        if stays { ReasonClass::Final } else { ReasonClass::Act }
    }
}
