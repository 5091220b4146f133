//! What a coordinator does in a terminal when something befell the desk.

use crate::it::support::{ok, run};

#[test]
fn every_command_has_its_help() {
    for command in ["page", "passphrase", "salvage", "reports", "figures", "verify", "log"] {
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
