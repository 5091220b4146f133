//! After the review window a sent visit becomes unreadable on its phone: the key that encrypts its rows is destroyed, so that
//! nothing of it can be had from free pages, the WAL or the flash.
//!
//! The window runs from signing, by the phone's own clocks. What a server says of time, in receipts or heads, starts, shortens and
//! lengthens nothing: it could have the observer's work destroyed.

use super::{ObserverApp, kept};
use crate::drive::lock;
use crate::error::Error;
use crate::store::{Delivery, MainStore, Number};
use crate::time::Uptime;
use baqylau_forms::zone::DAY_MS;
use baqylau_protocol::cbor;
use std::collections::{BTreeSet, HashMap, HashSet};

impl ObserverApp {
    /// Forgets the visits that are due: everything signed, everything receipted with its attachments, and the window passed since it
    /// was signed, by the wall clock and by what the phone ran since: whichever is shorter.
    pub(super) fn forget(&self) -> Result<(), Error> {
        let delivered: HashSet<i64> = {
            let outbox = lock(&self.outbox)?;
            let lacking: BTreeSet<Number> = outbox
                .blob_counts()?
                .into_iter()
                .filter(|(_, here, all, _)| here < all)
                .map(|(number, ..)| number)
                .collect();
            let deliveries = outbox.deliveries()?.into_iter().filter(|(seq, _)| !lacking.contains(&Number::Own(*seq)));
            deliveries.filter(|(_, d)| matches!(d, Delivery::Delivered { .. })).map(|(seq, _)| seq).collect()
        };
        self.with_mission(|u, loaded| {
            let known = Self::kept_uptime(&u.main)?;
            let uptime = Uptime::after(known.clone(), &*self.config.clock);
            // An answer waits for every commit here.
            if uptime.moved_since(known.as_ref()) {
                u.main.set_settings(&[(kept::UPTIME, &cbor::encode(&uptime))])?;
            }
            let wall = self.config.clock.wall().ms;
            let window = i64::from(loaded.mission.review_window_days) * DAY_MS;
            let since: HashMap<i64, i64> =
                u.main.reports()?.iter().map(|r| (r.seq, (wall - r.signed).min(uptime.sum - r.uptime))).collect();
            let mut sent: HashMap<i64, bool> = HashMap::new();
            let mut drafts: HashSet<i64> = HashSet::new();
            for draft in u.main.drafts()? {
                let signed = draft.report.filter(|seq| delivered.contains(seq));
                let due = signed.and_then(|seq| since.get(&seq)).is_some_and(|since| *since > window);
                *sent.entry(draft.visit).or_insert(true) &= due;
                if due {
                    drafts.insert(draft.id);
                }
            }
            // Sealed as they are, they stay until the coordinators have them.
            let unread = self.unread_files(loaded)?;
            for visit in sent.into_iter().filter(|(_, due)| *due).map(|(visit, _)| visit) {
                for hash in u.main.forget(visit)?.into_iter().filter(|hash| !unread.contains(hash)) {
                    let _gone = std::fs::remove_file(self.blob(hash));
                }
            }
            u.open.retain(|draft, _| !drafts.contains(draft));
            Ok(())
        })
    }

    /// How long the phone has run.
    pub(super) fn uptime(&self, main: &MainStore) -> Result<Uptime, Error> {
        Ok(Uptime::after(Self::kept_uptime(main)?, &*self.config.clock))
    }

    fn kept_uptime(main: &MainStore) -> Result<Option<Uptime>, Error> {
        Ok(main.setting(kept::UPTIME)?.and_then(|bytes| cbor::decode(&bytes, "uptime").ok()))
    }
}
