//! The state of a mission, and what each step makes of it.

use crate::action::{MissionAction, Reception};
use crate::bug::PlantedBug;
use crate::desk::{DeskPull, ModelledDesk};
use crate::manifest::ModelledManifest;
use crate::notice::DeskNotices;
use crate::object::{ModelledObject, Ruling, phone_id};
use crate::phone::{HandedHead, ModelledPhone, SyncRun};
use crate::properties::properties;
use crate::scope::{ModelScope, Spare};
use crate::server::{ModelledServer, Reader};
use baqylau_protocol::standing::Standing;
use stateright::{Model, Property};

/// What a courier carries.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ModelledCourier {
    /// Of phones, each once; carried until the end.
    pub objects: Vec<ModelledObject>,
    /// Receipts for them: the key, and the log that its head covers.
    pub back: Option<(u8, Vec<ModelledObject>)>,
    /// The version of the manifest.
    pub manifest: usize,
    /// What desks said that they read.
    pub notices: DeskNotices,
}

/// Everything that a mission is at one moment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MissionState {
    pub(crate) phones: Vec<ModelledPhone>,
    pub(crate) desks: [ModelledDesk; 2],
    pub(crate) server: ModelledServer,
    pub(crate) courier: ModelledCourier,
    /// What the root signed, each version published at once.
    pub(crate) manifests: Vec<ModelledManifest>,
    pub(crate) spare: Spare,
}

/// A mission within a scope, perhaps with a bug.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryModel {
    /// How much happens.
    pub scope: ModelScope,
    /// The rule that is broken on purpose, if any.
    pub bug: Option<PlantedBug>,
}

impl MissionState {
    pub(crate) fn newest(&self) -> &ModelledManifest {
        self.manifests.last().expect("a mission begins with a manifest")
    }

    /// What becomes of it by a step; `None` where the step cannot be taken.
    pub(crate) fn after(&self, model: &DeliveryModel, action: MissionAction) -> Option<Self> {
        let mut next = self.clone();
        next.step(model, action)?;
        Some(next)
    }

    fn step(&mut self, model: &DeliveryModel, action: MissionAction) -> Option<()> {
        match action {
            MissionAction::Sign(phone) => {
                let phone = self.phones.get_mut(usize::from(phone)).filter(|phone| !phone.gone)?;
                (phone.signed < model.scope.spare.reports).then(|| phone.signed += 1)
            }
            MissionAction::Sync(phone, reception) => {
                if reception == Reception::AnswerLost {
                    spend(&mut self.spare.lost_answers)?;
                }
                self.sync(model, phone, reception);
                Some(())
            }
            MissionAction::Destroy(phone) => {
                spend(&mut self.spare.destroyed)?;
                self.phones[usize::from(phone)].gone = true;
                Some(())
            }
            MissionAction::Meet(phone) => {
                spend(&mut self.spare.meetings)?;
                self.meet(model, phone);
                Some(())
            }
            MissionAction::CourierDelivers(desk) => self.deliver(model, desk),
            MissionAction::Pull(desk) => {
                self.pull(model, desk);
                Some(())
            }
            MissionAction::PullCut(desk) => {
                spend(&mut self.spare.cuts)?;
                self.pull_as_far(model, desk, true);
                Some(())
            }
            MissionAction::Replay(desk) => {
                spend(&mut self.spare.replays)?;
                let server = &mut self.server;
                let older = server.older[usize::from(desk)].take()?;
                server.notices[usize::from(desk)] = Some(older);
                Some(())
            }
            MissionAction::Decide { desk, phone, ruling } => self.decide(model, desk, phone, ruling),
            MissionAction::Crash => {
                spend(&mut self.spare.crashes)?;
                self.server.log.truncate(self.server.durable);
                Some(())
            }
            MissionAction::GoBack(size) => {
                spend(&mut self.spare.losses)?;
                self.server.log.truncate(size);
                (self.server.for_phones, self.server.durable, self.server.went_back) = (None, size, true);
                Some(())
            }
            MissionAction::Fork => {
                spend(&mut self.spare.forks)?;
                self.server.for_phones = Some(self.server.log.clone());
                Some(())
            }
            MissionAction::LogTwice => {
                spend(&mut self.spare.smuggled)?;
                let report = |object: &&ModelledObject| matches!(object, ModelledObject::Report(..));
                let last = *self.server.log.iter().rfind(report)?;
                self.server.log_anyhow(Reader::Desk, last);
                Some(())
            }
            MissionAction::Smuggle(desk) => {
                spend(&mut self.spare.smuggled)?;
                let signed = self.desks[usize::from(desk)].signed.iter().map(|d| ModelledObject::Decision(*d));
                let object = { signed }.find(|object| !self.server.log.contains(object))?;
                self.server.log_anyhow(Reader::Desk, object);
                Some(())
            }
            MissionAction::EndDesk(until) => self.end_desk(model, until),
            MissionAction::SmuggleEnrolment(phone) => {
                spend(&mut self.spare.smuggled)?;
                let enrolment = ModelledObject::Enrolment(phone);
                (!self.server.log.contains(&enrolment)).then(|| self.server.log_anyhow(Reader::Desk, enrolment))
            }
            MissionAction::EndIssuer(until) => self.end_issuer(model, until),
            MissionAction::Reinstate(phone) => self.reinstate(model, phone),
            MissionAction::NewLog(size) => self.begin_log(model, size),
        }
    }

