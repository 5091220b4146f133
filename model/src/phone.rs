//! A phone: its receipts, the head that it keeps, and one run of the sync state machine that is shipped.

use crate::action::Reception;
use crate::bug::PlantedBug;
use crate::manifest::ModelledManifest;
use crate::notice::{DeskNotices, KeptRows, Reading};
use crate::object::ModelledObject;
use crate::server::{ModelledServer, Reader};
use baqylau_protocol::receipt::Receipt;
use baqylau_protocol::sync::{Action, Event, Failure, SyncInputs, SyncState, WaitingEnvelope, step};
use baqylau_protocol::wire::{Refusal, RefusalCode, Verdict};
use std::collections::VecDeque;

/// A phone.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ModelledPhone {
    /// The version of the manifest that it knows.
    pub manifest: usize,
    /// How many reports it signed.
    pub signed: u8,
    /// The place that the receipt of its enrolment is for.
    pub enrolled: Option<usize>,
    /// Of each report with a receipt: its number, its place, and whether it is offered again.
    pub receipts: Vec<(u8, usize, bool)>,
    /// The largest head that is proved to go on from those before: what it covers stands for its root.
    pub head: Option<Vec<ModelledObject>>,
    /// The largest head of receipts that a courier brought, until the server proves that its log goes on from there.
    pub by_hand: Option<Vec<ModelledObject>>,
    /// A head was not proved to go on from the kept one.
    pub unproved: bool,
    /// Two heads of one size have two roots.
    pub contradicted: bool,
    /// It was destroyed: what it signed is where it was sent.
    pub gone: bool,
    /// What was sent and is not asked about: for the bug that does so.
    pub given_up: Vec<u8>,
    /// What desks said that they read.
    pub rows: KeptRows,
    /// The reports of which no copy is here any more.
    pub dropped: Vec<u8>,
}

/// The head of receipts that come by hand, and who signed it.
pub(crate) struct HandedHead<'a> {
    pub key: u8,
    pub log: &'a [ModelledObject],
}

impl ModelledPhone {
    /// Whether the observer sees a report as delivered.
    pub fn shows_delivered(&self, seq: u8) -> bool {
        self.receipts.iter().any(|(number, ..)| *number == seq)
    }

    /// Whether the observer sees that something is wrong with the server.
    pub fn sees_a_fault(&self) -> bool {
        self.unproved || self.contradicted
    }

    /// What is to be sent, by number.
    pub fn queue(&self) -> Vec<u8> {
        let done = |seq: &u8| self.receipts.iter().any(|(number, _, again)| number == seq && !again);
        (1..=self.signed)
            .filter(|seq| !done(seq) && !self.given_up.contains(seq) && !self.dropped.contains(seq))
            .collect()
    }

    /// Takes a manifest, and takes back what a new log does not have. As `core/observer/src/store/epochs.rs`.
    pub fn take_manifest(
        &mut self,
        phone: u8,
        manifests: &[ModelledManifest],
        version: usize,
        bug: Option<PlantedBug>,
    ) {
        if version <= self.manifest {
            return;
        }
        let manifest = &manifests[version];
        let kept = manifest.kept_since(manifests[self.manifest].key());
        self.manifest = version;
        let (Some(kept), Some(log)) = (kept.and_then(|head| usize::try_from(head.size).ok()), manifest.before.last())
        else {
            return;
        };
        // A server that went back and ran on gave the same places to other objects: only what is proved under the new head is there.
        let trusted = bug == Some(PlantedBug::PhoneTrustsPlaces);
        let stands = |object, place: usize| place < kept && (trusted || log[place] == object);
        if bug != Some(PlantedBug::PhoneKeepsReceipts) {
            self.receipts.retain(|(seq, place, _)| stands(ModelledObject::Report(phone, *seq), *place));
        }
        self.enrolled = self.enrolled.filter(|place| stands(ModelledObject::Enrolment(phone), *place));
        let shorter = |head: &Vec<ModelledObject>| bug == Some(PlantedBug::PhoneKeepsHead) && head.len() <= kept;
        self.head = self.head.take().filter(shorter);
        (self.by_hand, self.unproved, self.contradicted) = (None, false, false);
    }

