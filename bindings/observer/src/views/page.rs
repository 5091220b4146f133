//! What a screen draws in one call.

use super::checklist::{Leftover, Problem, RowView, SectionView};
use super::mission::{ChecklistView, DraftView, MissionView, Progress, VisitView};
use super::report::{AnswerChange, LetterView, ReportView};
use super::{count, size};
use crate::answers::Key;
use baqylau_observer::app;

/// The section of a checklist that a screen wants opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Wanted {
    /// That of the first question that the letter asks about and that is shown; the first that is shown, where there is none.
    First,
    /// This one; the first that is shown where this one is hidden or gone.
    Section {
        /// As [`SectionView`] gives it.
        section: u32,
    },
    /// That of the next question without an answer; from the end it goes on at the top.
    Unanswered {
        /// The question after which it is looked for; from the top where there is none.
        after: Option<Key>,
        /// The section that is open, and stays open where nothing is left to answer.
        section: u32,
    },
}

impl From<Wanted> for app::WantedSection {
    fn from(w: Wanted) -> Self {
        match w {
            Wanted::First => Self::First,
            Wanted::Section { section } => Self::Section(size(section)),
            Wanted::Unanswered { after, section } => {
                Self::Unanswered { after: after.map(Into::into), section: size(section) }
            }
        }
    }
}

record! {
    /// One section of a draft, with what is drawn around it.
    ChecklistPage from app::ChecklistPage as p {
        /// The draft.
        draft: DraftView = p.draft.into(),
        /// Every section, without rows.
        sections: Vec<SectionView> = p.sections.into_iter().map(Into::into).collect(),
        /// The section that is open.
        section: u32 = count(p.section),
        /// In order. Of a signed draft every one is read-only.
        rows: Vec<RowView> = p.rows.into_iter().map(Into::into).collect(),
        /// The question to go to: the unanswered one that was wanted, otherwise the first of this section without an answer.
        unanswered: Option<Key> = p.unanswered.map(Into::into),
        /// Of the whole checklist.
        progress: Progress = p.progress.into(),
        /// The questions that the letter asks about.
        asked: Vec<Key> = p.asked.into_iter().map(Into::into).collect(),
    }
}

record! {
    /// A draft before it is signed.
    ReviewPage from app::ReviewPage as p {
        /// The draft.
        draft: DraftView = p.draft.into(),
        /// The visit that it is of.
        visit: VisitView = p.visit.into(),
        /// The mission that it goes to.
        mission: MissionView = p.mission.into(),
        /// Everything that is wrong or missing, in the order of the checklist.
        problems: Vec<ReviewProblem> = p.problems.into_iter().map(Into::into).collect(),
        /// Whether something has to be changed before anything can be signed.
        impossible: bool = p.impossible,
        /// Whether it can be signed only with a reason. Where something is impossible, no reason helps.
        needs_reason: bool = p.needs_reason,
        /// The whole numbers that were entered or computed, to be compared with the paper.
        numbers: Vec<ReviewNumber> = p.numbers.into_iter().map(Into::into).collect(),
        /// How many files go along.
        attachments: u32 = count(p.attachments),
        /// Differences to the report that it amends; empty for a first report.
        changes: Vec<AnswerChange> = p.changes.into_iter().map(Into::into).collect(),
        /// Answers that found no place when the draft was carried to a newer version.
        left: Vec<Leftover> = p.left.into_iter().map(Into::into).collect(),
        /// Of the whole checklist.
        progress: Progress = p.progress.into(),
    }
}

record! {
    /// A problem with the question that has it.
    ReviewProblem from app::ReviewProblem as p {
        /// The printed number and the words of the question.
        question: String = p.question,
        /// Of its answer, or for want of one.
        problem: Problem = p.problem.into(),
    }
}

record! {
    /// A whole number with the question that it answers.
    ReviewNumber from app::ReviewNumber as n {
        /// The printed number and the words of the question.
        question: String = n.question,
        /// As it is shown.
        number: String = n.number,
    }
}

record! {
    /// A visit with what is drawn around it.
    VisitPage from app::VisitPage as p {
        /// The visit.
        visit: VisitView = p.visit.into(),
        /// The checklists that may be begun here.
        offered: Vec<ChecklistView> = p.offered.into_iter().map(Into::into).collect(),
        /// Every draft of the visit, in its order.
        drafts: Vec<DraftLine> = p.drafts.into_iter().map(Into::into).collect(),
        /// The observer's team.
        team: String = p.team,
    }
}

record! {
    /// How far a draft is.
    DraftLine from app::DraftLine as d {
        /// The draft.
        draft: DraftView = d.draft.into(),
        /// Of the whole checklist; nothing once it is signed, or where the visit cannot be read any more.
        progress: Option<Progress> = d.progress.map(Into::into),
        /// The number of the report that it became.
        report: Option<i64> = d.report,
    }
}

record! {
    /// The reports of this phone, and what the coordinators write about them.
    ReportsPage from app::ReportsPage as p {
        /// The reports, the newest first.
        reports: Vec<ReportLine> = p.reports.into_iter().map(Into::into).collect(),
        /// The letters, the newest first.
        letters: Vec<LetterView> = p.letters.into_iter().map(Into::into).collect(),
    }
}

record! {
    /// A report with what is drawn beside it.
    ReportLine from app::ReportLine as l {
        /// The report.
        report: ReportView = l.report.into(),
        /// The checklist's name; its id where the mission has it no more.
        title: String = l.title.to_string(),
        /// Differences to the report that it amends, where it amends one.
        changes: Vec<AnswerChange> = l.changes.into_iter().map(Into::into).collect(),
    }
}
