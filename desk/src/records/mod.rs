//! What this desk signs: reviews, letters, and corrections, which [`crate::records::preview`] looks at first. They wait in the store until
//! the server proved that it has them, as a phone's reports do.

pub mod identity;
pub mod letters;
pub mod paper;
pub mod preview;
mod signing;

use crate::adjudication::status::AnswerBasis;
use crate::error::DeskError;
use crate::evaluation::ReportReader;
use crate::faults::{NotHere, RequiredText};
use crate::index::report_table::ReportTable;
use crate::records::identity::OwnDevice;
use crate::store::{KnownDevice, VerifiedStore};
use crate::workspace::Workspace;
use baqylau_forms::value::Answer;
use baqylau_forms::zone::DAY_MS;
use baqylau_protocol::VERSION;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::standing::{Standing, Standings};
use baqylau_report::letter::Question;
use baqylau_report::report::RecordedMoment;
use baqylau_report::review::ReviewState;
use baqylau_report::{Coding, Letter, Review};
use std::sync::Arc;

/// A correction as a coordinator writes it.
#[derive(Clone)]
pub struct CorrectionRequest<'c> {
    /// The question's name.
    pub question: &'c str,
    /// The positions of the rows it is in, outermost first.
    pub rows: Vec<u32>,
    /// The new answer, in the notation of answer files, or the label of one choice; `None` takes the answer away.
    pub new: Option<&'c str>,
    /// Why.
    pub reason: &'c str,
    /// Where it is from: a call, the paper form.
    pub source: &'c str,
}

baqylau_forms::redacted_debug! { CorrectionRequest<'_>: question, rows }

/// Codes, translation and release of one text, as a coordinator gives them. The last that any desk signs holds.
#[derive(Clone)]
pub struct CodingRequest<'c> {
    /// The question's name.
    pub question: &'c str,
    /// The positions of the rows it is in, outermost first.
    pub rows: Vec<u32>,
    /// Codes of the codebook.
    pub codes: &'c [String],
    /// The text in the statement's language; nothing where it needs none.
    pub translation: &'c str,
    /// Whether the statement may quote it.
    pub quotable: bool,
}

baqylau_forms::redacted_debug! { CodingRequest<'_>: question, rows }

/// Signs what coordinators decide, write and correct. Needs no network; the next pull sends it.
#[derive(Clone, Copy)]
pub struct Records<'d> {
    /// Has the tables: the codebook, and how long phones keep a report.
    pub workspace: &'d Workspace,
    /// Signs.
    pub own: OwnDevice<'d>,
    /// Reads the reports that something is signed about.
    pub reports: ReportReader<'d>,
}

