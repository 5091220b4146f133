//! Answers as tables: one CSV a checklist, one row a report.

use crate::error::DeskError;
use crate::folder::Desk;
use crate::status::{Known, Picture};
use baqylau_forms::definition::Kind;
use baqylau_forms::fill::{Key, write_literal};
use baqylau_forms::form::Form;
use baqylau_protocol::certificate::Role;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

impl Desk {
    /// Writes `<checklist>.csv` for every checklist and `people.csv` into a folder. Reports that do not count are there too, with
    /// their status.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn export(&self, picture: &Picture, folder: &Path) -> Result<usize, DeskError> {
        std::fs::create_dir_all(folder).map_err(|e| DeskError::file(folder, e))?;
        let mut by_form: BTreeMap<String, Vec<(&Known, Arc<Form>)>> = BTreeMap::new();
        for known in &picture.reports {
            if let Some(filling) = &known.filling {
                let form = filling.form().clone();
                by_form.entry(form.definition().id.clone()).or_default().push((known, form));
            }
        }
        let mut rows = 0;
        for (id, reports) in by_form {
            let path = folder.join(format!("{id}.csv"));
            rows += write_reports(&path, &reports).map_err(|e| DeskError::file(&path, e))?;
        }
        let path = folder.join("people.csv");
        self.write_people(&path)?;
        Ok(rows)
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

fn write_reports(path: &Path, reports: &[(&Known, Arc<Form>)]) -> Result<usize, csv::Error> {
    let Some((_, form)) = reports.first() else { return Ok(0) };
    let columns = columns(form);
    let mut out = csv::Writer::from_path(path)?;
    let fixed = ["report", "visit", "place", "received_index", "status"];
    out.write_record(fixed.into_iter().chain(columns.iter().map(|c| c.1.as_str())))?;
    for (known, form) in reports {
        let visit = known
            .report
            .as_ref()
            .map(|r| (r.id.to_string(), r.visit.code.clone(), r.visit.place.clone().unwrap_or_default()));
        let (id, code, place) = visit.unwrap_or_default();
        let mut record = vec![id, code, place, known.envelope.index.to_string(), known.status.name().to_owned()];
        for (_, name) in &columns {
            record.push(cell(known, form, name));
        }
        out.write_record(record)?;
    }
    out.flush()?;
    Ok(reports.len())
}

/// Questions outside of repeats, by name: another version of the checklist may have them elsewhere.
fn columns(form: &Form) -> Vec<(u32, String)> {
    let holds = |kind: &Kind| !matches!(kind, Kind::Group { .. } | Kind::Repeat { .. } | Kind::Note);
    let items = form.definition().items.iter().zip(0u32..);
    items
        .filter(|(item, at)| holds(&item.kind) && form.holder(*at).is_none())
        .map(|(item, at)| (at, item.name.clone()))
        .collect()
}

fn cell(known: &Known, form: &Form, name: &str) -> String {
    let Some((node, filling)) = form.find(name).zip(known.filling.as_ref()) else { return String::new() };
    let key = Key { node, row: 0 };
    match filling.answer(key).filter(|_| filling.is_shown(key)) {
        Some(answer) => write_literal(form, node, answer),
        None => String::new(),
    }
}
