//! After the review window a sent visit becomes unreadable on its phone: the key that encrypts its rows is destroyed, so that
//! nothing of it can be had from free pages, the WAL or the flash.

use super::ObserverCore;
use crate::drive::{lock, names};
use crate::error::Error;
use crate::store::Delivery;
use crate::time::corrected;
use std::collections::{HashMap, HashSet};

const DAY_MS: i64 = 86_400_000;

impl ObserverCore {
    /// Forgets the visits that are due: everything signed, everything receipted with its attachments, and the window passed since the last receipt.
    pub(super) fn forget(&self) -> Result<(), Error> {
        let (anchor, ready) = {
            let outbox = lock(&self.outbox)?;
            (outbox.anchor()?, outbox.setting(names::MANIFEST)?.is_some())
        };
        // Without a receipt nothing is due.
        let Some(anchor) = anchor.filter(|_| ready) else { return Ok(()) };
        let received: HashMap<i64, i64> = {
            let delivered = |(seq, delivery)| match delivery {
                Delivery::Delivered { received, .. } => Some((seq, received)),
                _ => None,
            };
            let outbox = lock(&self.outbox)?;
            let lacking: HashSet<i64> =
                outbox.blob_counts()?.into_iter().filter(|(_, here, all, _)| here < all).map(|(seq, ..)| seq).collect();
            let deliveries = outbox.deliveries()?.into_iter().filter(|(seq, _)| !lacking.contains(seq));
            deliveries.filter_map(delivered).collect()
        };
        self.with_mission(|u, loaded| {
            let now = corrected(&*self.config.clock, Some(&anchor), loaded.manifest.issued);
            let window = i64::from(loaded.mission.review_window_days) * DAY_MS;
            let mut sent: HashMap<i64, bool> = HashMap::new();
            let mut drafts: HashSet<i64> = HashSet::new();
            for draft in u.main.drafts()? {
                let due =
                    draft.report.and_then(|seq| received.get(&seq)).is_some_and(|at| at.saturating_add(window) < now);
                *sent.entry(draft.visit).or_insert(true) &= due;
                if due {
                    drafts.insert(draft.id);
                }
            }
            for visit in sent.into_iter().filter(|(_, due)| *due).map(|(visit, _)| visit) {
                for hash in u.main.forget(visit)? {
                    let _gone = std::fs::remove_file(self.blob(hash));
                }
            }
            u.open.retain(|draft, _| !drafts.contains(draft));
            Ok(())
        })
    }
}
