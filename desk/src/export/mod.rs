//! Answers as tables: one a checklist with a row a report, and one a repeat with a row a row; as CSV, workbooks and Parquet; what their
//! columns mean, for people, R and SPSS. Answers are read from the signed bytes; only what a desk corrected is evaluated again.

mod labels;
mod parquet;
mod rows;
mod workbook;

use crate::board::Line;
use crate::error::DeskError;
use crate::folder::Desk;
use crate::source::Source;
use crate::status::{Answers, Known};
use baqylau_forms::definition::Kind;
use baqylau_forms::fill::write_literal;
use baqylau_protocol::certificate::Role;
use rows::{Reader, Sheet};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// What stands before the answers of a report.
const FIXED: [&str; 7] = ["report", "envelope", "visit", "team", "place", "received_index", "status"];

/// A form that tables come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180), UTF-8.
    Csv,
    /// A workbook (Office Open XML, ISO/IEC 29500) with a codebook.
    Xlsx,
    /// Columns with their types and labels (Apache Parquet).
    Parquet,
}

impl Format {
    /// The format of a file's ending.
    #[must_use]
    pub fn of(end: &str) -> Option<Self> {
        match end {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

impl Known {
    /// The answers that are shown, by question and in the notation of answer files; rows of repeats are not among them.
    #[must_use]
    pub fn answers(&self) -> Vec<(String, String)> {
        let Some(filling) = &self.filling else { return Vec::new() };
        let form = filling.form();
        let holds = |kind: &Kind| !matches!(kind, Kind::Group { .. } | Kind::Repeat { .. } | Kind::Note);
        let items = form.definition().items.iter().zip(0u32..);
        let answered = |(item, node): (&baqylau_forms::definition::Item, u32)| {
            let key = filling.key_at(node, &[]).filter(|key| holds(&item.kind) && filling.is_shown(*key))?;
            Some((item.name.clone(), write_literal(form, node, filling.answer(key)?)))
        };
        items.filter_map(answered).filter(|(_, cell)| !cell.is_empty()).collect()
    }
}

impl Desk {
    /// Writes `<checklist>.csv` and `.parquet` for every checklist, `<checklist>.<repeat>.csv` for every repeat, what the columns mean, and
    /// `people.csv` into a folder. Reports that do not count are there too, with their status. Gives how many reports.
    ///
    /// # Errors
    /// The tables of the mission have faults, the database fails, or the disk refuses.
    pub fn export(&self, answers: Answers, folder: &Path) -> Result<usize, DeskError> {
        std::fs::create_dir_all(folder).map_err(|e| DeskError::file(folder, e))?;
        let (source, board) = self.board(None, answers)?;
        let mut written = 0;
        for (at, checklist) in source.checklists.iter().enumerate() {
            let lines: Vec<&Line> = board.lines.iter().filter(|l| l.checklist == Some(at)).collect();
            if lines.is_empty() {
                continue;
            }
            let id = &checklist.id;
            for (end, format) in [("csv", Format::Csv), ("parquet", Format::Parquet)] {
                let path = folder.join(format!("{id}.{end}"));
                let mut file = File::create(&path).map_err(|e| DeskError::file(&path, e))?;
                self.write_table(&source, &lines, (id, 0), answers, format, &mut file)?;
            }
            write_labels(folder, id, &Sheet::of(&lines))?;
            self.write_repeats(folder, id, &lines, answers)?;
            written += lines.len();
        }
        self.write_people(&folder.join("people.csv"))?;
        Ok(written)
    }

    /// The table of one checklist with some reports, in a language.
    ///
    /// # Errors
    /// The database fails, or the target refuses: a workbook takes no text longer than 32,767 characters and no more than 1,048,575 reports.
    pub fn table(
        &self,
        source: &Source,
        lines: &[&Line],
        (checklist, language): (&str, usize),
        answers: Answers,
        format: Format,
    ) -> Result<Vec<u8>, DeskError> {
        let mut bytes = Vec::new();
        self.write_table(source, lines, (checklist, language), answers, format, &mut bytes)?;
        Ok(bytes)
    }

    fn write_table(
        &self,
        source: &Source,
        lines: &[&Line],
        (id, language): (&str, usize),
        answers: Answers,
        format: Format,
        to: &mut (impl Write + Send),
    ) -> Result<(), DeskError> {
        let at = source.checklists.iter().position(|c| c.id == id);
        let lines: Vec<&Line> = lines.iter().copied().filter(|l| l.checklist == at && l.form.is_some()).collect();
        let sheet = Sheet::of(&lines);
        let mut rows = Reader { desk: self, sheet: &sheet, lines: &lines, answers };
        let failed = |e: &dyn std::fmt::Display| DeskError::Unknown(format!("{id}: {e}"));
        match format {
            Format::Csv => {
                let mut out = csv::Writer::from_writer(to);
                out.write_record(sheet.heads()).map_err(|e| failed(&e))?;
                rows.each(&mut |row| out.write_record(row.into_iter().map(harmless)).map_err(|e| failed(&e)))?;
                out.flush().map_err(|e| failed(&e))
            }
            Format::Xlsx => {
                let bytes = workbook::workbook(&mut rows, language)?.map_err(|e| failed(&e))?;
                to.write_all(&bytes).map_err(|e| failed(&e))
            }
            Format::Parquet => parquet::write(&mut rows, id, language, to)?.map_err(|e| failed(&e)),
        }
    }

    /// One table a repeat, a row a row, with the report and the positions of the row, counted from 1.
    fn write_repeats(&self, folder: &Path, id: &str, lines: &[&Line], answers: Answers) -> Result<(), DeskError> {
        for repeat in rows::repeats(lines) {
            let path = folder.join(format!("{id}.{repeat}.csv"));
            let failed = |e: csv::Error| DeskError::file(&path, e);
            let sheet = Sheet::within(lines, &repeat);
            let mut out = csv::Writer::from_path(&path).map_err(failed)?;
            out.write_record(["report", "row"].into_iter().chain(sheet.names.iter().map(String::as_str)))
                .map_err(failed)?;
            let mut rows = Reader { desk: self, sheet: &sheet, lines, answers };
            rows.each_within(&repeat, &mut |row| out.write_record(row.into_iter().map(harmless)).map_err(failed))?;
            out.flush().map_err(|e| DeskError::file(&path, e))?;
        }
        Ok(())
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
            out.write_record(record.map(harmless)).map_err(failed)?;
        }
        out.flush().map_err(|e| DeskError::file(path, e))
    }
}

/// What the table's columns mean, and scripts that read it.
fn write_labels(folder: &Path, id: &str, sheet: &Sheet) -> Result<(), DeskError> {
    let columns = labels::columns(sheet, 0);
    let rows = labels::codebook(&columns).into_iter().map(Vec::from).collect();
    let path = folder.join(format!("{id}.codebook.csv"));
    std::fs::write(&path, csv(rows)?).map_err(|e| DeskError::file(&path, e))?;
    for (end, text) in [("R", labels::r(id, &columns)), ("sps", labels::sps(id, &sheet.heads(), &columns))] {
        let path = folder.join(format!("{id}.{end}"));
        std::fs::write(&path, text).map_err(|e| DeskError::file(&path, e))?;
    }
    Ok(())
}

/// Rows of cells as CSV that no spreadsheet computes.
///
/// # Errors
/// Rows of different lengths.
pub fn csv(rows: Vec<Vec<String>>) -> Result<Vec<u8>, DeskError> {
    let failed = |e: &dyn std::fmt::Display| DeskError::Unknown(format!("a table: {e}"));
    let mut out = csv::Writer::from_writer(Vec::new());
    rows.into_iter().try_for_each(|row| out.write_record(row.into_iter().map(harmless))).map_err(|e| failed(&e))?;
    out.into_inner().map_err(|e| failed(&e))
}

/// A spreadsheet would compute what begins like a formula: an apostrophe makes it text. Numbers stay numbers.
fn harmless(text: String) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
    if formula { format!("'{text}") } else { text }
}
