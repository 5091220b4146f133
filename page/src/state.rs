//! The desk, what is known in lines, and who waits for news.

use crate::guard::Guard;
use crate::query::Ask;
use baqylau_desk::board::Board;
use baqylau_desk::source::Source;
use baqylau_desk::status::Answers;
use baqylau_desk::{Desk, DeskError};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::watch;

/// What every handler has.
pub(crate) type Shared = Arc<State>;

/// The page's state.
pub(crate) struct State {
    pub guard: Guard,
    /// For pages and what they sign. One at a time: it is a database.
    desk: Mutex<Desk>,
    /// The same store, for asking the server: no page waits for the network.
    puller: Mutex<Desk>,
    pub source: Source,
    boards: RwLock<Boards>,
    /// Whether attachments may be lacking.
    lacking: AtomicBool,
    /// Counts what changed; who waits is told.
    pub news: watch::Sender<u64>,
}

/// The same reports, looked at in two ways.
#[derive(Clone)]
pub(crate) struct Boards {
    effective: Arc<Board>,
    raw: Arc<Board>,
    /// How much of the log they were made of.
    upto: u64,
    /// When the server was heard last, in milliseconds since 1970.
    pub heard: Option<i64>,
    /// Why it was not heard the last time.
    pub fault: Option<String>,
}

impl Boards {
    pub fn of(&self, answers: Answers) -> &Arc<Board> {
        match answers {
            Answers::Effective => &self.effective,
            Answers::Raw => &self.raw,
        }
    }
}

impl State {
    pub fn new(guard: Guard, desk: Desk, puller: Desk) -> Result<Self, DeskError> {
        let source = desk.source()?;
        let (effective, raw) = look(&desk, &source)?;
        let boards = RwLock::new(Boards { effective, raw, upto: desk.store.cursor()?, heard: None, fault: None });
        let (desk, puller) = (Mutex::new(desk), Mutex::new(puller));
        let lacking = AtomicBool::new(true);
        Ok(Self { guard, desk, puller, source, boards, lacking, news: watch::Sender::new(0) })
    }

    pub fn boards(&self) -> Boards {
        self.boards.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What an address asks for: everything that is known, or what was at a moment.
    pub fn board(&self, ask: &Ask) -> Result<Arc<Board>, DeskError> {
        match ask.moment(self) {
            None => Ok(self.boards().of(ask.answers()).clone()),
            Some(moment) => tokio::task::block_in_place(|| {
                self.read(|desk| Board::new(desk, &self.source, ask.answers(), Some(moment)).map(Arc::new))
            }),
        }
    }

    /// Signs something at the desk, and sends it: it counts, here and at every desk, when it is in the log.
    pub fn sign(&self, now: i64, act: impl FnOnce(&Desk) -> Result<(), DeskError>) -> Result<(), DeskError> {
        self.read(act)?;
        self.pull(now)
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
        let new = desk.store.cursor()? != self.boards().upto;
        let heard = fault.is_none();
        let told = {
            let mut boards = self.boards.write().unwrap_or_else(PoisonError::into_inner);
            let told = boards.fault != fault;
            boards.heard = if heard { Some(now) } else { boards.heard };
            boards.fault = fault;
            told
        };
        if new {
            self.see(&desk)?;
            self.lacking.store(true, Ordering::Relaxed);
        } else if told {
            self.news.send_modify(|n| *n += 1);
        }
        if heard && self.lacking.load(Ordering::Relaxed) {
            self.fetch(&desk, now)?;
        }
        Ok(())
    }

    /// What the reports name comes after them, and may take long. What the server does not have yet is asked for again.
    fn fetch(&self, desk: &Desk, now: i64) -> Result<(), DeskError> {
        if desk.pull_attachments(now)? > 0 {
            self.news.send_modify(|n| *n += 1);
        }
        self.lacking.store(desk.attachments()?.iter().any(|a| !a.here), Ordering::Relaxed);
        Ok(())
    }

    fn see(&self, desk: &Desk) -> Result<(), DeskError> {
        let upto = desk.store.cursor()?;
        let (effective, raw) = look(desk, &self.source)?;
        {
            let mut boards = self.boards.write().unwrap_or_else(PoisonError::into_inner);
            (boards.effective, boards.raw, boards.upto) = (effective, raw, upto);
        }
        self.news.send_modify(|n| *n += 1);
        Ok(())
    }
}

fn look(desk: &Desk, source: &Source) -> Result<(Arc<Board>, Arc<Board>), DeskError> {
    let board = |answers| Board::new(desk, source, answers, None).map(Arc::new);
    Ok((board(Answers::Effective)?, board(Answers::Raw)?))
}
