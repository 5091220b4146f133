//! The layers: who may depend on whom.

use std::collections::{BTreeMap, BTreeSet};
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
const EDGES: [(&str, &str); 28] = [
    ("attacks", ""),
    ("baqylau", "desk findings forms observer page protocol report server simulator sqlite witness"),
    ("benches", "desk forms http observer page protocol report server simulator sqlite tests xlsform"),
    ("bindgen", ""),
    ("desk", "exports findings forms http protocol report sqlite xlsform"),
    ("desk-ffi", "desk ffi findings forms observer protocol report"),
    ("exports", ""),
    ("faults", ""),
    ("ffi", "forms observer protocol sqlite"),
    ("findings", "forms"),
    ("forms", ""),
    ("http", ""),
    ("model", "protocol"),
    ("observer", "forms http protocol report sqlite"),
    ("page", "desk exports findings forms protocol report words"),
    ("power", "desk forms http observer protocol server sqlite tests"),
    ("protocol", ""),
    ("report", "forms protocol"),
    ("server", "http protocol sqlite"),
    ("simulator", "forms observer"),
    ("sqlite", ""),
    ("tests", "desk ffi findings forms http observer page protocol report server simulator sqlite witness"),
    ("whole", "desk forms http observer protocol server tests"),
    ("witness", "protocol sqlite"),
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

/// The sources in a folder and in those within.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

/// Which module at the top of a crate uses which others there, by the paths that begin with `crate::`. What the crate hands out under
/// a shorter name is counted to the module that it is from; a parent and its children are one.
fn modules(crate_sources: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let top = |path: &Path| {
        let within = path.strip_prefix(crate_sources).expect("within the crate");
        let first = within.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
        first.trim_end_matches(".rs").to_owned()
    };
    let all = sources(crate_sources);
    let tops: BTreeSet<String> = all.iter().map(|path| top(path)).collect();
    let root = std::fs::read_to_string(crate_sources.join("lib.rs")).expect("a library");
    let handed_out = |name: &str| {
        let line =
            root.lines().find(|l| l.starts_with("pub use") && l.split(|c: char| !is_of_name(c)).any(|w| w == name));
        line.and_then(|l| l.trim_start_matches("pub use ").split("::").next()).map(str::to_owned)
    };
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in all.iter().filter(|path| top(path) != "lib") {
        let text = std::fs::read_to_string(path).expect("a source");
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for used in code.flat_map(|line| line.split("crate::").skip(1)) {
            let name: String = used.chars().take_while(|c| is_of_name(*c)).collect();
            assert!(!name.is_empty(), "{}: name each module on a line of its own", path.display());
            let module = if tops.contains(&name) { Some(name) } else { handed_out(&name) };
            edges.entry(top(path)).or_default().extend(module.filter(|m| *m != top(path) && tops.contains(m)));
        }
    }
    edges
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The modules that reach themselves through others.
fn circles(edges: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<&String> {
    let reaches_itself = |module: &String| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![module]);
        while let Some(at) = next.pop() {
            next.extend(edges.get(at).into_iter().flatten().filter(|to| seen.insert(*to)));
        }
        seen.contains(module)
    };
    edges.keys().filter(|module| reaches_itself(module)).collect()
}

#[test]
fn modules_of_a_crate_use_each_other_in_no_circle() {
    for (name, least) in [("desk", 12), ("page", 6), ("core/observer", 10)] {
        let edges = modules(&root().join(name).join("src"));
        assert!(edges.len() >= least, "{name}: {edges:?}");
        let circles = circles(&edges);
        let of = |module: &&String| {
            format!("{module} uses {:?}", edges[*module].intersection(&circles.iter().map(|c| (*c).clone()).collect()))
        };
        let shown: Vec<String> = circles.iter().map(of).collect();
        assert!(circles.is_empty(), "{name}: let what both need stand below both: {shown:#?}");
    }
}

#[test]
fn a_circle_between_modules_is_found_however_it_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    std::fs::create_dir(folder.path().join("store")).expect("a folder");
    write("lib.rs", "mod desk;\nmod log;\nmod store;\npub use desk::{Desk, Other};\n");
    write("desk.rs", "use crate::log::Log;\n");
    write("log.rs", "use crate::store::rows::Row;\n// use crate::desk::Desk;\n");
    write("store/rows.rs", "use crate::store::Store;\n");
    assert_eq!(circles(&modules(folder.path())).len(), 0, "children and comments are none");
    write("store/mod.rs", "fn open() -> crate::Other { loop {} }\n");
    let edges = modules(folder.path());
    assert_eq!(circles(&edges).into_iter().collect::<Vec<_>>(), ["desk", "log", "store"]);
}

/// A test inside a crate that cargo does not compile for tests would never run.
#[test]
fn unit_tests_are_only_where_cargo_runs_them() {
    for (folder, _) in members().iter().filter(|(_, manifest)| manifest.lines().any(|line| line == "test = false")) {
        let found = sources(&folder.join("src"));
        assert!(!found.is_empty(), "{} has sources", folder.display());
        for source in found {
            let text = std::fs::read_to_string(&source).expect("a source");
            let tests = ["#[cfg(test)]", "#[test]"].iter().any(|mark| text.contains(mark));
            assert!(!tests, "{}: move its tests to tests/it", source.display());
        }
    }
}
