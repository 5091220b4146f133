//! Two exported logs beside each other: what `baqylau verify ONE TWO` and the independent verifier say of them.

use super::support::{baqylau, copy, root, text};
use baqylau_observer::ObserverApp;
use baqylau_tests::{BUDGET, PASSPHRASE, World, now, tables};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn signed(core: &ObserverApp, participants: &str) {
    let all = core.checklists().expect("checklists");
    let about = all.iter().find(|c| c.id == "campaign_event").expect("the checklist");
    let place = core.search_places(&about.places, None, "", 0, 1).expect("places").remove(0).code;
    let visit = core.start_visit(Some(&place), None).expect("a visit").code;
    let draft = core.start_checklist(&visit, "campaign_event").expect("a draft").id;
    core.finalise(draft, Some(participants.into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
}

fn run(args: &[&str]) -> Output {
    baqylau(args).env("BAQYLAU_PASSPHRASE", PASSPHRASE).output().expect("the binary runs")
}

/// What `baqylau verify` says, and its exit status; the other verifier must say the same of the comparison.
fn verify(files: &[&Path]) -> (Option<i32>, String) {
    let paths: Vec<&str> = files.iter().map(|path| text(path)).collect();
    let said = run(&[&["verify"], &paths[..]].concat());
    let ours = run(&[&["verify"], &paths[..], &["--json"]].concat());
    let script = root().join("tests/formats/verify.py");
    let theirs = Command::new("python3").arg(script).args(&paths).arg("--json").output().expect("Python runs");
    let read = |out: &Output| serde_json::from_slice::<serde_json::Value>(&out.stdout).expect("JSON");
    for name in ["comparison", "key", "first"] {
        assert_eq!(read(&ours)[name], read(&theirs)[name], "{name}");
    }
    assert_eq!(said.status.code(), theirs.status.code());
    (said.status.code(), String::from_utf8_lossy(&said.stdout).into_owned())
}

#[test]
fn two_exports_tell_who_signed_two_logs_and_which_file_was_changed() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (one, two) = (world.invite("p001"), world.invite("p003"));
    let (one, two) = (world.enrolled("one", &one), world.enrolled("two", &two));
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let mut second = world.another_desk("second");
    second.pull(now(), &|_| ()).expect("pulls");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let folder = world.folder.path().to_owned();
    let export = |desk: &str, name: &str| -> PathBuf {
        let file = folder.join(name);
        let done = run(&["desk", "log", "--folder", text(&folder.join(desk)), text(&file)]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        file
    };
    let early = export("mission", "early.cbor");
    world.stop_server();
    let kept = folder.join("kept");
    copy(&world.server_folder(), &kept);
    world.start_server();
    signed(&one, "shown to the first desk");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let first_log = export("mission", "first.cbor");
    let (code, said) = verify(&[&early, &first_log]);
    assert!(code == Some(0) && said.contains("first.cbor begins with"), "{said}");

    // The other desk is shown another log from there on.
    world.stop_server();
    std::fs::remove_dir_all(world.server_folder()).expect("removed");
    copy(&kept, &world.server_folder());
    world.start_server();
    signed(&two, "shown to the second desk");
    second.pull(now(), &|_| ()).expect("pulls");
    let second_log = export("second", "second.cbor");
    let (code, said) = verify(&[&first_log, &second_log]);
    assert!(
        code == Some(1) && said.contains("FORKED at object") && said.contains("Whoever has that key lied"),
        "{said}"
    );

    // The proof stands without the two files, and nothing else is one.
    let proof = folder.join("fork.cbor");
    let told = run(&["verify", text(&first_log), text(&second_log), "--evidence", text(&proof)]);
    assert_eq!(told.status.code(), Some(1));
    let (code, said) = verify(&[&proof]);
    assert!(code == Some(0) && said.contains("PROVED") && said.contains("signed two logs"), "{said}");
    let unused = folder.join("unused.cbor");
    run(&["verify", text(&early), text(&first_log), "--evidence", text(&unused)]);
    assert!(!unused.exists(), "a log that only grew is no proof");

    // A file that was changed accuses no server.
    let mut bytes = std::fs::read(&second_log).expect("a file");
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    let changed = folder.join("changed.cbor");
    std::fs::write(&changed, bytes).expect("written");
    let (code, said) = verify(&[&first_log, &changed]);
    assert!(code == Some(1) && said.contains("TAMPERED") && said.contains("changed.cbor"), "{said}");
    assert!(!said.contains("FORKED"), "{said}");
}

#[test]
fn the_independent_verifier_and_the_binary_judge_made_up_logs_alike() {
    let script = root().join("tests/formats/check_verify.py");
    let judged = Command::new("python3").arg(script).arg("--binary").arg(env!("CARGO_BIN_EXE_baqylau")).output();
    let judged = judged.expect("Python runs");
    let said = String::from_utf8_lossy(&judged.stdout);
    assert!(judged.status.success() && !said.contains("DIFFERS"), "{said}");
}

#[test]
fn the_independent_verifier_and_the_binary_judge_made_up_statements_alike() {
    let script = root().join("tests/formats/check_statement.py");
    let judged = Command::new("python3").arg(script).arg("--binary").arg(env!("CARGO_BIN_EXE_baqylau")).output();
    let judged = judged.expect("Python runs");
    assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stdout));
}
