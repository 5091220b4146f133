//! A checklist being filled in: sections, rows, choices, and what follows from an answer.

use super::count;
use super::mission::{DraftView, Progress};
use crate::answers::{Answer, Key, Missing};
use baqylau_forms::definition;
use baqylau_forms::definition::Kind;
use baqylau_forms::fill;

mirror! {
    /// When in a visit a section is filled.
    Phase of definition::Phase {
        /// On arrival.
        Arrival,
        /// While observing.
        Observing,
        /// Before leaving.
        Leaving,
    }
}

mirror! {
    /// The sort of an attachment.
    Media of definition::Media {
        /// A photograph.
        Image,
        /// A sound.
        Audio,
        /// A video.
        Video,
        /// Any file.
        File,
    }
}

mirror! {
    /// Sorts of issues.
    Issue of fill::Issue {
        /// A required question has no answer.
        Unanswered,
        /// The answer is unlikely; to be confirmed with a reason.
        Warning,
        /// The answer is impossible; to be changed before signing.
        Error,
        /// The choice is no longer offered since another answer changed.
        NotOffered,
        /// A repeat would have more than 5,000 rows; the number is to be changed before signing.
        TooManyRows,
        /// What was computed is no value of the question, so that it is blank; it asks for nothing.
        Unfit,
    }
}

/// The control that a row takes.
#[derive(Debug, Clone, PartialEq, uniffi::Enum)]
pub enum RowKind {
    /// The head of a group.
    Group,
    /// The head of a repeat; rows can be added unless their number is fixed.
    Repeat {
        /// Whether the checklist decides how many rows there are.
        fixed: bool,
    },
    /// One choice.
    SelectOne,
    /// Several choices.
    SelectMultiple,
    /// A whole number.
    Integer,
    /// A decimal number.
    Decimal,
    /// A text.
    Text,
    /// A calendar day.
    Date,
    /// A time of day.
    Time,
    /// A moment.
    Moment,
    /// A position.
    Position,
    /// A file.
    Attachment {
        /// Of what sort.
        media: Media,
    },
    /// A scanned code.
    Barcode,
    /// A number between two ends, all three written as decimals.
    Range {
        /// The lowest.
        start: String,
        /// The highest.
        end: String,
        /// The distance between two.
        step: String,
    },
    /// A statement to be confirmed.
    Acknowledge,
    /// A text to be read.
    Note,
    /// A value that is not drawn.
    Hidden,
}

impl From<Kind> for RowKind {
    fn from(k: Kind) -> Self {
        match k {
            Kind::Group { .. } => Self::Group,
            Kind::Repeat { count } => Self::Repeat { fixed: count.is_some() },
            Kind::SelectOne { .. } => Self::SelectOne,
            Kind::SelectMultiple { .. } => Self::SelectMultiple,
            Kind::Integer => Self::Integer,
            Kind::Decimal => Self::Decimal,
            Kind::Text => Self::Text,
            Kind::Date => Self::Date,
            Kind::Time => Self::Time,
            Kind::DateTime => Self::Moment,
            Kind::Geopoint => Self::Position,
            Kind::Attachment { media } => Self::Attachment { media: media.into() },
            Kind::Barcode => Self::Barcode,
            Kind::Range { start, end, step } => Self::Range { start, end, step },
            Kind::Acknowledge => Self::Acknowledge,
            Kind::Note => Self::Note,
            Kind::Calculate | Kind::Hidden | Kind::Start | Kind::End | Kind::Today => Self::Hidden,
        }
    }
}

record! {
    /// A choice.
    ChoiceView from fill::ChoiceView as c {
        /// Index in the list; answers hold it.
        choice: u32 = c.choice,
        /// As in tables and exports.
        name: String = c.name.to_string(),
        /// In the phone's language.
        label: String = c.label.to_string(),
        /// Cannot be combined with others.
        exclusive: bool = c.exclusive,
    }
}

/// The choices of a question.
#[derive(Clone, PartialEq, uniffi::Enum)]
pub enum Choices {
    /// The question has none.
    None,
    /// All of them.
    All {
        /// In order.
        choices: Vec<ChoiceView>,
    },
    /// Too many to show at once: ask `choices`.
    Paged {
        /// How many are offered.
        count: u32,
    },
}

