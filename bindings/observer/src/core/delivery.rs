//! Delivery: reports, letters, sync, and the courier's way.

use super::{ObserverCore, Result, calm, each};
use crate::phone::{ByteSource, SourceAdapter};
use crate::views::{CourierReport, DraftView, FollowUp, LetterView, ReportView, ReportsPage, Summary, SyncReport};
use baqylau_protocol::courier::Assembler;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

#[uniffi::export]
impl ObserverCore {
    /// Enrols: fetches the bundle, makes the device's keys, sends what makes them known. Calling it again goes on where it broke off.
    pub fn enrol(&self, budget_ms: u64) -> Result<SyncReport> {
        Ok(self.0.enrol(Duration::from_millis(budget_ms))?.into())
    }

    /// What is to be looked at again, the earliest day first.
    pub fn follow_ups(&self) -> Result<Vec<FollowUp>> {
        Ok(each(self.0.follow_ups()?))
    }

    /// Every report of this phone with its state.
    pub fn reports(&self) -> Result<Vec<ReportView>> {
        Ok(each(self.0.reports()?))
    }

    /// The reports and letters with everything that is drawn of them.
    pub fn reports_page(&self) -> Result<ReportsPage> {
        Ok(self.0.reports_page()?.into())
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

    /// Goes through a SOCKS5 proxy from now on, as `127.0.0.1:9050`, because the network blocks the mission's servers; none ends it.
    pub fn set_proxy(&self, address: Option<String>) -> Result<()> {
        Ok(self.0.set_proxy(address.as_deref())?)
    }

    /// The proxy that was set.
    pub fn proxy(&self) -> Result<Option<String>> {
        Ok(self.0.proxy()?)
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
