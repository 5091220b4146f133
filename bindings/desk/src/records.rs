//! What verifying found, figures and reports, as flat records.

use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::index::answers::ReportAnswers;
use baqylau_desk::index::report_row::ReportRow;
use baqylau_desk::log::recheck::ObjectFault;
use baqylau_protocol::ids::Hash;
use std::collections::HashMap;

/// Everything that was pulled, verified again from its bytes.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Verified {
    /// Envelopes that verify.
    pub good: u64,
    /// Empty where everything verifies.
    pub faults: Vec<FaultInfo>,
}

/// An object of the log, or an attachment, that does not verify.
#[derive(Debug, Clone, uniffi::Record)]
pub struct FaultInfo {
    /// The object's place in the log; none for an attachment.
    pub index: Option<u64>,
    /// The attachment's hash; none for an object.
    pub attachment: Option<String>,
    /// Stable: code of an object that does not verify.
    pub code: String,
    /// English words for a person.
    pub reason: String,
}

impl FaultInfo {
    pub(crate) fn object((index, fault): (u64, ObjectFault)) -> Self {
        let (code, reason) = (fault.code().to_owned(), fault.to_string());
        Self { index: Some(index), attachment: None, code, reason }
    }

    pub(crate) fn attachment(hash: Hash) -> Self {
        let reason = "its bytes were altered; delete it below blobs, and the next pull fetches it again".to_owned();
        Self { index: None, attachment: Some(hash.to_string()), code: "altered".to_owned(), reason }
    }
}

/// A figure of the statement.
#[derive(Debug, Clone, uniffi::Record)]
pub struct FigureValue {
    /// As `figures.csv` has it.
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
#[derive(Clone, uniffi::Record)]
pub struct ReportInfo {
    /// Counted from 0.
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

baqylau_forms::redacted_debug! { ReportInfo: index, hash, status, checklist, internal }

impl ReportInfo {
    pub(crate) fn new(row: &ReportRow, said: Option<&ReportAnswers>) -> Self {
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

/// Whether amendments and corrections are applied.
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
