//! The rows of a table, read in chunks on all cores.

use super::names::UniqueNames;
use super::{FIXED, LEFT, WITHIN};
use crate::adjudication::status::AnswerBasis;
use crate::error::DeskError;
use crate::evaluation::{corrections, evaluate};
use crate::index::report_row::ReportRow;
use crate::parallel::{CHUNK, in_parts};
use crate::store::DeskStore;
use baqylau_forms::ByIdentity;
use baqylau_forms::definition::{Item, Kind};
use baqylau_forms::fill::append_literal;
use baqylau_forms::form::Form;
use baqylau_report::answers::AnswerCell;
use baqylau_report::{AnswerTree, Correction, Report};
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::sync::Arc;

/// A table: its columns are those of every version of the checklist. Its own columns keep their names; a question that is called like
/// one of them, or like another question but for the case of letters, gets another.
pub(super) struct ExportSheet {
    /// The versions that were published, and those that reports were filled in under.
    pub forms: Vec<Arc<Form>>,
    /// The repeat whose rows are the table's; `None` where reports are.
    pub repeat: Option<String>,
    /// The names of the questions.
    pub questions: Vec<String>,
    /// The names of their columns.
    pub columns: Vec<String>,
    /// The names that are taken.
    pub taken: UniqueNames,
    /// Where the questions stand in each version.
    nodes: HashMap<ByIdentity<Form>, Vec<Option<u32>>>,
}

impl ExportSheet {
    /// Of the questions outside of repeats, or of those of one.
    pub fn of(versions: &[Arc<Form>], rows: &[&ReportRow], repeat: Option<&str>) -> Self {
        let filled = filled(rows);
        let forms = forms(versions, &filled);
        let questions = names(&forms, |form, item, at| item.kind.has_answers() && holder(form, at) == repeat);
        let nodes = |form: &Arc<Form>| questions.iter().map(|name| node(form, name, repeat)).collect();
        let nodes = forms.iter().chain(&filled).map(|form| (ByIdentity::of(form), nodes(form))).collect();
        let mut taken = UniqueNames::of(fixed(repeat));
        let columns = questions.iter().map(|name| taken.claim(name)).collect();
        Self { forms, repeat: repeat.map(str::to_owned), questions, columns, taken, nodes }
    }

    /// Where a question of the table stands in a version: one of the same name that another holds is another question.
    pub fn node(&self, form: &Form, question: &str) -> Option<u32> {
        node(form, question, self.repeat.as_deref())
    }

    /// The names of the columns that are no questions.
    pub fn fixed(&self) -> &'static [&'static str] {
        fixed(self.repeat.as_deref())
    }

    /// Writes the answers of a row.
    fn write(&self, form: &Arc<Form>, tree: &AnswerTree, text: &mut String, to: &mut impl CellSink) {
        let nodes = self.nodes.get(&ByIdentity::of(form)).map_or(&[][..], Vec::as_slice);
        for node in nodes {
            text.clear();
            if let Some((node, AnswerCell::Answer(answer))) = node.and_then(|node| Some((node, tree.cells.get(&node)?)))
            {
                append_literal(form, node, answer, text);
            }
            to.cell(text);
        }
    }

    /// The names of the columns.
    pub fn heads(&self) -> Vec<String> {
        let own = self.fixed().iter().filter(|name| **name != LEFT).map(|name| (*name).to_owned());
        let left = self.repeat.is_none().then(|| LEFT.to_owned());
        own.chain(self.columns.iter().cloned()).chain(left).collect()
    }
}

/// The name of the repeat that holds an item.
fn holder(form: &Form, at: u32) -> Option<&str> {
    form.holder(at).map(|holder| form.definition().items[holder as usize].name.as_str())
}

fn node(form: &Form, question: &str, repeat: Option<&str>) -> Option<u32> {
    form.find(question).filter(|at| holder(form, *at) == repeat)
}

fn fixed(repeat: Option<&str>) -> &'static [&'static str] {
    if repeat.is_some() { &WITHIN } else { &FIXED }
}

