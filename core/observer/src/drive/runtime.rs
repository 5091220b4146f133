//! How long a call may take, what ends it before, and what it runs on.

use crate::error::{Error, RefusalReason};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

/// Ends a running call from another thread.
#[derive(Debug, Default)]
pub(crate) struct Interrupt {
    fired: AtomicU64,
    notify: Notify,
}

impl Interrupt {
    /// Ends every call that is under way; one that begins later runs.
    pub fn fire(&self) {
        self.fired.fetch_add(1, Ordering::SeqCst);
        self.notify.notify_waiters();
    }

    async fn fired_since(&self, began: u64) {
        loop {
            let mut heard = std::pin::pin!(self.notify.notified());
            heard.as_mut().enable();
            if self.fired.load(Ordering::SeqCst) != began {
                return;
            }
            heard.await;
        }
    }
}

/// How long a call may take, through all that it does, and what ends it before.
pub(crate) struct Limit {
    interrupt: Arc<Interrupt>,
    began: u64,
    until: tokio::time::Instant,
}

impl Limit {
    #[expect(clippy::disallowed_methods, reason = "a budget is spent by waiting, whatever time of day it is")]
    pub fn new(interrupt: &Arc<Interrupt>, budget: Duration) -> Self {
        let began = interrupt.fired.load(Ordering::SeqCst);
        let now = tokio::time::Instant::now();
        let until = now.checked_add(budget).unwrap_or_else(|| now + Duration::from_secs(86_400));
        Self { interrupt: interrupt.clone(), began, until }
    }

    /// Nothing when the time is up.
    async fn within<T>(&self, work: impl Future<Output = T>) -> Result<Option<T>, Error> {
        tokio::select! {
            done = work => Ok(Some(done)),
            () = self.interrupt.fired_since(self.began) => Err(Error::Interrupted),
            () = tokio::time::sleep_until(self.until) => Ok(None),
        }
    }
}

thread_local! {
    /// Whether this thread waits for the network at this moment.
    static RUNNING: Cell<bool> = const { Cell::new(false) };
}

/// A call that waits for the network, until this is dropped.
struct Running;

impl Running {
    /// A listener is told in the midst of a run, on its thread: it cannot begin another there.
    fn begin() -> Result<Self, Error> {
        if RUNNING.replace(true) {
            return Err(Error::refused(
                RefusalReason::Syncing,
                "a sync is under way and tells of it; begin another when it has ended",
            ));
        }
        Ok(Self)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.set(false);
    }
}

/// Does what waits for the network, within a limit; nothing when the time is up. One runtime a call; it leaves no thread behind.
pub(super) fn run<T>(limit: &Limit, work: impl Future<Output = T>) -> Result<Option<T>, Error> {
    let _running = Running::begin()?;
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(|e| Error::Internal(e.to_string()))?.block_on(limit.within(work))
}
