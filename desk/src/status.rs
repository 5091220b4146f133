//! Which reports count. One definition, used by figures, exports and every page.

use crate::corrections;
use crate::error::DeskError;
use crate::evaluate::Forms;
use crate::folder::Desk;
use crate::source::Person;
use crate::store::{Device, Envelope};
use baqylau_forms::Filling;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::cose::Type;
use baqylau_protocol::ids::{DeviceId, Hash, SubjectId};
use baqylau_protocol::roster::Standing;
use baqylau_report::review::State;
use baqylau_report::{Correction, Letter, Report, Review, Sent};
use std::collections::{HashMap, HashSet};

/// Whether a report counts, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It counts.
    Counted,
    /// It could not be verified or opened.
    Unverifiable(String),
    /// It is no report of its checklist.
    Misfit(String),
    /// Its device is not confirmed, contested, or was revoked before.
    Device(&'static str),
    /// Two envelopes with one number: the phone was restored or cloned. None counts until it is reviewed.
    Forked,
    /// An exercise.
    Test,
    /// The team could not observe.
    NotObserved,
    /// A later report by the same person, or by a desk, supersedes it.
    Superseded,
    /// It supersedes an earlier one, and raw answers were asked for.
    Amendment,
    /// It would supersede somebody else's report, which only that person or a desk can.
    Proposal,
    /// An earlier amendment of the same report counts.
    Competing,
    /// The same visit and checklist came before.
    Duplicate,
    /// A desk excluded it.
    Excluded(String),
}

impl Status {
    /// Its name in tables.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Unverifiable(_) => "unverifiable",
            Self::Misfit(_) => "misfit",
            Self::Device(why) => why,
            Self::Forked => "forked",
            Self::Test => "test",
            Self::NotObserved => "not_observed",
            Self::Superseded => "superseded",
            Self::Amendment => "amendment",
            Self::Proposal => "proposal",
            Self::Competing => "competing",
            Self::Duplicate => "duplicate",
            Self::Excluded(_) => "excluded",
        }
    }
}

/// Which answers are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// As they were first reported; what supersedes a report is left out.
    Raw,
    /// With everything that supersedes.
    Effective,
}

/// A report as the desk knows it.
pub struct Known {
    /// The envelope.
    pub envelope: Envelope,
    /// Whether it counts.
    pub status: Status,
    /// The report, when it was opened.
    pub report: Option<Report>,
    /// Its answers, evaluated again, when they fit.
    pub filling: Option<Filling>,
    /// Who sent it, when the register knows.
    pub person: Option<Person>,
    /// What desks decided of it, in the order of the log; the last holds.
    pub reviews: Vec<Review>,
    /// What desks corrected in it, in the order of the log, and whether it fits.
    pub corrections: Vec<(Correction, bool)>,
}

impl Known {
    /// Whether the last word of the desks is that it counts.
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.reviews.last().is_some_and(|r| r.state == State::Accepted)
    }
}

/// Everything the desk knows, with the status of each report.
pub struct Picture {
    /// In the order of the log.
    pub reports: Vec<Known>,
    /// Confirmed devices of people of the register.
    pub people: usize,
}

impl Desk {
    /// Looks at everything that was received up to a moment (all, when there is none).
    ///
    /// # Errors
    /// The database fails.
    pub fn picture(&self, as_of: Option<i64>, answers: Answers) -> Result<Picture, DeskError> {
        let devices: HashMap<DeviceId, Device> = self.store.devices()?.into_iter().map(|d| (d.device, d)).collect();
        let register: HashMap<SubjectId, Person> = self.store.register()?.into_iter().collect();
        let moves = self.store.moves()?;
        let envelopes = self.store.envelopes()?;
        let standings = Standings::new(self, &devices, &envelopes)?;
        let mut judged = Judged::read(&envelopes, &standings, as_of);
        let mut forms = Forms::new(self);
        let mut reports = Vec::new();
        for envelope in envelopes {
            let other = envelope.plain.as_ref().is_ok_and(|o| o.kind != Type::Report);
            if !other && as_of.is_none_or(|moment| envelope.received <= moment) {
                let person = devices.get(&envelope.device).and_then(|d| register.get(&d.subject)).cloned();
                let mut known = forms.look(envelope, person);
                team_then(&mut known, &moves);
                judged.apply(&mut known, answers);
                reports.push(known);
            }
        }
        standings.apply(&mut reports);
        judged_status(&mut reports);
        supersede(&mut reports, &devices, &judged.handed, answers);
        deduplicate(&mut reports);
        let confirmed = devices.values().filter(|d| d.role == Role::Observer && standings.confirmed(d.device));
        let people: HashSet<&String> = confirmed.filter_map(|d| register.get(&d.subject)).map(|p| &p.code).collect();
        Ok(Picture { reports, people: people.len() })
    }
}

