//! The coordinators' desk for Python: pull, verify, look at reports, judge them, compute figures. Every call blocks.

use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::index::answers::ReportAnswers;
use baqylau_desk::index::report_row::ReportRow;
use baqylau_desk::log::attachments::FetchedAttachments;
use baqylau_desk::log::pull::PullOutcome;
use baqylau_desk::log::recheck::ObjectFault;
use baqylau_desk::log::undone::Undone;
use baqylau_desk::records::CorrectionRequest;
use baqylau_desk::{Desk as Inner, DeskError as Fault, ReasonClass as Class};
use baqylau_observer::clock::{Clock, SystemClock};
use baqylau_protocol::ids::Hash;
use baqylau_report::review::ReviewState;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

uniffi::setup_scaffolding!();
baqylau_ffi::uniffi_reexport_scaffolding!();

/// What helps where the desk did not do what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ReasonClass {
    /// Nothing: it stays so.
    Final,
    /// Time: the same call may succeed later.
    Retry,
    /// The person: `reason` says what to do.
    Act,
}

impl From<Class> for ReasonClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Final => Self::Final,
            Class::Retry => Self::Retry,
            Class::Act => Self::Act,
        }
    }
}

/// Why the desk did not do what it should: what sort, the stable code of `docs/errors.md`, what helps, and English words.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum DeskError {
    /// A file, the passphrase, the store, or the mission's tables.
    #[error("{reason}")]
    Folder {
        /// The stable code.
        code: String,
        /// What helps.
        helps: ReasonClass,
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// The server does not answer, or refuses.
    #[error("{reason}")]
    Server {
        /// The stable code.
        code: String,
        /// What helps.
        helps: ReasonClass,
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// The server's log does not verify: do not trust it.
    #[error("{reason}")]
    Log {
        /// The stable code.
        code: String,
        /// What helps.
        helps: ReasonClass,
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// What was asked for is not there, or does not fit.
    #[error("{reason}")]
    Input {
        /// The stable code.
        code: String,
        /// What helps.
        helps: ReasonClass,
        /// What is wrong, and the remedy.
        reason: String,
    },
}

impl From<Fault> for DeskError {
    fn from(e: Fault) -> Self {
        let (code, helps, reason) = (e.code().to_owned(), e.class().into(), e.to_string());
        match e {
            Fault::File { .. }
            | Fault::Source { .. }
            | Fault::Passphrase { .. }
            | Fault::PassphraseTooShort { .. }
            | Fault::Tables { .. }
            | Fault::NoBundle
            | Fault::NoServer
            | Fault::BadAddress { .. }
            | Fault::Making { .. }
            | Fault::Storage(_) => Self::Folder { code, helps, reason },
            Fault::Server { .. }
            | Fault::Unreachable { .. }
            | Fault::Conflict { .. }
            | Fault::Missing
            | Fault::Stranger { .. }
            | Fault::Locked { .. }
            | Fault::Unpublished { .. }
            | Fault::Client(_)
            | Fault::System(_)
            | Fault::AttachmentTooLarge { .. }
            | Fault::AttachmentDamaged
            | Fault::Refused { .. } => Self::Server { code, helps, reason },
            Fault::Log(_) | Fault::Shrunk { .. } => Self::Log { code, helps, reason },
            Fault::Courier(_)
            | Fault::NotHere(_)
            | Fault::EmptyText { .. }
            | Fault::Answer(_)
            | Fault::Unchanged { .. }
            | Fault::Internal { .. }
            | Fault::Revoked { .. }
            | Fault::VisitCode { .. }
            | Fault::SeveralPlaces { .. }
            | Fault::NotATime { .. }
            | Fault::UnknownDecision { .. }
            | Fault::NotAHash { .. }
            | Fault::ReportUnfit { .. }
            | Fault::PaperDamaged => Self::Input { code, helps, reason },
        }
    }
}

type Result<T> = std::result::Result<T, DeskError>;

/// What a pull did.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Pulled {
    /// New objects of the log.
    pub objects: u64,
    /// New devices.
    pub devices: u64,
    /// Envelopes that were opened.
    pub opened: u64,
    /// Envelopes that could not be verified or opened.
    pub refused: u64,
    /// Attachments that came.
    pub attachments: u64,
    /// Records of this desk that the server refused: kept, and sent again by the next pull.
    pub unsent: Vec<UnsentInfo>,
    /// Attachments that could not be fetched.
    pub failed: Vec<FailedInfo>,
    /// Attachments that the server does not have, or not whole.
    pub lacking: Vec<LackingInfo>,
    /// Objects that are damaged at the server and not here.
    pub damaged: Vec<DamagedInfo>,
    /// Phones that two desks revoked at different places.
    pub disputes: Vec<DisputeInfo>,
}

/// A record of this desk that the server refused.
#[derive(Debug, Clone, uniffi::Record)]
pub struct UnsentInfo {
    /// Its number in the desk's chain.
    pub seq: u64,
    /// Why, as a stable code.
    pub code: String,
    /// Why, and what to do.
    pub reason: String,
}

/// An attachment that could not be fetched. The others came.
#[derive(Debug, Clone, uniffi::Record)]
pub struct FailedInfo {
    /// The hash of the file.
    pub attachment: String,
    /// The hash of the report's envelope.
    pub report: String,
    /// Why, as a stable code of `docs/errors.md`.
    pub code: String,
    /// What helps.
    pub helps: ReasonClass,
    /// Why, and what to do.
    pub reason: String,
}

/// An attachment that the server does not have: its phone did not send it yet, or the server lost it.
#[derive(Debug, Clone, uniffi::Record)]
pub struct LackingInfo {
    /// The hash of the file.
    pub attachment: String,
    /// The hash of the report's envelope.
    pub report: String,
    /// The device that signed the report.
    pub device: Option<String>,
    /// Its number in the device's chain.
    pub seq: Option<u64>,
    /// What to do.
    pub reason: String,
}

/// An object that is damaged at the server and not here.
#[derive(Debug, Clone, uniffi::Record)]
pub struct DamagedInfo {
    /// Its place in the log.
    pub index: u64,
    /// The hash of the object.
    pub hash: String,
    /// When the server received it, in milliseconds since 1970.
    pub received_ms: i64,
    /// Which device sent it, by the server's word.
    pub device: String,
    /// Its number in the device's chain, 0 for an enrolment; by the server's word.
    pub seq: u64,
    /// Whether that device is a desk, as far as its enrolment is here.
    pub desk: bool,
    /// What to do.
    pub reason: String,
}

/// A phone that two desks revoked at different places.
#[derive(Debug, Clone, uniffi::Record)]
pub struct DisputeInfo {
    /// Which.
    pub device: String,
    /// The last number that counts meanwhile, the smaller of both.
    pub kept: u64,
    /// The other desk's.
    pub other: u64,
    /// What to do.
    pub reason: String,
}

impl Pulled {
    fn new(pulled: &PullOutcome, fetched: &FetchedAttachments) -> Self {
        let mut told = Self {
            objects: pulled.objects as u64,
            devices: pulled.devices as u64,
            opened: pulled.opened as u64,
            refused: pulled.refused as u64,
            attachments: fetched.came as u64,
            unsent: Vec::new(),
            failed: Vec::new(),
            lacking: Vec::new(),
            damaged: Vec::new(),
            disputes: Vec::new(),
        };
        pulled.undone().into_iter().chain(fetched.undone()).for_each(|undone| told.add(&undone));
        told
    }

    /// Puts something that was left undone with its like.
    fn add(&mut self, undone: &Undone) {
        let reason = undone.to_string();
        match undone {
            Undone::RecordUnsent(u) => {
                self.unsent.push(UnsentInfo { seq: u.seq, code: u.why.code().to_owned(), reason });
            }
            Undone::RevocationDisputed(d) => {
                let device = d.device.to_string();
                self.disputes.push(DisputeInfo { device, kept: d.kept, other: d.other, reason });
            }
            Undone::ObjectDamaged(g) => self.damaged.push(DamagedInfo {
                index: g.index,
                hash: g.hash.to_string(),
                received_ms: g.received,
                device: g.device.to_string(),
                seq: g.seq,
                desk: g.desk,
                reason,
            }),
            Undone::AttachmentFailed(f) => self.failed.push(FailedInfo {
                attachment: f.attachment.to_string(),
                report: f.report.to_string(),
                code: f.why.code().to_owned(),
                helps: f.why.class().into(),
                reason,
            }),
            Undone::AttachmentLacking(l) => self.lacking.push(LackingInfo {
                attachment: l.attachment.to_string(),
                report: l.report.to_string(),
                device: l.sender.map(|s| s.0.to_string()),
                seq: l.sender.map(|s| s.1),
                reason,
            }),
        }
    }
}

/// What verifying everything again found.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Verified {
    /// Envelopes that verify.
    pub good: u64,
    /// What does not.
    pub faults: Vec<FaultInfo>,
}

