//! What a screen draws: flat records by value, in the language that the core speaks.

use crate::answers::{Answer, Key, Missing, Outcome};
use crate::errors::Why;
use baqylau_forms::definition::{self, Kind};
use baqylau_forms::fill;
use baqylau_observer::app;

/// `usize` is no type of every language.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A code and what to read for it: a language, a level of places.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Named {
    /// Its code, as `kk` or `station`.
    pub code: String,
    /// Its name.
    pub name: String,
}

impl<T: ToString> From<(String, T)> for Named {
    fn from((code, name): (String, T)) -> Self {
        Self { code, name: name.to_string() }
    }
}

record! {
    /// What an invite says, before it is accepted.
    InviteView from baqylau_protocol::certificate::Invite as i {
        /// The observer's name.
        name: String = i.name,
        /// The team.
        team: String = i.team,
        /// The role, as `sto`.
        role: String = i.role,
        /// The mission's servers.
        servers: Vec<String> = i.servers,
        /// Fingerprint of the mission's root key, to compare with the coordinators'.
        fingerprint: String = baqylau_observer::app::fingerprint(&i.root),
    }
}

record! {
    /// What the observer sees of the mission.
    MissionView from app::MissionView as m {
        /// Its name.
        title: String = m.title.to_string(),
        /// Fingerprint of its root key, to compare with the coordinators'.
        fingerprint: String = m.fingerprint,
        /// Version of its bundle.
        version: u64 = m.version,
        /// Its languages.
        languages: Vec<Named> = m.languages.into_iter().map(Into::into).collect(),
        /// The levels of places, from the top.
        levels: Vec<Named> = m.levels.into_iter().map(Into::into).collect(),
        /// Whether a visit may be at a place that is not in the list.
        unlisted_places: bool = m.unlisted_places,
        /// The observer's name.
        name: String = m.name,
        /// The team.
        team: String = m.team,
        /// The role, as `sto`.
        role: String = m.role,
        /// Whether the bundle expired; reports can still be signed.
        expired: bool = m.expired,
        /// How far the phone's clock is ahead of the mission's, in milliseconds.
        clock_error_ms: i64 = m.clock_error,
        /// Why the last bundle that came was refused.
        bundle_refused: Option<String> = m.bundle_refused,
        /// Names of checklists that are damaged on this phone; the next sync fetches them.
        lacking: Vec<String> = m.lacking,
    }
}

record! {
    /// A checklist on offer.
    ChecklistView from app::ChecklistView as c {
        /// Its id.
        id: String = c.id,
        /// Its name.
        title: String = c.title.to_string(),
        /// Its author's version.
        version: String = c.version,
        /// Levels of places that it may be filled for.
        places: Vec<String> = c.places,
        /// Whether a visit without a place will do.
        place_optional: bool = c.place_optional,
        /// Whether it is filled once a visit, or any number of times.
        once: bool = c.once,
        /// Whether its reports go before all others.
        urgent: bool = c.urgent,
    }
}

record! {
    /// A place.
    PlaceView from app::PlaceView as p {
        /// Its code.
        code: String = p.code.to_string(),
        /// What to read.
        label: String = p.label.to_string(),
        /// Its level.
        level: String = p.level,
        /// The names of the places that hold it, from the top.
        path: Vec<String> = p.path.iter().map(ToString::to_string).collect(),
        /// How far it is away, where that was asked.
        metres: Option<u32> = p.metres,
    }
}

record! {
    /// A checklist of a visit.
    DraftView from app::DraftView as d {
        /// Its number on this phone.
        id: i64 = d.id,
        /// The checklist's id.
        checklist: String = d.checklist,
        /// The checklist's name.
        title: String = d.title.to_string(),
        /// Whether it was signed.
        finished: bool = d.finished,
        /// Whether there is a newer version, to carry it to.
        newer: bool = d.newer,
    }
}

