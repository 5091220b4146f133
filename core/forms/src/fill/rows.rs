//! Rows that come and go: added and removed by hand, and as many as a count says.

use super::Filling;
use super::data::{CellKey, RowState};
use super::restore::{Mutation, SavedRow};
use super::scope::{Mode, RowScope};
use crate::expr::{Expr, NodeRef, eval};
use crate::form::{CompiledRule, MAX_ROWS, RuleKind};
use crate::num;

impl Filling {
    /// Brings a counted repeat to its number of rows. A count is derived, often from a number that is still being typed: rows beyond it
    /// stay as they are, out of sight, and come back with it.
    pub(super) fn resize(&mut self, key: CellKey, expr: &Expr) {
        let value = eval(expr, &RowScope::new(self, key.row, Some(key.node), Mode::Blank)).number();
        let wanted = if value > num::float_of(MAX_ROWS) { usize::MAX } else { whole(value) };
        let rows = self.rows_of(key);
        // None rather than some of them: what is left out would look as if it had been answered.
        let fitting = if wanted.saturating_sub(rows.len()) > self.room() { 0 } else { wanted };
        if rows.len() != fitting {
            for row in rows.iter().skip(fitting) {
                self.set_aside(*row);
            }
            let mut beyond = self.rows_beyond(key).into_iter();
            for _ in rows.len()..fitting {
                let grown = match beyond.next() {
                    Some(row) => self.take_back(row),
                    None => self.append_row(key).is_some(),
                };
                if !grown {
                    break;
                }
            }
            self.mark_value(key.node, key.row);
        }
        let lacks = self.rows_of(key).len() < wanted;
        self.tell_too_many(key, expr, lacks);
    }

    /// Notes whether a repeat lacks rows for which there is no room, and shows it where the number was given.
    fn tell_too_many(&mut self, key: CellKey, expr: &Expr, lacks: bool) {
        if lacks {
            self.lacking.insert(key);
        } else {
            self.lacking.remove(&key);
        }
        if std::mem::replace(&mut self.cell_mut(key).too_many, lacks) != lacks {
            self.touched.insert((key.node, key.row));
            self.touched.extend(self.counters(key, expr).into_iter().map(|k| (k.node, k.row)));
        }
    }

    /// The shown questions that the count of a repeat names.
    fn counters(&self, repeat: CellKey, expr: &Expr) -> Vec<CellKey> {
        let mut nodes = Vec::new();
        expr.walk(&mut |e| {
            if let Expr::Name(node) = e {
                nodes.push(*node);
            }
        });
        let rows = |node: NodeRef| self.related(repeat.row, self.form.nodes[node as usize].table).into_iter();
        let keys = nodes.into_iter().flat_map(|node| rows(node).map(move |row| CellKey { node, row }));
        keys.filter(|k| self.is_row(k.node) && self.is_shown(*k)).collect()
    }

    /// Whether an item is where it must be said that a repeat has too many rows: the questions that its count names, or, where none of
    /// them is shown, the repeat.
    pub(super) fn counts_too_many(&self, key: CellKey) -> bool {
        if self.lacking.is_empty() {
            return false;
        }
        let lacking = self.lacking.iter().filter(|repeat| self.is_shown(**repeat));
        lacking.into_iter().any(|repeat| {
            let of_repeat = |r: &&CompiledRule| r.node == repeat.node && r.what == RuleKind::Count;
            let counters = self.form.rules.iter().find(of_repeat).map(|r| self.counters(*repeat, &r.expr));
            let counters = counters.unwrap_or_default();
            counters.contains(&key) || (counters.is_empty() && *repeat == key)
        })
    }

    /// How many rows may still be added.
    fn room(&self) -> usize {
        // The form itself is a row too.
        (MAX_ROWS + 1).saturating_sub(self.tables.iter().map(Vec::len).sum::<usize>())
    }

    fn is_full(&self) -> bool {
        self.room() == 0
    }

    /// Adds a row with its defaults and queues its rules; `None` at the limit.
    pub(super) fn append_row(&mut self, repeat: CellKey) -> Option<u32> {
        let table = self.form.nodes[repeat.node as usize].rows?;
        if self.is_full() {
            return None;
        }
        let row = num::index(self.rows.len());
        self.insert_row(row, table, repeat);
        self.mutations.push(Mutation::AddRow(SavedRow { row, repeat: repeat.node, parent: repeat.row }));
        self.fill_defaults(row);
        self.queue_row(row);
        Some(row)
    }

