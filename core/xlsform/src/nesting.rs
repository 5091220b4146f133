//! Which group or repeat is open.

use crate::finding::SheetProblem;
use crate::kind::Holder;

/// The groups and repeats that are open, the innermost last.
#[derive(Debug, Default)]
pub(crate) struct Nesting(Vec<Open>);

#[derive(Debug)]
pub(crate) struct Open {
    pub item: u32,
    pub holder: Holder,
    pub name: String,
    pub row: usize,
}

impl Nesting {
    /// The innermost group or repeat that is open; nothing at the top.
    pub fn parent(&self) -> Option<u32> {
        self.0.last().map(|open| open.item)
    }

    pub fn begin(&mut self, item: u32, holder: Holder, name: &str, row: usize) {
        self.0.push(Open { item, holder, name: name.to_owned(), row });
    }

    /// Closes what is open, or says what is in the way.
    pub fn end(&mut self, holder: Holder) -> Result<(), SheetProblem> {
        let Some(inner) = self.0.last() else { return Err(SheetProblem::NotBegun { end: holder.end() }) };
        if inner.holder == holder {
            self.0.pop();
            return Ok(());
        }
        let wrong = SheetProblem::WrongEnd {
            end: holder.end(),
            open: inner.holder.name(),
            name: inner.name.clone(),
            row: inner.row,
        };
        // Where an outer one is meant, the rest of the sheet is read as if it was closed.
        if let Some(meant) = self.0.iter().rposition(|open| open.holder == holder) {
            self.0.truncate(meant);
        }
        Err(wrong)
    }

    /// Groups and repeats without an `end_…`, outermost first.
    pub fn into_open(self) -> Vec<Open> {
        self.0
    }
}
