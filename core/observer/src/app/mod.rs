//! [`ObserverApp`]: the one door to a phone's store. Shells, the terminal observer and the demonstration all use it, and nothing
//! of theirs reaches around it.
//!
//! # Layout
//! - `mission`: the mission's bundle, loaded and shared
//! - `visits`: visits and their places
//! - `drafts`: checklists being filled; `page`: what a screen draws of one
//! - `reports`: signing, and the state of every report
//! - `amend`: correcting what was signed, and closing the chain
//! - `attach`: photographs, sound, video and files
//! - `courier`: delivery by hand
//! - `letters`: what the coordinators write; `handed`: answering it, from another phone too
//! - `forget`: making sent visits unreadable after the review window
//! - `delivery`: enrolment and sync
//! - `salvage`: a damaged store made anew, and the outbox from `main.db`

mod alarm;
mod amend;
mod attach;
mod cache;
mod courier;
mod delivery;
mod drafts;
mod followups;
mod forget;
mod letters;
mod mission;
mod page;
mod places;
mod reassigned;
mod reports;
mod salvage;
mod visits;

pub use amend::ChangeView;
pub use cache::MissionCache;
pub use courier::CourierReport;
pub use delivery::{SyncReport, Trouble};
pub use drafts::DraftView;
pub use followups::FollowUp;
pub use letters::LetterView;
pub use mission::{ChecklistView, MissionView, fingerprint};
pub use page::{ChecklistPage, WantedSection};
pub use places::PlaceView;
pub use reports::{DeliveryState, ReportView, Summary};
pub use visits::{VisitChange, VisitView};

pub use baqylau_forms::fill::{
    AnswerProblem, CellKey, ChoiceView, Issue, OfferedChoices, Outcome, Progress, QuestionView, SectionView, Unmapped,
    ViewChange,
};

use crate::clock::Clock;
use crate::drive::{Interrupt, lock};
use crate::error::Error;
use crate::in_flight::InFlight;
use crate::listen::{Change, ChangeNotifier, Listener};
use crate::lock::Lock;
use crate::reason::InvalidReason;
use crate::store::{MainStore, Outbox, names};
use crate::vault::Vault;
use baqylau_forms::Filling;
use baqylau_http::Transport;
use baqylau_protocol::cbor;
use baqylau_protocol::certificate::Invite;
use baqylau_sqlite::{StorageError, is_written};
use mission::Loaded;
use salvage::Rebuilding;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// Where a phone keeps its store, and what it has.
#[derive(Clone)]
pub struct PhoneConfig {
    /// The folder of the store.
    pub folder: PathBuf,
    /// The phone's key store.
    pub vault: Arc<dyn Vault>,
    /// The phone's clocks.
    pub clock: Arc<dyn Clock>,
    /// The code of the language to speak.
    pub language: String,
    /// What it shares with the other phones of the process.
    pub missions: Arc<MissionCache>,
    /// What carries its requests, in the place of the network.
    pub transport: Option<Arc<dyn Transport>>,
}

/// The observer's phone. Every call may come from any thread; calls block.
pub struct ObserverApp {
    config: PhoneConfig,
    unlocked: Mutex<Option<Unlocked>>,
    outbox: Arc<Mutex<Outbox>>,
    interrupt: Arc<Interrupt>,
    commits: AtomicU64,
    /// [`WIPES`], when the store was last seen to be there.
    wipes: AtomicU64,
    /// How many manifests the outbox has stored.
    manifests: Arc<AtomicU64>,
    language: RwLock<String>,
    notifier: ChangeNotifier,
    in_flight: InFlight,
}

/// How many stores this process has wiped.
static WIPES: AtomicU64 = AtomicU64::new(0);

/// What is in memory while the store is open.
struct Unlocked {
    main: MainStore,
    invite: Invite,
    /// The mission, and how many manifests the outbox had stored when it was loaded.
    loaded: Option<(u64, Arc<Loaded>)>,
    /// Fillings that were opened, by draft.
    open: HashMap<i64, Filling>,
}

/// The databases, and the folder of the attachments, in the folder of a store.
const MAIN: &str = "main.db";
const OUTBOX: &str = "outbox.db";
const BLOBS: &str = "blobs";

/// Settings of `main.db`.
mod kept {
    pub const INVITE: &str = "invite";
    pub const DEVICE_SEED: &str = "device_seed";
    pub const BOX_KEY: &str = "box_key";
    pub const SHARED_KEY: &str = "shared_key";
    pub const SHARED_ID: &str = "shared_id";
    pub const ENROLMENT: &str = "enrolment";
    pub const LANGUAGE: &str = "language";
    pub const MANIFEST: &str = "manifest";
    pub const UPTIME: &str = "uptime";
}

