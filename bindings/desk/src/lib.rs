//! The coordinators' desk for Python: pull, verify, look at reports, judge them, compute figures. Every call blocks.

mod error;
mod pulled;
mod records;

pub use error::{DeskError, ReasonClass};
pub use pulled::{
    BeyondInfo, ChangedInfo, DamagedInfo, DisputeInfo, FailedInfo, LackingInfo, Pulled, SuspicionInfo, UnsentInfo,
};
pub use records::{Basis, FaultInfo, FigureValue, ReportInfo, Verified};

use baqylau_desk::records::CorrectionRequest;
use baqylau_desk::{Desk as Inner, DeskError as Fault};
use baqylau_observer::clock::{Clock, SystemClock};
use baqylau_protocol::ids::Hash;
use baqylau_report::review::ReviewState;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

uniffi::setup_scaffolding!();
baqylau_ffi::uniffi_reexport_scaffolding!();

type Result<T> = std::result::Result<T, DeskError>;

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
        Ok(Pulled::new(&pulled, &desk.pull_attachments()?))
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
        Ok(desk.records().sign_correction(&preview, confirmed)?)
    }

    /// Asks the observer about a report.
    pub fn ask(&self, report: String, questions: Vec<String>, note: String) -> Result<()> {
        Ok(self.inner().records().ask(hash(&report)?, &questions, &note, None, now())?)
    }
}
