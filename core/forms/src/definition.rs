//! A checklist as it is signed and shipped: plain data in JSON. Questions and choices are known by their position in it,
//! and reports name the definition by the SHA-256 of its bytes.

use crate::value::Missing;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A text in every language of the definition, in the order of [`Definition::languages`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(pub Vec<Arc<str>>);

impl Text {
    /// The text in a language, or the first there is, or nothing.
    #[must_use]
    pub fn get(&self, language: usize) -> Arc<str> {
        self.0.get(language).or(self.0.first()).cloned().unwrap_or_default()
    }

    /// Whether no language has a text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|t| t.is_empty())
    }
}

/// A checklist: sections, questions, choices and rules, in several languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Version of this format, [`Definition::FORMAT`].
    pub format: u32,
    /// The checklist's id in the mission, as in `voting`.
    pub id: String,
    /// The author's version, as in `2023-03-12`.
    pub version: String,
    /// Codes of the languages, the default first.
    pub languages: Vec<String>,
    /// The checklist's name.
    pub title: Text,
    /// Levels of places that a visit with this checklist may be at.
    pub places: Vec<String>,
    /// Whether a visit may be without a place.
    pub place_optional: bool,
    /// Whether one report a visit code counts (a polling station is observed once a visit) or any number.
    pub once: bool,
    /// Whether its reports go before all others: incidents, calls for help. Nobody but the phone can tell.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
    /// Choice lists.
    pub lists: Vec<List>,
    /// Groups, repeats and questions, each before its children.
    pub items: Vec<Item>,
}

impl Definition {
    /// The version of the definition format that this code reads and writes.
    pub const FORMAT: u32 = 1;
}

/// A list of choices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The list's name.
    pub name: String,
    /// Names of further columns, used by filters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// The choices in order.
    pub choices: Vec<Choice>,
}

/// One choice of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The name that expressions and exports use.
    pub name: Arc<str>,
    /// In every language of the checklist.
    pub label: Text,
    /// Cannot be combined with others in a `select_multiple`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclusive: bool,
    /// Values of [`List::columns`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<String>,
}

/// A group, a repeat or a question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The name, unique in the checklist.
    pub name: String,
    /// Position of the group or repeat that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<u32>,
    /// Decides which answers are taken.
    pub kind: Kind,
    /// The number printed beside a question, as in `12`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// The question. May contain `${name}`.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub label: Text,
    /// How to answer it.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub hint: Text,
    /// Shown when this is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relevant: Option<String>,
    /// Must hold for an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraint: Option<String>,
    /// Said where the constraint does not hold; empty for words of the app.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub constraint_message: Text,
    /// Whether a broken constraint warns or prevents signing.
    #[serde(default)]
    pub check: Check,
    /// Must be answered when this is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<String>,
    /// Said where it is not answered; empty for words of the app.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub required_message: Text,
    /// Cannot be changed by hand when this is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only: Option<String>,
    /// The first value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The value, computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calculation: Option<String>,
    /// An expression over the columns of the list: true for choices that are offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice_filter: Option<String>,
    /// The typed missing values that are offered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
    /// A hint for the shell.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub appearance: String,
    /// Ids of the figures that it feeds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<String>,
}

/// Question, group, repeat, or a value behind the scenes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    /// A section (at the top) or a group of questions.
    Group {
        /// When in a visit a section is filled.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phase: Option<Phase>,
    },
    /// Rows of the same questions.
    Repeat {
        /// The number of rows; without it the observer adds and removes them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        count: Option<String>,
    },
    /// One choice of a list.
    SelectOne {
        /// The list of its choices.
        list: ListRef,
    },
    /// Several choices of a list.
    SelectMultiple {
        /// The list of its choices.
        list: ListRef,
    },
    /// A whole number.
    Integer,
    /// A decimal number.
    Decimal,
    /// A text.
    #[default]
    Text,
    /// A calendar day.
    Date,
    /// A time of day.
    Time,
    /// A moment.
    DateTime,
    /// A position.
    Geopoint,
    /// A file taken or chosen.
    Attachment {
        /// Of what sort.
        media: Media,
    },
    /// A scanned code.
    Barcode,
    /// A number between two ends.
    Range {
        /// The lowest value.
        start: String,
        /// The highest value.
        end: String,
        /// The distance between values.
        step: String,
    },
    /// A statement to be confirmed.
    Acknowledge,
    /// A text to be read.
    Note,
    /// A computed value, not shown.
    Calculate,
    /// A value that is kept and not shown.
    Hidden,
    /// When filling began.
    Start,
    /// When filling ended.
    End,
    /// The day of filling.
    Today,
}

impl Kind {
    /// Whether items of this kind have answers; groups, repeats and notes have none.
    #[must_use]
    pub fn has_answers(&self) -> bool {
        !matches!(self, Self::Group { .. } | Self::Repeat { .. } | Self::Note)
    }

    /// The list of a choice question, as a position in the definition; `None` where it asks for places, or is no choice question.
    #[must_use]
    pub fn own_list(&self) -> Option<usize> {
        let (Self::SelectOne { list } | Self::SelectMultiple { list }) = self else { return None };
        if let ListRef::Own(list) = list { Some(*list as usize) } else { None }
    }
}

/// The list that a question takes its choices from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListRef {
    /// A list of the definition, by position.
    Own(u32),
    /// The places of a level.
    Places(String),
}

/// The sort of an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    /// A photograph.
    Image,
    /// A sound.
    Audio,
    /// A video.
    Video,
    /// Any file.
    File,
}

/// When in a visit a section is filled. Phases are filled in any order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// On arrival.
    Arrival,
    /// While observing.
    Observing,
    /// Before leaving.
    Leaving,
}

/// How a broken constraint is treated. Reality is reported, not refused: warnings are the rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Confirmed by the observer with a reason that travels in the report; never prevents signing.
    #[default]
    Warning,
    /// Impossible; the answer must be changed or cleared before signing.
    Error,
}
