//! Rows and cells: every repeat is a table, the form itself a table of one row.

use super::Filling;
use crate::expr::NodeRef;
use crate::value::{Answer, Moment};
use serde::{Deserialize, Serialize};

/// A question in a row. Row 0 is the form itself; rows keep their number until they are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CellKey {
    /// Position of the item in the definition.
    pub node: NodeRef,
    /// Number of the row.
    pub row: u32,
}

/// Read by `visit(…)` in expressions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VisitFacts {
    /// The readable code, as `T047-05`.
    pub code: String,
    /// When the team arrived.
    pub arrived_at: Option<Moment>,
    /// When it left.
    pub departed_at: Option<Moment>,
    /// How the visit went.
    pub outcome: Outcome,
    /// `phone`, `paper` or `call`.
    pub mode: String,
    /// Position of the place.
    pub place: Option<u32>,
}

/// How a visit went. Only [`Outcome::Observed`] and [`Outcome::Expelled`] count as observations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The team observed.
    #[default]
    Observed,
    /// It was not let in.
    Refused,
    /// It was made to leave.
    Expelled,
    /// The place was closed.
    Closed,
    /// The place was not there.
    NotFound,
    /// It was not safe to stay.
    Unsafe,
}

impl Outcome {
    /// All of them, in the order of their numbers in a report.
    pub const ALL: [Self; 6] =
        [Self::Observed, Self::Refused, Self::Expelled, Self::Closed, Self::NotFound, Self::Unsafe];

    /// The name in expressions.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Refused => "refused",
            Self::Expelled => "expelled",
            Self::Closed => "closed",
            Self::NotFound => "not_found",
            Self::Unsafe => "unsafe",
        }
    }

    /// The outcome of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.name() == name)
    }

    /// Whether the visit counts as an observation.
    #[must_use]
    pub fn counts(self) -> bool {
        matches!(self, Self::Observed | Self::Expelled)
    }
}

#[derive(Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is decided by a rule of its own")]
pub(crate) struct CellState {
    pub answer: Option<Answer>,
    pub note: Option<Box<str>>,
    pub reason: Option<Box<str>>,
    /// By its own rule.
    pub relevant: bool,
    /// Together with what holds it.
    pub shown: bool,
    pub required: bool,
    pub read_only: bool,
    pub violated: bool,
    pub not_offered: bool,
    /// A rule gave a value that the question cannot hold.
    pub unfit: bool,
    /// Of a repeat: there is no room for as many rows as its count says.
    pub too_many: bool,
    /// Given by hand where a rule would fill it in: the rule leaves it alone.
    pub by_hand: bool,
    /// As the last change told the shell.
    pub in_view: bool,
    pub counted: bool,
    pub counted_answered: bool,
}

crate::redacted_debug! { CellState: relevant, shown, required, read_only, violated }

#[derive(Debug, Clone)]
pub(crate) struct RowState {
    pub table: usize,
    pub parent: u32,
    /// Not removed. What is alive is kept.
    pub alive: bool,
    /// Alive, and neither it nor what holds it is beyond the number of rows of its repeat.
    pub used: bool,
    pub cells: Vec<CellState>,
}

impl RowState {
    pub fn new(table: usize, parent: u32, columns: usize) -> Self {
        // Shown until a rule says otherwise.
        let cell = CellState { relevant: true, shown: true, ..CellState::default() };
        Self { table, parent, alive: true, used: true, cells: vec![cell; columns] }
    }
}

impl Filling {
    pub(super) fn cell(&self, key: CellKey) -> Option<&CellState> {
        let column = self.form.nodes.get(key.node as usize)?.column;
        self.rows.get(key.row as usize)?.cells.get(column)
    }

    /// The cell of a key that is known to exist.
    pub(super) fn cell_mut(&mut self, key: CellKey) -> &mut CellState {
        let column = self.form.nodes[key.node as usize].column;
        &mut self.rows[key.row as usize].cells[column]
    }

    /// The row of `table` that holds `row`, or is it.
    pub(super) fn ancestor(&self, mut row: u32, table: usize) -> Option<u32> {
        loop {
            let here = &self.rows[row as usize];
            if here.table == table {
                return Some(row);
            }
            if here.table == 0 {
                return None;
            }
            row = here.parent;
        }
    }

    /// The rows of `table` that belong to `row`: its own, those it holds, or those beside it.
    pub(super) fn related(&self, row: u32, table: usize) -> Vec<u32> {
        if let Some(above) = self.ancestor(row, table) {
            return vec![above];
        }
        let common = self.common(row, table);
        if common == 0 {
            return self.tables[table].clone();
        }
        let under = |r: &&u32| self.ancestor(**r, self.rows[common as usize].table) == Some(common);
        self.tables[table].iter().filter(under).copied().collect()
    }

    /// The nearest row that holds both a row and rows of a table.
    pub(super) fn common(&self, row: u32, table: usize) -> u32 {
        let mut common = row;
        while common != 0 && !self.holds_table(self.rows[common as usize].table, table) {
            common = self.rows[common as usize].parent;
        }
        common
    }

    fn holds_table(&self, outer: usize, mut inner: usize) -> bool {
        while inner != 0 {
            if inner == outer {
                return true;
            }
            inner = self.form.tables[inner].parent;
        }
        outer == 0
    }

    /// The rows of a repeat, in order.
    pub(super) fn rows_of(&self, repeat: CellKey) -> Vec<u32> {
        self.rows_in(&self.tables, repeat)
    }

    /// The rows of a repeat that are beyond its number of rows, or in a row that is, in order.
    pub(super) fn rows_beyond(&self, repeat: CellKey) -> Vec<u32> {
        self.rows_in(&self.beyond, repeat)
    }

    fn rows_in(&self, tables: &[Vec<u32>], repeat: CellKey) -> Vec<u32> {
        let Some(table) = self.form.nodes[repeat.node as usize].rows else { return Vec::new() };
        tables[table].iter().filter(|r| self.rows[**r as usize].parent == repeat.row).copied().collect()
    }
}
