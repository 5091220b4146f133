//! A checklist being filled: the state that a shell renders. One change re-evaluates what depends on it, in order, and
//! says which rows of the view differ.

mod carry;
mod check;
mod choices;
mod data;
mod error;
mod expected;
mod issues;
mod literal;
mod progress;
mod propagate;
mod restore;
mod rows;
mod scope;
mod view;

pub use carry::Unmapped;
pub use choices::{ChoiceView, OfferedChoices};
pub use data::{CellKey, Outcome, VisitFacts};
pub use error::FillError;
pub use expected::Expected;
pub use issues::{AnswerProblem, Issue};
pub use literal::{
    append as append_literal, describe, read as read_literal, read_at as read_literal_at, write as write_literal,
};
pub use progress::Progress;
pub use restore::{Mutation, SavedRow};
pub use scope::Mode;
pub use view::{QuestionView, SectionView, ViewChange};

use crate::definition::Kind;
use crate::expr::{Environment, Expr, NodeRef, Val, eval};
use crate::form::{Form, MAX_ROWS};
use crate::value::Answer;
use data::{CellState, RowState};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The longest text of one answer, in bytes.
pub const MAX_TEXT: usize = 20_000;

/// A form with its answers.
#[derive(Debug, Clone)]
pub struct Filling {
    form: Arc<Form>,
    rows: Vec<RowState>,
    /// Rows of each table that are used, ascending, which is their order.
    tables: Vec<Vec<u32>>,
    /// Rows of each table that are kept beyond the number of rows of their repeat, ascending.
    beyond: Vec<Vec<u32>>,
    facts: VisitFacts,
    environment: Environment,
    revision: u64,
    open: Option<usize>,
    /// Rules to be evaluated, by rank.
    queue: BTreeSet<(u32, u32)>,
    /// Ranks of rules to be evaluated in every row: queued row by row only when it is their turn, not once for each row that changed.
    everywhere: BTreeSet<u32>,
    /// Counted repeats that lack rows because there is no room.
    lacking: BTreeSet<CellKey>,
    /// Cells that may look different.
    touched: BTreeSet<(NodeRef, u32)>,
    restructured: bool,
    /// Sections whose count or heading may differ.
    recounted: BTreeSet<usize>,
    progress: Vec<Progress>,
    mutations: Vec<Mutation>,
}

impl Filling {
    /// A new filling with its defaults and calculations.
    #[must_use]
    pub fn new(form: Arc<Form>, facts: VisitFacts, environment: Environment) -> Self {
        let mut this = Self::empty(form, facts, environment);
        this.fill_defaults(0);
        this.evaluate_all(|_, _| false);
        this
    }

    fn empty(form: Arc<Form>, facts: VisitFacts, environment: Environment) -> Self {
        let beyond = vec![Vec::new(); form.tables.len()];
        let mut tables = beyond.clone();
        tables[0].push(0);
        let root = RowState::new(0, 0, form.tables[0].columns.len());
        let progress = vec![Progress::default(); form.sections.len()];
        Self {
            form,
            rows: vec![root],
            tables,
            beyond,
            facts,
            environment,
            revision: 0,
            open: None,
            queue: BTreeSet::new(),
            everywhere: BTreeSet::new(),
            lacking: BTreeSet::new(),
            touched: BTreeSet::new(),
            restructured: false,
            recounted: BTreeSet::new(),
            progress,
            mutations: Vec::new(),
        }
    }

    /// The form that is filled.
    #[must_use]
    pub fn form(&self) -> &Arc<Form> {
        &self.form
    }

    /// Place, times and outcome of the visit, as last set.
    #[must_use]
    pub fn facts(&self) -> &VisitFacts {
        &self.facts
    }

    /// The time and the language.
    #[must_use]
    pub fn environment(&self) -> Environment {
        self.environment
    }

    /// The positions (from 0) of a row and the rows that hold it, outermost first; empty for the form itself.
    #[must_use]
    pub fn row_path(&self, row: u32) -> Vec<u32> {
        let mut out = Vec::new();
        let mut at = row;
        while at != 0 {
            let Some(here) = self.rows.get(at as usize) else { break };
            let all = self.tables[here.table].iter().chain(&self.beyond[here.table]);
            let before = all.filter(|r| **r < at && self.rows[**r as usize].parent == here.parent);
            out.push(crate::num::index(before.count()));
            at = here.parent;
        }
        out.reverse();
        out
    }

    /// The key of a question in the row at these positions, outermost first.
    #[must_use]
    pub fn key_at(&self, node: u32, path: &[u32]) -> Option<CellKey> {
        let table = self.form.nodes.get(node as usize)?.table;
        let row = self.tables[table].iter().copied().find(|row| self.row_path(*row) == path)?;
        Some(CellKey { node, row })
    }

    /// Sets the time and the language for what follows.
    pub fn set_environment(&mut self, environment: Environment) {
        self.environment = environment;
    }

    /// Sets an answer.
    ///
    /// # Errors
    /// The answer does not fit the question; nothing is changed.
    pub fn set(&mut self, key: CellKey, answer: Answer) -> Result<ViewChange, FillError> {
        self.editable(key)?;
        self.fits(key, &answer)?;
        self.put_by_hand(key, Some(answer));
        Ok(self.settle())
    }

