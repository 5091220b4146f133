//! The PIN. Every guess needs the phone's hardware, and is counted on disk before it is tried.
//!
//! The header holds the parameters of Argon2id, a salt, the number of wrong PINs, and the database key wrapped under
//! `HKDF(bind("pin/n", Argon2id(PIN, salt)))`; a second time under `HKDF(bind("face/n", salt))` where the owner wants to open with
//! face or finger. It lies on disk twice.

mod copies;

use crate::error::{Error, RefusalReason};
use crate::reason::InvalidReason;
use crate::vault::{Policy, Vault, VaultError};
use argon2::{Algorithm, Argon2, Params, Version};
use baqylau_protocol::keys::random;
use baqylau_sqlite::StorageError;
use copies::{BiometricSlot, FORMAT, HeaderCopies, KeyHeader};
use data_encoding::HEXLOWER;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf;
use std::path::Path;
use zeroize::Zeroizing;

/// Wrong PINs before the store stays closed.
pub const MAX_ATTEMPTS: u32 = 10;

/// How many keys of PINs and faces are tried when a damaged lock is wiped.
const GUESSED_SLOTS: u32 = 32;

/// The alias of the key that opens the outbox without the PIN.
pub const OUTBOX_ALIAS: &str = "outbox";

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

    /// How many wrong PINs there may still be.
    ///
    /// # Errors
    /// Both copies of the lock are damaged.
    pub fn attempts_left(&self) -> Result<u32, Error> {
        Ok(MAX_ATTEMPTS.saturating_sub(self.copies.read()?.wrong))
    }

    /// Makes a lock around a new database key.
    ///
    /// # Errors
    /// The vault or the disk refuses.
    pub fn create(&self, vault: &dyn Vault, pin: &str) -> Result<Zeroizing<[u8; 32]>, Error> {
        let key = Zeroizing::new(random());
        self.close(vault, pin, &key, (1, None))?;
        Ok(key)
    }

    /// Changes the PIN. The old one opens nothing from then on; killed in between, exactly one of them does.
    ///
    /// # Errors
    /// The old PIN is wrong (it is counted), or the vault or the disk refuses.
    pub fn change(&self, vault: &dyn Vault, old: &str, new: &str) -> Result<(), Error> {
        let key = self.open(vault, old)?;
        let before = self.copies.read()?;
        self.close(vault, new, &key, (before.slot.wrapping_add(1), before.face.clone()))?;
        Ok(vault.destroy(&alias(before.slot))?)
    }

    /// Destroys the key of the PIN and the lock: what it guarded is unreadable from then on.
    ///
    /// # Errors
    /// The vault or the disk refuses.
    pub fn destroy(&self, vault: &dyn Vault) -> Result<(), Error> {
        // A damaged lock does not say which keys it had.
        let header = self.copies.read().ok();
        let slots = header.as_ref().map_or(1..=GUESSED_SLOTS, |h| h.slot..=h.slot);
        for slot in slots {
            vault.destroy(&alias(slot))?;
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
        self.copies.read().is_ok_and(|header| header.face.is_some())
    }

    /// Lets face or finger open it too, or no longer. Needs the PIN.
    ///
    /// # Errors
    /// The PIN is wrong (it is counted), or the vault or the disk refuses.
    pub fn set_biometric(&self, vault: &dyn Vault, pin: &str, on: bool) -> Result<(), Error> {
        let key = self.open(vault, pin)?;
        let mut header = self.copies.read()?;
        let before = header.face.take();
        if on {
            let slot = before.as_ref().map_or(1, |f| f.slot.wrapping_add(1));
            let salt: [u8; 32] = random();
            vault.create(&biometric_alias(slot), Policy::Biometric)?;
            let wrapping = derive(&*vault.bind(&biometric_alias(slot), &salt)?, b"baqylau/1/face");
            let wrapped = HEXLOWER.encode(&wrap(&wrapping, &*key));
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
        let header = self.copies.read()?;
        let face = header.face.ok_or(InvalidReason::BiometricOff)?;
        let bytes = |text: &str| HEXLOWER.decode(text.as_bytes()).map_err(|_| self.copies.damaged());
        let salt: [u8; 32] = bytes(&face.salt)?.try_into().map_err(|_| self.copies.damaged())?;
        let wrapping = derive(&*vault.bind(&biometric_alias(face.slot), &salt)?, b"baqylau/1/face");
        // The lock is whole, or it would not have been read: the phone's key is another.
        let other =
            || Error::refused(RefusalReason::KeyStore, "the phone's key for face or finger has changed; take the PIN");
        unwrap(&wrapping, &bytes(&face.wrapped)?).ok_or_else(other)
    }

    /// Wraps the database key under a PIN and a fresh vault key. The file that says so is on disk when it returns.
    fn close(
        &self,
        vault: &dyn Vault,
        pin: &str,
        key: &[u8; 32],
        (slot, face): (u32, Option<BiometricSlot>),
    ) -> Result<(), Error> {
        if pin.chars().count() < 4 {
            return Err(InvalidReason::PinTooShort { least: 4 }.into());
        }
        let mut header = KeyHeader {
            format: FORMAT,
            written: self.copies.written(),
            slot,
            memory_kib: Params::DEFAULT_M_COST,
            passes: Params::DEFAULT_T_COST,
            salt: HEXLOWER.encode(&random::<16>()),
            wrapped: String::new(),
            wrong: 0,
            face,
            checksum: String::new(),
        };
        vault.create(&alias(header.slot), Policy::App)?;
        let wrapping = wrapping_key(&header, vault, pin)?;
        header.wrapped = HEXLOWER.encode(&wrap(&wrapping, key));
        self.copies.write(&mut header)
    }

    /// Opens the lock.
    ///
    /// # Errors
    /// The PIN is wrong (it is counted), or there were too many wrong ones.
    pub fn open(&self, vault: &dyn Vault, pin: &str) -> Result<Zeroizing<[u8; 32]>, Error> {
        let mut header = self.copies.read()?;
        if header.wrong >= MAX_ATTEMPTS {
            return Err(Error::Locked { attempts_left: 0 });
        }
        let wrapping = wrapping_key(&header, vault, pin)?;
        // Counted before it is tried: pulling the battery gives no free guess.
        header.wrong += 1;
        match self.copies.write(&mut header) {
            // Nothing can be counted on a disk that takes no writing, and an observer must be able to read what is on it.
            Err(Error::Storage(StorageError::ReadOnly)) => {}
            counted => counted?,
        }
        let wrapped = HEXLOWER.decode(header.wrapped.as_bytes()).map_err(|_| self.copies.damaged())?;
        let Some(key) = unwrap(&wrapping, &wrapped) else {
            return Err(Error::Locked { attempts_left: MAX_ATTEMPTS.saturating_sub(header.wrong) });
        };
        header.wrong = 0;
        // The PIN was right: that it cannot be noted keeps nobody out, and the next time it is.
        let _ = self.copies.write(&mut header);
        Ok(key)
    }
}

fn biometric_alias(slot: u32) -> String {
    format!("face/{slot}")
}

fn alias(slot: u32) -> String {
    format!("pin/{slot}")
}

fn wrapping_key(header: &KeyHeader, vault: &dyn Vault, pin: &str) -> Result<Zeroizing<[u8; 32]>, Error> {
    let internal = |e: argon2::Error| Error::Internal(e.to_string());
    let params = Params::new(header.memory_kib.min(1 << 20), header.passes.min(100), 1, Some(32)).map_err(internal)?;
    let salt = HEXLOWER.decode(header.salt.as_bytes()).map_err(|e| Error::Internal(e.to_string()))?;
    let mut stretched = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(pin.as_bytes(), &salt, &mut *stretched)
        .map_err(internal)?;
    Ok(derive(&*vault.bind(&alias(header.slot), &stretched)?, b"baqylau/1/pin"))
}

/// HKDF-SHA256 (RFC 5869) to 32 bytes.
pub(crate) fn derive(secret: &[u8], info: &[u8]) -> Zeroizing<[u8; 32]> {
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(secret);
    let mut out = Zeroizing::new([0; 32]);
    let info = [info];
    let okm = prk.expand(&info, hkdf::HKDF_SHA256).expect("32 bytes are within the limit of HKDF");
    okm.fill(&mut *out).expect("the length is the one that was asked for");
    out
}

fn aead(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key).expect("the key has 32 bytes"))
}

