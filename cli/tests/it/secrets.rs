//! Secrets on the command line: every user of a machine reads the arguments of its programs.

use super::support::{PASSPHRASE, baqylau, ok, root, run, text};
use std::collections::BTreeSet;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};

/// What an option that takes a secret is called, in its name or in the name of its value.
const SECRET: [&str; 10] =
    ["pin", "passphrase", "password", "secret", "key", "token", "invite", "duress", "credential", "code"];
/// What the value of such an option may be.
const PLACES: [&str; 2] = ["FILE", "DIR"];

/// The help of a command, and of all below it.
fn helps(command: &[String], out: &mut Vec<(String, String)>) {
    let args: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
    let help = ok(&args);
    let below = help.split("\nCommands:\n").nth(1).map(|rest| rest.split("\n\n").next().unwrap_or_default());
    for line in below.into_iter().flat_map(str::lines) {
        let name = line.strip_prefix("  ").filter(|l| !l.starts_with(' ')).and_then(|l| l.split_whitespace().next());
        if let Some(name) = name.filter(|name| *name != "help") {
            helps(&[command, &[name.to_owned()]].concat(), out);
        }
    }
    out.push((command.join(" "), help));
}

/// The options and arguments of a command that take a value, as (name, what the value is called).
fn values(help: &str) -> impl Iterator<Item = (String, String)> {
    let lines = help.lines().map(str::trim).filter(|l| l.starts_with(['-', '<', '[']));
    lines.filter_map(|line| {
        let (name, rest) = line.split_once(['<', '['])?;
        let value = rest.split(['>', ']']).next()?.to_owned();
        let name = name.trim().rsplit("--").next()?.to_owned();
        Some((if name.is_empty() { value.to_lowercase() } else { name }, value))
    })
}

#[test]
fn no_argument_of_any_command_takes_a_secret() {
    let mut all = Vec::new();
    helps(&[], &mut all);
    helps(&["demo-device".to_owned()], &mut all);
    assert!(all.len() > 40, "the tree was walked: {}", all.len());
    let mut found = BTreeSet::new();
    for (command, help) in &all {
        for (name, value) in values(help) {
            let words: Vec<&str> = name.split(['-', ' ', '_']).collect();
            let secret = SECRET.iter().any(|s| words.contains(s));
            found.insert(name.clone());
            assert!(!secret || PLACES.contains(&value.as_str()), "`{command} {name} <{value}>` takes a secret");
        }
        assert!(!help.contains(PASSPHRASE) && !help.contains("1234"), "{command} shows what the environment holds");
    }
    for known in ["pin-file", "passphrase-file", "new-file", "invite", "store", "folder", "place"] {
        assert!(found.contains(known), "{known} is no longer found: {found:?}");
    }
}

#[test]
fn a_secret_that_stands_on_the_command_line_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("phone");
    let pin = run(&["observe", "reports", "--store", text(&store), "--pin", "1234"]);
    assert_eq!(pin.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&pin.stderr).contains("unexpected argument"), "{pin:?}");
    let invite = run(&["observe", "enrol", "--store", text(&store), "--invite", "BAQYLAU1ABC"]);
    let said = String::from_utf8_lossy(&invite.stderr);
    assert!(said.contains("put it into a file") && !said.contains("BAQYLAU1ABC"), "{said}");
}

/// What a command says that is given its secret on standard input and nowhere else.
fn fed(args: &[&str], input: &str) -> Output {
    let mut command = baqylau(args);
    command.env_remove("BAQYLAU_PASSPHRASE").env_remove("BAQYLAU_PIN").stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
    child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("a line");
    child.wait_with_output().expect("ends")
}

#[test]
fn a_passphrase_comes_from_a_file_or_from_standard_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = folder.path().join("mission");
    let file = folder.path().join("passphrase");
    std::fs::write(&file, format!("{PASSPHRASE}\n")).expect("a file");
    let new = ["mission", "new", text(&mission), "--source", "missions/sahra-2026", "--server", "https://127.0.0.1:1"];
    let made = fed(&[&new[..], &["--passphrase-file", text(&file)]].concat(), "");
    assert!(made.status.success(), "{made:?}");
    let reports = ["desk", "reports", "--folder", text(&mission), "--json"];
    assert_eq!(fed(&reports, &format!("{PASSPHRASE}\n")).stdout, b"[]\n");
    let wrong = fed(&reports, "something else\n");
    assert!(wrong.status.code() == Some(2) && String::from_utf8_lossy(&wrong.stderr).contains("passphrase"));
    let none = fed(&reports, "");
    assert!(String::from_utf8_lossy(&none.stderr).contains("no passphrase: name a file"), "{none:?}");
}

