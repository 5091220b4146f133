//! A damaged store is made anew from what can be read of it. Everything is read, checked and completed beside the damaged files;
//! only then they are moved.

use super::opening::address_outbox;
use super::{MAIN, OUTBOX, ObserverApp, PhoneConfig, kept};
use crate::drive::is_own_enrolment;
use crate::error::Error;
use crate::lock::Lock;
use crate::reason::InvalidReason;
use crate::store::{MainStore, Outbox, names};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::certificate::Invite;
use baqylau_protocol::keys::SigningKey;
use baqylau_sqlite::{Rebuilt, Salvaged, StorageError};

impl ObserverApp {
    /// Makes a damaged `main.db` anew from what can still be read of it, and the outbox with it. The damaged files are put aside,
    /// never deleted, and only when the new ones are complete. Interrupted, it is called again.
    ///
    /// # Errors
    /// The PIN is wrong, or what the phone works with cannot be read: everything is left as it is then.
    pub fn salvage(config: &PhoneConfig, pin: &str) -> Result<Salvaged, Error> {
        let key = Lock::of(&config.folder).open(&*config.vault, pin)?;
        let path = config.folder.join(MAIN);
        let rebuilt = MainStore::rebuild(&path, &key).map_err(|e| {
            let lost = matches!(e, Error::Storage(StorageError::Damaged { .. } | StorageError::Io(_)));
            if lost { unreadable() } else { e }
        })?;
        let mut main = MainStore::open(&rebuilt.new, &key, config.vault.clone())?;
        let invite = invite(&main).map_err(|_| unreadable())?;
        let rows = main.rows()?;
        let rebuilding = Rebuilding::outbox(config)?;
        let mut outbox = Outbox::open(&rebuilding.0.new, &*config.vault)?;
        complete(&mut main, &mut outbox, &invite)?;
        drop((main, outbox));
        let lost = [rebuilt.lost.clone(), rebuilding.0.lost.clone()].concat();
        let aside = rebuilt.put_in_place()?;
        rebuilding.put_in_place()?;
        Ok(Salvaged { aside, rows, lost })
    }
}

/// An outbox that was made anew, and is not in its place yet.
pub(super) struct Rebuilding(Rebuilt);

impl Rebuilding {
    /// An outbox from the pages that can be read; an empty one where there are none.
    pub fn outbox(config: &PhoneConfig) -> Result<Self, Error> {
        let path = config.folder.join(OUTBOX);
        let rebuilt = match Outbox::rebuild(&path, &*config.vault) {
            Err(Error::Storage(StorageError::Damaged { .. })) => Rebuilt::empty(&path)?,
            other => other?,
        };
        Outbox::open(&rebuilt.new, &*config.vault)?.remove_corrupt()?;
        Ok(Self(rebuilt))
    }

    pub fn put_in_place(self) -> Result<(), Error> {
        self.0.put_in_place()?;
        Ok(())
    }
}

/// The invite that the store was made with.
pub(super) fn invite(main: &MainStore) -> Result<Invite, Error> {
    let text = main.setting(kept::INVITE)?.unwrap_or_default();
    Ok(Invite::from_text(&String::from_utf8_lossy(&text))?)
}

fn unreadable() -> Error {
    InvalidReason::MainLost.into()
}

/// Puts into an outbox that was salvaged what `main.db` knows of it, in the place of what does not verify.
fn complete(main: &mut MainStore, outbox: &mut Outbox, invite: &Invite) -> Result<(), Error> {
    address_outbox(outbox, invite)?;
    repair(main, outbox, invite)?;
    let reads = |bytes: &Vec<u8>| Manifest::open(bytes, invite.root).is_ok();
    match (outbox.setting(names::MANIFEST)?.filter(reads), main.setting(kept::MANIFEST)?.filter(reads)) {
        // Parts may be lost on this side: they are taken over again from the outbox.
        (Some(_), _) => main.set_settings(&[(kept::MANIFEST, b"")]),
        (None, Some(manifest)) => outbox.set(&[(names::MANIFEST, &manifest)], &main.parts()?),
        (None, None) => outbox.forget_damaged_manifest(),
    }
}

/// `main.db` is the truth: what the outbox lacks, because a battery was pulled between the two or it was damaged, is put there
/// again.
pub(super) fn repair(main: &mut MainStore, outbox: &mut Outbox, invite: &Invite) -> Result<(), Error> {
    if outbox.setting(names::ROOT)?.is_none_or(|root| root != invite.root.0) {
        address_outbox(outbox, invite)?;
    }
    let reads = |kept: &Vec<u8>| Manifest::open(kept, invite.root).is_ok();
    if let (None, Some(manifest)) = (outbox.setting(names::MANIFEST)?, main.setting(kept::MANIFEST)?.filter(reads)) {
        outbox.set(&[(names::MANIFEST, &manifest)], &main.parts()?)?;
    }
    repair_enrolment(main, outbox, invite)?;
    for seq in main.envelopes_beside(&outbox.numbers()?)? {
        let (urgent, bytes) = main.envelope(seq)?;
        outbox.add(seq, &bytes, urgent, None)?;
    }
    Ok(())
}

/// The enrolment lies in both stores. Of two that differ the one that verifies holds.
fn repair_enrolment(main: &mut MainStore, outbox: &mut Outbox, invite: &Invite) -> Result<(), Error> {
    let (ours, theirs) = (main.setting(kept::ENROLMENT)?, outbox.setting(names::ENROLMENT)?);
    if ours == theirs {
        return Ok(());
    }
    let key = SigningKey::from_seed(*invite.seed).public();
    let verifies = |bytes: &&Vec<u8>| is_own_enrolment(bytes, &key);
    let good = ours.as_ref().filter(verifies).or_else(|| theirs.as_ref().filter(verifies));
    let Some(good) = good.cloned() else { return Ok(()) };
    if theirs.as_ref() != Some(&good) {
        outbox.set(&[(names::ENROLMENT, &good)], &[])?;
    }
    if ours.as_ref() != Some(&good) {
        main.set_settings(&[(kept::ENROLMENT, &good)])?;
    }
    Ok(())
}
