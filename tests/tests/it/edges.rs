//! The layers: who may depend on whom.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Everything that a crate links, by name.
fn tree(package: &str) -> BTreeSet<String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let args = ["tree", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}", "--package", package];
    let output = Command::new(cargo).args(args).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().filter_map(|l| l.split(' ').next()).map(str::to_owned).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every crate of the workspace with the crates here that it may use, both without `baqylau-`. The binary is `baqylau`.
const EDGES: [(&str, &str); 22] = [
    ("baqylau", "desk findings forms observer page protocol report server simulator"),
    ("benches", "desk forms http observer page protocol report server simulator sqlite tests xlsform"),
    ("bindgen", ""),
    ("desk", "exports findings forms http protocol report sqlite xlsform"),
    ("desk-ffi", "desk ffi findings forms observer protocol report"),
    ("exports", ""),
    ("ffi", "forms observer protocol sqlite"),
    ("findings", "forms"),
    ("forms", ""),
    ("http", ""),
    ("observer", "forms http protocol report sqlite"),
    ("page", "desk exports findings forms protocol report words"),
    ("protocol", ""),
    ("report", "forms protocol"),
    ("server", "protocol sqlite"),
    ("simulator", "forms observer"),
    ("sqlite", ""),
    ("tests", "desk ffi findings forms http observer page protocol report server simulator sqlite"),
    ("words", ""),
    ("words-tool", "words"),
    ("xlsform", "forms"),
    ("xtask", ""),
];

/// Foreign crates that a crate must not link, not even through another: what would bring I/O into pure ones, a server onto a phone, or the
/// way to read answers into the server.
const FOREIGN: [(&str, &[&str]); 6] = [
    ("baqylau-observer", &["axum", "calamine", "parquet"]),
    ("baqylau-ffi", &["axum", "calamine", "parquet", "uniffi_bindgen"]),
    ("baqylau-protocol", &["tokio", "reqwest", "rusqlite", "axum"]),
    ("baqylau-forms", &["tokio", "rusqlite", "minicbor"]),
    ("baqylau-findings", &["tokio", "rusqlite", "minicbor"]),
    ("baqylau-words", &["roxmltree", "tokio", "axum"]),
];

/// The crates of the workspace that a manifest names among what it links.
fn edges(manifest: &str, crates: &BTreeSet<String>) -> BTreeSet<String> {
    let mut linked = false;
    let mut found = BTreeSet::new();
    for line in manifest.lines() {
        if let Some(section) = line.strip_prefix('[') {
            linked = section.trim_end_matches(']').ends_with("dependencies")
                && !section.starts_with("dev-")
                && !section.starts_with("workspace");
        }
        let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
        if linked && crates.contains(name) {
            found.insert(name.to_owned());
        }
    }
    found
}

fn name(manifest: &str) -> String {
    let line = manifest.lines().find_map(|l| l.strip_prefix("name = \"")).expect("a name");
    line.trim_end_matches('"').to_owned()
}

#[test]
fn crates_use_each_other_only_as_listed() {
    let short = |name: &str| name.trim_start_matches("baqylau-").to_owned();
    let members = members();
    let crates: BTreeSet<String> = members.iter().map(|(_, manifest)| name(manifest)).collect();
    let found: BTreeSet<(String, String)> = members
        .iter()
        .map(|(_, manifest)| {
            let uses: Vec<String> = edges(manifest, &crates).iter().map(|n| short(n)).collect();
            (short(&name(manifest)), uses.join(" "))
        })
        .collect();
    let listed: BTreeSet<(String, String)> = EDGES.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    assert_eq!(
        found, listed,
        "a new edge is a decision: list it, and say in docs/ARCHITECTURE.md what the crate does not know"
    );
}

#[test]
fn pure_crates_and_phones_link_nothing_they_must_not() {
    for (package, others) in FOREIGN {
        let tree = tree(package);
        assert!(tree.contains(package), "the tree is one");
        for other in others {
            assert!(!tree.contains(*other), "{package} must not link {other}");
        }
    }
    assert_eq!(tree("xtask").len(), 1, "xtask depends on nothing");
}

/// The folders of the workspace's crates with their manifests.
fn members() -> Vec<(PathBuf, String)> {
    let workspace = std::fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    let members = workspace.split("members = [").nth(1).and_then(|m| m.split(']').next()).expect("members");
    let folders = members.split('"').skip(1).step_by(2).map(|folder| root().join(folder));
    let members: Vec<_> = folders
        .map(|folder| {
            let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
            (folder, manifest)
        })
        .collect();
    assert!(members.len() > 15, "the workspace has its members");
    members
}

#[test]
fn no_crate_has_features() {
    for (folder, manifest) in members() {
        assert!(!manifest.contains("[features]"), "{}", folder.display());
    }
}

/// A test inside a crate that cargo does not compile for tests would never run.
#[test]
fn unit_tests_are_only_where_cargo_runs_them() {
    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    for (folder, _) in members().iter().filter(|(_, manifest)| manifest.lines().any(|line| line == "test = false")) {
        let mut found = Vec::new();
        sources(&folder.join("src"), &mut found);
        assert!(!found.is_empty(), "{} has sources", folder.display());
        for source in found {
            let text = std::fs::read_to_string(&source).expect("a source");
            let tests = ["#[cfg(test)]", "#[test]"].iter().any(|mark| text.contains(mark));
            assert!(!tests, "{}: move its tests to tests/it", source.display());
        }
    }
}
