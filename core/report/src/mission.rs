//! The settings of a mission, as the bundle delivers them to every phone.

use baqylau_forms::Zone;
use baqylau_forms::definition::Text;
use serde::{Deserialize, Serialize};

/// A mission's settings: the JSON part of kind `Mission` in the bundle. Contains no names of observers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mission {
    /// Title shown to observers, in the mission's languages.
    pub title: Text,
    /// Languages of the mission, the default first.
    pub languages: Vec<Language>,
    /// Time zone in which times are shown.
    pub zone: Zone,
    /// Date of the election, `YYYY-MM-DD`.
    pub election_day: String,
    /// Ids of the checklists, in the order in which they are offered.
    pub checklists: Vec<String>,
    /// Days after which a delivered visit becomes unreadable on the phone.
    pub review_window_days: u32,
    /// Whether a desk confirms a device when it first pulls its enrolment.
    pub confirm_on_pull: bool,
    /// Whether a visit may be at a place that is not in the bundle.
    pub unlisted_places: bool,
    /// Whether observers may set a second PIN, which wipes the phone and opens an empty mission.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub duress_pin: bool,
    /// How many desks must have a report before its observer is told that it is safe; at least one.
    #[serde(default = "one_desk", skip_serializing_if = "is_one_desk")]
    pub desks_to_read: u32,
    /// How many desks must sign the figures of the statement before they count as published; 1 to 16.
    #[serde(default = "one_desk", skip_serializing_if = "is_one_desk")]
    pub statement_signers: u32,
}

fn one_desk() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it a reference")]
fn is_one_desk(desks: &u32) -> bool {
    *desks == one_desk()
}

/// A language in which the mission's texts exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// Language code, for example `kk`.
    pub code: String,
    /// Name of the language in itself, for example `Қазақша`.
    pub name: String,
}

impl Mission {
    /// Index of a language in [`Mission::languages`], by its code.
    #[must_use]
    pub fn language(&self, code: &str) -> Option<usize> {
        self.languages.iter().position(|l| l.code == code)
    }
}
