//! Checklists being filled. An answer is durable when the call that set it returns.

use super::mission::Loaded;
use super::page::open_section;
use super::visits::{VisitRecord, facts, find_place, find_visit, record_of, zone};
use super::{ObserverApp, Unlocked};
use crate::error::Error;
use crate::reason::InvalidReason;
use crate::store::{Draft, MainStore, NewDraft};
use baqylau_forms::Zone;
use baqylau_forms::expr::{Chance, Environment};
use baqylau_forms::fill::{
    AnswerProblem, CellKey, ChoiceView, Filling, Mutation, Progress, SectionView, Unmapped, ViewChange,
};
use baqylau_forms::value::Answer;
use baqylau_protocol::keys::random;
use std::sync::Arc;

/// A checklist of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftView {
    /// Its number on this phone.
    pub id: i64,
    /// The checklist's id; empty when its definition is damaged.
    pub checklist: String,
    /// The checklist's name.
    pub title: Arc<str>,
    /// Whether it was signed.
    pub finished: bool,
    /// Whether the bundle has another version of the checklist by now, which a draft can be carried to.
    pub newer: bool,
}

impl ObserverApp {
    pub(super) fn draft_view(&self, main: &MainStore, loaded: &Loaded, draft: Draft) -> Result<DraftView, Error> {
        let checklist = self.checklist_id(main, loaded, draft.checklist)?;
        let title = match self.form(main, loaded, draft.checklist) {
            Ok(form) => form.definition().title.get(self.language(loaded)),
            Err(_) => Arc::from(checklist.as_str()),
        };
        let other = loaded.forms.get(&checklist).is_some_and(|(hash, _)| *hash != draft.checklist);
        let (finished, newer) = (draft.report.is_some(), draft.report.is_none() && other);
        Ok(DraftView { id: draft.id, checklist, title, finished, newer })
    }

    /// Opens a checklist of a visit: the draft that is there, or a new one.
    ///
    /// # Errors
    /// There is no such visit or checklist, the checklist is not for this place, or it was signed already.
    pub fn start_checklist(&self, visit: &str, checklist: &str) -> Result<DraftView, Error> {
        let now = self.config.clock.wall();
        self.with_mission(|u, loaded| {
            let (stored, record) = find_visit(u, visit)?;
            let (hash, form) = loaded
                .forms
                .get(checklist)
                .ok_or_else(|| InvalidReason::NoSuchChecklist { checklist: checklist.to_owned() })?;
            for draft in u.main.drafts()?.into_iter().filter(|d| d.visit == stored.id) {
                let same = self.checklist_id(&u.main, loaded, draft.checklist)? == checklist;
                match draft.report {
                    None if same && draft.amends.is_none() => return self.draft_view(&u.main, loaded, draft),
                    Some(_) if same && form.definition().once => {
                        return Err(InvalidReason::ChecklistSigned { checklist: checklist.to_owned() }.into());
                    }
                    _ => {}
                }
            }
            fits_place(loaded, form.definition(), &record)?;
            let facts = facts(loaded, &stored.code, &record);
            let mut filling = Filling::new(form.clone(), facts, self.environment(loaded, &record));
            let new = NewDraft {
                visit: stored.id,
                checklist: *hash,
                started: now.ms,
                amends: None,
                why: None,
                left: Vec::new(),
                log: Vec::new(),
                instead: None,
            };
            let id = u.main.add_draft(&new, &filling.take_mutations())?;
            self.committed();
            u.open.insert(id, filling);
            let draft = u.main.draft(id)?;
            self.draft_view(&u.main, loaded, draft)
        })
    }

