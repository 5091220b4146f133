//! [`ObserverApp`]: the one door to a phone's store. Shells, the terminal observer and the demonstration all use it, and nothing
//! of theirs reaches around it.
//!
//! # Layout
//! - `opening`: a store made and opened; `unlocking`: the PIN, face and finger; `wiping`: its end; `duress`: the second PIN
//! - `mission`: the mission's bundle, loaded and shared
//! - `visits`: visits and their places
//! - `drafts`: checklists of a visit; `answers`: being filled; `page`: what each screen draws
//! - `signing`: a draft becomes a report; `reports`: the state of each
//! - `amend`: correcting what was signed, and closing the chain
//! - `attach`: photographs, sound, video and files
//! - `courier`: delivery by hand
//! - `letters`: what the coordinators write; `handed`: answering it, from another phone too
//! - `forget`: making sent visits unreadable after the review window
//! - `delivery`: enrolment and sync
//! - `salvage`: a damaged store made anew, and the outbox from `main.db`

mod alarm;
mod amend;
mod answers;
mod attach;
mod cache;
mod courier;
mod delivery;
mod drafts;
mod duress;
mod followups;
mod forget;
mod letters;
mod mission;
mod opening;
mod page;
mod places;
mod proxied;
mod reassigned;
mod reports;
mod salvage;
mod signing;
mod unlocking;
mod visits;
mod wiping;

pub use crate::store::LogConsistency;
pub use amend::ChangeView;
pub use cache::MissionCache;
pub use courier::CourierReport;
pub use delivery::{SyncReport, Trouble};
pub use drafts::DraftView;
pub use followups::FollowUp;
pub use letters::LetterView;
pub use mission::{ChecklistView, MissionView, fingerprint};
pub use page::{
    ChecklistPage, DraftLine, ReportLine, ReportsPage, ReviewNumber, ReviewPage, ReviewProblem, VisitPage,
    WantedSection,
};
pub use places::PlaceView;
pub use reports::{DeliveryState, ReportView, Summary};
pub use visits::{VisitChange, VisitView};

pub use baqylau_forms::fill::{
    AnswerProblem, CellKey, ChoiceView, Issue, OfferedChoices, Outcome, Progress, QuestionView, SectionView, Unmapped,
    ViewChange,
};

use crate::clock::Clock;
use crate::drive::Interrupt;
use crate::error::Error;
use crate::in_flight::InFlight;
use crate::listen::{Change, ChangeNotifier, Listener};
use crate::lock::Lock;
use crate::store::{MainStore, Outbox};
use crate::vault::Vault;
use baqylau_forms::Filling;
use baqylau_http::Transport;
use baqylau_protocol::certificate::Invite;
use mission::Loaded;
use std::collections::HashMap;
use std::path::PathBuf;
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
    /// Decoded missions, shared with the other phones of the process.
    pub missions: Arc<MissionCache>,
    /// What carries its requests, in the place of the network.
    pub transport: Option<Arc<dyn Transport>>,
}

/// The observer's phone. Every call may come from any thread; calls block.
pub struct ObserverApp {
    config: PhoneConfig,
    unlocked: Mutex<Option<Unlocked>>,
    /// Held while a PIN is judged and what follows is done: the same PIN given twice is judged against what the first one left.
    unlocking: Mutex<()>,
    outbox: Arc<Mutex<Outbox>>,
    interrupt: Arc<Interrupt>,
    commits: AtomicU64,
    /// How many stores this process had wiped, when the store was last seen to be there.
    wipes: AtomicU64,
    /// How many stores an empty one took the place of.
    replaced: AtomicU64,
    /// How many manifests the outbox has stored.
    manifests: Arc<AtomicU64>,
    language: RwLock<String>,
    notifier: ChangeNotifier,
    in_flight: InFlight,
}

/// The open store, and what is read of it once.
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
/// An empty file in the folder of a store that is not made to its end.
const UNFINISHED: &str = "main.unfinished";

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
    /// What the second PIN opens.
    pub const SPARE_KEY: &str = "spare_key";
}

impl ObserverApp {
    /// Says who is told of changes from now on; nobody is, until this is called.
    pub fn listen(&self, listener: Option<Arc<dyn Listener>>) {
        self.notifier.listen(listener);
    }

    /// Speaks another language from now on.
    pub fn set_language(&self, language: &str) {
        *self.language.write().unwrap_or_else(PoisonError::into_inner) = language.to_owned();
        self.notifier.notify(Change::Work);
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
