//! A statement that two desks sign, by the commands and the independent verifier.

use super::support::{baqylau, copy_mission, edit, root, text};
use baqylau_tests::{PASSPHRASE, World, now};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn run(args: &[&str]) -> (Option<i32>, String, String) {
    let done = baqylau(args).env("BAQYLAU_PASSPHRASE", PASSPHRASE).output().expect("the binary runs");
    let read = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (done.status.code(), read(&done.stdout), read(&done.stderr))
}

/// What `baqylau verify` says in words, and its exit status; the other verifier must say the same.
fn verify(files: &[&Path]) -> (Option<i32>, String) {
    let paths: Vec<&str> = files.iter().map(|path| text(path)).collect();
    let (code, said, _) = run(&[&["verify"], &paths[..]].concat());
    let (_, ours, _) = run(&[&["verify"], &paths[..], &["--json"]].concat());
    let script = root().join("tests/formats/verify.py");
    let theirs: Output = Command::new("python3").arg(script).args(&paths).arg("--json").output().expect("Python runs");
    let ours: Value = serde_json::from_str(&ours).expect("JSON");
    let told: Value = serde_json::from_slice(&theirs.stdout).expect("JSON");
    for name in
        ["mission", "manifest", "epoch", "objects", "root", "desk", "at", "digest", "signers", "needed", "published"]
    {
        assert_eq!(ours[name], told[name], "{name}");
    }
    assert_eq!(code, theirs.status.code());
    (code, said)
}

#[test]
fn two_desks_publish_a_statement_that_anybody_verifies() {
    let folder = tempfile::tempdir().expect("a folder");
    let tables = folder.path().join("tables");
    copy_mission("kazakhstan-2023", &tables);
    edit(&tables.join("mission.json"), "{", "{\"statement_signers\": 2,");
    let mut world = World::new(&tables);
    let mut second = world.another_desk("second");
    for _ in 0..2 {
        world.desk.pull(now(), &|_| ()).expect("pulls");
        second.pull(now(), &|_| ()).expect("pulls");
    }
    let at = |name: &str| world.folder.path().join(name);
    let (mission, other, file, log, out) =
        (at("mission"), at("second"), at("statement.cbor"), at("log.cbor"), at("out"));
    let desk = |folder: &Path, command: &[&str]| run(&[&["desk"], command, &["--folder", text(folder)]].concat());

    let (code, said, why) = desk(&mission, &["statement", "make", "--out", text(&file)]);
    assert!(code == Some(0) && said.ends_with("draft: 1 of 2 signatures\n"), "{said}{why}");
    let (code, said) = verify(&[&file]);
    assert!(code == Some(1) && said.ends_with("draft: 1 of 2 signatures\n"), "{said}");
    let export = ["reports", "--export", text(&out), "--statement", text(&file)];
    let (code, _, why) = desk(&mission, &export);
    assert!(code != Some(0) && why.contains("draft: 1 of 2 signatures"), "{why}");
    let (code, _, why) = desk(&mission, &["statement", "sign", text(&file)]);
    assert!(code != Some(0) && why.contains("signed the statement already"), "{why}");

    let (code, said, why) = desk(&other, &["statement", "sign", text(&file)]);
    assert!(code == Some(0) && said.ends_with("published: 2 of 2 signatures\n"), "{said}{why}");
    assert_eq!(verify(&[&file]).0, Some(0));
    assert_eq!(desk(&mission, &["log", text(&log)]).0, Some(0));
    let (code, said) = verify(&[&file, &log]);
    assert!(code == Some(0) && said.ends_with("published: 2 of 2 signatures\n"), "{said}");
    let (code, said, why) = desk(&mission, &export);
    assert!(code == Some(0) && said.contains("published: 2 of 2 signatures"), "{said}{why}");
    assert_eq!(std::fs::read(out.join("statement.cbor")).expect("a file"), std::fs::read(&file).expect("a file"));

    let (code, _, why) = run(&["verify", text(&file), "--mission", "00"]);
    assert!(code != Some(0) && why.contains("the file is of the mission"), "{why}");
    let mut bytes = std::fs::read(&file).expect("a file");
    let end = bytes.len() - 1;
    bytes[end] ^= 1;
    std::fs::write(&file, bytes).expect("written");
    let (code, said, _) = run(&["verify", text(&file)]);
    assert!(code == Some(1) && said.contains("does not verify"), "{said}");
}
