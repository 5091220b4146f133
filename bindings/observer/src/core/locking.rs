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

    /// Changes the PIN.
    pub fn change_pin(&self, old: String, new: String) -> Result<()> {
        Ok(self.0.change_pin(&old, &new)?)
    }
}
