//! What a shell draws: flat rows, in order, in the chosen language.

use super::choices::OfferedChoices;
use super::data::CellKey;
use super::issues::AnswerProblem;
use super::progress::Progress;
use super::{Filling, literal};
use crate::definition::{Kind, Phase};
use crate::expr::NodeRef;
use crate::numeral;
use crate::value::{Answer, Missing};
use std::sync::Arc;

/// A section with its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionView {
    /// Counted from 0, in the order of the checklist; also where sections before it are hidden.
    pub section: usize,
    /// In the chosen language; the checklist's title where the section has none.
    pub title: Arc<str>,
    /// When it is filled.
    pub phase: Option<Phase>,
    /// Whether anything is shown in it.
    pub shown: bool,
    /// How much is answered.
    pub progress: Progress,
    /// In order; empty in an overview.
    pub rows: Vec<QuestionView>,
}

/// One row: a question, a note, or the head of a group or repeat.
#[derive(Clone, PartialEq, Eq)]
pub struct QuestionView {
    /// Names the row in every call, as long as the draft is of this version of the checklist.
    pub key: CellKey,
    /// As in tables and exports.
    pub name: String,
    /// Decides which answers are taken.
    pub kind: Kind,
    /// The printed number.
    pub number: String,
    /// The question.
    pub label: Arc<str>,
    /// How to answer it.
    pub hint: Arc<str>,
    /// The answer.
    pub answer: Option<Answer>,
    /// The answer in words.
    pub answer_text: String,
    /// Those that the choice filter leaves.
    pub choices: OfferedChoices,
    /// The missing values on offer.
    pub missing: Vec<Missing>,
    /// Whether it must be answered.
    pub required: bool,
    /// Whether it can be changed.
    pub read_only: bool,
    /// Empty where nothing is wrong.
    pub issues: Vec<AnswerProblem>,
    /// The observer's note.
    pub note: Option<String>,
    /// A hint how to draw it.
    pub appearance: String,
    /// How deep it stands in groups and repeats.
    pub depth: usize,
    /// How many rows it has, for the head of a repeat.
    pub rows: usize,
}

crate::redacted_debug! { QuestionView: key, name, kind, issues, rows }

/// The difference that a change made to the open section, to be drawn upon what was drawn before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ViewChange {
    /// Counts the changes.
    pub revision: u64,
    /// Rows of the open section that differ or are new.
    pub changed: Vec<QuestionView>,
    /// Rows that are gone.
    pub removed: Vec<CellKey>,
    /// The rows in order, when rows came or went.
    pub order: Option<Vec<CellKey>>,
    /// Of the whole checklist.
    pub progress: Progress,
    /// The sections that may differ, without rows: what they count and whether they are shown. Every other is as it was.
    pub sections: Vec<SectionView>,
}

impl Filling {
    /// The sections, without rows.
    #[must_use]
    pub fn sections(&self) -> Vec<SectionView> {
        (0..self.form.sections.len()).map(|at| self.section_head(at)).collect()
    }

    /// Opens a section: its rows, and from now on changes speak of it.
    pub fn open_section(&mut self, section: usize) -> Option<SectionView> {
        if section >= self.form.sections.len() {
            return None;
        }
        self.open = Some(section);
        let keys = self.keys_of(section);
        for node in self.form.sections[section].first..self.form.sections[section].end {
            for row in self.tables[self.form.nodes[node as usize].table].clone() {
                self.cell_mut(CellKey { node, row }).in_view = false;
            }
        }
        keys.iter().for_each(|k| self.cell_mut(*k).in_view = true);
        let rows = keys.into_iter().map(|k| self.question(k)).collect();
        Some(SectionView { rows, ..self.section_head(section) })
    }

    fn section_head(&self, at: usize) -> SectionView {
        let section = &self.form.sections[at];
        let definition = &self.form.definition;
        let group = section.group.map(|g| &definition.items[g as usize]);
        let language = self.environment.language;
        let phase = match group.map(|g| &g.kind) {
            Some(Kind::Group { phase }) => *phase,
            _ => None,
        };
        SectionView {
            section: at,
            title: group.map_or_else(|| definition.title.get(language), |g| g.label.get(language)),
            phase,
            // Values behind the scenes, as `start`, make no page.
            shown: match section.group {
                Some(node) => self.is_shown(CellKey { node, row: 0 }),
                None => (section.first..section.end).any(|node| self.is_row(node)),
            },
            progress: self.progress[at],
            rows: Vec::new(),
        }
    }

    /// Keys of the rows of every section that are shown, in order.
    #[must_use]
    pub fn shown_keys(&self) -> Vec<CellKey> {
        (0..self.form.sections.len()).flat_map(|s| self.keys_of(s)).collect()
    }

    /// The section in which a question stands; nothing where it is not drawn now.
    #[must_use]
    pub fn section_of(&self, key: CellKey) -> Option<usize> {
        let drawn = self.is_shown(key) && self.is_row(key.node);
        drawn.then(|| self.form.nodes[key.node as usize].section)
    }

    pub(super) fn keys_of(&self, section: usize) -> Vec<CellKey> {
        let mut out = Vec::new();
        let s = &self.form.sections[section];
        self.collect_keys(s.first, s.end, 0, &mut out);
        out
    }