/// What the roster says, and which chains are forked.
pub(crate) struct Standings<'d> {
    roster: Option<baqylau_protocol::roster::Roster>,
    devices: &'d HashMap<DeviceId, Device>,
    /// The different envelopes of each number.
    numbers: HashMap<(DeviceId, u64), HashSet<Hash>>,
    prevs: HashMap<Hash, Hash>,
}

impl<'d> Standings<'d> {
    pub fn new(desk: &Desk, devices: &'d HashMap<DeviceId, Device>, envelopes: &[Envelope]) -> Result<Self, DeskError> {
        // Only what the device itself signed can fork its chain; a server cannot, by logging junk or the same bytes twice.
        let mut numbers: HashMap<(DeviceId, u64), HashSet<Hash>> = HashMap::new();
        for envelope in envelopes.iter().filter(|e| e.plain.is_ok()) {
            numbers.entry((envelope.device, envelope.seq)).or_default().insert(envelope.hash);
        }
        let prevs = envelopes.iter().map(|e| (e.hash, e.prev)).collect();
        Ok(Self { roster: desk.roster()?.map(|(r, _)| r), devices, numbers, prevs })
    }

    fn confirmed(&self, device: DeviceId) -> bool {
        self.roster.as_ref().and_then(|r| r.find(device)).is_some_and(|e| e.standing == Standing::Confirmed)
    }

    /// Whether a desk in good standing signed an envelope.
    pub fn is_desk(&self, envelope: &Envelope) -> bool {
        let role = self.devices.get(&envelope.device).map(|d| d.role);
        role == Some(Role::Desk) && matches!(self.objection(envelope), None | Some("unconfirmed"))
    }

    fn apply(&self, reports: &mut [Known]) {
        let mut accepted = HashSet::new();
        for known in reports.iter_mut().filter(|k| k.status == Status::Counted) {
            if let Some(why) = self.objection(&known.envelope) {
                known.status = Status::Device(why);
            } else {
                // Of the envelopes of one number at most one counts: the first that a desk accepted.
                let number = (known.envelope.device, known.envelope.seq);
                if self.numbers[&number].len() > 1 && !(known.accepted() && accepted.insert(number)) {
                    known.status = Status::Forked;
                }
            }
        }
    }

    fn objection(&self, envelope: &Envelope) -> Option<&'static str> {
        if !self.devices.get(&envelope.device)?.in_time {
            return Some("expired_invite");
        }
        let entry = self.roster.as_ref().and_then(|r| r.find(envelope.device));
        match entry.map(|e| e.standing) {
            None => Some("unconfirmed"),
            Some(Standing::Confirmed) => None,
            Some(Standing::Contested) => Some("contested"),
            // Only the ancestors of the good envelope count; signing times prove nothing.
            Some(Standing::Revoked) => {
                let mut at = entry.and_then(|e| e.good_hash);
                while let Some(hash) = at {
                    if hash == envelope.hash {
                        return None;
                    }
                    at = self.prevs.get(&hash).copied();
                }
                Some("revoked")
            }
        }
    }
}

/// What desks signed, by the report that it is about.
struct Judged {
    reviews: HashMap<Hash, Vec<Review>>,
    corrections: HashMap<Hash, Vec<Correction>>,
    /// The phones that a report was handed over to.
    handed: HashSet<(Hash, DeviceId)>,
}

impl Judged {
    /// Only a desk judges; one that was revoked, up to its last good envelope.
    fn read(envelopes: &[Envelope], standings: &Standings, as_of: Option<i64>) -> Self {
        let mut judged = Self { reviews: HashMap::new(), corrections: HashMap::new(), handed: HashSet::new() };
        let in_time = |e: &&Envelope| as_of.is_none_or(|moment| e.received <= moment);
        for envelope in envelopes.iter().filter(in_time).filter(|e| standings.is_desk(e)) {
            let Ok(opened) = &envelope.plain else { continue };
            match opened.kind {
                Type::Review => {
                    let review = Review::decode(&opened.bytes).ok();
                    review.into_iter().for_each(|r| judged.reviews.entry(r.report).or_default().push(r));
                }
                Type::Correction => {
                    let correction = Correction::decode(&opened.bytes).ok();
                    correction.into_iter().for_each(|c| judged.corrections.entry(c.report).or_default().push(c));
                }
                Type::Sent => {
                    if let Ok(Sent { letters, letter: Letter { report: Some(report), .. }, handed: true, .. }) =
                        Sent::decode(&opened.bytes)
                    {
                        judged.handed.extend(letters.iter().map(|(phone, _)| (report, *phone)));
                    }
                }
                _ => {}
            }
        }
        judged
    }

