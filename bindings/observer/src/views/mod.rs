//! What a screen draws: flat records by value, in the language that the core speaks.

mod checklist;
mod mission;
mod page;
mod report;

pub use checklist::*;
pub use mission::*;
pub use page::*;
pub use report::*;

/// `usize` is no type of every language.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The other way round.
pub(crate) fn size(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
