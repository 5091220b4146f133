//! Paper forms that a clerk types in at the desk. A form under way lies in the desk's store, so that nothing is lost when somebody is
//! called away; signed, it is a report as a phone's is, by this desk.

use crate::adjudication::team_of_visit;
use crate::error::DeskError;
use crate::evaluation::ReportReader;
use crate::evaluation::corrections::{doubt, zone};
use crate::faults::{AnswerFault, NotHere};
use crate::records::identity::OwnDevice;
use crate::records::question as named_question;
use crate::workspace::Workspace;
use baqylau_forms::Filling;
use baqylau_forms::expr::{Chance, Environment};
use baqylau_forms::fill::{AnswerProblem, CellKey, Issue, Outcome, VisitFacts, read_literal_at};
use baqylau_forms::form::Form;
use baqylau_forms::value::Moment;
use baqylau_protocol::bundle::PartKind;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::ids::{Hash, ReportId};
use baqylau_protocol::keys::random;
use baqylau_report::report::{ClockReading, RecordedMoment, Remark, Report, Visit, VisitMode};
use baqylau_report::{AnswerTree, ReportContent};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The longest code of a visit, in bytes.
const LONGEST_CODE: usize = 40;

/// The head of a paper form: which visit it is of, and when. Kept as JSON in the desk's store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperHead {
    /// The checklist's id.
    pub checklist: String,
    /// The visit's code as the form has it, as `T047-05`.
    pub visit: String,
    /// The code of the place.
    pub place: Option<String>,
    /// When the team arrived: milliseconds since 1970 and minutes east of UTC.
    pub arrived: Option<(i64, i16)>,
    /// When it left.
    pub departed: Option<(i64, i16)>,
    /// When the clerk began, in milliseconds since 1970.
    pub started: i64,
    /// The bundle and the definition that it is filled under, in hexadecimal.
    under: Option<(String, String)>,
}

impl PaperHead {
    /// Of a form that is begun now.
    #[must_use]
    pub fn new(checklist: &str, visit: &str, place: Option<String>, now: i64) -> Self {
        let (checklist, visit) = (checklist.to_owned(), visit.trim().to_owned());
        Self { checklist, visit, place, arrived: None, departed: None, started: now, under: None }
    }
}

/// A paper form under way.
pub struct Paper {
    /// Given by this desk's store and never twice.
    pub id: i64,
    /// As it was typed when the form was begun.
    pub head: PaperHead,
    /// As typed so far, evaluated under the bundle that it was begun with.
    pub filling: Filling,
}

/// Paper forms at this desk.
#[derive(Clone, Copy)]
pub struct PaperForms<'d> {
    /// Has the teams that a visit's code may begin with.
    pub workspace: &'d Workspace,
    /// Keeps the forms under way, and signs what is finished.
    pub own: OwnDevice<'d>,
    /// Has the checklists of bundles.
    pub reports: ReportReader<'d>,
}

