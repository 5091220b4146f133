//! Visits and the drafts being filled for them. An answer is durable when the call that set it returns.

use super::mission::Loaded;
use super::{ObserverCore, Unlocked};
use crate::error::Error;
use crate::store::{Draft, MainStore, StoredVisit};
use baqylau_forms::expr::Environment;
use baqylau_forms::fill::{ChoiceView, Facts, Filling, Key, Outcome, Problem, Progress, SectionView, ViewChange};
use baqylau_forms::value::{Answer, Moment, Point};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is known of a visit. One team at one place, from arrival to departure; several checklists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VisitRecord {
    pub place: Option<String>,
    pub unlisted: Option<String>,
    pub arrived: Option<Moment>,
    pub departed: Option<Moment>,
    pub outcome: Outcome,
    pub mode: String,
    pub position: Option<Point>,
}

/// A visit as the observer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitView {
    /// Its readable code, as `T047-05`; also on the paper form.
    pub code: String,
    /// The place.
    pub place: Option<super::PlaceView>,
    /// The place in the observer's words.
    pub unlisted: Option<String>,
    /// When the team arrived.
    pub arrived: Option<Moment>,
    /// When it left.
    pub departed: Option<Moment>,
    /// How it went.
    pub outcome: Outcome,
    /// `phone`, `paper` or `call`.
    pub mode: String,
    /// The drafts and finished checklists.
    pub drafts: Vec<DraftView>,
}

/// A checklist of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftView {
    /// Its number on this phone.
    pub id: i64,
    /// The checklist's id.
    pub checklist: String,
    /// The checklist's name.
    pub title: Arc<str>,
    /// Whether it was signed.
    pub finished: bool,
}

/// A change to a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VisitUpdate {
    /// The visit was started at the wrong place, or the place became known.
    Place(String),
    /// A place that is not in the list, in the observer's words.
    Unlisted(String),
    /// When the team arrived.
    Arrived(Moment),
    /// When it left.
    Departed(Moment),
    /// How it went.
    Outcome(Outcome),
    /// `phone`, `paper` or `call`.
    Mode(String),
    /// Where the phone is.
    Position(Point),
}

impl ObserverCore {
    /// Starts a visit. Without a number it gets the next of this phone.
    ///
    /// # Errors
    /// There is no such place, or a visit has this number already.
    pub fn start_visit(&self, place: Option<&str>, number: Option<u32>) -> Result<VisitView, Error> {
        let now = self.config.clock.wall();
        self.with_mission(|u, loaded| {
            if let Some(code) = place {
                find_place(loaded, code)?;
            }
            let team = if u.invite.team.is_empty() { "X" } else { &u.invite.team };
            let known = u.main.visits()?;
            let last = known.iter().filter_map(|v| v.code.rsplit('-').next()?.parse::<u32>().ok()).max();
            let least = u32::try_from(u.main.last_visit()?).unwrap_or(0);
            let number = number.unwrap_or_else(|| last.unwrap_or(0).max(least) + 1);
            let code = format!("{team}-{number:02}");
            let mut record =
                VisitRecord { place: place.map(str::to_owned), mode: "phone".into(), ..VisitRecord::default() };
            record.arrived = Some(Moment { offset: offset(loaded, &record), ..now });
            let id = u.main.add_visit(&code, &record)?;
            let stored = u.main.visit(id)?;
            self.committed();
            self.visit_view(u, loaded, &stored)
        })
    }

    /// The visits of this phone, oldest first.
    ///
    /// # Errors
    /// The store is locked or damaged.
    pub fn visits(&self) -> Result<Vec<VisitView>, Error> {
        self.with_mission(|u, loaded| {
            let visits = u.main.visits()?;
            visits.iter().map(|v| self.visit_view(u, loaded, v)).collect()
        })
    }