    pub(crate) fn sync(&mut self, model: &DeliveryModel, number: u8, reception: Reception) {
        let (phone, server) = (&mut self.phones[usize::from(number)], &mut self.server);
        if phone.gone {
            return;
        }
        SyncRun {
            phone,
            number,
            server,
            manifests: &self.manifests,
            reception,
            bug: model.bug,
            desks_to_read: model.scope.desks_to_read,
        }
        .run();
    }

    pub(crate) fn pull(&mut self, model: &DeliveryModel, number: u8) {
        self.pull_as_far(model, number, false);
    }

    fn pull_as_far(&mut self, model: &DeliveryModel, number: u8, cut: bool) {
        let (desk, server) = (&mut self.desks[usize::from(number)], &mut self.server);
        DeskPull {
            desk,
            number,
            server,
            manifests: &self.manifests,
            phones: model.scope.phones,
            notices: model.scope.desks_to_read > 0,
            cut,
            bug: model.bug,
        }
        .run();
    }

    /// The bundle first, then objects to the courier and receipts to the phone.
    pub(crate) fn meet(&mut self, model: &DeliveryModel, number: u8) {
        let phone = &mut self.phones[usize::from(number)];
        if phone.gone {
            return;
        }
        phone.take_manifest(number, &self.manifests, self.courier.manifest, model.bug);
        self.courier.manifest = self.courier.manifest.max(phone.manifest);
        if let Some((key, log)) = &self.courier.back {
            let manifest = &self.manifests[phone.manifest];
            phone.take_by_hand(number, &HandedHead { key: *key, log }, manifest, model.bug);
        }
        phone.hear(number, &self.courier.notices, &self.manifests, (model.scope.desks_to_read, model.bug));
        let queue = phone.queue();
        let reports = queue.iter().map(|seq| ModelledObject::Report(number, *seq));
        let enrolment = (phone.enrolled.is_none() || !queue.is_empty()).then_some(ModelledObject::Enrolment(number));
        self.courier.objects.extend(enrolment.into_iter().chain(reports));
        self.courier.objects.sort_unstable();
        self.courier.objects.dedup();
        if model.bug == Some(PlantedBug::CourierIsDelivery) {
            phone.receipts.extend(queue.iter().map(|seq| (*seq, 0, false)));
        }
    }

    pub(crate) fn deliver(&mut self, model: &DeliveryModel, desk: u8) -> Option<()> {
        let manifest = self.manifests.last().filter(|manifest| manifest.key() == self.server.key)?;
        for object in &self.courier.objects {
            // What is refused is told, and keeps nothing else waiting.
            _ = self.server.append(Reader::Desk, *object, manifest, model.bug);
        }
        self.desks[usize::from(desk)].manifest = self.manifests.len() - 1;
        self.courier.manifest = self.manifests.len() - 1;
        self.courier.notices[usize::from(desk)].clone_from(&self.desks[usize::from(desk)].notice);
        self.courier.back = Some((self.server.key, self.server.view(Reader::Desk).clone()));
        Some(())
    }