record! {
    /// A visit. Moments are milliseconds since 1970.
    VisitView from app::VisitView as v {
        /// Its readable code, as `T047-05`.
        code: String = v.code,
        /// The place.
        place: Option<PlaceView> = v.place.map(Into::into),
        /// The place in the observer's words.
        unlisted: Option<String> = v.unlisted,
        /// When the team arrived.
        arrived_ms: Option<i64> = v.arrived.map(|m| m.ms),
        /// When it left.
        departed_ms: Option<i64> = v.departed.map(|m| m.ms),
        /// How it went.
        outcome: Outcome = v.outcome.into(),
        /// `phone`, `paper` or `call`.
        mode: String = v.mode,
        /// Whether nothing of it can be read here any more.
        forgotten: bool = v.forgotten,
        /// Whether its key on this phone is damaged, so that nothing of it can be read. What was signed is delivered all the same.
        unreadable: bool = v.unreadable,
        /// The drafts and finished checklists.
        drafts: Vec<DraftView> = v.drafts.into_iter().map(Into::into).collect(),
    }
}

record! {
    /// How many questions are asked, and how many of them are answered.
    Progress from fill::Progress as p {
        /// Answered, missing values included.
        answered: u32 = count(p.answered),
        /// Asked.
        asked: u32 = count(p.asked),
    }
}

mirror! {
    /// When in a visit a section is filled.
    Phase of definition::Phase {
        /// On arrival.
        Arrival,
        /// While observing.
        Observing,
        /// Before leaving.
        Leaving,
    }
}

mirror! {
    /// The sort of an attachment.
    Media of definition::Media {
        /// A photograph.
        Image,
        /// A sound.
        Audio,
        /// A video.
        Video,
        /// Any file.
        File,
    }
}

mirror! {
    /// Sorts of issues.
    Issue of fill::Issue {
        /// A required question has no answer.
        Unanswered,
        /// The answer is unlikely; to be confirmed with a reason.
        Warning,
        /// The answer is impossible; to be changed before signing.
        Error,
        /// The choice is no longer offered since another answer changed.
        NotOffered,
        /// A repeat would have more than 5,000 rows; the number is to be changed before signing.
        TooManyRows,
        /// What was computed is no value of the question, so that it is blank; it asks for nothing.
        Unfit,
    }
}

/// What to draw for a row.
#[derive(Debug, Clone, PartialEq, uniffi::Enum)]
pub enum RowKind {
    /// The head of a group.
    Group,
    /// The head of a repeat; rows can be added unless their number is fixed.
    Repeat {
        /// Whether the checklist decides how many rows there are.
        fixed: bool,
    },
    /// One choice.
    SelectOne,
    /// Several choices.
    SelectMultiple,
    /// A whole number.
    Integer,
    /// A decimal number.
    Decimal,
    /// A text.
    Text,
    /// A calendar day.
    Date,
    /// A time of day.
    Time,
    /// A moment.
    Moment,
    /// A position.
    Position,
    /// A file.
    Attachment {
        /// Of what sort.
        media: Media,
    },
    /// A scanned code.
    Barcode,
    /// A number between two ends, all three written as decimals.
    Range {
        /// The lowest.
        start: String,
        /// The highest.
        end: String,
        /// The distance between two.
        step: String,
    },
    /// A statement to be confirmed.
    Acknowledge,
    /// A text to be read.
    Note,
    /// A value that is not drawn.
    Hidden,
}

impl From<Kind> for RowKind {
    fn from(k: Kind) -> Self {
        match k {
            Kind::Group { .. } => Self::Group,
            Kind::Repeat { count } => Self::Repeat { fixed: count.is_some() },
            Kind::SelectOne { .. } => Self::SelectOne,
            Kind::SelectMultiple { .. } => Self::SelectMultiple,
            Kind::Integer => Self::Integer,
            Kind::Decimal => Self::Decimal,
            Kind::Text => Self::Text,
            Kind::Date => Self::Date,
            Kind::Time => Self::Time,
            Kind::DateTime => Self::Moment,
            Kind::Geopoint => Self::Position,
            Kind::Attachment { media } => Self::Attachment { media: media.into() },
            Kind::Barcode => Self::Barcode,
            Kind::Range { start, end, step } => Self::Range { start, end, step },
            Kind::Acknowledge => Self::Acknowledge,
            Kind::Note => Self::Note,
            Kind::Calculate | Kind::Hidden | Kind::Start | Kind::End | Kind::Today => Self::Hidden,
        }
    }
}

