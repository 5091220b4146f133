//! Why a filling refuses a change.

use super::expected::Expected;

/// Why a change was refused. Nothing is changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// No such question or row.
    #[error("there is no such question or row; open the section again")]
    NoSuchKey,
    /// The question is hidden by an answer before it.
    #[error("{name} is not asked here; change the answer that hides it first")]
    Hidden {
        /// The question.
        name: String,
    },
    /// The value is computed or fixed.
    #[error("{name} cannot be changed by hand")]
    ReadOnly {
        /// The question.
        name: String,
    },
    /// The answer is of another kind than the question.
    #[error("{name} takes {expected}")]
    WrongKind {
        /// The question.
        name: String,
        /// For a sentence; depends on the kind, and on what was given.
        expected: Expected,
    },
    /// The choice is not offered.
    #[error("{name}: this choice is not offered; open the choices again")]
    NotOffered {
        /// The question.
        name: String,
    },
    /// A choice that excludes others was combined with others.
    #[error("{name}: {choice} cannot be combined with other choices; take one or the other")]
    Exclusive {
        /// The question.
        name: String,
        /// The choice.
        choice: String,
    },
    /// The missing value is not offered.
    #[error("{name} does not offer this missing value")]
    NoSuchMissing {
        /// The question.
        name: String,
    },
    /// The text is too long.
    #[error("{name}: more than {limit} bytes; shorten it")]
    TooLong {
        /// The question.
        name: String,
        /// The longest that is taken, in bytes of UTF-8.
        limit: usize,
    },
    /// The repeat has as many rows as it can.
    #[error("{name}: more than {limit} rows; remove one first")]
    TooManyRows {
        /// The repeat.
        name: String,
        /// The most that there can be.
        limit: usize,
    },
}
