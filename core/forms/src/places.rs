//! The tree of places: countries, regions, commissions, polling stations, to any depth. One blob, decoded once.

use crate::definition::Text;
use crate::fold::fold;
use crate::numeral;
use crate::zone::Zone;
use memchr::memmem;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// A level of the tree, as `region`. Levels are choice lists of every checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// The level's name.
    pub id: String,
    /// In every language, as in `Polling station`.
    pub label: Text,
}

/// One place, as it is shipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The code, unique in the mission.
    pub code: Arc<str>,
    /// Position of its level in [`PlaceTable::levels`].
    pub level: u16,
    /// Position of the place above it.
    pub parent: Option<u32>,
    /// The printed number, if it has one.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub number: Arc<str>,
    /// The name; without one, the level's label and the number are shown.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub label: Text,
    /// Position of its zone in [`PlaceTable::zones`].
    pub zone: u16,
    /// Values of [`PlaceTable::columns`].
    pub cells: Vec<Arc<str>>,
}

/// The places as they are shipped. Parents stand before their children, siblings together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceTable {
    /// The levels, from the top.
    pub levels: Vec<Level>,
    /// Names of further columns, as `kind` and `setting`.
    pub columns: Vec<String>,
    /// The zones of the places, each once.
    pub zones: Vec<Zone>,
    /// The places.
    pub places: Vec<Place>,
}

/// A fault in a table of places.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceFault {
    /// The place names a level that the mission does not have.
    #[error("place {place}: its level is not one of the mission's levels; add the level or correct the place")]
    Level {
        /// Position of the place.
        place: usize,
    },
    /// The place above does not stand before it.
    #[error("place {place}: the place above it must stand before it; sort the table from the top of the tree")]
    Parent {
        /// Position of the place.
        place: usize,
    },
    /// The place names a zone that the table does not have.
    #[error("place {place}: its zone is not one of the table's zones; add the zone or correct the place")]
    Zone {
        /// Position of the place.
        place: usize,
    },
    /// A zone has an impossible offset, or its changes are not in order.
    #[error("zone {zone}: an offset is impossible, or its changes are not in their order")]
    UnsoundZone {
        /// Position of the zone.
        zone: usize,
    },
    /// The number of cells is not the number of columns.
    #[error("place {place}: it has {found} cells for {expected} columns")]
    Cells {
        /// Position of the place.
        place: usize,
        /// How many it has.
        found: usize,
        /// How many it should have.
        expected: usize,
    },
    /// Two places share a code.
    #[error("place {place}: its code {code:?} is used before; codes are unique in a mission")]
    Code {
        /// Position of the place.
        place: usize,
        /// The code.
        code: String,
    },
}

/// The places, indexed: lookup by code, children, cascade, search.
#[derive(Debug, Default)]
pub struct Places {
    table: PlaceTable,
    by_code: HashMap<Arc<str>, u32>,
    /// Places by (level, parent at any height): the answer to an equality filter on an ancestor.
    under: HashMap<(u16, u32), Vec<u32>>,
    by_level: Vec<Vec<u32>>,
    folded: Folded,
}

impl Places {
    /// Indexes a table after checking it.
    ///
    /// # Errors
    /// The first fault found.
    pub fn new(table: PlaceTable) -> Result<Self, PlaceFault> {
        let mut this = Self { by_level: vec![Vec::new(); table.levels.len()], ..Self::default() };
        if let Some(zone) = table.zones.iter().position(|z| !z.is_sound()) {
            return Err(PlaceFault::UnsoundZone { zone });
        }
        for (i, place) in table.places.iter().enumerate() {
            let id = crate::num::index(i);
            let list = this.by_level.get_mut(usize::from(place.level)).ok_or(PlaceFault::Level { place: i })?;
            list.push(id);
            if place.cells.len() != table.columns.len() {
                return Err(PlaceFault::Cells { place: i, found: place.cells.len(), expected: table.columns.len() });
            }
            if usize::from(place.zone) >= table.zones.len() {
                return Err(PlaceFault::Zone { place: i });
            }
            if this.by_code.insert(place.code.clone(), id).is_some() {
                return Err(PlaceFault::Code { place: i, code: place.code.to_string() });
            }
            let mut above = place.parent;
            while let Some(p) = above {
                if p >= id {
                    return Err(PlaceFault::Parent { place: i });
                }
                this.under.entry((place.level, p)).or_default().push(id);
                above = table.places[p as usize].parent;
            }
        }
        this.folded = Folded::of(&table.places);
        this.table = table;
        Ok(this)
    }

    /// The table that was indexed.
    #[must_use]
    pub fn table(&self) -> &PlaceTable {
        &self.table
    }

    /// The place at a position.
    #[must_use]
    pub fn get(&self, place: u32) -> Option<&Place> {
        self.table.places.get(place as usize)
    }