record! {
    /// A choice.
    ChoiceView from fill::ChoiceView as c {
        /// Its number, as answers hold it.
        choice: u32 = c.choice,
        /// Its name in tables.
        name: String = c.name.to_string(),
        /// What to read.
        label: String = c.label.to_string(),
        /// Cannot be combined with others.
        exclusive: bool = c.exclusive,
    }
}

/// The choices of a question.
#[derive(Clone, PartialEq, uniffi::Enum)]
pub enum Choices {
    /// The question has none.
    None,
    /// All of them.
    All {
        /// In order.
        choices: Vec<ChoiceView>,
    },
    /// Too many to show at once: ask `choices`.
    Paged {
        /// How many are offered.
        count: u32,
    },
}

impl From<fill::OfferedChoices> for Choices {
    fn from(c: fill::OfferedChoices) -> Self {
        match c {
            fill::OfferedChoices::None => Self::None,
            fill::OfferedChoices::Inline(choices) => {
                Self::All { choices: choices.into_iter().map(Into::into).collect() }
            }
            fill::OfferedChoices::Paged { count: offered } => Self::Paged { count: count(offered) },
        }
    }
}

record! {
    /// Something about an answer, in words.
    Problem from fill::AnswerProblem as p {
        /// Which question.
        key: Key = p.key.into(),
        /// The section that it is in.
        section: u32 = count(p.section),
        /// What sort.
        issue: Issue = p.issue.into(),
        /// The words of the checklist's author; empty where there are none.
        text: String = p.text.to_string(),
        /// The reason the observer gave when confirming.
        confirmed: Option<String> = p.confirmed,
    }
}

record! {
    /// One row of a section, ready to draw.
    RowView from fill::QuestionView as q {
        /// What to name it by in every call.
        key: Key = q.key.into(),
        /// Its name in tables.
        name: String = q.name,
        /// What to draw.
        kind: RowKind = q.kind.into(),
        /// The printed number.
        number: String = q.number,
        /// The question.
        label: String = q.label.to_string(),
        /// How to answer it.
        hint: String = q.hint.to_string(),
        /// The answer.
        answer: Option<Answer> = q.answer.map(Into::into),
        /// The answer in words.
        answer_text: String = q.answer_text,
        /// What can be chosen.
        choices: Choices = q.choices.into(),
        /// The missing values on offer.
        missing: Vec<Missing> = q.missing.into_iter().map(Into::into).collect(),
        /// Whether it must be answered.
        required: bool = q.required,
        /// Whether it cannot be changed.
        read_only: bool = q.read_only,
        /// What is wrong with the answer.
        issues: Vec<Problem> = q.issues.into_iter().map(Into::into).collect(),
        /// The observer's note.
        note: Option<String> = q.note,
        /// A hint how to draw it.
        appearance: String = q.appearance,
        /// How deep it stands in groups and repeats.
        depth: u32 = count(q.depth),
        /// How many rows it has, for the head of a repeat.
        rows: u32 = count(q.rows),
    }
}

record! {
    /// A section with its rows.
    SectionView from fill::SectionView as s {
        /// Its position.
        section: u32 = count(s.section),
        /// Its title.
        title: String = s.title.to_string(),
        /// When it is filled.
        phase: Option<Phase> = s.phase.map(Into::into),
        /// Whether anything is shown in it.
        shown: bool = s.shown,
        /// How much is answered.
        progress: Progress = s.progress.into(),
        /// Its rows; empty in an overview.
        rows: Vec<RowView> = s.rows.into_iter().map(Into::into).collect(),
    }
}

