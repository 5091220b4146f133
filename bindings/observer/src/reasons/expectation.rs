//! What a question takes, said where an answer is none.

use baqylau_forms::fill::Expected;
use baqylau_forms::numeral::NumeralError;
use baqylau_forms::zone::LocalError;

/// Completes "expected …" in a shell's words.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum AnswerExpectation {
    /// One choice of its list.
    Choice,
    /// Choices of its list, each once.
    Choices,
    /// A whole number, in digits.
    Integer,
    /// A whole number of fewer digits.
    ShorterInteger,
    /// A decimal number.
    Decimal,
    /// A decimal number of fewer digits.
    ShorterDecimal,
    /// A number without separators: this one may be read in two ways.
    Unambiguous,
    /// A number between the ends of a range, on one of its steps.
    Step,
    /// A date.
    Date,
    /// A time of the day.
    Time,
    /// A date with a time.
    Moment,
    /// A time that there is: the clocks were put forward over this one.
    ExistingTime,
    /// An offset from UTC as well: the clocks were put back over this time.
    Offset,
    /// A latitude and a longitude.
    Position,
    /// A file.
    File,
    /// A confirmation.
    Acknowledgement,
    /// A text.
    Text,
    /// A value within the limits of its kind.
    Possible,
    /// Nothing.
    Nothing,
}

impl From<Expected> for AnswerExpectation {
    fn from(it: Expected) -> Self {
        match it {
            Expected::Choice => Self::Choice,
            Expected::Choices | Expected::EachChoiceOnce => Self::Choices,
            Expected::Integer | Expected::Numeral(NumeralError::Integer) => Self::Integer,
            Expected::Numeral(NumeralError::LongInteger) => Self::ShorterInteger,
            Expected::Decimal | Expected::Numeral(NumeralError::Decimal) => Self::Decimal,
            Expected::Numeral(NumeralError::LongDecimal) => Self::ShorterDecimal,
            Expected::Numeral(NumeralError::Ambiguous) => Self::Unambiguous,
            Expected::Step | Expected::PositiveStep => Self::Step,
            Expected::Date => Self::Date,
            Expected::Time => Self::Time,
            Expected::Moment | Expected::Local(LocalError::NoMoment) => Self::Moment,
            Expected::Local(LocalError::Skipped) => Self::ExistingTime,
            Expected::Local(LocalError::Twice(..)) => Self::Offset,
            Expected::Position | Expected::Numeral(NumeralError::Position) => Self::Position,
            Expected::File => Self::File,
            Expected::Acknowledgement => Self::Acknowledgement,
            Expected::Text => Self::Text,
            Expected::Possible | Expected::Computed => Self::Possible,
            Expected::Nothing => Self::Nothing,
        }
    }
}