impl From<fill::OfferedChoices> for Choices {
    fn from(c: fill::OfferedChoices) -> Self {
        match c {
            fill::OfferedChoices::None => Self::None,
            fill::OfferedChoices::Inline(choices) => {
                Self::All { choices: choices.into_iter().map(Into::into).collect() }
            }
            fill::OfferedChoices::Paged { count: offered } => Self::Paged { count: count(offered) },
        }
    }
}

record! {
    /// Something about an answer, in words.
    Problem from fill::AnswerProblem as p {
        /// The question, in its row.
        key: Key = p.key.into(),
        /// The section that it is in.
        section: u32 = count(p.section),
        /// Decides whether a reason is needed, or signing is out of the question.
        issue: Issue = p.issue.into(),
        /// The words of the checklist's author; empty where there are none.
        text: String = p.text.to_string(),
        /// The reason the observer gave when confirming.
        confirmed: Option<String> = p.confirmed,
    }
}

record! {
    /// One row of a section, ready to draw.
    RowView from fill::QuestionView as q {
        /// Names the row in every call.
        key: Key = q.key.into(),
        /// As in tables and exports.
        name: String = q.name,
        /// The control that it takes.
        kind: RowKind = q.kind.into(),
        /// The printed number.
        number: String = q.number,
        /// The question.
        label: String = q.label.to_string(),
        /// How to answer it.
        hint: String = q.hint.to_string(),
        /// The answer.
        answer: Option<Answer> = q.answer.map(Into::into),
        /// The answer in words.
        answer_text: String = q.answer_text,
        /// Those that the choice filter leaves.
        choices: Choices = q.choices.into(),
        /// The missing values on offer.
        missing: Vec<Missing> = q.missing.into_iter().map(Into::into).collect(),
        /// Whether it must be answered.
        required: bool = q.required,
        /// Whether it cannot be changed.
        read_only: bool = q.read_only,
        /// Empty where nothing is wrong.
        issues: Vec<Problem> = q.issues.into_iter().map(Into::into).collect(),
        /// The observer's note.
        note: Option<String> = q.note,
        /// A hint how to draw it.
        appearance: String = q.appearance,
        /// How deep it stands in groups and repeats.
        depth: u32 = count(q.depth),
        /// How many rows it has, for the head of a repeat.
        rows: u32 = count(q.rows),
    }
}

record! {
    /// A section with its rows.
    SectionView from fill::SectionView as s {
        /// Counted from 0, in the order of the checklist.
        section: u32 = count(s.section),
        /// In the phone's language; the checklist's title where the section has none.
        title: String = s.title.to_string(),
        /// When it is filled.
        phase: Option<Phase> = s.phase.map(Into::into),
        /// Whether anything is shown in it.
        shown: bool = s.shown,
        /// How much is answered.
        progress: Progress = s.progress.into(),
        /// In order; empty in an overview.
        rows: Vec<RowView> = s.rows.into_iter().map(Into::into).collect(),
    }
}

record! {
    /// The difference that a change made to the open section, to be drawn upon what was drawn before.
    ViewChange from fill::ViewChange as c {
        /// Counts the changes.
        revision: u64 = c.revision,
        /// Rows that differ or are new.
        changed: Vec<RowView> = c.changed.into_iter().map(Into::into).collect(),
        /// Rows that are gone.
        removed: Vec<Key> = c.removed.into_iter().map(Into::into).collect(),
        /// The rows in order, when rows came or went.
        order: Option<Vec<Key>> = c.order.map(|o| o.into_iter().map(Into::into).collect()),
        /// Of the whole checklist.
        progress: Progress = c.progress.into(),
        /// The sections that may differ, without rows; every other is as it was.
        sections: Vec<SectionView> = c.sections.into_iter().map(Into::into).collect(),
    }
}

/// A row that was added to a repeat.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct AddedRow {
    /// Names the row when it is to be removed.
    pub key: Key,
    /// The difference to what was drawn.
    pub change: ViewChange,
}

record! {
    /// An answer that has no place in the newer version of its checklist.
    Leftover from fill::Unmapped as l {
        /// The question's name.
        name: String = l.name,
        /// The answer in words.
        text: String = l.text,
    }
}

/// A draft that was carried to the newer version of its checklist.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct Carried {
    /// The draft to go on with.
    pub draft: DraftView,
    /// Answers that found no place; each goes to the coordinators with the report.
    pub left: Vec<Leftover>,
}
