//! What a store must keep of a filling, and a filling made from what was kept.

use super::Filling;
use super::data::{CellKey, VisitFacts};
use crate::definition::Kind;
use crate::expr::{Environment, NodeRef};
use crate::form::{CompiledRule, Form, RuleKind};
use crate::num;
use crate::value::Answer;
use std::fmt;
use std::sync::Arc;

/// Above what a long session reaches, below what would fill the memory.
const MAX_NUMBER: u32 = 1_000_000;

/// A row of a repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SavedRow {
    /// Unique in the filling, and never given twice.
    pub row: u32,
    /// The repeat.
    pub repeat: NodeRef,
    /// The row that holds it.
    pub parent: u32,
}

/// One thing that changed and must be kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Mutation {
    /// An answer was set, computed or cleared.
    Answer(CellKey, Option<Answer>),
    /// A note was set or cleared.
    Note(CellKey, Option<String>),
    /// A warning was confirmed, or the confirmation fell with the answer.
    Reason(CellKey, Option<String>),
    /// A row was added.
    AddRow(SavedRow),
    /// A row was removed, with its answers.
    RemoveRow(u32),
}

impl fmt::Debug for Mutation {
    /// Says what changed, and not what it says now.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(key, _) => write!(f, "Answer({key:?}, ..)"),
            Self::Note(key, _) => write!(f, "Note({key:?}, ..)"),
            Self::Reason(key, _) => write!(f, "Reason({key:?}, ..)"),
            Self::AddRow(row) => write!(f, "AddRow({row:?})"),
            Self::RemoveRow(row) => write!(f, "RemoveRow({row})"),
        }
    }
}

impl Filling {
    /// A filling from what was kept, by applying it in order. What does not fit the form (a damaged store, another version) is
    /// left out and counted in the second value.
    #[must_use]
    pub fn restore(form: Arc<Form>, facts: VisitFacts, environment: Environment, kept: Vec<Mutation>) -> (Self, usize) {
        Self::again(form, facts, environment, kept, |form, rule| {
            rule.what == RuleKind::Calculate && changeable(form, rule.node)
        })
    }

    /// As [`Filling::restore`], of a filling that was signed: what was computed from the clock was recorded then, and stays.
    #[must_use]
    pub fn recorded(
        form: Arc<Form>,
        facts: VisitFacts,
        environment: Environment,
        kept: Vec<Mutation>,
    ) -> (Self, usize) {
        Self::again(form, facts, environment, kept, |form, rule| {
            rule.what == RuleKind::Calculate
                && (changeable(form, rule.node) || Self::depends_on_time(&rule.expr) || rule.expr.draws())
        })
    }

    fn again(
        form: Arc<Form>,
        facts: VisitFacts,
        environment: Environment,
        kept: Vec<Mutation>,
        leave_out: fn(&Form, &CompiledRule) -> bool,
    ) -> (Self, usize) {
        let mut this = Self::empty(form, facts, environment);
        let misfits = kept.into_iter().map(|mutation| this.reapply(mutation)).filter(|fits| !fits).count();
        this.evaluate_restored(leave_out);
        this.mutations.clear();
        (this, misfits)
    }

    pub(super) fn reapply(&mut self, mutation: Mutation) -> bool {
        match mutation {
            Mutation::Answer(key, answer) => {
                let fits = self.exists(key).is_ok() && answer.as_ref().is_none_or(|a| self.plausible(key, a));
                if fits {
                    // Until everything is evaluated, no rule touches what it would fill in.
                    let by_hand = answer.is_some() && self.form.computes(key.node) && changeable(&self.form, key.node);
                    let cell = self.cell_mut(key);
                    (cell.answer, cell.by_hand) = (answer, by_hand);
                }
                fits
            }
            Mutation::Note(key, note) => self.reannotate(key, note, true),
            Mutation::Reason(key, reason) => self.reannotate(key, reason, false),
            Mutation::AddRow(saved) => self.restore_row(saved),
            Mutation::RemoveRow(row) => {
                let alive = row != 0 && self.rows.get(row as usize).is_some_and(|r| r.alive);
                if alive {
                    self.drop_row(row);
                }
                alive
            }
        }
    }

    fn reannotate(&mut self, key: CellKey, text: Option<String>, note: bool) -> bool {
        if self.exists(key).is_err() {
            return false;
        }
        let cell = self.cell_mut(key);
        let place = if note { &mut cell.note } else { &mut cell.reason };
        *place = text.map(String::into_boxed_str);
        true
    }

