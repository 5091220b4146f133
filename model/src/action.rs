//! What can happen next.

use crate::object::Ruling;

/// What of an exchange arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reception {
    /// Question and answer.
    Whole,
    /// The question only: the server did what was asked, and the phone does not know.
    AnswerLost,
}

/// A step of the mission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MissionAction {
    /// A phone signs its next report.
    Sign(u8),
    /// A phone delivers.
    Sync(u8, Reception),
    /// A phone is destroyed.
    Destroy(u8),
    /// The courier and a phone exchange what they have.
    Meet(u8),
    /// A desk hands what the courier brought to the server, and gives receipts back.
    CourierDelivers(u8),
    /// A desk pulls the log, sends what it signed, and settles what nobody decided.
    Pull(u8),
    /// A desk takes the log, and is killed before it opens what is new.
    PullCut(u8),
    /// The server hands out the notice before the last of this desk.
    Replay(u8),
    /// A person at a desk decides about a phone.
    Decide {
        /// At this desk.
        desk: u8,
        /// About this phone.
        phone: u8,
        /// What.
        ruling: Ruling,
    },
    /// The server loses what was not durable.
    Crash,
    /// The server is put back from a copy that had this many objects.
    GoBack(usize),
    /// The server goes on with two logs: one for phones, one for desks.
    Fork,
    /// The server logs its last report once more.
    LogTwice,
    /// The server logs a decision that it has to refuse, of this desk.
    Smuggle(u8),
    /// The root ends the second desk, from a place on.
    EndDesk(usize),
    /// The server logs the enrolment of a phone without looking at its certificate.
    SmuggleEnrolment(u8),
    /// The root has another issuer take over, and ends the one of all invites from a place on.
    EndIssuer(usize),
    /// The root reinstates a phone.
    Reinstate(u8),
    /// A new log begins with this many objects of the first desk.
    NewLog(usize),
}
