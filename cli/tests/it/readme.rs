//! The README's commands, as they stand there.

use super::support::{Server, free_port, ok, root, run, text};
use std::fs;
use std::path::Path;

/// The commands below a remark of the README, up to the next empty line or the end of the block.
fn commands(remark: &str) -> Vec<String> {
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    let (_, block) = readme.split_once(remark).unwrap_or_else(|| panic!("the README says nothing of {remark:?}"));
    let lines = block.lines().skip(1).take_while(|line| !line.is_empty() && !line.starts_with("```"));
    lines.map(str::to_owned).collect()
}

/// The words of a command, with folders and port of its own.
fn words(command: &str, folder: &Path, port: &str) -> Vec<String> {
    let own = |word: &str| {
        let mine = word.starts_with("my-") || word.starts_with("own-");
        let word = word.replace("8443", port);
        if mine { text(&folder.join(word)).to_owned() } else { word }
    };
    let words = command.split_whitespace().skip_while(|word| *word == "baqylau");
    words.take_while(|word| *word != "&" && *word != "#").map(own).collect()
}

#[test]
fn a_mission_of_ones_own_comes_to_its_first_phone_by_the_readmes_commands() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let commands = commands("# a mission of your own");
    assert!(commands.len() >= 7, "{commands:?}");
    let mut servers = Vec::new();
    let mut said = String::new();
    for command in &commands {
        let words = words(command, folder.path(), &port);
        let args: Vec<&str> = words.iter().map(String::as_str).collect();
        if command.ends_with('&') {
            let at = |name: &str| args[args.iter().position(|a| *a == name).expect("an option") + 1];
            let mission = Path::new(at("--folder")).parent().expect("the mission's folder");
            servers.push(Server::start(mission, at("--listen")));
        } else {
            said += &ok(&args);
        }
    }
    assert!(said.contains("published to") && said.contains("(bundle 1)"), "{said}");
    let devices = ok(&["desk", "devices", "--folder", text(&folder.path().join("my-mission"))]);
    assert!(devices.contains("p001"), "the desk knows the phone: {devices}");
    assert_eq!(servers.len(), 1);
}

#[test]
fn an_observer_of_a_mission_that_is_not_published_reads_so_and_goes_on_when_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mission, phone) = (folder.path().join("mission"), folder.path().join("phone"));
    let address = format!("127.0.0.1:{}", free_port());
    let url = format!("https://{address}");
    ok(&["mission", "new", text(&mission), "--source", "missions/sahra-2026", "--server", &url]);
    let built = ok(&["mission", "build", "--folder", text(&mission)]);
    assert!(built.contains("not published") && built.contains("--publish"), "{built}");
    let invites = folder.path().join("invites");
    ok(&["mission", "invite", "--folder", text(&mission), "w01", "--out", text(&invites)]);
    let invite = invites.join("w01.txt");
    let enrol = ["observe", "enrol", "--store", text(&phone), "--invite", text(&invite)];
    let why = |output: std::process::Output| {
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let alone = why(run(&enrol));
    assert!(alone.contains("does not answer"), "{alone}");
    let _server = Server::start(&mission, &address);
    let early = why(run(&enrol));
    assert!(early.contains("not published yet") && early.contains("ask the coordinators"), "{early}");
    ok(&["mission", "build", "--folder", text(&mission), "--publish"]);
    assert!(ok(&enrol).contains("(bundle 2)"));
}
