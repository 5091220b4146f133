//! A table as Parquet: numbers, days and times as such, everything else as text, labels in the file's metadata.

use super::grid::TextGrid;
use super::labels::{self, CellKind, ChoiceLists};
use super::rows::RowReader;
use crate::error::DeskError;
use baqylau_exports::{ExportError, ParquetColumn, ParquetTable, Values, parquet};
use baqylau_forms::value::{Date, Moment, TimeOfDay};

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
        let kind = about.map_or(CellKind::Text, |c| c.cells);
        // What is no such value says why there is none.
        if let (Some(c), Some(rest)) = (about.filter(|c| c.missing), besides(kind, &cells)) {
            made.push(ParquetColumn { name: c.why.clone(), label: labels::why(c), values: Values::Text(rest) });
        }
        columns.push(ParquetColumn { name, label, values: values(kind, cells) });
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

/// Cells as what the checklist says that they are, never by what is in them.
fn values(kind: CellKind, cells: Vec<Option<&str>>) -> Values<'_> {
    match kind {
        CellKind::Text | CellKind::One | CellKind::Several => Values::Text(cells),
        CellKind::Integer => Values::Integer(each(&cells, |cell| cell.parse().ok())),
        CellKind::Number => Values::Real(each(&cells, |cell| cell.parse().ok())),
        CellKind::Date => Values::Day(each(&cells, |cell| Some(Date::parse(cell)?.0))),
        CellKind::Time => Values::Clock(each(&cells, |cell| i32::try_from(TimeOfDay::parse(cell)?.0 * 1000).ok())),
        CellKind::Moment => Values::Time(each(&cells, |cell| Some(Moment::parse(cell, 0)?.ms))),
    }
}

fn each<T>(cells: &[Option<&str>], read: impl Fn(&str) -> Option<T>) -> Vec<Option<T>> {
    cells.iter().map(|cell| cell.and_then(&read)).collect()
}

/// What stands in the place of a value; nothing where every text is one.
fn besides<'c>(kind: CellKind, cells: &[Option<&'c str>]) -> Option<Vec<Option<&'c str>>> {
    let typed = !matches!(kind, CellKind::Text | CellKind::One | CellKind::Several);
    typed.then(|| cells.iter().map(|cell| cell.filter(|cell| cell.starts_with('?'))).collect())
}
