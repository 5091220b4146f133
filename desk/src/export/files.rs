//! Everything as files that other programs read: in a folder, or packed into one.

use super::csv::csv;
use super::labels::ChoiceLists;
use super::rows::ExportSheet;
use super::tables::{export_tables, of};
use super::{Format, labels, r, spss};
use crate::adjudication::status::AnswerBasis;
use crate::error::DeskError;
use crate::export::handout::{Handout, REPORTS};
use crate::index::report_row::ReportRow;
use crate::index::report_table::ReportTable;
use crate::statement::PublishedReports;
use crate::store::VerifiedStore;
use crate::tables::{MissionTables, Person};
use baqylau_protocol::certificate::Role;
use baqylau_sqlite::private;
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::Arc;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The packed files.
const PACKED: &str = "tables.zip";

/// Takes a file: its name, and what is in it.
type Put<'p> = dyn FnMut(&str, &[u8]) -> Result<(), DeskError> + 'p;

/// Writes the answers of reports as files and tables. It needs what was pulled, and no secret.
#[derive(Clone, Copy)]
pub struct Exports<'d> {
    /// Has the answers, the versions of the checklists, and the people.
    pub known: VerifiedStore<'d>,
}

impl Exports<'_> {
    /// Writes `<checklist>.csv` and `.parquet` for every checklist and the same of `<checklist>.<repeat>` for every repeat, what the columns
    /// mean for people (`.codebook.csv`), R (`.R`) and SPSS (`.sps`, which reads `.spss.csv`), and `people.csv` into a folder. Reports that
    /// do not count are there too, with their status; internal ones only where they are asked for. Nothing of an earlier export stays there.
    /// Gives how many reports, and how many internal ones were left out.
    ///
    /// # Errors
    /// The database fails, the disk refuses, or the folder has files of somebody else's
    /// ([`Handout`]).
    pub fn export(
        &self,
        tables: &Arc<MissionTables>,
        answers: AnswerBasis,
        folder: &Path,
        internal: bool,
    ) -> Result<(usize, usize), DeskError> {
        let handout = Handout::begin(folder, REPORTS)?;
        let board = ReportTable::read(tables, self.known, None, answers)?;
        self.hand_out(handout, (tables, &board), answers, internal, None)
    }

    /// As [`Exports::export`], the reports that a published statement speaks of, and the statement with them (`statement.cbor`).
    ///
    /// # Errors
    /// As there.
    pub fn export_published(
        &self,
        published: &PublishedReports,
        folder: &Path,
        internal: bool,
    ) -> Result<(usize, usize), DeskError> {
        let handout = Handout::begin(folder, REPORTS)?;
        let PublishedReports { tables, table, .. } = published;
        self.hand_out(handout, (tables, table), AnswerBasis::Effective, internal, Some(published))
    }

    fn hand_out(
        &self,
        handout: Handout,
        (tables, board): (&MissionTables, &ReportTable),
        answers: AnswerBasis,
        internal: bool,
        published: Option<&PublishedReports>,
    ) -> Result<(usize, usize), DeskError> {
        let rows: Vec<&ReportRow> = board.rows.iter().filter(|row| internal || !row.internal).collect();
        let mut put = |name: &str, bytes: &[u8]| {
            let path = handout.place(name);
            private::write(&path, bytes).map_err(|e| DeskError::file(&path, e))
        };
        let written = self.tables_of(tables, &rows, 0, answers, &mut put)?;
        match published {
            None => self.draft(tables, &mut put)?,
            Some(published) => {
                put("statement.cbor", &published.file)?;
                put("statement.txt", said(published).as_bytes())?;
            }
        }
        handout.finish()?;
        Ok((written, board.rows.len() - rows.len()))
    }

    /// The same files of some reports, with labels in a language, packed into one (ZIP): nothing of it is on the disk.
    ///
    /// # Errors
    /// The database fails, or a table is longer than what packs it takes.
    pub fn archive(
        &self,
        tables: &MissionTables,
        rows: &[&ReportRow],
        language: usize,
        answers: AnswerBasis,
    ) -> Result<Vec<u8>, DeskError> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let mut put = |name: &str, bytes: &[u8]| {
            zip.start_file(name, SimpleFileOptions::default()).map_err(|e| DeskError::making(PACKED, e))?;
            zip.write_all(bytes).map_err(|e| DeskError::making(PACKED, e))
        };
        self.tables_of(tables, rows, language, answers, &mut put)?;
        self.draft(tables, &mut put)?;
        Ok(zip.finish().map_err(|e| DeskError::making(PACKED, e))?.into_inner())
    }

    fn tables_of(
        &self,
        tables: &MissionTables,
        rows: &[&ReportRow],
        language: usize,
        answers: AnswerBasis,
        put: &mut Put,
    ) -> Result<usize, DeskError> {
        let mut written = 0;
        for named in export_tables(tables, rows) {
            let here = of(rows, named.checklist);
            if here.is_empty() {
                continue;
            }
            let versions = self.versions(tables, named.checklist)?;
            let table = |format| self.written(&versions, &here, &named, language, answers, format);
            let bytes = table(Format::Csv)?;
            put(&format!("{}.csv", named.stem), &bytes)?;
            put(&format!("{}.parquet", named.stem), &table(Format::Parquet)?)?;
            let sheet = ExportSheet::of(&versions, &here, named.repeat.as_deref());
            labelled(&named.stem, &sheet, &bytes, language, put)?;
            written += if named.repeat.is_none() { here.len() } else { 0 };
        }
        put("people.csv", &self.people_known()?)?;
        Ok(written)
    }

    /// Says that the tables are a draft, where the mission publishes nothing that one desk alone stands for.
    fn draft(&self, tables: &MissionTables, put: &mut Put) -> Result<(), DeskError> {
        match self.known.statement_signers(tables) {
            1 => Ok(()),
            signers => put("statement.txt", draft_words(signers).as_bytes()),
        }
    }

    fn people_known(&self) -> Result<Vec<u8>, DeskError> {
        let register: BTreeMap<_, _> = self.known.store.register()?.into_iter().collect();
        let standings = self.known.standings()?;
        let mut rows = vec![["subject", "role", "team", "standing"].map(str::to_owned).to_vec()];
        for device in self.known.store.devices()?.iter().filter(|d| d.role == Role::Observer) {
            let person = register.get(&device.subject);
            let standing =
                standings.of(device.device).map(|held| format!("{:?}", held.decision.standing).to_lowercase());
            let cell = |f: fn(&Person) -> &String| person.map(f).cloned().unwrap_or_default();
            rows.push(vec![
                device.subject.to_string(),
                cell(|p| &p.role),
                cell(|p| &p.team),
                standing.unwrap_or_default(),
            ]);
        }
        csv(rows)
    }
}

