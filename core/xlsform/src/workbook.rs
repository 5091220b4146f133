//! The three sheets of a checklist, as rows of text.

use crate::cells;
use crate::finding::SheetProblem;
use baqylau_forms::closest::distance;
use calamine::Reader;
use std::fs;
use std::path::{Path, PathBuf};

/// Why a workbook cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be opened.
    #[error("{file}: cannot be read ({why}); check that it exists and may be read", file = .file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// From the operating system.
        why: std::io::Error,
    },
    /// The file is no UTF-8.
    #[error("{file}: the text is not UTF-8; save it as `CSV UTF-8`", file = .file.display())]
    Encoding {
        /// The file.
        file: PathBuf,
    },
    /// The file is not separated by commas.
    #[error("{file}: the columns are separated by `{separator}`; save it separated by commas", file = .file.display())]
    Separator {
        /// The file.
        file: PathBuf,
        /// The character found between the cells, where a comma belongs.
        separator: char,
    },
    /// The file is no CSV.
    #[error("{file}: {why}; save it again as CSV", file = .file.display())]
    Csv {
        /// The file.
        file: PathBuf,
        /// From the CSV reader, with the line.
        why: csv::Error,
    },
    /// The file is no Excel workbook.
    #[error("{file}: {why}; save it again as .xlsx", file = .file.display())]
    Excel {
        /// The file.
        file: PathBuf,
        /// From the reader of workbooks.
        why: calamine::XlsxError,
    },
    /// A sheet that must be there.
    #[error("{file}: there is no sheet {sheet:?}; add it or correct its name", file = .file.display())]
    NoSheet {
        /// The file.
        file: PathBuf,
        /// The sheet.
        sheet: &'static str,
    },
    /// A sheet that looks like one of a checklist and is none.
    #[error(
        "{file}: {found:?} looks like {meant:?}, and is not read; name it {meant:?}, or begin its name with _ to keep it for yourself",
        file = .file.display()
    )]
    Misspelt {
        /// The file, or the folder that holds it.
        file: PathBuf,
        /// The name of the file or sheet, as found.
        found: String,
        /// The known name that is closest to it.
        meant: &'static str,
    },
    /// A sheet of XLSForm that changes what is asked and is not supported.
    #[error("{file}: the sheet {sheet:?} is valid XLSForm but not supported here; {remedy}", file = .file.display())]
    Unsupported {
        /// The file, or the folder that holds it.
        file: PathBuf,
        /// The sheet.
        sheet: &'static str,
        /// One sentence, in English.
        remedy: &'static str,
    },
    /// A sheet without a header.
    #[error("{file}: the sheet {sheet} is empty; its first row must name the columns", file = .file.display())]
    NoHeader {
        /// The file.
        file: PathBuf,
        /// The sheet.
        sheet: &'static str,
    },
}

/// The three sheets of a checklist, as rows of text with their row numbers.
#[derive(Debug, Clone)]
pub struct Workbook {
    pub(crate) survey: Sheet,
    pub(crate) choices: Option<Sheet>,
    /// Lists of all checklists; the checklist's own come first.
    pub(crate) shared: Option<Sheet>,
    pub(crate) settings: Sheet,
}

/// A sheet.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    /// The file, with the folder that holds it.
    pub file: String,
    /// `survey`, `choices` or `settings`.
    pub name: &'static str,
    pub header: Vec<String>,
    /// Rows that hold something.
    pub rows: Vec<SheetRow>,
    /// Cells that hold no value, by row and column, from 1 and from 0.
    pub damaged: Vec<(usize, usize, SheetProblem)>,
}

/// A row.
#[derive(Debug, Clone)]
pub(crate) struct SheetRow {
    /// As a spreadsheet numbers it.
    pub number: usize,
    pub cells: Vec<String>,
}

impl Workbook {
    /// Reads `survey.csv`, `choices.csv` (if it is there) and `settings.csv` of a folder, and the lists that checklists share.
    ///
    /// # Errors
    /// A file is missing or no table.
    pub fn from_csv(dir: &Path, shared_choices: Option<&Path>) -> Result<Self, ReadError> {
        let choices = dir.join("choices.csv");
        known_sheets(dir, &csv_names(dir), |found| found.to_owned())?;
        Ok(Self {
            survey: read_csv(&dir.join("survey.csv"), "survey")?,
            choices: if choices.exists() { Some(read_csv(&choices, "choices")?) } else { None },
            shared: shared_choices.map(|file| read_csv(file, "choices")).transpose()?,
            settings: read_csv(&dir.join("settings.csv"), "settings")?,
        })
    }

