//! Scripts for R: `voting <- source("voting.R", encoding = "UTF-8")$value`.

use super::INTERNAL;
use super::labels::{self, CLOSED, CellKind, ChoiceLists, OPEN, TableColumn, WHETHER, missing};
use std::fmt::Write;
use std::rc::Rc;

/// What every script begins with. A typed missing value is NA, so that shares are of those who answered; why stands in a column of its own.
const HEAD: &str = "local({
  why <- function(x) factor(x, levels = CODES, labels = MEANINGS)
  known <- function(x) replace(x, x %in% CODES, NA)
  one <- function(x, list) factor(x, levels = list$values, labels = list$labels)
  plain <- function(x) sub(\"^'('*[-=+@\\t\\r])\", \"\\\\1\", x)
  number <- function(x) as.numeric(known(x))
  day <- function(x) as.Date(known(x), format = \"%Y-%m-%d\")
  clock <- function(x) {
    part <- function(from) as.numeric(substr(known(x), from, from + 1))
    as.difftime(part(1) * 3600 + part(4) * 60 + part(7), units = \"secs\")
  }
  moment <- function(x) {
    x <- sub(\":(..)$\", \"\\\\1\", sub(\"Z$\", \"+00:00\", known(x)))
    as.POSIXct(x, format = \"%Y-%m-%dT%H:%M:%OS%z\", tz = \"UTC\")
  }
  has <- function(x, choice) ifelse(is.na(known(x)), NA, grepl(paste0(\" \", choice, \" \"), paste0(\" \", x, \" \"), fixed = TRUE))
";

/// A script that reads a table with its labels.
pub(super) fn script(stem: &str, columns: &[TableColumn], lists: &ChoiceLists) -> String {
    // Some rows count nowhere: they were superseded, or a desk excluded them.
    let mut out = format!(
        "# The figures are those of the rows whose status is counted: subset(data, status == \"counted\").\n\
         # Reads {stem}.csv with its labels, in the folder where both lie: data <- source(\"{stem}.R\", encoding = \"UTF-8\")$value\n"
    );
    let codes = list(missing().map(|m| m.0));
    out.push_str(&HEAD.replace("CODES", &codes).replace("MEANINGS", &list(missing().map(|m| m.1.to_owned()))));
    let _ = writeln!(
        out,
        "  data <- read.csv(\"{stem}.csv\", colClasses = \"character\", na.strings = \"\", encoding = \"UTF-8\", check.names = FALSE)\n  \
         # An apostrophe keeps spreadsheets from computing a text.\n  \
         data[] <- lapply(data, plain)"
    );
    let _ = writeln!(
        out,
        "  data[[\"{INTERNAL}\"]] <- factor(data[[\"{INTERNAL}\"]], levels = c(\"0\", \"1\"), labels = {})\n  \
         attr(data[[\"{INTERNAL}\"]], \"label\") <- {}",
        list([OPEN, CLOSED].map(str::to_owned).into_iter()),
        quoted(WHETHER)
    );
    let ones: Vec<_> = columns.iter().filter(|c| c.cells == CellKind::One).filter_map(|c| c.list.as_ref()).collect();
    let _ = writeln!(out, "  lists <- list()");
    for named in lists.all.iter().filter(|list| ones.iter().any(|one| Rc::ptr_eq(one, list))) {
        let values = list(named.choices.iter().map(|c| c.name.clone()));
        let labels = list(named.choices.iter().map(|c| c.label.clone()));
        let _ = writeln!(out, "  lists[[{}]] <- list(values = {values}, labels = {labels})", quoted(&named.name));
    }
    for c in columns {
        column(c, &mut out);
    }
    out.push_str("  data\n})\n");
    out
}

fn column(c: &TableColumn, out: &mut String) {
    let cell = |name: &str| format!("data[[{}]]", quoted(name));
    let here = cell(&c.name);
    let mut line = |text: String| {
        let _ = writeln!(out, "  {text}");
    };
    if c.missing {
        let why = cell(&c.why);
        line(format!("{why} <- why({here})"));
        line(format!("attr({why}, \"label\") <- {}", quoted(&labels::why(c))));
    }
    match c.cells {
        CellKind::Text if c.missing => line(format!("{here} <- known({here})")),
        CellKind::Text => {}
        CellKind::Integer | CellKind::Number => line(format!("{here} <- number({here})")),
        CellKind::Date => line(format!("{here} <- day({here})")),
        CellKind::Time => line(format!("{here} <- clock({here})")),
        CellKind::Moment => line(format!("{here} <- moment({here})")),
        CellKind::One => {
            let name = c.list.as_ref().map_or("", |list| &list.name);
            line(format!("{here} <- one({here}, lists[[{}]])", quoted(name)));
        }
        CellKind::Several => {
            for made in &c.made {
                let own = cell(&made.name);
                line(format!("{own} <- has({here}, {})", quoted(&made.choice.name)));
                line(format!("attr({own}, \"label\") <- {}", quoted(&c.label_of(made))));
            }
            if c.missing {
                line(format!("{here} <- known({here})"));
            }
        }
    }
    line(format!("attr({here}, \"label\") <- {}", quoted(&c.label)));
}

fn list(texts: impl Iterator<Item = String>) -> String {
    format!("c({})", texts.map(|text| quoted(&text)).collect::<Vec<_>>().join(", "))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
