//! Errors of the desk: what is wrong, where, and what to do. Closed, each with what it names, a stable code, and what helps.

use crate::faults::{AnswerFault, LogFault, NotHere, PlaceCandidate, RequiredText, ServerFault, ServerRefusal};
use crate::files::FileFault;
use baqylau_http::{CallError, HttpError};
use baqylau_protocol::bundle::BundleError;
use baqylau_protocol::courier::CourierError;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::reason::ReasonClass;
use baqylau_sqlite::StorageError;
use std::path::PathBuf;
use strum::VariantNames;

/// Why the desk did not do what it should. `Display` is for terminals; the page has words of its own, in every language.
#[derive(Debug, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum DeskError {
    /// A file.
    #[error("{path}: {why}")]
    File {
        /// Relative to where the program was started, if the mission's folder was given so.
        path: PathBuf,
        /// With the remedy.
        why: FileFault,
    },
    /// The mission's tables; every fault with its place.
    #[error("the mission has {} fault(s):\n{}", faults.len(), faults.join("\n"))]
    Source {
        /// All of them.
        faults: Vec<String>,
    },
    /// The passphrase.
    #[error("wrong passphrase for {path}")]
    Passphrase {
        /// The file of keys that it did not open.
        path: PathBuf,
    },
    /// A new passphrase is too short.
    #[error("passphrase: it is too short; take one of {least} characters or more")]
    PassphraseTooShort {
        /// The fewest characters.
        least: usize,
    },
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The server.
    #[error("the server {server}: {why}")]
    Server {
        /// Its address, as `desk.json` has it.
        server: String,
        /// An answer came; this is why it is of no use.
        why: ServerFault,
    },
    /// The server does not answer.
    #[error("the server {server}: {why}")]
    Unreachable {
        /// Its address, as `desk.json` has it.
        server: String,
        /// Why not.
        why: CallError,
    },
    /// Another desk published something in between. What was to be published is put upon it, and tried again.
    #[error("the server {server}: {reason}")]
    Conflict {
        /// Its address, as `desk.json` has it.
        server: String,
        /// In the server's words, at most 200 characters.
        reason: String,
    },
    /// Another web server answers at the mission's address.
    #[error(
        "the server {server} answers {answer}, as no mission's server does; compare the address under \"servers\" in desk.json, in the mission's folder, with where the mission's server runs"
    )]
    Stranger {
        /// The address.
        server: String,
        /// The status, quoted, or what came in the place of what was asked for.
        answer: String,
    },
    /// `desk.json` names no server.
    #[error("server: desk.json, in the mission's folder, names none; add its address under \"servers\"")]
    NoServer,
    /// The text is no address of a server.
    #[error("server: {server:?} is no address; write it as https://mission.example:8443")]
    BadAddress {
        /// The text.
        server: String,
    },
    /// The text is no address of a proxy.
    #[error("proxy: {address:?} is no address of one; write it as 127.0.0.1:9050, without a name or a password")]
    BadProxy {
        /// The text.
        address: String,
    },
    /// Nothing can be asked of any server with the mission's TLS roots.
    #[error("calls to the server cannot be made: {0}")]
    Client(HttpError),
    /// The operating system refuses what calls need.
    #[error("calls to the server cannot be made: {0}; close other programs, and try again")]
    System(std::io::Error),
    /// Another desk published other tables since this desk built its own. Nothing was published.
    #[error("another desk published other tables since this one built its own; nothing was published. In {folder} these differ from what it published: {}. Bring its changes into them and build again; what is built then takes the place of its tables", files.join(", "))]
    Tables {
        /// The folder with this desk's tables.
        folder: PathBuf,
        /// The files that differ.
        files: Vec<String>,
    },
    /// A bundle lacks signatures of the root.
    #[error(
        "bundle {version} waits in {path}: {signed} of the holders of the root signed it, and {needed} must. Let the others sign that file (`baqylau mission sign`) and publish it then (`baqylau mission publish`); delete the file to give up what it changes"
    )]
    BundleWaits {
        /// The file.
        path: PathBuf,
        /// Of its manifest.
        version: u64,
        /// Signatures in it.
        signed: usize,
        /// As many as must be.
        needed: u8,
    },
    /// Another bundle came while one waited for signatures.
    #[error(
        "bundle {version} in {path} does not follow bundle {known}, which came since it was proposed; delete the file, and propose the change again"
    )]
    WaitingBundleOld {
        /// The file.
        path: PathBuf,
        /// Of its manifest.
        version: u64,
        /// Of the manifest that is here.
        known: u64,
    },
    /// The mission's root signed a bundle of a later version than this program reads: who may sign what now is not known here.
    #[error(
        "bundle: the mission's is of version {found}, and this program reads version {known}: update this program. Nothing was pulled; what is here stays in use"
    )]
    DeskTooOld {
        /// Version of what came.
        found: u64,
        /// The latest that this program reads.
        known: u8,
    },
    /// The mission's bundle was not built yet.
    #[error("bundle: it was not built yet; build it with `baqylau mission build`")]
    NoBundle,
    /// The server has nothing of this name.
    #[error("the server has nothing of this name yet")]
    Missing,
    /// The server does not take an object.
    #[error("the server {server} refuses it: {why}")]
    Refused {
        /// Its address, as `desk.json` has it.
        server: String,
        /// Why.
        why: ServerRefusal,
    },
    /// The server's log is not what it signed.
    #[error("the server's log does not verify: {0}. Keep the desk's folder, it proves it; do not trust this server")]
    Log(#[from] LogFault),
    /// The server's log is shorter than what was pulled from it before: an older copy of its database, or one begun anew.
    #[error(
        "the server's log holds {signed} objects, and {pulled} were pulled before: it went back. Nothing was taken from it, and the desk's folder keeps and proves what was there; do not trust this server before whoever runs it has said why. If its database was lost, or put back from an old copy, export the log here (`baqylau desk log`), begin the server's log again with it (`baqylau new-log`) and name its key (`baqylau mission epoch`): desks and phones send again what is behind it"
    )]
    Shrunk {
        /// How many objects the server signs now.
        signed: u64,
        /// How many it had signed when they were pulled.
        pulled: u64,
    },
    /// The server knows this desk and does not let it read.
    #[error(
        "the server {server} does not let this desk read its log, although the desk is enrolled: the bundle does not list it, or ended it, or the server's clock jumps. Ask whoever holds the root key, who lists desks (`baqylau mission desk`)"
    )]
    Locked {
        /// Its address, as `desk.json` has it.
        server: String,
    },
    /// The server has no bundle of the mission: nothing was published there yet, or it lost its database.
    #[error(
        "the server {server} has no bundle: nothing was published there yet, or its database was lost. Put a copy of the database back, or publish a bundle (`baqylau mission build --publish`); then pull again"
    )]
    Unpublished {
        /// Its address, as `desk.json` has it.
        server: String,
    },
    /// The server sends more than an attachment can have.
    #[error(
        "attachment: the server sends more than the {limit} bytes that one can have; ask whoever runs the server to check its disk"
    )]
    AttachmentTooLarge {
        /// The most bytes.
        limit: u64,
    },
    /// The bytes of an attachment are not those that were signed, twice.
    #[error(
        "attachment: what came is not what was signed, twice: a line or a disk damages it. Pull again; where it stays so, let its phone send \
         everything again (`observe sync --again`, or in the app's settings), and pull then"
    )]
    AttachmentDamaged,
    /// The file is no courier file of this mission.
    #[error(transparent)]
    Courier(#[from] CourierError),
    /// Named by a coordinator or a file, and not at this desk.
    #[error(transparent)]
    NotHere(#[from] NotHere),
    /// A text that must be given is empty.
    #[error("{what}: it is missing; give it")]
    EmptyText {
        /// The one that is empty.
        what: RequiredText,
    },
    /// An answer that a coordinator gives, or does not give.
    #[error(transparent)]
    Answer(#[from] AnswerFault),
    /// A correction to what the answer already is.
    #[error("{question}: the answer is already {answer}; there is nothing to correct")]
    Unchanged {
        /// The question's name.
        question: String,
        /// In the notation of answer files.
        answer: String,
    },
    /// An internal report is not quoted.
    #[error(
        "{question}: the report is internal, so that nobody quotes it; if its words may be quoted, correct what it says of that first"
    )]
    Internal {
        /// The question's name.
        question: String,
    },
    /// The device was revoked, and stays so.
    #[error("device {device}: it was revoked; name another one, or make an invite that replaces it")]
    Revoked {
        /// As it was given.
        device: DeviceId,
    },
    /// A new log needs a new key.
    #[error(
        "receipt key: it signed a log of this mission already; begin the new one with `baqylau new-log`, which makes a key"
    )]
    KnownReceiptKey,
    /// A desk is no phone: desks decide nothing about desks.
    #[error("device {device}: it is a desk; whoever holds the root key ends it (`baqylau mission end-desk`)")]
    IsDesk {
        /// As it was given.
        device: DeviceId,
    },
    /// The bundle does not list this desk.
    #[error(
        "this desk: the bundle here does not list it, or ended it, and what it decides counts nowhere; pull, and where it stays so ask whoever holds the root key"
    )]
    Unlisted,
    /// This desk reads and signs nothing.
    #[error(
        "this desk: it is a reader, which pulls, looks, exports and verifies, and signs nothing; do this at a desk that signs, or ask whoever holds the root key for one (`baqylau mission desk`)"
    )]
    Reader,
    /// The code of a visit is empty or too long.
    #[error("visit: give its code as the form has it, of at most {longest} characters, as in T047-05")]
    VisitCode {
        /// The most characters.
        longest: usize,
    },
    /// Words that several places match.
    #[error("place: {words:?} may be {}; give the code", list(candidates))]
    SeveralPlaces {
        /// As they were typed.
        words: String,
        /// The places.
        candidates: Vec<PlaceCandidate>,
    },
    /// The text is no time.
    #[error("time: {text:?} is none; write it as 2023-03-20T09:00")]
    NotATime {
        /// The text.
        text: String,
    },
    /// The text is none of the decisions about a report.
    #[error("decision: {decision:?} is none; accept the report, exclude it, or ask")]
    UnknownDecision {
        /// The text.
        decision: String,
    },
    /// The text is no hash of a report.
    #[error("report: {text:?} is no hash of a report; give its 64 hexadecimal digits")]
    NotAHash {
        /// The text.
        text: String,
    },
    /// A report cannot be read under its checklist.
    #[error(
        "report {report}: it cannot be read under its checklist ({detail}); pull, and exclude it where it stays so"
    )]
    ReportUnfit {
        /// The hash of its envelope.
        report: Hash,
        /// What does not fit, for whoever looks into it.
        detail: String,
    },
    /// A paper form under way does not read any more.
    #[error("paper form: it does not read; throw it away and type it anew")]
    PaperDamaged,
    /// A file or an object cannot be made.
    #[error("{name} cannot be made: {source}")]
    Making {
        /// A path within the mission's folder, or the name of an object.
        name: String,
        /// Why not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl DeskError {
    /// Of a manifest that does not open: this program is too old where it is of a later version, else what `otherwise` says.
    pub(crate) fn unless_newer(e: BundleError, otherwise: impl FnOnce(BundleError) -> Self) -> Self {
        if let BundleError::Newer { found, known } = e { Self::DeskTooOld { found, known } } else { otherwise(e) }
    }

    /// The stable code: the variant's name, in lower case with hyphens.
    #[must_use]
    pub fn code(&self) -> &'static str {
        if let Self::NotHere(what) = self {
            what.into()
        } else if let Self::Answer(why) = self {
            why.into()
        } else {
            self.into()
        }
    }

    /// All codes.
    #[must_use]
    pub fn codes() -> Vec<&'static str> {
        let grouped = ["not-here", "answer"];
        let own = Self::VARIANTS.iter().filter(|code| !grouped.contains(code));
        own.chain(NotHere::VARIANTS).chain(AnswerFault::VARIANTS).copied().collect()
    }

    /// Whether waiting, a person, or nothing helps; the page and Python show it.
    #[must_use]
    pub fn class(&self) -> ReasonClass {
        match self {
            Self::Refused { .. } | Self::Log(_) | Self::Shrunk { .. } => ReasonClass::Final,
            Self::Server { .. }
            | Self::Unreachable { .. }
            | Self::Conflict { .. }
            | Self::System(_)
            | Self::Missing
            | Self::AttachmentDamaged => ReasonClass::Retry,
            Self::Storage(e) => match e {
                StorageError::Io(_) => ReasonClass::Retry,
                StorageError::Full
                | StorageError::ReadOnly
                | StorageError::Damaged { .. }
                | StorageError::Newer { .. } => ReasonClass::Act,
                StorageError::Other(_) => ReasonClass::Final,
            },
            Self::File { .. }
            | Self::Source { .. }
            | Self::Passphrase { .. }
            | Self::PassphraseTooShort { .. }
            | Self::Stranger { .. }
            | Self::NoServer
            | Self::Locked { .. }
            | Self::Unpublished { .. }
            | Self::BadAddress { .. }
            | Self::BadProxy { .. }
            | Self::Client(_)
            | Self::Tables { .. }
            | Self::NoBundle
            | Self::DeskTooOld { .. }
            | Self::BundleWaits { .. }
            | Self::WaitingBundleOld { .. }
            | Self::AttachmentTooLarge { .. }
            | Self::Courier(_)
            | Self::NotHere(_)
            | Self::EmptyText { .. }
            | Self::Answer(_)
            | Self::Unchanged { .. }
            | Self::Internal { .. }
            | Self::Revoked { .. }
            | Self::IsDesk { .. }
            | Self::KnownReceiptKey
            | Self::Unlisted
            | Self::Reader
            | Self::VisitCode { .. }
            | Self::SeveralPlaces { .. }
            | Self::NotATime { .. }
            | Self::UnknownDecision { .. }
            | Self::NotAHash { .. }
            | Self::ReportUnfit { .. }
            | Self::PaperDamaged
            | Self::Making { .. } => ReasonClass::Act,
        }
    }

    /// Whether the server may do the same later.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Server { .. } | Self::Unreachable { .. } | Self::Conflict { .. })
    }

    pub(crate) fn file(path: impl Into<PathBuf>, why: impl Into<FileFault>) -> Self {
        Self::File { path: path.into(), why: why.into() }
    }

    /// A file that does not read as what it should be.
    pub(crate) fn damaged(path: impl Into<PathBuf>, detail: impl ToString) -> Self {
        Self::File { path: path.into(), why: FileFault::Damaged { detail: detail.to_string() } }
    }

    /// [`DeskError::Refused`] with the address of the server.
    pub(crate) fn refused(why: ServerRefusal, server: &str) -> Self {
        Self::Refused { server: server.to_owned(), why }
    }

    /// A file or an object that cannot be made.
    pub fn making(name: impl ToString, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Making { name: name.to_string(), source: source.into() }
    }
}

impl From<rusqlite::Error> for DeskError {
    fn from(e: rusqlite::Error) -> Self {
        Self::Storage(e.into())
    }
}

fn list(candidates: &[PlaceCandidate]) -> String {
    candidates.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
