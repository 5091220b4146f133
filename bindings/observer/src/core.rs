//! [`ObserverCore`]: the one door to a phone's store. One to three lines a call; what is decided is decided below.

use crate::answers::{Answer, Key, Position, VisitUpdate};
use crate::errors::{BaqylauError, Why};
use crate::phone::{ByteSource, ChangeListener, Files, KeyVault, ListenerAdapter, Phone, SourceAdapter, vault_error};
use crate::views::{
    AddedRow, AnswerChange, Carried, ChecklistPage, ChecklistView, ChoiceView, CourierReport, DraftView, FollowUp,
    InviteView, Leftover, LetterView, MissionView, PlaceView, Problem, Progress, ReportView, Salvaged, SectionView,
    Summary, SyncReport, ViewChange, VisitView, Wanted, size,
};
use baqylau_observer::app;
use baqylau_observer::vault::FileVault;
use baqylau_protocol::certificate::Invite;
use baqylau_protocol::courier::Assembler;
use std::io::Cursor;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

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

    /// Enrols: fetches the bundle, makes the device's keys, sends what makes them known. Calling it again goes on where it broke off.
    pub fn enrol(&self, budget_ms: u64) -> Result<SyncReport> {
        Ok(self.0.enrol(Duration::from_millis(budget_ms))?.into())
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

    /// Changes a visit; its checklists follow.
    pub fn update_visit(&self, code: String, update: VisitUpdate) -> Result<VisitView> {
        Ok(self.0.update_visit(&code, update.into())?.into())
    }

    /// Opens a checklist of a visit: the draft that is there, or a new one.
    pub fn start_checklist(&self, visit: String, checklist: String) -> Result<DraftView> {
        Ok(self.0.start_checklist(&visit, &checklist)?.into())
    }

    /// One section of a draft with everything that is drawn around it; from now on changes speak of it. `letter`: the one that the
    /// draft answers.
    pub fn checklist_page(&self, draft: i64, wanted: Wanted, letter: Option<i64>) -> Result<ChecklistPage> {
        Ok(self.0.checklist_page(draft, wanted.into(), letter)?.into())
    }

    /// The sections of a draft, without rows.
    pub fn sections(&self, draft: i64) -> Result<Vec<SectionView>> {
        Ok(each(self.0.sections(draft)?))
    }

    /// Opens a section: its rows, and from now on changes speak of it.
    pub fn open_section(&self, draft: i64, section: u32) -> Result<SectionView> {
        Ok(self.0.open_section(draft, size(section))?.into())
    }

    /// The choices of a question, searched and paged.
    pub fn choices(&self, draft: i64, key: Key, query: String, offset: u32, limit: u32) -> Result<Vec<ChoiceView>> {
        Ok(each(self.0.choices(draft, key.into(), &query, size(offset), size(limit))?))
    }

    /// Everything that is wrong or missing in a draft.
    pub fn issues(&self, draft: i64) -> Result<Vec<Problem>> {
        Ok(each(self.0.issues(draft)?))
    }

    /// How far a draft is.
    pub fn progress(&self, draft: i64) -> Result<Progress> {
        Ok(self.0.progress(draft)?.into())
    }

    /// Sets an answer. Durable when it returns.
    pub fn set_answer(&self, draft: i64, key: Key, answer: Answer) -> Result<ViewChange> {
        Ok(self.0.set(draft, key.into(), answer.into())?.into())
    }

    /// An answer from text, as a scanner or a keyboard gives it: choices by name, `?dk` for a missing value.
    pub fn read_answer(&self, draft: i64, key: Key, text: String) -> Result<Answer> {
        Ok(self.0.read_answer(draft, key.into(), &text)?.into())
    }

    /// Clears an answer.
    pub fn clear_answer(&self, draft: i64, key: Key) -> Result<ViewChange> {
        Ok(self.0.clear(draft, key.into())?.into())
    }

    /// Sets or clears a note to a question.
    pub fn set_note(&self, draft: i64, key: Key, note: Option<String>) -> Result<ViewChange> {
        Ok(self.0.set_note(draft, key.into(), note)?.into())
    }

    /// Confirms a warning, with a reason.
    pub fn confirm(&self, draft: i64, key: Key, reason: Option<String>) -> Result<ViewChange> {
        Ok(self.0.confirm(draft, key.into(), reason)?.into())
    }

    /// Adds a row to a repeat.
    pub fn add_row(&self, draft: i64, repeat: Key) -> Result<AddedRow> {
        let (key, change) = self.0.add_row(draft, repeat.into())?;
        Ok(AddedRow { key: key.into(), change: change.into() })
    }

    /// Removes a row of a repeat.
    pub fn remove_row(&self, draft: i64, row: Key) -> Result<ViewChange> {
        Ok(self.0.remove_row(draft, row.into())?.into())
    }

    /// Attaches a file: cleaned of metadata and encrypted while it is read. `media` is its type, as `image/jpeg`.
    pub fn attach(&self, draft: i64, key: Key, media: String, source: Arc<dyn ByteSource>) -> Result<ViewChange> {
        Ok(self.0.attach(draft, key.into(), &media, &mut SourceAdapter(source))?.into())
    }

    /// What was attached, decrypted into memory, to be shown.
    pub fn read_attachment(&self, draft: i64, name: String) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        self.0.read_attachment(draft, &name, &mut out)?;
        Ok(out)
    }

    /// Carries a draft to the version of its checklist that the bundle has now.
    pub fn carry(&self, draft: i64) -> Result<Carried> {
        let (draft, left) = self.0.carry(draft)?;
        Ok(Carried { draft: draft.into(), left: each(left) })
    }

    /// What found no place when a draft was carried.
    pub fn leftovers(&self, draft: i64) -> Result<Vec<Leftover>> {
        Ok(each(self.0.leftovers(draft)?))
    }

    /// Throws a draft away that was never signed.
    pub fn discard(&self, draft: i64) -> Result<()> {
        Ok(self.0.discard(draft)?)
    }

    /// Signs and seals a draft: a report, which never changes. What is missing or unlikely needs a reason.
    pub fn finalise(&self, draft: i64, incomplete: Option<String>) -> Result<ReportView> {
        Ok(self.0.finalise(draft, incomplete)?.into())
    }

    /// Opens a signed report to be corrected; `why` goes with the amendment.
    pub fn amend(&self, report: i64, why: String) -> Result<DraftView> {
        Ok(self.0.amend(report, &why)?.into())
    }

    /// What a draft or report that amends another changes.
    pub fn changes(&self, draft: i64) -> Result<Vec<AnswerChange>> {
        Ok(each(self.0.changes(draft)?))
    }

    /// A call for help: signs an urgent report at once, as it is, with where the phone is. Sync afterwards.
    pub fn alarm(&self, position: Option<Position>) -> Result<ReportView> {
        Ok(self.0.alarm(position.map(Into::into))?.into())
    }

    /// What is to be looked at again, the earliest day first.
    pub fn follow_ups(&self) -> Result<Vec<FollowUp>> {
        Ok(each(self.0.follow_ups()?))
    }

    /// Every report of this phone with its state.
    pub fn reports(&self) -> Result<Vec<ReportView>> {
        Ok(each(self.0.reports()?))
    }

    /// How safe everything is.
    pub fn summary(&self) -> Result<Summary> {
        Ok(self.0.summary()?.into())
    }

    /// The coordinators' letters, newest first.
    pub fn letters(&self) -> Result<Vec<LetterView>> {
        Ok(each(self.0.letters()?))
    }

    /// Opens the report that a letter asks about, to be amended.
    pub fn answer_letter(&self, letter: i64, why: String) -> Result<DraftView> {
        Ok(self.0.answer(letter, &why)?.into())
    }

    /// Delivers what waits, within a budget of time, not before earlier failures allow it. Works while locked. When the time is up the
    /// report says so by `again_ms`.
    pub fn sync(&self, budget_ms: u64) -> Result<SyncReport> {
        Ok(self.0.sync(Duration::from_millis(budget_ms))?.into())
    }

    /// The same at once, because the observer asked.
    pub fn sync_now(&self, budget_ms: u64) -> Result<SyncReport> {
        Ok(self.0.sync_now(Duration::from_millis(budget_ms))?.into())
    }

    /// The same, with everything that was delivered before: for coordinators whose server lost some of it. What it has is not counted
    /// twice.
    pub fn sync_again(&self, budget_ms: u64) -> Result<SyncReport> {
        Ok(self.0.sync_again(Duration::from_millis(budget_ms))?.into())
    }

    /// Ends every sync and enrolment that is under way in another thread; what was acknowledged is kept. One that begins later runs.
    pub fn interrupt(&self) {
        calm(|| self.0.interrupt());
    }

    /// Before the app is frozen: ends what `interrupt` ends, and returns when no write is under way.
    pub fn suspend(&self) -> Result<()> {
        Ok(self.0.suspend()?)
    }

    /// Everything that another phone or the desk can carry, sealed. Works while locked.
    pub fn export_courier(&self) -> Result<Vec<u8>> {
        Ok(self.0.export_courier()?)
    }

    /// The same without the mission's own data, as frames for a screen: codes to be shown one after the other, again and again.
    pub fn courier_codes(&self) -> Result<Vec<String>> {
        Ok(self.0.courier_codes()?)
    }

    /// The encrypted attachments that may travel beside it: paths of files.
    pub fn courier_attachments(&self) -> Result<Vec<String>> {
        Ok(self.0.courier_attachments()?.into_iter().map(|p| p.display().to_string()).collect())
    }

    /// Takes what a courier brings. Works while locked.
    pub fn import_courier(&self, file: Vec<u8>) -> Result<CourierReport> {
        Ok(self.0.import_courier(&file)?.into())
    }

    /// Takes an attachment that a courier brought, to be carried on.
    pub fn import_attachment(&self, source: Arc<dyn ByteSource>) -> Result<()> {
        Ok(self.0.import_attachment(&mut SourceAdapter(source))?)
    }

    /// Closes what the PIN opened. What waits is still delivered.
    pub fn lock(&self) -> Result<()> {
        Ok(self.0.lock()?)
    }

    /// Whether the PIN is needed before anything is shown.
    pub fn is_locked(&self) -> Result<bool> {
        Ok(self.0.is_locked()?)
    }

    /// Unlocks with the PIN.
    pub fn unlock(&self, pin: String) -> Result<()> {
        Ok(self.0.unlock(&pin)?)
    }

    /// Unlocks with face or finger, as the key vault asks for it.
    pub fn unlock_with_biometric(&self) -> Result<()> {
        Ok(self.0.unlock_with_biometric()?)
    }

    /// Whether face or finger unlock. Not where the lock cannot be read: the PIN then says why.
    pub fn has_biometric(&self) -> bool {
        calm(|| self.0.has_biometric())
    }

    /// Lets face or finger unlock, or no longer.
    pub fn allow_biometric(&self, pin: String, on: bool) -> Result<()> {
        Ok(self.0.allow_biometric(&pin, on)?)
    }

    /// Changes the PIN.
    pub fn change_pin(&self, old: String, new: String) -> Result<()> {
        Ok(self.0.change_pin(&old, &new)?)
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

/// What an invite says, before it is accepted.
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

/// A source of bytes that are in memory already.
#[uniffi::export]
pub fn bytes_source(bytes: Vec<u8>) -> Arc<dyn ByteSource> {
    Arc::new(InMemory(Mutex::new(Cursor::new(bytes))))
}

struct InMemory(Mutex<Cursor<Vec<u8>>>);

impl ByteSource for InMemory {
    fn read(&self, at_most: u32) -> std::result::Result<Vec<u8>, crate::errors::ForeignError> {
        let mut out = Vec::new();
        let mut source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = std::io::Read::read_to_end(&mut std::io::Read::take(&mut *source, u64::from(at_most)), &mut out);
        read.map(|_| out).map_err(|e| crate::errors::ForeignError::Failed { reason: e.to_string() })
    }
}

/// Puts frames together that a camera reads, in whatever order.
#[derive(Default, uniffi::Object)]
pub struct CourierScanner(Mutex<Assembler>);

#[uniffi::export]
impl CourierScanner {
    /// One that has read nothing.
    #[uniffi::constructor]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a frame. Gives the file when it was the last that was missing.
    pub fn take(&self, frame: String) -> Result<Option<Vec<u8>>> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).take(&frame);
        Ok(taken.map_err(baqylau_observer::Error::from)?)
    }

    /// How many frames are here, in percent of those that there are.
    pub fn percent(&self) -> u32 {
        calm(|| {
            let (here, all) = self.0.lock().unwrap_or_else(PoisonError::into_inner).progress();
            u32::try_from(here.saturating_mul(100) / all.max(1)).unwrap_or(100)
        })
    }
}

/// Panics, for tests of shells: a fault of this program reaches them as an error.
#[uniffi::export]
pub fn panic_on_purpose() -> Result<()> {
    panic!("on purpose")
}
