//! The runbook: the program knows each command, with its options, and its pages lead where they say.

use super::support::{Server, baqylau, free_port, ok, root, run, text};
use std::fs;
use std::path::{Path, PathBuf};

/// The commands of the page's blocks, without what follows a `#`.
fn commands(page: &str) -> Vec<Vec<&str>> {
    let blocks = page.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(|block| block.lines().skip(1)).map(|line| line.split('#').next().unwrap_or_default());
    lines.filter_map(|line| line.strip_prefix("baqylau ")).map(|line| line.split_whitespace().collect()).collect()
}

/// Whether the program understood the words. Nothing that they name exists, so that it goes no further.
fn is_understood(words: &[&str], nowhere: &Path) -> bool {
    let words: Vec<&str> = words.iter().map(|word| if *word == "N" { "1" } else { word }).collect();
    let output = baqylau(&words).current_dir(nowhere).output().expect("the binary runs");
    !String::from_utf8_lossy(&output.stderr).contains("Usage: baqylau")
}

#[test]
fn commands_of_the_runbook_are_those_of_the_program() {
    let nowhere = tempfile::tempdir().expect("a folder");
    let page = fs::read_to_string(root().join("docs/runbook.md")).expect("the runbook");
    let commands = commands(&page);
    assert!(commands.len() > 15, "{commands:?}");
    for words in &commands {
        assert!(is_understood(words, nowhere.path()), "{words:?}");
        assert!(!is_understood(&[&words[..], &["--no-such-option"]].concat(), nowhere.path()), "{words:?}");
    }
}

/// A mission with two desks, and a phone that both pulled.
struct Mission {
    folder: tempfile::TempDir,
    address: String,
    server: Option<Server>,
}

impl Mission {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let address = format!("127.0.0.1:{}", free_port());
        let mut mission = Self { folder, address, server: None };
        let (first, url) = (mission.at("first"), format!("https://{}", mission.address));
        ok(&["mission", "new", text(&first), "--source", "missions/sahra-2026", "--server", &url]);
        mission.serve();
        mission.desk("mission build", "first", &["--publish"]);
        mission.desk("mission desk", "first", &[text(&mission.at("second"))]);
        let invites = mission.at("invites");
        mission.desk("mission invite", "first", &["w01", "--out", text(&invites)]);
        let (phone, invite) = (mission.at("phone"), invites.join("w01.txt"));
        ok(&["observe", "enrol", "--store", text(&phone), "--invite", text(&invite)]);
        mission.desk("desk pull", "first", &[]);
        mission.desk("desk pull", "second", &[]);
        mission
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn serve(&mut self) {
        self.server = Some(Server::start(&self.at("first"), &self.address));
    }

    /// What a command at a desk says; it must succeed.
    fn desk(&self, command: &str, desk: &str, more: &[&str]) -> String {
        let folder = self.at(desk);
        let words: Vec<&str> =
            command.split(' ').chain(["--folder", text(&folder)]).chain(more.iter().copied()).collect();
        ok(&words)
    }

    /// The device of the line of `desk devices` that has these words.
    fn device(&self, desk: &str, which: impl Fn(&str) -> bool) -> String {
        let listed = self.desk("desk devices", desk, &[]);
        let line = listed.lines().find(|line| which(line)).unwrap_or_else(|| panic!("{listed}"));
        line.split_whitespace().next().expect("a device").to_owned()
    }
}

#[test]
fn a_lost_desk_is_ended_from_another_one_with_the_copy_of_the_root_key() {
    let mission = Mission::new();
    let lost = mission.device("second", |line| line.contains(" yes ") && !line.contains("this desk"));
    let second = mission.at("second");
    let without = run(&["mission", "end-desk", "--folder", text(&second), &lost]);
    assert!(!without.status.success(), "the root key is not there");
    fs::copy(mission.at("first").join("keys/root.key"), second.join("keys/root.key")).expect("the copy");
    assert!(mission.desk("mission end-desk", "second", &[&lost]).contains("published to"));
    let listed = mission.desk("desk devices", "second", &[]);
    assert!(listed.lines().any(|line| line.contains(&lost) && line.contains("ended at")), "{listed}");
    assert!(listed.lines().any(|line| line.starts_with("desk ")), "the desks have a head of their own: {listed}");
    let shut = run(&["desk", "pull", "--folder", text(&mission.at("first"))]);
    assert!(String::from_utf8_lossy(&shut.stderr).contains("or ended it"), "{shut:?}");
    mission.desk("desk pull", "second", &[]);
}