/// A mission with invites for all of its people, and the text of the first one's.
fn invited(folder: &Path) -> (PathBuf, String) {
    let mission = folder.join("mission");
    ok(&["mission", "new", text(&mission), "--source", "missions/sahra-2026", "--server", "https://127.0.0.1:1"]);
    ok(&["mission", "build", "--folder", text(&mission)]);
    let made = ok(&["mission", "invite", "--folder", text(&mission), "--json"]);
    let made: serde_json::Value = serde_json::from_str(&made).expect("JSON");
    assert_eq!(made[0]["person"], "w01");
    (mission, made[0]["invite"].as_str().expect("a text").to_owned())
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        if entry.path().is_dir() { files(&entry.path(), out) } else { out.push(entry.path()) }
    }
}

#[test]
fn the_desks_folder_says_in_plain_neither_who_observes_nor_an_invite() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mission, invite) = invited(folder.path());
    let people = std::fs::read_to_string(root().join("missions/sahra-2026/people.csv")).expect("people");
    let names: Vec<&str> = people.lines().skip(1).filter_map(|l| l.split(',').nth(1)).collect();
    let mut all = Vec::new();
    files(&mission, &mut all);
    assert!(all.len() > 6 && all.iter().any(|f| f.ends_with("desk.db")), "{all:?}");
    for file in &all {
        let bytes = std::fs::read(file).expect("a file");
        let holds = |what: &str| bytes.windows(what.len()).any(|w| w == what.as_bytes());
        assert!(!holds("BAQYLAU1"), "{} holds an invite", file.display());
        assert!(names.iter().all(|name| !holds(name)), "{} holds a name", file.display());
        assert_eq!(std::fs::metadata(file).expect("there").permissions().mode() & 0o077, 0, "{}", file.display());
    }
    // A coordinator has it again: printed, shown for a camera, or in files.
    let again = ["mission", "invite", "--folder", text(&mission), "w01", "--again"];
    assert_eq!(ok(&again).trim_end(), invite);
    assert!(ok(&[&again[..], &["--qr"]].concat()).contains('█'));
    let out = folder.path().join("out");
    ok(&["mission", "invite", "--folder", text(&mission), "--again", "--out", text(&out)]);
    assert_eq!(std::fs::read_to_string(out.join("w01.txt")).expect("a file"), invite);
    assert_eq!(std::fs::read_dir(&out).expect("a folder").count(), names.len());
    assert_eq!(std::fs::metadata(out.join("w01.txt")).expect("there").permissions().mode() & 0o777, 0o600);
    let nobody = run(&["mission", "invite", "--folder", text(&mission), "nobody", "--again"]);
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("no invite of theirs"), "{nobody:?}");
}

#[test]
fn wrong_pins_of_twelve_processes_at_once_lock_the_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, invite) = invited(folder.path());
    let (store, file) = (folder.path().join("phone"), folder.path().join("invite"));
    std::fs::write(&file, invite).expect("written");
    // There is no server; the store is made all the same.
    assert_eq!(run(&["observe", "enrol", "--store", text(&store), "--invite", text(&file)]).status.code(), Some(2));
    // What needs the PIN and no mission: the PIN becomes what it is.
    let with = |pin: &str| {
        let mut command = baqylau(&["observe", "pin", "--store", text(&store)]);
        command.env("BAQYLAU_PIN", pin).env("BAQYLAU_NEW_PIN", "1234").stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("runs")
    };
    let ended = |child: Child| child.wait_with_output().expect("ends");
    assert!(ended(with("1234")).status.success(), "the PIN opens it");
    let guesses: Vec<_> = (0..12).map(|_| with("0000")).collect();
    for guess in guesses {
        assert_eq!(ended(guess).status.code(), Some(2));
    }
    let right = ended(with("1234"));
    assert!(String::from_utf8_lossy(&right.stderr).contains("too many wrong PINs"), "{right:?}");
}