    /// Reads the sheets `survey`, `choices` (if it is there) and `settings` of an Excel workbook, and the lists that checklists
    /// share, which are CSV.
    ///
    /// # Errors
    /// A file or sheet is missing or no table.
    pub fn from_xlsx(file: &Path, shared_choices: Option<&Path>) -> Result<Self, ReadError> {
        let excel = |why| ReadError::Excel { file: file.to_owned(), why };
        let data = fs::read(file).map_err(|why| ReadError::Open { file: file.to_owned(), why })?;
        let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(data)).map_err(excel)?;
        // Excel does not tell capitals apart in names of sheets.
        known_sheets(file, &book.sheet_names(), |found| found.trim().to_lowercase())?;
        let mut sheet = |name: &'static str| -> Result<Option<Sheet>, ReadError> {
            let found = book.sheet_names().into_iter().find(|n| n.trim().eq_ignore_ascii_case(name));
            let Some(found) = found else { return Ok(None) };
            let range = book.worksheet_range(&found).map_err(excel)?;
            let styles = book.worksheet_style(&found).map_err(excel)?;
            let (top, left) = range.start().unwrap_or_default();
            let mut damaged = Vec::new();
            let mut rows = Vec::new();
            for (row, cells) in (top..).zip(range.rows()) {
                let number = row as usize + 1;
                let mut read = |(column, cell): (u32, &calamine::Data)| {
                    let format = styles.get((row, column)).and_then(|s| s.number_format.as_ref());
                    cells::excel(cell, format.map_or("General", |f| &f.format_code)).unwrap_or_else(|problem| {
                        damaged.push((number, (column - left) as usize, problem));
                        // Something stands there: it is not missing.
                        "?".to_owned()
                    })
                };
                rows.push((number, (left..).zip(cells).map(&mut read).collect()));
            }
            let mut sheet = from_rows(file, name, rows.into_iter())?;
            sheet.damaged.append(&mut damaged);
            Ok(Some(sheet))
        };
        let required = |found: Option<Sheet>, sheet| found.ok_or(ReadError::NoSheet { file: file.to_owned(), sheet });
        Ok(Self {
            survey: required(sheet("survey")?, "survey")?,
            choices: sheet("choices")?,
            shared: shared_choices.map(|file| read_csv(file, "choices")).transpose()?,
            settings: required(sheet("settings")?, "settings")?,
        })
    }
}

fn read_csv(file: &Path, name: &'static str) -> Result<Sheet, ReadError> {
    let data = fs::read(file).map_err(|why| ReadError::Open { file: file.to_owned(), why })?;
    let text = String::from_utf8(data).map_err(|_| ReadError::Encoding { file: file.to_owned() })?;
    // One sort of line end, so that blank lines can be counted.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    if let Some(separator) = other_separator(&text) {
        return Err(ReadError::Separator { file: file.to_owned(), separator });
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut number = 0;
    for record in reader.records() {
        let record = record.map_err(|why| ReadError::Csv { file: file.to_owned(), why })?;
        // The reader skips blank lines; a spreadsheet counts them.
        let start = record.position().map_or(0, |p| usize::try_from(p.byte()).unwrap_or(usize::MAX));
        number += 1 + text.bytes().skip(start).take_while(|b| *b == b'\n').count();
        rows.push((number, record.iter().map(cells::clean).collect()));
    }
    from_rows(file, name, rows.into_iter())
}

/// The separator of a header that has no comma.
fn other_separator(text: &str) -> Option<char> {
    let header = text.lines().next()?;
    [';', '\t'].into_iter().find(|s| header.contains(*s) && !header.contains(','))
}

fn from_rows(
    file: &Path,
    name: &'static str,
    mut rows: impl Iterator<Item = (usize, Vec<String>)>,
) -> Result<Sheet, ReadError> {
    let (_, header) = rows.next().ok_or_else(|| ReadError::NoHeader { file: file.to_owned(), sheet: name })?;
    let filled = rows.filter(|(_, cells)| cells.iter().any(|c| !c.is_empty()));
    let rows: Vec<SheetRow> = filled.map(|(number, cells)| SheetRow { number, cells }).collect();
    let error = |number: usize, at: usize, text: &String| {
        cells::is_error(text).then(|| (number, at, SheetProblem::CellError { error: text.clone() }))
    };
    let of = |row: &SheetRow| {
        row.cells.iter().enumerate().filter_map(|(at, c)| error(row.number, at, c)).collect::<Vec<_>>()
    };
    let damaged = rows.iter().flat_map(of).collect();
    Ok(Sheet { file: short(file), name, header, rows, damaged })
}

/// Sheets that a checklist may have.
const SHEETS: [&str; 3] = ["survey", "choices", "settings"];

/// Sheets that XLSForm has too, and what to do.
const UNSUPPORTED: [(&str, &str); 3] = [
    ("entities", "remove it: reports are all that leaves a phone"),
    ("external_choices", "put its lists into the choices sheet and use choice_filter"),
    ("osm", "remove it, and use geopoint"),
];

/// Refuses sheets that are misspelt or change what is asked. `called` gives the name by which a sheet is looked for.
fn known_sheets(file: &Path, names: &[String], called: fn(&str) -> String) -> Result<(), ReadError> {
    for found in names {
        if SHEETS.contains(&called(found).as_str()) {
            continue;
        }
        let plain = found.trim().to_lowercase();
        if let Some((sheet, remedy)) = UNSUPPORTED.into_iter().find(|u| u.0 == plain) {
            return Err(ReadError::Unsupported { file: file.to_owned(), sheet, remedy });
        }
        let near = |sheet: &&str| distance(sheet, &plain) <= 2 && !plain.starts_with('_');
        if let Some(meant) = SHEETS.into_iter().find(near) {
            return Err(ReadError::Misspelt { file: file.to_owned(), found: found.clone(), meant });
        }
    }
    Ok(())
}

/// The tables of a folder, without the ending. A folder that cannot be read has none: the file that is missing in it is told.
fn csv_names(dir: &Path) -> Vec<String> {
    let files = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let tables = files.filter(|p| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")));
    let mut names: Vec<String> = tables.filter_map(|p| Some(p.file_stem()?.to_string_lossy().into_owned())).collect();
    names.sort();
    names
}

/// The file with the folder that holds it, which is enough to find it in a mission.
fn short(file: &Path) -> String {
    let parts: Vec<_> = file.iter().rev().take(2).map(|p| p.to_string_lossy()).collect();
    parts.into_iter().rev().filter(|p| p != "/").collect::<Vec<_>>().join("/")
}
