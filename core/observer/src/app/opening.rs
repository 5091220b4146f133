//! A store is made for an invite, and opened.

use super::salvage::Rebuilding;
use super::{MAIN, OUTBOX, ObserverApp, PhoneConfig, UNFINISHED, Unlocked, duress, kept, wiping};
use crate::drive::lock;
use crate::error::Error;
use crate::in_flight::InFlight;
use crate::listen::ChangeNotifier;
use crate::lock::Lock;
use crate::reason::InvalidReason;
use crate::store::{MainStore, Outbox, names};
use baqylau_protocol::cbor;
use baqylau_protocol::certificate::Invite;
use baqylau_sqlite::{StorageError, private};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Held while a store is made.
static MAKING: Mutex<()> = Mutex::new(());

impl ObserverApp {
    /// Makes a store for an invite. Needs no network.
    ///
    /// # Errors
    /// The text is no invite, there is a store already, or the disk refuses.
    pub fn create(config: PhoneConfig, pin: &str, invite: &str) -> Result<Self, Error> {
        let (unlocked, outbox) = Self::make(&config, pin, invite)?;
        Ok(Self::assemble(config, outbox, Some(unlocked)))
    }

    /// Makes the files of a store. What an earlier call made before it was interrupted goes first: nobody was told of it.
    pub(super) fn make(config: &PhoneConfig, pin: &str, invite_text: &str) -> Result<(Unlocked, Outbox), Error> {
        let invite = Invite::from_text(invite_text)?;
        // What another call is making is not left over.
        let _alone = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
        if Self::exists(config) {
            return Err(InvalidReason::StoreExists.into());
        }
        private::folder(&config.folder).map_err(StorageError::from)?;
        if unfinished(config).exists() {
            Self::wipe(config)?;
        }
        private::replace(&unfinished(config), &[]).map_err(StorageError::from)?;
        let key = Lock::of(&config.folder).create(&*config.vault, pin)?;
        let mut main = MainStore::open(&config.folder.join(MAIN), &key, config.vault.clone())?;
        main.set_settings(&[(kept::INVITE, invite_text.as_bytes()), (kept::LANGUAGE, config.language.as_bytes())])?;
        let mut outbox = Outbox::open(&config.folder.join(OUTBOX), &*config.vault)?;
        address_outbox(&mut outbox, &invite)?;
        duress::keep_spare(&mut main, &mut outbox)?;
        finish(config).map_err(StorageError::from)?;
        Ok((Unlocked { main, invite, loaded: None, open: HashMap::new() }, outbox))
    }

    /// Opens a store. A damaged outbox is put aside and made anew from what can be read of it and from `main.db`; a damaged
    /// `main.db` is left as it is: see [`ObserverApp::salvage`].
    ///
    /// # Errors
    /// The PIN is wrong, or the store is damaged or of a later version.
    pub fn open(config: PhoneConfig, pin: &str) -> Result<Self, Error> {
        let whole = match Self::open_locked(config.clone()) {
            Ok(core) => {
                let whole = lock(&core.outbox)?.is_whole()?;
                whole.then_some(core)
            }
            Err(Error::Storage(StorageError::Damaged { .. })) => None,
            Err(e) => return Err(e),
        };
        let core = match whole {
            Some(core) => core,
            None => {
                Rebuilding::outbox(&config)?.put_in_place()?;
                Self::open_locked(config)?
            }
        };
        core.unlock(pin)?;
        Ok(core)
    }

    /// Opens a store without the PIN: it delivers what waits, and shows nothing.
    ///
    /// # Errors
    /// There is no store here, or it is damaged or of a later version.
    pub fn open_locked(config: PhoneConfig) -> Result<Self, Error> {
        if !Self::exists(&config) {
            return Err(InvalidReason::NoStore.into());
        }
        let outbox = Outbox::open(&config.folder.join(OUTBOX), &*config.vault)?;
        match outbox.forget_damaged_manifest() {
            // Without room it stays, and is refused wherever it is read.
            Err(Error::Storage(StorageError::Full | StorageError::ReadOnly)) | Ok(()) => {}
            Err(e) => return Err(e),
        }
        Ok(Self::assemble(config, outbox, None))
    }

    fn assemble(config: PhoneConfig, outbox: Outbox, unlocked: Option<Unlocked>) -> Self {
        Self {
            language: RwLock::new(config.language.clone()),
            notifier: ChangeNotifier::default(),
            in_flight: InFlight::default(),
            config,
            unlocked: Mutex::new(unlocked),
            unlocking: Mutex::default(),
            wipes: AtomicU64::new(wiping::WIPES.load(Ordering::SeqCst)),
            replaced: AtomicU64::new(0),
            manifests: outbox.manifests.clone(),
            outbox: Arc::new(Mutex::new(outbox)),
            interrupt: Arc::default(),
            commits: AtomicU64::new(0),
        }
    }

    /// Whether there is a store in a folder, or what is left of one: otherwise an invite is needed first. A store that lost both
    /// copies of its lock still delivers what was signed. One that was not made to its end is none: [`ObserverApp::create`] begins anew.
    #[must_use]
    pub fn exists(config: &PhoneConfig) -> bool {
        !unfinished(config).exists() && Self::has_files(config)
    }

    /// Whether a lock or a database is in a folder, of a store or of one that was not made to its end.
    pub(super) fn has_files(config: &PhoneConfig) -> bool {
        Lock::of(&config.folder).exists() || [MAIN, OUTBOX].iter().any(|name| config.folder.join(name).exists())
    }
}

/// Lies in a folder while its store is made.
fn unfinished(config: &PhoneConfig) -> PathBuf {
    config.folder.join(UNFINISHED)
}

/// Says that a store is made, durably: a power failure must not bring the mark back when something was signed.
fn finish(config: &PhoneConfig) -> std::io::Result<()> {
    std::fs::remove_file(unfinished(config))?;
    std::fs::File::open(&config.folder)?.sync_all()
}

pub(super) fn address_outbox(outbox: &mut Outbox, invite: &Invite) -> Result<(), Error> {
    let servers = cbor::encode(&invite.servers);
    let roots = cbor::encode(&invite.tls_roots);
    outbox.set(&[(names::ROOT, &invite.root.0), (names::SERVERS, &servers), (names::TLS_ROOTS, &roots)], &[])
}
