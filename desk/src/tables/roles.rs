//! `desk.csv`: what the desk does with an answer.

use baqylau_forms::definition::{Kind, Text};
use std::sync::Arc;

/// A use of an answer at the desk, by `desk.csv`; the kind of the question limits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FieldRole {
    /// How serious it is; the choices go from the least to the most.
    Severity,
    /// How the team knows.
    Evidence,
    /// Whom it is about.
    Actor,
    /// The day to look again.
    FollowUp,
    /// The medium that is monitored.
    Outlet,
    /// How long something was on air, in seconds.
    Airtime,
    /// How much room it was given, in square centimetres.
    Space,
    /// How somebody was spoken of.
    Tone,
    /// Whether the words of the report may leave the desk: not those of one whose choice is called [`INTERNAL`].
    Confidentiality,
}

/// The name of the choice that keeps a report at the desk.
pub const INTERNAL: &str = "internal";

impl FieldRole {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Severity,
        Self::Evidence,
        Self::Actor,
        Self::FollowUp,
        Self::Outlet,
        Self::Airtime,
        Self::Space,
        Self::Tone,
        Self::Confidentiality,
    ];

    /// As `desk.csv` and addresses of the page write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Evidence => "evidence",
            Self::Actor => "actor",
            Self::FollowUp => "follow_up",
            Self::Outlet => "outlet",
            Self::Airtime => "airtime",
            Self::Space => "space",
            Self::Tone => "tone",
            Self::Confidentiality => "confidentiality",
        }
    }

    /// The use of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|u| u.name() == name)
    }

    pub(super) fn takes(self, kind: &Kind) -> bool {
        match self {
            Self::FollowUp => matches!(kind, Kind::Date),
            Self::Airtime | Self::Space => matches!(kind, Kind::Integer),
            Self::Confidentiality => matches!(kind, Kind::SelectOne { .. }),
            Self::Severity | Self::Evidence | Self::Actor | Self::Outlet | Self::Tone => {
                matches!(kind, Kind::SelectOne { .. } | Kind::SelectMultiple { .. })
            }
        }
    }
}

/// A question that the desk does something with.
#[derive(Debug, Clone)]
pub struct RoledQuestion {
    /// The use.
    pub what: FieldRole,
    /// The checklist, as a position.
    pub checklist: usize,
    /// The question.
    pub name: String,
    /// The names of its choices.
    pub choices: Vec<Arc<str>>,
    /// Their labels.
    pub labels: Vec<Text>,
}
