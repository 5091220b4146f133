//! What variables and their values mean, in the commands of SPSS.

use super::{MISSING, several};
use crate::export::labels::{CellKind, TableColumn, missing};
use crate::export::names::cut;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;

/// The longest label of a value and of a variable, in bytes.
pub(super) const VALUE_LABEL: usize = 120;
const VARIABLE_LABEL: usize = 255;

/// How a variable is shown.
fn format(cells: CellKind) -> &'static str {
    match cells {
        CellKind::Integer => "F18.0",
        CellKind::Date => "SDATE10",
        CellKind::Time => "TIME8",
        CellKind::Moment => "DATETIME20",
        CellKind::Number | CellKind::Text | CellKind::One | CellKind::Several => "F12.4",
    }
}

/// What the numbers of variables mean, of all at once, and which are missing.
pub(super) fn coded<'n>(names: impl Iterator<Item = &'n str>, values: &[(String, &str)], out: &mut String) {
    let names = several(names);
    if names.is_empty() {
        return;
    }
    let _ = write!(out, "MISSING VALUES {names} ({}).\nVALUE LABELS {names}", MISSING.join(", "));
    let all = values.iter().map(|(v, m)| (v.as_str(), *m));
    for (value, meaning) in all.chain(MISSING.into_iter().zip(missing().map(|m| m.1))) {
        let _ = write!(out, "\n  {value} {}", apostrophed(meaning, VALUE_LABEL));
    }
    out.push_str(".\n");
}

pub(super) fn labelled(c: &TableColumn, out: &mut String) {
    let _ = writeln!(out, "VARIABLE LABELS {} {}.", c.spss, apostrophed(&c.label, VARIABLE_LABEL));
    if c.missing && matches!(c.cells, CellKind::Text | CellKind::Several) {
        let codes: Vec<String> = missing().map(|m| apostrophed(&m.0, VALUE_LABEL)).collect();
        let _ = writeln!(out, "MISSING VALUES {} ({}).", c.spss, codes.join(", "));
    }
    match c.cells {
        CellKind::Text if c.missing => values(c, &BTreeMap::new(), out),
        CellKind::Text => {}
        CellKind::Integer | CellKind::Number | CellKind::Date | CellKind::Time | CellKind::Moment => {
            let _ = writeln!(out, "FORMATS {} ({}).", c.spss, format(c.cells));
            coded(std::iter::once(c.spss.as_str()), &[], out);
        }
        CellKind::One => {
            let _ = writeln!(out, "FORMATS {} (F8.0).", c.spss);
        }
        CellKind::Several => {
            for made in &c.made {
                let label = apostrophed(&c.label_of(made), VARIABLE_LABEL);
                let _ = writeln!(out, "VARIABLE LABELS {} {label}.\nFORMATS {} (F8.0).", made.spss, made.spss);
            }
        }
    }
}

/// What the answers of several choices mean, each as it was given.
pub(super) fn combined(c: &TableColumn, answers: &BTreeSet<String>, out: &mut String) {
    let choices = c.list.iter().flat_map(|list| &list.choices).map(|c| (c.name.as_str(), c.label.as_str()));
    let meanings: HashMap<&str, &str> = choices.collect();
    let meaning = |name: &str| meanings.get(name).copied();
    // What is no answer, as a missing value, has no choice in it; a value that is cut would be another.
    let known = answers.iter().filter(|answer| answer.len() <= VALUE_LABEL);
    let labels = known.filter_map(|answer| {
        let labels: Option<Vec<&str>> = answer.split_whitespace().map(meaning).collect();
        Some((answer.as_str(), labels?.join("; "))).filter(|(_, label)| !label.is_empty())
    });
    values(c, &labels.collect(), out);
}

/// What the texts of a column mean, missing values among them.
fn values(c: &TableColumn, labels: &BTreeMap<&str, String>, out: &mut String) {
    let missing: Vec<(String, &str)> = missing().filter(|_| c.missing).collect();
    let missing = missing.iter().map(|(value, meaning)| (value.as_str(), *meaning));
    let all: Vec<(&str, &str)> = labels.iter().map(|(value, label)| (*value, label.as_str())).chain(missing).collect();
    if all.is_empty() {
        return;
    }
    let _ = write!(out, "VALUE LABELS {}", c.spss);
    for (value, meaning) in all {
        let _ = write!(out, "\n  {} {}", apostrophed(value, VALUE_LABEL), apostrophed(meaning, VALUE_LABEL));
    }
    out.push_str(".\n");
}

/// An apostrophe is doubled.
pub(super) fn apostrophed(text: &str, bytes: usize) -> String {
    format!("'{}'", cut(text, bytes).replace('\'', "''"))
}