    fn apply(&mut self, known: &mut Known, answers: Answers) {
        known.reviews = self.reviews.remove(&known.envelope.hash).unwrap_or_default();
        for correction in self.corrections.remove(&known.envelope.hash).unwrap_or_default() {
            let corrected = known.filling.as_ref().and_then(|f| corrections::apply(f, &correction));
            known.corrections.push((correction, corrected.is_some()));
            if let (Some(corrected), Answers::Effective) = (corrected, answers) {
                known.filling = Some(corrected);
            }
        }
    }
}

/// The team is that of the register when the report was signed, not what the phone says.
fn team_then(known: &mut Known, moves: &[(String, i64, String)]) {
    let (Some(person), Some(report)) = (&mut known.person, &known.report) else { return };
    let signed = report.clock.wall.ms;
    let last = moves.iter().rev().find(|(code, since, _)| *code == person.code && *since <= signed);
    if let Some((_, _, team)) = last {
        person.team.clone_from(team);
    }
}

fn judged_status(reports: &mut [Known]) {
    for known in reports.iter_mut().filter(|k| k.status == Status::Counted) {
        if let Some(review) = known.reviews.last().filter(|r| r.state == State::Excluded) {
            known.status = Status::Excluded(review.reason.clone());
        }
    }
}

/// Only the same subject, a desk, or a phone that a desk handed the report over to supersedes it; anybody else's is a proposal. Of
/// several amendments of one report the first in the log counts, and the others are shown beside it. An amendment speaks for the
/// team of the report, whoever signed it.
fn supersede(
    reports: &mut [Known],
    devices: &HashMap<DeviceId, Device>,
    handed: &HashSet<(Hash, DeviceId)>,
    answers: Answers,
) {
    let subject: HashMap<Hash, SubjectId> =
        reports.iter().filter_map(|k| Some((k.envelope.hash, devices.get(&k.envelope.device)?.subject))).collect();
    let mut superseded: HashSet<Hash> = HashSet::new();
    let mut teams: HashMap<Hash, String> = HashMap::new();
    for known in reports.iter_mut() {
        let target = known.report.as_ref().and_then(|r| r.supersedes).and_then(|target| teams.get(&target));
        if let (Some(person), Some(team)) = (&mut known.person, target) {
            person.team.clone_from(team);
        }
        teams.extend(known.person.as_ref().map(|p| (known.envelope.hash, p.team.clone())));
    }
    for known in reports.iter_mut().filter(|k| k.status == Status::Counted) {
        let Some(target) = known.report.as_ref().and_then(|r| r.supersedes) else { continue };
        let device = devices.get(&known.envelope.device);
        let accepted = known.accepted();
        let may = |d: &Device| {
            let handed = handed.contains(&(target, d.device));
            accepted || handed || d.role == Role::Desk || subject.get(&target) == Some(&d.subject)
        };
        known.status = match answers {
            _ if !device.is_some_and(may) => Status::Proposal,
            Answers::Raw => Status::Amendment,
            Answers::Effective if superseded.insert(target) => Status::Counted,
            Answers::Effective => Status::Competing,
        };
    }
    for known in reports.iter_mut().filter(|k| superseded.contains(&k.envelope.hash)) {
        if known.status == Status::Counted {
            known.status = Status::Superseded;
        }
    }
}

/// The same team, visit, place and checklist twice: the lowest place in the log counts, and what a desk accepted. Never across
/// teams.
fn deduplicate(reports: &mut [Known]) {
    let mut seen = HashSet::new();
    let mut bytes = HashSet::new();
    for known in reports.iter_mut().filter(|k| k.status == Status::Counted) {
        // The same bytes twice in a log: once is enough, whatever the checklist allows.
        if !bytes.insert(known.envelope.hash) {
            known.status = Status::Duplicate;
            continue;
        }
        let (Some(report), Some(filling)) = (&known.report, &known.filling) else { continue };
        let definition = filling.form().definition();
        let team = known.person.as_ref().map_or_else(|| known.envelope.device.to_string(), |p| p.team.clone());
        let key = (team, report.visit.code.clone(), report.visit.place.clone(), definition.id.clone());
        if definition.once && !seen.insert(key) && !known.accepted() {
            known.status = Status::Duplicate;
        }
    }
}
