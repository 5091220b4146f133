//! What the root says, and what follows from it by the code that is shipped.

use crate::bug::PlantedBug;
use crate::object::{MISSION, ModelledDecision, ModelledObject, desk_id, phone_id, tree};
use baqylau_protocol::authority::{DeskTerm, IssuerTerm, LogEpoch, Reinstatement, VouchedHead};
use baqylau_protocol::bundle::Manifest;
use baqylau_protocol::ids::PublicKey;
use baqylau_protocol::standing::Standings;

/// A manifest, as far as it matters here. Its version is its place among [`crate::MissionState`]'s.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ModelledManifest {
    /// What each log after the first began with. The log of epoch `n` has the key `n`.
    pub before: Vec<Vec<ModelledObject>>,
    /// Of each desk: whether it is listed, and the place behind the last of its term. Terms begin at 0.
    pub desks: [(bool, Option<u8>); 2],
    /// Of each phone: decisions before this place are void.
    pub reinstated: [u8; 2],
    /// The place behind the last at which the issuer of all invites certifies, where another one took over.
    pub issuer_end: Option<u8>,
}

/// Of the issuer that signed the invites of all phones.
const ISSUER: PublicKey = PublicKey([0x40; 32]);
/// Of the one that takes over.
const NEXT_ISSUER: PublicKey = PublicKey([0x41; 32]);

fn key(epoch: usize) -> PublicKey {
    PublicKey([u8::try_from(epoch).unwrap_or(u8::MAX); 32])
}

impl ModelledManifest {
    /// The key of the log of now.
    pub fn key(&self) -> u8 {
        u8::try_from(self.before.len()).unwrap_or(u8::MAX)
    }

    /// What of the log of an epoch is still the log; `None` where none began since.
    pub fn kept_since(&self, epoch: u8) -> Option<VouchedHead> {
        let head = |(epoch, log): (usize, &Vec<ModelledObject>)| VouchedHead {
            key: key(epoch),
            size: log.len() as u64,
            root: tree(log).root(),
        };
        let before: Vec<VouchedHead> = self.before.iter().enumerate().map(head).collect();
        LogEpoch { epoch: self.key().into(), key: key(before.len()), before }.kept_since(epoch.into())
    }

    /// Whether a desk was listed and not ended.
    pub fn is_current_desk(&self, desk: u8) -> bool {
        self.desks[usize::from(desk)] == (true, None)
    }

    /// Whether a desk spoke at a place, said once more, in other words than the code that is checked.
    pub fn spoke(&self, desk: u8, place: usize) -> bool {
        let (listed, until) = self.desks[usize::from(desk)];
        listed && until.is_none_or(|until| place < usize::from(until))
    }

    /// The largest place that a term or a reinstatement names.
    pub fn named_place(&self) -> usize {
        let ends = self.desks.iter().filter_map(|(_, until)| *until);
        ends.chain(self.reinstated).chain(self.issuer_end).max().unwrap_or(0).into()
    }

    /// As the root signs it.
    fn signed(&self, bug: Option<PlantedBug>) -> Manifest {
        let speaks_on = bug == Some(PlantedBug::EndedDeskSpeaks);
        let all = bug == Some(PlantedBug::UnlistedDeskSpeaks);
        let term = |(desk, (listed, until)): (u8, (bool, Option<u8>))| {
            let until = until.filter(|_| !speaks_on).map(u64::from);
            (listed || all).then(|| DeskTerm { device: desk_id(desk), from: 0, until })
        };
        let endless = bug == Some(PlantedBug::ReinstatementHasNoEnd);
        let again = |(phone, before): (u8, u8)| {
            let before = if endless { u64::MAX } else { before.into() };
            Reinstatement { device: phone_id(phone), before }
        };
        let reinstated = (0..).zip(self.reinstated).filter(|(_, before)| *before > 0);
        Manifest {
            v: Manifest::VERSION,
            mission: MISSION,
            version: 1,
            prev: None,
            issued: 0,
            expires: i64::MAX,
            issuers: self.issuers(bug),
            log: LogEpoch::first(key(0)),
            tls_roots: Vec::new(),
            reading: Vec::new(),
            servers: Vec::new(),
            parts: Vec::new(),
            desks: (0..).zip(self.desks).filter_map(term).collect(),
            reinstated: reinstated.map(again).collect(),
            renew_by: i64::MAX,
            readers: Vec::new(),
            witnesses: Vec::new(),
            cosignatures: 0,
        }
    }

    fn issuers(&self, bug: Option<PlantedBug>) -> Vec<IssuerTerm> {
        let until = self.issuer_end.filter(|_| bug != Some(PlantedBug::EndedIssuerCertifies)).map(u64::from);
        let first = IssuerTerm { key: ISSUER, from: 0, until };
        let next = self.issuer_end.map(|_| IssuerTerm { key: NEXT_ISSUER, from: 0, until: None });
        let of_now = bug != Some(PlantedBug::IssuersOfNowCertify) || until.is_none();
        Some(first).filter(|_| of_now).into_iter().chain(next).collect()
    }

    /// Whether an invite lets a phone enrol at a place, by the code that is shipped.
    pub fn certifies(&self, place: usize, bug: Option<PlantedBug>) -> bool {
        self.signed(bug).issuers_at(place as u64).contains(&ISSUER)
    }

    /// Whether a phone is enrolled in a log.
    pub fn has_enrolled(&self, log: &[ModelledObject], phone: u8, bug: Option<PlantedBug>) -> bool {
        let enrolment = ModelledObject::Enrolment(phone);
        log.iter().enumerate().any(|(place, object)| *object == enrolment && self.certifies(place, bug))
    }

    /// The same, said once more, in other words than the code that is checked.
    pub fn was_certified(&self, log: &[ModelledObject], phone: u8) -> bool {
        let before = self.issuer_end.map_or(log.len(), |end| log.len().min(end.into()));
        log[..before].contains(&ModelledObject::Enrolment(phone))
    }

    /// The fold of the decisions in a log, by the code that is shipped; of those that `heard` lets through.
    pub fn fold(
        &self,
        log: &[ModelledObject],
        bug: Option<PlantedBug>,
        heard: impl Fn(usize, &ModelledDecision) -> bool,
    ) -> Standings {
        let (manifest, mut standings) = (self.signed(bug), Standings::default());
        let decisions = log.iter().enumerate().filter_map(|(place, object)| Some((place, object.decision()?)));
        for (place, decision) in decisions.filter(|(place, decision)| heard(*place, decision)) {
            let mut record = decision.record();
            record.by_hand |= bug == Some(PlantedBug::OwnMotionOverrules);
            standings.apply(place as u64, &record, &manifest);
        }
        standings
    }

    /// What holds of all phones, by a log.
    pub fn standings(&self, log: &[ModelledObject], bug: Option<PlantedBug>) -> Standings {
        let overruled = |place: usize, phone: u8| {
            let later = log[place + 1..].iter().filter_map(ModelledObject::decision);
            later.filter(|d| d.by_hand && d.phone == phone).count() > 0
        };
        let last_holds = bug == Some(PlantedBug::LastRulingHolds);
        self.fold(log, bug, |place, decision| !(last_holds && overruled(place, decision.phone)))
    }

    /// Whether the log of now would take a decision behind these.
    pub fn takes(&self, log: &[ModelledObject], decision: &ModelledDecision, bug: Option<PlantedBug>) -> bool {
        Standings::default().apply(log.len() as u64, &decision.record(), &self.signed(bug))
    }
}