fn draft_words(signers: usize) -> String {
    format!(
        "DRAFT: no signed statement goes with these tables, and {signers} desks of this mission must sign one before its figures are published (baqylau desk statement).\n"
    )
}

fn said(published: &PublishedReports) -> String {
    let figures = &published.reading.verified.figures;
    format!(
        "{}\nThe tables are of the first {} objects of the log, as the statement is (statement.cbor: baqylau verify). Mission {}, digest {}.\n",
        published.reading,
        figures.size,
        figures.mission,
        figures.results.digest()
    )
}

/// What the table's columns mean, and scripts that read it.
fn labelled(stem: &str, sheet: &ExportSheet, bytes: &[u8], language: usize, put: &mut Put) -> Result<(), DeskError> {
    let mut lists = ChoiceLists::default();
    let mut columns = labels::columns(sheet, language, &mut lists);
    let (table, said) = spss::table(bytes, stem, &columns)?;
    labels::make(&mut columns, sheet, |column| said.chosen(column));
    let mut rows = labels::codebook(&columns);
    rows.extend(labels::codebook_of_lists(&columns, &lists));
    put(&format!("{stem}.codebook.csv"), &csv(rows.into_iter().map(Vec::from).collect())?)?;
    put(&format!("{stem}.R"), r::script(stem, &columns, &lists).as_bytes())?;
    put(&format!("{stem}.spss.csv"), &table)?;
    put(&format!("{stem}.sps"), spss::syntax(stem, sheet, &columns, &said).as_bytes())
}
