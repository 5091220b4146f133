//! The desk, the evaluated reports, and the subscribers to changes.

use crate::query::PageQuery;
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::index::ReportIndex;
use baqylau_desk::index::expected;
use baqylau_desk::index::report_table::ReportTable;
use baqylau_desk::log::attachments::AttachmentRow;
use baqylau_desk::log::undone::Undone;
use baqylau_desk::records::CorrectionRequest;
use baqylau_desk::records::preview::Preview;
use baqylau_desk::tables::MissionTables;
use baqylau_desk::{Desk, DeskError};
use baqylau_forms::Filling;
use baqylau_protocol::ids::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use tokio::sync::watch;

/// State shared by all handlers.
pub(crate) type SharedState = Arc<PageState>;

/// State of the page.
pub(crate) struct PageState {
    /// For reading and signing; one user at a time, as it is a database connection.
    desk: Mutex<Desk>,
    /// The same store, for pulling, so that no page waits for the network.
    puller: Mutex<Desk>,
    pub tables: Arc<MissionTables>,
    index: Mutex<ReportIndex>,
    boards: RwLock<ReportTables>,
    /// Attachments not yet fetched, and the log index up to which reports were searched for them.
    lacking: Mutex<(Vec<AttachmentRow>, u64)>,
    /// Number of changes so far; subscribers are notified.
    pub news: watch::Sender<u64>,
    /// Whether this desk signs nothing: pages then offer nothing to sign.
    pub reads_only: bool,
    /// Clock, in milliseconds since 1970.
    pub now: fn() -> i64,
}

/// The same reports, evaluated with and without corrections.
#[derive(Clone)]
pub(crate) struct ReportTables {
    effective: Arc<ReportTable>,
    raw: Arc<ReportTable>,
    /// The state of the log and of what is decided that they were evaluated from.
    of: LogMark,
    /// Last response of the server, in milliseconds since 1970.
    pub last_sync: Option<i64>,
    /// Error of the last pull, if it failed.
    pub fault: Option<Arc<DeskError>>,
    /// Of the last pull that came through; one that failed does not clear it.
    pub pull_undone: Arc<[Undone]>,
    /// Likewise of the last fetching of attachments.
    pub fetch_undone: Arc<[Undone]>,
    /// Teams that should have reported by now, and when they were due.
    pub overdue: Option<(i64, Vec<String>)>,
}

/// Whether the same is told of two.
fn alike(one: &[Undone], other: &[Undone]) -> bool {
    one.iter().map(ToString::to_string).eq(other.iter().map(ToString::to_string))
}

impl ReportTables {
    pub fn of(&self, answers: AnswerBasis) -> &Arc<ReportTable> {
        match answers {
            AnswerBasis::Effective => &self.effective,
            AnswerBasis::Raw => &self.raw,
        }
    }
}

impl PageState {
    pub fn new(desk: Desk, puller: Desk, now: fn() -> i64) -> Result<Self, DeskError> {
        let tables = Arc::new(desk.source()?);
        let mut index = ReportIndex::new(tables.clone());
        let (effective, raw) = evaluate(&mut index, &desk)?;
        let of = seen(&desk)?;
        let (last_sync, fault, overdue) = (None, None, None);
        let (pull_undone, fetch_undone) = Default::default();
        let boards = ReportTables { effective, raw, of, last_sync, fault, pull_undone, fetch_undone, overdue };
        let boards = RwLock::new(boards);
        let reads_only = desk.own().may_sign().is_err();
        let (desk, puller, ledger) = (Mutex::new(desk), Mutex::new(puller), Mutex::new(index));
        let lacking = Mutex::default();
        Ok(Self { desk, puller, tables, index: ledger, boards, lacking, news: watch::Sender::new(0), reads_only, now })
    }

