//! Answers as tables: one CSV a checklist with a row a report, and one a repeat with a row a row; what their columns mean, for people, R
//! and SPSS; a workbook.

mod labels;
mod workbook;

use crate::error::DeskError;
use crate::folder::Desk;
use crate::status::{Known, Picture};
use baqylau_forms::definition::{Item, Kind};
use baqylau_forms::fill::{Mutation, write_literal};
use baqylau_forms::form::Form;
use baqylau_protocol::certificate::Role;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

/// The reports of one checklist.
type Reports<'k> = [(&'k Known, Arc<Form>)];

/// What stands before the answers of a report.
const FIXED: [&str; 5] = ["report", "visit", "place", "received_index", "status"];

impl Known {
    fn form(&self) -> Option<Arc<Form>> {
        self.filling.as_ref().map(|f| f.form().clone())
    }

    /// The answers that are shown, by question and in the notation of answer files; rows of repeats are not among them.
    #[must_use]
    pub fn answers(&self) -> Vec<(String, String)> {
        let Some(form) = self.form() else { return Vec::new() };
        let names = columns(&[(self, form.clone())], None).into_iter();
        names
            .map(|name| (cell(self, &form, &name, &[]), name))
            .filter(|(c, _)| !c.is_empty())
            .map(|(c, n)| (n, c))
            .collect()
    }
}

impl Desk {
    /// Writes `<checklist>.csv` for every checklist, `<checklist>.<repeat>.csv` for every repeat, and `people.csv` into a folder. Reports that do not count are there too, with
    /// their status.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn export(&self, picture: &Picture, folder: &Path) -> Result<usize, DeskError> {
        std::fs::create_dir_all(folder).map_err(|e| DeskError::file(folder, e))?;
        let mut by_form: BTreeMap<String, Vec<(&Known, Arc<Form>)>> = BTreeMap::new();
        for known in &picture.reports {
            if let Some(form) = known.form() {
                by_form.entry(form.definition().id.clone()).or_default().push((known, form));
            }
        }
        let mut rows = 0;
        for (id, reports) in by_form {
            let path = folder.join(format!("{id}.csv"));
            let file = std::fs::File::create(&path).map_err(|e| DeskError::file(&path, e))?;
            rows += write_reports(file, &reports).map_err(|e| DeskError::file(&path, e))?;
            write_labels(folder, &id, &reports)?;
            for repeat in repeats(&reports) {
                let path = folder.join(format!("{id}.{repeat}.csv"));
                write_rows(&path, &reports, &repeat).map_err(|e| DeskError::file(&path, e))?;
            }
        }
        let path = folder.join("people.csv");
        self.write_people(&path)?;
        Ok(rows)
    }

    /// The table of one checklist, as `<checklist>.csv` has it, of the reports that a page shows.
    ///
    /// # Errors
    /// A cell cannot be written.
    pub fn table(&self, picture: &Picture, checklist: &str, wanted: &HashSet<u64>) -> Result<Vec<u8>, DeskError> {
        let mut bytes = Vec::new();
        let written = write_reports(&mut bytes, &of_checklist(picture, checklist, wanted));
        written.map_err(|e| DeskError::Unknown(format!("{checklist}: {e}")))?;
        Ok(bytes)
    }

    /// The same as a workbook (Office Open XML, ISO/IEC 29500), with a codebook in a language.
    ///
    /// # Errors
    /// A cell cannot be written: a text is longer than 32,767 characters, or there are more than 1,048,575 reports.
    pub fn workbook(
        &self,
        picture: &Picture,
        checklist: &str,
        wanted: &HashSet<u64>,
        language: usize,
    ) -> Result<Vec<u8>, DeskError> {
        let made = workbook::workbook(&of_checklist(picture, checklist, wanted), language);
        made.map_err(|e| DeskError::Unknown(format!("{checklist}: {e}")))
    }

    fn write_people(&self, path: &Path) -> Result<(), DeskError> {
        let register: BTreeMap<_, _> = self.store.register()?.into_iter().collect();
        let roster = self.roster()?.map(|(r, _)| r);
        let failed = |e: csv::Error| DeskError::file(path, e);
        let mut out = csv::Writer::from_path(path).map_err(failed)?;
        out.write_record(["subject", "role", "team", "standing"]).map_err(failed)?;
        for device in self.store.devices()?.iter().filter(|d| d.role == Role::Observer) {
            let person = register.get(&device.subject);
            let standing =
                roster.as_ref().and_then(|r| r.find(device.device)).map(|e| format!("{:?}", e.standing).to_lowercase());
            let cell = |f: fn(&crate::source::Person) -> &String| person.map(f).cloned().unwrap_or_default();
            let record =
                [device.subject.to_string(), cell(|p| &p.role), cell(|p| &p.team), standing.unwrap_or_default()];
            out.write_record(record).map_err(failed)?;
        }
        out.flush().map_err(|e| DeskError::file(path, e))
    }
}

/// One row a report; the columns are those of every version of the checklist.
fn write_reports(to: impl std::io::Write, reports: &Reports) -> Result<usize, csv::Error> {
    let columns = columns(reports, None);
    let mut out = csv::Writer::from_writer(to);
    out.write_record(heads(&columns))?;
    for (known, form) in reports {
        out.write_record(record(known, form, &columns).into_iter().map(harmless))?;
    }
    out.flush()?;
    Ok(reports.len())
}

