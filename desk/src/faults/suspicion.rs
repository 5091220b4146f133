//! What a phone says that it saw of the log, where that does not go with the log here. It is that phone's word, and proves nothing: either
//! somebody shows two logs, or the phone lies.

use baqylau_protocol::ids::{DeviceId, Hash};
use minicbor::{Decode, Encode};
use std::fmt;

/// A report whose phone says that it had seen another log than the one here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Suspicion {
    /// The hash of its envelope.
    #[n(0)]
    pub report: Hash,
    /// Whose word it is.
    #[n(1)]
    pub device: DeviceId,
    /// The number in the device's chain.
    #[n(2)]
    pub seq: u64,
    /// Its place in the log here.
    #[n(3)]
    pub place: u64,
    /// What it makes one look for.
    #[n(4)]
    pub of: SuspectedOf,
}

/// What somebody may have done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum SuspectedOf {
    /// Objects are kept back: its phone had seen more than is here.
    #[n(0)]
    Withheld {
        /// How many objects its phone had seen.
        #[n(0)]
        seen: u64,
        /// How many are here.
        #[n(1)]
        here: u64,
    },
    /// It was put in before others: its phone had seen more objects than stand before it.
    #[n(1)]
    PutBefore {
        /// How many objects its phone had seen.
        #[n(0)]
        seen: u64,
    },
    /// Another log was shown to its phone: the same number of objects had another root.
    #[n(2)]
    OtherLog {
        /// How many objects its phone had seen.
        #[n(0)]
        seen: u64,
    },
    /// Its time of receipt was set back: it is earlier than that of what its phone had seen before it signed.
    #[n(3)]
    SetBack {
        /// How many milliseconds earlier.
        #[n(0)]
        ms: u64,
    },
    /// Its time of receipt had not come when it was pulled, by this desk's clock. This is no word of its device.
    #[n(4)]
    DatedAhead {
        /// How many milliseconds ahead.
        #[n(0)]
        ms: u64,
    },
}

impl SuspectedOf {
    /// The stable code: the variant's name, in lower case with hyphens.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}

impl fmt::Display for Suspicion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { report, device, seq, place, of } = self;
        if let SuspectedOf::DatedAhead { ms } = of {
            return write!(
                f,
                "suspicion: the server dates object {place} ({report}, number {seq} of the device {device}) {ms} ms ahead of this desk's \
                 clock. If this clock is right, the server's is wrong or it lies: an invite may look expired by such a time, and what \
                 witnesses did not see may look recent. Have whoever runs the server put its clock right, and look at the phones that \
                 are not confirmed (`baqylau desk devices`): `baqylau desk confirm` lets one count"
            );
        }
        write!(
            f,
            "suspicion, by the word of the device {device} alone: its report {report} (number {seq}, object {place}) "
        )?;
        match of {
            SuspectedOf::Withheld { seen, here } => {
                write!(f, "was signed after it had seen {seen} objects, and {here} are here: some may be withheld")?;
            }
            SuspectedOf::PutBefore { seen } => {
                write!(
                    f,
                    "was signed after it had seen {seen} objects, and stands before their end: it may have been put in earlier"
                )?;
            }
            SuspectedOf::OtherLog { seen } => {
                write!(
                    f,
                    "was signed after it had seen {seen} objects with another root: another log may be shown to it"
                )?;
            }
            SuspectedOf::SetBack { ms } => {
                write!(
                    f,
                    "is said to have come {ms} ms before what it had seen when it signed: its time may have been set back"
                )?;
            }
            SuspectedOf::DatedAhead { .. } => {}
        }
        f.write_str(
            "; or that phone was altered. Compare the logs of two desks (`baqylau verify ONE TWO`), and have that phone export what it \
             has for a courier: if the server signed two logs, one of the two proves it",
        )
    }
}
