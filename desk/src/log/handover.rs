//! Keys that all desks hold and that were replaced: the desk that made them hands them to each of the others, and those take them over.

use crate::error::DeskError;
use crate::log::peers::apply_register;
use crate::log::verify::Opener;
use crate::parallel::CHUNK;
use crate::records::identity::OwnDevice;
use crate::store::{DeskStore, KnownDevice, OPENED_WITH, VerifiedStore};
use crate::workspace::Workspace;
use crate::workspace::keys::DeskSecrets;
use baqylau_protocol::cbor;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::handover::KeyHandover;
use baqylau_protocol::ids::Hash;
use std::collections::HashMap;

/// Setting: set where this desk replaced the keys, and hands them over.
pub(crate) const ROTATED: &str = "rotated";

impl OwnDevice<'_> {
    /// Seals the keys that this desk replaced to every desk in use that the log knows, once to each; to readers the reading keys alone.
    pub(crate) fn hand_over_keys(&self) -> Result<(), DeskError> {
        if self.known.store.setting(ROTATED)?.is_none() {
            return Ok(());
        }
        let manifest = self.known.manifest()?;
        let issuer = self.secrets.issuer(Some(&manifest))?;
        let of = |issuer| KeyHandover::new(issuer, &self.secrets.reading).encode();
        let (all, reading_only) = (of(Some(issuer)), of(None));
        // To itself too: another program that works in this folder learns of them so.
        let other = |d: &KnownDevice| d.role == Role::Desk && manifest.may_read(d.device);
        let signer = self.signer()?;
        for desk in self.known.store.devices()?.into_iter().filter(other) {
            let keys = if manifest.is_current_desk(desk.device) { &all } else { &reading_only };
            if !self.known.store.written_to(ObjectType::Keys, desk.device)?.contains(keys) {
                let store = self.known.store;
                store.sign(self.device(), |chain| signer.add(chain, ObjectType::Keys, Some(&desk), keys).map(drop))?;
            }
        }
        Ok(())
    }
}

/// Takes over what desks handed to this one; what could not be opened before is opened then. Another program may do the same in this folder:
/// one at a time opens everything again, and one that has fewer keys than what is here was opened with leaves it.
///
/// # Errors
/// The database fails, or the folder cannot be locked.
pub(crate) fn learn_keys(
    workspace: &Workspace,
    known: VerifiedStore<'_>,
    secrets: &mut DeskSecrets,
) -> Result<bool, DeskError> {
    let Some(manifest) = known.latest_manifest()? else { return Ok(false) };
    let mut fresh = false;
    for (desk, place, bytes) in known.store.handed_keys()? {
        if let Ok(handed) = KeyHandover::decode(&bytes)
            && manifest.is_desk_at(desk, place)
        {
            fresh |= secrets.learn(&handed, &manifest);
        }
    }
    let latest = secrets.reading.last().map_or(0, |key| key.number).to_be_bytes();
    let with = [&latest[..], &Hash::of(&cbor::encode(&manifest.issuers)).0].concat();
    if !fresh && is_open(known.store, &with)? {
        return Ok(false);
    }
    let _alone = workspace.alone()?;
    if !fresh && is_open(known.store, &with)? {
        return Ok(false);
    }
    if known.store.cursor()? > 0 {
        known.store.forget_opened()?;
        open_all(known.store, &Opener::of(manifest, secrets))?;
        apply_register(known)?;
    }
    known.store.opened_again(&with)?;
    Ok(true)
}

/// Whether everything here was opened with these keys and issuers, or with later keys.
fn is_open(store: &DeskStore, with: &[u8]) -> Result<bool, DeskError> {
    let opened = store.setting(OPENED_WITH)?.unwrap_or_default();
    Ok(opened == with || opened.get(..4).is_some_and(|latest| latest > &with[..4]))
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
