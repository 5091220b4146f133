//! What can be wrong with a definition.

use crate::expr::ExprError;
use crate::fill::Expected;

/// A fault, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionProblem {
    /// Position of the item; `None` for the checklist as a whole.
    pub item: Option<usize>,
    /// The part of the item that is at fault.
    pub field: Field,
    /// Says how to mend it, too.
    pub fault: Fault,
}

/// A part of an item, as the columns of XLSForm name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "they are the columns of the survey sheet")]
pub enum Field {
    Type,
    Name,
    Label,
    Hint,
    Relevant,
    Constraint,
    ConstraintMessage,
    Required,
    RequiredMessage,
    ReadOnly,
    Default,
    Calculation,
    ChoiceFilter,
    RepeatCount,
    Missing,
    /// In the settings.
    Settings,
    /// In the choices.
    Choices,
}

impl Field {
    /// The column's name.
    #[must_use]
    pub fn column(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Name => "name",
            Self::Label => "label",
            Self::Hint => "hint",
            Self::Relevant => "relevant",
            Self::Constraint => "constraint",
            Self::ConstraintMessage => "constraint_message",
            Self::Required => "required",
            Self::RequiredMessage => "required_message",
            Self::ReadOnly => "read_only",
            Self::Default => "default",
            Self::Calculation => "calculation",
            Self::ChoiceFilter => "choice_filter",
            Self::RepeatCount => "repeat_count",
            Self::Missing => "missing",
            Self::Settings => "settings",
            Self::Choices => "choices",
        }
    }
}

/// A fault of a definition. `Display` says how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A definition of another format.
    #[error(
        "the definition has format {found}, this version reads format {expected}; update the app or rebuild the bundle"
    )]
    Format {
        /// The version in the definition.
        found: u32,
        /// The version that this program reads.
        expected: u32,
    },
    /// Too many of something.
    #[error("{found} {what}, the limit is {limit}; split the checklist")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// Nothing where something must be.
    #[error("{what} is missing")]
    Nothing {
        /// For a sentence, with its article.
        what: &'static str,
    },
    /// A name that expressions could not hold.
    #[error("{name:?} is no valid name; use a letter or _, then letters, digits, _, - or .")]
    BadName {
        /// The name.
        name: String,
    },
    /// A name twice.
    #[error("the name {name:?} is used before; names are unique in a checklist")]
    Doubled {
        /// The name.
        name: String,
    },
    /// An item inside something that holds none, or that stands after it.
    #[error("it is inside an item that is no group or repeat before it")]
    Parent,
    /// A list that does not exist.
    #[error("the list {list} does not exist; add it to the choices")]
    NoList {
        /// The list.
        list: String,
    },
    /// A level that does not exist.
    #[error("{level:?} is no level of the mission's places")]
    NoLevel {
        /// The level.
        level: String,
    },
    /// A text that one language has and another lacks.
    #[error("the text is missing in {language}; every language of the checklist needs it")]
    Untranslated {
        /// The language.
        language: String,
    },
    /// A value that the question cannot hold.
    #[error("{value:?} is no value for this question; expected {expected}")]
    Value {
        /// The value.
        value: String,
        /// For a sentence.
        expected: Expected,
    },
    /// Something that this kind of item cannot have.
    #[error("{what} means nothing here; remove it")]
    Meaningless {
        /// For a sentence.
        what: &'static str,
    },
    /// An expression that cannot be used.
    #[error("{0}")]
    Expression(#[from] ExprError),
    /// Rules that wait for each other.
    #[error("the values depend on each other in a circle: {}; take one of them out of the circle", names.join(" → "))]
    Cycle {
        /// The names around the circle.
        names: Vec<String>,
    },
}
