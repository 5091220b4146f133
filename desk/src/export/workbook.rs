//! A table as a workbook: the answers, and a sheet that says what they mean.

use super::FIXED;
use super::grid::Grid;
use super::labels::{self, Column};
use super::rows::Reader;
use crate::error::DeskError;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

/// A workbook of one checklist. A cell is a number or a text, never a formula. The inner error is the workbook's.
pub(super) fn workbook(rows: &Reader, language: usize) -> Result<Result<Vec<u8>, XlsxError>, DeskError> {
    let columns = labels::columns(rows.sheet, language);
    let heads = rows.sheet.heads();
    let number = |name: &str| columns.iter().any(|c: &Column| c.number && c.name == name);
    let numbers: Vec<bool> = heads.iter().enumerate().map(|(at, name)| at >= FIXED.len() && number(name)).collect();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory();
    let mut state = head(sheet, &heads);
    let mut next = 1;
    rows.each(|grid: Grid| {
        for row in grid.rows() {
            if state.is_ok() {
                state = fill(sheet, next, row, &numbers);
                next += 1;
            }
        }
        Ok(())
    })?;
    Ok(state.and_then(|()| {
        let sheet = book.add_worksheet().set_name("codebook")?;
        for (row, cells) in (0..).zip(labels::codebook(&columns)) {
            for (at, cell) in (0..).zip(cells) {
                sheet.write_string(row, at, cell)?;
            }
        }
        book.save_to_buffer()
    }))
}

fn head(sheet: &mut Worksheet, heads: &[String]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    sheet.set_name("answers")?;
    for (at, head) in (0..).zip(heads) {
        sheet.write_string_with_format(0, at, head, &bold)?;
    }
    Ok(())
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
            None => sheet.write_string(row, at, cell)?,
        };
    }
    Ok(())
}
