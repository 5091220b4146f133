//! What a screen draws before a draft is signed, in one call: what is wrong, what is counted, what goes to whom.

use crate::app::mission::Loaded;
use crate::app::{ChangeView, DraftView, MissionView, ObserverApp, Unlocked, VisitView};
use crate::error::Error;
use crate::reason::InvalidReason;
use baqylau_forms::Answer;
use baqylau_forms::fill::{AnswerProblem, Filling, Progress, QuestionView, Unmapped};
use std::collections::HashMap;
use std::sync::Arc;

/// A draft before it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewPage {
    /// The draft.
    pub draft: DraftView,
    /// The visit that it is of.
    pub visit: VisitView,
    /// The mission that it goes to.
    pub mission: MissionView,
    /// Everything that is wrong or missing, in the order of the checklist.
    pub problems: Vec<ReviewProblem>,
    /// Whether something has to be changed before anything can be signed.
    pub impossible: bool,
    /// Whether it can be signed only with a reason. Where something is impossible, no reason helps.
    pub needs_reason: bool,
    /// The whole numbers that were entered or computed, to be compared with the paper.
    pub numbers: Vec<ReviewNumber>,
    /// How many files go along.
    pub attachments: usize,
    /// Differences to the report that it amends; empty for a first report, and where the report that it amends is gone.
    pub changes: Vec<ChangeView>,
    /// Answers that found no place when the draft was carried to a newer version.
    pub left: Vec<Unmapped>,
    /// Of the whole checklist.
    pub progress: Progress,
}

/// A problem with the question that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewProblem {
    /// The printed number and the words of the question, in the phone's language.
    pub question: String,
    /// Of its answer, or for want of one.
    pub problem: AnswerProblem,
}

/// A whole number with the question that it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewNumber {
    /// The printed number and the words of the question, in the phone's language.
    pub question: String,
    /// As it is shown.
    pub number: String,
}

impl ObserverApp {
    /// Everything that is to be seen before a draft is signed. The section that is open stays open.
    ///
    /// # Errors
    /// There is no such draft, or the visit was forgotten.
    pub fn review_page(&self, draft: i64) -> Result<ReviewPage, Error> {
        self.with_mission(|u, loaded| {
            let (stored, filling) = self.filling(u, loaded, draft)?;
            let rows: Vec<QuestionView> = filling.shown_keys().into_iter().map(|key| filling.question(key)).collect();
            let (problems, progress) = (problems(filling, &rows), filling.progress());
            let file = |row: &&QuestionView| matches!(row.answer, Some(Answer::Attachment(_)));
            let visit = u.main.visit(stored.visit)?;
            Ok(ReviewPage {
                impossible: problems.iter().any(|p| p.problem.issue.prevents_signing()),
                needs_reason: problems.iter().any(|p| p.problem.needs_reason()),
                problems,
                numbers: numbers(&rows),
                attachments: rows.iter().filter(file).count(),
                changes: self.amended(u, loaded, draft)?,
                left: u.main.leftovers(&stored)?,
                progress,
                visit: self.visit_view(u, loaded, &visit)?,
                mission: self.mission_view(u, loaded)?,
                draft: self.draft_view(&u.main, loaded, stored)?,
            })
        })
    }

    /// What an amendment changes; nothing where there is none, or nothing to compare it with.
    pub(super) fn amended(&self, u: &mut Unlocked, loaded: &Arc<Loaded>, draft: i64) -> Result<Vec<ChangeView>, Error> {
        match self.change_views(u, loaded, draft) {
            Err(Error::Invalid(
                InvalidReason::NoAmendment
                | InvalidReason::AmendedReportGone
                | InvalidReason::VisitForgotten
                | InvalidReason::VisitDamaged { .. },
            )) => Ok(Vec::new()),
            changes => changes,
        }
    }
}

/// The problems of a filling, each with what its question is called.
fn problems(filling: &Filling, rows: &[QuestionView]) -> Vec<ReviewProblem> {
    let names: HashMap<_, _> = rows.iter().map(|row| (row.key, row)).collect();
    let named = |problem: AnswerProblem| ReviewProblem {
        question: names.get(&problem.key).map(|row| called(row)).unwrap_or_default(),
        problem,
    };
    filling.issues().into_iter().map(named).collect()
}

fn numbers(rows: &[QuestionView]) -> Vec<ReviewNumber> {
    let counted = rows.iter().filter(|row| matches!(row.answer, Some(Answer::Integer(_))));
    counted.map(|row| ReviewNumber { question: called(row), number: row.answer_text.clone() }).collect()
}

/// What a question is called.
fn called(row: &QuestionView) -> String {
    if row.number.is_empty() { row.label.to_string() } else { format!("{}. {}", row.number, row.label) }
}
