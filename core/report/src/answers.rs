//! The answers of a report as a tree, row in row; made of a filling, and a filling of it.

use crate::packing::ReportContent;
use baqylau_forms::fill::{CellKey, Filling, Mutation, SavedRow};
use baqylau_forms::form::Form;
use baqylau_forms::value::Answer;
use std::collections::BTreeMap;

/// Answers at one level: those of the checklist itself, or of one row of a repeat.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnswerTree {
    /// Keyed by the question's index in the definition.
    pub cells: BTreeMap<u32, AnswerCell>,
}

/// Content of a question or repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerCell {
    /// The answer to a question, or its missing value.
    Answer(Answer),
    /// The rows of a repeat, in order.
    Rows(Vec<AnswerTree>),
}

/// Why bytes are not what a report on a checklist says. They are hostile input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The bytes end before the answers do.
    #[error("the answers are malformed: they end too early")]
    Short,
    /// The bytes do not end as they would have been written, or go on.
    #[error("the answers are malformed: they do not end as they should")]
    Ending,
    /// A number that its place has no room for.
    #[error("the answers are malformed: a number is out of range")]
    Range,
    /// A text that is not UTF-8.
    #[error("the answers are malformed: a text is not UTF-8")]
    NotText,
    /// More text than a report may have.
    #[error("the answers have more than {limit} bytes of text")]
    TooLong {
        /// In bytes.
        limit: usize,
    },
    /// More answers, choices, log lines and remarks than a report may have.
    #[error("the report has more than {limit} parts")]
    TooMany {
        /// How many there may be.
        limit: usize,
    },
    /// More rows than a report may have.
    #[error("the report has more than {limit} rows")]
    TooManyRows {
        /// How many there may be.
        limit: usize,
    },
    /// The answer log or a remark names no question, or not in the way it should.
    #[error("question {node}: it is not the number of a question here")]
    NoQuestion {
        /// The index in the definition.
        node: u32,
    },
    /// The answer is of another kind than the question, or outside its range.
    #[error("answer {node}: it does not fit the kind of the question")]
    Misfit {
        /// The question's index in the definition.
        node: u32,
    },
}

impl AnswerTree {
    /// The answers that a report contains: those of relevant questions, with rows in order.
    #[must_use]
    pub fn of(filling: &Filling) -> Self {
        Self::taken(filling, |key| filling.is_shown(key), |row| filling.is_used(row))
    }

    /// Every answer, including hidden ones and those in rows beyond the current number of rows: for saving a draft.
    #[must_use]
    pub fn whole(filling: &Filling) -> Self {
        Self::taken(filling, |_| true, |_| true)
    }

    fn taken(filling: &Filling, shown: impl Fn(CellKey) -> bool, used: impl Fn(u32) -> bool) -> Self {
        let form = filling.form();
        let mut tree = Self::default();
        let mut path_of: BTreeMap<u32, Vec<(u32, usize)>> = BTreeMap::from([(0, Vec::new())]);
        let mut counts: BTreeMap<(u32, u32), usize> = BTreeMap::new();
        for mutation in filling.snapshot() {
            match mutation {
                Mutation::AddRow(SavedRow { row, repeat, parent }) if used(row) => {
                    let position = counts.entry((repeat, parent)).or_default();
                    let mut path = path_of.get(&parent).cloned().unwrap_or_default();
                    path.push((repeat, *position));
                    *position += 1;
                    if shown(CellKey { node: repeat, row: parent }) {
                        tree.row(&path);
                    }
                    path_of.insert(row, path);
                }
                Mutation::Answer(key, Some(answer)) if shown(key) => {
                    debug_assert!((key.node as usize) < form.definition().items.len());
                    let path = path_of.get(&key.row).cloned().unwrap_or_default();
                    tree.row(&path).cells.insert(key.node, AnswerCell::Answer(answer));
                }
                _ => {}
            }
        }
        tree
    }

    fn row(&mut self, path: &[(u32, usize)]) -> &mut Self {
        let mut at = self;
        for (repeat, position) in path {
            let cell = at.cells.entry(*repeat).or_insert_with(|| AnswerCell::Rows(Vec::new()));
            if !matches!(cell, AnswerCell::Rows(_)) {
                *cell = AnswerCell::Rows(Vec::new());
            }
            let AnswerCell::Rows(rows) = cell else { unreachable!("the cell was made a list of rows above") };
            if rows.len() <= *position {
                rows.resize(position + 1, Self::default());
            }
            at = &mut rows[*position];
        }
        at
    }

    /// Mutations that rebuild a filling with these answers. Rows are numbered from 1 in order.
    #[must_use]
    pub fn mutations(&self) -> Vec<Mutation> {
        let mut out = Vec::new();
        let mut next = 1;
        self.collect(0, &mut next, &mut out);
        out
    }

    fn collect(&self, row: u32, next: &mut u32, out: &mut Vec<Mutation>) {
        for (node, cell) in &self.cells {
            match cell {
                AnswerCell::Answer(answer) => {
                    out.push(Mutation::Answer(CellKey { node: *node, row }, Some(answer.clone())))
                }
                AnswerCell::Rows(rows) => {
                    for inner in rows {
                        let number = *next;
                        *next += 1;
                        out.push(Mutation::AddRow(SavedRow { row: number, repeat: *node, parent: row }));
                        inner.collect(number, next, out);
                    }
                }
            }
        }
    }

    /// Packs the answers to `form`, without log or remarks.
    #[must_use]
    pub fn encode(&self, form: &Form) -> Vec<u8> {
        ReportContent { answers: self.clone(), ..ReportContent::default() }.encode(form)
    }

    /// Unpacks the answers of a report on `form`.
    ///
    /// # Errors
    /// [`AnswerError`] if it is malformed, or no report on this checklist.
    pub fn decode(form: &Form, bytes: &[u8]) -> Result<Self, AnswerError> {
        Ok(ReportContent::decode(form, bytes)?.answers)
    }
}