/// An object of the log, or an attachment, that does not verify.
#[derive(Debug, Clone, uniffi::Record)]
pub struct FaultInfo {
    /// The object's place in the log; none for an attachment.
    pub index: Option<u64>,
    /// The attachment's hash; none for an object.
    pub attachment: Option<String>,
    /// What is wrong, as a stable code.
    pub code: String,
    /// What is wrong, and what to do.
    pub reason: String,
}

impl FaultInfo {
    fn object((index, fault): (u64, ObjectFault)) -> Self {
        let (code, reason) = (fault.code().to_owned(), fault.to_string());
        Self { index: Some(index), attachment: None, code, reason }
    }

    fn attachment(hash: Hash) -> Self {
        let reason = "its bytes were altered; delete it below blobs, and the next pull fetches it again".to_owned();
        Self { index: None, attachment: Some(hash.to_string()), code: "altered".to_owned(), reason }
    }
}

/// A figure of the statement.
#[derive(Debug, Clone, uniffi::Record)]
pub struct FigureValue {
    /// Its id.
    pub id: String,
    /// As the statement prints it; empty where it is not published yet.
    pub published: String,
    /// The computed value in the same form.
    pub computed: String,
    /// The numerator.
    pub count: u64,
    /// The denominator.
    pub base: u64,
    /// How many answered that they do not know.
    pub do_not_know: u64,
    /// How many were not permitted to see it, or for whom it does not apply.
    pub not_applicable: u64,
    /// How many did not answer, or were not asked.
    pub not_answered: u64,
    /// Whether it is what was published; true where nothing is yet.
    pub equal: bool,
    /// Places in the log of the reports that count.
    pub reports: Vec<u64>,
}