    pub(super) fn insert_row(&mut self, row: u32, table: usize, repeat: CellKey) {
        let columns = self.form.tables[table].columns.len();
        debug_assert_eq!(row as usize, self.rows.len());
        self.rows.push(RowState::new(table, repeat.row, columns));
        self.tables[table].push(row);
        self.show_as(row, repeat);
    }

    /// The items of a row are shown as its repeat is, until their rules say otherwise.
    fn show_as(&mut self, row: u32, repeat: CellKey) {
        let shown = self.cell(repeat).is_some_and(|c| c.shown);
        for cell in &mut self.rows[row as usize].cells {
            cell.relevant = true;
            cell.shown = shown;
        }
    }

    /// Queues every rule of a row that is new, or there again, and all that read it.
    fn queue_row(&mut self, row: u32) {
        let form = self.form.clone();
        let table = self.rows[row as usize].table;
        let nodes = form.tables[table].repeat.map_or(0..0, |r| r + 1..form.nodes[r as usize].end);
        self.show_all(row, nodes);
        for (rank, rule) in form.rules.iter().enumerate() {
            if form.nodes[rule.node as usize].table == table {
                self.queue.insert((num::index(rank), row));
            }
        }
        for column in &form.tables[table].columns {
            self.mark_value(*column, row);
        }
        self.restructured = true;
    }

    /// Takes a row out of use, with the rows inside it. Its answers are kept.
    fn set_aside(&mut self, row: u32) {
        let form = self.form.clone();
        let table = self.rows[row as usize].table;
        for node in &form.tables[table].columns {
            let key = CellKey { node: *node, row };
            self.rows_of(key).into_iter().for_each(|inner| self.set_aside(inner));
            self.uncount(key);
            self.mark_value(*node, row);
        }
        self.rows[row as usize].used = false;
        take_out(&mut self.tables[table], row);
        put_in(&mut self.beyond[table], row);
        self.restructured = true;
    }

    /// Takes a row that was set aside into use again, with the rows inside it; whether there was room. A count inside it is taken anew.
    fn take_back(&mut self, row: u32) -> bool {
        if self.is_full() {
            return false;
        }
        let form = self.form.clone();
        let (table, parent) = (self.rows[row as usize].table, self.rows[row as usize].parent);
        let Some(repeat) = form.tables[table].repeat else { return false };
        self.rows[row as usize].used = true;
        take_out(&mut self.beyond[table], row);
        put_in(&mut self.tables[table], row);
        self.show_as(row, CellKey { node: repeat, row: parent });
        self.queue_row(row);
        for node in &form.tables[table].columns {
            let key = CellKey { node: *node, row };
            self.rows_beyond(key).into_iter().for_each(|inner| {
                self.take_back(inner);
            });
        }
        true
    }

    /// Removes a row for good, with the rows inside it.
    pub(super) fn drop_row(&mut self, row: u32) {
        let form = self.form.clone();
        let table = self.rows[row as usize].table;
        for node in &form.tables[table].columns {
            let key = CellKey { node: *node, row };
            for inner in self.rows_of(key).into_iter().chain(self.rows_beyond(key)) {
                self.drop_row(inner);
            }
            self.uncount(key);
            self.mark_value(*node, row);
        }
        let gone = &mut self.rows[row as usize];
        (gone.alive, gone.used) = (false, false);
        take_out(&mut self.tables[table], row);
        take_out(&mut self.beyond[table], row);
        self.mutations.push(Mutation::RemoveRow(row));
        self.restructured = true;
    }
}

/// A count as a number of rows; none for what is no number, or below 0.
fn whole(value: f64) -> usize {
    num::int(value).and_then(|n| usize::try_from(n).ok()).unwrap_or(0)
}

fn take_out(rows: &mut Vec<u32>, row: u32) {
    if let Ok(at) = rows.binary_search(&row) {
        rows.remove(at);
    }
}

fn put_in(rows: &mut Vec<u32>, row: u32) {
    if let Err(at) = rows.binary_search(&row) {
        rows.insert(at, row);
    }
}
