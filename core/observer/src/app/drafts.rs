//! Checklists of a visit: begun, carried to a newer version, and read from the store.

use super::mission::Loaded;
use super::visits::{VisitRecord, facts, find_place, find_visit, record_of, zone};
use super::{ObserverApp, Unlocked};
use crate::error::Error;
use crate::reason::InvalidReason;
use crate::store::{Draft, MainStore, NewDraft};
use baqylau_forms::expr::{Chance, Environment};
use baqylau_forms::fill::{Filling, Unmapped};
use baqylau_protocol::keys::random;
use std::sync::Arc;

/// A checklist of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftView {
    /// Given by this phone, never twice.
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

    /// Answers that found no place when a draft was carried to another version; empty for one that was not.
    ///
    /// # Errors
    /// There is no such draft.
    pub fn leftovers(&self, draft: i64) -> Result<Vec<Unmapped>, Error> {
        self.with(|u| {
            let stored = u.main.draft(draft)?;
            u.main.leftovers(&stored)
        })
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
    pub(super) fn draft_of_visit<'u>(
        &self,
        u: &'u mut Unlocked,
        loaded: &Arc<Loaded>,
        id: i64,
    ) -> Result<(Draft, VisitRecord, &'u mut Filling), Error> {
        let (draft, stored) = u.main.draft_with_visit(id)?;
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
