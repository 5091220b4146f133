//! The witness as a program: started, asked, killed, started again.

use super::support::{baqylau, ok, run, text};
use baqylau_http::Client;
use baqylau_http::reqwest::StatusCode;
use baqylau_protocol::checkpoint::{Checkpoint, NoteKey, verify_cosigned};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::merkle::{MerkleTree, leaf_hash};
use baqylau_protocol::submission::CheckpointSubmission;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::runtime::Runtime;

const NAME: &str = "witness.example/w1";

struct Witness {
    child: Child,
    url: String,
    key: NoteKey,
}

impl Witness {
    fn start(folder: &Path, log: &str) -> Self {
        let args = ["witness", "--folder", text(folder), "--listen", "127.0.0.1:0", "--name", NAME, "--log", log];
        let command = baqylau(&args).env("BAQYLAU_LOG", "off").stdout(Stdio::piped()).spawn();
        let mut child = command.expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut said = |word: &str| {
            let line = lines.next().and_then(Result::ok).unwrap_or_default();
            line.strip_prefix(word).unwrap_or_else(|| panic!("{line:?}")).to_owned()
        };
        let url = format!("http://{}/add-checkpoint", said("listening on "));
        let key = NoteKey::parse_witness(&said("key ")).expect("a key");
        Self { child, url, key }
    }

    /// By SIGKILL, if it is not dead already.
    fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }
}

/// A log that signs whatever it is told to.
struct Log {
    key: SigningKey,
    tree: MerkleTree,
    http: Client,
    runtime: Runtime,
}

impl Log {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let http = baqylau_http::client(&[]).expect("a client");
        Self { key: SigningKey::generate(), tree: MerkleTree::default(), http, runtime: runtime.expect("a runtime") }
    }

    fn name(&self) -> NoteKey {
        NoteKey::new("log.example/a", self.key.public()).expect("a name")
    }

    fn submission(&self, tree: &MerkleTree, old: u64) -> (Checkpoint, CheckpointSubmission) {
        let size = tree.len() as u64;
        let head = Checkpoint { origin: self.name().name, size, root: tree.root() };
        let proof = tree.consistency(old, size).unwrap_or_default();
        let note = head.sign(&self.key);
        (head, CheckpointSubmission { old, proof, note })
    }

    /// Status and body of an answer, if one came.
    fn ask(&self, witness: &Witness, submission: &CheckpointSubmission) -> Option<(StatusCode, String)> {
        let call = self.http.post(&witness.url).body(submission.to_text().into_bytes());
        self.runtime.block_on(async {
            let answer = call.send().await.ok()?;
            Some((answer.status(), String::from_utf8_lossy(&answer.body(1 << 20).await.ok()?).into_owned()))
        })
    }
}

fn leaf(tree: &mut MerkleTree, word: &str) {
    tree.push(leaf_hash(format!("{word} {}", tree.len()).as_bytes()));
}

/// Shows ever larger heads until no answer comes; gives the last head that was cosigned, as the log sees it.
fn show_until_killed(log: &mut Log, witness: &Witness, mut known: u64) -> u64 {
    loop {
        leaf(&mut log.tree, "a");
        let (head, submission) = log.submission(&log.tree, known);
        match log.ask(witness, &submission) {
            Some((StatusCode::OK, line)) => {
                let keys = std::slice::from_ref(&witness.key);
                assert_eq!(verify_cosigned(&(submission.note + &line), &log.name(), keys, 1), Ok(head));
                known = log.tree.len() as u64;
            }
            Some(other) => panic!("{other:?}"),
            None => return known,
        }
    }
}

/// Whatever it was at work on, it has what it signed, and signs no other log up to there.
#[test]
fn witness_that_is_killed_goes_back_behind_nothing_that_it_cosigned() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("witness");
    let mut log = Log::new();
    let mut signed = 0;
    for round in 0..25_u64 {
        let witness = Witness::start(&folder, &log.name().of_log());
        let id = witness.child.id().to_string();
        let killer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(3 + round * 7 % 40));
            Command::new("kill").args(["-9", &id]).status().expect("kills")
        });
        signed = show_until_killed(&mut log, &witness, signed);
        assert!(killer.join().expect("killed").success());
        witness.kill();

        let again = Witness::start(&folder, &log.name().of_log());
        // The last head may have been kept without its cosignature having come.
        let (_, probe) = log.submission(&log.tree, 0);
        let knows = match log.ask(&again, &probe).expect("an answer") {
            (StatusCode::CONFLICT, size) => size.trim().parse().expect("a size"),
            (StatusCode::OK, _) => log.tree.len() as u64,
            other => panic!("{other:?}"),
        };
        assert!(knows == log.tree.len() as u64 || knows == signed, "round {round}: {knows}, {signed} were cosigned");
        let mut fork = MerkleTree::default();
        (0..knows).for_each(|_| leaf(&mut fork, "b"));
        for old in [0, signed, knows] {
            let (_, forked) = log.submission(&fork, old);
            let (status, words) = log.ask(&again, &forked).expect("an answer");
            assert!(knows == 0 || status == StatusCode::CONFLICT, "round {round}: {status} {words}");
        }
        signed = knows;
        again.kill();
    }
    let heads = ok(&["witness", "heads", "--folder", text(&folder)]);
    assert_eq!(heads, format!("log.example/a {signed} {}\n", log.tree.root_at(signed).expect("a root")));
    let forks = run(&["witness", "forks", "--folder", text(&folder)]);
    assert_eq!(forks.status.code(), Some(1), "there are some");
    assert!(String::from_utf8_lossy(&forks.stdout).contains("log.example/a signed two roots for"));
}

#[test]
fn witness_prints_its_key_and_says_what_it_lacks() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("witness");
    let log = Log::new().name().of_log();
    let said = |args: &[&str]| {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for what in ["key", "heads", "forks"] {
        assert!(
            said(&["witness", what, "--folder", text(&folder)]).contains("no witness was started here yet"),
            "{what}"
        );
    }
    let run = ["witness", "--folder", text(&folder), "--listen", "127.0.0.1:0"];
    assert!(said(&[&run[..], &["--log", &log]].concat()).contains("needs a name"));
    assert!(said(&[&run[..], &["--name", NAME]].concat()).contains("--log"));
    assert!(said(&[&run[..], &["--log", "no+such+key"]].concat()).contains("no key of a log"));
    let list = folder.with_extension("logs");
    std::fs::write(&list, format!("logs/v0\nvkey {log}x\n")).expect("written");
    assert!(said(&[&run[..], &["--log", text(&list)]].concat()).contains("line 2"));
    std::fs::write(&list, format!("logs/v0\nvkey {log}\norigin none\n")).expect("written");
    let witness = Witness::start(&folder, text(&list));
    assert_eq!(ok(&["witness", "key", "--folder", text(&folder)]), witness.key.of_witness() + "\n");
    assert_eq!(ok(&["witness", "heads", "--folder", text(&folder)]), "");
    assert!(said(&[&run[..], &["--log", &log]].concat()).contains("another witness runs"));
    witness.kill();
    let help = ok(&["witness", "--help"]);
    assert!(
        ["--folder", "--listen", "--log", "--name", "key", "forks"].iter().all(|word| help.contains(word)),
        "{help}"
    );
}