    /// Clears an answer. Where a rule fills the answer in, it does so again.
    ///
    /// # Errors
    /// The question cannot be changed.
    pub fn clear(&mut self, key: CellKey) -> Result<ViewChange, FillError> {
        self.editable(key)?;
        self.put_by_hand(key, None);
        Ok(self.settle())
    }

    /// Sets or clears the observer's note to a question.
    ///
    /// # Errors
    /// There is no such question, or the note is too long.
    pub fn set_note(&mut self, key: CellKey, note: Option<String>) -> Result<ViewChange, FillError> {
        self.annotate(key, note, |cell| &mut cell.note, Mutation::Note)
    }

    /// Confirms a warning, with a reason; both travel in the report.
    ///
    /// # Errors
    /// There is no such question, or the reason is too long.
    pub fn confirm(&mut self, key: CellKey, reason: Option<String>) -> Result<ViewChange, FillError> {
        self.annotate(key, reason, |cell| &mut cell.reason, Mutation::Reason)
    }

    fn annotate(
        &mut self,
        key: CellKey,
        text: Option<String>,
        place: fn(&mut CellState) -> &mut Option<Box<str>>,
        mutation: fn(CellKey, Option<String>) -> Mutation,
    ) -> Result<ViewChange, FillError> {
        self.exists(key)?;
        if text.as_ref().is_some_and(|t| t.len() > MAX_TEXT) {
            return Err(FillError::TooLong { name: self.name(key), limit: MAX_TEXT });
        }
        *place(self.cell_mut(key)) = text.clone().map(String::into_boxed_str);
        self.mutations.push(mutation(key, text));
        self.touched.insert((key.node, key.row));
        Ok(self.settle())
    }

    /// Adds a row to a repeat, at the end.
    ///
    /// # Errors
    /// It is no repeat that the observer may extend.
    pub fn add_row(&mut self, repeat: CellKey) -> Result<(CellKey, ViewChange), FillError> {
        self.open_repeat(repeat)?;
        let name = self.name(repeat);
        let row = self.append_row(repeat).ok_or(FillError::TooManyRows { name, limit: MAX_ROWS })?;
        self.mark_value(repeat.node, repeat.row);
        let change = self.settle();
        Ok((CellKey { node: repeat.node, row }, change))
    }

    /// Removes a row of a repeat: `row` is the row's key as the view gave it.
    ///
    /// # Errors
    /// There is no such row, or the observer may not remove it.
    pub fn remove_row(&mut self, row: CellKey) -> Result<ViewChange, FillError> {
        let table = self.form.nodes.get(row.node as usize).and_then(|n| n.rows).ok_or(FillError::NoSuchKey)?;
        if !self.tables[table].contains(&row.row) {
            return Err(FillError::NoSuchKey);
        }
        let repeat = CellKey { node: row.node, row: self.rows[row.row as usize].parent };
        self.open_repeat(repeat)?;
        self.drop_row(row.row);
        self.mark_value(repeat.node, repeat.row);
        Ok(self.settle())
    }

    /// Tells what has become known of the visit: place, arrival, departure, outcome.
    pub fn set_facts(&mut self, facts: VisitFacts) -> ViewChange {
        self.facts = facts;
        for rank in self.form.clone().visit_readers.iter().copied() {
            let table = self.form.nodes[self.form.rules[rank as usize].node as usize].table;
            let rows = self.tables[table].clone();
            self.queue.extend(rows.into_iter().map(|row| (rank, row)));
        }
        self.settle()
    }

    /// Notes when filling ended, where the checklist asks for it.
    pub fn finish(&mut self) {
        let form = self.form.clone();
        for key in form.items_of(&Kind::End).map(|node| CellKey { node, row: 0 }) {
            self.put(key, Some(Answer::Moment(self.environment.now)));
        }
        self.settle();
    }

    /// The answer to a question, whether it is shown or not.
    #[must_use]
    pub fn answer(&self, key: CellKey) -> Option<&Answer> {
        self.cell(key)?.answer.as_ref()
    }

    /// Whether a question is asked now. What is in a row beyond the number of rows of its repeat is not.
    #[must_use]
    pub fn is_shown(&self, key: CellKey) -> bool {
        self.exists(key).is_ok() && self.cell(key).is_some_and(|c| c.shown)
    }

    /// Whether a row is there and not beyond the number of rows of its repeat. Rows beyond it are kept, but count nowhere.
    #[must_use]
    pub fn is_used(&self, row: u32) -> bool {
        self.rows.get(row as usize).is_some_and(|r| r.used)
    }

    /// The value of an expression over the answers, at the top of the form.
    #[must_use]
    pub fn evaluate(&self, expr: &Expr, mode: Mode) -> Val<'static> {
        let at = scope::RowScope::new(self, 0, None, mode);
        eval(expr, &at).into_owned()
    }

    /// The key of a question outside of repeats, by name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<CellKey> {
        let node = self.form.find(name)?;
        (self.form.nodes[node as usize].table == 0).then_some(CellKey { node, row: 0 })
    }

    /// What the last calls changed, to be stored; the list is empty afterwards.
    pub fn take_mutations(&mut self) -> Vec<Mutation> {
        std::mem::take(&mut self.mutations)
    }

    fn name(&self, key: CellKey) -> String {
        self.form.definition.items.get(key.node as usize).map(|i| i.name.clone()).unwrap_or_default()
    }
}
