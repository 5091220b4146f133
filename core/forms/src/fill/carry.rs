//! The answers of a filling under another version of its checklist.

use super::data::CellKey;
use super::restore::changeable;
use super::{Filling, Mutation, SavedRow, literal};
use crate::expr::NodeRef;
use crate::form::Form;
use crate::value::Answer;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Something that another version of the checklist has no place for. Nothing is dropped: it is told.
#[derive(Clone, PartialEq, Eq)]
pub struct Unmapped {
    /// The question's name in the version that was filled.
    pub name: String,
    /// The positions of the rows it was in, outermost first.
    pub rows: Vec<u32>,
    /// The answer as [`super::write_literal`] writes it, or a note.
    pub text: String,
}

crate::redacted_debug! { Unmapped: name, rows }

impl Filling {
    /// Carries the answers to another version: questions by name, choices by name, rows in order. What is computed there is computed
    /// anew. The second value lists what did not fit.
    #[must_use]
    pub fn carry(&self, form: Arc<Form>) -> (Self, Vec<Unmapped>) {
        let mut carrier = Carrier {
            old: self,
            new: Self::empty(form, self.facts.clone(), self.environment),
            rows: BTreeMap::from([(0, 0)]),
            left: Vec::new(),
        };
        self.snapshot().into_iter().for_each(|mutation| carrier.take(mutation));
        let mut new = carrier.new;
        new.evaluate_all(|_, _| false);
        new.mutations.clear();
        (new, carrier.left)
    }
}

struct Carrier<'f> {
    old: &'f Filling,
    new: Filling,
    /// Rows of the old filling that have a place in the new one.
    rows: BTreeMap<u32, u32>,
    left: Vec<Unmapped>,
}

impl Carrier<'_> {
    fn take(&mut self, mutation: Mutation) {
        match mutation {
            Mutation::AddRow(saved) => self.row(saved),
            Mutation::Answer(key, Some(answer)) => self.answer(key, &answer),
            Mutation::Note(key, Some(text)) => self.words(key, text, true),
            Mutation::Reason(key, Some(text)) => self.words(key, text, false),
            _ => {}
        }
    }

    fn row(&mut self, saved: SavedRow) {
        let at = self.key(CellKey { node: saved.repeat, row: saved.parent });
        let Some(repeat) = at.filter(|k| self.new.form.nodes[k.node as usize].rows.is_some()) else { return };
        let row = u32::try_from(self.new.rows.len()).unwrap_or(u32::MAX);
        if self.new.reapply(Mutation::AddRow(SavedRow { row, repeat: repeat.node, parent: repeat.row })) {
            self.rows.insert(saved.row, row);
        }
    }

    fn answer(&mut self, key: CellKey, answer: &Answer) {
        let old_form = &self.old.form;
        let by_hand = self.old.cell(key).is_some_and(|c| c.by_hand);
        let drawn = old_form.nodes[key.node as usize].draws;
        if old_form.computes(key.node) && !by_hand && !drawn {
            return;
        }
        let Some(to) = self.key(key) else { return self.leave(key, literal::write(old_form, key.node, answer)) };
        let drawn_too = drawn && self.new.form.nodes[to.node as usize].draws;
        if self.new.form.computes(to.node) && !drawn_too && !(by_hand && changeable(&self.new.form, to.node)) {
            return self.leave(key, literal::write(old_form, key.node, answer));
        }
        let (fits, gone) = self.convert(key.node, to.node, answer);
        let fits = fits.filter(|a| self.new.reapply(Mutation::Answer(to, Some(a.clone()))));
        if fits.is_none() {
            self.leave(key, literal::write(old_form, key.node, answer));
        } else if !gone.is_empty() {
            self.leave(key, gone.join(" "));
        }
    }

    /// The answer as the other version writes it, and the choices that it does not have.
    fn convert(&self, from: NodeRef, to: NodeRef, answer: &Answer) -> (Option<Answer>, Vec<String>) {
        let (old, new) = (&self.old.form, &self.new.form);
        if let (Answer::Many(chosen), true) = (answer, new.list(to).is_some()) {
            let names = chosen.iter().filter_map(|c| old.choice_name(from, *c)).map(ToString::to_string);
            let (known, gone): (Vec<_>, Vec<_>) = names.partition(|name| new.choice(to, name).is_some());
            return (literal::read(new, to, &known.join(" ")).ok().filter(|_| !known.is_empty()), gone);
        }
        let text = literal::write(old, from, answer);
        let same = std::mem::discriminant(&old.definition.items[from as usize].kind)
            == std::mem::discriminant(&new.definition.items[to as usize].kind);
        let kept = matches!(answer, Answer::Text(_) | Answer::Attachment(_) | Answer::Point(_) | Answer::Moment(_));
        if same && kept {
            return (Some(answer.clone()), Vec::new());
        }
        (literal::read_at(new, to, &text, &crate::Zone::fixed(self.old.environment.now.offset)).ok(), Vec::new())
    }

    fn words(&mut self, key: CellKey, text: String, note: bool) {
        let mutation =
            |to| if note { Mutation::Note(to, Some(text.clone())) } else { Mutation::Reason(to, Some(text.clone())) };
        let taken = self.key(key).is_some_and(|to| self.new.reapply(mutation(to)));
        if !taken {
            self.leave(key, text);
        }
    }

    /// Where a question of the old version is in the new one.
    fn key(&self, key: CellKey) -> Option<CellKey> {
        let (old, new) = (&self.old.form, &self.new.form);
        let node = new.find(&old.definition.items[key.node as usize].name)?;
        let name =
            |form: &Form, node: NodeRef| form.holder(node).map(|h| form.definition.items[h as usize].name.clone());
        let row = *self.rows.get(&key.row)?;
        (name(old, key.node) == name(new, node)).then_some(CellKey { node, row })
    }

    fn leave(&mut self, key: CellKey, text: String) {
        let name = self.old.form.definition.items[key.node as usize].name.clone();
        self.left.push(Unmapped { name, rows: self.old.row_path(key.row), text });
    }
}