/// What the table's columns mean, and scripts that read it.
fn write_labels(folder: &Path, id: &str, reports: &Reports) -> Result<(), DeskError> {
    let names = columns(reports, None);
    let columns = labels::columns(reports, &names, 0);
    let path = folder.join(format!("{id}.codebook.csv"));
    let failed = |e: csv::Error| DeskError::file(&path, e);
    let mut out = csv::Writer::from_path(&path).map_err(failed)?;
    labels::codebook(&columns).into_iter().try_for_each(|row| out.write_record(row.map(harmless))).map_err(failed)?;
    out.flush().map_err(|e| DeskError::file(&path, e))?;
    for (end, text) in [("R", labels::r(id, &columns)), ("sps", labels::sps(id, &heads(&names), &columns))] {
        let path = folder.join(format!("{id}.{end}"));
        std::fs::write(&path, text).map_err(|e| DeskError::file(&path, e))?;
    }
    Ok(())
}

fn of_checklist<'p>(picture: &'p Picture, checklist: &str, wanted: &HashSet<u64>) -> Vec<(&'p Known, Arc<Form>)> {
    let shown = picture.reports.iter().filter(|k| wanted.contains(&k.envelope.index));
    let of_form = |k| {
        let form = Known::form(k)?;
        (form.definition().id == checklist).then_some((k, form))
    };
    shown.filter_map(of_form).collect()
}

/// The names of a table's columns.
fn heads(columns: &[String]) -> Vec<String> {
    FIXED.into_iter().map(str::to_owned).chain(columns.iter().cloned()).chain(["no_place_for".to_owned()]).collect()
}

/// A report as a row.
fn record(known: &Known, form: &Form, columns: &[String]) -> Vec<String> {
    let report = known.report.as_ref();
    let (id, code) = report.map(|r| (r.id.to_string(), r.visit.code.clone())).unwrap_or_default();
    let place = report.and_then(|r| r.visit.place.clone()).unwrap_or_default();
    let mut record = vec![id, code, place, known.envelope.index.to_string(), known.status.name().to_owned()];
    record.extend(columns.iter().map(|name| cell(known, form, name, &[])));
    let left = report.into_iter().flat_map(|r| r.left.iter().flatten());
    record.push(left.map(|l| format!("{}: {}", l.name, l.text)).collect::<Vec<_>>().join("; "));
    record
}

/// One row a row of a repeat, with the report and the positions of the row, counted from 1.
fn write_rows(path: &Path, reports: &Reports, repeat: &str) -> Result<(), csv::Error> {
    let columns = columns(reports, Some(repeat));
    let mut out = csv::Writer::from_path(path)?;
    out.write_record(["report", "row"].into_iter().chain(columns.iter().map(String::as_str)))?;
    for (known, form) in reports {
        let (Some(report), Some(filling), Some(node)) = (&known.report, &known.filling, form.find(repeat)) else {
            continue;
        };
        let rows = filling.snapshot().into_iter().filter_map(|m| match m {
            Mutation::AddRow(saved) if saved.repeat == node => Some(filling.row_path(saved.row)),
            _ => None,
        });
        for place in rows {
            let number = place.iter().map(|n| (n + 1).to_string()).collect::<Vec<_>>().join(".");
            let cells = columns.iter().map(|name| cell(known, form, name, &place));
            out.write_record([report.id.to_string(), number].into_iter().chain(cells.map(harmless)))?;
        }
    }
    out.flush()?;
    Ok(())
}

/// The repeats of every version of a checklist, by name.
fn repeats(reports: &Reports) -> Vec<String> {
    names(reports, |_, item, _| matches!(item.kind, Kind::Repeat { .. }))
}

/// The questions of a repeat, or outside of all, by name: another version of the checklist may have them elsewhere, or others.
fn columns(reports: &Reports, repeat: Option<&str>) -> Vec<String> {
    let holds = |kind: &Kind| !matches!(kind, Kind::Group { .. } | Kind::Repeat { .. } | Kind::Note);
    names(reports, |form, item, at| {
        let holder = form.holder(at).map(|h| form.definition().items[h as usize].name.as_str());
        holds(&item.kind) && holder == repeat
    })
}

/// Names of items, each once, in the order of the checklists.
fn names(reports: &Reports, wanted: impl Fn(&Form, &Item, u32) -> bool) -> Vec<String> {
    let mut seen: HashSet<*const Form> = HashSet::new();
    let mut out: Vec<String> = Vec::new();
    for form in reports.iter().map(|(_, form)| form).filter(|form| seen.insert(Arc::as_ptr(form))) {
        for (item, at) in form.definition().items.iter().zip(0u32..) {
            if wanted(form, item, at) && !out.contains(&item.name) {
                out.push(item.name.clone());
            }
        }
    }
    out
}

fn cell(known: &Known, form: &Form, name: &str, rows: &[u32]) -> String {
    let Some((node, filling)) = form.find(name).zip(known.filling.as_ref()) else { return String::new() };
    let shown = filling.key_at(node, rows).filter(|key| filling.is_shown(*key));
    shown.and_then(|key| filling.answer(key)).map_or_else(String::new, |answer| write_literal(form, node, answer))
}

/// A spreadsheet would compute what begins like a formula: an apostrophe makes it text. Numbers stay numbers.
fn harmless(text: String) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
    if formula { format!("'{text}") } else { text }
}