impl PaperForms<'_> {
    /// Begins a paper form under the current bundle; gives its number.
    ///
    /// # Errors
    /// There is no such checklist or place, the visit has no code, or the database fails.
    pub fn begin(&self, mut head: PaperHead, now: Moment) -> Result<i64, DeskError> {
        self.own.may_sign()?;
        if head.visit.is_empty() || head.visit.len() > LONGEST_CODE {
            return Err(DeskError::VisitCode { longest: LONGEST_CODE });
        }
        let team = team_of_visit(&head.visit);
        if !self.workspace.tables()?.people.iter().any(|p| p.team == team) {
            return Err(NotHere::Team { visit: head.visit }.into());
        }
        let bytes = self.own.known.store.manifest()?.ok_or(DeskError::NoBundle)?;
        let manifest = self.own.known.open_manifest(&bytes)?;
        let part = manifest.part(PartKind::Checklist, &head.checklist);
        let part = part.ok_or_else(|| NotHere::Checklist { checklist: head.checklist.clone() })?;
        head.under = Some((Hash::of(&bytes).to_string(), part.hash.to_string()));
        let form = self.form(&head)?;
        if let Some(code) = head.place.as_ref().filter(|code| form.places().find(code).is_none()) {
            return Err(NotHere::Place { place: code.clone() }.into());
        }
        let filling = Filling::new(form.clone(), facts(&head, &form), environment_of(now, 0));
        let tree = AnswerTree::whole(&filling).encode(&form);
        self.own.known.store.add_paper(&serialized(&head)?, &tree)
    }

    /// The paper forms under way, oldest first.
    ///
    /// # Errors
    /// The database fails, or one of them does not read.
    pub fn list(&self) -> Result<Vec<(i64, PaperHead)>, DeskError> {
        self.own.known.store.papers()?.into_iter().map(|(id, head)| Ok((id, parsed(&head)?))).collect()
    }

    /// One of them, as it is now.
    ///
    /// # Errors
    /// There is none of this number, or it does not read.
    pub fn get(&self, id: i64, now: Moment, language: usize) -> Result<Paper, DeskError> {
        let stored = self.own.known.store.paper(id)?;
        let (head, tree, remarks) = stored.ok_or(NotHere::PaperForm)?;
        let head: PaperHead = parsed(&head)?;
        let form = self.form(&head)?;
        let tree = AnswerTree::decode(&form, &tree).map_err(|_| DeskError::PaperDamaged)?;
        let environment = environment_of(now, language);
        let (mut filling, _) = Filling::restore(form.clone(), facts(&head, &form), environment, tree.mutations());
        for (node, reason) in parsed::<Vec<(u32, String)>>(&remarks)? {
            // A reason for what is hidden by now is not needed any more.
            let _ = filling.confirm(CellKey { node, row: 0 }, Some(reason));
        }
        Ok(Paper { id, head, filling })
    }

    /// Sets an answer, in the notation of answer files; `?dk` and its kin are missing values, nothing takes the answer away.
    ///
    /// # Errors
    /// The answer does not fit the question; nothing is changed.
    pub fn set(&self, id: i64, question: &str, row: u32, text: &str, now: Moment) -> Result<Paper, DeskError> {
        let mut paper = self.get(id, now, 0)?;
        let form = paper.filling.form().clone();
        let node = named_question(&form, question)?;
        let key = CellKey { node, row };
        match text.trim() {
            "" => paper.filling.clear(key).map(drop).map_err(AnswerFault::from)?,
            text => {
                let answer = read_literal_at(&form, node, text, &zone(&paper.filling));
                let fault = |expected| {
                    let (question, choices) = (question.to_owned(), Vec::new());
                    AnswerFault::NotAnAnswer { question, expected, choices }
                };
                paper.filling.set(key, answer.map_err(fault)?).map(drop).map_err(AnswerFault::from)?;
            }
        }
        self.keep(&paper)?;
        Ok(paper)
    }

    /// Adds a row to a repeat.
    ///
    /// # Errors
    /// It is no repeat that may be extended.
    pub fn extend(&self, id: i64, repeat: &str, row: u32, now: Moment) -> Result<(), DeskError> {
        let mut paper = self.get(id, now, 0)?;
        let node = named_question(paper.filling.form(), repeat)?;
        paper.filling.add_row(CellKey { node, row }).map_err(AnswerFault::from)?;
        self.keep(&paper)
    }

    /// Signs a paper form as a report of this desk. What is unlikely is confirmed by the words that the paper form says so; what is
    /// missing needs a reason. Gives what is in the way, where something is impossible.
    ///
    /// # Errors
    /// Something is impossible, or missing without a reason; the database fails.
    pub fn sign(&self, id: i64, incomplete: &str, now: Moment) -> Result<(), DeskError> {
        let mut paper = self.get(id, now, 0)?;
        for problem in paper.filling.issues() {
            match problem.issue {
                Issue::Error | Issue::TooManyRows => {
                    return Err(AnswerFault::Impossible(doubt(named(&paper.filling, &problem), &problem)).into());
                }
                Issue::Unanswered if incomplete.trim().is_empty() => {
                    return Err(AnswerFault::Unanswered { question: named(&paper.filling, &problem) }.into());
                }
                Issue::Unanswered | Issue::Unfit => {}
                Issue::Warning | Issue::NotOffered => {
                    let reason = Some("the paper form says so".to_owned());
                    paper.filling.confirm(problem.key, reason).map_err(AnswerFault::from)?;
                }
            }
        }
        paper.filling.finish();
        let report = report_of(&paper, incomplete.trim(), now)?;
        let signer = self.own.signer()?;
        self.own.known.store.sign(self.own.device(), |chain| {
            signer.add(chain, ObjectType::Report, None, &report.encode())?;
            self.own.known.store.drop_paper(id)
        })
    }

    /// Throws a paper form away.
    ///
    /// # Errors
    /// The database fails.
    pub fn drop(&self, id: i64) -> Result<(), DeskError> {
        self.own.known.store.drop_paper(id)
    }

    fn keep(&self, paper: &Paper) -> Result<(), DeskError> {
        let tree = AnswerTree::whole(&paper.filling).encode(paper.filling.form());
        let reasons: Vec<(u32, String)> = remarks(&paper.filling).into_iter().map(|r| (r.node, r.text)).collect();
        self.own.known.store.set_paper(paper.id, &tree, &serialized(&reasons)?)
    }

    fn form(&self, head: &PaperHead) -> Result<Arc<Form>, DeskError> {
        let (bundle, checklist) = under(head)?;
        let form = self.reports.form(bundle, checklist)?;
        form.ok_or(DeskError::PaperDamaged)
    }
}

