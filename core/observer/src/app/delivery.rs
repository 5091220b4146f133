//! Enrolment and sync. No lock is held while the network is waited for.

use super::{BLOBS, ObserverApp, kept};
pub use crate::drive::Trouble;
use crate::drive::{Limit, SyncDriver, SyncOutcome, lock};
use crate::error::{Error, RefusalReason};
use crate::reason::InvalidReason;
use crate::store::names;
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::cbor;
use baqylau_protocol::certificate::Certificate;
use baqylau_protocol::enrolment::Enrolment;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::keys::{BoxKey, SigningKey, random};
use baqylau_protocol::notice::RowKey;
use baqylau_protocol::seal::SharedKey;
use baqylau_protocol::sync::Stop;
use baqylau_protocol::wire::Refusal;
use std::time::Duration;

/// Counts of a sync, when to try again, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncReport {
    /// Reports that were receipted.
    pub delivered: usize,
    /// Reports that the server refused; each says why.
    pub refused: usize,
    /// When it may be tried again, in milliseconds since 1970; `None` when nothing waits. What was refused waits too.
    pub again: Option<i64>,
    /// Whether the server knows the device.
    pub enrolled: bool,
    /// Objects of other phones that the server took.
    pub carried: usize,
    /// Letters that came. They are opened with the PIN.
    pub letters: usize,
    /// Bytes of request bodies, attachments apart.
    pub bytes_sent: u64,
    /// Bytes of attachments.
    pub attachment_bytes: u64,
    /// Why the server was not heard, the first time that it was not; or that the disk is full, whatever else there was.
    pub trouble: Option<Trouble>,
    /// Why something that waits was refused: the enrolment, a report, or a file of one.
    pub refusal: Option<RefusalReason>,
}

impl ObserverApp {
    /// Enrols: fetches the mission's bundle, makes the device's keys, and sends what makes them known. Calling it again goes on
    /// where it broke off.
    ///
    /// # Errors
    /// The server does not answer, the invite is refused, or the bundle is not the mission's.
    pub fn enrol(&self, budget: Duration) -> Result<SyncReport, Error> {
        self.with(|_| Ok(()))?;
        let limit = Limit::new(&self.interrupt, budget);
        if lock(&self.outbox)?.setting(names::MANIFEST)?.is_none() {
            self.driver()?.fetch_bundle(&limit)?;
        }
        self.make_enrolment()?;
        let report = self.run(&limit, true)?;
        let refused = lock(&self.outbox)?.setting(names::ENROLMENT_REFUSED)?.filter(|r| !r.is_empty());
        match refused {
            Some(refused) if !report.enrolled => {
                let refused: Refusal = cbor::decode(&refused, "refusal").map_err(|e| Error::Internal(e.to_string()))?;
                Err(Error::refused(refused.code.into(), refused.reason))
            }
            _ => Ok(report),
        }
    }

    /// With a bundle that a courier brought the keys are made, and reports can be signed, before any server was heard.
    fn enrol_offline(&self) -> Result<(), Error> {
        let ready = lock(&self.outbox)?.setting(names::MANIFEST)?.is_some();
        if ready && self.with(|u| u.main.setting(kept::ENROLMENT))?.is_none() { self.make_enrolment() } else { Ok(()) }
    }

    /// Makes the device's keys and its enrolment, once.
    fn make_enrolment(&self) -> Result<(), Error> {
        let manifest = lock(&self.outbox)?.setting(names::MANIFEST)?.unwrap_or_default();
        let enrolment = self.with(|u| {
            if let Some(made) = u.main.setting(kept::ENROLMENT)? {
                return Ok(made);
            }
            let manifest = Manifest::open(&manifest, u.invite.root)?;
            let (certificate, _) = Certificate::open(&u.invite.certificate, &manifest.issuer_keys(), manifest.mission)?;
            let invite_key = SigningKey::from_seed(*u.invite.seed);
            if invite_key.public() != certificate.key {
                return Err(InvalidReason::InviteUnusable.into());
            }
            let (device, box_key) = (SigningKey::generate(), BoxKey::generate());
            let (shared, encapsulation) = SharedKey::encapsulate(manifest.reading_key(), manifest.mission)
                .map_err(|e| Error::refused(RefusalReason::NotGenuine, e))?;
            let enrolment = Enrolment {
                v: baqylau_protocol::VERSION,
                mission: manifest.mission,
                certificate: u.invite.certificate.clone(),
                device_key: device.public(),
                box_key: box_key.public().into(),
                reading_key: manifest.reading_key().number,
                encapsulation: encapsulation.into(),
                nonce: random().into(),
                replaces: u.invite.replaces,
            };
            let bytes = enrolment.sign(&device, &invite_key);
            let (shared_key, shared_id) = shared.to_parts();
            u.main.set_settings(&[
                (kept::DEVICE_SEED, device.seed()),
                (kept::BOX_KEY, &*box_key.to_bytes()),
                (kept::SHARED_KEY, &*shared_key),
                (kept::SHARED_ID, &shared_id.0),
                (kept::ENROLMENT, &bytes),
            ])?;
            Ok(bytes)
        })?;
        lock(&self.outbox)?.set(&[(names::ENROLMENT, &enrolment)], &[])?;
        self.keep_row_key()
    }

