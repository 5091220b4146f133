//! Who wants to know that something changed, so that a screen can be drawn again.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// The sort of a change; a listener reads again what it draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Visits, drafts, answers, reports or letters on this phone.
    Work,
    /// How far something got on its way: a receipt, a refusal, an attachment. During a sync once for each.
    Delivery,
    /// The store was locked or unlocked.
    Lock,
}

/// Is told of changes, on the thread of the call that made them and with no lock held: it may call the core. A sync that it begins
/// during a sync is refused ([`crate::RefusalReason::Syncing`]). A panic of it is caught, and undoes nothing.
pub trait Listener: Send + Sync {
    /// Something changed.
    fn changed(&self, change: Change);
}

/// Rings for whoever listens.
#[derive(Clone, Default)]
pub(crate) struct ChangeNotifier(Arc<RwLock<Option<Arc<dyn Listener>>>>);

impl ChangeNotifier {
    pub fn listen(&self, listener: Option<Arc<dyn Listener>>) {
        let mut now = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *now, listener);
        drop(now);
        // With no lock held: what it holds may call the core when it goes.
        drop(before);
    }

    pub fn notify(&self, change: Change) {
        let listener = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        // What a listener does undoes nothing, and ends no call: not even by a panic.
        let told = || listener.iter().for_each(|l| l.changed(change));
        let _ignored = std::panic::catch_unwind(std::panic::AssertUnwindSafe(told));
    }
}

impl fmt::Debug for ChangeNotifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bell")
    }
}
