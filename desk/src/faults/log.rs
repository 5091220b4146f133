//! What is wrong with objects of the log, and with the log.

use baqylau_protocol::certificate::CertificateError;
use baqylau_protocol::cose::CoseError;
use baqylau_protocol::envelope::EnvelopeError;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::seal::SealError;
use baqylau_protocol::standing::StandingError;

/// How many objects that may be why a log does not verify are named.
const SUSPECTS: usize = 5;

/// Why an envelope or an enrolment could not be verified or opened. The store keeps the code.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::EnumString, strum::VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Unverifiable {
    /// Its device is not enrolled, or was so only later.
    #[error("its device was not enrolled before it")]
    NotEnrolled,
    /// A phone wrote to a phone.
    #[error("a letter that no desk wrote")]
    NoDesksLetter,
    /// A signature is another's.
    #[error("its signature is invalid: it was altered, or signed with another key")]
    NotGenuine,
    /// For another mission.
    #[error("it belongs to another mission")]
    OtherMission,
    /// The number is 0, or larger than any chain.
    #[error("its number is none that an envelope can have")]
    Number,
    /// Cut off, or padded.
    #[error("it was cut off or padded")]
    Length,
    /// Sealed for somebody else.
    #[error("it was sealed to another key or by another device, or altered")]
    Sealed,
    /// What was sealed cannot be unpacked.
    #[error("its padding or compression is damaged")]
    Packing,
    /// What was sealed is far larger than what came.
    #[error(
        "what was sealed in it is larger than an envelope of its length may hold: its phone was altered, and costs nothing more"
    )]
    Inflated,
    /// One of so many of its phone that nobody looks at it.
    #[error("its phone sent so many before it that this one was not looked at")]
    BeyondLimit,
    /// An invite that had expired.
    #[error("its invite had expired")]
    ExpiredInvite,
    /// Neither an envelope nor an enrolment that this program knows.
    #[error("it is no envelope or enrolment that this program knows; it is damaged, or of a later version")]
    Malformed,
    /// An earlier version of this program kept its reason in words.
    #[error("an earlier version of this program could not verify it; `baqylau desk verify` says why")]
    Earlier,
}

impl Unverifiable {
    /// The stable code: the variant's name, in lower case with hyphens.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }
}

impl From<CoseError> for Unverifiable {
    fn from(e: CoseError) -> Self {
        match e {
            CoseError::Malformed(_) | CoseError::Type { .. } => Self::Malformed,
            CoseError::Signature(_) => Self::NotGenuine,
        }
    }
}

impl From<SealError> for Unverifiable {
    fn from(e: SealError) -> Self {
        match e {
            SealError::Key | SealError::Open => Self::Sealed,
        }
    }
}

impl From<CertificateError> for Unverifiable {
    fn from(e: CertificateError) -> Self {
        match e {
            CertificateError::Cose(e) => e.into(),
            CertificateError::Mission { .. } => Self::OtherMission,
            CertificateError::Expired => Self::ExpiredInvite,
        }
    }
}

impl From<StandingError> for Unverifiable {
    fn from(e: StandingError) -> Self {
        match e {
            StandingError::Cose(e) => e.into(),
            StandingError::Mission { .. } => Self::OtherMission,
        }
    }
}

impl From<EnvelopeError> for Unverifiable {
    fn from(e: EnvelopeError) -> Self {
        match e {
            EnvelopeError::Cose(e) => e.into(),
            EnvelopeError::Malformed(_) => Self::Malformed,
            EnvelopeError::Mission { .. } => Self::OtherMission,
            EnvelopeError::Number { .. } => Self::Number,
            EnvelopeError::Length { .. } | EnvelopeError::TooLarge { .. } => Self::Length,
            EnvelopeError::Seal(e) => e.into(),
            EnvelopeError::Inflated { .. } => Self::Inflated,
            EnvelopeError::Packing => Self::Packing,
        }
    }
}

