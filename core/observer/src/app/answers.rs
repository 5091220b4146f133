//! What is read and changed of a checklist being filled. An answer is durable when the call that set it returns.

use super::mission::Loaded;
use super::page::open_section;
use super::visits::zone;
use super::{ObserverApp, Unlocked};
use crate::error::Error;
use crate::reason::InvalidReason;
use crate::store::Draft;
use baqylau_forms::Zone;
use baqylau_forms::fill::{AnswerProblem, CellKey, ChoiceView, Filling, Mutation, Progress, SectionView, ViewChange};
use baqylau_forms::value::Answer;
use std::sync::Arc;

impl ObserverApp {
    /// The sections of a draft, without rows.
    ///
    /// # Errors
    /// There is no such draft.
    pub fn sections(&self, draft: i64) -> Result<Vec<SectionView>, Error> {
        self.reading(draft, |f| Ok(f.sections()))
    }

    /// Opens a section of a draft. Of a signed one every row is read-only.
    ///
    /// # Errors
    /// There is no such draft or section.
    pub fn open_section(&self, draft: i64, section: usize) -> Result<SectionView, Error> {
        self.with_mission(|u, loaded| {
            let (stored, filling) = self.filling(u, loaded, draft)?;
            open_section(&stored, filling, section)
        })
    }