record! {
    /// What a change did to the open section.
    ViewChange from fill::ViewChange as c {
        /// Counts the changes.
        revision: u64 = c.revision,
        /// Rows that differ or are new.
        changed: Vec<RowView> = c.changed.into_iter().map(Into::into).collect(),
        /// Rows that are gone.
        removed: Vec<Key> = c.removed.into_iter().map(Into::into).collect(),
        /// The rows in order, when rows came or went.
        order: Option<Vec<Key>> = c.order.map(|o| o.into_iter().map(Into::into).collect()),
        /// Of the whole checklist.
        progress: Progress = c.progress.into(),
    }
}

/// A question in its section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct NextQuestion {
    /// The section.
    pub section: u32,
    /// The question.
    pub key: Key,
}

impl From<(usize, fill::CellKey)> for NextQuestion {
    fn from((section, key): (usize, fill::CellKey)) -> Self {
        Self { section: count(section), key: key.into() }
    }
}

/// A row that was added to a repeat.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct AddedRow {
    /// Its key.
    pub key: Key,
    /// What follows from it.
    pub change: ViewChange,
}

record! {
    /// An answer that has no place in the newer version of its checklist.
    Leftover from fill::Unmapped as l {
        /// The question's name.
        name: String = l.name,
        /// The answer in words.
        text: String = l.text,
    }
}

/// A draft that was carried to the newer version of its checklist.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct Carried {
    /// The draft to go on with.
    pub draft: DraftView,
    /// What found no place; it goes to the coordinators with the report.
    pub left: Vec<Leftover>,
}

record! {
    /// An answer that an amendment changes.
    AnswerChange from app::ChangeView as c {
        /// The question's name.
        name: String = c.name,
        /// The question.
        label: String = c.label.to_string(),
        /// The positions of the rows it is in, outermost first.
        rows: Vec<u32> = c.rows,
        /// What was signed; nothing when it was not answered.
        before: Option<String> = c.before,
        /// What stands there now.
        after: Option<String> = c.after,
    }
}

/// How far a report got.
#[derive(Debug, Clone, PartialEq, uniffi::Enum)]
pub enum ReportState {
    /// To be sent when there is a connection.
    Waiting,
    /// On its way at this moment.
    Sending,
    /// The server does not take it.
    Stuck {
        /// Why, for a shell that has words of its own.
        why: Why,
        /// Its words.
        reason: String,
    },
    /// The server proved that it is durably in its log.
    Delivered {
        /// Its place in the log.
        index: u64,
        /// When it was received, in milliseconds since 1970.
        received_ms: i64,
    },
}

impl From<app::DeliveryState> for ReportState {
    fn from(s: app::DeliveryState) -> Self {
        match s {
            app::DeliveryState::Waiting => Self::Waiting,
            app::DeliveryState::Sending => Self::Sending,
            app::DeliveryState::Stuck { why, reason } => Self::Stuck { why: why.into(), reason },
            app::DeliveryState::Delivered { index, received } => Self::Delivered { index, received_ms: received },
        }
    }
}

record! {
    /// A signed report.
    ReportView from app::ReportView as r {
        /// Its number in the phone's chain.
        seq: i64 = r.seq,
        /// Its UUID.
        id: String = r.id,
        /// The hash of its envelope.
        hash: String = r.hash,
        /// The visit's code.
        visit: String = r.visit,
        /// The checklist's id.
        checklist: String = r.checklist,
        /// The draft that it was, to look at its answers.
        draft: i64 = r.draft,
        /// The number of the report that it supersedes.
        amends: Option<i64> = r.amends,
        /// When it was signed, in milliseconds since 1970.
        signed_ms: i64 = r.signed,
        /// How far it got.
        state: ReportState = r.state.into(),
        /// How many of its attachments the server proved to have.
        attachments_delivered: u32 = count(r.attachments_delivered),
        /// How many attachments it has.
        attachments: u32 = count(r.attachments),
        /// Why one of them is not delivered: it is tried again ever later.
        attachment_problem: Option<Why> = r.attachment_problem.map(Into::into),
    }
}

