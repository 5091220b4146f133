//! Scripts for R: `voting <- source("voting.R", encoding = "UTF-8")$value`.

use super::INTERNAL;
use super::labels::{CLOSED, CellKind, OPEN, TableColumn, WHETHER, missing};
use super::rows::ExportSheet;
use std::fmt::Write;

/// What every script begins with. A typed missing value is NA, so that shares are of those who answered; why stands in a column of its own.
const HEAD: &str = "local({
  why <- function(x) factor(x, levels = CODES, labels = MEANINGS)
  known <- function(x) replace(x, x %in% CODES, NA)
  number <- function(x) as.numeric(known(x))
  has <- function(x, choice) ifelse(is.na(known(x)), NA, grepl(paste0(\" \", choice, \" \"), paste0(\" \", x, \" \"), fixed = TRUE))
";

/// A script that reads a table with its labels.
pub(super) fn script(stem: &str, sheet: &ExportSheet, columns: &[TableColumn]) -> String {
    // Some rows count nowhere: they were superseded, or a desk excluded them.
    let mut out = format!(
        "# The figures are those of the rows whose status is counted: subset(data, status == \"counted\").\n\
         # Reads {stem}.csv with its labels, in the folder where both lie: data <- source(\"{stem}.R\", encoding = \"UTF-8\")$value\n"
    );
    let codes = list(missing().map(|m| m.0));
    out.push_str(&HEAD.replace("CODES", &codes).replace("MEANINGS", &list(missing().map(|m| m.1.to_owned()))));
    let _ = writeln!(
        out,
        "  data <- read.csv(\"{stem}.csv\", colClasses = \"character\", na.strings = \"\", encoding = \"UTF-8\", check.names = FALSE)"
    );
    let _ = writeln!(
        out,
        "  data[[\"{INTERNAL}\"]] <- factor(data[[\"{INTERNAL}\"]], levels = c(\"0\", \"1\"), labels = {})\n  \
         attr(data[[\"{INTERNAL}\"]], \"label\") <- {}",
        list([OPEN, CLOSED].map(str::to_owned).into_iter()),
        quoted(WHETHER)
    );
    let mut names = sheet.taken.clone();
    let chosen = columns.iter().flat_map(|c| &c.values).filter(|v| !v.column.is_empty());
    chosen.for_each(|v| drop(names.claim(&v.column)));
    for c in columns {
        column(c, &mut names, &mut out);
    }
    out.push_str("  data\n})\n");
    out
}

fn column(c: &TableColumn, names: &mut super::names::UniqueNames, out: &mut String) {
    let (cell, label) = (|name: &str| format!("data[[{}]]", quoted(name)), |text: &str| quoted(text));
    let here = cell(&c.name);
    let mut line = |text: String| {
        let _ = writeln!(out, "  {text}");
    };
    if c.missing {
        let why = cell(&names.claim(&format!("{}.missing", c.name)));
        line(format!("{why} <- why({here})"));
    }
    match c.cells {
        CellKind::Text if c.missing => line(format!("{here} <- known({here})")),
        CellKind::Text => {}
        CellKind::Number => line(format!("{here} <- number({here})")),
        CellKind::One => {
            let (levels, labels) =
                (list(c.values.iter().map(|v| v.name.clone())), list(c.values.iter().map(|v| v.label.clone())));
            line(format!("{here} <- factor({here}, levels = {levels}, labels = {labels})"));
        }
        CellKind::Several => {
            for v in &c.values {
                let own = cell(&v.column);
                line(format!("{own} <- has({here}, {})", quoted(&v.name)));
                line(format!("attr({own}, \"label\") <- {}", label(&format!("{}: {}", c.label, v.label))));
            }
            if c.missing {
                line(format!("{here} <- known({here})"));
            }
        }
    }
    line(format!("attr({here}, \"label\") <- {}", label(&c.label)));
}

fn list(texts: impl Iterator<Item = String>) -> String {
    format!("c({})", texts.map(|text| quoted(&text)).collect::<Vec<_>>().join(", "))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
