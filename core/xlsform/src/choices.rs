//! The choices sheets: lists of the checklist, and lists that all checklists share.

use crate::cells::yes_or_no;
use crate::finding::{Findings, SheetProblem};
use crate::header::{Dialect, RowCells, SheetHeader};
use crate::or_other;
use crate::workbook::{Sheet, Workbook};
use baqylau_forms::closest::closest;
use baqylau_forms::definition::{Choice, List};
use std::collections::HashMap;
use std::sync::Arc;

const DIALECT: Dialect = Dialect {
    plain: &["list_name", "name", "exclusive"],
    texts: &["label"],
    aliases: &[("value", "name"), ("caption", "label")],
    cosmetic: &["media", "media::", "image", "audio", "video", "big-image", "geometry"],
    refused: &[],
    open: true,
};

/// Every list there is, and those that questions use, in the order of their first use.
pub(crate) struct Lists<'w> {
    sheets: Vec<Source<'w>>,
    found: Vec<Found>,
    by_name: HashMap<String, usize>,
    used: Vec<List>,
    numbers: HashMap<String, u32>,
}

struct Source<'w> {
    sheet: &'w Sheet,
    own: bool,
}

struct Found {
    source: usize,
    row: usize,
    list: List,
    /// Reported only when a question uses the list.
    problems: Findings,
}

impl<'w> Lists<'w> {
    /// Reads both sheets; the checklist's own lists win.
    pub fn read(workbook: &'w Workbook, languages: &[String], findings: &mut Findings) -> Self {
        let own = workbook.choices.iter().map(|sheet| Source { sheet, own: true });
        let sheets: Vec<Source> = own.chain(workbook.shared.iter().map(|sheet| Source { sheet, own: false })).collect();
        let mut found: Vec<Found> = Vec::new();
        let mut by_name: HashMap<String, usize> = HashMap::new();
        for (source, Source { sheet, .. }) in sheets.iter().enumerate() {
            let header = SheetHeader::read(sheet, &DIALECT, languages, findings);
            header.need(&["list_name", "name", "label"], findings);
            let mut first_rows = HashMap::new();
            for row in header.rows() {
                let Some(name) = row.get("list_name") else {
                    row.report(findings, "list_name", SheetProblem::Blank { what: "the list's name" });
                    continue;
                };
                let at = *by_name.entry(name.to_owned()).or_insert_with(|| {
                    let list = List { name: name.to_owned(), columns: header.extras(), choices: Vec::new() };
                    found.push(Found { source, row: row.number(), list, problems: Findings::default() });
                    found.len() - 1
                });
                if found[at].source == source {
                    found[at].add(&row, languages, &mut first_rows);
                }
            }
        }
        Self { sheets, found, by_name, used: Vec::new(), numbers: HashMap::new() }
    }

    /// Whether there is a list of this name.
    pub fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The name of a list that is close.
    pub fn suggestion(&self, name: &str, levels: &[&str]) -> Option<String> {
        closest(name, self.by_name.keys().map(String::as_str).chain(levels.iter().copied()))
    }

    /// The number of a list in the definition. With `or_other` it is a copy that offers `other` too.
    pub fn take(&mut self, name: &str, with_other: bool, languages: &[String]) -> Option<u32> {
        let found = &self.found[*self.by_name.get(name)?];
        // No list of a sheet can have a blank in its name, so the copy's name is free.
        let key = if with_other { format!("{name} or_other") } else { name.to_owned() };
        if let Some(number) = self.numbers.get(&key) {
            return Some(*number);
        }
        let mut list = found.list.clone();
        list.name.clone_from(&key);
        if with_other {
            or_other::add_choice(&mut list, languages);
        }
        let number = u32::try_from(self.used.len()).ok()?;
        self.used.push(list);
        self.numbers.insert(key, number);
        Some(number)
    }

    /// The lists that are used, with what is wrong with them and what is not used of the checklist's own.
    pub fn into_used(self, findings: &mut Findings) -> Vec<List> {
        for found in self.found {
            let Source { sheet, own } = &self.sheets[found.source];
            let name = &found.list.name;
            let used = self.numbers.contains_key(name) || self.numbers.contains_key(&format!("{name} or_other"));
            if used || *own {
                findings.append(found.problems);
            }
            if !used && *own {
                findings.cell(sheet, found.row, "list_name", SheetProblem::UnusedList { list: name.clone() });
            }
        }
        self.used
    }
}

impl Found {
    fn add(&mut self, row: &RowCells, languages: &[String], first_rows: &mut HashMap<(String, String), usize>) {
        let findings = &mut self.problems;
        let name = row.get("name").unwrap_or_default();
        if name.is_empty() {
            row.report(findings, "name", SheetProblem::Blank { what: "the choice's name" });
        } else if name.contains(char::is_whitespace) {
            let expected =
                format!("{:?}: names of choices hold no blanks", name.split_whitespace().collect::<Vec<_>>().join("_"));
            row.report(findings, "name", SheetProblem::Value { value: name.to_owned(), expected });
        } else if let Some(first) = first_rows.insert((self.list.name.clone(), name.to_owned()), row.number()) {
            row.report(findings, "name", SheetProblem::Doubled { name: name.to_owned(), first });
        }
        let label = row.text("label");
        if label.is_empty() && row.header.has("label") {
            row.report(findings, "label", SheetProblem::Blank { what: "the label" });
        }
        row.translated("label", languages, findings);
        let exclusive = row.get("exclusive").map_or(Some(false), yes_or_no);
        if exclusive.is_none() {
            let value = row.owned("exclusive").unwrap_or_default();
            row.report(findings, "exclusive", SheetProblem::Value { value, expected: "yes or no".to_owned() });
        }
        let exclusive = exclusive.unwrap_or_default();
        self.list.choices.push(Choice { name: Arc::from(name), label, exclusive, cells: row.extras() });
    }
}