#[test]
fn a_log_begins_anew_under_the_same_desks_and_phones() {
    let mut mission = Mission::new();
    let (log, server) = (mission.at("log.cbor"), mission.at("first").join("server"));
    mission.desk("desk log", "second", &[text(&log)]);
    mission.server = None;
    let begun = ok(&["new-log", "--folder", text(&server), text(&log)]);
    let key = begun.split_once("--signed-by ").and_then(|(_, rest)| rest.split(' ').next()).expect("the key");
    assert!(server.join("receipt.key.before-1").exists() && server.join("server.db.before-1").exists(), "kept aside");
    mission.serve();
    assert!(mission.desk("mission epoch", "first", &["--signed-by", key]).contains("begins log 1"), "{begun}");
    let bundle = mission.at("bundle.cbor");
    for desk in ["first", "second"] {
        mission.desk("desk pull", desk, &[]);
    }
    mission.desk("desk courier", "first", &[text(&bundle)]);
    let phone = mission.at("phone");
    ok(&["observe", "import", "--store", text(&phone), text(&bundle)]);
    ok(&["observe", "sync", "--store", text(&phone)]);
    mission.desk("desk log", "second", &[text(&log)]);
    assert!(ok(&["verify", text(&log)]).contains("1 phones and 2 desks"));
}

#[test]
fn a_bundle_is_renewed_by_publishing_it_again() {
    let mission = Mission::new();
    let phone = mission.at("phone");
    let renewed = mission.desk("mission publish", "first", &["--renew", "5"]);
    assert!(renewed.contains("the next one is promised by") && renewed.contains("published to"), "{renewed}");
    assert!(mission.desk("mission publish", "first", &[]).contains("bundle 4 changes nothing"));
    ok(&["observe", "sync", "--store", text(&phone)]);
    let shown = ok(&["observe", "mission", "--store", text(&phone), "--json"]);
    assert!(shown.contains("\"bundle\":4") && shown.contains("\"overdue\":false"), "{shown}");
}

#[test]
fn a_lost_phone_is_replaced_and_only_the_root_takes_that_back() {
    let mission = Mission::new();
    let phone = mission.device("first", |line| line.contains(" w01 "));
    assert!(mission.desk("mission replace", "first", &[&phone, "--lost"]).contains("BAQYLAU1:"), "the invite is shown");
    mission.desk("desk pull", "first", &[]);
    let refused = run(&["mission", "confirm", "--folder", text(&mission.at("first")), &phone]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("it was revoked"), "{refused:?}");
    mission.desk("mission reinstate", "first", &[&phone]);
    mission.desk("mission confirm", "first", &[&phone]);
    mission.desk("desk pull", "second", &[]);
    let listed = mission.desk("desk devices", "second", &[]);
    assert!(listed.lines().any(|line| line.contains(&phone) && line.contains(" confirmed ")), "{listed}");
}

#[test]
fn who_is_only_to_look_gets_a_reader_which_signs_nothing() {
    let mission = Mission::new();
    let (at, out) = (mission.at("reader"), mission.at("out"));
    let made = mission.desk("mission desk", "first", &[text(&at), "--reader"]);
    assert!(made.contains("a reader in "), "{made}");
    mission.desk("desk pull", "reader", &[]);
    mission.desk("desk verify", "reader", &[]);
    mission.desk("desk reports", "reader", &[]);
    mission.desk("desk log", "reader", &[text(&out)]);
    let phone = mission.device("reader", |line| line.contains("confirmed"));
    for refused in [
        vec!["mission", "invite", "--folder", text(&at), "w01", "--out", text(&out)],
        vec!["mission", "revoke", "--folder", text(&at), &phone],
        vec!["mission", "move", "--folder", text(&at), "w01", "T9"],
    ] {
        let done = run(&refused);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(!done.status.success() && said.contains("it is a reader"), "{refused:?}: {said}");
    }
    let reader = mission.device("first", |line| line.contains("reads only"));
    mission.desk("mission end-desk", "first", &[&reader]);
    let shut = run(&["desk", "pull", "--folder", text(&at)]);
    assert!(String::from_utf8_lossy(&shut.stderr).contains("or ended it"), "{shut:?}");
}
