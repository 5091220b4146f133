//! XLSForm's XPath subset: parsed once into a typed tree whose names are resolved, then evaluated against a
//! [`Scope`].
//!
//! # Where it differs from XPath 1.0
//! - Dates, times and moments are values of their own. They compare as instants; a text beside one is read as one.
//!   Strict XPath would compare them as numbers and make `. >= ${arrived_at}` always false.
//! - A name from inside the same repeat means the value of the same row, from outside all rows (as XLSForm does).
//! - In the figures, a blank, hidden or missing answer is *unknown*: comparisons with it are unknown, `and`, `or` and
//!   `not` follow Kleene. In a checklist, it is the empty text.
//! - `round` rounds half up also for negative numbers, and as decimals; `x div 0` follows IEEE 754, as in XPath.
//! - `sum`, `min` and `max` skip what is no number, a comma in a text is a decimal point, and nothing is selected in nothing, as in
//!   `JavaRosa`, the engine of ODK.

pub mod ast;
mod check;
mod eval;
mod functions;
mod lexer;
mod parser;
mod val;

pub use ast::{Expr, NodeRef, VisitField};
pub use check::{NameLookup, resolve};
pub use eval::{Chance, Environment, Scope, eval};
pub use parser::parse;
pub use val::Val;

/// Names of the functions that an expression may call with any arguments; `regex`, `visit` and `place` take literals.
pub fn function_names() -> impl Iterator<Item = &'static str> {
    ast::Function::ALL.iter().map(|f| f.1)
}

/// Why an expression cannot be used. Positions are characters from the start of the expression, from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExprError {
    /// A draw where it would be made again and again.
    #[error("{function}() stands only in a calculation or a default, where it is drawn once; name that question here")]
    Draws {
        /// The function.
        function: &'static str,
    },
    /// A character that no token starts with.
    #[error("unexpected {found:?} at {at}")]
    Character {
        /// The character.
        found: char,
        /// Where.
        at: usize,
    },
    /// A text without its closing quote, or a `${` without `}`.
    #[error("{what} that starts at {at} is not closed; add the closing sign")]
    Unclosed {
        /// For a sentence, as `a bracket`.
        what: &'static str,
        /// Where it starts.
        at: usize,
    },
    /// Something else was expected.
    #[error("expected {expected} at {at}")]
    Expected {
        /// For a sentence.
        expected: &'static str,
        /// Where.
        at: usize,
    },
    /// Nested too deep.
    #[error("nested deeper than {max} levels; split it into calculations")]
    Deep {
        /// The limit.
        max: usize,
    },
    /// Too long.
    #[error("{found} words and signs, the limit is {max}; split it into calculations")]
    Long {
        /// How many it has.
        found: usize,
        /// The limit.
        max: usize,
    },
    /// A name that the checklist does not have.
    #[error("unknown name ${{{name}}}{}", hint(suggestion))]
    Name {
        /// The name.
        name: String,
        /// A name that is close.
        suggestion: Option<String>,
    },
    /// A function that is not XLSForm's, or not supported.
    #[error("the function {name}() is not supported{}", hint(suggestion))]
    Function {
        /// The function.
        name: String,
        /// A function that is close.
        suggestion: Option<String>,
    },
    /// A wrong number of arguments.
    #[error("{function}() takes {expected} arguments, not {found}")]
    Arguments {
        /// The function.
        function: String,
        /// How many it takes.
        expected: String,
        /// How many there are.
        found: usize,
    },
    /// An argument of the wrong sort.
    #[error("{function}(): {expected}")]
    Argument {
        /// The function.
        function: String,
        /// For a sentence.
        expected: &'static str,
    },
    /// A regular expression that does not parse.
    #[error("regex(): the pattern is not valid: {why}")]
    Pattern {
        /// From the parser of regular expressions, in English.
        why: String,
    },
    /// A comparison that can never be true: the choice is not in the list.
    #[error("${{{name}}} is compared with {choice:?}, which is not in its list{}", hint(suggestion))]
    NoSuchChoice {
        /// The question.
        name: String,
        /// The text it is compared with.
        choice: String,
        /// A choice that is close.
        suggestion: Option<String>,
    },
}

fn hint(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map(|s| format!("; did you mean {s}?")).unwrap_or_default()
}
