//! A desk: the log that it pulled, what it signed, and what counts by that.

use crate::bug::PlantedBug;
use crate::manifest::ModelledManifest;
use crate::notice::{ModelledNotice, reports};
use crate::object::{ModelledDecision, ModelledObject, Ruling, phone_id, tree};
use crate::server::{ModelledServer, Reader};
use baqylau_protocol::standing::{Standing, Standings};

/// A desk.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ModelledDesk {
    /// The version of the manifest that it knows.
    pub manifest: usize,
    /// Which log is here.
    pub epoch: u8,
    pub log: Vec<ModelledObject>,
    /// What it signed, in its order.
    pub signed: Vec<ModelledDecision>,
    /// What the log before had, and this one does not have yet.
    pub stranded: Vec<ModelledObject>,
    /// What the server signed contradicts what is here.
    pub contradicted: bool,
    /// Of each phone, the strictest revocation that held here. Nobody keeps that; the properties need it.
    pub revoked: [Option<u8>; 2],
    /// The reports that it opened, as phone and number, ascending.
    pub opened: Vec<(u8, u8)>,
    /// What it said of them last.
    pub notice: Option<ModelledNotice>,
}

/// One pull.
pub(crate) struct DeskPull<'a> {
    pub desk: &'a mut ModelledDesk,
    /// Its number, from 0.
    pub number: u8,
    pub server: &'a mut ModelledServer,
    pub manifests: &'a [ModelledManifest],
    pub phones: u8,
    /// Whether desks say what they read.
    pub notices: bool,
    /// Whether it is killed before it opens what is new.
    pub cut: bool,
    pub bug: Option<PlantedBug>,
}

impl DeskPull<'_> {
    /// As `LogPull::run` in `desk/src/log/pull.rs`.
    pub fn run(&mut self) {
        self.desk.manifest = self.manifests.len() - 1;
        if !self.begin_epoch() || self.manifest().key() != self.server.key || !self.fetch() {
            return;
        }
        if self.cut {
            if self.bug == Some(PlantedBug::PulledIsRead) {
                self.publish(reports(&self.desk.log));
            }
            return;
        }
        let signed: Vec<ModelledObject> = self.desk.signed.iter().map(|d| ModelledObject::Decision(*d)).collect();
        signed.into_iter().for_each(|decision| _ = self.send(decision));
        let stranded = std::mem::take(&mut self.desk.stranded);
        let kept = stranded.into_iter().filter(|object| !self.send(*object)).collect();
        self.desk.stranded = kept;
        if self.fetch() && self.settle() {
            self.fetch();
        }
        self.note_revoked();
        if self.notices {
            self.desk.opened.extend(reports(&self.desk.log));
            self.desk.opened.sort_unstable();
            self.desk.opened.dedup();
            self.publish(self.desk.opened.clone());
        }
    }

    /// As `NoticeBoard::publish` in `desk/src/log/notice.rs`: where it changed, or the server has none of this desk.
    fn publish(&mut self, opened: Vec<(u8, u8)>) {
        let place = usize::from(self.number);
        let new = ModelledNotice { at: 0, epoch: self.desk.epoch, size: self.desk.log.len(), opened };
        let same = self.desk.notice.as_ref().is_some_and(|last| ModelledNotice { at: 0, ..last.clone() } == new);
        if !self.manifest().is_current_desk(self.number) || (same && self.server.notices[place] == self.desk.notice) {
            return;
        }
        let at = self.desk.notice.as_ref().map_or(0, |last| last.at) + 1;
        self.desk.notice = Some(ModelledNotice { at, ..new });
        self.server.older[place] = self.server.notices[place].take();
        self.server.notices[place].clone_from(&self.desk.notice);
    }

    fn manifest(&self) -> &ModelledManifest {
        &self.manifests[self.desk.manifest]
    }

    /// Takes the log here back to what is vouched for. Gives `false` where that cannot be.
    fn begin_epoch(&mut self) -> bool {
        let Some(kept) = self.manifest().kept_since(self.desk.epoch) else { return true };
        let (tree, stays) = (tree(&self.desk.log), self.bug == Some(PlantedBug::DeskStaysApart));
        if stays && !kept.holds(&tree) {
            self.desk.contradicted = true;
            return false;
        }
        // A log that parted from what is vouched for, or may have, is handed over from its beginning: nobody here knows the place.
        let holds = stays || tree.root_at(kept.size) == Some(kept.root);
        let size = usize::try_from(kept.size).ok().filter(|_| holds).unwrap_or(0).min(self.desk.log.len());
        let beyond = self.desk.log.split_off(size);
        if self.bug != Some(PlantedBug::DeskForgetsStranded) {
            let new = beyond.into_iter().filter(|object| !self.desk.stranded.contains(object));
            self.desk.stranded.extend(new.collect::<Vec<_>>());
        }
        self.desk.epoch = self.manifest().key();
        self.desk.contradicted = false;
        true
    }

    /// Fetches the log to its end; one that does not go on from what is here is not taken.
    fn fetch(&mut self) -> bool {
        let log = self.server.view(Reader::Desk);
        if !log.starts_with(&self.desk.log) {
            self.desk.contradicted = true;
            return false;
        }
        self.desk.log.clone_from(log);
        true
    }

    /// Whether the server has it now.
    fn send(&mut self, object: ModelledObject) -> bool {
        if self.desk.log.contains(&object) {
            return true;
        }
        let manifest = &self.manifests[self.desk.manifest];
        self.server.append(Reader::Desk, object, manifest, self.bug).is_ok()
    }

    /// Confirms phones that nobody decided about, as a desk does by itself; gives whether it did.
    fn settle(&mut self) -> bool {
        if !self.manifest().is_current_desk(self.number) {
            return false;
        }
        let standings = self.desk.standings(self.manifest(), self.bug);
        let mut settled = false;
        for phone in 0..self.phones {
            let enrolled = self.manifest().has_enrolled(&self.desk.log, phone, self.bug);
            if enrolled && standings.of(phone_id(phone)).is_none() {
                let decision = self.desk.sign(self.number, false, (phone, Ruling::Confirmed), false);
                self.send(ModelledObject::Decision(decision));
                settled = true;
            }
        }
        settled
    }

    fn note_revoked(&mut self) {
        let standings = self.desk.standings(self.manifest(), self.bug);
        for (phone, noted) in (0..).zip(&mut self.desk.revoked) {
            let held = standings.of(phone_id(phone)).map(|held| &held.decision);
            let good = held.filter(|d| d.standing == Standing::Revoked).and_then(|d| u8::try_from(d.good_seq).ok());
            *noted = [*noted, good].into_iter().flatten().min();
        }
    }
}

