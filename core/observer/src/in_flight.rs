//! Which reports are on their way to the server at this moment. In memory only: after a kill nothing is.

use crate::store::Number;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Envelopes that are being sent.
#[derive(Clone, Default, Debug)]
pub(crate) struct InFlight(Arc<Mutex<BTreeSet<Number>>>);

/// Envelopes under way, until this is dropped: at the answer, at a broken line, at an interrupt.
pub(crate) struct InFlightGuard(InFlight, Vec<Number>);

impl InFlight {
    pub fn begin(&self, numbers: &[Number]) -> InFlightGuard {
        self.under_way().extend(numbers);
        InFlightGuard(self.clone(), numbers.to_vec())
    }

    pub fn has(&self, number: Number) -> bool {
        self.under_way().contains(&number)
    }

    fn under_way(&self) -> MutexGuard<'_, BTreeSet<Number>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        let mut under_way = self.0.under_way();
        under_way.retain(|number| !self.1.contains(number));
    }
}