/// ChaCha20-Poly1305 with a random nonce in front.
pub(crate) fn wrap(key: &[u8; 32], plain: &[u8]) -> Vec<u8> {
    seal_with(&aead(key), &[], plain)
}

fn unwrap(key: &[u8; 32], wrapped: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let plain = open_with(&aead(key), &[], wrapped)?;
    let mut out = Zeroizing::new([0; 32]);
    (plain.len() == 32).then(|| out.copy_from_slice(&plain))?;
    Some(out)
}

pub(crate) fn seal_with(key: &LessSafeKey, aad: &[u8], plain: &[u8]) -> Vec<u8> {
    let nonce: [u8; 12] = random();
    let mut out = Vec::with_capacity(12 + plain.len() + 16);
    out.extend_from_slice(&nonce);
    out.extend_from_slice(plain);
    let tag = key
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut out[12..])
        .expect("the text is far below the limit of the cipher");
    out.extend_from_slice(tag.as_ref());
    out
}

pub(crate) fn open_with(key: &LessSafeKey, aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, text) = sealed.split_at_checked(12)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut text = Zeroizing::new(text.to_vec());
    let length = key.open_in_place(nonce, Aad::from(aad), &mut text).ok()?.len();
    text.truncate(length);
    Some(text)
}

pub(crate) fn row_cipher(key: &[u8; 32]) -> LessSafeKey {
    aead(key)
}
