//! Which reports are on their way to the server at this moment. In memory only: after a kill nothing is.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Numbers of envelopes that are being sent.
#[derive(Clone, Default, Debug)]
pub(crate) struct InFlight(Arc<Mutex<BTreeSet<i64>>>);

/// Envelopes under way, until this is dropped: at the answer, at a broken line, at an interrupt.
pub(crate) struct InFlightGuard(InFlight, Vec<i64>);

impl InFlight {
    pub fn begin(&self, ids: &[i64]) -> InFlightGuard {
        self.under_way().extend(ids);
        InFlightGuard(self.clone(), ids.to_vec())
    }

    pub fn has(&self, id: i64) -> bool {
        self.under_way().contains(&id)
    }

    fn under_way(&self) -> MutexGuard<'_, BTreeSet<i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        let mut under_way = self.0.under_way();
        under_way.retain(|id| !self.1.contains(id));
    }
}