/// A report as the desk knows it.
#[derive(Debug, Clone, uniffi::Record)]
pub struct ReportInfo {
    /// Its place in the log.
    pub index: u64,
    /// The hash of its envelope.
    pub hash: String,
    /// When the server received it, in milliseconds since 1970.
    pub received_ms: i64,
    /// `counted`, or why it does not.
    pub status: String,
    /// The device.
    pub device: String,
    /// The code of the person, when the register knows.
    pub person: Option<String>,
    /// The team.
    pub team: Option<String>,
    /// The checklist's id.
    pub checklist: Option<String>,
    /// The visit's code.
    pub visit: Option<String>,
    /// The place's code.
    pub place: Option<String>,
    /// The hash of the report that it supersedes.
    pub supersedes: Option<String>,
    /// Why it amends, in the observer's words.
    pub why: Option<String>,
    /// Whether its words stay at the desk: not to be quoted or handed on.
    pub internal: bool,
    /// Its answers by question, in the notation of answer files; rows of repeats are not among them.
    pub answers: HashMap<String, String>,
}

impl ReportInfo {
    fn new(row: &ReportRow, said: Option<&ReportAnswers>) -> Self {
        let form = row.summary.meta.form.as_ref().map(|form| form.definition());
        Self {
            index: row.summary.meta.index,
            hash: row.summary.meta.hash.to_string(),
            received_ms: row.summary.meta.received,
            status: row.status.name().to_owned(),
            device: row.summary.meta.device.to_string(),
            person: row.person.as_ref().map(|p| p.code.clone()),
            team: row.person.as_ref().map(|p| p.team.clone()),
            checklist: form.map(|form| form.id.clone()),
            visit: form.map(|_| row.summary.meta.visit.to_string()),
            place: row.summary.meta.code.as_deref().map(str::to_owned),
            supersedes: row.summary.meta.supersedes.map(|h| h.to_string()),
            why: row.summary.why.as_deref().map(str::to_owned),
            internal: row.internal,
            answers: said.map(|said| said.written().into_iter().collect()).unwrap_or_default(),
        }
    }
}

/// Which answers are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Basis {
    /// As they were first reported.
    Raw,
    /// With amendments and corrections.
    Effective,
}

