//! Why a statement was not made or signed. Nothing was written then.

use super::difference::Difference;
use crate::error::DeskError;
use baqylau_protocol::ids::{DeviceId, MissionId};
use baqylau_protocol::statement::StatementError;

/// Why not, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StatementFault {
    /// The desk cannot: it is a reader, the root does not list it, its tables have faults, its store fails.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The file.
    #[error("the statement does not verify: {0}. Ask for it again")]
    File(#[from] StatementError),
    /// The settings in it.
    #[error("the mission's settings in the statement do not read ({detail}): update this program")]
    Settings {
        /// For whoever looks into it.
        detail: String,
    },
    /// It is another mission's.
    #[error("the statement is of the mission {found}, and this desk of another one")]
    OtherMission {
        /// Its mission.
        found: MissionId,
    },
    /// There is no head of the log that everything here leads to.
    #[error("this desk has pulled nothing yet; pull first (`baqylau desk pull`)")]
    NothingPulled,
    /// It was made under another bundle than this desk knows.
    #[error(
        "the statement was made under bundle {there}, and this desk has bundle {here}. Pull at the desk with the lower one; where that is the one that made the statement, make it anew there"
    )]
    OtherBundle {
        /// Version of its manifest.
        there: u64,
        /// Version of the manifest here.
        here: u64,
    },
    /// Less of the log is here than it was computed from.
    #[error(
        "the statement was computed from {size} objects of the log, and {here} are here; pull first (`baqylau desk pull`)"
    )]
    Shorter {
        /// Of the log, as it says.
        size: u64,
        /// Pulled here.
        here: u64,
    },
    /// The log here is another one.
    #[error(
        "the first {size} objects of the log here are not those that the statement was computed from: one of the two desks was shown another log, or its store was changed. Export the log at both (`baqylau desk log`) and compare them (`baqylau verify ONE OTHER`)"
    )]
    OtherLog {
        /// Of the log, as it says.
        size: u64,
    },
    /// This desk computes something else.
    #[error(
        "this desk finds something else from the same {size} objects:\n{}\nNothing was signed. Pull at both desks and make the statement anew; where it still differs, compare the reports behind these figures at both",
        differences.iter().map(|d| format!("  {d}")).collect::<Vec<_>>().join("\n")
    )]
    Differs {
        /// Of the log.
        size: u64,
        /// All of them.
        differences: Vec<Difference>,
    },
    /// One desk is one signature.
    #[error("desk {desk}, this one, signed the statement already; another desk must")]
    Twice {
        /// This desk.
        desk: DeviceId,
    },
    /// Fewer signed than must.
    #[error(
        "the statement is a {state}; nothing is published with it before the others signed (`baqylau desk statement sign`)"
    )]
    Draft {
        /// In words.
        state: String,
    },
}
