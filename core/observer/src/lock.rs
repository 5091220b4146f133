//! The PIN. Every guess needs the phone's hardware, and is counted before it is tried, in a way that files which are put back do not
//! undo.
//!
//! The database key is wrapped under `HKDF(bind("pin", Argon2id(PIN, salt)))`. That, and how many wrong PINs there were, is sealed once
//! more under a key of the vault which lasts for one guess: the guess is counted under a new one, and the old one is destroyed before
//! the PIN is judged. A lock that was copied before opens nothing from then on. It lies on disk twice.
//!
//! # Layout
//! - `copies`: the lock on disk, and who may write it at a moment
//! - `sealed`: what it holds, under the key of the guess
//! - `cipher`: the cryptography

mod cipher;
mod copies;
mod sealed;

pub(crate) use cipher::{derive, open_with, row_cipher, seal_with};

use crate::error::{Error, RefusalReason};
use crate::reason::InvalidReason;
use crate::vault::{Policy, Vault, VaultError};
use argon2::{Algorithm, Argon2, Params, Version};
use baqylau_protocol::keys::random;
use baqylau_sqlite::StorageError;
use cipher::{unwrap, wrap};
use copies::{BiometricSlot, FORMAT, HeaderCopies, KeyHeader};
use data_encoding::HEXLOWER;
use sealed::{Slots, guess_alias, guess_key, other};
use std::path::Path;
use zeroize::Zeroizing;

/// Wrong PINs before the store stays closed.
pub const MAX_ATTEMPTS: u32 = 10;

/// The fewest characters of a PIN.
const LEAST: usize = 4;

/// How many keys of faces are tried when a damaged lock is wiped.
const GUESSED_SLOTS: u32 = 32;

/// The alias of the key that opens the outbox without the PIN.
pub const OUTBOX_ALIAS: &str = "outbox";

/// The alias of the key that the PIN is bound to.
const PIN_ALIAS: &str = "pin";

/// The header in two files that turns a PIN, with the vault, into the store's key.
#[derive(Debug)]
pub struct Lock {
    copies: HeaderCopies,
}

impl From<VaultError> for Error {
    fn from(e: VaultError) -> Self {
        match e {
            VaultError::Disk(e) => e.into(),
            refused @ VaultError::Refused { .. } => Self::refused(RefusalReason::KeyStore, refused),
        }
    }
}

