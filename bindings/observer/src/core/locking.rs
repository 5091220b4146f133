//! The lock: PIN, face and finger.

use super::{ObserverCore, Result, calm};

#[uniffi::export]
impl ObserverCore {
    /// Closes what the PIN opened. What waits is still delivered.
    pub fn lock(&self) -> Result<()> {
        Ok(self.0.lock()?)
    }

    /// Whether the PIN is needed before anything is shown.
    pub fn is_locked(&self) -> Result<bool> {
        Ok(self.0.is_locked()?)
    }

    /// Unlocks with the PIN.
    pub fn unlock(&self, pin: String) -> Result<()> {
        Ok(self.0.unlock(&pin)?)
    }

    /// Unlocks with face or finger, as the key vault asks for it.
    pub fn unlock_with_biometric(&self) -> Result<()> {
        Ok(self.0.unlock_with_biometric()?)
    }

    /// Whether face or finger unlock. Not where the lock cannot be read: the PIN then says why.
    pub fn has_biometric(&self) -> bool {
        calm(|| self.0.has_biometric())
    }

    /// Lets face or finger unlock, or no longer.
    pub fn allow_biometric(&self, pin: String, on: bool) -> Result<()> {
        Ok(self.0.allow_biometric(&pin, on)?)
    }

    /// Sets the second PIN, or takes it away: whoever unlocks with it finds an empty mission, and what was here is destroyed. Nothing
    /// says whether one is set.
    pub fn set_duress_pin(&self, pin: String, second: Option<String>) -> Result<()> {
        Ok(self.0.set_duress_pin(&pin, second.as_deref())?)
    }

    /// How often an empty store took the place of the one before: a screen throws away then what it kept.
    pub fn replaced(&self) -> u64 {
        calm(|| self.0.replaced())
    }

    /// Changes the PIN.
    pub fn change_pin(&self, old: String, new: String) -> Result<()> {
        Ok(self.0.change_pin(&old, &new)?)
    }
}
