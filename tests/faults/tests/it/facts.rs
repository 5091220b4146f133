//! What a mission comes to: the same whether something was interrupted or not.

use crate::it::commands::Interrupted;
use crate::it::program::{ok, run};
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// What phones deliver and the desk has, a fact a line: everything once, nothing left over.
pub fn facts(here: &Path, command: &Interrupted) -> String {
    for words in command.after {
        let done = run(words, here, None);
        // What was interrupted may have come so far.
        assert!(done.code == Some(0) || done.said.contains("already"), "{words}: {}", done.said);
    }
    let mut facts = String::new();
    for phone in ["phone", "other"] {
        let synced = run(&format!("observe sync --store {phone}"), here, None);
        assert_eq!(synced.code, Some(0), "{phone}: {}", synced.said);
    }
    let pulled = run("desk pull --folder mission", here, None);
    assert_eq!(pulled.code, Some(0), "{}", pulled.said);
    for phone in ["phone", "other"] {
        let shown = json(&format!("observe reports --store {phone} --json"), here);
        assert_eq!(shown["all_stored"], true, "{phone}: {shown}");
        let _ = writeln!(facts, "{phone}: {} drafts", shown["drafts"]);
        for row in rows(&shown["reports"]) {
            let of = ["seq", "visit", "checklist", "amends", "attachments", "attachments_delivered"]
                .map(|name| row[name].to_string());
            let _ = writeln!(facts, "{phone}: {}", of.join(" "));
        }
    }
    for row in rows(&json("desk reports --folder mission --json", here)) {
        let of = ["seq", "visit", "checklist", "status"].map(|name| row[name].to_string());
        let _ = writeln!(facts, "desk: {}", of.join(" "));
    }
    for row in rows(&json("desk letters --folder mission --json", here)["letters"]) {
        let _ = writeln!(facts, "letter: {} {}", row["person"], row["text"]);
    }
    let figures = json("desk figures --folder mission --json", here);
    for row in rows(&figures["figures"]) {
        let _ = writeln!(facts, "figure: {} {} {}", row["id"], row["computed"], row["base"]);
    }
    ok("desk verify --folder mission", here);
    left_over(&here.join("phone"), &mut facts);
    left_over(&here.join("mission"), &mut facts);
    facts
}

/// What a command shows. A figure that is not as published is no fault here.
fn json(words: &str, here: &Path) -> Value {
    let shown = run(words, here, None);
    assert!(shown.code.is_some_and(|code| code < 2), "{words}: {}", shown.said);
    serde_json::from_str(&shown.said).unwrap_or_else(|e| panic!("{words}: {e}: {}", shown.said))
}

fn rows(value: &Value) -> &[Value] {
    value.as_array().expect("rows")
}

/// Files that are of use to nobody once everything is done, and how many there are in all.
fn left_over(folder: &Path, facts: &mut String) {
    for path in fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            left_over(&path, facts);
        } else if [".part", "-room", ".salvaging", ".salvaged"].iter().any(|end| name.ends_with(end))
            || name.starts_with("new-")
        {
            let _ = writeln!(facts, "left over: {}", path.display());
        }
    }
}