    /// The position of a code.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<u32> {
        self.by_code.get(code).copied()
    }

    /// The zone of a place.
    #[must_use]
    pub fn zone(&self, place: u32) -> Option<&Zone> {
        self.table.zones.get(usize::from(self.get(place)?.zone))
    }

    /// The number of a level.
    #[must_use]
    pub fn level(&self, id: &str) -> Option<u16> {
        let at = self.table.levels.iter().position(|l| l.id == id)?;
        u16::try_from(at).ok()
    }

    /// All places of a level, in the order of the table.
    #[must_use]
    pub fn of_level(&self, level: u16) -> &[u32] {
        self.by_level.get(usize::from(level)).map_or(&[], Vec::as_slice)
    }

    /// The places of a level under a place, in the order of the table.
    #[must_use]
    pub fn under(&self, level: u16, above: u32) -> &[u32] {
        self.under.get(&(level, above)).map_or(&[], Vec::as_slice)
    }

    /// The place of a level that holds `place`, or `place` itself.
    #[must_use]
    pub fn ancestor(&self, place: u32, level: u16) -> Option<u32> {
        let mut at = Some(place);
        while let Some(p) = at {
            let here = self.get(p)?;
            if here.level == level {
                return Some(p);
            }
            at = here.parent;
        }
        None
    }

    /// A property of a place: a column, or the code of its ancestor at the level of that name. `None` when the mission has
    /// no such column or level, an empty text when the place has no value.
    #[must_use]
    pub fn attribute(&self, place: u32, name: &str) -> Option<Arc<str>> {
        if let Some(level) = self.level(name) {
            let above = self.ancestor(place, level).and_then(|a| self.get(a));
            return Some(above.map(|a| a.code.clone()).unwrap_or_default());
        }
        let column = self.table.columns.iter().position(|c| c == name)?;
        Some(self.get(place).map(|p| p.cells[column].clone()).unwrap_or_default())
    }

    /// Whether `name` is a column or a level.
    #[must_use]
    pub fn has_attribute(&self, name: &str) -> bool {
        self.level(name).is_some() || self.table.columns.iter().any(|c| c == name)
    }

    /// The name of a place in a language; where it has none, its level with its number, or its code.
    #[must_use]
    pub fn label(&self, place: u32, language: usize) -> Arc<str> {
        let Some(here) = self.get(place) else { return Arc::default() };
        if !here.label.is_empty() {
            return here.label.get(language);
        }
        let level = &self.table.levels[usize::from(here.level)].label.get(language);
        if here.number.is_empty() { here.code.clone() } else { format!("{level} {}", here.number).into() }
    }

    /// Places whose code, number or name in any language contains every word of `query`, as [`fold`] sees them; those of `among`, at
    /// most `limit` after `offset`.
    #[must_use]
    pub fn search(&self, among: &[u32], query: &str, offset: usize, limit: usize) -> Vec<u32> {
        let hits = self.folded.search(&fold(query));
        let hit = |p: &&u32| hits.get(**p as usize).copied().unwrap_or_default();
        among.iter().filter(hit).skip(offset).take(limit).copied().collect()
    }

    /// Where a place is: latitude and longitude in degrees, of the columns of these names. `None` without them, or where they hold no
    /// position.
    #[must_use]
    pub fn position(&self, place: u32) -> Option<(f64, f64)> {
        let degrees = |name, limit| numeral::degrees(&self.attribute(place, name)?, limit);
        Some((degrees("latitude", 90.0)?, degrees("longitude", 180.0)?))
    }
}

/// The texts of all places in one piece, each folded once.
#[derive(Debug, Default)]
struct Folded {
    text: String,
    /// Where the text of each place ends. A line feed, which no word holds, stands before the next.
    ends: Vec<usize>,
}

impl Folded {
    fn of(places: &[Place]) -> Self {
        let mut this = Self::default();
        for place in places {
            let names = place.label.0.iter().map(AsRef::as_ref);
            for part in [place.code.as_ref(), place.number.as_ref()].into_iter().chain(names) {
                this.text.push_str(&fold(part).replace('\n', " "));
                this.text.push(' ');
            }
            this.ends.push(this.text.len());
            this.text.push('\n');
        }
        this
    }

    /// A flag a place: whether it contains every word of a folded query.
    fn search(&self, query: &str) -> Vec<bool> {
        let mut words: Vec<&str> = query.split_whitespace().collect();
        // The longest word leaves the fewest places to the others.
        words.sort_by_key(|w| std::cmp::Reverse(w.len()));
        let Some((first, others)) = words.split_first() else { return vec![true; self.ends.len()] };
        let finder = memmem::Finder::new(first);
        let mut hits = vec![false; self.ends.len()];
        let (mut place, mut begins) = (0, 0);
        while let Some(at) = self.text.get(begins..).and_then(|rest| finder.find(rest.as_bytes())) {
            place += self.ends[place..].partition_point(|end| *end < begins + at);
            let Some(end) = self.ends.get(place) else { break };
            let start = place.checked_sub(1).map_or(0, |before| self.ends[before] + 1);
            let text = &self.text[start..*end];
            hits[place] = others.iter().all(|word| text.contains(word));
            (begins, place) = (end + 1, place + 1);
        }
        hits
    }
}
