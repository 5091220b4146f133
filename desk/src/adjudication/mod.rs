//! What others say of a report: who sent it, desks, other reports. Nothing here needs its answers, so that a hundred thousand are
//! judged at once.

pub mod devices;
mod meta;
pub(crate) mod standing_index;
pub mod status;

pub use meta::ReportMeta;

use crate::adjudication::standing_index::{ChainLinks, StandingIndex};
use crate::adjudication::status::{AnswerBasis, Status};
use crate::error::DeskError;
use crate::store::{KnownDevice, LogExtent, PulledEnvelope, VerifiedStore};
use crate::tables::Person;
use baqylau_forms::fold::fold;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::{DeviceId, Hash, SubjectId};
use baqylau_report::review::ReviewState;
use baqylau_report::{Coding, Correction, Letter, LetterSent, Review};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Something that a desk signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed<T> {
    /// The desk's device. Its word is taken only where the root lists it.
    pub desk: DeviceId,
    /// Decoded; the signature was verified when the envelope was pulled.
    pub what: T,
}

/// The verdict on a report.
#[derive(Debug)]
pub struct Adjudication {
    /// Whether it counts, and if not, why.
    pub status: Status,
    /// Who sent it, with the team of that time.
    pub person: Option<Arc<Person>>,
    /// What desks decided of it, in the order of the log; the last holds.
    pub reviews: Vec<Signed<Review>>,
}

impl Adjudication {
    fn accepted(&self) -> bool {
        self.reviews.last().is_some_and(|r| r.what.state == ReviewState::Accepted)
    }
}

/// Everything that is said of reports.
pub(crate) struct Adjudicator<'d> {
    standings: StandingIndex<'d>,
    register: HashMap<SubjectId, Arc<Person>>,
    teams: HashSet<String>,
    moves: Vec<(String, i64, String)>,
    reviews: HashMap<Hash, Vec<Signed<Review>>>,
    corrections: HashMap<Hash, Vec<Signed<Correction>>>,
    codings: HashMap<Hash, Vec<Signed<Coding>>>,
    /// The phones that a report was handed over to.
    handed: HashSet<(Hash, DeviceId)>,
}

