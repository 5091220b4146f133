//! Places: searched, near, and where the observer was.

use super::mission::Loaded;
use super::visits::{find_place, record_of};
use super::{ObserverApp, Unlocked};
use crate::error::Error;
use baqylau_forms::value::Point;
use std::sync::Arc;

/// A place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceView {
    /// Unique in the mission, as in `s00001`.
    pub code: Arc<str>,
    /// In the phone's language.
    pub label: Arc<str>,
    /// The id of a level, as in `station`.
    pub level: String,
    /// The names of the places that hold it, from the top.
    pub path: Vec<Arc<str>>,
    /// How far it is away, where that was asked.
    pub metres: Option<u32>,
}

impl ObserverApp {
    /// Places of the given levels (all, when there is none), within a place if one is given, whose name, number or code contains
    /// every word of `query`.
    ///
    /// # Errors
    /// As [`ObserverApp::mission`], or there is no such place.
    pub fn search_places(
        &self,
        levels: &[String],
        within: Option<&str>,
        query: &str,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<PlaceView>, Error> {
        self.with_mission(|_, loaded| {
            let among = among(loaded, levels, within)?;
            let found = loaded.places.search(&among, query, offset, limit);
            Ok(found.into_iter().filter_map(|p| self.place_view(loaded, p)).collect())
        })
    }

    /// Places of the given levels with their distance, the nearest first. Places without a position are not among them.
    ///
    /// # Errors
    /// As [`ObserverApp::mission`].
    pub fn places_near(&self, levels: &[String], from: Point, limit: usize) -> Result<Vec<PlaceView>, Error> {
        self.with_mission(|_, loaded| {
            let near = loaded.places.nearest(&among(loaded, levels, None)?, from, limit);
            let view = |(p, metres)| Some(PlaceView { metres: Some(metres), ..self.place_view(loaded, p)? });
            Ok(near.into_iter().filter_map(view).collect())
        })
    }

    /// The places of this phone's visits, the last first, each once.
    ///
    /// # Errors
    /// As [`ObserverApp::mission`].
    pub fn recent_places(&self, levels: &[String], limit: usize) -> Result<Vec<PlaceView>, Error> {
        self.with_mission(|u, loaded| {
            let mut recent: Vec<PlaceView> = Vec::new();
            for place in visited(u, loaded)?.into_iter().rev() {
                let view = self.place_view(loaded, place).filter(|v| levels.is_empty() || levels.contains(&v.level));
                recent.extend(view.filter(|v| !recent.contains(v)));
            }
            recent.truncate(limit);
            Ok(recent)
        })
    }

    pub(super) fn place_view(&self, loaded: &Loaded, place: u32) -> Option<PlaceView> {
        let here = loaded.places.get(place)?;
        let language = self.language(loaded);
        let above = |p: &u32| loaded.places.get(*p).and_then(|p| p.parent);
        let mut path: Vec<Arc<str>> =
            std::iter::successors(here.parent, above).map(|p| loaded.places.label(p, language)).collect();
        path.reverse();
        let level = loaded.places.table().levels[usize::from(here.level)].id.clone();
        let label = loaded.places.label(place, language);
        Some(PlaceView { code: here.code.clone(), label, level, path, metres: None })
    }
}

fn among(loaded: &Loaded, levels: &[String], within: Option<&str>) -> Result<Vec<u32>, Error> {
    let places = &loaded.places;
    let every = places.table().levels.iter().map(|l| &l.id);
    let wanted: Vec<&String> = if levels.is_empty() { every.collect() } else { levels.iter().collect() };
    let above = within.map(|code| find_place(loaded, code)).transpose()?;
    let of = |level| above.map_or_else(|| places.of_level(level), |place| places.under(level, place));
    Ok(wanted.iter().filter_map(|l| places.level(l)).flat_map(of).copied().collect())
}

/// Where this phone's visits were, oldest first; those that can be read.
fn visited(u: &mut Unlocked, loaded: &Loaded) -> Result<Vec<u32>, Error> {
    let visits = u.main.visits()?;
    let codes = visits.iter().filter_map(|v| record_of(v).ok()?.place);
    Ok(codes.filter_map(|code| loaded.places.find(&code)).collect())
}