    /// The choices of a question, searched and paged.
    ///
    /// # Errors
    /// There is no such draft.
    pub fn choices(
        &self,
        draft: i64,
        key: CellKey,
        query: &str,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<ChoiceView>, Error> {
        self.reading(draft, |f| Ok(f.choices(key, query, offset, limit)))
    }

    /// Everything that is wrong or missing in a draft.
    ///
    /// # Errors
    /// There is no such draft.
    pub fn issues(&self, draft: i64) -> Result<Vec<AnswerProblem>, Error> {
        self.reading(draft, |f| Ok(f.issues()))
    }

    /// How far a draft is.
    ///
    /// # Errors
    /// There is no such draft.
    pub fn progress(&self, draft: i64) -> Result<Progress, Error> {
        self.reading(draft, |f| Ok(f.progress()))
    }

    /// An answer from text, as a terminal or a scanner gives it: choices by name, `?dk` for a missing value.
    ///
    /// # Errors
    /// The text is no answer to the question.
    pub fn read_answer(&self, draft: i64, key: CellKey, text: &str) -> Result<Answer, Error> {
        self.with_mission(|u, loaded| {
            let (_, record, filling) = self.draft_of_visit(u, loaded, draft)?;
            read(filling, key, text, zone(loaded, &record))
        })
    }

    /// The value of an expression over the answers of a draft, as text; what the demonstration's observers read off their papers.
    ///
    /// # Errors
    /// The expression does not parse.
    pub fn compute(&self, draft: i64, expression: &str) -> Result<String, Error> {
        self.reading(draft, |f| {
            let expr = f.form().expression(expression).map_err(|faults| InvalidReason::Expression { faults })?;
            Ok(f.evaluate(&expr, baqylau_forms::fill::Mode::Blank).string().into_owned())
        })
    }

    /// Sets an answer. Durable when it returns.
    ///
    /// # Errors
    /// The answer does not fit; nothing is changed.
    pub fn set(&self, draft: i64, key: CellKey, answer: Answer) -> Result<ViewChange, Error> {
        self.changing(draft, Some(key), |f, zone| {
            // A phone may be set to another zone than the place's.
            let answer =
                if let Answer::Moment(moment) = answer { Answer::Moment(zone.moment(moment.ms)) } else { answer };
            Ok(f.set(key, answer)?)
        })
    }

    /// Sets an answer from text, as [`ObserverApp::read_answer`] reads it; blank text clears it. Durable when it returns.
    ///
    /// # Errors
    /// The text is no answer to the question, or the answer does not fit; nothing is changed.
    pub fn set_text(&self, draft: i64, key: CellKey, text: &str) -> Result<ViewChange, Error> {
        self.changing(draft, Some(key), |f, zone| {
            if text.trim().is_empty() {
                return Ok(f.clear(key)?);
            }
            let answer = read(f, key, text, zone)?;
            Ok(f.set(key, answer)?)
        })
    }

    /// Clears an answer.
    ///
    /// # Errors
    /// The question cannot be changed.
    pub fn clear(&self, draft: i64, key: CellKey) -> Result<ViewChange, Error> {
        self.changing(draft, Some(key), |f, _| Ok(f.clear(key)?))
    }

    /// Sets or clears a note to a question.
    ///
    /// # Errors
    /// There is no such question.
    pub fn set_note(&self, draft: i64, key: CellKey, note: Option<String>) -> Result<ViewChange, Error> {
        self.changing(draft, None, |f, _| Ok(f.set_note(key, note)?))
    }

    /// Confirms a warning, with a reason.
    ///
    /// # Errors
    /// There is no such question.
    pub fn confirm(&self, draft: i64, key: CellKey, reason: Option<String>) -> Result<ViewChange, Error> {
        self.changing(draft, None, |f, _| Ok(f.confirm(key, reason)?))
    }

    /// Adds a row to a repeat; gives its key.
    ///
    /// # Errors
    /// It is no repeat that can be extended.
    pub fn add_row(&self, draft: i64, repeat: CellKey) -> Result<(CellKey, ViewChange), Error> {
        self.changing(draft, None, |f, _| Ok(f.add_row(repeat)?))
    }

    /// Removes a row of a repeat.
    ///
    /// # Errors
    /// There is no such row.
    pub fn remove_row(&self, draft: i64, row: CellKey) -> Result<ViewChange, Error> {
        self.changing(draft, None, |f, _| Ok(f.remove_row(row)?))
    }

    fn reading<T>(&self, draft: i64, f: impl FnOnce(&mut Filling) -> Result<T, Error>) -> Result<T, Error> {
        self.with_mission(|u, loaded| f(self.filling(u, loaded, draft)?.1))
    }

    fn changing<T>(
        &self,
        draft: i64,
        answered: Option<CellKey>,
        f: impl FnOnce(&mut Filling, &Zone) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let now = self.config.clock.wall();
        self.answering(|u, loaded| {
            u.main.begin()?;
            let changed = self.change(u, loaded, draft, f);
            let made = changed.is_ok();
            let saved = changed.and_then(|(out, stored, changes)| {
                let since = u64::try_from(now.ms - stored.started).unwrap_or(0);
                u.main.save(&stored, &changes, answered.map(|key| (key, since)))?;
                Ok(out)
            });
            let saved = u.main.end(saved);
            if saved.is_ok() {
                self.committed();
            } else if made {
                // What is on disk is the truth: the filling is read again.
                u.open.remove(&draft);
            }
            saved
        })
    }

    /// Changes a filling in memory; with what is to be saved of it.
    fn change<T>(
        &self,
        u: &mut Unlocked,
        loaded: &Arc<Loaded>,
        draft: i64,
        f: impl FnOnce(&mut Filling, &Zone) -> Result<T, Error>,
    ) -> Result<(T, Draft, Vec<Mutation>), Error> {
        let (stored, record, filling) = self.draft_of_visit(u, loaded, draft)?;
        if stored.report.is_some() {
            return Err(InvalidReason::DraftSigned.into());
        }
        let out = f(filling, zone(loaded, &record))?;
        Ok((out, stored, filling.take_mutations()))
    }
}

/// The answer that a text is.
fn read(filling: &Filling, key: CellKey, text: &str, zone: &Zone) -> Result<Answer, Error> {
    let form = filling.form();
    let item = form.definition().items.get(key.node as usize).ok_or(InvalidReason::NoSuchQuestion)?;
    baqylau_forms::fill::read_literal_at(form, key.node, text, zone)
        .map_err(|expected| InvalidReason::NotAnAnswer { question: item.name.clone(), expected }.into())
}