impl<'d> Adjudicator<'d> {
    /// From what desks signed. Only a desk judges; one that was ended, up to that place of the log.
    pub fn new<'e>(
        known: VerifiedStore<'_>,
        devices: &'d HashMap<DeviceId, KnownDevice>,
        links: &'d ChainLinks,
        extent: LogExtent,
        records: impl Iterator<Item = &'e PulledEnvelope>,
    ) -> Result<Self, DeskError> {
        let register: HashMap<_, _> = known.store.register()?.into_iter().map(|(s, p)| (s, Arc::new(p))).collect();
        let moves = known.store.moves()?;
        let teams = register.values().map(|p| p.team.clone()).chain(moves.iter().map(|m| m.2.clone())).collect();
        let standings = StandingIndex::new(known, devices, links, extent)?;
        let (reviews, corrections, codings) = (HashMap::new(), HashMap::new(), HashMap::new());
        let handed = HashSet::new();
        let mut adjudicator = Self { standings, register, teams, moves, reviews, corrections, codings, handed };
        for envelope in records {
            if adjudicator.standings.is_desk(envelope) {
                adjudicator.ingest(envelope);
            }
        }
        Ok(adjudicator)
    }

    fn ingest(&mut self, envelope: &PulledEnvelope) {
        let (desk, Ok(opened)) = (envelope.device, &envelope.plain) else { return };
        match opened.kind {
            ObjectType::Review => {
                if let Ok(what) = Review::decode(&opened.bytes) {
                    self.reviews.entry(what.report).or_default().push(Signed { desk, what });
                }
            }
            ObjectType::Correction => {
                if let Ok(what) = Correction::decode(&opened.bytes) {
                    self.corrections.entry(what.report).or_default().push(Signed { desk, what });
                }
            }
            ObjectType::Coding => {
                if let Ok(what) = Coding::decode(&opened.bytes) {
                    self.codings.entry(what.report).or_default().push(Signed { desk, what });
                }
            }
            ObjectType::Sent => {
                if let Ok(LetterSent { letters, letter: Letter { report: Some(report), .. }, handed: true, .. }) =
                    LetterSent::decode(&opened.bytes)
                {
                    self.handed.extend(letters.iter().map(|(phone, _)| (report, *phone)));
                }
            }
            // A desk's word about people is in the register already; the rest are no decisions.
            ObjectType::Register
            | ObjectType::Letter
            | ObjectType::Report
            | ObjectType::Close
            | ObjectType::Seen
            | ObjectType::Kept
            | ObjectType::Permit
            | ObjectType::Keys
            | ObjectType::Notice
            | ObjectType::Statement
            | ObjectType::Envelope
            | ObjectType::Manifest
            | ObjectType::Certificate
            | ObjectType::Enrolment
            | ObjectType::Enrolled
            | ObjectType::TreeHead
            | ObjectType::Standing
            | ObjectType::Request => {}
        }
    }

    /// Hears a correction that nobody signed yet, as the last.
    pub fn assume(&mut self, correction: Signed<Correction>) {
        self.corrections.entry(correction.what.report).or_default().push(correction);
    }

    /// What desks corrected in a report, in the order of the log.
    pub fn corrections(&self, report: &Hash) -> &[Signed<Correction>] {
        self.corrections.get(report).map_or(&[], Vec::as_slice)
    }

    /// What desks said of the texts of a report, in the order of the log; the last of a text holds.
    pub fn codings(&self, report: &Hash) -> &[Signed<Coding>] {
        self.codings.get(report).map_or(&[], Vec::as_slice)
    }

    /// How many people of the register have a confirmed phone.
    pub fn people(&self) -> usize {
        let devices = self.standings.devices();
        let confirmed = devices.filter(|d| d.role == Role::Observer && self.standings.confirmed(d.device));
        let people: HashSet<&String> =
            confirmed.filter_map(|d| self.register.get(&d.subject)).map(|p| &p.code).collect();
        people.len()
    }

    /// One verdict for each, in their order, which must be that of the log.
    pub fn adjudicate(&self, metas: &[&ReportMeta], answers: AnswerBasis) -> Vec<Adjudication> {
        let verdict = |brief: &&ReportMeta| Adjudication {
            status: brief.first.clone(),
            person: self.person(brief),
            reviews: self.reviews.get(&brief.hash).cloned().unwrap_or_default(),
        };
        let mut verdicts: Vec<Adjudication> = metas.iter().map(verdict).collect();
        self.apply_standings(metas, &mut verdicts);
        exclude(&mut verdicts);
        self.supersede(metas, &mut verdicts, answers);
        deduplicate(metas, &mut verdicts);
        verdicts
    }

    /// Who sent it. The team is that of the register when the report was signed, not what the phone says; of what a clerk entered at a
    /// desk it is the team that the visit's code names, if there is one.
    fn person(&self, meta: &ReportMeta) -> Option<Arc<Person>> {
        let device = self.standings.device(meta.device)?;
        if device.role == Role::Desk {
            let team = Some(team_of_visit(&meta.visit)).filter(|team| self.teams.contains(*team))?;
            return Some(Arc::new(Person { team: team.to_owned(), ..Person::desk() }));
        }
        let person = self.register.get(&device.subject)?;
        let signed = meta.signed.unwrap_or(meta.received);
        let last = self.moves.iter().rev().find(|(code, since, _)| *code == person.code && *since <= signed);
        Some(match last {
            Some((_, _, team)) => Arc::new(Person { team: team.clone(), ..Person::clone(person) }),
            None => person.clone(),
        })
    }

    /// Devices that do not count, and numbers that two envelopes have.
    fn apply_standings(&self, metas: &[&ReportMeta], verdicts: &mut [Adjudication]) {
        let mut accepted = HashSet::new();
        for (brief, verdict) in metas.iter().zip(verdicts).filter(|(_, v)| v.status == Status::Counted) {
            if let Some(why) = self.standings.objection(brief.device, brief.hash, brief.index) {
                verdict.status = Status::Device(why);
            } else {
                // Of the envelopes of one number at most one counts: the first that a desk accepted.
                let number = (brief.device, brief.seq);
                let forked = self.standings.forked(brief.device, brief.seq);
                if forked && !(verdict.accepted() && accepted.insert(number)) {
                    verdict.status = Status::Forked;
                }
            }
        }
    }

    /// Only the same subject, a desk, or a phone that a desk handed the report over to supersedes it; anybody else's is a proposal. Of
    /// several amendments of one report the first in the log counts, and the others are shown beside it. An amendment speaks for the
    /// team of the report, whoever signed it.
    fn supersede(&self, metas: &[&ReportMeta], verdicts: &mut [Adjudication], answers: AnswerBasis) {
        let amended: HashSet<Hash> = metas.iter().filter_map(|b| b.supersedes).collect();
        if amended.is_empty() {
            return;
        }
        let subject: HashMap<Hash, SubjectId> = metas
            .iter()
            .filter(|b| amended.contains(&b.hash))
            .filter_map(|b| Some((b.hash, self.standings.device(b.device)?.subject)))
            .collect();
        self.inherit_team(metas, verdicts, &amended);
        let mut superseded: HashSet<Hash> = HashSet::new();
        for (brief, verdict) in metas.iter().zip(verdicts.iter_mut()).filter(|(_, v)| v.status == Status::Counted) {
            let Some(target) = brief.supersedes else { continue };
            let device = self.standings.device(brief.device);
            let accepted = verdict.accepted();
            let may = |d: &KnownDevice| {
                let handed = self.handed.contains(&(target, d.device));
                accepted || handed || d.role == Role::Desk || subject.get(&target) == Some(&d.subject)
            };
            verdict.status = match answers {
                _ if !device.is_some_and(may) => Status::Proposal,
                AnswerBasis::Raw => Status::Amendment,
                AnswerBasis::Effective if superseded.insert(target) => Status::Counted,
                AnswerBasis::Effective => Status::Competing,
            };
        }
        for (_, verdict) in metas.iter().zip(verdicts).filter(|(b, _)| superseded.contains(&b.hash)) {
            if verdict.status == Status::Counted {
                verdict.status = Status::Superseded;
            }
        }
    }

    fn inherit_team(&self, metas: &[&ReportMeta], verdicts: &mut [Adjudication], amended: &HashSet<Hash>) {
        let mut teams: HashMap<Hash, String> = HashMap::new();
        for (brief, verdict) in metas.iter().zip(verdicts) {
            let target = brief.supersedes.and_then(|target| teams.get(&target));
            if let (Some(person), Some(team)) = (&mut verdict.person, target)
                && person.team != *team
            {
                Arc::make_mut(person).team.clone_from(team);
            }
            if amended.contains(&brief.hash) {
                teams.extend(verdict.person.as_ref().map(|p| (brief.hash, p.team.clone())));
            }
        }
    }
}