    /// Changes a visit; the checklists that refer to it follow.
    ///
    /// # Errors
    /// There is no such visit or place, or departure is before arrival.
    pub fn update_visit(&self, code: &str, update: VisitUpdate) -> Result<VisitView, Error> {
        self.with_mission(|u, loaded| {
            let (stored, mut record) = find_visit(u, code)?;
            match update {
                VisitUpdate::Place(place) => {
                    find_place(loaded, &place)?;
                    record.place = Some(place);
                    record.unlisted = None;
                }
                VisitUpdate::Unlisted(text) if loaded.mission.unlisted_places => record.unlisted = Some(text),
                VisitUpdate::Unlisted(_) => {
                    return Err(Error::invalid("place", "this mission takes places of its list only"));
                }
                VisitUpdate::Arrived(at) => record.arrived = Some(at),
                VisitUpdate::Departed(at) => record.departed = Some(at),
                VisitUpdate::Outcome(outcome) => record.outcome = outcome,
                VisitUpdate::Mode(mode) => record.mode = mode,
                VisitUpdate::Position(point) => record.position = Some(point),
            }
            if record.arrived.zip(record.departed).is_some_and(|(a, d)| d.ms < a.ms) {
                return Err(Error::invalid("departure", "it is before the arrival; correct one of the two"));
            }
            u.main.update_visit(stored.id, &record)?;
            self.committed();
            for draft in u.main.drafts()?.into_iter().filter(|d| d.visit == stored.id) {
                let facts = facts(loaded, &stored.code, &record);
                if let Some(filling) = u.open.get_mut(&draft.id) {
                    filling.set_facts(facts);
                    let changes = filling.take_mutations();
                    u.main.save(&draft, &changes, None)?;
                }
            }
            self.visit_view(u, loaded, &stored)
        })
    }

    fn visit_view(&self, u: &mut Unlocked, loaded: &Arc<Loaded>, stored: &StoredVisit) -> Result<VisitView, Error> {
        let (_, record) = find_visit(u, &stored.code)?;
        let drafts = u.main.drafts()?.into_iter().filter(|d| d.visit == stored.id);
        let drafts = drafts.map(|d| self.draft_view(&u.main, loaded, d)).collect::<Result<_, _>>()?;
        let place = record.place.as_deref().and_then(|p| loaded.places.find(p));
        Ok(VisitView {
            code: stored.code.clone(),
            place: place.and_then(|p| self.place_view(loaded, p)),
            unlisted: record.unlisted,
            arrived: record.arrived,
            departed: record.departed,
            outcome: record.outcome,
            mode: record.mode,
            drafts,
        })
    }

    fn draft_view(&self, main: &MainStore, loaded: &Loaded, draft: Draft) -> Result<DraftView, Error> {
        let form = self.form(main, loaded, draft.checklist)?;
        let definition = form.definition();
        Ok(DraftView {
            id: draft.id,
            checklist: definition.id.clone(),
            title: definition.title.get(self.language(loaded)),
            finished: draft.report.is_some(),
        })
    }

    /// Opens a checklist of a visit: the draft that is there, or a new one.
    ///
    /// # Errors
    /// There is no such visit or checklist, the checklist is not for this place, or it was signed already.
    pub fn start_checklist(&self, visit: &str, checklist: &str) -> Result<DraftView, Error> {
        let now = self.config.clock.wall();
        self.with_mission(|u, loaded| {
            let (stored, record) = find_visit(u, visit)?;
            let (hash, form) = loaded.forms.get(checklist).ok_or_else(|| {
                Error::invalid(checklist, "the mission has no such checklist; choose one of its list")
            })?;
            for draft in u.main.drafts()?.into_iter().filter(|d| d.visit == stored.id) {
                let same = self.form(&u.main, loaded, draft.checklist)?.definition().id == checklist;
                match draft.report {
                    None if same => return self.draft_view(&u.main, loaded, draft),
                    Some(_) if same && form.definition().once => {
                        return Err(Error::invalid(
                            checklist,
                            "it was signed for this visit already; amend the report",
                        ));
                    }
                    _ => {}
                }
            }
            fits_place(loaded, form.definition(), &record)?;
            let facts = facts(loaded, &stored.code, &record);
            let mut filling = Filling::new(form.clone(), facts, self.environment(loaded, &record));
            let id = u.main.add_draft(stored.id, *hash, now.ms, &filling.take_mutations())?;
            self.committed();
            u.open.insert(id, filling);
            let draft = u.main.draft(id)?;
            self.draft_view(&u.main, loaded, draft)
        })
    }

