//! Visits: one team at one place, from arrival to departure.

use super::mission::Loaded;
use super::{DraftView, ObserverApp, Unlocked};
use crate::error::Error;
use crate::reason::InvalidReason;
use crate::store::{StoredVisit, VisitKnowledge};
use baqylau_forms::Zone;
use baqylau_forms::fill::{Outcome, VisitFacts as FormFacts};
use baqylau_forms::value::{Moment, Point};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is known of a visit. One team at one place, from arrival to departure; several checklists.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VisitRecord {
    pub place: Option<String>,
    pub unlisted: Option<String>,
    pub arrived: Option<Moment>,
    pub departed: Option<Moment>,
    pub outcome: Outcome,
    pub mode: String,
    pub position: Option<Point>,
    /// The code of another phone's visit, of which a report was handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed: Option<String>,
}

baqylau_forms::redacted_debug! { VisitRecord: outcome, mode }

/// A visit as the observer sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct VisitView {
    /// Readable and unique on this phone, as `T047-05`; also on the paper form.
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
    /// Whether the review window has passed: nothing of it can be read on this phone any more.
    pub forgotten: bool,
    /// Whether its key on this phone is damaged, so that nothing of it can be read. What was signed is delivered all the same.
    pub unreadable: bool,
    /// The drafts and finished checklists.
    pub drafts: Vec<DraftView>,
}

baqylau_forms::redacted_debug! { VisitView: code, outcome, mode, forgotten, unreadable, drafts }

/// A change to a visit.
#[derive(Clone, PartialEq, Eq)]
pub enum VisitChange {
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

impl ObserverApp {
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
            // A phone that takes another's place does not know that one's visits: a letter keeps their codes apart.
            let letter = if u.invite.replaces.is_some() { "R" } else { "" };
            let number_of = |code: &str| code.rsplit('-').next()?.trim_start_matches('R').parse::<u32>().ok();
            let last = known.iter().filter_map(|v| number_of(&v.code)).max();
            let least = u32::try_from(u.main.last_visit()?).unwrap_or(0);
            let number = number.unwrap_or_else(|| last.unwrap_or(0).max(least) + 1);
            let code = format!("{team}-{letter}{number:02}");
            let mut record = VisitRecord {
                place: place.map(str::to_owned),
                mode: baqylau_report::report::VisitMode::Phone.name().into(),
                ..VisitRecord::default()
            };
            record.arrived = Some(zone(loaded, &record).moment(now.ms));
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
    pub fn update_visit(&self, code: &str, update: VisitChange) -> Result<VisitView, Error> {
        self.with_mission(|u, loaded| {
            let (stored, mut record) = find_visit(u, code)?;
            match update {
                VisitChange::Place(place) => {
                    find_place(loaded, &place)?;
                    record.place = Some(place);
                    record.unlisted = None;
                }
                VisitChange::Unlisted(text) if loaded.mission.unlisted_places => record.unlisted = Some(text),
                VisitChange::Unlisted(_) => {
                    return Err(InvalidReason::PlaceNotListed.into());
                }
                VisitChange::Arrived(at) => record.arrived = Some(at),
                VisitChange::Departed(at) => record.departed = Some(at),
                VisitChange::Outcome(outcome) => record.outcome = outcome,
                VisitChange::Mode(mode) => record.mode = mode,
                VisitChange::Position(point) => record.position = Some(point),
            }
            // A phone may be set to another zone than the place's.
            let here = zone(loaded, &record);
            for moment in [&mut record.arrived, &mut record.departed].into_iter().flatten() {
                *moment = here.moment(moment.ms);
            }
            if record.arrived.zip(record.departed).is_some_and(|(a, d)| d.ms < a.ms) {
                return Err(InvalidReason::DepartureBeforeArrival.into());
            }
            u.main.begin()?;
            let saved = save_visit(u, loaded, &stored, &record);
            u.main.end(saved).inspect_err(|_| u.open.clear())?;
            self.committed();
            let stored = u.main.visit(stored.id)?;
            self.visit_view(u, loaded, &stored)
        })
    }

    pub(super) fn visit_view(
        &self,
        u: &mut Unlocked,
        loaded: &Arc<Loaded>,
        stored: &StoredVisit,
    ) -> Result<VisitView, Error> {
        let (forgotten, record) = (matches!(stored.facts, VisitKnowledge::Forgotten), record_of(stored).ok());
        let unreadable = !forgotten && record.is_none();
        let record = record.unwrap_or_default();
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
            forgotten,
            unreadable,
            drafts,
        })
    }
}

/// Saves what is known of a visit, and what that changes in its drafts that are open.
fn save_visit(u: &mut Unlocked, loaded: &Loaded, stored: &StoredVisit, record: &VisitRecord) -> Result<(), Error> {
    u.main.update_visit(stored.id, record)?;
    for draft in u.main.drafts()?.into_iter().filter(|d| d.visit == stored.id) {
        if let Some(filling) = u.open.get_mut(&draft.id) {
            filling.set_facts(facts(loaded, &stored.code, record));
            let changes = filling.take_mutations();
            u.main.save(&draft, &changes, None)?;
        }
    }
    Ok(())
}

/// The time of the visit's place, or of the mission's seat.
pub(super) fn zone<'l>(loaded: &'l Loaded, record: &VisitRecord) -> &'l Zone {
    let place = record.place.as_deref().and_then(|code| loaded.places.find(code));
    place.and_then(|p| loaded.places.zone(p)).unwrap_or(&loaded.mission.zone)
}

pub(super) fn find_place(loaded: &Loaded, code: &str) -> Result<u32, Error> {
    loaded.places.find(code).ok_or_else(|| InvalidReason::NoSuchPlace { code: code.to_owned() }.into())
}

pub(super) fn record_of(stored: &StoredVisit) -> Result<VisitRecord, Error> {
    let unreadable = || Error::from(InvalidReason::VisitDamaged { code: stored.code.clone() });
    match &stored.facts {
        VisitKnowledge::Known(json) => serde_json::from_slice(json).map_err(|_| unreadable()),
        VisitKnowledge::Forgotten => Err(InvalidReason::VisitForgotten.into()),
        VisitKnowledge::Unreadable => Err(unreadable()),
    }
}

pub(super) fn find_visit(u: &mut Unlocked, code: &str) -> Result<(StoredVisit, VisitRecord), Error> {
    let stored = u.main.visits()?.into_iter().find(|v| v.code == code);
    let stored = stored.ok_or_else(|| InvalidReason::NoSuchVisit { code: code.to_owned() })?;
    let record = record_of(&stored)?;
    Ok((stored, record))
}

pub(super) fn facts(loaded: &Loaded, code: &str, record: &VisitRecord) -> FormFacts {
    FormFacts {
        code: record.handed.as_deref().unwrap_or(code).to_owned(),
        arrived_at: record.arrived,
        departed_at: record.departed,
        outcome: record.outcome,
        mode: record.mode.clone(),
        place: record.place.as_deref().and_then(|p| loaded.places.find(p)),
    }
}
