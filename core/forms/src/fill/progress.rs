//! How much of a checklist is answered, counted cell by cell as answers change.

use super::Filling;
use super::data::CellKey;
use crate::definition::Kind;

/// How many questions are asked, and how many of them are answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Answered, missing values included.
    pub answered: usize,
    /// Asked.
    pub asked: usize,
}

impl Filling {
    /// Of the whole checklist.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let sum = |f: fn(&Progress) -> usize| self.progress.iter().map(f).sum();
        Progress { answered: sum(|p| p.answered), asked: sum(|p| p.asked) }
    }

    /// The next question without an answer after a key, or after nothing from the top, with its section; from the end it goes on at
    /// the top.
    #[must_use]
    pub fn next_unanswered(&self, after: Option<CellKey>) -> Option<(usize, CellKey)> {
        let keys = self.shown_keys();
        let start = after.and_then(|after| keys.iter().position(|k| *k == after)).map_or(0, |at| at + 1);
        let (before, behind) = keys.split_at(start);
        let key = behind.iter().chain(before).find(|key| self.is_unanswered(**key))?;
        Some((self.form.nodes[key.node as usize].section, *key))
    }

    /// Whether a shown row asks for an answer that is not there.
    #[must_use]
    pub fn is_unanswered(&self, key: CellKey) -> bool {
        self.cell(key).is_some_and(|c| c.answer.is_none()) && self.asks(key)
    }

    /// Whether a shown row asks for something.
    pub(super) fn asks(&self, key: CellKey) -> bool {
        let kind = &self.form.definition.items[key.node as usize].kind;
        let cell = self.cell(key);
        cell.is_some_and(|c| c.shown && !c.read_only)
            && self.is_row(key.node)
            && !matches!(kind, Kind::Note | Kind::Group { .. } | Kind::Repeat { .. })
            && !self.form.nodes[key.node as usize].has_calculation
    }

    /// Counts one cell anew.
    pub(super) fn count(&mut self, key: CellKey) {
        let asked = self.rows[key.row as usize].used && self.asks(key);
        let answered = asked && self.cell(key).is_some_and(|c| c.answer.is_some());
        let section = self.form.nodes[key.node as usize].section;
        let cell = self.cell_mut(key);
        let before =
            (std::mem::replace(&mut cell.counted, asked), std::mem::replace(&mut cell.counted_answered, answered));
        let progress = &mut self.progress[section];
        progress.asked = progress.asked + usize::from(asked) - usize::from(before.0);
        progress.answered = progress.answered + usize::from(answered) - usize::from(before.1);
    }

    /// Takes a cell of a row that goes away out of the count.
    pub(super) fn uncount(&mut self, key: CellKey) {
        let section = self.form.nodes[key.node as usize].section;
        let cell = self.cell_mut(key);
        let before = (std::mem::take(&mut cell.counted), std::mem::take(&mut cell.counted_answered));
        self.recounted.insert(section);
        self.progress[section].asked -= usize::from(before.0);
        self.progress[section].answered -= usize::from(before.1);
    }

    /// Counts everything anew, after loading.
    pub(super) fn recount(&mut self) {
        for node in 0..crate::num::index(self.form.nodes.len()) {
            for row in self.tables[self.form.nodes[node as usize].table].clone() {
                self.count(CellKey { node, row });
            }
        }
        self.touched.clear();
        self.recounted.clear();
        self.restructured = false;
    }
}