    /// Compares a head with the one that was kept. As `core/observer/src/drive/heads.rs`; that a log begins with another is what a proof
    /// of consistency says.
    fn compare_head(&mut self, manifest: &ModelledManifest, seen: &[ModelledObject], bug: Option<PlantedBug>) {
        let one_log = |head: &Vec<ModelledObject>| head.starts_with(seen) || seen.starts_with(head);
        if !self.by_hand.as_ref().is_none_or(one_log) && bug != Some(PlantedBug::HeadsAreNotCompared) {
            self.unproved = true;
            return;
        }
        self.by_hand = self.by_hand.take().filter(|head| head.len() > seen.len());
        let Some(known) = self.head.clone().or_else(|| manifest.before.last().cloned()) else {
            self.head = Some(seen.to_vec());
            return;
        };
        if self.head.is_some() && known.len() == seen.len() && known != seen {
            self.contradicted = true;
            return;
        }
        let proved = one_log(&known);
        if !proved && bug != Some(PlantedBug::HeadsAreNotCompared) {
            self.unproved = true;
            return;
        }
        self.unproved = false;
        if seen.len() > known.len() || !proved {
            self.head = Some(seen.to_vec());
        }
    }

    /// Takes notices; offers once more what is missing, and throws away the copies of what is read. As `keep_rows` in
    /// `core/observer/src/reading.rs`.
    pub fn hear(
        &mut self,
        phone: u8,
        offered: &DeskNotices,
        manifests: &[ModelledManifest],
        (desks_to_read, bug): (u8, Option<PlantedBug>),
    ) {
        let manifest = &manifests[self.manifest];
        let by = Reading { phone, manifest, desks_to_read, bug };
        if self.rows.keep(offered, by) && bug != Some(PlantedBug::MissingIsOnlyShown) {
            let rows = &self.rows;
            self.receipts.iter_mut().for_each(|(seq, place, again)| *again |= rows.is_missing(*seq, *place, by));
        }
        let stored = |seq| bug == Some(PlantedBug::CopyGoesWhenStored) && self.shows_delivered(seq);
        let goes = |seq: &u8| self.rows.are_read(*seq, by) || (desks_to_read > 0 && stored(*seq));
        let going: Vec<u8> = (1..=self.signed).filter(|seq| !self.dropped.contains(seq)).filter(goes).collect();
        self.dropped.extend(going);
        self.dropped.sort_unstable();
    }

    /// Whether a receipt by a key proves anything.
    fn proves(manifest: &ModelledManifest, key: u8, bug: Option<PlantedBug>) -> bool {
        key == manifest.key() || (bug == Some(PlantedBug::OldKeyProves) && key < manifest.key())
    }

    fn receipted(&mut self, seq: u8, place: usize) {
        match self.receipts.iter_mut().find(|(number, ..)| *number == seq) {
            Some(receipt) if receipt.2 => *receipt = (seq, place, false),
            Some(_) => {}
            None => self.receipts.push((seq, place, false)),
        }
        self.receipts.sort_unstable();
    }

    /// Takes what a courier brings back: receipts of one head. As `receipt_by_hand` in `core/observer/src/app/courier.rs`.
    pub fn take_by_hand(
        &mut self,
        phone: u8,
        answer: &HandedHead<'_>,
        manifest: &ModelledManifest,
        bug: Option<PlantedBug>,
    ) {
        if !Self::proves(manifest, answer.key, bug) {
            return;
        }
        let place = |object| answer.log.iter().position(|logged| *logged == object);
        let own: Vec<(u8, usize)> =
            (1..=self.signed).filter_map(|seq| Some((seq, place(ModelledObject::Report(phone, seq))?))).collect();
        let enrolled = place(ModelledObject::Enrolment(phone));
        if own.is_empty() && enrolled.is_none() {
            return;
        }
        let contradicts = |head: &Vec<ModelledObject>| head.len() == answer.log.len() && head != answer.log;
        self.contradicted |= self.head.as_ref().is_some_and(contradicts);
        let larger = |head: &Vec<ModelledObject>| head.len() >= answer.log.len();
        if bug != Some(PlantedBug::HandedHeadsAreForgotten) && !self.by_hand.as_ref().is_some_and(larger) {
            self.by_hand = Some(answer.log.to_vec());
        }
        self.enrolled = self.enrolled.or(enrolled);
        own.into_iter().for_each(|(seq, place)| self.receipted(seq, place));
    }
}

/// A run of [`step`] between a phone and a server.
pub(crate) struct SyncRun<'a> {
    pub phone: &'a mut ModelledPhone,
    /// Its number, from 0.
    pub number: u8,
    pub server: &'a mut ModelledServer,
    pub manifests: &'a [ModelledManifest],
    pub reception: Reception,
    pub bug: Option<PlantedBug>,
    pub desks_to_read: u8,
}

