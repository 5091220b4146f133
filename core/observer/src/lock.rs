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
//! - `guess`: a guess, counted and judged
//! - `biometric`: face or finger
//! - `cipher`: the cryptography

mod biometric;
mod cipher;
mod copies;
mod guess;
mod sealed;

pub(crate) use cipher::{derive, open_with, row_cipher, seal_with};

use crate::error::{Error, RefusalReason};
use crate::reason::InvalidReason;
use crate::vault::{Policy, Vault, VaultError};
use argon2::{Algorithm, Argon2, Params, Version};
use baqylau_protocol::keys::random;
use cipher::{unwrap, wrap};
use copies::{FORMAT, HeaderCopies, KeyHeader};
use data_encoding::HEXLOWER;
use sealed::{Slots, guess_alias, guess_key};
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

/// What a PIN opened.
pub enum OpenedLock {
    /// The observer's work: the key of the database.
    Work(Zeroizing<[u8; 32]>),
    /// The second PIN, which the observer may give up: the key of what an empty store begins with.
    Duress(Zeroizing<[u8; 32]>),
}

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
        header.seal(&*guess_key(vault, header.guess)?, &Slots { pin, duress: Slots::unset() });
        self.copies.write(&mut header)?;
        Ok(key)
    }

    /// Opens the lock with the PIN of the work; the second PIN is as wrong here as any other.
    ///
    /// # Errors
    /// The PIN is wrong (it is counted), or there were too many wrong ones.
    pub fn open(&self, vault: &dyn Vault, pin: &str) -> Result<Zeroizing<[u8; 32]>, Error> {
        let _alone = self.copies.alone()?;
        Ok(self.guess(vault, pin)?.0)
    }

    /// Opens the lock with either PIN.
    ///
    /// # Errors
    /// As [`Lock::open`].
    pub fn open_either(&self, vault: &dyn Vault, pin: &str) -> Result<OpenedLock, Error> {
        let _alone = self.copies.alone()?;
        let judged = self.judge(vault, pin)?;
        match judged.duress {
            Some(key) => Ok(OpenedLock::Duress(key)),
            None => Ok(OpenedLock::Work(self.right(judged)?.0)),
        }
    }

    /// Sets the second PIN, which opens a key of its own, or takes it away. Nothing in the files says which.
    ///
    /// # Errors
    /// The PIN is wrong (it is counted), the second one is the same, one slip away from it or too short, or the vault or the disk refuses.
    pub fn set_duress(&self, vault: &dyn Vault, pin: &str, second: Option<(&str, &[u8; 32])>) -> Result<(), Error> {
        let _alone = self.copies.alone()?;
        second.map_or(Ok(()), |(second, _)| long_enough(second))?;
        let (_, header, slots) = self.guess(vault, pin)?;
        let duress = match second {
            None => Slots::unset(),
            Some((second, key)) => {
                if alike(pin, second) {
                    return Err(InvalidReason::PinTaken.into());
                }
                let wrapping = wrapping_key(&header, vault, second)?;
                unopened(&wrapping, &slots.pin)?;
                wrap(&wrapping, key)
            }
        };
        self.advance(vault, &header, &Slots { duress, ..slots })?;
        Ok(())
    }

    /// Changes the PIN. The old one opens nothing from then on; killed in between, exactly one of them does.
    ///
    /// # Errors
    /// The old PIN is wrong (it is counted), or the vault or the disk refuses.
    pub fn change(&self, vault: &dyn Vault, old: &str, new: &str) -> Result<(), Error> {
        let _alone = self.copies.alone()?;
        let (key, header, slots) = self.guess(vault, old)?;
        long_enough(new)?;
        let wrapping = wrapping_key(&header, vault, new)?;
        unopened(&wrapping, &slots.duress)?;
        self.advance(vault, &header, &Slots { pin: wrap(&wrapping, &key), ..slots })?;
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
}

/// Whether one may be typed for the other by a slip: one character more, less, or another, or two that changed places.
fn alike(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let same = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[same..], &other[same..]);
    let swapped = one.len() > 1 && other.len() > 1 && one[0] == other[1] && one[1] == other[0];
    one.get(1..) == other.get(1..)
        || one.get(1..) == Some(other)
        || other.get(1..) == Some(one)
        || (swapped && one[2..] == other[2..])
}

/// A PIN must not be the other one too.
fn unopened(wrapping: &[u8; 32], slot: &[u8]) -> Result<(), InvalidReason> {
    if unwrap(wrapping, slot).is_some() { Err(InvalidReason::PinTaken) } else { Ok(()) }
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
