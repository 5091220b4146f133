//! Tables as a workbook: the answers, a sheet a repeat, and a sheet that says what they mean.

use super::grid::TextGrid;
use super::labels::{self, CellKind, ChoiceLists};
use super::names::{self, UniqueNames};
use super::rows::RowReader;
use crate::error::DeskError;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

/// A cell holds 32,767 characters (UTF-16); what is longer is cut, and says so.
const LONGEST: usize = 32_767;
/// The most rows of a sheet.
const ROWS: usize = 1_048_576;
const CUT: &str = " […]";

/// A workbook of one checklist: its reports first, then its repeats. A cell is a number or a text, never a formula. The inner error is
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
        let numbers: Vec<bool> = table
            .sheet
            .heads()
            .iter()
            .map(|head| columns.iter().any(|c| c.cells == CellKind::Number && c.name == *head))
            .collect();
        let mut state = head(book.add_worksheet_with_constant_memory(), &name, &table.sheet.heads());
        let mut next = 1;
        table.each(|grid: TextGrid| {
            for row in grid.rows() {
                if let Ok(sheet) = &mut state {
                    match fill(sheet, next, row, &numbers) {
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
    numbers: &[bool],
) -> Result<(), XlsxError> {
    for ((at, cell), number) in (0..).zip(cells).zip(numbers) {
        let read = if *number { cell.parse::<f64>().ok() } else { None };
        match read {
            Some(number) => sheet.write_number(row, at, number)?,
            None if cell.is_empty() => continue,
            None => sheet.write_string(row, at, short(cell))?,
        };
    }
    Ok(())
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
