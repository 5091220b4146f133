//! What a question takes, for whoever gave it something else.

use crate::definition::Kind;
use crate::numeral::NumeralError;
use crate::zone::LocalError;
use std::fmt;

/// What was expected in the place of a text or an answer. `Display` completes "expected …" and "… takes".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// One choice of the question's list, by its name.
    Choice,
    /// Choices of the question's list, by their names.
    Choices,
    /// Choices in the order of the list, none of them twice.
    EachChoiceOnce,
    /// A whole number.
    Integer,
    /// A decimal number.
    Decimal,
    /// A number between the ends of a range, on one of its steps.
    Step,
    /// The step of a range, greater than 0.
    PositiveStep,
    /// A date.
    Date,
    /// A time of the day.
    Time,
    /// A date with a time.
    Moment,
    /// A latitude and a longitude.
    Position,
    /// A file.
    File,
    /// A confirmation.
    Acknowledgement,
    /// A text.
    Text,
    /// A value that a calculation can have.
    Computed,
    /// A value within the limits of its kind: a day of 1900 to 2199, a time of the day, a position on the earth.
    Possible,
    /// Nothing: groups, repeats and notes take no answer.
    Nothing,
    /// A number that can be read in one way and is not too long.
    Numeral(NumeralError),
    /// A time that the clocks of the place showed once.
    Local(LocalError),
}

impl Expected {
    /// For questions of a kind, whatever was given instead.
    #[must_use]
    pub(super) fn of(kind: &Kind) -> Self {
        match kind {
            Kind::SelectOne { .. } => Self::Choice,
            Kind::SelectMultiple { .. } => Self::Choices,
            Kind::Integer => Self::Integer,
            Kind::Decimal | Kind::Range { .. } => Self::Decimal,
            Kind::Date | Kind::Today => Self::Date,
            Kind::Time => Self::Time,
            Kind::DateTime | Kind::Start | Kind::End => Self::Moment,
            Kind::Geopoint => Self::Position,
            Kind::Attachment { .. } => Self::File,
            Kind::Acknowledge => Self::Acknowledgement,
            Kind::Text | Kind::Barcode | Kind::Hidden | Kind::Calculate => Self::Text,
            Kind::Group { .. } | Kind::Repeat { .. } | Kind::Note => Self::Nothing,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Choice => "one choice of its list",
            Self::Choices => "choices of its list, separated by spaces",
            Self::EachChoiceOnce => "choices, ascending, each once",
            Self::Integer => "a whole number",
            Self::Decimal => "a decimal number",
            Self::Step => "a number between the ends of the range, on one of its steps",
            Self::PositiveStep => "a step above 0",
            Self::Date => "a date, YYYY-MM-DD",
            Self::Time => "a time, HH:MM",
            Self::Moment => "a date and time, YYYY-MM-DDTHH:MM",
            Self::Position => "a position: latitude longitude",
            Self::File => "a file",
            Self::Acknowledgement => "OK",
            Self::Text => "a text",
            Self::Computed => "a computed value",
            Self::Possible => {
                "a value that there is: a day of the years 1900 to 2199 of the common calendar, a time within a day, a position on the earth"
            }
            Self::Nothing => "no answer",
            Self::Numeral(e) => return e.fmt(f),
            Self::Local(e) => return e.fmt(f),
        })
    }
}

impl From<NumeralError> for Expected {
    fn from(e: NumeralError) -> Self {
        Self::Numeral(e)
    }
}

impl From<LocalError> for Expected {
    fn from(e: LocalError) -> Self {
        match e {
            LocalError::NoMoment => Self::Moment,
            other => Self::Local(other),
        }
    }
}