    /// Puts where a locked phone has it what names and opens this phone's rows of read notices.
    fn keep_row_key(&self) -> Result<(), Error> {
        if lock(&self.outbox)?.row_key()?.is_some() {
            return Ok(());
        }
        let shared = self.with(|u| Ok(u.main.setting(kept::SHARED_KEY)?.zip(u.main.setting(kept::SHARED_ID)?)))?;
        let shared = shared.and_then(|(key, id)| Some((key.try_into().ok()?, Hash::from_slice(&id)?)));
        let Some((key, id)) = shared else { return Ok(()) };
        let key = RowKey::of(&SharedKey::from_parts(key, id));
        lock(&self.outbox)?.set(&[(names::ROW_KEY, &*key.to_bytes())], &[])
    }

    /// Delivers what waits, within a budget of time. Works while locked. Tries at the time that earlier failures set; see
    /// [`ObserverApp::sync_now`].
    ///
    /// # Errors
    /// Interrupted, or the store failed. That the server does not answer, or the time is up, is no error: the report says when to try
    /// again.
    pub fn sync(&self, budget: Duration) -> Result<SyncReport, Error> {
        self.run(&Limit::new(&self.interrupt, budget), false)
    }

    /// As [`ObserverApp::sync`], at once, because the observer asked.
    ///
    /// # Errors
    /// As [`ObserverApp::sync`].
    pub fn sync_now(&self, budget: Duration) -> Result<SyncReport, Error> {
        self.run(&Limit::new(&self.interrupt, budget), true)
    }

    /// As [`ObserverApp::sync_now`], with everything that was delivered before: for coordinators whose server lost or damaged some
    /// of it. What the server has whole it receipts again.
    ///
    /// # Errors
    /// As [`ObserverApp::sync`].
    pub fn sync_again(&self, budget: Duration) -> Result<SyncReport, Error> {
        {
            let mut outbox = lock(&self.outbox)?;
            outbox.send_again()?;
            outbox.set(&[(names::ENROLMENT_RECEIPT, b"")], &[])?;
        }
        self.run(&Limit::new(&self.interrupt, budget), true)
    }

    fn run(&self, limit: &Limit, now: bool) -> Result<SyncReport, Error> {
        let mut outcome = self.driver()?.run(limit, now)?;
        // While locked it is done at the next unlocking.
        if self.unlocked()?.is_some() && self.tidy() {
            let word = self.driver()?.run(limit, now)?;
            outcome = SyncOutcome { stop: word.stop, bytes_sent: outcome.bytes_sent + word.bytes_sent, ..outcome };
        }
        let refusal = self.refusal()?;
        Ok(SyncReport {
            delivered: outcome.delivered,
            refused: outcome.refused,
            again: match outcome.stop {
                Stop::Wait { until } => Some(until),
                Stop::Done => lock(&self.outbox)?.refused_until()?,
                Stop::NotEnrolled => Some(lock(&self.outbox)?.paused()?.1),
            },
            enrolled: lock(&self.outbox)?.setting(names::ENROLMENT_RECEIPT)?.is_some(),
            carried: outcome.carried,
            letters: outcome.letters,
            bytes_sent: outcome.bytes_sent,
            attachment_bytes: outcome.attachment_bytes,
            trouble: outcome.trouble,
            refusal,
        })
    }

    /// Why something that waits was refused, of what keeps most from being delivered first.
    fn refusal(&self) -> Result<Option<RefusalReason>, Error> {
        let outbox = lock(&self.outbox)?;
        if outbox.setting(names::ENROLMENT_RECEIPT)?.is_none()
            && let Some(refused) = outbox.setting(names::ENROLMENT_REFUSED)?
        {
            return Ok(cbor::decode::<Refusal>(&refused, "refusal").ok().map(|refused| refused.code.into()));
        }
        outbox.first_refusal()
    }

    /// Opens letters and forgets what is due; whether there is a word to send on. What fails here keeps nobody from working, and is
    /// done the next time.
    pub(super) fn tidy(&self) -> bool {
        let _next_time = self.enrol_offline();
        let _next_time = self.keep_row_key();
        let _next_time = self.permit_uploads();
        let opened = self.open_letters().unwrap_or(false);
        let _next_time = self.forget();
        let _next_time = self.remove_orphan_files();
        opened
    }

    pub(super) fn driver(&self) -> Result<SyncDriver, Error> {
        self.ensure_not_wiped()?;
        let around = (self.config.folder.join(BLOBS), self.config.transport.clone());
        let watched = (self.notifier.clone(), self.in_flight.clone());
        SyncDriver::new(self.outbox.clone(), self.config.clock.clone(), around, watched)
    }

    /// Before the app is frozen: ends what [`ObserverApp::interrupt`] ends, and returns when no write is under way.
    ///
    /// # Errors
    /// An earlier call broke off.
    pub fn suspend(&self) -> Result<(), Error> {
        self.interrupt.fire();
        drop(self.unlocked()?);
        drop(lock(&self.outbox)?);
        Ok(())
    }

    /// Ends every sync and enrolment that is under way in another thread; what was acknowledged is kept. One that begins later runs.
    pub fn interrupt(&self) {
        self.interrupt.fire();
    }
}
