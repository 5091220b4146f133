//! Comma-separated values (RFC 4180) that no spreadsheet computes.

use super::rows::CellSink;
use crate::error::DeskError;
use std::borrow::Cow;
use std::fmt::Display;

/// Rows as the bytes of a CSV file.
pub(super) struct CsvWriter(csv::Writer<Vec<u8>>);

impl Default for CsvWriter {
    fn default() -> Self {
        Self(csv::Writer::from_writer(Vec::new()))
    }
}

impl CellSink for CsvWriter {
    fn cell(&mut self, text: &str) {
        // Writing to memory does not fail.
        let _ = self.0.write_field(harmless(text).as_bytes());
    }

    fn end(&mut self) {
        let _ = self.0.write_record(None::<&[u8]>);
    }
}

impl CsvWriter {
    /// Hands the bytes on.
    pub fn write_to(self, to: &mut Vec<u8>, name: &dyn Display) -> Result<(), DeskError> {
        let bytes = self.0.into_inner().map_err(|e| DeskError::making(name, e.into_error()))?;
        to.extend_from_slice(&bytes);
        Ok(())
    }
}

/// Rows of cells as CSV.
///
/// # Errors
/// Memory refuses.
pub fn csv(rows: Vec<Vec<String>>) -> Result<Vec<u8>, DeskError> {
    let (mut lines, mut bytes) = (CsvWriter::default(), Vec::new());
    for row in rows {
        row.iter().for_each(|cell| lines.cell(cell));
        lines.end();
    }
    lines.write_to(&mut bytes, &"a table")?;
    Ok(bytes)
}

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A spreadsheet would compute what begins like a formula: an apostrophe makes it text. Numbers stay numbers. What looks as if it had
/// such an apostrophe gets another, so that [`plain`] takes none away that was there before.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    let formula = text.trim_start_matches('\'').starts_with(FORMULA) && text.parse::<f64>().is_err();
    if formula { format!("'{text}").into() } else { text.into() }
}

/// What stood there before [`harmless`].
pub(super) fn plain(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.trim_start_matches('\'').starts_with(FORMULA)).unwrap_or(cell)
}
