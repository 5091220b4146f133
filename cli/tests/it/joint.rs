//! A root that three people hold: two of them sign whatever changes, each with a key that never leaves a folder of their own.

use super::support::{Server, free_port, ok, root, run, text};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// A mission that is not published yet, and the keys of two other holders.
struct Mission {
    folder: tempfile::TempDir,
    address: String,
}

impl Mission {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mission = Self { folder, address: format!("127.0.0.1:{}", free_port()) };
        let holders = ["aigul.key", "bolat.key"].map(|name| {
            let made = ok(&["mission", "root-key", text(&mission.at(name))]);
            made.lines().next().expect("the public half").to_owned()
        });
        let (desk, url) = (mission.at("desk"), format!("https://{}", mission.address));
        let (source, both) = ("missions/sahra-2026", ["--holder", &holders[0], "--holder", &holders[1]]);
        let new = ["mission", "new", text(&desk), "--source", source, "--server", &url, "--signatures", "2"];
        ok(&[&new[..], &both[..]].concat());
        mission
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn desk(&self, command: &str, more: &[&str]) -> String {
        let folder = self.at("desk");
        let words = command.split(' ').chain(["--folder", text(&folder)]).chain(more.iter().copied());
        ok(&words.collect::<Vec<_>>())
    }

    /// What the desk says of a command that must fail.
    fn refused(&self, command: &str, more: &[&str]) -> String {
        let folder = self.at("desk");
        let words = command.split(' ').chain(["--folder", text(&folder)]).chain(more.iter().copied());
        let output = run(&words.collect::<Vec<_>>());
        assert!(!output.status.success(), "{command}: {output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// The file that waits, as another machine gets it.
    fn carried(&self) -> PathBuf {
        let file = self.at("carried.cbor");
        fs::copy(self.at("desk/publish/waiting.cbor"), &file).expect("a bundle waits");
        file
    }

    /// What a holder reads who signs what waits, and the desk then publishes.
    fn signed_by(&self, key: &str) -> String {
        let (file, key) = (self.carried(), self.at(key));
        let read = ok(&["mission", "sign", text(&file), "--key", text(&key), "--yes"]);
        assert!(self.desk("mission publish", &[text(&file)]).contains("published to"));
        read
    }
}

#[test]
fn what_two_of_three_signed_is_published_and_one_alone_publishes_nothing() {
    let mission = Mission::new();
    let _server = Server::start(&mission.at("desk"), &mission.address);
    assert!(mission.desk("mission build", &["--publish"]).contains("1 of 2 signatures are there"));
    assert!(mission.refused("mission publish", &[]).contains("waits in"), "one signature is not enough");
    assert!(mission.refused("mission build", &[]).contains("waits in"), "what waits is not lost to another change");
    let read = mission.signed_by("aigul.key");
    for told in [
        "the first of the mission",
        "+ desk ",
        "+ issuer ",
        "+ reading key 1",
        "+ checklist ",
        "enrolment ends ",
        "is promised by ",
    ] {
        assert!(read.contains(told), "{told}: {read}");
    }
    let (invites, phone) = (mission.at("invites"), mission.at("phone"));
    mission.desk("mission invite", &["w01", "--out", text(&invites)]);
    ok(&["observe", "enrol", "--store", text(&phone), "--invite", text(&invites.join("w01.txt"))]);
    mission.desk("desk pull", &[]);
    // What every other command of the root changes waits likewise, and says what it changes and nothing else.
    let other = mission.at("other");
    assert!(mission.desk("mission desk", &[text(&other)]).contains("1 of 2"));
    let read = mission.signed_by("bolat.key");
    let changes = read.lines().filter(|line| line.starts_with(['+', '-'])).collect::<Vec<_>>();
    assert!(matches!(changes[..], [line] if line.starts_with("+ desk ")), "{read}");
    ok(&["desk", "pull", "--folder", text(&other)]);
    mission.desk("mission rotate", &[]);
    let read = mission.signed_by("aigul.key");
    assert!(read.contains("+ reading key 2") && read.matches("+ issuer ").count() == 1, "{read}");
    ok(&["observe", "sync", "--store", text(&phone)]);
    mission.desk("mission invite", &["w02"]);
    mission.desk("desk pull", &[]);
    // It is renewed by two of them, too, and nothing else changes.
    assert!(mission.desk("mission publish", &[]).contains("1 of 2"));
    let read = mission.signed_by("bolat.key");
    assert!(read.contains("is promised by ") && !read.lines().any(|line| line.starts_with(['+', '-'])), "{read}");
    let log = mission.at("log.cbor");
    mission.desk("desk log", &[text(&log)]);
    assert!(ok(&["verify", text(&log)]).contains("1 phones and 2 desks"));
    let verifier = Command::new("python3").arg(root().join("tests/formats/verify.py")).arg(&log).output();
    let verifier = verifier.expect("Python runs");
    assert!(verifier.status.success(), "{verifier:?}");
}

#[test]
fn a_key_that_is_not_of_the_root_signs_nothing_and_nobody_signs_twice() {
    let mission = Mission::new();
    mission.desk("mission build", &[]);
    let (file, stranger, own) = (mission.carried(), mission.at("stranger.key"), mission.at("desk/keys/root.key"));
    ok(&["mission", "root-key", text(&stranger)]);
    let before = fs::read(&file).expect("a file");
    for (key, why) in [(&stranger, "not one of the root"), (&own, "signed it already")] {
        let refused = run(&["mission", "sign", text(&file), "--key", text(key), "--yes"]);
        assert!(String::from_utf8_lossy(&refused.stderr).contains(why), "{why}: {refused:?}");
    }
    // Who is asked and does not say yes has signed nothing.
    let asked = run(&["mission", "sign", text(&file), "--key", text(&mission.at("aigul.key"))]);
    assert!(String::from_utf8_lossy(&asked.stdout).contains("nothing was signed"), "{asked:?}");
    assert_eq!(fs::read(&file).expect("a file"), before);
    let altered: Vec<u8> = before.iter().rev().copied().collect();
    fs::write(&file, altered).expect("written");
    let refused = run(&["mission", "sign", text(&file), "--key", text(&mission.at("aigul.key")), "--yes"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no bundle that waits"), "{refused:?}");
}

#[test]
fn a_root_that_cannot_sign_is_not_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = ok(&["mission", "root-key", text(&folder.path().join("key"))]);
    let holder = key.lines().next().expect("the public half");
    let desk = folder.path().join("desk");
    let new = ["mission", "new", text(&desk), "--source", "missions/sahra-2026", "--server", "https://a.example"];
    let refused = run(&[&new[..], &["--holder", holder, "--signatures", "3"]].concat());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("at most all must sign"), "{refused:?}");
    assert!(!desk.join("desk.json").exists());
}