/// Each version once: the columns are the same whichever reports there are.
fn forms(versions: &[Arc<Form>], filled: &[Arc<Form>]) -> Vec<Arc<Form>> {
    let mut all: Vec<Arc<Form>> = Vec::new();
    for form in versions.iter().chain(filled) {
        if all.iter().all(|known| known.definition() != form.definition()) {
            all.push(form.clone());
        }
    }
    all
}

/// The forms of reports, in the order of the log.
fn filled(rows: &[&ReportRow]) -> Vec<Arc<Form>> {
    let mut seen = HashSet::new();
    let all = rows.iter().filter_map(|l| l.summary.meta.form.clone());
    all.filter(|form| seen.insert(ByIdentity::of(form))).collect()
}

/// The repeats of every version of a checklist, by name.
pub(super) fn repeats(versions: &[Arc<Form>], rows: &[&ReportRow]) -> Vec<String> {
    names(&forms(versions, &filled(rows)), |_, item, _| matches!(item.kind, Kind::Repeat { .. }))
}

/// Names of items, each once, in the order of the checklists: another version may have them elsewhere, or others.
fn names(forms: &[Arc<Form>], wanted: impl Fn(&Form, &Item, u32) -> bool) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for form in forms {
        for (item, at) in form.definition().items.iter().zip(0u32..) {
            if wanted(form, item, at) && !out.contains(&item.name) {
                out.push(item.name.clone());
            }
        }
    }
    out
}

/// A report with its answers.
struct ReadReport<'l> {
    row: &'l ReportRow,
    form: Arc<Form>,
    report: Report,
    tree: AnswerTree,
}

/// Takes cells from left to right, row by row, on whichever core the rows are written.
pub(super) trait CellSink: Default + Send {
    /// The next cell of a row.
    fn cell(&mut self, text: &str);
    /// The end of a row.
    fn end(&mut self);
}

/// Reads rows.
pub(super) struct RowReader<'r> {
    pub store: &'r DeskStore,
    pub sheet: &'r ExportSheet,
    pub rows: &'r [&'r ReportRow],
    pub answers: AnswerBasis,
}

impl RowReader<'_> {
    /// A row a report, or a row of its repeat. What `take` refuses ends the reading.
    pub fn each<C: CellSink>(&self, take: impl FnMut(C) -> Result<(), DeskError>) -> Result<(), DeskError> {
        match &self.sheet.repeat {
            None => self.parts(take, record),
            Some(repeat) => self.parts(take, |sheet, read, text, to| within(sheet, read, repeat, text, to)),
        }
    }

    fn parts<C: CellSink>(
        &self,
        mut take: impl FnMut(C) -> Result<(), DeskError>,
        write: impl Fn(&ExportSheet, &ReadReport, &mut String, &mut C) + Sync,
    ) -> Result<(), DeskError> {
        let (sheet, answers) = (self.sheet, self.answers);
        let work = |part: &[(&ReportRow, Vec<u8>)]| {
            let (mut cells, mut text) = (C::default(), String::new());
            for (line, bytes) in part {
                write(sheet, &read(line, bytes, answers)?, &mut text, &mut cells);
            }
            Ok::<C, DeskError>(cells)
        };
        let mut chunks = self.rows.chunks(CHUNK).map(|chunk| self.envelopes(chunk));
        let mut jobs = chunks.next().transpose()?;
        let mut done = Vec::new();
        // While the cores write a chunk, the one before is taken and the one after is read.
        while let Some(chunk) = jobs {
            let (written, next) = in_parts(&chunk, work, || {
                done.drain(..).try_for_each(|cells: Result<C, DeskError>| take(cells?))?;
                chunks.next().transpose()
            });
            (done, jobs) = (written, next?);
        }
        done.into_iter().try_for_each(|cells| take(cells?))
    }

    fn envelopes<'l>(&self, rows: &[&'l ReportRow]) -> Result<Vec<(&'l ReportRow, Vec<u8>)>, DeskError> {
        let places: Vec<u64> = rows.iter().map(|l| l.summary.meta.index).collect();
        let read = self.store.plain_at(&places)?.into_iter();
        let line = |index: u64| rows.binary_search_by_key(&index, |l| l.summary.meta.index).ok().map(|at| rows[at]);
        Ok(read.filter_map(|(index, bytes)| Some((line(index)?, bytes))).collect())
    }
}