    fn restore_row(&mut self, saved: SavedRow) -> bool {
        let repeat = CellKey { node: saved.repeat, row: saved.parent };
        let Some(table) = self.form.nodes.get(saved.repeat as usize).and_then(|n| n.rows) else { return false };
        // Numbers of rows that were removed stay unused.
        let gap = (saved.row as usize).checked_sub(self.rows.len());
        let Some(gap) = gap.filter(|_| saved.row < MAX_NUMBER && self.exists(repeat).is_ok()) else { return false };
        for _ in 0..gap {
            let mut unused = super::data::RowState::new(0, 0, 0);
            (unused.alive, unused.used) = (false, false);
            self.rows.push(unused);
        }
        self.insert_row(saved.row, table, repeat);
        true
    }

    /// Whether the answer could ever have been given here: its kind fits and its choices exist.
    fn plausible(&self, key: CellKey, answer: &Answer) -> bool {
        let item = &self.form.definition.items[key.node as usize];
        let chosen = super::propagate::choices_of(answer);
        super::literal::accepts_stored(&item.kind, self.form.computes(key.node), answer).is_ok()
            && chosen.iter().all(|c| self.form.choice_name(key.node, *c).is_some())
    }

    /// Evaluates everything but the checks that look at the clock: they were judged when the answer was set.
    fn evaluate_restored(&mut self, leave_out: fn(&Form, &CompiledRule) -> bool) {
        let form = self.form.clone();
        self.evaluate_all(leave_out);
        self.mark_by_hand();
        for rule in form.rules.iter().filter(|r| r.what == RuleKind::Constraint && Self::depends_on_time(&r.expr)) {
            for row in self.tables[form.nodes[rule.node as usize].table].clone() {
                self.cell_mut(CellKey { node: rule.node, row }).violated = false;
            }
        }
        self.recount();
    }

    /// What stands where a rule would fill in something else was given by hand.
    fn mark_by_hand(&mut self) {
        let form = self.form.clone();
        let fills_in =
            |r: &&CompiledRule| r.what == RuleKind::Calculate && changeable(&form, r.node) && !r.expr.draws();
        for rule in form.rules.iter().filter(fills_in) {
            let table = form.nodes[rule.node as usize].table;
            for row in [&self.tables[table][..], &self.beyond[table]].concat() {
                let key = CellKey { node: rule.node, row };
                let (computed, unfit) = self.computed(key, &rule.expr);
                let given = self.answer(key).is_some() && self.answer(key) != computed.as_ref();
                let unfit = self.answer(key).is_none() && unfit;
                let cell = self.cell_mut(key);
                (cell.by_hand, cell.unfit) = (given, unfit);
            }
        }
    }

    /// The answers that are shown, computed ones too.
    pub fn shown_answers(&self) -> impl Iterator<Item = (CellKey, &Answer)> {
        let rows = self.rows.iter().enumerate().filter(|(_, row)| row.alive);
        let cells = rows.flat_map(|(at, row)| {
            let key = move |node: &NodeRef| CellKey { node: *node, row: num::index(at) };
            row.cells.iter().zip(self.form.tables[row.table].columns.iter().map(key))
        });
        cells.filter_map(|(cell, key)| Some((key, cell.answer.as_ref()?))).filter(|(key, _)| self.is_shown(*key))
    }

    /// Everything there is to keep, the rows beyond the number of rows of their repeat too, as mutations that [`Filling::restore`] turns back into this filling.
    #[must_use]
    pub fn snapshot(&self) -> Vec<Mutation> {
        let mut out = Vec::new();
        for (at, row) in self.rows.iter().enumerate().filter(|(_, r)| r.alive) {
            let number = num::index(at);
            let table = &self.form.tables[row.table];
            if let Some(repeat) = table.repeat {
                out.push(Mutation::AddRow(SavedRow { row: number, repeat, parent: row.parent }));
            }
            for (cell, node) in row.cells.iter().zip(&table.columns) {
                let key = CellKey { node: *node, row: number };
                out.extend(cell.answer.clone().map(|a| Mutation::Answer(key, Some(a))));
                out.extend(cell.note.clone().map(|n| Mutation::Note(key, Some(n.into()))));
                out.extend(cell.reason.clone().map(|r| Mutation::Reason(key, Some(r.into()))));
            }
        }
        out
    }
}

/// Whether what a rule fills in can be changed by hand.
pub(super) fn changeable(form: &Form, node: NodeRef) -> bool {
    !matches!(form.definition.items[node as usize].kind, Kind::Calculate | Kind::Hidden)
}
