//! What the phone provides: its key store, bytes of its camera, and who is told of changes.

use crate::errors::ForeignError;
use baqylau_observer::app::{MissionCache, PhoneConfig};
use baqylau_observer::clock::PhoneClock;
use baqylau_observer::listen;
use baqylau_observer::vault::{self, FileVault, VaultError};
use std::io::{self, Cursor, Read};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use zeroize::Zeroizing;

/// Where a phone keeps its store.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Phone {
    /// The folder of the store, in the app's private storage and out of every backup.
    pub folder: String,
    /// The code of the language to speak, as `kk`.
    pub language: String,
    /// Changes with every start of the phone (Android: the boot count; iOS: the boot session); empty where the system tells.
    pub boot: String,
    /// Minutes east of UTC.
    pub offset_minutes: i16,
}

mirror! {
    /// Who may use a key.
    Policy of vault::Policy {
        /// The app, whether the phone is locked or not.
        App,
        /// The app, when the owner has just shown face or finger. A face or finger that is added destroys the key.
        Biometric,
    }
}

/// Keys that never leave the phone's hardware. Called from whatever thread calls the core.
#[uniffi::export(with_foreign)]
pub trait KeyVault: Send + Sync {
    /// Makes the key of an alias, if there is none.
    fn create(&self, alias: String, policy: Policy) -> Result<(), ForeignError>;
    /// 32 bytes that follow from the 32 given and the key of the alias: an HMAC-SHA256 inside the hardware.
    fn bind(&self, alias: String, input: Vec<u8>) -> Result<Vec<u8>, ForeignError>;
    /// Destroys the key of an alias, for good. No error when there is none.
    fn destroy(&self, alias: String) -> Result<(), ForeignError>;
}

/// Where an attachment is read from: the camera's memory, a stream. Nothing of it is written unencrypted.
#[uniffi::export(with_foreign)]
pub trait ByteSource: Send + Sync {
    /// The next bytes, at most that many; none at the end.
    fn read(&self, at_most: u32) -> Result<Vec<u8>, ForeignError>;
}

mirror! {
    /// The sort of a change; a listener reads again what it draws.
    Change of listen::Change {
        /// Visits, drafts, answers, reports or letters on this phone.
        Work,
        /// How far something got on its way.
        Delivery,
        /// The store was locked or unlocked.
        Lock,
    }
}

/// Is told of changes, on the thread of the call that made them. It may call the core; a sync that it begins during a sync is refused
/// (`Syncing`). What it throws is ignored.
#[uniffi::export(with_foreign)]
pub trait ChangeListener: Send + Sync {
    /// Something changed.
    fn changed(&self, change: Change) -> Result<(), ForeignError>;
}

/// Shells open several cores of one store, one after the other or at once: a mission is decoded once for all of them.
static MISSIONS: LazyLock<Arc<MissionCache>> = LazyLock::new(Arc::default);

impl Phone {
    pub(crate) fn config(self, vault: Arc<dyn KeyVault>) -> PhoneConfig {
        let folder = PathBuf::from(self.folder);
        let clock = Arc::new(PhoneClock { boot: self.boot, offset: self.offset_minutes });
        PhoneConfig {
            folder,
            vault: Arc::new(VaultAdapter(vault)),
            clock,
            language: self.language,
            missions: MISSIONS.clone(),
            transport: None,
        }
    }
}

struct VaultAdapter(Arc<dyn KeyVault>);

impl vault::Vault for VaultAdapter {
    fn create(&self, alias: &str, policy: vault::Policy) -> Result<(), VaultError> {
        Ok(self.0.create(alias.to_owned(), policy.into())?)
    }

    fn bind(&self, alias: &str, input: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        let out = Zeroizing::new(self.0.bind(alias.to_owned(), input.to_vec())?);
        let bytes: Result<[u8; 32], _> = out.as_slice().try_into();
        bytes
            .map(Zeroizing::new)
            .map_err(|_| VaultError::Refused { reason: format!("{} bytes instead of 32", out.len()) })
    }

    fn destroy(&self, alias: &str) -> Result<(), VaultError> {
        Ok(self.0.destroy(alias.to_owned())?)
    }
}

/// A vault in files, for machines without a chip.
pub(crate) struct Files(pub FileVault);

impl KeyVault for Files {
    fn create(&self, alias: String, policy: Policy) -> Result<(), ForeignError> {
        vault::Vault::create(&self.0, &alias, policy.into()).map_err(vault_error)
    }

    fn bind(&self, alias: String, input: Vec<u8>) -> Result<Vec<u8>, ForeignError> {
        let wrong = |_| ForeignError::Failed { reason: "32 bytes are bound".into() };
        let input = input.try_into().map_err(wrong)?;
        vault::Vault::bind(&self.0, &alias, &input).map(|out| out.to_vec()).map_err(vault_error)
    }

    fn destroy(&self, alias: String) -> Result<(), ForeignError> {
        vault::Vault::destroy(&self.0, &alias).map_err(vault_error)
    }
}

pub(crate) fn vault_error(e: VaultError) -> ForeignError {
    ForeignError::Failed { reason: e.to_string() }
}

pub(crate) struct ListenerAdapter(pub Arc<dyn ChangeListener>);

impl listen::Listener for ListenerAdapter {
    fn changed(&self, change: listen::Change) {
        // A screen that fails to be drawn undoes nothing.
        let _ignored = self.0.changed(change.into());
    }
}

pub(crate) struct SourceAdapter(pub Arc<dyn ByteSource>);

impl Read for SourceAdapter {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
        let bytes = self.0.read(most).map_err(|e| io::Error::other(e.to_string()))?;
        let target = buffer.get_mut(..bytes.len());
        let target = target.ok_or_else(|| io::Error::other("more bytes than were asked for"))?;
        target.copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}

/// A source of bytes that are in memory already.
#[uniffi::export]
pub fn bytes_source(bytes: Vec<u8>) -> Arc<dyn ByteSource> {
    Arc::new(InMemory(Mutex::new(Cursor::new(bytes))))
}

struct InMemory(Mutex<Cursor<Vec<u8>>>);

impl ByteSource for InMemory {
    fn read(&self, at_most: u32) -> Result<Vec<u8>, ForeignError> {
        let mut out = Vec::new();
        let mut source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = (&mut *source).take(u64::from(at_most)).read_to_end(&mut out);
        read.map(|_| out).map_err(|e| ForeignError::Failed { reason: e.to_string() })
    }
}
