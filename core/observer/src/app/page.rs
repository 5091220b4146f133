//! What screens draw, each in one call: here a page of a checklist, with everything around one section. Which section opens is decided
//! here, and only here.
//!
//! # Layout
//! - `review`: a draft before it is signed; `visit`: a visit; `reports`: what was signed, and letters

mod reports;
mod review;
mod visit;

pub use reports::{ReportLine, ReportsPage};
pub use review::{ReviewNumber, ReviewPage, ReviewProblem};
pub use visit::{DraftLine, VisitPage};

use super::letters::questions_of;
use super::{DraftView, ObserverApp};
use crate::error::Error;
use crate::reason::InvalidReason;
use crate::store::Draft;
use baqylau_forms::fill::{CellKey, Filling, Progress, QuestionView, SectionView};

/// The section of a checklist that a screen wants opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedSection {
    /// That of the first question that the letter asks about and that is shown; the first that is shown, where there is none.
    First,
    /// This one; the first that is shown where this one is hidden or gone.
    Section(usize),
    /// That of the next question without an answer; from the end it goes on at the top.
    Unanswered {
        /// The question after which it is looked for; from the top where there is none.
        after: Option<CellKey>,
        /// The section that is open, and stays open where nothing is left to answer.
        section: usize,
    },
}

/// One section of a draft, with what is drawn around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChecklistPage {
    /// The draft.
    pub draft: DraftView,
    /// Every section, without rows.
    pub sections: Vec<SectionView>,
    /// The section that is open.
    pub section: usize,
    /// In order. Of a signed draft every one is read-only.
    pub rows: Vec<QuestionView>,
    /// The question to go to: the unanswered one that was wanted, otherwise the first of this section without an answer.
    pub unanswered: Option<CellKey>,
    /// Of the whole checklist.
    pub progress: Progress,
    /// The questions that the letter asks about.
    pub asked: Vec<CellKey>,
}

impl ObserverApp {
    /// Opens a page of a draft; from now on changes speak of its section. `letter`: the one that the draft answers.
    ///
    /// # Errors
    /// There is no such draft or letter, or the visit was forgotten.
    pub fn checklist_page(
        &self,
        draft: i64,
        wanted: WantedSection,
        letter: Option<i64>,
    ) -> Result<ChecklistPage, Error> {
        self.with_mission(|u, loaded| {
            // A draft that cannot be read is said before a letter that is not there.
            self.filling(u, loaded, draft)?;
            let questions = letter.map(|letter| questions_of(u, letter)).transpose()?.unwrap_or_default();
            let (stored, filling) = self.filling(u, loaded, draft)?;
            let sections = filling.sections();
            let asked: Vec<CellKey> = questions.iter().filter_map(|q| filling.key_at(q.node, &q.rows)).collect();
            let (section, found) = opened(filling, &sections, wanted, &asked);
            let rows = open_section(&stored, filling, section)?.rows;
            let first = || rows.iter().map(|row| row.key).find(|key| filling.is_unanswered(*key));
            // What was signed asks for nothing.
            let unanswered = found.or_else(first).filter(|_| stored.report.is_none());
            let progress = filling.progress();
            let draft = self.draft_view(&u.main, loaded, stored)?;
            Ok(ChecklistPage { draft, sections, section, rows, unanswered, progress, asked })
        })
    }
}

/// A section with its rows; of a signed draft every one is read-only.
pub(super) fn open_section(stored: &Draft, filling: &mut Filling, section: usize) -> Result<SectionView, Error> {
    let mut view = filling.open_section(section).ok_or(InvalidReason::NoSuchSection)?;
    view.rows.iter_mut().for_each(|row| row.read_only |= stored.report.is_some());
    Ok(view)
}

/// The section that opens, and the question that was looked for.
fn opened(
    filling: &Filling,
    sections: &[SectionView],
    wanted: WantedSection,
    asked: &[CellKey],
) -> (usize, Option<CellKey>) {
    let shown = |section: &usize| sections.get(*section).is_some_and(|s| s.shown);
    let first = || sections.iter().find(|s| s.shown).map_or(0, |s| s.section);
    let or_first = |section| Some(section).filter(shown).unwrap_or_else(first);
    match wanted {
        WantedSection::First => (asked.iter().find_map(|key| filling.section_of(*key)).unwrap_or_else(first), None),
        WantedSection::Section(section) => (or_first(section), None),
        WantedSection::Unanswered { after, section } => match filling.next_unanswered(after) {
            Some((section, key)) => (section, Some(key)),
            None => (or_first(section), None),
        },
    }
}