impl Lock {
    /// The lock of a store's folder.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self { copies: HeaderCopies::in_folder(folder) }
    }

    /// Whether a copy of the lock is there, whole or not.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.copies.exist()
    }

    /// How many wrong PINs there may still be, as the files say.
    ///
    /// # Errors
    /// Both copies of the lock are damaged.
    pub fn attempts_left(&self) -> Result<u32, Error> {
        Ok(MAX_ATTEMPTS.saturating_sub(self.copies.latest()?.wrong))
    }

    /// Makes a lock around a new database key.
    ///
    /// # Errors
    /// The PIN is too short, or the vault or the disk refuses.
    pub fn create(&self, vault: &dyn Vault, pin: &str) -> Result<Zeroizing<[u8; 32]>, Error> {
        long_enough(pin)?;
        let _alone = self.copies.alone()?;
        let key = Zeroizing::new(random());
        let mut header = KeyHeader {
            format: FORMAT,
            written: 0,
            memory_kib: Params::DEFAULT_M_COST,
            passes: Params::DEFAULT_T_COST,
            salt: HEXLOWER.encode(&random::<16>()),
            guess: 0,
            wrong: 0,
            sealed: String::new(),
            face: None,
            checksum: String::new(),
        };
        vault.create(PIN_ALIAS, Policy::App)?;
        vault.create(&guess_alias(header.guess), Policy::App)?;
        let pin = wrap(&*wrapping_key(&header, vault, pin)?, &key);
        header.seal(&*guess_key(vault, header.guess)?, &Slots { pin });
        self.copies.write(&mut header)?;
        Ok(key)
    }

    /// Opens the lock.
    ///
    /// # Errors
    /// The PIN is wrong (it is counted), or there were too many wrong ones.
    pub fn open(&self, vault: &dyn Vault, pin: &str) -> Result<Zeroizing<[u8; 32]>, Error> {
        let _alone = self.copies.alone()?;
        Ok(self.guess(vault, pin)?.0)
    }

    /// Changes the PIN. The old one opens nothing from then on; killed in between, exactly one of them does.
    ///
    /// # Errors
    /// The old PIN is wrong (it is counted), or the vault or the disk refuses.
    pub fn change(&self, vault: &dyn Vault, old: &str, new: &str) -> Result<(), Error> {
        let _alone = self.copies.alone()?;
        let (key, header, _) = self.guess(vault, old)?;
        long_enough(new)?;
        let pin = wrap(&*wrapping_key(&header, vault, new)?, &key);
        self.advance(vault, &header, &Slots { pin })?;
        Ok(())
    }

    /// Destroys the key of the PIN and the lock: what it guarded is unreadable from then on.
    ///
    /// # Errors
    /// The vault or the disk refuses.
    pub fn destroy(&self, vault: &dyn Vault) -> Result<(), Error> {
        // A damaged lock does not say whether face or finger had a key.
        let header = self.copies.latest().ok();
        for alias in [PIN_ALIAS.to_owned(), guess_alias(0), guess_alias(1)] {
            vault.destroy(&alias)?;
        }
        let faces = header.as_ref().map(|h| h.face.as_ref().map(|f| f.slot));
        let faces = faces.map_or_else(|| (1..=GUESSED_SLOTS).collect(), Vec::from_iter);
        for slot in faces {
            vault.destroy(&biometric_alias(slot))?;
        }
        self.copies.remove()
    }

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

    /// One guess: counted, then judged. Gives the database key, and the lock as it is on disk afterwards.
    fn guess(&self, vault: &dyn Vault, pin: &str) -> Result<(Zeroizing<[u8; 32]>, KeyHeader, Slots), Error> {
        let (header, slots) = self.whole(vault)?;
        if header.wrong >= MAX_ATTEMPTS {
            return Err(Error::Locked { attempts_left: 0 });
        }
        // All that can fail of the phone comes before it is counted.
        let wrapping = wrapping_key(&header, vault, pin)?;
        let counted = KeyHeader { wrong: header.wrong + 1, ..header.clone() };
        let (mut header, guess) = match self.advance(vault, &counted, &slots) {
            // Nothing can be counted on a disk that takes no writing, and an observer must be able to read what is on it.
            Err(Error::Storage(StorageError::ReadOnly)) => (header, None),
            counted => counted.map(|(header, guess)| (header, Some(guess)))?,
        };
        let Some(key) = unwrap(&wrapping, &slots.pin) else {
            return Err(Error::Locked { attempts_left: MAX_ATTEMPTS.saturating_sub(counted.wrong) });
        };
        if let Some(guess) = guess {
            header.wrong = 0;
            header.seal(&guess, &slots);
            // The PIN was right: that it cannot be noted keeps nobody out, and the next time it is.
            let _ = self.copies.write(&mut header);
        }
        Ok((key, header, slots))
    }

    /// The lock, from the latest of its copies that the vault has the key for.
    fn whole(&self, vault: &dyn Vault) -> Result<(KeyHeader, Slots), Error> {
        let mut why = None;
        for header in self.copies.whole()? {
            match guess_key(vault, header.guess).map(|key| header.slots(&key)) {
                Ok(Some(slots)) => return Ok((header, slots)),
                Ok(None) => why = why.or_else(|| Some(self.copies.damaged())),
                // The vault has the key of another guess: this file is from before it.
                Err(_) if guess_key(vault, other(header.guess)).is_ok() => {
                    why = why.or_else(|| Some(self.copies.damaged()));
                }
                Err(e) => why = why.or(Some(e)),
            }
        }
        Err(why.unwrap_or_else(|| self.copies.damaged()))
    }

    /// Writes the lock under a new key of the vault, and destroys the one before it: what was written until now opens nothing when it
    /// returns. Stopped anywhere, one of the two opens. Gives the lock as it was written, and its key.
    fn advance(
        &self,
        vault: &dyn Vault,
        header: &KeyHeader,
        slots: &Slots,
    ) -> Result<(KeyHeader, Zeroizing<[u8; 32]>), Error> {
        let (before, after) = (guess_alias(header.guess), other(header.guess));
        vault.destroy(&guess_alias(after))?;
        let new = match vault.create(&guess_alias(after), Policy::App) {
            // Only a vault of files says so. The count is written in place, which takes no room.
            Err(VaultError::Disk(StorageError::Full | StorageError::ReadOnly)) => false,
            made => made.map(|()| true)?,
        };
        let mut next = KeyHeader { guess: if new { after } else { header.guess }, ..header.clone() };
        let key = guess_key(vault, next.guess)?;
        next.seal(&key, slots);
        self.copies.write(&mut next)?;
        if new {
            vault.destroy(&before)?;
        }
        Ok((next, key))
    }
}

fn long_enough(pin: &str) -> Result<(), InvalidReason> {
    if pin.chars().count() < LEAST { Err(InvalidReason::PinTooShort { least: LEAST }) } else { Ok(()) }
}

fn biometric_alias(slot: u32) -> String {
    format!("face/{slot}")
}

fn wrapping_key(header: &KeyHeader, vault: &dyn Vault, pin: &str) -> Result<Zeroizing<[u8; 32]>, Error> {
    let internal = |e: argon2::Error| Error::Internal(e.to_string());
    let params = Params::new(header.memory_kib.min(1 << 20), header.passes.min(100), 1, Some(32)).map_err(internal)?;
    let salt = HEXLOWER.decode(header.salt.as_bytes()).map_err(|e| Error::Internal(e.to_string()))?;
    let mut stretched = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(pin.as_bytes(), &salt, &mut *stretched)
        .map_err(internal)?;
    Ok(derive(&*vault.bind(PIN_ALIAS, &stretched)?, b"baqylau/1/pin"))
}