fn exclude(verdicts: &mut [Adjudication]) {
    for verdict in verdicts.iter_mut().filter(|v| v.status == Status::Counted) {
        if let Some(review) = verdict.reviews.last().filter(|r| r.what.state == ReviewState::Excluded) {
            verdict.status = Status::Excluded(review.what.reason.clone());
        }
    }
}

/// The team that a visit's code names: what stands before its number.
pub(crate) fn team_of_visit(code: &str) -> &str {
    code.rsplit_once('-').map_or(code, |(team, _)| team)
}

/// Who reported: the team, or the device where nobody knows whose it is.
pub(crate) fn reporter(person: Option<&Person>, device: DeviceId) -> String {
    person.map_or_else(|| device.to_string(), |person| person.team.clone())
}

/// The same team, visit, place and checklist twice: the lowest place in the log counts, and what a desk accepted. Never across
/// teams, and never because two reports say nothing: places in no list are told apart by their words, visits without a code by none.
fn deduplicate(metas: &[&ReportMeta], verdicts: &mut [Adjudication]) {
    let mut seen = HashSet::new();
    let mut bytes = HashSet::new();
    for (brief, verdict) in metas.iter().zip(verdicts).filter(|(_, v)| v.status == Status::Counted) {
        // The same bytes twice in a log: once is enough, whatever the checklist allows.
        if !bytes.insert(brief.hash) {
            verdict.status = Status::Duplicate;
            continue;
        }
        let Some(definition) = brief.form.as_ref().map(|f| f.definition()).filter(|d| d.once) else { continue };
        if brief.visit.is_empty() {
            continue;
        }
        let team = reporter(verdict.person.as_deref(), brief.device);
        let unlisted = brief.unlisted.as_deref().map(|words| fold(words.trim()));
        if !seen.insert((team, &brief.visit, &brief.code, unlisted, &definition.id)) && !verdict.accepted() {
            verdict.status = Status::Duplicate;
        }
    }
}
