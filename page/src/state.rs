//! The desk, what is known in lines, and who waits for news.

use crate::guard::Guard;
use crate::query::PageQuery;
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::index::ReportIndex;
use baqylau_desk::index::expected;
use baqylau_desk::index::report_table::ReportTable;
use baqylau_desk::log::attachments::AttachmentRow;
use baqylau_desk::records::CorrectionRequest;
use baqylau_desk::records::preview::Preview;
use baqylau_desk::tables::MissionTables;
use baqylau_desk::{Desk, DeskError};
use baqylau_forms::Filling;
use baqylau_protocol::ids::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use tokio::sync::watch;

/// What every handler has.
pub(crate) type SharedState = Arc<PageState>;

/// The page's state.
pub(crate) struct PageState {
    pub guard: Guard,
    /// For pages and what they sign. One at a time: it is a database.
    desk: Mutex<Desk>,
    /// The same store, for asking the server: no page waits for the network.
    puller: Mutex<Desk>,
    pub tables: Arc<MissionTables>,
    index: Mutex<ReportIndex>,
    boards: RwLock<ReportTables>,
    /// The attachments that are lacking, and how far the log was searched for them.
    lacking: Mutex<(Vec<AttachmentRow>, u64)>,
    /// Counts what changed; who waits is told.
    pub news: watch::Sender<u64>,
    /// The time, in milliseconds since 1970.
    pub now: fn() -> i64,
}

/// The same reports, looked at in two ways.
#[derive(Clone)]
pub(crate) struct ReportTables {
    effective: Arc<ReportTable>,
    raw: Arc<ReportTable>,
    /// What they were made of.
    of: LogMark,
    /// When the server was heard last, in milliseconds since 1970.
    pub last_sync: Option<i64>,
    /// Why it was not heard the last time.
    pub fault: Option<String>,
    /// Who was to be heard from, since when.
    pub overdue: Option<(i64, Vec<String>)>,
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
    pub fn new(guard: Guard, desk: Desk, puller: Desk, now: fn() -> i64) -> Result<Self, DeskError> {
        let tables = Arc::new(desk.source()?);
        let mut index = ReportIndex::new(tables.clone());
        let (effective, raw) = evaluate(&mut index, &desk)?;
        let boards =
            RwLock::new(ReportTables { effective, raw, of: seen(&desk)?, last_sync: None, fault: None, overdue: None });
        let (desk, puller, ledger) = (Mutex::new(desk), Mutex::new(puller), Mutex::new(index));
        let lacking = Mutex::default();
        Ok(Self { guard, desk, puller, tables, index: ledger, boards, lacking, news: watch::Sender::new(0), now })
    }

    pub fn tables(&self) -> ReportTables {
        self.boards.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What an address asks for: everything that is known, or what was at a moment.
    pub fn table(&self, query: &PageQuery) -> Result<Arc<ReportTable>, DeskError> {
        match query.moment(self) {
            None if !query.as_of.is_empty() => {
                Err(DeskError::Unknown(format!("{:?} is no moment such as 2023-03-20T09:00", query.as_of)))
            }
            None => Ok(self.tables().of(query.answers()).clone()),
            Some(moment) => tokio::task::block_in_place(|| {
                self.read(|desk| self.ledger().table(desk, query.answers(), Some(moment)).map(Arc::new))
            }),
        }
    }

    fn ledger(&self) -> MutexGuard<'_, ReportIndex> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Signs something at the desk, and sends it: it counts, here and at every desk, when it is in the log.
    pub fn sign(&self, act: impl FnOnce(&Desk, i64) -> Result<(), DeskError>) -> Result<(), DeskError> {
        let now = (self.now)();
        self.read(|desk| act(desk, now))?;
        self.pull(now)
    }

    /// What a correction would do.
    pub fn preview(
        &self,
        desk: &Desk,
        report: Hash,
        change: &CorrectionRequest,
        now: i64,
    ) -> Result<Preview, DeskError> {
        self.ledger().preview(desk, report, change, now)
    }

    /// The answers of a report with the corrections so far.
    pub fn effective(&self, report: Hash) -> Result<Filling, DeskError> {
        self.read(|desk| self.ledger().effective_answers(desk, report))
    }

    /// Reads something at the desk.
    pub fn read<T>(&self, read: impl FnOnce(&Desk) -> Result<T, DeskError>) -> Result<T, DeskError> {
        read(&self.desk.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Asks the server for what is new. That it is silent is told, and ends nothing.
    pub fn pull(&self, now: i64) -> Result<(), DeskError> {
        let mut desk = self.puller.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = desk.pull(now, &|_| ()).err().map(|e| e.to_string());
        // Another program may have pulled into the same store.
        let new = seen(&desk)? != self.tables().of;
        let heard = fault.is_none();
        let told = {
            let mut boards = self.boards.write().unwrap_or_else(PoisonError::into_inner);
            let silent = expected::silent_teams(&boards.effective, &self.tables, now);
            let told = boards.fault != fault || boards.overdue != silent;
            boards.overdue = silent;
            boards.last_sync = if heard { Some(now) } else { boards.last_sync };
            boards.fault = fault;
            told
        };
        if new {
            self.refresh(&desk)?;
        } else if told {
            self.news.send_modify(|n| *n += 1);
        }
        if heard { self.fetch(&desk, now) } else { Ok(()) }
    }

    /// What the reports name comes after them, and may take long. What the server does not have yet is asked for again.
    fn fetch(&self, desk: &Desk, now: i64) -> Result<(), DeskError> {
        let mut lacking = self.lacking.lock().unwrap_or_else(PoisonError::into_inner);
        let (new, next) = desk.attachments_from(lacking.1)?;
        lacking.1 = next;
        lacking.0.extend(new.into_iter().filter(|row| !row.here));
        if !lacking.0.is_empty() && desk.fetch_attachments(&lacking.0, now)? > 0 {
            lacking.0.retain(|row| !desk.has_attachment(&row.attachment));
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

/// How much of the log, and which roster.
type LogMark = (u64, Option<Hash>);

fn seen(desk: &Desk) -> Result<LogMark, DeskError> {
    Ok((desk.store.cursor()?, desk.roster()?.map(|(_, bytes)| Hash::of(&bytes))))
}

fn evaluate(index: &mut ReportIndex, desk: &Desk) -> Result<(Arc<ReportTable>, Arc<ReportTable>), DeskError> {
    index.advance(desk)?;
    let mut board = |answers| index.table(desk, answers, None).map(Arc::new);
    Ok((board(AnswerBasis::Effective)?, board(AnswerBasis::Raw)?))
}
