//! A table as Parquet: numbers as numbers, everything else as text, labels in the file's metadata.

use super::grid::TextGrid;
use super::labels::{self, CellKind};
use super::rows::RowReader;
use crate::error::DeskError;
use baqylau_exports::{ExportError, ParquetColumn, ParquetTable, Values, parquet};

/// Writes a table. Why a number is missing stands in a column of its own, `<question>.missing`, where any is. The inner
/// error is the file's.
pub(super) fn write(rows: &RowReader, name: &str, language: usize) -> Result<Result<Vec<u8>, ExportError>, DeskError> {
    let meant = labels::columns(rows.sheet, language);
    let heads = rows.sheet.heads();
    let mut grids: Vec<TextGrid> = Vec::new();
    rows.each(|grid| {
        grids.push(grid);
        Ok(())
    })?;
    let mut columns = Vec::new();
    let (mut taken, own) = (rows.sheet.taken.clone(), rows.sheet.fixed());
    for (at, name) in heads.into_iter().enumerate() {
        let cells: Vec<Option<&str>> = grids.iter().flat_map(|grid| grid.column(at)).collect();
        let about = meant.iter().find(|c| c.name == name && !own.contains(&name.as_str()));
        let label = about.map_or_else(String::new, |c| c.label.clone());
        if about.is_some_and(|c| c.cells == CellKind::Number) {
            let (values, missing) = numbers(&cells);
            if let Some(missing) = missing {
                let (name, label) = (taken.claim(&format!("{name}.missing")), String::new());
                columns.push(ParquetColumn { name, label, values: Values::Text(missing) });
            }
            columns.push(ParquetColumn { name, label, values });
        } else {
            columns.push(ParquetColumn { name, label, values: Values::Text(cells) });
        }
    }
    let about = meant.iter().filter(|c| !c.values.is_empty()).map(|c| {
        let mut values: Vec<String> = c.values.iter().map(|v| format!("{}={}", v.name, v.label)).collect();
        values.extend(labels::missing().filter(|_| c.missing).map(|(value, meaning)| format!("{value}={meaning}")));
        (format!("values:{}", c.name), values.join("\n"))
    });
    let (table, mut bytes) = (ParquetTable { name: name.to_owned(), columns, about: about.collect() }, Vec::new());
    Ok(parquet(&table, &mut bytes).map(|()| bytes))
}

/// Whole numbers where all are; and what stands in the place of a number, where something does.
fn numbers<'c>(cells: &[Option<&'c str>]) -> (Values<'c>, Option<Vec<Option<&'c str>>>) {
    let whole: Vec<Option<i64>> = cells.iter().map(|c| c.and_then(|c| c.parse().ok())).collect();
    let real: Vec<Option<f64>> = cells.iter().map(|c| c.and_then(|c| c.parse().ok())).collect();
    let missing: Vec<Option<&str>> =
        cells.iter().zip(&real).map(|(cell, real)| cell.filter(|_| real.is_none())).collect();
    let all_whole = whole.iter().zip(&real).all(|(whole, real)| whole.is_some() == real.is_some());
    let values = if all_whole { Values::Integer(whole) } else { Values::Real(real) };
    (values, missing.iter().any(Option::is_some).then_some(missing))
}
