//! One word, one meaning: the names of public types.

use baqylau_desk::adjudication::status::StatusKind;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use strum::VariantArray as _;

/// Names that two crates share, each with its reason. There are at most five.
const SHARED: &[(&str, &str)] = &[
    ("Answer", "the phone's facade in other languages says what its core says"),
    ("Desk", "the desk's facade in Python is the desk"),
    ("DeskError", "and so are its errors"),
    ("InvalidReason", "the phone's facade gives the reasons of its core, flat"),
    ("ReasonClass", "the desk's facade in Python says what helps, as core and desk do"),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let skipped = ["target", "tests", "benches", ".git", "node_modules"];
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() && !skipped.iter().any(|s| name == *s) {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The name of the public type that a line declares, whoever may see it; none where a macro's argument is the name.
fn declared(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("pub")?;
    let rest = rest.strip_prefix('(').map_or(Some(rest), |r| r.split_once(')').map(|(_, rest)| rest))?;
    let (kind, rest) = rest.trim_start().split_once(' ')?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    ["struct", "enum", "trait", "type", "union"].contains(&kind).then(|| &rest[..end]).filter(|name| !name.is_empty())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every public type, with the files that declare it.
fn types() -> BTreeMap<String, Vec<String>> {
    let mut files = Vec::new();
    sources(&root(), &mut files);
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in &files {
        let text = std::fs::read_to_string(file).expect("a source");
        for name in text.lines().filter_map(declared) {
            places.entry(name.to_owned()).or_default().push(file.display().to_string());
        }
    }
    assert!(places.len() > 300, "the types are found");
    places
}

#[test]
fn the_paths_of_the_server_stand_in_one_module() {
    let mut files = Vec::new();
    sources(&root(), &mut files);
    let literal = |line: &&str| line.contains("/v1/") && !line.trim_start().starts_with("//");
    let mut with = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).expect("a source");
        if text.lines().any(|line| literal(&line)) {
            with.push(file.strip_prefix(root()).expect("below").display().to_string());
        }
    }
    assert_eq!(with, ["core/protocol/src/routes.rs"]);
}

#[test]
fn a_type_name_has_one_meaning_in_the_workspace() {
    let places = types();
    let twice: Vec<(&str, &Vec<String>)> =
        places.iter().filter(|(_, at)| at.len() > 1).map(|(name, at)| (name.as_str(), at)).collect();
    for (name, at) in &twice {
        assert!(SHARED.iter().any(|(shared, _)| shared == name), "{name} means several things: {at:?}");
    }
    assert_eq!(twice.len(), SHARED.len(), "a name that is no longer shared leaves the list");
    assert!(SHARED.len() <= 5 && SHARED.iter().all(|(_, reason)| !reason.is_empty()));
}

/// The first cells of the glossary's rows, of tables whose heads are no words.
fn glossary() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("docs/glossary.md")).expect("a glossary");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next().map(str::to_owned));
    rows.filter(|word| word != "word").collect()
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The words of a row, without the types behind them.
fn words(row: &str) -> impl Iterator<Item = &str> {
    row.split(" (").next().into_iter().flat_map(|words| words.split(", "))
}

#[test]
fn types_that_the_glossary_names_are_in_the_code() {
    let types = types();
    let text = std::fs::read_to_string(root().join("docs/glossary.md")).expect("a glossary");
    let tables = text.lines().filter(|line| line.starts_with("| ") || line.contains("(`"));
    let named: Vec<&str> = tables.flat_map(quoted).filter(|name| name.starts_with(char::is_uppercase)).collect();
    let gone: Vec<&&str> = named.iter().filter(|name| !types.contains_key(**name)).collect();
    assert!(gone.is_empty(), "{gone:?}");
    assert!(named.len() > 40, "only {} types were found: how the glossary names them has changed", named.len());
}

/// But for the states of a report, which may be called like what brings them about.
#[test]
fn a_word_of_the_glossary_stands_there_once() {
    let text = std::fs::read_to_string(root().join("docs/glossary.md")).expect("a glossary");
    let states = text.split_once("## States of a report").expect("the states").1;
    let rows = glossary();
    let mut all: Vec<&str> =
        rows.iter().filter(|row| !states.contains(&format!("| {row} |"))).flat_map(|r| words(r)).collect();
    all.sort_unstable();
    let twice: Vec<&[&str]> = all.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(all.len() > 70 && twice.is_empty(), "{twice:?}");
}

#[test]
fn every_state_of_a_report_is_in_the_glossary() {
    let rows = glossary();
    let words: Vec<&str> = rows.iter().flat_map(|row| words(row)).collect();
    let read = |file: &str| std::fs::read_to_string(root().join(file)).expect("a source");
    let names = StatusKind::VARIANTS.iter().map(|kind| kind.name());
    let delivery = read("core/observer/src/app/reports.rs");
    let delivery = delivery.split_once("pub enum DeliveryState {").expect("the states").1;
    let delivery = delivery.lines().take_while(|line| *line != "}");
    let variants = delivery.filter_map(|line| line.strip_prefix("    ").filter(|l| l.starts_with(char::is_uppercase)));
    let variants: Vec<String> = variants.map(|line| line.trim_end_matches([',', '{', ' ']).to_lowercase()).collect();
    let all: Vec<&str> = names.chain(variants.iter().map(String::as_str)).collect();
    let gone: Vec<&&str> = all.iter().filter(|name| !words.contains(name)).collect();
    assert!(all.len() >= 19 && gone.is_empty(), "{gone:?} of {all:?}");
}
