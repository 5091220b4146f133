//! What an expression sees from a row.

use super::Filling;
use super::data::CellKey;
use crate::expr::{Environment, NodeRef, Scope, Val, VisitField};
use crate::value::Answer;
use std::sync::Arc;

/// What a blank, hidden or missing answer is to an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The empty text, as in a checklist.
    Blank,
    /// Unknown, as in a figure.
    Unknown,
}

/// A row, with what `.` and the columns of a filter stand for.
pub(super) struct RowScope<'f> {
    filling: &'f Filling,
    row: u32,
    node: Option<NodeRef>,
    mode: Mode,
    /// The choice that a filter looks at.
    choice: Option<u32>,
}

impl<'f> RowScope<'f> {
    pub fn new(filling: &'f Filling, row: u32, node: Option<NodeRef>, mode: Mode) -> Self {
        Self { filling, row, node, mode, choice: None }
    }

    pub fn choice(filling: &'f Filling, key: CellKey, choice: u32) -> Self {
        Self { filling, row: key.row, node: Some(key.node), mode: Mode::Blank, choice: Some(choice) }
    }

    fn nothing<'a>(&self) -> Val<'a> {
        if self.mode == Mode::Unknown { Val::Unknown } else { Val::BLANK }
    }

    /// The value of one cell.
    fn cell(&self, node: NodeRef, row: u32) -> Val<'_> {
        let shown = self.filling.cell(CellKey { node, row }).filter(|c| c.shown);
        match shown.and_then(|c| c.answer.as_ref()) {
            None | Some(Answer::Missing(_)) => self.nothing(),
            Some(Answer::One(choice)) => {
                self.filling.form.choice_name(node, *choice).map_or(Val::BLANK, |n| Val::text(n.as_ref()))
            }
            Some(Answer::Many(chosen)) => {
                let names: Vec<&str> =
                    chosen.iter().filter_map(|c| self.filling.form.choice_name(node, *c)).map(AsRef::as_ref).collect();
                Val::text(names.join(" "))
            }
            Some(answer) => Val::from(answer),
        }
    }
}

impl Scope for RowScope<'_> {
    fn value(&self, node: NodeRef) -> Val<'_> {
        let form = &self.filling.form;
        let at = &form.nodes[node as usize];
        if at.rows.is_some() {
            let holders = self.filling.related(self.row, at.table);
            let shown = holders
                .into_iter()
                .filter(|row| self.filling.cell(CellKey { node, row: *row }).is_some_and(|c| c.shown));
            let rows: usize = shown.map(|row| self.filling.rows_of(CellKey { node, row }).len()).sum();
            return Val::Many(vec![Val::text("row"); rows]);
        }
        if at.table == 0 {
            return self.cell(node, 0);
        }
        if let Some(row) = self.filling.ancestor(self.row, at.table) {
            return self.cell(node, row);
        }
        let rows = self.filling.related(self.row, at.table).into_iter();
        // What is not asked is not there; in a figure it is unknown.
        let there = |row: &u32| self.mode == Mode::Unknown || self.filling.is_shown(CellKey { node, row: *row });
        Val::Many(rows.filter(there).map(|row| self.cell(node, row)).collect())
    }

    fn indexed(&self, node: NodeRef, repeat: NodeRef, row: usize) -> Val<'_> {
        let form = &self.filling.form;
        if !form.inside(node, repeat) || row == 0 {
            return self.nothing();
        }
        let holder = self.filling.related(self.row, form.nodes[repeat as usize].table).first().copied();
        let rows = holder.map(|row| self.filling.rows_of(CellKey { node: repeat, row })).unwrap_or_default();
        rows.get(row - 1).map_or_else(|| self.nothing(), |r| self.cell(node, *r))
    }

    fn position(&self) -> usize {
        let here = &self.filling.rows[self.row as usize];
        let rows =
            self.filling.tables[here.table].iter().filter(|r| self.filling.rows[**r as usize].parent == here.parent);
        rows.take_while(|r| **r != self.row).count() + 1
    }

    fn current(&self) -> Val<'_> {
        self.node.map_or_else(|| self.nothing(), |node| self.cell(node, self.row))
    }

    fn column(&self, name: &str) -> Val<'_> {
        let (Some(node), Some(choice)) = (self.node, self.choice) else { return Val::BLANK };
        let form = &self.filling.form;
        if name == "name" {
            return form.choice_name(node, choice).map_or(Val::BLANK, |n| Val::text(n.as_ref()));
        }
        match form.list(node) {
            Some(list) => {
                let column = list.columns.iter().position(|c| c == name);
                column.map_or(Val::BLANK, |c| Val::text(list.choices[choice as usize].cells[c].as_str()))
            }
            None => form.places.attribute(choice, name).map_or(Val::BLANK, |v| Val::text(v.to_string())),
        }
    }

    fn visit(&self, field: VisitField) -> Val<'_> {
        let facts = &self.filling.facts;
        let text = |t: &str| if t.is_empty() { self.nothing() } else { Val::text(t.to_owned()) };
        match field {
            VisitField::Code => text(&facts.code),
            VisitField::ArrivedAt => facts.arrived_at.map_or_else(|| self.nothing(), Val::Moment),
            VisitField::DepartedAt => facts.departed_at.map_or_else(|| self.nothing(), Val::Moment),
            VisitField::Outcome => Val::text(facts.outcome.name()),
            VisitField::Mode => text(&facts.mode),
            VisitField::Place => {
                let place = facts.place.and_then(|p| self.filling.form.places.get(p));
                place.map_or_else(|| self.nothing(), |p| Val::text(p.code.as_ref()))
            }
        }
    }

    fn place(&self, attribute: &str) -> Val<'_> {
        let value = self.filling.facts.place.and_then(|p| self.filling.form.places.attribute(p, attribute));
        value.filter(|v| !v.is_empty()).map_or_else(|| self.nothing(), |v| Val::text(v.to_string()))
    }

    fn choice_label(&self, node: NodeRef, choice: &str) -> Option<Arc<str>> {
        let number = self.filling.form.choice(node, choice)?;
        Some(self.filling.form.choice_label(node, number, self.filling.environment.language))
    }

    fn environment(&self) -> Environment {
        self.filling.environment
    }
}
