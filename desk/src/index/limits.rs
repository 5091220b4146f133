//! What one phone may cost the index: so many reports, and nothing that only desks say.

use crate::error::DeskError;
use crate::faults::Unverifiable;
use crate::store::{DeskStore, EVALUATED, PulledEnvelope};
use baqylau_protocol::ids::DeviceId;
use std::collections::{HashMap, HashSet};

/// How many reports of each phone were listed: those that opened, and those that did not.
#[derive(Default)]
pub(super) struct ListedReports(HashMap<(DeviceId, bool), u64>);

impl ListedReports {
    /// Keeps of the next reports of the log, and of what else was sealed, what the index takes in. What somebody else logs in a phone's name
    /// takes nothing from what the phone may sign.
    pub fn within(
        &mut self,
        store: &DeskStore,
        mut reports: Vec<PulledEnvelope>,
        mut records: Vec<PulledEnvelope>,
    ) -> Result<(Vec<PulledEnvelope>, Vec<PulledEnvelope>), DeskError> {
        let senders: HashSet<DeviceId> = reports.iter().chain(&records).map(|e| e.device).collect();
        let mut desks = HashSet::new();
        for device in senders {
            if store.is_desk(device)? {
                desks.insert(device);
            }
        }
        records.retain(|e| desks.contains(&e.device));
        reports.retain(|e| desks.contains(&e.device) || self.takes(e));
        Ok((reports, records))
    }

    fn takes(&mut self, envelope: &PulledEnvelope) -> bool {
        if matches!(envelope.plain, Err(Unverifiable::BeyondLimit)) {
            return false;
        }
        let count = self.0.entry((envelope.device, envelope.plain.is_ok())).or_default();
        *count += 1;
        *count <= EVALUATED
    }
}
