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

/// The pages whose claims are shown by tests.
const CLAIMS: [&str; 5] =
    ["docs/threat-model.md", "docs/attacks.md", "docs/compatibility.md", "docs/standards.md", "SECURITY.md"];

/// The tests that a text names, as `path::function` between backticks; in Kotlin and JavaScript names have spaces.
fn tests_in(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter_map(|quoted| quoted.split_once("::")).filter(|(file, _)| file.contains('/'))
}

/// Whether a source in Rust, Kotlin, Swift, Python or JavaScript has a test of this name, and not only a function.
fn has_test(source: &str, name: &str) -> bool {
    const MARKS: [&str; 5] = ["#[test]", "#[tokio::test", "@Test", "def test_", "test(\""];
    let declared =
        ["fn NAME(", "fun `NAME`(", "func NAME(", "def NAME(", "test(\"NAME\""].map(|form| form.replace("NAME", name));
    let lines: Vec<&str> = source.lines().collect();
    let at = lines.iter().position(|line| declared.iter().any(|declared| line.contains(declared)));
    at.is_some_and(|at| {
        let above = lines.iter().take(at).rev().map(|line| line.trim_start());
        let above = above.take_while(|line| ["#[", "@", "///"].iter().any(|begins| line.starts_with(begins)));
        above.chain(lines.get(at).copied()).any(|line| MARKS.iter().any(|mark| line.contains(mark)))
    })
}

#[test]
fn tests_that_the_docs_name_exist() {
    let mut gone = Vec::new();
    let mut found = BTreeSet::new();
    for page in CLAIMS {
        let text = read(&root().join(page));
        for (file, name) in tests_in(&text) {
            let source = std::fs::read_to_string(root().join(file)).unwrap_or_default();
            if has_test(&source, name) {
                found.insert((file.to_owned(), name.to_owned()));
            } else {
                gone.push(format!("{page}: {file}::{name}"));
            }
        }
    }
    assert!(gone.is_empty(), "{gone:#?}");
    assert!(found.len() > 150, "only {} tests are named: how the docs name them has changed", found.len());
    assert!(!has_test("fn one() {}\n\n#[test]\nfn two() {}", "one"), "a function is no test");
}

/// The rows of a page's tables whose last column is headed "shown by".
fn claims(text: &str) -> Vec<Vec<&str>> {
    let mut rows = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let row = line.starts_with('|') && !line.starts_with("|--");
        match (line.starts_with('|'), cells.last() == Some(&"shown by")) {
            (true, true) => inside = true,
            (true, false) if inside && row => rows.push(cells),
            (true, false) => {}
            (false, _) => inside = false,
        }
    }
    rows
}

#[test]
fn every_claim_names_a_test_or_says_that_it_is_not_met() {
    let mut bare = Vec::new();
    let mut all = 0;
    for page in CLAIMS {
        let text = read(&root().join(page));
        for row in claims(&text) {
            all += 1;
            let last = row.last().copied().unwrap_or_default();
            let honest = ["not met: ", "not here: "].iter().any(|begins| last.starts_with(begins) && last.len() > 15);
            if !honest && tests_in(last).next().is_none() {
                bare.push(format!("{page}: {}", row.join(" | ")));
            }
        }
    }
    assert!(bare.is_empty(), "{bare:#?}");
    assert!(all > 200, "only {all} claims were found: how the docs write them has changed");
}

/// What the program says: its sources in Rust without the breaks within a text, and the words of page and app in English.
fn said_by_the_program() -> String {
    let mut folders: Vec<PathBuf> =
        ["cli/src", "desk/src", "page/src", "core/observer/src"].iter().map(|folder| root().join(folder)).collect();
    let mut files = vec![root().join("page/words/en.ftl"), root().join("android/app/src/main/res/values/strings.xml")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    let whole = |text: String| text.split("\\\n").map(str::trim_start).collect::<String>();
    files.iter().map(|file| whole(read(file))).collect()
}

#[test]
fn words_that_the_attacks_quote_are_said() {
    let program = said_by_the_program();
    let page = read(&root().join("docs/attacks.md"));
    let seen = claims(&page).into_iter().filter_map(|row| row.get(1).copied());
    let quoted: Vec<&str> = seen.flat_map(|seen| seen.split('"').skip(1).step_by(2)).collect();
    let parts = quoted.iter().flat_map(|words| words.split('…')).map(|part| part.trim_matches([' ', ':', '.']));
    let unsaid: Vec<&str> = parts.filter(|part| !program.contains(part)).collect();
    assert!(unsaid.is_empty(), "{unsaid:#?}");
    assert!(quoted.len() > 20, "only {} are quoted: how the page quotes them has changed", quoted.len());
}

/// How many controls a group of MASVS 2.1.0 has.
const MASVS: [(&str, usize); 8] = [
    ("STORAGE", 2),
    ("CRYPTO", 2),
    ("AUTH", 3),
    ("NETWORK", 2),
    ("PLATFORM", 3),
    ("CODE", 4),
    ("RESILIENCE", 4),
    ("PRIVACY", 4),
];

/// How many sections each chapter of ASVS 5.0.0 has, from the first chapter on.
const ASVS: [usize; 17] = [5, 4, 7, 4, 4, 8, 6, 4, 2, 7, 7, 3, 4, 3, 4, 5, 3];

#[test]
fn every_control_of_the_standards_has_a_row() {
    let text = read(&root().join("docs/standards.md"));
    let named: BTreeSet<&str> = claims(&text).into_iter().filter_map(|row| row.first().copied()).collect();
    let masvs = MASVS.iter().flat_map(|(group, last)| (1..=*last).map(move |n| format!("MASVS-{group}-{n}")));
    let missing: Vec<String> = masvs.filter(|control| !named.contains(control.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let sections = (1..).zip(ASVS).flat_map(|(chapter, last)| (1..=last).map(move |n| format!("V{chapter}.{n}")));
    // A section stands as a row, or as a row for each requirement.
    let there = |section: &str| named.iter().any(|n| *n == section || n.starts_with(&format!("{section}.")));
    let missing: Vec<String> = sections.filter(|section| !there(section)).collect();
    assert!(missing.is_empty(), "{missing:?}");
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