fn report_of(paper: &Paper, incomplete: &str, now: Moment) -> Result<Report, DeskError> {
    let (head, filling) = (&paper.head, &paper.filling);
    let (bundle, checklist) = under(head)?;
    let moment = |at: Option<(i64, i16)>| at.map(|(ms, offset)| RecordedMoment { ms, offset });
    let content =
        ReportContent { answers: AnswerTree::of(filling), remarks: remarks(filling), ..ReportContent::default() };
    Ok(Report {
        v: Report::VERSION,
        id: ReportId::new(now.ms, random()),
        checklist,
        bundle,
        visit: Visit {
            code: head.visit.clone(),
            place: head.place.clone(),
            unlisted: None,
            arrived: moment(head.arrived),
            departed: moment(head.departed),
            outcome: 0,
            mode: VisitMode::Paper.name().into(),
            position: None,
        },
        clock: ClockReading { wall: now.into(), boot_ms: 0, boot_id: [0; 8].into(), seen: None, started: head.started },
        answers: content.encode(filling.form()).into(),
        incomplete: (!incomplete.is_empty()).then(|| incomplete.to_owned()),
        supersedes: None,
        test: None,
        attachments: None,
        language: None,
        why: None,
        left: None,
        alarm: None,
    })
}

fn under(head: &PaperHead) -> Result<(Hash, Hash), DeskError> {
    let both = head.under.as_ref().and_then(|(b, c)| Hash::from_hex(b).zip(Hash::from_hex(c)));
    both.ok_or(DeskError::PaperDamaged)
}

fn facts(head: &PaperHead, form: &Form) -> VisitFacts {
    let moment = |at: Option<(i64, i16)>| at.map(|(ms, offset)| Moment { ms, offset });
    VisitFacts {
        code: head.visit.clone(),
        arrived_at: moment(head.arrived),
        departed_at: moment(head.departed),
        outcome: Outcome::default(),
        mode: VisitMode::Paper.name().into(),
        place: head.place.as_deref().and_then(|code| form.places().find(code)),
    }
}

fn named(filling: &Filling, problem: &AnswerProblem) -> String {
    let row = filling.question(problem.key);
    if row.number.is_empty() { row.name } else { row.number }
}

/// The reasons by which warnings were confirmed.
fn remarks(filling: &Filling) -> Vec<Remark> {
    let confirmed = filling.issues().into_iter().filter_map(|p| Some((p.key, p.confirmed?)));
    let remark = |(key, text): (CellKey, String)| Remark {
        node: key.node,
        rows: filling.row_path(key.row),
        confirms: true,
        text,
    };
    confirmed.map(remark).collect()
}

fn serialized<T: Serialize>(value: &T) -> Result<String, DeskError> {
    serde_json::to_string(value).map_err(|e| DeskError::making("paper form", e))
}

fn parsed<T: for<'d> Deserialize<'d>>(text: &str) -> Result<T, DeskError> {
    serde_json::from_str(text).map_err(|_| DeskError::PaperDamaged)
}

fn environment_of(now: Moment, language: usize) -> Environment {
    Environment { now, language, chance: Chance::of(random) }
}
