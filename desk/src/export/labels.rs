//! What the columns of a table mean, by every version of the checklist that its reports were filled in under.

use super::INTERNAL;
use super::names::{UniqueNames, spss};
use super::rows::ExportSheet;
use baqylau_forms::definition::{Definition, Item, Kind, ListRef};
use baqylau_forms::value::Missing;

/// What the column `internal` says, and what its 0 and its 1 mean.
pub(super) const WHETHER: &str = "Whether its words stay at the desk";
pub(super) const OPEN: &str = "May be quoted or handed on by the mission's rules";
pub(super) const CLOSED: &str = "Internal: not to be quoted or handed on";

/// A column of a table.
pub(super) struct TableColumn {
    /// The column's name.
    pub name: String,
    /// The name of the question.
    pub question: String,
    /// Its name in SPSS.
    pub spss: String,
    /// The question, as the latest version asks it.
    pub label: String,
    /// What its cells are.
    pub cells: CellKind,
    /// Whether typed missing values stand among them.
    pub missing: bool,
    /// What its values mean; nothing where they speak for themselves.
    pub values: Vec<LabelledChoice>,
}

/// What the cells of a column are. Where versions of the checklist differ, what can hold the answers of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellKind {
    Text,
    Number,
    /// The name of a choice.
    One,
    /// Names of choices with spaces between.
    Several,
}

/// A choice of any version.
pub(super) struct LabelledChoice {
    pub name: String,
    /// As the latest version says it; with the name where another is called the same.
    pub label: String,
    /// The column of its own that R and SPSS give it, where several may be chosen.
    pub column: String,
    /// The same in SPSS.
    pub spss: String,
}

/// The columns of the questions of a table, in a language.
pub(super) fn columns(sheet: &ExportSheet, language: usize) -> Vec<TableColumn> {
    let mut names = sheet.taken.clone();
    let mut all: Vec<TableColumn> =
        sheet.questions.iter().zip(&sheet.columns).map(|(q, c)| column(sheet, q, c, language)).collect();
    let mut of_spss = UniqueNames::of(sheet.fixed());
    for column in &mut all {
        column.spss = of_spss.claim(&spss(&column.name));
    }
    for column in all.iter_mut().filter(|c| c.cells == CellKind::Several) {
        for choice in &mut column.values {
            choice.column = names.claim(&format!("{}.{}", column.name, choice.name));
            choice.spss = of_spss.claim(&spss(&format!("{}.{}", column.name, choice.name)));
        }
    }
    all
}

fn column(sheet: &ExportSheet, question: &str, name: &str, language: usize) -> TableColumn {
    let versions: Vec<(&Definition, &Item)> = sheet
        .forms
        .iter()
        .filter_map(|form| {
            Some((form.definition(), form.definition().items.get(sheet.node(form, question)? as usize)?))
        })
        .collect();
    let kinds: Vec<CellKind> = versions.iter().map(|(_, item)| cells(&item.kind)).collect();
    let cells = match kinds.first() {
        Some(first) if kinds.iter().all(|kind| kind == first) => *first,
        Some(_) if kinds.iter().all(|kind| matches!(kind, CellKind::One | CellKind::Several)) => CellKind::Several,
        _ => CellKind::Text,
    };
    let label = versions.last().map(|(_, item)| line(&item.label.get(language))).unwrap_or_default();
    TableColumn {
        name: name.to_owned(),
        question: question.to_owned(),
        spss: String::new(),
        label,
        cells,
        missing: versions.iter().any(|(_, item)| !item.missing.is_empty()) || cells == CellKind::One,
        values: choices(&versions, language),
    }
}

fn cells(kind: &Kind) -> CellKind {
    match kind {
        Kind::Integer | Kind::Decimal | Kind::Range { .. } => CellKind::Number,
        Kind::SelectOne { list: ListRef::Own(_) } => CellKind::One,
        Kind::SelectMultiple { list: ListRef::Own(_) } => CellKind::Several,
        _ => CellKind::Text,
    }
}

/// The choices of all versions, in the order in which they came.
fn choices(versions: &[(&Definition, &Item)], language: usize) -> Vec<LabelledChoice> {
    let mut out: Vec<LabelledChoice> = Vec::new();
    for (definition, item) in versions {
        let (Kind::SelectOne { list: ListRef::Own(list) } | Kind::SelectMultiple { list: ListRef::Own(list) }) =
            &item.kind
        else {
            continue;
        };
        for choice in definition.lists.get(*list as usize).into_iter().flat_map(|l| &l.choices) {
            let label = line(&choice.label.get(language));
            match out.iter_mut().find(|c| *c.name == *choice.name) {
                Some(known) => known.label = label,
                None => {
                    let (column, spss) = (String::new(), String::new());
                    out.push(LabelledChoice { name: choice.name.to_string(), label, column, spss });
                }
            }
        }
    }
    // What is called the same would become one.
    let mut seen = UniqueNames::default();
    for choice in &mut out {
        if choice.label.is_empty() || seen.claim(&choice.label) != choice.label {
            choice.label = format!("{} ({})", choice.label, choice.name).trim_start().to_owned();
        }
    }
    out
}

/// A label in a line.
fn line(text: &str) -> String {
    text.replace(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'), " ")
}

/// The typed missing values, as cells have them, and what they mean.
pub(super) fn missing() -> impl Iterator<Item = (String, &'static str)> {
    Missing::ALL.into_iter().map(|m| {
        let meaning = match m {
            Missing::DoNotKnow => "Do not know",
            Missing::NotPermitted => "Not permitted to see it",
            Missing::NotApplicable => "Does not apply",
        };
        (format!("?{}", m.code()), meaning)
    })
}

/// A row a column, and a row a value, with what SPSS calls them.
pub(super) fn codebook(columns: &[TableColumn]) -> Vec<[String; 6]> {
    let mut rows = vec![["column", "label", "value", "meaning", "question", "spss"].map(str::to_owned)];
    rows.extend([
        [INTERNAL, WHETHER, "", "", "", INTERNAL].map(str::to_owned),
        [INTERNAL, "", "0", OPEN, "", "0"].map(str::to_owned),
        [INTERNAL, "", "1", CLOSED, "", "1"].map(str::to_owned),
    ]);
    for c in columns {
        let row = |label: &str, value: &str, meaning: &str, spss: &str| {
            [&c.name, label, value, meaning, &c.question, spss].map(|cell: &str| cell.to_owned())
        };
        rows.push(row(&c.label, "", "", &c.spss));
        for (at, v) in (1..).zip(&c.values) {
            let code = if c.cells == CellKind::One { at.to_string() } else { v.spss.clone() };
            rows.push(row("", &v.name, &v.label, &code));
        }
        if c.missing {
            rows.extend(missing().zip(super::spss::MISSING).map(|((value, meaning), code)| {
                let code = if c.cells == CellKind::Text { &value } else { code };
                row("", &value, meaning, code)
            }));
        }
    }
    rows
}
