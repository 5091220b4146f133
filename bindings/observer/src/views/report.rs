//! Reports, letters, and what delivering or salvaging did.

use super::count;
use super::mission::{BundleRefusal, DraftView, Named};
use crate::errors::Why;
use baqylau_observer::app;

record! {
    /// An answer that an amendment changes.
    AnswerChange from app::ChangeView as c {
        /// The question's name.
        name: String = c.name,
        /// The question.
        label: String = c.label.to_string(),
        /// The positions of the rows it is in, outermost first.
        rows: Vec<u32> = c.rows,
        /// As signed, in words; nothing when it was not answered.
        before: Option<String> = c.before,
        /// As it is now, in words; nothing when it is not answered.
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
        /// In English; for a terminal or a log.
        reason: String,
    },
    /// The server proved that it is durably in its log. No coordinator is known to have it yet.
    Delivered {
        /// Counted from 0, as the receipt proves.
        index: u64,
        /// When it was received, in milliseconds since 1970.
        received_ms: i64,
    },
    /// The server proved that it has it, and the coordinators did not find it there. It is sent again by itself.
    Missing,
    /// The coordinators signed that they have it.
    Read,
}

impl From<app::DeliveryState> for ReportState {
    fn from(s: app::DeliveryState) -> Self {
        match s {
            app::DeliveryState::Waiting => Self::Waiting,
            app::DeliveryState::Sending => Self::Sending,
            app::DeliveryState::Stuck { why, reason } => Self::Stuck { why: why.into(), reason },
            app::DeliveryState::Delivered { index, received } => Self::Delivered { index, received_ms: received },
            app::DeliveryState::Missing => Self::Missing,
            app::DeliveryState::Read => Self::Read,
        }
    }
}

record! {
    /// A signed report.
    ReportView from app::ReportView as r {
        /// Counted in the phone's chain from 1.
        seq: i64 = r.seq,
        /// A UUID of version 7, in lower case.
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
        /// How many of them the coordinators have.
        attachments_read: u32 = count(r.attachments_read),
        /// Why one of them is not delivered: it is tried again ever later.
        attachment_problem: Option<Why> = r.attachment_problem.map(Into::into),
    }
}

record! {
    /// One line for the home screen: all safe, all stored, or how many are neither.
    Summary from app::Summary as s {
        /// Whether the coordinators read everything that was signed.
        all_safe: bool = s.all_safe(),
        /// Whether the server proved to have everything that was signed, or the coordinators read it.
        all_stored: bool = s.all_stored(),
        /// Not signed yet.
        drafts: u32 = count(s.drafts),
        /// Signed, not delivered.
        waiting: u32 = count(s.waiting),
        /// Refused.
        stuck: u32 = count(s.stuck),
        /// Delivered, with a receipt that the phone verified; not known to be read.
        delivered: u32 = count(s.delivered),
        /// Delivered, and not found by the coordinators.
        missing: u32 = count(s.missing),
        /// Read by the coordinators.
        read: u32 = count(s.read),
        /// Attachments that the server did not prove to have.
        attachments_waiting: u32 = count(s.attachments_waiting),
        /// Attachments that the coordinators do not have yet.
        attachments_unread: u32 = count(s.attachments_unread),
        /// Whether this phone's work was closed.
        closed: bool = s.closed,
        /// Whether the server's log is the one that this phone saw before.
        log: LogConsistency = s.log.into(),
    }
}

mirror! {
    /// Whether the log that the server shows now is the one that this phone saw before.
    LogConsistency of app::LogConsistency {
        /// Every head that came is proved to go on from those before, or nothing came yet.
        Proved,
        /// The last head came without such a proof: the server may have lost part of its log. The coordinators must know.
        Unproved,
        /// It is proved, and a desk wrote letters to this phone that are in it and that the server does not hand out.
        Withheld,
        /// The server signed two logs that cannot be one. A courier file carries the proof.
        Contradicted,
    }
}

record! {
    /// A letter of the coordinators.
    LetterView from app::LetterView as l {
        /// Given by this phone when it was fetched.
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
    /// Counts of a sync, when to try again, and why.
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
    /// Counts of what was taken of a courier file.
    CourierReport from app::CourierReport as c {
        /// Objects of other phones that are carried on from here.
        carried: u32 = count(c.carried),
        /// Own reports that a receipt proved to be delivered.
        delivered: u32 = count(c.delivered),
        /// Objects and receipts that proved nothing, and were left out.
        refused: u32 = count(c.refused),
        /// Whether it brought a newer bundle.
        bundle: bool = c.bundle,
        /// Why the bundle in it was not taken.
        bundle_refused: Option<BundleRefusal> = c.bundle_refused.map(Into::into),
    }
}

record! {
    /// Counts of a salvage, and where the damaged file is.
    Salvaged from baqylau_sqlite::Salvaged as s {
        /// Rows that were taken over.
        rows: u64 = s.rows.try_into().unwrap_or(u64::MAX),
        /// Tables of which not everything could be read.
        lost: Vec<String> = s.lost,
        /// Where the damaged file is kept.
        aside: String = s.aside.display().to_string(),
    }
}
