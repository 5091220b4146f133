//! The tables of some reports: which there are, what they are called, and one of them in a format.

use super::csv::{CsvWriter, csv};
use super::names::UniqueNames;
use super::rows::{ExportSheet, RowReader, repeats};
use super::{Exports, Format, parquet, workbook};
use crate::adjudication::status::AnswerBasis;
use crate::error::DeskError;
use crate::faults::NotHere;
use crate::index::report_row::ReportRow;
use crate::tables::MissionTables;
use baqylau_forms::Form;
use std::sync::Arc;

/// A table: the reports of a checklist, or the rows of a repeat in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportTable {
    /// What its files are called before their endings: `voting`, `voting.party`; with `@2` behind it where another file has the name.
    pub stem: String,
    /// The checklist, as a position in [`MissionTables::checklists`].
    pub checklist: usize,
    /// The repeat.
    pub repeat: Option<String>,
}

/// The files of a table.
const ENDINGS: [&str; 6] = ["csv", "parquet", "codebook.csv", "R", "sps", "spss.csv"];

/// The tables of some reports: those of every checklist, then those of their repeats.
#[must_use]
pub fn export_tables(tables: &MissionTables, rows: &[&ReportRow]) -> Vec<ExportTable> {
    let files = |stem: &str| ENDINGS.map(|end| format!("{stem}.{end}")).to_vec();
    let mut names = UniqueNames::of(&["people.csv"]);
    let mut named = |checklist: usize, repeat: Option<String>| {
        let id = &tables.checklists[checklist].id;
        let stem = repeat.as_ref().map_or_else(|| id.clone(), |repeat| format!("{id}.{repeat}"));
        // A name of a file, wherever it comes to lie.
        let stem = stem.replace(|c: char| !c.is_alphanumeric() && !"._-".contains(c), "_");
        ExportTable { stem: names.claim_as(&stem, files), checklist, repeat }
    };
    let mut all: Vec<ExportTable> = (0..tables.checklists.len()).map(|at| named(at, None)).collect();
    for at in 0..tables.checklists.len() {
        let current: Vec<_> = tables.forms.get(&tables.checklists[at].id).cloned().into_iter().collect();
        all.extend(repeats(&current, &of(rows, at)).into_iter().map(|repeat| named(at, Some(repeat))));
    }
    all
}

/// The readable reports of a checklist.
pub(super) fn of<'l>(rows: &[&'l ReportRow], checklist: usize) -> Vec<&'l ReportRow> {
    rows.iter().copied().filter(|l| l.summary.checklist == Some(checklist) && l.summary.meta.form.is_some()).collect()
}

impl Exports<'_> {
    /// One table of some reports, by the [`ExportTable::stem`] of it, in a language; a workbook of a checklist has a sheet for each of its
    /// repeats.
    ///
    /// # Errors
    /// There is none of this name; the database fails; or the target refuses: a workbook takes no more than 1,048,575 rows a sheet.
    pub fn table(
        &self,
        tables: &MissionTables,
        rows: &[&ReportRow],
        (stem, language): (&str, usize),
        answers: AnswerBasis,
        format: Format,
    ) -> Result<Vec<u8>, DeskError> {
        let named = export_tables(tables, rows).into_iter().find(|t| t.stem == stem);
        let named = named.ok_or_else(|| NotHere::Table { table: stem.to_owned() })?;
        let versions = self.versions(tables, named.checklist)?;
        self.written(&versions, rows, &named, language, answers, format)
    }

    pub(super) fn written(
        &self,
        versions: &[Arc<Form>],
        rows: &[&ReportRow],
        named: &ExportTable,
        language: usize,
        answers: AnswerBasis,
        format: Format,
    ) -> Result<Vec<u8>, DeskError> {
        let (stem, lines) = (&named.stem, of(rows, named.checklist));
        let sheet = ExportSheet::of(versions, &lines, named.repeat.as_deref());
        let rows = RowReader { store: self.known.store, sheet: &sheet, rows: &lines, answers };
        match format {
            Format::Csv => {
                let mut bytes = csv(vec![sheet.heads()])?;
                rows.each(|lines: CsvWriter| lines.write_to(&mut bytes, stem))?;
                Ok(bytes)
            }
            Format::Parquet => parquet::write(&rows, stem, language)?.map_err(|e| DeskError::making(stem, e)),
            Format::Xlsx => {
                let within = if named.repeat.is_none() { repeats(versions, &lines) } else { Vec::new() };
                let within: Vec<ExportSheet> =
                    within.iter().map(|repeat| ExportSheet::of(versions, &lines, Some(repeat))).collect();
                let within =
                    within.iter().map(|sheet| RowReader { store: self.known.store, sheet, rows: &lines, answers });
                workbook::workbook(std::iter::once(rows).chain(within), language)?
                    .map_err(|e| DeskError::making(stem, e))
            }
        }
    }
}
