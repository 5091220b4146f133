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

#[test]
fn layers_depend_downward_only() {
    let forbidden: [(&str, &[&str]); 9] = [
        (
            "baqylau-server",
            &["baqylau-forms", "baqylau-report", "baqylau-findings", "baqylau-observer", "baqylau-desk"],
        ),
        (
            "baqylau-observer",
            &[
                "baqylau-xlsform",
                "baqylau-desk",
                "baqylau-exports",
                "baqylau-findings",
                "baqylau-server",
                "axum",
                "calamine",
            ],
        ),
        (
            "baqylau-ffi",
            &[
                "baqylau-xlsform",
                "baqylau-desk",
                "baqylau-desk-ffi",
                "baqylau-findings",
                "baqylau-server",
                "uniffi_bindgen",
            ],
        ),
        ("baqylau-exports", &["baqylau-forms", "baqylau-protocol", "baqylau-findings", "baqylau-desk", "rusqlite"]),
        ("baqylau-words", &["baqylau-page", "baqylau-desk", "roxmltree", "tokio", "axum"]),
        ("baqylau-simulator", &["baqylau-findings", "baqylau-desk"]),
        ("baqylau-protocol", &["baqylau-forms", "tokio", "reqwest", "rusqlite", "axum"]),
        ("baqylau-forms", &["baqylau-protocol", "tokio", "rusqlite", "minicbor"]),
        ("baqylau-findings", &["baqylau-protocol", "baqylau-report", "rusqlite"]),
    ];
    for (package, others) in forbidden {
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
