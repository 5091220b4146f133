//! A table as a workbook: the answers, and a sheet that says what they mean.

use super::labels::{self, Column};
use super::{FIXED, Reports, heads, record};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

/// A workbook of one checklist. A cell is a number or a text, never a formula.
pub(super) fn workbook(reports: &Reports, language: usize) -> Result<Vec<u8>, XlsxError> {
    let names = super::columns(reports, None);
    let columns = labels::columns(reports, &names, language);
    let bold = Format::new().set_bold();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory().set_name("answers")?;
    for (at, head) in (0..).zip(heads(&names)) {
        sheet.write_string_with_format(0, at, head, &bold)?;
    }
    for (row, (known, form)) in (1..).zip(reports) {
        for (at, (n, cell)) in (0..).zip(record(known, form, &names).into_iter().enumerate()) {
            let of_number = |c: &Column| c.number && n >= FIXED.len() && c.name == names[n - FIXED.len()];
            match cell.parse::<f64>().ok().filter(|_| n < FIXED.len() + names.len() && columns.iter().any(of_number)) {
                Some(number) => sheet.write_number(row, at, number)?,
                None => sheet.write_string(row, at, cell)?,
            };
        }
    }
    let sheet = book.add_worksheet().set_name("codebook")?;
    for (row, cells) in (0..).zip(labels::codebook(&columns)) {
        for (at, cell) in (0..).zip(cells) {
            sheet.write_string(row, at, cell)?;
        }
    }
    book.save_to_buffer()
}