record! {
    /// One line for the home screen: all safe, or how many are not.
    Summary from app::Summary as s {
        /// Whether everything that was signed is delivered.
        all_safe: bool = s.all_safe(),
        /// Not signed yet.
        drafts: u32 = count(s.drafts),
        /// Signed, not delivered.
        waiting: u32 = count(s.waiting),
        /// Refused.
        stuck: u32 = count(s.stuck),
        /// Delivered, with a receipt that the phone verified.
        delivered: u32 = count(s.delivered),
        /// Attachments that the server did not prove to have.
        attachments_waiting: u32 = count(s.attachments_waiting),
        /// Whether this phone's work was closed.
        closed: bool = s.closed,
    }
}

record! {
    /// A letter of the coordinators.
    LetterView from app::LetterView as l {
        /// Its number on this phone.
        id: i64 = l.id,
        /// When it was written, in milliseconds since 1970.
        written_ms: i64 = l.written,
        /// The words.
        text: String = l.text,
        /// The report that it asks about, by its number.
        report: Option<i64> = l.report,
        /// The visit of another phone's report that is handed over with it.
        handed: Option<String> = l.handed,
        /// The questions to look at again: their names in tables and their words.
        questions: Vec<Named> = l.questions.into_iter().map(Into::into).collect(),
        /// Whether the report was amended since.
        answered: bool = l.answered,
    }
}

record! {
    /// A checklist to look at again.
    FollowUp from app::FollowUp as f {
        /// The day, counted from 1970-01-01.
        day: i32 = f.day.0,
        /// Whether the day has come.
        due: bool = f.due,
        /// The code of the visit.
        visit: String = f.visit,
        /// The draft, or the draft that the report was.
        draft: DraftView = f.draft.into(),
        /// The number of the report, to be amended, when it was signed.
        report: Option<i64> = f.report,
    }
}

mirror! {
    /// Why the mission's server was not heard, or what it said could not be kept.
    Trouble of app::Trouble {
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
        /// The disk is full: what the server said could not be noted. Reports leave all the same; free some room.
        Full,
    }
}

record! {
    /// What a sync did.
    SyncReport from app::SyncReport as s {
        /// Reports that were receipted.
        delivered: u32 = count(s.delivered),
        /// Reports that the server refused; each says why.
        refused: u32 = count(s.refused),
        /// When it may be tried again, in milliseconds since 1970; nothing when nothing waits.
        again_ms: Option<i64> = s.again,
        /// Whether the server knows the device.
        enrolled: bool = s.enrolled,
        /// Objects of other phones that the server took.
        carried: u32 = count(s.carried),
        /// Letters that came. They are opened with the PIN.
        letters: u32 = count(s.letters),
        /// Bytes of request bodies, attachments apart.
        bytes_sent: u64 = s.bytes_sent,
        /// Bytes of attachments.
        attachment_bytes: u64 = s.attachment_bytes,
        /// Why the server was not heard, the first time that it was not.
        trouble: Option<Trouble> = s.trouble.map(Into::into),
        /// Why something that waits was refused: the enrolment, a report, or a file of one.
        refusal: Option<Why> = s.refusal.map(Into::into),
    }
}

record! {
    /// What a courier brought.
    CourierReport from app::CourierReport as c {
        /// Objects of other phones that are carried on from here.
        carried: u32 = count(c.carried),
        /// Own reports that a receipt proved to be delivered.
        delivered: u32 = count(c.delivered),
        /// What proved nothing, and was left out.
        refused: u32 = count(c.refused),
        /// Whether it brought a newer bundle.
        bundle: bool = c.bundle,
    }
}

record! {
    /// What was salvaged of a damaged store.
    Salvaged from baqylau_sqlite::Salvaged as s {
        /// Rows that were taken over.
        rows: u64 = s.rows.try_into().unwrap_or(u64::MAX),
        /// Tables of which not everything could be read.
        lost: Vec<String> = s.lost,
        /// Where the damaged file is kept.
        aside: String = s.aside.display().to_string(),
    }
}
