//! What the docs say of the code, as far as a program can tell.

use baqylau_forms::expr::function_names;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The project's pages for people.
fn pages() -> Vec<PathBuf> {
    let docs = ["docs", "docs/adr", "docs/operators"].map(|folder| root().join(folder));
    let files = docs.iter().flat_map(|folder| std::fs::read_dir(folder).expect("a folder"));
    let files = files.map(|entry| entry.expect("an entry").path()).filter(|p| p.extension().is_some_and(|e| e == "md"));
    files.chain(["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(|name| root().join(name))).collect()
}

/// What stands between backticks and looks like a file of the repository.
fn named(text: &str) -> impl Iterator<Item = &str> {
    const OF_CODE: [&str; 7] = [".rs", ".kt", ".swift", ".py", ".ftl", ".xcstrings", ".toml"];
    let quoted = text.split('`').skip(1).step_by(2);
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    quoted.filter(move |q| q.contains('/') && q.chars().all(plain) && OF_CODE.iter().any(|end| q.ends_with(end)))
}

#[test]
fn files_that_the_docs_name_exist() {
    let mut gone = Vec::new();
    let mut found = 0;
    for page in pages() {
        for file in named(&read(&page)) {
            // Short forms, as in `report_summary.rs` beside a folder's name, stand without the folder.
            let there = root().join(file).exists() || root().join("desk/src").join(file).exists();
            found += usize::from(there);
            if !there {
                gone.push(format!("{}: {file}", page.display()));
            }
        }
    }
    assert!(gone.is_empty(), "{gone:#?}");
    assert!(found > 50, "only {found} files were found: how the docs name them has changed");
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut gone = Vec::new();
    for page in pages() {
        let text = read(&page);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let outside = target.is_empty() || target.contains("://") || target.starts_with("mailto:");
            if !outside && !page.parent().expect("a folder").join(target).exists() {
                gone.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(gone.is_empty(), "{gone:#?}");
}

#[test]
fn authors_are_told_of_every_function() {
    let text = read(&root().join("docs/authoring.md"));
    let said = text.split("literals, and").nth(1).and_then(|t| t.split('`').nth(1)).expect("the list of functions");
    let said: BTreeSet<&str> = said.split_whitespace().collect();
    let known: BTreeSet<&str> = function_names().chain(["regex"]).collect();
    assert_eq!(said, known);
}
