//! What a server hands out otherwise than when it was pulled.

use baqylau_protocol::ids::Hash;
use std::fmt;

/// An entry of the log that the server hands out otherwise than when it was pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryFault {
    /// Counted from 0.
    pub index: u64,
    /// The hash of the object that was pulled, as the signed root has it.
    pub hash: Hash,
    /// Whether the object's bytes are at this desk.
    pub here: bool,
    /// What differs.
    pub what: EntryDifference,
}

/// How an entry differs from the one that was pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum EntryDifference {
    /// The server says itself that its copy of the object is damaged.
    Damaged,
    /// Another object stands there.
    Altered {
        /// The hash of the other one.
        there: Hash,
    },
    /// It is left out.
    Missing,
    /// It is said to have been received at another time.
    OtherTime {
        /// In milliseconds since 1970, as the signed root has it.
        signed: i64,
        /// As it is said now.
        said: i64,
    },
}

impl EntryDifference {
    /// The stable code: the variant's name, in lower case with hyphens.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}

impl fmt::Display for EntryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { index, hash, here, what } = self;
        write!(f, "object {index} ({hash}) of the server's log ")?;
        match what {
            EntryDifference::Damaged => f.write_str("was whole when it was pulled, and is damaged there now. ")?,
            EntryDifference::Altered { there } => write!(f, "is replaced there by another one, {there}. ")?,
            EntryDifference::Missing => f.write_str("is left out there now. ")?,
            EntryDifference::OtherTime { signed, said } => {
                let (ms, way) = (signed.abs_diff(*said), if said < signed { "earlier" } else { "later" });
                write!(f, "is said to have come {ms} ms {way} than the server signed. ")?;
            }
        }
        f.write_str(match (what, here) {
            (EntryDifference::Damaged, true) => "It is here: `baqylau desk audit` hands it to the server again",
            (EntryDifference::Damaged, false) => {
                "It is not here either: let whoever sent it send everything again (`observe sync --again`, `baqylau desk pull --again`)"
            }
            (EntryDifference::Altered { .. } | EntryDifference::Missing | EntryDifference::OtherTime { .. }, _) => {
                "What was pulled stays here, with the server's signature. Have whoever runs the server put its database back from a copy, \
                 and do not trust it before; where it stays so, begin its log again with this desk's (`baqylau desk log`, `baqylau new-log`)"
            }
        })
    }
}
