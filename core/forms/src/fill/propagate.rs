//! One change, and everything that follows from it.

use super::data::CellKey;
use super::restore::Mutation;
use super::scope::{Mode, RowScope};
use super::view::ViewChange;
use super::{Filling, literal};
use crate::definition::Kind;
use crate::expr::ast::Function;
use crate::expr::{Expr, NodeRef, eval};
use crate::form::{CompiledRule, DefaultValue, Form, RuleKind};
use crate::num;
use crate::value::Answer;

impl Filling {
    /// Stores an answer and queues what reads it.
    pub(super) fn put(&mut self, key: CellKey, answer: Option<Answer>) {
        let cell = self.cell_mut(key);
        cell.answer.clone_from(&answer);
        // A confirmation was for the answer that was there.
        if cell.reason.take().is_some() {
            self.mutations.push(Mutation::Reason(key, None));
        }
        self.mutations.push(Mutation::Answer(key, answer));
        self.mark_value(key.node, key.row);
    }

    /// As [`Filling::put`], for an answer that somebody gave: where a rule would fill it in, it stays until it is cleared.
    pub(super) fn put_by_hand(&mut self, key: CellKey, answer: Option<Answer>) {
        if self.form.nodes[key.node as usize].has_calculation {
            let cell = self.cell_mut(key);
            (cell.by_hand, cell.unfit) = (answer.is_some(), false);
            if answer.is_none() {
                self.queue_own(key, RuleKind::Calculate);
            }
        }
        self.put(key, answer);
    }

    fn queue_own(&mut self, key: CellKey, what: RuleKind) {
        let own = |r: &CompiledRule| r.node == key.node && r.what == what;
        if let Some(rank) = self.form.rules.iter().position(own) {
            self.queue.insert((num::index(rank), key.row));
        }
    }

    /// Queues the rules that read a cell.
    pub(super) fn mark_value(&mut self, node: NodeRef, row: u32) {
        self.touched.insert((node, row));
        let form = self.form.clone();
        let table = form.nodes[node as usize].table;
        for rank in &form.readers[node as usize] {
            let rule = &form.rules[*rank as usize];
            let target = form.nodes[rule.node as usize].table;
            if rule.crosses_rows || (target != 0 && self.common(row, target) == 0) {
                self.everywhere.insert(*rank);
            } else if target == table {
                self.queue.insert((*rank, row));
            } else {
                let rows = self.related(row, target);
                self.queue.extend(rows.into_iter().map(|r| (*rank, r)));
            }
        }
    }

    /// Evaluates what is queued, in order, and says what the shell must draw again.
    pub(super) fn settle(&mut self) -> ViewChange {
        self.run();
        self.report_change()
    }

    fn run(&mut self) {
        self.drain();
        // Rows that went elsewhere may have made room.
        for repeat in self.lacking.clone() {
            self.queue_own(repeat, RuleKind::Count);
        }
        self.drain();
    }

    /// The next rule and row.
    fn next_queued(&mut self) -> Option<(u32, u32)> {
        let first = self.queue.first().map(|queued| queued.0);
        if let Some(rank) = self.everywhere.first().copied().filter(|rank| first.is_none_or(|first| *rank <= first)) {
            self.everywhere.remove(&rank);
            let table = self.form.nodes[self.form.rules[rank as usize].node as usize].table;
            self.queue.extend(self.tables[table].iter().map(|row| (rank, *row)));
        }
        self.queue.pop_first()
    }

    fn drain(&mut self) {
        let form = self.form.clone();
        while let Some((rank, row)) = self.next_queued() {
            if !self.rows[row as usize].used {
                continue;
            }
            let rule = &form.rules[rank as usize];
            self.apply(CellKey { node: rule.node, row }, rule.what, &rule.expr);
        }
    }

    /// Evaluates every rule but those that are left out.
    pub(super) fn evaluate_all(&mut self, leave_out: impl Fn(&Form, &CompiledRule) -> bool) {
        let form = self.form.clone();
        self.show_all(0, 0..num::index(form.nodes.len()));
        for (rank, rule) in form.rules.iter().enumerate() {
            if leave_out(&form, rule) {
                continue;
            }
            let rows = &self.tables[form.nodes[rule.node as usize].table];
            self.queue.extend(rows.iter().map(|row| (num::index(rank), *row)));
        }
        self.run();
        self.recount();
    }

    fn truth(&self, key: CellKey, expr: &Expr) -> Option<bool> {
        eval(expr, &RowScope::new(self, key.row, Some(key.node), Mode::Blank)).truth()
    }

