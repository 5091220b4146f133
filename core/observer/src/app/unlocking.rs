//! What the PIN, face and finger open, and what closes it again.

use super::{MAIN, ObserverApp, Unlocked, duress, salvage};
use crate::drive::lock;
use crate::error::Error;
use crate::listen::Change;
use crate::lock::{Lock, OpenedLock};
use crate::store::MainStore;
use baqylau_sqlite::{StorageError, is_written};
use std::collections::HashMap;
use std::sync::PoisonError;

impl ObserverApp {
    /// Whether the PIN is needed before anything is shown.
    ///
    /// # Errors
    /// An earlier call broke off.
    pub fn is_locked(&self) -> Result<bool, Error> {
        Ok(self.unlocked()?.is_none())
    }

    /// Unlocks with the PIN. The second PIN, where the observer has set one, wipes the store and unlocks an empty one in its place.
    ///
    /// # Errors
    /// The PIN is wrong, or the store is damaged.
    pub fn unlock(&self, pin: &str) -> Result<(), Error> {
        let _one = self.unlocking.lock().unwrap_or_else(PoisonError::into_inner);
        match Lock::of(&self.config.folder).open_either(&*self.config.vault, pin)? {
            OpenedLock::Work(key) => self.unlocked_with(&key),
            OpenedLock::Duress(key) => self.begin_empty(&key, pin),
        }
    }

    /// Unlocks with face or finger, as the vault asks for it.
    ///
    /// # Errors
    /// It was not allowed, or the phone refuses: the PIN opens.
    pub fn unlock_with_biometric(&self) -> Result<(), Error> {
        let key = Lock::of(&self.config.folder).open_with_biometric(&*self.config.vault)?;
        self.unlocked_with(&key)
    }

    /// Whether face or finger unlock.
    #[must_use]
    pub fn has_biometric(&self) -> bool {
        Lock::of(&self.config.folder).has_biometric()
    }

    /// Lets face or finger unlock, or no longer. Off until this is called.
    ///
    /// # Errors
    /// The PIN is wrong (it is counted), or the phone has neither.
    pub fn allow_biometric(&self, pin: &str, on: bool) -> Result<(), Error> {
        Lock::of(&self.config.folder).set_biometric(&*self.config.vault, pin, on)
    }

    fn unlocked_with(&self, key: &[u8; 32]) -> Result<(), Error> {
        let path = self.config.folder.join(MAIN);
        if !is_written(&path) {
            return Err(StorageError::Damaged { path }.into());
        }
        let mut main = MainStore::open(&path, key, self.config.vault.clone())?;
        let invite = salvage::invite(&main)?;
        let repaired = {
            let mut outbox = lock(&self.outbox)?;
            let repaired = salvage::repair(&mut main, &mut outbox, &invite);
            repaired.and_then(|()| duress::keep_spare(&mut main, &mut outbox))
        };
        repaired.map_err(|e| main.cause(e))?;
        *self.unlocked()? = Some(Unlocked { main, invite, loaded: None, open: HashMap::new() });
        self.tidy();
        self.notifier.notify(Change::Lock);
        Ok(())
    }

    /// Changes the PIN.
    ///
    /// # Errors
    /// The old PIN is wrong (it is counted), or the new one is too short.
    pub fn change_pin(&self, old: &str, new: &str) -> Result<(), Error> {
        Lock::of(&self.config.folder).change(&*self.config.vault, old, new)
    }

    /// Closes what the PIN opened; keys are wiped from memory. What waits is still delivered.
    ///
    /// # Errors
    /// An earlier call broke off.
    pub fn lock(&self) -> Result<(), Error> {
        *self.unlocked()? = None;
        self.notifier.notify(Change::Lock);
        Ok(())
    }
}
