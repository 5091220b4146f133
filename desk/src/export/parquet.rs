//! A table as Parquet: numbers as numbers, everything else as text, labels in the file's metadata.

use super::grid::TextGrid;
use super::labels::{self, CellKind, ChoiceLists};
use super::rows::RowReader;
use crate::error::DeskError;
use baqylau_exports::{ExportError, ParquetColumn, ParquetTable, Values, parquet};

/// Writes a table. Why a number is missing stands in a column of its own, `<question>.missing`, where any may be. The
/// inner error is the file's.
pub(super) fn write(rows: &RowReader, name: &str, language: usize) -> Result<Result<Vec<u8>, ExportError>, DeskError> {
    let mut lists = ChoiceLists::default();
    let meant = labels::columns(rows.sheet, language, &mut lists);
    let heads = rows.sheet.heads();
    let mut grids: Vec<TextGrid> = Vec::new();
    rows.each(|grid| {
        grids.push(grid);
        Ok(())
    })?;
    // What is made of columns comes last.
    let (mut columns, mut made, own) = (Vec::new(), Vec::new(), rows.sheet.fixed());
    for (at, name) in heads.into_iter().enumerate() {
        let cells: Vec<Option<&str>> = grids.iter().flat_map(|grid| grid.column(at)).collect();
        let about = meant.iter().find(|c| c.name == name && !own.contains(&name.as_str()));
        let label = about.map_or_else(String::new, |c| c.label.clone());
        if let Some(c) = about.filter(|c| c.cells == CellKind::Number) {
            let (values, missing) = numbers(&cells);
            if c.missing {
                made.push(ParquetColumn { name: c.why.clone(), label: labels::why(c), values: Values::Text(missing) });
            }
            columns.push(ParquetColumn { name, label, values });
        } else {
            columns.push(ParquetColumn { name, label, values: Values::Text(cells) });
        }
    }
    columns.extend(made);
    let pair = |(value, label): (&str, &str)| format!("{value}={label}");
    let named = meant.iter().filter_map(|c| Some((format!("list:{}", c.name), c.list.as_ref()?.name.clone())));
    let lists = lists.all.iter().map(|list| {
        let values: Vec<String> = list.choices.iter().map(|c| pair((&c.name, &c.label))).collect();
        (format!("choices:{}", list.name), values.join("\n"))
    });
    let missing: Vec<String> = labels::missing().map(|(value, meaning)| pair((&value, meaning))).collect();
    let about = named.chain(lists).chain([("missing".to_owned(), missing.join("\n"))]);
    let (table, mut bytes) = (ParquetTable { name: name.to_owned(), columns, about: about.collect() }, Vec::new());
    Ok(parquet(&table, &mut bytes).map(|()| bytes))
}

/// Whole numbers where all are; and what stands in the place of a number.
fn numbers<'c>(cells: &[Option<&'c str>]) -> (Values<'c>, Vec<Option<&'c str>>) {
    let whole: Vec<Option<i64>> = cells.iter().map(|c| c.and_then(|c| c.parse().ok())).collect();
    let real: Vec<Option<f64>> = cells.iter().map(|c| c.and_then(|c| c.parse().ok())).collect();
    let missing: Vec<Option<&str>> =
        cells.iter().zip(&real).map(|(cell, real)| cell.filter(|_| real.is_none())).collect();
    let all_whole = whole.iter().zip(&real).all(|(whole, real)| whole.is_some() == real.is_some());
    let values = if all_whole { Values::Integer(whole) } else { Values::Real(real) };
    (values, missing)
}
