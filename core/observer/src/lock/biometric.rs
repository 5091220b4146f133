//! Face or finger, which open what the PIN opens.

use super::cipher::{derive, unwrap, wrap};
use super::copies::BiometricSlot;
use super::{Lock, biometric_alias};
use crate::error::{Error, RefusalReason};
use crate::reason::InvalidReason;
use crate::vault::{Policy, Vault};
use baqylau_protocol::keys::random;
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

impl Lock {
    /// Whether face or finger open it too.
    #[must_use]
    pub fn has_biometric(&self) -> bool {
        self.copies.latest().is_ok_and(|header| header.face.is_some())
    }

    /// Lets face or finger open it too, or no longer. Needs the PIN.
    ///
    /// # Errors
    /// The PIN is wrong (it is counted), or the vault or the disk refuses.
    pub fn set_biometric(&self, vault: &dyn Vault, pin: &str, on: bool) -> Result<(), Error> {
        let _alone = self.copies.alone()?;
        let (key, mut header, _) = self.guess(vault, pin)?;
        let before = header.face.take();
        if on {
            let slot = before.as_ref().map_or(1, |f| f.slot.wrapping_add(1));
            let salt: [u8; 32] = random();
            vault.create(&biometric_alias(slot), Policy::Biometric)?;
            let wrapping = derive(&*vault.bind(&biometric_alias(slot), &salt)?, b"baqylau/1/face");
            let wrapped = HEXLOWER.encode(&wrap(&wrapping, &key));
            header.face = Some(BiometricSlot { slot, salt: HEXLOWER.encode(&salt), wrapped });
        }
        self.copies.write(&mut header)?;
        match before {
            Some(face) => Ok(vault.destroy(&biometric_alias(face.slot))?),
            None => Ok(()),
        }
    }

    /// Opens the lock with face or finger, as the vault asks for it.
    ///
    /// # Errors
    /// It was not allowed, or the vault refuses: a finger was added since, or the owner turned away. The PIN opens it.
    pub fn open_with_biometric(&self, vault: &dyn Vault) -> Result<Zeroizing<[u8; 32]>, Error> {
        let header = self.copies.latest()?;
        let face = header.face.ok_or(InvalidReason::BiometricOff)?;
        let bytes = |text: &str| HEXLOWER.decode(text.as_bytes()).map_err(|_| self.copies.damaged());
        let salt: [u8; 32] = bytes(&face.salt)?.try_into().map_err(|_| self.copies.damaged())?;
        let wrapping = derive(&*vault.bind(&biometric_alias(face.slot), &salt)?, b"baqylau/1/face");
        // The lock is whole, or it would not have been read: the phone's key is another.
        let other =
            || Error::refused(RefusalReason::KeyStore, "the phone's key for face or finger has changed; take the PIN");
        unwrap(&wrapping, &bytes(&face.wrapped)?).ok_or_else(other)
    }
}
