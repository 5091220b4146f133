//! Cells in memory, without an allocation each.

use super::rows::CellSink;

/// Rows of cells as one text.
#[derive(Default)]
pub(super) struct TextGrid {
    text: String,
    ends: Vec<usize>,
    rows: usize,
}

baqylau_forms::redacted_debug! { TextGrid: rows }

impl CellSink for TextGrid {
    fn cell(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    fn end(&mut self) {
        self.rows += 1;
    }
}

impl TextGrid {
    /// The rows, each with its cells.
    pub fn rows(&self) -> impl Iterator<Item = impl Iterator<Item = &str>> {
        let wide = self.ends.len() / self.rows.max(1);
        (0..self.rows).map(move |row| (row * wide..(row + 1) * wide).map(|at| self.at(at)))
    }

    /// The cells of a column; nothing where one is empty.
    pub fn column(&self, column: usize) -> impl Iterator<Item = Option<&str>> {
        let wide = self.ends.len() / self.rows.max(1);
        (0..self.rows).map(move |row| Some(self.at(row * wide + column)).filter(|c| !c.is_empty()))
    }

    fn at(&self, at: usize) -> &str {
        let begin = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[begin..self.ends[at]]
    }
}