impl ModelledDesk {
    /// Signs a decision and keeps it, to be sent by the next pull.
    pub fn sign(&mut self, desk: u8, by_hand: bool, (phone, ruling): (u8, Ruling), late: bool) -> ModelledDecision {
        let number = u8::try_from(self.signed.len()).unwrap_or(u8::MAX);
        let decision = ModelledDecision { desk, number, by_hand, phone, ruling, late };
        self.signed.push(decision);
        decision
    }

    /// What holds of phones by the log here.
    pub fn standings(&self, manifest: &ModelledManifest, bug: Option<PlantedBug>) -> Standings {
        manifest.standings(&self.log, bug)
    }

    fn leads_to(&self, phone: u8, seq: u8, good: u64) -> bool {
        let between = u64::from(seq)..=good;
        let here = |seq: u64| u8::try_from(seq).is_ok_and(|seq| self.log.contains(&ModelledObject::Report(phone, seq)));
        !between.is_empty() && between.into_iter().all(here)
    }

    /// The reports that count here, each as often as it does. As `desk/src/adjudication/standing_index.rs`.
    pub fn counted(&self, manifest: &ModelledManifest, bug: Option<PlantedBug>) -> Vec<(u8, u8)> {
        let standings = self.standings(manifest, bug);
        let mut counted = Vec::new();
        for (place, object) in self.log.iter().enumerate() {
            let ModelledObject::Report(phone, seq) = *object else { continue };
            let enrolled = manifest.has_enrolled(&self.log[..place], phone, bug);
            let again = self.log[..place].contains(object) && bug != Some(PlantedBug::DeskCountsPlaces);
            let held = standings.of(phone_id(phone)).map(|held| &held.decision);
            let good = held.is_some_and(|d| match d.standing {
                Standing::Confirmed => true,
                Standing::Contested => false,
                // Only the ancestors of the good envelope count.
                Standing::Revoked => {
                    self.leads_to(phone, seq, d.good_seq) || bug == Some(PlantedBug::OnlyServerRevokes)
                }
            });
            if enrolled && good && !again {
                counted.push((phone, seq));
            }
        }
        counted
    }
}
