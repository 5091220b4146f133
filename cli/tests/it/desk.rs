//! What a coordinator does in a terminal when something befell the desk.

use crate::it::support::{ok, run, text};

#[test]
fn every_command_has_its_help() {
    for command in ["page", "passphrase", "salvage", "reports", "figures", "verify", "audit", "log"] {
        assert!(ok(&["desk", command, "--help"]).contains("--folder"), "{command}");
    }
}

#[test]
fn what_is_not_there_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(&["desk", "salvage", "--folder", &folder.path().to_string_lossy()]);
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && err.contains("desk.json") && err.contains("mission new"), "{err}");
}

/// What a phone, a file or a server may send: colours, the bell, an end of the line, another order of the letters.
const FOREIGN: &str = "A\u{1b}[31mRED\u{7} \u{202e}B\u{9b}";

/// Whether something of it reached the terminal as it is.
fn acts(out: &[u8]) -> bool {
    let words = String::from_utf8_lossy(out);
    words.chars().any(|c| (c.is_control() && c != '\n') || ('\u{2028}'..='\u{202e}').contains(&c))
}

#[test]
fn nothing_foreign_acts_on_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let named = folder.path().join(FOREIGN);
    let check = run(&["mission", "check", text(&named)]);
    let salvage = run(&["desk", "salvage", "--folder", text(&named)]);
    for (name, out) in [("standard output", check.stdout), ("standard error", salvage.stderr)] {
        let words = String::from_utf8_lossy(&out);
        assert!(!acts(&out) && words.contains("\\u{1b}[31mRED\\u{7} \\u{202e}B\\u{9b}"), "{name}: {words:?}");
    }
    let json = run(&["mission", "check", text(&named), "--json"]).stdout;
    let read: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    let fault = read["faults"][0].as_str().expect("a fault");
    assert!(!acts(&json) && fault.contains(FOREIGN), "{fault:?}");
}
