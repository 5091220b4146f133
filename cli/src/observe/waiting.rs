//! Why something still waits, in words that say what to do.

use baqylau_observer::RefusalReason;
use baqylau_observer::app::{LogConsistency, Trouble};

/// As programs read it.
pub fn trouble_name(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Unreachable => "unreachable",
        Trouble::Silent => "silent",
        Trouble::Foreign => "foreign",
        Trouble::Busy => "busy",
        Trouble::Unpublished => "unpublished",
        Trouble::Full => "full",
    }
}

/// Whether the server's log is one, as programs read it.
pub fn log_name(log: LogConsistency) -> &'static str {
    match log {
        LogConsistency::Proved => "proved",
        LogConsistency::Unproved => "unproved",
        LogConsistency::Withheld => "withheld",
        LogConsistency::Contradicted => "contradicted",
    }
}

/// What the observer must know of the server's log, and what to do; nothing when it is proved to be one.
pub fn log_words(log: LogConsistency) -> Option<&'static str> {
    match log {
        LogConsistency::Proved => None,
        LogConsistency::Unproved => Some(
            "the server did not prove that it still has all that it received before: keep this store, and tell the coordinators",
        ),
        LogConsistency::Withheld => Some(
            "the coordinators wrote to you, and the server does not hand it out: ask them in another way, or for a courier file (`observe import`), which brings their letters",
        ),
        LogConsistency::Contradicted => Some(
            "the server signed two logs that cannot both be true: tell the coordinators, and give them a file of `observe export`, which carries the proof",
        ),
    }
}

/// Why something still waits, and what to do.
pub fn trouble(trouble: Option<Trouble>) -> &'static str {
    match trouble {
        Some(Trouble::Unreachable) => "the server cannot be reached: try again with a network",
        Some(Trouble::Silent) => "the server does not answer in time: try again later",
        Some(Trouble::Foreign) => {
            "who answers is not your mission's server: try another network, or ask the coordinators"
        }
        Some(Trouble::Busy) => "the server is busy: try again later",
        Some(Trouble::Unpublished) => {
            "the mission is not published at its server yet: ask the coordinators, and try again later"
        }
        Some(Trouble::Full) => "the disk is full, and receipts cannot be kept: free some room, then try again",
        None => "not everything could be delivered: try again later",
    }
}

/// Why something that waits is refused, and what to do.
pub fn refusal(why: RefusalReason) -> &'static str {
    match why {
        RefusalReason::Revoked => {
            "the server says that this device was revoked: talk to the coordinators. What was signed is kept, and tried again daily"
        }
        RefusalReason::Expired => {
            "the server says that the invite or the mission has expired: ask the coordinators. What was signed is kept, and tried again daily"
        }
        RefusalReason::FileLost | RefusalReason::FileNotTaken => file_problem(why),
        RefusalReason::Later => "the server does not take everything yet: it is kept, and tried again",
        RefusalReason::NoAnswer
        | RefusalReason::OtherMission
        | RefusalReason::NotGenuine
        | RefusalReason::Unfit
        | RefusalReason::AppTooOld
        | RefusalReason::NotTaken
        | RefusalReason::UnknownReason
        | RefusalReason::KeyStore
        | RefusalReason::NotPublished
        | RefusalReason::NothingUrgent
        | RefusalReason::Syncing
        | RefusalReason::Source => {
            "the server refuses something: `baqylau observe reports` says why. It is kept, and tried again daily; a courier can take it"
        }
    }
}

/// Why a file of a report is not delivered, and what to do.
pub fn file_problem(why: RefusalReason) -> &'static str {
    match why {
        RefusalReason::FileLost => {
            "a file is damaged, or not on this device any more: tell the coordinators; amend the report if you can take it again"
        }
        _ => "the server has not taken a file yet: it is kept here and tried again; a courier can take it meanwhile",
    }
}
