//! Running the program, with a fault at one of its calls.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

pub const PASSPHRASE: &str = "demonstration only";
pub const PIN: &str = "1234";

/// How often a program is looked at until it hangs, every [`LOOK`].
const PATIENCE: usize = 20_000;
const LOOK: Duration = Duration::from_millis(3);

/// What interrupts a program; the names are those of the library.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    Kill,
    Torn,
    Full,
    Broken,
    ReadOnly,
}

impl Fault {
    pub const ALL: [Self; 5] = [Self::Kill, Self::Torn, Self::Full, Self::Broken, Self::ReadOnly];

    pub fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Torn => "torn",
            Self::Full => "full",
            Self::Broken => "broken",
            Self::ReadOnly => "read-only",
        }
    }

    /// Whether the call, by its name, can be interrupted so. Half of a rename is none, and networks have no disk.
    pub fn concerns(self, call: &Call) -> bool {
        match self {
            Self::Kill => true,
            Self::Torn => call.writes(),
            Self::Full => !call.sends() && !call.shrinks(),
            Self::Broken | Self::ReadOnly => !call.sends(),
        }
    }
}

/// A counted call: its name, and the file.
#[derive(Clone, Debug)]
pub struct Call {
    pub name: String,
    pub on: String,
}

impl Call {
    fn of(line: &str) -> Option<Self> {
        let (_, rest) = line.split_once(' ')?;
        let (name, on) = rest.split_once(' ')?;
        Some(Self { name: name.to_owned(), on: on.to_owned() })
    }

    fn sends(&self) -> bool {
        self.on.starts_with("socket:")
    }

    fn writes(&self) -> bool {
        ["write", "pwrite", "pwrite64", "send", "sendto", "copy_file_range"].contains(&&*self.name)
    }

    fn shrinks(&self) -> bool {
        ["unlink", "unlinkat", "rmdir"].contains(&&*self.name)
    }
}

/// The program beside the test; cargo makes it for the workspace.
pub fn program() -> PathBuf {
    let tests = std::env::current_exe().expect("the test's own file");
    let program = tests.ancestors().nth(2).expect("the folder of what was made").join("baqylau");
    let made = std::fs::metadata(&program).and_then(|m| m.modified());
    let made = made.unwrap_or_else(|e| panic!("{}: {e}; `cargo build` makes it", program.display()));
    let later = ["core", "server", "desk", "exports", "page", "cli/src"]
        .iter()
        .find_map(|part| changed(&root().join(part), made));
    assert!(later.is_none(), "{} is older than {later:?}; `cargo build` makes it anew", program.display());
    program
}

/// A source that was changed after a moment.
fn changed(folder: &Path, since: SystemTime) -> Option<PathBuf> {
    std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).find_map(|path| {
        if path.is_dir() {
            return changed(&path, since).filter(|_| !path.ends_with("tests"));
        }
        let source = path.extension().is_some_and(|e| e == "rs");
        (source && path.metadata().and_then(|m| m.modified()).expect("a time") > since).then_some(path)
    })
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The program with its arguments, which hold no spaces, in a folder; with a fault at a call, or its calls counted.
fn command(words: &str, here: &Path, fault: Option<(Fault, usize)>) -> Command {
    let tests = std::env::current_exe().expect("the test's own file");
    let mut command = Command::new(program());
    command.args(words.split(' ')).current_dir(here).stdin(Stdio::null());
    command.env("BAQYLAU_PASSPHRASE", PASSPHRASE).env("BAQYLAU_PIN", PIN).env("BAQYLAU_LOG", "error");
    command.env("LD_PRELOAD", tests.with_file_name("libbaqylau_faults.so"));
    command.env("BAQYLAU_FAULT_LOG", here.join(CALLS));
    if let Some((fault, at)) = fault {
        command.env("BAQYLAU_FAULT", fault.name()).env("BAQYLAU_FAULT_AT", at.to_string());
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Where the calls of the last program are listed.
const CALLS: &str = "calls.log";

/// The calls that the last program in a folder made.
fn calls(here: &Path) -> Vec<Call> {
    let text = std::fs::read_to_string(here.join(CALLS)).unwrap_or_default();
    text.lines().filter_map(Call::of).collect()
}

/// What became of a program.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    /// It did not come to an end by itself.
    pub hung: bool,
    /// Standard output and standard error.
    pub said: String,
    pub calls: Vec<Call>,
}

/// Waits for a program. What it says has to fit into a pipe.
fn ended(mut child: Child, here: &Path) -> Ended {
    let mut looks = 0;
    while child.try_wait().expect("a process").is_none() && looks < PATIENCE {
        sleep(LOOK);
        looks += 1;
    }
    let hung = looks == PATIENCE;
    if hung {
        child.kill().expect("killed");
    }
    let status = child.wait().expect("ended");
    let mut said = String::new();
    child.stdout.take().map(|mut out| out.read_to_string(&mut said));
    child.stderr.take().map(|mut err| err.read_to_string(&mut said));
    Ended { code: status.code(), signal: status.signal(), hung, said, calls: calls(here) }
}

/// Runs a command to its end.
pub fn run(words: &str, here: &Path, fault: Option<(Fault, usize)>) -> Ended {
    let _none = std::fs::remove_file(here.join(CALLS));
    ended(command(words, here, fault).spawn().expect("the program starts"), here)
}

/// What a command says that must succeed.
pub fn ok(words: &str, here: &Path) -> String {
    let ended = run(words, here, None);
    assert_eq!(ended.code, Some(0), "{words}: {}", ended.said);
    ended.said
}

/// A server, which ends with the test.
pub struct Server(Option<Child>);

impl Server {
    /// Starts it, and waits until it listens or has ended.
    pub fn start(here: &Path, port: u16, fault: Option<(Fault, usize)>) -> Self {
        let words = format!("serve --folder mission/server --listen 127.0.0.1:{port}");
        let _none = std::fs::remove_file(here.join(CALLS));
        let mut child = command(&words, here, fault).spawn().expect("the program starts");
        let mut line = String::new();
        let out = child.stdout.as_mut().expect("its output");
        BufReader::new(out).read_line(&mut line).expect("a line, or none");
        assert!(fault.is_some() || line.starts_with("listening"), "{line}");
        Self(Some(child))
    }

    /// Stops it as a service manager does.
    pub fn stop(mut self, here: &Path) -> Ended {
        let child = self.0.take().expect("it is stopped once");
        let pid = child.id().to_string();
        let _ended = Command::new("kill").arg(pid).stderr(Stdio::null()).status().expect("kill runs");
        ended(child, here)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ended = child.kill();
            let _ended = child.wait();
        }
    }
}
