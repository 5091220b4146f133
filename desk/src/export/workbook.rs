//! Tables as a workbook: the answers, a sheet a repeat, and a sheet that says what they mean.

use super::grid::TextGrid;
use super::labels::{self, CellKind, ChoiceLists};
use super::names::{self, UniqueNames};
use super::rows::RowReader;
use crate::error::DeskError;
use baqylau_forms::value::{Date, Moment, TimeOfDay};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

/// A cell holds 32,767 characters (UTF-16); what is longer is cut, and says so.
const LONGEST: usize = 32_767;
/// How many digits of a number a cell keeps.
const DIGITS: usize = 15;
/// How long a moment is up to its offset.
const LOCAL: usize = "2026-12-04T08:30:00.000".len();
/// The most rows of a sheet.
const ROWS: usize = 1_048_576;
const CUT: &str = " […]";

/// A workbook of one checklist: its reports first, then its repeats. A cell is a number, a day, a time or a text, never a formula. The inner error is
/// the workbook's.
pub(super) fn workbook<'r>(
    tables: impl Iterator<Item = RowReader<'r>>,
    language: usize,
) -> Result<Result<Vec<u8>, XlsxError>, DeskError> {
    let mut book = Workbook::new();
    // Excel keeps the name for itself.
    let mut taken = UniqueNames::of(&["answers", "codebook", "history"]);
    let mut codes: Vec<Vec<String>> = Vec::new();
    let (mut lists, mut all) = (ChoiceLists::default(), Vec::new());
    for table in tables {
        let repeat = table.sheet.repeat.as_deref();
        let name = repeat.map_or_else(|| "answers".to_owned(), |repeat| taken.claim(&names::sheet(repeat)));
        let columns = labels::columns(table.sheet, language, &mut lists);
        let kind = |head: &String| columns.iter().find(|c| c.name == *head).map_or(CellKind::Text, |c| c.cells);
        let kinds: Vec<CellKind> = table.sheet.heads().iter().map(kind).collect();
        let mut state = head(book.add_worksheet_with_constant_memory(), &name, &table.sheet.heads());
        let mut next = 1;
        table.each(|grid: TextGrid| {
            for row in grid.rows() {
                if let Ok(sheet) = &mut state {
                    match fill(sheet, next, row, &kinds) {
                        Ok(()) => next += 1,
                        Err(e) => state = Err(e),
                    }
                }
            }
            Ok(())
        })?;
        if let Err(e) = state {
            return Ok(Err(e));
        }
        let rows = labels::codebook(&columns).into_iter().skip(usize::from(!codes.is_empty()));
        codes.extend(rows.enumerate().map(|(at, row)| {
            let first = if at == 0 && repeat.is_none() { "sheet" } else { &name };
            std::iter::once(first.to_owned()).chain(row).collect()
        }));
        all.extend(columns);
    }
    let rows = labels::codebook_of_lists(&all, &lists).into_iter();
    codes.extend(rows.map(|row| std::iter::once(String::new()).chain(row).collect()));
    Ok(codebook(&mut book, &codes).and_then(|()| book.save_to_buffer()))
}

fn codebook(book: &mut Workbook, rows: &[Vec<String>]) -> Result<(), XlsxError> {
    // What is more than a sheet holds stands on the next: the answers are never refused for it.
    for (number, part) in (1u32..).zip(rows.chunks(ROWS)) {
        let name = if number == 1 { "codebook".to_owned() } else { format!("codebook@{number}") };
        let sheet = book.add_worksheet().set_name(name)?;
        for (row, cells) in (0..).zip(part) {
            for (at, cell) in (0..).zip(cells) {
                sheet.write_string(row, at, short(cell))?;
            }
        }
    }
    Ok(())
}

fn head<'s>(sheet: &'s mut Worksheet, name: &str, heads: &[String]) -> Result<&'s mut Worksheet, XlsxError> {
    let bold = Format::new().set_bold();
    sheet.set_name(name)?;
    for (at, head) in (0..).zip(heads) {
        sheet.write_string_with_format(0, at, head, &bold)?;
    }
    Ok(sheet)
}

fn fill<'c>(
    sheet: &mut Worksheet,
    row: u32,
    cells: impl Iterator<Item = &'c str>,
    kinds: &[CellKind],
) -> Result<(), XlsxError> {
    for ((at, cell), kind) in (0..).zip(cells).zip(kinds).filter(|((_, cell), _)| !cell.is_empty()) {
        match (value(cell, *kind), when(cell, *kind)) {
            (Some(number), _) => sheet.write_number(row, at, number)?,
            (None, Some((when, shown))) => {
                sheet.write_datetime_with_format(row, at, &when, &Format::new().set_num_format(shown))?
            }
            (None, None) => sheet.write_string(row, at, short(cell))?,
        };
    }
    Ok(())
}

/// A number of a cell. A whole one of more digits than a cell keeps stays a text.
fn value(cell: &str, kind: CellKind) -> Option<f64> {
    let kept = || cell.trim_start_matches('-').len() <= DIGITS;
    let number = kind == CellKind::Number || kind == CellKind::Integer && kept();
    cell.parse().ok().filter(|_| number)
}

/// A day or a time of a cell, and how it is shown. There are no zones there: a moment is what the clock of its place said.
fn when(cell: &str, kind: CellKind) -> Option<(ExcelDateTime, &'static str)> {
    let (known, read, shown) = match kind {
        CellKind::Date => (Date::parse(cell).is_some(), cell, "yyyy-mm-dd"),
        CellKind::Time => (TimeOfDay::parse(cell).is_some(), cell, "hh:mm:ss"),
        CellKind::Moment => (Moment::parse(cell, 0).is_some(), cell.get(..LOCAL)?, "yyyy-mm-dd hh:mm:ss"),
        CellKind::Integer | CellKind::Number | CellKind::Text | CellKind::One | CellKind::Several => return None,
    };
    Some((ExcelDateTime::parse_from_str(read).ok().filter(|_| known)?, shown))
}

/// As much of a text as a cell holds.
fn short(text: &str) -> std::borrow::Cow<'_, str> {
    if text.len() <= LONGEST || text.encode_utf16().count() <= LONGEST {
        return text.into();
    }
    let mut left = LONGEST - CUT.chars().count();
    let fits = |c: &char| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        fits
    };
    text.chars().take_while(fits).chain(CUT.chars()).collect::<String>().into()
}
