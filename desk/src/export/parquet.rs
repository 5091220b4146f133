//! A table as Parquet: numbers as numbers, everything else as text, labels in the file's metadata.

use super::FIXED;
use super::labels;
use super::rows::Reader;
use crate::error::DeskError;
use baqylau_exports::{Column, ExportError, Table, Values, parquet};
use std::io::Write;

/// Writes the table of one checklist. Why a number is missing stands in a column of its own, `<question>.missing`, where any is. The inner
/// error is the file's.
pub(super) fn write(
    rows: &mut Reader,
    name: &str,
    language: usize,
    to: &mut (impl Write + Send),
) -> Result<Result<(), ExportError>, DeskError> {
    let meant = labels::columns(rows.sheet, language);
    let heads = rows.sheet.heads();
    let mut cells: Vec<Vec<Option<String>>> = heads.iter().map(|_| Vec::new()).collect();
    rows.each(&mut |row| {
        let some = row.into_iter().map(|cell| Some(cell).filter(|c| !c.is_empty()));
        cells.iter_mut().zip(some).for_each(|(column, cell)| column.push(cell));
        Ok(())
    })?;
    let mut columns = Vec::new();
    for (at, (name, cells)) in heads.into_iter().zip(cells).enumerate() {
        let about = meant.iter().find(|c| at >= FIXED.len() && c.name == name);
        let label = about.map_or_else(String::new, |c| c.label.clone());
        if about.is_some_and(|c| c.number) {
            let (values, missing) = numbers(cells);
            if let Some(missing) = missing {
                let (name, label) = (format!("{name}.missing"), String::new());
                columns.push(Column { name, label, values: Values::Text(missing) });
            }
            columns.push(Column { name, label, values });
        } else {
            columns.push(Column { name, label, values: Values::Text(cells) });
        }
    }
    let about = meant.iter().filter(|c| !c.values.is_empty()).map(|c| {
        let values: Vec<String> = c.values.iter().map(|(value, meaning)| format!("{value}={meaning}")).collect();
        (format!("values:{}", c.name), values.join("\n"))
    });
    Ok(parquet(&Table { name: name.to_owned(), columns, about: about.collect() }, to))
}

/// Whole numbers where all are; and what stands in the place of a number, where something does.
fn numbers(cells: Vec<Option<String>>) -> (Values, Option<Vec<Option<String>>>) {
    let real = |cell: &Option<String>| cell.as_ref()?.parse::<f64>().ok();
    let whole = |cell: &Option<String>| cell.as_ref()?.parse::<i64>().ok();
    let all_whole = cells.iter().all(|c| real(c).is_none() || whole(c).is_some());
    let values = if all_whole {
        Values::Integer(cells.iter().map(whole).collect())
    } else {
        Values::Real(cells.iter().map(real).collect())
    };
    let missing: Vec<Option<String>> = cells.into_iter().map(|c| c.filter(|c| c.parse::<f64>().is_err())).collect();
    (values, missing.iter().any(Option::is_some).then_some(missing))
}
