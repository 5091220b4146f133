//! Checklists: filled, signed, amended.

use super::{ObserverCore, Result, each};
use crate::answers::{Answer, Key, Position};
use crate::phone::{ByteSource, SourceAdapter};
use crate::views::{
    AddedRow, AnswerChange, Carried, ChecklistPage, ChoiceView, DraftView, Leftover, Problem, Progress, ReportView,
    ReviewPage, SectionView, ViewChange, Wanted, size,
};
use std::sync::Arc;

#[uniffi::export]
impl ObserverCore {
    /// One section of a draft with everything that is drawn around it; from now on changes speak of it. `letter`: the one that the
    /// draft answers.
    pub fn checklist_page(&self, draft: i64, wanted: Wanted, letter: Option<i64>) -> Result<ChecklistPage> {
        Ok(self.0.checklist_page(draft, wanted.into(), letter)?.into())
    }

    /// A draft before it is signed, with everything that is drawn of it. The section that is open stays open.
    pub fn review_page(&self, draft: i64) -> Result<ReviewPage> {
        Ok(self.0.review_page(draft)?.into())
    }

    /// The sections of a draft, without rows.
    pub fn sections(&self, draft: i64) -> Result<Vec<SectionView>> {
        Ok(each(self.0.sections(draft)?))
    }

    /// Opens a section: its rows, and from now on changes speak of it.
    pub fn open_section(&self, draft: i64, section: u32) -> Result<SectionView> {
        Ok(self.0.open_section(draft, size(section))?.into())
    }

    /// The choices of a question, searched and paged.
    pub fn choices(&self, draft: i64, key: Key, query: String, offset: u32, limit: u32) -> Result<Vec<ChoiceView>> {
        Ok(each(self.0.choices(draft, key.into(), &query, size(offset), size(limit))?))
    }

    /// Everything that is wrong or missing in a draft.
    pub fn issues(&self, draft: i64) -> Result<Vec<Problem>> {
        Ok(each(self.0.issues(draft)?))
    }

    /// How far a draft is.
    pub fn progress(&self, draft: i64) -> Result<Progress> {
        Ok(self.0.progress(draft)?.into())
    }

    /// Sets an answer. Durable when it returns.
    pub fn set_answer(&self, draft: i64, key: Key, answer: Answer) -> Result<ViewChange> {
        Ok(self.0.set(draft, key.into(), answer.into())?.into())
    }

    /// An answer from text, as a scanner or a keyboard gives it: choices by name, `?dk` for a missing value.
    pub fn read_answer(&self, draft: i64, key: Key, text: String) -> Result<Answer> {
        Ok(self.0.read_answer(draft, key.into(), &text)?.into())
    }

    /// Sets an answer from text; blank text clears it. Durable when it returns.
    pub fn set_text(&self, draft: i64, key: Key, text: String) -> Result<ViewChange> {
        Ok(self.0.set_text(draft, key.into(), &text)?.into())
    }

    /// Clears an answer.
    pub fn clear_answer(&self, draft: i64, key: Key) -> Result<ViewChange> {
        Ok(self.0.clear(draft, key.into())?.into())
    }

    /// Sets or clears a note to a question.
    pub fn set_note(&self, draft: i64, key: Key, note: Option<String>) -> Result<ViewChange> {
        Ok(self.0.set_note(draft, key.into(), note)?.into())
    }

    /// Confirms a warning, with a reason.
    pub fn confirm(&self, draft: i64, key: Key, reason: Option<String>) -> Result<ViewChange> {
        Ok(self.0.confirm(draft, key.into(), reason)?.into())
    }

    /// Adds a row to a repeat.
    pub fn add_row(&self, draft: i64, repeat: Key) -> Result<AddedRow> {
        let (key, change) = self.0.add_row(draft, repeat.into())?;
        Ok(AddedRow { key: key.into(), change: change.into() })
    }

    /// Removes a row of a repeat.
    pub fn remove_row(&self, draft: i64, row: Key) -> Result<ViewChange> {
        Ok(self.0.remove_row(draft, row.into())?.into())
    }

    /// Attaches a file: cleaned of metadata and encrypted while it is read. `media` is its type, as `image/jpeg`.
    pub fn attach(&self, draft: i64, key: Key, media: String, source: Arc<dyn ByteSource>) -> Result<ViewChange> {
        Ok(self.0.attach(draft, key.into(), &media, &mut SourceAdapter(source))?.into())
    }

    /// Decrypts an attachment into memory, to be shown.
    pub fn read_attachment(&self, draft: i64, name: String) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        self.0.read_attachment(draft, &name, &mut out)?;
        Ok(out)
    }

    /// Carries a draft to the version of its checklist that the bundle has now.
    pub fn carry(&self, draft: i64) -> Result<Carried> {
        let (draft, left) = self.0.carry(draft)?;
        Ok(Carried { draft: draft.into(), left: each(left) })
    }

    /// Answers that found no place when a draft was carried.
    pub fn leftovers(&self, draft: i64) -> Result<Vec<Leftover>> {
        Ok(each(self.0.leftovers(draft)?))
    }

    /// Throws a draft away that was never signed.
    pub fn discard(&self, draft: i64) -> Result<()> {
        Ok(self.0.discard(draft)?)
    }

    /// Signs and seals a draft: a report, which never changes. What is missing or unlikely needs a reason.
    pub fn finalise(&self, draft: i64, incomplete: Option<String>) -> Result<ReportView> {
        Ok(self.0.finalise(draft, incomplete)?.into())
    }

    /// Opens a signed report to be corrected; `why` goes with the amendment.
    pub fn amend(&self, report: i64, why: String) -> Result<DraftView> {
        Ok(self.0.amend(report, &why)?.into())
    }

    /// The answers that a draft or report changes in the report that it amends.
    pub fn changes(&self, draft: i64) -> Result<Vec<AnswerChange>> {
        Ok(each(self.0.changes(draft)?))
    }

    /// A call for help: signs an urgent report at once, as it is, with where the phone is. Sync afterwards.
    pub fn alarm(&self, position: Option<Position>) -> Result<ReportView> {
        Ok(self.0.alarm(position.map(Into::into))?.into())
    }
}