impl Records<'_> {
    fn known(&self) -> VerifiedStore<'_> {
        self.own.known
    }

    /// Signs what was decided of a report. The last decision in the log holds.
    ///
    /// # Errors
    /// There is no such report here, or no reason.
    pub fn review(&self, report: Hash, state: ReviewState, reason: &str, now: i64) -> Result<(), DeskError> {
        self.reports.envelope(report)?;
        require_text(RequiredText::Reason, reason)?;
        let review = Review { v: VERSION, report, state, reason: reason.trim().to_owned(), at: moment(now) };
        self.own.sign_one(ObjectType::Review, &review.encode())
    }

    /// Signs what a text is about, what it means in the statement's language, and whether it may be quoted.
    ///
    /// # Errors
    /// There is no such report or text, a code is not in the codebook, or what is internal shall be quoted.
    pub fn code(&self, report: Hash, text: &CodingRequest, now: i64) -> Result<(), DeskError> {
        let tables = Arc::new(self.workspace.tables()?);
        let table = || ReportTable::read(&tables, self.known(), None, AnswerBasis::Effective);
        if text.quotable && table()?.row(report).is_some_and(|row| row.internal) {
            return Err(internal(text.question));
        }
        self.sign_coding(report, text, now)
    }

    /// As [`Records::code`], where the table is at hand.
    ///
    /// # Errors
    /// As [`Records::code`].
    pub fn code_in(&self, table: &ReportTable, report: Hash, text: &CodingRequest, now: i64) -> Result<(), DeskError> {
        if text.quotable && table.row(report).is_some_and(|row| row.internal) {
            return Err(internal(text.question));
        }
        self.sign_coding(report, text, now)
    }

    fn sign_coding(&self, report: Hash, text: &CodingRequest, now: i64) -> Result<(), DeskError> {
        let filling = self.reports.evaluated(report)?;
        let node = question(filling.form(), text.question)?;
        let key = filling.key_at(node, &text.rows);
        if !key.and_then(|key| filling.answer(key)).is_some_and(|a| matches!(a, Answer::Text(_))) {
            return Err(NotHere::Text { question: text.question.to_owned() }.into());
        }
        let source = self.workspace.tables()?;
        if let Some(code) = text.codes.iter().find(|code| !source.codebook.iter().any(|c| c.0 == **code)) {
            return Err(NotHere::Code { code: code.clone() }.into());
        }
        let translation = Some(text.translation.trim().to_owned()).filter(|t| !t.is_empty());
        let (rows, codes, quotable) = (text.rows.clone(), text.codes.to_vec(), text.quotable);
        let coding = Coding { v: VERSION, report, node, rows, codes, translation, quotable, at: moment(now) };
        self.own.sign_one(ObjectType::Coding, &coding.encode())
    }

    /// Asks about a report: named questions with a note, sealed to the phone that sent it; or to another, which gets the report
    /// with them and may supersede it. The other desks see the report as queried, and what was asked.
    ///
    /// # Errors
    /// There is no such report, question or phone, or no note.
    pub fn ask(
        &self,
        report: Hash,
        questions: &[String],
        note: &str,
        other: Option<DeviceId>,
        now: i64,
    ) -> Result<(), DeskError> {
        require_text(RequiredText::Note, note)?;
        let (envelope, form) = {
            let envelope = self.reports.envelope(report)?;
            (envelope, self.reports.evaluated(report)?.form().clone())
        };
        let node = |name: &String| Ok(Question { node: question(&form, name)?, rows: Vec::new() });
        let questions = questions.iter().map(node).collect::<Result<Vec<_>, DeskError>>()?;
        let text = note.trim().to_owned();
        // The phone itself forgets a report after the review window; a little before, it may be too late when the letter comes.
        let window = i64::from(self.workspace.tables()?.mission.review_window_days) * DAY_MS / 2;
        let handed = other.is_some_and(|device| device != envelope.device) || envelope.received + window < now;
        let copy = envelope.plain.ok().filter(|_| handed).map(|plain| plain.bytes.into());
        let letter = Letter { v: VERSION, text: text.clone(), report: Some(report), questions, at: moment(now), copy };
        let review = Review { v: VERSION, report, state: ReviewState::Queried, reason: text, at: moment(now) };
        let phone = self.phone(other.unwrap_or(envelope.device))?;
        let signer = self.own.signer()?;
        self.known().store.sign(self.own.device(), |chain| {
            signer.letters(chain, &[phone], &letter)?;
            signer.add(chain, ObjectType::Review, None, &review.encode()).map(drop)
        })
    }

    /// Writes to phones: of the teams given, as they are now, or all. A revoked phone gets none. Gives how many.
    ///
    /// # Errors
    /// Nobody is in these teams, or there are no words.
    pub fn message(&self, teams: &[String], text: &str, now: i64) -> Result<usize, DeskError> {
        require_text(RequiredText::Letter, text)?;
        let register = self.known().store.register_at(now)?;
        let standings = self.known().standings()?;
        let revoked = |d: &KnownDevice| is_revoked(&standings, d.device);
        let in_team = |d: &KnownDevice| register.get(&d.subject).is_some_and(|p| teams.contains(&p.team));
        let wanted = |d: &KnownDevice| !revoked(d) && (teams.is_empty() || in_team(d));
        let phones: Vec<KnownDevice> =
            self.known().store.devices()?.into_iter().filter(|d| d.role == Role::Observer && wanted(d)).collect();
        if phones.is_empty() {
            return Err(NotHere::PhoneOfTeams.into());
        }
        let text = text.trim().to_owned();
        let letter = Letter { v: VERSION, text, report: None, questions: Vec::new(), at: moment(now), copy: None };
        let signer = self.own.signer()?;
        self.known().store.sign(self.own.device(), |chain| signer.letters(chain, &phones, &letter))?;
        Ok(phones.len())
    }

    fn phone(&self, device: DeviceId) -> Result<KnownDevice, DeskError> {
        if is_revoked(&self.known().standings()?, device) {
            return Err(DeskError::Revoked { device });
        }
        let found = self.known().store.devices()?.into_iter().find(|d| d.device == device);
        Ok(found.ok_or(NotHere::Device { device })?)
    }
}

fn is_revoked(standings: &Standings, device: DeviceId) -> bool {
    standings.of(device).is_some_and(|held| held.decision.standing == Standing::Revoked)
}

fn internal(question: &str) -> DeskError {
    DeskError::Internal { question: question.to_owned() }
}

pub(crate) fn question(form: &baqylau_forms::Form, name: &str) -> Result<u32, DeskError> {
    Ok(form.find(name).ok_or_else(|| NotHere::Question { question: name.to_owned() })?)
}

pub(crate) fn require_text(what: RequiredText, text: &str) -> Result<(), DeskError> {
    if text.trim().is_empty() { Err(DeskError::EmptyText { what }) } else { Ok(()) }
}

fn moment(now: i64) -> RecordedMoment {
    RecordedMoment { ms: now, offset: 0 }
}