    /// Carries a draft to the version of its checklist that the bundle has now: questions and choices by name. What has no place
    /// there is listed, kept with the draft, and goes to the coordinators with the report.
    ///
    /// # Errors
    /// There is no such draft, it was signed, or it is of the newest version.
    pub fn carry(&self, draft: i64) -> Result<(DraftView, Vec<Unmapped>), Error> {
        self.with_mission(|u, loaded| {
            let (stored, filling) = self.filling(u, loaded, draft)?;
            let id = filling.form().definition().id.clone();
            let newest = loaded.forms.get(&id).filter(|(hash, _)| *hash != stored.checklist && stored.report.is_none());
            let (hash, form) = newest.ok_or(InvalidReason::NoNewerVersion)?;
            let (carried, fresh) = filling.carry(form.clone());
            let names: Vec<String> = filling.form().definition().items.iter().map(|i| i.name.clone()).collect();
            let log = u.main.log(&stored)?;
            let log =
                log.into_iter().filter_map(|(node, at)| Some((form.find(names.get(node as usize)?)?, at))).collect();
            let mut left = u.main.leftovers(&stored)?;
            left.extend(fresh);
            let new = NewDraft {
                visit: stored.visit,
                checklist: *hash,
                started: stored.started,
                amends: stored.amends,
                why: u.main.why(&stored)?,
                left: left.clone(),
                log,
                instead: Some(draft),
            };
            let new = u.main.add_draft(&new, &carried.snapshot())?;
            self.committed();
            u.open.remove(&draft);
            u.open.insert(new, carried);
            let new = u.main.draft(new)?;
            Ok((self.draft_view(&u.main, loaded, new)?, left))
        })
    }

    /// What was left over when a draft was carried to another version.
    ///
    /// # Errors
    /// There is no such draft.
    pub fn leftovers(&self, draft: i64) -> Result<Vec<Unmapped>, Error> {
        self.with(|u| {
            let stored = u.main.draft(draft)?;
            u.main.leftovers(&stored)
        })
    }

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
            let (_, record, f) = self.draft_of_visit(u, loaded, draft)?;
            let items = &f.form().definition().items;
            let item = items.get(key.node as usize).ok_or(InvalidReason::NoSuchQuestion)?;
            baqylau_forms::fill::read_literal_at(f.form(), key.node, text, zone(loaded, &record))
                .map_err(|expected| InvalidReason::NotAnAnswer { question: item.name.clone(), expected }.into())
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

    /// The filling of a draft, read from the store when it is not in memory.
    pub(super) fn filling<'u>(
        &self,
        u: &'u mut Unlocked,
        loaded: &Arc<Loaded>,
        id: i64,
    ) -> Result<(Draft, &'u mut Filling), Error> {
        let (draft, _, filling) = self.draft_of_visit(u, loaded, id)?;
        Ok((draft, filling))
    }

    /// The same, with what is known of its visit.
    fn draft_of_visit<'u>(
        &self,
        u: &'u mut Unlocked,
        loaded: &Arc<Loaded>,
        id: i64,
    ) -> Result<(Draft, VisitRecord, &'u mut Filling), Error> {
        let draft = u.main.draft(id)?;
        let stored = u.main.visit(draft.visit)?;
        let record = record_of(&stored)?;
        let environment = self.environment(loaded, &record);
        if !u.open.contains_key(&id) {
            let form = self.form(&u.main, loaded, draft.checklist)?;
            let kept = u.main.load(&draft)?;
            let (filling, _) = Filling::restore(form, facts(loaded, &stored.code, &record), environment, kept);
            u.open.insert(id, filling);
        }
        let filling = u.open.get_mut(&id).ok_or_else(|| Error::Internal("the filling was just opened".into()))?;
        filling.set_environment(environment);
        Ok((draft, record, filling))
    }

    pub(super) fn environment(&self, loaded: &Loaded, record: &VisitRecord) -> Environment {
        let now = zone(loaded, record).moment(self.config.clock.wall().ms);
        Environment { now, language: self.language(loaded), chance: Chance::of(random) }
    }
}

fn fits_place(loaded: &Loaded, definition: &baqylau_forms::Definition, record: &VisitRecord) -> Result<(), Error> {
    let remedy = || {
        InvalidReason::OtherPlaceLevel { checklist: definition.id.clone(), levels: definition.places.clone() }.into()
    };
    let Some(code) = &record.place else {
        let free = definition.place_optional || record.unlisted.is_some();
        return if free { Ok(()) } else { Err(remedy()) };
    };
    let level = loaded.places.get(find_place(loaded, code)?).map(|p| p.level);
    let fits = definition.places.iter().any(|l| loaded.places.level(l) == level);
    if fits { Ok(()) } else { Err(remedy()) }
}
