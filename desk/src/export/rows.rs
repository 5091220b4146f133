//! The rows of a table, read in chunks on all cores.

use super::FIXED;
use crate::board::Line;
use crate::cores::on_all_cores;
use crate::corrections;
use crate::error::DeskError;
use crate::evaluate::evaluate;
use crate::folder::Desk;
use crate::status::Answers;
use baqylau_forms::definition::{Item, Kind};
use baqylau_forms::fill::write_literal;
use baqylau_forms::form::Form;
use baqylau_report::answers::Cell;
use baqylau_report::{Correction, Report, Tree};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// How many reports are read at once.
const CHUNK: usize = 512;

/// A table: its columns are those of every version of the checklist.
pub(super) struct Sheet {
    /// The versions that reports were filled in under.
    pub forms: Vec<Arc<Form>>,
    /// The names of the questions.
    pub names: Vec<String>,
    /// Where the questions stand in each version.
    nodes: HashMap<usize, Vec<Option<u32>>>,
}

impl Sheet {
    /// Of the questions outside of repeats.
    pub fn of(lines: &[&Line]) -> Self {
        Self::held(lines, None)
    }

    /// Of the questions of a repeat.
    pub fn within(lines: &[&Line], repeat: &str) -> Self {
        Self::held(lines, Some(repeat))
    }

    fn held(lines: &[&Line], repeat: Option<&str>) -> Self {
        let forms = forms(lines);
        let holds = |kind: &Kind| !matches!(kind, Kind::Group { .. } | Kind::Repeat { .. } | Kind::Note);
        let names = names(&forms, |form, item, at| {
            let holder = form.holder(at).map(|h| form.definition().items[h as usize].name.as_str());
            holds(&item.kind) && holder == repeat
        });
        let nodes = |form: &Arc<Form>| names.iter().map(|name| form.find(name)).collect();
        let nodes = forms.iter().map(|form| (Arc::as_ptr(form).addr(), nodes(form))).collect();
        Self { forms, names, nodes }
    }

    /// The cells of a row.
    fn cells(&self, form: &Arc<Form>, tree: &Tree) -> impl Iterator<Item = String> {
        let nodes = self.nodes.get(&Arc::as_ptr(form).addr()).map_or(&[][..], Vec::as_slice);
        nodes.iter().map(move |node| match node.and_then(|node| Some((node, tree.cells.get(&node)?))) {
            Some((node, Cell::Answer(answer))) => write_literal(form, node, answer),
            _ => String::new(),
        })
    }

    /// The names of the columns.
    pub fn heads(&self) -> Vec<String> {
        let fixed = FIXED.into_iter().map(str::to_owned);
        fixed.chain(self.names.iter().cloned()).chain(["no_place_for".to_owned()]).collect()
    }
}

/// Each version once, in the order of the log.
fn forms(lines: &[&Line]) -> Vec<Arc<Form>> {
    let mut seen: HashSet<*const Form> = HashSet::new();
    let all = lines.iter().filter_map(|l| l.form.clone());
    all.filter(|form| seen.insert(Arc::as_ptr(form))).collect()
}

/// The repeats of every version of a checklist, by name.
pub(super) fn repeats(lines: &[&Line]) -> Vec<String> {
    names(&forms(lines), |_, item, _| matches!(item.kind, Kind::Repeat { .. }))
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
struct Read<'l> {
    line: &'l Line,
    form: Arc<Form>,
    report: Report,
    tree: Tree,
}

/// Reads rows.
pub(super) struct Reader<'r> {
    pub desk: &'r Desk,
    pub sheet: &'r Sheet,
    pub lines: &'r [&'r Line],
    pub answers: Answers,
}

/// Takes a row; what it refuses ends the reading.
type Take<'t> = dyn FnMut(Vec<String>) -> Result<(), DeskError> + 't;

impl Reader<'_> {
    /// A row a report.
    pub fn each(&mut self, take: &mut Take) -> Result<(), DeskError> {
        self.chunks(take, |sheet, read| vec![record(sheet, read)])
    }

    /// A row a row of a repeat.
    pub fn each_within(&mut self, repeat: &str, take: &mut Take) -> Result<(), DeskError> {
        self.chunks(take, |sheet, read| within(sheet, read, repeat))
    }

    fn chunks(
        &mut self,
        take: &mut Take,
        rows: impl Fn(&Sheet, &Read) -> Vec<Vec<String>> + Sync,
    ) -> Result<(), DeskError> {
        let (sheet, answers) = (self.sheet, self.answers);
        for chunk in self.lines.chunks(CHUNK) {
            let jobs = self.envelopes(chunk)?;
            let done = on_all_cores(&jobs, |(line, bytes)| {
                read(line, bytes, answers).map_or_else(Vec::new, |read| rows(sheet, &read))
            });
            done.into_iter().flatten().try_for_each(&mut *take)?;
        }
        Ok(())
    }

    fn envelopes<'l>(&self, lines: &[&'l Line]) -> Result<Vec<(&'l Line, Vec<u8>)>, DeskError> {
        let places: Vec<u64> = lines.iter().map(|l| l.index).collect();
        let read = self.desk.store.plain_at(&places)?.into_iter();
        let line = |index: u64| lines.binary_search_by_key(&index, |l| l.index).ok().map(|at| lines[at]);
        Ok(read.filter_map(|(index, bytes)| Some((line(index)?, bytes))).collect())
    }
}

/// What a report says: from its bytes, which were evaluated when they came; evaluated again where a desk corrected it.
fn read<'l>(line: &'l Line, bytes: &[u8], answers: Answers) -> Option<Read<'l>> {
    let form = line.form.clone()?;
    let report = Report::decode(bytes).ok()?;
    let corrections: Vec<&Correction> = line.corrections.iter().map(|(c, _)| &c.what).collect();
    let tree = if corrections.is_empty() || answers == Answers::Raw {
        Tree::decode(&form, &report.answers).ok()?
    } else {
        Tree::of(&corrections::all(&evaluate(&report, form.clone()).ok()?, corrections.into_iter()).0)
    };
    Some(Read { line, form, report, tree })
}

fn record(sheet: &Sheet, read: &Read) -> Vec<String> {
    let Read { line, report, .. } = read;
    let place = report.visit.place.clone().unwrap_or_default();
    let fixed = [
        report.id.to_string(),
        line.hash.to_string(),
        report.visit.code.clone(),
        line.team().unwrap_or_default().to_owned(),
        place,
        line.index.to_string(),
        line.status.name().to_owned(),
    ];
    let mut record = fixed.to_vec();
    record.extend(sheet.cells(&read.form, &read.tree));
    let left = report.left.iter().flatten();
    record.push(left.map(|l| format!("{}: {}", l.name, l.text)).collect::<Vec<_>>().join("; "));
    record
}

fn within(sheet: &Sheet, read: &Read, repeat: &str) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    if let Some(node) = read.form.find(repeat) {
        rows_of(&read.tree, node, &mut Vec::new(), &mut |path, row| {
            let number = path.iter().map(|n| (n + 1).to_string()).collect::<Vec<_>>().join(".");
            let fixed = [read.report.id.to_string(), number].into_iter();
            out.push(fixed.chain(sheet.cells(&read.form, row)).collect());
        });
    }
    out
}

/// The rows of a repeat, however deep, with their positions.
fn rows_of(tree: &Tree, repeat: u32, path: &mut Vec<usize>, found: &mut impl FnMut(&[usize], &Tree)) {
    for (node, cell) in &tree.cells {
        let Cell::Rows(rows) = cell else { continue };
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