/// Why the server's log is not what it signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogFault {
    /// Its objects do not lead to the root that it signed.
    #[error("its first {signed} objects do not lead to the root it signed{}", named(suspects))]
    Root {
        /// How many it signed.
        signed: u64,
        /// The first that do not verify, by their places in the log.
        suspects: Vec<(u64, Unverifiable)>,
    },
    /// It does not begin with what the logs before left to it.
    #[error(
        "its first {size} objects are not those that the root vouches for; whoever runs it begins it again with a desk's export"
    )]
    Vouched {
        /// How many the root vouches for.
        size: u64,
    },
    /// It keeps objects back.
    #[error("it signed {signed} objects and hands out {here}")]
    Withheld {
        /// How many it signed.
        signed: u64,
        /// How many came.
        here: u64,
    },
    /// The signed head.
    #[error("it did not sign its head with a key of this mission")]
    Head,
    /// The bundle.
    #[error("its bundle is not signed by the mission's root")]
    Bundle,
    /// A part of the bundle.
    #[error("it hands out another part than {part}")]
    Part {
        /// The hash that was asked for.
        part: Hash,
    },
    /// The proof that it has an attachment.
    #[error("its proof of an attachment is not signed with a key of this mission")]
    AttachmentProof,
    /// One report is not proven.
    #[error("report {report}: {why}")]
    Unproven {
        /// The hash of its envelope.
        report: Hash,
        /// Why not.
        why: Unproven,
    },
}

impl LogFault {
    pub(crate) fn root(signed: u64, suspects: &[(u64, Unverifiable)]) -> Self {
        Self::Root { signed, suspects: suspects.iter().take(SUSPECTS).copied().collect() }
    }
}

/// How a head that the server signed contradicts the log here. The store keeps code and numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Contradiction {
    /// It signed fewer objects than were pulled before.
    #[error("it signed {signed} objects, and {pulled} were pulled before: it went back")]
    WentBack {
        /// How many it signed.
        signed: u64,
        /// How many were pulled and verified before.
        pulled: u64,
    },
    /// What it hands out does not lead to the root that it signed.
    #[error("its first {signed} objects do not lead to the root it signed")]
    Root {
        /// How many it signed.
        signed: u64,
    },
    /// It keeps objects back.
    #[error("it signed {signed} objects and hands out {here}")]
    Withheld {
        /// How many it signed.
        signed: u64,
        /// How many came.
        here: u64,
    },
    /// An earlier version of this program kept its reason in words.
    #[error("an earlier version of this program kept it; the head itself says how many objects were signed")]
    Earlier,
}

impl Contradiction {
    /// The stable code: the variant's name, in lower case with hyphens.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// As the store keeps it: the code and its numbers.
    pub(crate) fn kept(self) -> String {
        let code = self.code();
        match self {
            Self::WentBack { signed, pulled: other } | Self::Withheld { signed, here: other } => {
                format!("{code} {signed} {other}")
            }
            Self::Root { signed } => format!("{code} {signed}"),
            Self::Earlier => code.to_owned(),
        }
    }

    /// What the store kept.
    pub(crate) fn of(kept: &str) -> Self {
        let mut words = kept.split(' ');
        let code = words.next().unwrap_or_default();
        let numbers: Option<Vec<u64>> = words.map(|word| word.parse().ok()).collect();
        match (code, numbers.unwrap_or_default().as_slice()) {
            ("went-back", &[signed, pulled]) => Self::WentBack { signed, pulled },
            ("withheld", &[signed, here]) => Self::Withheld { signed, here },
            ("root", &[signed]) => Self::Root { signed },
            _ => Self::Earlier,
        }
    }
}

fn named(suspects: &[(u64, Unverifiable)]) -> String {
    suspects.iter().map(|(index, why)| format!("; object {index}: {why}")).collect()
}

/// The first step of [`crate::log::proof::Prover::prove`] that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// The report.
    #[error("it is not here")]
    NotHere,
    /// The enrolment of its device.
    #[error("its device is not enrolled")]
    NotEnrolled,
    /// The certificate of its device.
    #[error("the certificate of its device does not verify")]
    Certificate,
    /// The bytes.
    #[error("its bytes are others")]
    OtherBytes,
    /// It does not open.
    #[error("{0}")]
    Unverifiable(Unverifiable),
    /// What comes before it in the chain.
    #[error("the envelope before it in the chain is not here")]
    NoPrevious,
    /// A signed head.
    #[error("the server signed no log yet")]
    NoHead,
    /// The Merkle path from it does not lead to the signed root.
    #[error("the log that the server signed does not hold it")]
    NotInLog,
}
