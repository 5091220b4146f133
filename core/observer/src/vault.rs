//! Keys that hardware keeps. A shell provides the phone's; a terminal has one in a file.

use baqylau_sqlite::{StorageError, private};
use ring::hmac;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Why the vault did not answer.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The hardware refuses.
    #[error("the phone's key store: {reason}")]
    Refused {
        /// From the key store, in its language; for a log.
        reason: String,
    },
    /// The disk that the keys lie on is full, or takes no files.
    #[error(transparent)]
    Disk(StorageError),
}

/// Who may use a key of the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// The app, whether the phone is locked or not.
    App,
    /// The app, when the owner has just proved with face or finger that it is them. A changed face or finger destroys the key.
    Biometric,
}

/// Keys that never leave the hardware. `bind` is an HMAC inside it.
pub trait Vault: Send + Sync {
    /// Makes the key of an alias, if there is none.
    ///
    /// # Errors
    /// The hardware refuses, or has no such policy.
    fn create(&self, alias: &str, policy: Policy) -> Result<(), VaultError>;
    /// HMAC-SHA256 of 32 bytes under the key of an alias.
    ///
    /// # Errors
    /// There is no such key, or the hardware refuses.
    fn bind(&self, alias: &str, input: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>, VaultError>;
    /// Destroys the key of an alias; what it protected is unreadable from then on.
    ///
    /// # Errors
    /// The hardware refuses.
    fn destroy(&self, alias: &str) -> Result<(), VaultError>;
}

/// A vault in a directory, for machines without a chip: the keys lie in files that only their owner may read. It keeps the
/// promise of [`Vault`] as far as the file system does.
#[derive(Debug)]
pub struct FileVault {
    folder: PathBuf,
}

impl FileVault {
    /// A vault in a folder, made if it is not there.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(folder: &Path) -> Result<Self, VaultError> {
        private::folder(folder).map_err(|e| Self::failed(&folder.display(), e))?;
        Ok(Self { folder: folder.to_owned() })
    }

    fn path(&self, alias: &str) -> PathBuf {
        self.folder.join(data_encoding::BASE32_NOPAD.encode(alias.as_bytes()))
    }

    fn failed(what: &dyn Display, e: std::io::Error) -> VaultError {
        let reason = format!("{what}: {e}");
        let disk = StorageError::from(e);
        if matches!(disk, StorageError::Full | StorageError::ReadOnly) {
            VaultError::Disk(disk)
        } else {
            VaultError::Refused { reason }
        }
    }
}

impl Vault for FileVault {
    /// A folder knows no faces: every policy is [`Policy::App`].
    fn create(&self, alias: &str, _policy: Policy) -> Result<(), VaultError> {
        let path = self.path(alias);
        if path.exists() {
            return Ok(());
        }
        let key: Zeroizing<[u8; 32]> = Zeroizing::new(baqylau_protocol::keys::random());
        // Whole or not there: a key that is cut off would lock out its owner.
        private::replace(&path, &*key).map_err(|e| Self::failed(&alias, e))
    }

    fn bind(&self, alias: &str, input: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        // Read each time: another process may have destroyed it, or made it anew.
        let bytes = Zeroizing::new(fs::read(self.path(alias)).map_err(|e| Self::failed(&alias, e))?);
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &bytes), input);
        let mut out = Zeroizing::new([0; 32]);
        out.copy_from_slice(tag.as_ref());
        Ok(out)
    }

    fn destroy(&self, alias: &str) -> Result<(), VaultError> {
        private::remove(&self.path(alias)).map_err(|e| Self::failed(&alias, e))
    }
}