    /// The sections of a draft, without rows.
    ///
    /// # Errors
    /// There is no such draft.
    pub fn sections(&self, draft: i64) -> Result<Vec<SectionView>, Error> {
        self.reading(draft, |f| Ok(f.sections()))
    }

    /// Opens a section of a draft.
    ///
    /// # Errors
    /// There is no such draft or section.
    pub fn open_section(&self, draft: i64, section: usize) -> Result<SectionView, Error> {
        self.reading(draft, |f| {
            f.open_section(section).ok_or_else(|| Error::invalid("section", "there is no such section"))
        })
    }

    /// The choices of a question, searched and paged.
    ///
    /// # Errors
    /// There is no such draft.
    pub fn choices(
        &self,
        draft: i64,
        key: Key,
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
    pub fn issues(&self, draft: i64) -> Result<Vec<Problem>, Error> {
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
    pub fn read_answer(&self, draft: i64, key: Key, text: &str) -> Result<Answer, Error> {
        self.reading(draft, |f| {
            let items = &f.form().definition().items;
            let item =
                items.get(key.node as usize).ok_or_else(|| Error::invalid("question", "there is no such question"))?;
            baqylau_forms::fill::read_literal_at(f.form(), key.node, text, f.environment().now.offset)
                .map_err(|expected| Error::invalid(item.name.clone(), format!("expected {expected}")))
        })
    }

    /// The value of an expression over the answers of a draft, as text; what the demonstration's observers read off their papers.
    ///
    /// # Errors
    /// The expression does not parse.
    pub fn compute(&self, draft: i64, expression: &str) -> Result<String, Error> {
        self.reading(draft, |f| {
            let words = |e: Vec<baqylau_forms::expr::ExprError>| {
                e.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
            };
            let expr = f.form().expression(expression).map_err(|e| Error::invalid("expression", words(e)))?;
            Ok(f.evaluate(&expr, baqylau_forms::fill::Mode::Blank).string().into_owned())
        })
    }

    /// Sets an answer. Durable when it returns.
    ///
    /// # Errors
    /// The answer does not fit; nothing is changed.
    pub fn set(&self, draft: i64, key: Key, answer: Answer) -> Result<ViewChange, Error> {
        self.changing(draft, Some(key.node), |f| Ok(f.set(key, answer)?))
    }

    /// Clears an answer.
    ///
    /// # Errors
    /// The question cannot be changed.
    pub fn clear(&self, draft: i64, key: Key) -> Result<ViewChange, Error> {
        self.changing(draft, Some(key.node), |f| Ok(f.clear(key)?))
    }

    /// Sets or clears a note to a question.
    ///
    /// # Errors
    /// There is no such question.
    pub fn set_note(&self, draft: i64, key: Key, note: Option<String>) -> Result<ViewChange, Error> {
        self.changing(draft, None, |f| Ok(f.set_note(key, note)?))
    }

    /// Confirms a warning, with a reason.
    ///
    /// # Errors
    /// There is no such question.
    pub fn confirm(&self, draft: i64, key: Key, reason: Option<String>) -> Result<ViewChange, Error> {
        self.changing(draft, None, |f| Ok(f.confirm(key, reason)?))
    }

    /// Adds a row to a repeat; gives its key.
    ///
    /// # Errors
    /// It is no repeat that can be extended.
    pub fn add_row(&self, draft: i64, repeat: Key) -> Result<(Key, ViewChange), Error> {
        self.changing(draft, None, |f| Ok(f.add_row(repeat)?))
    }

    /// Removes a row of a repeat.
    ///
    /// # Errors
    /// There is no such row.
    pub fn remove_row(&self, draft: i64, row: Key) -> Result<ViewChange, Error> {
        self.changing(draft, None, |f| Ok(f.remove_row(row)?))
    }

    fn reading<T>(&self, draft: i64, f: impl FnOnce(&mut Filling) -> Result<T, Error>) -> Result<T, Error> {
        self.with_mission(|u, loaded| f(self.filling(u, loaded, draft)?.1))
    }

    fn changing<T>(
        &self,
        draft: i64,
        log: Option<u32>,
        f: impl FnOnce(&mut Filling) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let now = self.config.clock.wall();
        self.with_mission(|u, loaded| {
            let (stored, filling) = self.filling(u, loaded, draft)?;
            if stored.report.is_some() {
                return Err(Error::invalid("draft", "it was signed and never changes; amend the report"));
            }
            let out = f(filling)?;
            let changes = filling.take_mutations();
            let seconds = u32::try_from((now.ms - stored.started).max(0) / 1000).unwrap_or(u32::MAX);
            if let Err(e) = u.main.save(&stored, &changes, log.map(|node| (node, seconds))) {
                // What is on disk is the truth: the filling is read again.
                u.open.remove(&draft);
                return Err(e);
            }
            self.committed();
            Ok(out)
        })
    }

    /// The filling of a draft, read from the store when it is not in memory.
    pub(super) fn filling<'u>(
        &self,
        u: &'u mut Unlocked,
        loaded: &Arc<Loaded>,
        id: i64,
    ) -> Result<(Draft, &'u mut Filling), Error> {
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
        Ok((draft, filling))
    }

    fn environment(&self, loaded: &Loaded, record: &VisitRecord) -> Environment {
        let now = Moment { offset: offset(loaded, record), ..self.config.clock.wall() };
        Environment { now, language: self.language(loaded) }
    }
}

/// The offset of the visit's place, or of the mission's seat.
fn offset(loaded: &Loaded, record: &VisitRecord) -> i16 {
    let place = record.place.as_deref().and_then(|code| loaded.places.find(code)).and_then(|p| loaded.places.get(p));
    place.map_or(loaded.mission.offset, |p| p.offset)
}

fn find_place(loaded: &Loaded, code: &str) -> Result<u32, Error> {
    loaded
        .places
        .find(code)
        .ok_or_else(|| Error::invalid(code, "the mission has no such place; search for it, or describe it"))
}

pub(super) fn record_of(stored: &StoredVisit) -> Result<VisitRecord, Error> {
    serde_json::from_slice(&stored.facts)
        .map_err(|_| baqylau_sqlite::StorageError::Damaged { path: "main.db".into() }.into())
}

fn find_visit(u: &mut Unlocked, code: &str) -> Result<(StoredVisit, VisitRecord), Error> {
    let stored = u.main.visits()?.into_iter().find(|v| v.code == code);
    let stored = stored.ok_or_else(|| Error::invalid(code, "there is no such visit; start one"))?;
    let record = record_of(&stored)?;
    Ok((stored, record))
}

fn fits_place(loaded: &Loaded, definition: &baqylau_forms::Definition, record: &VisitRecord) -> Result<(), Error> {
    let remedy = || {
        Error::invalid(definition.id.clone(), format!("it is for a place of level {}", definition.places.join(" or ")))
    };
    let Some(code) = &record.place else {
        let free = definition.place_optional || record.unlisted.is_some();
        return if free { Ok(()) } else { Err(remedy()) };
    };
    let level = loaded.places.get(find_place(loaded, code)?).map(|p| p.level);
    let fits = definition.places.iter().any(|l| loaded.places.level(l) == level);
    if fits { Ok(()) } else { Err(remedy()) }
}

pub(super) fn facts(loaded: &Loaded, code: &str, record: &VisitRecord) -> Facts {
    Facts {
        code: code.to_owned(),
        arrived_at: record.arrived,
        departed_at: record.departed,
        outcome: record.outcome,
        mode: record.mode.clone(),
        place: record.place.as_deref().and_then(|p| loaded.places.find(p)),
    }
}
