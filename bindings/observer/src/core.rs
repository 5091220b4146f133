//! [`ObserverCore`]: the one door to a phone's store. One to three lines a call; what is decided is decided below.

mod checklists;
mod delivery;
mod locking;

pub use delivery::CourierScanner;

use crate::answers::{Position, VisitUpdate};
use crate::errors::{BaqylauError, Why};
use crate::phone::{ChangeListener, Files, KeyVault, ListenerAdapter, Phone, vault_error};
use crate::views::{
    ChecklistView, DraftView, InviteView, MissionView, PlaceView, Salvaged, VisitPage, VisitView, size,
};
use baqylau_observer::app;
use baqylau_observer::vault::FileVault;
use baqylau_protocol::certificate::Invite;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;

type Result<T> = std::result::Result<T, BaqylauError>;

/// The observer's phone. Every call may come from any thread; calls block.
#[derive(uniffi::Object)]
pub struct ObserverCore(app::ObserverApp);

/// Every item of a list as another record.
fn each<A, B: From<A>>(list: Vec<A>) -> Vec<B> {
    list.into_iter().map(Into::into).collect()
}

/// What cannot fail in the other languages: Swift has no way to tell of a panic there, and ends the app.
fn calm<T: Default>(call: impl FnOnce() -> T) -> T {
    std::panic::catch_unwind(AssertUnwindSafe(call)).unwrap_or_default()
}

#[uniffi::export]
impl ObserverCore {
    /// Makes a store for an invite. Needs no network.
    #[uniffi::constructor]
    pub fn create(phone: Phone, vault: Arc<dyn KeyVault>, pin: String, invite: String) -> Result<Self> {
        Ok(Self(app::ObserverApp::create(phone.config(vault), &pin, &invite)?))
    }

    /// Opens a store with its PIN.
    #[uniffi::constructor]
    pub fn open(phone: Phone, vault: Arc<dyn KeyVault>, pin: String) -> Result<Self> {
        Ok(Self(app::ObserverApp::open(phone.config(vault), &pin)?))
    }

    /// Opens a store without the PIN: it delivers, and shows nothing, until it is unlocked.
    #[uniffi::constructor]
    pub fn open_locked(phone: Phone, vault: Arc<dyn KeyVault>) -> Result<Self> {
        Ok(Self(app::ObserverApp::open_locked(phone.config(vault))?))
    }

    /// The mission.
    pub fn mission(&self) -> Result<MissionView> {
        Ok(self.0.mission()?.into())
    }

    /// Speaks another language from now on.
    pub fn set_language(&self, language: String) {
        calm(|| self.0.set_language(&language));
    }

    /// The checklists on offer.
    pub fn checklists(&self) -> Result<Vec<ChecklistView>> {
        Ok(each(self.0.checklists()?))
    }

    /// Places of the levels (all, when there is none), within a place if one is given, that have every word of the query.
    pub fn places(
        &self,
        levels: Vec<String>,
        within: Option<String>,
        query: String,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<PlaceView>> {
        Ok(each(self.0.search_places(&levels, within.as_deref(), &query, size(offset), size(limit))?))
    }

    /// Places of the levels with their distance, the nearest first.
    pub fn places_near(&self, levels: Vec<String>, from: Position, limit: u32) -> Result<Vec<PlaceView>> {
        Ok(each(self.0.places_near(&levels, from.into(), size(limit))?))
    }

    /// The places of this phone's visits, the last first, each once.
    pub fn recent_places(&self, levels: Vec<String>, limit: u32) -> Result<Vec<PlaceView>> {
        Ok(each(self.0.recent_places(&levels, size(limit))?))
    }

    /// Starts a visit. Without a number it gets the next of this phone.
    pub fn start_visit(&self, place: Option<String>, number: Option<u32>) -> Result<VisitView> {
        Ok(self.0.start_visit(place.as_deref(), number)?.into())
    }

    /// The visits of this phone, oldest first.
    pub fn visits(&self) -> Result<Vec<VisitView>> {
        Ok(each(self.0.visits()?))
    }

    /// A visit with everything that is drawn of it; nothing where there is none of this code.
    pub fn visit_page(&self, code: String) -> Result<Option<VisitPage>> {
        Ok(self.0.visit_page(&code)?.map(Into::into))
    }

    /// Changes a visit; its checklists follow.
    pub fn update_visit(&self, code: String, update: VisitUpdate) -> Result<VisitView> {
        Ok(self.0.update_visit(&code, update.into())?.into())
    }

    /// Opens a checklist of a visit: the draft that is there, or a new one.
    pub fn start_checklist(&self, visit: String, checklist: String) -> Result<DraftView> {
        Ok(self.0.start_checklist(&visit, &checklist)?.into())
    }

    /// Ends this phone's work: a signed record says that nothing follows.
    pub fn close_work(&self) -> Result<()> {
        Ok(self.0.close()?)
    }

    /// Says who is told of changes; nobody, when there is none. A listener that holds its core keeps both alive until it is taken
    /// away again.
    pub fn listen(&self, listener: Option<Arc<dyn ChangeListener>>) {
        calm(|| {
            self.0.listen(listener.map(|l| Arc::new(ListenerAdapter(l)) as Arc<dyn baqylau_observer::listen::Listener>))
        });
    }
}

/// Reads an invite before it is accepted; fails where the text is none.
#[uniffi::export]
pub fn read_invite(text: String) -> Result<InviteView> {
    Ok(Invite::from_text(&text).map_err(baqylau_observer::Error::from)?.into())
}

/// Whether a phone has a store: otherwise an invite is needed first.
#[uniffi::export]
pub fn store_exists(phone: Phone, vault: Arc<dyn KeyVault>) -> Result<bool> {
    Ok(app::ObserverApp::exists(&phone.config(vault)))
}

/// Destroys the keys and files of a store, without the PIN. A core of it that is still open takes nothing more.
#[uniffi::export]
pub fn wipe(phone: Phone, vault: Arc<dyn KeyVault>) -> Result<()> {
    Ok(app::ObserverApp::wipe(&phone.config(vault))?)
}

/// Makes a damaged store anew from what can still be read of it.
#[uniffi::export]
pub fn salvage(phone: Phone, vault: Arc<dyn KeyVault>, pin: String) -> Result<Salvaged> {
    Ok(app::ObserverApp::salvage(&phone.config(vault), &pin)?.into())
}

/// A key vault in files that only their owner may read, for machines without a chip.
#[uniffi::export]
pub fn file_vault(folder: String) -> Result<Arc<dyn KeyVault>> {
    let vault = FileVault::open(Path::new(&folder))
        .map_err(|e| BaqylauError::Refused { why: Why::KeyStore, reason: vault_error(e).to_string() })?;
    Ok(Arc::new(Files(vault)))
}

/// Panics, for tests of shells: a fault of this program reaches them as an error.
#[uniffi::export]
pub fn panic_on_purpose() -> Result<()> {
    panic!("on purpose")
}
