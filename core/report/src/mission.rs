//! The settings of a mission, as the bundle carries them to every phone.

use baqylau_forms::Zone;
use baqylau_forms::definition::Text;
use serde::{Deserialize, Serialize};

/// A mission's settings: JSON in the bundle's first part. Names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mission {
    /// The mission's name.
    pub title: Text,
    /// The languages, the default first.
    pub languages: Vec<Language>,
    /// The time where the mission has its seat.
    pub zone: Zone,
    /// The day of the election, `YYYY-MM-DD`.
    pub election_day: String,
    /// The checklists' ids, in the order in which they are offered.
    pub checklists: Vec<String>,
    /// Days after which a sent visit becomes unreadable on the phone.
    pub review_window_days: u32,
    /// Whether a desk confirms a device when it first pulls it.
    pub confirm_on_pull: bool,
    /// Whether a visit may be at a place that is not in the list.
    pub unlisted_places: bool,
}

/// A language of the mission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// Its code, as `kk`.
    pub code: String,
    /// Its own name, as `Қазақша`.
    pub name: String,
}

impl Mission {
    /// The position of a language.
    #[must_use]
    pub fn language(&self, code: &str) -> Option<usize> {
        self.languages.iter().position(|l| l.code == code)
    }
}
