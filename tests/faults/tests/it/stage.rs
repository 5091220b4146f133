//! A mission with a server, a desk and two phones, and a copy of it from before each command that is interrupted.

use crate::it::commands::{COMMANDS, Interrupted, SERVE, Step};
use crate::it::facts::facts;
use crate::it::program::{Call, Fault, Server, ok, root, run};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A photograph of one grey pixel.
const PIXEL: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU\x00\x00\x00\x0aIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82";

/// Where everything lies.
pub struct Stage {
    folder: PathBuf,
    pub port: u16,
    _temporary: Option<TempDir>,
}

impl Stage {
    /// A new one; or the one that lies in the folder that `BAQYLAU_FAULTS_FOLDER` names, where a run goes on.
    pub fn new() -> Self {
        let named = std::env::var_os("BAQYLAU_FAULTS_FOLDER").map(PathBuf::from);
        let temporary = named.is_none().then(|| tempfile::tempdir().expect("a folder"));
        let folder = named.or_else(|| temporary.as_ref().map(|t| t.path().to_owned())).expect("a folder");
        let port = fs::read_to_string(folder.join("port")).ok().and_then(|port| port.parse().ok());
        let mut stage = Self { folder, port: port.unwrap_or(0), _temporary: temporary };
        if port.is_none() {
            stage.make();
        }
        stage
    }

    fn at(&self, what: &str, name: &str) -> PathBuf {
        self.folder.join(what).join(name.replace(' ', "-"))
    }

    /// Where commands run.
    pub fn here(&self) -> PathBuf {
        self.folder.join("here")
    }

    /// The file of what was tried.
    pub fn tried(&self) -> PathBuf {
        self.folder.join("tried")
    }

    /// Everything as it was `before` a command, or `after` it.
    pub fn put(&self, moment: &str, command: &Interrupted) {
        let _none = fs::remove_dir_all(self.here());
        copy(&self.at(moment, command.name), &self.here());
    }

    pub fn serve(&self, fault: Option<(Fault, usize)>) -> Server {
        Server::start(&self.here(), self.port, fault)
    }

    pub fn calls(&self, command: &Interrupted) -> Vec<Call> {
        let calls = fs::read_to_string(self.at("calls", command.name)).expect("its calls");
        let call =
            |line: &str| line.split_once(' ').map(|(name, on)| Call { name: name.to_owned(), on: on.to_owned() });
        calls.lines().filter_map(call).collect()
    }

    /// What a command comes to when nothing interrupts it.
    pub fn facts(&self, command: &Interrupted) -> String {
        let file = self.at("facts", command.name);
        if let Ok(known) = fs::read_to_string(&file) {
            return known;
        }
        self.put("after", command);
        let server = self.serve(None);
        let found = facts(&self.here(), command);
        drop(server);
        fs::write(file, &found).expect("written");
        found
    }

    fn make(&mut self) {
        self.port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
        for name in ["here", "calls", "facts"] {
            fs::create_dir_all(self.folder.join(name)).expect("a folder");
        }
        self.make_mission();
        for command in COMMANDS {
            self.make_ready(command);
            let calls: Vec<String> = self.do_it(command).iter().map(|c| format!("{} {}\n", c.name, c.on)).collect();
            fs::write(self.at("calls", command.name), calls.concat()).expect("written");
            copy(&self.here(), &self.at("after", command.name));
        }
        fs::write(self.folder.join("port"), self.port.to_string()).expect("written");
    }

    fn make_mission(&self) {
        let here = self.here();
        let source = root().join("missions/sahra-2026").display().to_string();
        ok(&format!("mission new mission --source {source} --server https://127.0.0.1:{}", self.port), &here);
        let server = self.serve(None);
        ok("mission build --folder mission --publish", &here);
        ok("mission invite --folder mission w01 w02 --out invites", &here);
        ok("observe enrol --store other --invite invites/w02.txt", &here);
        ok("desk pull --folder mission", &here);
        server.stop(&here);
        let filled = r#""opened": "yes", "waiting": "12", "rooms": "1", "registered": "400""#;
        let written = [
            ("none.json", "{}".to_owned()),
            ("opened.json", r#"{"opened": "yes"}"#.to_owned()),
            (
                "answers.json",
                format!(r#"{{{filled}, "voted": "120", "screened": "yes", "calm": "4", "overall": "fair"}}"#),
            ),
            ("photo.json", r#"{"photo": "photo.png"}"#.to_owned()),
            ("other.json", format!(r#"{{{filled}, "voted": "80", "overall": "fair", "photo": "photo.png"}}"#)),
            ("pin", "1234".to_owned()),
        ];
        for (name, text) in written {
            fs::write(here.join(name), text).expect("written");
        }
        fs::write(here.join("photo.png"), PIXEL).expect("written");
    }

    /// Does what comes before a command, and keeps a copy.
    fn make_ready(&self, command: &Interrupted) {
        let here = self.here();
        let server = self.serve(None);
        for step in command.before {
            match step {
                Step::Run(words) => drop(ok(words, &here)),
                Step::Damage(file) => damage(&here.join(file)),
                Step::Kill(words, name) => {
                    let first = self.first_call(words, name);
                    assert_eq!(run(words, &here, Some((Fault::Kill, first))).signal, Some(9), "{words}");
                }
            }
        }
        server.stop(&here);
        copy(&here, &self.at("before", command.name));
    }

    /// The number of the first call of a name that a command makes on a copy of what is here.
    fn first_call(&self, words: &str, name: &str) -> usize {
        let spare = self.folder.join("spare");
        copy(&self.here(), &spare);
        let calls = run(words, &spare, None).calls;
        fs::remove_dir_all(spare).expect("removed");
        let vault = |call: &Call| call.on.contains("vault");
        calls.iter().position(|call| call.name == name && !vault(call)).expect("such a call") + 1
    }

    /// Does a command without a fault; gives its calls.
    fn do_it(&self, command: &Interrupted) -> Vec<Call> {
        let here = self.here();
        let server = self.serve(None);
        if command.name == SERVE {
            crate::it::sweep::clients(&here);
            return server.stop(&here).calls;
        }
        let ended = run(command.words, &here, None);
        assert!(ended.said.contains(command.done) || command.done == "\0", "{}: {}", command.words, ended.said);
        server.stop(&here);
        ended.calls
    }
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file");
        }
    }
}

/// Fills the two pages in the middle of a file with what no disk was told to keep.
fn damage(file: &Path) {
    let mut bytes = fs::read(file).expect("a file");
    let at = bytes.len() / 4096 / 2 * 4096;
    bytes[at..at + 8192].fill(0x5a);
    fs::write(file, bytes).expect("damaged");
}
