//! Keys that all desks hold and that were replaced: the desk that made them hands them to each of the others, and those take them over.

use crate::error::DeskError;
use crate::log::verify::Opener;
use crate::parallel::CHUNK;
use crate::records::identity::OwnDevice;
use crate::store::{DeskStore, KnownDevice, VerifiedStore};
use crate::workspace::keys::DeskSecrets;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::handover::KeyHandover;
use std::collections::HashMap;

/// Setting: set where this desk replaced the keys, and hands them over.
pub(crate) const ROTATED: &str = "rotated";
/// Setting: the number of the latest reading key that everything here was opened with; empty while it is opened again.
const OPENED_WITH: &str = "opened_with";

impl OwnDevice<'_> {
    /// Seals the keys that this desk replaced to every other desk in use that the log knows, once to each.
    pub(crate) fn hand_over_keys(&self) -> Result<(), DeskError> {
        if self.known.store.setting(ROTATED)?.is_none() {
            return Ok(());
        }
        let manifest = self.known.manifest()?;
        let keys = KeyHandover::new(self.secrets.issuer(Some(&manifest)), &self.secrets.reading).encode();
        let other = |d: &KnownDevice| d.device != self.device() && manifest.is_current_desk(d.device);
        let signer = self.signer()?;
        for desk in self.known.store.devices()?.into_iter().filter(other) {
            if !self.known.store.written_to(ObjectType::Keys, desk.device)?.contains(&keys) {
                let store = self.known.store;
                store.sign(self.device(), |chain| signer.add(chain, ObjectType::Keys, Some(&desk), &keys).map(drop))?;
            }
        }
        Ok(())
    }
}

/// Takes over what other desks handed to this one; what could not be opened before is opened then.
///
/// # Errors
/// The database fails.
pub(crate) fn learn_keys(known: VerifiedStore<'_>, secrets: &mut DeskSecrets) -> Result<(), DeskError> {
    let Some(manifest) = known.latest_manifest()? else { return Ok(()) };
    for (desk, place, bytes) in known.store.opened(ObjectType::Keys)? {
        if let Ok(handed) = KeyHandover::decode(&bytes)
            && manifest.is_desk_at(desk, place)
        {
            secrets.learn(&handed, &manifest);
        }
    }
    let latest = secrets.reading.last().map_or(0, |key| key.number).to_be_bytes();
    match known.store.setting(OPENED_WITH)? {
        // Of a store that was begun with all the keys there are.
        None if known.store.cursor()? == 0 => known.store.set_setting(OPENED_WITH, &latest),
        Some(opened) if opened == latest => Ok(()),
        _ => {
            known.store.forget_opened((OPENED_WITH, &[]))?;
            open_all(known.store, &Opener::of(manifest, secrets))?;
            known.store.opened_again((OPENED_WITH, &latest))
        }
    }
}

/// Opens everything again that is here of the log.
///
/// # Errors
/// The database fails.
pub(crate) fn open_all(store: &DeskStore, opener: &Opener<'_>) -> Result<(), DeskError> {
    let mut known = HashMap::new();
    let mut from = 0;
    loop {
        let objects = store.objects_from(from, CHUNK)?;
        if objects.is_empty() {
            return Ok(());
        }
        let found = opener.page(from, &objects, &known);
        store.open_again(found.contents())?;
        known.extend(found.devices.into_iter().map(|d| (d.device, d)));
        from += objects.len() as u64;
    }
}