impl SyncRun<'_> {
    /// Carries out what the state machine says, until it stops.
    pub fn run(&mut self) {
        let waiting = |seq: &u8| WaitingEnvelope { id: i64::from(*seq), bytes: 1024, urgent: false };
        let queue = self.phone.queue().iter().map(waiting).collect();
        let enrolled = self.phone.enrolled.is_some();
        let inputs = SyncInputs { enrolled, queue, failures: 0, not_before: 0, now: true };
        let (mut state, mut actions) = (SyncState::default(), VecDeque::new());
        let mut event = Some(Event::Begin(inputs));
        loop {
            if let Some(event) = event.take() {
                let (next, more) = step(state, event, 0, 0);
                state = next;
                actions.extend(more);
            }
            let Some(action) = actions.pop_front() else { return };
            event = self.carry_out(action);
        }
    }

    fn manifest(&self) -> &ModelledManifest {
        &self.manifests[self.phone.manifest]
    }

    fn carry_out(&mut self, action: Action) -> Option<Event> {
        match action {
            Action::FetchBundle => {
                self.phone.take_manifest(self.number, self.manifests, self.manifests.len() - 1, self.bug);
                Some(Event::BundleDone)
            }
            Action::SendEnrolment => {
                let verdict = self.send(ModelledObject::Enrolment(self.number));
                Some(if self.reception == Reception::AnswerLost {
                    Event::Failed(Failure::Silent)
                } else {
                    self.compare(&verdict);
                    Event::Enrolment(verdict)
                })
            }
            Action::SendAgain => {
                self.phone.receipts.iter_mut().for_each(|receipt| receipt.2 = true);
                None
            }
            Action::CommitEnrolment(Verdict::Stored(receipt)) => {
                self.phone.enrolled = usize::try_from(receipt.index).ok();
                None
            }
            Action::Upload(numbers) => Some(self.upload(&numbers)),
            Action::Commit(number, Verdict::Stored(receipt)) => {
                let (seq, place) = (u8::try_from(number).ok()?, usize::try_from(receipt.index).ok()?);
                self.phone.receipted(seq, place);
                None
            }
            Action::SendAttachments => Some(Event::AttachmentsDone),
            Action::FetchLetters => Some(Event::LettersDone),
            Action::FetchRows => {
                if self.reception == Reception::Whole {
                    let by = (self.desks_to_read, self.bug);
                    self.phone.hear(self.number, &self.server.notices, self.manifests, by);
                }
                Some(Event::RowsDone)
            }
            Action::CommitEnrolment(Verdict::Refused(_))
            | Action::Commit(_, Verdict::Refused(_))
            | Action::Pause { .. }
            | Action::Stop(_) => None,
        }
    }

    fn upload(&mut self, numbers: &[i64]) -> Event {
        let numbers: Vec<u8> = numbers.iter().filter_map(|number| u8::try_from(*number).ok()).collect();
        let reports = numbers.iter().map(|seq| ModelledObject::Report(self.number, *seq));
        let verdicts: Vec<Verdict> = reports.collect::<Vec<_>>().into_iter().map(|report| self.send(report)).collect();
        if self.reception == Reception::AnswerLost {
            if self.bug == Some(PlantedBug::PhoneSendsOnce) {
                self.phone.given_up.extend(numbers);
            }
            return Event::Failed(Failure::Silent);
        }
        verdicts.iter().for_each(|verdict| self.compare(verdict));
        Event::Uploaded(verdicts)
    }

    fn send(&mut self, object: ModelledObject) -> Verdict {
        let refused = |code| Verdict::Refused(Refusal { code, reason: String::new() });
        // A server keeps a log only while the manifest names its key.
        let Some(manifest) = self.manifests.last().filter(|manifest| manifest.key() == self.server.key) else {
            return refused(RefusalCode::Quota);
        };
        match self.server.append(Reader::Phone, object, manifest, self.bug) {
            Err(code) => refused(code),
            // What proves nothing is tried again later.
            Ok(_) if !ModelledPhone::proves(self.manifest(), self.server.key, self.bug) => refused(RefusalCode::Quota),
            Ok(place) => {
                let (head, path) = (Vec::new().into(), Vec::new());
                Verdict::Stored(Receipt { head, index: place as u64, received: 0, path })
            }
        }
    }

    /// Only receipts bring heads.
    fn compare(&mut self, verdict: &Verdict) {
        if let Verdict::Stored(_) = verdict {
            let manifest = self.manifests[self.phone.manifest].clone();
            let seen = self.server.view(Reader::Phone).clone();
            self.phone.compare_head(&manifest, &seen, self.bug);
        }
    }
}