    /// What a desk lets a person decide. The second desk may be stolen: whoever has it signs whether the root lists it or not.
    fn decide(&mut self, model: &DeliveryModel, desk: u8, phone: u8, ruling: Ruling) -> Option<()> {
        spend(&mut self.spare.decisions)?;
        let listed = self.newest().is_current_desk(desk);
        let own = &self.desks[usize::from(desk)];
        let standings = own.standings(&self.manifests[own.manifest], model.bug);
        let held = standings.of(phone_id(phone)).map(|held| held.decision.standing);
        let same = match ruling {
            Ruling::Confirmed => held == Some(Standing::Confirmed),
            Ruling::Contested => held == Some(Standing::Contested),
            Ruling::RevokedAfter(seq) => seq > 0 && !own.log.contains(&ModelledObject::Report(phone, seq)),
        };
        let final_word = held == Some(Standing::Revoked) && !matches!(ruling, Ruling::RevokedAfter(_));
        let enrolled = self.manifests[own.manifest].has_enrolled(&own.log, phone, model.bug);
        if !enrolled || same || (desk == 0 && final_word) {
            return None;
        }
        self.desks[usize::from(desk)].sign(desk, true, (phone, ruling), !listed);
        Some(())
    }
}

/// Counts one thing that happens; `None` where it has happened as often as it may.
pub(crate) fn spend(spare: &mut u8) -> Option<()> {
    *spare = spare.checked_sub(1)?;
    Some(())
}

impl Model for DeliveryModel {
    type State = MissionState;
    type Action = MissionAction;

    fn init_states(&self) -> Vec<MissionState> {
        let desks = [(true, None), (self.scope.second_desk, None)];
        let mut state = MissionState {
            phones: vec![ModelledPhone::default(); self.scope.phones.into()],
            desks: <[ModelledDesk; 2]>::default(),
            server: ModelledServer::default(),
            courier: ModelledCourier::default(),
            manifests: vec![ModelledManifest { desks, ..ModelledManifest::default() }],
            spare: self.scope.spare,
        };
        if self.scope.begun {
            state.phones[0].signed = 1;
            state.sync(self, 0, Reception::Whole);
            [0, 1].into_iter().for_each(|desk| state.pull(self, desk));
        }
        vec![state]
    }

    fn actions(&self, state: &MissionState, actions: &mut Vec<MissionAction>) {
        for phone in 0..self.scope.phones {
            actions.extend([
                MissionAction::Sign(phone),
                MissionAction::Sync(phone, Reception::Whole),
                MissionAction::Sync(phone, Reception::AnswerLost),
                MissionAction::Meet(phone),
                MissionAction::Destroy(phone),
                MissionAction::Reinstate(phone),
            ]);
            if self.scope.spare.issuers_ended > 0 {
                actions.push(MissionAction::SmuggleEnrolment(phone));
            }
            for desk in 0..2 {
                let rulings = [Ruling::Confirmed, Ruling::Contested, Ruling::RevokedAfter(0), Ruling::RevokedAfter(1)];
                actions.extend(rulings.map(|ruling| MissionAction::Decide { desk, phone, ruling }));
            }
        }
        actions.extend([0, 1].map(MissionAction::Pull));
        actions.extend([0, 1].map(MissionAction::PullCut));
        actions.extend([0, 1].map(MissionAction::Replay));
        actions.extend([MissionAction::CourierDelivers(0), MissionAction::Crash, MissionAction::Fork]);
        actions.extend([MissionAction::LogTwice, MissionAction::Smuggle(1)]);
        let logged = state.server.log.len();
        if logged > 0 {
            let mut copies = vec![0, logged / 2, logged - 1];
            copies.dedup();
            actions.extend(copies.into_iter().map(MissionAction::GoBack));
        }
        let here = state.desks[0].log.len();
        let mut places = vec![0, here.saturating_sub(1), here];
        places.dedup();
        actions.extend(places.iter().map(|place| MissionAction::EndDesk(*place)));
        actions.extend(places.iter().map(|place| MissionAction::EndIssuer(*place)));
        actions.extend(places.iter().map(|size| MissionAction::NewLog(*size)));
    }

    fn next_state(&self, state: &MissionState, action: MissionAction) -> Option<MissionState> {
        state.after(self, action).filter(|next| next != state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties()
    }
}