impl ObserverApp {
    /// Makes a store for an invite. Needs no network.
    ///
    /// # Errors
    /// The text is no invite, there is a store already, or the disk refuses.
    pub fn create(config: PhoneConfig, pin: &str, invite: &str) -> Result<Self, Error> {
        let invite_text = invite;
        let invite = Invite::from_text(invite_text)?;
        let guard = Lock::of(&config.folder);
        if Self::exists(&config) {
            return Err(InvalidReason::StoreExists.into());
        }
        std::fs::create_dir_all(&config.folder).map_err(StorageError::from)?;
        let key = guard.create(&*config.vault, pin)?;
        let mut main = MainStore::open(&config.folder.join(MAIN), &key, config.vault.clone())?;
        main.set_settings(&[(kept::INVITE, invite_text.as_bytes()), (kept::LANGUAGE, config.language.as_bytes())])?;
        let mut outbox = Outbox::open(&config.folder.join(OUTBOX), &*config.vault)?;
        address_outbox(&mut outbox, &invite)?;
        Ok(Self::assemble(config, outbox, Some(Unlocked { main, invite, loaded: None, open: HashMap::new() })))
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
            wipes: AtomicU64::new(WIPES.load(Ordering::SeqCst)),
            manifests: outbox.manifests.clone(),
            outbox: Arc::new(Mutex::new(outbox)),
            interrupt: Arc::default(),
            commits: AtomicU64::new(0),
        }
    }

    /// Whether there is a store in a folder, or what is left of one: otherwise an invite is needed first. A store that lost both
    /// copies of its lock still delivers what was signed.
    #[must_use]
    pub fn exists(config: &PhoneConfig) -> bool {
        Lock::of(&config.folder).exists() || [MAIN, OUTBOX].iter().any(|name| config.folder.join(name).exists())
    }

    /// Whether the PIN is needed before anything is shown.
    ///
    /// # Errors
    /// An earlier call broke off.
    pub fn is_locked(&self) -> Result<bool, Error> {
        Ok(self.unlocked()?.is_none())
    }

    /// Unlocks with the PIN.
    ///
    /// # Errors
    /// The PIN is wrong, or the store is damaged.
    pub fn unlock(&self, pin: &str) -> Result<(), Error> {
        let key = Lock::of(&self.config.folder).open(&*self.config.vault, pin)?;
        self.unlocked_with(&key)
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
        let repaired = salvage::repair(&mut main, &mut *lock(&self.outbox)?, &invite);
        repaired.map_err(|e| main.cause(e))?;
        *self.unlocked()? = Some(Unlocked { main, invite, loaded: None, open: HashMap::new() });
        self.tidy();
        self.notifier.notify(Change::Lock);
        Ok(())
    }

    /// Says who is told of changes from now on; nobody is, until this is called.
    pub fn listen(&self, listener: Option<Arc<dyn Listener>>) {
        self.notifier.listen(listener);
    }

    /// Speaks another language from now on.
    pub fn set_language(&self, language: &str) {
        *self.language.write().unwrap_or_else(PoisonError::into_inner) = language.to_owned();
        self.notifier.notify(Change::Work);
    }

    /// Changes the PIN.
    ///
    /// # Errors
    /// The old PIN is wrong (it is counted), or the new one is too short.
    pub fn change_pin(&self, old: &str, new: &str) -> Result<(), Error> {
        Lock::of(&self.config.folder).change(&*self.config.vault, old, new)
    }

    /// Wipes a store, needing no PIN: its keys are destroyed first, then its files. What was not delivered is lost. Close the core
    /// before.
    ///
    /// # Errors
    /// The vault or the disk refuses; call it again.
    pub fn wipe(config: &PhoneConfig) -> Result<(), Error> {
        // An open core of this process looks again before it takes anything.
        WIPES.fetch_add(1, Ordering::SeqCst);
        let wiped = Self::wipe_files(config);
        WIPES.fetch_add(1, Ordering::SeqCst);
        wiped
    }

    fn wipe_files(config: &PhoneConfig) -> Result<(), Error> {
        if Self::exists(config) {
            Lock::of(&config.folder).destroy(&*config.vault)?;
        }
        config.vault.destroy(crate::lock::OUTBOX_ALIAS)?;
        // What is gone already is no fault: SQLite takes its own files away while a connection is closed.
        ignore_not_found(std::fs::remove_dir_all(config.folder.join(BLOBS)))?;
        let Some(entries) = ignore_not_found(std::fs::read_dir(&config.folder))? else { return Ok(()) };
        for entry in entries {
            let Some(entry) = ignore_not_found(entry)? else { continue };
            if is_of_a_store(&entry.file_name()) {
                ignore_not_found(std::fs::remove_file(entry.path()))?;
            }
        }
        Ok(())
    }

    /// Whether anything of a store is in a folder that a wipe would take away: also where its lock is gone, and nothing opens it.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn is_left(folder: &Path) -> Result<bool, Error> {
        if Lock::of(folder).exists() || folder.join(BLOBS).exists() {
            return Ok(true);
        }
        let entries = ignore_not_found(std::fs::read_dir(folder))?.into_iter().flatten();
        Ok(entries.flatten().any(|entry| is_of_a_store(&entry.file_name())))
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

    /// The `synchronous` mode of the store, as SQLite names it.
    ///
    /// # Errors
    /// The store is locked.
    pub fn synchronous(&self) -> Result<&'static str, Error> {
        self.with(|u| u.main.synchronous())
    }

    /// How many durable commits of answers and reports this core made.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    fn committed(&self) {
        self.commits.fetch_add(1, Ordering::Relaxed);
    }

    fn unlocked(&self) -> Result<MutexGuard<'_, Option<Unlocked>>, Error> {
        self.unlocked.lock().map_err(|_| Error::Internal("an earlier call broke off; open the store again".into()))
    }

    /// A store that was wiped takes nothing more: what it would say is saved lies in files that are gone.
    fn ensure_not_wiped(&self) -> Result<(), Error> {
        if Self::exists(&self.config) {
            return Ok(());
        }
        Err(InvalidReason::Wiped.into())
    }

    /// The same, without a look at the disk where nothing was wiped since the last one.
    fn still_there(&self) -> Result<(), Error> {
        let wipes = WIPES.load(Ordering::SeqCst);
        if self.wipes.load(Ordering::SeqCst) != wipes {
            self.ensure_not_wiped()?;
            self.wipes.store(wipes, Ordering::SeqCst);
        }
        Ok(())
    }

    /// Runs with the open store.
    fn with<T>(&self, f: impl FnOnce(&mut Unlocked) -> Result<T, Error>) -> Result<T, Error> {
        self.ensure_not_wiped()?;
        self.held(f)
    }

    /// Runs with the open store and the mission, and touches `main.db` alone where the mission was loaded before: so that an answer
    /// waits for no sync.
    fn answering<T>(&self, f: impl FnOnce(&mut Unlocked, &Arc<Loaded>) -> Result<T, Error>) -> Result<T, Error> {
        self.still_there()?;
        self.held(|u| {
            let now = self.manifests.load(Ordering::SeqCst);
            let at_hand = u.loaded.as_ref().filter(|(stored, _)| *stored == now).map(|(_, loaded)| loaded.clone());
            let loaded = at_hand.map_or_else(|| self.loaded(u), Ok)?;
            f(u, &loaded)
        })
    }

    fn held<T>(&self, f: impl FnOnce(&mut Unlocked) -> Result<T, Error>) -> Result<T, Error> {
        let before = self.commits();
        let locked = || match Lock::of(&self.config.folder).attempts_left() {
            Ok(attempts_left) => Error::Locked { attempts_left },
            Err(e) => e,
        };
        let done = {
            let mut unlocked = self.unlocked()?;
            let u = unlocked.as_mut().ok_or_else(locked)?;
            f(u).map_err(|e| u.main.cause(e))
        };
        // With no lock held: the listener may call back.
        if self.commits() != before {
            self.notifier.notify(Change::Work);
        }
        done
    }

    /// Runs with the open store and the mission.
    fn with_mission<T>(&self, f: impl FnOnce(&mut Unlocked, &Arc<Loaded>) -> Result<T, Error>) -> Result<T, Error> {
        self.with(|u| {
            let loaded = self.loaded(u)?;
            f(u, &loaded)
        })
    }
}

fn address_outbox(outbox: &mut Outbox, invite: &Invite) -> Result<(), Error> {
    let servers = cbor::encode(&invite.servers);
    let roots = cbor::encode(&invite.tls_roots);
    outbox.set(&[(names::ROOT, &invite.root.0), (names::SERVERS, &servers), (names::TLS_ROOTS, &roots)], &[])
}

/// Whether a file belongs to one of the databases: its log, or what was put aside, too.
fn is_of_a_store(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    [MAIN, OUTBOX].iter().any(|database| name.starts_with(database.trim_end_matches("db")))
}

/// What a call on the disk gave; nothing where the file is not there.
fn ignore_not_found<T>(done: std::io::Result<T>) -> Result<Option<T>, Error> {
    match done {
        Ok(value) => Ok(Some(value)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(StorageError::from(e).into()),
    }
}