    fn apply(&mut self, key: CellKey, what: RuleKind, expr: &Expr) {
        match what {
            RuleKind::Relevant => {
                let relevant = self.truth(key, expr) == Some(true);
                self.cell_mut(key).relevant = relevant;
                self.refresh_shown(key);
            }
            RuleKind::Calculate => self.calculate(key, expr),
            RuleKind::Count => self.resize(key, expr),
            RuleKind::Required | RuleKind::ReadOnly => {
                let value = self.truth(key, expr) == Some(true);
                let cell = self.cell_mut(key);
                let flag = if what == RuleKind::Required { &mut cell.required } else { &mut cell.read_only };
                if std::mem::replace(flag, value) != value {
                    self.touched.insert((key.node, key.row));
                }
            }
            RuleKind::Constraint => {
                let checked = matches!(self.answer(key), Some(a) if !matches!(a, Answer::Missing(_)));
                let violated = checked && self.truth(key, expr) == Some(false);
                if std::mem::replace(&mut self.cell_mut(key).violated, violated) != violated {
                    self.touched.insert((key.node, key.row));
                }
            }
            RuleKind::Filter => {
                let chosen = self.answer(key).map(choices_of).unwrap_or_default();
                let gone = chosen.into_iter().any(|c| !self.is_offered(key, c));
                self.cell_mut(key).not_offered = gone;
                self.touched.insert((key.node, key.row));
            }
            RuleKind::Label => {
                self.touched.insert((key.node, key.row));
            }
        }
    }

    /// The value of an expression as an answer of the question, and whether there is one that the question cannot hold, as 3.5 for a
    /// whole number.
    pub(super) fn computed(&self, key: CellKey, expr: &Expr) -> (Option<Answer>, bool) {
        let at = RowScope::new(self, key.row, Some(key.node), Mode::Blank);
        let value = eval(expr, &at);
        let answer = literal::from_value(&self.form, key.node, &value);
        let unfit = answer.is_none() && literal::says_something(&value);
        (answer, unfit)
    }

    fn calculate(&mut self, key: CellKey, expr: &Expr) {
        let drawn = |answer: &Option<Answer>| answer.is_some() && self.form.nodes[key.node as usize].draws;
        // What chance gave stays: it is recorded, and nobody could compute it again.
        if self.cell(key).is_some_and(|c| c.by_hand || drawn(&c.answer)) {
            return;
        }
        let (answer, unfit) = self.computed(key, expr);
        if std::mem::replace(&mut self.cell_mut(key).unfit, unfit) != unfit {
            self.touched.insert((key.node, key.row));
        }
        let cell = self.cell_mut(key);
        if cell.answer != answer {
            cell.answer.clone_from(&answer);
            self.mutations.push(Mutation::Answer(key, answer));
            self.mark_value(key.node, key.row);
        }
    }

    pub(super) fn fill_defaults(&mut self, row: u32) {
        let form = self.form.clone();
        for node in &form.tables[self.rows[row as usize].table].columns {
            let key = CellKey { node: *node, row };
            let answer = match (&form.nodes[*node as usize].default, &form.definition.items[*node as usize].kind) {
                (Some(DefaultValue::Literal(text)), _) => literal::read(&form, *node, text).ok(),
                (Some(DefaultValue::Expr(expr)), _) => self.computed(key, expr).0,
                (None, Kind::Start) => Some(Answer::Moment(self.environment.now)),
                (None, Kind::Today) => self.environment.now.date().map(Answer::Date),
                _ => None,
            };
            if answer.is_some() {
                self.cell_mut(key).answer.clone_from(&answer);
                self.mutations.push(Mutation::Answer(key, answer));
            }
        }
    }

    /// Settles who is shown for the items of a row that have no rule of their own yet.
    pub(super) fn show_all(&mut self, row: u32, nodes: std::ops::Range<NodeRef>) {
        let table = self.rows[row as usize].table;
        for node in nodes {
            if self.form.nodes[node as usize].table == table {
                self.touched.insert((node, row));
            }
        }
    }

    /// Shown = relevant, in something shown. Goes down only where it changes.
    fn refresh_shown(&mut self, key: CellKey) {
        let form = self.form.clone();
        let holder = form.definition.items[key.node as usize].parent.map(|node| {
            let row = self.ancestor(key.row, form.nodes[node as usize].table).unwrap_or(0);
            CellKey { node, row }
        });
        let held = holder.is_none_or(|h| self.cell(h).is_some_and(|c| c.shown));
        self.spread_shown(key, held);
    }

    fn spread_shown(&mut self, key: CellKey, held: bool) {
        let cell = self.cell_mut(key);
        let shown = held && cell.relevant;
        if cell.shown == shown {
            return;
        }
        cell.shown = shown;
        let valued = cell.answer.is_some();
        self.restructured = true;
        self.touched.insert((key.node, key.row));
        let form = self.form.clone();
        let node = &form.nodes[key.node as usize];
        // Of a question in a row, whoever adds up the rows looks whether it is asked.
        if valued || node.rows.is_some() || node.table != 0 {
            self.mark_value(key.node, key.row);
        }
        let rows = if node.rows.is_some() { self.rows_of(key) } else { vec![key.row] };
        for row in rows {
            let mut child = key.node + 1;
            while child < node.end {
                self.spread_shown(CellKey { node: child, row }, shown);
                child = form.nodes[child as usize].end;
            }
        }
    }

    /// Whether evaluating a constraint now could differ from when the answer was set.
    pub(super) fn depends_on_time(expr: &Expr) -> bool {
        let mut found = false;
        expr.walk(&mut |e| found |= matches!(e, Expr::Call(Function::Today | Function::Now, _)));
        found
    }
}

pub(super) fn choices_of(answer: &Answer) -> Vec<u32> {
    match answer {
        Answer::One(choice) => vec![*choice],
        Answer::Many(chosen) => chosen.clone(),
        _ => Vec::new(),
    }
}
