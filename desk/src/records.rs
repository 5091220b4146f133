//! What this desk signs: reviews, corrections, letters. They wait in the store until the server proved that it has them, as a
//! phone's reports do.

use crate::error::DeskError;
use crate::folder::Desk;
use crate::store::Device;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::cose::Type;
use baqylau_protocol::envelope::{Address, To, make};
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::seal::SharedKey;
use baqylau_report::letter::Question;
use baqylau_report::report::At;
use baqylau_report::review::State;
use baqylau_report::{Correction, Letter, Review};

/// A correction as a coordinator writes it.
#[derive(Debug, Clone)]
pub struct Change<'c> {
    /// The question's name.
    pub question: &'c str,
    /// The positions of the rows it is in, outermost first.
    pub rows: Vec<u32>,
    /// The new answer, in the notation of answer files; `None` takes the answer away.
    pub new: Option<&'c str>,
    /// Why.
    pub reason: &'c str,
    /// Where it is from: a call, the paper form.
    pub source: &'c str,
}

impl Desk {
    /// Signs what was decided of a report. The last decision in the log holds.
    ///
    /// # Errors
    /// There is no such report here, or no reason.
    pub fn review(&self, report: Hash, state: State, reason: &str, now: i64) -> Result<(), DeskError> {
        self.known(report)?;
        said("a reason", reason)?;
        let review = Review { v: 1, report, state, reason: reason.trim().to_owned(), at: at(now) };
        self.sign(Type::Review, None, &review.encode(), now)
    }

    /// Signs a correction of one answer.
    ///
    /// # Errors
    /// There is no such report or question, the new answer is none, or reason or source are missing.
    pub fn correct(&self, report: Hash, change: &Change, now: i64) -> Result<(), DeskError> {
        said("a reason", change.reason)?;
        said("a source", change.source)?;
        let filling = self.evaluated(report)?;
        let form = filling.form().clone();
        let node = question(&form, change.question)?;
        let key = crate::corrections::key_of(&filling, node, &change.rows);
        let key = key.ok_or_else(|| DeskError::Unknown(format!("{}: the report has no such row", change.question)))?;
        if let Some(text) = change.new {
            baqylau_forms::fill::read_literal(&form, node, text)
                .map_err(|expected| DeskError::Unknown(format!("{}: expected {expected}", change.question)))?;
        }
        let correction = Correction {
            v: 1,
            report,
            node,
            rows: change.rows.clone(),
            old: filling.answer(key).map(|a| baqylau_forms::fill::write_literal(&form, node, a)),
            new: change.new.map(str::to_owned),
            reason: change.reason.trim().to_owned(),
            source: change.source.trim().to_owned(),
            at: at(now),
        };
        self.sign(Type::Correction, None, &correction.encode(), now)
    }

    /// Asks the observer about a report: named questions with a note, sealed to the phone that sent it. The other desks see the
    /// report as queried.
    ///
    /// # Errors
    /// There is no such report or question, or no note.
    pub fn ask(&self, report: Hash, questions: &[String], note: &str, now: i64) -> Result<(), DeskError> {
        said("a note", note)?;
        let (envelope, form) = {
            let envelope = self.known(report)?;
            (envelope, self.evaluated(report)?.form().clone())
        };
        let node = |name: &String| Ok(Question { node: question(&form, name)?, rows: Vec::new() });
        let questions = questions.iter().map(node).collect::<Result<Vec<_>, DeskError>>()?;
        let letter = Letter { v: 1, text: note.trim().to_owned(), report: Some(report), questions, at: at(now) };
        let phone = self.phone(envelope.device)?;
        self.sign(Type::Letter, Some(&phone), &letter.encode(), now)?;
        self.review(report, State::Queried, note, now)
    }

    /// Writes to phones: of the teams given, or all. Gives how many.
    ///
    /// # Errors
    /// Nobody is in these teams, or there are no words.
    pub fn message(&self, teams: &[String], text: &str, now: i64) -> Result<usize, DeskError> {
        said("words", text)?;
        let register = self.store.register()?;
        let team = |d: &Device| register.iter().find(|(s, _)| *s == d.subject).map(|(_, p)| p.team.clone());
        let wanted = |d: &Device| teams.is_empty() || team(d).is_some_and(|t| teams.contains(&t));
        let phones: Vec<Device> =
            self.store.devices()?.into_iter().filter(|d| d.role == Role::Observer && wanted(d)).collect();
        if phones.is_empty() {
            return Err(DeskError::Unknown("no phone of these teams enrolled; pull first".into()));
        }
        let letter = Letter { v: 1, text: text.trim().to_owned(), report: None, questions: Vec::new(), at: at(now) };
        for phone in &phones {
            self.sign(Type::Letter, Some(phone), &letter.encode(), now)?;
        }
        Ok(phones.len())
    }

    /// Numbers, signs and seals what goes to the desks, or to a phone, and keeps it until it is delivered.
    fn sign(&self, kind: Type, phone: Option<&Device>, payload: &[u8], now: i64) -> Result<(), DeskError> {
        let identity = self.identity(now)?;
        let manifest = self.manifest()?;
        let (to, shared) = match phone {
            Some(p) => (To::Phone(p.device, &p.box_key), SharedKey::from_parts(p.shared.0, p.shared.1)),
            None => (To::Desks(&manifest.reading), identity.shared),
        };
        self.store.add_record(kind, phone.map(|p| p.device), payload, |last| {
            let (seq, prev) = last.map_or((1, identity.first), |(seq, hash)| (seq + 1, hash));
            let address = Address { mission: self.mission(), device: identity.device, seq, prev, to, blobs: &[] };
            let made = make(&address, kind, &self.device, &shared, payload);
            made.map_err(|e| DeskError::Unknown(e.to_string()))
        })
    }

    fn known(&self, report: Hash) -> Result<crate::store::Envelope, DeskError> {
        let found = self.store.envelopes()?.into_iter().find(|e| e.hash == report);
        let is_report = |e: &crate::store::Envelope| e.plain.as_ref().is_ok_and(|o| o.kind == Type::Report);
        found.filter(is_report).ok_or_else(|| DeskError::Unknown(format!("no report {report} was pulled; pull first")))
    }

    fn phone(&self, device: DeviceId) -> Result<Device, DeskError> {
        let found = self.store.devices()?.into_iter().find(|d| d.device == device);
        found.ok_or_else(|| DeskError::Unknown(format!("no phone {device} enrolled")))
    }
}

fn question(form: &baqylau_forms::Form, name: &str) -> Result<u32, DeskError> {
    form.find(name).ok_or_else(|| DeskError::Unknown(format!("the checklist has no question {name}")))
}

fn said(what: &str, text: &str) -> Result<(), DeskError> {
    if text.trim().is_empty() { Err(DeskError::Unknown(format!("give {what}"))) } else { Ok(()) }
}

fn at(now: i64) -> At {
    At { ms: now, offset: 0 }
}