    fn collect_keys(&self, first: NodeRef, end: NodeRef, row: u32, out: &mut Vec<CellKey>) {
        let mut at = first;
        while at < end {
            let key = CellKey { node: at, row };
            let node = &self.form.nodes[at as usize];
            let shown = self.cell(key).is_some_and(|c| c.shown);
            if shown && self.is_row(at) {
                out.push(key);
            }
            if shown && node.rows.is_some() {
                for row in self.rows_of(key) {
                    self.collect_keys(at + 1, node.end, row, out);
                }
                at = node.end;
            } else if shown {
                at += 1;
            } else {
                at = node.end;
            }
        }
    }

    /// Whether an item is drawn as a row: sections are pages, values behind the scenes are not drawn.
    pub(super) fn is_row(&self, node: NodeRef) -> bool {
        let item = &self.form.definition.items[node as usize];
        match item.kind {
            Kind::Calculate | Kind::Hidden | Kind::Start | Kind::End | Kind::Today => false,
            Kind::Group { .. } => item.parent.is_some() && !item.label.is_empty(),
            _ => true,
        }
    }

    /// One row of the view.
    #[must_use]
    pub fn question(&self, key: CellKey) -> QuestionView {
        let item = &self.form.definition.items[key.node as usize];
        let cell = self.cell(key);
        let language = self.environment.language;
        let answer = cell.and_then(|c| c.answer.clone());
        let depth = std::iter::successors(item.parent, |p| self.form.definition.items[*p as usize].parent).count();
        QuestionView {
            key,
            name: item.name.clone(),
            kind: item.kind.clone(),
            number: item.number.clone(),
            label: self.fill_in(&item.label.get(language), key),
            hint: self.fill_in(&item.hint.get(language), key),
            answer_text: answer.as_ref().map(|a| self.text_of(key, a)).unwrap_or_default(),
            answer,
            choices: self.choices_inline(key),
            missing: item.missing.clone(),
            required: cell.is_some_and(|c| c.required),
            read_only: cell.is_some_and(|c| c.read_only),
            issues: self.issues_of(key),
            note: cell.and_then(|c| c.note.as_deref().map(str::to_owned)),
            appearance: item.appearance.clone(),
            depth: depth.saturating_sub(1),
            rows: self.rows_of(key).len(),
        }
    }

    /// In words. A decimal that can be edited is read back from them; where a comma might stand before thousands (`12,345`) it is written
    /// with a point.
    fn text_of(&self, key: CellKey, answer: &Answer) -> String {
        match answer {
            Answer::Decimal(d) if self.editable(key).is_ok() => {
                let words = self.words(key, answer);
                if numeral::decimal(&words) == Ok(*d) { words } else { d.to_string() }
            }
            other => self.words(key, other),
        }
    }

    fn words(&self, key: CellKey, answer: &Answer) -> String {
        literal::describe(&self.form, key.node, answer, self.environment.language)
    }

    /// A label with the values of the questions that it names.
    fn fill_in(&self, label: &Arc<str>, key: CellKey) -> Arc<str> {
        if self.form.nodes[key.node as usize].label_refs.is_empty() {
            return label.clone();
        }
        let mut out = String::new();
        for (at, part) in label.split("${").enumerate() {
            let (value, rest) = match part.split_once('}') {
                Some((name, rest)) if at > 0 => (self.named_words(name.trim(), key.row), rest),
                _ => (String::new(), part),
            };
            out.push_str(&value);
            out.push_str(rest);
        }
        out.into()
    }

    fn named_words(&self, name: &str, row: u32) -> String {
        let Some(node) = self.form.find(name) else { return String::new() };
        let row = self.related(row, self.form.nodes[node as usize].table).first().copied().unwrap_or(0);
        let key = CellKey { node, row };
        let answer = self.cell(key).filter(|c| c.shown).and_then(|c| c.answer.as_ref());
        answer.map(|a| self.words(key, a)).unwrap_or_default()
    }

    /// Turns touched cells into rows that came, went or differ, and counts them.
    pub(super) fn report_change(&mut self) -> ViewChange {
        self.revision += 1;
        let mut change = ViewChange { revision: self.revision, ..ViewChange::default() };
        for (node, row) in std::mem::take(&mut self.touched) {
            let key = CellKey { node, row };
            self.recounted.insert(self.form.nodes[node as usize].section);
            if self.rows[row as usize].used {
                self.count(key);
            }
            if self.open != Some(self.form.nodes[node as usize].section) {
                continue;
            }
            let visible = self.rows[row as usize].used && self.is_row(node) && self.cell(key).is_some_and(|c| c.shown);
            let was = std::mem::replace(&mut self.cell_mut(key).in_view, visible);
            match (was, visible) {
                (_, true) => change.changed.push(self.question(key)),
                (true, false) => change.removed.push(key),
                (false, false) => {}
            }
        }
        if std::mem::take(&mut self.restructured) {
            change.order = self.open.map(|s| self.keys_of(s));
        }
        change.sections = std::mem::take(&mut self.recounted).into_iter().map(|at| self.section_head(at)).collect();
        change.progress = self.progress();
        change
    }
}
