//! Why a call of the phone's core was not done: closed, each with what it names, a stable code, and what helps.

mod bundle;
mod class;

use baqylau_forms::expr::ExprError;
use baqylau_forms::fill::FillError;
use baqylau_protocol::certificate::InviteError;
use baqylau_protocol::courier::CourierError;
pub use baqylau_protocol::reason::ReasonClass;
pub use bundle::BundleRefusal;

/// What does not fit in a call, or is missing for it. Nothing was changed. `Display` is for terminals; shells have words of their own,
/// which [`InvalidReason::code`] names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum InvalidReason {
    /// The text is no invite.
    #[error("invite: {0}")]
    Invite(InviteError),
    /// The invite's key is not that of its certificate, or its addresses cannot be used.
    #[error("invite: it contradicts itself; ask the coordinators for a new one")]
    InviteUnusable,
    /// There is a store in the folder already.
    #[error("store: there is a store here already; open it, or wipe it first")]
    StoreExists,
    /// There is no store in the folder.
    #[error("store: there is no store here; enrol with an invite first")]
    NoStore,
    /// The store was wiped while it was open.
    #[error("store: it was wiped; enrol with an invite")]
    Wiped,
    /// Nothing of the damaged `main.db` can be read. It was left as it is.
    #[error(
        "main.db: nothing of it can be read, and it was left as it is. What was signed is in the outbox and is still delivered; ask the \
         coordinators for an invite that replaces this phone"
    )]
    MainLost,
    /// Both copies of the lock are damaged, or older than the last guess of the PIN.
    #[error(
        "lock.json and lock.copy.json: both are damaged, or were put back from a copy that is older than the last PIN that was tried, and \
         without one of them the PIN opens nothing. What was signed is still delivered, and can be exported for a courier; for new work wipe this store and ask the \
         coordinators for an invite that replaces this phone"
    )]
    LockDamaged,
    /// The PIN is too short.
    #[error("PIN: take at least {least} characters")]
    PinTooShort {
        /// The fewest characters.
        least: usize,
    },
    /// The PIN is the other one of the two already, or so like it that one is typed for the other.
    #[error("PIN: it is your other PIN already, or one slip away from it; take another one")]
    PinTaken,
    /// The mission has no second PIN.
    #[error("second PIN: this mission has none")]
    DuressOff,
    /// The text is no address of a proxy.
    #[error("proxy: write it as 127.0.0.1:9050, without a name or a password")]
    NoProxy,
    /// The face or finger was not allowed to open this store.
    #[error("face or finger: allow it in the settings; take the PIN")]
    BiometricOff,
    /// The store was made, and its enrolment was not signed yet: that needs the PIN once.
    #[error("enrolment: unlock the app once to enrol")]
    EnrolmentUnsigned,
    /// The phone has not enrolled yet: that needs a connection once.
    #[error("enrolment: enrol with a connection once; then reports can be signed")]
    NotEnrolled,
    /// The mission's bundle has not come yet.
    #[error("mission: the bundle is not here yet; connect once, or import it from a courier")]
    NoMission,
    /// The phone's work was closed.
    #[error("phone: its work was closed; ask the coordinators for a new invite")]
    WorkClosed,
    /// No visit has this code.
    #[error("visit {code}: there is no such visit; start one")]
    NoSuchVisit {
        /// The visit's code.
        code: String,
    },
    /// A visit has this code already.
    #[error("visit {code}: there is a visit of this code; open it, or take another number")]
    VisitCodeTaken {
        /// The visit's code.
        code: String,
    },
    /// The visit's key on this phone is damaged.
    #[error(
        "visit {code}: its key on this phone is damaged, so that it cannot be read here; what was signed is delivered all the same. Start \
         a new visit for what is to be filled in again"
    )]
    VisitDamaged {
        /// The visit's code.
        code: String,
    },
    /// The visit's key was forgotten, as the mission wants it some days after delivery.
    #[error("visit: its review window has passed; only the coordinators can read it now")]
    VisitForgotten,
    /// The mission has no place of this code.
    #[error("place {code}: the mission has no such place; search for it, or describe it")]
    NoSuchPlace {
        /// The place's code.
        code: String,
    },
    /// The mission takes no place that is not in its list.
    #[error("place: this mission takes places of its list only")]
    PlaceNotListed,
    /// The departure is before the arrival.
    #[error("departure: it is before the arrival; correct one of the two")]
    DepartureBeforeArrival,
    /// The mission has no checklist of this name.
    #[error("checklist {checklist}: the mission has no such checklist; choose one of its list")]
    NoSuchChecklist {
        /// The checklist's name.
        checklist: String,
    },
    /// The checklist is filled in once in a visit, and was signed.
    #[error("checklist {checklist}: it was signed for this visit already; amend the report")]
    ChecklistSigned {
        /// The checklist's name.
        checklist: String,
    },
    /// The checklist is for other places than the visit's.
    #[error("checklist {checklist}: it is for a place of level {}", levels.join(" or "))]
    OtherPlaceLevel {
        /// The checklist's name.
        checklist: String,
        /// Names of the levels that it is for.
        levels: Vec<String>,
    },
    /// There is no draft of this number.
    #[error("draft: there is no such draft; list the drafts again")]
    NoSuchDraft,
    /// The draft was signed.
    #[error("draft: it was signed and never changes; amend the report")]
    DraftSigned,
    /// The draft has the newest version of its checklist.
    #[error("draft: there is no newer version to carry it to")]
    NoNewerVersion,
    /// There is no section of this number.
    #[error("section: there is no such section")]
    NoSuchSection,
    /// There is no question of this number.
    #[error("question: there is no such question")]
    NoSuchQuestion,
    /// The text is no answer to the question.
    #[error("{question}: expected {expected}")]
    NotAnAnswer {
        /// The question's name.
        question: String,
        /// For a sentence.
        expected: baqylau_forms::fill::Expected,
    },
    /// The answer is none for this question.
    #[error(transparent)]
    Answer(#[from] FillError),
    /// The expression cannot be used.
    #[error("expression: {}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Expression {
        /// Every fault of it.
        faults: Vec<ExprError>,
    },
    /// An answer is impossible.
    #[error("{question}: {text}; correct or clear the answer")]
    Impossible {
        /// The question's name.
        question: String,
        /// The checklist's words for it, in the observer's language.
        text: String,
    },
    /// A required question has no answer, and no reason was given.
    #[error("{question}: answer it, or sign with a reason why not")]
    Unanswered {
        /// The question's name.
        question: String,
    },
    /// An answer is unlikely, or no longer offered, and was not confirmed.
    #[error("{question}: confirm the answer with a reason, or change it")]
    Unconfirmed {
        /// The question's name.
        question: String,
    },
    /// A number would give a repeat more rows than there may be.
    #[error("{question}: at most {most} rows; correct the number")]
    TooManyRows {
        /// The question's name.
        question: String,
        /// The most rows.
        most: usize,
    },
    /// The report is larger than an envelope may be.
    #[error("report: it has {found} bytes, the limit is {limit}; shorten its texts")]
    ReportTooLarge {
        /// Bytes that it has.
        found: usize,
        /// The most bytes.
        limit: usize,
    },
    /// There is no report of this number.
    #[error("report: there is no such report; list them again")]
    NoSuchReport,
    /// A later report supersedes the one that was to be amended.
    #[error("report: report {by} supersedes it; amend that one")]
    Superseded {
        /// The number of the later report.
        by: i64,
    },
    /// An amendment without a reason.
    #[error("reason: say why the report is amended")]
    NoReason,
    /// The draft amends no report.
    #[error("draft: it amends no report")]
    NoAmendment,
    /// The report that the draft amends is not on this phone any more.
    #[error("draft: the report that it amends is gone")]
    AmendedReportGone,
    /// Drafts are open where all must be signed.
    #[error("drafts: {count} are not signed; sign or discard them first")]
    OpenDrafts {
        /// How many.
        count: usize,
    },
    /// There is no letter of this number.
    #[error("letter: there is no such letter; list them again")]
    NoSuchLetter,
    /// The letter asks about no report.
    #[error("letter: it asks about no report")]
    LetterWithoutReport,
    /// The question takes no file.
    #[error("{question}: it takes no file")]
    TakesNoFile {
        /// The question's name.
        question: String,
    },
    /// The question takes no file of this kind.
    #[error("{question}: {media} is not taken; take one of {}", taken.join(", "))]
    MediaNotTaken {
        /// The question's name.
        question: String,
        /// The media type that was handed in.
        media: String,
        /// Media types that are taken.
        taken: Vec<String>,
    },
    /// The file is not what its media type says, or was cut off.
    #[error("{question}: the file is damaged, cut off, or of another kind than it says; take or choose it again")]
    FileDamaged {
        /// The question's name.
        question: String,
    },
    /// The recording has a track beside picture and sound, which may tell where it was made.
    #[error(
        "{question}: it has a track beside picture and sound ({track}), which may tell where it was made; record it again"
    )]
    ForeignTrack {
        /// The question's name.
        question: String,
        /// The four characters that name the kind of the track.
        track: String,
    },
    /// The file is too large.
    #[error("{question}: the file has more than {limit} bytes; take a shorter recording or a smaller picture")]
    FileTooLarge {
        /// The question's name.
        question: String,
        /// The most bytes of an attachment.
        limit: u64,
    },
    /// The draft has no attachment of this name.
    #[error("{name}: there is no such attachment")]
    NoSuchAttachment {
        /// The file's name.
        name: String,
    },
    /// The attachment on this phone was altered or cut off.
    #[error("{name}: it was altered or cut off on this phone; take it anew")]
    AttachmentDamaged {
        /// The file's name.
        name: String,
    },
    /// The file is no courier file, or one of another mission.
    #[error("courier file: {0}")]
    Courier(#[from] CourierError),
    /// No carried report names the attachment.
    #[error("attachment: no carried report names it, or it was cut off; import the courier file first")]
    AttachmentUnnamed,
}

impl InvalidReason {
    /// The stable code: the variant's name, in lower case with hyphens.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }

    /// All codes, in the order of the variants.
    #[must_use]
    pub fn codes() -> &'static [&'static str] {
        <Self as strum::VariantNames>::VARIANTS
    }
}
