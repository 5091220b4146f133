//! What is wrong with objects of the log, with the log, and with what a server answers. `Display` is for terminals; the page has words of
//! its own.

use baqylau_protocol::certificate::CertificateError;
use baqylau_protocol::cose::CoseError;
use baqylau_protocol::envelope::EnvelopeError;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::seal::SealError;

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
    /// Its number is none.
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
        /// Which was asked for.
        part: Hash,
    },
    /// The roster.
    #[error("its roster is not signed by a desk of this mission")]
    Roster,
    /// The proof that it has an attachment.
    #[error("its proof of an attachment is not signed with a key of this mission")]
    AttachmentProof,
    /// One report is not proven.
    #[error("report {report}: {why}")]
    Unproven {
        /// Which.
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

fn named(suspects: &[(u64, Unverifiable)]) -> String {
    suspects.iter().map(|(index, why)| format!("; object {index}: {why}")).collect()
}

/// What is lacking for the proof of a report.
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
    /// Its place in the log that the server signed.
    #[error("the log that the server signed does not hold it")]
    NotInLog,
}

/// What an object of the log here is not, when all is verified again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ObjectFault {
    /// Its bytes are others.
    #[error("its bytes are not those that were pulled")]
    Altered,
    /// Its bytes are gone.
    #[error("its bytes are no longer here")]
    Gone,
    /// It is damaged at the server and was never here.
    #[error("{0}")]
    Gap(crate::store::Gap),
    /// It does not verify or open.
    #[error("{0}")]
    Unverifiable(Unverifiable),
}

impl ObjectFault {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Altered => "altered",
            Self::Gone => "gone",
            Self::Gap(_) => "object-damaged",
            Self::Unverifiable(why) => why.code(),
        }
    }
}

/// What is wrong with an answer of the server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerFault {
    /// Longer than any answer.
    #[error("its answer has more than {limit} bytes")]
    TooLong {
        /// The most bytes.
        limit: usize,
    },
    /// It could not do it.
    #[error("it answers {status}{}", quoted(words))]
    Status {
        /// The number of HTTP.
        status: u16,
        /// What it said, in the words of whoever answered.
        words: String,
    },
    /// Nothing that answers what it was asked.
    #[error("its answer does not read, or answers something else")]
    Nonsense,
    /// A receipt that proves nothing.
    #[error("its receipt for object {object} does not verify")]
    Receipt {
        /// For what.
        object: Hash,
    },
}

fn quoted(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(": {words}") }
}
