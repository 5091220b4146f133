//! What stands in a mission's folder: a table that nobody reads is said, not passed over.

use baqylau_forms::closest::distance;
use std::fs;
use std::path::Path;

/// Files of the mission's folder.
const FILES: [&str; 12] = [
    "mission.json",
    "places.csv",
    "people.csv",
    "figures.csv",
    "sample.csv",
    "desk.csv",
    "reconcile.csv",
    "official.csv",
    "deployment.csv",
    "codebook.csv",
    "traits.csv",
    "map.geojson",
];
/// Folders of the mission's folder.
const FOLDERS: [&str; 2] = ["checklists", "plan"];
/// Files of a checklist's folder.
const SHEETS: [&str; 3] = ["survey.csv", "choices.csv", "settings.csv"];
/// The lists that all checklists share.
const SHARED: &str = "choices.csv";
/// What `mission new` writes, where it makes a desk in the same folder.
const OF_THE_DESK: &str = "desk.json";
/// Endings of what looks like a table.
const ENDINGS: [&str; 8] = ["csv", "tsv", "xlsx", "xlsm", "xls", "ods", "json", "geojson"];
/// Endings of workbooks, of which one may be a whole checklist.
const WORKBOOKS: [&str; 4] = ["xlsx", "xlsm", "xls", "ods"];

/// Faults: what has nearly the name of something that is read, and checklists that the mission does not list. Warnings: other tables
/// that are not read.
pub(super) fn names(folder: &Path, checklists: &[String], faults: &mut Vec<String>, warnings: &mut Vec<String>) {
    let mut look = Look { faults, warnings };
    for entry in entries(folder) {
        match &entry {
            Entry { name, folder: true } => look.misspelt("", name, &FOLDERS),
            Entry { name, .. } if name == OF_THE_DESK => {}
            Entry { name, .. } => look.file("", name, &FILES),
        }
    }
    look.checklists(&folder.join("checklists"), checklists);
    let plans: Vec<String> = checklists.iter().map(|id| format!("{id}.csv")).collect();
    let plans: Vec<&str> = plans.iter().map(String::as_str).collect();
    entries(&folder.join("plan")).iter().filter(|e| !e.folder).for_each(|e| look.file("plan/", &e.name, &plans));
}

struct Entry {
    name: String,
    folder: bool,
}

impl Entry {
    fn stem(&self) -> &str {
        if self.folder { &self.name } else { split(&self.name).0 }
    }

    fn is_workbook(&self) -> bool {
        !self.folder && WORKBOOKS.contains(&split(&self.name).1.as_str())
    }
}

/// What is in a folder, in order. What is hidden, begins with `_`, or is the lock of a program that has a table open, is the author's own.
fn entries(folder: &Path) -> Vec<Entry> {
    let all = fs::read_dir(folder).into_iter().flatten().flatten();
    let entry =
        |e: fs::DirEntry| Entry { name: e.file_name().to_string_lossy().into_owned(), folder: e.path().is_dir() };
    let mut out: Vec<Entry> = all.map(entry).filter(|e| !e.name.starts_with(['.', '_', '~'])).collect();
    out.sort_by(|a, b| a.name.cmp(&b.name));
    out
}

/// A name and its ending, in small letters.
fn split(name: &str) -> (&str, String) {
    name.rsplit_once('.').map_or((name, String::new()), |(stem, ending)| (stem, ending.to_lowercase()))
}

fn is_table(name: &str) -> bool {
    ENDINGS.contains(&split(name).1.as_str())
}

/// The name that was probably meant: the endings do not matter, a third of the letters may differ.
fn meant<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let stem = split(name).0.to_lowercase();
    let away = |k: &&'k str| {
        let of = split(k).0;
        let away = distance(&stem, &of.to_lowercase());
        (away <= (of.chars().count() / 3).max(1)).then_some((away, *k))
    };
    known.iter().filter_map(away).min_by_key(|(away, _)| *away).map(|(_, known)| known)
}

struct Look<'f> {
    faults: &'f mut Vec<String>,
    warnings: &'f mut Vec<String>,
}

impl Look<'_> {
    fn misspelt(&mut self, at: &str, name: &str, known: &[&str]) {
        if let Some(meant) = meant(name, known).filter(|_| !known.contains(&name)) {
            self.faults.push(format!(
                "{at}{name} looks like {meant}, and is not read; name it {meant}, or begin its name with _ to keep it for yourself"
            ));
        }
    }

    fn file(&mut self, at: &str, name: &str, known: &[&str]) {
        if known.contains(&name) || !is_table(name) {
            return;
        }
        if meant(name, known).is_some() {
            return self.misspelt(at, name, known);
        }
        self.warnings.push(format!(
            "{at}{name} is not read: no table of a mission is called so; begin its name with _ to keep it for yourself"
        ));
    }

    fn checklists(&mut self, folder: &Path, listed: &[String]) {
        let found = entries(folder);
        for entry in &found {
            let is_listed = listed.iter().any(|id| id == entry.stem());
            let workbook = entry.name.ends_with(".xlsx");
            match entry {
                Entry { name, folder: true } if is_listed => self.sheets(&folder.join(name), name),
                Entry { folder: true, name } if entries(&folder.join(name)).iter().all(|e| !is_table(&e.name)) => {}
                e if workbook && is_listed => {
                    if found.iter().any(|other| other.folder && other.name == e.stem()) {
                        let (file, id) = (&e.name, e.stem());
                        self.faults.push(format!(
                            "checklists/{file} and checklists/{id} are the same checklist, and only the first is read; remove one of them"
                        ));
                    }
                }
                Entry { name, .. } if name == SHARED => {}
                e if !e.folder && meant(&e.name, &[SHARED]).is_some() => {
                    self.misspelt("checklists/", &e.name, &[SHARED])
                }
                e if e.folder || e.is_workbook() => self.unlisted(e, listed),
                e => self.file("checklists/", &e.name, &[SHARED]),
            }
        }
    }

    /// A checklist that no phone gets.
    fn unlisted(&mut self, entry: &Entry, listed: &[String]) {
        let (name, id) = (&entry.name, entry.stem());
        let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
        let remedy = match meant(id, &listed) {
            Some(meant) if !entry.folder => format!("name it {meant}.xlsx"),
            Some(meant) => format!("name it {meant}"),
            None => format!("add {id:?} to the checklists of mission.json"),
        };
        self.faults.push(format!(
            "checklists/{name}: mission.json lists no such checklist, and it is not read; {remedy}, or begin its name with _ to keep it for yourself"
        ));
    }

    /// The reader of checklists says which of its CSV files are misspelt.
    fn sheets(&mut self, folder: &Path, id: &str) {
        for entry in entries(folder).iter().filter(|e| !e.folder) {
            if split(&entry.name).1 != "csv" || meant(&entry.name, &SHEETS).is_none() {
                self.file(&format!("checklists/{id}/"), &entry.name, &SHEETS);
            }
        }
    }
}
