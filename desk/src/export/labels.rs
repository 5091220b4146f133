//! What the columns of a table mean: a codebook, and scripts that read the table into R and SPSS with its labels.

use super::rows::Sheet;
use baqylau_forms::definition::{Definition, Item, Kind, ListRef};
use baqylau_forms::value::Missing;
use std::fmt::Write;

/// A column of a table.
pub(super) struct Column {
    /// The question's name.
    pub name: String,
    /// The question.
    pub label: String,
    /// Whether its cells are numbers.
    pub number: bool,
    /// What its values mean; nothing where they speak for themselves.
    pub values: Vec<(String, String)>,
}

/// The columns of a table, in a language; the first version of the checklist that has one describes it.
pub(super) fn columns(sheet: &Sheet, language: usize) -> Vec<Column> {
    let column = |name: &String| {
        let found = sheet.forms.iter().find_map(|form| Some((form.definition(), form.find(name)?)));
        let (definition, node) = found?;
        let item = &definition.items[node as usize];
        let label = item.label.get(language).replace(['\r', '\n'], " ");
        let number = matches!(item.kind, Kind::Integer | Kind::Decimal | Kind::Range { .. });
        let values = values(definition, item, language);
        Some(Column { name: name.clone(), label, number, values })
    };
    std::iter::once(internal()).chain(sheet.names.iter().filter_map(column)).collect()
}

/// The mark of what stays at the desk.
fn internal() -> Column {
    let meaning =
        [("0", "May be quoted or handed on by the mission's rules"), ("1", "Internal: not to be quoted or handed on")];
    let values = meaning.map(|(value, meaning)| (value.to_owned(), meaning.to_owned())).to_vec();
    Column { name: "internal".into(), label: "Whether its words stay at the desk".into(), number: false, values }
}

fn values(definition: &Definition, item: &Item, language: usize) -> Vec<(String, String)> {
    let Kind::SelectOne { list: ListRef::Own(list) } = &item.kind else { return Vec::new() };
    let choices = definition.lists.get(*list as usize).map(|l| l.choices.as_slice()).unwrap_or_default();
    let own = choices.iter().map(|c| (c.name.to_string(), c.label.get(language).replace(['\r', '\n'], " ")));
    own.chain(Missing::ALL.map(|m| (format!("?{}", m.code()), missing(m).to_owned()))).collect()
}

fn missing(missing: Missing) -> &'static str {
    match missing {
        Missing::DoNotKnow => "Do not know",
        Missing::NotPermitted => "Not permitted to see it",
        Missing::NotApplicable => "Does not apply",
    }
}

/// A row a column, and a row a value.
pub(super) fn codebook(columns: &[Column]) -> Vec<[String; 4]> {
    let mut rows = vec![["question", "label", "value", "meaning"].map(str::to_owned)];
    for c in columns {
        rows.push([c.name.clone(), c.label.clone(), String::new(), String::new()]);
        let values = c.values.iter();
        rows.extend(values.map(|(value, meaning)| [c.name.clone(), String::new(), value.clone(), meaning.clone()]));
    }
    rows
}

/// A script for R: `voting <- source("voting.R")$value`.
pub(super) fn r(id: &str, columns: &[Column]) -> String {
    // Some rows count nowhere: they were superseded, or a desk excluded them.
    let mut out = format!(
        "# The figures are those of the rows whose status is counted: subset({id}, status == \"counted\").\n\
         # Reads {id}.csv with its labels, in the folder where both lie: {id} <- source(\"{id}.R\", encoding = \"UTF-8\")$value\n\
         data <- read.csv(\"{id}.csv\", colClasses = \"character\", na.strings = \"\", encoding = \"UTF-8\", check.names = FALSE)\n"
    );
    for c in columns {
        let name = quoted(&c.name);
        if c.number {
            // What was not answered by a number is NA; the table itself says why.
            let _ = writeln!(out, "data[[{name}]] <- suppressWarnings(as.numeric(data[[{name}]]))");
        } else if !c.values.is_empty() {
            let list = |of: fn(&(String, String)) -> &String| {
                c.values.iter().map(|v| quoted(of(v))).collect::<Vec<_>>().join(", ")
            };
            let (levels, labels) = (list(|v| &v.0), list(|v| &v.1));
            let _ =
                writeln!(out, "data[[{name}]] <- factor(data[[{name}]], levels = c({levels}), labels = c({labels}))");
        }
        let _ = writeln!(out, "attr(data[[{name}]], \"label\") <- {}", quoted(&c.label));
    }
    out.push_str("data\n");
    out
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Syntax for SPSS and PSPP: `INSERT FILE='voting.sps'.` `heads`: every column of the table, in order.
pub(super) fn sps(id: &str, heads: &[String], columns: &[Column]) -> String {
    // A number that is not there as a number is missing: each is a warning, and PSPP stops at a hundred.
    let mut out = format!(
        "SET MXWARNS=1000000.\nGET DATA /TYPE=TXT /FILE='{id}.csv' /ENCODING='UTF-8' /DELIMITERS=',' /QUALIFIER='\"' /ARRANGEMENT=DELIMITED /FIRSTCASE=2\n  /VARIABLES="
    );
    for head in heads {
        let column = columns.iter().find(|c| c.name == *head);
        let number = column.is_some_and(|c| c.number);
        // A text is as long as somebody typed; a choice is a name.
        let width = if column.is_some_and(|c| c.values.is_empty()) { "A8000" } else { "A255" };
        // No line begins with a name: one that is also a command would be taken for it.
        let _ = write!(out, " {head}\n    {}", if number { "F12.4" } else { width });
    }
    out.push_str(".\n");
    for c in columns {
        let _ = writeln!(out, "VARIABLE LABELS {} {}.", c.name, apostrophed(&c.label));
        if !c.values.is_empty() {
            let pairs: Vec<String> =
                c.values.iter().map(|(v, m)| format!("{} {}", apostrophed(v), apostrophed(m))).collect();
            let _ = writeln!(out, "VALUE LABELS {} {}.", c.name, pairs.join(" "));
        }
    }
    out.push_str(
        "EXECUTE.\n* The figures are those of the rows whose status is counted:.\n* SELECT IF (status = 'counted').\n",
    );
    out
}

/// A command of SPSS ends at a dot at a line's end; an apostrophe is doubled.
fn apostrophed(text: &str) -> String {
    let short: String = text.chars().take(120).collect();
    format!("'{}'", short.replace('\'', "''"))
}
