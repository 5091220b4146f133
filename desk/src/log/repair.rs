//! Objects that were damaged at the server when they were pulled: asked for again with every pull, and taken when their bytes are
//! those that the log names. Whoever has them hands them to the server again.

use crate::error::DeskError;
use crate::log::courier::batches;
use crate::log::link::ServerLink;
use crate::log::pull::{LogPull, PullOutcome};
use crate::log::verify::VerifiedPage;
use crate::parallel::CHUNK;
use crate::store::{DeskStore, Gap, LogObject};
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::wire::Verdict;

/// How many pages are asked for in one pull, so that a server which says that everything is damaged delays nothing.
const PAGES: usize = 16;

/// Hands the server everything again that is here of its log: it takes the bytes of what is damaged there, whoever signed it, and
/// has the rest already. Gives how many objects it has now.
///
/// # Errors
/// The server does not answer, or the database fails.
pub(crate) fn hand_back(link: &ServerLink<'_>, store: &DeskStore) -> Result<usize, DeskError> {
    link.enrolled()?;
    let (mut from, mut stored) = (0, 0);
    loop {
        let objects = store.objects_from(from, CHUNK)?;
        if objects.is_empty() {
            return Ok(stored);
        }
        from += objects.len() as u64;
        let whole = objects.into_iter().filter(|object| !object.is_gap()).map(|object| object.bytes.into());
        for batch in batches(whole.collect()) {
            let verdicts = link.log_all(batch)?;
            stored += verdicts.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Stored(_))).count();
        }
    }
}

impl LogPull<'_> {
    /// Asks again for what was damaged.
    pub(crate) fn fill_gaps(&mut self, identity: &DeviceId, pulled: &mut PullOutcome) -> Result<(), DeskError> {
        let gaps = self.own.known.store.gaps()?;
        let mut found: Vec<(u64, LogObject)> = Vec::new();
        let (mut next, mut pages) = (0, 0);
        for gap in &gaps {
            if gap.index < next || pages == PAGES {
                continue;
            }
            let page = self.link.page(identity, gap.index)?;
            pages += 1;
            next = gap.index + (page.entries.len() as u64).max(1);
            for (entry, index) in page.entries.into_iter().zip(gap.index..) {
                let asked = gaps.binary_search_by_key(&index, |g| g.index).ok().map(|at| gaps[at]);
                if let Some(Gap { received, hash, .. }) = asked.filter(|g| g.hash == Hash::of(&entry.object)) {
                    found.push((index, LogObject { received, hash, bytes: entry.object.into() }));
                }
            }
        }
        if !found.is_empty() {
            self.fill(&found, pulled)?;
        }
        pulled.filled = found.len();
        pulled.gaps = self.own.known.store.gaps()?;
        Ok(())
    }

    /// Opens what came whole, and what could not be opened without it.
    fn fill(&mut self, objects: &[(u64, LogObject)], pulled: &mut PullOutcome) -> Result<(), DeskError> {
        let opener = self.opener()?;
        let mut known = self.own.known.known_devices()?;
        let mut all = VerifiedPage::default();
        for (index, object) in objects {
            let found = opener.page(*index, std::slice::from_ref(object), &known);
            pulled.count(&found);
            known.extend(found.devices.iter().map(|d| (d.device, d.clone())));
            all.devices.extend(found.devices);
            all.envelopes.extend(found.envelopes);
            all.decisions.extend(found.decisions);
        }
        let mut waited = Vec::new();
        for device in &all.devices {
            waited.extend(self.own.known.store.unopened(device.device)?);
        }
        for index in waited {
            let object = self.own.known.store.objects_from(index, 1)?;
            let found = opener.page(index, &object, &known);
            pulled.count(&found);
            all.envelopes.extend(found.envelopes);
            all.decisions.extend(found.decisions);
        }
        self.own.known.store.fill(objects, all.contents())
    }
}
