//! One word, one meaning: the names of public types.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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

#[test]
fn a_type_name_has_one_meaning_in_the_workspace() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in &files {
        let text = std::fs::read_to_string(file).expect("a source");
        for name in text.lines().filter_map(declared) {
            places.entry(name.to_owned()).or_default().push(file.display().to_string());
        }
    }
    assert!(places.len() > 300, "the types are found");
    let twice: Vec<(&str, &Vec<String>)> =
        places.iter().filter(|(_, at)| at.len() > 1).map(|(name, at)| (name.as_str(), at)).collect();
    for (name, at) in &twice {
        assert!(SHARED.iter().any(|(shared, _)| shared == name), "{name} means several things: {at:?}");
    }
    assert_eq!(twice.len(), SHARED.len(), "a name that is no longer shared leaves the list");
    assert!(SHARED.len() <= 5 && SHARED.iter().all(|(_, reason)| !reason.is_empty()));
}