impl From<Basis> for AnswerBasis {
    fn from(which: Basis) -> Self {
        match which {
            Basis::Raw => Self::Raw,
            Basis::Effective => Self::Effective,
        }
    }
}

fn hash(text: &str) -> Result<Hash> {
    Hash::from_hex(text).ok_or_else(|| Fault::NotAHash { text: text.to_owned() }.into())
}

fn now() -> i64 {
    SystemClock.wall().ms
}

/// A mission's folder at the desk, open. Calls from several threads wait for each other.
#[derive(uniffi::Object)]
pub struct Desk(Mutex<Inner>);

impl Desk {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[uniffi::export]
impl Desk {
    /// Opens a mission's folder with its passphrase.
    #[uniffi::constructor]
    pub fn open(folder: String, passphrase: String) -> Result<Self> {
        Ok(Self(Mutex::new(Inner::open(Path::new(&folder), &passphrase)?)))
    }

    /// Sends what this desk signed, then pulls, verifies and opens what is new, attachments too.
    pub fn pull(&self) -> Result<Pulled> {
        let mut desk = self.inner();
        let pulled = desk.pull(now(), &|_| ())?;
        Ok(Pulled::new(&pulled, &desk.pull_attachments(now())?))
    }

    /// Verifies everything that was pulled once more, from its bytes.
    pub fn verify(&self) -> Result<Verified> {
        let desk = self.inner();
        let (good, faults) = desk.verify_all()?;
        let altered = desk.attachments().altered()?.into_iter().map(FaultInfo::attachment);
        let faults = faults.into_iter().map(FaultInfo::object).chain(altered).collect();
        Ok(Verified { good: good as u64, faults })
    }

    /// Every figure, of what was received up to a moment (milliseconds since 1970; all, when there is none).
    pub fn figures(&self, which: Basis, as_of_ms: Option<i64>) -> Result<Vec<FigureValue>> {
        let figure = |f: baqylau_findings::Computed| FigureValue {
            id: f.id,
            published: f.published,
            computed: f.computed,
            count: f.count as u64,
            base: f.base as u64,
            do_not_know: f.do_not_know as u64,
            not_applicable: f.not_applicable as u64,
            not_answered: f.not_answered as u64,
            equal: f.equal,
            reports: f.reports,
        };
        Ok(self.inner().figures(as_of_ms, which.into())?.into_iter().map(figure).collect())
    }

    /// Every report, counted or not, in the order of the log.
    pub fn reports(&self, which: Basis, as_of_ms: Option<i64>) -> Result<Vec<ReportInfo>> {
        let desk = self.inner();
        let (_, table) = desk.report_table(as_of_ms, which.into())?;
        Ok(table.with_answers(&desk.store, &table.rows, |row, said| ReportInfo::new(row, said.as_ref()))?)
    }

    /// Signs that a report counts.
    pub fn accept(&self, report: String, reason: String) -> Result<()> {
        Ok(self.inner().records().review(hash(&report)?, ReviewState::Accepted, &reason, now())?)
    }

    /// Signs that a report counts nowhere.
    pub fn exclude(&self, report: String, reason: String) -> Result<()> {
        Ok(self.inner().records().review(hash(&report)?, ReviewState::Excluded, &reason, now())?)
    }

    /// Signs a correction of one answer outside of repeats; nothing takes the answer away. One that the checklist calls unlikely is
    /// refused with its words, unless it is `confirmed`.
    #[uniffi::method(default(confirmed = false))]
    pub fn correct(
        &self,
        report: String,
        question: String,
        answer: Option<String>,
        reason: String,
        source: String,
        confirmed: bool,
    ) -> Result<()> {
        let (question, new, rows) = (question.as_str(), answer.as_deref(), Vec::new());
        let change = CorrectionRequest { question, rows, new, reason: &reason, source: &source };
        let desk = self.inner();
        let preview = desk.records().preview(hash(&report)?, &change, now())?;
        Ok(desk.records().sign_correction(&preview, confirmed, now())?)
    }

    /// Asks the observer about a report.
    pub fn ask(&self, report: String, questions: Vec<String>, note: String) -> Result<()> {
        Ok(self.inner().records().ask(hash(&report)?, &questions, &note, None, now())?)
    }
}