/// What a report says: from its bytes, which were evaluated when they came; evaluated again where a desk corrected it.
fn read<'l>(row: &'l ReportRow, bytes: &[u8], answers: AnswerBasis) -> Result<ReadReport<'l>, DeskError> {
    let failed =
        |e: &dyn std::fmt::Display| DeskError::ReportUnfit { report: row.summary.meta.hash, detail: e.to_string() };
    let form = row.summary.meta.form.clone().ok_or_else(|| failed(&"its checklist is not known"))?;
    let report = Report::decode_again(bytes).map_err(|e| failed(&e))?;
    let corrections: Vec<&Correction> = row.corrections.iter().map(|(c, _)| &c.what).collect();
    let tree = if corrections.is_empty() || answers == AnswerBasis::Raw {
        AnswerTree::decode(&form, &report.answers).map_err(|e| failed(&e))?
    } else {
        let filling = evaluate(&report, form.clone()).map_err(|_| failed(&"its answers do not fit its checklist"))?;
        AnswerTree::of(&corrections::all(&filling, corrections.into_iter()).0)
    };
    Ok(ReadReport { row, form, report, tree })
}

fn record(sheet: &ExportSheet, read: &ReadReport, text: &mut String, to: &mut impl CellSink) {
    let ReadReport { row: line, report, .. } = read;
    let mut shown = |what: &dyn std::fmt::Display, to: &mut _| shown(what, text, to);
    shown(&report.id, to);
    shown(&line.summary.meta.hash, to);
    to.cell(&report.visit.code);
    to.cell(line.team().unwrap_or_default());
    to.cell(report.visit.place.as_deref().unwrap_or_default());
    shown(&line.summary.meta.index, to);
    to.cell(line.status.name());
    to.cell(internal_mark(line));
    sheet.write(&read.form, &read.tree, text, to);
    let left = report.left.iter().flatten();
    to.cell(&left.map(|l| format!("{}: {}", l.name, l.text)).collect::<Vec<_>>().join("; "));
    to.end();
}

/// Whether its words stay at the desk.
fn internal_mark(row: &ReportRow) -> &'static str {
    if row.internal { "1" } else { "0" }
}

fn within(sheet: &ExportSheet, read: &ReadReport, repeat: &str, text: &mut String, to: &mut impl CellSink) {
    if let Some(node) = read.form.find(repeat) {
        rows_of(&read.tree, node, &mut Vec::new(), &mut |path, row| {
            let number = path.iter().map(|n| (n + 1).to_string()).collect::<Vec<_>>().join(".");
            shown(&read.report.id, text, to);
            to.cell(&number);
            to.cell(read.row.status.name());
            to.cell(internal_mark(read.row));
            sheet.write(&read.form, row, text, to);
            to.end();
        });
    }
}

/// A cell of what shows itself as text.
fn shown(what: &dyn std::fmt::Display, text: &mut String, to: &mut impl CellSink) {
    text.clear();
    // Writing to memory does not fail.
    let _ = write!(text, "{what}");
    to.cell(text);
}

/// The rows of a repeat, however deep, with their positions.
fn rows_of(tree: &AnswerTree, repeat: u32, path: &mut Vec<usize>, found: &mut impl FnMut(&[usize], &AnswerTree)) {
    for (node, cell) in &tree.cells {
        let AnswerCell::Rows(rows) = cell else { continue };
        for (at, row) in rows.iter().enumerate() {
            path.push(at);
            if *node == repeat {
                found(path, row);
            } else {
                rows_of(row, repeat, path, found);
            }
            path.pop();
        }
    }
}