    pub fn tables(&self) -> ReportTables {
        self.boards.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The evaluated reports that a URL asks for: the current ones, or those as of a moment.
    pub fn table(&self, query: &PageQuery) -> Result<Arc<ReportTable>, DeskError> {
        match query.moment(&self.tables) {
            None if !query.as_of.is_empty() => Err(DeskError::NotATime { text: query.as_of.clone() }),
            None => Ok(self.tables().of(query.answers()).clone()),
            Some(moment) => tokio::task::block_in_place(|| {
                self.read(|desk| self.ledger().table(desk.verified(), query.answers(), Some(moment)).map(Arc::new))
            }),
        }
    }

    fn ledger(&self) -> MutexGuard<'_, ReportIndex> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Signs something at the desk and sends it. It takes effect, at every desk, once it is in the log.
    pub fn sign(&self, act: impl FnOnce(&Desk, i64) -> Result<(), DeskError>) -> Result<(), DeskError> {
        let now = (self.now)();
        self.read(|desk| act(desk, now))?;
        self.pull(now)
    }

    /// Computes the effects of a correction without signing it.
    pub fn preview(
        &self,
        desk: &Desk,
        report: Hash,
        change: &CorrectionRequest,
        now: i64,
    ) -> Result<Preview, DeskError> {
        self.ledger().preview(&desk.records(), report, change, now)
    }

    /// A report's answers with all corrections so far.
    pub fn effective(&self, report: Hash) -> Result<Filling, DeskError> {
        self.read(|desk| self.ledger().effective_answers(desk.reports(), report))
    }

    /// Reads from the desk's store.
    pub fn read<T>(&self, read: impl FnOnce(&Desk) -> Result<T, DeskError>) -> Result<T, DeskError> {
        read(&self.desk.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Pulls from the server. Its failure is shown on the pages and is not an error here.
    pub fn pull(&self, now: i64) -> Result<(), DeskError> {
        let mut desk = self.puller.lock().unwrap_or_else(PoisonError::into_inner);
        let (pulled, fault) = match desk.pull(now, &|_| ()) {
            Ok(pulled) => (Some(pulled), None),
            Err(fault) => (None, Some(Arc::new(fault))),
        };
        // Another program may have pulled into the same store.
        let new = seen(&desk)? != self.tables().of;
        let responded = fault.is_none();
        let status_changed = {
            let mut boards = self.boards.write().unwrap_or_else(PoisonError::into_inner);
            let silent = expected::silent_teams(&boards.effective, &self.tables, now);
            let words = |fault: &Option<Arc<DeskError>>| fault.as_ref().map(ToString::to_string);
            let undone = pulled.map_or_else(|| boards.pull_undone.clone(), |pulled| pulled.undone().into());
            let status_changed = words(&boards.fault) != words(&fault)
                || boards.overdue != silent
                || !alike(&boards.pull_undone, &undone);
            (boards.overdue, boards.pull_undone) = (silent, undone);
            boards.last_sync = if responded { Some(now) } else { boards.last_sync };
            boards.fault = fault;
            status_changed
        };
        if new {
            self.refresh(&desk)?;
        } else if status_changed {
            self.news.send_modify(|n| *n += 1);
        }
        if responded && let Err(fault) = self.fetch(&desk) {
            self.boards.write().unwrap_or_else(PoisonError::into_inner).fault = Some(Arc::new(fault));
            self.news.send_modify(|n| *n += 1);
        }
        Ok(())
    }

    /// Fetches attachments after the reports that name them; this may take long. Those that the server lacks are
    /// retried.
    fn fetch(&self, desk: &Desk) -> Result<(), DeskError> {
        let mut lacking = self.lacking.lock().unwrap_or_else(PoisonError::into_inner);
        let (new, next) = desk.attachments().list_from(lacking.1)?;
        lacking.1 = next;
        lacking.0.extend(new.into_iter().filter(|row| !row.here));
        if lacking.0.is_empty() {
            return Ok(());
        }
        let fetched = desk.fetch_attachments(&lacking.0)?;
        lacking.0.retain(|row| !desk.attachments().has(&row.attachment));
        let changed = {
            let mut boards = self.boards.write().unwrap_or_else(PoisonError::into_inner);
            let undone = fetched.undone();
            let changed = !alike(&boards.fetch_undone, &undone);
            boards.fetch_undone = undone.into();
            changed
        };
        if changed || fetched.came > 0 {
            self.news.send_modify(|n| *n += 1);
        }
        Ok(())
    }

    fn refresh(&self, desk: &Desk) -> Result<(), DeskError> {
        let of = seen(desk)?;
        let (effective, raw) = evaluate(&mut self.ledger(), desk)?;
        {
            let mut boards = self.boards.write().unwrap_or_else(PoisonError::into_inner);
            (boards.effective, boards.raw, boards.of) = (effective, raw, of);
        }
        self.news.send_modify(|n| *n += 1);
        Ok(())
    }
}

/// Length of the pulled log, hash of the manifest, and how much this desk decided that is not in the log.
type LogMark = (u64, Option<Hash>, usize);

fn seen(desk: &Desk) -> Result<LogMark, DeskError> {
    let manifest = desk.store.manifest()?.map(|bytes| Hash::of(&bytes));
    Ok((desk.store.cursor()?, manifest, desk.store.own_decisions()?.len()))
}

fn evaluate(index: &mut ReportIndex, desk: &Desk) -> Result<(Arc<ReportTable>, Arc<ReportTable>), DeskError> {
    index.advance(desk.verified())?;
    let mut board = |answers| index.table(desk.verified(), answers, None).map(Arc::new);
    Ok((board(AnswerBasis::Effective)?, board(AnswerBasis::Raw)?))
}
